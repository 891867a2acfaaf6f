"""What is said to an avatar in a group, and how it is set to behave there."""

from dataclasses import replace
from typing import Any

from community import service as community
from community.types import ChatNews, ChatSettings
from conversation import service as conversation
from conversation.types import Received
from kernel.chat import Addressed, Inbound
from kernel.db import Database
from tests.factories.people import Home

GROUP = "-100"


def in_group(
    home: Home,
    update: str,
    text: str = "Why is it yellow?",
    *,
    user: str = "fan-1",
    addressed: Addressed = Addressed.MENTION,
    place: str = "",
    room: str = GROUP,
) -> Inbound:
    """A message in a group; `place` is the topic (":7") or the post ("/7") that it stands under."""
    said = home.inbound(update, text, user=user)
    return replace(said, chat_id=f"{room}{place}", room=room, addressed=addressed, message_ref=update)


async def hear(db: Database, home: Home, said: Inbound) -> Received:
    """Take it in."""
    async with db.uow(home.creator_id) as uow:
        return await conversation.receive(uow, home.avatar.id, said)


async def behave(db: Database, home: Home, room: str = GROUP, **settings: Any) -> int:
    """Have the avatar be in a group, and behave there like this; the chat's number."""
    async with db.uow(home.creator_id) as uow:
        news = ChatNews(home.connection_id, "webchat", room, "group", "Wax", state="member")
        chat = await community.note_chat(uow, home.avatar.id, news, seen=1)
        await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(**settings))
    return chat.id
