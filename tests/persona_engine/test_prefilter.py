"""What is looked for by what it can't do without is found wherever it stands, and hardly tried elsewhere."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from persona_engine.boundaries import crisis
from persona_engine.boundaries.prefilter import Prefilter
from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of

NEED = Path(crisis.__file__).with_name("crisis.toml")
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "need.toml"


def test_what_shares_a_mark_with_a_text_comes_in_order_and_what_has_none_always() -> None:
    found = Prefilter([({"b", "c"}, 1), (set(), 2), ({"a"}, 3), ({"b"}, 4)])
    assert list(found.found_by({"b"})) == [1, 2, 4]
    assert list(found.found_by({"a", "c"})) == [1, 2, 3]
    assert list(found.found_by(set())) == [2]


def _strings(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for each in told.values() if isinstance(told, dict) else told:
            yield from _strings(each)


def test_every_wording_of_need_that_is_in_a_text_is_found_by_its_marks() -> None:
    told = tomllib.loads(NEED.read_text("utf-8"))
    lines = [Wording(line, own.get("words", {})) for own in told.values() for line in own["phrases"]]
    every = Wordings(lines)
    texts = list(_strings(tomllib.loads(BENCHMARK.read_text("utf-8"))))[::5]
    heard = 0
    for sentence in (each for text in texts for each in sentences_of(text)):
        run = sentence.replace(" ", "")
        found = [line for line in lines if line.compiled.search(run if line.joined else sentence)]
        heard += len(found)
        assert set(found) <= {line for line, _ in every._near_as_read(sentence)}, sentence
    assert heard > len(texts) / 4


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("i want_to?/wanna? go_on*", "I just can't... I go onwards"),
        ("i …… bridge/roof", "I stood on that old bridge"),
        ("autolesion*", "pienso en autolesionarme"),
        ("*كتبت رساله", "وكتبت رسالة"),
        ("不/没 想 活", "我真的不想活了"),
        ("消えて しまいたい/なくなりたい", "もう消えてしまいたい"),
        ("^ done/through $", "Done."),
        ("so*/such sad", "soooo sad"),
        ("over $", "It is over"),
    ],
)
def test_whatever_a_line_is_told_by(line: str, text: str) -> None:
    assert Wordings([Wording("nothing of the kind", {}), Wording(line, {})]).first_in(sentences_of(text))


def test_hardly_any_line_is_tried_on_what_is_asked_every_day() -> None:
    certain, need, aside = crisis._wordings()
    for wordings in (certain, need, aside):
        lines = len(wordings._lines)
        for text in (
            "Why is the flame yellow?",
            "¿Por qué la llama sube?",
            "Почему пламя жёлтое?",
            "لماذا تتوهج؟",
        ):
            tried = sum(1 for each in sentences_of(text) for _ in wordings._near_as_read(each))
            assert tried < lines / 20
