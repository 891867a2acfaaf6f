"""Bytes of any encoding become the text that their author wrote."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.readers import ReadError
from memory.readers.decode import clean, decode
from tests.memory.readers.conftest import Reading

TEXTS = {
    "en": "The flame of a candle is yellow because hot soot glows in it; wax melts at sixty-two degrees. ",
    "es": "La llama de una vela es amarilla porque el hollín caliente brilla; ¿por qué sube? Señor, así es. ",
    "de": "Die Flamme einer Kerze ist gelb, weil heißer Ruß glüht; Wachs schmilzt für größere Döchte. ",
    "ru": "Пламя свечи жёлтое, потому что горячая сажа светится, а воск плавится при шестидесяти градусах. ",
    "zh": "蜡烛的火焰是黄色的，因为热的煤烟会发光，蜡在六十二度时融化，我们今天来看一看这是为什么。",
    "tw": "蠟燭的火焰是黃色的，因為熱的煤煙會發光，蠟在六十二度時融化，我們今天來看一看這是為什麼。",
    "ja": "ろうそくの炎が黄色いのは、熱いすすが光るからです。ろうは溶けます。今日はそれを見てみましょう。",
    "ko": "양초의 불꽃이 노란 것은 뜨거운 그을음이 빛나기 때문이며 왁스는 예순두 도에서 녹습니다. ",
    "ar": "لهب الشمعة أصفر لأن السخام الساخن يتوهج فيه، والشمع يذوب عند اثنتين وستين درجة. ",
}


@pytest.mark.parametrize("declared", ["undefined", "no such one", "idna"])
def test_an_encoding_that_cannot_be_is_not_gone_by(declared: str) -> None:
    assert decode("Café crème à Paris.".encode("cp1252"), declared) == "Café crème à Paris."


@pytest.mark.parametrize(
    ("lang", "encoding"),
    [
        *((lang, encoding) for lang in TEXTS for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")),
        *(
            (lang, encoding)
            for lang in ("en", "es", "de")
            for encoding in ("utf-16-le", "utf-16-be", "cp1252")
        ),
        ("ru", "cp1251"),
        ("ru", "koi8-r"),
        ("zh", "gb18030"),
        ("tw", "big5"),
        ("ja", "shift_jis"),
        ("ja", "euc-jp"),
        ("ko", "euc-kr"),
        ("ar", "cp1256"),
    ],
)
def test_a_file_is_legible_whatever_its_encoding(reading: Reading, lang: str, encoding: str) -> None:
    (document,) = reading("a.txt", (TEXTS[lang] * 5).encode(encoding)).documents
    assert document.blocks[0].text == (TEXTS[lang] * 5).strip()


SHORT = [
    ("El niño mañana irá a España con el señor Núñez; el año pasado comió piña.", "cp1252"),
    ("Mañana más.", "cp1252"),
    ("Le garçon a été très déçu où l’été finissait; ça coûte 5 € à l'hôtel.", "cp1252"),
    ("Ça va très bien, merci.", "cp1252"),
    ("Schöne Grüße aus Köln!", "cp1252"),
    ("Não há coração que não sinta emoções; a maçã é ótima.", "cp1252"),
    ("Até amanhã, João!", "cp1252"),
    ("Smörgåsbord är något för både små och stora.", "cp1252"),
    ("It’s “quoted” – a café, naïve; 20 €…", "cp1252"),
    ("Zażółć gęślą jaźń; dziś wieczorem świeci słońce.", "cp1250"),
    ("Zażółć gęślą jaźń; dziś wieczorem świeci słońce.", "iso8859-2"),
    ("Děkuji, dobře, že jste přišli včera.", "cp1250"),
    ("Привет, как дела?", "cp1251"),
    ("Привет, как дела?", "koi8-r"),
    ("你好，今天天气很好。", "gb18030"),
    ("蠟燭的火焰是黃色的。", "big5"),
    ("こんにちは、元気ですか。", "shift_jis"),
    ("こんにちは、元気ですか。", "euc-jp"),
    ("안녕하세요, 반갑습니다.", "euc-kr"),
    ("مرحبا، كيف حالك اليوم؟", "cp1256"),
    ("Teşekkür ederim, iyi akşamlar, görüşürüz.", "cp1254"),
    ("Καλημέρα, τι κάνεις σήμερα;", "cp1253"),
]


@pytest.mark.parametrize(("text", "encoding"), SHORT)
@pytest.mark.parametrize("times", [1, 300], ids=["short", "long"])
def test_a_guess_is_right_for_a_line_and_for_a_long_text(text: str, encoding: str, times: int) -> None:
    content = " ".join([text] * times)
    assert decode(content.encode(encoding)) == content


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_needs_no_mark_in_any_script(lang: str, encoding: str) -> None:
    assert decode(TEXTS[lang].encode(encoding)) == TEXTS[lang]


def test_a_page_in_the_encoding_it_declares(reading: Reading) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{TEXTS["zh"][:14]}</p></body></html>'
    assert reading("a.html", page.encode("gb2312")).documents[0].blocks[0].text == TEXTS["zh"][:14]


def test_a_torn_character_doesn_t_spoil_the_rest(reading: Reading) -> None:
    torn = TEXTS["zh"].encode() * 20 + "蜡".encode()[:2]
    assert reading("a.txt", torn).documents[0].blocks[0].text.startswith(TEXTS["zh"])


def test_a_long_file_may_be_cut_anywhere_by_the_look_at_its_head(reading: Reading) -> None:
    for shift in range(3):
        content = "x" * shift + "\n\n" + TEXTS["zh"] * 2000
        (document,) = reading("a.txt", content).documents
        assert document.blocks[-1].text == TEXTS["zh"] * 2000


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_utf8_comes_back_as_it_was_but_for_controls(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert decode(text.encode(encoding)) == clean(text)


@given(st.text())
def test_clean_text_fits_a_database_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_reason(data: bytes) -> None:
    try:
        decode(data)
    except ReadError as error:
        assert error.code == "unknown_type"  # noqa: PT017 - the other outcome is text


def test_every_mark_is_known() -> None:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ):
        assert decode(mark + "é".encode(encoding)) == "é"
