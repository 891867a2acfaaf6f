"""What is said, as Discord takes it: text whose signs are no markup, and buttons.

Only what we add ourselves is markup: the notice in italics, a quote, the line of sources. What is to stand
out is a card (`cards.py`) of the same parts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

import regex

from kernel.addresses import is_public_host
from kernel.chat import PRIVATELY, Button, Outbound, units
from kernel.i18n.bidi import isolate

GOOD, FLAG = "fb:good", "fb:flag"
SAY, OF_OUTBOUND = "say:", "o:"
"""What a button sends that says something: the words, or the outbound's number and the button's in it."""

MOST_UNITS: Final = 2_000
_ADDRESS_MOST, _LABEL_UNITS, _NAME_UNITS = 512, 80, 100
_SOURCE_UNITS, _MOST_SOURCES = 120, 10
_IN_A_ROW, _MOST_ROWS, _MOST_LINKS = 5, 5, 5
_BOOK, _BETWEEN, _SMALL = "📖 ", " · ", "-# "
_ROW, _BUTTON, _GREY, _LINK = 1, 2, 2, 5
_CONTROL: Final = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LINES: Final = regex.compile(r"\r\n?|[\u2028\u2029\x85]")
_DIRECTING: Final = regex.compile("[\u202a-\u202e]")
_SIGN: Final = regex.compile(r"\X")
_SAFE: Final = "%/:?@!$&'()*+,;=~-._"
# A link that stands in a text stays one: in it nothing is markup but what hides it.
_URL: Final = regex.compile(r"https?://[^\s<>]+")
_ANYWHERE: Final = regex.compile(r"[\\*_~`|\[\]<]")
# At a line's beginning: headings, small print, quotes, lists.
_AT_BEGINNING: Final = regex.compile(r"^(\s*)(#{1,3}(?=\s)|-#|-(?=\s)|\+(?=\s)|>)", regex.MULTILINE)
_NUMBERED: Final = regex.compile(r"^(\s*\d{1,9})([.)])(?=\s)", regex.MULTILINE)
# Where so much is to be escaped that it doesn't fit: signs that look alike, and mean nothing.
_ALIKE: Final = str.maketrans(dict(zip("\\*_~`|[]<>#", "∖∗＿∼ˋ∣［］‹›＃", strict=True)))


class TooLong(ValueError):
    """More than Discord takes in one message, without any source under it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What links and buttons depend on: the bot's number, the public site's address, where it is said."""

    user_id: int
    public: str
    private: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's content, and the rows of buttons under it; of a card all stands in its `components`."""

    content: str
    components: list[dict[str, Any]]
    card: bool = False


def rendered(said: Outbound, setting: Setting, *, outbound_id: int) -> Rendered:
    """A message; what is too much of its sources' labels is left out.

    Raises:
        TooLong: it is too much without them.
    """
    content = _body(said, escaped)
    if units(content) > MOST_UNITS:
        content = _body(said, alike)
    left = MOST_UNITS - units(content)
    if left < 0:
        raise TooLong(f"{MOST_UNITS - left} of {MOST_UNITS} units")
    sources = sources_of(said, setting.public)
    if content and (line := line_of([label for label, url in sources if not url], said.lang, left)):
        content += line
    return Rendered(content, rows(said, sources, setting, outbound_id))


def escaped(text: str) -> str:
    """A text of which Discord takes nothing for markup."""
    shown, at = "", 0
    for link in _URL.finditer(text):
        shown += _ANYWHERE.sub(r"\\\g<0>", text[at : link.start()]) + link.group()
        at = link.end()
    shown += _ANYWHERE.sub(r"\\\g<0>", text[at:])
    return _NUMBERED.sub(r"\1\\\2", _AT_BEGINNING.sub(r"\1\\\2", shown))


def clean(text: str) -> str:
    """A text without what doesn't show, or would turn what stands around it."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _DIRECTING.sub("", _CONTROL.sub(" ", _LINES.sub("\n", whole))).strip()


def short(text: str, most: int) -> str:
    """A label of at most so many units, on one line."""
    shown = " ".join(clean(text).split())
    if units(shown) <= most:
        return shown
    kept, left = "", most - 1
    for sign in _SIGN.findall(shown):
        left -= units(sign)
        if left < 0:
            break
        kept += sign
    return kept.rstrip() + "…"


def address(url: str, public: str) -> str | None:
    """A whole web address for one or for a path of the `public` site; None where a button can't open it."""
    if url.startswith("/") and not url.startswith("//"):
        url = public + url
    try:
        parts = urlsplit(clean(url))
        host = parts.hostname or ""
        parts.port  # noqa: B018 - asking for a port that is none raises
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not is_public_host(host):
        return None
    whole = urlunsplit((parts.scheme, parts.netloc, *(quote(part, safe=_SAFE) for part in parts[2:])))
    return whole if len(whole) <= _ADDRESS_MOST else None


