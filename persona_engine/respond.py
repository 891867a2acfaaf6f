"""How one reply comes about: language, boundaries, small talk, recall, gate, then a model's words or a quote.

Each step leaves its reason.
No transaction is open here: recall opens its own, and the turn writes what comes back.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from community import service as community
from community.types import Entitlements
from kernel import lang as langs
from kernel.chat import Citation, Outbound
from kernel.clock import monotonic
from kernel.db import UnitOfWork, assert_no_transaction
from kernel.i18n import t
from memory import service as memory
from memory.service import Detected
from memory.types import PassageInfo, Recalled
from persona_engine import character, smalltalk, tracing
from persona_engine.boundaries import crisis
from persona_engine.boundaries import service as boundaries
from persona_engine.boundaries.guard import Guard, Verdict
from persona_engine.boundaries.spelling import readable
from persona_engine.character import service as characters
from persona_engine.choice import pick
from persona_engine.decisions import Asked, PersonaContext, Reply, Tracer
from persona_engine.drafting import connections
from persona_engine.learning import replying
from persona_engine.learning.taught import Taught
from persona_engine.quoting import quote_answer, source_label
from persona_engine.types import SmallTalk
from persona_engine.versions import STYLES
from persona_engine.wording.checks.quotation import span_of
from persona_engine.wording.writer import Worded, Writer

MODEL = "quoting"
"""The model that needs no key: the creator's own sentences, with their source."""

_CONTEXT_S = 3.0


class Recaller(Protocol):
    """The part of `memory` that answers a question."""

    async def recall(
        self, creator_id: int, text: str, lang: str, *, tiers: frozenset[str] = frozenset(), limit: int = 8
    ) -> Recalled:
        """What is known about a question, as far as the holder of `tiers` may see it."""
        ...


