"""How one reply comes about: language, boundaries, small talk, recall, gate, then a model's words or a quote.

Each step leaves its reason.
No transaction is open here: recall opens its own, and the turn writes what comes back.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from community import service as community
from community.types import Entitlements
from kernel import lang as langs
from kernel.clock import monotonic
from kernel.db import UnitOfWork, assert_no_transaction
from kernel.i18n import t
from memory import service as memory
from memory.types import Recalled
from persona_engine import character, facts, falling_under, leaning, parts, replies, smalltalk, tracing
from persona_engine.boundaries import crisis
from persona_engine.boundaries import service as boundaries
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.helping import HelpLines
from persona_engine.boundaries.judge import Judge, Opinion
from persona_engine.boundaries.spelling import readable
from persona_engine.boundaries.verdict import Verdict
from persona_engine.character import service as characters
from persona_engine.decisions import Asked, Exchange, PersonaContext, Quoted, Reply, Tracer
from persona_engine.drafting import connections
from persona_engine.facts import Heard
from persona_engine.finding import Finding, Recaller
from persona_engine.learning import replying
from persona_engine.learning.taught import Taught
from persona_engine.learning.types import Found
from persona_engine.offering import offered
from persona_engine.tongue import begun, put_in
from persona_engine.types import Intent, SmallTalk
from persona_engine.versions import STYLES
from persona_engine.wording.writer import Retold, Writer

_CONTEXT_S = 3.0
# What stands beside an introduction and wants no reply of its own.
_BESIDE = frozenset({Intent.GREETING, Intent.THANKS, Intent.COMPLIMENT, Intent.LAUGHTER, Intent.EMPTY})


class Persona:
    """Replies for every avatar of a process."""

    def __init__(
        self,
        recaller: Recaller,
        entitlements: Entitlements,
        guard: Guard | None = None,
        writer: Writer | None = None,
        taught: Taught | None = None,
        judge: Judge | None = None,
        help_lines: HelpLines | None = None,
    ) -> None:
        """Without a `writer` no model words answers: each is a quote, or in words that were `taught`.

        Without `help_lines`, who is in need hears of the package's alone.
        """
        self._memory = recaller
        self._finding = Finding(recaller, guard)
        self._guard = guard
        self._writer = writer
        self._taught = taught
        self._judge = judge
        self._help_lines = help_lines
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
        if self._guard:
            await boundaries.fit(uow, self._guard, avatar_id)
        context = PersonaContext(
            avatar,
            style.document if style.version else None,
            rules.document,
            rules.version,
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
        smalltalk.recognise("I have told you about the horses of my workshop.")
        facts.load()
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
                await self._guard.sayable((text,), lang, context.boundaries, key=context.rules_key)

    async def rehearse_quotes(self, context: PersonaContext) -> None:
        """Judge a quote in each language of an avatar, for nobody: each takes a second the first time."""
        if self._guard is None:
            return
        for lang in context.avatar.languages:
            text = t(lang, "disclosure.first", creator=context.avatar.creator_name)
            await self._guard.given(text, lang, context.boundaries, key=context.rules_key)

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """The whole reply to a message, with its trace."""
        assert_no_transaction("a reply")
        tracer = Tracer()
        text = readable(asked.text)
        detected, exchange = begun(asked, text, context, tracer)
        avatar = context.avatar
        spoken = (exchange.lang, *avatar.languages)
        names = avatar.names
        threaded = bool(asked.chosen_language or asked.last_language or asked.spoken)
        talk, heard = falling_under.recognised(
            text, avatar, exchange.lang, _told_by(asked), threaded=threaded
        )
        verdict = await self._fall_under(exchange, text, detected.lang, talk, heard)
        asking = partial(smalltalk.asking, heard.rest if heard else text, names=names, prefer=spoken)
        if verdict and verdict.stops:
            beyond = verdict.decision == "only"
            own = await self._beyond(exchange, text, asking(), detected.lang) if beyond else None
            if beyond and talk and own is None:
                return _remembering(await self._chat(exchange, talk, heard), heard)
            return _remembering(own or await self._stopped(exchange, text, verdict), heard)
        if heard:
            exchange = replies.heard_of(exchange, heard)
        if talk and not talk.beside:
            own = await self._made(exchange, asking(), detected.lang) if talk.intent is Intent.MAKE else None
            return _remembering(own or await self._chat(exchange, talk, heard), heard)
        tracer.step("small talk", talk.intent if talk else "no", "more" if talk else "asks")
        exchange = replace(exchange, mood=talk)
        return _remembering(await self._asked(exchange, text, asking(), detected.lang), heard)

    async def _stopped(self, exchange: Exchange, text: str, verdict: Verdict) -> Reply:
        """What is said to a message that a boundary stops; only who is in need has the lines looked up."""
        if verdict.decision != "crisis":
            return replies.stopped(exchange, verdict)
        lines = await self._help_lines.of(exchange.asked.creator_id) if self._help_lines else None
        return replies.stopped(put_in(exchange, crisis.languages(text)), verdict, lines)

    async def _asked(self, exchange: Exchange, text: str, question: str, asked_in: str) -> Reply:
        """The reply to the question that a message puts, if a model that reads along lets it be."""
        if self._judge is None:
            return await self._answer(exchange, question, asked_in)
        judging = asyncio.ensure_future(self._opinion(exchange, text))
        try:
            reply = await self._answer(exchange, question, asked_in)
            return _unless_stopped(exchange, text, reply, await judging)
        finally:
            judging.cancel()

    async def _beyond(self, exchange: Exchange, text: str, question: str, asked_in: str) -> Reply | None:
        """The reply to a message that as a whole is outside of the only topics; None where none of it is.

        The other boundaries hold for it, and a model that reads along is heard.
        """
        exchange, tiers = await self._entitled(exchange)
        own = await self._taught_beyond(exchange, question, asked_in, tiers)
        if own is None:
            several = memory.questions_in(question, asked_in)
            own = await self._in_parts(exchange, several, asked_in, tiers)
        return _unless_stopped(exchange, text, own, await self._opinion(exchange, text)) if own else None

    async def _made(self, exchange: Exchange, question: str, asked_in: str) -> Reply | None:
        """What a person has written for who asks to have something made: the avatar itself makes nothing."""
        exchange, tiers = await self._entitled(exchange)
        return await self._own_words(exchange, question, asked_in, tiers)

    async def _taught_beyond(
        self, exchange: Exchange, question: str, asked_in: str, tiers: frozenset[str]
    ) -> Reply | None:
        """The taught answer to a question off the only topics: whoever wrote it meant it to be given."""
        own = await self._own_words(exchange, question, asked_in, tiers)
        return own if own and own.outcome.startswith("taught:") else None

    async def _opinion(self, exchange: Exchange, text: str) -> Opinion | None:
        """What a model that reads along makes of a message; None where none does."""
        if self._judge is None:
            return None
        asked = exchange.asked
        return await self._judge.opinion(
            text, exchange.context, fan_id=asked.fan_id, thread_id=asked.thread_id
        )

    async def _entitled(self, exchange: Exchange) -> tuple[Exchange, frozenset[str]]:
        """The exchange as its fan's tiers have it, and the tiers."""
        tiers = await self._entitlements.tiers_of(exchange.asked.creator_id, exchange.asked.fan_id)
        held = character.beyond(exchange.context.character, tiers)
        return replace(exchange, context=replace(exchange.context, character=held)), tiers

    async def _answer(self, exchange: Exchange, question: str, asked_in: str) -> Reply:
        """The answer to a question in a language: in a person's words, a model's or the creator's."""
        exchange, tiers = await self._entitled(exchange)
        own = await self._own_words(exchange, question, asked_in, tiers)
        if own:
            return own
        written = self._writer is not None and bool(exchange.context.models)
        several = memory.questions_in(question, asked_in)
        if not written and (reply := await self._in_parts(exchange, several, asked_in, tiers)):
            return reply
        recalled, near, forbidden = await self._finding.found(exchange, question, asked_in, tiers)
        if not recalled.answerable or recalled.quote is None:
            # A model words what one search has found; what takes several is quoted.
            reply = await self._in_parts(exchange, several, asked_in, tiers) if written else None
            reply = reply or await self._as_meant(exchange, question, asked_in, tiers, recalled)
            return reply or await self._declined(exchange, recalled)
        if forbidden:
            return replies.held_back(exchange, forbidden)
        if not near and (reply := await self._worded(exchange, question, recalled, tiers)):
            return reply
        return replies.quoted(exchange, recalled, near=near)

    async def _worded(
        self, exchange: Exchange, question: str, recalled: Recalled, tiers: frozenset[str]
    ) -> Reply | None:
        """What a model makes of what was found; None where none is to word it, or none could."""
        if self._writer is None or not exchange.context.models:
            return None
        written_in = replace(exchange, lang=exchange.worded)
        worded = await self._writer.write(written_in, question, recalled, tiers)
        if worded and not worded.text:
            return await self._declined(exchange, recalled)
        return replies.worded(exchange, worded, recalled) if worded else None

    async def _as_meant(
        self, exchange: Exchange, question: str, asked_in: str, tiers: frozenset[str], alone: Recalled
    ) -> Reply | None:
        """The reply to a question that leans on the exchange before it; None where it doesn't, or none does.

        `alone` is what was found for it by itself.
        """
        about = "" if alone.locked else await leaning.subject(exchange, question, asked_in)
        if not about:
            return None
        whole = leaning.meant(exchange, question, about)
        verdict = await self._fall_under(exchange, whole, asked_in, None, None)
        if verdict and verdict.stops:
            return replies.stopped(exchange, verdict)
        own = await self._own_words(exchange, whole, asked_in, tiers)
        if own:
            return own
        recalled = await leaning.found(self._finding, exchange, question, asked_in, tiers, about)
        if recalled is None:
            return None
        return await self._worded(exchange, whole, recalled, tiers) or replies.quoted(exchange, recalled)

    async def _in_parts(
        self, exchange: Exchange, several: Sequence[str], asked_in: str, tiers: frozenset[str]
    ) -> Reply | None:
        """The replies to a message's questions, as one; None where it asks one, or none is answered alone."""
        if len(several) < 2:
            return None
        reply = await parts.answered(exchange, several, partial(self._part, asked_in=asked_in, tiers=tiers))
        whole = "\n".join(parts.quotes(reply)) if reply and reply.outcome == "quoted" else ""
        forbidden = await self._finding.together(exchange, whole) if whole else None
        return replies.held_back(exchange, forbidden) if forbidden else reply

    async def _part(
        self, exchange: Exchange, question: str, asked_in: str, tiers: frozenset[str]
    ) -> Reply | None:
        """The reply to one of a message's questions; None where nothing answers it."""
        verdict = await self._fall_under(exchange, question, asked_in, None, None)
        if verdict and verdict.stops:
            beyond = verdict.decision == "only"
            own = await self._taught_beyond(exchange, question, asked_in, tiers) if beyond else None
            return own or replies.stopped(exchange, verdict)
        own = await self._own_words(exchange, question, asked_in, tiers)
        if own:
            return own
        recalled, near, forbidden = await self._finding.found(exchange, question, asked_in, tiers)
        if recalled.locked:
            return replies.declined(exchange, recalled)
        if near or not recalled.answerable or recalled.quote is None:
            return None
        return replies.held_back(exchange, forbidden) if forbidden else replies.quoted(exchange, recalled)

    async def _declined(self, exchange: Exchange, recalled: Recalled) -> Reply:
        """That nothing answers; if not for the first time in a row, with what could be asked instead.

        To a mood, kind words.
        """
        if exchange.mood and not recalled.locked:
            return replies.small_talk(_told_in(exchange, exchange.mood), exchange.mood)
        if not exchange.asked.declined or recalled.locked:
            return replies.declined(exchange, recalled)
        titles = await self._memory.titles(exchange.asked.creator_id)
        return replies.declined(exchange, recalled, await offered(exchange, titles, self._guard))

    async def _fall_under(
        self, exchange: Exchange, text: str, lang: str, talk: SmallTalk | None, heard: Heard | None
    ) -> Verdict | None:
        """What the boundaries make of a message, noted."""
        if self._guard is None or not text:
            return None
        found = await falling_under.verdict(self._guard, exchange.context, text, lang, talk, heard)
        tracing.verdict(found, "boundaries", exchange.tracer, text)
        return found

    async def _own_words(
        self, exchange: Exchange, question: str, lang: str, tiers: frozenset[str]
    ) -> Reply | None:
        """The answer that a person has written or approved for questions like this one, if there is one."""
        known = self._taught and await replying.look(self._taught, exchange, question, lang, tiers)
        if not known:
            return None
        found, cited = known
        forbidden = await self._finding.given(exchange, found.text, found.lang, taught=True)
        for source in () if forbidden else cited:
            forbidden = forbidden or await self._finding.kept_back(exchange, source, text=found.text)
        if forbidden:
            return replies.held_back(exchange, forbidden)
        retold = await self._retold(exchange, found)
        return replies.taught(exchange, found, cited, retold)

    async def _retold(self, exchange: Exchange, found: Found) -> Retold | None:
        """A taught answer in the fan's language, if a model may word things in that."""
        lang = exchange.lang
        if self._writer is None or not exchange.context.models or langs.same(lang, found.lang):
            return None
        return (
            await self._writer.retell(exchange, found.text, found.lang) if lang == exchange.worded else None
        )

    async def _quotable(self, exchange: Exchange, text: str, lang: str) -> Verdict | None:
        if self._guard is None:
            return None
        context = exchange.context
        found = await self._guard.quotable(text, lang, context.boundaries, key=context.rules_key)
        if not found.stops:
            return None
        # The fan's own words, which are nothing to make an exception of.
        tracing.verdict(found, "content", exchange.tracer, "")
        return found

    async def _chat(self, exchange: Exchange, talk: SmallTalk, heard: Heard | None) -> Reply:
        """The reply to a message that asks nothing of the content."""
        if heard and talk.intent in _BESIDE:
            told = _told_in(exchange, SmallTalk(Intent.GREETING, heard.lang))
            return replies.acquainted(told, heard, await self._called(told))
        if talk.intent is Intent.MORE:
            return await self._go_on(exchange, talk)
        opens = exchange.asked.opens or talk.intent is not Intent.GREETING
        named = opens and talk.intent in replies.NAMED
        return self._small_talk(exchange, talk, await self._called(exchange) if named else None)

    async def _called(self, exchange: Exchange) -> str | None:
        """What the fan wants to be called, unless a boundary of these days doesn't let it be said."""
        name = facts.name_in(exchange.asked.facts)
        return None if name is None or await self._quotable(exchange, name, exchange.lang) else name

    async def _go_on(self, exchange: Exchange, talk: SmallTalk) -> Reply:
        """What the creator says next after what was quoted last, or that this is all."""
        asked = exchange.asked
        if asked.quoted is None:
            return self._small_talk(exchange, SmallTalk(Intent.EMPTY, talk.lang))
        tiers = await self._entitlements.tiers_of(asked.creator_id, asked.fan_id)
        found, told = await self._beside(exchange, asked.quoted, tiers)
        if found is None:
            return self._small_talk(exchange, talk)
        forbidden = await self._finding.held(exchange, found)
        if forbidden and forbidden.decision == "planted":
            return self._small_talk(exchange, talk)
        exchange.tracer.step("small talk", talk.intent, "whole", lang=talk.lang)
        if forbidden:
            return replies.held_back(exchange, forbidden)
        return replies.quoted(_told_in(exchange, talk), found, told=told)

    async def _beside(
        self, exchange: Exchange, quoted: Quoted, tiers: frozenset[str]
    ) -> tuple[Recalled | None, Quoted | None]:
        """What stands after all that was told of a passage, or else before it; and what was told then."""
        memory, creator = self._memory, exchange.asked.creator_id
        found = await memory.continued(
            creator, quoted.passage, quoted.said, exchange.lang, tiers=tiers, at=quoted.said_at
        )
        found = found and await self._finding.freed(exchange, found)
        if found and (quote := found.quote):
            last = replace(quoted, passage=quote.passage_id, said=quote.text, said_at=quote.start)
            return found, last if quote.passage_id == quoted.passage else replace(last, since="")
        if not quoted.since:
            return None, None
        found = await memory.preceding(
            creator, quoted.passage, quoted.since, exchange.lang, tiers=tiers, at=quoted.since_at
        )
        found = found and await self._finding.freed(exchange, found)
        if found is None or found.quote is None:
            return found, None
        return found, replace(quoted, since=found.quote.text, since_at=found.quote.start)

    def _small_talk(self, exchange: Exchange, talk: SmallTalk, name: str | None = None) -> Reply:
        exchange.tracer.step("small talk", talk.intent, "whole", lang=talk.lang)
        return replies.small_talk(_told_in(exchange, talk), talk, name)


