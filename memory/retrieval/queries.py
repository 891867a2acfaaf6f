"""Questions as weighted clauses for the index and as items for its sentences; nothing is searched here."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from memory.retrieval import analysis, cues, everyday_words, irregular, naming, pivot, terms, translit
from memory.retrieval.lexical import Clause, Snapshot
from memory.retrieval.probe import Item, native_items

# Shares of a native score, measured on six languages (character grams carry inflection and typing errors).
_SHARES = {"words": 0.3, "pairs": 0.2, "grams": 0.5}
# The heaviest grams of a long question suffice, and each costs time: so many, or in a large index as many as
# stand in so many passages together, but a few in any case.
_GRAMS, _FEW_GRAMS, _POSTINGS = 64, 16, 30_000
# Translation chances are flattened by this power: a lexicon from few sentences is surer than it should be.
_FLATTEN = 0.6
# How sure a gloss must be for what answers to it as well to be looked for, and the chance of each such word.
_SURE, _ALIKE = 0.7, 0.6
_NAME_OF_THREE = 0.6  # a skeleton of three consonants is shared by chance more often than a longer one
_NAME_BESIDE_GLOSS = 0.3  # a word that the lexicon knows well is seldom a name
_FUZZY_NAME = 0.5
_PIVOT_NAME = 0.8
# Inverse document frequencies: a question of that weight counts half. Across languages one word may find
# a passage by a gloss that only happens to be the same.
_LITTLE = {"native": 1.0, "crossing": 3.0}
# What is written for a machine says nothing of a topic: tags, templates, calls.
_MARKUP = regex.compile(r"<[^<>]*>|\$?\{+[^{}]*\}+|[\p{L}_]\w*\((?:[^()\p{L}][^()]*)?\)")
_SUM = regex.compile(r"\p{N}\s*[+*=^×÷]\s*\p{N}")
_SYMBOL = regex.compile(r"[%+*=<>{}\[\]|\\^~#@&_`×÷/]")
_DIGITS = regex.compile(r"\p{N}+")
# What a pair of neighbouring characters stands for: every third one or so reaches over a word's edge.
_PAIR = 0.67
_COMPOUNDING = frozenset({"de"})
# A question of grammar's words alone may be one ("Where are you from?") from so many words on, or so many
# characters of a script without spaces.
_FEWEST_WORDS, _FEWEST_CHARACTERS = 3, 4


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about, without its grammar: what sentences are held against, and its weight."""

    lang: str = ""
    items: tuple[Item, ...] = ()
    #: Low where most passages hold its words.
    mass: float = 0.0
    #: Whether numbers are all that it asks about: one says the same wherever it stands.
    numbers: bool = False
    #: Its words to be counted, and how much of one each stands for (0..1): a run's are its pairs of
    #: characters, and a word that the lexicon is unsure of is less than one.
    words: tuple[tuple[Item, float], ...] = ()
    #: Of a question for a name, what it is the name of.
    named: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for, the score that would be a whole match, and what to hold sentences against."""

    clauses: tuple[Clause, ...]
    whole: float
    items: tuple[Item, ...]
    little: float
    topic: Topic = Topic()

    @property
    def mass(self) -> float:
        """What its words weigh together."""
        return sum(item.weight for item in self.items)

    @property
    def telling(self) -> float:
        """The share (0..1) of the weightiest of its words that are too short to stand there inflected."""
        return max((item.weight for item in self.items if not item.grams), default=0.0) / (self.mass or 1.0)

    @property
    def substance(self) -> float:
        """0..1: low where a question is so short or so general that matching all of it proves little."""
        return self.mass / (self.mass + self.little)


def asks(text: str, lang: str) -> bool:
    """Whether a message says anything that could be looked for.

    Sums, code, signs, single letters and grammar's words don't.
    """
    plain = _MARKUP.sub(" ", analysis.normalise(text))
    # A few words of English are easily taken for another language's.
    light = cues.scaffolding(plain, lang)
    if plain.isascii():
        light |= cues.scaffolding(plain, "en") | terms.function_words("en")
    units = terms.units(plain, lang, light)
    told = [u.surface for u in terms.topical(units) if u.in_run or len(u.surface) > 1]
    if not all(map(_DIGITS.fullmatch, told)):
        return True
    if told:
        return not _SUM.search(plain) and (any(map(str.isalpha, plain)) or not _SYMBOL.search(plain))
    grammar = [unit for unit in units if unit.weight < 1.0]
    runs = sum(unit.in_run and len(unit.key) == 1 for unit in grammar)
    return runs >= _FEWEST_CHARACTERS or sum(not unit.in_run for unit in grammar) >= _FEWEST_WORDS


def native(text: str, lang: str, snapshot: Snapshot, light: frozenset[str] = frozenset()) -> Query:
    """A question to passages in its own language; ``light`` are words of it that say little of its topic."""
    units = _subject(text, lang, snapshot, light | cues.scaffolding(text, lang))
    calling = naming.words_in(text, lang)
    otherwise = _otherwise(units, text, lang, calling)
    topic = _topic(terms.topical(units), lang, snapshot, otherwise if calling else _forms(units, lang))
    if calling:
        named = terms.topical(terms.units(text, lang, light | calling))
        topic = replace(topic, named=tuple(native_items(named, snapshot.idf)))
    clauses: list[Clause] = []
    total = 0.0
    for name, pairs in terms.by_field(units).items():
        weighted = [
            (term, snapshot.idf(name, term, weight <= terms.FUNCTION_WEIGHT) * weight)
            for term, weight in terms.strongest(pairs).items()
        ]
        if len(weighted) > _FEW_GRAMS:
            weighted = _affordable(name, weighted, snapshot)
        whole = sum(weight for _, weight in weighted)
        if whole:
            share = _SHARES[name]
            total += share
            clauses.extend(Clause(name, term, share * weight / whole) for term, weight in weighted)
            if name == "words":
                # What tells a name in several words at once isn't so much likelier to tell this one.
                clauses.extend(
                    Clause(name, other, share * weight / whole)
                    for term, weight in weighted
                    for other in (() if calling else otherwise.get(term, ()))
                )
    return Query(
        tuple(clauses),
        total,
        tuple(native_items(units, snapshot.idf, otherwise, compounds=analysis.base(lang) in _COMPOUNDING)),
        _LITTLE["native"],
        topic,
    )


def _subject(text: str, lang: str, snapshot: Snapshot, light: frozenset[str]) -> list[terms.Unit]:
    """A question's words, its light verbs weighing little where passages have anything else that it names."""
    whole = terms.units(text, lang, light)
    less = terms.units(text, lang, light | terms.light_verbs(lang))
    left = terms.topical(less)
    said = any(snapshot.frequency("grams" if one.in_run else "words", one.key) for one in left)
    return less if said else whole


