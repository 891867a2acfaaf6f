"""What an update of Telegram means to the avatar. Nothing here asks anybody anything."""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, InaccessibleMessage, Message, MessageEntity

from bots.service import TELEGRAM
from bots.telegram.roster import KnownBot
from bots.telegram.text import SAY
from kernel.chat import Addressed, Inbound, Medium

_KINDS: Final = {
    ContentType.PHOTO: "photo",
    ContentType.LIVE_PHOTO: "photo",
    ContentType.VIDEO: "video",
    ContentType.VIDEO_NOTE: "video_note",
    ContentType.ANIMATION: "animation",
    ContentType.VOICE: "voice",
    ContentType.AUDIO: "audio",
    ContentType.DOCUMENT: "document",
}
_OTHERS: Final = frozenset(
    (
        *(ContentType.CONTACT, ContentType.DICE, ContentType.GAME, ContentType.POLL, ContentType.VENUE),
        *(ContentType.LOCATION, ContentType.STORY, ContentType.PAID_MEDIA, ContentType.CHECKLIST),
    )
)
# Who says nothing but the avatar's name is greeted.
_CALLED: Final = "/start"

Shown = Message | InaccessibleMessage
"""A message with a button: of an old one Telegram tells no more than its chat and its number."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message that somebody wrote: who, where, and what of it is for reading.

    `thread` is the topic or the chain of replies it stands in; `below_post`: that chain begins with a post of
    the channel, as far as the message itself tells.
    """

    inbound: Inbound
    thread: str = ""
    below_post: bool = False


def update_id(bot: KnownBot, message: Message) -> str:
    """The name under which a message is taken in once. The pictures of an album are one message."""
    part = f"g{message.media_group_id}" if message.media_group_id else str(message.message_id)
    return f"{bot.bot_id}/{message.chat.id}/{part}"


def spoken(bot: KnownBot, message: Message, commands: Container[str]) -> Spoken | None:
    """What somebody said; None where nobody did: a service message, a bot, the avatar itself."""
    sender = _sender(message)
    if sender is None:
        return None
    medium, text = _content(message)
    if medium is None and not text:
        return None
    replied = message.reply_to_message
    private = message.chat.type == ChatType.PRIVATE
    addressed = Addressed.DIRECT if private else _addressed(bot, message, commands)
    thread = thread_of(message)
    user_id, name = sender
    said = _without_mentions(bot, message, text)
    if not said and medium is None:
        said = _CALLED
    inbound = Inbound(
        connection_id=bot.connection_id,
        platform=TELEGRAM,
        update_id=update_id(bot, message),
        chat_id=_place(message),
        user_id=user_id,
        text=said,
        user_name=name,
        language_hint=message.from_user.language_code if message.from_user else None,
        reply_to=str(replied.message_id) if replied else None,
        sent_at=message.date,
        room="" if private else str(message.chat.id),
        message_ref=str(message.message_id),
        addressed=addressed,
        medium=medium,
        edited_at=datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else None,
    )
    below = bool(
        thread and not message.is_topic_message and replied is not None and replied.is_automatic_forward
    )
    return Spoken(inbound, thread, below)


def pressed(bot: KnownBot, query: CallbackQuery) -> Inbound | None:
    """What a button says that its fan has pressed; None where it says nothing."""
    if not query.data or not query.data.startswith(SAY) or query.message is None:
        return None
    return said_by_button(bot, query, query.message, query.data.removeprefix(SAY))


def said_by_button(bot: KnownBot, query: CallbackQuery, message: Shown, text: str) -> Inbound:
    """The message that pressing a button below `message` stands for."""
    private = message.chat.type == ChatType.PRIVATE
    return Inbound(
        connection_id=bot.connection_id,
        platform=TELEGRAM,
        update_id=f"{bot.bot_id}/c{query.id}",
        chat_id=_place(message),
        user_id=str(query.from_user.id),
        text=text,
        user_name=query.from_user.full_name,
        language_hint=query.from_user.language_code,
        room="" if private else str(message.chat.id),
        message_ref=str(message.message_id),
        # Whoever presses one means it, and waits for no cool-down: no more than who gives a command.
        addressed=Addressed.DIRECT if private else Addressed.COMMAND,
    )


