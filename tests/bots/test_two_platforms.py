"""One creator with a Telegram group and a Discord guild in one instance: people are in charge of both, from
either and from the web.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from app.container import Container, Roles
from app.services import Dsn
from app.sites import admin_site
from community import service as community
from community.types import Role
from conversation import broadcasts
from conversation.autonomy import Mode
from conversation.segments import Segment
from conversation.service import approvals
from kernel.i18n import t
from kernel.settings import Settings
from tests.admin_web.auth.conftest import ORIGIN, Browser, sign_in
from tests.bots.discord import living as discord_living
from tests.bots.discord.living import until
from tests.bots.telegram import living as telegram_living
from tests.conversation.stand_ins import Echo
from tests.emulators.discord import stage as discord_stage
from tests.emulators.discord import visitors as discord_visitors
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.messages import Message
from tests.emulators.discord.server import DiscordServer
from tests.emulators.telegram import stage as telegram_stage
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home, make_home, set_mode

SEND, DROP, TAKE, BACK = (t("en", f"card.{name}") for name in ("send", "drop", "take", "back"))


@dataclass
class Instance:
    """The house, where its avatar lives, and the browser of Kim, who moderates from the web.

    Robin, a moderator, works from Telegram, Mo, another one, from Discord.
    """

    house: Container
    home: Home
    group: telegram_stage.Stage
    guild: discord_stage.Stage
    bot: telegram_living.Living
    app: discord_living.Living
    kim: Browser

    # What happens there

    async def goes_on(self) -> None:
        """Have everything done that was heard."""
        await self.bot.goes_on()

    async def writes(self, who: discord_visitors.Visitor, text: str) -> None:
        """Somebody writes to the app in private, and what follows from that is done."""
        await self.taken_in(lambda: who.says(self.guild.app, text))
        await self.goes_on()

    async def taken_in(self, does: Callable[[], Any]) -> None:
        """Have something be done in Discord by which one message comes in, and wait for that."""
        before = len(await self.app.messages())
        does()

        async def more() -> bool:
            return len(await self.app.messages()) > before

        await until(more)

    async def presses(self, message: Json, label: str, who: Visitor) -> None:
        """Somebody presses a button in Telegram."""
        pressing = asyncio.create_task(who.presses(message, label))
        await asyncio.sleep(0)
        await self.goes_on()
        await pressing

    async def mode(self, wanted: Mode) -> None:
        async with self.house.db.uow(self.home.creator_id) as uow:
            await set_mode(uow, self.home.avatar.id, wanted)

    async def joins_the_team(self, name: str) -> tuple[int, str]:
        """A moderator: their account, and what makes them known in a chat."""
        creator = self.home.creator_id
        async with self.house.db.system_uow() as uow:
            await community.invite(uow, creator, name, Role.MODERATOR)
            account = (await community.members(uow, creator))[-1].account_id
        async with self.house.db.uow(creator) as uow:
            return account, await community.link_staff(uow, account)

    # What is seen

    def in_telegram(self, who: Visitor) -> list[str]:
        """What the bot has told somebody in private."""
        return telegram_living.texts(self._chat(who), self.group.bot)

    def last(self, who: Visitor) -> Json:
        """The bot's last message to somebody in private."""
        return telegram_living.said(self._chat(who), self.group.bot)[-1]

    def now_says(self, who: Visitor, message: Json) -> str:
        """A message as it stands there by now."""
        return str(self._chat(who).messages[message["message_id"]]["text"])

    def _chat(self, who: Visitor) -> Any:
        return self.group.world.private[self.group.bot.id, who.user.id]

    def in_discord(self, who: discord_visitors.Visitor) -> list[str]:
        """What the app has told somebody in private."""
        return discord_living.texts(self.channel(who), self.guild.app)

    def channel(self, who: discord_visitors.Visitor) -> Channel:
        """Where somebody and the app are alone."""
        return self.guild.world.private_channel(self.guild.app.user, who.user)

    def last_message(self, who: discord_visitors.Visitor) -> Message:
        """The app's last message to somebody in private."""
        return discord_living.said(self.channel(who), self.guild.app)[-1]

    async def inbox(self, path: str = "") -> str:
        """A page of the Inbox."""
        answer = await self.kim.get(f"/@{self.home.avatar.slug}/inbox{path}")
        assert answer.status_code == 200
        return answer.text

    async def does(self, thread: int, what: str, **fields: str) -> None:
        """Kim sends a form of a conversation's page; what follows from that is done."""
        answer = await self.kim.post(f"/@{self.home.avatar.slug}/inbox/{thread}/{what}", fields)
        assert answer.status_code == 303, answer.text
        await self.goes_on()

    async def thread_of(self, words: str) -> int:
        """The only conversation in which the Inbox finds these words."""
        (found,) = set(re.findall(r"/inbox/(\d+)", await self.inbox(f"?q={words}")))
        return int(found)


