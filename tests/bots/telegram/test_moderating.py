"""Moderators at work in a Telegram group: each order, its undoing, and whoever may not give it."""

from datetime import timedelta
from typing import Any

import pytest

from app.container import Container
from app.services import Dsn
from community import service as community
from community.types import Role
from conversation import service as conversation
from kernel import clock
from moderation import service as moderation
from moderation.types import CaseInfo, Settings
from tests.bots.telegram.conftest import join
from tests.bots.telegram.living import Living, said, texts
from tests.bots.telegram.moderators import Desk, employ
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, make_home
from tests.factories.rows import rows_with

ABOUT = ["warn", "mute", "unmute", "ban", "unban", "kick", "trust"]


@pytest.fixture
async def desk(house: Container, home: Home, joined: int, place: Stage) -> Desk:
    living = Living(house, joined)
    robin = Visitor(place.world, place.world.user("Robin", "en"))
    place.world.enter(place.supergroup, robin.user, quietly=True)
    await employ(house, home, living, place, robin, Role.MODERATOR)
    return Desk(house, home, living, place, robin)


async def cases(desk: Desk) -> tuple[CaseInfo, ...]:
    """All there are, oldest first."""
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        return (await moderation.cases(uow, desk.home.avatar.id)).items[::-1]


async def set_up(desk: Desk, **settings: Any) -> None:
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        await moderation.save_settings(uow, Settings(**settings))


def spam(desk: Desk) -> Json:
    """What a member wrote, that a moderator answers."""
    return desk.fan.says(desk.group, "Buy my wax!")


async def test_a_member_is_muted_and_undone_by_the_button(desk: Desk) -> None:
    answer = await desk.order("/mute 2h spam", spam(desk))
    assert answer == "Case 1: mute · Ana · 2 hours\nReason: spam"
    standing = desk.standing()
    assert standing.status == "restricted"
    assert not any(standing.rights.values())
    assert abs(standing.until - desk.place.world.clock.now() - 7200) < 60
    (case,) = await cases(desk)
    assert (case.state, case.by, case.words, case.name) == ("done", "Robin", "Buy my wax!", "Ana")
    assert await desk.press("Undo") == "Case 1 is undone."
    assert desk.standing().status == "member"
    (case,) = await cases(desk)
    assert (case.state, case.undone_by) == ("undone", "Robin")
    assert await desk.order("/case 1 undo") == "Case 1 is undone.", "it is, whoever says it twice"


@pytest.mark.parametrize(
    ("order", "status", "back"),
    [
        ("/mute", "restricted", "/unmute"),
        ("/ban", "kicked", "/unban"),
        ("/ban 7d", "kicked", "/case 1 undo"),
        ("/kick", "left", ""),
    ],
)
async def test_each_order_does_what_it_says_and_its_opposite_takes_it_back(
    desk: Desk, order: str, status: str, back: str
) -> None:
    written = spam(desk)
    assert (await desk.order(f"{order} rude", written)).startswith("Case 1: ")
    assert desk.standing().status == status
    if not back:
        assert "come again by themselves" in await desk.order("/case 1 undo")
        return
    assert await desk.order(back, written)
    assert desk.standing().status in ("member", "left")
    assert (await cases(desk))[0].state == "undone"


@pytest.mark.parametrize(("order", "back"), [("/ban 7d", "/unban"), ("/mute 2h", "/unmute")])
async def test_what_lifts_is_not_undone_into_something_for_good(desk: Desk, order: str, back: str) -> None:
    written = spam(desk)
    await desk.order(order, written)
    await desk.order(back, written)
    assert "mute or ban them again" in await desk.order("/case 2 undo")
    assert desk.standing().status in ("left", "member")


async def test_undoing_a_case_leaves_what_another_asks_for(desk: Desk) -> None:
    written = spam(desk)
    for order in ("/mute 1h", "/mute 6h"):
        await desk.order(order, written)
    await desk.order("/case 2 undo")
    left = desk.standing().until - desk.place.world.clock.now()
    assert (desk.standing().status, abs(left - 3600) < 60) == ("restricted", True)
    await desk.order("/ban", written)
    assert await desk.order("/case 1 undo") == "Case 1 is undone."
    assert desk.standing().status == "kicked"
    await desk.order("/case 3 undo")
    assert desk.standing().status == "left", "nothing is left to hold them"


