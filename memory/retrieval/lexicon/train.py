"""Trains the word lexicon from parallel sentences; run once by a developer, never by the application.

``python -m memory.retrieval.lexicon.train <folder with xx-en.csv files>`` writes ``memory/data/lexicon.npz``
and ``background.txt``: the same input gives the same bytes. IBM model 1 (Brown et al. 1993) runs in both
directions; a link counts as much as both believe in it (the geometric mean of their posteriors), which drops
most of the noise that either alone leaves. What three variants of the model believe is averaged, since each
errs elsewhere.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex

from memory.retrieval import analysis
from memory.retrieval.lexicon import PATH
from memory.retrieval.lexicon.segment import learn, segment

# Per unsegmented language: a word's greatest length in letters, and the size of the vocabulary.
_UNSEGMENTED = {"zh": (5, 14000), "th": (8, 5000)}
_ITERATIONS = 6
_LONGEST = 80  # words in a sentence; longer ones align badly and cost most
# A name that stands alike in both sentences, and how often its stem is another word's for that to be common.
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*")
_NAME = regex.compile(r"\b\p{Lu}[\p{L}\p{M}]{2,}+(?!\p{N})")
_COMMON = 5
_NULL = "\0"  # what words without a counterpart align with
# The variants: how fast belief falls off the diagonal (0: word order says nothing), and how many sightings a
# pair must beat (0: a rare word takes all that it is seen with).
_VARIANTS = ((0.0, 0.0), (4.0, 0.0), (2.0, 0.01))
_NULL_PRIOR = 0.15
_LEAST_PROBABILITY = 0.03
_LEAST_COUNT = 0.1
_GLOSSES = 8
_BACKGROUND = 40  # stretches per language
_WORDS = 8  # in a stretch

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learned:
    """One language's glosses, and its segmenter's log-probabilities where it has one."""

    glosses: dict[str, list[tuple[str, float]]]
    segmenter: dict[str, float]


def english(text: str) -> list[str]:
    """Stems of an English sentence, as the pivot field holds them."""
    return analysis.stem(
        [token for token, is_run in analysis.tokens(analysis.normalise(text)) if not is_run], "en"
    )


def _source(text: str, lang: str, segmenter: dict[str, float]) -> list[str]:
    plain: list[str] = []
    cut: list[str] = []
    for token, is_run in analysis.tokens(analysis.normalise(text)):
        if not is_run:
            plain.append(token)
        elif segmenter:
            cut.extend(segment(token, segmenter, _UNSEGMENTED[lang][0]))
    return analysis.stem(plain, lang) + cut


def _unnamed(rows: Sequence[tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    """The pairs without the names that stand alike in both and have a common word's stem, not its meaning.

    Collected sentences are full of a few first names: with Tom among its forms "tomar" would mean nobody but
    him. Names need no lexicon.
    """
    names = [{*_NAME.findall(left)} & {*_NAME.findall(right)} for left, right in rows]

    @cache
    def stem(word: str) -> str:
        return analysis.stem([analysis.normalise(word)], lang)[0]

    stems = {stem(name) for here in names for name in here}
    common: Counter[str] = Counter()
    for (left, right), here in zip(rows, names, strict=True):
        said = [analysis.normalise(word) for word in _WORD.findall(right) if word not in here]
        for word in {*_WORD.findall(left)} - here:
            # "Chinese" is told by the name, and no word of its own.
            if stem(word) in stems and not any(each.startswith(stem(word)) for each in said):
                common[stem(word)] += 1
    found = []
    for (left, right), here in zip(rows, names, strict=True):
        left_out = {name for name in here if common[stem(name)] >= _COMMON}
        found.append((_dropped(left, left_out), _dropped(right, left_out)))
    return found


def _dropped(text: str, names: set[str]) -> str:
    return _WORD.sub(lambda match: "" if match.group() in names else match.group(), text) if names else text


def _shrunk(counts: Floats) -> Floats:
    """``exp(digamma(counts))``: about half a sighting less, and next to nothing below one."""
    # The asymptotic series, from five on; the recurrence leads there.
    large = counts + 5.0
    series = np.log(large) - 1.0 / (2.0 * large) - 1.0 / (12.0 * large**2)
    lifted = sum((1.0 / (counts + step) for step in range(5)), np.zeros_like(counts))
    return np.asarray(np.exp(series - lifted))


def _posteriors(links: "_Links", *, backward: bool, diagonal: float, sparse: float) -> Floats:
    """Model 1's belief in each link: that its pair's one word produced the other, after the iterations.

    ``diagonal`` prefers words at like places (Dyer et al. 2013), the same for every link of a sentence;
    ``sparse`` is the Dirichlet prior that keeps rare words from taking everything (Riley and Gildea 2012).
    """
    produced, given = (links.left, links.pair_right) if backward else (links.right, links.pair_left)
    _, target = np.unique(links.sentence * (int(produced.max()) + 1) + produced, return_inverse=True)
    prior = np.exp(-diagonal * links.apart)
    if diagonal:
        prior[links.to_null] = _NULL_PRIOR
    table = np.ones(len(given))
    for _ in range(_ITERATIONS):
        weight = table[links.pair] * prior
        believed = weight / np.bincount(target, weight)[target]
        counts = np.bincount(links.pair, believed, len(given)).astype(np.float64)
        totals = np.bincount(given, counts)[given]
        if sparse:
            table = _shrunk(counts + sparse) / _shrunk(totals + sparse * len(given) / (given.max() + 1))
        else:
            table = counts / totals
    weight = table[links.pair] * prior
    return np.asarray(weight / np.bincount(target, weight)[target])


@dataclass(frozen=True, slots=True)
class _Links:
    """Every word of a sentence with every word of its translation, as arrays over these links.

    ``apart``: how far apart the two stand (0..1, shares of their sentences); ``pair`` names each link's pair
    of words, ``pair_left`` and ``pair_right`` say which words make a pair.
    """

    sources: list[str]
    targets: list[str]
    left: Ints
    right: Ints
    sentence: Ints
    apart: Floats
    to_null: npt.NDArray[np.bool_]
    pair: Ints
    pair_left: Ints
    pair_right: Ints


def _placed(words: Sequence[str], known: dict[str, int]) -> tuple[Ints, Floats]:
    """Each word of a sentence once, by number, with its first place (0..1; the null word: NaN)."""
    places: dict[str, float] = {}
    for place, word in enumerate(words):
        places.setdefault(word, (place + 0.5) / len(words))
    numbers = [known.setdefault(word, len(known)) for word in (*places, _NULL)]
    return np.array(numbers), np.array([*places.values(), np.nan])


def _links(pairs: Sequence[tuple[list[str], list[str]]]) -> _Links:
    source: dict[str, int] = {}
    target: dict[str, int] = {}
    numbers: list[tuple[Ints, Ints, Ints]] = []
    distances: list[Floats] = []
    for number, (left, right) in enumerate(pairs):
        if len(left) > _LONGEST or len(right) > _LONGEST:
            continue
        (lefts, at), (rights, there) = _placed(left, source), _placed(right, target)
        size = len(lefts) * len(rights)
        numbers.append((np.repeat(lefts, len(rights)), np.tile(rights, len(lefts)), np.full(size, number)))
        distances.append(np.abs(at[:, None] - there).ravel())
    lefts, rights, sentence = (np.concatenate(column) for column in zip(*numbers, strict=True))
    apart = np.concatenate(distances)
    distinct, pair = np.unique(lefts * len(target) + rights, return_inverse=True)
    return _Links(
        list(source), list(target), lefts, rights, sentence, np.nan_to_num(apart), np.isnan(apart),
        pair, distinct // len(target), distinct % len(target),
    )  # fmt: skip


def _believed(links: _Links) -> Floats:
    """How often each pair of words was linked: the mean over the variants of what both directions believe."""
    counts = np.zeros(len(links.pair_left))
    for diagonal, sparse in _VARIANTS:
        forward, backward = (
            _posteriors(links, backward=turned, diagonal=diagonal, sparse=sparse) for turned in (False, True)
        )
        counts += np.bincount(links.pair, np.sqrt(forward * backward), len(counts)) / len(_VARIANTS)
    return counts


def learn_language(rows: Sequence[tuple[str, str]], lang: str) -> Learned:
    """Train one language's lexicon from (sentence, English sentence) pairs."""
    segmenter: dict[str, float] = {}
    if lang in _UNSEGMENTED:
        longest, vocabulary = _UNSEGMENTED[lang]
        tokens = (token for text, _ in rows for token in analysis.tokens(analysis.normalise(text)))
        segmenter = learn([run for run, is_run in tokens if is_run], longest=longest, vocabulary=vocabulary)
    pairs = [(_source(left, lang, segmenter), english(right)) for left, right in _unnamed(rows, lang)]
    links = _links(pairs)
    counts = _believed(links)
    chances = counts / np.bincount(links.pair_left, counts)[links.pair_left]
    glosses: dict[str, list[tuple[str, float]]] = {}
    kept = (chances >= _LEAST_PROBABILITY) & (counts >= _LEAST_COUNT)
    order = np.lexsort((links.pair_right[kept], -chances[kept], links.pair_left[kept]))
    for index in np.flatnonzero(kept)[order]:
        word, gloss = links.sources[links.pair_left[index]], links.targets[links.pair_right[index]]
        if _NULL not in (word, gloss):
            found = glosses.setdefault(word, [])
            if len(found) < _GLOSSES:
                found.append((gloss, float(chances[index])))
    return Learned(glosses, segmenter)


