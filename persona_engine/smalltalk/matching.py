"""Recognising small talk: a message counts only if known phrases cover all of it, to the last word."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from kernel.lang import SUPPORTED, base
from persona_engine.smalltalk.book import WEIGHT, Book, Units, books, emoji
from persona_engine.smalltalk.intents import Intent, SmallTalk
from persona_engine.smalltalk.normal import has_emoji, normal, shortened, squeezed, unaccented, units

_NAME: Final = "{name}"
# Longer messages have something to say, whatever they begin with.
_LONGEST: Final = 120
_BETWEEN_NAMES: Final = re.compile(r"[/|·•()]")
_LAUGHTER: Final = re.compile(
    r"a?(?:ha)+h?a?|(?:h[eio]){2,}h?|(?:j[aei]){2,}j?|(?:rs)+|(?:wk)+w?|(?:js)+|5{3,}|x+d+|lo+l+|а?(?:х[аеио]){2,}х?"
    r"|[аa](?:ха)+х?|hu?(?:ah?u){2,}a?|(?:sk){2,}s?"
)

# How a language covers the beginning of a message: phrases used, weight (negative), what it says so far.
Way = tuple[int, int, Intent | None]


def recognise(text: str, *, names: Iterable[str] = (), prefer: Sequence[str] = ()) -> SmallTalk | None:
    """What small talk a whole message is, or None where any part of it is something else.

    ``names`` are what the avatar is called; ``prefer`` are languages to choose where several say it alike
    (the fan's last one, the platform's hint), best first.
    """
    if len(text) > _LONGEST:
        return None
    plain = normal(text)
    if not plain:
        return SmallTalk(_of_signs(text), None)
    called = _spellings(tuple(names))
    bare = unaccented(plain)
    for book, cuts in zip(books(), (shortened(plain), shortened(bare), (squeezed(bare),)), strict=True):
        found: dict[str, Intent] = {}
        for cut in cuts:
            found = _cover(_with_names(units(cut), called), book) | found
        if found:
            return _chosen(found, prefer)
    return None


def _of_signs(text: str) -> Intent:
    """What a message without a word says: its emoji, else nothing."""
    said = {emoji()[char] for char in text if char in emoji()}
    return max(said, key=WEIGHT.__getitem__) if said else Intent.LAUGHTER if has_emoji(text) else Intent.EMPTY


def _chosen(found: dict[str, Intent], prefer: Sequence[str]) -> SmallTalk:
    for lang in prefer:
        if lang in found:
            return SmallTalk(found[lang], lang)
    if len({base(lang) for lang in found}) == 1:
        lang = next(iter(found))
        return SmallTalk(found[lang], lang)
    return SmallTalk(max(found.values(), key=WEIGHT.__getitem__), None)


def _cover(said: Units, book: Book) -> dict[str, Intent]:
    """For each language whose phrases cover all of ``said``, with as few phrases as possible, the weightiest
    thing it says.
    """
    ways: list[dict[str, Way]] = [{} for _ in range(len(said) + 1)]
    ways[0] = dict.fromkeys(SUPPORTED, (0, 1, None))
    for start in range(len(said)):
        if not ways[start]:
            continue
        for end in range(start + 1, min(len(said), start + book.longest) + 1):
            says = book.phrases.get(said[start:end])
            if says is None and end == start + 1 and _LAUGHTER.fullmatch(said[start]):
                says = dict.fromkeys(SUPPORTED, Intent.LAUGHTER)
            for lang in ways[start].keys() & (says or {}).keys():
                way = _further(ways[start][lang], (says or {})[lang])
                if lang not in ways[end] or way[:2] < ways[end][lang][:2]:
                    ways[end][lang] = way
    # Being called by name, and nothing else, is a greeting; fillers alone are nothing.
    alone = Intent.GREETING if set(said) == {_NAME} else None
    return {lang: intent for lang, (_, _, top) in ways[-1].items() if (intent := top or alone)}


def _further(way: Way, intent: Intent | None) -> Way:
    used, _, so_far = way
    both = [each for each in (so_far, intent) if each]
    top = max(both, key=WEIGHT.__getitem__) if both else None
    return used + 1, -WEIGHT[top] if top else 1, top


@lru_cache(maxsize=1024)
def _spellings(names: tuple[str, ...]) -> tuple[Units, ...]:
    """How names may be written, longest first: "Ember Wick · 烛星" by each part, and by its first word."""
    found: set[Units] = set()
    for part in (normal(part) for name in names for part in _BETWEEN_NAMES.split(name)):
        if part:
            bare = unaccented(part)
            found |= {units(part), units(bare), units(squeezed(bare))}
        first = part.split(" ")[0]
        if len(first) > 2:
            found.add(units(first))
    return tuple(sorted(found, key=len, reverse=True))


def _with_names(said: Units, called: Sequence[Units]) -> Units:
    out: list[str] = []
    at = 0
    while at < len(said):
        name = next((each for each in called if said[at : at + len(each)] == each), None)
        out.append(_NAME if name else said[at])
        at += len(name) if name else 1
    return tuple(out)
