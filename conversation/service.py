"""Conversation's face: taking a message in, reading threads, what waits for a person, fans' rights."""

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from community import service as community
from community.types import Role
from conversation import (
    approvals,
    atmosphere,
    autonomy,
    beside,
    deliveries,
    edits,
    etiquette,
    feedback,
    history_repository,
    repository,
    rights_repository,
    threads_repository,
)
from conversation.beside import ask_to_wait, say_closed
from conversation.commands import STAFF
from conversation.errors import BadMessage, NoSuchExport, NoSuchFan, TooManyMessages
from conversation.events import OrderHeard
from conversation.pump import Pump
from conversation.rights import (
    digest,
    erase_by_creator,
    fans,
    look_at_export,
    privacy_requests,
    read_export,
    take_export,
)
from conversation.types import (
    OUTBOUND_CHANNEL,
    SENT_CHANNEL,
    TURN,
    Received,
    RecentMessage,
    Said,
    StaffHere,
    Tally,
    Transcript,
    Unsettled,
)
from conversation.unanswered import asked_message, avatar_of, last_asked, unanswered
from kernel import metrics
from kernel.chat import Addressed, Inbound, Outbound, called
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.i18n.bidi import CONTROLS
from persona_engine.service import crisis

__all__ = [
    "BURST",
    "MAX_TEXT",
    "OUTBOUND_CHANNEL",
    "PER_SECOND",
    "SENT_CHANNEL",
    "STAFF",
    "TURN",
    "NoSuchExport",
    "NoSuchFan",
    "Pump",
    "Received",
    "approvals",
    "ask_to_wait",
    "asked_message",
    "atmosphere",
    "autonomy",
    "avatar_of",
    "backdate",
    "button_text",
    "chat_moved",
    "clean",
    "deliveries",
    "erase_by_creator",
    "fans",
    "feedback",
    "find_thread",
    "is_place",
    "last_asked",
    "look_at_export",
    "outcomes",
    "privacy_requests",
    "read_export",
    "receive",
    "recent",
    "say_closed",
    "staff_here",
    "take_export",
    "tallies",
    "transcript",
    "unanswered",
    "unsettled",
]

MAX_TEXT = 4_096
"""Characters of a message that the avatar reads."""

BURST = 12.0
PER_SECOND = 0.5
"""A fan's allowance: so many messages at once, refilled so many a second."""

_PAGE = 200
# How what can be found good or wrong was made: from the creator's content, by a model or not.
_POINTED = ("quoted", "drafted", "taught:", "edited")


# Letters and a sign that only keep a place free, and a plane whose unassigned half never shows.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN_PLANE = range(0xE0000, 0xE1000)


def _shows(character: str) -> bool:
    """Whether a reader sees a character that stands alone: a letter, a number, a sign.

    What this Python's Unicode doesn't know yet may be a new emoji.
    """
    kind = unicodedata.category(character)
    seen = kind[0] in "LNPS" or kind == "Cn"
    return seen and character not in _BLANKS and ord(character) not in _UNSEEN_PLANE


def _told(inbound: Inbound) -> str:
    """What a message says. Below a picture or beside a voice there may be nothing to read."""
    if inbound.medium is not None:
        try:
            return _question(clean(inbound.text[:MAX_TEXT]))
        except BadMessage:
            return ""
    return _question(clean(inbound.text))


def _question(text: str) -> str:
    """What "/ask" asks: it is a question like any other."""
    rest = text.split(maxsplit=1)[1:]
    return rest[0] if rest and called(text) == "ask" else text


def clean(text: str) -> str:
    """A message as it is kept: NFC, no control characters but line breaks, no surrounding space.

    Raises:
        BadMessage: nothing that shows is left, or too much.
    """
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\x00", ""))
    kept = "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    # A command that was copied out of a text from right to left brings along what held it together there.
    if (bare := kept.strip(CONTROLS).strip()).startswith("/"):
        kept = bare
    if not any(map(_shows, kept)):
        raise BadMessage("Write something first.", code="empty_message")
    if len(kept) > MAX_TEXT:
        raise BadMessage(
            "That is too long to read at once: {length} of {limit} characters.",
            code="message_too_long",
            length=len(kept),
            limit=MAX_TEXT,
        )
    return kept


