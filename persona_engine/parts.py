"""A message that asks several things, answered question by question and told as one reply.

What answers one question is found in `respond`; which questions a message asks, `memory` tells.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from kernel.chat import Citation, Outbound
from kernel.i18n import t
from persona_engine import smalltalk
from persona_engine.decisions import Exchange, Reply

_MOST: Final = 3
# What may stand beside an answer to another question; anything else is the reply to the whole message.
_ANSWERS: Final = frozenset({"quoted", "taught"})
_BESIDE: Final = _ANSWERS | {"locked", "only"}

Answering = Callable[[Exchange, str], Awaitable[Reply | None]]


async def answered(exchange: Exchange, questions: Sequence[str], one: Answering) -> Reply | None:
    """The replies to a message's questions as one; None where no question by itself is answered.

    `one` replies to a question, with None where nothing answers it. What it stops stops the message.
    """
    avatar = exchange.context.avatar
    if any(smalltalk.recognise(each, names=avatar.names) for each in questions):
        return None
    told: list[Reply | None] = []
    for number, question in enumerate(questions[:_MOST]):
        exchange.tracer.step("part", "apart", "asked", number=number + 1, question=question)
        reply = await one(_nth(exchange, number), question)
        if reply and _kind(reply) not in _BESIDE:
            return replace(reply, trace=exchange.tracer.finish())
        told.append(reply)
    if not any(reply and _kind(reply) in _ANSWERS for reply in told):
        exchange.tracer.step("part", "together", "none")
        return None
    return _joined(exchange, told, more=len(questions) > _MOST)


def quotes(reply: Reply) -> list[str]:
    """A person's words that a reply is made of."""
    steps = reply.trace.steps if reply.trace else ()
    return [step.data["quote"] for step in steps if step.name == "answer" and "quote" in step.data]


def _kind(reply: Reply) -> str:
    return reply.outcome.partition(":")[0]


def _nth(exchange: Exchange, number: int) -> Exchange:
    """The exchange for one of the questions, from 0: only the first is greeted."""
    asked = exchange.asked
    asked = replace(asked, before=asked.before + number, opens=asked.opens and not number)
    return replace(exchange, asked=asked, stranger=False)


def _joined(exchange: Exchange, told: Sequence[Reply | None], *, more: bool) -> Reply:
    """The replies in their order, one below the other. `more`: the message asks others besides."""
    said: list[str] = []
    known: set[str] = set()
    cited: dict[Citation, None] = {}
    for number, reply in enumerate(told, 1):
        if reply is None:
            said.append(t(exchange.lang, "answer.part.nothing", number=number))
            continue
        (part,) = reply.parts
        # Words that answer two of them are said once, whatever their frames; their source is told once, too.
        words = quotes(reply)[-1] if _kind(reply) in _ANSWERS else part.text
        if words not in known:
            known.add(words)
            said.append(part.text)
            cited.update(dict.fromkeys(part.citations))
    if more:
        said.append(t(exchange.lang, "answer.part.more"))
    answers = [reply for reply in told if reply and _kind(reply) in _ANSWERS]
    sure = min(reply.confidence or 0.0 for reply in answers)
    aside = next((reply.aside for reply in answers if reply.aside), None)
    whole = Outbound("\n\n".join(said), exchange.lang, citations=tuple(cited))
    # A taught answer to one of them is none to the message.
    return exchange.reply(whole, "quoted", sure, aside)