def thread_of(message: Shown) -> str:
    """The topic, or the chain of replies, that a message stands in; empty where it stands in none."""
    return str(message.message_thread_id or "") if isinstance(message, Message) else ""


def _place(message: Shown) -> str:
    """Where a message stands, as far as it tells: its chat, or a topic of that."""
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return f"{message.chat.id}:{topic}" if topic else str(message.chat.id)


def _sender(message: Message) -> tuple[str, str] | None:
    """Who wrote a message: a person, or one who speaks as a group or channel. No bot, no machine."""
    if message.is_automatic_forward or message.via_bot or message.sender_business_bot:
        return None
    if message.sender_chat is not None:
        return str(message.sender_chat.id), message.sender_chat.title or ""
    person = message.from_user
    if person is None or person.is_bot:
        return None
    return str(person.id), person.full_name


def _content(message: Message) -> tuple[Medium | None, str]:
    """What a message has beside its text, and the text."""
    kind = ContentType(message.content_type)
    if kind == ContentType.TEXT:
        return None, message.text or ""
    if kind == ContentType.STICKER and message.sticker:
        return None, message.sticker.emoji or ""
    if kind in _OTHERS:
        return Medium("other"), message.caption or ""
    if kind not in _KINDS:
        return None, ""
    return _medium(message, _KINDS[kind]), message.caption or ""


def _medium(message: Message, kind: str) -> Medium:
    found = getattr(message, kind, None)
    if kind == "photo":
        found = max(message.photo or (), key=lambda size: size.width * size.height, default=None)
    if found is None:
        return Medium(kind)
    return Medium(
        kind,
        file=found.file_id,
        name=getattr(found, "file_name", None) or "",
        mime=getattr(found, "mime_type", None) or "",
        seconds=float(getattr(found, "duration", None) or 0),
        size=found.file_size or 0,
        width=getattr(found, "width", None) or 0,
        height=getattr(found, "height", None) or 0,
    )


def _addressed(bot: KnownBot, message: Message, commands: Container[str]) -> Addressed:
    """How a message in a group is meant for this bot."""
    text = message.text or message.caption or ""
    own = f"@{bot.username.lower()}"
    for mark in _marks(message):
        said = mark.extract_from(text).lower()
        if mark.type == "bot_command" and mark.offset == 0:
            name, at, whose = said[1:].partition("@")
            if at and f"@{whose}" != own:
                return Addressed.NOBODY
            return Addressed.COMMAND if at or name in commands else Addressed.NOBODY
        if (mark.type == "mention" and said == own) or (
            mark.type == "text_mention" and mark.user is not None and mark.user.id == bot.bot_id
        ):
            return Addressed.MENTION
    replied = message.reply_to_message
    if replied is None:
        return Addressed.NOBODY
    # In a topic that the bot has opened, whatever is said replies to the message that opened it.
    if replied.from_user and replied.from_user.id == bot.bot_id and not replied.forum_topic_created:
        return Addressed.REPLY
    return Addressed.NOBODY


def _marks(message: Message) -> list[MessageEntity]:
    return (message.entities if message.text else message.caption_entities) or []


def _without_mentions(bot: KnownBot, message: Message, text: str) -> str:
    """A text as it would be said without the bot's account, which no passage and nobody's words hold.

    At its beginning or end the account only calls the avatar. Within, it stands for the avatar's name.
    """
    own = f"@{bot.username.lower()}"
    if not any(mark.type == "mention" and mark.extract_from(text).lower() == own for mark in _marks(message)):
        return text
    account = re.compile(re.escape(own) + r"(?![a-z0-9_])", re.IGNORECASE)
    bare = text.strip()
    while begins := account.match(bare):
        bare = bare[begins.end() :].lstrip(" \t\n,:;，：、")
    while bare.lower().endswith(own):
        bare = bare[: -len(own)].rstrip(" \t\n,，、")
    return account.sub(lambda _: bot.name or own, bare)
