"""What stands under which headings, told from a document's texts in their order; each format's own signs of
a heading are its reader's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from memory.types import ABOVE, Block, Locator

_ABOVE_NEAREST: Final = 2  # headings: further ones say what a whole chapter is about
_ABOVE_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class Told:
    """A text, or a heading of a `level` (lower ones stand above). `page` counts from 1."""

    text: str
    level: int | None = None
    page: int | None = None


@dataclass(slots=True)
class _Above:
    """The headings that a place stands under, outermost first."""

    stack: list[Told] = field(default_factory=list)

    def enter(self, heading: Told) -> None:
        while self.stack and (self.stack[-1].level or 0) >= (heading.level or 0):
            self.stack.pop()
        self.stack.append(heading)

    def path(self, title: Told | None) -> str | None:
        return joined([each.text for each in self.stack if each is not title])


def joined(headings: Sequence[str]) -> str | None:
    """Headings from the outermost to the nearest as one line, as far as they help: "Shipping › Returns"."""
    if not headings:
        return None
    *above, nearest = headings
    kept = [each if len(each) <= _ABOVE_CHARS else f"{each[:_ABOVE_CHARS]}…" for each in above if each]
    return ABOVE.join([*kept[-_ABOVE_NEAREST:], nearest])


def below_headings(
    told: Iterable[Told], heading: str | None = None, *, stated: str | None = None
) -> Iterator[Block]:
    """Each text under the headings above it; a heading with nothing below it is a text itself.

    What is above all others, alone and first, is the document's title, unless another is ``stated``. All
    below says it alike: it is no part of what is above a text, nor a text itself. ``heading`` is for texts
    before the first.
    """
    everything = tuple(told)
    title = title_among(everything)
    alone = sum(each.level is not None for each in everything) == 1
    if title is not None and (alone or (stated or title.text) != title.text):
        title = None
    above = _Above([Told(heading, -1)] if heading else [])
    outer = above.stack[0] if heading else None
    pending: Told | None = None  # a heading with nothing below it yet
    for each in everything:
        if pending is not None and each.level is not None and pending is not title:
            yield _alone(pending)
        if each.level is None:
            pending = None
            yield Block(each.text, Locator(page=each.page, heading=above.path(title)))
            continue
        if outer is not None:
            above.stack, outer = [], None
        above.enter(each)
        pending = each
    if pending is not None:
        yield _alone(pending)


def title_among(told: Sequence[Told]) -> Told | None:
    """The heading that is first and alone of its level, with none above; None where there is no such."""
    headings = [each for each in told if each.level is not None]
    if not headings:
        return None
    top = min(each.level or 0 for each in headings)
    first = headings[0]
    return first if first.level == top and sum(each.level == top for each in headings) == 1 else None


def _alone(heading: Told) -> Block:
    return Block(heading.text, Locator(page=heading.page, heading=heading.text))
