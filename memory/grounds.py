"""Whether what is said has any ground in its sources: by likeness to their sentences, in any language.

It tells another subject from the same one, not a true statement from a false one on it.
"""

from collections.abc import Sequence
from typing import Final

from memory.likeness import Likeness, View, views
from memory.retrieval import Encoder, lexicon, pivot, sentences_of, terms
from memory.retrieval.analysis import IDEOGRAPH, base, fold

# How alike a sentence must be to one of its sources. Of questions on another article of a measuring set fewer
# than one in twenty reach it; of questions on the same paragraph, and of its translations, nearly all do.
_ENGLISH, _SAME, _CROSSING = 0.3, 0.18, 0.15
# Without vectors words alone speak, and without a lexicon only those of the same language.
_BLIND: Final = {"same": 0.12, "crossing": 0.08, "words": 0.05}
# An encoder's bar is set for sentences; of their parts it would lose one in fifteen.
_LESS: Final = 0.1
_MOST_SENTENCES: Final = 80
# What a word may mean by less than this is chance: with it nearly anything would touch anything.
_LIKELY: Final = 0.12
# An ideograph alone is mostly left over from a name, or from a word that the lexicon doesn't know.
_LIKELY_ALONE: Final = 0.5
# What another subject's sentence has in common with anything; a translation is seldom below it.
_FAINT: Final = 0.07


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
    said, known = _compared(texts, sources, encoder)
    likeness = Likeness(known)
    part = len(texts) - parts
    less = [_LESS if n >= part and one.lang == "en" else 0.0 for n, one in enumerate(said)]
    return [_grounded(one, known, likeness, each) for one, each in zip(said, less, strict=True)]


def touching(
    texts: Sequence[tuple[str, str]],
    sources: Sequence[tuple[str, str]],
    encoder: Encoder | None,
    *,
    least: Sequence[int],
) -> list[bool | None]:
    """Of each (text, language), whether anything in it stands in the sources: a topic word, a name, a number.

    None where that can't be told: it has fewer topic words than its `least`, or no lexicon connects the
    languages. Blocking: as `grounded` for what has no word of a source in another language, else little.
    """
    known = frozenset[str]().union(*(_terms(text, lang, topical=False) for text, lang in sources))
    langs = {base(lang) for _, lang in sources}
    found: list[bool | None] = []
    for (text, lang), enough in zip(texts, least, strict=True):
        touches = not _terms(text, lang, topical=True).isdisjoint(known)
        connected = langs == {base(lang)} or all(glossed(each) for each in (base(lang), *langs))
        told = touches or (connected and bool(langs) and _topics(text, lang) >= enough)
        found.append(touches if told else None)
    # What a lexicon has no word for may still be alike.
    again = [n for n, each in enumerate(found) if each is False and langs != {base(texts[n][1])}]
    for n, faint in zip(again, _faintly([texts[n] for n in again], sources, encoder), strict=True):
        found[n] = faint
    return found


def _faintly(
    texts: Sequence[tuple[str, str]], sources: Sequence[tuple[str, str]], encoder: Encoder | None
) -> list[bool]:
    if not texts:
        return []
    said, known = _compared(texts, sources, encoder)
    likeness = Likeness(known)
    return [bool(likeness.to(one).max(initial=0.0) >= _FAINT) for one in said]


def _compared(
    texts: Sequence[tuple[str, str]], sources: Sequence[tuple[str, str]], encoder: Encoder | None
) -> tuple[list[View], list[View]]:
    """The texts, and the sentences of the sources, as they are compared."""
    told = [(each, lang) for text, lang in sources for each in sentences_of(text, lang)]
    found = views([*texts, *told[:_MOST_SENTENCES]], encoder)
    return found[: len(texts)], found[len(texts) :]


def _terms(text: str, lang: str, *, topical: bool) -> frozenset[str]:
    """What a text's words are held against: themselves, their English stems, their skeletons."""
    lang = base(lang)
    found: set[str] = set()
    for gloss in pivot.glosses(text, lang):
        if gloss.weight == 1.0 or not topical:
            found.add(fold(gloss.word))
            found.update(f"{stem} " for stem in _meant(gloss))
            found.update([pivot.NAME + gloss.skeleton] if gloss.skeleton else [])
    units = terms.units(text, lang)
    found.update(f"{lang}:{unit.key}" for unit in (terms.topical(units) if topical else units))
    return frozenset(found)


def _topics(text: str, lang: str) -> int:
    """How many topic words a text has, of those whose meaning is known where a lexicon tells it."""
    if not glossed(base(lang)):
        return len(terms.topical(terms.units(text, lang)))
    return sum(gloss.weight == 1.0 and bool(_meant(gloss)) for gloss in pivot.glosses(text, lang))


def _meant(gloss: pivot.Gloss) -> list[str]:
    """The English stems that a word is likely to mean, without grammar and what is left of contractions."""
    grammar = terms.function_words("en")
    least = _LIKELY_ALONE if IDEOGRAPH.fullmatch(gloss.word) else _LIKELY
    likely = (stem for stem, chance in gloss.stems if chance >= least)
    return [stem for stem in likely if stem not in grammar and (len(stem) > 1 or stem.isdigit())]


def told_last(texts: Sequence[tuple[str, str]], source: tuple[str, str], encoder: Encoder | None) -> str:
    """The last sentence of a source, as it stands there, that any (text, language) tells; empty: none does.

    Each text tells the one that it is most like. Blocking, as `grounded` is.
    """
    text, lang = source
    parts = sentences_of(text, lang)[:_MOST_SENTENCES]
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
        return _BLIND["same"] if glossed(one.lang) else _BLIND["words"]
    if not glossed(one.lang) or not glossed(other.lang):
        return None
    return _BLIND["crossing"] if blind else _CROSSING


def glossed(lang: str) -> bool:
    """Whether words of a language (a primary subtag) have English stems that are more than a guess."""
    return lang == "en" or lexicon.load().language(lang) is not None
