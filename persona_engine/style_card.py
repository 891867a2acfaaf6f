"""The style card: how a creator writes, as numbers and examples; its JSON form, and what differs between two.

Measuring one is ``persona_engine.style``'s matter.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Final, get_args, get_type_hints

from persona_engine.errors import BadCard

VERSION: Final = 1
_LONGEST_TEXT: Final = 500
_MOST_ITEMS: Final = 50
_NOTICED: Final = 0.1  # of a share; of a length, about a seventh
_ALIKE: Final = 0.6  # of all that either list holds


@dataclass(frozen=True, slots=True)
class Spread:
    """How a length is distributed over the messages."""

    median: float = 0.0
    p10: float = 0.0
    p90: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """A thing and the share (0..1) of the messages, or of their text, that it holds."""

    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Emoji:
    """``rate`` per message, ``share`` of messages with any, ``at_end`` of the emoji that end a message."""

    rate: float = 0.0
    share: float = 0.0
    at_end: float = 0.0
    favourites: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Punctuation:
    """Shares of the sentences that end so; ``capitals`` is the share of messages that shout a word."""

    exclamation: float = 0.0
    question: float = 0.0
    ellipsis: float = 0.0
    capitals: float = 0.0


@dataclass(frozen=True, slots=True)
class Formality:
    """How the creator addresses people in one language: ``formal`` is 0 (familiar) to 1 (polite).

    ``evidence`` counts the words that told; with none, the language's card has no entry.
    """

    lang: str
    formal: float
    evidence: int


@dataclass(frozen=True, slots=True)
class StyleCard:
    """How a creator writes, measured from what they published, and editable.

    Every number is about messages: a post, a caption, a chat line. ``singular`` is the share of "I" among
    "I" and "we"; ``None`` where neither is said.
    """

    version: int = 1
    messages: int = 0
    characters: Spread = Spread()
    sentences: Spread = Spread()
    languages: tuple[Share, ...] = ()
    openings: tuple[Share, ...] = ()
    closings: tuple[Share, ...] = ()
    greeting: float = 0.0
    emoji: Emoji = Emoji()
    punctuation: Punctuation = Punctuation()
    formality: tuple[Formality, ...] = ()
    contractions: float | None = None
    singular: float | None = None
    phrases: tuple[Share, ...] = ()
    replies: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept and exported."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "StyleCard":
        """From what ``to_json`` made, or what a person edited: fields that are left out keep their default.

        Raises:
            BadCard: a field is of the wrong kind, too long, or of a newer version; says which.
        """
        card: StyleCard = _read(cls, value, "style")
        if card.version != VERSION:
            raise BadCard(
                "style.version is {found}: this program reads version {wanted}.",
                found=card.version,
                wanted=VERSION,
            )
        return card


@dataclass(frozen=True, slots=True)
class Change:
    """A field in which two cards differ, as text for people to compare. ``field`` names it by path."""

    field: str
    before: str
    after: str


def diff(before: Any, after: Any) -> tuple[Change, ...]:
    """The fields in which two cards differ, or two other values of one dataclass, in its order."""
    old, new = dict(_lines(before)), dict(_lines(after))
    return tuple(Change(name, old[name], new[name]) for name in old if old[name] != new[name])


def noticeable(before: StyleCard, after: StyleCard) -> bool:
    """Whether a creator who sees both would find another style, not just the same one a little off."""
    one, other = _told(before), _told(after)
    if any(abs(one.get(name, 0.0) - other.get(name, 0.0)) >= _NOTICED for name in one.keys() | other.keys()):
        return True
    lists = zip(_listed(before), _listed(after), strict=True)
    return any(len(earlier & later) < _ALIKE * len(earlier | later) for earlier, later in lists)


def _told(card: StyleCard) -> dict[str, float]:
    """The numbers that the card shows, on scales of which a tenth is as telling; those not known are out."""
    mood = card.punctuation
    shares = {
        "greeting": card.greeting, "emoji": card.emoji.share, "exclamation": mood.exclamation,
        "question": mood.question, "ellipsis": mood.ellipsis, "capitals": mood.capitals,
        "contractions": card.contractions, "singular": card.singular,
        "length": math.log2(1 + card.characters.median) / 2,
        "sentences": math.log2(1 + card.sentences.median) / 2,
        **{f"politely in {each.lang}": each.formal for each in card.formality},
        **{f"in {each.value}": each.share for each in card.languages},
    }  # fmt: skip
    return {name: value for name, value in shares.items() if value is not None}


def _listed(card: StyleCard) -> tuple[frozenset[str], ...]:
    shares = (card.openings, card.closings, card.emoji.favourites, card.phrases)
    return (*(frozenset(each.value for each in those) for those in shares), frozenset(card.replies))


def _lines(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for field in fields(value):
        inner = getattr(value, field.name)
        name = f"{path}{field.name}"
        if is_dataclass(inner):
            yield from _lines(inner, f"{name}.")
        else:
            yield name, _plain(inner)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, Mapping):
        return " · ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    if isinstance(value, Share):
        return f"{value.value} {value.share:.0%}"
    if isinstance(value, Formality):
        return f"{value.lang} {value.formal:.0%}"
    if isinstance(value, float):
        return f"{value:.2f}"
    return "" if value is None else str(value)


def _read(kind: Any, value: object, path: str) -> Any:
    """``value`` as ``kind``: a dataclass, a tuple of one kind, a number, a text, or None where allowed."""
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise BadCard("{field} must be an object.", field=path)
        hints = get_type_hints(kind)
        known = {field.name for field in fields(kind)} & value.keys()
        read = {name: _read(hints[name], value[name], f"{path}.{name}") for name in known}
        try:
            return kind(**read)
        except TypeError as error:
            raise BadCard("{field} lacks a field.", field=path) from error
    inner = get_args(kind)
    if inner and inner[-1] is ...:
        if not isinstance(value, list | tuple) or len(value) > _MOST_ITEMS:
            raise BadCard("{field} must be a list of at most {most}.", field=path, most=_MOST_ITEMS)
        return tuple(_read(inner[0], each, f"{path}[{index}]") for index, each in enumerate(value))
    if inner:
        return None if value is None else _read(inner[0], value, path)
    if kind is str:
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT or "\0" in value:
            raise BadCard(
                "{field} must be a text of at most {most} characters.", field=path, most=_LONGEST_TEXT
            )
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise BadCard("{field} must be a number of at least 0.", field=path)
    return kind(value)
