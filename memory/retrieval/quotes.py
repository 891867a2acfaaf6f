"""Which one to three consecutive sentences of a passage answer a question. Retrieval is done by then."""

from collections.abc import Sequence

from memory.retrieval import cues
from memory.retrieval.analysis import base
from memory.retrieval.probe import Coverage
from memory.retrieval.ranking import Candidate
from memory.retrieval.views import PassageView
from memory.types import Question, Quote

# Shares of the question's weight, measured on dev questions: what a sentence that could hold the asked-for
# kind of thing gains, and what a sentence gains from standing beside one that matches.
_CUE = 0.06
_NEIGHBOUR = 0.08
_QUOTE_CHARACTERS = 420
_PASSAGE = 1.0
# A post's own question is what was asked, seldom what answers it.
_QUESTION = 0.25
_MARKS = frozenset("?？؟;⁇⁈")
# A neighbour is quoted too where its score is this share of the best one's.
_BEFORE = 0.75
_AFTER = 0.6


def score_sentences(
    view: PassageView, coverage: Coverage, kinds: frozenset[cues.Kind], question: str
) -> list[float]:
    """A score for each sentence of the passage (about 0..1)."""
    told = coverage.distinctive
    scores = list(told)
    for index, (start, end) in enumerate(view.spans):
        sentence = view.passage.text[start:end]
        for kind in kinds:
            if cues.bears(sentence, view.passage.lang, kind, question):
                scores[index] += _CUE
        beside = max(
            told[index - 1] if index else 0.0, 0.5 * told[index + 1] if index + 1 < len(told) else 0.0
        )
        scores[index] += _NEIGHBOUR * beside
        if _asks(sentence, view.passage.lang):
            scores[index] -= _QUESTION
    return scores


def _asks(sentence: str, lang: str) -> bool:
    end = sentence.rstrip("\"'”’»）)")[-1:]
    return end in _MARKS or (end == ";" and base(lang) == "el")


def choose(candidates: Sequence[Candidate], question: Question) -> Quote | None:
    """The best stretch of the best candidates, which come best first; None where they hold no sentence.

    A sentence of a lower passage wins only by as much as its passage is worse.
    """
    kinds = cues.asked_for(question.text, question.lang)
    best: tuple[float, Candidate, list[float]] | None = None
    for candidate in candidates:
        scores = score_sentences(candidate.view, candidate.coverage, kinds, question.text)
        if not scores:
            continue
        merit = max(scores) + _PASSAGE * (candidate.score - candidates[0].score)
        if candidate.channel == candidates[0].channel and (best is None or merit > best[0]):
            best = (merit, candidate, scores)
    return None if best is None else _stretch(best[1].view, best[2], kinds, question.text)


def _stretch(view: PassageView, scores: Sequence[float], kinds: frozenset[cues.Kind], question: str) -> Quote:
    """The best sentence with those beside it that match nearly as well, kept short.

    Who, when or how many is often said in the sentence before ("Chevreul came. He found..."), or after;
    after a question comes its answer.
    """
    spans = view.spans

    def bears(index: int) -> bool:
        start, end = spans[index]
        return any(
            cues.bears(view.passage.text[start:end], view.passage.lang, kind, question) for kind in kinds
        )

    peak = max(range(len(scores)), key=lambda index: scores[index])
    first = last = peak
    wanting = bool(kinds) and not bears(peak)
    if peak > 0 and (scores[peak - 1] >= _BEFORE * scores[peak] or (wanting and bears(peak - 1))):
        first -= 1
        wanting = wanting and not bears(first)
    if peak + 1 < len(scores) and (
        scores[peak + 1] >= _AFTER * scores[peak]
        or (wanting and bears(peak + 1))
        or _asks(view.passage.text[slice(*spans[peak])], view.passage.lang)
    ):
        last += 1
    while last > first and spans[last][1] - spans[first][0] > _QUOTE_CHARACTERS:
        if last > peak:
            last -= 1
        else:
            first += 1
    start, end = spans[first][0], spans[last][1]
    text = view.passage.text[start:end]
    return Quote(view.passage.id, text, start, end, min(1.0, scores[peak]), *spans[peak])
