"""What a trace keeps of a search and of the boundaries' verdicts."""

from typing import Final

from memory.types import Recalled, RecalledPassage
from persona_engine.boundaries.judge import Opinion
from persona_engine.boundaries.verdict import Verdict
from persona_engine.decisions import Trace, Tracer
from persona_engine.types import Step

_SHOWN: Final = 5
_LONGEST: Final = 300


def recall(recalled: Recalled, tiers: frozenset[str], tracer: Tracer) -> None:
    """Note what was found, and whether the gate let it through."""
    tracer.step(
        "recall",
        "found",
        "other" if recalled.cross_lingual else "same",
        found=len(recalled.passages),
        indexed=recalled.indexed,
        tiers=sorted(tiers),
        took_ms=dict(recalled.took_ms),
        passages=[_shown(one) for one in recalled.passages[:_SHOWN]],
    )
    tracer.step(
        "gate",
        "answer" if recalled.answerable else "decline",
        "compared",
        confidence=recalled.confidence,
        threshold=recalled.threshold,
    )


def quoted_from(trace: Trace) -> set[int]:
    """The items that a reply quotes as its answer."""
    quoted = {
        step.data["passage"]
        for step in trace.steps
        if step.name == "answer" and step.decision == "quoted" and step.reason != "near"
    }
    weighed = [one for step in trace.steps if step.name == "recall" for one in step.data["passages"]]
    return {one["source_id"] for one in weighed if one["id"] in quoted}


def quotes(trace: Trace) -> list[tuple[int, str]]:
    """What a reply quotes as its answer, each with its passage's number."""
    return [
        (step.data["passage"], step.data["quote"])
        for step in trace.steps
        if step.name == "answer" and step.decision == "quoted" and step.reason != "near"
    ]


def _shown(one: RecalledPassage) -> dict[str, object]:
    """A passage as the trace keeps it."""
    passage = one.passage
    return {
        "id": passage.id,
        "source_id": passage.source_id,
        "title": passage.title,
        "lang": passage.lang,
        "text": passage.text[:300],
        "score": round(one.score, 4),
        "lexical": round(one.lexical, 4),
        "dense": None if one.dense is None else round(one.dense, 4),
    }


def opinion(found: Opinion, tracer: Tracer, text: str) -> None:
    """Note what a model makes of a message."""
    step = found.step(text)
    tracer.step(step.name, step.decision, step.reason, **step.data)


def stopped_by(trace: Trace, rule_id: str) -> Step | None:
    """The last step in which a rule has stopped something; where only some topics are allowed, any does.

    Its `parts` are what fell under the rule: the creator's words where the step is "content", else the fan's.
    """
    for step in reversed(trace.steps):
        ruled = step.data.get("rule_id") == rule_id or step.decision == "only"
        if step.name in ("content", "judge", "boundaries") and step.decision != "pass" and ruled:
            return step
    return None


def verdict(found: Verdict, step: str, tracer: Tracer, text: str) -> None:
    """Note what was decided; what a rule stopped stands there too, if it may become an exception."""
    rule = found.rule
    if rule is None:
        reason = (found.decision if step == "content" else "crisis") if found.stops else "none"
        tracer.step(
            step, found.decision, reason, confidence=round(found.confidence, 3), example=found.example
        )
        return
    parts = [part[:_LONGEST] for part in found.found_in or (text,) if part]
    ruled = "found" if step == "content" and parts else "rule"
    tracer.step(
        step, found.decision, "outside" if found.decision == "only" else ruled, rule=rule.name,
        rule_id=rule.id, confidence=round(found.confidence, 3), example=found.example,
        text=" … ".join(parts), parts=parts,
    )  # fmt: skip
