"""How far channels were heard: never past what isn't safe with us, and of nothing that is over."""

import asyncio

import pytest

from bots.discord.marks import Marks
from bots.discord.messages import Place, number_at
from kernel.clock import now
from tests.bots.discord.living import Living, until
from tests.emulators.discord.stage import Stage

KEPT = "SELECT channel_id, last_id FROM discord_channel"


@pytest.fixture
async def marks(living: Living) -> Marks:
    """The marks of a run of its own."""
    app = await living.house.discord_apps.of(living.connection)
    assert app is not None
    return Marks(app, living.house.db)


async def kept(living: Living) -> dict[int, int]:
    return {row.channel_id: row.last_id for row in await living.rows(KEPT)}


class TestHowFar:
    async def test_what_has_come_and_isnt_taken_in_is_never_passed(
        self, living: Living, marks: Marks
    ) -> None:
        place = Place(7, "7")
        marks.reach(place, 100)
        for message in (103, 101, 102):
            marks.comes(7, message)
        marks.taken(place, 7, 103)
        for _ in range(3):
            await marks.write()
        assert (await kept(living))[7] == 100
        marks.taken(place, 7, 101)
        marks.taken(place, 7, 102)
        for _ in range(3):
            await marks.write()
        assert (await kept(living))[7] == 103

    async def test_what_may_have_been_overtaken_is_waited_for(self, living: Living, marks: Marks) -> None:
        place = Place(7, "7")
        marks.reach(place, 100)
        marks.comes(7, 103)
        marks.taken(place, 7, 103)
        await marks.write()
        assert (await kept(living))[7] == 100
        # The one before it comes after all, and the process ends before that is taken in.
        marks.comes(7, 101)
        await marks.write()
        await marks.write()
        assert (await kept(living))[7] == 100

    async def test_the_same_twice_is_there_until_both_are_done(self, living: Living, marks: Marks) -> None:
        place = Place(7, "7")
        marks.reach(place, 100)
        for _ in range(2):
            marks.comes(7, 101)
        marks.taken(place, 7, 101)
        for _ in range(3):
            await marks.write()
        assert (await kept(living))[7] == 100

    async def test_what_came_in_another_order_is_read_after_a_death(
        self, living: Living, stage: Stage
    ) -> None:
        """The later message is safe, the earlier one is lost with the process."""
        earlier = stage.world.ids.new()
        stage.fan.mentions(stage.general, stage.app, "later")
        await living.heard("later")
        await living.goes()
        late = stage.fan.mentions(stage.general, stage.app, "earlier")
        stage.general.messages[earlier] = stage.general.messages.pop(late.id)
        late.id = earlier
        await living.comes()
        await living.heard("earlier")
        assert sorted(await living.messages()) == ["earlier", "later"]


class TestWhatIsOver:
    async def test_a_thread_that_is_deleted_has_no_mark(self, living: Living, stage: Stage) -> None:
        thread = stage.fan.starts_thread(stage.general, "Wax")
        stage.fan.mentions(thread, stage.app, "which wax?")
        await living.heard("which wax?")
        await _marked(living, thread.id)
        stage.world.remove_channel(thread)
        await until(lambda: _is_gone(living, thread.id))

    async def test_nor_a_channel_with_its_threads(self, living: Living, stage: Stage) -> None:
        thread = stage.fan.starts_thread(stage.lab, "Wax")
        await _marked(living, thread.id, room=stage.lab.id)
        stage.world.remove_channel(stage.lab)
        await until(lambda: _is_gone(living, thread.id))
        await until(lambda: _is_gone(living, stage.lab.id))

    async def test_nor_the_channels_of_a_guild_that_it_was_put_out_of_while_away(
        self, living: Living, stage: Stage
    ) -> None:
        await living.goes()
        stage.world.leave(stage.guild, stage.app.user)
        await living.house.discord_gateway.hold([living.connection])
        await until(lambda: _is_gone(living, stage.general.id))

    async def test_a_quiet_channel_has_none_and_what_is_said_there_is_heard_all_the_same(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.mentions(stage.general, stage.app, "lately")
        await living.heard("lately")
        await living.goes()
        async with living.house.db.uow(living.home.creator_id) as uow:
            await uow.send(
                "UPDATE discord_channel SET updated_at = updated_at - interval '8 days' "
                "WHERE channel_id <> %(kept)s",
                {"kept": stage.general.id},
            )
            # Where it was heard last, as a few seconds later it is.
            await uow.send(
                "UPDATE discord_channel SET last_id = %(last)s WHERE channel_id = %(kept)s",
                {"last": max(stage.general.messages), "kept": stage.general.id},
            )
        stage.fan.mentions(stage.lab, stage.app, "while you were away")
        await living.comes()
        await living.heard("while you were away")
        assert sorted(await living.messages()) == ["lately", "while you were away"]

    async def test_the_newest_of_all_stays_however_quiet_it_is(self, living: Living, marks: Marks) -> None:
        marks.reach(Place(7, "7"), number_at(now()) + 5_000_000_000)
        await marks.write_reached()
        await living.goes()
        async with living.house.db.uow(living.home.creator_id) as uow:
            await uow.send("UPDATE discord_channel SET updated_at = updated_at - interval '8 days'")
        await marks.recall()
        assert list(await kept(living)) == [7]

    async def test_private_chats_keep_theirs(self, living: Living, stage: Stage, marks: Marks) -> None:
        stage.fan.says(stage.app, "hello")
        await living.heard("hello")
        await living.goes()
        async with living.house.db.uow(living.home.creator_id) as uow:
            await uow.send("UPDATE discord_channel SET updated_at = updated_at - interval '8 days'")
        await marks.recall()
        private = stage.world.private_channel(stage.app.user, stage.fan.user)
        assert private.id in await kept(living)


async def _is_gone(living: Living, channel: int) -> bool:
    return channel not in await kept(living)


async def _marked(living: Living, channel: int, *, room: int = 0) -> None:
    """A channel has a mark, as some seconds after something was said there."""
    async with living.house.db.uow(living.home.creator_id) as uow:
        await uow.send(
            "INSERT INTO discord_channel (creator_id, created_at, connection_id, channel_id, room, last_id, "
            "updated_at) VALUES (%(creator)s, now(), %(connection)s, %(channel)s, %(room)s, 1, now())",
            {
                "creator": living.home.creator_id, "connection": living.connection, "channel": channel,
                "room": str(room or living.stage.general.id),
            },
        )  # fmt: skip
    await asyncio.sleep(0)
