"""What comes by Telegram is taken in once, answered in its place, and of what isn't meant nothing is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from app.container import Container
from bots.telegram.polling import updates_of
from bots.telegram.reading import read
from community import service as community
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.turn import Turns
from kernel.i18n import t
from persona_engine.service import Asked, PersonaContext, Reply
from tests.bots.telegram.living import Living, said, texts
from tests.conversation.stand_ins import Avatar, Echo
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, set_mode

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def echo(house: Container) -> Echo:
    house.responder = Echo()
    return house.responder


@pytest.fixture
def living(house: Container, echo: Echo, joined: int) -> Living:
    return Living(house, joined)


async def rows(house: Container, query: str) -> list[Any]:
    async with house.db.system_uow() as uow:
        return await uow.fetch(query)  # type: ignore[arg-type]


async def test_a_question_in_private_is_answered_there(living: Living, place: Stage) -> None:
    place.fan.says(place.bot, "Why is the flame yellow?")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert texts(chat, place.bot)[-1].endswith("re: Why is the flame yellow?")


async def test_an_update_that_comes_twice_is_one_message(living: Living, place: Stage, echo: Echo) -> None:
    place.fan.says(place.bot, "Why?")
    await living.hear()
    living.offset = 0  # a process that died before it confirmed
    place.bot.updates.extendleft(reversed(place.bot.confirmed))
    await living.goes_on()
    assert echo.asked.count("Why?") == 1


async def test_a_bot_that_was_renamed_is_called_by_its_new_name_once_it_has_answered_anybody(
    living: Living, place: Stage
) -> None:
    place.bot.username = "CandleStandInBot"
    place.fan.says(place.bot, "Why?")
    await living.goes_on()
    place.fan.says(place.supergroup, "@CandleStandInBot why is it yellow?")
    place.creator.says(place.supergroup, "@EmberStandInBot is who?")
    await living.goes_on()
    (answer,) = texts(place.supergroup, place.bot)
    assert answer.endswith("re: why is it yellow?")


async def test_of_what_a_group_says_among_itself_nothing_is_kept(
    living: Living, place: Stage, house: Container
) -> None:
    place.bot.reads_all = True
    for text in ("morning all", "did you see the new video?", "/weather", "@SomebodyElse hi"):
        place.fan.says(place.supergroup, text)
    await living.hear()
    assert await rows(house, "SELECT * FROM message WHERE text <> '/start'") == []


async def test_since_when_it_is_in_a_group_is_kept_and_a_restriction_doesnt_change_that(
    living: Living, place: Stage, house: Container
) -> None:
    async def entered() -> datetime:
        found = await rows(house, f"SELECT entered_at FROM chat WHERE platform_chat_id = '{place.group.id}'")
        at: datetime = found[0].entered_at
        return at

    place.world.clock.moves(60)
    place.creator.removes(place.group, place.bot)
    place.creator.adds(place.group, place.bot)
    await living.hear()
    came = await entered()
    place.world.clock.moves(60)
    rights = {"can_send_messages": True}
    place.world.change(place.group, place.creator.user, place.bot, status="restricted", rights=rights)
    await living.hear()
    assert await entered() == came
    place.creator.promotes(place.group, place.bot)
    await living.hear()
    assert await entered() > came


async def test_a_group_has_the_title_that_it_was_given_last(
    living: Living, place: Stage, house: Container
) -> None:
    await living.hear()
    for title in ("Wax lab", "Tallow lab"):
        place.world.clock.moves(5)
        place.creator.renames(place.supergroup, title)
        place.creator.renames(place.channel, f"{title} news")
    told = list(place.bot.updates)
    place.bot.updates.clear()
    bot = await living.bot()
    for raw in (*reversed(told), *told):
        found = read(house.telegram.bot(bot.token), raw)
        assert found
        await house.telegram_receiver.take(bot, found)
    titles = {row.title for row in await rows(house, "SELECT title FROM chat")}
    assert {"Tallow lab", "Tallow lab news"} <= titles
    assert not {"Wax lab", "Wax lab news"} & titles


async def test_a_group_is_answered_in_reply_to_who_asked(living: Living, place: Stage) -> None:
    asked = place.fan.says(place.supergroup, "@EmberStandInBot why is it yellow?")
    await living.goes_on()
    (answer,) = said(place.supergroup, place.bot)
    assert answer["text"].endswith("re: why is it yellow?")
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


async def test_a_topic_is_answered_in_the_topic(living: Living, place: Stage) -> None:
    place.fan.says(place.forum, "@EmberStandInBot which wax?", topic=place.topic)
    await living.goes_on()
    (answer,) = said(place.forum, place.bot)
    assert answer["message_thread_id"] == place.topic


async def test_a_chain_of_replies_in_a_forums_first_topic_is_answered_there(
    living: Living, place: Stage
) -> None:
    place.fan.says(place.forum, "@EmberStandInBot which wax?")
    await living.goes_on()
    (answer,) = said(place.forum, place.bot)
    place.creator.says(place.forum, "and which wick?", reply_to=answer)
    await living.goes_on()
    last = said(place.forum, place.bot)[-1]
    assert last["text"].endswith("re: and which wick?")
    assert "is_topic_message" not in last


async def test_a_comment_is_answered_below_its_post(living: Living, place: Stage) -> None:
    place.creator.says(place.channel, "Why is a flame yellow?")
    post = next(one for one in place.discussion.messages.values() if one.get("is_automatic_forward"))
    first = place.fan.says(place.discussion, "Is it soot?", reply_to=post)
    place.fan.says(place.discussion, "@EmberStandInBot is it?", reply_to=first)
    await living.goes_on()
    (answer,) = said(place.discussion, place.bot)
    assert answer["message_thread_id"] == post["message_id"]


async def test_an_album_gets_one_answer_to_its_caption(living: Living, place: Stage, echo: Echo) -> None:
    place.fan.sends_album(place.bot, PICTURE, PICTURE, PICTURE, caption="Which of these is soy?")
    await living.goes_on()
    assert echo.asked.count("Which of these is soy?") == 1
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert sum("Which of these is soy?" in one for one in texts(chat, place.bot)) == 1


async def test_a_caption_below_the_second_picture_is_the_album_s(
    living: Living, place: Stage, echo: Echo
) -> None:
    place.fan.sends_album(place.bot, PICTURE, PICTURE)
    place.bot.updates[-1]["message"]["caption"] = "Which is soy?"
    await living.goes_on()
    assert echo.asked[-1] == "Which is soy?"


async def test_a_caption_that_comes_while_its_album_is_being_answered_is_what_is_answered(
    living: Living, place: Stage, echo: Echo
) -> None:
    place.fan.sends_album(place.bot, PICTURE, PICTURE)
    later = place.bot.updates.pop()
    later["message"]["caption"] = "Which is soy?"
    await living.hear()
    answering = asyncio.create_task(living.answer())
    await asyncio.sleep(0.2)
    place.bot.updates.append(later)
    await living.hear()
    await answering
    await living.send()
    assert echo.asked[-1] == "Which is soy?"
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert not any("No puedo ver" in one for one in texts(chat, place.bot))


async def test_a_picture_without_words_gets_an_honest_answer(
    living: Living, place: Stage, echo: Echo
) -> None:
    place.fan.sends(place.bot, place.world.upload("photo", PICTURE))
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert "No puedo ver imágenes" in texts(chat, place.bot)[-1]
    assert echo.asked == ["/start"] or echo.asked == []


async def test_an_edit_before_the_answer_counts(living: Living, place: Stage, echo: Echo) -> None:
    asked = place.fan.says(place.bot, "Why is the flame yelow?")
    await living.hear()
    place.fan.edits(asked, "Why is the flame yellow?")
    await living.goes_on()
    assert [one for one in echo.asked if "flame" in one] == ["Why is the flame yellow?"]


class Slow(Echo):
    """Echoes, after something else has come."""

    def __init__(self, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        if "flame" in asked.text:
            await self.meanwhile()
        return await super().respond(asked, context)


@pytest.mark.parametrize("first", ["Why is the flame yelow?", "Why is the flame yellow?"])
async def test_what_is_changed_while_it_is_being_answered_is_answered_as_it_is_then(
    living: Living, place: Stage, house: Container, first: str
) -> None:
    asked = place.fan.says(place.bot, first)

    async def meanwhile() -> None:
        if "edit_date" not in asked:
            asked.update(place.fan.edits(asked, "Why is the flame yellow?"))
            await living.hear()

    slow = Slow(meanwhile)
    house.turns = Turns(house.db, slow, house.commands)
    await living.goes_on()
    assert slow.asked == list(dict.fromkeys([first, "Why is the flame yellow?"])), "what stays is asked once"
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert [one.partition("re: ")[2] for one in texts(chat, place.bot) if "flame" in one] == [
        "Why is the flame yellow?"
    ]


async def test_a_question_that_is_changed_just_after_its_answer_is_answered_once_more_below_it(
    living: Living, place: Stage, echo: Echo
) -> None:
    asked = place.fan.says(place.supergroup, "@EmberStandInBot how hot is wax?")
    await living.goes_on()
    place.world.clock.moves(5)
    place.fan.edits(asked, "@EmberStandInBot how hot is a flame?")
    await living.goes_on()
    living.offset = 0  # a process that died before it confirmed
    place.bot.updates.extendleft(reversed(place.bot.confirmed))
    await living.goes_on()
    first, second = said(place.supergroup, place.bot)
    assert first["text"].endswith("re: how hot is wax?")
    assert second["text"].endswith("re: how hot is a flame?")
    assert second["reply_to_message"]["message_id"] == asked["message_id"]


async def test_of_edits_in_any_order_the_latest_counts(living: Living, place: Stage, echo: Echo) -> None:
    asked = place.fan.says(place.bot, "Which wick?")
    await living.goes_on()
    for text in ("Which wick for soy?", "Which wick for beeswax?"):
        place.world.clock.moves(5)
        asked = place.fan.edits(asked, text)
    earlier, later = list(place.bot.updates)[-2:]
    bot = await living.bot()
    for raw in (later, earlier, later):
        found = read(living.container.telegram.bot(bot.token), raw)
        assert found
        await living.container.telegram_receiver.take(bot, found)
    await living.answer()
    assert [one for one in echo.asked if "wick" in one] == ["Which wick?", "Which wick for beeswax?"]


async def test_an_edit_that_comes_before_its_message_is_that_message(
    living: Living, place: Stage, echo: Echo
) -> None:
    asked = place.fan.says(place.bot, "Which wick?")
    place.fan.edits(asked, "Which wick for soy?")
    first, edit = list(place.bot.updates)[-2:]
    bot = await living.bot()
    for raw in (edit, first):
        found = read(living.container.telegram.bot(bot.token), raw)
        assert found
        await living.container.telegram_receiver.take(bot, found)
    await living.answer()
    assert [one for one in echo.asked if "wick" in one] == ["Which wick for soy?"]


async def test_who_forgot_to_name_the_avatar_may_add_its_name(
    living: Living, place: Stage, echo: Echo
) -> None:
    place.bot.reads_all = True
    asked = place.fan.says(place.supergroup, "why is it yellow?")
    await living.goes_on()
    place.fan.edits(asked, "@EmberStandInBot why is it yellow?")
    await living.goes_on()
    assert [one for one in echo.asked if "yellow" in one] == ["why is it yellow?"]


@pytest.mark.parametrize("why", ["late", "something was said since", "nothing changed"])
async def test_what_is_changed_too_late_or_in_no_word_gets_nothing(
    living: Living, place: Stage, echo: Echo, why: str
) -> None:
    asked = place.fan.says(place.bot, "Which wick?")
    await living.goes_on()
    if why == "something was said since":
        place.fan.says(place.bot, "Thanks!")
        await living.goes_on()
    place.world.clock.moves(130 if why == "late" else 5)
    place.fan.edits(asked, "Which wick?" if why == "nothing changed" else "Which wick for soy?")
    await living.goes_on()
    assert [one for one in echo.asked if "wick" in one] == ["Which wick?"]


async def test_a_reply_to_what_was_asked_before_waits_for_nobody_any_more(
    living: Living, place: Stage, house: Container, home: Home
) -> None:
    async with house.db.uow(home.creator_id) as uow:
        await set_mode(uow, home.avatar.id, Mode.ASK)
    asked = place.fan.says(place.bot, "Which wick?")
    await living.goes_on()
    place.world.clock.moves(5)
    place.fan.edits(asked, "Which wick for soy?")
    await living.goes_on()
    async with house.db.uow(home.creator_id) as uow:
        waiting = await conversation.approvals.waiting(uow, home.avatar.id)
    assert [one.question for one in waiting] == ["Which wick for soy?"]


async def test_a_button_says_what_it_stands_for(living: Living, place: Stage) -> None:
    place.fan.says(place.bot, "/privacy")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    pressing = asyncio.create_task(place.fan.presses(said(chat, place.bot)[-1], "/forgetme"))
    await asyncio.sleep(0)
    await living.goes_on()
    assert await pressing is not None
    (button,) = said(chat, place.bot)[-1]["reply_markup"]["inline_keyboard"][0]
    assert button["callback_data"] == "say:/forgetme yes"


async def test_a_button_below_an_old_message_still_says_it(living: Living, place: Stage) -> None:
    place.fan.says(place.bot, "/privacy")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    old = {"chat": chat.to_json(), "message_id": said(chat, place.bot)[-1]["message_id"], "date": 0}
    pressed = {"id": "7", "from": place.fan.user.to_json(), "chat_instance": "1", "data": "say:/forgetme"}
    place.bot.hear("callback_query", pressed | {"message": old})
    await living.goes_on()
    assert "/forgetme yes" in texts(chat, place.bot)[-1]


async def test_what_cannot_be_read_hinders_nothing_else(
    living: Living, place: Stage, echo: Echo, house: Container, telegram: TelegramServer
) -> None:
    place.bot.hear("message", {"message_id": "no number", "what": []})
    place.fan.says(place.bot, "Still there?")
    bot = await living.bot()
    found = await updates_of(house.telegram.bot(bot.token), 0, listen_s=0)
    for one in found:
        await house.telegram_receiver.take(bot, one)
    await living.answer()
    assert "Still there?" in echo.asked
    assert all("Update" in one for one in telegram.complaints)  # of what this test had it say
    telegram.complaints.clear()


async def test_who_floods_is_asked_to_wait_once(
    living: Living, place: Stage, telegram: TelegramServer
) -> None:
    for number in range(30):
        place.fan.says(place.bot, f"question {number}")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert sum("segundo" in one for one in texts(chat, place.bot)) == 1


async def test_who_is_asked_to_wait_is_asked_in_their_own_language(living: Living, place: Stage) -> None:
    place.fan.says(place.bot, "/lang zh-Hans")
    await living.goes_on()
    for number in range(20):
        place.fan.says(place.bot, f"question {number}")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert sum("秒后" in one for one in texts(chat, place.bot)) == 1


async def test_the_avatar_shows_that_it_types_where_it_takes_long(
    living: Living, place: Stage, telegram: TelegramServer
) -> None:
    place.fan.says(place.bot, "A hard one?")
    await living.hear()
    await asyncio.sleep(0.5)
    assert len(telegram.made("sendChatAction")) == 1
    await living.answer()
    await living.send()


async def test_updates_in_any_order_are_all_taken_in(living: Living, place: Stage, echo: Echo) -> None:
    for number in range(8):
        place.fan.says(place.bot, f"question {number}")
    updates: list[Json] = list(place.bot.updates)
    bot = await living.bot()
    for raw in [*reversed(updates), *updates]:
        found = read(living.container.telegram.bot(bot.token), raw)
        assert found
        await living.container.telegram_receiver.take(bot, found)
    await living.answer()
    assert sorted(one for one in echo.asked if "question" in one) == [f"question {n}" for n in range(8)]


async def test_who_asks_for_what_is_kept_gets_the_file_itself_once(
    living: Living, place: Stage, house: Container
) -> None:
    place.fan.says(place.bot, "My canary is called Lumen.")
    place.fan.says(place.bot, "/export")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    sent = said(chat, place.bot)[-1]
    kept = place.world.seen_by(place.bot, sent)["document"]
    assert kept["file_name"].endswith("-about-me.json")
    content = place.world.files.find(place.bot.id, kept["file_id"], "document").content
    assert b"My canary is called Lumen." in content
    (request,) = await rows(house, "SELECT state, token_hash FROM privacy_request")
    assert (request.state, request.token_hash) == ("done", None)
    assert await rows(house, "SELECT 1 FROM telegram_file") == []


async def test_who_has_all_erased_is_told_that_the_app_keeps_its_chat(living: Living, place: Stage) -> None:
    place.fan.says(place.bot, "/forgetme yes")
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert texts(chat, place.bot)[-1] == t("es", "forgetme.done.app")


async def test_in_a_group_what_is_kept_is_told_in_private_alone(living: Living, place: Stage) -> None:
    place.fan.says(place.supergroup, "/export@EmberStandInBot")
    await living.goes_on()
    (answer,) = said(place.supergroup, place.bot)
    (button,) = answer["reply_markup"]["inline_keyboard"][0]
    assert button["url"] == f"https://t.me/{place.bot.username}?start=export"
    assert "document" not in answer


async def answered_below(living: Living, house: Container, home: Home, place: Stage) -> Json:
    """A post of the channel below which the avatar answers, as it appears in the group that discusses it."""
    place.creator.says(place.channel, "Why is a flame yellow?")
    await living.hear()
    async with house.db.uow(home.creator_id) as uow:
        chat = await community.chat_at(uow, living.connection_id, str(place.discussion.id))
        assert chat
        await community.save_chat(uow, home.avatar.id, chat.id, replace(chat.settings, comments=True))
    return next(one for one in place.discussion.messages.values() if one.get("is_automatic_forward"))


async def test_what_members_reply_to_each_other_is_none_of_its_business(
    living: Living, place: Stage, house: Container, home: Home, echo: Echo
) -> None:
    post = await answered_below(living, house, home, place)
    before = len(echo.asked)
    plain = place.fan.says(place.discussion, "I lit a candle tonight")
    asked = place.creator.says(place.discussion, "Why is the flame yellow?", reply_to=plain)
    place.fan.says(place.discussion, "no idea, ask your mum?", reply_to=asked)
    comment = place.fan.says(place.discussion, "Is it soot?", reply_to=post)
    place.creator.says(place.discussion, "What do you think?", reply_to=comment)
    await living.goes_on()
    assert echo.asked[before:] == ["Is it soot?"]
    (answer,) = said(place.discussion, place.bot)
    place.fan.says(place.discussion, "And in a draught?", reply_to=answer)
    await living.goes_on()
    (one,) = {row.chat_id for row in await rows(house, "SELECT chat_id FROM thread WHERE room <> ''")}
    assert one == f"{place.discussion.id}/{post['message_id']}"


async def test_a_button_below_a_comment_is_pressed_below_the_post(
    living: Living, place: Stage, house: Container, home: Home
) -> None:
    post = await answered_below(living, house, home, place)
    place.fan.says(place.discussion, "/human@EmberStandInBot", reply_to=post)
    await living.goes_on()
    pressing = asyncio.create_task(place.fan.presses(said(place.discussion, place.bot)[-1], "/ai"))
    await asyncio.sleep(0)
    await living.goes_on()
    await pressing
    assert said(place.discussion, place.bot)[-1]["message_thread_id"] == post["message_id"]
    returned = t("es", "human.returned", creator=home.avatar.creator_name)
    assert texts(place.discussion, place.bot)[-1] == returned


async def test_below_a_post_it_says_nothing_where_it_has_nothing_to_tell(
    living: Living, place: Stage, house: Container, home: Home, echo: Echo
) -> None:
    post = await answered_below(living, house, home, place)
    house.responder = Avatar()
    house.turns = Turns(house.db, house.responder, house.commands)
    place.fan.says(place.discussion, "declined 0 what is this?", reply_to=post)
    place.fan.says(place.supergroup, "@EmberStandInBot declined 0 what is this?")
    await living.goes_on()
    assert said(place.discussion, place.bot) == []
    assert len(said(place.supergroup, place.bot)) == 1


async def test_below_a_post_it_shows_no_typing_to_who_named_nobody(
    living: Living, place: Stage, house: Container, home: Home, telegram: TelegramServer
) -> None:
    post = await answered_below(living, house, home, place)
    await living.goes_on()
    before = len(telegram.made("sendChatAction"))
    place.fan.says(place.discussion, "What is this?", reply_to=post)
    await living.hear()
    await asyncio.sleep(0.5)
    assert len(telegram.made("sendChatAction")) == before


async def test_of_a_comment_that_nothing_answers_nothing_is_kept_nor_of_who_wrote_nothing_else(
    living: Living, place: Stage, house: Container, home: Home, echo: Echo
) -> None:
    post = await answered_below(living, house, home, place)
    house.responder = Avatar()
    house.turns = Turns(house.db, house.responder, house.commands)
    await living.goes_on()
    before = await rows(house, "SELECT count(*) AS n FROM message")
    mina = Visitor(place.world, place.world.user("Mina", "ja"))
    place.world.enter(place.discussion, mina.user)
    for one in (mina, place.fan):
        one.says(place.discussion, "declined 0 who lends me a wick?", reply_to=post)
    await living.hear()
    living.offset = 0  # a process that died before it confirmed
    await living.answer()
    place.bot.updates.extendleft(reversed(place.bot.confirmed))
    await living.goes_on()
    assert said(place.discussion, place.bot) == []
    assert await rows(house, "SELECT count(*) AS n FROM message") == before
    assert [one.name for one in await rows(house, "SELECT name FROM fan")] == ["Ana"]
    mina.says(place.discussion, "quoted 1 why is it yellow?", reply_to=post)
    await living.goes_on()
    assert len(said(place.discussion, place.bot)) == 1
    mina.says(place.discussion, "declined 0 who lends me a wick?", reply_to=post)
    await living.goes_on()
    (kept,) = await rows(house, "SELECT text FROM message WHERE aside")
    assert kept.text == "quoted 1 why is it yellow?"
    assert len(await rows(house, "SELECT 1 FROM fan")) == 2


async def test_an_avatar_that_is_not_live_tells_strangers_so_and_serves_its_people_and_rights(
    living: Living, place: Stage, house: Container, home: Home, echo: Echo
) -> None:
    async with house.db.uow(home.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, live=False)
    house.telegram_bots.forget(living.connection_id)
    chat = place.world.private[place.bot.id, place.fan.user.id]
    for text in ("Why is it yellow?", "Hello?"):
        place.fan.says(place.bot, text)
    place.fan.says(place.supergroup, "@EmberStandInBot why?")
    await living.goes_on()
    assert list(texts(chat, place.bot)) == [t("es", "avatar.closed", creator=home.avatar.creator_name)]
    assert said(place.supergroup, place.bot) == []
    assert echo.asked == []
    place.fan.says(place.bot, "/privacy")
    await living.goes_on()
    assert "/forgetme" in str(said(chat, place.bot)[-1])
    async with house.db.uow(home.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, live=True)
    house.telegram_bots.forget(living.connection_id)
    place.fan.says(place.bot, "And now?")
    await living.goes_on()
    assert echo.asked == ["And now?"]


async def test_who_is_paused_does_not_type(
    living: Living, place: Stage, house: Container, home: Home, telegram: TelegramServer
) -> None:
    async with house.db.uow(home.creator_id) as uow:
        await conversation.autonomy.pause(uow, home.avatar.id, "Robin")
    place.fan.says(place.bot, "A hard one?")
    await living.hear()
    await asyncio.sleep(0.5)
    assert telegram.made("sendChatAction") == []
