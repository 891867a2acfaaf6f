"""The character in plain sentences, for a model that words the answer."""

from collections.abc import Mapping
from typing import Final

from kernel.lang import name_in
from persona_engine.character.document import HIGH, LOW, Character, Length, Strictness

_LENGTHS: Final[Mapping[Length, str]] = {
    Length.SHORT: "Answer in one or two sentences.",
    Length.MEDIUM: "Answer in two to four sentences.",
}
_STRICTNESS: Final[Mapping[Strictness, str]] = {
    Strictness.STRICT: "Stay close to the passages' own wording; leave out what they don't say outright.",
    Strictness.CREATIVE: "Be lively in how you put what the passages say; add no facts to it.",
}
# Slider -> what is said where it is low, and where it is high.
_TONE: Final[Mapping[str, tuple[str, str]]] = {
    "warmth": ("Be matter-of-fact and reserved.", "Be warm and personal."),
    "playfulness": ("Be serious: no jokes, no emoji.", "Be playful: a light joke or an emoji is welcome."),
    "formality": (
        "Address the reader familiarly.",
        "Address the reader formally and politely, as is done in {language}.",
    ),
}


def lines(character: Character, lang: str) -> list[str]:
    """What a model is told of the character, a sentence each, for an answer in `lang`; of a new one nothing.

    They are the creator's settings: whatever they ask, what is checked afterwards is checked all the same.
    """
    said = []
    if character.purpose:
        said.append(f"Your purpose: {character.purpose}")
    if character.description:
        said.append(f"Who you speak for: {character.description}")
    for slider, (low, high) in _TONE.items():
        value = getattr(character.tone, slider)
        if not LOW <= value <= HIGH:
            said.append((low if value < LOW else high).format(language=name_in(lang, "en")))
    said += [_LENGTHS[character.length]] if character.length in _LENGTHS else []
    said += [_STRICTNESS[character.strictness]] if character.strictness in _STRICTNESS else []
    said += [f"The creator asks: {each}" for each in character.instructions]
    return said
