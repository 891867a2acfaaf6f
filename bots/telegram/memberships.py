"""What Telegram tells of the groups and channels that a bot is in: who it is there, and who comes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import Chat, ChatMember, ChatMemberUpdated, Message, ResultChatMemberUnion, User

from bots.service import TELEGRAM
from bots.telegram.roster import KnownBot
from bots.telegram.watching import Watching
from community import service as community
from community.types import ChatNews
from conversation import service as conversation
from kernel.db import Database

_STATES: Final = {
    ChatMemberStatus.CREATOR: "administrator",
    ChatMemberStatus.ADMINISTRATOR: "administrator",
    ChatMemberStatus.MEMBER: "member",
    ChatMemberStatus.RESTRICTED: "restricted",
    ChatMemberStatus.LEFT: "left",
    ChatMemberStatus.KICKED: "left",
}

# What a bot may hear changes with these: Telegram looks at its privacy mode anew.
_STANDING: Final = {"administrator": 2, "member": 1, "restricted": 1, "left": 0}


class Memberships:
    """Keeps what is told of a bot's chats."""

    def __init__(self, db: Database, watching: Watching) -> None:
        self._db = db
        self._watching = watching

    async def changed(self, bot: KnownBot, change: ChatMemberUpdated, number: int) -> None:
        """The bot was added, removed, promoted, restricted; in private: blocked, or let in again."""
        if change.chat.type == ChatType.PRIVATE:
            here = _STATES[ChatMemberStatus(change.new_chat_member.status)] != "left"
            async with self._db.uow(bot.creator_id) as uow:
                await conversation.note_reach(uow, bot.connection_id, str(change.chat.id), reachable=here)
            return
        member, before = change.new_chat_member, _STATES[ChatMemberStatus(change.old_chat_member.status)]
        state = _STATES[ChatMemberStatus(member.status)]
        async with self._db.uow(bot.creator_id) as uow:
            await community.note_chat(
                uow,
                bot.avatar_id,
                _news(
                    bot,
                    change.chat,
                    state=state,
                    rights=_rights(member),
                    entered=change.date if _STANDING[before] != _STANDING[state] else None,
                ),
                seen=seen(int(change.date.timestamp()), number),
            )

    async def told_by(self, bot: KnownBot, message: Message, number: int) -> bool:
        """Whether a message told of its chat, instead of saying something."""
        if message.migrate_to_chat_id:
            async with self._db.uow(bot.creator_id) as uow:
                await conversation.chat_moved(
                    uow, bot.connection_id, str(message.chat.id), str(message.migrate_to_chat_id)
                )
            return True
        forwarded = message.sender_chat if message.is_automatic_forward else None
        if forwarded or message.new_chat_title:
            async with self._db.uow(bot.creator_id) as uow:
                await community.note_chat(
                    uow,
                    bot.avatar_id,
                    _news(bot, message.chat, linked=str(forwarded.id) if forwarded else None),
                    seen=seen(int(message.date.timestamp()), number),
                )
            return True
        if message.new_chat_members:
            await self._welcome(
                bot, message.chat, message.new_chat_members, f"{message.message_id}", message.date
            )
            return True
        return False

    async def member_changed(self, bot: KnownBot, change: ChatMemberUpdated) -> None:
        """Somebody came or went, as administrators are told, also in a group that shows no messages of it."""
        if change.new_chat_member.user.is_bot:
            await self._watching.changed(bot, change.chat.id)
        if _inside(change.new_chat_member) and not _inside(change.old_chat_member):
            person = change.new_chat_member.user
            await self._welcome(
                bot, change.chat, [person], f"{person.id}/{change.date.timestamp():.0f}", change.date
            )

    async def _welcome(
        self, bot: KnownBot, chat: Chat, people: Sequence[User], key: str, at: datetime
    ) -> None:
        newcomers = [
            one for one in people if not (one.is_bot or await self._watching.came(bot, chat.id, one, at))
        ]
        if not newcomers or not bot.live or chat.type == ChatType.CHANNEL:
            return
        async with self._db.uow(bot.creator_id) as uow:
            await conversation.atmosphere.welcome(
                uow,
                bot.avatar_id,
                bot.connection_id,
                str(chat.id),
                {str(one.id): one.full_name for one in newcomers},
                key=f"{chat.id}/{key}",
                language_hint=newcomers[0].language_code,
            )


def _news(
    bot: KnownBot, chat: Chat, *, state: str | None = None, rights: frozenset[str] | None = None,
    linked: str | None = None, entered: datetime | None = None,
) -> ChatNews:  # fmt: skip
    kind = "channel" if chat.type == ChatType.CHANNEL else "forum" if chat.is_forum else "group"
    return ChatNews(
        connection_id=bot.connection_id,
        platform=TELEGRAM,
        platform_chat_id=str(chat.id),
        kind=kind,
        title=chat.title or "",
        username=chat.username or "",
        state=state,
        rights=rights,
        linked=linked,
        entered=entered,
    )


def _inside(member: ResultChatMemberUnion) -> bool:
    """Whether somebody is in a chat; who is restricted may be, or not."""
    return _STATES[ChatMemberStatus(member.status)] != "left" and getattr(member, "is_member", True)


def _rights(member: ChatMember) -> frozenset[str]:
    """What the bot may do there, in Telegram's words: `can_delete_messages`."""
    return frozenset(
        name for name, value in member.model_dump().items() if name.startswith("can_") and value is True
    )


def seen(at: int, number: int = 0) -> int:
    """The order of what is told: by Telegram's clock, then by the updates' numbers, which may begin anew."""
    return at * 1_000_000 + number % 1_000_000