class Persona:
    """Replies for every avatar of a process."""

    def __init__(
        self,
        recaller: Recaller,
        entitlements: Entitlements,
        guard: Guard | None = None,
        writer: Writer | None = None,
        taught: Taught | None = None,
    ) -> None:
        """Without a `writer` no model is asked: every answer is a quote, or in words that were `taught`."""
        self._memory = recaller
        self._guard = guard
        self._writer = writer
        self._taught = taught
        self._entitlements = entitlements
        self._contexts: dict[int, tuple[float, PersonaContext]] = {}

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """The avatar and its style, remembered for a few seconds."""
        known = self._contexts.get(avatar_id)
        if known and known[0] > monotonic() and known[1].avatar.creator_id == uow.tenant:
            return known[1]
        avatar = await community.get_avatar(uow, avatar_id)
        style = await STYLES.current(uow, avatar_id)
        rules = await boundaries.kept.current(uow, avatar_id)
        unknown = self._guard and not self._guard.knows((avatar_id, rules.version))
        context = PersonaContext(
            avatar,
            style.document if style.version else None,
            rules.document,
            rules.version,
            await boundaries.own_texts(uow) if unknown else (),
            await connections.named(uow) if self._writer else "",
            (await characters.kept.current(uow, avatar_id)).document,
        )
        if len(self._contexts) > 10_000:
            self._contexts.clear()
        self._contexts[avatar_id] = (monotonic() + _CONTEXT_S, context)
        return context

    def load(self) -> None:
        """Load what every reply needs, whoever asks. Blocking: half a second."""
        smalltalk.load()
        memory.detect("Letters are what the model is asked about.", langs.SUPPORTED)

    async def rehearse(self, context: PersonaContext) -> None:
        """Answer in each language of an avatar, for nobody: what is loaded on first use is then there."""
        avatar = context.avatar
        written, context = bool(context.models), replace(context, models="")
        for lang in avatar.languages:
            text = t(lang, "disclosure.first", creator=avatar.creator_name)
            asked = Asked(avatar.creator_id, avatar.id, 0, 0, 0, "", text, "rehearsal", lang)
            await self.respond(asked, context)
            if written and self._guard:
                key = (avatar.id, context.version)
                await self._guard.sayable((text,), lang, context.boundaries, key=key)

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """The whole reply to a message, with its trace."""
        assert_no_transaction("a reply")
        tracer = Tracer()
        text = readable(asked.text)
        detected, lang = self._language(asked, text, context, tracer)
        avatar = context.avatar
        spoken = (lang, *avatar.languages)
        names = (avatar.name, avatar.creator_name)
        talk = smalltalk.recognise(text, names=names, prefer=spoken)
        verdict = await self._judge(text, detected.lang, context, tracer, talk=talk is not None)
        if verdict and verdict.stops:
            return self._stop(asked, verdict, lang, detected.reason in ("script", "model"), tracer)
        if talk:
            return self._small_talk(asked, context, talk, lang, tracer)
        tracer.step("small talk", "no", "asks")
        tiers = await self._entitlements.tiers_of(asked.creator_id, asked.fan_id)
        context = replace(context, character=character.beyond(context.character, tiers))
        question = smalltalk.asking(text, names=names, prefer=spoken)
        own = await self._own_words(asked, context, question, detected, lang, tiers, tracer)
        if own:
            return own
        found = await self._memory.recall(asked.creator_id, question, detected.lang, tiers=tiers)
        recalled = character.held(found, context.character)
        near = recalled.answerable and not found.answerable
        tracing.recall(recalled, tiers, tracer)
        learned = detected.reason in ("script", "model")
        if not recalled.answerable or recalled.quote is None:
            return self._decline(asked, context, recalled, lang, learned, tracer)
        forbidden = await self._content(recalled, context, tracer)
        if forbidden:
            return self._stop(asked, forbidden, lang, learned, tracer)
        if self._writer and context.models and not near:
            worded = await self._writer.write(asked, context, question, recalled, tiers, lang, tracer)
            if worded and not worded.text:
                return self._decline(asked, context, recalled, lang, learned, tracer)
            if worded:
                return self._word(asked, context, worded, recalled, lang, learned, tracer)
        return self._quote(asked, context, recalled, lang, learned, tracer, near=near)

    async def _judge(
        self, text: str, lang: str, context: PersonaContext, tracer: Tracer, *, talk: bool
    ) -> Verdict | None:
        """What the boundaries make of a message; outside the allowed topics it may still be small talk."""
        if self._guard is None or not text:
            return None
        key = (context.avatar.id, context.version)
        found = await self._guard.judge(text, lang, context.boundaries, key=key, own=context.own)
        if found.decision == "only" and talk:
            found = Verdict("pass")
        tracing.verdict(found, "boundaries", tracer, text)
        return found

    async def _own_words(
        self,
        asked: Asked,
        context: PersonaContext,
        question: str,
        detected: Detected,
        lang: str,
        tiers: frozenset[str],
        tracer: Tracer,
    ) -> Reply | None:
        """The answer that a person has written or approved for questions like this one, if there is one."""
        known = self._taught and await replying.look(
            self._taught, asked, question, detected.lang, tiers, tracer
        )
        if not known:
            return None
        found, cited = known
        learned = detected.reason in ("script", "model")
        forbidden = await self._quotable(found.text, found.lang, context, tracer)
        if forbidden:
            return self._stop(asked, forbidden, lang, learned, tracer)
        said = replying.outbound(
            found, lang, creator=context.avatar.creator_name, cited=cited, seed=asked.message_id,
            address=lambda passage: _address(context, passage, None),
        )  # fmt: skip
        tracer.step("answer", "taught", found.origin, model="taught", quote=found.text)
        return Reply((said,), lang, f"taught:{found.id}", tracer.finish(), learned, found.confidence)

    async def _content(self, recalled: Recalled, context: PersonaContext, tracer: Tracer) -> Verdict | None:
        """The rule by which what would be quoted isn't, if any."""
        quote = recalled.quote
        if quote is None:
            return None
        lang = next(one.passage.lang for one in recalled.passages if one.passage.id == quote.passage_id)
        return await self._quotable(quote.text, lang, context, tracer)

    async def _quotable(
        self, text: str, lang: str, context: PersonaContext, tracer: Tracer
    ) -> Verdict | None:
        if self._guard is None:
            return None
        key = (context.avatar.id, context.version)
        found = await self._guard.quotable(text, lang, context.boundaries, key=key)
        if not found.stops:
            return None
        tracing.verdict(found, "content", tracer, text)
        return found

    def _stop(self, asked: Asked, verdict: Verdict, lang: str, learned: bool, tracer: Tracer) -> Reply:
        """The fixed text for what the boundaries stop."""
        decision = verdict.decision
        if decision == "crisis":
            text = crisis.text(lang, asked.language_hint)
        else:
            text = t(lang, pick(f"boundary.{decision}", str(asked.message_id)))
        tracer.step("answer", "template", "boundary", model="none")
        outcome = f"{decision}:{verdict.rule.id}" if verdict.rule else decision
        # Outside the allowed topics it is likeness that is missing.
        sure = 1 - verdict.confidence if decision == "only" else verdict.confidence
        return Reply((Outbound(text, lang),), lang, outcome, tracer.finish(), learned, sure)

    def _language(
        self, asked: Asked, text: str, context: PersonaContext, tracer: Tracer
    ) -> tuple[Detected, str]:
        enabled = context.avatar.languages or (langs.DEFAULT,)
        detected = memory.detect(
            text, enabled, last=asked.last_language, hint=asked.language_hint, known=langs.SUPPORTED
        )
        chosen = asked.chosen_language
        # What the avatar doesn't speak it still looks up as it was asked, and answers as it speaks.
        spoken = (
            detected
            if detected.reason != "foreign"
            else memory.detect("", enabled, last=asked.last_language, hint=asked.language_hint)
        )
        lang = chosen or spoken.lang
        tracer.step(
            "language",
            lang,
            "chosen" if chosen else detected.reason,
            detected=detected.lang,
            confidence=round(detected.confidence, 3),
            enabled=list(enabled),
        )
        return detected, lang

    def _small_talk(
        self, asked: Asked, context: PersonaContext, talk: SmallTalk, lang: str, tracer: Tracer
    ) -> Reply:
        avatar = context.avatar
        # A greeting of one word says its language better than any statistics of letters.
        if talk.lang in avatar.languages and not asked.chosen_language:
            lang = talk.lang or lang
        tracer.step("small talk", talk.intent, "whole", lang=talk.lang)
        text = character.small_talk(context.character, talk.intent, lang) or smalltalk.reply(
            talk.intent,
            lang,
            creator=avatar.creator_name,
            samples=avatar.samples.get(lang, ()),
            seed=str(asked.message_id),
        )
        tracer.step("answer", "template", "small_talk", model="none")
        outcome = f"smalltalk:{talk.intent}"
        return Reply((Outbound(text, lang),), lang, outcome, tracer.finish(), talk.lang is not None, 1.0)

    def _decline(
        self,
        asked: Asked,
        context: PersonaContext,
        recalled: Recalled,
        lang: str,
        learned: bool,
        tracer: Tracer,
    ) -> Reply:
        if recalled.locked:
            tier = recalled.locked[0]
            tracer.step("answer", "locked", "locked", tier=tier, tiers=list(recalled.locked), model="none")
            said = Outbound(t(lang, "answer.locked.1", tier=tier), lang)
            return Reply((said,), lang, "locked", tracer.finish(), learned, 1 - recalled.confidence)
        tracer.step("answer", "declined", "declined", model="none")
        said = Outbound(character.no_answer(context.character, lang, str(asked.message_id)), lang)
        return Reply((said,), lang, "declined", tracer.finish(), learned, 1 - recalled.confidence)

    def _word(
        self,
        asked: Asked,
        context: PersonaContext,
        worded: Worded,
        recalled: Recalled,
        lang: str,
        learned: bool,
        tracer: Tracer,
    ) -> Reply:
        """A model's words, with what they cite; several sources have the numbers that stand in the text."""
        quote = recalled.quote
        cited: list[Citation] = []
        for number, passage in enumerate(worded.cited, 1):
            span = span_of(worded.text, passage.text)
            if span is None and quote and quote.passage_id == passage.id:
                span = (quote.start, quote.end)
            label = source_label(lang, passage.title, passage.locator)
            label = f"[{number}] {label}" if len(worded.cited) > 1 else label
            cited.append(Citation(label, _address(context, passage, span), passage.id))
        tracer.step(
            "answer", "drafted", "drafted", model=worded.model, length=len(worded.text), sources=len(cited),
            passages=[each.passage_id for each in cited],
        )  # fmt: skip
        said = Outbound(worded.text, lang, citations=tuple(cited))
        aside = _aside(asked, context, recalled, lang, [each.source_id for each in worded.cited])
        return Reply((said,), lang, "drafted", tracer.finish(), learned, worded.sure, aside)

    def _quote(
        self,
        asked: Asked,
        context: PersonaContext,
        recalled: Recalled,
        lang: str,
        learned: bool,
        tracer: Tracer,
        *,
        near: bool,
    ) -> Reply:
        quote = recalled.quote
        if quote is None:
            return self._decline(asked, context, recalled, lang, learned, tracer)
        passage = next(one.passage for one in recalled.passages if one.passage.id == quote.passage_id)
        composed = quote_answer(
            lang,
            quote.text,
            title=passage.title,
            passage_lang=passage.lang,
            locator=passage.locator,
            style=character.toned(context.style, context.character.tone),
            seed=asked.message_id,
            near=near,
        )
        url = _address(context, passage, (quote.start, quote.end))
        tracer.step(
            "answer", "quoted", "near" if near else "quoted", length=quote.end - quote.start,
            title=passage.title, model=MODEL, passage=passage.id, quote=quote.text,
            score=round(quote.score, 3), source=url,
        )  # fmt: skip
        said = Outbound(composed.text, lang, citations=(Citation(composed.label, url, passage.id),))
        aside = None if near else _aside(asked, context, recalled, lang, [passage.source_id])
        return Reply((said,), lang, "quoted", tracer.finish(), learned, recalled.confidence, aside)


def _aside(
    asked: Asked, context: PersonaContext, recalled: Recalled, lang: str, quoted: Sequence[int]
) -> character.Aside | None:
    return character.aside(
        context.character,
        lang,
        found=[one.passage for one in recalled.passages],
        quoted=quoted,
        slug=context.avatar.slug,
        seed=asked.message_id,
    )


def _address(context: PersonaContext, passage: PassageInfo, span: tuple[int, int] | None) -> str:
    """Where a source opens, what of it was used marked.

    A path of the public site; a platform whose links must be whole puts the site's address before it.
    """
    marked = f"?q={span[0]}-{span[1]}" if span else ""
    return passage.link or f"/s/{context.avatar.slug}/{passage.id}{marked}#passage"