@pytest.fixture
async def instance(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Instance]:
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        discord = await stack.enter_async_context(DiscordServer())
        settings = Settings(
            _env_file=None, data_dir=tmp_path, telegram_api=telegram.url, discord_api=discord.url,
            discord_gateway=discord.gateway.url,
        )  # fmt: skip
        house = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
        house.responder = Echo()
        await house.open()
        stack.push_async_callback(house.close)
        home = await make_home(house.db, name="Ember")
        group, guild = telegram_stage.set_up(telegram.world), discord_stage.set_up(discord.world)
        bot = await house.telegram_joining.connect(home.creator_id, home.avatar.id, group.bot.token)
        app = await house.discord_joining.connect(home.creator_id, home.avatar.id, guild.app.token)
        client = await stack.enter_async_context(
            AsyncClient(transport=ASGITransport(admin_site(house, ORIGIN)), base_url=ORIGIN)
        )
        made = Instance(
            house, home, group, guild, telegram_living.Living(house, bot.connection_id),
            discord_living.Living(house, home, app.connection_id, guild, discord), Browser(client),
        )  # fmt: skip
        await made.app.comes()
        stack.push_async_callback(made.app.goes)
        await everybody_is_known(made)
        yield made
    assert telegram.complaints == []
    assert discord.complaints == []


async def everybody_is_known(made: Instance) -> None:
    account, _ = await made.joins_the_team("Kim")
    await sign_in(made.house.db, made.kim, account)
    _, token = await made.joins_the_team("Robin")
    made.group.creator.starts(made.group.bot, f"staff_{token}")
    _, token = await made.joins_the_team("Mo")
    await made.writes(made.guild.moderator, f"/start staff_{token}")
    assert made.in_telegram(made.group.creator)[-1] == t("en", "staff.known", name="Robin")
    assert made.in_discord(made.guild.moderator)[-1] == t("en", "staff.known", name="Mo")


async def test_a_fan_of_discord_is_taken_over_from_the_web_and_given_back(instance: Instance) -> None:
    fan = instance.guild.fan
    await instance.writes(fan, "Why is the flame yellow?")
    assert instance.in_discord(fan)[-1].endswith("re: Why is the flame yellow?")
    thread = await instance.thread_of("yellow")
    await instance.does(thread, "take")
    assert "Ember" in instance.in_discord(fan)[-1], "the fan is told whose person is here"
    await instance.does(thread, "say", text="Soot glows in it.", once="aaaaaaaa")
    await instance.does(thread, "say", text="Soot glows in it.", once="aaaaaaaa")
    assert sum("Soot glows in it." in text for text in instance.in_discord(fan)) == 1
    heard = len(instance.in_discord(fan))
    await instance.writes(fan, "And the blue below?")
    assert len(instance.in_discord(fan)) == heard, "the avatar is silent"
    page = await instance.inbox(f"/{thread}")
    assert "And the blue below?" in page
    assert "Give back to the avatar" in page
    await instance.does(thread, "release")
    await instance.writes(fan, "Thank you. And wax?")
    assert instance.in_discord(fan)[-1].endswith("re: Thank you. And wax?")


async def test_a_fan_of_telegram_is_taken_over_from_telegram_and_given_back_by_a_button(
    instance: Instance,
) -> None:
    group, robin, fan = instance.group, instance.group.creator, instance.group.fan
    await instance.mode(Mode.ASK)
    fan.says(group.bot, "Why is the flame yellow?")
    await instance.goes_on()
    card = instance.last(robin)
    await instance.presses(card, TAKE, robin)
    taken = t("en", "card.told.taken", name="Robin")
    assert taken in instance.now_says(robin, card)
    assert taken in instance.in_discord(instance.guild.moderator)[-1], "also where Mo has it"
    fan.says(group.bot, "Is somebody there?")
    await instance.goes_on()
    passed = instance.last(robin)
    assert "Is somebody there?" in passed["text"]
    robin.says(group.bot, "Yes. Soot glows in it.", reply_to=passed)
    await instance.goes_on()
    assert "Yes. Soot glows in it." in instance.in_telegram(fan)[-1]
    await instance.presses(the_one_with(instance, robin, BACK), BACK, robin)
    await instance.mode(Mode.AUTO)
    fan.says(group.bot, "And the blue below?")
    await instance.goes_on()
    assert instance.in_telegram(fan)[-1].endswith("re: And the blue below?")


