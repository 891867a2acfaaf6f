"""The demo's cases: whoever is new finds some to try, of which nothing ever goes to a platform."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app import seed
from app.container import Container, Roles
from app.demo import DEMO
from app.services import Dsn
from bots import service as bots
from community import service as community
from community.types import AvatarInfo
from kernel.clock import now
from kernel.settings import Settings
from moderation import service as moderation

APPEALED = next(case for case in DEMO.cases if case.appeal)


@pytest.fixture
async def container(dsn: Dsn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Container]:
    """A house that was started once, with the demo."""
    monkeypatch.setattr(seed, "POSTS", ())
    made = Container(Settings(_env_file=None, data_dir=tmp_path), dsn.app, roles=Roles(web=False))
    await made.open()
    await seed.first_start(made)
    yield made
    await made.close()


@pytest.fixture
async def avatar(container: Container) -> AvatarInfo:
    async with container.db.system_uow() as uow:
        return await community.first_avatar(uow)


async def rows(container: Container, avatar: AvatarInfo, query: str) -> list[Any]:
    async with container.db.uow(avatar.creator_id) as uow:
        return await uow.fetch(query)


async def test_they_are_marked_as_the_demos_and_dated_as_they_are_told(
    container: Container, avatar: AvatarInfo
) -> None:
    async with container.db.uow(avatar.creator_id) as uow:
        found = (await moderation.cases(uow, avatar.id)).items
        (appeal,) = await moderation.appeals.waiting(uow, avatar.id)
    assert [case.name for case in reversed(found)] == [case.fan for case in DEMO.cases]
    for told, case in zip(DEMO.cases, reversed(found), strict=True):
        assert case.demo
        assert case.amount == 1
        assert (case.words, case.reason, case.rule) == (told.words, told.reason, told.rule)
        assert case.by == ("" if told.rule else DEMO.creator)
        assert case.state == ("undone" if told.undone else "done")
        assert round(_hours_since(case.at), 1) == told.hours
        if case.undone_at:
            assert round(_hours_since(case.undone_at), 1) == told.undone
    assert (appeal.text, appeal.demo) == (APPEALED.appeal, True)
    assert round(_hours_since(appeal.at), 1) == APPEALED.appealed


def _hours_since(at: Any) -> float:
    return float((now() - at).total_seconds()) / 3_600


@pytest.mark.parametrize("approved", [True, False])
async def test_undoing_them_and_deciding_the_appeal_work_and_ask_nothing_of_a_platform(
    container: Container, avatar: AvatarInfo, approved: bool
) -> None:
    async with container.db.uow(avatar.creator_id) as uow:
        found = (await moderation.cases(uow, avatar.id)).items
        number = next(case.number for case in found if case.name == APPEALED.fan)
        decided = await moderation.appeals.decide(uow, avatar.id, number, approved=approved, by="Robin")
        for case in found:
            if case.number != number and moderation.undoable(case):
                await moderation.undo(uow, avatar.id, case.number, by="Robin")
        after = (await moderation.cases(uow, avatar.id)).items
    assert decided.state == ("approved" if approved else "denied")
    assert {case.number for case in after if case.state != "undone"} == (set() if approved else {number})
    assert await rows(container, avatar, "SELECT 1 FROM moderation_action") == []
    platforms = "SELECT DISTINCT platform FROM connection JOIN outbound ON connection_id = connection.id"
    assert [row.platform for row in await rows(container, avatar, platforms)] == [bots.WEBCHAT]


async def test_nobody_is_told_when_they_are_made(container: Container, avatar: AvatarInfo) -> None:
    assert await rows(container, avatar, "SELECT 1 FROM outbound") == []
    assert await rows(container, avatar, "SELECT 1 FROM moderation_action") == []


async def test_a_case_of_somebody_real_is_dated_by_nothing_but_the_clock(
    container: Container, avatar: AvatarInfo
) -> None:
    async with container.db.uow(avatar.creator_id) as uow:
        (some, *_) = (await moderation.cases(uow, avatar.id)).items
        place = moderation.Place(avatar.id, some.connection_id, bots.WEBCHAT, "demo", "", "en")
        whom = await moderation.whom(uow, bots.WEBCHAT, "ana", "Ana")
        case = await moderation.warn(uow, place, moderation.Decision(some.kind, "real", "Robin"), whom)
        await moderation.backdate(uow, case.id, some.at, some.at, some.at)
        after = await moderation.get_case(uow, avatar.id, case.number)
    assert (after.at, after.demo) == (case.at, False)
