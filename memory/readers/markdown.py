"""Markdown with optional front matter (title, date, licence, tier, author, language, address)."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from memory.readers.chat_log import refuse_chat
from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.headings import below_headings
from memory.readers.html_texts import told_in
from memory.readers.markdown_dialects import standard
from memory.readers.markdown_html import as_html
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.types import Document

_LICENCE_KEYS = ("licence", "license", "rights")
_DATE_KEYS = ("date", "published", "created", "updated")
_FRONT_MATTER_LIMIT = 64 * 1024


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    front, body = split_front_matter(decode(read_bytes(path, options.limits)))
    if front.get("draft", "").lower() in ("true", "yes"):
        raise ReadError("draft")
    refuse_chat(body)
    told = told_in(as_html(standard(body, name)))
    blocks = tuple(below_headings(told, stated=front.get("title")))
    first = next((each.text for each in told if each.level is not None), None)
    licence = next((front[key] for key in _LICENCE_KEYS if key in front), None)
    meta = {key: value for key, value in (("licence", licence), ("tier", front.get("tier"))) if value}
    document = Document(
        "markdown",
        front.get("title") or first or "",
        blocks,
        url=front.get("url") or front.get("canonical_url"),
        author=front.get("author"),
        published_at=next((when for key in _DATE_KEYS if (when := _date(front.get(key)))), None),
        lang=front.get("lang") or front.get("language"),
        meta=meta,
    )
    return ReadResult((document,))


def split_front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """The scalars of a leading YAML or TOML block as strings, keys in lower case, and the text below it."""
    if text.startswith("+++\n"):
        return _toml(text)
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---", 3, _FRONT_MATTER_LIMIT)
    after = text.find("\n", end + 1)
    if end < 0 or text[end + 4 : after if after >= 0 else None].strip("-. "):
        return {}, text
    fields = {}
    # Line by line: content needs scalars only, and YAML's anchors are a way to blow up memory.
    for line in text[4:end].split("\n"):
        key, colon, value = line.partition(":")
        if colon and key and not key[0].isspace() and not key.startswith("#"):
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            if value:
                fields[key.strip().lower()] = value
    return fields, text[after + 1 :] if after >= 0 else ""


def _toml(text: str) -> tuple[Mapping[str, str], str]:
    end = text.find("\n+++\n", 3, _FRONT_MATTER_LIMIT)
    if end < 0:
        return {}, text
    try:
        found = tomllib.loads(text[4 : end + 1])
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}, text
    fields = {key.lower(): str(value) for key, value in found.items() if not isinstance(value, dict | list)}
    return fields, text[end + 5 :]


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        try:
            when = datetime.combine(date.fromisoformat(value[:10]), datetime.min.time())
        except ValueError:
            return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
