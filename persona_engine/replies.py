"""What each kind of reply says: a fixed text, small talk, a decline, a model's words, a quote, its source.

Which of them it is, is decided in `respond`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kernel.chat import Button, Citation, Outbound
from kernel.i18n import isolate, t
from kernel.lang import base, same
from memory import service as memory
from memory.types import PassageInfo, Quote, Recalled
from persona_engine import character, smalltalk
from persona_engine.borrowing import borrowed
from persona_engine.boundaries import crisis, spoken
from persona_engine.boundaries.help_lines import Line
from persona_engine.boundaries.verdict import Verdict
from persona_engine.choice import pick
from persona_engine.decisions import Exchange, PersonaContext, Quoted, Reply
from persona_engine.facts import Asking, Heard, name_in, with_heard
from persona_engine.learning import replying
from persona_engine.learning.types import Found
from persona_engine.quoting import Beside, quote_answer, source_label
from persona_engine.types import Intent, SmallTalk
from persona_engine.wording.checks.quotation import span_of
from persona_engine.wording.writer import Retold, Worded

NAMED: Final = frozenset({Intent.GREETING, Intent.GOODBYE})
"""The small talk in which a fan may be called by their name."""

_PERSON_OFFERED: Final = frozenset({Intent.PERSON, Intent.INSULT})


def stopped(exchange: Exchange, verdict: Verdict, lines: Sequence[Line] | None = None) -> Reply:
    """The fixed text for what the boundaries stop; `lines` are of help to who is in need."""
    decision, asked = verdict.decision, exchange.asked
    if decision == "crisis":
        text = crisis.text(exchange.lang, asked.language_hint, lines)
    else:
        text = t(exchange.lang, pick(f"boundary.{decision}", asked.turn))
    exchange.tracer.step("answer", "template", "boundary", model="none")
    outcome = f"{decision}:{verdict.rule.id}" if verdict.rule else decision
    # Outside the allowed topics it is likeness that is missing.
    sure = 1 - verdict.confidence if decision == "only" else verdict.confidence
    return exchange.reply(text, outcome, sure)


def held_back(exchange: Exchange, verdict: Verdict) -> Reply:
    """What is said instead of a person's words: that they aren't given, or what it is that speaks."""
    if verdict.decision == "human":
        return small_talk(exchange, SmallTalk(Intent.REAL, None))
    if verdict.decision in ("unbound", "harm", "planted"):
        verdict = replace(verdict, decision="forbidden")
    return stopped(exchange, verdict)


def who_is_asked_for(exchange: Exchange, question: str, quote: Quote) -> bool:
    """Whether a question is after who one talks to, and the quote's best sentence would say: the creator.

    As the answer to "who tells this story?" the same words mislead nobody.
    """
    avatar = exchange.context.avatar
    start, end = quote.best_start - quote.start, quote.best_end - quote.start
    if not spoken.introduces(quote.text[start:end], (avatar.creator_name,)):
        return False
    return spoken.names_somebody(question, avatar.names) or spoken.asks_who(question, base(exchange.lang))


def small_talk(exchange: Exchange, talk: SmallTalk, name: str | None = None) -> Reply:
    """A greeting, thanks, "are you real?": answered without a search. `name`: what to call the fan."""
    context, lang = exchange.context, exchange.lang
    avatar, asked, outcome = context.avatar, exchange.asked, f"smalltalk:{talk.intent}"
    again = asked.last_outcome == outcome
    text = None if again else character.small_talk(context.character, talk.intent, lang, avatar.creator_name)
    manner = context.character.tone.manner
    # By their name nobody is spoken to formally: the catalogues have no such sentence.
    if text is None and name and talk.intent in NAMED and not again and manner.register != "formal":
        exchange.tracer.step("answer", "template", "small_talk", model="none", personal=True)
        return exchange.reply(manner.say(lang, f"facts.{talk.intent}", name=name), outcome, 1.0)
    text = text or smalltalk.reply(
        talk.intent,
        lang,
        creator=avatar.creator_name,
        samples=character.samples(avatar, lang),
        turn=asked.turn,
        again=again,
        manner=manner,
    )
    # What they send is a command, the same in every language.
    buttons: tuple[Button, ...] = (
        (Button(t(lang, "human.ask"), text="/human"),) if talk.intent in _PERSON_OFFERED else ()
    )
    if talk.intent is Intent.PRIVACY:
        buttons = tuple(Button(command, text=command) for command in ("/privacy", "/forgetme"))
    exchange.tracer.step("answer", "template", "small_talk", model="none")
    return exchange.reply(Outbound(text, lang, buttons=buttons), outcome, 1.0)


def acquainted(exchange: Exchange, heard: Heard, name: str | None) -> Reply:
    """What is said to who tells of themselves, takes it back or asks for it. `name`: what to call the fan."""
    lang, known = exchange.lang, exchange.asked.facts
    how = f"\n\n{t(lang, 'facts.how')}"
    if heard.asks is Asking.NAME:
        text = t(lang, "facts.called.1", name=name) + how if name else t(lang, "facts.nameless.1")
    elif heard.asks:
        # A name that isn't to be said any more is their own all the same.
        lines = [t(lang, f"facts.line.{each.kind}", value=each.text) for each in known]
        text = "\n".join((t(lang, "facts.known.1"), *lines)) + how if lines else t(lang, "facts.unknown.1")
    elif name and name_in(heard.told):
        text = t(lang, "facts.met.1", name=name)
    else:
        text = t(lang, "facts.noted.1" if heard.told else "facts.forgotten.1")
    exchange.tracer.step("answer", "template", "small_talk", model="none", personal=True)
    return exchange.reply(text, f"smalltalk:{_step(heard)}", 1.0)


def heard_of(exchange: Exchange, heard: Heard) -> Exchange:
    """The exchange once a message has told of its fan, with the reason noted: kinds, no word of theirs."""
    asked = exchange.asked
    exchange.tracer.step("facts", _step(heard), "plain", kinds=[each.kind for each in heard.told])
    return replace(exchange, asked=replace(asked, facts=with_heard(asked.facts, heard.told, heard.forgotten)))


def _step(heard: Heard) -> str:
    return "asked" if heard.asks else "told" if heard.told else "forgotten"


def declined(exchange: Exchange, recalled: Recalled, offered: Sequence[str] = ()) -> Reply:
    """That nothing answers, or only what the fan may not see; `offered` is what could be asked instead."""
    sure, lang, asked = 1 - recalled.confidence, exchange.lang, exchange.asked
    if recalled.locked:
        tier = recalled.locked[0]
        exchange.tracer.step(
            "answer", "locked", "locked", tier=tier, tiers=list(recalled.locked), model="none"
        )
        return exchange.reply(t(lang, "answer.locked.1", tier=tier), "locked", sure)
    exchange.tracer.step("answer", "declined", "declined", model="none", offered=list(offered))
    context = exchange.context
    creator = context.avatar.creator_name
    said = [character.no_answer(context.character, lang, creator, asked.thread_id, asked.declined)]
    if offered:
        said.append("\n".join((t(lang, "answer.offer"), *(f"• {isolate(each, lang)}" for each in offered))))
    if not same(lang, exchange.worded):
        # Asked in one of them, more of the content would be found.
        said.append(exchange.speaks)
    return exchange.reply("\n\n".join(said), "declined", sure)


def taught(
    exchange: Exchange, found: Found, cited: Sequence[PassageInfo], retold: Retold | None = None
) -> Reply:
    """An answer that a person has written or approved; `retold`: a model put it in the fan's language."""
    said = replying.outbound(
        exchange, found, _cited(exchange, found.text, cited), retold.text if retold else None
    )
    exchange.tracer.step(
        "answer", "taught", found.origin, model="taught", quote=found.text,
        retold=retold.model if retold else "",
    )  # fmt: skip
    return exchange.reply(said, f"taught:{found.id}", found.confidence)


