"""Whether what many sources say alike is a habit of their author's, or they are copies of one text."""

import math
from collections.abc import Collection, Sequence

from memory.retrieval.views import PassageView

# What so many sources say in the same words, or this share of all passages, is said out of habit.
_HABIT, _SHARE = 3, 0.005
#: Passages looked at for it.
SEEN = 64
# Sources with passages so much alike are copies of one: versions, formats, a post put up twice.
_COPY = 0.6
# Unless each adds words of its own, less than this share of which the other adds as well: a few words over a
# long sign-off. A text is put up again with other words around it, too, but not so often, nor by so many.
_ADDED = 0.5
_OFTEN, _OFTEN_SHARE = 12, 0.2


def enough(size: int) -> int:
    """How many of an index's passages make a habit of a sentence, where they are no copies."""
    return max(_HABIT, math.ceil(_SHARE * size))


def is_habit(sources: Collection[Sequence[PassageView]], size: int) -> bool:
    """Whether so many of the sources, each given by what it says so, are no copies of one another."""
    wanted = min(enough(size), SEEN // 2)
    often = max(wanted, min(_OFTEN, math.ceil(_OFTEN_SHARE * size)))
    if len(sources) < wanted:
        return False
    counted: list[PassageView] = []
    unlike = framed = 0
    for views in sources:
        alike = [(one, other) for one in views for other in counted if one.likeness(other) >= _COPY]
        if all(_adds(one, other) for one, other in alike):
            counted += views
            unlike += not alike
            framed += bool(alike)
        if unlike >= wanted or unlike + framed >= often:
            return True
    return False


def _adds(one: PassageView, other: PassageView) -> bool:
    """Whether each of two passages adds words of its own to what they share."""
    mine, theirs = one.said_beside(other), other.said_beside(one)
    return len(mine & theirs) < _ADDED * min(len(mine), len(theirs))
