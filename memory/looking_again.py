"""What an address that is looked at again brings, beside what it brought before; nothing is fetched here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from memory.notes import Note
from memory.types import Passage

Titled = tuple[Passage, str | None]
"""A passage with its own title, where it has another than its source."""
Key = tuple[str | None, str | None]
Entries = Mapping[Key, list[Titled]]


def joined(before: Sequence[Titled], now: Sequence[Titled]) -> tuple[list[Titled], Note]:
    """A feed's passages, and how many of its entries are new.

    Those that were here keep their places, in the words that the feed has for them now; one that it no longer
    has stays, since a feed tells of its last entries only. New ones come last.
    """
    old, new = _entries(before), _entries(now)
    same = _same(old, new)
    fresh = [entry for key, entry in new.items() if key not in same.values()]
    kept = [new[same[key]] if key in same else entry for key, entry in old.items()]
    note = Note("new_entries", {"number": len(fresh)}) if fresh else Note("nothing_new")
    return [passage for entry in (*kept, *fresh) for passage in entry], note


def compared(before: Sequence[Titled], now: Sequence[Titled]) -> Note:
    """Whether a page says something else than before."""
    changed = [passage.text for passage, _ in before] != [passage.text for passage, _ in now]
    return Note("changed" if changed else "nothing_new")


def _entries(passages: Sequence[Titled]) -> Entries:
    """A feed's entries in their order, each known by its address and title."""
    entries: dict[Key, list[Titled]] = {}
    for passage, title in passages:
        entries.setdefault((passage.locator.url, title), []).append((passage, title))
    return entries


def _same(old: Entries, new: Entries) -> dict[Key, Key]:
    """Which old entry is which new one: by address and title, by an address of its own, or by its words."""
    same = {key: key for key in old if key in new}
    had, own = _alone(old), _alone(new)
    words = {_words(entry): key for key, entry in new.items()}
    taken = set(same.values())
    for key, entry in old.items():
        found = (own.get(key[0]) if key[0] in had else None) or words.get(_words(entry))
        if key not in same and found and found not in taken:
            same[key] = found
            taken.add(found)
    return same


def _alone(entries: Entries) -> dict[str, Key]:
    """The entries whose address no other has; a bare host is of those that have none of their own."""
    number = Counter(url for url, _ in entries)
    return {
        key[0]: key
        for key in entries
        if key[0] and number[key[0]] == 1 and "".join(urlsplit(key[0])[2:4]).strip("/")
    }


def _words(entry: Sequence[Titled]) -> str:
    return "\n".join(passage.text for passage, _ in entry)
