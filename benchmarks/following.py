"""Questions that lean on the one before them, made of XQuAD's: how many more are answered, and falsely.

``python -m benchmarks following`` exits with 1 where, of those that nothing answers, more than two in a
hundred get something only because of the question before them, and more than get something asked in full.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import regex

from benchmarks.common import Asked, Corpus, Measured, bundled_encoder, indexed, report, xquad
from benchmarks.figures import percent
from memory.retrieval import Retriever
from memory.retrieval.leaning import leans, subject
from memory.types import Question

_IT = {"en": "it", "es": "eso", "ru": "это", "hi": "वह", "ar": "ذلك"}
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_MANY, _FEW = 300, 100
_MOST_FALSE = 2.0  # in a hundred
_LEFT_OUT = 2  # paragraphs of each article: what is asked of them is near to the topic and unanswered

Pair = tuple[Asked, Asked, str]


def _leaning(first: Asked, second: Asked, lang: str) -> str:
    """The second question with a pronoun for what both name; empty where they name nothing alike."""
    said = set(_WORD.findall(first.text))
    named = [word for word in _WORD.findall(second.text) if len(word) > 3 and word in said]
    if not named:
        return ""
    text = regex.sub(rf"\b{regex.escape(named[0])}\b", _IT[lang], second.text, count=1)
    text = regex.sub(rf"\b(?:{'|'.join(map(regex.escape, named))})\b", "", text)
    text = " ".join(text.split())
    return text if leans(text, lang) else ""


def _pairs(firsts: Sequence[Asked], seconds: Sequence[Asked], lang: str, *, same: str) -> Iterator[Pair]:
    """Questions, each with one that leans on it; ``same``: what the two have in common."""
    lot = random.Random(1)
    for first in firsts:
        near = [each for each in seconds if same == "none" or getattr(each, same) == getattr(first, same)]
        for second in lot.sample(near, min(len(near), 40)):
            text = "" if second is first else _leaning(first, second, lang)
            if text:
                yield first, second, text
                break


def _asked(retriever: Retriever, pair: Pair, lang: str) -> tuple[bool, bool, bool, bool] | None:
    """Whether a question is answered alone, with the one before it, rightly, and when asked in full."""
    first, second, text = pair
    before = retriever.search(Question(first.text, lang))
    if not before.answerable or before.quote is None:
        return None
    whole = retriever.search(Question(second.text, lang)).answerable
    found = retriever.search(Question(text, lang))
    if found.answerable:
        return True, False, found.quote is not None and found.quote.passage_id == first.paragraph, whole
    after = subject(text, lang, first.text, before.quote.text, lang)
    found = retriever.search(Question(text, lang, after=after)) if after else found
    right = found.quote is not None and found.quote.passage_id == first.paragraph
    return False, found.answerable, found.answerable and right, whole


def _language(corpus: Corpus, count: int) -> tuple[dict[str, str], bool]:
    half = frozenset(article for article, _ in corpus.paragraphs if article % 2 == 0)
    of_article: dict[int, list[int]] = {}
    for number, (article, _) in enumerate(corpus.paragraphs, 1):
        of_article.setdefault(article, []).append(number)
    left_out = {number for numbers in of_article.values() for number in numbers[-_LEFT_OUT:]}
    kept = [each for each in corpus.passages(half) if each.id not in left_out]
    here = {each.id for each in kept}
    firsts = [each for each in corpus.questions if each.paragraph in here]
    random.Random(2).shuffle(firsts)
    near = [each for each in corpus.questions if each.article in half and each.paragraph in left_out]
    far = [each for each in corpus.questions if each.article not in half]
    figures: dict[str, str] = {}
    sure = True
    with indexed(kept, bundled_encoder()) as retriever:
        for title, seconds, same in (
            ("answered by the same passage", firsts, "paragraph"),
            ("unanswered, on the same topic", near, "article"),
            ("unanswered, on another", far, "none"),
        ):
            pairs = list(_pairs(firsts, seconds, corpus.lang, same=same))[:count]
            found = [each for pair in pairs if (each := _asked(retriever, pair, corpus.lang))]
            gained = percent([each[1] for each in found])
            alone = percent([each[0] for each in found])
            whole = percent([each[3] for each in found])
            figures[title] = (
                f"{alone:.1f} % alone, {gained:.1f} % more with it, {whole:.1f} % in full ({len(found)})"
            )
            if same == "paragraph":
                figures["rightly, of those"] = f"{percent([each[2] for each in found]):.1f} %"
            else:
                sure = sure and (gained <= _MOST_FALSE or alone + gained <= whole)
    return figures, sure


def measure(folder: Path, quick: bool) -> Measured:
    """Figures by language, and whether few are answered for the sake of the question before them alone."""
    count = _FEW if quick else _MANY
    found = {lang: _language(xquad(folder / "xquad" / f"xquad.{lang}.json"), count) for lang in _IT}
    return {lang: figures for lang, (figures, _) in found.items()}, all(sure for _, sure in found.values())


if __name__ == "__main__":
    sys.exit(report("following", __doc__, "a hundred pairs in each language", measure))
