"""Finding what a writer likes to say, apart from what they speak of: sequences that recur across messages.

Works by words, and by characters where a script has no spaces. Which languages' everyday words are left out
stands in ``style_words.toml``.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from persona_engine.style_card import Share

_CHARACTERS: Final = (
    r"\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
)
# Vowel signs and accents are no letters to a regular expression, but belong to the word.
_MARKS: Final = r"\u0300-\u036f\u064b-\u065f\u0900-\u0dff"
_WORD: Final = rf"(?:[^\W_{_CHARACTERS}]|[{_MARKS}])+"
_TOKEN: Final = re.compile(rf"[{_CHARACTERS}]|{_WORD}(?:['’\-]{_WORD})*")
_SINGLE: Final = re.compile(rf"[{_CHARACTERS}]")
_THAI: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_CLAUSE_END: Final = re.compile(
    r"[.!?…。！？؟।,，、;；:：؛،()（）\[\]\n\"“”«»「」『』《》|•—–]+|(?<=[\u0e00-\u0eff])\s+(?=[\u0e00-\u0eff])"
)
# Longer corpora are sampled, so that this takes about a second: 300,000 characters with spaces, 60,000 of
# Chinese or Japanese, 20,000 of Thai, whose words are many characters long.
_MOST: Final = 300_000
_MOST_CANDIDATES: Final = 400
_LONGEST_WORDS: Final = 5
_LONGEST_SAYING: Final = 200  # characters; with its blanks it stays within what a card keeps
_LONGEST_CHARACTERS: Final = 9
_LEAST_COHESION: Final = 0.25
_LONGEST_STRETCH: Final = 8
_LONGEST_THAI: Final = 40
_SHORTEST_PART: Final = 3
_FEW: Final = 10  # of so few messages two that agree are a habit
_ENOUGH_APART: Final = 50
_CAPITALS: Final = frozenset({"I", "I'm", "I’m", "I'll", "I’ll", "I've", "I’ve", "I'd", "I’d"})


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    tokens: tuple[str, ...]
    messages: int
    score: float


def clauses(text: str) -> Iterator[list[str]]:
    """The tokens of each stretch between punctuation marks, in their original case."""
    for part in _CLAUSE_END.split(text):
        if found := tokens(part):
            yield found


def favourites(
    messages: Sequence[str], stop: frozenset[str], personal: frozenset[str], limit: int
) -> list[Share]:
    """The ways of speaking that recur in these messages (all of one language), best first.

    A formula stands by itself, between punctuation marks, in several messages; or stretches that say
    different things begin with it, and it holds a word of oneself or of whom one speaks to (``personal``).
    What merely recurs inside of stretches is what the messages are about, as are numbers and names. Where a
    script sets no spaces nothing is cut out of a stretch.
    """
    messages = _sampled(messages)
    whole: Counter[tuple[str, ...]] = Counter()
    begun: Counter[tuple[str, ...]] = Counter()
    parts: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    surface: dict[tuple[str, ...], str] = {}
    for message in messages:
        stretches = {tuple(token.casefold() for token in said): said for said in clauses(message)}
        for key, said in stretches.items():
            surface.setdefault(key, _joined(said))
            whole[key] += not _names_something(said)
            if _spaced(key):
                begun.update(key[:length] for length in range(2, min(len(key), _LONGEST_STRETCH)))
            for length in _openings(key, stop, personal):
                parts[key[:length]].append(key)
                surface.setdefault(key[:length], _joined(said[:length]))
    least = max(2 if len(messages) < _FEW else 3, math.ceil(len(messages) * 0.02))
    # What stands by itself once may as well begin a stretch.
    counted = {key: number + begun[key] for key, number in whole.items() if number} | {
        key: len(among)
        for key, among in parts.items()
        if not whole[key] and _apart(key, among) >= max(least, 3)
    }
    found = [
        _Found(surface[key], key, number, number * math.sqrt(_length(key)))
        for key, number in counted.items()
        if number >= least and _long_enough(key) and (key in parts or _says_something(key, stop))
    ]
    return [Share(one.text, round(one.messages / len(messages), 3)) for one in _maximal(found)[:limit]]


def _openings(key: tuple[str, ...], stop: frozenset[str], personal: frozenset[str]) -> Iterator[int]:
    """The lengths of a stretch's beginnings that speak to someone rather than of something."""
    if not _spaced(key):
        return
    for length in range(_SHORTEST_PART, min(len(key) - 1, _LONGEST_WORDS) + 1):
        said = key[:length]
        content = sum(token not in stop for token in said)
        ends_well = said[-1] in personal or said[-1] not in stop
        if ends_well and 0 < content * 2 <= length and not personal.isdisjoint(said):
            yield length


def _spaced(key: tuple[str, ...]) -> bool:
    return not any(_SINGLE.match(token) for token in key)


def _apart(key: tuple[str, ...], stretches: Sequence[tuple[str, ...]]) -> int:
    """How many of the stretches differ in what they say beside the phrase that they share."""
    kept: list[set[str]] = []
    for stretch in stretches:
        rest = {token for token in stretch if not token.isdigit()}.difference(key)
        if all(len(rest & other) * 2 <= min(len(rest), len(other)) for other in kept):
            kept.append(rest)
        if len(kept) >= _ENOUGH_APART:
            break
    return len(kept)


def _names_something(said: Sequence[str]) -> bool:
    """Whether a stretch holds a number, or a capital that isn't at its beginning, as names do."""
    return any(any(map(str.isdigit, token)) for token in said) or any(
        token[0].isupper() and token not in _CAPITALS for token in said[1:]
    )


