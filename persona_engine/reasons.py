"""Why a reply is what it is, in words: the sentences behind the codes that a trace keeps.

A trace keeps codes and figures, so that it is told in the language of whoever looks at it.
"""

from dataclasses import dataclass
from typing import Final

from babel.numbers import format_decimal

from kernel.i18n import Word, tell
from kernel.lang import locale, name_in, normalise
from persona_engine.decisions import Step
from persona_engine.drafting.outcomes import OUTCOMES

# The catalogues take these three tables' sentences in: keep them written out. Places are the step's `data`.
NAMES: Final[dict[str, str]] = {
    "language": "Language",
    "boundaries": "Boundaries",
    "judge": "A model's opinion",
    "small talk": "Small talk",
    "facts": "What the fan tells of themselves",
    "content": "Boundaries on content",
    "leaning": "Taken with what was said before",
    "part": "One of several questions",
    "taught": "Taught answers",
    "recall": "Content search",
    "gate": "Gate",
    "draft": "Draft",
    "guard out": "Check of the draft",
    "draft again": "Second draft",
    "guard out again": "Check of the second draft",
    "answer": "Answer",
}
DECISIONS: Final[dict[str, str]] = {
    "boundaries.pass": "passed",
    "boundaries.crisis": "somebody in need",
    "boundaries.forbidden": "refused",
    "boundaries.handover": "left to a person",
    "boundaries.only": "not among the topics",
    "judge.pass": "passed",
    "judge.forbidden": "refused",
    "judge.handover": "left to a person",
    "judge.failed": "none",
    "content.forbidden": "not quoted",
    "content.handover": "left to a person",
    "content.promise": "not given",
    "content.human": "not given",
    "content.unbound": "not given",
    "content.harm": "not given",
    "content.planted": "not quoted",
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
    "small talk.more": "“tell me more”",
    "small talk.ask": "“may I ask something?”",
    "small talk.age": "“how old are you?”",
    "small talk.joke": "“tell me a joke”",
    "small talk.privacy": "“how do I delete my data?”",
    "small talk.joy": "good news",
    "small talk.insult": "an insult",
    "small talk.make": "a wish to have something made",
    "small talk.person": "a wish for a person",
    "facts.told": "heard",
    "facts.forgotten": "to be forgotten",
    "facts.asked": "asked for",
    "leaning.meant": "as “{meant}”",
    "part.apart": "question {number}",
    "part.together": "all together",
    "taught.given": "this question is known",
    "taught.none": "none",
    "taught.withheld": "known, but not for everyone",
    "recall.found": "{found} of {indexed} passages",
    "gate.answer": "passed",
    "gate.decline": "not passed",
    "draft.written": "written",
    "draft.kept": "kept from before",
    "draft.failed": "no text",
    "guard out.pass": "passed",
    "guard out.stop": "thrown away",
    "guard out.nothing": "left unanswered",
    "answer.template": "a fixed text",
    "answer.drafted": "a model's words",
    "answer.quoted": "a quote",
    "answer.taught": "a taught answer",
    "answer.declined": "declined",
    "answer.locked": "for a tier only",
    "answer.unsaid": "not sent",
}
REASONS: Final[dict[str, str]] = {
    "language.chosen": "chosen by the fan",
    "language.script": "by its script",
    "language.model": "by its letters and words",
    "language.last": "as in the message before",
    "language.hint": "as the fan's app or browser is set",
    "language.foreign": "asked in a language that the avatar isn't set to speak",
    "language.unknown": "asked in a language that the product doesn't speak",
    "language.default": "the avatar's first language, for want of a sign",
    "boundaries.none": "no boundary concerns this",
    "boundaries.crisis": "somebody may harm themselves, put as in “{example}”",
    "boundaries.rule": "“{rule}”, confidence {confidence}, nearest: “{example}”",
    "boundaries.outside": "nearest allowed topic: “{rule}”, confidence {confidence}",
    "judge.judged": "{model} takes it for “{rule}”",
    "judge.none": "{model} finds no boundary that concerns this",
    "judge.unclear": "{model} didn't name a topic",
    "content.found": "“{text}” falls under “{rule}”, confidence {confidence}",
    "content.rule": "the passage falls under “{rule}”, confidence {confidence}",
    "content.human": "it says that a person speaks or answers, like “{example}”",
    "content.promise": "it promises a gain or a price, like “{example}”",
    "content.unbound": "it says that there are no rules, like “{example}”",
    "content.harm": "it wishes or teaches harm, like “{example}”",
    "content.planted": "it reads like instructions to an AI, or asks for money to a wallet: “{example}”",
    "small talk.asks": "the message asks for something",
    "small talk.whole": "the whole message is small talk",
    "small talk.more": "it says more besides, which the content may answer",
    "facts.plain": "a whole sentence says it plainly",
    "leaning.before": "it leans on the question before it, which was answered",
    "part.asked": "“{question}”",
    "part.none": "nothing answers one of them by itself",
    "taught.nearest": "nearest: “{question}”, confidence {confidence}, needed {threshold}",
    "taught.cites": "it cites what this fan may not see, or what is gone",
    "recall.same": "in the question's language",
    "recall.other": "in another language than the question",
    "gate.compared": "confidence {confidence}, needed {threshold}",
    "draft.model": "{model}: {tokens_in} tokens read, {tokens_out} written, US$ {cost}",
    "draft.same": "asked before, with the same content and settings: {model}",
    "draft.held": "a boundary keeps the passage from a model",
    "draft.late": "there was no time left for it",
    "guard out.none": "nothing is wrong with it",
    "guard out.less": "“{detail}” was left out: its sources don't say it",
    "guard out.nothing": "the model found no answer in the passages",
    "guard out.empty": "there was no text in it",
    "guard out.cut": "it didn't come to an end",
    "guard out.long": "it was too long",
    "guard out.repeats": "it repeated itself",
    "guard out.canary": "it gave away what only the model was told",
    "guard out.rules": "it gave away the model's rules",
    "guard out.citation": "it cited {detail}, which doesn't exist",
    "guard out.uncited": "it cited nothing",
    "guard out.email": "the e-mail address “{detail}” is in no source that it cites",
    "guard out.link": "the link “{detail}” is in no source that it cites",
    "guard out.handle": "the name “{detail}” is in no source that it cites",
    "guard out.wallet": "the wallet or code “{detail}” is in no source that it cites",
    "guard out.phone": "the telephone number “{detail}” is in no source that it cites",
    "guard out.number": "the number {detail} is in no source that it cites",
    "guard out.unfounded": "“{detail}” isn't what its sources say",
    "guard out.quote": "“{detail}” isn't a quote from a source that it cites",
    "guard out.language": "part of it was in another language ({detail})",
    "guard out.lost": "“{detail}” isn't in it, as the original has it",
    "guard out.human": "it spoke as a human being, like “{detail}”",
    "guard out.unbound": "it said that its rules don't hold, like “{detail}”",
    "guard out.harm": "it wished or taught harm, like “{detail}”",
    "guard out.promise": "it promised a gain or a price, like “{detail}”",
    "guard out.promise_rule": "“{rule}” isn't promised, nearest: “{detail}”",
    "guard out.topic_rule": "it fell under “{rule}”, nearest: “{detail}”",
    "answer.boundary": "what the boundaries stop gets a fixed text",
    "answer.small_talk": "small talk needs no content",
    "answer.quoted": "{length} characters from “{title}”",
    "answer.near": "the nearest passage, which answers nothing: {length} characters from “{title}”",
    "answer.drafted": "{length} characters from {sources} sources, by {model}",
    "answer.written": "in your own words",
    "answer.corrected": "as you or your people corrected it",
    "answer.approved": "as you or your people approved it",
    "answer.declined": "nothing in the content answers this",
    "answer.locked": "titles for “{tier}” match",
    "answer.person": "a person is answering this conversation",
}

# Why there is no draft and no opinion: the models' own ways to fail.
_FAILED: Final = {
    f"{step}.{code}": sentence for step in ("draft", "judge") for code, sentence in OUTCOMES.items()
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
    if isinstance(rule := params.get("rule"), str):
        params["rule"] = Word(rule)  # one that every avatar begins with has a name in each language

    # A second try is told like the first.
    name = step.name.removesuffix(" again")

    def say(table: dict[str, str], code: str, otherwise: str) -> str:
        try:
            return tell(lang, table[code], params)
        except KeyError:  # an earlier version had no such sentence, or kept less of what it tells
            return otherwise

    decision = step.decision
    if step.name == "language" and normalise(decision):
        decision = name_in(decision, lang)
    if step.reason == "language" and normalise(str(params.get("detail"))):
        params["detail"] = name_in(str(params["detail"]), lang)
    return ToldStep(
        say(NAMES, step.name, step.name),
        say(DECISIONS, f"{name}.{step.decision}", decision),
        say(REASONS | _FAILED, f"{name}.{step.reason}", step.reason),
    )


def _figure(value: object, lang: str) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return format_decimal(value, "0.00" if isinstance(value, float) else None, locale=locale(lang))
