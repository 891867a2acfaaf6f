"""A group in Telegram whose moderator orders, and a member about whom."""

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.container import Container
from community import service as community
from community.types import Role
from tests.bots.telegram.living import Living, said, texts
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home


@dataclass
class Desk:
    """The group, who is in it, and the avatar that keeps order there."""

    house: Container
    home: Home
    living: Living
    place: Stage
    moderator: Visitor

    @property
    def group(self) -> Chat:
        """Where it is."""
        return self.place.supergroup

    @property
    def fan(self) -> Visitor:
        """Whom it is about."""
        return self.place.fan

    @cached_property
    def spam(self) -> Json:
        """What the member wrote, that the moderator answers."""
        return self.fan.says(self.group, "Buy my wax!")

    async def order(self, text: str, reply_to: Json | None = None, *, by: Visitor | None = None) -> str:
        """Order something in the group; what is said to it there, without who says it."""
        before = len(said(self.group, self.place.bot))
        (by or self.moderator).says(self.group, text, reply_to=reply_to)
        await self.living.goes_on()
        return self.heard(before)

    async def press(self, label: str) -> str:
        """Press a button below the last thing said in the group; what is said to it."""
        sent = said(self.group, self.place.bot)
        task = asyncio.create_task(self.moderator.presses(sent[-1], label))
        await asyncio.sleep(0)
        await self.living.goes_on()
        await task
        return self.heard(len(sent))

    def heard(self, since: int = 0) -> str:
        """What the avatar has said in the group after so many messages of its own."""
        return "\n".join(filter(None, map(_bare, texts(self.group, self.place.bot)[since:])))

    def standing(self, who: Visitor | None = None) -> Any:
        """What somebody is in the group now."""
        return self.group.member((who or self.fan).user.id)


def _bare(text: str) -> str:
    """What is said, without the sentence above it that an AI says so."""
    return text.split("\n\n", 1)[-1]


async def employ(
    house: Container, home: Home, living: Living, place: Stage, who: Visitor, role: Role
) -> None:
    """Have somebody say to the bot that they work for the creator."""
    async with house.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, who.user.first_name, role)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with house.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    who.starts(place.bot, f"staff_{token}")
    await living.goes_on()
