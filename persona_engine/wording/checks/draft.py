"""A draft as checks see it, and what they find wrong with one."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from memory.types import PassageInfo
from persona_engine.wording import reading

_LONGEST_DETAIL: Final = 120


@dataclass(frozen=True)
class Draft:
    """A model's text with what it was written from.

    `passages` are those it was given, by number from 1. `secrets` are words that must not come out,
    `instructions` what it was told. `links` are those it may point to besides its sources'. `retold`: it is
    its one passage in another language, which has to keep the `names` (the avatar's, then its creator's) that
    stand there, and cites nothing.
    """

    text: str
    lang: str
    question: str
    passages: tuple[PassageInfo, ...]
    secrets: tuple[str, ...] = ()
    instructions: str = ""
    links: tuple[str, ...] = ()
    most: int = 2_000
    cut: bool = False
    retold: bool = False
    names: tuple[str, ...] = ()

    @cached_property
    def plain(self) -> str:
        """The text as it is compared, without its markers."""
        return reading.plain(reading.without_markers(self.text))

    @cached_property
    def numbers(self) -> list[int]:
        """The numbers that it cites."""
        return reading.markers(self.text)

    @cached_property
    def cited(self) -> tuple[PassageInfo, ...]:
        """The passages that it cites, or tells again."""
        if self.retold:
            return self.passages
        return tuple(self.passages[n - 1] for n in self.numbers if 0 < n <= len(self.passages))

    @cached_property
    def source(self) -> str:
        """All that its sources say, with their titles and addresses."""
        return reading.plain("\n".join(_told(each) for each in self.cited))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a draft: a code (`persona_engine.reasons` has its sentence), and where it shows.

    `detail` is a piece of what the model wrote: for a creator's eyes, never for a model's.
    """

    code: str
    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", self.detail[:_LONGEST_DETAIL])


def _told(passage: PassageInfo) -> str:
    addresses = (passage.link, passage.source_url, passage.locator.url)
    return "\n".join(each for each in (passage.title, passage.text, *addresses) if each)
