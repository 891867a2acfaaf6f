"""What fans think of answers in Telegram: by the buttons below them in private, by reactions everywhere."""

import asyncio
import random
from datetime import timedelta

import pytest

from app.container import Container
from bots.telegram.reading import read
from conversation import service as conversation
from kernel.chat import Citation, Outbound
from kernel.clock import now
from kernel.i18n import t
from persona_engine.service import Asked, PersonaContext, Reply
from tests.bots.telegram.conftest import join
from tests.bots.telegram.living import Living, said
from tests.conversation.stand_ins import StandIn
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home


class Quoting(StandIn):
    """Answers from a source."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        source = Citation("The flame", "https://t.me/candle_news/5", 1)
        return Reply((Outbound(f"re: {asked.text}", "en", (source,)),), "en", "quoted", None)


@pytest.fixture
def living(house: Container, joined: int) -> Living:
    house.responder = Quoting()
    return Living(house, joined)


async def opinions(living: Living, home: Home) -> dict[str, int]:
    """What is thought of answers, once all that came is heard."""
    while await living.hear():
        pass
    async with living.container.db.uow(home.creator_id) as uow:
        since = now() - timedelta(days=1)
        found = await conversation.feedback.counted(uow, home.avatar.id, since)
    return {kind: number for kind, number in found.items() if number}


async def asked_in_private(living: Living, place: Stage) -> Json:
    """The avatar's answer to a fan in private."""
    place.fan.says(place.bot, "Why is the flame yellow?")
    await living.goes_on()
    return said(place.world.private[place.bot.id, place.fan.user.id], place.bot)[-1]


async def asked_in_group(living: Living, place: Stage) -> Json:
    """The avatar's answer to a fan in a group."""
    place.fan.says(place.supergroup, "@EmberStandInBot why is it yellow?")
    await living.goes_on()
    return said(place.supergroup, place.bot)[-1]


async def test_a_button_below_an_answer_says_it_and_the_fan_is_thanked_in_their_language(
    living: Living, place: Stage, home: Home
) -> None:
    answer = await asked_in_private(living, place)
    for label, kind in (("👍", "good"), ("⚑", "flag")):
        pressing = asyncio.create_task(place.fan.presses(answer, label))
        await asyncio.sleep(0)
        assert await opinions(living, home) == {kind: 1}
        heard = await pressing
        assert heard
        assert heard["text"] == t("es", f"feedback.{kind}")


async def test_a_reaction_is_an_opinion_and_taking_it_back_takes_that_back(
    living: Living, place: Stage, home: Home
) -> None:
    answer = await asked_in_private(living, place)
    place.fan.reacts(answer, "❤")
    assert await opinions(living, home) == {"good": 1}
    place.fan.reacts(answer, "👎")
    assert await opinions(living, home) == {"bad": 1}
    place.fan.reacts(answer, "🤔")
    assert await opinions(living, home) == {}
    place.fan.reacts(answer, "👍")
    place.fan.reacts(answer)
    assert await opinions(living, home) == {}


async def test_in_a_group_whoever_the_avatar_knows_judges_each_for_themselves(
    living: Living, place: Stage, home: Home
) -> None:
    answer = await asked_in_group(living, place)
    stranger = Visitor(place.world, place.world.user("Mina", "ja"))
    place.world.enter(place.supergroup, stranger.user)
    place.creator.says(place.supergroup, "@EmberStandInBot hello")
    await living.goes_on()
    for one, emoji in ((place.fan, "👍"), (place.creator, "👎"), (stranger, "💩")):
        one.reacts(answer, emoji)
    assert await opinions(living, home) == {"good": 1, "bad": 1}
    async with living.container.db.uow(home.creator_id) as uow:
        assert (await uow.fetch_one("SELECT count(*) AS n FROM fan")).n == 2, "nobody became a fan by it"
        (listed,) = await conversation.feedback.disliked(uow, home.avatar.id)
    assert listed.text == "why is it yellow?"


