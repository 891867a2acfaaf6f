"""What of a draft its sources don't bear out, sentence by sentence: left out, or a fault. Asks no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Final, Protocol

from kernel.lang import base, same
from persona_engine import smalltalk
from persona_engine.boundaries import spoken
from persona_engine.smalltalk import Intent
from persona_engine.wording import reading
from persona_engine.wording.checks import Draft, Fault, figures
from persona_engine.wording.checks.contacts import without_links
from persona_engine.wording.pieces import Piece, cut, items_behind, without
from persona_engine.wording.short import short

# Of an answer's letters, so many may be left out: where more would have to be, it is another answer. Where
# nothing is left out, so many may stand there with nothing to bear them out.
_MOST_LEFT_OUT: Final = 1 / 2
_MOST_UNFOUNDED: Final = 1 / 3
_SAYS_SOMETHING: Final = 20
# What is said beside an answer, if that is all that a sentence says.
_COURTESY: Final = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.LAUGHTER})
# Where a sentence may go on to something else.
_PART: Final = re.compile(
    r"[;:；：—–()（）[\]{}，、،؛…|•~→\n\u2600-\u27bf\U0001f000-\U0001faff]|\s[-·]\s|,(?!\d)|(?<=[.!?])(?=[^\W\d_])"
)
# So many topic words a part must have, if it is short, before it is said to be about something else.
_FEW: Final = 2
# Who opens by saying what they are says something.
_OF_ONESELF: Final = re.compile(
    r"\b(?:i['’]m|i am|me|myself|as an?|real|soy|yo|como|ich|als|je|moi|en tant|sou|eu|я|як|как|ben|bir"
    r"|saya|aku|tôi|mình)\b"
    r"|我|本人|真人|私|僕|俺|人が|أنا|انا|من |मैं|나는|저는|제가|내가|ฉัน|ผม|ดิฉัน",
    re.IGNORECASE,
)


class Sources(Protocol):
    """The part of `memory` that compares what is said with its sources."""

    def grounded(
        self,
        texts: Sequence[tuple[str, str]],
        sources: Sequence[tuple[str, str]],
        *,
        parts: int = 0,
    ) -> list[bool | None]:
        """Of each (text, language), whether it is on what the sources say; None where unknown. Blocking.

        The last `parts` of the texts are parts of sentences, and need less to be borne out.
        """
        ...

    def touching(
        self, texts: Sequence[tuple[str, str]], sources: Sequence[tuple[str, str]], *, least: Sequence[int]
    ) -> list[bool | None]:
        """Of each (text, language), whether any topic word of it stands in the sources; None where unknown.

        `least`: how many topic words each must have for that. Blocking.
        """
        ...

    def told_last(self, texts: Sequence[tuple[str, str]], source: tuple[str, str]) -> str:
        """The last sentence of a source that any (text, language) tells; empty: none. Blocking."""
        ...


@dataclass(frozen=True, slots=True)
class Founded:
    """What may stay of a draft, and which of its sentences may not."""

    draft: Draft
    left_out: tuple[str, ...] = ()


def founded(draft: Draft, sources: Sources, *, cuts: bool) -> Founded | Fault:
    """A draft without the sentences that nothing bears out, but for courtesies. Blocking: milliseconds.

    A fault where they are much of it, and where one is in a text that is told again, which is whole or
    nothing. Where it isn't to be cut, that they are much of it is all that counts.
    """
    said = cut(draft.text, draft.lang)
    places = _unfounded(draft, said, sources)
    if not places:
        return Founded(draft)
    wrong = [said[place].text for place in sorted(places)]
    heavy = [each for each in wrong if reading.weight(_bare(each)) >= _SAYS_SOMETHING or _echoes(each, draft)]
    share = sum(reading.weight(_bare(each)) for each in heavy)
    most = _MOST_LEFT_OUT if cuts else _MOST_UNFOUNDED
    if share > most * reading.weight(draft.plain) or (draft.retold and heavy):
        return Fault("unfounded", reading.without_markers(heavy[0]))
    if draft.retold or not cuts:
        return Founded(draft)
    kept = without(said, places)
    if not reading.bare(reading.without_markers(kept)):
        return Fault("unfounded", reading.without_markers(wrong[0]))
    return Founded(replace(draft, text=kept), tuple(reading.without_markers(each) for each in wrong))


def _unfounded(draft: Draft, said: Sequence[Piece], sources: Sources) -> set[int]:
    """The places of the sentences that nothing bears out."""
    wrong = _alone(draft, said, sources)
    brief = {n: found for n, each in enumerate(said) if (found := short(_bare(each.text), draft.lang))}
    long = [n for n, each in enumerate(said) if n not in brief and reading.weight(_bare(each.text))]
    # A short one goes with the long one that it belongs to; with none, a number has to speak for itself.
    for n, found in brief.items():
        if not all(figures.in_source(each, draft) for each in found.numbers):
            continue
        near = _neighbour(n, said, long)
        if near in wrong if near is not None else n in wrong and not found.numbers:
            wrong.add(n)
        else:
            wrong.discard(n)
    # What leads in a list goes with the whole of it.
    for n, each in enumerate(said):
        items = [place for place in items_behind(said, n) if reading.weight(_bare(said[place].text))]
        if items and wrong.issuperset(items) and not each.mark and _bare(each.text).endswith((":", "：")):
            wrong.add(n)
        elif items and not wrong.issuperset(items) and n in brief and brief[n].leads:
            wrong.discard(n)
    return wrong


def _neighbour(place: int, said: Sequence[Piece], long: Sequence[int]) -> int | None:
    """The place of the sentence that a short one belongs to: the next, at its line's end the one before."""
    after = next((n for n in long if n > place), None)
    before = next((n for n in reversed(long) if n < place), None)
    first, second = (before, after) if said[place].ends_line else (after, before)
    return second if first is None else first


