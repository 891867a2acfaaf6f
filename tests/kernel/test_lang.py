"""Language tags are read, compared, named and negotiated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import lang


@pytest.mark.parametrize(
    ("spelling", "tag"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt-BR", "pt"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("zh-hant-hk", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("yue", "zh-Hant"),
        ("in", "id"),
        ("fa_IR", "fa"),
        ("el", None),
        ("", None),
        (None, None),
        ("en'; drop table", None),
        ("*", None),
    ],
)
def test_spellings_of_a_tag_become_the_supported_one(spelling: str | None, tag: str | None) -> None:
    assert lang.normalise(spelling) == tag


def test_eighteen_languages_each_with_a_name_of_its_own() -> None:
    assert len(lang.SUPPORTED) == 18
    assert len({language.name for language in lang.LANGUAGES.values()}) == 18
    assert [tag for tag in lang.SUPPORTED if lang.is_rtl(tag)] == ["ar", "fa"]
    assert all(lang.normalise(tag) == tag for tag in lang.SUPPORTED)


def test_scripts_of_one_language_are_the_same_language() -> None:
    assert lang.same("zh-Hans", "zh")
    assert lang.same("zh-Hans", "zh-Hant")
    assert not lang.same("uk", "ru")


def test_direction_holds_for_languages_the_product_does_not_speak() -> None:
    assert lang.direction("he") == "rtl"
    assert lang.direction("el") == "ltr"


def test_languages_to_choose_from_are_told_apart_by_their_script() -> None:
    assert lang.names_apart(("en", "zh-Hans", "zh-Hant"), "en") == {
        "en": "English", "zh-Hans": "Simplified Chinese", "zh-Hant": "Traditional Chinese",
    }  # fmt: skip
    assert lang.names_apart(("zh-Hans", "es"), "en") == {"zh-Hans": "Chinese", "es": "Spanish"}
    for reader in lang.SUPPORTED:
        assert len(set(lang.names_apart(lang.SUPPORTED, reader).values())) == len(lang.SUPPORTED)


def test_names_are_in_the_readers_language() -> None:
    assert lang.name_in("en", "es") == "inglés"
    assert lang.name_in("zh-Hans", "en") == "Chinese"
    assert lang.name_in("en", "zh-Hans") == "英语"
    assert lang.name_in("es", "ar") == "الإسبانية"
    assert lang.name_in("not a tag", "en") == "not a tag"
    assert lang.native_name("el") == "Ελληνικά"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("fr-CH, fr;q=0.9, es;q=0.8", "es"),
        ("en;q=0.1, ja;q=0.9", "ja"),
        ("ja;q=0, es", "es"),
        ("es;q=nonsense, ar", "ar"),
        ("ar-EG", "ar"),
        ("*", "en"),
        (None, "en"),
        ("," * 10_000, "en"),
    ],
)
def test_the_wish_that_ranks_highest_among_the_enabled_languages_wins(
    header: str | None, chosen: str
) -> None:
    assert lang.negotiate(header, ("en", "zh-Hans", "es", "ja", "ar")) == chosen


@given(st.text(max_size=60))
def test_whatever_a_client_sends_an_enabled_language_comes_out(header: str) -> None:
    assert lang.negotiate(header, ("es", "ja"), default="ja") in ("es", "ja")