def _told_by(asked: Asked) -> tuple[str, ...]:
    """The languages that a fan's choice, thread and platform tell, as far as they are known and ours."""
    told = (asked.chosen_language, asked.last_language, langs.normalise(asked.language_hint), *asked.spoken)
    return tuple(dict.fromkeys(each for each in told if each))


def _told_in(exchange: Exchange, talk: SmallTalk) -> Exchange:
    """The exchange in the language that small talk has shown."""
    if talk.lang and talk.lang not in langs.SUPPORTED:
        # At home in a language that the product doesn't speak: the reply says which ones it does.
        return replace(exchange, lang=exchange.context.avatar.languages[0], learned=False, stranger=True)
    # A greeting of one word says its language better than any statistics of letters; not its characters.
    lang = talk.lang or exchange.asked.last_language
    if lang and not exchange.asked.chosen_language and not langs.same(lang, exchange.lang):
        exchange = replace(exchange, lang=lang)
    stranger = exchange.stranger and not talk.lang
    return replace(exchange, learned=talk.lang is not None, stranger=stranger)


def _remembering(reply: Reply, heard: Heard | None) -> Reply:
    """A reply with what is to be kept of its message: of a stopped one nothing, but forgetting holds."""
    if heard is None:
        return reply
    return replace(reply, told=() if reply.stopped else heard.told, forgotten=heard.forgotten)


def _unless_stopped(exchange: Exchange, text: str, reply: Reply, opinion: Opinion | None) -> Reply:
    """A reply, if the model that has judged the message meanwhile lets it be."""
    if opinion is None:
        return reply
    tracing.opinion(opinion, exchange.tracer, text)
    if opinion.rule:
        return replies.stopped(exchange, opinion.verdict)
    return replace(reply, trace=exchange.tracer.finish())
