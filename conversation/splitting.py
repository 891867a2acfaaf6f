"""What is said is cut into messages that a platform takes: by paragraph, sentence, word, never inside one.

What a reader sees as one sign (a grapheme cluster, Unicode UAX #29) stays whole, as does a surrogate pair.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import regex

from kernel.chat import CAPABILITIES, Capabilities, Medium, Outbound, units
from memory.service import split_sentences

SPARE: Final = 256
"""Units that a part leaves for the labels of its sources."""

MOST_IN_ALBUM: Final = 10

# What an album may be made of; any other medium is a message by itself.
_ALBUMS: Final = {"photo": "seen", "video": "seen", "audio": "heard", "document": "read"}
_WITHOUT_CAPTION: Final = frozenset({"video_note"})
_SIGN: Final = regex.compile(r"\X")
# No-break spaces hold together what stands beside them. Scripts without spaces have their commas.
_SPACE: Final = regex.compile(r"[^\S\u00a0\u202f]++")
_COMMA: Final = regex.compile(r"(?<=[、，；：،؛])")
# A part is at least so full, else it is cut at something smaller.
_FULL, _FULL_OF_WORDS = 1 / 2, 1 / 8
_AHEAD: Final = 400


def fitted(parts: Iterable[Outbound], platform: str) -> Sequence[Outbound]:
    """A reply's parts as messages, one for each row, of which the platform takes each at once.

    The notice and the quote stand on the first of what was cut, citations and buttons on the last.
    """
    limits = CAPABILITIES.get(platform)
    if limits is None:
        return tuple(parts)
    return tuple(message for part in parts for message in _messages(part, limits))


def _messages(part: Outbound, limits: Capabilities) -> list[Outbound]:
    if part.poll or part.invoice:
        # Neither has a text of its own beside what it asks or sells.
        said = replace(part, poll=None, invoice=None, buttons=())
        bare = Outbound("", part.lang, buttons=part.buttons, by=part.by, poll=part.poll, invoice=part.invoice)
        return [*(_messages(said, limits) if said.text or said.notice or said.media else ()), bare]
    bundles = list(_bundles(part.media, limits.takes))
    if not bundles:
        return _texts(part, limits.text_units, limits)
    bare_media = [Outbound("", part.lang, by=part.by, who=part.who, media=bundle) for bundle in bundles]
    first = bundles[0]
    if first[0].kind in _WITHOUT_CAPTION or (len(first) > 1 and part.buttons):
        # Nothing can stand below a round video, and no button below an album.
        said = replace(part, media=())
        return bare_media + (_texts(said, limits.text_units, limits) if part.text or part.notice else [])
    captioned, *others = _texts(part, limits.caption_units, limits)
    return [replace(captioned, media=first), *bare_media[1:], *others]


def _bundles(media: Iterable[Medium], takes: int) -> Iterator[tuple[Medium, ...]]:
    """The media by messages: what may be an album together, of so many bytes, anything else alone."""
    for kind, run in groupby(media, key=lambda medium: _ALBUMS.get(medium.kind)):
        most = MOST_IN_ALBUM if kind else 1
        bundle: list[Medium] = []
        for medium in run:
            if len(bundle) == most or (bundle and sum(one.size for one in (*bundle, medium)) > takes):
                yield tuple(bundle)
                bundle = []
            bundle.append(medium)
        yield tuple(bundle)


def _texts(part: Outbound, first: int, limits: Capabilities) -> list[Outbound]:
    """A part without its media as messages; of the first, `first` units are there."""
    above = sum(units(text) + 2 for text in (part.notice, part.quote) if text)
    spare = SPARE if part.citations else 0
    pieces = cut(part.text, part.lang, limits.text_units - spare, first=first - above - spare)
    last = len(pieces) - 1
    return [
        Outbound(
            piece,
            part.lang,
            citations=part.citations if at == last else (),
            buttons=part.buttons if at == last else (),
            notice="" if at else part.notice,
            quote="" if at else part.quote,
            by=part.by,
            who=part.who,
            judged=part.judged,
            card=part.card,
        )
        for at, piece in enumerate(pieces)
    ]


def cut(text: str, lang: str, most: int, *, first: int | None = None) -> list[str]:
    """A text in pieces of at most so many UTF-16 units, of which only white space between them is lost.

    The `first` may have to be shorter. A text that fits is left as it is.
    """
    pieces = []
    room = max(most if first is None else first, 1)
    if units(text) > room:
        text = _begun(text)  # else a piece of nothing would take the first one's place
    while units(text) > room:
        at = _place(text, lang, room)
        pieces.append(text[:at].rstrip())
        text = _begun(text[at:])
        room = max(most, 1)
    return [*filter(None, pieces), text] if text or not pieces else pieces


def _begun(text: str) -> str:
    """A text without the white space before it. A space that carries a mark is a sign."""
    first = next((sign for sign in _SIGN.finditer(text) if not sign.group().isspace()), None)
    return text[first.start() :] if first else ""


def _place(text: str, lang: str, room: int) -> int:
    """Where a text that is too long is cut best, in characters."""
    signs, most = {0}, 0
    left = room
    for sign in _SIGN.finditer(text[: room + 1]):
        left -= units(sign.group())
        if left < 0:
            break
        most = sign.end()
        signs.add(most)
    if not most:
        return _within_a_sign(text, room)
    spaces = [(found.start(), found.group().count("\n")) for found in _SPACE.finditer(text[: most + 1])]
    commas = (found.start() for found in _COMMA.finditer(text[:most]))
    for ends, full in (
        ((at for at, lines in spaces if lines > 1), _FULL),
        ((at for at, lines in spaces if lines), _FULL),
        ((end for _, end in split_sentences(text[: most + _AHEAD], lang)), _FULL),
        ((*(at for at, _ in spaces), *commas), _FULL_OF_WORDS),
    ):
        best = max((end for end in ends if end in signs), default=0)
        if best >= most * full:
            return best
    return most


def _within_a_sign(text: str, room: int) -> int:
    """Where to cut a single sign of more units than there is room for: a letter under a heap of marks."""
    at = 1
    while units(text[: at + 1]) <= room:
        at += 1
    return at
