"""Taking a message in, once, and having it answered; what isn't for the avatar is passed over.

The ordinary message goes by one trip to the database, which also takes up the turn that answers it.
"""

import asyncio
import unicodedata
from dataclasses import asdict
from typing import Any

from community import service as community
from conversation import (
    beside,
    edits,
    etiquette,
    leases_repository,
    relaying,
    repository,
    rights_repository,
)
from conversation import intake_repository as intake
from conversation.errors import BadMessage, TooManyMessages
from conversation.events import OrderHeard
from conversation.intake_repository import BURST, PER_SECOND
from conversation.rights import digest
from conversation.types import LEASE_S, TURN, Received, TakenUp
from kernel import metrics
from kernel.chat import CommandRouter, Inbound, called
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n.bidi import CONTROLS
from kernel.ids import token
from persona_engine.service import crisis

MAX_TEXT = 4_096
"""Characters of a message that the avatar reads."""


# Letters and a sign that only keep a place free, and a plane whose unassigned half never shows.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN_PLANE = range(0xE0000, 0xE1000)
# Control characters, and halves of a character: nothing that can be stored.
_UNKEPT = frozenset({"Cc", "Cs"})


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

    What only NFC makes too long, as it does of some Hebrew and Hindi letters, is kept as it was written.

    Raises:
        BadMessage: nothing that shows is left, or too much.
    """
    written = text.replace("\r\n", "\n").strip()
    normal = unicodedata.normalize("NFC", written)
    kept = written if len(normal) > MAX_TEXT else normal
    kept = "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) not in _UNKEPT).strip()
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

    Of an album, whose parts come one by one under one name, the first makes the message, the others go with
    it, and the part with words gives it its text. What in a group isn't for the avatar is passed over:
    nothing of it is kept. What its sender has made of a message since is another one only where `edits` says
    so.

    Raises:
        BadMessage: empty or too long.
        TooManyMessages: the fan's allowance is spent; nothing was kept.
    """
    text = _told(inbound)
    told = inbound
    if told.edited_at is not None:
        if await relaying.reworded(uow, avatar_id, told, text):
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
        if inbound.medium is not None and inbound.edited_at is None:
            part = asdict(inbound.medium)
            await repository.complete_album(uow, inbound.connection_id, inbound.update_id, part)
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


class Intake:
    """Takes messages in for the receivers of platforms: an edge, which opens its units of work itself."""

    def __init__(self, db: Database, commands: CommandRouter) -> None:
        self._db = db
        self._commands = commands

    async def take(self, creator_id: int, avatar_id: int, inbound: Inbound) -> Received:
        """Take a message in, once, and have it answered.

        Raises:
            BadMessage: empty or too long.
            TooManyMessages: the fan's allowance is spent; nothing was kept.
        """
        if not (inbound.room or inbound.edited_at or inbound.chosen_language):
            async with self._db.uow(creator_id) as uow:
                received = await self._take_up(uow, avatar_id, inbound) if uow.begins_at_once(TURN) else None
            if received is not None:
                return received
        async with self._db.uow(creator_id) as uow:
            return await receive(uow, avatar_id, inbound)

    async def _take_up(self, uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> Received | None:
        """Take in what a known fan says in private, and the turn with it. The transaction ends with it.

        None where it is more than that: somebody new, the same again, or too much.
        """
        lease = f"{self._db.name}/{token(12)}"
        uow.commit_with_next()
        thread, message_id, waiting = await intake.take_up(
            uow,
            avatar_id,
            inbound,
            _told(inbound),
            leases_repository.claim(inbound, lease, LEASE_S),
            leases_repository.next_message(
                inbound, lease, LEASE_S, self._commands.of_fans(), self._commands.orders()
            ),
        )
        if waiting is not None:
            uow.begin(
                TURN,
                creator_id=uow.tenant,
                thread_id=waiting.thread_id,
                taken_up=TakenUp(lease, waiting, now()),
            )
        if message_id is None:
            return None
        metrics.MESSAGES_IN.labels(inbound.platform).inc()
        return Received(message_id, thread.id, duplicate=False, silent=thread.silent)
