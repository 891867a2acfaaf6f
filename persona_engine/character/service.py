"""An avatar's character for other rooms: its versions, what its boundaries say of it, and samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.i18n import t
from kernel.lang import SUPPORTED
from memory import service as memory
from memory.types import PassageInfo, Quote
from persona_engine import surroundings
from persona_engine.boundaries import spoken
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries
from persona_engine.boundaries.spelling import readable
from persona_engine.character.acting import aside, cut, no_answer, small_talk, toned
from persona_engine.character.document import (
    LONGEST_DESCRIPTION,
    LONGEST_PURPOSE,
    LONGEST_SAYING,
    MOST_INSTRUCTIONS,
    RAREST,
    Character,
    Guidance,
    Length,
    Link,
    Strictness,
    Tone,
    checked,
)
from persona_engine.character.models import CharacterVersion
from persona_engine.decisions import PersonaContext
from persona_engine.errors import BadCard
from persona_engine.quoting import quote_answer
from persona_engine.smalltalk import Intent, reply
from persona_engine.style_card import StyleCard, diff
from persona_engine.versions import Versions

__all__ = [
    "LONGEST_DESCRIPTION",
    "LONGEST_PURPOSE",
    "LONGEST_SAYING",
    "MOST_INSTRUCTIONS",
    "RAREST",
    "Character",
    "Guidance",
    "Length",
    "Link",
    "Sample",
    "Strictness",
    "Tone",
    "allowed",
    "checked",
    "kept",
    "quotable",
    "samples",
]

kept: Final = Versions(CharacterVersion, Character.from_json, diff, Character())
"""The versions of an avatar's character."""

_REFUSED: Final = frozenset({"forbidden", "handover", "promise", "human", "harm"})
# A creator's plain "I haven't spoken of that yet" reaches 0.9; whoever claims to be human, or promises, 1.0.
_SURE: Final = 0.95

_SAMPLED: Final = 3  # sentences: as many as ever are quoted
_SEEDS: Final = (37, 25, 50)  # of answers that are greeted, decorated, or both, as the sliders rise


@dataclass(frozen=True, slots=True)
class Sample:
    """What is said. `kind`: greeting, answer, thanks, nothing, aside, farewell; `of` is what is quoted."""

    kind: str
    text: str
    of: str = ""


async def allowed(
    guard: Guard, character: Character, boundaries: Boundaries, creator: str, *, key: tuple[object, ...]
) -> None:
    """See that nothing the creator lets the avatar say word for word is off bounds; `key` as for the guard.

    `creator` is what the creator is called: the avatar may not introduce itself by that.

    Raises:
        BadCard: something is; says what, and by which boundary.
    """
    said = [(lang, text) for lang, text in character.spoken()]
    for each in character.guidance.links:
        lang = memory.detect(each.title, SUPPORTED).lang
        said.append((lang, t(lang, "guidance.link.1", title=each.title)))
    for lang, text in said:
        plain = readable(text)
        sentences = memory.sentences_of(plain, lang)
        claimed = spoken.claimed(plain, lang, (creator,))
        if claimed:
            raise BadCard(
                "“{text}” says that a person speaks, or promises a price or a gain: word it differently.",
                text=text,
            )
        verdict = await guard.sayable(sentences, lang, boundaries, key=key)
        if verdict.decision not in _REFUSED:
            continue
        if verdict.rule:
            raise BadCard(
                "“{text}” falls under your boundary “{rule}”: word it differently.",
                text=text, rule=verdict.rule.name,
            )  # fmt: skip
        if verdict.confidence >= _SURE:
            raise BadCard(
                "“{text}” says that a person speaks, or promises a price or a gain: word it differently.",
                text=text,
            )


async def quotable(
    guard: Guard, context: PersonaContext, passages: Sequence[PassageInfo], most: int
) -> list[tuple[PassageInfo, Quote]]:
    """The beginnings of the first passages, at the character's length, that no boundary keeps from fans."""
    found: list[tuple[PassageInfo, Quote]] = []
    for passage in passages:
        spans = memory.split_sentences(passage.text, passage.lang)[:_SAMPLED]
        if not spans or len(found) == most:
            continue
        start, end = spans[0][0], spans[-1][1]
        whole = Quote(passage.id, passage.text[start:end], start, end, 1.0, *spans[0])
        quote = cut(whole, passage.lang, context.character.length)
        given = await guard.given(quote.text, passage.lang, context.boundaries, key=context.rules_key)
        if not given.stops and not await surroundings.held(guard, context, passage, (quote.start, quote.end)):
            found.append((passage, quote))
    return found


def samples(
    character: Character,
    style: StyleCard | None,
    lang: str,
    *,
    quotes: Sequence[tuple[PassageInfo, Quote]],
    slug: str,
    creator: str,
) -> list[Sample]:
    """What the avatar would say in a language without a model, by the very code that says it.

    `quotes` are as `quotable` finds them.
    """
    tone, manner = toned(style, character.tone), character.tone.manner

    def talk(intent: Intent) -> str:
        own = small_talk(character, intent, lang, creator)
        return own or reply(intent, lang, creator, manner=manner)

    found = [Sample("greeting", talk(Intent.GREETING))]
    for seed, (passage, quote) in zip(_SEEDS, quotes, strict=False):
        said = quote_answer(
            lang, quote.text, title=passage.title, passage_lang=passage.lang, locator=passage.locator,
            style=tone, seed=seed, greets=seed == _SEEDS[0], manner=manner,
        )  # fmt: skip
        found.append(Sample("answer", said.text, passage.title))
    found.append(Sample("thanks", talk(Intent.THANKS)))
    found.append(Sample("nothing", no_answer(character, lang, creator)))
    pointer = aside(character, lang, found=[each for each, _ in quotes], quoted=(), slug=slug, seed=0)
    if pointer:
        found.append(Sample("aside", pointer.text))
    found.append(Sample("farewell", talk(Intent.GOODBYE)))
    return found
