"""What no written answer may say, whatever its creator allows: a human's voice, gains, no rules, harm.

Told by examples, which a matcher holds against sentences, and by phrases of every language, looked for here.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import regex

from kernel.i18n import t, variants
from kernel.lang import SUPPORTED, base
from kernel.naming import parts_of
from memory import service as memory
from memory.service import Example
from persona_engine.boundaries.spelling import Levelled, Words, levelled, plainly, unspaced
from persona_engine.boundaries.wordings import Wording, Wordings, sentences_of

_FILES: Final = tuple(
    Path(__file__).with_name(each) for each in ("spoken.toml", "harm.toml", "answering.toml")
)
_INTRODUCING: Final = Path(__file__).with_name("introducing.toml")
_LEAST_NAME: Final = 2
_ARTICLES: Final = frozenset(("the", "el", "la", "los", "las", "le", "les", "der", "die", "das", "mr", "mrs"))
_WHAT: Final = re.compile(
    r"\b(?:AI|IA|KI|ИИ|ШІ)\b|(?<![A-Za-z])AI(?![A-Za-z])|人工智|人工知能|인공지능|ذكاء|هوش مصنوعی|एआई|"
    r"yapay zek|trí tuệ nhân tạo|ปัญญาประดิษฐ์|virtual"
)
# What denies something doesn't stand across where one clause ends and another begins.
_CLAUSE: Final = regex.compile(
    r"[,，،、;:；：—–.!?。！？।]|\s-+\s|(?<!\w)(?:but|and|sino|pero|sondern|und|aber|mais|mas|но|а|але|بل|melainkan"
    r"|tapi|tetapi|mà)(?!\w)|而是|แต่|(?<=不是[^说說觉覺]{0,4}人[类類]?)是"
    # Behind a word that is affirmed, of where a denial stands at a clause's end, too.
    r"|であって(?![はも])|なので(?!は)|だから(?!では|じゃ)|이고|이며|(?<!아니)라서|일 뿐"
    r"|(?<=zek[aâ]|\w[ıiuü])y[ıiuü]m(?!\w)"
    r"|(?<!\w)(?:هستم|بلکه)(?!\w)|\u200cام(?!\w)|(?<!\w)و(?=\s+نه\s)|ह(?:ूँ|ूं|ुँ)(?!\s+(?:ही\s+)?नही)",
    regex.IGNORECASE,
)
# ... but for these, which stand right before it.
_DENIES_AHEAD: Final = regex.compile(r"(?<!\w)(?:نه|न कि|ना कि)\s+(?:یک\s+)?$")
# That something is this and nothing else denies nothing: "je ne suis qu'une IA".
_NOTHING_ELSE: Final = regex.compile(
    r"\bn(?:e |['’])(?:(?!pas\b|plus\b|jamais\b)\w+ ){1,4}?(?:d['’]autre )?qu(?:e |['’])"
    r"|\b(?:no \w+ (?:nada )?más|nada más|não \w+ (?:nada )?mais(?: do)?|nada mais(?: do)?) que\b"
    r"|\b(?:no|nothing|not) (?:more|other|else) than\b|\bnicht(?:s(?: anderes| weiter)?| mehr) als\b"
    r"|\bне (?:более|больше) чем\b|\bне більше ніж\b|\btidak lebih dari\b|\bkhông hơn gì\b|不过是|不過是"
    r"|[にで](?:すぎ|過ぎ|しか)(?:ない|なく|ませ)|에 (?:불과|지나지 않)|başka bir şey değil",
    regex.IGNORECASE,
)
_NEAR: Final = 200  # characters beside a name: far more than any way to introduce oneself has
# What belongs to a name, or to a longer one that begins with it: "this is Alex Fir's shop" introduces nobody.
_POSSESSIVE: Final = re.compile(r"(?: [A-ZÀ-Þ][\w-]*)?['’]s\b")
_SOMEBODY: Final = "Alex"
_OURS: Final = (
    "smalltalk.real", "smalltalk.greeting", "smalltalk.thanks", "smalltalk.goodbye", "smalltalk.sad",
    "answer.same", "answer.nothing", "boundary.forbidden", "boundary.only",
)  # fmt: skip


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for file in _FILES:
        for tag, kinds in tomllib.loads(file.read_text("utf-8")).items():
            for kind, texts in kinds.items():
                for part, lines in texts.items():
                    found.setdefault(tag, {}).setdefault(kind, {}).setdefault(part, []).extend(lines)
    return found


@lru_cache(maxsize=32)
def examples_for(lang: str) -> tuple[Example, ...]:
    """What is looked for by likeness in an answer in a language (a primary subtag)."""
    found: list[Example] = []
    for tag, kinds in _told().items():
        if base(tag) == lang:
            found += [Example(kind, text, tag) for kind in kinds for text in kinds[kind]["examples"]]
            found += [
                Example(kind, text, tag, allowed=True) for kind in kinds for text in kinds[kind]["harmless"]
            ]
            # What we say ourselves, it may say too.
            found += [Example(kind, text, tag, allowed=True) for kind in kinds for text in _ours(tag)]
    return tuple(found)


def _ours(lang: str) -> list[str]:
    """What the catalogues say of what it is, what it has said and what it leaves alone, by sentences too."""
    keys = ("disclosure.again", *(key for each in _OURS for key in variants(each)))
    whole = [t(lang, key, creator=_SOMEBODY, title="…") for key in keys]
    parts = [each for text in whole for each in memory.sentences_of(text, lang)]
    return list(dict.fromkeys(whole + parts))


def is_about(kind: str, text: str, lang: str) -> bool:
    """Whether a sentence in a language (a primary subtag) has a word without which it says nothing of a kind.

    Likeness alone takes "I am living from day to day" for "I am a human being".
    """
    words = _about(lang).get(kind)
    return words is None or any(words.stand_in(levelled(way)) for way in (text, plainly(text)))


@lru_cache(maxsize=32)
def _about(lang: str) -> dict[str, Words]:
    found: dict[str, list[str]] = {}
    for tag, kinds in _told().items():
        if base(tag) == lang:
            for kind, texts in kinds.items():
                found.setdefault(kind, []).extend(texts.get("about", ()))
    return {kind: Words(words) for kind, words in found.items() if words}


def phrase_in(text: str) -> tuple[str, str] | None:
    """The first phrase that stands in a text, of whatever language, however spaced: its kind, and itself."""
    meant = plainly(text)
    disguised = meant != text
    said, plain = levelled(text), levelled(meant)
    for kind, phrase, wanted, joined in _phrases():
        if (
            wanted.words in said.words
            or wanted.words in plain.words
            or ((disguised or joined) and wanted.letters in plain.letters)
        ):
            return kind, phrase
    return None


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, str, Levelled, bool], ...]:
    """The kind of each, itself, levelled, and whether its words are written without spaces."""
    return tuple(
        (kind, text, levelled(text), unspaced(text))
        for kinds in _told().values()
        for kind, texts in kinds.items()
        for text in texts["phrases"]
    )


@lru_cache(maxsize=2_000)
def claimed(text: str, lang: str, names: tuple[str, ...]) -> tuple[str, str] | None:
    """What a person's own words say that no avatar says, by phrases and introductions: its kind, and itself.

    They are said as they stand, whatever they were taken for when they were written.
    """
    sentences = memory.sentences_of(text, lang)
    spoken = next((each for each in sentences if introduces(each, names)), None)
    if spoken:
        return "human", spoken
    answering = _answering().first_in(sentences_of(text))
    return ("human", answering.plain) if answering else phrase_in(text)


@lru_cache(maxsize=1)
def _answering() -> Wordings:
    """How a creator says that a person reads or answers what fans write, in all languages."""
    return Wordings(
        Wording(line, {}) for kinds in _told().values() for line in kinds.get("human", {}).get("lines", ())
    )


def introduces(text: str, names: Iterable[str]) -> bool:
    """Whether a sentence says, in whatever language, that who speaks is the bearer of one of these names.

    Who says in the same breath that they are an AI does not; who denies it does.
    """
    for found in _naming(tuple(names)).finditer(text):
        start, end = found.span()
        if not _stands_alone(text, start, end) or _POSSESSIVE.match(text, end):
            continue
        before, behind = levelled(text[max(start - _NEAR, 0) : start]), levelled(text[end : end + _NEAR])
        breathes = _breathes(text[end:])
        # Many a name is a word, too, where it isn't written like one: "c'est rose".
        proper = not found[0][0].islower() or text == text.lower()
        if any(way.introduces(before, behind, breathes, proper) for way in _introducing()):
            return not _says_what_it_is(text)
    return False


def _says_what_it_is(text: str) -> bool:
    """Whether a text has it that an AI speaks, and denies it nowhere."""
    lang = base(memory.detect(text, SUPPORTED).lang) if _WHAT.search(text) else ""
    clauses = [_NOTHING_ELSE.sub(" ", clause) for clause in _CLAUSE.split(text)]
    named = [(clause, found) for clause in clauses for found in _WHAT.finditer(clause)]
    return bool(named) and not any(
        _is_denied(clause[: found.start()], clause[found.end() :], lang) for clause, found in named
    )


def _is_denied(before: str, behind: str, lang: str) -> bool:
    """Whether what stands between these in a clause is denied where its language denies."""
    ahead = lang not in memory.DENIED_BEHIND
    told = before if ahead else behind
    return any(memory.denies(told, tag) for tag in {lang, "en"}) or (
        not ahead and _DENIES_AHEAD.search(before) is not None
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what stands there is no part of another word, where words are parted."""
    return not any(
        (each.isalnum() or unicodedata.category(each)[0] == "M") and not unspaced(each)
        for each in (text[:start][-1:], text[end:][:1])
        if each and not unspaced(text[start:end])
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """How somebody introduces themself: what stands before a name and what behind it.

    `on` are beginnings of what may follow in the same breath, `other` of what makes it another thing's name;
    `only`: nothing else may follow.
    """

    before: Levelled
    behind: tuple[Levelled, ...]
    only: bool
    on: tuple[Levelled, ...]
    other: tuple[Levelled, ...]

    def introduces(self, before: Levelled, behind: Levelled, breathes: bool, proper: bool) -> bool:
        """Whether a name between these is introduced; `breathes`: nothing follows it in the same breath.

        `proper`: it is written as names are.
        """
        if (self.only and not proper) or not _ends(before, self.before):
            return False
        if self.behind:
            return _begins(behind, self.behind)
        if _begins(behind, self.other):
            return False
        return not self.only or breathes or _begins(behind, self.on)


def _ends(text: Levelled, wanted: Levelled) -> bool:
    if unspaced(wanted.letters):
        return text.letters.endswith(wanted.letters)
    return not wanted.letters or text.words.endswith(wanted.words)


def _begins(text: Levelled, wanted: Iterable[Levelled]) -> bool:
    return any(
        text.letters.startswith(each.letters) if unspaced(each.letters) else text.words.startswith(each.words)
        for each in wanted
    )


def _breathes(behind: str) -> bool:
    """Whether nothing follows a name in the same breath, or another name does."""
    first = behind.lstrip(" ")[:1]
    return re.match(r"['’]\w", behind) is None and (
        not first.isalnum() or (first.isupper() and behind[0] == " ")
    )


@lru_cache(maxsize=1)
def _introducing() -> tuple[_Way, ...]:
    found: list[_Way] = []
    for told in tomllib.loads(_INTRODUCING.read_text("utf-8")).values():
        on, other = (tuple(map(levelled, told.get(each, ()))) for each in ("on", "other"))
        for kind in ("me", "this"):
            for each in told.get(kind, ()):
                before, _, behind = each.partition("{name}")
                after = (levelled(behind),) if behind else ()
                found.append(_Way(levelled(before), after, kind == "this", on, other))
    return tuple(found)


@lru_cache(maxsize=64)
def _naming(names: tuple[str, ...]) -> re.Pattern[str]:
    """Each way to call them, in whichever case: where one begins with another, the longer one."""
    called = sorted(_called(names), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, called)) or r"(?!)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _called(names: tuple[str, ...]) -> tuple[str, ...]:
    """Each name, and the first word of each."""
    called = dict.fromkeys(each for name in parts_of(names) for each in (name, *name.split()[:1]))
    return tuple(
        name
        for name in called
        if sum(map(str.isalpha, name)) >= _LEAST_NAME and name.casefold() not in _ARTICLES
    )


def names_somebody(text: str, names: Iterable[str]) -> bool:
    """Whether one of these names stands in a text, whole or by its first word."""
    said = levelled(re.sub(r"(?<=\w)['’]s\b", "s", text))
    return _words(_called(tuple(names))).stand_in(said)


@lru_cache(maxsize=64)
def _words(wanted: tuple[str, ...]) -> Words:
    return Words(wanted)


def asks_who(text: str, lang: str) -> bool:
    """Whether a question in a language (a primary subtag) has a word that asks for a person, or a machine."""
    words = _about(lang).get("human")
    return words is not None and words.stand_in(levelled(text))
