"""Appeals in Telegram: who a case is about says why it is wrong, a moderator decides, the fan is told."""

import asyncio

import pytest

from app.container import Container
from community.types import Role
from moderation import service as moderation
from moderation.errors import NotUndone
from tests.bots.telegram.living import Living, said, texts
from tests.bots.telegram.moderators import Desk, employ
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home

LINE = "Case 1: mute · Ana · 2 hours\nReason: spam"


@pytest.fixture
async def desk(house: Container, home: Home, joined: int, place: Stage) -> Desk:
    place.fan.user.language_code = "en"
    living = Living(house, joined)
    robin = Visitor(place.world, place.world.user("Robin", "en"))
    place.world.enter(place.supergroup, robin.user, quietly=True)
    await employ(house, home, living, place, robin, Role.MODERATOR)
    made = Desk(house, home, living, place, robin)
    await made.order("/mute 2h spam", made.spam)
    return made


def private(desk: Desk, who: Visitor) -> list[Json]:
    return said(desk.place.world.private[desk.place.bot.id, who.user.id], desk.place.bot)


async def says(desk: Desk, who: Visitor, text: str) -> str:
    """Say something in private; the last thing that is said to it."""
    who.says(desk.place.bot, text)
    await desk.living.goes_on()
    return str(private(desk, who)[-1]["text"])


async def presses(desk: Desk, label: str, who: Visitor | None = None) -> None:
    """Press a button of the card that the moderator got."""
    one = who or desk.moderator
    task = asyncio.create_task(one.presses(private(desk, one)[-1], label))
    await asyncio.sleep(0)
    await desk.living.goes_on()
    await task


async def test_the_cases_message_leads_to_the_appeal(desk: Desk) -> None:
    rows = said(desk.group, desk.place.bot)[-1]["reply_markup"]["inline_keyboard"]
    links = [one["url"] for row in rows for one in row if "url" in one]
    assert links == [f"https://t.me/{desk.place.bot.username}?start=appeal_1"]
    answer = await says(desk, desk.fan, "/start appeal_1")
    assert LINE in answer
    assert "/appeal 1 and why" in answer
    assert LINE.partition("\n")[0] in await says(desk, desk.fan, "/appeal"), "also without its number"


async def test_an_approved_appeal_undoes_the_case_and_the_fan_is_told(desk: Desk) -> None:
    assert "Your appeal is in" in await says(desk, desk.fan, "/appeal 1 I only asked.")
    card = private(desk, desk.moderator)[-1]["text"]
    assert card == f"Appeal. {LINE}\n\n“I only asked.”"
    await presses(desk, "Approve")
    assert desk.standing().status == "member"
    assert private(desk, desk.fan)[-1]["text"] == "Your appeal on case 1 was approved."
    assert "approved by Robin" in private(desk, desk.moderator)[-1]["text"]
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert (await moderation.get_case(uow, desk.home.avatar.id, 1)).state == "undone"


async def test_of_two_moderators_the_first_decides_and_the_fan_hears_once(desk: Desk) -> None:
    other = Visitor(desk.place.world, desk.place.world.user("Grace", "en"))
    await employ(desk.house, desk.home, desk.living, desk.place, other, Role.MODERATOR)
    await says(desk, desk.fan, "/appeal 1 I only asked.")
    await says(desk, desk.fan, "/appeal 1 Once more.")
    assert sum("Appeal. " in one["text"] for one in private(desk, other)) == 1
    task = asyncio.create_task(desk.moderator.presses(private(desk, desk.moderator)[-1], "Deny"))
    second = asyncio.create_task(other.presses(private(desk, other)[-1], "Approve"))
    await asyncio.sleep(0)
    await desk.living.goes_on()
    await asyncio.gather(task, second)
    assert desk.standing().status == "restricted"
    heard = [one["text"] for one in private(desk, desk.fan)]
    assert sum("Your appeal on case 1" in text for text in heard) == 1
    assert "denied by Robin" in private(desk, other)[-1]["text"]


async def test_who_may_only_look_gets_no_card(desk: Desk) -> None:
    viewer = Visitor(desk.place.world, desk.place.world.user("Vera", "en"))
    await employ(desk.house, desk.home, desk.living, desk.place, viewer, Role.VIEWER)
    await says(desk, desk.fan, "/appeal 1 I only asked.")
    assert "Appeal. " in private(desk, desk.moderator)[-1]["text"]
    assert not any("Appeal. " in one["text"] for one in private(desk, viewer))