def worded(exchange: Exchange, made: Worded, recalled: Recalled) -> Reply:
    """A model's words, with what they cite."""
    lang = exchange.lang
    cited = _cited(exchange, made.text, made.cited, recalled.quote)
    exchange.tracer.step(
        "answer", "drafted", "drafted", model=made.model, length=len(made.text), sources=len(cited),
        passages=[each.passage_id for each in cited], told=made.told, personal=bool(exchange.asked.facts),
        history=bool(exchange.asked.history), borrowed=_borrowed(exchange, made),
    )  # fmt: skip
    aside = _aside(exchange, recalled, [each.source_id for each in made.cited])
    text = made.text if same(lang, exchange.worded) else f"{exchange.speaks}\n\n{made.text}"
    return exchange.reply(Outbound(text, lang, citations=cited), "drafted", made.sure, aside)


def _borrowed(exchange: Exchange, made: Worded) -> list[str]:
    """What looks like a name in an answer, was said by the fan, and stands in no source: it is theirs."""
    asked, avatar = exchange.asked, exchange.context.avatar
    ours = (avatar.name, avatar.creator_name, *(f"{each.title}\n{each.text}" for each in made.cited))
    said = (asked.text, *(turn.asked for turn in asked.history))
    return borrowed(made.text, exchange.worded, said=said, ours=ours)


