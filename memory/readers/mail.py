"""Mail, which is refused, and pages that browsers save in its form: which a text is by its first lines."""

import re
from pathlib import PurePosixPath
from typing import Final

from memory.readers.errors import ReadError

_ENDINGS: Final = frozenset({".eml", ".emlx", ".mbox", ".mbx"})
_PAGES: Final = frozenset({".mhtml", ".mht"})
_HEADER: Final = re.compile(r"([!-9;-~]+):(?:[ \t]|\n|$)")
_MBOX: Final = re.compile(r"From \S+ [^\n]{0,200}\d\d:\d\d[^\n]*\n[!-9;-~]+:")
# What servers and programs write above a message, and people don't above a text.
_SENT: Final = frozenset({"received", "message-id", "mime-version", "return-path", "delivered-to"})
_LOOKED_AT: Final = 200  # lines


def is_saved_page(text: str, name: str) -> bool:
    """Whether a text is a page in the form of mail. Raises ReadError ("mail") for mail itself."""
    suffix = PurePosixPath(name).suffix.lower()
    headers = _headers(text)
    if "snapshot-content-location" in headers or (suffix in _PAGES and "content-type" in headers):
        return True
    if suffix in _ENDINGS or _MBOX.match(text) or ("from" in headers and not _SENT.isdisjoint(headers)):
        raise ReadError("mail")
    return False


def _headers(text: str) -> set[str]:
    """The names of the fields that a text begins with, in lower case."""
    found: set[str] = set()
    for line in text[:64_000].split("\n")[:_LOOKED_AT]:
        if found and line[:1] in (" ", "\t"):
            continue
        header = _HEADER.match(line)
        if not header:
            break
        found.add(header[1].lower())
    return found
