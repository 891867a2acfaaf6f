"""Kill -9 between any two steps of an order: one case, done once, told once or unknown."""

import pytest

from community import service as community
from community.types import Role
from kernel.chat import ORDERS
from tests.bots.telegram.living import texts
from tests.crash.test_telegram_steps import Line, line, place, telegram  # noqa: F401 - fixtures by name
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_whenever_the_process_dies_an_order_is_carried_out_once(
    line: Line,  # noqa: F811
    place: Stage,  # noqa: F811
    telegram: TelegramServer,  # noqa: F811
) -> None:
    home = await line.joined(place)
    first = await line.begun()
    assert "mute" in first.commands.commands
    assert "mute" in ORDERS
    async with first.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", Role.MODERATOR)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with first.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    place.creator.starts(place.bot, f"staff_{token}")
    await line.goes_on()
    died: list[str] = []
    people: list[Visitor] = []
    at = 0
    while True:
        fan = Visitor(place.world, place.world.user(f"Fan {at}", "en"))
        place.world.enter(place.supergroup, fan.user, quietly=True)
        written = fan.says(place.supergroup, f"wax {at}")
        place.creator.says(place.supergroup, "/mute 2h spam", reply_to=written)
        people.append(fan)
        coming = await line.dies(at)
        await line.goes_on()
        async with first.db.system_uow() as uow:
            await uow.send("UPDATE thread SET allowance = 12")
        if not coming.came:
            break
        died.append(coming.steps[-1] if coming.steps else "at once")
        at += 1
    assert {"before restrictChatMember", "after restrictChatMember"} <= set(coming.steps)
    async with first.db.uow(home.creator_id) as uow:
        cases = await uow.fetch(
            "SELECT moderation_case.number, moderation_case.state, subject.user_id FROM moderation_case "
            "JOIN moderation_subject AS subject ON subject.case_id = moderation_case.id ORDER BY number"
        )
        unknown = await uow.fetch("SELECT 1 FROM outbound WHERE state = 'unknown'")
    await first.close()
    assert [row.number for row in cases] == list(range(1, len(people) + 1)), "no number is left out"
    assert [row.user_id for row in cases] == [str(fan.user.id) for fan in people]
    assert {row.state for row in cases} == {"done"}
    told = texts(place.supergroup, place.bot)
    calls = [one.given["user_id"] for one in telegram.made("restrictChatMember")]
    for number, fan in enumerate(people, 1):
        standing = place.supergroup.member(fan.user.id)
        assert standing
        assert standing.status == "restricted"
        assert sum(f"Case {number}: " in text for text in told) <= 1
        assert calls.count(fan.user.id) in (1, 2), "again only where it died between the call and its end"
    twice = sum(calls.count(fan.user.id) == 2 for fan in people)
    # Between the call and what is written down of it there are few steps.
    assert twice <= len(coming.steps) - coming.steps.index("before restrictChatMember")
    missing = [n for n in range(1, len(people) + 1) if not any(f"Case {n}: " in text for text in told)]
    assert len(missing) <= len(unknown)
