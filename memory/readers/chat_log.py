"""Whether a text is a messenger's log of what people wrote to each other; exports of channels are others'."""

import re
from collections import Counter
from itertools import islice

from memory.readers.errors import ReadError

_LOOKED_AT = 400  # lines: a log is one from its beginning on
_SEVERAL = 2
_SHARE = 5  # names that come once each are those of a chat where every fifth line has one
_DATE = r"\d{1,4} ?[./年년-] ?\d{1,2} ?[./月월-] ?\d{1,4}[.日일]?"
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
# Phones put marks of direction before a line, and in Arabic between the figures of a date as well.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# "[12/03/2024, 09:14:22] " or "12/03/2024, 9:14 a. m. - ", in which words may tell the half of a day.
_STAMP = re.compile(
    rf"(?:\[{_DATE}[,،，]?[^\d\n\]]{{1,12}}{_TIME}[^\d\n\]]{{0,12}}\]"
    rf"|{_DATE}[,،，]?[^\d\n]{{1,12}}{_TIME}[^\d\n]{{0,12}}? [-–] )"
)
_SENDER = re.compile(r"([^:：\n]{1,80})[:：](?:\s|$)")


def refuse_chat(text: str) -> None:
    """Raise ReadError ("chat_log") for a messenger's log: lines that say when who wrote what."""
    unmarked = (_DIRECTION.sub("", line).strip() for line in text.split("\n"))
    lines = list(islice(filter(None, unmarked), _LOOKED_AT))
    stamps = [_STAMP.match(line) for line in lines]
    senders = [
        sender[1].strip()
        for line, stamp in zip(lines, stamps, strict=True)
        if stamp and (sender := _SENDER.match(line, stamp.end()))
    ]
    sent = len(senders)
    # One that is quoted in a text of the creator's own comes behind words of that, and is the lesser part.
    if sent < _SEVERAL or not (stamps[0] or 2 * sent >= len(lines)):
        return
    # People answer each other; what a programme of events announces at a time comes once.
    if max(Counter(senders).values()) > 1 or _SHARE * sent >= len(lines):
        raise ReadError("chat_log")
