"""What a text pledges (money back, a gift, a day), and what it says of a person's here and now, by wordings.

Whether it may say so is not decided here.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from memory import service as memory
from persona_engine.boundaries.wordings import Wording, Wordings

_FILE: Final = Path(__file__).with_name("pledges.toml")
_DAYS: Final = "days"
_DAY: Final = "day "
_UNSURE: Final = "unsure"
_HABIT: Final = "habit"
# One's word is a guarantee.
_ALSO: Final = {"vow": "sure"}
# What promises whoever reads it, however often it happens.
_ALWAYS: Final = frozenset({"gain", "vow"})
# Where something is given or sent, a day that is no habit is an appointment.
_GIVEN: Final = frozenset({"back", "gift", "comes"})
_SENTENCE: Final = re.compile(r"[.!?。！？؟।\n;；]+")
_PART: Final = re.compile(r"[,，、،:：؛—–()（）]")
_CONTRACTED: Final = re.compile(r"(?<=n)['’]t\b")
# A denial stands before what it denies, behind it, or next to it, or at the end of all.
_DENIED_LAST: Final = frozenset({"de"})
# How far off it may stand: in words, a short one in between not counted; in signs where none are parted.
_NEAR: Final = 1
_FARTHER: Final = 3
_NEAR_SIGNS: Final = {"zh": 2, "ja": 5, "ko": 4, "th": 6}
_SHORT: Final = 3
_WITHOUT: Final = frozenset(
    ("without", "sin", "sem", "sans", "ohne", "без", "tanpa", "بدون", "دون", "بلا", "بی")
)

HERE_AND_NOW: Final = frozenset({"now", "meet", "self"})
"""The kinds by which a person seems to speak; the others pledge something, or tell a day."""


def pledges(text: str, lang: str, *, surely: bool = False) -> dict[str, str]:
    """Of each kind that stands undenied in a text of a language (a primary subtag) its sentence.

    Each day of the week is a kind of its own. `surely`: a denial counts from farther off, too. Then neither
    "I never give refunds" nor "if it isn't good I refund you" says that it is refunded, else both do.
    """
    found: dict[str, str] = {}
    for sentence, kinds in _kinds_by_sentence(text, lang, _FARTHER if surely else _NEAR):
        for kind in kinds:
            if kind != _HABIT:
                found.setdefault(_ALSO.get(kind, kind), sentence)
    return found


def promises_somebody(text: str, lang: str) -> bool:
    """Whether somebody's own words promise whoever reads them something: a gain, on one's word, for a day.

    Not what they tell of their customs: when they send things, or on what condition money is given back.
    """
    for _, kinds in _kinds_by_sentence(text, lang, _NEAR):
        told = {_DAY if kind.startswith(_DAY) else kind for kind in kinds}
        timed = "soon" in told or (_DAY in told and told & _GIVEN)
        if told & _ALWAYS or (timed and _HABIT not in told):
            return True
    return False


def words_given(text: str, lang: str) -> Iterator[str]:
    """What somebody gives whoever reads it their word on: each sentence without what says that they do."""
    for sentence, places in _places_by_sentence(text, lang, _NEAR):
        vows = [(start, end) for kind, start, end in places if kind == "vow"]
        if vows:
            rest = "".join(" " if any(s <= at < e for s, e in vows) else c for at, c in enumerate(sentence))
            yield " ".join(rest.split())


def languages() -> frozenset[str]:
    """The languages whose wordings are known."""
    return frozenset(_told())


def _kinds_by_sentence(text: str, lang: str, near: int) -> Iterator[tuple[str, list[str]]]:
    """Each sentence, and the kinds that stand undenied in it, in order."""
    for sentence, places in _places_by_sentence(text, lang, near):
        yield sentence.strip(), [kind for kind, _, _ in places]


def _places_by_sentence(text: str, lang: str, near: int) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Each sentence, and where in it the kinds stand undenied: kind, begin, end."""
    lines, kinds = _lines(lang)
    for sentence in _SENTENCE.split(_CONTRACTED.sub(" not", text)):
        places = [
            (kinds[line], start, end, _denied(sentence, start, end, line, lang, near))
            for start, end, line in lines.places_in(sentence)
        ]
        # "I can't promise that it will be worth more."
        unsure = [_part(sentence, start, end) for kind, start, end, _ in places if kind == _UNSURE]
        yield (
            sentence,
            [
                (kind, start, end)
                for kind, start, end, denied in places
                if kind != _UNSURE
                and not denied
                and not any(first <= start and end <= last for first, last in unsure)
            ],
        )


def _denied(sentence: str, start: int, end: int, line: Wording, lang: str, near: int) -> bool:
    """Whether a denial stands in a wording, or so near to it: farther off it denies something else."""
    before, behind = _PART.split(sentence[:start])[-1], _PART.split(sentence[end:])[0]
    if (signs := _NEAR_SIGNS.get(lang)) is not None:
        before, behind = before[-signs:], behind[:signs]
    else:
        words = before.split()
        before = " ".join(words[-near - (bool(words) and len(words[-1]) <= _SHORT) :])
        behind = behind.strip() if lang in _DENIED_LAST else " ".join(behind.split()[:near])
    if lang in memory.DENIED_BEHIND:
        before = ""
    if behind.casefold() in _WITHOUT:
        behind = ""
    # "Without fail" denies nothing.
    inside = "" if memory.denies(line.plain, lang) else sentence[start:end]
    return memory.denies(f"{before} {inside} {behind}", lang)


def _part(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The begin and the end of the part between two marks that a wording stands in."""
    first = max((each.end() for each in _PART.finditer(sentence, 0, start)), default=0)
    last = _PART.search(sentence, end)
    return first, last.start() if last else len(sentence)


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@lru_cache(maxsize=32)
def _lines(lang: str) -> tuple[Wordings, dict[Wording, str]]:
    """All wordings of a language, and the kind of each."""
    told = dict(_told().get(lang, {}))
    days = {f"{_DAY}{number}": [line] for number, line in enumerate(told.pop(_DAYS, ()))}
    kinds = {Wording(line, {}): kind for kind, lines in (told | days).items() for line in lines}
    return Wordings(kinds), kinds
