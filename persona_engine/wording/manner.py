"""How the avatar is to sound, in sentences for a model: the character, and the creator's measured style."""

from typing import Final

from kernel.lang import same
from persona_engine import character
from persona_engine.decisions import PersonaContext
from persona_engine.style_card import StyleCard

_OFTEN: Final = 0.3
_SELDOM: Final = 0.05
_FAVOURITES: Final = 5


def manner(context: PersonaContext, lang: str) -> list[str]:
    """The character's lines; none where nothing is known of it."""
    return [
        *character.lines(context.character, lang),
        *(_style(context.style, lang) if context.style else ()),
    ]


def _style(style: StyleCard, lang: str) -> list[str]:
    said: list[str] = []
    if style.characters.median:
        said.append(f"A usual message of the creator's has {round(style.characters.median)} characters.")
    if style.emoji.share <= _SELDOM:
        said.append("They hardly ever use emoji.")
    else:
        favourites = " ".join(each.value for each in style.emoji.favourites[:_FAVOURITES])
        said.append(f"They use emoji in {style.emoji.share:.0%} of their messages: {favourites}".strip())
    if style.punctuation.exclamation >= _OFTEN:
        said.append("They end many sentences with an exclamation mark.")
    if style.contractions is not None and same(lang, "en"):
        said.append(
            "They write I'm and don't." if style.contractions >= 0.5 else "They write I am and do not."
        )
    said += [
        f"They address people {'politely' if each.formal >= 0.5 else 'familiarly'}."
        for each in style.formality
        if same(each.lang, lang)
    ]
    return [f"How to sound: {' '.join(said)}"] if said else []
