"""What is said back to small talk: sentences of the catalogues, chosen by a seed."""

from collections.abc import Sequence
from typing import Final

from kernel.i18n import t
from persona_engine.manner import EVERYDAY, Manner
from persona_engine.smalltalk.intents import Intent

# What is said where the one sentence for it was just said.
_INSTEAD: Final = {
    Intent.REAL: "smalltalk.identity_plain",
    Intent.AGE: "smalltalk.real",
    Intent.JOKE: "smalltalk.identity_plain",
    Intent.ASK: "smalltalk.empty",
    Intent.HOW_ARE_YOU: "smalltalk.laughter",
    Intent.EMPTY: "smalltalk.laughter",
}


def reply(
    intent: Intent,
    lang: str,
    creator: str,
    samples: Sequence[str] = (),
    *,
    turn: int = 0,
    again: bool = False,
    manner: Manner = EVERYDAY,
) -> str:
    """The avatar's answer to small talk in ``lang``; another one in each turn where there are several.

    ``again``: the same was just said. ``manner`` is how it is told.
    ``samples`` are questions that the content answers: two are offered to who asks what can be asked.
    """
    if intent is Intent.IDENTITY and len(samples) >= 2:
        return t(lang, "smalltalk.identity.1", creator=creator, first=samples[0], second=samples[1])
    key = "smalltalk.identity_plain" if intent is Intent.IDENTITY else f"smalltalk.{intent}"
    if again and len(manner.ways(key)) == 1:
        key = _INSTEAD.get(intent, key)
    return manner.say(lang, key, turn, creator=creator)
