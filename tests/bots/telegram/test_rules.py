"""Rules that act by themselves in a Telegram group: locks, floods, raids, captchas, and who is spared."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.container import Container
from community.types import Role
from conversation import service as conversation
from kernel import clock
from moderation import guarding
from moderation import service as moderation
from moderation.service import Rules
from moderation.types import CaseInfo, Kind
from tests.bots.telegram.living import Living, said, texts
from tests.bots.telegram.moderators import Desk, employ
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def desk(house: Container, home: Home, joined: int, place: Stage) -> Desk:
    living = Living(house, joined)
    robin = Visitor(place.world, place.world.user("Robin", "en"))
    place.world.enter(place.supergroup, robin.user, quietly=True)
    await employ(house, home, living, place, robin, Role.MODERATOR)
    return Desk(house, home, living, place, robin)


async def rule(desk: Desk, **rules: Any) -> None:
    """Put rules in force in the group."""
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        await moderation.save_rules(uow, desk.living.connection_id, str(desk.group.id), Rules(**rules))
    desk.house.rule_book.forget()


async def cases(desk: Desk) -> tuple[CaseInfo, ...]:
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        return (await moderation.cases(uow, desk.home.avatar.id)).items[::-1]


async def writes(desk: Desk, text: str, who: Visitor | None = None, **more: Any) -> bool:
    """Somebody writes in the group; whether it stays."""
    message = (who or desk.fan).says(desk.group, text, **more)
    await desk.living.goes_on()
    return message["message_id"] in desk.group.messages


def comes(desk: Desk, name: str, *, quietly: bool = True) -> Visitor:
    """Somebody joins."""
    visitor = Visitor(desk.place.world, desk.place.world.user(name, "en"))
    desk.place.world.enter(desk.group, visitor.user, quietly=quietly)
    return visitor


@pytest.mark.parametrize(
    ("order", "breaks", "keeps"),
    [
        (
            "links",
            ["see https://wax.example", "go to wax.com/now", "ｗａｘ．ｃｏｍ"],
            ["12.30 today", "e.g. wax"],
        ),
        ("invites", ["t.me/+abcdef", "join t․me/joinchat/x", "discord.gg/wax"], ["t.me/candle_news"]),
        (
            "phrase free money",
            ["FREE  money here", "frее mоney", "f\u200bree m0ney"],
            ["freedom"],
        ),
        ("phrase 免费领取", ["点击免费领取礼物"], ["免费"]),
    ],
)
async def test_what_is_locked_is_deleted_and_what_is_let_go_stays(
    desk: Desk, order: str, breaks: list[str], keeps: list[str]
) -> None:
    assert (await desk.order(f"/lock {order}")).startswith("Case 1: lock · ")
    for text in breaks:
        assert not await writes(desk, text), text
    for text in keeps:
        assert await writes(desk, text), text
    found = (await cases(desk))[1:]
    assert [each.kind for each in found] == [Kind.DELETE] * len(breaks)
    assert {each.rule for each in found} == {order.split()[0].replace("phrase", "phrases")}
    assert [each.words for each in found] == breaks
    assert (await desk.order(f"/lock off {order}")).endswith("off")
    assert await writes(desk, breaks[0])
    await desk.order(f"/case {len(found) + 2} undo")
    assert not await writes(desk, breaks[0]), "undoing the unlocking locks"


async def test_media_are_locked_and_an_edit_is_held_to_the_rules(desk: Desk) -> None:
    await rule(desk, media=True, links=True)
    picture = desk.fan.sends_file(desk.group, "photo", b"wax")
    written = desk.fan.says(desk.group, "harmless")
    await desk.living.goes_on()
    assert picture["message_id"] not in desk.group.messages
    desk.fan.edits(written, "now https://wax.example")
    await desk.living.goes_on()
    assert written["message_id"] not in desk.group.messages


async def test_a_lock_may_warn(desk: Desk) -> None:
    await rule(desk, links=True, warns=True)
    await writes(desk, "https://wax.example")
    assert texts(desk.group, desk.place.bot) == ["Case 2: warning · Ana · warnings in force: 1"]


async def test_the_team_administrators_trusted_and_the_channels_posts_are_spared(desk: Desk) -> None:
    await rule(desk, links=True, flood=1)
    link = "https://wax.example"
    assert await writes(desk, link, desk.moderator)
    assert await writes(desk, link, desk.place.creator)
    assert await writes(desk, link, desk.place.creator, as_chat=desk.group)
    written = desk.fan.says(desk.group, "trust me")
    await desk.order("/trust", written)
    assert await writes(desk, link)
    assert await cases(desk) == ()


async def test_who_floods_is_muted_once_and_nobody_else(desk: Desk) -> None:
    await rule(desk, flood=3, flood_s=10, flood_min=20)
    grace = comes(desk, "Grace")
    desk.place.bot.updates.clear()
    for number in range(3):
        assert await writes(desk, f"{number}")
        assert await writes(desk, f"{number}", grace)
    assert not await writes(desk, "one too many")
    assert desk.standing().status == "restricted"
    assert desk.standing(grace).status == "member"
    assert texts(desk.group, desk.place.bot) == ["Case 2: mute · Ana · 20 minutes"]
    assert {each.rule for each in await cases(desk)} == {"flood"}


async def test_an_album_counts_as_one_message(desk: Desk) -> None:
    await rule(desk, flood=2, flood_s=30)
    first = desk.fan.sends_album(desk.group, PICTURE, PICTURE, PICTURE)
    await desk.living.goes_on()
    assert await writes(desk, "What do you think?")
    assert {each["message_id"] for each in first} <= desk.group.messages.keys()
    assert desk.standing().status == "member"
    more = desk.fan.sends_album(desk.group, PICTURE, PICTURE, PICTURE)
    await desk.living.goes_on()
    assert desk.standing().status == "restricted"
    assert not desk.group.messages.keys() & {each["message_id"] for each in more}, "it goes whole"


async def test_slow_mode_takes_an_album_as_one_message(desk: Desk) -> None:
    await desk.order("/slowmode 30s")
    first, more = (desk.fan.sends_album(desk.group, PICTURE, PICTURE) for _ in range(2))
    await desk.living.goes_on()
    assert {each["message_id"] for each in first} <= desk.group.messages.keys()
    assert not desk.group.messages.keys() & {each["message_id"] for each in more}


async def test_an_album_is_warned_for_once(desk: Desk) -> None:
    await rule(desk, media=True, warns=True)
    album = desk.fan.sends_album(desk.group, PICTURE, PICTURE, PICTURE)
    await desk.living.goes_on()
    assert not desk.group.messages.keys() & {each["message_id"] for each in album}
    assert [each.kind for each in await cases(desk)].count(Kind.WARN) == 1
    assert desk.standing().status == "member"


async def test_two_phrases_locked_at_once_are_both_locked(desk: Desk) -> None:
    people = [desk.moderator, Visitor(desk.place.world, desk.place.world.user("Grace", "en"))]
    desk.place.world.enter(desk.group, people[1].user, quietly=True)
    await employ(desk.house, desk.home, desk.living, desk.place, people[1], Role.MODERATOR)
    for who, phrase in zip(people, ("wax", "soap"), strict=True):
        who.says(desk.group, f"/lock phrase {phrase}")
    while await desk.living.hear():
        pass
    async with desk.house.db.system_uow() as uow:
        threads = await uow.fetch("SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new'")
    assert len(threads) == 2
    asked = asyncio.Barrier(2)
    read: set[Any] = set()
    watched = guarding.watched

    async def together(*given: Any, **named: Any) -> guarding.Watched:
        known = await watched(*given, **named)
        if (order := asyncio.current_task()) not in read:
            read.add(order)
            await asked.wait()
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarding, "watched", together)
        await asyncio.gather(*(desk.house.turns.run(row.creator_id, row.thread_id) for row in threads))
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        rules = (await moderation.watched(uow, desk.living.connection_id, str(desk.group.id))).rules
    assert set(rules.phrases) == {"wax", "soap"}


async def test_a_message_that_comes_twice_counts_once(desk: Desk) -> None:
    await rule(desk, flood=3)
    for number in range(3):
        desk.fan.says(desk.group, f"{number}")
    await desk.living.hear()
    for _ in range(3):
        desk.living.offset = 0
        desk.place.bot.updates.extendleft(reversed(desk.place.bot.confirmed))
        await desk.living.goes_on()
    assert desk.standing().status == "member"


async def test_slow_mode_lets_one_message_through_in_a_while(desk: Desk) -> None:
    assert await desk.order("/slowmode 30s") == "Case 1: slow mode · 30 seconds"
    assert await writes(desk, "first")
    desk.place.world.clock.moves(5)
    assert not await writes(desk, "too soon")
    desk.place.world.clock.moves(60)
    assert await writes(desk, "later")
    assert await desk.order("/case 1 undo") == "Case 1 is undone."
    assert await writes(desk, "at once")


async def test_newcomers_send_no_links_for_a_while(desk: Desk) -> None:
    await rule(desk, newcomer_h=24)
    grace = comes(desk, "Grace")
    assert not await writes(desk, "https://wax.example", grace)
    assert await writes(desk, "Hello", grace)
    assert await writes(desk, "https://wax.example")
    desk.place.world.clock.moves(25 * 3600)
    assert await writes(desk, "https://wax.example", grace)


async def test_many_who_join_at_once_close_the_door_and_the_team_hears(desk: Desk) -> None:
    await rule(desk, raid=3, raid_s=60, raid_min=15)
    people = [comes(desk, f"Bot {number}") for number in range(5)]
    await desk.living.goes_on()
    assert [desk.standing(each).status for each in people] == ["member", "member", "left", "left", "left"]
    told = texts(desk.place.world.private[desk.place.bot.id, desk.moderator.user.id], desk.place.bot)[-1]
    assert told == "Case 1: nobody is let in · 15 minutes"
    assert [each.kind for each in await cases(desk)] == [Kind.RAID] + [Kind.KICK] * 3
    assert await desk.order("/raid off") == "Case 5: nobody is let in · off"
    late = comes(desk, "Late")
    await desk.living.goes_on()
    assert desk.standing(late).status == "member"


async def test_who_comes_again_at_once_is_put_out_again(desk: Desk) -> None:
    assert await desk.order("/raid 400d"), "however long"
    one = comes(desk, "One")
    await desk.living.goes_on()
    desk.place.world.clock.moves(10)
    desk.place.world.enter(desk.group, one.user, quietly=True)
    await desk.living.goes_on()
    assert desk.standing(one).status == "left"


async def test_nobody_is_punished_while_telegram_doesnt_say_who_they_are(desk: Desk) -> None:
    await rule(desk, links=True)
    assert not await writes(desk, "https://wax.example")
    grace = comes(desk, "Grace")
    desk.place.world.faults.refuse(502, "Bad Gateway", "getChatMember")
    assert await writes(desk, "https://wax.example", grace)
    assert not await writes(desk, "https://wax.example", grace), "as soon as it does"


async def test_the_channel_that_a_group_belongs_to_is_spared(desk: Desk) -> None:
    await rule(desk, links=True)
    desk.group.linked = desk.place.channel
    assert await writes(desk, "https://wax.example", as_chat=desk.place.channel)


async def test_the_door_is_closed_by_an_order_and_opened_by_undoing_it(desk: Desk) -> None:
    assert await desk.order("/raid on 30m") == "Case 1: nobody is let in · 30 minutes"
    one = comes(desk, "One")
    await desk.living.goes_on()
    assert desk.standing(one).status == "left"
    await desk.order("/case 1 undo")
    other = comes(desk, "Other")
    await desk.living.goes_on()
    assert desk.standing(other).status == "member"


async def test_undoing_a_rule_leaves_what_others_have_changed_since(desk: Desk) -> None:
    for order in ("/lock phrase wax", "/lock phrase soap", "/slowmode 30s", "/slowmode 60s"):
        await desk.order(order)
    assert await desk.order("/case 1 undo") == "Case 1 is undone."
    assert "changed later" in await desk.order("/case 3 undo")
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        rules = (await moderation.watched(uow, desk.living.connection_id, str(desk.group.id))).rules
    assert (rules.phrases, rules.slow_s) == (("soap",), 60)
    for order in ("/raid 1h", "/raid 2h"):
        await desk.order(order)
    assert "changed later" in await desk.order("/case 5 undo")
    late = comes(desk, "Late")
    await desk.living.goes_on()
    assert desk.standing(late).status == "left"


async def pressed(desk: Desk, who: Visitor, message: Json, label: str) -> str:
    """Press a captcha's button; what is shown for a moment."""
    pressing = asyncio.create_task(who.presses(message, label))
    await asyncio.sleep(0)
    await desk.living.goes_on()
    answer = await pressing
    return str((answer or {}).get("text", ""))


