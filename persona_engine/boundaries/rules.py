"""A creator's boundaries as values: rules, their JSON form, and what differs between two sets of them."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from persona_engine.boundaries import DEFAULTS
from persona_engine.boundaries.spelling import Levelled, Words, levelled, plainly, unspaced
from persona_engine.errors import BadCard
from persona_engine.style_card import Change

MOST_RULES: Final = 60
MOST_TEXTS: Final = 60
LONGEST_TEXT: Final = 300
LONGEST_NAME: Final = 80
MOST_QUOTED: Final = 1_000
# Between choices ("a/b") of an everyday word and those of words that must stand in the text, too, or mustn't.
_TOGETHER: Final = " + "
_APART: Final = " - "


class Kind(StrEnum):
    """What a rule does: refuse; decline all else; leave it to a person; never say it in an answer."""

    FORBIDDEN = "forbidden"
    ONLY = "only"
    HANDOVER = "handover"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Rule:
    """One topic. `phrases` count wherever they stand; `examples` by likeness, `exceptions` take some out.

    `erased`: so many of these went with the fan who wrote them, since a person last wrote the rule.
    `until`: when it lapses (ISO, UTC); empty where it stays.
    """

    id: str
    kind: Kind
    name: str
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    on: bool = True
    erased: int = 0
    until: str = ""

    @property
    def told(self) -> bool:
        """Whether there is anything to go by: all there was may have gone with the fans who wrote it."""
        return bool(self.phrases or self.examples)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """All rules of an avatar, in force together; `judged`: a model reads along, where one is connected.

    `quoted`: sentences that read as if planted for an AI and are quoted anyway, by `planted.digests`.
    """

    rules: tuple[Rule, ...] = ()
    judged: bool = False
    quoted: tuple[str, ...] = ()

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of an id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def with_rule(self, rule: Rule) -> "Boundaries":
        """With a rule added, or put in the place of the one of its id."""
        if self.rule(rule.id) is None:
            return replace(self, rules=(*self.rules, rule))
        return replace(self, rules=tuple(rule if each.id == rule.id else each for each in self.rules))

    def without(self, rule_id: str) -> "Boundaries":
        """Without a rule."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.id != rule_id))

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        rules = [asdict(rule) for rule in self.rules]
        return {"rules": rules, "judged": self.judged, "quoted": list(self.quoted)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Boundaries":
        """From what `to_json` made."""
        rules = tuple(_rule(each) for each in value["rules"])
        return cls(rules, value.get("judged", False), tuple(value.get("quoted", ())))


def _rule(value: Mapping[str, Any]) -> Rule:
    return Rule(
        value["id"],
        Kind(value["kind"]),
        value["name"],
        tuple(value.get("phrases", ())),
        tuple(value.get("examples", ())),
        tuple(value.get("exceptions", ())),
        value.get("on", True),
        value.get("erased", 0),
        value.get("until", ""),
    )


@lru_cache(maxsize=1)
def defaults() -> Boundaries:
    """What a new avatar begins with."""
    found = tomllib.loads(DEFAULTS.read_text("utf-8"))
    return Boundaries(tuple(_rule(each) for each in found["rule"]))


def is_about(rule_id: str, example: str, text: str, lang: str) -> bool:
    """Whether a text in a language (a primary subtag) that resembles an example has a word of its topic.

    Asked of the examples that come with the product only: "should I stop?" is like "should I stop taking my
    medication?" in all but the word that counts.
    """
    topic = _topics().get(rule_id)
    if topic is None or example not in topic.examples or lang not in topic.about:
        return True
    if any(topic.about[lang].stand_in(way) for way in (text, plainly(text))):
        return True
    # In a text in capitals every word looks like a name.
    return lang in topic.named and not text.isupper() and topic.named[lang].search(text) is not None


def told_by_words(rule_id: str, lang: str) -> bool:
    """Whether what is on the topic of a rule that comes with the product is told by words in a language."""
    topic = _topics().get(rule_id)
    return topic is not None and lang in topic.about


def comes_with_it(rule_id: str, text: str) -> bool:
    """Whether a rule's example or phrase comes with the product, and wasn't written by a creator."""
    topic = _topics().get(rule_id)
    return topic is not None and (text in topic.examples or text in topic.phrases)


# Where accents tell most words apart: "đau" (pain), "đậu" (beans), "đâu" (where).
_ACCENTED: Final = frozenset({"vi"})


class _About:
    """A topic's words in a language: such as tell it, and such as do beside others ("a + b"), or without
    any of these ("a - b").
    """

    def __init__(self, lang: str, told: Sequence[str]) -> None:
        kept = (False, True) if lang in _ACCENTED else (False,)
        alone = [each for each in told if _TOGETHER not in each and _APART not in each]
        self._alone = {way: Words(alone, accents=way) for way in kept}
        self._depending = {
            way: [_Depending(each, accents=way) for each in told if each not in alone] for way in kept
        }

    def stand_in(self, text: str) -> bool:
        """Whether they are in a text; where accents tell them apart and the text has some, with these."""
        accents = True in self._alone and levelled(text) != levelled(text, accents=True)
        plain = levelled(text, accents=accents)
        return self._alone[accents].stand_in(plain) or any(
            each.stands_in(plain) for each in self._depending[accents]
        )


class _Depending:
    """Words of which one on each side of a "+" must stand in a text, and none behind a "-"."""

    def __init__(self, told: str, *, accents: bool) -> None:
        wanted, _, unwanted = told.partition(_APART)
        self._wanted = [Words(each.split("/"), accents=accents) for each in wanted.split(_TOGETHER)]
        self._unwanted = Words(unwanted.split("/") if unwanted else (), accents=accents)

    def stands_in(self, text: Levelled) -> bool:
        """Whether it is so in a text."""
        return all(each.stand_in(text) for each in self._wanted) and not self._unwanted.stand_in(text)


@dataclass(frozen=True, slots=True)
class _Topic:
    """A rule that comes with the product: its texts; by language its words and what precedes a name."""

    phrases: frozenset[str]
    examples: frozenset[str]
    about: dict[str, "_About"]
    named: dict[str, re.Pattern[str]]


@lru_cache(maxsize=1)
def _topics() -> dict[str, _Topic]:
    found = tomllib.loads(DEFAULTS.read_text("utf-8"))
    return {
        each["id"]: _Topic(
            frozenset(each.get("phrases", ())),
            frozenset(each["examples"]),
            {lang: _About(lang, words) for lang, words in each.get("about", {}).items()},
            {lang: _before_names(words) for lang, words in each.get("named", {}).items()},
        )
        for each in found["rule"]
    }


def _before_names(words: Sequence[str]) -> re.Pattern[str]:
    """One of the words with a capitalised one after it, none or one in between ("sell my Tesla")."""
    told = "|".join(map(re.escape, words))
    gap = r"\s*" if unspaced(told) else r"\s+(?:[^\W_]+\s+)?"
    edge = "" if unspaced(told) else r"\b"
    return re.compile(rf"{edge}(?i:{told}){gap}[A-Z][A-Za-z]")


def checked(rule: Rule) -> Rule:
    """A rule as somebody wrote it, its texts trimmed and each once.

    Raises:
        BadCard: it has no name, nothing to go by, or too much; says which.
    """
    name = " ".join(rule.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadCard("A boundary needs a name of at most {most} characters.", most=LONGEST_NAME)
    phrases, examples, exceptions = map(_texts, (rule.phrases, rule.examples, rule.exceptions))
    if not phrases and not examples:
        raise BadCard("Write at least one phrase or one example of what you mean.")
    return replace(rule, name=name, phrases=phrases, examples=examples, exceptions=exceptions)


def as_text(said: str) -> str:
    """What somebody said as it may stand in a rule: on one line, not too long."""
    return " ".join(said.split())[:LONGEST_TEXT].rstrip()


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(text for each in given if (text := " ".join(each.split()))))
    if len(kept) > MOST_TEXTS:
        raise BadCard("A boundary has at most {most} phrases, examples or exceptions each.", most=MOST_TEXTS)
    if any(len(text) > LONGEST_TEXT or "\0" in text for text in kept):
        raise BadCard("Each phrase or example has at most {most} characters.", most=LONGEST_TEXT)
    return kept


def diff(before: Boundaries, after: Boundaries) -> tuple[Change, ...]:
    """What differs between two sets of rules, rule by rule; `field` is the rule's name and its part."""
    switched = tuple(
        Change(name, str(old), str(new))
        for name, old, new in (
            ("judged", before.judged, after.judged),
            ("quoted anyway", len(before.quoted), len(after.quoted)),
        )
        if old != new
    )
    old, new = dict(_lines(before)), dict(_lines(after))
    names = {rule.id: rule.name for rule in (*before.rules, *after.rules)}
    keys = [*old, *(key for key in new if key not in old)]
    return switched + tuple(
        Change(f"{names[key[0]]}: {key[1]}", old.get(key, ""), new.get(key, ""))
        for key in keys
        if old.get(key, "") != new.get(key, "")
    )


def _lines(value: Boundaries) -> Iterator[tuple[tuple[str, str], str]]:
    for rule in value.rules:
        for part, told in asdict(rule).items():
            if part != "id":
                plain = " · ".join(told) if isinstance(told, tuple) else str(told)
                yield (rule.id, part), plain
