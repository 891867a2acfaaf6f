"""Questions that say nothing but a name or a year ("who is ...?"), and the sentences that say it."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

import regex

from memory.retrieval import analysis, cues, terms, translit

_KATAKANA = r"\p{Katakana}ー"
_YEAR = regex.compile(r"\p{Nd}{3,4}")
_NUMBERED = regex.compile(r"(\p{Nd}+)(\D*)")
_PROPER = regex.compile(r"\p{Lu}[\p{L}\p{M}]+")
_BETWEEN = regex.compile(r"[\s\-]+")
_OPENS = regex.compile(r"[\p{P}\s]*")
_LATIN = regex.compile(r"\p{Latin}")
_VOWELS = regex.compile(r"[aeiouy]+")
_SILENT = regex.compile(r"(?<=[^aeiouy])e$")
# Scripts that write all vowels.
_SPELT = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hangul}\p{Katakana}]")
_ANY_VOWEL = "*"
_OPEN, _HARD = frozenset("aeio"), frozenset("bcdfgklmnpqrstvxz")  # no name begins with one and with the other
# Some scripts don't tell these sounds apart at all, or not at the end of a syllable.
_MERGED = str.maketrans("pm", "fn")
_LONGEST = 120  # characters: a longer question says more
_FULL = 6  # consonants of a whole name
_LONE, _LONE_LETTERS = 3, 5  # consonants, and letters, of a name of one word


@lru_cache(maxsize=1)
def _asking() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    text = resources.files("memory.data").joinpath("asking.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            lang, _, words = line.partition(": ")
            normal = {analysis.normalise(word) for word in words.split()}
            found[lang] = frozenset(normal | {analysis.fold(word) for word in normal})
    return found


@lru_cache(maxsize=64)
def _light(lang: str) -> frozenset[str]:
    return _asking().get(lang, frozenset()) | terms.function_words(lang)


@lru_cache(maxsize=8)
def _run_pattern(lang: str) -> "regex.Pattern[str]":
    """A run that is a name between words that ask; the name is as short as the words allow."""
    words = "|".join(regex.escape(word) for word in sorted(_light(lang), key=len, reverse=True))
    name = f"[{_KATAKANA}]{{2,}}?" if lang == "ja" else f"[{translit.spelling_ideographs()}]{{2,}}?"
    # What is once taken for words that ask stays so: fans' texts are matched as quickly as they are long.
    return regex.compile(f"(?:{words})*+(?P<name>{name})?(?:{words})*+")


@dataclass(frozen=True, slots=True)
class Name:
    """One part of a name: as it is written, its consonants as they may be read, and all of its sounds.

    ``sounds`` are consonants told apart more finely; ``vowels`` one letter each, empty where they aren't
    written.
    """

    written: str
    consonants: frozenset[str]
    sounds: frozenset[str]
    vowels: str

    @classmethod
    def of(cls, word: str) -> "Name":
        """The part that a folded word is, in any script."""
        if analysis.IDEOGRAPH.match(word):
            consonants = frozenset({"".join(translit.sounds(word)).translate(_MERGED)})
            return cls(word, consonants, frozenset(), "")
        readings = translit.readings(word, translit.skeleton(word))
        consonants = frozenset(one.translate(_MERGED) for one in readings if one)
        sounds = frozenset(translit.readings(word, translit.skeleton(word, voiced=True)))
        return cls(word, consonants, sounds, _vowels(word) if _SPELT.match(word) else "")

    @property
    def weight(self) -> int:
        """How many consonants it has."""
        return max(map(len, self.consonants), default=0)

    def like(self, other: "Name") -> bool:
        """Whether both may be spellings of one name; in Latin letters there is one spelling."""
        if _LATIN.match(self.written) and _LATIN.match(other.written):
            return self.written == other.written
        opens = {translit.romanise(self.written)[:1], translit.romanise(other.written)[:1]}
        apart = not opens.isdisjoint(_OPEN) and not opens.isdisjoint(_HARD)
        return not apart and not self.consonants.isdisjoint(other.consonants)

    def much_like(self, other: "Name") -> bool:
        """Whether they are by each sound, nearly: what a name needs that stands alone."""
        if self.sounds.isdisjoint(other.sounds) or not self.like(other):
            return False
        pairs = list(zip(self.vowels, other.vowels, strict=False))
        apart = sum(one != another and _ANY_VOWEL not in (one, another) for one, another in pairs)
        return bool(pairs) and len(self.vowels) == len(other.vowels) and 2 * apart < len(pairs)


@lru_cache(maxsize=4096)
def _proper(word: str) -> Name:
    """The name that a word as it is written may be."""
    return Name.of(analysis.fold(analysis.normalise(word)))


def _vowels(word: str) -> str:
    """A letter for each vowel, of three kinds; some of Hangul's stand for any."""
    latin = _SILENT.sub("", word) if word.isascii() else translit.romanise(word)
    opened = "." if _VOWELS.match(latin) else ""
    return opened + "".join(_vowel(match.group()) for match in _VOWELS.finditer(latin))


