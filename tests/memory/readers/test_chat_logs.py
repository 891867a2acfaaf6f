"""A messenger's log is other people's words as much as the creator's, and is refused; own texts are read."""

import pytest

from memory.readers import ReadError
from tests.memory.readers.conftest import Reading

_LOGS = {
    "bracketed": "[12/03/2024, 09:14:22] Flora: Where are you?\n[12/03/2024, 09:15:01] Tom: At the mill.",
    "dashed": "12/03/2024, 09:14 - Flora: Shall we meet?\n12/03/2024, 09:15 - Ember Wick: At the mill.",
    "begun by a notice": "12/03/24, 9:14 PM - Messages are encrypted.\n12/03/24, 9:15 PM - Flora: Hello\n"
    "and good evening,\nand more.\n12/03/24, 9:16 PM - Ember Wick: Hello",
    "of two lines among others": "Our chat\n[1.3.24, 09:14:22] Flora: Hi\n\u200e[1.3.24, 09:15:01] Tom: Ho",
    "Spanish": "12/3/24, 9:14 a.\u00a0m. - Flora: Hola\n12/3/24, 9:15 a.\u00a0m. - Tom: Buenas",
    "Chinese": "[2024/3/12 上午9:14:22] 小花: 在吗？\n[2024/3/12 上午9:15:01] 阿明: 在。",
    "Japanese": "[2024/03/12 9:14:22] 花子: いますか\n[2024/03/12 9:15:01] 太郎: はい",
    "Arabic": "[١٢/٣/٢٠٢٤، ٩:١٤:٢٢ ص] فلورا: مرحبا\n[١٢/٣/٢٠٢٤، ٩:١٥:٠١ ص] عمر: أهلا",
    "Arabic with marks": "١٢\u200f/٣\u200f/٢٠٢٤، ٩:١٤ ص - سارة: مرحبا\n"
    "١٢\u200f/٣\u200f/٢٠٢٤، ٩:١٥ ص - عمر: أهلا",
    "of few long messages": "12/03/2024, 09:14 - Flora: Hello\n"
    + "and more\n" * 20
    + "12/03/2024, 09:15 - Flora: There",
}


@pytest.mark.parametrize("name", ["chat.txt", "chat.md"])
@pytest.mark.parametrize("log", _LOGS.values(), ids=_LOGS)
def test_a_messengers_log_is_refused(reading: Reading, name: str, log: str) -> None:
    with pytest.raises(ReadError, match=r"between people.*your own words") as refused:
        reading(name, log)
    assert refused.value.code == "chat_log"


@pytest.mark.parametrize(
    "table",
    [
        "AuthorID,Author,Date,Content\n1,flora,2024-03-12,Where are you?\n2,ember,2024-03-12,At the mill.",
        "Date;Time;User Name;Message\n12.3.24;09:14;Flora;Hi\n12.3.24;09:15;Tom;Ho",
    ],
)
def test_a_chat_as_a_table_is_refused(reading: Reading, table: str) -> None:
    with pytest.raises(ReadError) as refused:
        reading("chat.csv", table)
    assert refused.value.code == "chat_log"


@pytest.mark.parametrize(
    "table",
    [
        "Date,Author,Text\n2024-03-12,Ember,Wax melts.\n2024-03-13,Ember,Soot glows.",
        "Author,Title,Year\nFaraday,The candle,1861\nChevreul,Fats,1823",
    ],
)
def test_a_table_of_ones_own_posts_or_of_books_is_read(reading: Reading, table: str) -> None:
    (document,) = reading("posts.csv", table).documents
    assert len(document.blocks) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[12/03/2024, 09:14:22] Flora: Shall we meet?\nI had to laugh.", id="one line"),
        pytest.param("12/03/2024: The lamp was lit.\n13/03/2024: It went out.", id="a diary"),
        pytest.param(
            "12/03/2024, 09:14 - 10:30 Casting\n13/03/2024, 09:14 - Washing of moulds", id="hours of work"
        ),
        pytest.param("[00:14:22] Flora: We cast bells.\n[00:15:01] Flora: Of bronze.", id="a transcript"),
        pytest.param(
            "What I learnt from a chat.\nIt began so:\n12/03/2024, 09:14 - Flora: Hi\n"
            "12/03/2024, 09:15 - Tom: Ho\nThen nobody wrote.\nFor a week.",
            id="a chat in a post",
        ),
        pytest.param(
            "12.03.2024, 18:00 – Konzert: Bach in der Kirche\n"
            + "Eintritt frei.\n" * 98
            + "13.03.2024, 18:00 – Vortrag: Wachs",
            id="a programme of events",
        ),
    ],
)
def test_a_text_of_ones_own_with_times_in_it_is_read(reading: Reading, text: str) -> None:
    (document,) = reading("post.txt", text).documents
    assert document.blocks
