"""Words of any language as English stems and name skeletons: the common ground of questions and passages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from memory.retrieval import analysis, compounds, everyday_words, lexicon, terms, translit, word_lists

# Words of these languages are looked up in a relative's lexicon where they look alike.
_RELATIVES = {
    "pt": "es", "gl": "es", "ca": "es", "it": "es", "fr": "es", "uk": "ru", "be": "ru", "bg": "ru",
    "mk": "ru", "sr": "ru", "nl": "de", "af": "de", "ja": "zh", "yue": "zh", "wuu": "zh", "mr": "hi",
    "ne": "hi", "az": "tr",
    "fa": "ar", "ur": "ar",
}  # fmt: skip
_RELATIVE_TRUST = 0.5
_CYRILLIC_FOLD = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "ў": "у"})
_KATAKANA = regex.compile(r"[\p{Katakana}ー]{2,}")
_NUMBER = regex.compile(r"\p{Nd}+|\P{Nd}+")
_HAN = regex.compile(r"\p{Han}+")
_PARTICLE = regex.compile("[はがをのにでともへや]")  # behind a noun in Japanese
_SURE_ALONE = 0.25  # the chance from which one ideograph, a noun in Japanese, means what it does in Chinese
_COUNTERS = frozenset("年月日时分秒人回岁个本枚円度番")  # what follows a number, and says little without it
_SKELETON_MIN = 3
_SECOND_GLOSS = 0.25  # the chance from which a passage's word is indexed by its second gloss too
# Polish and German names have the sound so, and Japanese the Russian ones.
_W_AS_V = str.maketrans({"w": "v", "ワ": "ヴァ"})
#: Marks a name's skeleton among a sentence's pivot terms.
NAME = "~"


@dataclass(frozen=True, slots=True)
class Gloss:
    """One word of a text on the common ground: English stems with chances (0..1), and its name's skeleton."""

    word: str
    stems: tuple[tuple[str, float], ...]
    skeleton: str
    weight: float


def _skeleton(word: str) -> str:
    if len(word) < 3 or word.isdecimal():
        return ""
    found = translit.skeleton(word)
    return found if len(found) >= _SKELETON_MIN else ""


def _segmented(plain: Sequence[str], lang: str, *, everyday: bool) -> list[Gloss]:
    """Glosses of words that stand between spaces."""
    own = lexicon.load().language(lang)
    relative = lexicon.load().language(_RELATIVES.get(lang, "")) if own is None else None
    functional = terms.function_words(lang)
    found: list[Gloss] = []
    keys = analysis.stem(list(plain), lang)
    english = analysis.stem(list(plain), "en")
    for word, key, cognate in zip(plain, keys, english, strict=True):
        # Korean writes its particles without a space: they are no part of a name.
        bare = key if lang == "ko" else word
        weight = terms.FUNCTION_WEIGHT if word in functional or bare in functional else 1.0
        folded = analysis.fold(bare)
        stems: lexicon.Gloss = ()
        if everyday and weight == 1.0:
            stems = everyday_words.meaning(key, lang)
        if stems:
            pass
        elif lang == "en" or folded.isdecimal():
            stems = ((cognate if lang == "en" else folded, 1.0),)
        elif own is not None:
            stems = own.exact(key) if folded.isascii() else own.gloss(key)
            if not stems and everyday and lang in compounds.LANGUAGES:
                stems = compounds.meaning(word, lang)
            if not stems and folded.isascii():
                # In Latin letters an unknown word may be a name that English spells alike.
                stems = ((cognate, 1.0), *own.gloss(key))
        elif weight == 1.0:
            stems = _borrowed(folded, cognate, relative)
        found.append(Gloss(folded, stems, _skeleton(folded) if weight == 1.0 else "", weight))
    return found


def _borrowed(folded: str, cognate: str, relative: lexicon.LanguageLexicon | None) -> lexicon.Gloss:
    """What a language without a lexicon has: the word itself, and what a relative's like word means."""
    found = {cognate: 1.0} if folded.isascii() else {}
    if relative is not None:
        for stem, chance in relative.gloss(folded.translate(_CYRILLIC_FOLD)):
            found[stem] = max(found.get(stem, 0.0), _RELATIVE_TRUST * chance)
    return tuple(found.items())


def _everyday_in(run: str, lang: str) -> list[Gloss]:
    """Glosses of an unsegmented run, its everyday words cut out first."""
    pattern = everyday_words.words_in(lang)
    if pattern is None:
        return _run(run, lang)
    found: list[Gloss] = []
    for place, piece in enumerate(pattern.split(run)):
        if place % 2:
            found.append(Gloss(piece, everyday_words.meaning(piece, lang), "", 1.0))
        elif piece:
            found.extend(_run(piece, lang, everyday=True))
    return found


