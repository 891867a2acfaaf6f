"""The gate between the pump and the platforms: nothing of a paused avatar passes, nor in a thread taken over.

It sends nothing itself.
"""

from collections.abc import Iterable

from conversation import autonomy_repository as repository
from conversation import takeover_repository as takeovers
from conversation.types import ToSend
from kernel.clock import monotonic
from kernel.db import Database

FRESH_S = 0.2
"""How old what is known of pauses may be: with a platform's call in between, well within a second."""


class PauseGate:
    """The gate for one batch, which was claimed just now: asked before each call of a platform."""

    def __init__(self, db: Database, batch: Iterable[ToSend]) -> None:
        self._db = db
        batch = tuple(batch)
        self._avatars = sorted({one.avatar_id for one in batch})
        self._talk = [one.id for one in batch if not one.staff]
        self._silenced: set[int] = set()
        self._looked_at = monotonic()
        self._all = False
        self._paused: set[int] = set()
        self._held: set[tuple[int | None, str]] = set()

    async def __call__(self, one: ToSend) -> bool:
        """Whether this one may go; once one of a thread may not, none after it, as they have an order."""
        if monotonic() - self._looked_at > FRESH_S:
            async with self._db.system_uow() as uow:
                self._all, self._paused = await repository.stopped(uow, self._avatars)
                self._silenced = await takeovers.silenced(uow, self._talk)
            self._looked_at = monotonic()
        if one.id in self._silenced:
            return False
        if self._all or (one.avatar_id in self._paused and not (one.rehearsal or one.staff)):
            self._held.add((one.thread_id, one.chat_id))
        return (one.thread_id, one.chat_id) not in self._held
