"""Recognising small talk: known phrases cover all of a message, to the last word, or it tells of a mood."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from kernel.lang import SUPPORTED, base
from kernel.naming import parts_of
from persona_engine.smalltalk import asked_if_real, making, moods, who_writes
from persona_engine.smalltalk.book import MOODS, WEIGHT, Book, Units, books, emoji, homes, lent
from persona_engine.smalltalk.intents import Intent, SmallTalk
from persona_engine.smalltalk.normal import has_emoji, normal, shortened, squeezed, unaccented, units

_NAME: Final = "{name}"
# Longer messages have something to say, whatever they begin with.
_LONGEST: Final = 120
_LAUGHTER: Final = re.compile(
    r"a?(?:ha)+h?a?|(?:h[eio]){2,}h?|(?:j[aei]){2,}j?|(?:rs)+|(?:wk)+w?|(?:js)+|5{3,}|x+d+|lo+l+|а?(?:х[аеио]){2,}х?"
    r"|[аa](?:ха)+х?|hu?(?:ah?u){2,}a?|(?:sk){2,}s?"
)

_LIGHTEST_MOOD: Final = min(map(WEIGHT.__getitem__, MOODS))

# How a language covers the beginning of a message: phrases used, weight (negative), what it says so far.
Way = tuple[int, int, Intent | None]


def recognise(
    text: str,
    *,
    names: Iterable[str] = (),
    prefer: Sequence[str] = (),
    told: Sequence[str] = (),
    speaks: Sequence[str] = (),
) -> SmallTalk | None:
    """What small talk a whole message is, or None where any part of it is something else.

    ``names`` are what the avatar is called; ``told`` are the languages of the fan's thread and platform, as
    far as they are known. After them, where several say it alike, it is in the one of those that the avatar
    ``speaks`` that says it, in the one where it is at home, or in one of ``prefer``, best first.
    """
    if len(text) > _LONGEST:
        return None
    plain = normal(text)
    if not plain:
        return SmallTalk(_of_signs(text), None)
    called = _spellings(tuple(names))
    bare = unaccented(plain)
    if talk := _of_phrases(text, plain, bare, called, prefer, told, speaks):
        return talk
    whole = dict.fromkeys(asked_if_real.languages(_with_names(units(bare), called)), Intent.REAL)
    whole = whole or dict.fromkeys(who_writes.languages(text, tuple(names)), Intent.REAL)
    whole = whole or dict.fromkeys(making.languages(text), Intent.MAKE)
    meant = whole or moods.languages(text)
    talk = _chosen(meant, (*told, *prefer, *speaks)) if meant else None
    if whole or talk is None:
        return talk
    return replace(talk, beside=moods.beside(text, talk.lang or next(iter(meant)), talk.intent))


def phrased(text: str) -> Intent | None:
    """What known phrases say that cover all of a message; `recognise` hears other words, too."""
    plain = normal(text) if len(text) <= _LONGEST else ""
    talk = _of_phrases(text, plain, unaccented(plain), _spellings(())) if plain else None
    return talk.intent if talk else None


def _of_phrases(
    text: str,
    plain: str,
    bare: str,
    called: Sequence[Units],
    prefer: Sequence[str] = (),
    told: Sequence[str] = (),
    speaks: Sequence[str] = (),
) -> SmallTalk | None:
    """What small talk known phrases make of a message: as it is written, without accents, without repeats."""
    for book, cuts in zip(books(), (shortened(plain), shortened(bare), (squeezed(bare),)), strict=True):
        found: dict[str, Intent] = {}
        for cut in cuts:
            said = _with_names(units(cut), called)
            found = (_cover(said, book) or _moods(said, book)) | found
        found = {
            lang: intent
            for lang, intent in found.items()
            if intent is not Intent.JOY or not moods.denied(text, lang)
        }
        if found:
            ours = [lang for lang in speaks if lang in found]
            only = ours if len({*map(base, ours)}) == 1 else []
            home = _home(said)
            near = (lang for lang in home if lang in told)
            best = (*near, *told, *only, *(home if speaks else ()), *prefer, *ours)
            return _lent(said, found, told) or _chosen(found, best)
    return None


def _of_signs(text: str) -> Intent:
    """What a message without a word says: its emoji, else nothing."""
    said = {emoji()[char] for char in text if char in emoji()}
    return max(said, key=WEIGHT.__getitem__) if said else Intent.LAUGHTER if has_emoji(text) else Intent.EMPTY


def _lent(said: Units, found: dict[str, Intent], told: Sequence[str]) -> SmallTalk | None:
    """What is at home in another language than those it was found in: in the thread's, else in its own."""
    own = lent().get(" ".join(each for each in said if each != _NAME))
    if own is None or not found.keys().isdisjoint(told):
        return None
    intent = max(found.values(), key=WEIGHT.__getitem__)
    return SmallTalk(intent, told[0]) if told else SmallTalk(Intent.GREETING, own)


