"""A name that only the fan has said is found in an answer, however it is written; ordinary words are not."""

import pytest

from persona_engine.borrowing import borrowed

OURS = ("Ember", "Candles are dipped in wax. 蜡烛是用蜡做的。", "ろうそくは蝋で作ります。", "เทียนทำจากขี้ผึ้ง")


@pytest.mark.parametrize(
    ("lang", "said", "answer", "names"),
    [
        ("en", "may mina come, too?", "Yes, Mina may come.", ["Mina"]),
        ("en", "may mina come, too?", "Yes, mina may come.", ["mina"]),
        ("en", "can tom dip candles?", "Of course, Tom can dip candles.", ["Tom"]),
        ("en", "Can Tom dip candles?", "tom can dip candles", ["tom"]),
        ("en", "hello, i am jonas, how are candles made?", "Jonas, they are dipped.", ["Jonas"]),
        ("zh-Hans", "我住在哈尔滨，蜡会冻住吗", "在哈尔滨蜡不会坏。", ["哈尔滨"]),
        ("es", "puede venir ximena?", "Sí, Ximena puede venir.", ["Ximena"]),
        ("fr", "est-ce que maëlle peut venir ?", "Oui, Maëlle peut venir.", ["Maëlle"]),
        ("de", "darf svenja kommen?", "Ja, Svenja darf kommen.", ["Svenja"]),
        ("ru", "можно мише прийти?", "Да, Мише можно прийти.", ["Мише"]),
        ("zh-Hans", "我女儿小美可以来吗？", "可以，小美可以来。", ["小美"]),
        ("zh-Hans", "王芳想做蜡烛", "王芳可以用蜡做。", ["王芳"]),
        ("zh-Hant", "我兒子李雷可以參加嗎？", "李雷可以參加。", ["李雷"]),
        ("ja", "花子も来ていいですか", "花子さんも来ていいですよ。", ["花子"]),
        ("ja", "娘のさくらちゃんも行けますか", "さくらちゃんも大丈夫です。", ["さくら"]),
        ("ja", "友達のエレナは作れますか", "エレナは作れます。", ["エレナ"]),
        ("th", "มินามาได้ไหม", "ได้เลย มินามาได้", ["มินา"]),
    ],
)
def test_a_name_that_the_fan_alone_has_said_is_found(
    lang: str, said: str, answer: str, names: list[str]
) -> None:
    found = borrowed(answer, lang, said=[said], ours=OURS)
    assert [name for name in names if any(name in each for each in found)] == names


@pytest.mark.parametrize(
    ("lang", "said", "answer"),
    [
        ("en", "how are candles made at home?", "Candles are dipped in wax at home."),
        ("en", "may children come to ember?", "Yes, children may come to Ember."),
        ("es", "¿pueden venir los niños?", "Sí, los niños pueden venir."),
        ("fr", "comment faire des bougies ?", "Pour faire des bougies, il faut de la cire."),
        ("de", "dürfen kinder kommen?", "Ja, Kinder dürfen kommen."),
        ("zh-Hans", "蜡烛可以在家做吗？", "可以在家做蜡烛。"),
        ("ja", "ろうそくは作れますか", "はい、ろうそくは蝋で作れます。"),
    ],
)
def test_ordinary_words_are_nobody_s(lang: str, said: str, answer: str) -> None:
    assert borrowed(answer, lang, said=[said], ours=OURS) == []