async def test_what_is_over_is_not_undone(desk: Desk, telegram: TelegramServer) -> None:
    await desk.order("/mute 1h", spam(desk))
    with clock.shifted(timedelta(hours=2)):
        calls = len(telegram.made("restrictChatMember"))
        assert "nothing to undo" in await desk.order("/case 1 undo")
        await desk.order("/case 1")
        assert "Undo" not in str(said(desk.group, desk.place.bot)[-1].get("reply_markup"))
    assert len(telegram.made("restrictChatMember")) == calls


async def test_warnings_add_up_to_a_mute_and_a_ban_and_fall_away(desk: Desk) -> None:
    await set_up(desk, mute_at=2, mute_h=3, ban_at=3, decay_days=30)
    written = spam(desk)
    assert await desk.order("/warn rude", written) == (
        "Case 1: warning · Ana · warnings in force: 1\nReason: rude"
    )
    assert desk.standing().status == "member"
    with clock.shifted(timedelta(days=31)):
        assert "in force: 1" in await desk.order("/warn", written), "the first has fallen away"
        assert "in force: 2" in await desk.order("/warn", written)
        assert desk.standing().status == "restricted"
        assert texts(desk.group, desk.place.bot)[-1] == "Case 4: mute · Ana · 3 hours"
        await desk.order("/case 3 undo")
        assert "in force: 2" in await desk.order("/warn", written), "what is undone doesn't count"
        assert "in force: 3" in await desk.order("/warn", written)
    assert desk.standing().status == "kicked"
    assert [each.rule for each in await cases(desk)] == [
        "",
        "",
        "",
        "warnings",
        "",
        "warnings",
        "",
        "warnings",
    ]


async def test_messages_are_deleted_by_their_number_or_from_one_on(desk: Desk) -> None:
    kept = desk.fan.says(desk.group, "Hello")
    first = [desk.fan.says(desk.group, f"wax {n}") for n in range(3)]
    assert await desk.order("/purge 3") == "Case 1: deletion · messages: 3"
    assert kept["message_id"] in desk.group.messages
    assert not any(one["message_id"] in desk.group.messages for one in first)
    more = [desk.fan.says(desk.group, f"soap {n}") for n in range(150)]
    await desk.order("/purge", more[10])
    left = [one for one in more if one["message_id"] in desk.group.messages]
    assert left == more[:10]
    assert "stays deleted" in await desk.order("/case 1 undo")
    assert "up to 300" in await desk.order("/purge")
    assert "up to 300" in await desk.order("/purge 301")


async def test_a_deletion_says_how_many_lie_between_and_leaves_topics_alone(desk: Desk) -> None:
    first = desk.fan.says(desk.group, "wax 1")
    desk.fan.says(desk.group, "wax 2")
    assert await desk.order("/purge", first) == "Case 1: deletion · messages: 2"
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        await uow.send("UPDATE chat SET kind = 'forum'")
    assert "can't be done in a topic" in await desk.order("/purge 5")


async def test_a_span_in_no_known_unit_is_asked_about(desk: Desk) -> None:
    written = spam(desk)
    assert "I don't know that span" in await desk.order("/ban 2 fortnights", written)
    assert desk.standing().status == "member"
    assert "30 days" in (await desk.order("/ban 1 month", written)).replace("4 weeks", "30 days")


async def test_somebody_is_named_instead_of_answered(desk: Desk) -> None:
    desk.fan.user.username = "ana_wax"
    assert "haven't heard from that name" in await desk.order("/mute @ana_wax 2h spam")
    spam(desk)
    assert await desk.order("/mute @Ana_Wax 2h spam") == "Case 1: mute · Ana · 2 hours\nReason: spam"
    assert await desk.order(f"/unmute {desk.fan.user.id}") == "Case 2: unmute · Ana"
    assert (await desk.order("/ban 123456789")).startswith("Case 3: ban · 123456789 · for good\nI can't find")
    mention: Json = {
        "text": "/mute Ana 30m enough",
        "entities": [
            {"type": "bot_command", "offset": 0, "length": 5},
            {"type": "text_mention", "offset": 6, "length": 3, "user": desk.fan.user.to_json()},
        ],
    }
    desk.moderator.sends(desk.group, mention)
    await desk.living.goes_on()
    assert texts(desk.group, desk.place.bot)[-1] == "Case 4: mute · Ana · 30 minutes\nReason: enough"
    assert "Reply with it" in await desk.order("/mute 2h")


