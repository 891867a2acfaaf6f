"""An index holds what was committed, and answers alike however it came to be as it is."""

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from memory.retrieval import Retriever, calibration, kept_levels
from memory.retrieval.candidates import Channel
from memory.retrieval.gate import Level
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import ONE_LINERS, STUDIO, Make


def test_a_passage_is_replaced_and_removed(make: Make, posts: list[IndexedPassage]) -> None:
    retriever = make(posts)
    retriever.add([replace(posts[0], text="A rainbow has seven colours.")])
    retriever.commit(2)
    assert retriever.count() == len(posts)
    assert not any("soot" in hit.text for hit in retriever.search(Question("yellow flame soot", "en")).hits)
    retriever.remove([1])
    retriever.commit(3)
    assert retriever.count() == len(posts) - 1
    assert not any(hit.passage_id == 1 for hit in retriever.search(Question("rainbow colours", "en")).hits)


def test_what_was_committed_survives_and_what_wasnt_is_fed_again(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    first = Retriever(tmp_path / "creator", encoder=None)
    first.add(posts[:3])
    first.commit(7)
    first.add(posts[3:])
    first.close()
    again = Retriever(tmp_path / "creator", encoder=None)
    assert (again.position, again.count()) == (7, 3)
    again.close()


def test_an_index_of_another_version_or_a_broken_one_begins_anew(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    for broken in ("version", "meta.json"):
        retriever = Retriever(tmp_path / broken, encoder=None)
        retriever.add(posts)
        retriever.commit(9)
        retriever.close()
        (tmp_path / broken / "public" / broken).write_text("0")
        fresh = Retriever(tmp_path / broken, encoder=None)
        assert (fresh.position, fresh.count()) == (0, 0)
        fresh.close()


def test_passages_put_in_again_and_again_score_as_those_put_in_once(
    make: Make, posts: list[IndexedPassage]
) -> None:
    """Replaced passages stay in the statistics for a while; that must not make their words telling."""
    once, often = make(posts), make(posts)
    for position in range(2, 8):
        often.add(posts[: position % 3 + 2])
        often.commit(position)
    for lang, text in (
        ("en", "What does the flame look like?"),
        ("zh", "蜡烛是什么？"),
        ("en", "Why is the flame yellow?"),
    ):
        first, second = once.search(Question(text, lang)), often.search(Question(text, lang))
        assert second.hits[0].passage_id == first.hits[0].passage_id, text
        assert second.hits[0].lexical == pytest.approx(first.hits[0].lexical, abs=0.15), text


_ASKED = (
    ("en", "Where is your studio?"),
    ("en", "What do you collect?"),
    ("en", "Why is the flame yellow?"),
    ("en", "What's your favourite film?"),
    ("es", "¿Por qué la llama sube?"),
    ("zh-Hans", "蜡烛熄灭后为什么能隔空点燃？"),
)


def _answers(retriever: Retriever) -> list[tuple[bool, str, float, list[str]]]:
    rankings = [retriever.search(Question(text, lang)) for lang, text in _ASKED]
    return [
        (r.answerable, r.quote.text if r.quote else "", round(r.confidence, 3), [hit.text for hit in r.hits])
        for r in rankings
    ]


def test_the_same_posts_give_the_same_answers_in_whatever_order_they_came_and_after_a_restart(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    texts = [
        *((post.lang, post.text) for post in posts),
        *(("en", text) for text in [STUDIO, *ONE_LINERS["collecting"], *ONE_LINERS["numbered"]]),
    ]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(texts)
        came = [IndexedPassage(n, n, "", text, lang) for n, (lang, text) in enumerate(texts, 1)]
        retriever = Retriever(tmp_path / str(seed), encoder=None)
        for start in range(0, len(came), 9):
            retriever.add(came[start : start + 9])
            retriever.commit(start + 1)
            retriever.search(Question("Where is your studio?", "en"))
        found.append(_answers(retriever))
        retriever.close()
        retriever = Retriever(tmp_path / str(seed), encoder=None)
        found.append(_answers(retriever))
        retriever.close()
    for other in found[1:]:
        assert other == found[0]


def _searched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[float, int]:
    """How sure a process that begins is of an answer, and how often it had to measure for that."""
    measured: list[str] = []
    measure = calibration.Gates._measure

    def counting(gates: calibration.Gates, lang: str) -> Mapping[Channel, Level]:
        measured.append(lang)
        return measure(gates, lang)

    with monkeypatch.context() as patched:
        patched.setattr(calibration.Gates, "_measure", counting)
        retriever = Retriever(folder, encoder=None)
        ranking = retriever.search(Question("Why is the flame yellow?", "en"))
        retriever.close()
    return ranking.confidence, len(measured)


def test_what_was_measured_of_passages_is_not_measured_again_until_they_or_the_code_change(
    tmp_path: Path, posts: list[IndexedPassage], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "creator"
    retriever = Retriever(folder, encoder=None)
    retriever.add(posts)
    retriever.commit(1)
    retriever.close()
    first, times = _searched(folder, monkeypatch)
    assert times == 1
    assert _searched(folder, monkeypatch) == (first, 0)
    with monkeypatch.context() as other:
        other.setattr(kept_levels, "code", lambda: "another version")
        assert _searched(folder, monkeypatch) == (first, 1)
    (folder / "levels.json").write_text("{")
    assert _searched(folder, monkeypatch) == (first, 1)
    changed = Retriever(folder, encoder=None)
    changed.add([replace(posts[-1], text="Wax melts.")])
    changed.commit(2)
    changed.close()
    assert _searched(folder, monkeypatch)[1] == 1
