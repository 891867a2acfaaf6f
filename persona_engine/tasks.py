"""The persona's jobs: once content changed, measuring the style anew, until a person edits it, and keeping
what the creator says as rules are fitted to it; trials.
"""

from collections.abc import Callable
from datetime import timedelta

from community import service as community
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.events import Event
from kernel.jobs import Jobs
from memory import service as memory
from memory.types import SourceState
from persona_engine import service
from persona_engine.boundaries.service import Guard
from persona_engine.style_card import noticeable
from persona_engine.versions import MEASURED

SITTING = timedelta(hours=1)
"""Measured so soon after one another, styles are one version: content comes in file by file."""
MEASURE = "persona.measure_style"
UNDER_WAY = (SourceState.QUEUED, SourceState.READING)


async def content_changed(uow: UnitOfWork, event: Event) -> None:
    """Have the style measured, and the creator's words kept.

    Hears of every item that is read, can't be, waits, or is deleted.
    """
    await uow.defer(MEASURE, creator_id=event.creator_id)
    await uow.defer(service.boundaries.KEEP_OWN_WORDS, creator_id=event.creator_id)


def register(jobs: Jobs, db: Database, guard: Callable[[], Guard], *, queue: str) -> None:
    """Have this process's workers do the persona's jobs."""

    async def measure(creator_id: int) -> None:
        await measure_anew(db, creator_id)

    async def keep(creator_id: int) -> None:
        async with db.uow(creator_id) as uow:
            if await coming(uow):
                return
        await service.boundaries.keep_own_words(db, guard(), creator_id)

    jobs.register(MEASURE, measure, queue=queue, coalesced=True)
    jobs.register(service.boundaries.KEEP_OWN_WORDS, keep, queue=queue, coalesced=True)


def register_trials(jobs: Jobs, runner: Callable[[], service.TrialRunner], *, quick: str, slow: str) -> None:
    """Have this process's workers work trials: what somebody waits for on one queue, replays on another."""

    async def run(creator_id: int, trial_id: int) -> None:
        await runner().run(creator_id, trial_id)

    jobs.register(service.trials.QUICK, run, queue=quick)
    jobs.register(service.trials.SLOW, run, queue=slow)


async def coming(uow: UnitOfWork) -> bool:
    """Whether content is on its way in."""
    states = (await memory.knowledge(uow)).states
    return any(states.get(state) for state in UNDER_WAY)


async def measure_anew(db: Database, creator_id: int) -> None:
    """Measure each avatar's style, once nothing is on its way in: the job after the last item finds that so.

    A card that a person has written, restored or imported stays in force until they measure it themselves.
    One that says the same but for a little stays, too; those of one sitting are one version.
    """
    async with db.uow(creator_id) as uow:
        if await coming(uow):
            return
        texts = await service.texts(uow)
        styles = [(one.id, await service.styles.current(uow, one.id)) for one in await community.avatars(uow)]
    due = [(avatar, style) for avatar, style in styles if style.origin in MEASURED]
    if not texts or not due:
        return
    card = await service.measure_style(texts)
    async with db.uow(creator_id) as uow:
        for avatar, style in due:
            lately = style.at is not None and style.at > now() - SITTING
            if not style.version or lately or noticeable(style.document, card):
                await service.styles.renew(uow, avatar, card, within=SITTING)
