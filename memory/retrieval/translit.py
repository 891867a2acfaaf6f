"""Names across scripts: a rough Latin spelling of any, and the consonant skeleton that spellings share."""

import unicodedata
from functools import lru_cache
from itertools import groupby

import regex

from memory.retrieval import word_lists


@lru_cache(maxsize=1)
def _letters() -> dict[str, str]:
    """Letters (and the ideographs that spell foreign names) with their rough Latin spelling."""
    return dict(entry.split("=") for line in word_lists.lines("letters") for entry in line.split(" "))


_GREEK_PAIRS = (
    ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "ng"), ("τζ", "j"), ("ου", "u"), ("αυ", "av"), ("ευ", "ev"),
)  # fmt: skip
_SYLLABARIES = ("HANGUL SYLLABLE", "HIRAGANA LETTER", "KATAKANA LETTER", "ETHIOPIC SYLLABLE")
_NAMED = regex.compile(r"(?:LETTER|VOWEL SIGN) (?:(?:SHORT|LONG|VOCALIC|CANDRA|SMALL) )*([^AEIOU ]+|[AEIOU])")
# Vowels that go into a consonant before another one.
_BEFORE_VOWEL = regex.compile(r"[ウフヴ](?=[ァィェォ])|^у(?=[иэо])")
_BARE_SOUND = {"ウ": "w", "フ": "f", "ヴ": "v", "у": "w"}
_NASAL_SIGN = regex.compile(r"SIGN (?:ANUSVARA|CANDRABINDU|NIKAHIT)")
_ARTICLE = regex.compile(r"^(?:[وبكف]?ال|لل)(?=..)")
# How spellings of one sound differ between languages that write Latin; applied in order.
_SPELLINGS = (
    ("dzh", "s"), ("tsch", "s"), ("sch", "s"), ("ng", "n"), ("tch", "s"), ("sh", "s"), ("zh", "s"),
    ("ch", "s"), ("ph", "f"), ("th", "t"), ("gh", "k"), ("kh", "k"), ("ck", "k"), ("ks", "x"), ("ts", "s"),
    ("tz", "s"), ("dz", "s"), ("dj", "s"), ("qu", "k"), ("x", "ks"),
)  # fmt: skip
_SOFT = regex.compile(r"[cg](?=[eiy])")
_CLASSES = str.maketrans({
    "b": "p", "p": "p", "f": "f", "v": "f", "d": "t", "t": "t", "k": "k", "g": "k", "c": "k", "q": "k",
    "s": "s", "z": "s", "j": "s", "m": "m", "n": "n", "l": "l", "r": "l",
})  # fmt: skip
_VOICED = str.maketrans("cqzjr", "kkssl")  # as little merged as scripts allow that tell voiced sounds apart
_KEPT = regex.compile(r"[pftksmnlbdgv]")
_F_AS_P = regex.compile(r"[\p{Hangul}\p{Hebrew}]")
_IDEOGRAPH = regex.compile(r"\p{Han}")
_DOUBLED = regex.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """A rough Latin spelling of one letter, by table, else by the letter's Unicode name."""
    if character.isascii():
        return character
    if _IDEOGRAPH.match(character):
        return ""
    known = _letters().get(character)
    if known is not None:
        return known
    name = unicodedata.name(character, "")
    if name.startswith(_SYLLABARIES):
        return name.rsplit(" ", 1)[1].lower()
    bare = unicodedata.normalize("NFD", character)[0]
    if bare.isascii() or bare in _letters():
        return bare if bare.isascii() else _letters()[bare]
    match = _NAMED.search(name)
    # The letter KA of an Indic script is k with a vowel of its own; the skeleton drops vowels anyway.
    if match is not None:
        return match.group(1).lower()
    return "n" if _NASAL_SIGN.search(name) else ""


def romanise(word: str) -> str:
    """A rough Latin spelling of a folded word of any alphabet or syllabary; ideographs give nothing."""
    if word.isascii():
        return word
    word = _BEFORE_VOWEL.sub(lambda match: _BARE_SOUND[match.group()], _ARTICLE.sub("", word))
    if "α" <= word[0] <= "ω":
        for pair, latin in _GREEK_PAIRS:
            word = word.replace(pair, latin)
    return "".join(_letter(character) for character in word)


@lru_cache(maxsize=65536)
def skeleton(word: str, *, voiced: bool = False) -> str:
    """The classes of a word's consonants in order: ``panthers`` and ``пантерс`` both give ``pntls``.

    Voiced and voiceless sounds fall together and so do r and l (Chinese, Japanese and Korean tell them apart
    poorly); vowels, ``h``, ``w`` and ``y`` are dropped (a first ``w`` counts as ``f``), doubles are single.
    ``voiced``: but for r and l, sounds of a kind are told apart.
    """
    latin = romanise(word)
    if not latin:
        return ""
    if latin == word:
        latin = _SOFT.sub("s", latin)
    for spelling, plain in _SPELLINGS:
        latin = latin.replace(spelling, plain)
    if latin[:1] == "w":
        latin = "f" + latin[1:]
    classes = "".join(_KEPT.findall(latin.translate(_VOICED if voiced else _CLASSES)))
    return _DOUBLED.sub(r"\1", classes)


def readings(word: str, consonants: str) -> tuple[str, ...]:
    """The skeletons that a folded word's own may stand for.

    Hangul and Hebrew write ``f`` as ``p``; in Latin letters a ``ch`` may be a ``k`` (Michael).
    """
    other = consonants
    if "p" in consonants and _F_AS_P.match(word):
        other = consonants.replace("p", "f")
    elif "ch" in word and word.isascii():
        other = skeleton(word.replace("ch", "k"))
    return (consonants,) if other == consonants else (consonants, other)


@lru_cache(maxsize=1)
def spelling_ideographs() -> str:
    """The ideographs that spell foreign names."""
    return "".join(letter for letter in _letters() if _IDEOGRAPH.match(letter))


def sounds(name: str) -> list[str]:
    """The consonants that each ideograph of a foreign name spells; doubles are single."""
    found = (_letters().get(letter, "") for letter in name)
    return [sound for sound, _ in groupby(found)]


@lru_cache(maxsize=1)
def _spelling_run() -> "regex.Pattern[str]":
    return regex.compile(f"[{spelling_ideographs()}]{{2,}}")


def ideographic_names(run: str) -> list[str]:
    """Skeletons of the foreign names that a run of ideographs may spell, ``罗`` and ``尔`` read as ``l``."""
    found: dict[str, None] = {}
    for match in _spelling_run().finditer(run):
        sounds = [_letters()[letter] for letter in match.group()]
        # Neighbouring words may lend a letter at either end.
        for start, end in ((0, 0), (1, 0), (0, 1)):
            part = sounds[start : len(sounds) - end]
            name = _DOUBLED.sub(r"\1", "".join(part))
            if len(name) >= 3 and (len(part) > 2 or start == end):
                found[name] = None
    return list(found)