async def test_who_joins_presses_the_button_and_may_write(desk: Desk) -> None:
    assert await desk.order("/captcha on") == "Case 1: captcha at joining · on"
    grace = comes(desk, "Grace", quietly=False)
    await desk.living.goes_on()
    assert desk.standing(grace).status == "restricted"
    question = said(desk.group, desk.place.bot)[-1]
    assert question["text"].startswith("Welcome, Grace! Press the button within 5 min")
    assert await pressed(desk, desk.fan, question, "I'm a person") == "Esto es para otra persona."
    assert desk.standing(grace).status == "restricted"
    assert await pressed(desk, grace, question, "I'm a person") == "Thank you, you're in."
    assert desk.standing(grace).status == "member"
    assert question["message_id"] not in desk.group.messages
    with clock.shifted(timedelta(minutes=10)):
        assert await desk.house.captchas.tick() == 0


@pytest.mark.parametrize(("order", "status"), [("/mute 2h", "restricted"), ("/ban", "kicked")])
async def test_a_captcha_takes_nothing_back_that_a_moderator_ordered(
    desk: Desk, order: str, status: str
) -> None:
    await rule(desk, captcha="button", captcha_min=3)
    grace = comes(desk, "Grace")
    await desk.living.goes_on()
    question = said(desk.group, desk.place.bot)[-1]
    written = desk.fan.says(desk.group, "Look at her")
    written["from"] = grace.user.to_json()
    await desk.order(order, written)
    assert desk.standing(grace).status == status
    assert question["message_id"] not in desk.group.messages, "nobody is asked any more"
    with clock.shifted(timedelta(minutes=4)):
        await desk.house.captchas.tick()
        await desk.living.goes_on()
    assert desk.standing(grace).status == status


