"""Trials: begun, looked at, cancelled. (What works them: `running.py`, in a worker.)"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from community import service as community
from kernel.db import UnitOfWork
from persona_engine.boundaries import service as boundaries
from persona_engine.character import service as character
from persona_engine.errors import BadTrial, NoSuchTrial
from persona_engine.trials import repository
from persona_engine.trials.types import (
    Kind,
    Settings,
    State,
    ToTry,
    TrialInfo,
    Tried,
    TriedInfo,
    Verdict,
    verdict_of,
)
from persona_engine.versions import STYLES

__all__ = [
    "LONGEST",
    "MOST",
    "QUICK",
    "SLOW",
    "Kind",
    "Settings",
    "State",
    "ToTry",
    "TrialInfo",
    "Tried",
    "TriedInfo",
    "Verdict",
    "begin",
    "cancel",
    "get",
    "in_force",
    "look_at",
    "newest",
    "questions",
    "settings",
    "tried",
    "verdict_of",
]

QUICK, SLOW = "persona.trial", "persona.replay"
"""The jobs: of a few questions that somebody waits for, and of many."""

MOST: Final = 500
LONGEST: Final = 2_000
"""Questions of one trial, and characters of one."""

_KEPT: Final = 20


async def in_force(uow: UnitOfWork, avatar_id: int) -> Settings:
    """The versions in force."""
    return Settings(
        (await STYLES.current(uow, avatar_id)).version,
        (await character.kept.current(uow, avatar_id)).version,
        (await boundaries.kept.current(uow, avatar_id)).version,
    )


async def settings(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    style: int | None = None,
    persona: int | None = None,
    boundary: int | None = None,
) -> Settings:
    """Versions of an avatar's; what is None is as it is now.

    Raises:
        NoSuchVersion: one of them doesn't exist.
    """
    now = await in_force(uow, avatar_id)
    chosen = Settings(
        now.style if style is None else style,
        now.persona if persona is None else persona,
        now.boundaries if boundary is None else boundary,
    )
    if chosen.style:
        await STYLES.get(uow, avatar_id, chosen.style)
    await character.kept.get(uow, avatar_id, chosen.persona)
    await boundaries.kept.get(uow, avatar_id, chosen.boundaries)
    return chosen


async def begin(
    uow: UnitOfWork,
    avatar_id: int,
    kind: Kind,
    sides: Sequence[Settings],
    asked: Sequence[ToTry] = (),
    *,
    by: str,
    models: bool,
) -> int:
    """Have questions asked of one or two settings, by a worker; the trial's number.

    Those of `Kind.SETUP` are found by the worker. With `models`, language models are asked and paid for.

    Raises:
        NoSuchAvatar: not the tenant's.
        BadTrial: there is nothing to ask, or too much; a fan whose message is among it was just erased.
    """
    await community.get_avatar(uow, avatar_id)
    kept = [ToTry(each.text.strip()[:LONGEST], each.lang, each.message_id) for each in asked]
    kept = [each for each in kept if each.text]
    if kind is not Kind.SETUP and not kept:
        raise BadTrial(
            "Write a question first." if kind is Kind.COMPARE else "Nobody has asked anything yet."
        )
    if len(kept) > MOST:
        raise BadTrial("At most {limit} questions can be asked at once.", limit=MOST)
    await repository.prune(uow, avatar_id, kind, _KEPT)
    trial_id = await repository.add(
        uow, avatar_id, kind, [each.to_json() for each in sides], models=models, by=by
    )
    try:
        await repository.add_questions(uow, trial_id, kept)
    except IntegrityError as error:
        raise BadTrial("A fan was erased just now: please try again.") from error
    await uow.defer(SLOW if kind is Kind.REPLAY else QUICK, creator_id=uow.tenant, trial_id=trial_id)
    return trial_id


async def get(uow: UnitOfWork, avatar_id: int, trial_id: int) -> TrialInfo:
    """One trial.

    Raises:
        NoSuchTrial: not the avatar's, or a newer one took its place.
    """
    rows = await repository.trials(uow, avatar_id, trial_id=trial_id)
    if not rows:
        raise NoSuchTrial("This trial isn't here any more: newer ones took its place.")
    return _info(rows[0])


async def newest(uow: UnitOfWork, avatar_id: int, kind: Kind, limit: int = 1) -> tuple[TrialInfo, ...]:
    """An avatar's newest trials of a kind, newest first."""
    return tuple(map(_info, await repository.trials(uow, avatar_id, kind=kind, limit=limit)))


async def cancel(uow: UnitOfWork, avatar_id: int, trial_id: int) -> None:
    """Have a trial end where it stands; one that has ended stays as it is.

    Raises:
        NoSuchTrial: as `get` says.
    """
    await get(uow, avatar_id, trial_id)
    await repository.set_state(uow, trial_id, State.CANCELLED)


async def questions(
    uow: UnitOfWork,
    trial_id: int,
    *,
    verdicts: Sequence[str] | None = None,
    limit: int = MOST,
    offset: int = 0,
) -> tuple[TriedInfo, ...]:
    """A trial's questions in order, those of these verdicts where given."""
    rows = await repository.questions(uow, trial_id, verdicts=verdicts, limit=limit, offset=offset)
    return tuple(map(_question, rows))


async def tried(uow: UnitOfWork, avatar_id: int, tried_id: int) -> tuple[TriedInfo, Kind]:
    """One question of an avatar's trials, and its trial's kind.

    Raises:
        NoSuchTrial: not the avatar's, its trial was replaced by newer ones, or its fan erased.
    """
    row = await repository.question(uow, avatar_id, tried_id)
    if row is None:
        raise NoSuchTrial("This question isn't here any more: ask it again.")
    return _question(row), Kind(row.kind)


async def look_at(uow: UnitOfWork, avatar_id: int, tried_id: int, seen: str) -> None:
    """Keep what a person said of an answer: good, fixed, or nothing (empty).

    Raises:
        NoSuchTrial: as `tried` says.
    """
    found, _ = await tried(uow, avatar_id, tried_id)
    await repository.set_seen(uow, found.id, seen)


def _info(row: Any) -> TrialInfo:
    return TrialInfo(
        row.id,
        row.avatar_id,
        Kind(row.kind),
        State(row.state),
        tuple(Settings(**each) for each in row.sides),
        row.models,
        row.by,
        row.created_at,
        row.total,
        row.asked,
        row.looked,
        {each.value: getattr(row, each.value) for each in Verdict},
    )


def _question(row: Any) -> TriedInfo:
    answers = tuple(Tried.from_json(each) for each in row.answers)
    return TriedInfo(row.id, row.trial_id, row.text, row.lang, row.message_id, answers, row.verdict, row.seen)
