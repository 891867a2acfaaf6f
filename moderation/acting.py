"""Doing what was decided: the holder of a connection takes it, calls the platform, and stores how it ended.

What is done here may be done twice with the effect of once. So whatever was under way when a process died is
done again by its heir, and nothing is lost or in doubt.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import structlog

from conversation import service as conversation
from kernel.bus import Bus, Subscription
from kernel.chat import Outbound
from kernel.db import DATABASE_AWAY, Database, UnitOfWork, assert_no_transaction
from moderation import actions_repository as actions
from moderation import appeals, repository, telling
from moderation.cases import LIFTS, info
from moderation.types import ACTIONS_CHANNEL, Act, CaseInfo, Ended, Enforcer, Verb

log = structlog.get_logger(__name__)

BATCH: Final = 50
IDLE_S: Final = 2.0
AGAIN_S: Final = 5.0
MOST_ATTEMPTS: Final = 200


class Acting:
    """Does what waits on the connections that this process holds."""

    def __init__(self, db: Database, bus: Bus, holder: str, enforcers: Iterable[Enforcer]) -> None:
        self._db = db
        self._bus = bus
        self._holder = holder
        self._enforcers = {each.platform: each for each in enforcers}

    async def run(self) -> None:
        """Do what waits until cancelled."""
        async with self._bus.subscribe(ACTIONS_CHANNEL) as woken:
            while True:
                try:
                    while await self.once() == BATCH:
                        pass
                except DATABASE_AWAY as error:
                    log.warning("moderation.database_lost", error=str(error))
                await self._wait(woken)

    async def _wait(self, woken: Subscription) -> None:
        await woken.wait(IDLE_S)

    async def once(self) -> int:
        """Do one batch, each connection's in order; how much there was."""
        async with self._db.system_uow() as uow:
            rows = await actions.claim(uow, self._holder, BATCH)
        of_each: dict[int, list[Any]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.id):
            of_each[row.connection_id].append(row)
        await asyncio.gather(*(self._in_turn(own) for own in of_each.values()))
        return len(rows)

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
        """Store how something ended, and tell it; as long as the database is away, that waits."""
        while True:
            with suppress(*DATABASE_AWAY):
                async with self._db.uow(row.creator_id) as uow:
                    await _stored(uow, row, ended)
                return
            await asyncio.sleep(IDLE_S)


def _said(case: CaseInfo, ended: Ended, lang: str, *, undoes: bool) -> Outbound:
    """What is told of how something ended."""
    if ended.state == "failed":
        tells = telling.not_undone if undoes else telling.failed
        return tells(case, ended.code, lang)
    return telling.undone(case, lang) if undoes else telling.done(case, lang)


async def _stored(uow: UnitOfWork, row: Any, ended: Ended) -> None:
    if ended.state == "queued":
        await actions.postpone(uow, row.id, row.fence, ended.again_s)
        return
    if not await actions.end(uow, row.id, row.fence, ended.state, ended.code) or row.case_id is None:
        return
    before = info(await repository.case(uow, row.case_id, hold=True))
    if row.undoes and ended.state == "done":
        await repository.undone(uow, row.case_id, row.by)
    elif not row.undoes:
        await repository.end_case(uow, row.case_id, ended.state, ended.code)
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
