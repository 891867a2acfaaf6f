"""What differs between two answers is marked, and nothing of them is lost."""

import pytest

from admin_web.differences import marked


def told(one: str, other: str) -> tuple[str, str]:
    """Both texts with what differs in brackets."""
    left, right = marked(one, other)
    return tuple(
        "".join(f"[{each.text}]" if each.differs else each.text for each in side) for side in (left, right)
    )


@pytest.mark.parametrize(
    ("one", "other", "marks"),
    [
        ("the same", "the same", ("the same", "the same")),
        ("a red flame", "a blue flame", ("a [red] flame", "a [blue] flame")),
        ("", "all of it", ("", "[all of it]")),
        ("火焰是黄的", "火焰是蓝的", ("火焰是[黄]的", "火焰是[蓝]的")),
        ("one two three", "four five six", ("[one two three]", "[four five six]")),
    ],
)
def test_what_differs_is_marked(one: str, other: str, marks: tuple[str, str]) -> None:
    assert told(one, other) == marks


def test_nothing_is_lost_of_long_texts() -> None:
    one, other = "word " * 2_000, "other " * 2_000
    for text, side in zip((one, other), marked(one, other), strict=True):
        assert "".join(each.text for each in side) == text
        assert all(each.differs for each in side)
