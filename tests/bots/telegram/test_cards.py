"""The team decides in Telegram: cards in its group and in private, by buttons, changed once it is decided."""

import asyncio
from typing import Any

import pytest

from app.container import Container
from community import service as community
from community.types import ChatSettings, Role
from conversation.autonomy import Mode
from conversation.service import approvals
from kernel.i18n import t
from tests.bots.telegram.living import Living, said, texts
from tests.conversation.stand_ins import BECAUSE, Avatar
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, set_mode

SEND, EDIT, DROP, TAKE = (t("en", f"card.{name}") for name in ("send", "edit", "drop", "take"))


@pytest.fixture
async def staffed(house: Container, home: Home, joined: int, place: Stage) -> Living:
    """The creator works from Telegram; the mode is Ask."""
    house.responder = Avatar()
    living = Living(house, joined)
    async with house.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", Role.CREATOR)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with house.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
        await set_mode(uow, home.avatar.id, Mode.ASK)
    place.creator.starts(place.bot, f"staff_{token}")
    await living.goes_on()
    return living


def chat_with(place: Stage, visitor: Visitor) -> Any:
    return place.world.private[place.bot.id, visitor.user.id]


async def asked(living: Living, place: Stage, text: str = "quoted 0.4 soot") -> Json:
    """A fan asks in private; the card that the creator gets."""
    place.fan.says(place.bot, text)
    await living.goes_on()
    return said(chat_with(place, place.creator), place.bot)[-1]


def buttons(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [one["text"] for row in rows for one in row]


async def press(living: Living, visitor: Visitor, message: Json, label: str) -> None:
    pressing = asyncio.create_task(visitor.presses(message, label))
    await asyncio.sleep(0)
    await living.goes_on()
    await pressing


async def test_a_reply_is_sent_by_a_button_and_the_card_says_so(staffed: Living, place: Stage) -> None:
    card = await asked(staffed, place)
    assert [label for label in buttons(card) if not label.startswith("📖")] == [SEND, EDIT, DROP, TAKE]
    assert f"{BECAUSE}soot." in card["text"]
    await press(staffed, place.creator, card, SEND)
    assert any(f"{BECAUSE}soot." in text for text in texts(chat_with(place, place.fan), place.bot))
    changed = chat_with(place, place.creator).messages[card["message_id"]]
    assert t("en", "card.told.sent", name="Robin") in changed["text"]
    assert SEND not in buttons(changed)


async def test_other_words_are_asked_for_and_sent(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    card = await asked(staffed, place)
    await press(staffed, place.creator, card, EDIT)
    prompt = said(chat_with(place, place.creator), place.bot)[-1]
    place.creator.says(place.bot, "Glowing carbon.", reply_to=prompt)
    await staffed.goes_on()
    assert any("Glowing carbon." in text for text in texts(chat_with(place, place.fan), place.bot))
    async with house.db.uow(home.creator_id) as uow:
        (one,) = await approvals.decided(uow, home.avatar.id)
    assert (one.state, one.text, one.by) == ("edited", "Glowing carbon.", "Robin")


async def test_a_conversation_is_taken_over_by_the_cards_button(staffed: Living, place: Stage) -> None:
    card = await asked(staffed, place)
    await press(staffed, place.creator, card, TAKE)
    copy = said(chat_with(place, place.creator), place.bot)[-2:]
    assert any("soot" in one["text"] for one in copy)
    place.fan.says(place.bot, "quoted 0.9 Are you there?")
    await staffed.goes_on()
    passed = said(chat_with(place, place.creator), place.bot)[-1]
    assert "Are you there?" in passed["text"]
    place.creator.says(place.bot, "Yes, it's me.", reply_to=passed)
    await staffed.goes_on()
    assert "Yes, it's me." in texts(chat_with(place, place.fan), place.bot)[-1]


async def test_in_the_teams_group_whoever_of_the_team_presses_first_decides(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    async with house.db.uow(home.creator_id) as uow:
        (chat,) = [
            each
            for each in await community.chats(uow, home.avatar.id)
            if each.platform_chat_id == str(place.supergroup.id)
        ]
        await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(team=True))
    place.fan.says(place.bot, "quoted 0.4 soot")
    await staffed.goes_on()
    card = said(place.supergroup, place.bot)[-1]
    await press(staffed, place.fan, card, SEND)
    assert SEND in buttons(place.supergroup.messages[card["message_id"]]), "a fan's press does nothing"
    await press(staffed, place.creator, card, DROP)
    changed = place.supergroup.messages[card["message_id"]]
    assert t("en", "card.told.dropped", name="Robin") in changed["text"]
    assert buttons(changed) == [label for label in buttons(card) if label.startswith("📖")]
    assert not any(BECAUSE in text for text in texts(chat_with(place, place.fan), place.bot))


async def test_a_change_comes_after_what_it_changes_and_once(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    card = await asked(staffed, place)
    await press(staffed, place.creator, card, DROP)
    before = chat_with(place, place.creator).messages[card["message_id"]]["text"]
    async with house.db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'queued' WHERE (payload->>'edits')::bigint > 0")
    await staffed.goes_on()
    assert chat_with(place, place.creator).messages[card["message_id"]]["text"] == before
    async with house.db.uow(home.creator_id) as uow:
        rows = await uow.fetch("SELECT state FROM outbound WHERE (payload->>'edits')::bigint > 0")
    assert {row.state for row in rows} == {"sent"}, "that it says this already is no failure"