def the_one_with(instance: Instance, who: Visitor, label: str) -> Json:
    """The last message to somebody in Telegram that has this button."""
    chat = instance.group.world.private[instance.group.bot.id, who.user.id]
    return next(
        one
        for one in reversed(telegram_living.said(chat, instance.group.bot))
        if any(
            each["text"] == label
            for row in one.get("reply_markup", {}).get("inline_keyboard", ())
            for each in row
        )
    )


async def test_of_two_who_decide_at_once_on_two_platforms_one_does_and_both_cards_say_who(
    instance: Instance,
) -> None:
    group, robin, mo = instance.group, instance.group.creator, instance.guild.moderator
    await instance.mode(Mode.ASK)
    for number in range(4):
        group.fan.says(group.bot, f"Question {number}?")
        await instance.goes_on()
        here, there = instance.last(robin), instance.last_message(mo)
        pressing = asyncio.create_task(robin.presses(here, SEND))
        await instance.taken_in(lambda card=there: mo.presses(card, DROP))  # type: ignore[misc]
        assert await instance.bot.hear()
        await asyncio.gather(*await both_turns(instance))
        await instance.goes_on()
        await pressing
        async with instance.house.db.uow(instance.home.creator_id) as uow:
            decided = (await approvals.decided(uow, instance.home.avatar.id))[0]
        sent = sum(text.endswith(f"re: Question {number}?") for text in instance.in_telegram(group.fan))
        assert (decided.state, decided.by, sent) in {("sent", "Robin", 1), ("dropped", "Mo", 0)}
        says = t("en", f"card.told.{decided.state}", name=decided.by)
        assert says in instance.now_says(robin, here)
        assert says.rstrip(".") in discord_living.words(instance.channel(mo).messages[there.id])
        assert discord_living.buttons(instance.channel(mo).messages[there.id]) == []
        late = instance.in_discord(mo)[-1] if decided.by == "Robin" else instance.in_telegram(robin)[-1]
        assert f"{decided.by} has decided this already." in late


async def both_turns(instance: Instance) -> list[Awaitable[Any]]:
    """The turns that wait."""
    async with instance.house.db.system_uow() as uow:
        waiting = await uow.fetch("SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new'")
    assert len(waiting) == 2
    return [instance.house.turns.run(row.creator_id, row.thread_id) for row in waiting]


async def test_a_fan_of_both_is_one_when_both_accounts_have_said_so(instance: Instance) -> None:
    group, ana = instance.group, instance.guild.fan
    group.fan.says(group.bot, "/link")
    await instance.goes_on()
    code = re.search(r"/link [A-Z0-9]{4}-[A-Z0-9]{4}", instance.in_telegram(group.fan)[-1])
    assert code
    await instance.writes(ana, code[0])
    asked = instance.last_message(ana)
    await instance.taken_in(lambda: ana.presses(asked, first_button(asked)))
    await instance.goes_on()
    there = instance.last(group.fan)
    yes = there["reply_markup"]["inline_keyboard"][0][0]["text"]
    assert await linked(instance) == 0, "one yes is not enough"
    await instance.presses(there, yes, group.fan)
    assert await linked(instance) == 2
    assert await copies_of_news(instance) == 1, "one fan gets them once"
    await instance.writes(ana, "/unlink")
    assert await linked(instance) == 0
    assert await copies_of_news(instance) == 2


async def copies_of_news(instance: Instance) -> int:
    """How often a broadcast to everybody comes to the two accounts."""
    house, avatar = instance.house, instance.home.avatar
    async with house.db.uow(instance.home.creator_id) as uow:
        for row in await uow.fetch("SELECT id FROM fan WHERE name = 'Ana'"):
            await broadcasts.want(uow, row.id, wanted=True)
        news = await broadcasts.draft(uow, avatar.id, texts={"en": "A candle"}, segment=Segment(), by="Kim")
        await broadcasts.start(uow, avatar.id, news)
    before = candles(instance)
    for _ in range(3):
        await house.broadcasts.tick()
    await instance.goes_on()
    return candles(instance) - before


def candles(instance: Instance) -> int:
    said = (*instance.in_telegram(instance.group.fan), *instance.in_discord(instance.guild.fan))
    return sum("A candle" in text for text in said)


def first_button(message: Message) -> str:
    return str(message.content.components[0]["components"][0]["label"])


async def linked(instance: Instance) -> int:
    async with instance.house.db.uow(instance.home.creator_id) as uow:
        rows = await uow.fetch("SELECT 1 FROM fan WHERE person_id IS NOT NULL")
    return len(rows)