def topics(messages: Sequence[str], stop: frozenset[str], limit: int) -> list[Share]:
    """What these messages (all of one language) speak of again and again, best first: sequences that recur.

    A sequence counts by how many messages hold it, how long it is and how firmly it holds together: the
    squared number of its messages over the product of its parts', at the weakest seam (the symmetric
    conditional probability of Ferreira da Silva and Lopes, 1999, fair for more than two words).
    """
    counts: Counter[tuple[str, ...]] = Counter()
    surface: dict[tuple[str, ...], str] = {}
    messages = _sampled(messages)
    for message in messages:
        seen: set[tuple[str, ...]] = set()
        for clause in clauses(message):
            _note(clause, seen, surface)
        counts.update(seen)
    least = max(2, math.ceil(len(messages) * 0.02))
    found = [
        _Found(surface[key], key, number, number * math.sqrt(_length(key)) * cohesion)
        for key, number in counts.items()
        if number >= least
        and _topic_sized(key)
        and _says_something(key, stop)
        and (cohesion := _cohesion(key, counts)) >= _LEAST_COHESION
    ]
    return [Share(one.text, round(one.messages / len(messages), 3)) for one in _maximal(found)[:limit]]


def recurring(ends: Iterable[Sequence[str]], stop: frozenset[str], total: int, limit: int) -> list[Share]:
    """The beginnings that several of ``ends`` share; ``total`` is the number of messages."""
    counts: Counter[tuple[str, ...]] = Counter()
    surface: dict[tuple[str, ...], str] = {}
    for tokens in ends:
        for length in range(1, min(len(tokens), _LONGEST_CHARACTERS) + 1):
            if sum(map(len, tokens[:length])) > _LONGEST_SAYING:
                break  # no word of a person's, and more than a card keeps
            key = tuple(token.casefold() for token in tokens[:length])
            surface.setdefault(key, _joined(tokens[:length]))
            counts[key] += 1
    least = max(2, math.ceil(total * 0.05))
    found = [
        _Found(surface[key], key, number, number * math.sqrt(_length(key)))
        for key, number in counts.items()
        if number >= least and not stop.issuperset(key) and (len(key) > 1 or not _SINGLE.match(key[0]))
    ]
    return [Share(one.text, round(one.messages / total, 3)) for one in _maximal(found)[:limit]]


def tokens(text: str) -> list[str]:
    """The words of a text, or its characters where a script has no spaces."""
    return _TOKEN.findall(text)


def _sampled(messages: Sequence[str]) -> Sequence[str]:
    heavy = _THAI.search(messages[0]), _SINGLE.search(messages[0])
    cost = sum(map(len, messages)) * (15 if heavy[0] else 5 if heavy[1] else 1)
    return messages[:: math.ceil(cost / _MOST)]


def _note(tokens: list[str], seen: set[tuple[str, ...]], surface: dict[tuple[str, ...], str]) -> None:
    folded = [token.casefold() for token in tokens]
    longest = _LONGEST_WORDS
    if any(_SINGLE.match(token) for token in tokens):
        longest = _LONGEST_CHARACTERS * (2 if any(_THAI.match(token) for token in tokens) else 1)
    for start in range(len(tokens)):
        for end in range(start + 1, min(len(tokens), start + longest) + 1):
            if sum(map(len, tokens[start:end])) > _LONGEST_SAYING:
                break
            key = tuple(folded[start:end])
            if key not in surface:
                surface[key] = _joined(tokens[start:end])
            seen.add(key)


def _cohesion(key: tuple[str, ...], counts: Counter[tuple[str, ...]]) -> float:
    seams = [counts[key[:cut]] * counts[key[cut:]] for cut in range(1, len(key))]
    return counts[key] ** 2 / max(seams)


def _topic_sized(key: tuple[str, ...]) -> bool:
    if any(_THAI.match(token) for token in key):
        return len(key) >= 8
    return len(key) >= (4 if any(_SINGLE.match(token) for token in key) else 2)


def _long_enough(key: tuple[str, ...]) -> bool:
    if sum(map(len, key)) > _LONGEST_SAYING:
        return False  # no word of a person's, and more than a card keeps
    if any(_THAI.match(token) for token in key):
        return 8 <= len(key) <= _LONGEST_THAI
    unspaced = any(_SINGLE.match(token) for token in key)
    return (3 if unspaced else 2) <= len(key) <= (_LONGEST_STRETCH * (2 if unspaced else 1))


def _says_something(key: tuple[str, ...], stop: frozenset[str]) -> bool:
    """Whether a phrase is more than everyday words, and doesn't end in the middle of a thought."""
    if any(_SINGLE.match(token) for token in key):
        rest = "".join(key)
        for word in sorted(stop, key=len, reverse=True):
            rest = rest.replace(word, "")
        return len(rest) >= 2
    content = [token not in stop and not token.isdigit() for token in key]
    if len(key) <= 3 and not content[-1]:
        return False
    if len(key) == 2:
        return all(content)
    return sum(content) * 2 >= len(key)


def _length(key: tuple[str, ...]) -> float:
    return len(key) / (2 if any(_SINGLE.match(token) for token in key) else 1)


def _joined(tokens: Sequence[str]) -> str:
    text = tokens[0]
    for before, token in pairwise(tokens):
        tight = _SINGLE.match(before) and _SINGLE.match(token)
        text += token if tight else f" {token}"
    return text


def _maximal(found: list[_Found]) -> list[_Found]:
    """Best first, without what is part of a longer one that is nearly as frequent, and without its parts."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda each: (-each.score, each.text))[:_MOST_CANDIDATES]:
        if not any(_within(one, other) or _within(other, one) for other in kept):
            kept.append(one)
    return kept


def _within(part: _Found, whole: _Found) -> bool:
    size = len(part.tokens)
    return any(
        whole.tokens[start : start + size] == part.tokens for start in range(len(whole.tokens) - size + 1)
    )