async def test_who_is_muted_answers_a_captcha_and_stays_so(desk: Desk) -> None:
    grace = comes(desk, "Grace")
    await desk.order("/mute 2h", grace.says(desk.group, "Buy my wax!"))
    desk.place.world.leave(desk.group, grace.user, grace.user)
    desk.place.world.clock.moves(120)
    await rule(desk, captcha="button")
    desk.place.world.enter(desk.group, grace.user, quietly=True)
    await desk.living.goes_on()
    question = said(desk.group, desk.place.bot)[-1]
    assert await pressed(desk, grace, question, "I'm a person") == "Thank you, you're in."
    assert desk.standing(grace).status == "restricted"


async def test_who_doesnt_answer_is_put_out_and_may_come_again(desk: Desk) -> None:
    await rule(desk, captcha="question", captcha_min=3)
    grace = comes(desk, "Grace")
    await desk.living.goes_on()
    with clock.shifted(timedelta(minutes=4)):
        assert await desk.house.captchas.tick() == 1
        assert await desk.house.captchas.tick() == 0
        await desk.living.goes_on()
    assert desk.standing(grace).status == "left"
    (case,) = await cases(desk)
    assert (case.kind, case.rule, case.name) == (Kind.KICK, "captcha", "Grace")
    desk.place.world.clock.moves(300)
    desk.place.world.enter(desk.group, grace.user, quietly=True)
    await desk.living.goes_on()
    question = said(desk.group, desk.place.bot)[-1]
    labels = [one["text"] for row in question["reply_markup"]["inline_keyboard"] for one in row]
    one, other = (int(each) for each in question["text"].partition("is ")[2].partition("?")[0].split(" + "))
    wrong = next(each for each in labels if each != str(one + other))
    assert await pressed(desk, grace, question, wrong) == "That isn't it. Try once more."
    assert await pressed(desk, grace, question, str(one + other)) == "Thank you, you're in."
    assert desk.standing(grace).status == "member"


