"""Forms of one word that no stemmer brings together ("buy", "bought"): asked in one, told in another."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from memory.retrieval import analysis, word_lists


def forms(stems: Iterable[str], lang: str) -> dict[str, list[str]]:
    """By those of the stems that have any, the stems of their words' other forms."""
    known = _known(analysis.base(lang))
    return {stem: known[stem] for stem in stems if stem in known}


@lru_cache(maxsize=32)
def _known(lang: str) -> dict[str, list[str]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group in dict(word_lists.entries("irregular_forms")).get(lang, "").split(" | "):
        stems = dict.fromkeys(analysis.stem([analysis.normalise(word) for word in group.split()], lang))
        for stem in stems:
            found[stem] |= dict.fromkeys(other for other in stems if other != stem)
    return {stem: list(others) for stem, others in found.items() if others}
