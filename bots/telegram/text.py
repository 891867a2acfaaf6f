"""What is said, as Telegram takes it: plain text, entities in UTF-16 code units, an inline keyboard.

There is no markup, so nothing that stands in a text can break it or reach out of it.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import regex
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from kernel.addresses import is_public_host
from kernel.chat import PRIVATELY, Button, Outbound, units
from kernel.i18n.bidi import CONTROLS, isolate

GOOD, FLAG = "fb:good", "fb:flag"
SAY, OF_OUTBOUND = "say:", "o:"
"""What a button sends that says something: the words, or the outbound's number and the button's in it."""

_DATA_BYTES: Final = 64
_LABEL_UNITS: Final = 32
_SOURCE_UNITS, _SOURCE_LEAST, _MOST_SOURCES = 120, 12, 10
_BOOK, _BETWEEN = "📖 ", " · "
_SHORT_UNITS, _IN_A_ROW, _MOST_BUTTONS = 12, 3, 24
_ADDRESS_MOST: Final = 2_048
_TOPIC: Final = regex.compile(r"[A-Za-z0-9_-]{0,64}")
# Telegram makes spaces of the first and takes the last out by itself, after it has read our offsets.
_CONTROL: Final = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LINES: Final = regex.compile(r"\r\n?|[\u2028\u2029\x85]")
_DIRECTING: Final = regex.compile("[\u202a-\u202e]")
_SIGN: Final = regex.compile(r"\X")
# Joiners shape letters and emoji; tags make flags. Nothing else that doesn't show belongs in a label.
_SHAPING: Final = frozenset("\u200c\u200d") | frozenset(map(chr, range(0xE0020, 0xE0080)))
_MARKS_MOST: Final = 16
_SAFE: Final = "%/:?@!$&'()*+,;=~-._"


class TooLong(ValueError):
    """More than Telegram takes in one message, without any source under it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What links and buttons depend on: the bot's name, the public site's address, where it is said."""

    username: str
    public: str
    private: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's text with its entities, and what can be pressed under it."""

    text: str
    entities: list[MessageEntity]
    keyboard: InlineKeyboardMarkup | None


class _Text:
    """A text that grows, and its entities."""

    def __init__(self) -> None:
        self.text = ""
        self.entities: list[MessageEntity] = []

    def add(self, text: str, kind: str = "", *, url: str | None = None) -> None:
        if kind and text:
            at, length = units(self.text), units(text)
            self.entities.append(MessageEntity(type=kind, offset=at, length=length, url=url))
        self.text += text


def rendered(said: Outbound, setting: Setting, *, outbound_id: int, limit: int) -> Rendered:
    """A message of at most `limit` UTF-16 units; what is too much of its sources' labels is left out.

    Raises:
        TooLong: it is too much without them.
    """
    text = _Text()
    text.add(clean(said.notice), "italic")
    quoted, body = clean(said.quote), clean(said.text)
    if text.text and (quoted or body):
        text.add("\n\n")
    text.add(quoted, "blockquote")
    if quoted and body:
        text.add("\n")
    text.add(body)
    left = limit - units(text.text)
    if left < 0:
        raise TooLong(f"{limit - left} of {limit} units")
    sources = _sources(said, setting.public)
    if text.text and (labels := _labels([label for label, _ in sources], said.lang, left - 2)):
        text.add("\n\n" + _BOOK)
        for at, (label, (_, url)) in enumerate(zip(labels, sources, strict=False)):
            text.add(_BETWEEN if at else "")
            text.add(label, "text_link" if url else "", url=url)
    return Rendered(text.text, text.entities, _keyboard(said, sources, setting, outbound_id))


