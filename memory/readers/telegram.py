"""Telegram's JSON export (result.json): a channel's own posts; of other chats only one's own messages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from memory.notes import Note, counted
from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.json_text import parsed
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.types import Block, Document, Locator

_CHANNELS: Final = frozenset({"public_channel", "private_channel"})
_KINDS: Final = {
    "personal_chat": "personal chat",
    "private_group": "group",
    "private_supergroup": "group",
    "public_supergroup": "group",
    "bot_chat": "chat with a bot",
    "saved_messages": "chat with yourself",
}
# A public name, or what a private channel is called in the addresses of its posts.
_USERNAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}|c/[1-9][0-9]{3,19}")
_HEADING_CHARS: Final = 100

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """What may be learned from an export. ``media`` maps the paths of its own files to post and title."""

    documents: tuple[Document, ...]
    notes: tuple[Note, ...] = ()
    media: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    export = read_export(path, options)
    return ReadResult(export.documents, notes=export.notes)


def read_export(path: Path, options: ReadOptions) -> Export:
    """The export in a result.json, of one chat or of a whole account.

    Raises ReadError: those of ``parsed``, "unknown_format", "not_own_messages" and "author_not_found" (a chat
    of several people, without or with the wrong ``options.author``), "no_messages".
    """
    data = parsed(decode(read_bytes(path, options.limits)))
    if not isinstance(data, dict):
        raise ReadError("unknown_format")
    if isinstance(data.get("messages"), list):
        return _chat(data, options)
    chats = data.get("chats")
    listed = chats.get("list") if isinstance(chats, dict) else None
    if not isinstance(listed, list):
        raise ReadError("unknown_format")
    return _account([chat for chat in listed if isinstance(chat, dict)], options)


def _account(chats: Sequence[Json], options: ReadOptions) -> Export:
    """Every chat of an account that may be learned from; the others are counted in a note."""
    taken: list[Export] = []
    refused: list[ReadError] = []
    for chat in chats:
        try:
            taken.append(_chat(chat, options))
        except ReadError as error:
            refused.append(error)
    if not taken:
        raise refused[0] if refused else ReadError("no_messages")
    return Export(
        tuple(document for export in taken for document in export.documents),
        (*(note for export in taken for note in export.notes), *counted("others_chats", len(refused))),
        {path: post for export in taken for path, post in export.media.items()},
    )


def _chat(chat: Json, options: ReadOptions) -> Export:
    kind = str(chat.get("type", ""))
    entries: list[Json] = [each for each in chat.get("messages", ()) if isinstance(each, dict)]
    messages = [each for each in entries if each.get("type") == "message"]  # not "X pinned a message"
    if kind not in _CHANNELS:
        messages = _own(messages, kind, options.author)
    name = str(chat.get("name") or "Telegram")
    base = public_address(options.channel or str(chat.get("username") or ""))
    forwarded = [each for each in messages if each.get("forwarded_from", name) != name]
    skipped = {id(each) for each in forwarded}
    texts = {each.get("id"): _text(each) for each in messages}
    blocks: list[Block] = []
    media: dict[str, tuple[str | None, str]] = {}
    for message in messages:
        if id(message) in skipped:
            continue
        number = message.get("id")
        url = f"{base}/{number}" if base and isinstance(number, int) else None
        text = texts[number]
        for path in _media(message):
            media[path] = (url, _first_line(text) or name)
        if text:
            reply_to = _first_line(texts.get(message.get("reply_to_message_id"), ""))
            blocks.append(
                Block(text, Locator(url=url, heading=reply_to or None, published_at=_when(message)))
            )
    if not blocks and not media:
        raise ReadError("no_messages")
    notes = counted("forwarded_posts", len(forwarded))
    return Export((Document("telegram", name, tuple(blocks), url=base),), notes, media)


def _own(messages: Sequence[Json], kind: str, author: str | None) -> list[Json]:
    """The creator's own messages of a chat in which others write, too."""
    if not author:
        raise ReadError("not_own_messages", type=_KINDS.get(kind, "chat"))
    wanted = author.strip().casefold()
    ids = {wanted, f"user{wanted}"}
    own = [
        message
        for message in messages
        if str(message.get("from", "")).casefold() == wanted
        or str(message.get("from_id", "")).casefold() in ids
    ]
    if not own:
        raise ReadError("author_not_found", author=author)
    return own


def public_address(username: str | None) -> str | None:
    """The web address of a channel or group, from ``name``, ``@name``, ``c/number`` or the address itself."""
    name = (username or "").strip().removeprefix("https://t.me/").lstrip("@").rstrip("/")
    return f"https://t.me/{name}" if _USERNAME.fullmatch(name) else None


def _text(message: Json) -> str:
    """A message's words, links in brackets behind the words that carry them, polls as lists."""
    raw = message.get("text", "")
    parts = raw if isinstance(raw, list) else [raw]
    text = "".join(_part(part) for part in parts).strip()
    poll = message.get("poll")
    if isinstance(poll, dict):
        answers = [
            str(answer.get("text", "")) for answer in poll.get("answers", ()) if isinstance(answer, dict)
        ]
        text = "\n".join(
            filter(None, [text, _flat(poll.get("question")), *(f"- {each}" for each in answers)])
        )
    return text


def _flat(value: object) -> str:
    return "".join(map(_part, value)) if isinstance(value, list) else _part(value)


def _part(part: object) -> str:
    if not isinstance(part, dict):
        return part if isinstance(part, str) else ""
    text, href = str(part.get("text") or ""), str(part.get("href") or "")
    shown = part.get("type") == "text_link" and href.startswith(("http://", "https://")) and href != text
    return f"{text} ({href})" if shown else text


def _media(message: Json) -> list[str]:
    """Paths of the message's own files; the export writes a sentence in brackets for those left out."""
    if message.get("media_type") in ("sticker", "animation"):
        return []
    found = [message.get("file"), message.get("photo")]
    return [path for path in found if isinstance(path, str) and not path.startswith("(")]


def _first_line(text: str) -> str:
    line = text.strip().split("\n")[0]
    return line if len(line) <= _HEADING_CHARS else line[:_HEADING_CHARS].rsplit(" ", 1)[0] + "…"


def _when(message: Json) -> datetime | None:
    try:
        if "date_unixtime" in message:
            return datetime.fromtimestamp(int(message["date_unixtime"]), UTC)
        return datetime.fromisoformat(str(message.get("date", ""))).replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
