"""Passing on what is said while a person has a thread: a fan's words to the person, the person's to the fan.

Each message is passed on under `relay:{message}:{part}`: a fan's by the transaction that ends its turn, a
person's by one before that which may be repeated. A death anywhere passes nothing on twice, and loses none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from community import service as community
from community.types import Role
from conversation import approvals, approvals_repository, repository
from conversation import takeover_repository as takeovers
from conversation.amending import amend
from conversation.splitting import fitted
from conversation.types import OUTBOUND_CHANNEL, SENT_CHANNEL
from kernel.chat import CAPABILITIES, RELAYED, Inbound, Medium, Outbound
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, normalise
from persona_engine.service import Asked

IN_ALBUMS: Final = frozenset({"photo", "video", "document", "audio"})
_SENDABLE: Final = frozenset({"photo", "video", "video_note", "animation", "voice", "audio", "document"})


def language(known: str | None) -> str:
    """The language for somebody of whom perhaps none is known."""
    return normalise(known) or DEFAULT


def fan_named(held: Any) -> str:
    """A fan's name, as the creator's people read it; their number where they have none."""
    return held.fan_name or f"#{held.fan_id}"


def gathers(waiting: Any) -> bool:
    """Whether a message that goes to another person may be the first part of an album."""
    limits = CAPABILITIES.get(waiting.platform)
    if not waiting.medium or limits is None or not limits.albums:
        return False
    passed_on = waiting.handed_over_at or (waiting.relays and not waiting.room)
    return bool(passed_on and waiting.medium["kind"] in IN_ALBUMS)


async def to_person(uow: UnitOfWork, thread_id: int, waiting: Any) -> None:
    """Pass a fan's message on to who has their thread, which is locked; in the web it stands there anyway."""
    await uow.notify(OUTBOUND_CHANNEL)
    await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{thread_id}")
    held = await takeovers.current(uow, thread_id)
    if held is None:
        return
    _, media = await _said(uow, waiting.id)
    await show(uow, held, waiting.id, f"relay:{waiting.id}", waiting.text, media, waiting.connection_id)


async def show(
    uow: UnitOfWork,
    held: Any,
    message_id: int,
    once: str,
    text: str,
    media: tuple[Medium, ...] = (),
    connection_id: int = 0,
) -> None:
    """Show words of a fan's to who talks with them from a chat; it goes when that message of theirs does."""
    if held.relay_thread_id is None:
        return
    lang = language(held.relay_lang)
    way = _Way(held.platform, held.relay_platform, here=connection_id == held.relay_connection_id)
    carried, left = _carried(media, connection_id, way)
    words = "\n".join(filter(None, (*_left(left, way, lang), text)))
    name = fan_named(held)
    notice = t(lang, "relay.from", name=name, platform=held.platform.capitalize())
    said = Outbound(words, lang, notice=notice, by="fan", who=name, media=carried)
    for index, part in enumerate(fitted([said], held.relay_platform)):
        await repository.add_outbound(
            uow,
            thread_id=held.relay_thread_id,
            connection_id=held.relay_connection_id,
            message_id=message_id,
            once=f"{once}:{index}",
            payload=part.to_json(),
            kind="staff",
        )


async def _said(uow: UnitOfWork, message_id: int) -> tuple[str, tuple[Medium, ...]]:
    """A message as it is now: its album may have come after its first part."""
    row = await repository.said(uow, message_id)
    return (row.text, tuple(Medium(**one) for one in row.media)) if row else ("", ())


@dataclass(frozen=True, slots=True)
class _Way:
    """From which platform to which a message goes; `here`: it stays with the same bot."""

    giving: str
    taking: str
    here: bool

    @property
    def most(self) -> int | None:
        """How many bytes of a file go this way; None where no files do."""
        giving, taking = CAPABILITIES.get(self.giving), CAPABILITIES.get(self.taking)
        return min(giving.hands_over, taking.takes) if giving and taking else None

    def is_too_large(self, one: Medium) -> bool:
        """Whether a medium can't go this way for its size alone."""
        giving = CAPABILITIES.get(self.giving)
        if self.here and giving and giving.by_name and not one.mime.startswith("image/"):
            return False
        return self.most is not None and one.size > self.most


def _carried(
    media: tuple[Medium, ...], connection_id: int, way: _Way
) -> tuple[tuple[Medium, ...], tuple[Medium, ...]]:
    """A message's media for its way, and those that can't go it."""
    there = tuple(
        one
        for one in media
        if one.kind in _SENDABLE and one.file and way.most is not None and not way.is_too_large(one)
    )
    carried = tuple(replace(one, file=f"{RELAYED}{connection_id}:{one.file}") for one in there)
    return carried, tuple(one for one in media if one not in there)


def _left(media: Iterable[Medium], way: _Way, lang: str) -> list[str]:
    """What is said of media that can't be passed on: why."""
    left = list(media)
    large = [one for one in left if way.is_too_large(one)]
    most = (way.most or 0) >> 20
    told = [t(lang, "relay.too_large", size=-(-one.size >> 20), most=most) for one in large]
    return [t(lang, "relay.unseen"), *told] if len(large) < len(left) else told


