"""A message that leans on the exchange before it: what it is meant to ask, and what answers that.

What leans, and what bears it out, `memory` tells; which exchange came before, the turn.
"""

from kernel import lang as langs
from memory import service as memory
from memory.types import Recalled
from persona_engine.decisions import Earlier, Exchange, Quoted, Trace
from persona_engine.finding import Finding
from persona_engine.following import quoted_in

_STEP = "leaning"


def earlier_in(trace: Trace, question: str) -> Earlier | None:
    """The exchange of a question and the reply with this trace; None where the reply quoted nothing."""
    quoted: Quoted | None = quoted_in(trace)
    if quoted is None:
        return None
    # What was itself taken with what came before it is meant so.
    meant = [step.data["meant"] for step in trace.steps if step.name == _STEP]
    return Earlier(meant[-1] if meant else question, quoted.said)


async def subject(exchange: Exchange, question: str, asked_in: str) -> str:
    """What the exchange before a question was about, where the question leans on that; else empty."""
    look = exchange.asked.earlier
    earlier = await look() if look and memory.leans(question, asked_in) else None
    if earlier is None:
        return ""
    quoted_as = memory.detect(earlier.answer, langs.SUPPORTED).lang
    return memory.subject(question, asked_in, earlier.question, earlier.answer, quoted_as)


def meant(exchange: Exchange, question: str, about: str) -> str:
    """A question in the words that it is meant to have; noted in the trace."""
    whole = f"{question} {about}"
    exchange.tracer.step(_STEP, "meant", "before", meant=whole)
    return whole


async def found(
    finding: Finding, exchange: Exchange, question: str, asked_in: str, tiers: frozenset[str], about: str
) -> Recalled | None:
    """What answers a question with what it is about; None where nothing does, or it isn't given."""
    recalled, near, forbidden = await finding.found(exchange, question, asked_in, tiers, about)
    if near or forbidden or not recalled.answerable or recalled.quote is None:
        return None
    return recalled
