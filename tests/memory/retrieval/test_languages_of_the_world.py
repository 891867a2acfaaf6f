"""A fan asks in the language of the posts, whichever that is and however it is written."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question

_LANGUAGES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "languages.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("lang", _LANGUAGES)
def test_a_question_in_the_posts_language_is_answered_or_declined(lang: str, tmp_path: Path) -> None:
    table = _LANGUAGES[lang]
    retriever = Retriever(tmp_path / "creator", encoder=None)
    retriever.add([IndexedPassage(n, n, "", text, lang) for n, text in enumerate(table["posts"], 1)])
    retriever.commit(1)
    for post, question in table["answered"]:
        ranking = retriever.search(Question(question, lang))
        assert (ranking.hits[0].passage_id, ranking.answerable) == (post, True), question
    for question in table["declined"]:
        assert not retriever.search(Question(question, lang)).answerable, question
    retriever.close()
