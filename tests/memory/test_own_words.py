"""What a creator says is read once: packed, it is compared as it was read."""

from collections.abc import Sequence

import numpy as np
import pytest

from memory.likeness import view, views
from memory.own_words import OwnWords
from memory.retrieval import Encoder, EncoderUnavailable
from memory.retrieval.encoder import Vectors

SAID = [
    ("en", "I carve carousel horses in an old sawmill by the river. Most of them are made of lime wood."),
    ("es", "Un caballo tarda unas seis semanas en el taller, y otras cuatro en pintarse."),
    ("zh-Hans", "每匹木马都是用椴木雕成的,摸起来很光滑。"),
    ("ja", "馬は椴の木から彫られています。"),
]
ASKED = [
    ("How long do you carve a horse?", "en"),
    ("¿De qué madera es el caballo?", "es"),
    ("木马是用什么木头做的?", "zh-Hans"),
    ("馬は何の木ですか?", "ja"),
    ("!!", "en"),
]


class Reader:
    """An encoder that counts what it reads, and may be away."""

    name = "reader"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.covers = encoder.covers
        self.away = False
        self.read: list[str] = []

    def resting(self) -> bool:
        return False

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.away:
            raise EncoderUnavailable("away")
        self.read.extend(texts)
        return self._encoder.encode(texts)


@pytest.fixture
def reader(encoder: Encoder) -> Reader:
    return Reader(encoder)


def test_packed_words_are_as_alike_to_a_message_as_those_that_were_read(reader: Reader) -> None:
    first = OwnWords(SAID, reader)
    packed = first.packed()
    assert packed
    reader.read.clear()
    again = OwnWords(SAID, reader)
    assert again == first
    again.unpack(packed)
    asked = [*views(ASKED, reader), *(view(*each) for each in ASKED)]
    own = set(reader.read)
    for one in asked:
        was, now = first.sentences().compared(one), again.sentences().compared(one)
        assert all(map(np.array_equal, was, now))
        assert was[0].max() > 0.05 or one.text == "!!"
        assert np.array_equal(first.sentences().of(one.lang), again.sentences().of(one.lang))
    assert len(again.sentences()) == len(SAID) + 1
    assert set(reader.read) == own, "no sentence of the creator's was read again"


def test_others_words_another_encoder_or_none_make_another_digest(reader: Reader, encoder: Encoder) -> None:
    made = [OwnWords(SAID, reader), OwnWords(SAID[1:], reader), OwnWords(SAID, encoder), OwnWords(SAID)]
    assert len({each.digest for each in made}) == len(made)
    assert made[0] == OwnWords(tuple(SAID), reader)


def test_nothing_is_packed_while_the_encoder_is_away(reader: Reader) -> None:
    words = OwnWords(SAID, reader)
    reader.away = True
    assert words.packed() is None
    assert len(words.sentences()) == len(SAID) + 1, "words are compared all the same"
    reader.away = False
    assert words.packed()


def test_without_an_encoder_words_are_packed_as_well() -> None:
    words = OwnWords(SAID)
    packed = words.packed()
    assert packed
    again = OwnWords(SAID)
    again.unpack(packed)
    assert again
    one = view(*ASKED[0])
    assert np.array_equal(words.sentences().to(one), again.sentences().to(one))


def test_who_says_nothing_has_no_words() -> None:
    assert not OwnWords()
    assert len(OwnWords().sentences()) == 0