def _surfaces(texts: Iterator[str]) -> dict[str, str]:
    """Each English stem's commonest full word."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        plain = [token for token, is_run in analysis.tokens(analysis.normalise(text)) if not is_run]
        for stem, word in zip(analysis.stem(plain, "en"), plain, strict=True):
            seen.setdefault(stem, Counter())[word] += 1
    return {stem: min(counts, key=lambda word: (-counts[word], word)) for stem, counts in seen.items()}


def _blob(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def pack(learned: dict[str, Learned], surfaces: dict[str, str]) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of the lexicon's file; ``memory.retrieval.lexicon.Lexicon`` reads them."""
    used = sorted({stem for one in learned.values() for found in one.glosses.values() for stem, _ in found})
    number = {stem: index for index, stem in enumerate(used)}
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "stems": _blob(used),
        "surfaces": _blob([surfaces.get(stem, stem) for stem in used]),
    }
    for lang, one in sorted(learned.items()):
        words = sorted(one.glosses)
        lists = [one.glosses[word] for word in words]
        arrays[f"{lang}.words"] = _blob(words)
        arrays[f"{lang}.sizes"] = np.array([len(found) for found in lists], np.uint8)
        arrays[f"{lang}.stems"] = np.array([number[stem] for found in lists for stem, _ in found], np.uint16)
        chances = [max(1, round(255 * chance)) for found in lists for _, chance in found]
        arrays[f"{lang}.chances"] = np.array(chances, np.uint8)
        if one.segmenter:
            pieces = sorted(one.segmenter)
            arrays[f"{lang}.pieces"] = _blob(pieces)
            arrays[f"{lang}.scores"] = np.array([one.segmenter[piece] for piece in pieces], np.float16)
    return arrays


