"""Why a reply is what it is, in words: the sentences behind the codes that a trace keeps.

A trace keeps codes and figures, so that it is told in the language of whoever looks at it.
"""

from dataclasses import dataclass
from typing import Final

from babel.numbers import format_decimal

from kernel.i18n import tell
from kernel.lang import locale, name_in, normalise
from persona_engine.decisions import Step

# The catalogues take these three tables' sentences in: keep them written out. Places are the step's `data`.
NAMES: Final[dict[str, str]] = {
    "language": "Language",
    "boundaries": "Boundaries",
    "small talk": "Small talk",
    "content": "Boundaries on content",
    "recall": "Content search",
    "gate": "Gate",
    "answer": "Answer",
}
DECISIONS: Final[dict[str, str]] = {
    "boundaries.pass": "passed",
    "boundaries.crisis": "somebody in need",
    "boundaries.forbidden": "refused",
    "boundaries.handover": "left to a person",
    "boundaries.only": "not among the topics",
    "content.forbidden": "not quoted",
    "content.handover": "left to a person",
    "small talk.no": "no",
    "small talk.greeting": "a greeting",
    "small talk.thanks": "thanks",
    "small talk.compliment": "a compliment",
    "small talk.goodbye": "a farewell",
    "small talk.how_are_you": "“how are you?”",
    "small talk.real": "“are you real?”",
    "small talk.identity": "“who are you?”",
    "small talk.laughter": "a short reaction",
    "small talk.sad": "a low mood",
    "small talk.empty": "nothing to read",
    "recall.found": "{found} of {indexed} passages",
    "gate.answer": "passed",
    "gate.decline": "not passed",
    "answer.template": "a fixed text",
    "answer.quoted": "a quote",
    "answer.declined": "declined",
    "answer.locked": "for a tier only",
}
REASONS: Final[dict[str, str]] = {
    "language.chosen": "chosen by the fan",
    "language.script": "by its script",
    "language.model": "by its letters and words",
    "language.last": "as in the message before",
    "language.hint": "as the fan's app or browser is set",
    "language.foreign": "asked in a language that the avatar isn't set to speak",
    "language.default": "the avatar's first language, for want of a sign",
    "boundaries.none": "no boundary concerns this",
    "boundaries.crisis": "like messages of people who may harm themselves, confidence {confidence}",
    "boundaries.rule": "“{rule}”, confidence {confidence}, nearest: “{example}”",
    "boundaries.outside": "nearest allowed topic: “{rule}”, confidence {confidence}",
    "content.rule": "the passage falls under “{rule}”, confidence {confidence}",
    "small talk.asks": "the message asks for something",
    "small talk.whole": "the whole message is small talk",
    "recall.same": "in the question's language",
    "recall.other": "in another language than the question",
    "gate.compared": "confidence {confidence}, needed {threshold}",
    "answer.boundary": "what the boundaries stop gets a fixed text",
    "answer.small_talk": "small talk needs no content",
    "answer.quoted": "{length} characters from “{title}”",
    "answer.declined": "nothing in the content answers this",
    "answer.locked": "titles for “{tier}” match",
}


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step in the words of a language."""

    name: str
    decision: str
    reason: str


def told(step: Step, lang: str) -> ToldStep:
    """A step in ``lang``. What has no sentence (a trace of an earlier version) comes back as it was kept."""
    params = {name: _figure(value, lang) for name, value in step.data.items()}

    def say(table: dict[str, str], code: str, otherwise: str) -> str:
        return tell(lang, table[code], params) if code in table else otherwise

    decision = step.decision
    if step.name == "language" and normalise(decision):
        decision = name_in(decision, lang)
    return ToldStep(
        say(NAMES, step.name, step.name),
        say(DECISIONS, f"{step.name}.{step.decision}", decision),
        say(REASONS, f"{step.name}.{step.reason}", step.reason),
    )


def _figure(value: object, lang: str) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return format_decimal(value, "0.00" if isinstance(value, float) else None, locale=locale(lang))
