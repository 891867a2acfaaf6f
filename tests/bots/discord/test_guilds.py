"""What Discord tells of guilds: their channels, who comes, when the avatar has to go."""

from dataclasses import replace

from community import service as community
from tests.bots.discord.living import Living, until
from tests.emulators.discord.permissions import EVERYONE, May
from tests.emulators.discord.stage import Stage


async def state(living: Living, channel: int) -> str | None:
    async with living.house.db.uow(living.home.creator_id) as uow:
        chat = await community.chat_at(uow, living.connection, str(channel))
    return chat.state if chat else None


async def test_the_channels_that_it_sees_are_known_by_their_names(living: Living, stage: Stage) -> None:
    async with living.house.db.uow(living.home.creator_id) as uow:
        chats = {chat.title: chat for chat in await community.chats(uow, living.home.avatar.id)}
    assert {"general", "lab", "staff", "questions"} <= chats.keys()
    assert chats["questions"].kind == "forum"
    assert "send_messages" in chats["general"].rights


async def test_a_channel_that_it_sees_no_more_it_is_not_in(living: Living, stage: Stage) -> None:
    stage.world.overwrite(stage.lab, stage.app.user, deny=May.VIEW_CHANNEL)

    async def left() -> bool:
        return await state(living, stage.lab.id) == "left"

    await until(left)


async def test_a_guild_that_it_was_put_out_of(living: Living, stage: Stage) -> None:
    stage.creator.kicks(stage.guild, stage.app.user)

    async def left() -> bool:
        return await state(living, stage.general.id) == "left"

    await until(left)


async def test_one_that_it_was_put_out_of_while_it_was_away(living: Living, stage: Stage) -> None:
    other = stage.world.guild("Other", stage.creator.user)
    where = stage.world.channel(other, "elsewhere")
    stage.world.enter(other, stage.app.user, EVERYONE)

    async def there() -> bool:
        return await state(living, where.id) == "member"

    async def left() -> bool:
        return await state(living, where.id) == "left"

    await until(there)
    await living.goes()
    stage.world.leave(other, stage.app.user)
    await living.comes()
    await until(left)


async def test_who_comes_is_welcomed_where_the_guild_greets(living: Living, stage: Stage) -> None:
    stage.world.change_guild(stage.guild, system_channel_id=stage.general.id)
    async with living.house.db.uow(living.home.creator_id) as uow:
        chat = await community.chat_at(uow, living.connection, str(stage.general.id))
        assert chat
        settings = replace(chat.settings, welcomes=True)
        await community.save_chat(uow, living.home.avatar.id, chat.id, settings)
    newcomer = stage.world.user("newcomer", "Nova")
    stage.world.enter(stage.guild, newcomer)
    await living.comes_to("SELECT kind FROM outbound", ["welcome"])
    (row,) = await living.rows("SELECT payload FROM outbound")
    assert "Nova" in row.payload["text"]
