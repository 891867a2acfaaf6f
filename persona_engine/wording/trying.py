"""What is common to all that a model writes for fans: asked, its whole text checked, asked once more.

Whatever goes wrong is a reason in the trace, and no text.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from kernel.clock import monotonic
from memory.types import PassageInfo
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.verdict import Verdict
from persona_engine.character import Strictness
from persona_engine.decisions import Exchange, PersonaContext, Tracer
from persona_engine.drafting.types import Asking, Completion
from persona_engine.wording import reading
from persona_engine.wording.answers import Answers
from persona_engine.wording.checks import Draft, Fault, fault_of
from persona_engine.wording.founding import Sources, founded
from persona_engine.wording.prompt import NOTHING, Prompt, again

FIRST_WITHIN_S: Final = 20.0
BOTH_WITHIN_S: Final = 32.0
"""Seconds for the first try, and for both: the turn that waits for them has 45, and does without then."""

LONGEST: Final = 2_000
MAX_TOKENS: Final = 700
_LEAST_S: Final = 2.0
_LONGEST_DETAIL: Final = 120
# What a second try had to be told of is a little less sure.
_SECOND: Final = 0.9


@dataclass(frozen=True, slots=True)
class Job:
    """One text on its way. `key`: what it is kept under; None where it is for nobody else.

    `retold`: it is the one passage, told again in the fan's language. `most` characters, `max_tokens` tokens.
    """

    exchange: Exchange
    question: str
    passages: tuple[PassageInfo, ...]
    told: Prompt
    sure: float
    key: str | None = None
    retold: bool = False
    most: int = LONGEST
    max_tokens: int = MAX_TOKENS

    def draft(self, text: str, *, cut: bool = False) -> Draft:
        """A text as the checks see it."""
        links = self.exchange.context.character.guidance.links
        avatar = self.exchange.context.avatar
        return Draft(
            reading.shown(text), self.exchange.lang, self.question, self.passages, secrets=self.told.secrets,
            instructions=self.told.rules, most=self.most, cut=cut, links=tuple(each.url for each in links),
            retold=self.retold, names=avatar.names,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passed:
    """A draft that has passed every check, the model that wrote it, and how sure it is, 0..1.

    No draft: the model found that the passages don't answer.
    """

    draft: Draft | None
    model: str
    sure: float


class Trying:
    """Has models write, for every avatar of a process."""

    def __init__(
        self,
        models: Asking,
        guard: Guard | None = None,
        sources: Sources | None = None,
        answers: Answers | None = None,
    ) -> None:
        self._models = models
        self._guard = guard
        self._sources = sources
        self._answers = answers

    async def write(self, job: Job) -> Passed | None:
        """A text that passes, kept from before or written now; None where there is none."""
        return await self._kept(job) or await self._tried(job)

    async def _kept(self, job: Job) -> Passed | None:
        """What was written before, if it still passes: the checks may have become stricter."""
        exchange = job.exchange
        found = await self._answers.find(exchange.asked, job.key) if job.key and self._answers else None
        if found is None:
            return None
        judged = await self._judged(job.draft(found[0]), exchange.context)
        if judged.fault is not None:
            return None
        exchange.tracer.step("draft", "kept", "same", model=found[1])
        return Passed(judged.draft, found[1], job.sure)

    async def _tried(self, job: Job) -> Passed | None:
        """What a model writes now, at its first or second try."""
        asked, tracer = job.exchange.asked, job.exchange.tracer
        began = monotonic()
        lines, sure = job.told.lines, job.sure
        for step, check in (("draft", "guard out"), ("draft again", "guard out again")):
            left = BOTH_WITHIN_S - (monotonic() - began)
            if left < _LEAST_S:
                tracer.step(step, "failed", "late")
                return None
            made = await self._models.complete(
                asked.creator_id,
                lines,
                fan_id=asked.fan_id,
                thread_id=asked.thread_id,
                max_tokens=job.max_tokens,
                deadline_s=min(left, FIRST_WITHIN_S),
            )
            _trace_completion(made, step, tracer)
            if made.text is None:
                return None
            draft = job.draft(reading.without_thoughts(made.text), cut=made.cut)
            if _says_nothing(draft.text):
                tracer.step(check, "nothing", "nothing")
                return Passed(None, made.model, job.sure)
            judged = await self._judged(draft, job.exchange.context)
            _trace_check(judged, check, tracer)
            if judged.fault is None:
                if job.key and self._answers:
                    await self._answers.keep(asked, job.key, judged.draft.text, made.model)
                return Passed(judged.draft, made.model, sure)
            lines, sure = again(job.told, judged.fault.code), job.sure * _SECOND
        return None

    async def _judged(self, draft: Draft, context: PersonaContext) -> "_Judged":
        """What is wrong with a draft; if nothing is, what may stay of it."""
        if (fault := await asyncio.to_thread(fault_of, draft)) is not None:
            return _Judged(draft, fault)
        verdict: Verdict | None = None
        if self._guard is not None:
            said = reading.sentences(draft.plain)
            verdict = await self._guard.sayable(said, draft.lang, context.boundaries, key=context.rules_key)
            if draft.retold and verdict.decision == "only":
                verdict = None  # a taught answer needn't keep to the topics, in whatever language it is told
            elif verdict.stops:
                return _Judged(draft, Fault(_code(verdict), verdict.example), verdict)
        if self._sources is None:
            return _Judged(draft, None, verdict)
        cuts = context.character.strictness is not Strictness.CREATIVE
        found = await asyncio.to_thread(founded, draft, self._sources, cuts=cuts)
        if isinstance(found, Fault):
            return _Judged(draft, found, verdict)
        # What was left out may have been all that cited anything.
        fault = await asyncio.to_thread(fault_of, found.draft)
        return _Judged(found.draft, fault, verdict, found.left_out)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What may stay of a draft, what is wrong with it, the boundaries' verdict where they were asked."""

    draft: Draft
    fault: Fault | None
    verdict: Verdict | None = None
    left_out: tuple[str, ...] = ()


def _says_nothing(text: str) -> bool:
    # Some add why, which nobody asked for.
    return text.lstrip(" \"'`").startswith(NOTHING)


def _code(verdict: Verdict) -> str:
    """A verdict as a fault's code: by whose rule it is stays in the trace."""
    return verdict.decision if verdict.decision in ("human", "promise", "unbound", "harm") else "topic"


def _trace_completion(made: Completion, step: str, tracer: Tracer) -> None:
    tried = [{"name": each.name, "outcome": each.outcome.value, "ms": round(each.ms)} for each in made.tried]
    if made.text is None:
        tracer.step(step, "failed", made.reason.value, tried=tried)
        return
    tracer.step(
        step, "written", "model", model=made.model, connection=made.connection_id, tokens_in=made.tokens_in,
        tokens_out=made.tokens_out, cost=f"{made.cost:.6f}", took=round(made.ms), tried=tried,
    )  # fmt: skip


def _trace_check(judged: _Judged, step: str, tracer: Tracer) -> None:
    fault = judged.fault
    if fault is None:
        cited, left_out = [each.id for each in judged.draft.cited], judged.left_out
        detail = {"detail": left_out[0][:_LONGEST_DETAIL], "left_out": len(left_out)} if left_out else {}
        tracer.step(step, "pass", "less" if left_out else "none", cited=cited, **detail)
        return
    rule = judged.verdict.rule if judged.verdict else None
    tracer.step(
        step, "stop", f"{fault.code}_rule" if rule else fault.code, detail=fault.detail,
        **({"rule": rule.name, "rule_id": rule.id} if rule else {}),
    )  # fmt: skip
