"""Whether a draft is in the language that was asked for, throughout."""

from typing import Final

from kernel.lang import SUPPORTED, same
from memory import service as memory
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault
from persona_engine.wording.checks.marks import unquoted

_SHORT: Final = 24
_SCRIPTS_SHORT: Final = 6
_SURE: Final = 0.9
_LONG_SENTENCE: Final = 40
_SURE_OF_A_SENTENCE: Final = 0.97


def check(draft: Draft) -> Fault | None:
    """Another language, as a whole or in a whole sentence; what is quoted may be in any."""
    text = unquoted(reading.without_markers(draft.text))
    spoken = _elsewhere(text, draft.lang, _SURE)
    if spoken:
        return Fault("language", spoken)
    for sentence in reading.sentences(text):
        if len(sentence) >= _LONG_SENTENCE and (
            spoken := _elsewhere(sentence, draft.lang, _SURE_OF_A_SENTENCE)
        ):
            return Fault("language", spoken)
    return None


def _elsewhere(text: str, lang: str, sure: float) -> str:
    """The language that a text is surely in, where that is another one; of few letters nothing is sure."""
    # An ideograph or a syllable says about as much as three letters.
    letters = sum(3 if c >= "\u2e80" else 1 for c in text if c.isalpha())
    found = memory.detect(text, SUPPORTED, last=lang)
    told = found.reason == "script" and letters >= _SCRIPTS_SHORT
    told = told or (found.reason == "model" and found.confidence >= sure and letters >= _SHORT)
    return found.lang if told and not same(found.lang, lang) else ""
