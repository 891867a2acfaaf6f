"""Which boundary a fan's message falls under, small talk or not: the same for a fan and for who tries one."""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Final

from community.types import AvatarInfo
from persona_engine import facts, smalltalk
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind
from persona_engine.boundaries.verdict import Verdict
from persona_engine.decisions import PersonaContext
from persona_engine.facts import Heard
from persona_engine.types import Intent, SmallTalk

_STOPPING: Final = (Kind.FORBIDDEN, Kind.HANDOVER)
# Small talk that asks for one thing, in whichever words and language; of other, the same words count alone.
_ONE_THING: Final = frozenset({Intent.AGE, Intent.JOKE, Intent.PERSON, Intent.HOW_ARE_YOU})
# That an AI speaks, and how one's data are erased, is nobody's to forbid by an example.
_ALWAYS_SAID: Final = frozenset({Intent.REAL, Intent.IDENTITY, Intent.PRIVACY})


async def verdict(
    guard: Guard, context: PersonaContext, text: str, lang: str, talk: SmallTalk | None, heard: Heard | None
) -> Verdict:
    """What the boundaries make of a message; small talk is no topic, whatever its words are like.

    But for what may be more than small talk, and for what a rule's example says, too.
    """
    plain = talk is not None and not heard and not talk.beside
    literally = talk is not None and plain and talk.intent not in smalltalk.MAY_MEAN_MORE
    names = context.avatar.names
    judge = partial(
        guard.judge, lang=lang, boundaries=context.boundaries, key=context.rules_key, literally=literally
    )
    found = await judge(text)
    # A boundary's examples speak to the creator; fans speak of them, too: "Where does Ember live?"
    to_you = smalltalk.to_you(text, lang, names)
    if not found.stops and to_you != text:
        as_well = await judge(to_you)
        found = as_well if as_well.stops and as_well.decision != "only" else found
    if found.decision == "only" and talk and not talk.beside:
        found = Verdict("pass")
    if not found.stops and talk and literally:
        return _said_by_an_example(context.boundaries, text, talk, names) or found
    return found


def _said_by_an_example(
    boundaries: Boundaries, text: str, talk: SmallTalk, names: Sequence[str]
) -> Verdict | None:
    """By which rule small talk is stopped, since an example of it says just that."""
    if talk.intent in _ALWAYS_SAID:
        return None
    for kind in _STOPPING:
        for rule in boundaries.rules:
            if rule.on and rule.kind is kind and not _like(rule.exceptions, text, talk, names):
                example = _like(rule.examples, text, talk, names)
                if example:
                    return Verdict(kind.value, rule, 1.0, example)
    return None


def _like(examples: Sequence[str], text: str, talk: SmallTalk, names: Sequence[str]) -> str | None:
    """The first example that says what small talk says: in the same words, or it asks for the same thing."""
    said = smalltalk.normal(text)
    for each in examples:
        if smalltalk.normal(each) == said:
            return each
        if talk.intent in _ONE_THING and _intent(each, tuple(names)) is talk.intent:
            return each
    return None


@lru_cache(maxsize=4096)
def _intent(example: str, names: tuple[str, ...]) -> Intent | None:
    talk = smalltalk.recognise(example, names=names)
    return talk.intent if talk else None


def recognised(
    text: str, avatar: AvatarInfo, lang: str, told: Sequence[str] = (), *, threaded: bool = False
) -> tuple[SmallTalk | None, Heard | None]:
    """What small talk a message is that is answered in a language, and what it tells of its fan.

    `told` are the languages of the fan's thread and platform, as far as they are known; `threaded`: there is
    a thread that it may go on in.
    """
    names, spoken = avatar.names, (lang, *avatar.languages)
    # In a thread, what several languages say alike is in none just because the avatar speaks it.
    recognise = partial(
        smalltalk.recognise, names=names, prefer=() if threaded else (lang,),
        told=told, speaks=() if threaded else avatar.languages,
    )  # fmt: skip
    talk = recognise(text)
    heard = None if talk else facts.hear(text, names=names, prefer=spoken)
    if heard:
        talk = recognise(heard.rest)
    return talk, heard


async def tried(
    guard: Guard, context: PersonaContext, text: str, lang: str
) -> tuple[Verdict, SmallTalk | None]:
    """What the boundaries would make of a message in a language, and what small talk it is."""
    talk, heard = recognised(text, context.avatar, lang)
    found = await verdict(guard, context, text, lang, talk, heard)
    # A mood that says more isn't looked up beyond the only topics, but gets its kind words.
    return Verdict("pass") if found.decision == "only" and talk else found, talk