def quoted(
    exchange: Exchange, recalled: Recalled, *, near: bool = False, told: Quoted | None = None
) -> Reply:
    """The creator's own words in a frame; `near`: they don't answer, and the frame says so.

    `told`: they stand beside what was said last, and this is what is told of the passage with them.
    """
    quote, context, lang = recalled.quote, exchange.context, exchange.lang
    if quote is None:
        return declined(exchange, recalled)
    passage = next(one.passage for one in recalled.passages if one.passage.id == quote.passage_id)
    composed = quote_answer(
        lang,
        quote.text,
        title=passage.title,
        passage_lang=passage.lang,
        locator=passage.locator,
        style=character.toned(context.style, context.character.tone),
        seed=exchange.asked.message_id,
        turn=exchange.asked.turn,
        near=near,
        beside=_beside(quote, told),
        greets=exchange.asked.opens,
        manner=context.character.tone.manner,
    )
    url = _address(context, passage, (quote.start, quote.end))
    row = {
        "until": told.said, "until_at": told.said_at, "since": told.since, "since_at": told.since_at
    } if told else {}  # fmt: skip
    exchange.tracer.step(
        "answer", "quoted", "near" if near else "quoted", length=quote.end - quote.start,
        title=passage.title, model="quoting", passage=passage.id, quote=quote.text, at=quote.start,
        score=round(quote.score, 3), source=url, **row,
    )  # fmt: skip
    said = Outbound(composed.text, lang, citations=(Citation(composed.label, url, passage.id),))
    aside = None if near else _aside(exchange, recalled, [passage.source_id])
    return exchange.reply(said, "quoted", recalled.confidence, aside)


def _beside(quote: Quote, told: Quoted | None) -> Beside | None:
    """On which side of what was said before a quote stands, if it stands beside that."""
    if told is None:
        return None
    return "after" if (quote.text, quote.start) == (told.said, told.said_at) else "before"


def _aside(exchange: Exchange, recalled: Recalled, used: Sequence[int]) -> character.Aside | None:
    return character.aside(
        exchange.context.character,
        exchange.lang,
        found=[one.passage for one in recalled.passages],
        quoted=used,
        slug=exchange.context.avatar.slug,
        seed=exchange.asked.message_id,
    )


def _cited(
    exchange: Exchange, text: str, passages: Sequence[PassageInfo], quote: Quote | None = None
) -> tuple[Citation, ...]:
    """The sources of a text, each at what it quotes of them; several have the numbers that stand in the text.

    `quote` is what was found, for a text that quotes nothing of it.
    """
    cited: list[Citation] = []
    for number, passage in enumerate(passages, 1):
        span = span_of(text, passage.text)
        if span is None and quote and quote.passage_id == passage.id:
            span = (quote.start, quote.end)
        here = memory.at_quote(passage, span[0]) if span else passage
        label = source_label(exchange.lang, here.title, here.locator)
        label = f"[{number}] {label}" if len(passages) > 1 else label
        cited.append(Citation(label, _address(exchange.context, here, span), here.id))
    return tuple(cited)


def _address(context: PersonaContext, passage: PassageInfo, span: tuple[int, int] | None) -> str:
    """Where a source opens, what of it was used marked.

    A path of the public site; a platform whose links must be whole puts the site's address before it.
    """
    marked = f"?q={span[0]}-{span[1]}" if span else ""
    return passage.link or f"/s/{context.avatar.slug}/{passage.id}{marked}#passage"
