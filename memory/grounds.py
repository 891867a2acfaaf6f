"""Whether what is said has any ground in its sources: by likeness to their sentences, in any language.

It tells another subject from the same one, not a true statement from a false one on it.
"""

from collections.abc import Sequence
from typing import Final

from memory.likeness import Likeness, View, views
from memory.retrieval import Encoder, lexicon, split_sentences

# How alike a sentence must be to one of its sources. Of questions on another article of a measuring set fewer
# than one in twenty reach it; of questions on the same paragraph, and of its translations, nearly all do.
_ENGLISH, _SAME, _CROSSING = 0.3, 0.18, 0.15
# Without vectors words alone speak, and without a lexicon only those of the same language.
_BLIND: Final = {"same": 0.12, "crossing": 0.08, "words": 0.05}
# An encoder's bar is set for sentences; of their parts it would lose one in fifteen.
_LESS: Final = 0.1
_MOST_SENTENCES: Final = 80


def grounded(
    texts: Sequence[tuple[str, str]],
    sources: Sequence[tuple[str, str]],
    encoder: Encoder | None,
    *,
    parts: int = 0,
) -> list[bool | None]:
    """Of each (text, language), whether it is on what the sources say; None where that can't be told.

    The last `parts` of the texts are parts of sentences, and need less to be borne out. Blocking: some
    milliseconds for each sentence.
    """
    told = [(text[start:end], lang) for text, lang in sources for start, end in split_sentences(text, lang)][
        :_MOST_SENTENCES
    ]
    found = views([*texts, *told], encoder)
    said, known = found[: len(texts)], found[len(texts) :]
    likeness = Likeness(known)
    part = len(texts) - parts
    less = [_LESS if n >= part and one.lang == "en" else 0.0 for n, one in enumerate(said)]
    return [_grounded(one, known, likeness, each) for one, each in zip(said, less, strict=True)]


def told_last(texts: Sequence[tuple[str, str]], source: tuple[str, str], encoder: Encoder | None) -> str:
    """The last sentence of a source, as it stands there, that any (text, language) tells; empty: none does.

    Each text tells the one that it is most like. Blocking, as `grounded` is.
    """
    text, lang = source
    parts = [text[start:end] for start, end in split_sentences(text, lang)][:_MOST_SENTENCES]
    found = views([*texts, *((part, lang) for part in parts)], encoder)
    said, known = found[: len(texts)], found[len(texts) :]
    if not known:
        return ""
    likeness, last = Likeness(known), -1
    for one in said:
        scores = likeness.to(one)
        best = int(scores.argmax())
        bar = _bar(one, known[best])
        if bar is not None and scores[best] >= bar:
            last = max(last, best)
    return parts[last] if last >= 0 else ""


def _grounded(one: View, known: Sequence[View], likeness: Likeness, less: float) -> bool | None:
    scores = likeness.to(one)
    bars = [_bar(one, other) for other in known]
    if all(bar is None for bar in bars):
        return None
    return any(bar is not None and score >= bar - less for score, bar in zip(scores, bars, strict=True))


def _bar(one: View, other: View) -> float | None:
    blind = one.vector is None or other.vector is None
    if one.lang == other.lang:
        if not blind:
            return _ENGLISH if one.lang == "en" else _SAME
        return _BLIND["same"] if _glossed(one.lang) else _BLIND["words"]
    if not _glossed(one.lang) or not _glossed(other.lang):
        return None
    return _BLIND["crossing"] if blind else _CROSSING


def _glossed(lang: str) -> bool:
    """Whether words of a language have English stems that are more than a guess."""
    return lang == "en" or lexicon.load().language(lang) is not None