def _alone(draft: Draft, said: Sequence[Piece], sources: Sources) -> set[int]:
    """The places of the sentences that, each by itself, nothing bears out."""
    # A question is about its subject, and says nothing of it: what answers it has to stand somewhere, too.
    told = [(reading.statements(text), each.lang) for each in draft.cited for text in (each.text, each.title)]
    known = [each for each in told if each[0]]
    whole = [(n, bare) for n, each in enumerate(said) if reading.weight(bare := _bare(each.text))]
    ungrounded = _apart(draft, said, sources, known)
    # Across languages a part of a sentence is too little to be compared: that it touches them is asked of it.
    near = any(same(draft.lang, each.lang) for each in draft.cited)
    long = [each for each in _parts(said) if reading.weight(each[1]) >= _SAYS_SOMETHING] if near else []
    texts = [(each, draft.lang) for _, each in (*whole, *long)]
    judged = sources.grounded(texts, known, parts=len(long)) if known else [False] * len(texts)
    ungrounded |= {n for (n, _), ground in zip((*whole, *long), judged, strict=True) if ground is False}
    # Whoever says the question again, however short it is, has answered nothing.
    return {
        n
        for n, each in enumerate(said)
        if _echoes(each.text, draft) or (n in ungrounded and not _courteous(each.text, draft))
    }


def _apart(
    draft: Draft, said: Sequence[Piece], sources: Sources, known: Sequence[tuple[str, str]]
) -> set[int]:
    """The places of the sentences of which a part has no word that any source has, and is no courtesy.

    How an answer opens ("Dear Ana, thanks for asking: …") is no part of what it says.
    """
    parts = list(
        dropwhile(lambda part: not part[0] and reading.weight(part[1]) < _SAYS_SOMETHING, _parts(said))
    )
    least = [1 if reading.weight(part) >= _SAYS_SOMETHING else _FEW for _, part in parts]
    touched = sources.touching([(part, draft.lang) for _, part in parts], known, least=least)
    return {
        n
        for (n, part), touches in zip(parts, touched, strict=True)
        if touches is False and short(part, draft.lang) is None and not _courteous(part, draft)
    }


def _opens(part: str, lang: str) -> bool:
    if reading.weight(part) >= _SAYS_SOMETHING or _OF_ONESELF.search(part):
        return False
    return not spoken.is_about("human", part, base(lang))


def _parts(said: Sequence[Piece]) -> list[tuple[int, str]]:
    """What each sentence says one thing after another, with its place."""
    found: list[tuple[int, str]] = []
    for n, each in enumerate(said):
        parts = [_bare(part) for part in _PART.split(without_links(reading.masked(each.text, ";")))]
        parts = [part for part in parts if reading.weight(part)]
        found += [(n, part) for part in parts] if len(parts) > 1 else []
    return found


def _bare(sentence: str) -> str:
    return without_links(reading.plain(reading.without_markers(sentence))).strip()


def _courteous(sentence: str, draft: Draft) -> bool:
    talk = smalltalk.recognise(_bare(sentence), names=draft.names, prefer=(draft.lang,))
    return talk is not None and talk.intent in _COURTESY


def _echoes(sentence: str, draft: Draft) -> bool:
    bare = reading.bare(reading.without_markers(sentence))
    return bool(bare) and bare in reading.bare(draft.question) and bare not in reading.bare(draft.source)
