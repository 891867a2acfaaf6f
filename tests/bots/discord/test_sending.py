"""What is queued reaches Discord: as it was meant, where it was meant, and once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.container import Container
from bots.discord.answering import Answering
from bots.discord.failures import REASONS, CallFailed, cause_of
from bots.discord.files import SentFiles
from bots.discord.sender import DiscordSender
from bots.holder import Holder
from conversation import autonomy, repository
from conversation.pump import Pump
from kernel.chat import Medium, Outbound, Poll
from tests.bots.discord.living import texts
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.permissions import May
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import Home

SEND = "POST /channels/{channel_id}/messages"


@dataclass
class Post:
    """A house's post office: what is queued for its app's channels, the pump that sends it, what arrived."""

    house: Container
    home: Home
    connection: int
    pump: Pump
    queued: list[str] = field(default_factory=list)

    async def queue(self, place: Channel | str, *said: Outbound | str, kind: str = "reply") -> None:
        """Queue messages to a place."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            for one in said:
                self.queued.append(f"test:{len(self.queued)}")
                outbound = Outbound(one, "en") if isinstance(one, str) else one
                await repository.add_outbound(
                    uow,
                    thread_id=None,
                    connection_id=self.connection,
                    message_id=None,
                    once=self.queued[-1],
                    payload=outbound.to_json(),
                    kind=kind,
                    chat_id=place if isinstance(place, str) else str(place.id),
                )

    async def send(self) -> None:
        """Send what waits."""
        while await self.pump.once():
            pass

    async def rows(self) -> list[Any]:
        """What became of everything."""
        async with self.house.db.uow(self.home.creator_id) as uow:
            return await uow.fetch("SELECT * FROM outbound ORDER BY id")

    async def states(self) -> list[str]:
        """How everything stands."""
        return [row.state for row in await self.rows()]


@pytest.fixture
async def post(house: Container, home: Home, joined: int) -> Post:
    sender = DiscordSender(
        house.db, house.discord, house.discord_apps, SentFiles(house.db, house.files, house.relays),
        Answering(house.db, house.secrets), house.addresses.public, house.typing.end, again_for_s=3,
    )  # fmt: skip
    pump = Pump(house.db, house.bus, house.name, [sender])
    await Holder(house.db, house.bus, house.name, pump).tick()
    return Post(house, home, joined, pump)


class TestAsItWasMeant:
    async def test_its_words_are_what_is_read(self, post: Post, stage: Stage) -> None:
        await post.queue(stage.general, "A *candle* burns", "and burns")
        await post.send()
        assert texts(stage.general, stage.app) == [r"A \*candle\* burns", "and burns"]
        assert await post.states() == ["sent", "sent"]

    async def test_nobody_is_called_by_it(self, post: Post, stage: Stage) -> None:
        await post.queue(stage.general, f"@everyone <@{stage.fan.user.id}> <@&{stage.moderators.id}> hello")
        await post.send()
        (message,) = [one for one in stage.general.messages.values() if one.author is stage.app.user]
        assert (message.mentions, message.mention_roles, message.everyone) == ([], [], False)

    async def test_a_file_goes_along(self, post: Post, stage: Stage) -> None:
        stored = await post.house.files.save(post.home.creator_id, _bytes(b"yellow"), limit=100)
        file = Medium("document", stored.sha256, "f.txt")
        await post.queue(stage.general, Outbound("Look", "en", media=(file,)))
        await post.send()
        (message,) = [one for one in stage.general.messages.values() if one.author is stage.app.user]
        assert [one.file.content for one in message.content.attachments] == [b"yellow"]

    async def test_a_poll_asks(self, post: Post, stage: Stage) -> None:
        await post.queue(stage.general, Outbound("", "en", poll=Poll("Which wax?", ("Bees", "Soy"))))
        await post.send()
        (message,) = [one for one in stage.general.messages.values() if one.author is stage.app.user]
        stage.fan.votes(message, "Soy")
        assert message.content.poll is not None

    async def test_a_place_in_a_thread_is_the_thread(self, post: Post, stage: Stage) -> None:
        thread = stage.fan.starts_thread(stage.general, "Wax")
        await post.queue(f"{stage.general.id}/{thread.id}", "in here")
        await post.send()
        assert texts(thread, stage.app) == ["in here"]


