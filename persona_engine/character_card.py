"""Character Card V3, read and written as JSON and inside a PNG.

The specification is at https://github.com/kwaroran/character-card-spec-v3. Ours stand under
``extensions.understudy``. What a card brings that is not ours is kept as it came, so that an export has it.
V2 cards are read too. Cards come from strangers: everything is bounded.
"""

import base64
import binascii
import io
import json
import math
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from PIL import Image

from persona_engine.errors import BadCard
from persona_engine.style_card import StyleCard

SPEC: Final = "chara_card_v3"
SPEC_VERSION: Final = "3.0"
MOST_BYTES: Final = 16 * 1024 * 1024
_READ_SPECS: Final = (SPEC, "chara_card_v2")
_MOST_JSON_BYTES: Final = 1024 * 1024
_MOST_NODES: Final = 20_000
_DEEPEST: Final = 20
_LONGEST_NAME: Final = 200
_OURS: Final = "understudy"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORDS: Final = (b"ccv3", b"chara")
_TEXTS: Final = (
    "name", "description", "personality", "scenario", "first_mes", "mes_example", "creator_notes",
    "system_prompt", "post_history_instructions", "creator", "character_version",
)  # fmt: skip
_LISTS: Final = ("tags", "alternate_greetings", "group_only_greetings")


@dataclass(frozen=True, slots=True)
class CharacterCard:
    """A character as other programs exchange it. ``data`` is the card's whole ``data`` object without our
    extension; ``style`` is what stood in ours, None where the card has none.
    """

    name: str
    style: StyleCard | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def read_card(raw: bytes) -> CharacterCard:
    """The card in a JSON file or a PNG.

    Raises:
        BadCard: no card in it, another version, too large or too deep, or a field of the wrong kind; says
            which.
    """
    if len(raw) > MOST_BYTES:
        raise BadCard(
            "This file is too large for a character card: at most {most} MiB.", most=MOST_BYTES // 2**20
        )
    card = _parsed(_text_in_png(raw) if raw.startswith(_PNG) else raw)
    if not isinstance(card, dict) or card.get("spec") not in _READ_SPECS:
        raise BadCard("This is no character card of version 2 or 3: its field `spec` must say so.")
    data = card.get("data")
    if not isinstance(data, dict):
        raise BadCard("The card lacks its `data`.")
    _check(data)
    extensions = dict(data.get("extensions") or {})
    ours = extensions.pop(_OURS, None)
    style = StyleCard.from_json(ours["style"]) if isinstance(ours, dict) and "style" in ours else None
    return CharacterCard(data["name"].strip(), style, {**data, "extensions": extensions})


def card_json(card: CharacterCard) -> dict[str, Any]:
    """The card as a V3 object, every required field present."""
    empty: dict[str, Any] = {**dict.fromkeys(_TEXTS, ""), **{name: [] for name in _LISTS}}
    data = {**empty, **card.data, "name": card.name}
    if card.style is not None:
        if not data["mes_example"] and card.style.replies:
            data["mes_example"] = "\n".join(f"<START>\n{{{{char}}}}: {reply}" for reply in card.style.replies)
        ours = {"style": card.style.to_json()}
        data["extensions"] = {**(data.get("extensions") or {}), _OURS: ours}
    else:
        data["extensions"] = dict(data.get("extensions") or {})
    return {"spec": SPEC, "spec_version": SPEC_VERSION, "data": data}


def card_png(card: CharacterCard, picture: bytes) -> bytes:
    """The card inside ``picture`` (any image Pillow reads), as a PNG whose ``ccv3`` text holds it."""
    if not picture.startswith(_PNG):
        converted = io.BytesIO()
        Image.open(io.BytesIO(picture)).convert("RGB").save(converted, "PNG")
        picture = converted.getvalue()
    text = base64.b64encode(json.dumps(card_json(card), ensure_ascii=False).encode())
    out = bytearray(_PNG)
    for kind, body in _chunks(picture):
        if kind == b"IEND":
            out += _chunk(b"tEXt", b"ccv3\0" + text)
        if not (kind == b"tEXt" and body.split(b"\0", 1)[0] in _KEYWORDS):
            out += _chunk(kind, body)
    return bytes(out)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG (ISO/IEC 15948, 5.3), up to its end or to where it is cut off."""
    at = len(_PNG)
    while at + 12 <= len(raw):
        size = int.from_bytes(raw[at : at + 4])
        kind, body = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        if len(body) < size:
            raise BadCard("This PNG is cut off.")
        yield kind, body
        if kind == b"IEND":
            return
        at += size + 12


def _text_in_png(raw: bytes) -> bytes:
    texts = dict(body.split(b"\0", 1) for kind, body in _chunks(raw) if kind == b"tEXt" and b"\0" in body)
    text = next((texts[keyword] for keyword in _KEYWORDS if keyword in texts), None)
    if text is None:
        raise BadCard("There is no character card in this picture.")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadCard("The character card in this picture is damaged.") from error


def _parsed(text: bytes) -> Any:
    if len(text) > _MOST_JSON_BYTES:
        raise BadCard("The card's text is too long: at most {most} KiB.", most=_MOST_JSON_BYTES // 1024)
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadCard("This is neither a PNG nor readable JSON.") from error


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _check(data: dict[str, Any]) -> None:
    """That a card's data can be kept and shown: bounded, of plain text, its known fields of their kinds."""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_NODES:
            raise BadCard("The card is nested too deeply or holds too many fields.")
        if isinstance(value, dict):
            waiting += [(each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]
        elif isinstance(value, float) and not math.isfinite(value):
            raise BadCard("The card holds a number that is none.")
        elif isinstance(value, str) and not _storable(value):
            raise BadCard("The card holds characters that are no text.")
    for name in _TEXTS:
        if not isinstance(data.get(name, ""), str):
            raise BadCard("The card's `{field}` must be a text.", field=name)
    for name in _LISTS:
        items = data.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise BadCard("The card's `{field}` must be a list of texts.", field=name)
    if not isinstance(data.get("extensions") or {}, dict):
        raise BadCard("The card's `extensions` must be an object.")
    if not 0 < len(data.get("name", "").strip()) <= _LONGEST_NAME:
        raise BadCard("The card's `name` must have 1 to {most} characters.", most=_LONGEST_NAME)


def _storable(text: str) -> bool:
    """Whether a database can keep the text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
