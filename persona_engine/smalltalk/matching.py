"""Recognising small talk: a message counts only if known phrases cover all of it, to the last word."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.lang import SUPPORTED, base
from persona_engine.smalltalk.intents import Intent, SmallTalk
from persona_engine.smalltalk.normal import has_emoji, normal, shortened, unaccented, units

_FOLDER: Final = Path(__file__).parent / "phrases"
_FILLER: Final = "filler"
_NAME: Final = "{name}"
# Longer messages have something to say, whatever they begin with.
_LONGEST: Final = 120
# A message of several parts is answered for the part that asks most.
_WEIGHT: Final = {
    intent: weight
    for weight, intent in enumerate(
        (
            Intent.LAUGHTER,
            Intent.GREETING,
            Intent.THANKS,
            Intent.GOODBYE,
            Intent.HOW_ARE_YOU,
            Intent.IDENTITY,
            Intent.REAL,
        )
    )
}
_BETWEEN_NAMES: Final = re.compile(r"[/|·•()]")
_LAUGHTER: Final = re.compile(
    r"a?(?:ha)+h?a?|(?:h[eio]){2,}h?|(?:j[aei]){2,}j?|(?:rs)+|(?:wk)+w?|(?:js)+|5{3,}|x+d+|lo+l+|а?(?:х[аеио]){2,}х?"
    r"|[аa](?:ха)+х?|hu?(?:ah?u){2,}a?|(?:sk){2,}s?"
)

Units = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Book:
    """The phrases of one language with those of all languages. A phrase without intent is a filler."""

    phrases: dict[Units, Intent | None]
    longest: int


def recognise(text: str, *, names: Iterable[str] = (), prefer: Sequence[str] = ()) -> SmallTalk | None:
    """What small talk a whole message is, or None where any part of it is something else.

    ``names`` are what the avatar is called; ``prefer`` are languages to choose where several say it alike
    (the fan's last one, the platform's hint), best first.
    """
    if len(text) > _LONGEST:
        return None
    plain = normal(text)
    if not plain:
        return SmallTalk(Intent.LAUGHTER if has_emoji(text) else Intent.EMPTY, None)
    called = tuple(sorted(_spellings(names), key=len, reverse=True))
    for accents in (True, False):
        found = _found(plain if accents else unaccented(plain), accents, called)
        if found:
            return _chosen(found, prefer)
    return None


def _found(plain: str, accents: bool, called: Sequence[Units]) -> dict[str, Intent]:
    found: dict[str, Intent] = {}
    for form in shortened(plain):
        said = _with_names(units(form), called)
        for lang in SUPPORTED:
            if lang not in found and (intent := _cover(said, _book(lang, accents))):
                found[lang] = intent
    return found


def _chosen(found: dict[str, Intent], prefer: Sequence[str]) -> SmallTalk:
    for lang in prefer:
        if lang in found:
            return SmallTalk(found[lang], lang)
    if len({base(lang) for lang in found}) == 1:
        lang = next(iter(found))
        return SmallTalk(found[lang], lang)
    return SmallTalk(max(found.values(), key=_WEIGHT.__getitem__), None)


def _cover(said: Units, book: _Book) -> Intent | None:
    """The weightiest intent of the cover with the fewest phrases; None where phrases don't cover all."""
    # best[n]: the cheapest way to cover the first n units, as (phrases used, -weight, intent)
    best: list[tuple[int, int, Intent | None] | None] = [None] * (len(said) + 1)
    best[0] = (0, 1, None)
    for start in range(len(said)):
        reached = best[start]
        if reached is None:
            continue
        used, _, so_far = reached
        for end in range(start + 1, min(len(said), start + book.longest) + 1):
            part = said[start:end]
            if part in book.phrases:
                intent = book.phrases[part]
            elif end == start + 1 and _LAUGHTER.fullmatch(part[0]):
                intent = Intent.LAUGHTER
            else:
                continue
            both = [each for each in (so_far, intent) if each]
            top = max(both, key=_WEIGHT.__getitem__) if both else None
            way = (used + 1, -_WEIGHT[top] if top else 1, top)
            known = best[end]
            if known is None or way[:2] < known[:2]:
                best[end] = way
    last = best[-1]
    if last is None:
        return None
    # Being called by name, and nothing else, is a greeting; fillers alone are nothing.
    return last[2] or (Intent.GREETING if set(said) == {_NAME} else None)


def _spellings(names: Iterable[str]) -> set[Units]:
    """How a name may be written: each part of "Ember Wick · 烛星", whole or by its first word."""
    found: set[Units] = set()
    for name in names:
        for part in _BETWEEN_NAMES.split(name):
            whole = units(normal(part))
            if whole:
                found |= {whole, units(unaccented(normal(part)))}
            first = normal(part).split(" ")[0]
            if len(first) > 2:
                found.add(units(first))
    return found


def _with_names(said: Units, called: Sequence[Units]) -> Units:
    out: list[str] = []
    at = 0
    while at < len(said):
        name = next((each for each in called if said[at : at + len(each)] == each), None)
        out.append(_NAME if name else said[at])
        at += len(name) if name else 1
    return tuple(out)


@lru_cache(maxsize=2 * len(SUPPORTED))
def _book(lang: str, accents: bool) -> _Book:
    phrases: dict[Units, Intent | None] = {}
    for name in ("und", lang):
        with (_FOLDER / f"{name}.toml").open("rb") as file:
            sections: dict[str, list[str]] = tomllib.load(file)
        # Fillers first: a word that is both counts as what it says.
        for section in (_FILLER, *(intent for intent in sections if intent != _FILLER)):
            for phrase in sections.get(section, ()):
                plain = normal(phrase)
                said = units(plain if accents else unaccented(plain))
                intent = None if section == _FILLER else Intent(section)
                known = phrases.get(said)
                if known is None or (intent and _WEIGHT[intent] > _WEIGHT[known]):
                    phrases[said] = intent
    return _Book(phrases, max(map(len, phrases)))
