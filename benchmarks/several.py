"""Messages that ask two things, made of XQuAD's questions: how often both are answered, and falsely.

``python -m benchmarks several`` exits with 1 where a message is answered more falsely than its questions
are one by one, or a single question is taken apart more than once in a hundred.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import regex

from benchmarks.common import Asked, Corpus, Measured, bundled_encoder, indexed, report, xquad
from benchmarks.figures import percent
from memory.retrieval import Retriever
from memory.retrieval.several import questions_in
from memory.types import Question

_AND = {"en": " and ", "es": " y ", "ru": " и ", "hi": " और ", "ar": " و", "zh": "，"}
_MARK = regex.compile(r"[?？؟\s]+$")
_CAPITALS = regex.compile(r"\S+ \p{Lu}")
_PAIRS, _FEW = 400, 100

Pair = tuple[Asked, Asked]


def _message(pair: Pair, lang: str, *, one_sentence: bool) -> str:
    first, second = (each.text.strip() for each in pair)
    if not one_sentence:
        return f"{first}{'' if lang == 'zh' else ' '}{second}"
    second = second.lstrip("¿")
    if not _CAPITALS.match(second):
        second = second[0].lower() + second[1:]
    return _MARK.sub("", first) + _AND[lang] + second


def _passage(retriever: Retriever, text: str, lang: str) -> int | None:
    """The passage that is quoted for a question; None where it is declined."""
    found = retriever.search(Question(text, lang))
    return found.quote.passage_id if found.answerable and found.quote else None


def _replies(retriever: Retriever, text: str, lang: str) -> list[int | None]:
    """What is quoted for each question of a message, or for all of it where no question has a quote."""
    several = questions_in(text, lang)[:3]
    quoted = [_passage(retriever, each, lang) for each in several]
    return quoted if any(quoted) or len(several) == 1 else [_passage(retriever, text, lang)]


def _both(retriever: Retriever, pairs: Sequence[Pair], lang: str) -> dict[str, str]:
    """Of pairs whose questions two passages answer: how many get both."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    whole: list[bool] = []
    for pair in pairs:
        wanted = [each.paragraph for each in pair]
        for one_sentence, hits in right.items():
            hits.append(_replies(retriever, _message(pair, lang, one_sentence=one_sentence), lang) == wanted)
        whole.append(_passage(retriever, _message(pair, lang, one_sentence=False), lang) in wanted)
    apart = [all(_passage(retriever, q.text, lang) == q.paragraph for q in pair) for pair in pairs]
    return {
        "both answered rightly, two sentences": f"{percent(right[False]):.1f} %",
        "both answered rightly, one sentence": f"{percent(right[True]):.1f} %",
        "both answered rightly, asked one by one": f"{percent(apart):.1f} %",
        "asked whole: one of them": f"{percent(whole):.1f} %",
    }


def _falsely(retriever: Retriever, pairs: Sequence[Pair], lang: str) -> tuple[dict[str, str], bool]:
    """Of pairs whose second question nothing answers: how many get something for it."""
    falsely = []
    for first, second in pairs:
        quoted = _replies(retriever, _message((first, second), lang, one_sentence=False), lang)
        falsely.append(
            quoted[-1] is not None if len(quoted) > 1 else quoted[0] not in (None, first.paragraph)
        )
    alone = [_passage(retriever, second.text, lang) is not None for _, second in pairs]
    figures = {
        "false answers to the second": f"{percent(falsely):.1f} %",
        "false answers to the second, asked by itself": f"{percent(alone):.1f} %",
    }
    return figures, sum(falsely) <= sum(alone)


def _language(corpus: Corpus, count: int) -> tuple[dict[str, str], bool]:
    lot, encoder = random.Random(1), bundled_encoder()
    drawn = [tuple(lot.sample(corpus.questions, 2)) for _ in range(count)]
    pairs = [(one, other) for one, other in drawn if one.paragraph != other.paragraph]
    with indexed(corpus.passages(), encoder) as retriever:
        figures = _both(retriever, pairs, corpus.lang)
    half = frozenset(article for article, _ in corpus.paragraphs if article % 2 == 0)
    here = [each for each in corpus.questions if each.article in half]
    elsewhere = [each for each in corpus.questions if each.article not in half]
    with indexed(corpus.passages(half), encoder) as retriever:
        mixed = [(lot.choice(here), lot.choice(elsewhere)) for _ in range(count)]
        false, sure = _falsely(retriever, mixed, corpus.lang)
    taken = percent([len(questions_in(each.text, corpus.lang)) > 1 for each in corpus.questions])
    return {**figures, **false, "single questions taken apart": f"{taken:.2f} %"}, sure and taken <= 1.0


def measure(folder: Path, quick: bool) -> Measured:
    """Figures by language, and whether no message is answered more falsely than its questions are."""
    corpora = [xquad(file) for file in sorted((folder / "xquad").glob("xquad.*.json"))]
    found = {corpus.lang: _language(corpus, _FEW if quick else _PAIRS) for corpus in corpora}
    return {lang: figures for lang, (figures, _) in found.items()}, all(sure for _, sure in found.values())


if __name__ == "__main__":
    sys.exit(report("several", __doc__, "a hundred pairs in each language", measure))
