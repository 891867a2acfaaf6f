"""Going on with what was just quoted: which messages ask for that, and what an earlier reply quoted.

The answer itself comes about in `respond`.
"""

from typing import Final

from persona_engine import smalltalk
from persona_engine.decisions import Quoted, Trace
from persona_engine.smalltalk import Intent

_LONGEST: Final = 60  # characters: who asks to go on uses few words


def goes_on(text: str) -> bool:
    """Whether a message asks for more of what was just said, and for nothing else."""
    return len(text) <= _LONGEST and smalltalk.phrased(text) is Intent.MORE


def quoted_in(trace: Trace) -> Quoted | None:
    """What a reply quoted last, or a model's words told last of what they cite first; None for neither."""
    for step in reversed(trace.steps):
        if step.name != "answer":
            continue
        if step.decision == "quoted":
            data, quote, at = step.data, step.data["quote"], step.data.get("at", 0)
            return Quoted(
                data["passage"],
                data.get("until", quote),
                data.get("since", quote),
                data.get("until_at", at),
                data.get("since_at", at),
            )
        if step.decision == "drafted" and step.data["passages"]:
            # Which sentences it told before that one isn't known, so none of them is gone back to.
            return Quoted(step.data["passages"][0], step.data.get("told", ""))
    return None
