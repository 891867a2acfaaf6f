"""Cutting unsegmented runs into words by a unigram model learned from text alone."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import regex

# A letter with its marks; Thai and Lao vowels that stand before or after their consonant go with it.
_CLUSTER = regex.compile(r"[เแโใไເແໂໃໄ]?[^\p{M}][\p{M}ะาๅະາ]*|\p{M}+")
_FLOOR = -18.0  # nats for a character never seen
_ROUNDS = 6


def segment(run: str, scores: Mapping[str, float], longest: int) -> list[str]:
    """The likeliest words of a run (Viterbi over a unigram model).

    ``scores`` are log-probabilities; ``longest`` is a word's greatest length in letters with their marks.
    """
    clusters = _CLUSTER.findall(run)
    count = len(clusters)
    best = [0.0] + [-math.inf] * count
    back = [0] * (count + 1)
    for end in range(1, count + 1):
        for start in range(max(0, end - longest), end):
            score = scores.get("".join(clusters[start:end]))
            if score is None:
                if end - start > 1:
                    continue
                score = _FLOOR
            total = best[start] + score
            if total > best[end]:
                best[end], back[end] = total, start
    words: list[str] = []
    end = count
    while end:
        words.append("".join(clusters[back[end] : end]))
        end = back[end]
    return words[::-1]


def learn(runs: Sequence[str], *, longest: int, vocabulary: int) -> dict[str, float]:
    """A unigram model of the words that ``runs`` are made of, by hard expectation-maximisation.

    It begins with every substring of up to ``longest`` letters seen three times, weighted by count and
    length (Kudo 2018 begins alike), and keeps the ``vocabulary`` likeliest words beside all single letters.
    """
    tally: Counter[str] = Counter()
    letters: set[str] = set()
    for run in runs:
        clusters = _CLUSTER.findall(run)
        letters.update(clusters)
        for size in range(1, longest + 1):
            tally.update("".join(clusters[i : i + size]) for i in range(len(clusters) - size + 1))
    weights = {word: float(n * len(word)) for word, n in tally.items() if n >= 3 or word in letters}
    for turn in range(_ROUNDS):
        scores = _logs(weights)
        used: Counter[str] = Counter()
        for run in runs:
            used.update(segment(run, scores, longest))
        keep = vocabulary * (_ROUNDS - turn)
        weights = {word: float(n) for word, n in _largest(used, keep) if n >= 2 or word in letters}
        for letter in letters - weights.keys():
            weights[letter] = 0.1
    return _logs(weights)


def _largest(counts: Counter[str], size: int) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:size]


def _logs(weights: Mapping[str, float]) -> dict[str, float]:
    total = math.log(sum(weights.values()))
    return {word: math.log(weight) - total for word, weight in weights.items()}
