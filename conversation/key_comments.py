"""Key comments: which of what fans said lately a person should see first, by points that anybody can count.

No model judges: each point comes from something that is stored, and the page says from what.

==========  =============================================================  ==========
reach       fans heard in the same group: 10, 100, 1000                    1, 2, 3
reactions   fans who reacted to what it was answered: 1, 3, 10             1, 2, 3
question    it asks something; and was left without an answer              1, 2
feeling     glad or thankful; upset; in need                               1, 2, 3
==========  =============================================================  ==========

Feeling is known by how the avatar met it (thanks, good news, a low mood, an insult, a need), by the emoji in
it, and by a reaction that found the answer wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from conversation import inbox_repository as repository
from conversation.feedback import reaction_kind
from kernel.clock import now
from kernel.db import UnitOfWork
from memory.service import asks

WITHIN: Final = timedelta(days=30)
LEAST: Final = 2
"""With fewer points a comment isn't a key one."""

_LOOKED_AT: Final = 1_000
_REACH: Final = (10, 100, 1_000)
_REACTIONS: Final = (1, 3, 10)
_OPEN: Final = frozenset(repository.LEFT)
_GLAD: Final = frozenset({"smalltalk:thanks", "smalltalk:compliment", "smalltalk:joy"})
_UPSET: Final = frozenset({"smalltalk:sad", "smalltalk:insult"})
_NO_QUESTIONS: Final = ("smalltalk", "crisis")


@dataclass(frozen=True, slots=True)
class Why:
    """What gave a comment points: `kind` (reach, reactions, question, open, glad, upset, need), how many it
    is that counts, and the points.
    """

    kind: str
    number: int
    points: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key comment of a thread."""

    thread_id: int
    text: str
    lang: str | None
    at: datetime
    why: tuple[Why, ...]

    @property
    def points(self) -> int:
        """All its points."""
        return sum(each.points for each in self.why)


def why(
    text: str, lang: str | None, outcome: str | None, *, reach: int, reactions: int, bad: int
) -> tuple[Why, ...]:
    """What gives a comment points. `reach` are the fans heard in its group, none in private."""
    found = [
        Why("reach", reach, _steps(reach, _REACH)),
        Why("reactions", reactions, _steps(reactions, _REACTIONS)),
        _question(text, lang, outcome or ""),
        _feeling(text, outcome or "", bad),
    ]
    return tuple(each for each in found if each.points)


def _steps(number: int, steps: Sequence[int]) -> int:
    return sum(number >= step for step in steps)


def _question(text: str, lang: str | None, outcome: str) -> Why:
    if outcome.startswith(_NO_QUESTIONS) or not asks(text, lang or ""):
        return Why("question", 0, 0)
    return Why("open", 1, 2) if outcome in _OPEN else Why("question", 1, 1)


def _feeling(text: str, outcome: str, bad: int) -> Why:
    if outcome == "crisis":
        return Why("need", 1, 3)
    shown = reaction_kind(text)
    if outcome in _UPSET or shown == "bad" or bad:
        return Why("upset", 1, 2)
    if outcome in _GLAD or shown == "good":
        return Why("glad", 1, 1)
    return Why("glad", 0, 0)


async def found(uow: UnitOfWork, avatar_id: int) -> list[Key]:
    """The key comment of each thread that has one, those with the most points first, then the latest."""
    rows = await repository.comments(uow, avatar_id, now() - WITHIN, _LOOKED_AT)
    best: dict[int, Key] = {}
    for row in rows:
        key = _key(row)
        known = best.get(key.thread_id)
        if key.points >= LEAST and (known is None or key.points > known.points):
            best[key.thread_id] = key
    return sorted(best.values(), key=lambda key: (-key.points, -key.at.timestamp()))


def _key(row: Any) -> Key:
    counted = why(row.text, row.lang, row.outcome, reach=row.reach or 0, reactions=row.reactions, bad=row.bad)
    return Key(row.thread_id, row.text, row.lang, row.at, counted)
