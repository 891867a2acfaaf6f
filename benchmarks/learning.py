"""Taught answers: which questions get theirs, which get another's, by how many examples; and how fast it is.

``python -m benchmarks.learning [--quick]``. No model takes part. Every question of Banking77 is like
some other: half of its intents are taught, the rest must not get a taught answer. Exits with 1 where, of all
that is asked, more gets a wrong answer than the goal allows.
"""

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.common import Measured, bundled_encoder, report, xquad
from memory.known_questions import KnownQuestion, KnownQuestions
from memory.retrieval import Encoder

_SEED = 20_26
_TAUGHT = 38
_MOST_WRONG = 3.0
_SIZES = (50, 500, 2_000)


def _share(hits: Sequence[bool]) -> float:
    return round(100.0 * sum(hits) / max(len(hits), 1), 2)


def _figures(known: KnownQuestions, asked: Sequence[tuple[str, str, int | None]]) -> dict[str, float]:
    """What comes of (text, language, the answer it should get, if any)."""
    found = known.find_all([(text, lang) for text, lang, _ in asked])
    given = [each.known.answer if each and each.sure else None for each in found]
    right = [wanted for _, _, wanted in asked]
    return {
        "recall": _share([got == want for got, want in zip(given, right, strict=True) if want is not None]),
        "wrong of those answered": _share(
            [got != want for got, want in zip(given, right, strict=True) if got is not None]
        ),
        "wrong of all asked": _share(
            [got is not None and got != want for got, want in zip(given, right, strict=True)]
        ),
    }


def _rows(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [(row["text"], row["category"]) for row in csv.DictReader(stream)]


def intents(folder: Path, encoder: Encoder | None, questions: int) -> dict[str, dict[str, float]]:
    """Banking77, half of the intents taught with one or five examples each."""
    chance = random.Random(_SEED)
    examples: dict[str, list[str]] = defaultdict(list)
    for text, intent in _rows(folder / "train.csv"):
        examples[intent].append(text)
    taught = chance.sample(sorted(examples), _TAUGHT)
    drawn = chance.sample(_rows(folder / "test.csv"), questions)
    asked = [(text, "en", taught.index(one) if one in taught else None) for text, one in drawn]
    found = {}
    for count in (1, 5):
        known = [
            KnownQuestion(number, text, "en")
            for number, intent in enumerate(taught)
            for text in chance.sample(examples[intent], count)
        ]
        found[f"{count} example{'s' if count > 1 else ''}"] = _figures(KnownQuestions(known, encoder), asked)
    return found


def translated(folder: Path, encoder: Encoder | None) -> dict[str, dict[str, float]]:
    """Answers taught with one English question of XQuAD each, asked as its translators put it."""
    corpora = {one.lang: one for one in map(xquad, sorted(folder.glob("xquad.*.json")))}
    chance = random.Random(_SEED)
    drawn = chance.sample(range(len(corpora["en"].questions)), 300)
    taught = set(drawn[:100])
    english = KnownQuestions(
        [KnownQuestion(number, corpora["en"].questions[number].text, "en") for number in sorted(taught)],
        encoder,
    )
    return {
        lang: _figures(english, [(corpus.questions[n].text, lang, n if n in taught else None) for n in drawn])
        for lang, corpus in corpora.items()
        if lang != "en"
    }


def speed(folder: Path, encoder: Encoder | None, sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """Seconds to build so many, seconds to add one more, milliseconds a question."""
    texts = [text for text, _ in _rows(folder / "train.csv")]
    random.Random(_SEED).shuffle(texts)
    found = {}
    for size in sizes:
        known = [KnownQuestion(number, text, "en") for number, text in enumerate(texts[:size])]
        begun = perf_counter()
        ready = KnownQuestions(known, encoder)
        ready.find(texts[-1], "en")
        built = perf_counter()
        more = KnownQuestions([KnownQuestion(size, texts[size], "en"), *known], encoder, ready)
        added = perf_counter()
        more.find(texts[-2], "en")
        asked = texts[-52:-2]
        start = perf_counter()
        for text in asked:
            more.find(text, "en")
        found[str(size)] = {
            "build s": round(built - begun, 2),
            "one more s": round(added - built, 2),
            "question ms": round(1000 * (perf_counter() - start) / len(asked), 2),
        }
    return found


def measure(folder: Path, quick: bool) -> Measured:
    """Every figure, and whether few enough questions get a wrong answer."""
    encoder = bundled_encoder()
    by_examples = intents(folder / "banking77", encoder, 500 if quick else 1_500)
    figures = {
        "Banking77, half of the intents taught": by_examples,
        "taught in English, asked in": translated(folder / "xquad", encoder),
        "speed, by number of answers": speed(folder / "banking77", encoder, _SIZES[:-1] if quick else _SIZES),
    }
    return figures, max(each["wrong of all asked"] for each in by_examples.values()) <= _MOST_WRONG


if __name__ == "__main__":
    sys.exit(report("learning", __doc__, "fewer questions, no largest size", measure))
