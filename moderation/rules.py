"""The rules that act by themselves in a group: what each says, and the set that is sensible to begin with."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

BUTTON, QUESTION = "button", "question"
LOCKS: Final = ("links", "invites", "media", "phrases")

_BOTS: Final = Path(__file__).parent / "data" / "bots.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """What acts by itself in a group; all of it off.

    `captcha`: who joins presses a button, or answers a question, within `captcha_min` minutes, or is put out.
    `requests`: who asks to join does so in private, and is let in. `flood` messages within `flood_s` seconds
    mute for `flood_min` minutes. `raid` joins within `raid_s` seconds have newcomers put out for `raid_min`
    minutes. `links`, `invites`, `media` and what holds one of `phrases` are deleted, and warned for
    where `warns`. Who joined within `newcomer_h` hours sends no links and media. One message each `slow_s`
    seconds. `despite`: even where another bot keeps order.
    """

    captcha: str = ""
    captcha_min: int = 5
    requests: bool = False
    flood: int = 0
    flood_s: int = 10
    flood_min: int = 10
    raid: int = 0
    raid_s: int = 60
    raid_min: int = 15
    links: bool = False
    invites: bool = False
    media: bool = False
    phrases: tuple[str, ...] = ()
    warns: bool = False
    newcomer_h: int = 0
    slow_s: int = 0
    despite: bool = False

    @property
    def on(self) -> bool:
        """Whether any of them acts."""
        return replace(self, despite=False, warns=False, **_NUMBERS) != replace(_OFF, **_NUMBERS)

    @property
    def counts(self) -> bool:
        """Whether any of them asks what somebody has said before."""
        return bool(self.flood or self.slow_s or self.newcomer_h)

    def to_json(self) -> dict[str, Any]:
        """As they are kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Rules":
        """From what `to_json` made, by this version or another."""
        known = {each.name for each in fields(cls)}
        kept = {name: each for name, each in value.items() if name in known}
        return cls(**{**kept, "phrases": tuple(kept.get("phrases", ()))})


_OFF: Final = Rules()
# Numbers that say nothing while the rule that they belong to is off.
_NUMBERS: Final[dict[str, Any]] = {
    name: getattr(_OFF, name) for name in ("captcha_min", "flood_s", "flood_min", "raid_s", "raid_min")
}

CALM: Final = Rules(
    captcha=BUTTON,
    flood=8,
    flood_s=10,
    flood_min=10,
    raid=10,
    raid_s=60,
    raid_min=15,
    invites=True,
    newcomer_h=24,
)
"""What one switch puts in force."""

LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "captcha_min": (1, 60),
    "flood": (0, 60),
    "flood_s": (2, 600),
    "flood_min": (1, 10_080),
    "raid": (0, 1_000),
    "raid_s": (5, 3_600),
    "raid_min": (1, 1_440),
    "newcomer_h": (0, 720),
    "slow_s": (0, 21_600),
}
MOST_PHRASES: Final = 100
LONGEST_PHRASE: Final = 100


@cache
def other_bots(platform: str) -> frozenset[str]:
    """The bots of others that keep order by themselves on a platform."""
    return frozenset(tomllib.loads(_BOTS.read_text(encoding="utf-8")).get(platform, ()))
