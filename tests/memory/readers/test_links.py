"""What is cited opens at its place in its source."""

import pytest

from memory.readers.links import at_page, at_second


@pytest.mark.parametrize(
    ("url", "second", "expected"),
    [
        (
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            83.6,
            "https://www.youtube.com/watch?v=aaaaaaaaaaa&t=83s",
        ),
        ("https://youtu.be/aaaaaaaaaaa?t=4", 83, "https://youtu.be/aaaaaaaaaaa?t=83s"),
        ("https://candle.example/talk.mp4", 5, "https://candle.example/talk.mp4#t=5"),
    ],
)
def test_an_address_opens_at_its_second(url: str, second: float, expected: str) -> None:
    assert at_second(url, second) == expected


def test_an_address_opens_at_its_page() -> None:
    assert at_page("https://candle.example/book.pdf", 3) == "https://candle.example/book.pdf#page=3"
