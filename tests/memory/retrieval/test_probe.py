"""Words held against sentences: what is skipped for speed would have found nothing."""

import random

from memory.retrieval.analysis import word_grams
from memory.retrieval.probe import Facets, Item, cover, line, met, spelt

SENTENCES = (("banana", "candlestick"), ("wick", "burning"))
KEYS = "\n".join(map(line, SENTENCES))
SPELLINGS = "\n".join(map(spelt, SENTENCES))
FACETS = Facets(2, KEYS, SPELLINGS, (-1, -1))


def item(word: str) -> Item:
    return Item({word: 1.0}, frozenset(word_grams(word)), 1.0)


def test_a_word_is_met_where_it_stands_inflected_or_in_a_compound() -> None:
    same, inflected, compound, other = (item(word) for word in ("wick", "burned", "candlesticks", "harbour"))
    assert met([same], FACETS) == [1.0]
    assert 0.0 < met([inflected], FACETS)[0] < met([compound], FACETS)[0] < 1.0
    assert met([other], FACETS) == [0.0]
    assert cover([same, other], FACETS).sentences == (0.0, 0.5)


def test_no_word_that_shares_enough_grams_with_a_text_is_given_up_early() -> None:
    lot = random.Random(3)
    text = spelt("".join(lot.choices("anbs", k=lot.randint(3, 9))) for _ in range(12))
    words = ["".join(lot.choices("anbs", k=lot.randint(4, 11))) for _ in range(3000)]
    asked = [item(word) for word in words]
    shared = [sum(gram in text for gram in one.grams) / len(one.grams) for one in asked]
    near = [one for one, share in zip(asked, shared, strict=True) if share > 0.45]
    assert 100 < len(near) < 2900, "the lot has some of both"
    assert not any(one.hardly_in(text) for one in near)
    assert any(one.hardly_in(text) for one in asked)


def test_a_passage_without_a_sentence_covers_nothing() -> None:
    assert cover([item("wick")], Facets(0, "", "")).whole == 0.0


def test_bits_of_several_words_are_no_word() -> None:
    sentence = ("amasar", "marina", "brillante")
    scattered = Facets(1, line(sentence), spelt(sentence), (-1,))
    assert sum(gram in spelt(sentence) for gram in word_grams("amarilla")) > 0.45 * len(
        word_grams("amarilla")
    )
    assert met([item("amarilla")], scattered) == [0.0]
    assert met([item("amarilla")], Facets(1, line(("amarillas",)), spelt(("amarillas",)), (-1,)))[0] > 0.5
