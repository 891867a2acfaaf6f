"""Titles of locked items: how they are indexed, and which tiers a question's words would open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memory.retrieval import analysis, pivot, terms
from memory.types import Hit, IndexedPassage

if TYPE_CHECKING:  # both import the views, whose analysis indexes titles
    from memory.retrieval.lexical import Snapshot
    from memory.retrieval.ranking import Asked

# The share of a title's topic words that a question must name: half of a short title, or all of one word.
_NAMED = 0.5
# In place of an answer a title is to be named whole; of one that isn't sure, a larger share of it is enough.
_NAMED_INSTEAD, _FEWEST, _SURE = 0.6, 2, 0.75
_CANDIDATES = 12


def _topic(text: str, lang: str) -> dict[str, set[str]]:
    """A title's topic words, each with the terms that stand for it: its own key, and its pivot terms."""
    found = {
        unit.key: {f"{analysis.base(lang)}:{unit.key}"}
        for unit in terms.units(text, lang)
        if unit.weight == 1.0 and (not unit.in_run or len(unit.key) == 2)
    }
    for gloss in pivot.glosses(text, lang, everyday=True):
        if gloss.weight == 1.0:
            stems = {stem for stem, chance in gloss.stems[:2] if chance >= 0.2}
            names = {pivot.NAME + gloss.skeleton} if len(gloss.skeleton) > 3 else set()
            key = gloss.word if gloss.word in found else next(iter(stems), gloss.word)
            if stems or names:
                found.setdefault(key, set()).update(stems | names)
    return found


def indexed(passage: IndexedPassage) -> list[str]:
    """What a passage's title field holds."""
    if passage.tier is None or not passage.title:
        return []
    return sorted(set().union(*_topic(passage.title, passage.lang).values()))


def locked_tiers(
    snapshot: "Snapshot",
    public: "Snapshot",
    asked: "Asked",
    held: frozenset[str],
    instead_of: Hit | None = None,
) -> tuple[str, ...]:
    """Tiers beyond those held whose items' titles the question names, best match first.

    Where nothing answers, one word of a title is enough that the ``public`` content never says. Where a
    passage would, a title counts ``instead_of`` it only if the question names it whole, or nearly, where that
    passage isn't sure, and it says more of the question than that passage.
    """
    from memory.retrieval.lexical import Clause, Restriction

    if not snapshot.size:
        return ()
    wanted: set[str] = set().union(*_topic(asked.text, asked.lang).values())
    clauses = [Clause("title", term, snapshot.idf("title", term)) for term in sorted(wanted)]
    tiers: dict[str, None] = {}
    for found in snapshot.search(clauses, _CANDIDATES, Restriction(not_tiers=held)):
        passage = snapshot.view(found.id, found.address).passage
        words = _topic(passage.title, passage.lang).values()
        named = [terms_of_word for terms_of_word in words if wanted & terms_of_word]
        if passage.tier is None or not named:
            continue
        if instead_of is not None:
            offered = _stands_for(named, len(words), instead_of)
        else:
            offered = len(named) >= _NAMED * len(words) or any(_unsaid(word, public) for word in named)
        if offered:
            tiers[passage.tier] = None
    return tuple(tiers)


def _unsaid(word: set[str], snapshot: "Snapshot") -> bool:
    """Whether no passage says a word, given as the terms that stand for it."""
    return not any(
        snapshot.frequency("names", term.removeprefix(pivot.NAME))
        if term.startswith(pivot.NAME)
        else snapshot.frequency("words", term.partition(":")[2])
        if ":" in term
        else snapshot.frequency("pivot", term)
        for term in word
    )


def _stands_for(named: Sequence[set[str]], words: int, instead_of: Hit) -> bool:
    """Whether a title of so many words, of which these were named, goes before an answer."""
    share = _NAMED_INSTEAD if instead_of.score < _SURE else 1.0
    return len(named) >= max(_FEWEST, share * words) and _says_more(named, instead_of)


def _says_more(words: Sequence[set[str]], than: Hit) -> bool:
    """Whether one of a title's words isn't in what would be quoted."""
    there = set().union(*_topic(f"{than.heading}\n{than.text}", than.lang).values())
    return any(not (word & there) for word in words)
