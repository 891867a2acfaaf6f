"""A model's words: an answer from passages chosen for it, or what a person wrote in another language.

Whatever goes wrong is a reason in the trace, and no text: the caller then quotes.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from kernel.db import Database
from memory.types import PassageInfo, Quote, Recalled
from persona_engine import surroundings
from persona_engine.boundaries.guard import Guard
from persona_engine.decisions import Exchange, PersonaContext
from persona_engine.drafting.types import Asking
from persona_engine.wording import reading, retelling
from persona_engine.wording.answers import Answers, key_of, key_of_retold
from persona_engine.wording.checks import Draft
from persona_engine.wording.founding import Sources
from persona_engine.wording.prompt import prompt
from persona_engine.wording.trying import LONGEST, Job, Trying

ASKED_FOR: Final = 900
_MOST_PASSAGES: Final = 6
# What is told again may be twice as long as its original; few are long enough to need so many tokens.
_RETOLD_TOKENS: Final = 2_000
_SHORT: Final = 600


@dataclass(frozen=True, slots=True)
class Worded:
    """An answer that has passed: its text, the passages it cites in the order of its numbers, who wrote it.

    No text: a model found that the passages don't answer. `sure` is 0..1. `told` is the last sentence of the
    first of them that it tells, as it stands there; empty where that can't be said.
    """

    text: str
    cited: tuple[PassageInfo, ...]
    model: str
    sure: float
    told: str = ""


@dataclass(frozen=True, slots=True)
class Retold:
    """A text in another language than it was written in, and the model that put it there."""

    text: str
    model: str


class Writer:
    """Words answers, for every avatar of a process."""

    def __init__(
        self,
        models: Asking,
        guard: Guard | None = None,
        sources: Sources | None = None,
        db: Database | None = None,
    ) -> None:
        """With a `db`, answers are kept there for who asks the same."""
        self._guard = guard
        self._sources = sources
        self._trying = Trying(models, guard, sources, Answers(db) if db else None)

    async def write(
        self, exchange: Exchange, question: str, recalled: Recalled, tiers: frozenset[str]
    ) -> Worded | None:
        """The answer to a question that the gate has let through; None where it has to be quoted."""
        passages = await self._passages(recalled, exchange.context)
        quote = recalled.quote
        if not any(quote is None or each.id == quote.passage_id for each in passages):
            exchange.tracer.step("draft", "failed", "held")
            return None
        told = prompt(exchange, question, passages, most=ASKED_FOR)
        key = key_of(exchange, told, question, tiers)
        made = await self._trying.write(Job(exchange, question, passages, told, recalled.confidence, key))
        if made is None:
            return None
        if made.draft is None:
            return Worded("", (), made.model, made.sure)
        text = reading.renumbered(made.draft.text, made.draft.numbers)
        told_last = await self._told(made.draft, recalled.quote)
        return Worded(text, made.draft.cited, made.model, made.sure, told_last)

    async def _told(self, draft: Draft, quote: Quote | None) -> str:
        """How far an answer went in the first of its sources; else what would have been quoted of it."""
        first = draft.cited[0]
        if self._sources is not None:
            said = [(each, draft.lang) for each in reading.sentences(draft.plain)]
            told = await asyncio.to_thread(self._sources.told_last, said, (first.text, first.lang))
            if told:
                return told
        return quote.text if quote and quote.passage_id == first.id else ""

    async def retell(self, exchange: Exchange, text: str, lang: str) -> Retold | None:
        """What a person wrote, in the exchange's language; None where it has to stay as it is."""
        told = retelling.prompt(exchange, text)
        passages = (retelling.original(text, lang),)
        job = Job(exchange, "", passages, told, 1.0, key_of_retold(exchange, told), retold=True)
        if len(text) > _SHORT:
            job = replace(job, most=2 * LONGEST, max_tokens=_RETOLD_TOKENS)
        made = await self._trying.write(job)
        return Retold(made.draft.text, made.model) if made and made.draft else None

    async def _passages(self, recalled: Recalled, context: PersonaContext) -> tuple[PassageInfo, ...]:
        """What a model may see: the best passages that no boundary keeps back, and nothing is planted in."""
        found = [one.passage for one in recalled.passages]
        quote = recalled.quote
        # What would be quoted is among them whatever its rank.
        first = [one for one in found if quote and one.id == quote.passage_id]
        chosen = (first + [one for one in found if one not in first])[:_MOST_PASSAGES]
        if self._guard is None:
            return tuple(chosen)
        # A model reads all of a passage, and may tell it, or do what it says.
        told = [(one.text, one.lang) for one in chosen]
        planted = await self._guard.planted(told, context.boundaries)
        return tuple(
            [
                one
                for one, found in zip(chosen, planted, strict=True)
                if not found.stops and not await surroundings.held(self._guard, context, one)
            ]
        )
