"""Whether what stands in quotation marks stands so in a passage that is cited."""

import re
from typing import Final

from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_PAIRS: Final = (
    r"„([^“”\"]*)[“”\"]", r"“([^”]*)”", r"”([^”]*)”", r"«([^»]*)»", r"»([^«]*)«", r"‹([^›]*)›",
    r"「([^」]*)」", r"『([^』]*)』", r"《([^》]*)》", r"〈([^〉]*)〉", r"\"([^\"]*)\"", r"‘([^’]*)’(?!\w)",
    r"(?<!\w)'([^'\n]{2,}?)'(?!\w)", r"`([^`]*)`",
)  # fmt: skip
_QUOTED: Final = re.compile("|".join(_PAIRS))
_LEFT: Final = re.compile('[„“”«»‹›「」『』《》〈〉"`]')
_SIGNS: Final = str.maketrans(dict.fromkeys("„“”«»‹›「」『』《》〈〉\"`‘’'", "'"))
_TELLING: Final = 12
_AROUND: Final = " \t\n'.,;:!?…。，、！？؟،"


def check(draft: Draft) -> Fault | None:
    """A quote that its sources don't have, or a quotation mark that nothing answers."""
    text = reading.without_markers(draft.text)
    sources = [_levelled(f"{each.title}\n{each.text}") for each in draft.cited]
    for said in quotes(text):
        wanted = _levelled(said).strip(_AROUND)
        if not any(wanted in source for source in sources):
            return Fault("quote", said)
    if _LEFT.search(unquoted(text)):
        return Fault("quote")
    return None


def quotes(text: str) -> list[str]:
    """What stands in quotation marks of any kind."""
    return [next(part for part in found.groups() if part is not None) for found in _QUOTED.finditer(text)]


def span_of(text: str, passage: str) -> tuple[int, int] | None:
    """Where in a passage the first thing stands that a text quotes from it, letter by letter."""
    for said in quotes(text):
        at = passage.find(said) if len(said) >= _TELLING else -1
        if at >= 0:
            return at, at + len(said)
    return None


def unquoted(text: str) -> str:
    """The text without what it quotes."""
    return _QUOTED.sub(" ", text)


def _levelled(text: str) -> str:
    """Without what differs between two settings of the same words: white space, kinds of quotation marks."""
    return " ".join(reading.plain(text).translate(_SIGNS).split())