async def test_who_asks_to_join_answers_in_private_and_is_let_in(desk: Desk) -> None:
    await rule(desk, requests=True)
    grace, bot = (Visitor(desk.place.world, desk.place.world.user(name, "en")) for name in ("Grace", "Bot"))
    for each in (grace, bot):
        each.asks_to_join(desk.group)
    await desk.living.goes_on()
    private: Chat = desk.place.world.private[desk.place.bot.id, grace.user.id]
    question = said(private, desk.place.bot)[-1]
    assert await pressed(desk, grace, question, "I'm a person") == "Thank you, you're in."
    assert desk.standing(grace).status == "member"
    with clock.shifted(timedelta(minutes=10)):
        await desk.house.captchas.tick()
        await desk.living.goes_on()
    assert desk.standing(bot) is None
    assert desk.group.requests == {}


async def test_the_rules_step_aside_where_another_bot_keeps_order(
    desk: Desk, telegram: TelegramServer
) -> None:
    rose = desk.place.world.bot("MissRose_bot")
    desk.place.world.enter(desk.group, rose, quietly=True)
    desk.place.world.promote(desk.group, rose, desk.place.creator.user)
    await rule(desk, links=True, captcha="button")
    assert await writes(desk, "https://wax.example")
    grace = comes(desk, "Grace")
    await desk.living.goes_on()
    assert desk.standing(grace).status == "member"
    assert "@MissRose_bot keeps order" in await desk.order("/lock invites")
    assert (await desk.order("/mute 2h", desk.fan.says(desk.group, "hey"))).startswith("Case 2: mute")
    await rule(desk, links=True, despite=True)
    assert not await writes(desk, "https://wax.example", grace)
    await rule(desk, links=True)
    assert await writes(desk, "https://wax.example", grace)
    desk.place.world.leave(desk.group, rose, desk.place.creator.user)
    await desk.living.goes_on()
    assert not await writes(desk, "https://wax.example", grace), "it is gone"