class TestOnce:
    async def test_a_lost_answer_is_asked_for_again_under_the_same_nonce(
        self, post: Post, stage: Stage, server: DiscordServer
    ) -> None:
        stage.world.faults.lose_answer(SEND)
        await post.queue(stage.general, "Sent?")
        await post.send()
        assert texts(stage.general, stage.app) == ["Sent?"]
        assert await post.states() == ["sent"]
        assert len({one.given["nonce"] for one in server.made(SEND)}) == 1

    async def test_a_broken_server_is_asked_again(self, post: Post, stage: Stage) -> None:
        stage.world.faults.refuse(502, SEND)
        await post.queue(stage.general, "Again")
        await post.send()
        assert texts(stage.general, stage.app) == ["Again"]

    async def test_what_nobody_knows_after_that_is_unknown(self, post: Post, stage: Stage) -> None:
        stage.world.faults.refuse(502, SEND, times=20)
        await post.queue(stage.general, "Lost?")
        await post.send()
        assert await post.states() == ["unknown"]
        await post.send()
        assert texts(stage.general, stage.app) == []

    async def test_a_pause_ends_what_is_repeated(self, post: Post, stage: Stage) -> None:
        stage.world.faults.refuse(502, SEND, times=20)
        await post.queue(stage.general, "Paused meanwhile")
        sending = asyncio.create_task(post.send())
        await asyncio.sleep(0.2)
        async with post.house.db.uow(post.home.creator_id) as uow:
            await autonomy.pause(uow, post.home.avatar.id, "somebody")
        await sending
        assert await post.states() == ["unknown"]

    async def test_what_has_to_wait_waits_with_what_is_behind_it(self, post: Post, stage: Stage) -> None:
        stage.world.faults.limit(0.3, SEND)
        await post.queue(stage.general, "one", "two")
        await post.send()
        assert await post.states() == ["queued", "queued"]
        await asyncio.sleep(0.5)
        await post.send()
        assert texts(stage.general, stage.app) == ["one", "two"]

    async def test_another_channel_waits_for_nothing(self, post: Post, stage: Stage) -> None:
        stage.world.faults.limit(30, SEND)
        await post.queue(stage.general, "waits")
        await post.send()
        await post.queue(stage.lab, "goes")
        await post.send()
        assert texts(stage.lab, stage.app) == ["goes"]


class TestWhatIsRefused:
    async def test_a_missing_right_is_told(self, post: Post, stage: Stage) -> None:
        stage.world.overwrite(stage.general, stage.app.user, deny=May.SEND_MESSAGES)
        await post.queue(stage.general, "May I?")
        await post.send()
        (row,) = await post.rows()
        assert (row.state, row.error) == ("failed", REASONS["rights"])

    async def test_a_person_who_takes_no_messages(self, post: Post, stage: Stage) -> None:
        stage.fan.blocks(stage.app)
        await post.queue(stage.world.private_channel(stage.app.user, stage.fan.user), "Hello?")
        await post.send()
        (row,) = await post.rows()
        assert (row.state, row.error) == ("failed", REASONS["blocked"])

    async def test_a_channel_that_is_gone(self, post: Post, stage: Stage) -> None:
        stage.world.remove_channel(stage.lab)
        await post.queue(stage.lab, "Anybody?")
        await post.send()
        (row,) = await post.rows()
        assert (row.state, row.error) == ("failed", REASONS["gone"])

    async def test_no_channel_at_all(self, post: Post) -> None:
        await post.queue("nowhere", "Hm")
        await post.send()
        (row,) = await post.rows()
        assert (row.state, row.error) == ("failed", REASONS["nowhere"])

    async def test_a_token_that_is_worth_nothing_is_used_once_and_what_waits_is_kept(
        self, post: Post, stage: Stage, server: DiscordServer
    ) -> None:
        stage.app.renew_token()
        await post.queue(stage.general, "one", "two")
        await post.queue(stage.lab, "three")
        await post.send()
        assert set(await post.states()) == {"queued"}
        assert len([one for one in server.calls if one.status == 401]) <= 2
        async with post.house.db.system_uow() as uow:
            row = await uow.fetch_one("SELECT state FROM connection WHERE id = %(i)s", {"i": post.connection})
        assert row.state == "quarantined"


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_a_message_that_was_deleted_is_not_the_channels_fault() -> None:
    assert cause_of(CallFailed(404, 10008, "Unknown Message")) == "deleted"
    assert cause_of(CallFailed(404, 10003, "Unknown Channel")) == "gone"
