"""Cards: what stands out of a conversation, as a container of Components V2.

A container needs no right in a channel and no setting of its reader's to be seen, as an embed does; its words
are in the colours of the reader's own client, light or dark, each in a paragraph whose direction is its own.
The stripe's colour says nothing that the first line doesn't say in words.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from bots.discord.text import Rendered, Setting, TooLong, alike, clean, escaped, line_of, rows, sources_of
from kernel.chat import Medium, Outbound, units

COMPONENTS_V2: Final = 1 << 15
"""A message's flag: all of it stands in its components."""

MOST_UNITS: Final = 4_000
_TEXT, _GALLERY, _FILE, _SEPARATOR, _CONTAINER = 10, 12, 13, 14, 17
_COLOURS: Final = {
    "waits": 0xD97706, "person": 0x2563EB, "flag": 0xDC2626, "done": 0x16A34A, "news": 0x7C3AED,
}  # fmt: skip
_GREY: Final = 0x64748B
_SEEN: Final = frozenset({"photo", "video", "animation", "video_note"})

Json = dict[str, Any]


def card(said: Outbound, setting: Setting, files: Sequence[str], *, outbound_id: int) -> Rendered:
    """What is said as a card; `files` are the names of those that go along, in the media's order.

    Raises:
        TooLong: it is more than a message holds.
    """
    sources = sources_of(said, setting.public)
    below = line_of([label for label, url in sources if not url], said.lang, MOST_UNITS).strip("\n")
    texts = _texts(said, below, escaped)
    if sum(map(units, texts)) > MOST_UNITS:
        texts = _texts(said, below, alike)
    if (much := sum(map(units, texts)) - MOST_UNITS) > 0:
        raise TooLong(f"{much} units more than {MOST_UNITS}")
    head, *rest = [{"type": _TEXT, "content": one} for one in texts if one] or [{}]
    inside: list[Json] = [head, *([{"type": _SEPARATOR}] if head and rest else []), *rest]
    inside += [*_media(said.media, files), *rows(said, sources, setting, outbound_id)]
    whole: Json = {
        "type": _CONTAINER,
        "accent_color": _COLOURS.get(said.card, _GREY),
        "components": [one for one in inside if one],
    }
    return Rendered("", [whole], card=True)


def names_of(media: Sequence[Medium], names: Sequence[str]) -> list[str]:
    """The files' names in a card: each another, and of signs that need none to be written otherwise."""
    found = []
    for at, (medium, name) in enumerate(zip(media, names, strict=True)):
        ending = name.rpartition(".")[2]
        found.append(f"{medium.kind}{at + 1}.{ending if ending.isascii() and ending.isalnum() else 'bin'}")
    return found


def _texts(said: Outbound, below: str, written: Callable[[str], str]) -> list[str]:
    """A card's paragraphs: what it is, what it answers, what it says, its sources."""
    first, _, more = written(clean(said.notice)).partition("\n")
    notice = "\n".join(filter(None, (f"**{first}**" if first else "", more)))
    quote = "\n".join(f"> {line}" for line in written(clean(said.quote)).split("\n")) if said.quote else ""
    return [notice, quote, written(clean(said.text)), below]


def _media(media: Sequence[Medium], files: Sequence[str]) -> list[Json]:
    seen = [name for medium, name in zip(media, files, strict=True) if medium.kind in _SEEN]
    others = [name for medium, name in zip(media, files, strict=True) if medium.kind not in _SEEN]
    gallery: Json = {"type": _GALLERY, "items": [{"media": {"url": f"attachment://{one}"}} for one in seen]}
    return [
        *([gallery] if seen else []),
        *({"type": _FILE, "file": {"url": f"attachment://{one}"}} for one in others),
    ]
