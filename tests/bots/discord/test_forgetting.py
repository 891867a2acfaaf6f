"""Who is forgotten leaves nothing at the edge either."""

from conversation import service as conversation
from tests.bots.discord.living import Living
from tests.emulators.discord.stage import Stage


async def test_neither_a_private_chat_nor_an_interaction(living: Living, stage: Stage) -> None:
    asked = stage.fan.runs(stage.app, stage.app, "ask", question="Who am I?")
    assert await asked.acknowledged()
    private = "SELECT count(*) FROM discord_channel WHERE room = ''"
    assert [row[0] for row in await living.rows(private)] == [1]
    (row,) = await living.rows("SELECT fan_id FROM thread")
    async with living.house.db.uow(living.home.creator_id) as uow:
        await conversation.erase_by_creator(uow, row.fan_id)
    assert [row[0] for row in await living.rows(private)] == [0]
    assert [row[0] for row in await living.rows("SELECT count(*) FROM discord_interaction")] == [0]


async def test_a_chat_is_known_again_only_from_the_next_command_on(living: Living, stage: Stage) -> None:
    erased = stage.fan.says(stage.app, "My name is Ana")
    await living.heard("My name is Ana")
    (row,) = await living.rows("SELECT fan_id FROM thread")
    await living.goes()
    async with living.house.db.uow(living.home.creator_id) as uow:
        await conversation.erase_by_creator(uow, row.fan_id)
    living.house.discord_receiver._private.clear()  # as in another process
    await living.comes()
    asked = stage.fan.runs(stage.app, stage.app, "ask", question="Why is it yellow?")
    assert await asked.acknowledged()
    (row,) = await living.rows("SELECT last_id FROM discord_channel WHERE room = ''")
    assert row.last_id > erased.id