def _home(said: Units) -> list[str]:
    """The language that words are at home in which several say, if it is one."""
    text = f" {' '.join(said)} "
    own = {lang for words, lang in homes().items() if f" {words} " in text}
    return [*own] if len(own) == 1 else []


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
    # Who says it in one phrase says it in their language; elsewhere its parts stand together by chance.
    fewest = min((used for used, _, top in ways[-1].values() if top or alone), default=0)
    return {
        lang: intent
        for lang, (used, _, top) in ways[-1].items()
        if used == fewest and (intent := top or alone)
    }


def _moods(said: Units, book: Book) -> dict[str, Intent]:
    """By language, the mood that ``said`` tells once words of degree and time are skipped."""
    if book.first.isdisjoint(said):
        return {}
    return {lang: mood for lang in book.moods if (mood := _mood(said, book, lang))}


def _mood(said: Units, book: Book, lang: str) -> Intent | None:
    """The weightiest mood among phrases that, with words to skip, cover all of ``said``; None for none."""
    moods, skipped = book.moods[lang], book.skipped[lang]
    if not any(unit in moods for unit in said):
        return None
    words, longest = frozenset(said), max(map(len, skipped))
    reached: dict[int, Intent | None] = {0: None}
    for start in range(len(said)):
        if start not in reached:
            continue
        steps: list[tuple[int, Intent | None]] = [(end, None) for end in _known(said, start, book, lang)]
        steps += [(end, None) for end in _skipping(said, start, skipped, longest)]
        for phrase, mood in moods.get(said[start], ()):
            if not words.issuperset(phrase):
                continue
            steps += [(end, mood) for end in _loosely(said, start, phrase, skipped, longest)]
        for end, told in steps:
            both = [each for each in (reached.get(end), reached[start], told) if each]
            reached[end] = max(both, key=WEIGHT.__getitem__) if both else None
    return reached.get(len(said))


def _known(said: Units, start: int, book: Book, lang: str) -> Iterator[int]:
    """Where phrases that weigh less than a mood end that begin at ``start``."""
    for end in range(start + 1, min(len(said), start + book.longest) + 1):
        says = book.phrases.get(said[start:end], {})
        if lang in says and ((intent := says[lang]) is None or WEIGHT[intent] < _LIGHTEST_MOOD):
            yield end


def _skipping(said: Units, start: int, skipped: frozenset[Units], longest: int) -> Iterator[int]:
    for end in range(start + 1, min(len(said), start + longest) + 1):
        if said[start:end] in skipped:
            yield end


def _loosely(said: Units, start: int, phrase: Units, skipped: frozenset[Units], longest: int) -> set[int]:
    """Where a phrase that begins at ``start`` may end, with words to skip between its units."""
    at = {start}
    for number, unit in enumerate(phrase):
        queue = list(at) if number else []
        while queue:
            further = set(_skipping(said, queue.pop(), skipped, longest)) - at
            at |= further
            queue += further
        at = {each + 1 for each in at if each < len(said) and said[each] == unit}
    return at


def _further(way: Way, intent: Intent | None) -> Way:
    used, _, so_far = way
    both = [each for each in (so_far, intent) if each]
    top = max(both, key=WEIGHT.__getitem__) if both else None
    return used + 1, -WEIGHT[top] if top else 1, top


@lru_cache(maxsize=1024)
def _spellings(names: tuple[str, ...]) -> tuple[Units, ...]:
    """How names may be written, longest first: "Ember Wick · 烛星" by each part, and by its first word."""
    found: set[Units] = set()
    for part in map(normal, parts_of(names)):
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