async def to_fan(db: Database, asked: Asked, waiting: Any, lang: str) -> str | None:
    """Pass on what one of the creator's people writes in their own private chat to a fan whom they talk with.

    Returns what they are told of it, perhaps nothing; None where it is for no fan.
    """
    if waiting.room or asked.text.startswith("/") or not (waiting.reply_to or waiting.relays):
        return None
    async with db.uow(asked.creator_id) as uow:
        who = await community.staff_of(uow, asked.fan_id)
        if who is None or not who.role.includes(Role.MODERATOR):
            return None
        thread_id = await _addressee(uow, asked, waiting, who.account_id)
        if thread_id is None:
            return None
        thread = await approvals_repository.hold_thread(uow, asked.avatar_id, thread_id)
        once = f"relay:{waiting.id}"
        if await repository.is_queued(uow, f"{once}:0"):
            if waiting.edited_at is not None:  # since it was passed on, and before its turn had ended
                await _reword_copy(uow, waiting.id, waiting.text, waiting.edited_at)
            return ""
        held = await takeovers.current(uow, thread_id) if thread else None
        if held is None:
            return t(lang, "relay.undelivered")
        if held.account_id != who.account_id:
            return t(lang, "takeover.taken", name=held.name)
        text, media = await _said(uow, waiting.id)
        here = waiting.connection_id == thread.connection_id
        way = _Way(waiting.platform, thread.platform, here=here)
        carried, left = _carried(media, waiting.connection_id, way)
        # Of what is too large, and so isn't there for the fan, whoever sent it is told.
        large = [one for one in left if way.is_too_large(one)]
        unseen = [one for one in left if one not in large]
        words = "\n".join(filter(None, (*_left(unseen, way, language(thread.lang)), text)))
        if words or carried:
            await approvals.speak(uow, asked.avatar_id, thread, words, once=once, who=who, media=carried)
        await takeovers.heard(uow, held.id)
    return "\n".join(_left(large, way, lang))


async def _addressee(uow: UnitOfWork, asked: Asked, waiting: Any, account_id: int) -> int | None:
    """The thread that a person's words are for: of the copy that they reply to.

    Where their platform has no replies, it is the only one that they have taken over from there.
    """
    if waiting.reply_to:
        return await takeovers.meant(uow, asked.thread_id, waiting.reply_to, passed_on=True)
    if waiting.platform in CAPABILITIES:
        return None
    all_held = await takeovers.held_by(uow, asked.avatar_id, account_id)
    held = [each for each in all_held if each.relay_thread_id == asked.thread_id]
    return int(held[0].thread_id) if len(held) == 1 else None


async def reworded(uow: UnitOfWork, avatar_id: int, inbound: Inbound, text: str) -> bool:
    """Have what a person is to read, or wrote, say what its sender has made of it since; whether it is such.

    A fan's only where it was shown to who has their thread now, or stands there for who reads it in the web:
    afterwards they ask the avatar anew. The fan's thread is locked before anything of it, as a decision does.
    """
    at = inbound.edited_at
    if at is None or not text:
        return False
    known = await takeovers.passed_on(uow, inbound.connection_id, inbound.update_id)
    if known is None:
        return False
    copy = await takeovers.copy_of(uow, known.id)
    if copy is None and known.outcome != "to_person":
        return False
    by_fan = copy is None or copy.by == "fan"
    thread = await approvals_repository.hold_thread(
        uow, avatar_id, known.thread_id if by_fan else copy.thread_id
    )
    found = await takeovers.passed_on(uow, inbound.connection_id, inbound.update_id)
    if thread is None or found is None or (by_fan and not await _is_read(uow, thread, copy)):
        return False
    if found.edited_at is not None and at <= found.edited_at:
        return True
    await takeovers.reword(uow, found.id, text, at)
    await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{thread.id}")
    await _reword_copy(uow, found.id, text, at)
    return True


async def _is_read(uow: UnitOfWork, thread: Any, copy: Any) -> bool:
    """Whether a fan's words are still before a person: in the chat of their copy, or else in the web."""
    held = await takeovers.current(uow, thread.id)
    if copy is not None:
        return held is not None and held.relay_thread_id == copy.thread_id
    return thread.handed_over_at is not None and (held is None or held.relay_thread_id is None)


async def _reword_copy(uow: UnitOfWork, message_id: int, text: str, at: datetime) -> None:
    """Have the copy of a message say this, in as many parts as it takes; its thread is locked."""
    rows = await repository.named(uow, f"relay:{message_id}")
    if not rows:
        return
    first, told = rows[0], [Outbound.from_json(row.payload) for row in rows]
    media = tuple(one for each in told for one in each.media)
    before = replace(told[0], notice="".join(each.notice for each in told), media=media)
    unseen = t(before.lang, "relay.unseen")
    words = f"{unseen}\n{text}" if any(each.text.startswith(unseen) for each in told) else text
    parts = fitted([replace(before, text=words)], first.platform)
    left_over = replace(before, text="…", notice="", media=())
    parts = (*parts, *(left_over for _ in rows[len(parts) :]))
    for row, part in zip(rows, parts, strict=False):
        await amend(uow, row, part, platform=row.platform, once=f"{row.once}/e{at.timestamp():.0f}")
    for index, part in enumerate(parts[len(rows) :], len(rows)):
        await repository.add_outbound(
            uow,
            thread_id=first.thread_id,
            connection_id=first.connection_id,
            message_id=first.message_id,
            once=f"relay:{message_id}:{index}",
            payload=part.to_json(),
            kind=first.kind,
        )