async def test_what_is_counted_goes_with_the_fan(desk: Desk) -> None:
    await rule(desk, flood=5)
    desk.fan.says(desk.place.bot, "Hello")
    await writes(desk, "one")
    async with desk.house.db.uow(desk.home.creator_id) as uow:
        assert len(await uow.fetch("SELECT 1 FROM moderation_seen")) == 1
        fan = await uow.fetch_one(
            "SELECT fan_id FROM identity WHERE platform_user_id = %(user)s", {"user": str(desk.fan.user.id)}
        )
        await conversation.erase_by_creator(uow, fan.fan_id)
        assert await uow.fetch("SELECT 1 FROM moderation_seen") == []


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("/slowmode wax", "Say how long"),
        ("/lock wax", "Say what"),
        ("/captcha", "Write on or off"),
        ("/raid", "Write on or off"),
        ("/lock dry links", "Dry run: nothing was done. It would be:\nlock · links · on"),
        ("/captcha dry on", "Dry run"),
        ("/raid dry on", "Dry run"),
        ("/slowmode dry 30s", "Dry run"),
    ],
)
async def test_orders_about_rules_say_what_they_miss_or_would_do(desk: Desk, order: str, told: str) -> None:
    assert (await desk.order(order)).startswith(told)
    assert await cases(desk) == ()


@pytest.mark.parametrize("name", ["slowmode", "captcha", "lock", "raid"])
async def test_rules_are_nobody_elses_to_change(desk: Desk, name: str) -> None:
    assert await desk.order(f"/{name} on", by=desk.fan) == ""
    assert await cases(desk) == ()
