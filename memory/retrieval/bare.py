"""Questions that say nothing but a name or a date ("who is ...?"), and the sentences that say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from memory.retrieval import analysis, cues, dates, terms, translit, word_lists

_KATAKANA = r"\p{Katakana}ー"
_YEAR = regex.compile(r"\p{Nd}{3,4}")
_NUMBERED = regex.compile(r"(\p{Nd}+)(\D*)")
_PROPER = regex.compile(r"\p{Lu}[\p{L}\p{M}]+")
_BETWEEN = regex.compile(r"[\s\-]+")
_OPENS = regex.compile(r"[\p{P}\s]*")
_LATIN = regex.compile(r"\p{Latin}")
_VOWELS = regex.compile(r"[aeiouy]+")
_SILENT = regex.compile(r"(?<=[^aeiouy])e$")
# Scripts that write all vowels, and such as write the most of a foreign name's.
_SPELT = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hangul}\p{Katakana}]")
_PARTLY = regex.compile(r"[\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Han}]")
# Within a word alef is a vowel in Hebrew too, and a w mostly one.
_ALEF, _WITHIN = str.maketrans({"א": "ا"}), regex.compile(r"(?<=.)w")
_DOTTED = regex.compile(r"[\p{Han}\p{Katakana}]")  # the parts of a name have a dot between them
_ANY_VOWEL = "*"
_OPEN, _HARD = frozenset("aeio"), frozenset("bcdfgklmnpqrstvxz")  # no name begins with one and with the other
# Some scripts don't tell these sounds apart at all, or not at the end of a syllable.
_MERGED = str.maketrans("pm", "fn")
_LONGEST = 120  # characters: a longer question says more
_MENTIONED = 0.8  # how much a sentence says of who somebody is that tells no more of their name
_FULL = 6  # consonants of a whole name
_PARTS = 4  # words of a name at most: a question with more of them is about something
_LONE, _LONE_LETTERS = 3, 5  # consonants, and letters, of a name of one word


@lru_cache(maxsize=1)
def _asking() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for lang, words in word_lists.entries("asking"):
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
            return cls(word, consonants, frozenset(), _spelt_vowels(word))
        readings = translit.readings(word, translit.skeleton(word))
        consonants = frozenset(one.translate(_MERGED) for one in readings if one)
        sounds = frozenset(translit.readings(word, translit.skeleton(word, voiced=True)))
        spelt = _SPELT.match(word) or _PARTLY.match(word)
        return cls(word, consonants, sounds, _vowels(word) if spelt else "")

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
        """Whether they are by each sound, nearly: what a name needs that stands alone.

        Ideographs don't tell sounds apart, and some scripts leave vowels out.
        """
        heard = not self.sounds or not other.sounds or not self.sounds.isdisjoint(other.sounds)
        if not heard or not self.like(other):
            return False
        if len(self.vowels) != len(other.vowels):
            partly = _PARTLY.match(self.written) or _PARTLY.match(other.written)
            return partly is not None and _most_of(*sorted((self.vowels, other.vowels), key=len))
        pairs = list(zip(self.vowels, other.vowels, strict=True))
        apart = sum(one != another and _ANY_VOWEL not in (one, another) for one, another in pairs)
        return bool(pairs) and 2 * apart < len(pairs)


def _most_of(fewer: str, vowels: str) -> bool:
    """Whether the fewer are two or more of the vowels, in order, and most of them."""
    rest = iter(vowels)
    return len(fewer) > 1 and 2 * len(fewer) > len(vowels) and all(vowel in rest for vowel in fewer)


@lru_cache(maxsize=4096)
def _proper(word: str) -> Name:
    """The name that a word as it is written may be."""
    return Name.of(analysis.fold(analysis.normalise(word)))


def _vowels(word: str) -> str:
    """A letter for each vowel, of three kinds; some of Hangul's stand for any."""
    latin = _SILENT.sub("", word) if word.isascii() else translit.romanise(word.translate(_ALEF))
    if _PARTLY.match(word):
        latin = _WITHIN.sub("o", latin)
    opened = "." if _VOWELS.match(latin) else ""
    return opened + "".join(_vowel(match.group()) for match in _VOWELS.finditer(latin))


@lru_cache(maxsize=1)
def _of_ideographs() -> dict[str, str]:
    vowels = word_lists.entries("ideograph_vowels")
    return {letter: vowel for vowel, letters in vowels for letter in letters}