def _run(run: str, lang: str, *, everyday: bool = False) -> list[Gloss]:
    """Glosses of an unsegmented run: by its own segmenter, else names in katakana and shared ideographs."""
    own = lexicon.load().language(lang)
    functional = terms.function_words(lang)
    found: list[Gloss] = []
    if own is not None and own.segments:
        for word in own.cut(run):
            weight = terms.FUNCTION_WEIGHT if word in functional else 1.0
            stems = everyday_words.meaning(word, lang) if everyday and weight == 1.0 else ()
            name = _skeleton(word) if weight == 1.0 else ""
            found.append(Gloss(word, stems or own.gloss(word), name, weight))
        found.extend(Gloss(name, (), name, 1.0) for name in translit.ideographic_names(run))
        return found
    katakana = (match.group() for match in _KATAKANA.finditer(run))
    found.extend(Gloss(name, (), _skeleton(name), 1.0) for name in katakana)
    for match in _HAN.finditer(run):
        pieces = _japanese_pattern().split(match.group()) if lang == "ja" else [match.group()]
        for piece in filter(None, pieces):
            known = _japanese().get(piece, ()) if lang == "ja" else ()
            if known and (len(piece) > 1 or piece == match.group()):
                found.append(Gloss(piece, known, "", 1.0))
            elif len(piece) > 1:
                found.extend(_shared(piece, lang))
            elif everyday and piece not in functional | _COUNTERS and _PARTICLE.match(run, match.end()):
                alone = _shared(piece, lang)
                found.extend(replace(one, weight=1.0) for one in alone if _surest(one) >= _SURE_ALONE)
    return found


def _surest(gloss: Gloss) -> float:
    return max((chance for _, chance in gloss.stems), default=0.0)


def _shared(run: str, lang: str) -> list[Gloss]:
    """Glosses of ideographs by a relative's lexicon, which knows most words that both write alike."""
    relative = lexicon.load().language(_RELATIVES.get(lang, ""))
    if relative is None or not relative.segments:
        return []
    return [
        Gloss(
            word,
            tuple((stem, _RELATIVE_TRUST * chance) for stem, chance in relative.exact(word)),
            "",
            1.0 if len(word) > 1 else terms.FUNCTION_WEIGHT,
        )
        for word in relative.cut(run)
    ]


@lru_cache(maxsize=1)
def _japanese() -> dict[str, tuple[tuple[str, float], ...]]:
    """Words in ideographs that mean another thing in Chinese, as English stems."""
    return {
        analysis.normalise(word): tuple((stem, _RELATIVE_TRUST) for stem in analysis.stem([means], "en"))
        for word, means in word_lists.entries("japanese_words")
    }


@lru_cache(maxsize=1)
def _japanese_pattern() -> "regex.Pattern[str]":
    longer = sorted((word for word in _japanese() if len(word) > 1), key=len, reverse=True)
    return regex.compile(f"({'|'.join(longer)})")


def glosses(text: str, lang: str, *, everyday: bool = False) -> list[Gloss]:
    """The words of a text on the common ground; words that mean nothing there are kept, empty.

    ``everyday``: what is known of short questions' words comes before what was learned. Where texts of one
    kind are held against each other by a measured scale, it is left out.
    """
    lang = analysis.base(lang)
    found: list[Gloss] = []
    plain: list[str] = []
    for token, is_run in analysis.tokens(analysis.normalise(text)):
        if is_run:
            found.extend(_everyday_in(token, lang) if everyday else _run(token, lang))
        else:
            plain.extend(_NUMBER.findall(token) if lang == "ko" else [token])
    return found + _segmented(plain, lang, everyday=everyday)


def known(stem: str) -> bool:
    """Whether an English stem is a word's; what isn't may be a name."""
    return lexicon.load().knows(stem)


def sounds(gloss: Gloss, lang: str) -> set[str]:
    """The skeletons of the name that a word may be, as it may be read, with its ending and without."""
    words = {gloss.word, *analysis.stem([gloss.word], lang), gloss.word.translate(_W_AS_V)}
    found = {name for word in words for name in translit.readings(word, translit.skeleton(word))}
    return {*found, gloss.skeleton} - {""}


def stems_of_passage(found: Sequence[Gloss]) -> list[str]:
    """What a passage's pivot field holds: each topic word's likeliest English stems, at most two."""
    return [
        stem
        for gloss in found
        if gloss.weight == 1.0
        for place, (stem, chance) in enumerate(gloss.stems[:2])
        if place == 0 or chance >= _SECOND_GLOSS
    ]


def names_of_passage(found: Sequence[Gloss]) -> list[str]:
    """What a passage's name field holds: the skeletons of its words, as they may be read."""
    spelt = (gloss for gloss in found if gloss.skeleton)
    return [name for gloss in spelt for name in translit.readings(gloss.word, gloss.skeleton)]


def in_english(found: Sequence[Gloss]) -> str:
    """A rough English rendering for an English encoder: each topic word's likeliest gloss."""
    book = lexicon.load()
    return " ".join(book.surface(gloss.stems[0][0]) for gloss in found if gloss.stems and gloss.weight == 1.0)
