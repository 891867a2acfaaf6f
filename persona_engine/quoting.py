"""The answer that needs no model: the creator's own sentences, verbatim, in a frame of the fan's language."""

from dataclasses import dataclass
from typing import Final, Literal

from kernel.clock import timecode
from kernel.i18n import one_after_another, t
from kernel.lang import name_in, same
from memory.types import Locator
from persona_engine.choice import draw, pick
from persona_engine.manner import EVERYDAY, Manner
from persona_engine.style_card import StyleCard

Beside = Literal["after", "before"]
_BESIDE: Final = {"after": "answer.further", "before": "answer.before"}
# However often a creator greets or decorates, not every fan is greeted before being answered.
_MOST = 0.3


@dataclass(frozen=True, slots=True)
class ComposedAnswer:
    """An answer made of the creator's own words. ``text`` is all of it; ``lead`` and ``quote`` are its parts.

    ``quote`` is verbatim; ``lead`` and ``label`` (of the source, for people) are in the fan's language.
    """

    text: str
    lead: str
    quote: str
    label: str


def quote_answer(
    question_lang: str,
    quote: str,
    *,
    title: str,
    passage_lang: str,
    locator: Locator,
    style: StyleCard | None = None,
    seed: str | int = 0,
    turn: int = 0,
    near: bool = False,
    beside: Beside | None = None,
    greets: bool = False,
    manner: Manner = EVERYDAY,
) -> ComposedAnswer:
    """Frames ``quote``, one to three sentences of a passage called ``title``, for a fan.

    The quote stays as it is but for white space around it, in a paragraph of its own, so that its writing
    direction can't disturb the frame's. The frame names the passage's language where it is another than the
    fan's. Of the style card only the frequency of greetings and the favourite emoji count, and only in the
    frame. The same seed gives the same answer; the frame is another one in each `turn`.
    `near`: it doesn't answer, and the frame says so. `beside`: it stands after or before what was quoted
    last. `greets`: it is the first answer, so that it may begin with a greeting.
    `manner`: how the frame is told.
    """
    said = quote.strip()
    if near:
        lead = _near(question_lang, passage_lang)
    elif beside:
        lead = _further(question_lang, passage_lang, turn, _BESIDE[beside])
    else:
        lead = _lead(question_lang, title.strip(), passage_lang, turn, manner)
    hello = manner.say(question_lang, "answer.hello") if greets else ""
    lead = _adorned(question_lang, lead, hello, style, seed)
    label = source_label(question_lang, title, locator)
    return ComposedAnswer(text=f"{lead}\n\n{said}", lead=lead, quote=said, label=label)


def source_label(lang: str, title: str, locator: Locator) -> str:
    """What a source is called for a fan: title, page or time (seconds), how a machine came by the text."""
    parts = [t(lang, "source.titled", title=title.strip())] if title.strip() else [t(lang, "source.label")]
    if locator.page is not None:
        parts.append(t(lang, "source.page", page=locator.page))
    if locator.start is not None:
        parts.append(t(lang, "source.time", time=timecode(locator.start)))
    if locator.read_from is not None:
        parts.append(t(lang, f"source.{locator.read_from}"))
    return " · ".join(parts)


def _unsaid(lang: str, passage_lang: str) -> bool:
    """Whether a frame says nothing of the quote's language: it is the fan's own, or has no name."""
    return same(lang, passage_lang) or passage_lang == "und" or name_in(passage_lang, lang) == passage_lang


def _lead(lang: str, title: str, passage_lang: str, turn: int, manner: Manner) -> str:
    if _unsaid(lang, passage_lang):
        if not title:
            return t(lang, "answer.untitled.1")
        return manner.say(lang, "answer.same", turn, title=title)
    named = name_in(passage_lang, lang)
    if not title:
        return t(lang, "answer.untitled_other.1", language=named)
    return manner.say(lang, "answer.other", turn, title=title, language=named)


def _near(lang: str, passage_lang: str) -> str:
    if _unsaid(lang, passage_lang):
        return t(lang, "answer.near.1")
    return t(lang, "answer.near_other.1", language=name_in(passage_lang, lang))


def _further(lang: str, passage_lang: str, turn: int, key: str) -> str:
    if _unsaid(lang, passage_lang):
        return t(lang, pick(key, turn))
    return t(lang, pick(f"{key}_other", turn), language=name_in(passage_lang, lang))


def _adorned(lang: str, lead: str, hello: str, style: StyleCard | None, seed: str | int) -> str:
    if style is None:
        return lead
    if hello and draw(seed, "greeting") < min(style.greeting, _MOST):
        lead = one_after_another(lang, hello, lead)
    if style.emoji.favourites and draw(seed, "emoji") < min(style.emoji.share, _MOST):
        lead = f"{style.emoji.favourites[0].value} {lead}"
    return lead
