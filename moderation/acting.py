"""Doing what was decided: the holder of a connection takes it, calls the platform, and stores how it ended.

What is done here may be done twice with the effect of once. So whatever was under way when a process died is
done again by its heir, and nothing is lost or in doubt.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from contextvars import Context
from functools import partial
from typing import Any, Final

import structlog

from conversation import service as conversation
from kernel.bus import Bus, Subscription
from kernel.chat import Outbound
from kernel.db import DATABASE_AWAY, Database, UnitOfWork, assert_no_transaction
from kernel.rounds import alone
from moderation import actions_repository as actions
from moderation import appeals, repository, telling
from moderation.cases import LIFTS, info
from moderation.types import ACTIONS_CHANNEL, Act, CaseInfo, Ended, Enforcer, Verb

log = structlog.get_logger(__name__)

BATCH: Final = 50
EACH: Final = 5
"""What is taken of one connection at a time."""

IDLE_S: Final = 2.0
AGAIN_S: Final = 5.0
MOST_ATTEMPTS: Final = 200


class Acting:
    """Does what waits on the connections that this process holds. What one takes long over holds up no other:
    each connection's actions run apart, and none is asked for more while it is at some.
    """

    def __init__(self, db: Database, bus: Bus, holder: str, enforcers: Iterable[Enforcer]) -> None:
        self._db = db
        self._bus = bus
        self._holder = holder
        self._enforcers = {each.platform: each for each in enforcers}
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._woken: Subscription | None = None

    async def run(self) -> None:
        """Do what waits until cancelled."""
        try:
            async with self._bus.subscribe(ACTIONS_CHANNEL) as woken:
                self._woken = woken
                while True:
                    try:
                        with alone("moderation.actions"):
                            await self._begin()
                    except DATABASE_AWAY as error:
                        log.warning("moderation.database_lost", error=str(error))
                    await woken.wait(IDLE_S)
        finally:
            self._woken = None
            for task in self._under_way.values():
                task.cancel()

    async def once(self) -> int:
        """Do some of what waits, and wait for its end; how much there was."""
        count = await self._begin()
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))
        return count

    async def _begin(self) -> int:
        """Take some of what waits on each connection that is at nothing, and begin it; how much there was."""
        async with self._db.system_uow() as uow:
            rows = await actions.claim(uow, self._holder, BATCH, EACH, list(self._under_way))
        of_each: dict[int, list[Any]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.id):
            of_each[row.connection_id].append(row)
        for connection, own in of_each.items():
            task = asyncio.create_task(self._in_turn(own), name=f"moderate {connection}", context=Context())
            self._under_way[connection] = task
            task.add_done_callback(partial(self._ended, connection))
        return len(rows)

    def _ended(self, connection: int, _: asyncio.Task[None]) -> None:
        del self._under_way[connection]
        if self._woken:
            self._woken.put("")  # there may be more of its own

    async def _in_turn(self, rows: Iterable[Any]) -> None:
        for row in rows:
            ended = await self._act(row)
            await self._store(row, ended)

    async def _act(self, row: Any) -> Ended:
        assert_no_transaction("a platform call")
        enforcer = self._enforcers.get(row.platform)
        if enforcer is None:
            return Ended("failed", "outside")
        act = Act(
            row.id, row.creator_id, row.connection_id, row.room, row.place or row.room, Verb(row.verb),
            row.user_id, row.until, row.args,
        )  # fmt: skip
        try:
            ended = await enforcer.act(act)
        except DATABASE_AWAY:
            ended = Ended("queued", "lost", AGAIN_S)
        # Whatever an enforcer raises, the next ones go on.
        except Exception:
            log.exception("moderation.enforcer_failed", action=row.id)
            ended = Ended("queued", "lost", AGAIN_S)
        if ended.state == "queued" and row.attempts >= MOST_ATTEMPTS:
            return Ended("failed", ended.code or "lost")
        return ended

    async def _store(self, row: Any, ended: Ended) -> None:
        """Store how something ended, and tell it; as long as the database is away, that waits.

        What can't be stored is one creator's: it is done again later, and fails at last without being told.
        """
        while True:
            with suppress(*DATABASE_AWAY):
                stored = False
                with alone("moderation.ending", action=row.id):
                    async with self._db.uow(row.creator_id) as uow:
                        await _stored(uow, row, ended)
                    stored = True
                if not stored:
                    await self._put_off(row)
                return
            await asyncio.sleep(IDLE_S)

    async def _put_off(self, row: Any) -> None:
        async with self._db.uow(row.creator_id) as uow:
            if row.attempts < MOST_ATTEMPTS:
                await actions.postpone(uow, row.id, row.fence, AGAIN_S * row.attempts)
            else:
                await actions.end(uow, row.id, row.fence, "failed", "lost")


def _said(case: CaseInfo, ended: Ended, lang: str, *, undoes: bool) -> Outbound:
    """What is told of how something ended."""
    if ended.state == "failed":
        tells = telling.not_undone if undoes else telling.failed
        return tells(case, ended.code, lang)
    return telling.undone(case, lang) if undoes else telling.done(case, lang)


async def _stored(uow: UnitOfWork, row: Any, ended: Ended) -> None:
    if ended.state == "queued":
        await actions.postpone(uow, row.id, row.fence, ended.again_s, ended.args)
        if not ended.again_s:
            await uow.notify(ACTIONS_CHANNEL)
        return
    if not await actions.end(uow, row.id, row.fence, ended.state, ended.code) or row.case_id is None:
        return
    before = info(await repository.case(uow, row.case_id, hold=True))
    if row.undoes and ended.state == "done":
        await repository.undone(uow, row.case_id, row.by)
    elif not row.undoes:
        await repository.end_case(uow, row.case_id, ended.state, ended.code, amount=ended.amount)
        if ended.state == "done" and before.kind in LIFTS:
            await repository.lift(uow, row.case_id, LIFTS[before.kind])
    if row.undoes:
        await appeals.carried_out(uow, row.case_id, row.id, ended)
    if not row.place:
        return
    case = info(await repository.case(uow, row.case_id))
    said = _said(case, ended, row.lang, undoes=row.undoes)
    await conversation.deliveries.send_to(
        uow, row.connection_id, row.place, said, f"moderation:{row.id}", staff=True, about=row.fan_id
    )