async def test_an_order_hits_who_is_meant_whoever_else_is_named(desk: Desk) -> None:
    carol = Visitor(desk.place.world, desk.place.world.user("Carol", "en"))
    carol.user.username = "carol"
    desk.place.world.enter(desk.group, carol.user, quietly=True)
    carol.says(desk.group, "Hello")
    written = spam(desk)
    for order in ("/warn spamming @carol", "/warn @carol", "/warn 20000 links", "/warn dry 20000 links"):
        answer = await desk.order(order, written)
        assert ("Carol" if order == "/warn @carol" else "Ana") in answer, answer
    assert "haven't heard from that name" in await desk.order("/ban @dave", written)
    mention: Json = {
        "text": "/mute bothered Carol",
        "entities": [
            {"type": "bot_command", "offset": 0, "length": 5},
            {"type": "text_mention", "offset": 15, "length": 5, "user": carol.user.to_json()},
        ],
        "reply_to_message": written,
    }
    desk.moderator.sends(desk.group, mention)
    await desk.living.goes_on()
    assert texts(desk.group, desk.place.bot)[-1].startswith("Case 4: mute · Ana · 1 hour")
    assert await desk.order("/mute 30m @carol loud") == "Case 5: mute · Carol · 30 minutes\nReason: loud"


async def test_an_order_that_is_reworded_before_its_turn_hits_nobody(desk: Desk) -> None:
    desk.fan.user.username = "ana_wax"
    spam(desk)
    order = desk.moderator.says(desk.group, "/ban @ana_wax")
    desk.moderator.edits(order, "/ban @bob")
    await desk.living.goes_on()
    assert desk.standing().status == "member"
    assert await cases(desk) == ()


async def test_a_mute_that_is_late_ends_all_the_same(desk: Desk, telegram: TelegramServer) -> None:
    desk.place.world.faults.refuse(502, "Bad Gateway", "restrictChatMember")
    await desk.order("/mute 1m", spam(desk))
    with clock.shifted(timedelta(seconds=50)):
        await desk.living.goes_on()
        until = telegram.made("restrictChatMember")[-1].given["until_date"]
        assert int(until) >= clock.now().timestamp() + 30


@pytest.mark.parametrize("name", [*ABOUT, "purge", "case", "modlog"])
async def test_who_may_not_order_is_not_even_answered(
    desk: Desk, telegram: TelegramServer, name: str
) -> None:
    written = spam(desk)
    other = Visitor(desk.place.world, desk.place.world.user("Grace", "en"))
    desk.place.world.enter(desk.group, other.user, quietly=True)
    await employ(desk.house, desk.home, desk.living, desk.place, other, Role.VIEWER)
    for who in (desk.fan, other):
        assert await desk.order(f"/{name} 2", written, by=who) == ""
    assert desk.standing().status == "member"
    assert await cases(desk) == ()
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert await uow.fetch("SELECT 1 FROM moderation_pointed") == [], "nor is it kept whom they meant"


@pytest.mark.parametrize("name", ["warn", "mute", "ban", "kick"])
async def test_nothing_is_ordered_against_the_team_or_an_administrator(desk: Desk, name: str) -> None:
    mine = desk.moderator.says(desk.group, "I am of the team")
    assert "of the team or an administrator" in await desk.order(f"/{name}", mine)
    owner = desk.place.creator.says(desk.group, "I own this group")
    answer = await desk.order(f"/{name}", owner)
    assert name == "warn" or "of the team or an administrator" in answer
    assert desk.standing(desk.place.creator).status == "creator"


