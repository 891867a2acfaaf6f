"""A short sentence that takes back what stands before it is quoted with that."""

from dataclasses import replace

import pytest

from memory.continuing import to_its_end
from memory.reversal import takes_back
from memory.types import Quote
from tests.persona_engine.stand_ins import PASSAGE

# (language, what takes back, what as short a sentence says of its own)
SHORT = [
    ("en", "I did not.", "I bought ten."),
    ("en", "That was wrong.", "That was in May."),
    ("en", "Don't.", "Try it."),
    ("es", "No lo hice.", "Lo hice ayer."),
    ("pt", "Eu não comprei.", "Eu comprei dez."),
    ("fr", "Je ne l'ai pas fait.", "Je l'ai fait."),
    ("de", "Das war falsch.", "Das war im Mai."),
    ("ru", "Я не купил.", "Я купил десять."),
    ("uk", "Це була помилка.", "Це було в травні."),
    ("tr", "Bu yanlıştı.", "Bu mayıstaydı."),
    ("ar", "لم أفعل", "فعلت ذلك"),
    ("fa", "اشتباه کردم.", "ده تا خریدم."),
    ("hi", "मैंने नहीं किया।", "मैंने दस खरीदे।"),
    ("id", "Itu salah.", "Itu bulan Mei."),
    ("vi", "Tôi không mua.", "Tôi mua mười."),
    ("th", "ฉันไม่ซื้อ", "ฉันซื้อแล้ว"),
    ("zh-Hans", "但我没有。", "我买了十个。"),
    ("ja", "買いませんでした。", "十個買いました。"),
    ("ko", "사지 않았어요.", "열 개 샀어요."),
]


@pytest.mark.parametrize(("lang", "back", "on"), SHORT)
def test_what_takes_back_is_told_from_what_goes_on(lang: str, back: str, on: str) -> None:
    assert takes_back(back, lang)
    assert not takes_back(on, lang)


def test_a_quote_doesnt_end_before_what_takes_it_back() -> None:
    tip = "A man at the market said that I should boil the brass in vinegar."
    quote = Quote(PASSAGE.id, tip, 0, len(tip), 1.0)
    for text, said in (
        (f"{tip} I did not. It was late.", f"{tip} I did not."),
        (f"{tip} It was late.", tip),
        (f"{tip} I never boil anything that is older than I am.", tip),
        (f"{tip}\nNo visitors.", tip),
        (tip, tip),
    ):
        found = to_its_end(quote, replace(PASSAGE, text=text))
        assert (found.text, text[found.start : found.end]) == (said, said)
