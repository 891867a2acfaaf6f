"""Reading updates that were written for another version of the Bot API than our library knows."""

from typing import Any

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

log = structlog.get_logger(__name__)

_TRIES = 3


def read(api: Bot, raw: Any) -> Update | None:
    """An update from its JSON value.

    A right that its sender doesn't know of isn't given. What can't be read otherwise becomes an update of
    nothing, so that it is passed over; None where it hasn't even a number.
    """
    for _ in range(_TRIES):
        try:
            return Update.model_validate(raw, context={"bot": api})
        except ValidationError as problem:
            if not _filled(raw, problem):
                log.warning("telegram.unreadable_update", error=str(problem)[:500])
                break
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return Update(update_id=number) if isinstance(number, int) else None


def _filled(raw: Any, problem: ValidationError) -> bool:
    """Say no to every right that isn't told; whether that was all that was missing."""
    missing = [error["loc"] for error in problem.errors() if error["type"] == "missing"]
    if len(missing) < problem.error_count():
        return False
    for *way, name in missing:
        if not str(name).startswith(("can_", "is_")):
            return False
        place: Any = raw
        for step in way:
            # Which of several types was tried is part of the place, too.
            place = place[step] if isinstance(step, int) or step in place else place
        place[name] = False
    return True
