"""Texts as Telegram keeps them: cleaned, counted in UTF-16 units, with entities given, parsed or found."""

import re
from html import unescape
from typing import Any

from tests.emulators.telegram.errors import NotEmulated, bad

Entities = list[dict[str, Any]]

TEXT_LIMIT, CAPTION_LIMIT, ENTITY_LIMIT = 4096, 1024, 100

# Control characters become spaces; line separators and what turns the direction of letters are taken out.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_REMOVED = re.compile("[\u2028-\u202e]")
_FOUND = {
    "url": re.compile(
        r"(?<![\w@./])(?:https?://[^\s<>\"]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|example)\b[^\s<>\"]*)"
    ),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{4,32}(?!\w)"),
    "bot_command": re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    "hashtag": re.compile(r"(?<!\w)#\w*[^\W\d]\w*"),
}
_TYPES_WORDS = (
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough "
    "spoiler blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time"
)
_TYPES = frozenset(_TYPES_WORDS.split())
_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-spoiler": "spoiler", "a": "text_link",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z-]+)([^<>]*)>|<")
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]*)""")


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def between(text: str, offset: int, length: int) -> str:
    """The part of a text from one UTF-16 offset on."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """A text as Telegram's servers keep it."""
    return _REMOVED.sub("", _CONTROL.sub(" ", text.replace("\r", "")))


def formatted(
    text: str,
    entities: Entities | None,
    parse_mode: str | None,
    *,
    limit: int = TEXT_LIMIT,
    what: str = "message text",
) -> tuple[str, Entities]:
    """A text with its entities, as it is stored.

    Raises:
        ApiError: it is too long, or its markup can't be read; `what` it is stands in the message.
    """
    given = list(entities or ())
    if parse_mode:
        text, given = _parsed(text, parse_mode)
    else:
        _check(text, given)
        before, text = text, clean(text)
        given = given if before == text else []
    left = len(text) - len(text.lstrip())
    shift, text = units(text[:left]), text.strip()
    if units(text) > limit:
        raise bad("message caption is too long" if limit == CAPTION_LIMIT else "message is too long")
    kept = _fitted(given, shift, units(text))
    return text, sorted(kept + _found(text, kept), key=lambda one: (one["offset"], -one["length"]))


def found(text: str) -> Entities:
    """What Telegram marks by itself in a text that a person types."""
    return sorted(_found(text, []), key=lambda one: one["offset"])


def _fitted(entities: Entities, shift: int, length: int) -> Entities:
    kept = []
    for one in entities[:ENTITY_LIMIT]:
        start = max(one["offset"] - shift, 0)
        end = min(one["offset"] - shift + one["length"], length)
        if end > start:
            kept.append(one | {"offset": start, "length": end - start})
    return kept


def _check(text: str, entities: Entities) -> None:
    end = units(text)
    for one in entities:
        if one.get("type") not in _TYPES:
            raise bad("can't parse entities: unsupported entity type")
        offset, length = one.get("offset"), one.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 0:
            raise bad("can't parse entities: wrong offset or length specified")
        if offset + length > end:
            raise bad(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at offset {end}"
            )
        if one["type"] == "text_link" and not one.get("url"):
            raise bad("can't parse entities: the entity has no URL")


def _found(text: str, given: Entities) -> Entities:
    taken = [
        (one["offset"], one["offset"] + one["length"])
        for one in given
        if one["type"] in ("code", "pre", "text_link", "text_mention")
    ]
    marks: Entities = []
    for kind, pattern in _FOUND.items():
        for match in pattern.finditer(text):
            start, length = units(text[: match.start()]), units(match[0])
            if all(start >= end or start + length <= begin for begin, end in taken):
                marks.append({"type": kind, "offset": start, "length": length})
                taken.append((start, start + length))
    return marks[:ENTITY_LIMIT]


def _parsed(text: str, parse_mode: str) -> tuple[str, Entities]:
    if parse_mode.lower() != "html":
        raise NotEmulated(f"parse_mode {parse_mode}")
    made: list[str] = []
    open_tags: list[tuple[str, int, str]] = []
    entities: Entities = []
    at = 0
    for match in _TAG.finditer(text):
        made.append(unescape(text[at : match.start()]))
        at = match.end()
        closing, name, rest = match[1], (match[2] or "").lower(), match[3] or ""
        here = len(text[: match.start()].encode())
        if name not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {here}')
        offset = units("".join(made))
        if not closing:
            open_tags.append((name, offset, rest))
        elif not open_tags or open_tags[-1][0] != name:
            raise bad(f"can't parse entities: Unmatched end tag at byte offset {here}")
        else:
            _, start, rest = open_tags.pop()
            entity: dict[str, Any] = {"type": _TAGS[name], "offset": start, "length": offset - start}
            if name == "a":
                entity["url"] = unescape(href[1]) if (href := _HREF.search(rest)) else ""
            if entity["length"]:
                entities.append(entity)
    if open_tags:
        name = open_tags[-1][0]
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\"")
    made.append(unescape(text[at:]))
    return clean("".join(made)), sorted(entities, key=lambda one: (one["offset"], -one["length"]))
