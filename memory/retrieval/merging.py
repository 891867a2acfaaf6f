"""Candidates of all channels in one order, best first, and spread out over what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from memory.retrieval import gate
from memory.retrieval.candidates import Candidate, Channel
from memory.retrieval.gate import Level, margin

# Spreads: a passage in the asker's own language is to be preferred where both would do.
_BONUS = {"native": 0.5, "crossing": 0.0}
_AT_HOME = {"native": 0.3, "crossing": 0.0}
# ... and less one that has no cause where that is asked for, whatever else of the question it says.
_UNEXPLAINED = 0.6
_COPY = 0.8  # shares of the grams that two passages have in common
_MUCH_ALIKE = 0.6
_SAY_A_YEAR = 2  # passages at most


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate on the scale that all channels share: spreads above unrelated questions.

    ``whole``: it says the question nearly whole in the asker's own words, which no measure of the unrelated
    is held against.
    """

    candidate: Candidate
    above: float
    whole: bool = False

    @property
    def margin(self) -> float:
        """Spreads by which it passes its channel's gate; what the asker can read is to be preferred."""
        return margin(self.above, self.candidate.channel) + _AT_HOME[self.candidate.channel]

    def beside(self, best: "Ranked") -> bool:
        """Whether it may be quoted in place of the best: it says as much of the question, to as many."""
        mine, other = self.candidate, best.candidate
        if self.whole != best.whole or mine.at_home() != other.at_home():
            return False
        return not self.whole or mine.named() == other.named()


def merge(found: Sequence[Candidate], levels: Mapping[Channel, Level]) -> list[Ranked]:
    """All channels in one order, best first; a passage that several found stands once, at its best.

    A channel keeps its own order; where it stands among the others its best candidate's evidence says.
    """
    ranked: dict[int, Ranked] = {}
    for channel, level in levels.items():
        mine = [candidate for candidate in found if candidate.channel == channel]
        if not mine:
            continue
        for candidate in mine:
            candidate.score -= _UNEXPLAINED * level.spread * candidate.unexplained()
        top = max(mine, key=lambda candidate: (candidate.score, candidate.evidence))
        source = top.view.passage.source_id
        beside = [one.view for one in found if one.view.passage.source_id == source]
        start = level.above(top.evidence - top.doubt(beside)) + _BONUS[channel]
        start -= _UNEXPLAINED * top.unexplained()
        for candidate in mine:
            above = start - (top.score - candidate.score) / level.spread
            passage_id = candidate.view.passage.id
            one = Ranked(candidate, above)
            if passage_id not in ranked or ranked[passage_id].margin < one.margin:
                ranked[passage_id] = one
    return _own_words_first(sorted(ranked.values(), key=_place))


def _place(one: Ranked) -> tuple[float, str, int]:
    passage = one.candidate.view.passage
    # Equals by their text: numbers tell only in which order they came.
    return -round(one.margin, 4), passage.text, passage.id


def _own_words_first(ranked: list[Ranked]) -> list[Ranked]:
    """What says the question nearly whole in its own language goes before all that leaves a doubt.

    Neither another language's passage nor a corpus full of like posts may hide it.
    """
    best = ranked[0] if ranked else None
    if best is None:
        return ranked
    whole = _named(ranked)
    if best.candidate.at_home() and gate.confidence(best.above, "native") >= gate.THRESHOLD:
        # Who somebody is that the asker's own passages only mention is told where the whole name stands.
        whole = [one for one in whole if one.candidate.only_mentioned(best.candidate.view)]
        if not whole:
            return ranked
    whole = whole or [one for one in ranked if one.candidate.says_all()]
    rest = [one for one in ranked if one not in whole]
    return [*(replace(one, above=max(one.above, best.above), whole=True) for one in whole), *rest]


def _named(ranked: Sequence[Ranked]) -> list[Ranked]:
    """What says the name or the year that is all of the question; a year that many say tells nothing."""
    found = [(one, one.candidate.said) for one in ranked]
    years = sum(said is not None and not said.names for _, said in found)
    named = [one for one, said in found if said is not None and (said.names or years <= _SAY_A_YEAR)]
    return sorted(named, key=lambda one: -one.candidate.named())


def spread_out(ranked: Sequence[Ranked], limit: int) -> list[Ranked]:
    """The first ``limit`` without near-copies; a passage much like a better one waits behind different ones.

    Maximal marginal relevance (Carbonell and Goldstein 1998), as cheap as it can be: one comparison with
    what is already chosen, one demotion.
    """
    chosen: list[Ranked] = []
    later: list[Ranked] = []
    for one in ranked:
        likeness = max((one.candidate.view.likeness(other.candidate.view) for other in chosen), default=0.0)
        if likeness >= _COPY:
            continue
        (later if likeness >= _MUCH_ALIKE else chosen).append(one)
        if len(chosen) >= limit:
            break
    return (chosen + later)[:limit]