async def test_nobody_appeals_or_reads_a_case_about_somebody_else(desk: Desk) -> None:
    stranger = Visitor(desk.place.world, desk.place.world.user("Mallory", "en"))
    for text in ("/start", "/appeal 1 Let me in", "/start appeal_1", "/appeal 99 why", "/appeal"):
        answer = await says(desk, stranger, text)
        assert "spam" not in answer
    assert answer.endswith("I know of no case about you.")
    for text in ("/case 1 approve", "/case 1 undo"):
        await says(desk, desk.fan, text)
    assert desk.standing().status == "restricted"


async def test_a_link_orders_nothing(desk: Desk) -> None:
    await says(desk, desk.fan, "/start forgetme_yes")
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert await uow.fetch("SELECT 1 FROM privacy_request") == []
    assert "there is no such case" in (await says(desk, desk.moderator, "/case 1 deny")).lower()
    assert texts(desk.group, desk.place.bot)[-1].endswith(LINE)


async def test_an_appeal_that_cannot_be_carried_out_stays_open_and_nobody_is_told_otherwise(
    desk: Desk,
) -> None:
    await says(desk, desk.fan, "/appeal 1 I only asked.")
    bot = desk.group.member(desk.place.bot.id)
    assert bot
    # Telegram hasn't told that the rights are others now.
    rights, bot.rights = bot.rights, {"can_manage_chat": True}
    await presses(desk, "Approve")
    assert str(private(desk, desk.fan)[-1]["text"]).startswith(
        "Your appeal on case 1 was approved, but undoing the case didn't work yet."
    )
    (card,) = (each for each in private(desk, desk.moderator) if "undoing it failed" in each["text"])
    assert card["text"].startswith(
        f"Appeal. {LINE}\n\n“I only asked.”\n\nI need the right “Restrict members” here. It was approved, but"
    )
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert [each.number for each in await moderation.appeals.waiting(uow, desk.home.avatar.id)] == [1]
    assert "could not be undone: it is still in force.\nI need" in await desk.order("/case 1")
    bot.rights = rights
    task = asyncio.create_task(desk.moderator.presses(card, "Approve"))
    await asyncio.sleep(0)
    await desk.living.goes_on()
    await task
    assert desk.standing().status == "member"
    assert private(desk, desk.fan)[-1]["text"] == "Your appeal on case 1 was approved."


async def test_who_takes_a_case_back_hears_that_it_did_not_work(desk: Desk) -> None:
    bot = desk.group.member(desk.place.bot.id)
    assert bot
    rights, bot.rights = bot.rights, {"can_manage_chat": True}
    assert await desk.press("Undo") == (
        "Case 1 could not be undone: it is still in force.\nI need the right “Restrict members” here."
    )
    assert desk.standing().status == "restricted"
    bot.rights = rights
    assert await desk.press("Undo") == "Case 1 is undone."


async def test_an_appeal_is_not_approved_while_its_case_is_still_being_carried_out(desk: Desk) -> None:
    await desk.order("/unmute", desk.spam)
    desk.moderator.says(desk.group, "/ban", reply_to=desk.spam)
    await desk.living.hear()
    await desk.living.answer()
    desk.fan.says(desk.place.bot, "/appeal 3 I only asked.")
    await desk.living.hear()
    await desk.living.answer()
    desk.moderator.says(desk.place.bot, "/case 3 approve")
    await desk.living.goes_on()
    assert "still being carried out" in private(desk, desk.moderator)[-1]["text"]
    assert await says(desk, desk.moderator, "/case 3 approve") == "Appeal on case 3: approved by Robin."
    assert desk.standing().status == "left"
    assert private(desk, desk.fan)[-1]["text"] == "Your appeal on case 3 was approved."


async def test_what_waited_when_the_bot_was_removed_is_not_done_and_is_told(desk: Desk) -> None:
    living, house, home = desk.living, desk.house, desk.home
    await says(desk, desk.fan, "/appeal 1 I only asked.")
    desk.moderator.says(desk.place.bot, "/case 1 approve")
    desk.moderator.says(desk.group, "/ban", reply_to=desk.spam)
    await living.hear()
    await living.answer()
    async with house.db.uow(home.creator_id) as uow:
        before = await moderation.appeals.of_case(uow, await moderation.get_case(uow, home.avatar.id, 1))
        assert before
        assert before.state == "approving"
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    async with house.db.uow(home.creator_id) as uow:
        first, second = [await moderation.get_case(uow, home.avatar.id, number) for number in (1, 2)]
        appeal = await moderation.appeals.of_case(uow, first)
        assert (first.state, second.state, second.error) == ("done", "failed", "removed")
        assert appeal
        assert appeal.state == "waiting", "nobody has taken it back"
        with pytest.raises(NotUndone, match="not connected there"):
            await moderation.undo(uow, home.avatar.id, 1, by="Robin")
    assert desk.standing().status == "restricted"