def _otherwise(
    units: Sequence[terms.Unit], text: str, lang: str, calling: Collection[str]
) -> dict[str, list[str]]:
    """By their keys, what passages say in place of verbs to others and what asks for a measure or a name."""
    told: dict[str, Iterable[str]] = dict(cues.measured(text, lang))
    told |= {analysis.fold(word): calling for word in calling}
    found = _forms(units, lang)
    return found | {
        unit.key: analysis.stem(list(said), lang)
        for asking, said in told.items()
        for unit in units
        if analysis.fold(unit.surface) == asking
        or (len(unit.key) == 2 and unit.in_run and unit.key in asking)
    }


def _forms(units: Sequence[terms.Unit], lang: str) -> dict[str, list[str]]:
    """By their keys, the other forms of words that say something."""
    keys = [unit.key for unit in units if unit.weight == 1.0]
    return analysis.persons(keys, lang) | irregular.forms(keys, lang)


def _topic(
    units: Sequence[terms.Unit], lang: str, snapshot: Snapshot, otherwise: Mapping[str, Sequence[str]]
) -> Topic:
    keys = {("grams" if unit.in_run else "words", unit.key) for unit in units}
    mass = math.fsum(snapshot.idf(field, key) for field, key in keys)
    numbers = bool(units) and all(any(map(str.isdigit, unit.key)) for unit in units)
    items = tuple(native_items(units, snapshot.idf, otherwise, compounds=analysis.base(lang) in _COMPOUNDING))
    distinct = {unit.key: unit for unit in reversed(units)}
    words = tuple(
        (item, _PAIR if distinct[key].in_run else 1.0)
        for item, key in zip(items, dict.fromkeys(unit.key for unit in units), strict=True)
        if not distinct[key].in_run or len(key) == 2
    )
    return Topic(analysis.base(lang), items, mass, numbers, words)