async def test_a_right_that_is_missing_is_named(desk: Desk) -> None:
    written = spam(desk)
    member = desk.group.member(desk.place.bot.id)
    assert member
    # Telegram hasn't told that the rights are others now.
    member.rights = {"can_manage_chat": True}
    answer = await desk.order("/mute 2h", written)
    assert answer == "Case 1: mute · Ana · 2 hours\nI need the right “Restrict members” here."
    assert "“Delete messages”" in await desk.order("/purge 2")
    assert [each.state for each in await cases(desk)] == ["failed", "failed"]
    member.rights = {}
    desk.place.world.promote(desk.group, desk.place.bot, desk.place.creator.user, "can_pin_messages")
    # Now it has, and nothing is tried.
    assert await desk.order("/ban", written) == "I need the right “Restrict members” here."
    assert await desk.order("/purge 2") == "I need the right “Delete messages” here."
    assert len(await cases(desk)) == 2
    desk.place.world.promote(desk.group, desk.place.bot, desk.place.creator.user)
    assert await desk.order("/ban", written) == "Case 3: ban · Ana · for good"


async def test_a_dry_run_says_what_it_would_do_and_does_nothing(desk: Desk) -> None:
    written = spam(desk)
    assert await desk.order("/mute dry 2h spam", written) == (
        "Dry run: nothing was done. It would be:\nmute · Ana · 2 hours\nReason: spam"
    )
    await set_up(desk, dry=True)
    for order in ("/ban", "/warn", "/kick", "/purge 5"):
        assert (await desk.order(order, written)).startswith("Dry run")
    assert desk.standing().status == "member"
    assert await cases(desk) == ()


async def test_a_case_is_shown_and_the_log_lists_them(desk: Desk) -> None:
    assert await desk.order("/modlog") == "No cases yet."
    await desk.order("/mute 2h spam", spam(desk))
    assert await desk.order("/case 1") == ("Case 1: mute · Ana · 2 hours\nReason: spam\nBy: Robin\nin force")
    assert await desk.order("/modlog") == "Case 1: mute · Ana · 2 hours"
    assert await desk.order("/case 2") == "There is no such case."
    assert "number" in await desk.order("/case wax")
    with clock.shifted(timedelta(hours=3)):
        assert (await desk.order("/case 1")).endswith("\nover")


async def test_somebody_is_trusted_and_isnt_any_more(desk: Desk) -> None:
    written = spam(desk)
    assert await desk.order("/trust", written) == "Ana: no rule touches them any more."
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert [each.name for each in await moderation.trusted(uow)] == ["Ana"]
    assert await desk.order("/trust off", written) == "Ana: the rules hold again."
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert await moderation.trusted(uow) == ()


async def test_orders_belong_in_groups(desk: Desk) -> None:
    desk.moderator.says(desk.place.bot, "/mute 2h")
    await desk.living.goes_on()
    chat = desk.place.world.private[desk.place.bot.id, desk.moderator.user.id]
    assert texts(chat, desk.place.bot)[-1].endswith("This command is for a group.")


async def test_an_order_that_comes_twice_is_one_case(desk: Desk, telegram: TelegramServer) -> None:
    await desk.order("/mute 2h spam", spam(desk))
    desk.living.offset = 0
    desk.place.bot.updates.extendleft(reversed(desk.place.bot.confirmed))
    await desk.living.goes_on()
    assert len(await cases(desk)) == 1
    assert len(telegram.made("restrictChatMember")) == 1
    assert texts(desk.group, desk.place.bot).count("Case 1: mute · Ana · 2 hours\nReason: spam") == 1


@pytest.mark.parametrize("fault", ["lost answer", "lost call", "server", "too many"])
async def test_what_telegram_didnt_answer_is_done_again_and_told_once(
    desk: Desk, telegram: TelegramServer, fault: str
) -> None:
    faults = desk.place.world.faults
    if fault == "lost answer":
        faults.lose_answer("restrictChatMember")
    elif fault == "lost call":
        faults.lose_call("restrictChatMember")
    elif fault == "server":
        faults.refuse(502, "Bad Gateway", "restrictChatMember")
    else:
        faults.limit(1, "restrictChatMember")
    await desk.order("/mute 2h", spam(desk))
    with clock.shifted(timedelta(seconds=30)):
        await desk.living.goes_on()
    assert desk.standing().status == "restricted"
    assert [text for text in texts(desk.group, desk.place.bot) if text] == ["Case 1: mute · Ana · 2 hours"]


