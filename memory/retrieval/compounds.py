"""What a German compound that no lexicon has means, by its parts ("Strickkurs": a course, of knitting)."""

from functools import lru_cache

from memory.retrieval import analysis, everyday_words, lexicon

# Letters of a part; of a last one whose first isn't known.
_SHORTEST, _ALONE = 4, 6
_JOINTS = ("", "s", "es", "n", "en")
_SURE = 0.3  # the chance from which a part is known: endings and rare words mean a little of everything
_LAST, _FIRST = 0.6, 0.4
LANGUAGES = frozenset({"de"})


@lru_cache(maxsize=20000)
def meaning(word: str, lang: str) -> lexicon.Gloss:
    """English stems with chances for a normalised compound: its last part says what it is."""
    starts = range(_SHORTEST, len(word) - _SHORTEST + 1)
    lasts = analysis.stem([word[start:] for start in starts], lang)
    for start, stem in zip(starts, lasts, strict=True):
        last = _part(stem, lang)
        if not last:
            continue
        joined = [word[:start].removesuffix(joint) for joint in _JOINTS]
        first = next((found for one in analysis.stem(joined, lang) if (found := _part(one, lang))), ())
        if first or len(word) - start >= _ALONE:
            return ((last[0][0], _LAST), *((english, _FIRST) for english, _ in first[:1]))
    return ()


def _part(stem: str, lang: str) -> lexicon.Gloss:
    own = lexicon.load().language(lang)
    found = everyday_words.meaning(stem, lang) or (own.exact(stem) if own is not None else ())
    return found if found and found[0][1] >= _SURE else ()