def _affordable(
    field: str, weighted: Sequence[tuple[str, float]], snapshot: Snapshot
) -> list[tuple[str, float]]:
    """The heaviest terms that can be looked up in a few milliseconds."""
    chosen: list[tuple[str, float]] = []
    postings = 0
    for term, weight in sorted(weighted, key=lambda one: -one[1])[:_GRAMS]:
        postings += snapshot.frequency(field, term)
        if postings > _POSTINGS and len(chosen) >= _FEW_GRAMS:
            break
        chosen.append((term, weight))
    return chosen


def crossing(
    found: Sequence[pivot.Gloss], snapshot: Snapshot, calling: "regex.Pattern[str] | None" = None
) -> Query:
    """A question to passages in other languages, on the common ground; ``calling``: what asks for a name.

    A word's document frequency is that of its translations, each by its chance (Darwish and Oard 2003), so
    that a rare wrong gloss doesn't outweigh the common right one.
    """
    weights: dict[tuple[str, str], float] = {}
    items: list[Item] = []
    words: list[tuple[Item, float]] = []
    named: list[Item] = []
    total = 0.0
    seen: set[str] = set()
    for gloss in found:
        if gloss.word in seen:
            continue
        seen.add(gloss.word)
        chances = dict(gloss.stems)
        for stem, chance in gloss.stems:
            for other in everyday_words.alike(stem) if chance >= _SURE else ():
                chances[other] = max(chances.get(other, 0.0), _ALIKE * chance)
        counted = [(stem, chance, snapshot.frequency("pivot", stem)) for stem, chance in chances.items()]
        expected = sum(chance * frequency for _, chance, frequency in counted)
        idf = snapshot.weigh(expected) * gloss.weight
        total += idf
        keys: dict[str, float] = {}
        for stem, chance, frequency in counted:
            worth = chance**_FLATTEN
            keys[stem] = worth
            if frequency:
                weights["pivot", stem] = weights.get(("pivot", stem), 0.0) + idf * worth
        if gloss.skeleton:
            sure = max((chance for _, chance in gloss.stems), default=0.0)
            worth = (_NAME_OF_THREE if len(gloss.skeleton) == 3 else 1.0) * (
                _NAME_BESIDE_GLOSS if sure > 0.5 else 1.0
            )
            for skeleton in translit.readings(gloss.word, gloss.skeleton):
                weights["names", skeleton] = max(
                    weights.get(("names", skeleton), 0.0),
                    snapshot.idf("names", skeleton) * worth * gloss.weight,
                )
                keys[pivot.NAME + skeleton] = _PIVOT_NAME * worth
        calls = calling is not None and calling.search(gloss.word) is not None
        if calls:
            keys |= dict.fromkeys(naming.stems("en"), 1.0)
        if keys:
            items.append(Item(keys, frozenset(), idf))
            if gloss.weight == 1.0:
                words.append((items[-1], max(keys.values())))
            if calling and gloss.weight == 1.0 and not calls:
                named.append(items[-1])
    clauses = tuple(
        Clause(field, term, weight, _FUZZY_NAME if field == "names" and len(term) >= 4 else 0.0)
        for (field, term), weight in weights.items()
    )
    topic = Topic(words=tuple(words), named=tuple(named))
    return Query(clauses, total or 1.0, tuple(items), _LITTLE["crossing"], topic)
