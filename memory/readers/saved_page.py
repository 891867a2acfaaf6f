"""A page that a browser saved with its pictures in one file (MHTML): the page, at its address."""

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.html_page import read_page
from memory.readers.options import Progress, ReadOptions, ReadResult


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    message = message_from_bytes(read_bytes(path, options.limits))
    part = next((each for each in message.walk() if each.get_content_type() == "text/html"), None)
    data = part.get_payload(decode=True) if part else None
    if part is None or not isinstance(data, bytes):
        raise ReadError("no_text")
    document = read_page(decode(data, part.get_content_charset()))
    stated = part["Content-Location"] or message["Snapshot-Content-Location"]
    return ReadResult((replace(document, url=document.url or (str(stated).strip() if stated else None)),))
