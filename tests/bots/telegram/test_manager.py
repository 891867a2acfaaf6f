"""The bot that makes bots: by a link, once; doubled updates and deaths change nothing."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import KeyboardButton, KeyboardButtonRequestManagedBot, ReplyKeyboardMarkup
from pydantic import SecretStr

from app.container import Container, Roles
from app.services import Dsn
from bots import errors
from bots.telegram.manager import Manager, suggested_username
from kernel import clock
from kernel.settings import Settings
from tests.bots.telegram.conftest import join
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.factories.people import Home, make_home


@pytest.fixture
def maker(place: Stage) -> Bot:
    return place.world.bot("UnderstudyMakerBot", can_manage_bots=True)


@pytest.fixture
def settings(settings: Settings, maker: Bot) -> Settings:
    return settings.model_copy(update={"telegram_manager_token": SecretStr(maker.token)})


def said(telegram: TelegramServer, maker: Bot) -> list[str]:
    return [call.given["text"] for call in telegram.made("sendMessage", maker)]


def keyboard(telegram: TelegramServer, maker: Bot) -> Any:
    marked = [call.given["reply_markup"] for call in telegram.made("sendMessage", maker)
              if "reply_markup" in call.given]  # fmt: skip
    return json.loads(marked[-1]) if isinstance(marked[-1], str) else marked[-1]


async def listen(house: Container, offset: int = 0) -> int:
    return await house.telegram_manager.listen(offset, for_s=0)


async def asked(house: Container, home: Home, place: Stage, maker: Bot) -> int:
    """The creator has opened a link; from which update on there is news."""
    wish = await house.telegram_manager.wish(home.creator_id, home.avatar.id)
    assert wish.url.startswith("https://t.me/UnderstudyMakerBot?start=make_")
    place.creator.starts(maker, wish.url.partition("start=")[2])
    return await listen(house)


async def place_request(house: Container, maker: Bot, place: Stage) -> None:
    place.creator.starts(maker)
    request = KeyboardButtonRequestManagedBot(request_id=1)
    button = KeyboardButton(text="Make", request_managed_bot=request)
    keyboard = ReplyKeyboardMarkup(keyboard=[[button]])
    await house.telegram.bot(maker.token).send_message(place.creator.user.id, "Here", reply_markup=keyboard)


async def bots(house: Container) -> list[Any]:
    async with house.db.system_uow() as uow:
        return await uow.fetch("SELECT avatar_id, bot_id, managed FROM telegram_bot ORDER BY id")


async def test_a_bot_is_made_by_a_link_and_a_button(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    offset = await asked(house, home, place, maker)
    assert home.avatar.name in said(telegram, maker)[-1]
    request = keyboard(telegram, maker)["keyboard"][0][0]["request_managed_bot"]
    assert request["suggested_name"] == home.avatar.name
    made = place.creator.makes_bot(maker, request["suggested_username"], request["suggested_name"])
    await listen(house, offset)
    assert [tuple(one) for one in await bots(house)] == [(home.avatar.id, made.id, True)]
    assert f"@{made.username} is connected" in said(telegram, maker)[-1]
    known = await house.telegram_bots.by_number(made.id)
    assert known
    assert known.token == made.token


async def test_a_bot_that_may_make_none_offers_none(
    house: Container, home: Home, place: Stage, maker: Bot
) -> None:
    maker.can_manage_bots = False
    with pytest.raises(TelegramBadRequest, match="can't manage"):
        await place_request(house, maker, place)


async def test_the_chat_tells_of_the_bot_that_was_made(place: Stage, maker: Bot) -> None:
    place.creator.starts(maker)
    made = place.creator.makes_bot(maker, "told_ai_bot", "Told")
    _, message, update = maker.updates
    assert message["message"]["managed_bot_created"]["bot"]["id"] == made.id
    assert update["managed_bot"]["bot"]["id"] == made.id


async def test_each_update_twice_and_again_after_a_death_makes_one_bot_and_tells_once(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    offset = await asked(house, home, place, maker)
    made = place.creator.makes_bot(maker, "twice_ai_bot", "Twice")
    maker.hear("managed_bot", {"user": place.creator.user.to_json(), "bot": made.to_json()})
    for _ in range(3):  # nothing was confirmed: whoever listened died before
        await listen(house, offset)
    assert len(await bots(house)) == 1
    assert sum("is connected" in text for text in said(telegram, maker)) == 1


async def test_what_failed_on_the_way_is_done_when_the_update_comes_again(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    offset = await asked(house, home, place, maker)
    place.creator.makes_bot(maker, "later_ai_bot", "Later")
    place.world.faults.refuse(502, "Bad Gateway", "getManagedBotToken")
    with pytest.raises(errors.TelegramAway):
        await listen(house, offset)
    assert await bots(house) == []
    await listen(house, offset)
    assert len(await bots(house)) == 1


async def test_a_link_is_good_once_and_for_half_an_hour(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    wish = await house.telegram_manager.wish(home.creator_id, home.avatar.id)
    parameter = wish.url.partition("start=")[2]
    with clock.shifted(timedelta(minutes=31)):
        place.creator.starts(maker, parameter)
        offset = await listen(house)
    assert "too old" in said(telegram, maker)[-1]
    wish = await house.telegram_manager.wish(home.creator_id, home.avatar.id)
    parameter = wish.url.partition("start=")[2]
    place.creator.starts(maker, parameter)
    place.fan.starts(maker, parameter)
    offset = await listen(house, offset)
    assert "usó" in said(telegram, maker)[-1]  # the fan speaks Spanish
    place.fan.makes_bot(maker, "sneaky_ai_bot", "Sneaky")
    await listen(house, offset)
    assert await bots(house) == []


async def test_strangers_get_a_short_polite_text_in_their_language(
    house: Container, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    place.fan.says(maker, "¿Quién eres?")
    place.creator.starts(maker, "make_nothing-like-it")
    await listen(house)
    assert "Creo bots" in said(telegram, maker)[0]
    assert "too old" in said(telegram, maker)[1]


async def test_a_token_that_was_changed_elsewhere_is_fetched(
    house: Container, home: Home, place: Stage, maker: Bot
) -> None:
    offset = await asked(house, home, place, maker)
    made = place.creator.makes_bot(maker, "changing_ai_bot", "Changing")
    offset = await listen(house, offset)
    new = place.creator.renews_token(made)
    await listen(house, offset)
    known = await house.telegram_bots.by_number(made.id)
    assert known
    assert known.token == new


async def test_a_managed_bots_token_is_renewed_by_a_button(
    house: Container, home: Home, place: Stage, maker: Bot
) -> None:
    offset = await asked(house, home, place, maker)
    made = place.creator.makes_bot(maker, "renewed_ai_bot", "Renewed")
    await listen(house, offset)
    before = made.token
    await house.telegram_manager.renew(home.creator_id, home.avatar.id)
    known = await house.telegram_bots.by_number(made.id)
    assert known
    assert known.token == made.token != before


async def test_an_avatar_that_is_a_bot_already_stays_that_and_the_person_is_told(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer
) -> None:
    await join(house, home, place.bot)
    offset = await asked(house, home, place, maker)
    place.creator.makes_bot(maker, "second_ai_bot", "Second")
    await listen(house, offset)
    assert [one.bot_id for one in await bots(house)] == [place.bot.id]
    assert "This avatar is @EmberStandInBot already" in said(telegram, maker)[-1]


async def test_one_process_listens(
    house: Container, home: Home, place: Stage, maker: Bot, telegram: TelegramServer, settings: Settings,
    dsn: Dsn,
) -> None:  # fmt: skip
    await listen(house)
    other = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    await other.open()
    place.fan.says(maker, "Hola")
    asked_before = len(telegram.made("getUpdates", maker))
    await listen(other)
    assert len(telegram.made("getUpdates", maker)) == asked_before
    await house.db.close()  # its process is gone, and with it its session
    for _ in range(50):  # the server may take a moment to see that
        await listen(other)
        if len(telegram.made("getUpdates", maker)) > asked_before:
            break
        await asyncio.sleep(0.1)
    assert any("Creo bots" in text for text in said(telegram, maker))
    await other.close()


async def test_without_such_a_bot_there_are_no_links(house: Container, home: Home) -> None:
    none = Manager(house.db, house.telegram, house.telegram_joining, house.secrets, None, "nobody")
    with pytest.raises(errors.NoManager):
        await none.wish(home.creator_id, home.avatar.id)


async def test_the_bot_that_makes_bots_can_be_no_avatar(
    house: Container, home: Home, maker: Bot, telegram: TelegramServer
) -> None:
    with pytest.raises(errors.BotTaken, match="makes the bots of this instance"):
        await join(house, home, maker)
    assert await bots(house) == []


async def test_what_an_avatars_fans_write_is_never_taken(
    house: Container, home: Home, place: Stage, telegram: TelegramServer
) -> None:
    await join(house, home, place.bot)  # before the operator had it make bots
    token = place.bot.token
    made = Manager(house.db, house.telegram, house.telegram_joining, house.secrets, token, "another")
    place.fan.says(place.bot, "Hola")
    assert await made.listen(for_s=0) == 0
    assert telegram.made("getUpdates") == []


@pytest.mark.parametrize("worthless", ["revoked", "123456789:AAF-never-known-0123456789-abcd", "none"])
async def test_a_token_that_is_refused_is_asked_once_and_is_the_operators_to_mend(
    house: Container, home: Home, maker: Bot, telegram: TelegramServer, worthless: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("bots.telegram.manager._PAUSE_S", 0.01)
    secret = maker.token if worthless == "revoked" else worthless
    maker.renew_token()
    made = Manager(house.db, house.telegram, house.telegram_joining, house.secrets, secret, "nobody")
    listening = asyncio.create_task(made.run())
    for _ in range(100):
        if made.refused:
            break
        await asyncio.sleep(0.02)
    calls = len(telegram.calls)
    await asyncio.sleep(0.1)
    assert made.refused
    assert not listening.done()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    with pytest.raises(errors.ManagerRefused):
        await made.wish(home.creator_id, home.avatar.id)
    assert len(telegram.calls) == calls


async def test_a_token_that_was_refused_since_the_last_link_is_told_as_the_operators(
    house: Container, home: Home, place: Stage, maker: Bot
) -> None:
    offset = await asked(house, home, place, maker)
    place.creator.makes_bot(maker, "orphan_ai_bot", "Orphan")
    await listen(house, offset)
    maker.renew_token()
    with pytest.raises(errors.ManagerRefused):
        await house.telegram_manager.renew(home.creator_id, home.avatar.id)
    with pytest.raises(errors.ManagerRefused):
        await house.telegram_manager.wish(home.creator_id, home.avatar.id)


async def test_suggested_addresses_are_telegrams(house: Container) -> None:
    home = await make_home(house.db)
    name = suggested_username(home.avatar)
    assert name.endswith("bot")
    assert name.replace("_", "").isalnum()
    assert len(name) <= 32
