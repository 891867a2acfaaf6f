"""Whether a translation denies what was said is told by words that deny, not by words that hold such."""

import pytest

from memory.service import reverses


@pytest.mark.parametrize(
    ("lang", "said", "english"),
    [
        ("ko", "안녕하세요, 공방 안내입니다.", "Hello, this is the workshop's guide."),
        ("ko", "여름 동안 양초를 만들어요.", "I make candles during the summer."),
        ("ko", "방 안에 양초가 있어요.", "There is a candle in the room."),
        ("th", "เทียนมีหลายอย่าง", "There are many kinds of candles."),
        ("ja", "見学は無料です。", "Visits cost you zero."),
        ("ja", "無線のランプと犬が好きです。", "I like wireless lamps and dogs."),
        ("zh-Hans", "我用不锈钢锅和无线灯。", "I use a stainless steel pot and a wireless lamp."),
        ("zh-Hant", "別墅裡有蠟燭。", "There are candles in the villa."),
        ("zh-Hans", "未成年人可以来莫斯科。", "Minors may come to Moscow."),
        ("tr", "Ne kadar mum var?", "How many candles are there?"),
        ("fr", "Une personne fait un pas.", "One person takes a step."),
        ("fr", "Je vous l'explique pas à pas.", "I explain it to you step by step."),
        ("es", "Sin embargo, la vela huele a miel.", "Still, the candle smells of honey."),
        ("vi", "Không khí ấm bay lên.", "Warm air rises."),
        ("ar", "لا يزال الشمع دافئا.", "The wax is still warm."),
    ],
)
def test_an_ordinary_sentence_denies_nothing(lang: str, said: str, english: str) -> None:
    assert not reverses(said, lang, english, "en")


@pytest.mark.parametrize(
    ("lang", "denied", "said"),
    [
        ("ko", "셸락은 안 써요.", "셸락은 써요."), ("ko", "셸락은 못써요.", "셸락은 써요."),
        ("ko", "셸락을 쓰지못해요.", "셸락을 써요."), ("th", "ฉันไม่ใช้เชลแล็ก", "ฉันใช้เชลแล็ก"),
        ("th", "อย่าใช้เชลแล็ก", "ใช้เชลแล็ก"), ("ja", "シェラックは使いません。", "シェラックを使います。"),
        ("zh-Hans", "我不用虫胶。", "我用虫胶。"), ("zh-Hant", "我從未用蟲膠。", "我用蟲膠。"),
        ("tr", "Gomalak kullanmıyorum.", "Gomalak kullanıyorum."),
        ("fr", "Je n’utilise pas de gomme-laque.", "J’utilise de la gomme-laque."),
        ("fr", "Personne ne l’utilise.", "On l’utilise."),
        ("fr", "Pas besoin de gomme-laque.", "Il faut de la gomme-laque."),
        ("tr", "Ne gomalak ne de vernik kullanırım.", "Gomalak ve vernik kullanırım."),
        ("tr", "Gomalak kullanmadık.", "Gomalak kullandık."),
        ("ru", "Шеллак незачем брать.", "Шеллак надо брать."),
        ("ko", "셸락을 쓰지 마세요.", "셸락을 쓰세요."),
        ("ja", "シェラックは不要です。", "シェラックは必要です。"),
        ("id", "Nggak pakai lak.", "Pakai lak."), ("vi", "Khỏi cần dùng sơn.", "Cần dùng sơn."),
    ],
)  # fmt: skip
def test_a_sentence_that_denies_says_the_contrary_of_one_that_does_not(
    lang: str, denied: str, said: str
) -> None:
    assert reverses(denied, lang, "I use shellac.", "en")
    assert not reverses(denied, lang, "I don't use shellac.", "en")
    assert reverses(said, lang, "I don't use shellac.", "en")