def _window(text: str) -> list[str] | None:
    """Eight words from within a sentence (five pieces of four characters where words aren't spaced)."""
    words = text.split()
    if len(words) >= 10:
        return words[1 : 1 + _WORDS]
    unspaced = len(words) < 4 and any(is_run for _, is_run in analysis.tokens(text))
    return [text[at : at + 4] for at in range(2, 22, 4)] if unspaced and len(text) >= 26 else None


def background(texts: Sequence[str]) -> list[str]:
    """What people talk about that has nothing to do with a creator, as stretches of everyday words.

    The halves of a stretch come from two sentences, so that nobody's sentence is kept.
    """
    found = [window for text in texts if (window := _window(text.strip()))]
    step = len(found) // _BACKGROUND
    found = found[step // 2 :: step][:_BACKGROUND]
    mixed = []
    for row, window in enumerate(found):
        other, half = found[(row + 7) % len(found)], len(window) // 2
        glue = " " if len(window) == _WORDS else ""
        mixed.append(glue.join([*window[:half], *other[half : len(window)]]))
    return mixed


def main() -> None:
    """Train every language found in the folder given; write the lexicon and the background stretches."""
    lines: list[str] = []
    learned: dict[str, Learned] = {}
    everything: list[str] = []
    for file in sorted(Path(sys.argv[1]).glob("*-en.csv")):
        lang = file.name.split("-")[0]
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [(row[lang], row["en"]) for row in csv.DictReader(stream)]
        everything.extend(english_side for _, english_side in rows)
        lines.extend(f"{lang}\t{window}" for window in background([left for left, _ in rows]))
        learned[lang] = learn_language(rows, lang)
        sys.stderr.write(f"{lang}: {len(rows)} pairs, {len(learned[lang].glosses)} words\n")
    lines.extend(f"en\t{window}" for window in background(everything))
    PATH.with_name("background.txt").write_text("\n".join(lines) + "\n", "utf-8")
    np.savez_compressed(PATH, **pack(learned, _surfaces(iter(everything))))  # type: ignore[arg-type]  # its stub's bool


if __name__ == "__main__":
    main()
