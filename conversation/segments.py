"""Segments: which of the fans who have asked for news are meant. Whoever hasn't asked is in none."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from community import service as community
from community.types import Entitlements
from conversation.errors import BadBroadcast
from kernel import lang

MOST_DAYS: Final = 3_650
MOST_WORD: Final = 120
MOST_WORDS: Final = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """Whom news is for: everybody who has asked for it, but for who is excluded here.

    `tags`, `languages` and `platforms`: one of them, where there are any. `active_days`: who has written
    within so many days; `silent_days`: who hasn't. `tier`: who holds it.
    """

    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    active_days: int = 0
    silent_days: int = 0
    tier: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Segment":
        """From what `to_json` made, by this version or another."""
        known = {each.name for each in fields(cls)}
        kept: dict[str, Any] = {name: each for name, each in value.items() if name in known}
        for name, each in kept.items():
            if isinstance(each, list):
                kept[name] = tuple(each)
        return cls(**kept)


def checked(segment: Segment) -> Segment:
    """A segment as it can be looked for.

    Raises:
        BadBroadcast: a number, a language or a word that can't be used.
    """
    for number in (segment.active_days, segment.silent_days):
        if not 0 <= number <= MOST_DAYS:
            raise BadBroadcast("Choose a number from {least} to {most}.", least=0, most=MOST_DAYS)
    unknown = [each for each in segment.languages if each not in lang.SUPPORTED]
    if unknown:
        raise BadBroadcast("Choose one or more of: {choices}.", choices=", ".join(lang.SUPPORTED))
    words = (*segment.tags, *segment.platforms, segment.tier)
    if len(words) > MOST_WORDS or any(len(each) > MOST_WORD for each in words):
        raise BadBroadcast("Choose fewer, or shorter, words.")
    tags = tuple(dict.fromkeys(filter(None, (community.readable(each).casefold() for each in segment.tags))))
    return Segment(
        tags, tuple(dict.fromkeys(segment.languages)), tuple(dict.fromkeys(segment.platforms)),
        segment.active_days, segment.silent_days, segment.tier,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """A fan who gets news: where, and in which language. `news` is false where they have had enough since."""

    fan_id: int
    thread_id: int
    connection_id: int
    lang: str


async def holding(
    entitlements: Entitlements, creator_id: int, readers: Sequence[Reader], tier: str
) -> list[Reader]:
    """Those who hold a tier now; all where none is asked for. Outside any transaction."""
    if not tier:
        return list(readers)
    return [each for each in readers if tier in await entitlements.tiers_of(creator_id, each.fan_id)]
