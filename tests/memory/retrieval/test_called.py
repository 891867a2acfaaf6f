"""A name is found where it stands for itself, in any script, and not within another word."""

import pytest

from memory.service import naming


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("А потом пишет?", "Том"), ("Это автомат пишет?", "Том"), ("Пишешь в январе?", "Ян"),
        ("Ποια ιστορία γράφεις;", "Ρία"), ("هل عليك أن تكتب؟", "علي"), ("מי כתב על הגלים?", "גל"),
        ("आराम से लिखते हो?", "राम"), ("Did an automaton write?", "Tom"),
    ],
)  # fmt: skip
def test_no_name_is_found_within_another_word(text: str, name: str) -> None:
    assert naming(text, (name,), "NAME") == text


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("Это пишет Том?", "Том", "Это пишет NAME ?"), ("том, это ты?", "Том", "NAME , это ты?"),
        ("Томさんですか", "Том", "NAME さんですか"), ("Γράφει η Άννα;", "Άννα", "Γράφει η NAME ;"),
        ("هل هذا علي؟", "علي", "هل هذا NAME ؟"), ("أنت وعلي هنا؟", "علي", "أنت و NAME هنا؟"),
        ("זה של גל?", "גל", "זה של NAME ?"), ("דיברתי עם יעל וגל", "גל", "דיברתי עם יעל ו NAME"),
        ("क्या राम लिखता है?", "राम", "क्या NAME लिखता है?"), ("톰은 사람인가요?", "톰", "NAME 은 사람인가요?"),
        ("小汤是真人吗", "小汤", "NAME 是真人吗"), ("Emberさんですか", "Ember", "NAME さんですか"),
    ],
)  # fmt: skip
def test_a_name_that_stands_for_itself_is_found(text: str, name: str, left: str) -> None:
    assert naming(text, (name,), "NAME").split() == left.split()
