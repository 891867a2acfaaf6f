"""Measuring how a creator writes, from what they have published. Takes CPU: run in a thread."""

import re
import statistics
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.lang import UNSPACED, base
from persona_engine import smalltalk
from persona_engine.phrases import clauses, favourites, recurring, tokens
from persona_engine.smalltalk import Intent
from persona_engine.style_card import (
    Emoji,
    Formality,
    Punctuation,
    Share,
    Spread,
    StyleCard,
    diff,
)

__all__ = ["StyleCard", "diff", "measure"]

_SENTENCE: Final = re.compile(r"([^.!?…。！？؟।\n]+)([.!?…。！？؟।]*)")
_EMOJI: Final = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2})|(?:[\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_SHOUT: Final = re.compile(r"\b[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ]{4,}\b")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CONTRACTED: Final = re.compile(
    r"\b\w+(?:n['’]t|['’](?:re|ll|ve|m|d)|(?<=\bit)['’]s|(?<=\bthat)['’]s)\b", re.I
)
_EXPANDED: Final = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|has|have|had|would|could|should|will)\snot|cannot|it\sis|that\sis"
    r"|I\sam|(?:you|we|they)\sare|(?:I|you|we|they)\s(?:will|have))\b",
    re.I,
)
# German says it with a capital; at the start of a sentence that tells nothing.
_GERMAN_FORMAL: Final = re.compile(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihre?[mnrs]?)\b")
_BY_ENDING: Final = frozenset({"ja", "ko"})
_TAIL: Final = " .!?…。！？~〜)）」』ㅎㅋㅠw笑\n"
_REPLY_LENGTH: Final = 80
_FAVOURITE_EMOJI: Final = 8
_LONGEST_EMOJI: Final = 40  # joiners string any number of them together


def measure(texts: Iterable[tuple[str, str]]) -> StyleCard:
    """The style of (language, text) pairs, each text one message or post. Without texts, an empty card."""
    messages = [(base(lang), text.strip()) for lang, text in texts if text.strip()]
    if not messages:
        return StyleCard()
    groups: dict[str, list[str]] = defaultdict(list)
    for lang, text in messages:
        groups[lang].append(text)
    plain = [text for _, text in messages]
    ends = [[mark for sentence, mark in _sentences(text) if sentence.strip()] for text in plain]
    return StyleCard(
        messages=len(messages),
        characters=_spread([len(text) for text in plain]),
        sentences=_spread([max(len(marks), 1) for marks in ends]),
        languages=_shares(Counter(lang for lang, _ in messages), len(messages), 18),
        openings=_openings(groups, len(messages)),
        closings=_closings(groups, len(messages)),
        greeting=_share(sum(map(_greets, plain)), len(plain)),
        emoji=_emoji(plain),
        punctuation=_punctuation(plain, [mark for marks in ends for mark in marks]),
        formality=tuple(found for lang, group in groups.items() if (found := _formality(lang, group))),
        contractions=_contractions(groups.get("en", [])),
        singular=_singular(groups),
        phrases=_phrases(groups, len(messages)),
        replies=_replies(plain),
    )


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("style_words.toml").read_text(encoding="utf-8"))


def stop_words(lang: str) -> frozenset[str]:
    """Words that say nothing of what a text is about; none known for many languages."""
    return _words(lang, "stop")


def _words(lang: str, kind: str) -> frozenset[str]:
    return frozenset(_tables().get(lang, {}).get(kind, ()))


def _sentences(text: str) -> list[tuple[str, str]]:
    """Sentences with their closing marks; an emoji between two closes the first."""
    return _SENTENCE.findall(_EMOJI.sub("\n", text))


def _spread(values: Sequence[int]) -> Spread:
    tenths = statistics.quantiles(values, n=10, method="inclusive") if len(values) > 1 else [values[0]] * 9
    return Spread(median=round(tenths[4], 1), p10=round(tenths[0], 1), p90=round(tenths[8], 1))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _shares(counts: Counter[str], total: int, limit: int) -> tuple[Share, ...]:
    return tuple(Share(value, _share(number, total)) for value, number in counts.most_common(limit))


def _openings(groups: dict[str, list[str]], total: int) -> tuple[Share, ...]:
    found: list[Share] = []
    for lang, group in groups.items():
        firsts = [next(clauses(text), []) for text in group]
        found += recurring(firsts, _words(lang, "stop"), total, 6)
    return tuple(sorted(found, key=lambda one: -one.share)[:8])


