"""A pause stops every send and no right: what a fan wants is done at once, and told when it ends."""

from datetime import timedelta

import pytest

from app.services import Dsn
from conversation import service as conversation
from conversation.autonomy import pause, pause_all, resume, resume_all
from kernel import clock
from tests.factories.people import Home
from tests.factories.rows import rows_with
from tests.privacy.conftest import House
from tests.privacy.fan import USER, WORD, exists

EVERYBODY = pytest.mark.parametrize("everybody", [False, True], ids=["one avatar", "the instance"])


async def stop(house: House, home: Home, everybody: bool) -> None:
    if everybody:
        async with house.container.db.system_uow() as uow:
            await pause_all(uow, "the operator")
    else:
        async with house.container.db.uow(home.creator_id) as uow:
            await pause(uow, home.avatar.id, "Robin")


async def go(house: House, home: Home, everybody: bool) -> None:
    if everybody:
        async with house.container.db.system_uow() as uow:
            await resume_all(uow)
    else:
        async with house.container.db.uow(home.creator_id) as uow:
            await resume(uow, home.avatar.id)


async def said(house: House, home: Home) -> list[tuple[str, str]]:
    """What was written to fans, in order: its state, and the address of its button, if it has one."""
    async with house.container.db.uow(home.creator_id) as uow:
        rows = await uow.fetch(
            "SELECT state, coalesce(payload->'buttons'->0->>'url', '') AS url FROM outbound ORDER BY id"
        )
    return [(row.state, row.url) for row in rows]


@EVERYBODY
async def test_what_a_fan_wants_is_done_at_once_and_answered_when_the_pause_ends(
    house: House, home: Home, everybody: bool
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}")
    await stop(house, home, everybody)
    received = await house.talk(home, USER, "/privacy", "/export", "/forgetme")
    (_, *waiting) = await said(house, home)
    assert [state for state, _ in waiting] == ["queued"] * 3, "a pause stops all sends"
    async with house.container.db.uow(home.creator_id) as uow:
        (asked,) = (await conversation.privacy_requests(uow)).items
    assert (asked.kind, asked.state) == ("export", "asked")
    with clock.shifted(timedelta(hours=2)):
        async with house.container.db.uow(home.creator_id) as uow:
            (asked,) = (await conversation.privacy_requests(uow)).items
            assert asked.state == "asked", "a link that wasn't sent doesn't grow old"
        await go(house, home, everybody)
        await house.answer(home, received)
        sent = await said(house, home)
        assert [state for state, _ in sent] == ["sent"] * 4
        secret = sent[2][1].rpartition("/")[2]
        with clock.shifted(timedelta(minutes=14)):
            async with house.container.db.uow(home.creator_id) as uow:
                assert WORD in str((await conversation.take_export(uow, secret)).to_json())


@EVERYBODY
async def test_who_wants_to_be_forgotten_is_without_waiting_for_the_end(
    house: House, home: Home, dsn: Dsn, everybody: bool
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}")
    await stop(house, home, everybody)
    await house.talk(home, USER, "/forgetme yes")
    assert [state for state, _ in await said(house, home)] == ["sent", "queued"]
    await house.forget()
    assert not await exists(house, home, USER)
    assert rows_with(dsn, WORD, USER) == []
    await go(house, home, everybody)
    assert await said(house, home) == []