def _spelt_vowels(name: str) -> str:
    """The same of the ideographs that spell a name; those without a consonant go with the one before."""
    letters = [letter for place, letter in enumerate(name) if not place or translit.sounds(letter) != [""]]
    opened = "." if translit.sounds(name[0]) == [""] else ""
    return opened + "".join(_of_ideographs().get(letter, "e") for letter in letters).replace("-", "")


def _vowel(letters: str) -> str:
    if letters in ("eo", "eu"):
        return _ANY_VOWEL
    kind = letters[1] if letters[0] == "y" and len(letters) > 1 else letters[0]
    return "a" if kind == "a" else "o" if kind in "ou" else "e"


@dataclass(frozen=True, slots=True)
class Bare:
    """All that such a question says: a name's parts in order, years, a date."""

    lang: str
    names: tuple[Name, ...]
    years: tuple[str, ...]
    #: A month, or a day, in which something happened.
    date: dates.Date | None = None

    def said_by(self, sentence: str, lang: str) -> float:
        """How much (0..1) of it a sentence in a language says; less than all where it only mentions a name.

        Names only across languages: in its own a question finds its words as they stand.
        """
        if self.names and analysis.base(lang) == self.lang:
            return 0.0
        if any(not regex.search(rf"(?<!\d|\d[.,]){year}(?!\d|[.,]\d)", sentence) for year in self.years):
            return 0.0
        if self.date is not None and not self.date.said_by(sentence, lang):
            return 0.0
        return self._named(sentence) if self.names else 1.0

    def mentioned(self, text: str) -> bool:
        """Whether a text in its own language has the only name without more of it, where its script tells."""
        if len(self.names) != 1 or not _DOTTED.match(self.names[0].written):
            return False
        name, text = self.names[0].written, analysis.normalise(text)
        return name in text and regex.search(rf"[·・]{name}|{name}[·・]", text) is None

    def _named(self, sentence: str) -> float:
        """How much of the name words with capitals say; a single one has its in mid-sentence.

        A single one is told who it is where the rest of the name stands beside it.
        """
        found = list(_PROPER.finditer(sentence, concurrent=False))
        if len(self.names) == 1:
            return self._alone(sentence, found)
        for place in range(len(found) - len(self.names) + 1):
            row = found[place : place + len(self.names)]
            # Few capitals stand in a row: what can't be the name isn't worked out.
            if all(_joined(sentence, *two) for two in pairwise(row)) and all(
                mine.like(_proper(match.group())) for mine, match in zip(self.names, row, strict=True)
            ):
                return 1.0
        return 0.0

    def _alone(self, sentence: str, found: Sequence["regex.Match[str]"]) -> float:
        opening = _OPENS.match(sentence)
        first = opening.end() if opening else 0
        said = 0.0
        for place, match in enumerate(found):
            one = _proper(match.group())
            if match.start() > first and len(one.written) >= _LONE_LETTERS and self.names[0].much_like(one):
                whole = place > 0 and _joined(sentence, found[place - 1], match)
                said = max(said, 1.0 if whole else _MENTIONED)
        return said


def _joined(sentence: str, one: "regex.Match[str]", other: "regex.Match[str]") -> bool:
    """Whether nothing but a space or a hyphen stands between two words."""
    return _BETWEEN.fullmatch(sentence, one.end(), other.start()) is not None


def read(text: str, lang: str) -> Bare | None:
    """What a question says where that is a name or a date alone; None where it says or asks for more."""
    lang = analysis.base(lang)
    if len(text) > _LONGEST or cues.asked_for(text, lang) - {"person"}:
        return None
    names: list[str] = []
    years: list[str] = []
    date, text = dates.read(text, lang) or (None, text)
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
    if len(names) > _PARTS or any(map(str.isdigit, "".join(names))) or not all(map(_YEAR.fullmatch, years)):
        return None
    parts = tuple(map(Name.of, names))
    consonants = sum(part.weight for part in parts)
    if parts and consonants < (_LONE if len(parts) == 1 else _FULL):
        return None
    return Bare(lang, parts, tuple(years), date) if parts or len(years) + bool(date) == 1 else None


def _is_light(word: str, lang: str) -> bool:
    light = _light(lang)
    return word in light or analysis.fold(word) in light or analysis.stem([word], lang)[0] in light
