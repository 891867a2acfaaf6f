"""Whether a table is a chat: who wrote what when, by what its columns are called or by what they hold."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
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
    r"|(?P<unix>1\d{9}(?:\d{3})?(?:\.\d+)?\Z)"  # seconds or milliseconds
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
    "|보낸사람|발신자|사용자|닉네임"
)
_WHAT: Final = re.compile(
    "content|message|messages|text|body|nachricht|inhalt|mensaje|contenido|texto|contenu|texte|mensagem"
    "|conteúdo|mesaj|içerik|metin|сообщение|содержание|содержимое|текст|повідомлення|зміст|pesan|isi|teks"
    "|tinnhắn|nộidung|vănbản|ข้อความ|เนื้อหา|संदेश|सामग्री|الرسالة|رسالة|المحتوى|النص|پیام|متن|محتوا"
    "|メッセージ|内容|本文|テキスト|消息|信息|文本|正文|訊息|內容|메시지|내용|본문"
)
# What heads the titles of posts, which nobody gives to what is said in a chat.
_TITLE: Final = re.compile(
    "title|headline|titel|überschrift|título|titulo|titre|başlık|заголовок|название|назва|judul|tiêuđề"
    "|ชื่อเรื่อง|หัวข้อ|शीर्षक|العنوان|عنوان|タイトル|题目|标题|題目|標題|제목"
)

Column = Sequence[str]


def refuse_table(rows: Sequence[Sequence[str]]) -> None:
    """Raise ReadError ("chat_log") for a chat exported as a table: several people, each with texts and dates.

    What its columns are called tells that in the languages known here, where people come again, or write on
    the same day or with the time of it, and give no titles. In any, a few names tell it that stand with odd
    minutes of the same day after day, and with texts of which some ask something.
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
    called = _called_as_in_a_chat(head, columns, soon=dated is None or clock is not None or _soon(dated))
    if called or (len(body) >= _FEW and _at_once(dated, clock) and _by_people(columns)):
        raise ReadError("chat_log")


def _called_as_in_a_chat(head: Sequence[str], columns: Sequence[Column], *, soon: bool) -> bool:
    """Whether columns are called as in an exported chat, and hold nothing that speaks against one."""
    heads = ["".join(cell.casefold().split()).removesuffix("name") for cell in head]
    named = [*zip(heads, columns, strict=True)]
    who = next((column for name, column in named if _WHO.fullmatch(name) and _mostly(_no_time, column)), ())
    what = any(_WHAT.fullmatch(name) for name in heads)
    if not what or len(set(who)) < 2:
        return False
    # A title of the whole chat stands in each row.
    titled = any(_TITLE.fullmatch(name) and 2 * len(set(column)) > len(column) for name, column in named)
    return not titled and (soon or _again(who))


def _no_time(cell: str) -> bool:
    """Whether a cell may say who wrote: "from" heads the beginnings of times as well."""
    return not _TIME.search(cell) and not _DATE.match(cell)


def _mostly(holds: Callable[[str], object], column: Column) -> bool:
    return sum(map(bool, map(holds, column))) >= _MOSTLY * len(column)


def _soon(dated: Column) -> bool:
    """Whether most dates have a time of day, or are of the same day as the one before."""
    dates = [(cell, date) for cell in dated if (date := _DATE.match(cell))]
    timed = [date for cell, date in dates if date["unix"] or _TIME.search(cell, date.end())]
    return 2 * len(timed) > len(dates) or _alike([_day(cell) for cell in dated])


def _day(cell: str) -> str:
    date = _DATE.match(cell)
    return date.group() if date else ""


def _alike(days: Sequence[str]) -> bool:
    return 2 * sum(one == other for one, other in pairwise(days)) >= len(days) - 1


def _at_once(dated: Column | None, clock: Column | None) -> bool:
    """Whether most rows are of the same day as the one before, and of a minute that nobody would plan for."""
    days, times = [_day(cell) for cell in dated or ()], list[re.Match[str] | None]()
    for cell in dated or ():
        date = _DATE.match(cell)
        times.append(_TIME.search(cell, date.end()) if date else None)
    if clock is not None:
        times = [_CLOCK.fullmatch(cell) for cell in clock]
    odd = sum(time is not None and int(time[1]) % _ROUND > 0 for time in times)
    return 2 * odd >= len(times) and _alike(days)


def _by_people(columns: Sequence[Column]) -> bool:
    """Whether a column holds the names of a few, who come again and again, and another what they say."""
    named = [column for column in columns if _names(column)]
    asking = [
        column for column in columns if 2 * len(set(column)) > len(column) and any(map(_ASKS.search, column))
    ]
    return bool(named and asking)


def _names(column: Column) -> bool:
    return _again(column) and all(
        len(cell) <= _NAME_CHARS and any(map(str.isalpha, cell)) for cell in set(column) if cell
    )


def _again(column: Column) -> bool:
    """Whether a column holds several things, each on an average twice or more."""
    told = [cell for cell in column if cell]
    return 1 < len(set(told)) <= len(told) / 2
