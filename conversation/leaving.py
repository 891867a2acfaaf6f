"""An answer's way out of its turn: queued for whoever sends, or begun at once where this process does.

What is begun is stored as being sent by the transaction that writes the answer, and handed over once that
has committed; if the process dies in between, it is as if it had died while sending. What isn't handed over
although the process lives, since the commit was cut off, is queued again.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from conversation import repository
from conversation.splitting import fitted
from conversation.types import Outlet, ToSend
from kernel.chat import Outbound
from kernel.db import Statement


class Leaving:
    """The answer to one message (of `next_message`). Around the transaction that stores it."""

    def __init__(self, outlet: Outlet | None, creator_id: int, waiting: Any) -> None:
        self._outlet = outlet
        self._creator_id = creator_id
        self._waiting = waiting
        self._holder: str | None = None
        self._parts: dict[str, Outbound] = {}
        self._batch: list[ToSend] = []
        self._handed_over = False

    def __enter__(self) -> Self:
        """Nothing has left yet."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Have it queued if it may have been stored, and wasn't handed over."""
        if self._outlet and self._holder and exc_type and not self._handed_over:
            self._outlet.never_began(self._creator_id, list(self._parts))

    def store(self, parts: Sequence[Outbound], name: str, kind: str) -> Statement:
        """Store it under "{name}:{message}:{part}", and have who sends woken for what isn't begun here."""
        waiting = self._waiting
        texts = fitted(parts, waiting.platform)
        self._parts = {f"{name}:{waiting.id}:{place}": part for place, part in enumerate(texts)}
        if self._outlet and self._parts:
            self._holder = self._outlet.holder(waiting.platform, waiting.connection_id)
        return repository.replies(
            self._creator_id,
            waiting.thread_id,
            waiting.connection_id,
            waiting.id,
            {once: part.to_json() for once, part in self._parts.items()},
            kind,
            self._holder,
        )

    def stored(self, rows: Sequence[Any], kind: str) -> None:
        """Keep what was stored (of `store`) to be handed over."""
        waiting = self._waiting
        self._batch = [
            ToSend(
                row.id, self._creator_id, waiting.thread_id, waiting.connection_id, waiting.id,
                self._parts[row.once], 1, row.fence, waiting.avatar_id, False, waiting.chat_id, waiting.ref,
                staff=kind == "staff",
            )
            for row in rows if row.begun
        ]  # fmt: skip

    def hand_over(self) -> None:
        """Once it has been committed: have it sent."""
        self._handed_over = True
        if self._outlet and self._batch:
            self._outlet.begin(self._waiting.platform, self._batch)
