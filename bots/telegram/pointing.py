"""Whom an order in a group is about: who wrote what it replies to, or whom it names.

Telegram tells nobody whose "@name" is whose; so the names of who writes are remembered while a process lives,
in its memory alone.
"""

from collections import OrderedDict
from typing import Final

from aiogram.types import Message

from bots.telegram.roster import KnownBot
from moderation.types import Person

_MOST: Final = 20_000
_LONGEST: Final = 1_000


class Names:
    """Who was heard in which group under which public name."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, str], tuple[str, str]] = OrderedDict()

    def hear(self, bot: KnownBot, message: Message) -> None:
        """Remember who wrote, or came."""
        for person in (message.from_user, *(message.new_chat_members or ())):
            if person is not None and person.username:
                key = (bot.connection_id, message.chat.id, person.username.lower())
                self._known[key] = (str(person.id), person.full_name)
                self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def find(self, bot: KnownBot, chat: int, name: str) -> tuple[str, str] | None:
        """The number and the name of who was heard as "@name"."""
        return self._known.get((bot.connection_id, chat, name.removeprefix("@").lower()))


def pointed(bot: KnownBot, message: Message, text: str, names: Names) -> Person | None:
    """Whom an order is about: whom it names first, else whose message it replies to; not the bot itself."""
    found = _named(bot, message, text, names) or _replied(message)
    return None if found is None or found.user_id == str(bot.bot_id) else found


def _named(bot: KnownBot, message: Message, text: str, names: Names) -> Person | None:
    told = message.text or message.caption or ""
    for mark in (message.entities if message.text else message.caption_entities) or ():
        if mark.type == "text_mention" and mark.user is not None:
            return Person(str(mark.user.id), mark.user.full_name, said=mark.extract_from(told))
    # A number may stand after what an order is told besides: `/mute dry 12345`.
    for word in text.split()[1:3]:
        if word.startswith("@"):
            known = names.find(bot, message.chat.id, word)
            return Person(*known, said=word) if known else None
        if word.removeprefix("-").isdecimal() and len(word) > 4:
            return Person(word, said=word)
    return None


def _replied(message: Message) -> Person | None:
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created or replied.is_automatic_forward:
        return None
    words = (replied.text or replied.caption or "")[:_LONGEST]
    if replied.sender_chat is not None:
        if replied.sender_chat.id == message.chat.id:
            return None
        return Person(str(replied.sender_chat.id), replied.sender_chat.title or "", words=words)
    person = replied.from_user
    return Person(str(person.id), person.full_name, words=words) if person else None
