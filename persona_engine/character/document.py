"""The character as a value: its parts and their bounds, its JSON form. What it does stands in `acting.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from kernel.lang import SUPPORTED
from persona_engine.boundaries.spelling import readable
from persona_engine.errors import BadCard
from persona_engine.manner import Manner

LONGEST_PURPOSE: Final = 300
LONGEST_DESCRIPTION: Final = 1_000
LONGEST_INSTRUCTION: Final = 300
LONGEST_SAYING: Final = 400
LONGEST_TITLE: Final = 80
LONGEST_URL: Final = 500
MOST_INSTRUCTIONS: Final = 3
MOST_LINKS: Final = 10
MOST_ITEMS: Final = 30
MOST_TIERS: Final = 10
RAREST: Final = 50
LOW: Final = 35
HIGH: Final = 65
"""Below the one and above the other a slider says something by itself; in between the style card speaks."""


class Strictness(StrEnum):
    """When an answer is given: only where it is sure; as calibrated; else the nearest, called that."""

    STRICT = "strict"
    ADAPTIVE = "adaptive"
    CREATIVE = "creative"


class Length(StrEnum):
    """How much an answer says: at most one, two or three sentences are quoted."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Tone:
    """Sliders of 0 to 100. At 50 it is as the style card has it, or as plain as the catalogues."""

    warmth: int = 50
    playfulness: int = 50
    formality: int = 50

    @property
    def manner(self) -> Manner:
        """How fixed sentences are told: warmth and formality count beyond the middle third."""
        return Manner(
            "casual" if self.formality < LOW else "formal" if self.formality > HIGH else "",
            warm=self.warmth > HIGH,
            cool=self.warmth < LOW,
        )


@dataclass(frozen=True, slots=True)
class Link:
    """An address that the avatar may point to, and what it is called."""

    title: str
    url: str

    def __str__(self) -> str:
        """As it stands in a form."""
        return f"{self.title} {self.url}"


@dataclass(frozen=True, slots=True)
class Guidance:
    """What may be pointed to, at most once in `every` replies of a thread. `items` are sources' numbers."""

    links: tuple[Link, ...] = ()
    items: tuple[int, ...] = ()
    tiers: tuple[str, ...] = ()
    every: int = 5


@dataclass(frozen=True, slots=True)
class Character:
    """Who the avatar is. The defaults change nothing. `greetings` and the like are texts by language."""

    purpose: str = ""
    description: str = ""
    tone: Tone = Tone()
    strictness: Strictness = Strictness.ADAPTIVE
    length: Length = Length.LONG
    instructions: tuple[str, ...] = ()
    greetings: Mapping[str, str] = field(default_factory=dict)
    sign_offs: Mapping[str, str] = field(default_factory=dict)
    no_answers: Mapping[str, str] = field(default_factory=dict)
    guidance: Guidance = Guidance()

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Character":
        """From what `to_json` made."""
        pointing = dict(value["guidance"])
        return cls(
            purpose=value["purpose"],
            description=value["description"],
            tone=Tone(**value["tone"]),
            strictness=Strictness(value["strictness"]),
            length=Length(value["length"]),
            instructions=tuple(value["instructions"]),
            greetings=dict(value["greetings"]),
            sign_offs=dict(value["sign_offs"]),
            no_answers=dict(value["no_answers"]),
            guidance=Guidance(
                tuple(Link(**each) for each in pointing["links"]),
                tuple(pointing["items"]),
                tuple(pointing["tiers"]),
                pointing["every"],
            ),
        )

    def spoken(self) -> tuple[tuple[str, str], ...]:
        """(language, text) of all that fans are told word for word."""
        return tuple(
            each for said in (self.greetings, self.sign_offs, self.no_answers) for each in said.items()
        )


def checked(given: Character) -> Character:
    """A character as somebody wrote it, its texts as they show.

    Raises:
        BadCard: something is too long, too many or not what it should be; says which.
    """
    for slider in asdict(given.tone).values():
        if not 0 <= slider <= 100:
            raise BadCard("A slider goes from 0 to 100.")
    instructions = _lines(given.instructions, LONGEST_INSTRUCTION)
    if len(instructions) > MOST_INSTRUCTIONS:
        raise BadCard("Give at most {most} instructions.", most=MOST_INSTRUCTIONS)
    return replace(
        given,
        purpose=_text(given.purpose, LONGEST_PURPOSE),
        description=_text(given.description, LONGEST_DESCRIPTION),
        instructions=instructions,
        greetings=_sayings(given.greetings),
        sign_offs=_sayings(given.sign_offs),
        no_answers=_sayings(given.no_answers),
        guidance=_guidance(given.guidance),
    )


def _text(given: str, longest: int) -> str:
    # Not in NFKC: it would put Latin commas into Chinese and Japanese.
    text = "".join(each for each in readable(given, "NFC") if each in "\n\t" or each >= " ")
    if len(text) > longest:
        raise BadCard(
            "“{begin}…” is too long: at most {most} characters, please.", begin=text[:30], most=longest
        )
    return text


def _lines(given: Iterable[str], longest: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for each in given if (text := " ".join(_text(each, longest).split()))))


def _sayings(given: Mapping[str, str]) -> dict[str, str]:
    if unknown := given.keys() - set(SUPPORTED):
        raise BadCard("“{language}” isn't a language that an avatar speaks.", language=min(unknown))
    said = {lang: _text(text, LONGEST_SAYING) for lang, text in given.items()}
    return {lang: text for lang, text in said.items() if text}


def _guidance(given: Guidance) -> Guidance:
    tiers = _lines(given.tiers, LONGEST_TITLE)
    if len(given.links) > MOST_LINKS or len(given.items) > MOST_ITEMS or len(tiers) > MOST_TIERS:
        raise BadCard(
            "Choose at most {links} links, {items} items and {tiers} tiers to point to.",
            links=MOST_LINKS, items=MOST_ITEMS, tiers=MOST_TIERS,
        )  # fmt: skip
    if not 1 <= given.every <= RAREST:
        raise BadCard("Point to something once in 1 to {most} replies.", most=RAREST)
    return Guidance(tuple(map(_link, given.links)), tuple(dict.fromkeys(given.items)), tiers, given.every)


def _link(given: Link) -> Link:
    title = " ".join(_text(given.title, LONGEST_TITLE).split())
    url = _text(given.url, LONGEST_URL)
    if not title or not _whole(url):
        raise BadCard(
            "“{link}” isn't a link: write what it is called, then its address (https://…).",
            link=f"{title} {url}".strip()[:LONGEST_TITLE],
        )
    return Link(title, url)


def _whole(url: str) -> bool:
    """Whether an address leads to a page of the web; whoever opens it sees where."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and not (parts.username or set(url) & set(' \n\t"<>'))
        )
    except ValueError:
        return False
