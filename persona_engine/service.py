"""The persona's face: replies, traces, style cards and character cards."""

import asyncio
from collections.abc import Sequence

from community import service as community
from kernel.db import UnitOfWork
from memory import service as memory
from persona_engine import repository
from persona_engine.boundaries import crisis
from persona_engine.boundaries import helping as help_lines
from persona_engine.boundaries import service as boundaries
from persona_engine.character import service as character
from persona_engine.character.guiding import guided
from persona_engine.character_card import CharacterCard, card_json, card_png, read_card
from persona_engine.decisions import Asked, Earlier, PersonaContext, Quoted, Reply, Trace, TraceInfo, Turn
from persona_engine.drafting import connections as models
from persona_engine.drafting import spending
from persona_engine.drafting.clients import PROVIDERS, package_of
from persona_engine.drafting.clients import load as load_models
from persona_engine.drafting.drafts import Drafts
from persona_engine.errors import NoSuchVersion
from persona_engine.facts import KEPT_FOR as FACTS_KEPT_FOR
from persona_engine.facts import MOST_BYTES as MOST_FACT_BYTES
from persona_engine.facts import Fact, Kind
from persona_engine.falling_under import tried as falls_under
from persona_engine.following import goes_on, quoted_in
from persona_engine.leaning import earlier_in
from persona_engine.learning import service as learning
from persona_engine.reasons import ToldStep, told
from persona_engine.respond import Persona
from persona_engine.style import measure
from persona_engine.style_card import StyleCard
from persona_engine.surroundings import kept_back
from persona_engine.tracing import quotes, stopped_by
from persona_engine.trials import service as trials
from persona_engine.trials.running import Runner as TrialRunner
from persona_engine.versions import STYLES as styles
from persona_engine.versions import Version, Versions
from persona_engine.wording.writer import Writer

__all__ = [
    "FACTS_KEPT_FOR",
    "MOST_FACT_BYTES",
    "PROVIDERS",
    "Asked",
    "CharacterCard",
    "Drafts",
    "Earlier",
    "Fact",
    "Kind",
    "Persona",
    "PersonaContext",
    "Quoted",
    "Reply",
    "ToldStep",
    "TraceInfo",
    "TrialRunner",
    "Turn",
    "Version",
    "Versions",
    "Writer",
    "boundaries",
    "card_json",
    "card_png",
    "character",
    "crisis",
    "earlier_for",
    "export_card",
    "falls_under",
    "goes_on",
    "guided",
    "help_lines",
    "import_card",
    "kept_back",
    "learning",
    "load_models",
    "measure_style",
    "models",
    "package_of",
    "quoted_for",
    "quotes",
    "read_card",
    "record",
    "spending",
    "stopped_by",
    "styles",
    "texts",
    "told",
    "trace_of",
    "traces_of",
    "trials",
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


async def traces_of(uow: UnitOfWork, message_ids: Sequence[int]) -> dict[int, TraceInfo]:
    """The same of several messages, as far as there are decisions, by message."""
    rows = await repository.traces(uow, message_ids)
    return {row.message_id: TraceInfo(row.kind, Trace.from_json(row.trace), row.created_at) for row in rows}


async def quoted_for(uow: UnitOfWork, message_id: int) -> Quoted | None:
    """What the reply to a message quoted; None where it quoted nothing."""
    row = await repository.trace(uow, message_id)
    return quoted_in(Trace.from_json(row.trace)) if row else None


async def earlier_for(uow: UnitOfWork, message_id: int, question: str) -> Earlier | None:
    """The exchange of a question and the reply to its message; None where that quoted nothing."""
    row = await repository.trace(uow, message_id)
    return earlier_in(Trace.from_json(row.trace), question) if row else None


async def measure_style(texts: Sequence[tuple[str, str]]) -> StyleCard:
    """The style of (language, text) pairs; in a thread, and outside any transaction."""
    return await asyncio.to_thread(measure, texts)


async def export_card(uow: UnitOfWork, avatar_id: int) -> CharacterCard:
    """The avatar as other programs read it: what an imported card brought, our name and style over it.

    `card_json` and `card_png` write it.
    """
    avatar = await community.get_avatar(uow, avatar_id)
    kept = await repository.kept_card(uow, avatar_id)
    style = await styles.current(uow, avatar_id)
    return CharacterCard(avatar.name, style.document if style.version else None, kept.card if kept else {})


async def import_card(uow: UnitOfWork, avatar_id: int, card: CharacterCard) -> Version[StyleCard] | None:
    """Take a card over, as `read_card` read it: its style in force, the rest kept for the next export.

    The avatar keeps its own name: fans know it. None where the card brought no style of ours.
    """
    await community.get_avatar(uow, avatar_id)
    await repository.keep_card(uow, avatar_id, dict(card.data))
    if card.style is None:
        return None
    return await styles.save(uow, avatar_id, card.style, origin="imported", note=card.name)


async def texts(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The (language, text) pairs that a style is measured from."""
    return await memory.texts_for_style(uow, _SAMPLE)
