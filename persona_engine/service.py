"""The persona's face: replies, traces, style cards and character cards."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from community import service as community
from kernel.db import UnitOfWork
from memory import service as memory
from persona_engine import repository
from persona_engine.boundaries import service as boundaries
from persona_engine.character_card import CharacterCard, card_json, card_png, read_card
from persona_engine.decisions import Asked, PersonaContext, Reply, StyleVersion, Trace, TraceInfo, Turn
from persona_engine.drafting import connections as models
from persona_engine.drafting import spending
from persona_engine.drafting.clients import PROVIDERS, package_of
from persona_engine.drafting.clients import load as load_models
from persona_engine.drafting.drafts import Drafts
from persona_engine.errors import BadCard, NoSuchVersion
from persona_engine.reasons import ToldStep, told
from persona_engine.respond import Persona
from persona_engine.style import measure
from persona_engine.style_card import Change, StyleCard, diff

__all__ = [
    "PROVIDERS",
    "Asked",
    "CharacterCard",
    "Drafts",
    "Persona",
    "PersonaContext",
    "Reply",
    "StyleVersion",
    "ToldStep",
    "TraceInfo",
    "Turn",
    "boundaries",
    "card_json",
    "card_png",
    "current_style",
    "diff_styles",
    "edit_style",
    "export_card",
    "import_card",
    "load_models",
    "measure_style",
    "models",
    "package_of",
    "read_card",
    "record",
    "restore_style",
    "spending",
    "style_versions",
    "texts",
    "told",
    "trace_of",
]

_SAMPLE = 2_000


async def record(uow: UnitOfWork, avatar_id: int, message_id: int, reply: Reply) -> None:
    """Keep why a reply is what it is."""
    if reply.trace:
        await repository.add_trace(
            uow, message_id=message_id, avatar_id=avatar_id, kind=reply.outcome, trace=reply.trace.to_json()
        )


async def trace_of(uow: UnitOfWork, message_id: int) -> TraceInfo:
    """Why the reply to a message is what it is.

    Raises:
        NoSuchVersion: not the tenant's, or answered without a decision (a command).
    """
    row = await repository.trace(uow, message_id)
    if row is None:
        raise NoSuchVersion("There is no trace of this message.")
    return TraceInfo(row.kind, Trace.from_json(row.trace), row.created_at)


async def current_style(uow: UnitOfWork, avatar_id: int) -> StyleVersion | None:
    """The style card in force, if one was measured or written."""
    row = await repository.latest_style(uow, avatar_id)
    return _version(row) if row else None


async def style_versions(uow: UnitOfWork, avatar_id: int) -> tuple[StyleVersion, ...]:
    """Every version of the style card, newest first."""
    return tuple(_version(row) for row in await repository.style_versions(uow, avatar_id))


def _version(row: Any) -> StyleVersion:
    return StyleVersion(row.version, StyleCard.from_json(row.card), row.origin, row.note, row.created_at)


async def measure_style(texts: Sequence[tuple[str, str]]) -> StyleCard:
    """The style of (language, text) pairs; in a thread, and outside any transaction."""
    return await asyncio.to_thread(measure, texts)


async def edit_style(
    uow: UnitOfWork, avatar_id: int, card: StyleCard, *, origin: str = "edited", note: str = ""
) -> StyleVersion:
    """Put another card in force, as a new version.

    Raises:
        NoSuchAvatar: not the tenant's.
        BadCard: somebody else has just made a version too.
    """
    await community.get_avatar(uow, avatar_id)
    try:
        row = await repository.add_style(uow, avatar_id, card.to_json(), origin=origin, note=note[:200])
    except IntegrityError as error:
        raise BadCard(
            "The style was changed meanwhile: look at it again, then repeat your change."
        ) from error
    return _version(row)


async def restore_style(uow: UnitOfWork, avatar_id: int, version: int) -> StyleVersion:
    """Put an earlier version in force again, as a new one.

    Raises:
        NoSuchVersion: there is none of that number.
    """
    row = await repository.style_version(uow, avatar_id, version)
    if row is None:
        raise NoSuchVersion("There is no version {version}.", version=version)
    return await edit_style(
        uow, avatar_id, StyleCard.from_json(row.card), origin="restored", note=f"version {version}"
    )


async def diff_styles(uow: UnitOfWork, avatar_id: int, one: int, other: int) -> tuple[Change, ...]:
    """What differs between two versions.

    Raises:
        NoSuchVersion: one of them doesn't exist.
    """
    rows = [await repository.style_version(uow, avatar_id, number) for number in (one, other)]
    if rows[0] is None or rows[1] is None:
        raise NoSuchVersion("There is no such version.")
    return diff(StyleCard.from_json(rows[0].card), StyleCard.from_json(rows[1].card))


async def export_card(uow: UnitOfWork, avatar_id: int) -> CharacterCard:
    """The avatar as other programs read it: what an imported card brought, our name and style over it.

    `card_json` and `card_png` write it.
    """
    avatar = await community.get_avatar(uow, avatar_id)
    kept = await repository.kept_card(uow, avatar_id)
    style = await current_style(uow, avatar_id)
    return CharacterCard(avatar.name, style.card if style else None, kept.card if kept else {})


async def import_card(uow: UnitOfWork, avatar_id: int, card: CharacterCard) -> StyleVersion | None:
    """Take a card over, as `read_card` read it: its style in force, the rest kept for the next export.

    The avatar keeps its own name: fans know it. None where the card brought no style of ours.
    """
    await community.get_avatar(uow, avatar_id)
    await repository.keep_card(uow, avatar_id, dict(card.data))
    if card.style is None:
        return None
    return await edit_style(uow, avatar_id, card.style, origin="imported", note=card.name)


async def texts(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The (language, text) pairs that a style is measured from."""
    return await memory.texts_for_style(uow, _SAMPLE)
