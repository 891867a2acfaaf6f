"""A sample of the measuring sets, so that a change that costs quality is seen before the next release."""

from pathlib import Path
from typing import Protocol

import pytest

from benchmarks import quality
from benchmarks.common import xquad


class _Finder(Protocol):
    def __call__(self, name: str) -> Path: ...


@pytest.mark.slow
@pytest.mark.dataset
def test_a_sample_of_questions_finds_its_paragraphs(dataset: _Finder) -> None:
    folder = dataset("xquad")
    corpora = [xquad(folder / f"xquad.{lang}.json") for lang in ("en", "zh")]
    figures = {figure.name: figure.value for figure in quality.recall(corpora, None, 12)}
    assert figures["recall@1, words and grams"] >= 88
    assert figures["answer in the sentence, end to end"] >= 66
    crossed = {figure.name: figure.value for figure in quality.crossing(corpora, None, 12)}
    assert crossed["recall@5, other languages to English"] >= 72
    gated = {figure.name: figure.value for figure in quality.abstention(corpora, None, 12)}
    assert gated["abstention, AUROC"] >= 94
    assert gated["false answers at the gate"] <= 15


@pytest.mark.dataset
def test_a_sample_of_short_messages_is_told_by_language(dataset: _Finder) -> None:
    (figure,) = quality.languages(dataset("langid") / "tatoeba_short.csv", 10)
    assert figure.value >= 99.0
