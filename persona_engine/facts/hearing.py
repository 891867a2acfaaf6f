"""Hearing what a message plainly tells of its fan, takes back or asks for. Nothing is said to it here.

Only whole clauses count that begin as the phrases do: what is quoted, denied, asked or said in passing of
somebody else is no fact.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from kernel.lang import SUPPORTED
from persona_engine.facts.kinds import PLACES, Fact, Kind
from persona_engine.facts.phrasing import joining, phrasing
from persona_engine.facts.shapes import name_of, place_of, thing_of

# Longer messages tell of something else.
_LONGEST: Final = 200
_MOST_SENTENCES: Final = 6
_SENTENCE: Final = re.compile(r"[^.!?…。！？؟।;；\n]+[.!?…。！？؟।;；\n]*")
_CLAUSE: Final = re.compile(r"[^,，、،]+[,，、،]*")
_ENDS: Final = ".!?…。！？؟।;；"
_EMOTICON: Final = re.compile(r"\s*(?:[:;=]-?[)D(]+|<3|\^_?\^)\s*$")
_ASKS: Final = re.compile(r"[?？؟]")
# What is written in ASCII alone is in one of these.
_LATIN: Final = frozenset({"en", "es", "pt", "fr", "de", "tr", "id", "vi"})
_APOSTROPHES: Final = str.maketrans("’‘ʼ`´", "'''''")
_PASTIMES: Final = frozenset({Kind.LIKES, Kind.MAKES})
_TOLD: Final = {"name": Kind.NAME, "called": Kind.NAME} | {
    each.value: each for each in Kind if each is not Kind.NAME
}
_FORGOTTEN: Final = {
    "forget_name": frozenset({Kind.NAME}),
    "forget_place": PLACES,
    "forget_all": frozenset(Kind),
}


class Asking(StrEnum):
    """What a fan may ask of what they told."""

    NAME = "name"
    ALL = "all"


# "I'm Mia" and "I'm French" look alike. Beside what is told it is understood, but nothing of it is kept.
_AM: Final = "am"
_ASKED: Final = {"ask_name": Asking.NAME, "ask_all": Asking.ALL}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says of its fan. `lang` is the language that shows; `rest` is what else it says.

    What names the fan or their place isn't in `rest`; what they like or make is, if something follows: it may
    be what is asked about.
    """

    lang: str
    told: tuple[Fact, ...] = ()
    forgotten: frozenset[Kind] = frozenset()
    asks: Asking | None = None
    rest: str = ""


@dataclass(slots=True)
class _Listening:
    """What was heard so far."""

    prefer: Sequence[str]
    names: Sequence[str]
    lang: str = ""
    asks: Asking | None = None
    told: dict[tuple[Kind, str], Fact] = field(default_factory=dict)
    forgotten: set[Kind] = field(default_factory=set)

    def hear(self, said: str) -> tuple[Kind | str, ...]:
        """Take in one clause of ours, or two that are joined: of each its kind of fact, or its section."""
        one = self._clause(said)
        if one is not None:
            return (one,)
        halves = joining().split(said, maxsplit=1)
        return self.hear_all(halves) if len(halves) > 1 else ()

    def hear_all(self, clauses: Sequence[str]) -> tuple[Kind | str, ...]:
        """Take in clauses if every one of them is ours, else none."""
        before = replace(self, told=dict(self.told), forgotten=set(self.forgotten))
        found: list[Kind | str] = []
        for clause in clauses:
            if (known := self._clause(clause)) is None:
                self.lang, self.asks = before.lang, before.asks
                self.told, self.forgotten = before.told, before.forgotten
                return ()
            found.append(known)
        return tuple(found)

    def _clause(self, said: str) -> Kind | str | None:
        bare = _bare(said)
        if not bare:
            return None
        for lang in self.prefer:
            found = phrasing(lang).find(bare)
            if found and (known := self._take(lang, *found, asked=bool(_ASKS.search(said)))):
                if known != _AM:
                    self.lang = self.lang or lang
                return known
        return None

    def _take(self, lang: str, section: str, slot: str, *, asked: bool) -> Kind | str | None:
        if section in _ASKED:
            self.asks = _ASKED[section]
            return section
        if asked:
            return None
        if section in _FORGOTTEN:
            if slot and name_of(_bare(slot), lang, sure=True, taken=()) is None:
                return None
            self.forgotten |= _FORGOTTEN[section]
            self.told = {at: each for at, each in self.told.items() if each.kind not in _FORGOTTEN[section]}
            return section
        text = _bare(slot)
        if section == _AM:
            return section if name_of(text, lang, sure=False, taken=self.names) else None
        kind = _TOLD[section]
        if kind is Kind.NAME:
            kept = name_of(text, lang, sure=section == "name", taken=self.names)
        else:
            kept = (place_of if kind in PLACES else thing_of)(text, lang)
        if kept is None:
            return None
        fact = Fact(kind, kept)
        self.told[kind, fact.slot] = fact
        return kind


def hear(text: str, *, names: Sequence[str] = (), prefer: Sequence[str] = ()) -> Heard | None:
    """What a message plainly says of its fan; None where it says nothing of the kind.

    `names` are what the avatar and its creator are called, which no fan is; `prefer` are the languages that
    it is likely in, best first.
    """
    if len(text) > _LONGEST:
        return None
    sentences = _SENTENCE.findall(text.translate(_APOSTROPHES))
    if len(sentences) > _MOST_SENTENCES:
        return None
    langs = dict.fromkeys((*prefer, *SUPPORTED))
    listening = _Listening([each for each in langs if each in _LATIN or not text.isascii()], names)
    left: list[tuple[str, bool]] = []
    for sentence in sentences:
        left += _left(sentence, listening)
    if not listening.lang:
        return None
    # What is liked or made alone is told; beside a question it belongs to it.
    more = any(not heard for _, heard in left)
    rest = "".join(said for said, _ in left).strip() if more else ""
    return Heard(
        listening.lang, tuple(listening.told.values()), frozenset(listening.forgotten), listening.asks, rest
    )


def _left(sentence: str, listening: _Listening) -> Iterator[tuple[str, bool]]:
    """What of a sentence isn't about the fan's name or place, and whether it was heard all the same."""
    clauses = [sentence]
    parts = _CLAUSE.findall(sentence)
    # "Ben Ayşe, İzmir'de yaşıyorum": whole, it tells of a place "Ayşe, İzmir".
    heard = (listening.hear_all(parts) if len(parts) > 1 else ()) or listening.hear(sentence)
    if not heard and len(parts) > 1:
        clauses = parts
    for clause in clauses:
        heard = heard if clause is sentence else listening.hear(clause)
        if not heard or not _PASTIMES.isdisjoint(heard):
            yield clause, bool(heard)


def _bare(text: str) -> str:
    """Without space, full stops and emoji around it. What is in quotation marks, somebody else has said."""
    text = _EMOTICON.sub("", text)
    begin, end = 0, len(text)
    while begin < end and (text[begin] in "¿¡" or _blank(text[begin])):
        begin += 1
    while end > begin and (text[end - 1] in _ENDS or _blank(text[end - 1])):
        end -= 1
    return text[begin:end]


def _blank(char: str) -> bool:
    return char.isspace() or char in ",،、，" or unicodedata.category(char) in ("So", "Sk", "Cf")