async def test_who_writes_as_a_channel_is_banned_as_one(desk: Desk) -> None:
    written = desk.fan.says(desk.group, "As a channel", as_chat=desk.place.channel)
    assert "can only be banned" in await desk.order("/mute 2h", written)
    assert await desk.order("/ban", written) == "Case 2: ban · Candle news · for good"
    assert desk.group.sender_bans == {desk.place.channel.id}
    await desk.press("Undo")
    assert desk.group.sender_bans == set()


async def test_what_a_case_says_of_a_fan_goes_with_them(desk: Desk) -> None:
    await desk.order("/mute 2h spam", spam(desk))
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        fan = await community.find_fan(uow, "telegram", str(desk.fan.user.id))
        assert fan
        await conversation.erase_by_creator(uow, fan.id)
    (case,) = await cases(desk)
    assert (case.name, case.user_id, case.reason, case.words) == ("", "", "", "")
    assert "the person is erased" in await desk.order("/case 1")
    assert "has been erased" in await desk.order("/case 1 undo")


async def test_nothing_that_was_told_of_a_fan_outlives_them(desk: Desk, dsn: Dsn) -> None:
    desk.fan.user.first_name = "Quillon"
    await set_up(desk, mute_at=1)
    written = spam(desk)
    await desk.order("/warn for vermouth", written)
    await desk.order("/ban for vermouth", written)
    desk.fan.says(desk.place.bot, "/appeal 3 I sold zeppelins")
    await desk.living.goes_on()
    await desk.press("Undo")
    words = ("Quillon", "vermouth", "zeppelins", "Buy my wax")
    assert any(row.startswith("outbound: ") for row in rows_with(dsn, *words))
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        fan = await community.find_fan(uow, "telegram", str(desk.fan.user.id))
        assert fan
        await conversation.erase_by_creator(uow, fan.id)
    assert rows_with(dsn, *words, str(desk.fan.user.id)) == []


async def test_what_waits_to_be_done_about_somebody_who_is_erased_is_not_done(desk: Desk) -> None:
    desk.moderator.says(desk.group, "/ban", reply_to=spam(desk))
    await desk.living.hear()
    await desk.living.answer()
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        fan = await community.find_fan(uow, "telegram", str(desk.fan.user.id))
        assert fan
        await conversation.erase_by_creator(uow, fan.id)
    await desk.living.goes_on()
    assert desk.standing().status == "member"
    (case,) = await cases(desk)
    assert (case.state, case.error) == ("failed", "erased")
    assert "erased before this was done" in await desk.order("/case 1")


async def test_cases_move_with_their_group(house: Container, desk: Desk) -> None:
    group = desk.place.group
    desk.place.world.enter(group, desk.moderator.user, quietly=True)
    desk.place.world.promote(group, desk.place.bot, desk.place.creator.user)
    written = desk.fan.says(group, "Buy my wax!")
    desk.moderator.says(group, "/warn rude", reply_to=written)
    desk.moderator.says(group, "/mute 2h", reply_to=written)
    await desk.living.goes_on()
    assert "supergroups only" in texts(group, desk.place.bot)[-1]
    new = desk.place.world.migrate(group, desk.place.creator.user)
    await desk.living.goes_on()
    assert {each.room for each in await cases(desk)} == {str(new.id)}


async def test_two_creators_bots_in_one_group_have_their_own_cases_and_people(
    house: Container, desk: Desk, telegram: TelegramServer
) -> None:
    other = await make_home(house.db)
    bot = desk.place.world.bot("OtherStandInBot", reads_all=True)
    connection = await join(house, other, bot)
    desk.place.world.enter(desk.group, bot, quietly=True)
    desk.place.world.promote(desk.group, bot, desk.place.creator.user)
    theirs = Living(house, connection)
    await desk.order("/warn rude", spam(desk))
    await theirs.goes_on()
    assert said(desk.group, bot) == [], "it is nobody's order to that bot"
    async with house.db.uow(other.creator_id) as uow:
        assert (await moderation.cases(uow, other.avatar.id)).items == ()
        assert await uow.fetch("SELECT 1 FROM moderation_subject") == []
