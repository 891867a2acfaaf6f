"""Which one to three consecutive sentences of a passage answer a question. Retrieval is done by then."""

from collections.abc import Sequence

from memory.retrieval import cues
from memory.retrieval.probe import Coverage
from memory.retrieval.views import PassageView
from memory.types import Quote

# Shares of the question's weight, measured on dev questions: what a sentence that could hold the asked-for
# kind of thing gains, and what a sentence gains from standing beside one that matches.
_CUE = 0.06
_NEIGHBOUR = 0.08
_QUOTE_CHARACTERS = 420


def score_sentences(
    view: PassageView, coverage: Coverage, kinds: frozenset[cues.Kind], question: str
) -> list[float]:
    """A score for each sentence of the passage (about 0..1)."""
    told = coverage.distinctive
    scores = list(told)
    for index, (start, end) in enumerate(view.spans):
        sentence = view.passage.text[start:end]
        for kind in kinds:
            if cues.bears(sentence, kind, question):
                scores[index] += _CUE
        beside = max(
            told[index - 1] if index else 0.0, 0.5 * told[index + 1] if index + 1 < len(told) else 0.0
        )
        scores[index] += _NEIGHBOUR * beside
    return scores


def best_quote(view: PassageView, scores: Sequence[float]) -> Quote | None:
    """The best sentence, with the one that continues it where that one matches nearly as well."""
    if not scores:
        return None
    first = last = max(range(len(scores)), key=lambda index: scores[index])
    best = scores[first]
    if first > 0 and scores[first - 1] >= 0.75 * best:
        first -= 1
    if last + 1 < len(scores) and scores[last + 1] >= 0.6 * best:
        last += 1
    spans = view.spans
    peak = max(range(len(scores)), key=lambda index: scores[index])
    while last > first and spans[last][1] - spans[first][0] > _QUOTE_CHARACTERS:
        if last > peak:
            last -= 1
        else:
            first += 1
    start, end = spans[first][0], spans[last][1]
    return Quote(view.passage.id, view.passage.text[start:end], start, end, min(1.0, best))
