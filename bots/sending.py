"""What senders share: places side by side, each one's messages in order; and noting what went wrong."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

import structlog

from community import service as community
from conversation import service as conversation
from conversation.types import Sent, ToSend
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database, UnitOfWork

log = structlog.get_logger(__name__)

AT_ONCE: Final = 16
"""Places of one connection that are sent to side by side."""

AGAIN_S: Final = 5.0
_NOTED_EVERY_S: Final = 60.0
_MOST_KEPT: Final = 10_000


async def side_by_side(
    batch: Iterable[ToSend],
    place_of: Callable[[ToSend], str],
    send: Callable[[ToSend], Awaitable[Sent]],
    *,
    between_s: float = 0.0,
) -> tuple[Sent, ...]:
    """Send these, each place's in order: after one that has to wait, the others of its place wait, too.

    `between_s` is what the platform wants between two messages in one place.
    """
    places: dict[str, list[ToSend]] = defaultdict(list)
    for one in batch:
        places[place_of(one)].append(one)
    turns = asyncio.Semaphore(AT_ONCE)

    async def to_place(sends: Sequence[ToSend]) -> list[Sent]:
        ended: list[Sent] = []
        wait: float | None = None
        async with turns:
            for one in sends:
                if wait is not None:
                    wait += between_s
                    ended.append(Sent(one.id, "queued", retry_after_s=wait))
                    continue
                ended.append(await send(one))
                wait = ended[-1].retry_after_s
        return ended

    return tuple(sent for run in await asyncio.gather(*map(to_place, places.values())) for sent in run)


async def replaced(db: Database, one: ToSend, missing: str) -> str | Sent:
    """The platform's name of the message that this is put in the place of; else how this ends without.

    `missing` says that it never came there.
    """
    async with db.uow(one.creator_id) as uow:
        row = await conversation.sent_as(uow, one.outbound.edits)
    if row is not None and row.platform_message_id:
        return str(row.platform_message_id)
    if row is not None and row.state in ("queued", "sending"):
        return Sent(one.id, "queued", retry_after_s=AGAIN_S)
    return Sent(one.id, "failed", error=missing)


class Noting:
    """Keeps what went wrong for the creator to see, with the chat and the bot; each seldom.

    `reasons` says each code in words, `of_bot` stores them with a connection's bot.
    """

    def __init__(
        self,
        db: Database,
        platform: str,
        reasons: Mapping[str, str],
        of_bot: Callable[[UnitOfWork, int, str], Awaitable[None]],
    ) -> None:
        self._db = db
        self._platform = platform
        self._reasons = reasons
        self._of_bot = of_bot
        self._noted: dict[tuple[int, str, str], float] = {}

    async def note(self, one: ToSend, room: str, code: str, *, of_bot: bool = True) -> None:
        """Keep that this happened to a message in a room. `of_bot`: it says something of the bot, too."""
        key = (one.connection_id, room, code)
        if self._noted.get(key, 0.0) > monotonic():
            return
        if len(self._noted) >= _MOST_KEPT:
            self._noted.clear()
        self._noted[key] = monotonic() + _NOTED_EVERY_S
        try:
            async with self._db.uow(one.creator_id) as uow:
                await community.chat_failed(uow, one.connection_id, room, self._reasons[code])
                if of_bot:
                    await self._of_bot(uow, one.connection_id, self._reasons[code])
        except DATABASE_AWAY:
            log.warning(f"{self._platform}.not_noted", connection=one.connection_id, reason=code)
