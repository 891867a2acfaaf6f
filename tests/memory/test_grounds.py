"""Whether a sentence has any ground in its sources: told within and across languages, or not told."""

import pytest

from memory.grounds import grounded, told_last, touching
from memory.retrieval import Encoder

CANDLES = (
    "The bright yellow light of a flame comes from hot specks of soot. Trim the wick before you light it, so "
    "that the candle burns without smoke."
)
ELSEWHERE = {
    "en": "First you push a wrench into the lock and rake the pins.",
    "es": "Primero metes una ganzúa en la cerradura y mueves los pernos.",
    "zh-Hans": "首先把工具插进锁里，然后拨动弹子。",
}
HERE = {
    "en": "A flame looks yellow because glowing soot gives off light.",
    "es": "La llama de la vela es amarilla por el hollín caliente, que da luz.",
    "zh-Hans": "蜡烛的火焰是黄色的，因为热的烟灰发出光。",
}


@pytest.mark.parametrize("lang", HERE)
@pytest.mark.parametrize("with_encoder", [True, False])
def test_what_the_sources_are_about_is_told_from_what_they_are_not(
    encoder: Encoder | None, lang: str, with_encoder: bool
) -> None:
    texts = [(HERE[lang], lang), (ELSEWHERE[lang], lang)]
    assert grounded(texts, [(CANDLES, "en")], encoder if with_encoder else None) == [True, False]


def test_within_a_language_without_a_lexicon_words_tell() -> None:
    texts = [("炎が黄色いのはすすが光るからです。", "ja"), ("鍵穴に工具を入れてピンを動かします。", "ja")]
    assert grounded(texts, [("黄色い炎の光は、熱いすすの粒が光るためです。", "ja")], None) == [True, False]


def test_between_languages_that_nothing_connects_it_cant_be_told() -> None:
    texts = [("불꽃이 노란 것은 그을음이 빛나기 때문입니다.", "ko")]
    assert grounded(texts, [(CANDLES, "en")], None) == [None]


def test_without_sources_nothing_can_be_told() -> None:
    assert grounded([(HERE["en"], "en")], [], None) == [None]


@pytest.mark.parametrize("lang", HERE)
@pytest.mark.parametrize("with_encoder", [True, False])
def test_the_sentence_that_was_told_last_is_found_in_its_source(
    encoder: Encoder | None, lang: str, with_encoder: bool
) -> None:
    source = (f"Lights down, friends. {CANDLES} Then sit and watch.", "en")
    texts = [(HERE[lang], lang), (ELSEWHERE[lang], lang)]
    told = told_last(texts, source, encoder if with_encoder else None)
    assert told == "The bright yellow light of a flame comes from hot specks of soot."


def test_of_another_subject_nothing_was_told() -> None:
    assert told_last([(ELSEWHERE["en"], "en")], (CANDLES, "en"), None) == ""
    assert told_last([(HERE["en"], "en")], ("", "en"), None) == ""
    assert told_last([], (CANDLES, "en"), None) == ""


def test_whether_any_word_of_it_stands_in_the_sources_is_told_across_languages() -> None:
    texts = [
        ("recorta la mecha", "es"),
        ("mi hermano vende coches", "es"),
        ("我的兄弟卖车", "zh-Hans"),
        ("before the wick is lit", "en"),
        ("my uncle has a shop", "en"),
        ("and so on", "en"),
        ("uncle", "en"),
    ]
    wanted = [True, False, False, True, False, None, None]
    assert touching(texts, [(CANDLES, "en")], None, least=[2] * len(texts)) == wanted


def test_what_no_lexicon_connects_is_told_only_where_it_does_touch() -> None:
    texts = [("내 동생은 자동차를 팝니다", "ko"), ("Apple 은 사과입니다", "ko")]
    assert touching(texts, [(f"{CANDLES} Apple", "en")], None, least=[1, 1]) == [None, True]
    assert touching(texts[:1], [("촛불은 노랗습니다", "ko")], None, least=[1]) == [False]