def _vowel(letters: str) -> str:
    if letters in ("eo", "eu"):
        return _ANY_VOWEL
    kind = letters[1] if letters[0] == "y" and len(letters) > 1 else letters[0]
    return "a" if kind == "a" else "o" if kind in "ou" else "e"


@dataclass(frozen=True, slots=True)
class Bare:
    """All that such a question says: a name's parts in order, and years."""

    lang: str
    names: tuple[Name, ...]
    years: tuple[str, ...]

    def said_by(self, sentence: str, lang: str) -> bool:
        """Whether a sentence in a language says it all.

        Names only across languages: in its own a question finds its words as they stand.
        """
        if self.names and analysis.base(lang) == self.lang:
            return False
        if any(not regex.search(rf"(?<!\d|\d[.,]){year}(?!\d|[.,]\d)", sentence) for year in self.years):
            return False
        return not self.names or self._named(sentence)

    def _named(self, sentence: str) -> bool:
        """Whether words with capitals in a row say the name; a single one has its in mid-sentence."""
        found = list(_PROPER.finditer(sentence, concurrent=False))
        if len(self.names) == 1:
            opening = _OPENS.match(sentence)
            first = opening.end() if opening else 0
            within = (_proper(match.group()) for match in found if match.start() > first)
            return any(len(one.written) >= _LONE_LETTERS and self.names[0].much_like(one) for one in within)
        for place in range(len(found) - len(self.names) + 1):
            row = found[place : place + len(self.names)]
            # Few capitals stand in a row: what can't be the name isn't worked out.
            joined = all(
                _BETWEEN.fullmatch(sentence, before.end(), after.start()) for before, after in pairwise(row)
            )
            if joined and all(
                mine.like(_proper(match.group())) for mine, match in zip(self.names, row, strict=True)
            ):
                return True
        return False


def read(text: str, lang: str) -> Bare | None:
    """What a question says where that is a name or a year alone; None where it says or asks for more."""
    lang = analysis.base(lang)
    if len(text) > _LONGEST or cues.asked_for(text, lang) - {"person"}:
        return None
    names: list[str] = []
    years: list[str] = []
    for token, is_run in analysis.tokens(analysis.normalise(text)):
        number = _NUMBERED.fullmatch(token)
        rest = number.group(2) if number else token
        if number:
            years.append(number.group(1))
        if is_run:
            match = _run_pattern(lang).fullmatch(rest) if lang in ("ja", "zh") else None
            if match is None:
                return None
            names += [match.group("name")] if match.group("name") else []
        elif rest and not _is_light(rest, lang):
            names.append(analysis.stem([rest], lang)[0] if lang == "ko" else analysis.fold(rest))
    if any(map(str.isdigit, "".join(names))) or not all(map(_YEAR.fullmatch, years)):
        return None
    parts = tuple(map(Name.of, names))
    consonants = sum(part.weight for part in parts)
    if parts and consonants < (_LONE if len(parts) == 1 else _FULL):
        return None
    return Bare(lang, parts, tuple(years)) if parts or len(years) == 1 else None


def _is_light(word: str, lang: str) -> bool:
    light = _light(lang)
    return word in light or analysis.fold(word) in light or analysis.stem([word], lang)[0] in light
