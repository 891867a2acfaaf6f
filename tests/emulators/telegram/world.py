"""The state behind the API: who exists, which chats there are, and what every bot gets to see of them."""

import itertools
from collections.abc import Iterable
from typing import Any

from tests.emulators.clock import Clock
from tests.emulators.telegram import entities
from tests.emulators.telegram.chats import ADMIN_RIGHTS, CHANNEL_RIGHTS, GROUP_RIGHTS, Chat, Member, Topic
from tests.emulators.telegram.errors import NO_CHAT, ApiError, bad, forbidden
from tests.emulators.telegram.faults import Faults
from tests.emulators.telegram.files import FileStore, StoredFile
from tests.emulators.telegram.limits import Limits, Rates
from tests.emulators.telegram.people import (
    CHANNEL_BOT_ID,
    GROUP_ANONYMOUS_ID,
    TELEGRAM_ID,
    Bot,
    Json,
    User,
)
from tests.emulators.telegram.updates import Deliverer

GENERAL = 1
# What is said of a medium where its sender didn't say it.
_SIZED: dict[str, Json] = {
    "video": {"width": 0, "height": 0, "duration": 0},
    "animation": {"width": 0, "height": 0, "duration": 0},
    "audio": {"duration": 0},
    "voice": {"duration": 0},
    "video_note": {"length": 240, "duration": 0},
    "document": {},
}
_SERVICE = (
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
    "migrate_from_chat_id", "pinned_message", "successful_payment", "refunded_payment", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
    "general_forum_topic_unhidden", "managed_bot_created",
)  # fmt: skip


def is_service(message: Json) -> bool:
    """Does a message tell what happened, instead of what somebody said?"""
    return any(name in message for name in _SERVICE)