def _closings(groups: dict[str, list[str]], total: int) -> tuple[Share, ...]:
    """Last clauses that come again, whole: a closing is a formula, not a word."""
    found: list[Share] = []
    for lang, group in groups.items():
        lasts = Counter(last for text in group if (last := _last_sentence(text)))
        stop = _words(lang, "stop")
        found += [
            Share(text, _share(number, total))
            for text, number in lasts.most_common(6)
            if number >= 2
            and any(token.casefold() not in stop for tokens in clauses(text) for token in tokens)
        ]
    return tuple(sorted(found, key=lambda one: -one.share)[:8])


def _last_sentence(text: str) -> str:
    spoken = [f"{sentence}{mark}".strip() for sentence, mark in _sentences(text) if _WORD.search(sentence)]
    return spoken[-1] if spoken and len(spoken[-1]) <= _REPLY_LENGTH else ""


def _greets(text: str) -> bool:
    """Whether a message begins with a greeting: its first clause, or the first words of it."""
    first = next(clauses(text), [])
    spoken = (smalltalk.recognise(" ".join(first[:length])) for length in range(min(len(first), 6), 0, -1))
    return any(found is not None and found.intent is Intent.GREETING for found in spoken)


def _emoji(plain: Sequence[str]) -> Emoji:
    each = [list(_EMOJI.finditer(text)) for text in plain]
    every = Counter(found.group(0) for one in each for found in one if len(found.group(0)) <= _LONGEST_EMOJI)
    total = every.total()
    at_end = sum(
        1
        for text, one in zip(plain, each, strict=True)
        for found in one
        if not _WORD.search(text, found.end())
    )
    return Emoji(
        rate=round(total / len(plain), 2),
        share=_share(sum(1 for one in each if one), len(plain)),
        at_end=_share(at_end, total),
        favourites=_shares(every, max(total, 1), _FAVOURITE_EMOJI),
    )


def _punctuation(plain: Sequence[str], marks: Sequence[str]) -> Punctuation:
    def ending(*signs: str) -> float:
        return _share(sum(1 for mark in marks if any(sign in mark for sign in signs)), len(marks))

    return Punctuation(
        exclamation=ending("!", "！"),
        question=ending("?", "？", "؟"),
        ellipsis=ending("…", "...", ".."),
        capitals=_share(sum(1 for text in plain if _SHOUT.search(text)), len(plain)),
    )


def _formality(lang: str, group: Sequence[str]) -> Formality | None:
    familiar, formal = _words(lang, "familiar"), _words(lang, "formal")
    if not familiar and not formal:
        return None
    if lang in _BY_ENDING:
        ended = [sentence.rstrip(_TAIL) for text in group for sentence, _ in _sentences(text)]
        polite = sum(1 for one in ended if one.endswith(tuple(formal)))
        plain = sum(1 for one in ended if not one.endswith(tuple(formal)) and one.endswith(tuple(familiar)))
    else:
        polite, plain = _said(lang, group, formal), _said(lang, group, familiar)
        if lang == "de":
            polite += sum(len(_GERMAN_FORMAL.findall(text)) for text in group)
    told = polite + plain
    return Formality(lang, _share(polite, told), told) if told else None


def _said(lang: str, group: Sequence[str], words: frozenset[str]) -> int:
    """How often any of ``words`` is said; by characters where words aren't set apart, longest first."""
    if not words:
        return 0
    if lang in UNSPACED:
        wanted = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
        return sum(len(wanted.findall(text)) for text in group)
    return sum(1 for text in group for word in tokens(text) if word.casefold().replace("’", "'") in words)


def _contractions(group: Sequence[str]) -> float | None:
    short = sum(len(_CONTRACTED.findall(text)) for text in group)
    whole = sum(len(_EXPANDED.findall(text)) for text in group)
    return _share(short, short + whole) if short + whole else None


def _singular(groups: dict[str, list[str]]) -> float | None:
    alone = together = 0
    for lang, group in groups.items():
        many = _said(lang, group, _words(lang, "we"))
        # "我们" holds "我": what is said of several isn't said of one.
        one = _said(lang, group, _words(lang, "i")) - (many if lang in UNSPACED else 0)
        alone, together = alone + max(one, 0), together + many
    return _share(alone, alone + together) if alone + together else None


def _phrases(groups: dict[str, list[str]], total: int) -> tuple[Share, ...]:
    """Favourites of each language, as many as its part of the messages earns."""
    found: list[Share] = []
    for lang, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        personal = frozenset().union(
            *(_words(lang, kind) for kind in ("i", "we", "you", "familiar", "formal"))
        )
        found += favourites(group, _words(lang, "stop"), personal, max(3, round(15 * len(group) / total)))
    return tuple(found[:24])


def _replies(plain: Sequence[str]) -> tuple[str, ...]:
    """Short messages that come again word for word."""
    short = Counter(text for text in plain if len(text) <= _REPLY_LENGTH)
    return tuple(text for text, number in short.most_common(8) if number >= 2)
