"""A small corpus in three languages, posts of one line each, and the retriever over them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from memory.retrieval import Encoder, Retriever
from memory.types import IndexedPassage

_POSTS = (
    (
        "en",
        "Why the flame is yellow",
        "The yellow of a candle flame is soot. "
        "Tiny particles of carbon glow in the heat, just as an iron poker glows in a forge. "
        "Near the wick the flame is blue, because there the carbon burns completely.",
    ),
    (
        "en",
        "Capillary action",
        "Melted wax climbs the wick by capillary action. "
        "The fibres of cotton stand close together, and the liquid creeps between them against gravity.",
    ),
    (
        "en",
        "The Christmas lectures",
        "Michael Faraday gave his lectures on the candle at the Royal Institution in London. "
        "They were printed as a book in 1861.",
    ),
    (
        "zh-Hans",
        "蜡烛熄灭后的白烟",
        "蜡烛刚熄灭时，会升起一缕白烟。"
        "这缕白烟其实是石蜡的蒸气。"
        "把火柴靠近白烟，火焰会沿着白烟跳回烛芯，所以隔空也能点燃。",
    ),
    (
        "zh-Hans",
        "蜡烛产生的水",
        "在火焰上方放一个冷的玻璃杯，杯壁会出现水珠。蜡中的氢与空气中的氧结合，变成了水。",
    ),
    (
        "es",
        "Por qué la llama sube",
        "La llama sube porque el aire caliente pesa menos que el aire frío. "
        "El aire fresco entra por abajo y empuja la llama hacia arriba.",
    ),
    (
        "es",
        "Historia de las velas",
        "Las velas de sebo olían mal y humeaban. En 1820 el químico Chevreul separó la estearina.",
    ),
)

Make = Callable[..., Retriever]


@pytest.fixture(scope="session")
def posts() -> list[IndexedPassage]:
    """Seven public posts about candles, each a source of its own."""
    return [IndexedPassage(n, n, title, text, lang) for n, (lang, title, text) in enumerate(_POSTS, 1)]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[Sequence[IndexedPassage], Encoder | None], Retriever]]:
    """Makes retrievers over passages, and closes them after the test."""
    made: list[Retriever] = []

    def _make(passages: Sequence[IndexedPassage], encoder: Encoder | None = None) -> Retriever:
        retriever = Retriever(tmp_path / f"creator-{len(made)}", encoder=encoder)
        retriever.add(passages)
        retriever.commit(1)
        made.append(retriever)
        return retriever

    yield _make
    for retriever in made:
        retriever.close()


_NOUNS = (
    "stamps",
    "coins",
    "shells",
    "buttons",
    "teapots",
    "postcards",
    "feathers",
    "maps",
    "keys",
    "bottles",
)
_TOWNS = ("Lisbon", "Prague", "Kyoto", "Oslo", "Cairo", "Lima", "Dakar", "Riga", "Turin", "Ghent")
ONE_LINERS = {
    "collecting": [f"I collect {noun} from {town}." for noun in _NOUNS for town in _TOWNS[:3]],
    "numbered": [f"Item number {number} is a small wooden box." for number in range(30)],
    "greeting": ["Good morning friends, have a nice day!"] * 30,
    "counting": [str(number) for number in range(30)],
    "your things": [f"Your {noun} are in {town}." for noun, town in zip(_NOUNS, _TOWNS, strict=True)],
}
STUDIO = "My studio is in Rotterdam, on the third floor of an old grain silo. I moved there in 2019."


def posted(texts: Sequence[str], lang: str = "en", first: int = 100) -> list[IndexedPassage]:
    """Each text a post of its own."""
    return [IndexedPassage(n, n, "", text, lang) for n, text in enumerate(texts, first)]
