"""Text as the indexes see it: normal form, words, stems and character grams; no index and no scoring here."""

import unicodedata
from functools import lru_cache

import regex
from opencc import OpenCC
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# `concurrent=False` below: a search in a few words takes less than letting other threads in for its length.

# Scripts written without spaces between words: there a "word" is a run of the script.
UNSEGMENTED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー々〆"
#: One ideograph.
IDEOGRAPH = regex.compile(r"[\p{Han}々〆]")
_TOKEN = regex.compile(
    rf"(?P<run>[{UNSEGMENTED}][{UNSEGMENTED}\p{{M}}]*)|(?P<word>[\p{{L}}\p{{N}}][[\p{{L}}\p{{N}}\p{{M}}‌‍]--[{UNSEGMENTED}]]*)",
    regex.VERSION1,
)
# Marks are accents in these scripts and may be dropped; in Devanagari or Thai they are vowels and may not.
_ACCENTED = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]\p{M}*)\p{M}+")
_ARABIC_FOLD = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None, "ک": "ك", "ی": "ي", "ھ": "ه", "ہ": "ه"})
_LATIN_FOLD = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)

_STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french",
    "de": "german", "el": "greek", "hu": "hungarian", "it": "italian", "no": "norwegian", "nb": "norwegian",
    "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip

_HANGUL = regex.compile(r"\p{Hangul}")
# Korean particles and the commonest verb endings; Indonesian enclitics. Two syllables or four letters stay.
_ENDINGS = {
    "ko": regex.compile(
        r"(?<=\p{Hangul}{2})(?:들)?(?:은|는|이|가|을|를|의|에|에서|에게|에는|에도|한테|께서|으로|로|와|과|이랑|랑|도|만|까지|부터"
        r"|보다|처럼|마다|이나|나|에서는|입니다|이에요|예요|인가요|인지|가요|나요|까요|했나요|하나요|합니까|합니다|했습니다|습니다|습니까|해요"
        r"|어요|아요)$"
    ),
    "id": regex.compile(r"(?<=\p{L}{4})(?:nya|lah|kah|ku|mu)$"),
    "ms": regex.compile(r"(?<=\p{L}{4})(?:nya|lah|kah|ku|mu)$"),
}
# What an Arabic verb of three letters begins with, by its person: I, you or she, he, we.
_PERSONS = "\u0627\u062a\u064a\u0646"
_FORM = 4  # letters


@lru_cache(maxsize=1024)
def base(lang: str) -> str:
    """The primary subtag of a language tag: ``zh-Hans`` -> ``zh``."""
    return lang.replace("_", "-").split("-", 1)[0].lower()


class _Plain(dict[int, str]):
    """Characters in their plainest form, found out on first sight.

    Decimal digits of every script become ASCII ones, traditional ideographs simplified ones (in Japanese text
    too: the same on both sides of a comparison), and the nukta is dropped.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            self[code] = str(digit)
        elif IDEOGRAPH.match(character):
            self[code] = _simplifier().convert(character)
        else:
            self[code] = character
        return self[code]


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


# The overdot is left over from folding a Turkish capital I; the nukta is written or left out at will.
_PLAIN = _Plain({0x0307: "", 0x093C: ""})


def normalise(text: str) -> str:
    """Compatibility composition (Unicode NFKC), case folding, and each character in its plainest form."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)


def fold(text: str) -> str:
    """Drop accents where they are accents, so that a hurried writer's spelling still matches."""
    if text.isascii():
        return text
    bare = _ACCENTED.sub("", unicodedata.normalize("NFD", text), concurrent=False)
    return unicodedata.normalize("NFC", bare).translate(_LATIN_FOLD).translate(_ARABIC_FOLD)


def tokens(text: str) -> list[tuple[str, bool]]:
    """Words of an already normalised text, in order; True marks a run of an unsegmented script."""
    found = _TOKEN.finditer(text, concurrent=False)
    return [(match.group(), match.lastgroup == "run") for match in found]


@lru_cache(maxsize=32)
def _stemmer(name: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(name)).build()


def stem(words: list[str], lang: str) -> list[str]:
    """Snowball stems of normalised words, without accents; a language without a stemmer keeps its words."""
    endings = _ENDINGS.get(base(lang))
    if endings is not None:
        return [endings.sub("", word, concurrent=False) for word in words]
    name = _STEMMERS.get(base(lang))
    if name is not None and words:
        stemmed = _stemmer(name).analyze(" ".join(words))
        if len(stemmed) == len(words):
            words = stemmed
    # Vietnamese marks tell words apart; its grams are folded, its words are not.
    return words if base(lang) == "vi" else [fold(word) for word in words]


def persons(stems: list[str], lang: str) -> dict[str, list[str]]:
    """By stems that may be of Arabic verbs, their forms for other persons: "you open" is told as "I open"."""
    if base(lang) != "ar":
        return {}
    roots = {stem: stem[len(stem) == _FORM and stem[0] in _PERSONS :] for stem in stems}
    return {
        stem: [form for form in (root, *(person + root for person in _PERSONS)) if form != stem]
        for stem, root in roots.items()
        if len(root) == _FORM - 1
    }


def run_grams(run: str) -> list[tuple[int, str]]:
    """Grams of an unsegmented run and their starts: 1-3 characters with ideographs, else 2-4 (Thai)."""
    low, high = (1, 3) if IDEOGRAPH.search(run) else (2, 4)
    if len(run) < low:
        return [(0, run)]
    return [(i, run[i : i + n]) for n in range(low, high + 1) for i in range(len(run) - n + 1)]


@lru_cache(maxsize=65536)
def word_grams(word: str) -> tuple[str, ...]:
    """Character 3- and 4-grams of one folded word between its boundaries; a short word is its own gram.

    A syllable of Hangul says as much as two or three letters, and particles follow without a space.
    """
    if _HANGUL.match(word):
        opened = f"_{word}"
        return tuple(opened[i : i + n] for n in (2, 3) for i in range(len(opened) - n + 1))
    padded = f"_{word}_"
    if len(padded) <= 4:
        return (padded,)
    return tuple(padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n + 1))