async def test_reactions_to_what_others_said_or_to_a_command_are_none_of_its_business(
    living: Living, place: Stage, home: Home
) -> None:
    await asked_in_group(living, place)
    own = place.fan.says(place.supergroup, "I think it is soot.")
    place.creator.reacts(own, "👎")
    place.fan.says(place.bot, "/privacy")
    await living.goes_on()
    place.fan.reacts(said(place.world.private[place.bot.id, place.fan.user.id], place.bot)[-1], "👎")
    assert await opinions(living, home) == {}


async def test_who_asks_for_the_sources_is_not_asked_what_they_think_of_these(
    living: Living, place: Stage, home: Home
) -> None:
    await asked_in_private(living, place)
    place.fan.says(place.bot, "/sources")
    await living.goes_on()
    shown = said(place.world.private[place.bot.id, place.fan.user.id], place.bot)[-1]
    ((source,),) = shown["reply_markup"]["inline_keyboard"]
    assert source["url"] == "https://t.me/candle_news/5"


async def test_nobody_is_thanked_for_an_opinion_of_what_is_no_answer(living: Living, place: Stage) -> None:
    answer = await asked_in_private(living, place)
    pressing = asyncio.create_task(place.fan.presses(answer | {"message_id": 1}, "⚑"))
    await asyncio.sleep(0)
    await living.hear()
    assert not (await pressing or {}).get("text")


async def test_told_twice_and_in_another_order_the_last_one_stands(
    living: Living, place: Stage, home: Home
) -> None:
    answer = await asked_in_private(living, place)
    began = int(place.world.clock.now())
    for seed in range(8):
        last = ("👎",) if seed % 2 else ()
        for emoji in (("👍",), ("👎",), (), ("🔥",), last):
            place.fan.reacts(answer, *emoji)
        for ago, one in enumerate(reversed(place.bot.updates)):
            one["message_reaction"]["date"] = began + 100 * seed - 10 * ago
        told = [dict(one) for one in place.bot.updates] * 2
        place.bot.updates.clear()
        random.Random(seed).shuffle(told)
        for one in told:
            place.bot.hear("message_reaction", one["message_reaction"])
        assert await opinions(living, home) == ({"bad": 1} if last else {})


async def test_of_two_within_a_second_the_one_with_the_higher_number_stands(
    living: Living, place: Stage, home: Home
) -> None:
    answer = await asked_in_private(living, place)
    for emoji in (("👎",), ()):
        place.fan.reacts(answer, *emoji)
    reaction, taken_back = (update.copy() for update in list(place.bot.updates)[-2:])
    assert reaction["message_reaction"]["date"] == taken_back["message_reaction"]["date"]
    place.bot.updates.clear()
    bot = await living.bot()
    for raw in (taken_back, reaction):
        found = read(living.container.telegram.bot(bot.token), raw)
        assert found
        await living.container.telegram_receiver.take(bot, found)
    assert await opinions(living, home) == {}


async def test_of_two_bots_that_were_the_avatar_what_the_later_said_is_meant(
    living: Living, place: Stage, home: Home
) -> None:
    first = await asked_in_private(living, place)
    await living.container.telegram_joining.remove(home.creator_id, home.avatar.id)
    other = place.world.bot("OtherStandInBot")
    other.next_message_id = first["message_id"] - 1  # in private, each bot counts for itself
    await join(living.container, home, other)
    then = Living(living.container, living.connection_id)
    chat = place.world.private_chat(other, place.fan.user)
    place.fan.says(other, "Why does it flicker?")
    await then.goes_on()
    second = said(chat, other)[-1]
    assert second["message_id"] == first["message_id"]
    place.fan.reacts(second, "👎")
    assert await opinions(then, home) == {"bad": 1}
    async with living.container.db.uow(home.creator_id) as uow:
        (judged,) = await conversation.feedback.disliked(uow, home.avatar.id)
    assert judged.text == "Why does it flicker?"
    place.fan.says(other, "/report", reply_to=second)
    await then.goes_on()
    assert await opinions(then, home) == {"flag": 1}
