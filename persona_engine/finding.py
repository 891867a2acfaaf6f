"""What the creator's content says to a question, and what a boundary keeps back of it. Nothing is said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from kernel import lang as langs
from memory import service as memory
from memory.types import PassageInfo, Recalled
from persona_engine import character, replies, surroundings, tracing
from persona_engine.boundaries import spoken
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.verdict import Verdict
from persona_engine.decisions import Exchange

# Of these something else may be told; who asks whether a person speaks, or for a promise, hears that.
_SUBJECTS = frozenset({"forbidden", "handover", "planted"})
# A sentence of these may be left out beside the one that answers.
_LEFT_OUT = frozenset({"forbidden", "handover", "promise"})


class Recaller(Protocol):
    """The part of `memory` that answers a question. One that only recalls derives from it."""

    async def recall(
        self,
        creator_id: int,
        text: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        limit: int = 8,
        without: frozenset[int] = frozenset(),
        after: str = "",
    ) -> Recalled:
        """What is known about a question, as far as the holder of `tiers` may see it; none of `without`.

        `after`: what the question before it was about, where it leans on that.
        """
        ...

    async def titles(self, creator_id: int) -> Sequence[tuple[str, str]]:
        """(title, language) of some of what everyone may see."""
        del creator_id
        return ()

    async def continued(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """What follows `said`, which stood `at` a place, in a passage; None where nothing does."""
        del creator_id, passage_id, said, lang, tiers, at
        return None

    async def preceding(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """What stands before `said`, which stood `at` a place, in a passage; None where nothing does."""
        del creator_id, passage_id, said, lang, tiers, at
        return None


class Finding:
    """Finds what may be given, for every avatar of a process."""

    def __init__(self, recaller: Recaller, guard: Guard | None) -> None:
        self._memory = recaller
        self._guard = guard

    async def found(
        self, exchange: Exchange, question: str, asked_in: str, tiers: frozenset[str], after: str = ""
    ) -> tuple[Recalled, bool, Verdict | None]:
        """What answers a question; whether only the character's bar lets it through; by what it isn't given.

        Where a rule keeps back what answers best, what else answers is given.
        """
        recalled, near = await self._recalled(exchange, question, asked_in, tiers, after=after)
        if not recalled.answerable or recalled.quote is None:
            return recalled, near, None
        held = await self.held(exchange, recalled, question)
        if held is None or held.decision not in _SUBJECTS:
            return recalled, near, held
        kept = [one.passage.id for one in recalled.passages if await self.kept_back(exchange, one.passage)]
        without = frozenset((recalled.quote.passage_id, *kept))
        other, other_near = await self._recalled(exchange, question, asked_in, tiers, without, after)
        if (
            other.answerable
            and other.quote
            and not other_near
            and not await self.held(exchange, other, question)
        ):
            return other, False, None
        if held.decision == "planted":
            # Nobody is to hear that something is forbidden here: it answers nothing.
            return replace(recalled, answerable=False), near, None
        return recalled, near, held

    async def _recalled(
        self,
        exchange: Exchange,
        question: str,
        asked_in: str,
        tiers: frozenset[str],
        without: frozenset[int] = frozenset(),
        after: str = "",
    ) -> tuple[Recalled, bool]:
        """What the content says, held to the character's bar, and whether only that bar lets it through.

        Words of a mood alone find nothing: "I cried all evening" doesn't ask for the film that made you cry.
        """
        asked = exchange.asked
        found = await self._memory.recall(
            asked.creator_id, question, asked_in, tiers=tiers, without=without, after=after
        )
        recalled = await self.freed(exchange, character.held(found, exchange.context.character))
        if exchange.mood:
            own = await self._memory.recall(
                asked.creator_id, exchange.mood.beside, asked_in, tiers=tiers, without=without, after=after
            )
            recalled = replace(
                recalled,
                answerable=found.answerable and own.answerable,
                locked=tuple(each for each in recalled.locked if each in own.locked),
            )
        tracing.recall(recalled, tiers, exchange.tracer)
        return recalled, recalled.answerable and not found.answerable

    async def freed(self, exchange: Exchange, recalled: Recalled) -> Recalled:
        """What was found, its quote without sentences that a rule keeps back beside the one that answers.

        Where that one is kept back itself, all of it stays: another passage may answer.
        """
        quote, context = recalled.quote, exchange.context
        if quote is None or not recalled.answerable or self._guard is None:
            return recalled
        lang = next(one.passage.lang for one in recalled.passages if one.passage.id == quote.passage_id)
        sentences = memory.sentences_of(quote.text, lang)
        fallen = {
            each
            for each in (sentences if len(sentences) > 1 else ())
            if (await self._guard.given(each, lang, context.boundaries, key=context.rules_key)).decision
            in _LEFT_OUT
        }
        kept = character.around_best(quote, lang, fallen) if fallen else None
        return character.requoted(recalled, kept) if kept else recalled

    async def held(self, exchange: Exchange, recalled: Recalled, question: str = "") -> Verdict | None:
        """By what the creator's words that would be quoted aren't, if by anything."""
        quote = recalled.quote
        if quote is None:
            return None
        passage = next(one.passage for one in recalled.passages if one.passage.id == quote.passage_id)
        if replies.who_is_asked_for(exchange, question, quote):
            found = Verdict("human", None, 1.0, quote.text)
            tracing.verdict(found, "content", exchange.tracer, quote.text)
            return found
        stopped = await self.given(exchange, quote.text, passage.lang)
        return stopped or await self.kept_back(exchange, passage, (quote.start, quote.end), quote.text)

    async def kept_back(
        self,
        exchange: Exchange,
        passage: PassageInfo,
        span: tuple[int, int] = (0, 0),
        text: str = "",
    ) -> Verdict | None:
        """By what a passage isn't given from, if by anything; noted where `text` would have been given.

        What is noted is what of it fell under a rule: that may stand beside the text.
        """
        if self._guard is None:
            return None
        found = await surroundings.held(self._guard, exchange.context, passage, span)
        if found and text:
            tracing.verdict(found, "content", exchange.tracer, text)
        return found

    async def given(
        self, exchange: Exchange, text: str, lang: str, *, taught: bool = False
    ) -> Verdict | None:
        """By what a person's own words aren't given, if by anything."""
        if self._guard is None:
            return None
        context = exchange.context
        claimed = taught and spoken.claimed(text, lang, (context.avatar.creator_name,))
        if claimed:
            verdict = Verdict(claimed[0], None, 1.0, claimed[1])
            tracing.verdict(verdict, "content", exchange.tracer, text)
            return verdict
        found = await self._guard.given(text, lang, context.boundaries, key=context.rules_key, taught=taught)
        if not found.stops:
            return None
        tracing.verdict(found, "content", exchange.tracer, text)
        return found

    async def together(self, exchange: Exchange, whole: str) -> Verdict | None:
        """By what several quotes aren't given as one, if by anything."""
        return await self.given(exchange, whole, memory.detect(whole, langs.SUPPORTED).lang)
