"""A messenger's log is other people's words as much as the creator's, and is refused; own texts are read."""

import re

import pytest

from tests.memory.readers.conftest import Reading, Refused

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
def test_a_messengers_log_is_refused(refused: Refused, name: str, log: str) -> None:
    error = refused(name, log)
    assert error.code == "chat_log"
    assert re.search(r"between people.*your own words", str(error))


@pytest.mark.parametrize(
    "table",
    [
        "AuthorID,Author,Date,Content\n1,flora,2024-03-12,Where are you?\n2,ember,2024-03-12,At the mill.",
        "Date;Time;User Name;Message\n12.3.24;09:14;Flora;Hi\n12.3.24;09:15;Tom;Ho",
        "User,Message,Time\nFlora,Hi,Today at 9:14 PM\nTom,Ho,Today at 9:15 PM",
        "Date,From,Message\n12/03/2024,+49 170 1234567,Hi\n12/03/2024,+49 171 7654321,Ho",
        "Timestamp,Sender,Text\n1710234862,Flora,Hi\n1710234871,Tom,Ho",
        "Exported chat\n\nDate,Author,Content\n2024-03-12,Flora,Hi\n2024-03-12,Tom,Ho",
        "Datum;Uhrzeit;Absender;Nachricht\n12.03.24;09:14;Flora;Hi\n12.03.24;09:15;Tom;Ho",
        "AutorID,Autor,Fecha,Contenido\n1,flora,12-mar-24 09:14,Hola\n2,tomas,12-mar-24 09:15,Buenas",
        "Date\tExpéditeur\tContenu\n12 mars 2024\tFlora\tSalut\n12 mars 2024\tTom\tHo",
        "Data,Remetente,Mensagem\n12/03/2024,Flora,Oi\n12/03/2024,Tom,Olá",
        "日時,投稿者,内容\n2024年3月12日 9:14,花子,いますか\n2024年3月12日 9:15,太郎,はい",
        "时间,发送者,消息\n2024/3/12 9:14,小花,在吗\n2024/3/12 9:15,阿明,在",
        "التاريخ,المرسل,الرسالة\n2024-03-12,سارة,مرحبا\n2024-03-12,عمر,أهلا",
        "Date,Author,Content\n" + "".join(f"2024-03-1{n},{'FT'[n % 2]},Hi\n" for n in range(6)),
        "Title,Date,From,Message\nOurs,2024-03-12 09:14,Flora,Hi\nOurs,2024-03-13 09:15,Tom,Ho",
        # What a column is called isn't known; what it holds is.
        "Kapan,Siapa,Apa\n2024-03-12 09:14,Flora,Di mana?\n2024-03-12 09:16,Tom,Di kincir."
        "\n2024-03-12 09:17,Flora,Saya datang.\n2024-03-12 09:21,Tom,Baik.",
        "Ημέρα,Ώρα,Ποιος,Τι\n12.03.24,09:14,Άννα,Πού είσαι;\n12.03.24,09:16,Νίκος,Στον μύλο."
        "\n12.03.24,09:17,Άννα,Έρχομαι.\n12.03.24,09:21,Νίκος,Καλά.",
    ],
)
def test_a_chat_as_a_table_is_refused(refused: Refused, table: str) -> None:
    assert refused("chat.csv", table).code == "chat_log"


@pytest.mark.parametrize(
    "table",
    [
        "Date,Author,Text\n2024-03-12,Ember,Wax melts.\n2024-03-13,Ember,Soot glows.",
        "Author,Title,Year\nFaraday,The candle,1861\nChevreul,Fats,1823",
        "Datum;Von;Bis;Text\n12.03.24;9.00 Uhr;9.30 Uhr;Wachs\n12.03.24;10.00 Uhr;11.00 Uhr;Ton",
        # A programme, a diary of posts by platform, and what was seen where.
        "Datum,Beginn,Ort,Was\n" + "12.03.24,18:00,Kirche,Bach\n12.03.24,20:30,Rathaus,Wer war Bach?\n" * 4,
        "Date,Where,Post\n"
        + "2024-03-12 09:14,Blog,Why is wax soft?\n2024-04-02 18:21,Video,Wax is soft.\n" * 4,
        "Day,Time,Bird,Note\n" + "1.5.24,07:42,Wren,On the roof.\n1.5.24,07:51,Owl,In the barn.\n" * 4,
        "이름,날짜,내용\n촛불 축제,2024-03-12,광장에서 해요.\n등불 축제,2024-03-12,강가에서 해요.",
        "From,To,Date,Text\nBerlin,Munich,2024-03-12,By train.\nMunich,Graz,2024-03-14,By coach.\n"
        "Graz,Linz,2024-03-17,On foot.",
        "date,author,title,content\n"
        + "".join(f"2024-03-1{n},{('Ember', 'Tom')[n % 2]},Post {n},Wax.\n" for n in range(6)),
    ],
    ids=["own", "books", "times", "programme", "diary", "birds", "events", "tour", "blog"],
)
def test_a_table_of_ones_own_is_read(reading: Reading, table: str) -> None:
    (document,) = reading("posts.csv", table).documents
    assert len(document.blocks) == len(table.strip().split("\n")) - 1


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
