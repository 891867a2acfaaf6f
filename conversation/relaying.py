"""Passing on what is said while a person has a thread: a fan's words to the person, the person's to the fan.

Each message is passed on under `relay:{message}:{part}`: a fan's by the transaction that ends its turn, a
person's by one before that which may be repeated. A death anywhere passes nothing on twice, and loses none.
"""

from dataclasses import replace
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

_CARRIED: Final = frozenset({("telegram", "telegram")})
"""From which platform to which media are passed on."""

_SENDABLE: Final = frozenset({"photo", "video", "video_note", "animation", "voice", "audio", "document"})


def language(known: str | None) -> str:
    """The language for somebody of whom perhaps none is known."""
    return normalise(known) or DEFAULT


def fan_named(held: Any) -> str:
    """A fan's name, as the creator's people read it; their number where they have none."""
    return held.fan_name or f"#{held.fan_id}"


async def to_person(uow: UnitOfWork, thread_id: int, waiting: Any) -> None:
    """Pass a fan's message on to who has their thread, which is locked; in the web it stands there anyway."""
    await uow.notify(OUTBOUND_CHANNEL)
    await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{thread_id}")
    held = await takeovers.current(uow, thread_id)
    if held is None:
        return
    medium = Medium(**waiting.medium) if waiting.medium else None
    await show(uow, held, waiting.id, f"relay:{waiting.id}", waiting.text, medium, waiting.connection_id)


async def show(
    uow: UnitOfWork,
    held: Any,
    message_id: int,
    once: str,
    text: str,
    medium: Medium | None = None,
    connection_id: int = 0,
) -> None:
    """Show words of a fan's to who talks with them from a chat; it goes when that message of theirs does."""
    if held.relay_thread_id is None:
        return
    lang = language(held.relay_lang)
    words, media = _carried(text, medium, connection_id, (held.platform, held.relay_platform), lang)
    name = fan_named(held)
    notice = t(lang, "relay.from", name=name, platform=held.platform.capitalize())
    said = Outbound(words, lang, notice=notice, by="fan", who=name, media=media)
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


def _carried(
    text: str, medium: Medium | None, connection_id: int, way: tuple[str, str], lang: str
) -> tuple[str, tuple[Medium, ...]]:
    """A message's words and media for the way from a platform to another; what isn't carried is named."""
    if medium is None:
        return text, ()
    if way in _CARRIED and medium.kind in _SENDABLE and medium.file:
        return text, (replace(medium, file=f"{RELAYED}{connection_id}:{medium.file}"),)
    return "\n".join(filter(None, (t(lang, "relay.unseen"), text))), ()


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
            return ""
        held = await takeovers.current(uow, thread_id) if thread else None
        if held is None:
            return t(lang, "relay.undelivered")
        if held.account_id != who.account_id:
            return t(lang, "takeover.taken", name=held.name)
        medium = Medium(**waiting.medium) if waiting.medium else None
        words, media = _carried(
            waiting.text,
            medium,
            waiting.connection_id,
            (waiting.platform, thread.platform),
            language(thread.lang),
        )
        await approvals.speak(uow, asked.avatar_id, thread, words, once=once, who=who, media=media)
        await takeovers.heard(uow, held.id)
    return ""


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


async def reworded(uow: UnitOfWork, inbound: Inbound, text: str) -> bool:
    """Have what was passed on say what its sender has made of it since; whether it was passed on.

    A fan's only where it was shown to who has their thread now: afterwards they ask the avatar anew.
    """
    at = inbound.edited_at
    if at is None or not text:
        return False
    found = await takeovers.passed_on(uow, inbound.connection_id, inbound.update_id)
    if found is None:
        return False
    rows = await repository.named(uow, f"relay:{found.id}")
    if not rows:
        return False
    if Outbound.from_json(rows[0].payload).by == "fan":
        held = await takeovers.current(uow, found.thread_id)
        if held is None or held.relay_thread_id != rows[0].thread_id:
            return False
    if found.edited_at is not None and at <= found.edited_at:
        return True
    whole = replace(Outbound.from_json(rows[0].payload), text=text)
    parts = fitted([whole], rows[0].platform)
    if len(parts) != len(rows):
        return False
    await takeovers.reword(uow, found.id, text, at)
    for row, part in zip(rows, parts, strict=True):
        once = f"{row.once}/e{at.timestamp():.0f}"
        await amend(uow, row, part, platform=row.platform, once=once)
    return True
