"""What a creator says after what was quoted, or before it: the sentences beside it. Nothing is searched."""

from dataclasses import replace

from kernel.db import UnitOfWork
from kernel.lang import base, same
from memory import passages_repository
from memory.retrieval import asks, quotable, split_sentences
from memory.reversal import takes_back
from memory.shapes import at_quote, passage_info
from memory.types import PassageInfo, Quote, Recalled, RecalledPassage

_MOST_CHARACTERS = 420


async def continued(
    uow: UnitOfWork, passage_id: int, said: str, lang: str, tiers: frozenset[str], at: int = 0
) -> Recalled | None:
    """What follows `said` in its passage, or begins the next one of the same post, page or talk.

    None where nothing does, or the viewer may not see it. `said` is verbatim; empty: none of the passage.
    `at` is where it stood: the same words may stand there more than once.
    """
    row = await passages_repository.one(uow, passage_id, tiers)
    if row is None:
        return None
    here = passage_info(row)
    begin = _place(here.text, said, at)
    quote = _from(here, len(here.text) if begin < 0 else begin + len(said))
    if quote is None:
        row = await passages_repository.following(uow, here.source_id, here.ordinal, tiers)
        after = passage_info(row) if row else None
        if after is None or not _of_one_piece(here, after):
            return None
        here, quote = after, _from(after, _unsaid(here, after))
    return _recalled(here, quote, lang) if quote else None


async def preceding(
    uow: UnitOfWork, passage_id: int, said: str, lang: str, tiers: frozenset[str], at: int = 0
) -> Recalled | None:
    """What stands before `said`, which stood `at` a place, in its passage.

    None where nothing does, or the viewer may not see it.
    """
    row = await passages_repository.one(uow, passage_id, tiers)
    here = passage_info(row) if row else None
    quote = _until(here, _place(here.text, said, at)) if here and said else None
    return _recalled(here, quote, lang) if here and quote else None


def to_its_end(quote: Quote, passage: PassageInfo) -> Quote:
    """A quote with the short sentence right behind it that takes back what it says, where there is one."""
    text = passage.text
    spans = split_sentences(text, passage.lang)
    begin, end = next((span for span in spans if span[0] >= quote.end), (0, 0))
    if not end or "\n" in text[quote.end : begin] or not takes_back(text[begin:end], passage.lang):
        return quote
    return replace(quote, text=text[quote.start : end], end=end)


def _place(text: str, said: str, at: int) -> int:
    """Where `said` begins: where it stood, or, in a text that has changed since, next; -1 for nowhere."""
    found = text.find(said, at)
    return found if found >= 0 else text.find(said)


def _recalled(here: PassageInfo, quote: Quote, lang: str) -> Recalled:
    return Recalled(
        question="",
        lang=lang,
        passages=(RecalledPassage(at_quote(here, quote.start), 1.0, 1.0, None),),
        quote=quote,
        confidence=1.0,
        threshold=0.0,
        answerable=True,
        cross_lingual=not same(base(here.lang), base(lang)),
        locked=(),
        indexed=0,
        took_ms={},
    )


def _of_one_piece(one: PassageInfo, other: PassageInfo) -> bool:
    """Whether two neighbours are of one piece: a chat's export or a feed holds many."""
    here, there = one.locator, other.locator
    if there.heading and there.heading != here.heading and asks(there.heading, other.lang):
        return False  # the answer to another question
    return (one.title, here.url, one.published_at) == (other.title, there.url, other.published_at)


def _unsaid(here: PassageInfo, after: PassageInfo) -> int:
    """Where the next passage of a talk begins to say something new: it may repeat the last captions."""
    said = {cue for _, cue in _cues(here)}
    return min((place for place, cue in _cues(after) if cue not in said), default=0)


def _cues(passage: PassageInfo) -> list[tuple[int, tuple[float, str]]]:
    """Where each cue begins, its second and its words: the parts of a long one may have the same second."""
    cues = passage.locator.cues
    ends = [*(place for place, _, _ in cues[1:]), len(passage.text)]
    return [
        (place, (start, passage.text[place:end].strip()))
        for (place, start, _), end in zip(cues, ends, strict=False)
    ]


def _from(passage: PassageInfo, start: int) -> Quote | None:
    """The sentences from a place on, as many as are soon read."""
    text, cues = passage.text, [place for place, _, _ in passage.locator.cues]
    start += len(text[start:]) - len(text[start:].lstrip())
    spans = [
        (max(begin, start), end)
        for begin, end in quotable(text, passage.lang, cues)
        if end > start and any(map(str.isalnum, text[max(begin, start) : end]))
    ]
    if not spans:
        return None
    begin = spans[0][0]
    end = max([stop for _, stop in spans if stop - begin <= _MOST_CHARACTERS], default=spans[0][1])
    return Quote(passage.id, text[begin:end], begin, end, 1.0, *spans[0])


def _until(passage: PassageInfo, stop: int) -> Quote | None:
    """The sentences before a place, as many as are soon read."""
    text, cues = passage.text, [place for place, _, _ in passage.locator.cues]
    spans = [
        (begin, end)
        for begin, end in quotable(text, passage.lang, cues)
        if end <= stop and any(map(str.isalnum, text[begin:end]))
    ]
    if not spans:
        return None
    end = spans[-1][1]
    begin = min([start for start, _ in spans if end - start <= _MOST_CHARACTERS], default=spans[-1][0])
    return Quote(passage.id, text[begin:end], begin, end, 1.0, *spans[-1])