async def receive(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> Received:
    """Take a message in, once; its turn is deferred in the same transaction.

    Of an album, whose parts come one by one under one name, the first makes the message, and the part with
    words gives it its text. What in a group isn't for the avatar is passed over: nothing of it is kept. What
    its sender has made of a message since is another one only where `edits` says so.

    Raises:
        BadMessage: empty or too long.
        TooManyMessages: the fan's allowance is spent; nothing was kept.
    """
    text = _told(inbound)
    told = inbound
    if told.edited_at is not None:
        meant = await edits.meant(uow, told, text)
        if meant is None:
            return Received(0, 0, duplicate=True)
        inbound = meant
    if etiquette.is_faceless_order(inbound):
        await beside.say_faceless(uow, avatar_id, inbound)
        return Received(0, 0, duplicate=False, passed_over=True)
    if inbound.room and not await etiquette.admits(uow, avatar_id, inbound):
        return Received(0, 0, duplicate=False, passed_over=True)
    if etiquette.is_order(inbound):
        await uow.publish(OrderHeard(uow.tenant, avatar_id))
    fan = await community.find_fan(uow, inbound.platform, inbound.user_id, hold=True)
    if fan is None:
        # What was erased just now is delivered again: its sender has been told, and is not to come back.
        if await rights_repository.is_echo(uow, digest(inbound.connection_id, inbound.update_id)):
            return Received(0, 0, duplicate=True)
        fan = await community.ensure_fan(uow, inbound.platform, inbound.user_id, inbound.user_name)
    if inbound.chosen_language and inbound.chosen_language != fan.chosen_language:
        await community.remember_language(uow, fan.id, chosen=inbound.chosen_language)
    thread = await threads_repository.thread_for(
        uow,
        avatar_id=avatar_id,
        connection_id=inbound.connection_id,
        platform=inbound.platform,
        chat_id=inbound.chat_id,
        room=inbound.room,
        fan_id=fan.id,
        allowance=BURST,
    )
    # Only now nobody else adds anything to the thread.
    if told.edited_at is not None:
        if await edits.meant(uow, told, text) is None:
            return Received(0, 0, duplicate=True)
        await edits.take_over(uow, thread.id, told)
    message_id = await repository.add_message(
        uow,
        thread_id=thread.id,
        connection_id=inbound.connection_id,
        update_id=inbound.update_id,
        text=text,
        language_hint=inbound.language_hint,
        state="new",
        ref=inbound.message_ref,
        reply_to=inbound.reply_to,
        medium=asdict(inbound.medium) if inbound.medium else None,
        aside=inbound.addressed is Addressed.POST,
        edited_at=inbound.edited_at,
    )
    if message_id is None:
        if inbound.medium is not None and text:
            at = inbound.sent_at or now()
            await repository.complete(uow, inbound.connection_id, inbound.update_id, text, at)
        known = await repository.known_message(uow, inbound.connection_id, inbound.update_id)
        return Received(known.id, known.thread_id, duplicate=True)
    await _spend(uow, thread.id, thread.allowance, thread.allowance_at, text)
    await uow.defer(TURN, creator_id=uow.tenant, thread_id=thread.id)
    metrics.MESSAGES_IN.labels(inbound.platform).inc()
    return Received(message_id, thread.id, duplicate=False, silent=thread.silent)


async def chat_moved(uow: UnitOfWork, connection_id: int, old: str, new: str) -> bool:
    """A group has become another: its settings, threads and what is queued for it move along.

    A platform tells it on both sides, and a send may find out first: once is enough. Whether this was that.
    """
    first = await community.moved(uow, connection_id, old, new)
    await threads_repository.move_room(uow, connection_id, old, new)
    return first


async def staff_here(uow: UnitOfWork, connection_id: int) -> tuple[StaffHere, ...]:
    """Where the creator's people were heard on a connection."""
    return tuple(
        StaffHere(row.platform_user_id, Role(row.role), row.room, row.lang)
        for row in await threads_repository.staff_here(uow, connection_id)
    )


async def is_place(uow: UnitOfWork, connection_id: int, chat_id: str) -> bool:
    """Whether somebody has been heard in a place (`Inbound.chat_id`) before."""
    return await threads_repository.is_place(uow, connection_id, chat_id)


async def button_text(uow: UnitOfWork, connection_id: int, name: str) -> str:
    """What a button says whose name is "{outbound}:{place}"; empty where there is no such button."""
    number, _, place = name.partition(":")
    if not (number.isascii() and number.isdigit() and place.isascii() and place.isdigit() and len(name) < 40):
        return ""
    payload = await repository.payload(uow, connection_id, int(number))
    buttons = Outbound.from_json(payload).buttons if payload else ()
    return buttons[int(place)].text or "" if int(place) < len(buttons) else ""


async def _spend(uow: UnitOfWork, thread_id: int, left: float, at: datetime, text: str) -> None:
    """Take one message off a thread's allowance; who is in need may overdraw it, by as much again."""
    refilled = min(BURST, left + (now() - at).total_seconds() * PER_SECOND)
    in_need = 1 - BURST <= refilled < 1 and bool(await asyncio.to_thread(crisis.found_in, text))
    if refilled < 1 and not in_need:
        raise TooManyMessages(
            "That was a lot at once. Please wait a moment.", retry_after=(1 - refilled) / PER_SECOND
        )
    await threads_repository.set_allowance(uow, thread_id, refilled - 1)


async def find_thread(
    uow: UnitOfWork, *, connection_id: int, platform: str, user_id: str, chat_id: str
) -> int | None:
    """The thread of a fan who has written before."""
    row = await threads_repository.find_thread(uow, connection_id, platform, user_id, chat_id)
    return int(row.id) if row else None


async def transcript(uow: UnitOfWork, thread_id: int, after: str = "") -> Transcript:
    """What was said since a cursor that an earlier transcript gave; from the beginning where it is empty."""
    heard, said = _cursor(after)
    fan_rows, avatar_rows, waiting = await history_repository.said_since(uow, thread_id, heard, said, _PAGE)
    lines = [
        Said(row.id, "fan", row.text, row.created_at, row.lang, row.id, client_id=row.update_id)
        for row in fan_rows
    ]
    for row in avatar_rows:
        outbound = Outbound.from_json(row.payload)
        lines.append(
            Said(
                row.id, "avatar", outbound.text, row.sent_at, outbound.lang, row.message_id or 0,
                outbound=outbound, opinion=_opinion(row, outbound),
            )
        )  # fmt: skip
    lines.sort(key=lambda line: (_place(line, fan_rows), line.author == "avatar", line.id))
    heard = fan_rows[-1].id if fan_rows else heard
    said = avatar_rows[-1].id if avatar_rows else said
    return Transcript(tuple(lines), bool(waiting), f"{heard}.{said}", erased=waiting is None)


def _opinion(row: Any, outbound: Outbound) -> str | None:
    """What the fan thinks of an answer to the point; None of anything else, about which nobody is asked."""
    pointed = (row.outcome or "").startswith(_POINTED) and not outbound.by and outbound.citations
    return (row.opinion or "") if pointed else None


def _place(line: Said, fan_rows: Sequence[Any]) -> int:
    """The message below which a line stands: the one it answers, also where more came meanwhile.

    What quotes it came much later: below what had been said by then.
    """
    if line.outbound is None or not line.outbound.quote:
        return line.message_id
    return max((row.id for row in fan_rows if row.created_at <= line.at), default=line.message_id)


def _cursor(value: str) -> tuple[int, int]:
    heard, _, said = value.partition(".")
    if heard.isdigit() and said.isdigit() and len(value) < 40:
        return int(heard), int(said)
    return 0, 0


async def tallies(uow: UnitOfWork, since: datetime, zone: str) -> tuple[Tally, ...]:
    """How many messages since a moment ended how, by the days of a time zone; the demo's told apart."""
    rows = await history_repository.tallies(uow, since, zone)
    return tuple(Tally(row.day, row.outcome, row.lang, row.demo, row.n) for row in rows)


async def backdate(uow: UnitOfWork, thread_id: int, at: datetime) -> None:
    """Have a thread of the demo's scripted fans begin at a moment in the past; any other stays as it is."""
    await repository.backdate(uow, thread_id, at)


async def outcomes(uow: UnitOfWork, avatar_id: int, since: datetime) -> dict[str, int]:
    """How many messages to an avatar ended how: "declined", "forbidden:politics"."""
    return {row.outcome: row.n for row in await history_repository.outcomes(uow, avatar_id, since)}


async def recent(
    uow: UnitOfWork,
    *,
    outcomes: Sequence[str] | None = None,
    avatar_id: int | None = None,
    before: int | None = None,
    limit: int = 20,
) -> tuple[RecentMessage, ...]:
    """The newest messages with their answers: of these `outcomes` ("declined"), to one avatar, before one."""
    rows = await history_repository.recent_messages(
        uow, outcomes=outcomes, avatar_id=avatar_id, before=before, limit=limit
    )
    return tuple(
        RecentMessage(
            row.id, row.thread_id, row.platform, row.fan_name, row.text, row.lang, row.outcome, row.answer,
            row.created_at, row.demo, row.avatar_id,
        )
        for row in rows
    )  # fmt: skip


async def unsettled(uow: UnitOfWork, limit: int = 20) -> tuple[Unsettled, ...]:
    """Sends that failed or may have arrived, newest first."""
    rows = await history_repository.unsettled(uow, limit)
    return tuple(
        Unsettled(row.id, row.thread_id, row.state, row.text, row.error, row.created_at) for row in rows
    )