def clean(text: str) -> str:
    """A text as Telegram would keep it, so that what is counted here is what is counted there."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _DIRECTING.sub("", _CONTROL.sub(" ", _LINES.sub("\n", whole))).strip()


def short(text: str, most: int) -> str:
    """A label of at most so many units, on one line, of nothing but what shows; empty where nothing does."""
    shown = "".join(
        one
        for one in " ".join(clean(text).split())
        if unicodedata.category(one)[0] != "C" or one in _SHAPING or unicodedata.category(one) == "Cn"
    ).strip()
    if not any(unicodedata.category(one)[0] in "LNPS" for one in shown):
        return ""
    signs = [sign.group()[:_MARKS_MOST] for sign in _SIGN.finditer(shown)]
    whole = "".join(signs)
    if units(whole) <= most:
        return whole
    kept, left = "", most - 1
    for sign in signs:
        left -= units(sign)
        if left < 0:
            break
        kept += sign
    return kept.rstrip() + "…"


def address(url: str, public: str) -> str | None:
    """A whole web address that Telegram opens, for one or for a path of the `public` site; None where there
    is none: Telegram refuses a message with a button to this machine, or to an inner network.
    """
    if url.startswith("/") and not url.startswith("//"):
        url = public + url
    try:
        parts = urlsplit(clean(url))
        host = parts.hostname or ""
        parts.port  # noqa: B018 - asking for a port that is none raises
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or ":" in host:
        return None
    if not is_public_host(host):
        return None
    rest = (quote(part, safe=_SAFE) for part in parts[2:])
    whole = urlunsplit((parts.scheme, parts.netloc, *rest))
    return whole if len(whole) <= _ADDRESS_MOST else None


def _bare(text: str) -> str:
    """A text without what holds directions together in it."""
    return "".join(each for each in text if each not in CONTROLS)


def _sources(said: Outbound, public: str) -> list[tuple[str, str | None]]:
    """The sources' labels and addresses, each once; none that the text has named and that can't be opened."""
    found = ((short(one.label, _SOURCE_UNITS), address(one.url, public)) for one in said.citations)
    text = _bare(said.text)
    shown = (one for one in found if one[0] and (one[1] or _bare(one[0]) not in text))
    return list(dict.fromkeys(shown))[:_MOST_SOURCES]


def _labels(labels: Sequence[str], lang: str, room: int) -> list[str]:
    """As many labels as there is room for on one line, none of them longer than its share."""
    room -= units(_BOOK)
    for count in range(len(labels), 0, -1):
        # Around a label of the other direction stand two signs more.
        share = (room - units(_BETWEEN) * (count - 1)) // count - 2
        if share >= _SOURCE_LEAST:
            return [isolate(short(label, share), lang) for label in labels[:count]]
    return []


def _keyboard(
    said: Outbound, sources: Iterable[tuple[str, str | None]], setting: Setting, outbound_id: int
) -> InlineKeyboardMarkup | None:
    made = [
        InlineKeyboardButton(text=_BOOK + short(label, _LABEL_UNITS), url=url)
        for label, url in sources
        if url
    ][:1]
    for index, button in enumerate(said.buttons[:_MOST_BUTTONS]):
        if (one := _button(button, index, setting, outbound_id)) is not None:
            made.append(one)
    rows = _rows(made)
    if said.citations and said.judged and not said.by and setting.private:
        pair = (("👍", GOOD), ("⚑", FLAG))
        rows.append([InlineKeyboardButton(text=sign, callback_data=data) for sign, data in pair])
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _button(button: Button, index: int, setting: Setting, outbound_id: int) -> InlineKeyboardButton | None:
    """A button as Telegram takes it; None for one that would lead nowhere."""
    url = _target(button.url, setting) if button.url else None
    text = clean(button.text or "")
    label = short(button.label, _LABEL_UNITS) or short(text, _LABEL_UNITS)
    if not label and url:
        label = short(urlsplit(url).netloc, _LABEL_UNITS)
    if not label or not (url or text):
        return None
    if url:
        return InlineKeyboardButton(text=label, url=url)
    data = SAY + text
    if len(data.encode()) > _DATA_BYTES:
        data = f"{OF_OUTBOUND}{outbound_id}:{index}"
    return InlineKeyboardButton(text=label, callback_data=data)


def _target(url: str, setting: Setting) -> str | None:
    if url.startswith(PRIVATELY):
        parameter = url.removeprefix(PRIVATELY)
        if not _TOPIC.fullmatch(parameter):
            return None
        start = f"?start={parameter}" if parameter else ""
        return f"https://t.me/{setting.username}{start}"
    if url.startswith("tg://") and clean(url) == url:
        return url
    return address(url, setting.public)


def _rows(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Short ones side by side, others each in a row of its own."""
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for button in buttons:
        is_short = units(button.text) <= _SHORT_UNITS
        if is_short and room:
            rows[-1].append(button)
            room -= 1
        else:
            rows.append([button])
            room = _IN_A_ROW - 1 if is_short else 0
    return rows
