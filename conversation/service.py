"""Conversation's face: taking a message in, reading threads, what waits for a person, fans' rights."""

import asyncio
import unicodedata
from datetime import datetime
from typing import Any

from community import service as community
from community.types import Role
from conversation import (
    approvals,
    atmosphere,
    autonomy,
    beside,
    broadcasts,
    deletions,
    deliveries,
    edits,
    etiquette,
    feedback,
    inbox,
    relaying,
    repository,
    rights_repository,
    takeover,
    threads_repository,
)
from conversation import intake_repository as intake
from conversation.beside import ask_to_wait, say_closed
from conversation.commands import STAFF
from conversation.errors import BadMessage, NoSuchExport, NoSuchFan, TooManyMessages
from conversation.events import OrderHeard
from conversation.intake_repository import BURST, PER_SECOND
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
from conversation.transcripts import outcomes, recent, tallies, transcript, unsettled
from conversation.types import (
    OUTBOUND_CHANNEL,
    SENT_CHANNEL,
    TURN,
    Received,
    StaffHere,
)
from conversation.unanswered import asked_message, avatar_of, last_asked, unanswered
from kernel import metrics
from kernel.chat import Inbound, Outbound, called
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
    "broadcasts",
    "button_text",
    "chat_moved",
    "clean",
    "deletions",
    "deliveries",
    "erase_by_creator",
    "fans",
    "feedback",
    "find_thread",
    "inbox",
    "is_place",
    "last_asked",
    "look_at_export",
    "note_reach",
    "outcomes",
    "privacy_requests",
    "read_export",
    "receive",
    "recent",
    "say_closed",
    "sent_as",
    "staff_here",
    "take_export",
    "takeover",
    "tallies",
    "transcript",
    "unanswered",
    "unsettled",
]

MAX_TEXT = 4_096
"""Characters of a message that the avatar reads."""


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
        if await relaying.reworded(uow, told, text):
            return Received(0, 0, duplicate=True)
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
    thread = await intake.place(uow, avatar_id, inbound) if told.edited_at is not None else None
    if thread is not None:
        # Only now nobody else adds anything to the thread.
        if await edits.meant(uow, told, text) is None:
            return Received(0, 0, duplicate=True)
        await edits.take_over(uow, thread.id, told)
    taken = await _taken(uow, avatar_id, inbound, text)
    if taken is None:
        # What was erased just now is delivered again: its sender has been told, and is not to come back.
        return Received(0, 0, duplicate=True)
    thread, message_id = taken
    if inbound.chosen_language and inbound.chosen_language != thread.chosen_language:
        await community.remember_language(uow, thread.fan_id, chosen=inbound.chosen_language)
    if message_id is None:
        if inbound.medium is not None and text:
            at = inbound.sent_at or now()
            await repository.complete(uow, inbound.connection_id, inbound.update_id, text, at)
        known = await repository.known_message(uow, inbound.connection_id, inbound.update_id)
        if known is None:
            raise TooManyMessages(
                "That was a lot at once. Please wait a moment.", retry_after=(1 - thread.left) / PER_SECOND
            )
        return Received(known.id, known.thread_id, duplicate=True)
    await uow.defer(TURN, creator_id=uow.tenant, thread_id=thread.id)
    metrics.MESSAGES_IN.labels(inbound.platform).inc()
    return Received(message_id, thread.id, duplicate=False, silent=thread.silent)


async def _taken(
    uow: UnitOfWork, avatar_id: int, inbound: Inbound, text: str
) -> tuple[Any, int | None] | None:
    """The message's thread and its number, as `intake_repository` has them; None where it was erased."""
    taken = await intake.take_in(uow, avatar_id, inbound, text)
    if taken is None:
        if await rights_repository.is_echo(uow, digest(inbound.connection_id, inbound.update_id)):
            return None
        await community.ensure_fan(uow, inbound.platform, inbound.user_id, inbound.user_name)
        taken = await intake.take_in(uow, avatar_id, inbound, text)
        assert taken  # noqa: S101 - the fan is held
    thread, message_id = taken
    # Who is in need may overdraw the allowance, by as much again.
    if message_id is None and 1 - BURST <= thread.left < 1 and await asyncio.to_thread(crisis.found_in, text):
        return await intake.take_in(uow, avatar_id, inbound, text, overdrawn=BURST)
    return taken


async def chat_moved(uow: UnitOfWork, connection_id: int, old: str, new: str) -> bool:
    """A group has become another: its settings, threads and what is queued for it move along.

    A platform tells it on both sides, and a send may find out first: once is enough. Whether this was that.
    """
    first = await community.moved(uow, connection_id, old, new)
    await threads_repository.move_room(uow, connection_id, old, new)
    return first


async def sent_as(uow: UnitOfWork, outbound_id: int) -> Any:
    """How something that is to be changed stands: (state, platform_message_id), or None."""
    return await repository.sent_as(uow, outbound_id)


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


async def note_reach(uow: UnitOfWork, connection_id: int, chat_id: str, *, reachable: bool) -> None:
    """A fan has shut the avatar out of their private chat, or let it in again."""
    await threads_repository.note_reach(uow, connection_id, chat_id, reachable=reachable)


async def find_thread(
    uow: UnitOfWork, *, connection_id: int, platform: str, user_id: str, chat_id: str
) -> int | None:
    """The thread of a fan who has written before."""
    row = await threads_repository.find_thread(uow, connection_id, platform, user_id, chat_id)
    return int(row.id) if row else None


async def backdate(uow: UnitOfWork, thread_id: int, at: datetime) -> None:
    """Have a thread of the demo's scripted fans begin at a moment in the past; any other stays as it is."""
    await repository.backdate(uow, thread_id, at)