class World:
    """Everything that the emulator knows."""

    def __init__(self, *, clock: Clock | None = None, rates: Rates | None = None) -> None:
        self.clock = clock or Clock()
        self.limits = Limits(self.clock, rates)
        self.faults = Faults()
        self.deliverer = Deliverer(self.clock, self.faults)
        self.files = FileStore()
        self.users: dict[int, User] = {}
        self.bots: dict[int, Bot] = {}
        self.chats: dict[int, Chat] = {}
        self.private: dict[tuple[int, int], Chat] = {}
        self.numbers = itertools.count(1)
        self.queries: dict[str, Json] = {}
        self.polls: dict[str, tuple[Chat, int]] = {}
        self.payments: dict[str, Json] = {}
        self.invoices: dict[tuple[int, int, int], tuple[str, int]] = {}
        self.invoice_links: dict[str, tuple[int, str, int]] = {}
        self.reactions: dict[tuple[int, int, int], list[Json]] = {}
        self.drafts: dict[tuple[int, int, int], Json] = {}
        self.actions: list[tuple[int, int, str]] = []
        telegram = User(TELEGRAM_ID, "Telegram")
        for account in (
            telegram,
            User(GROUP_ANONYMOUS_ID, "Group", username="GroupAnonymousBot", is_bot=True),
            User(CHANNEL_BOT_ID, "Channel", username="Channel_Bot", is_bot=True),
        ):
            self.users[account.id] = account

    # Who and what there is

    def user(self, first_name: str, language_code: str = "", **more: Any) -> User:
        """A new person."""
        made = User(5_000_000_000 + next(self.numbers), first_name, language_code=language_code, **more)
        self.users[made.id] = made
        return made

    def bot(self, username: str, first_name: str = "", *, owner: User | None = None, **more: Any) -> Bot:
        """A new bot; its name must end as Telegram wants it.

        Raises:
            ValueError: the username isn't a bot's, or it is taken.
        """
        if not username.lower().endswith("bot") or self.named(username):
            raise ValueError(f"{username} can't be a new bot's name")
        number = 7_000_000_000 + next(self.numbers)
        made = Bot(number, first_name or username, username=username, is_bot=True, owner=owner, **more)
        made.renew_token()
        self.users[made.id] = self.bots[made.id] = made
        return made

    def by_token(self, token: str) -> Bot | None:
        """The bot whose token this is."""
        number, _, _ = token.partition(":")
        bot = self.bots.get(int(number)) if number.isascii() and number.isdigit() else None
        return bot if bot is not None and bot.token == token else None

    def named(self, username: str) -> User | Chat | None:
        """Whose public name this is."""
        wanted = username.lstrip("@").lower()
        everyone: Iterable[User | Chat] = itertools.chain(self.users.values(), self.chats.values())
        return next((one for one in everyone if one.username and one.username.lower() == wanted), None)

    def chat(self, kind: str, title: str, owner: User, *members: User, **more: Any) -> Chat:
        """A new group, supergroup or channel of `owner`'s with these members, bots among them or not."""
        number = next(self.numbers)
        chat = Chat(
            -(4_000_000 + number) if kind == "group" else -(1_002_000_000_000 + number), kind, title, **more
        )
        self.chats[chat.id] = chat
        if chat.is_forum:
            chat.topics[GENERAL] = Topic(GENERAL, "General")
        chat.members[owner.id] = Member(owner, "creator")
        for member in members:
            self.enter(chat, member, owner, quietly=not isinstance(member, Bot))
        return chat

    def private_chat(self, bot: Bot, user: User) -> Chat:
        """What a bot and a user have together, made where they have nothing yet."""
        found = self.private.get((bot.id, user.id))
        if found is None:
            found = Chat(user.id, "private", peer=user)
            found.members = {one.id: Member(one) for one in (bot, user)}
            self.private[bot.id, user.id] = found
        return found

    def chat_for(self, bot: Bot, ref: int | str) -> Chat:
        """The chat that a bot means by a number or a public name.

        Raises:
            ApiError: there is none that it could know, or it has moved.
        """
        if isinstance(ref, str):
            named = self.named(ref) if ref.startswith("@") else None
            chat = named if isinstance(named, Chat) else None
        elif ref > 0:
            chat = self.private.get((bot.id, ref))
        else:
            chat = self.chats.get(ref)
            if chat is not None and chat.member(bot.id) is None and not chat.username:
                chat = None
        if chat is None:
            other = self.users.get(ref) if isinstance(ref, int) else None
            if isinstance(other, Bot):
                raise forbidden("bots can't send messages to bots")
            if other is not None and any(
                one.inside(bot.id) and one.inside(other.id) for one in self.chats.values()
            ):
                raise forbidden("bot can't initiate conversation with a user")
            raise ApiError(400, NO_CHAT)
        if chat.migrated_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        return chat

    def need_reachable(self, bot: Bot, chat: Chat) -> None:
        """Refuse what would be sent where the bot can't be heard.

        Raises:
            ApiError: it was blocked or removed, or nobody is there any more.
        """
        if chat.peer is None:
            chat.need_inside(bot.id)
        elif chat.peer.deactivated:
            raise forbidden("user is deactivated")
        elif bot.id in chat.peer.blocks:
            raise forbidden("bot was blocked by the user")

    # What is said

    def post(
        self,
        chat: Chat,
        sender: User | None,
        content: Json,
        *,
        sender_chat: Chat | None = None,
        topic: int | None = None,
        reply_to: Json | None = None,
        tell_sender: bool = False,
    ) -> Json:
        """Put a message into a chat and show it to every bot that may see it.

        `topic` is the thread it belongs to: a forum's topic, or the root of a chain of replies.
        `tell_sender`: the bot that caused it hears of it, too.
        """
        message: Json = {
            "message_id": self._number(chat, sender),
            "date": int(self.clock.now()),
            "chat": chat.to_json(),
        }
        if chat.type == "channel":
            message["sender_chat"] = chat.to_json()
        elif sender_chat is not None:
            double = TELEGRAM_ID if content.get("is_automatic_forward") else CHANNEL_BOT_ID
            double = GROUP_ANONYMOUS_ID if sender_chat is chat else double
            message |= {"from": self.users[double].to_json(), "sender_chat": sender_chat.to_json()}
        elif sender is not None:
            message["from"] = sender.to_json()
        if reply_to is not None:
            message["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
            if topic is None and chat.type == "supergroup":
                topic = reply_to.get("message_thread_id") or reply_to["message_id"]
        if topic not in (None, GENERAL):
            message["message_thread_id"] = topic
            # A chain of replies in a forum's first topic is no topic.
            if topic in chat.topics:
                message["is_topic_message"] = True
        message |= content
        chat.messages[message["message_id"]] = message
        if isinstance(sender, Bot):
            chat.last_bot = sender.id
        elif sender is not None:
            chat.last_said[sender.id] = self.clock.now()
        kind = "channel_post" if chat.type == "channel" else "message"
        self.show(chat, kind, message, sender, tell_sender=tell_sender)
        if chat.type == "channel" and chat.linked is not None and not is_service(message):
            self._forward_to_discussion(chat, chat.linked, message)
        return message

    def show(
        self, chat: Chat, kind: str, message: Json, cause: User | None, *, tell_sender: bool = False
    ) -> None:
        """Have every bot of a chat that may see a message hear of it."""
        for member in list(chat.members.values()):
            bot = member.user
            if not isinstance(bot, Bot) or not member.inside or (bot is cause and not tell_sender):
                continue
            if bot is cause or self._sees(bot, member, chat, message, cause):
                bot.hear(kind, self.seen_by(bot, message))

    def seen_by(self, bot: Bot, value: Any) -> Any:
        """A message as one bot gets it: with its own identifiers of the files."""
        if isinstance(value, dict):
            if stored := value.get("_file"):
                known = {k: v for k, v in value.items() if k != "_file"}
                return known | {"file_id": self.files.id_for(bot.id, stored)}
            if not any(isinstance(one, dict | list) for one in value.values()):
                return value
            return {key: self.seen_by(bot, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.seen_by(bot, one) for one in value]
        return value

    def _sees(self, bot: Bot, member: Member, chat: Chat, message: Json, cause: User | None) -> bool:
        if chat.type in ("private", "channel") or is_service(message):
            return True
        if isinstance(cause, Bot):
            return False
        if member.reads_all or member.administers:
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id:
            return True
        text = message.get("text") or message.get("caption") or ""
        # Not who mentions it, whatever @BotFather says: that stays unheard in privacy mode.
        for mark in message.get("entities") or message.get("caption_entities") or ():
            if mark["type"] == "bot_command" and mark["offset"] == 0:
                said = entities.between(text, mark["offset"], mark["length"]).lower()
                _, at, whose = said.partition("@")
                return whose == bot.username.lower() if at else chat.last_bot in (0, bot.id)
        return False

    def _number(self, chat: Chat, sender: User | None) -> int:
        if chat.type == "private":
            bot = next(one.user for one in chat.members.values() if isinstance(one.user, Bot))
            bot.next_message_id += 1
            return bot.next_message_id - 1
        chat.last_message_id += 1
        return chat.last_message_id

    def _forward_to_discussion(self, channel: Chat, group: Chat, message: Json) -> None:
        left_out = ("message_id", "date", "chat", "sender_chat", "from", "reply_markup", "author_signature")
        content = {key: value for key, value in message.items() if key not in left_out}
        origin = {
            "type": "channel",
            "date": message["date"],
            "chat": channel.to_json(),
            "message_id": message["message_id"],
        }
        self.post(
            group,
            None,
            content | {"is_automatic_forward": True, "forward_origin": origin},
            sender_chat=channel,
        )

    def upload(self, kind: str, content: bytes, name: str = "", mime: str = "", **about: Any) -> Json:
        """What a file puts into a message."""
        return self.medium(self.files.add(kind, content, name, mime), **about)

    def medium(self, stored: StoredFile, **about: Any) -> Json:
        """The field of a message that carries a file; `about` it is what the sender says.

        The identifier by which each bot knows the file is put in when a message is shown.
        """
        kind = stored.kind
        known: Json = {"_file": stored, "file_unique_id": stored.unique_id, "file_size": len(stored.content)}
        if kind == "photo":
            return {"photo": [known | {"width": 90, "height": 90}, known | {"width": 1280, "height": 1280}]}
        if stored.name and kind not in ("video_note", "voice"):
            known["file_name"] = stored.name
        if stored.mime and kind != "video_note":
            known["mime_type"] = stored.mime
        return {
            kind: known | _SIZED[kind] | {name: value for name, value in about.items() if value is not None}
        }

    # Who comes and goes

    def change(self, chat: Chat, cause: User, user: User, **changes: Any) -> None:
        """Change somebody's membership, and have the bots of the chat that may know hear of it."""
        member = chat.members.setdefault(user.id, Member(user, "left"))
        before, standing = member.to_json(chat), (member.inside, member.administers)
        for name, value in changes.items():
            setattr(member, name, value)
        if isinstance(user, Bot) and standing != (member.inside, member.administers):
            member.reads_all = user.reads_all
        after = member.to_json(chat)
        if before == after:
            return
        told = {
            "chat": chat.to_json(),
            "from": cause.to_json(),
            "date": int(self.clock.now()),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        if isinstance(user, Bot):
            user.hear("my_chat_member", told)
        for other in chat.members.values():
            if isinstance(other.user, Bot) and other.user is not user and other.administers:
                other.user.hear("chat_member", told)

    def enter(self, chat: Chat, user: User, cause: User | None = None, *, quietly: bool = False) -> None:
        """Have somebody become a member, by themselves or added by `cause`.

        Raises:
            ApiError: it is a bot that may not join groups.
        """
        if isinstance(user, Bot) and not user.can_join_groups:
            raise bad("BOT_GROUPS_BLOCKED")
        self.change(chat, cause or user, user, status="member", present=True)
        if chat.type != "channel" and not quietly:
            self.post(chat, cause or user, {"new_chat_members": [user.to_json()]})

    def leave(self, chat: Chat, user: User, cause: User | None = None, *, status: str = "left") -> None:
        """Have somebody go, by themselves or removed by `cause`."""
        if chat.type != "channel":
            self.post(chat, cause or user, {"left_chat_member": user.to_json()}, tell_sender=False)
        self.change(chat, cause or user, user, status=status, present=False)

    def promote(self, chat: Chat, user: User, cause: User, *rights: str) -> None:
        """Make somebody an administrator with these rights; with all, where none is named."""
        all_rights = ADMIN_RIGHTS + (CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)
        given = {name: name in (rights or all_rights) or name == "can_manage_chat" for name in all_rights}
        self.change(
            chat, cause, user, status="administrator", rights=given, promoted_by=cause.id, present=True
        )

    def migrate(self, group: Chat, cause: User) -> Chat:
        """Turn a group into a supergroup, which is another chat with the same members."""
        new = Chat(-(1_002_000_000_000 + next(self.numbers)), "supergroup", group.title)
        new.permissions = dict(group.permissions)
        new.members = dict(group.members)
        self.chats[new.id] = new
        self.post(group, cause, {"migrate_to_chat_id": new.id})
        group.migrated_to = new.id
        self.post(new, cause, {"migrate_from_chat_id": group.id})
        return new
