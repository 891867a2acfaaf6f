"""Whom an order in a group is about: who wrote what it replies to, or whom it names.

Telegram tells nobody whose "@name" is whose; so the names of who writes are remembered while a process lives,
in its memory alone.
"""

from collections import OrderedDict
from typing import Final

from aiogram.types import Message

from bots.telegram.roster import KnownBot
from moderation import service as moderation
from moderation.service import DRY
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
    """Whom an order is about: whom it names at once, else whose message it replies to; not the bot itself.

    Whom its reason names it isn't about, nor is a number in it anybody's. A name that nobody was heard under
    is nobody, whatever it replies to.
    """
    replied = _replied(message)
    rest = "".join(text.split(maxsplit=1)[1:]).strip()
    if rest.casefold().split(maxsplit=1)[:1] == [DRY]:
        rest = rest[len(DRY) :].lstrip()
    if replied is None:
        _, rest = moderation.read_span(rest)
    word = "".join(rest.split(maxsplit=1)[:1])
    found = _mentioned(message, rest)
    if found is None and word.startswith("@"):
        known = names.find(bot, message.chat.id, word)
        found = Person(*known, said=word) if known else None
    elif found is None:
        is_number = word.removeprefix("-").isdecimal() and len(word) > 4
        found = replied or (Person(word, said=word) if is_number else None)
    return None if found is None or found.user_id == str(bot.bot_id) else found


def _mentioned(message: Message, rest: str) -> Person | None:
    """Whom a mention without a public name means with which the rest of a message begins."""
    told = (message.text or message.caption or "").rstrip()
    at = _units(told) - _units(rest)
    for mark in (message.entities if message.text else message.caption_entities) or ():
        if mark.type == "text_mention" and mark.user is not None and mark.offset == at:
            return Person(str(mark.user.id), mark.user.full_name, said=mark.extract_from(told))
    return None


def _units(text: str) -> int:
    """A text's length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


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
