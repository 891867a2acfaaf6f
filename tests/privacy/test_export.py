"""What is kept about a fan is theirs as a file, by a link that holds once and not for long."""

import pytest

from conversation import rights
from conversation import service as conversation
from kernel import clock
from kernel.ids import token_hash
from persona_engine.service import character, trials
from tests.factories.people import Home
from tests.privacy.conftest import House
from tests.privacy.fan import NAME, USER, WORD, a_life, numbers


async def test_an_export_has_it_all_and_its_link_holds_once(house: House, home: Home, other: Home) -> None:
    await a_life(house, home)
    await house.talk(home, "neighbour", "somebody else's words")
    async with house.container.db.uow(home.creator_id) as uow:
        fan = (await uow.fetch("SELECT id FROM fan WHERE name = %(name)s", {"name": NAME}))[0].id
        message = (await uow.fetch("SELECT min(message.id) AS id FROM message"))[0].id
        secret = await rights.ask_export(uow, fan_id=fan, message_id=message, platform="webchat")
    async with house.container.db.uow(other.creator_id) as uow:
        with pytest.raises(conversation.NoSuchExport):
            await conversation.take_export(uow, secret)
    async with house.container.db.uow(home.creator_id) as uow:
        await conversation.look_at_export(uow, secret)
        await conversation.look_at_export(uow, secret)
        whole = str((await conversation.take_export(uow, secret)).to_json())
    for word in (WORD, NAME, USER, f"group-of-{USER}", "re: Tell me"):
        assert word in whole
    assert "somebody else" not in whole
    assert token_hash(secret) not in whole
    async with house.container.db.uow(home.creator_id) as uow:
        with pytest.raises(conversation.NoSuchExport):
            await conversation.take_export(uow, secret)


async def test_an_exports_link_does_not_hold_for_long(house: House, home: Home) -> None:
    received = await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    async with house.container.db.uow(home.creator_id) as uow:
        secret = await rights.ask_export(uow, fan_id=fan, message_id=received.message_id, platform="webchat")
    with clock.shifted(rights.EXPORT_FOR):
        async with house.container.db.uow(home.creator_id) as uow:
            with pytest.raises(conversation.NoSuchExport):
                await conversation.take_export(uow, secret)
            assert (await conversation.privacy_requests(uow)).items[0].state == "expired"


@pytest.mark.slow
async def test_an_export_has_no_answers_that_were_only_tried_out(house: House, home: Home) -> None:
    received = await house.talk(home, USER, "Hello there")
    fan = (await numbers(house, home, USER))["fan"][0]
    async with house.container.db.uow(home.creator_id) as uow:
        await character.kept.save(uow, home.avatar.id, character.Character(greetings={"en": "Not out yet!"}))
        sides = [await trials.in_force(uow, home.avatar.id)] * 2
        asked = [trials.ToTry("Hello there", "en", received.message_id)]
        trial = await trials.begin(
            uow, home.avatar.id, trials.Kind.REPLAY, sides, asked, by="Robin", models=False
        )
    await house.container.trials.run(home.creator_id, trial)
    async with house.container.db.uow(home.creator_id) as uow:
        (tried,) = await trials.questions(uow, trial)
        assert tried.answers[0].said.text == "Not out yet!"
        secret = await rights.ask_export(uow, fan_id=fan, message_id=received.message_id, platform="webchat")
        exported = (await conversation.take_export(uow, secret)).to_json()
    assert "Not out yet!" not in str(exported)
    assert "tried_question" in str(exported)
