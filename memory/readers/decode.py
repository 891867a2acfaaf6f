"""Bytes of unknown encoding to text: byte-order marks, UTF-8, UTF-16 without a mark, then by letters."""

import codecs
import re
import unicodedata
from collections import Counter
from pathlib import Path

from memory.readers.charsets import guess
from memory.readers.errors import ReadError
from memory.readers.options import MB, Limits

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Controls that no text needs; tab and newlines are kept. Postgres can't hold U+0000 at all.
_CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), *range(127, 133), *range(134, 160), 0xFEFF])
# Where a word may be broken, or not: within words they part what is one.
_CONTROLS.update(dict.fromkeys((0xAD, 0x200B, 0x2060)))
_CONTROLS[12] = ord("\n")
_CONTROLS[0x85] = _CONTROLS[0x2028] = ord("\n")
_CONTROLS[0x2029] = ord("\n")
_GUESS_BYTES = 256 * 1024  # enough for statistics; the whole of a large file would take seconds
_NEVER_TYPED = bytes([*range(9), 11, *range(14, 27), *range(28, 32)])
# What texts are made of: swap the bytes of UTF-16, and most of it lies elsewhere.
_ORDINARY = re.compile(
    "[\\t\\n\\r -~\xa0-\u024f\u0370-\u06ff\u0900-\u097f\u0e00-\u0e7f\u2010-\u2027\u3000-\u30ff"
    "\u4e00-\u9fff\uac00-\ud7af\uff00-\uff65]"
)


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The file's bytes, if it isn't larger than a text may be."""
    if path.stat().st_size > limits.text_bytes:
        raise ReadError("too_large", limit_mb=limits.text_bytes // MB)
    return path.read_bytes()


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of ``data``, with plain newlines and no control characters.

    ``declared`` is an encoding stated outside the bytes (an HTTP header); it is tried before guessing.
    Raises ReadError("unknown_type") where the bytes are no text in any encoding.
    """
    return clean(_decode(data, declared))


def clean(text: str) -> str:
    """NFC, plain newlines, no control characters, no marks of where words may break, no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    text = unicodedata.normalize("NFC", text)
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    wide = _wide_encoding(data)
    if wide:
        return data.decode(wide, "replace")
    for candidate in ("utf-8", declared):
        if candidate:
            try:
                return data.decode(candidate)
            except (UnicodeError, LookupError):
                continue
    if _is_damaged_utf8(data):
        return data.decode("utf-8", "replace")
    return _guess(data)


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of Western text is zero, of others it comes again."""
    head = data[:4096]
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    if (len(head) - len(head.translate(None, _NEVER_TYPED))) * 50 < len(head):
        return None
    best: tuple[float, str] = (0.0, "")
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        text = head[: 2 * half].decode(name, "replace")
        ordinary = len(_ORDINARY.findall(text)) / len(text)
        repeated = Counter(high).most_common(1)[0][1] > 0.6 * half
        if repeated or not _is_utf8(head):
            best = max(best, (ordinary, name))
    return best[1] if best[0] > 0.95 else None


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(data: bytes) -> bool:
    """A few wrong bytes in a text that is otherwise UTF-8 with non-ASCII letters (a torn upload)."""
    text = data[:_GUESS_BYTES].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(map(text.count, {char for char in text[:20_000] if char > "\x7f"} - {"\ufffd"}))
    return wrong * 20 < right


def _guess(data: bytes) -> str:
    found = None if data[:_GUESS_BYTES].count(0) else guess(data)
    if found:
        return data.decode(found, "replace")
    from charset_normalizer import from_bytes  # knows the encodings of rarer languages

    best = from_bytes(data[:_GUESS_BYTES], steps=5, chunk_size=2048).best()
    if best is None or data[:_GUESS_BYTES].count(0) * 20 > len(data[:_GUESS_BYTES]):
        raise ReadError("unknown_type")
    return data.decode(best.encoding, "replace")
