"""What becomes of a text, and by which of the creator's rules. What a text resembles isn't known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memory import service as memory
from memory.service import Match
from persona_engine.boundaries.rules import Boundaries, Kind, Rule

# Where several rules hold, these decide before one that only keeps something out of answers.
_STOPPING: Final = (Kind.FORBIDDEN, Kind.HANDOVER)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message. `decision`: pass, crisis, forbidden, handover, only; of an answer also
    promise (without a rule: of gains, which nobody may), human (it says that one speaks), unbound (that
    it has dropped its rules) and harm (that somebody should come to it).

    `rule`, `confidence` and `example` tell by what: none for pass, and for `only` the nearest allowed topic.
    `found_in` are the parts that fell under the rule, where it isn't all that was judged.
    """

    decision: str
    rule: Rule | None = None
    confidence: float = 0.0
    example: str = ""
    found_in: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether something else is said than an answer."""
        return self.decision != "pass"


#: Nothing stops it.
PASS: Final = Verdict("pass")


def _clearly(match: Match, rule: Rule) -> tuple[bool, float, bool]:
    """How clearly a rule holds: by its own words, then by likeness; of two alike the one that says no."""
    return match.said, match.confidence, rule.kind is Kind.FORBIDDEN


def verdict_of(weighed: Sequence[Match], boundaries: Boundaries, *, least: float) -> Verdict:
    """By what of this a text is stopped; where only some topics are allowed, one must reach `least`."""
    best: dict[str, Match] = {}
    for match in weighed:
        known = best.get(match.label, match)
        best[match.label] = max(known, match, key=lambda each: (each.said, each.confidence))
    rules = [rule for rule in boundaries.rules if rule.on]
    for kinds in (_STOPPING, (Kind.PROMISE,)):
        held = [
            (best[rule.id], rule)
            for rule in rules
            if rule.kind in kinds and rule.id in best and best[rule.id].confidence >= memory.MATCHED
        ]
        if held:
            match, rule = max(held, key=lambda each: _clearly(*each))
            return Verdict(rule.kind.value, rule, match.confidence, match.example)
    # One that nothing tells any more would allow nothing at all.
    topics = [rule for rule in rules if rule.kind is Kind.ONLY and rule.told]
    allowed = [(best[rule.id].confidence if rule.id in best else 0.0, rule) for rule in topics]
    if allowed:
        confidence, rule = max(allowed, key=lambda each: each[0])
        if confidence < least:
            return Verdict("only", rule, confidence, best[rule.id].example if rule.id in best else "")
    return PASS