def alike(text: str) -> str:
    """A text of which Discord takes nothing for markup, no longer than it was: by signs that look alike."""
    return "".join(
        part if _URL.match(part) else part.translate(_ALIKE)
        for part in regex.split(rf"({_URL.pattern})", text)
    )


def _body(said: Outbound, written: Any) -> str:
    notice, quoted, text = (written(clean(one)) for one in (said.notice, said.quote, said.text))
    parts = []
    if notice:
        parts.append("\n".join(f"*{line}*" if line.strip() else "" for line in notice.split("\n")) + "\n")
    if quoted:
        parts.append("\n".join(f"> {line}" for line in quoted.split("\n")))
    if text:
        parts.append(text)
    return "\n".join(parts).strip("\n")


def sources_of(said: Outbound, public: str) -> list[tuple[str, str | None]]:
    """The sources' labels and addresses, each once; none that the text has named and that can't be opened."""
    found = ((short(one.label, _SOURCE_UNITS), address(one.url, public)) for one in said.citations)
    shown = (one for one in found if one[0] and (one[1] or one[0] not in said.text))
    return list(dict.fromkeys(shown))[:_MOST_SOURCES]


def line_of(labels: Sequence[str], lang: str, room: int) -> str:
    """The sources that no button opens, on a line in small print: as many as there is room for."""
    begun = f"\n{_SMALL}{_BOOK}"
    for count in range(len(labels), 0, -1):
        shown = [isolate(escaped(label), lang) for label in labels[:count]]
        line = begun + _BETWEEN.join(shown)
        if units(line) <= room:
            return line
    return ""


def rows(
    said: Outbound, sources: Iterable[tuple[str, str | None]], setting: Setting, outbound_id: int
) -> list[dict[str, Any]]:
    """The buttons under a message: its sources, its own, what is thought of it."""
    links = [_link(_BOOK + label, url) for label, url in sources if url][:_MOST_LINKS]
    own = [
        one
        for index, button in enumerate(said.buttons)
        if (one := _button(button, index, setting, outbound_id)) is not None
    ]
    asked = said.citations and said.judged and not said.by and setting.private
    opinions = [_pressed("👍", GOOD), _pressed("⚑", FLAG)] if asked else []
    room = _MOST_ROWS - bool(opinions)
    named: dict[str, dict[str, Any]] = {}
    for one in (*links, *own):
        named.setdefault(one.get("custom_id") or f"{one['url']} {one['label']}", one)
    buttons = list(named.values())[: room * _IN_A_ROW]
    whole = [buttons[at : at + _IN_A_ROW] for at in range(0, len(buttons), _IN_A_ROW)]
    return [{"type": _ROW, "components": row} for row in (*whole, opinions) if row]


def _button(button: Button, index: int, setting: Setting, outbound_id: int) -> dict[str, Any] | None:
    """A button as Discord takes it; None for one that would lead nowhere."""
    url = _target(button.url, setting) if button.url else None
    text = clean(button.text or "")
    label = button.label if clean(button.label) else text or urlsplit(url or "").netloc
    if not clean(label) or not (url or text):
        return None
    if url:
        return _link(label, url)
    name = SAY + text
    return _pressed(label, name if units(name) <= _NAME_UNITS else f"{OF_OUTBOUND}{outbound_id}:{index}")


def _link(label: str, url: str) -> dict[str, Any]:
    return {"type": _BUTTON, "style": _LINK, "label": short(label, _LABEL_UNITS), "url": url}


def _pressed(label: str, name: str) -> dict[str, Any]:
    return {"type": _BUTTON, "style": _GREY, "label": short(label, _LABEL_UNITS), "custom_id": name}


def _target(url: str, setting: Setting) -> str | None:
    if url.startswith(PRIVATELY):
        # No link begins a private chat with something said; from here one is a press away.
        return f"https://discord.com/users/{setting.user_id}"
    return address(url, setting.public)
