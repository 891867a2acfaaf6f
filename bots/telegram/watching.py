"""What of a Telegram group the rules are to see: messages, who joins, who asks to."""

from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, ChatJoinRequest, Message, User

from bots.service import TELEGRAM
from bots.telegram.client import Client
from bots.telegram.roster import KnownBot
from bots.telegram.text import SAY
from bots.telegram.updates import update_id
from community import service as community
from kernel.clock import monotonic
from kernel.db import Database
from kernel.lang import DEFAULT, normalise
from moderation import service as moderation
from moderation.service import Place, Seen, Watched

log = structlog.get_logger(__name__)

_ADMINISTERS_S: Final = 300.0
_MOST: Final = 20_000
_MEDIA: Final = (
    "photo", "video", "video_note", "animation", "voice", "audio", "document", "sticker", "story",
    "paid_media", "poll", "contact", "location", "game", "dice",
)  # fmt: skip
_RULING: Final = frozenset({ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR})


@dataclass(slots=True)
class _Album:
    """Pictures sent as one: counted as the first that was heard, and as forbidden as any before them."""

    ref: str
    rule: str = ""


class _Albums:
    """The albums that were heard of late; what is no picture of one stands for itself."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, str], _Album] = OrderedDict()

    def of(self, bot: KnownBot, message: Message) -> _Album:
        """The album that a message belongs to."""
        one = _Album(str(message.message_id))
        if not message.media_group_id:
            return one
        one = self._known.setdefault((bot.bot_id, message.chat.id, message.media_group_id), one)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return one


class Watching:
    """Holds what happens in groups against their rules."""

    def __init__(self, db: Database, client: Client, book: moderation.RuleBook) -> None:
        self._db = db
        self._client = client
        self._book = book
        self._albums = _Albums()
        self._ruling: OrderedDict[tuple[int, int, int], tuple[float, bool]] = OrderedDict()

    async def message(self, bot: KnownBot, message: Message) -> bool:
        """Whether a message breaks a rule: then it is dealt with, and said to nobody."""
        who = _sender(message)
        if who is None:
            return False
        known = await self._acting(bot, message.chat.id)
        if known is None:
            return False
        album = self._albums.of(bot, message)
        user_id, name = who
        seen = Seen(
            user_id, name, str(message.message_id), message.text or message.caption or "",
            update_id(bot, message),
            datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else message.date,
            links=_links(message), media=next((each for each in _MEDIA if getattr(message, each, None)), ""),
        )  # fmt: skip
        async with self._db.uow(bot.creator_id) as uow:
            place = await self._place(uow, bot, message.chat.id)
            rule = await moderation.broken(uow, place, replace(seen, ref=album.ref), known.rules)
            rule = album.rule = rule or album.rule
            if not rule or await moderation.is_spared(uow, TELEGRAM, user_id):
                return False
        if await self._rules(bot, message.chat.id, int(user_id)):
            return False
        async with self._db.uow(bot.creator_id) as uow:
            await moderation.enforce(uow, place, seen, rule, known.rules)
        return True

    async def came(self, bot: KnownBot, chat: int, person: User, at: datetime) -> bool:
        """Whether somebody who has joined is put out, or has to show first that they are a person."""
        if person.is_bot:
            return False
        known = await self._acting(bot, chat)
        if known is None:
            return False
        async with self._db.uow(bot.creator_id) as uow:
            if await moderation.is_spared(uow, TELEGRAM, str(person.id)):
                return False
            place = await self._place(uow, bot, chat)
            fate = await moderation.came(uow, place, str(person.id), person.full_name, at, known.rules)
            if fate == "captcha":
                await moderation.ask(
                    uow, place, str(person.id), person.full_name, known.rules,
                    key=f"{chat}/{person.id}/{at.timestamp():.0f}", hint=person.language_code,
                )  # fmt: skip
        self._book.forget()
        return bool(fate)

    async def asks(self, bot: KnownBot, request: ChatJoinRequest) -> None:
        """Somebody asks to join: in private they show that they are a person."""
        known = await self._acting(bot, request.chat.id)
        if known is None or not known.rules.requests or known.closed:
            return
        person = request.from_user
        async with self._db.uow(bot.creator_id) as uow:
            place = await self._place(uow, bot, request.chat.id)
            await moderation.ask(
                uow, place, str(person.id), person.full_name, known.rules,
                key=f"{request.chat.id}/{person.id}/{request.date.timestamp():.0f}",
                hint=person.language_code, at=str(request.user_chat_id),
            )  # fmt: skip

    async def solved(self, bot: KnownBot, query: CallbackQuery) -> str | None:
        """What is said to who pressed a captcha's button; None where it was another."""
        data = query.data or ""
        if not data.startswith(SAY + moderation.SOLVE):
            return None
        word = data.removeprefix(SAY + moderation.SOLVE)
        lang = normalise(query.from_user.language_code) or DEFAULT
        async with self._db.uow(bot.creator_id) as uow:
            return await moderation.solve(uow, bot.connection_id, str(query.from_user.id), word, lang)

    async def changed(self, bot: KnownBot, chat: int) -> None:
        """Another bot came, went, or rose: look who keeps order there."""
        if (await self._book.of(bot.creator_id, bot.connection_id, str(chat))).rules.on:
            await self._look(bot, chat)

    async def _acting(self, bot: KnownBot, chat: int) -> Watched | None:
        """The rules of a group in which any acts now."""
        known = await self._book.of(bot.creator_id, bot.connection_id, str(chat))
        if known.rules.on and known.stale:
            await self._look(bot, chat)
            known = await self._book.of(bot.creator_id, bot.connection_id, str(chat))
        if known.rules.on and known.looked_at is None:
            return None  # who else keeps order there isn't known
        return known if known.acts else None

    async def _look(self, bot: KnownBot, chat: int) -> None:
        """See which bots of others administer a group."""
        found = await self._asked(self._client.bot(bot.token).get_chat_administrators(chat, return_bots=True))
        if found is None:
            return
        names = [one.user.username or "" for one in found if one.user.id != bot.bot_id]
        known = moderation.other_bots(TELEGRAM)
        others = tuple(sorted(each for each in names if each.lower() in known))
        async with self._db.uow(bot.creator_id) as uow:
            await moderation.note_others(uow, bot.connection_id, str(chat), others)
        self._book.forget()

    async def _rules(self, bot: KnownBot, chat: int, user: int) -> bool:
        """Whether somebody administers a group, or speaks as the channel that it belongs to.

        Telegram is asked now and then; as long as it doesn't answer, nothing is done to anybody.
        """
        key = (bot.bot_id, chat, user)
        known = self._ruling.get(key)
        if known is None or known[0] < monotonic():
            api = self._client.bot(bot.token)
            found = await self._asked(api.get_chat_member(chat, user) if user > 0 else api.get_chat(chat))
            if found is None:
                return True
            rules = found.status in _RULING if user > 0 else found.linked_chat_id == user
            known = self._ruling[key] = (monotonic() + _ADMINISTERS_S, rules)
            while len(self._ruling) > _MOST:
                self._ruling.popitem(last=False)
        return known[1]

    async def _asked(self, call: Awaitable[Any]) -> Any:
        try:
            return await call
        except AiogramError as problem:
            log.info("telegram.not_told", error=str(problem))
            return None

    async def _place(self, uow: Any, bot: KnownBot, chat: int) -> Place:
        avatar = await community.get_avatar(uow, bot.avatar_id)
        room = str(chat)
        return Place(bot.avatar_id, bot.connection_id, TELEGRAM, room, room, avatar.languages[0])


def _sender(message: Message) -> tuple[str, str] | None:
    """Who is held to the rules: no bot, nobody who speaks as the group, no channel's own posts."""
    if message.chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP) or message.is_automatic_forward:
        return None
    speaks_as = message.sender_chat
    if speaks_as is not None:
        own = speaks_as.id == message.chat.id
        return None if own else (str(speaks_as.id), speaks_as.title or "")
    person = message.from_user
    return None if person is None or person.is_bot else (str(person.id), person.full_name)


def _links(message: Message) -> tuple[str, ...]:
    text = message.text or message.caption or ""
    marks = (message.entities if message.text else message.caption_entities) or ()
    return tuple(mark.url or mark.extract_from(text) for mark in marks if mark.type in ("url", "text_link"))
