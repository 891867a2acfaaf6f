"""A message that is deleted in Discord is forgotten here, with what came of it; nothing else is."""

import asyncio

from app.container import Container
from conversation import service as conversation
from conversation.turn import Turns
from tests.bots.discord.living import Living, said, texts
from tests.conversation.stand_ins import Echo
from tests.emulators.discord.stage import Stage

FORGOTTEN = "SELECT count(*) FROM message"


async def test_what_was_answered_goes_with_its_answer_and_its_trace(living: Living, stage: Stage) -> None:
    kept = stage.fan.says(stage.app, "Why is it yellow?")
    gone = stage.fan.says(stage.app, "My name is Ana")
    await living.heard("Why is it yellow?", "My name is Ana")
    await living.answers()
    stage.fan.deletes(gone)
    await living.comes_to("SELECT text FROM message", ["Why is it yellow?"])
    rows = await living.rows("SELECT payload::text AS payload FROM outbound WHERE message_id IS NOT NULL")
    assert not any("Ana" in row.payload for row in rows)
    assert kept.content.text == "Why is it yellow?"


async def test_what_was_not_answered_yet_never_is(living: Living, stage: Stage) -> None:
    gone = stage.fan.says(stage.app, "Forget this")
    await living.heard("Forget this")
    stage.fan.deletes(gone)
    await living.comes_to(FORGOTTEN, [0])
    await living.answers()
    channel = stage.world.private_channel(stage.app.user, stage.fan.user)
    assert texts(channel, stage.app) == []


async def test_an_edit_goes_with_what_it_was_an_edit_of(living: Living, stage: Stage) -> None:
    first = stage.fan.says(stage.app, "Why yelow?")
    await living.heard("Why yelow?")
    await living.answers()
    stage.fan.edits(first, "Why yellow?")
    await living.heard("Why yellow?")
    await living.answers()
    stage.fan.deletes(first)
    await living.comes_to(FORGOTTEN, [0])


async def test_what_a_moderator_removes_is_forgotten_too_many_at_once(living: Living, stage: Stage) -> None:
    sent = [stage.fan.mentions(stage.general, stage.app, f"why {number}?") for number in range(3)]
    await living.heard(*(f"why {number}?" for number in range(3)))
    await living.answers()
    stage.world.delete(*sent)
    await living.comes_to(FORGOTTEN, [0])


async def test_while_it_is_answered_it_waits_and_goes_then(
    house: Container, living: Living, stage: Stage
) -> None:
    house.responder = Echo(delay=1.5)
    house.turns = Turns(house.db, house.responder, house.commands)
    gone = stage.fan.says(stage.app, "Slowly")
    await living.heard("Slowly")
    answering = asyncio.create_task(living.answers())
    await asyncio.sleep(0.5)
    stage.fan.deletes(gone)
    await answering
    await living.comes_to(FORGOTTEN, [0])
    channel = stage.world.private_channel(stage.app.user, stage.fan.user)
    assert len(said(channel, stage.app)) == 1


async def test_what_is_not_known_is_no_matter(living: Living, stage: Stage) -> None:
    nobodys = stage.fan.says(stage.general, "just chatting")
    stage.fan.deletes(nobodys)
    stage.fan.says(stage.app, "Why?")
    await living.heard("Why?")
    async with living.house.db.uow(living.home.creator_id) as uow:
        assert await conversation.deletions.forget(uow, living.connection, "0/0")


async def test_what_is_told_again_or_late_does_not_come_back(living: Living, stage: Stage) -> None:
    gone = stage.fan.says(stage.app, "Forget this")
    await living.heard("Forget this")
    stage.fan.deletes(gone)
    await living.comes_to(FORGOTTEN, [0])
    stage.world.tell_message(gone)
    gone.edited_at = gone.sent_at + 1
    stage.world.tell_message(gone, "MESSAGE_UPDATE")
    stage.fan.says(stage.app, "Why?")
    await living.heard("Why?")
    assert await living.messages() == ["Why?"]


async def test_nor_does_what_is_told_only_after_its_end(living: Living, stage: Stage) -> None:
    stage.world.faults.shuffles, stage.world.faults.duplicates = 1.0, 1.0
    for number in range(8):
        stage.fan.deletes(stage.fan.says(stage.app, f"Forget {number}"))
    stage.fan.says(stage.app, "Why?")
    await living.heard("Why?")
    await living.comes_to("SELECT text FROM message", ["Why?"])
    await asyncio.sleep(0.2)
    assert await living.messages() == ["Why?"]
