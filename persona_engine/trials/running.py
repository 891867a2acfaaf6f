"""Works trials, in a worker: finds Setup's questions, asks every question of every side, keeps the answers.

Nothing of it reaches a fan: no message, approval, count or kept answer comes of it. It may die anywhere: the
job comes again and goes on with what has no answer yet.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import structlog

from kernel.chat import Outbound
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT
from persona_engine.boundaries import service as boundaries
from persona_engine.character import service as character
from persona_engine.decisions import Asked, PersonaContext, Reply, Trace
from persona_engine.drafting.types import Asking
from persona_engine.tracing import quoted_from
from persona_engine.trials import repository, service
from persona_engine.trials.asking import COUNT, Made, made_from, sample
from persona_engine.trials.rewording import reworded
from persona_engine.trials.types import Kind, Settings, State, ToTry, Tried, TriedInfo, verdict_of
from persona_engine.versions import STYLES

log = structlog.get_logger(__name__)

SLICE_S: Final = 20.0
"""Seconds after which a long trial lets other jobs pass."""

_BATCH: Final = 10


class Answering(Protocol):
    """The part of the persona that answers."""

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """What a reply depends on, as it is in force."""
        ...

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """The whole reply, with its trace; called outside any transaction."""
        ...


class Runner:
    """Works the trials of every creator, in one process."""

    def __init__(self, db: Database, persona: Answering, models: Asking) -> None:
        self._db = db
        self._persona = persona
        self._models = models

    async def run(self, creator_id: int, trial_id: int, *, slice_s: float = SLICE_S) -> None:
        """Work a trial, for about `slice_s` seconds; what is left then is another job's."""
        try:
            await self._work(creator_id, trial_id, slice_s)
        except DATABASE_AWAY:
            raise
        # It would fail again: whoever waits is told so, and the log says why.
        except Exception:
            log.exception("trial.failed", trial=trial_id)
            async with self._db.uow(creator_id) as uow:
                await repository.set_state(uow, trial_id, State.FAILED)

    async def _work(self, creator_id: int, trial_id: int, slice_s: float) -> None:
        async with self._db.uow(creator_id) as uow:
            trial = await repository.head(uow, trial_id)
            if trial is None or not await repository.set_state(uow, trial_id, State.RUNNING):
                return
        async with self._db.uow(creator_id) as uow:
            sides = [await self._side(uow, trial, Settings(**each)) for each in trial.sides]
        if trial.kind == Kind.SETUP:
            await self._find_questions(creator_id, trial, sides[0])
        ends = monotonic() + slice_s
        while batch := await self._next(creator_id, trial_id):
            for each in batch:
                await self._ask(creator_id, trial, each, sides)
            if monotonic() > ends:
                async with self._db.uow(creator_id) as uow:
                    job = service.SLOW if trial.kind == Kind.REPLAY else service.QUICK
                    await uow.defer(job, creator_id=creator_id, trial_id=trial_id)
                return

    async def _next(self, creator_id: int, trial_id: int) -> tuple[TriedInfo, ...]:
        """The next questions without an answer; none where the trial was cancelled, and at its end."""
        async with self._db.uow(creator_id) as uow:
            now = await repository.head(uow, trial_id)
            if now is None or now.state != State.RUNNING:
                return ()
            found = await service.questions(uow, trial_id, verdicts=[""], limit=_BATCH)
            if not found:
                await repository.set_state(uow, trial_id, State.DONE)
            return found

    async def _side(self, uow: UnitOfWork, trial: Any, settings: Settings) -> PersonaContext:
        """The avatar as one side has it."""
        now = await self._persona.context(uow, trial.avatar_id)
        style = await STYLES.get(uow, trial.avatar_id, settings.style) if settings.style else None
        rules = await boundaries.kept.get(uow, trial.avatar_id, settings.boundaries)
        return replace(
            now,
            style=style.document if style else None,
            character=(await character.kept.get(uow, trial.avatar_id, settings.persona)).document,
            boundaries=rules.document,
            version=rules.version,
            models=now.models if trial.models else "",
        )

    async def _find_questions(self, creator_id: int, trial: Any, side: PersonaContext) -> None:
        """Put the test questions in, unless an earlier try of this job has."""
        async with self._db.uow(creator_id) as uow:
            if await service.questions(uow, trial.id, limit=1):
                return
            before = await repository.trials(uow, trial.avatar_id, kind=Kind.SETUP, limit=1_000)
            passages = await sample(uow, len(before) - 1)
        made = await self._answered(creator_id, trial, await asyncio.to_thread(made_from, passages), side)
        if side.models:
            made = await reworded(self._models, creator_id, made)
        async with self._db.uow(creator_id) as uow:
            await repository.head(uow, trial.id, hold=True)
            if not await service.questions(uow, trial.id, limit=1):
                await repository.add_questions(uow, trial.id, [ToTry(each.text, each.lang) for each in made])

    async def _answered(
        self, creator_id: int, trial: Any, made: Sequence[Made], side: PersonaContext
    ) -> list[Made]:
        """Those of a round: what is answered by the item that it was made from goes before all else."""
        quoting = replace(side, models="")
        right: list[Made] = []
        for each in made:
            answer = await self._answer(creator_id, trial, ToTry(each.text, each.lang), quoting)
            if each.passage.source_id in quoted_from(answer.trace):
                right.append(each)
            if len(right) == COUNT:
                return right
        return [*right, *(each for each in made if each not in right)][:COUNT]

    async def _ask(
        self, creator_id: int, trial: Any, question: TriedInfo, sides: list[PersonaContext]
    ) -> None:
        asked = ToTry(question.text, question.lang)
        answers = tuple([await self._answer(creator_id, trial, asked, side, question.id) for side in sides])
        async with self._db.uow(creator_id) as uow:
            kept = [each.to_json() for each in answers]
            await repository.keep_answers(uow, question.id, kept, verdict_of(answers))

    async def _answer(
        self, creator_id: int, trial: Any, question: ToTry, side: PersonaContext, number: int = 0
    ) -> Tried:
        # No fan and no thread asks. The question's number chooses among sayings: the same one on each side.
        asked = Asked(
            creator_id, trial.avatar_id, 0, number, 0, "", question.text, "trial",
            last_language=question.lang or None,
        )  # fmt: skip
        try:
            return Tried.of(await self._persona.respond(asked, side))
        except DATABASE_AWAY:
            raise
        # Whatever fails in an answer is an outcome to be shown, like any other.
        except Exception:
            log.exception("trial.answer_failed", trial=trial.id, question=number)
            lang = side.avatar.languages[0] if side.avatar.languages else DEFAULT
            return Tried(Outbound(t(lang, "error.failed"), lang), "failed", Trace(()))
