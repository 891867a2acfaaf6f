"""Whether a table is a chat: who wrote what when, by what its columns are called or by what they hold."""

import re
from collections.abc import Callable, Sequence
from operator import eq
from typing import Final

from memory.readers.errors import ReadError

_ROWS: Final = 400  # a table is a chat from its beginning on
_MOSTLY: Final = 0.9
_FEW: Final = 4  # rows: what fewer hold tells too little
_NAME_CHARS: Final = 40
_ROUND: Final = 5  # minutes: programmes and opening hours keep to such, people who write don't

_DATE: Final = re.compile(
    r"\d{1,4} ?[./年년-] ?(?:\d{1,2}|[^\W\d]{3,9}) ?[./月월-] ?\d{1,4}[.日일]?"
    r"|\d{1,2}\.? (?:de )?[^\W\d]{3,9}\.? (?:de )?\d{2,4}|[^\W\d]{3,9}\.? \d{1,2},? \d{2,4}"
    r"|1\d{9}(?:\d{3})?(?:\.\d+)?\Z"  # seconds or milliseconds of Unix
)
_TIME: Final = re.compile(r"\d{1,2}[:.](\d\d)")
_CLOCK: Final = re.compile(r"\D{0,20}\d{1,2}:(\d\d)(?::\d\d)?\D{0,12}")
_ASKS: Final = re.compile(r"[?？؟]|;$")

# What programs that export a chat as a table call who wrote, and what, without blanks and "name".
_WHO: Final = re.compile(
    "author|sender|from|user|nick|member|autor|absender|von|benutzer|nutzer|mitglied|remitente|de|usuario"
    "|miembro|auteur|expéditeur|utilisateur|pseudo|membre|remetente|usuário|utilizador|membro|yazar"
    "|gönderen|kullanıcı|kullanıcıadı|автор|отправитель|от|пользователь|відправник|користувач|penulis"
    "|pengirim|dari|pengguna|tácgiả|ngườigửi|ngườidùng|ผู้เขียน|ผู้ส่ง|ผู้ใช้|लेखक|प्रेषक|उपयोगकर्ता"
    "|المرسل|المؤلف|الكاتب|المستخدم|فرستنده|نویسنده|کاربر|投稿者|送信者|差出人|発言者|ユーザー|ユーザー名"
    "|作者|发送者|发送人|发件人|用户|用户名|昵称|成员|發送者|寄件者|傳送者|使用者|暱稱|成員|작성자"
    "|보낸사람|발신자|사용자|이름|닉네임"
)
_WHAT: Final = re.compile(
    "content|message|messages|text|body|nachricht|inhalt|mensaje|contenido|texto|contenu|texte|mensagem"
    "|conteúdo|mesaj|içerik|metin|сообщение|содержание|содержимое|текст|повідомлення|зміст|pesan|isi|teks"
    "|tinnhắn|nộidung|vănbản|ข้อความ|เนื้อหา|संदेश|सामग्री|الرسالة|رسالة|المحتوى|النص|پیام|متن|محتوا"
    "|メッセージ|内容|本文|テキスト|消息|信息|文本|正文|訊息|內容|메시지|내용|본문"
)

Column = Sequence[str]


def refuse_table(rows: Sequence[Sequence[str]]) -> None:
    """Raise ReadError ("chat_log") for a chat exported as a table: several people, each with texts and dates.

    What its columns are called tells that in the languages known here. In any, a few names tell it that stand
    with odd minutes of the same day after day, and with texts of which some ask something.
    """
    head, *body = rows
    body = [row for row in body[:_ROWS] if len(row) == len(head)]
    columns = list(zip(*body, strict=True))
    dated, clock = (
        next((column for column in columns if _mostly(holds, column)), None)
        for holds in (_DATE.match, _CLOCK.fullmatch)
    )
    if dated is None and clock is None:
        return
    heads = ["".join(cell.casefold().split()).removesuffix("name") for cell in head]
    named = [*zip(heads, columns, strict=True)]
    who = next((column for name, column in named if _WHO.fullmatch(name) and _mostly(_no_time, column)), ())
    what = next((column for name, column in named if _WHAT.fullmatch(name)), ())
    if (what and len(set(who)) > 1) or (len(body) >= _FEW and _at_once(dated, clock) and _by_people(columns)):
        raise ReadError("chat_log")


def _no_time(cell: str) -> bool:
    """Whether a cell may say who wrote: "from" heads the beginnings of times as well."""
    return not _TIME.search(cell) and not _DATE.match(cell)


def _mostly(holds: Callable[[str], object], column: Column) -> bool:
    return sum(map(bool, map(holds, column))) >= _MOSTLY * len(column)


def _at_once(dated: Column | None, clock: Column | None) -> bool:
    """Whether most rows are of the same day as the one before, and of a minute that nobody would plan for."""
    days, times = list[str](), list[re.Match[str] | None]()
    for cell in dated or ():
        date = _DATE.match(cell)
        days.append(date.group() if date else "")
        times.append(_TIME.search(cell, date.end()) if date else None)
    if clock is not None:
        times = [_CLOCK.fullmatch(cell) for cell in clock]
    odd = sum(time is not None and int(time[1]) % _ROUND > 0 for time in times)
    return 2 * odd >= len(times) and 2 * sum(map(eq, days, days[1:])) >= len(days) - 1


def _by_people(columns: Sequence[Column]) -> bool:
    """Whether a column holds the names of a few, who come again and again, and another what they say."""
    named = [column for column in columns if _names(column)]
    asking = [
        column for column in columns if 2 * len(set(column)) > len(column) and any(map(_ASKS.search, column))
    ]
    return bool(named and asking)


def _names(column: Column) -> bool:
    told = [cell for cell in column if cell]
    different = set(told)
    return 1 < len(different) <= len(told) / 2 and all(
        len(cell) <= _NAME_CHARS and any(map(str.isalpha, cell)) for cell in different
    )
