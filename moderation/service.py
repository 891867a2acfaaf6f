"""What other rooms may ask of moderation."""

from datetime import datetime

from community import service as community
from community.events import ChatMoved
from kernel.db import UnitOfWork
from moderation import appeals, repository
from moderation.acting import Acting
from moderation.captchas import SOLVE, Captchas, ask, solve
from moderation.cases import (
    Decision,
    Place,
    cases,
    distrust,
    get_case,
    settings,
    trust,
    trusted,
    undo,
    warn,
    whom,
)
from moderation.commands import ABOUT_SOMEBODY, CLEAN, DRY, MODERATOR, MOST_PURGED, OTHERS, router
from moderation.durations import read as read_span
from moderation.errors import BadModeration
from moderation.guarding import (
    RuleBook,
    Watched,
    broken,
    came,
    enforce,
    fan_erased,
    is_spared,
    note_others,
    save_rules,
    watched,
)
from moderation.matching import Seen
from moderation.parting import give_up
from moderation.rights import NEEDS
from moderation.rules import CALM, LIMITS, Rules, other_bots
from moderation.telling import undoable
from moderation.types import Person, Settings

__all__ = [
    "ABOUT_SOMEBODY",
    "CALM",
    "CLEAN",
    "DRY",
    "LIMITS",
    "MOST_PURGED",
    "NEEDS",
    "OTHERS",
    "SOLVE",
    "Acting",
    "Captchas",
    "Decision",
    "Place",
    "RuleBook",
    "Rules",
    "Seen",
    "Watched",
    "appeals",
    "ask",
    "backdate",
    "broken",
    "came",
    "cases",
    "chat_moved",
    "distrust",
    "enforce",
    "fan_erased",
    "get_case",
    "give_up",
    "is_spared",
    "note_others",
    "other_bots",
    "point_at",
    "read_span",
    "reworded",
    "router",
    "save_rules",
    "save_settings",
    "settings",
    "solve",
    "trust",
    "trusted",
    "undo",
    "undoable",
    "warn",
    "watched",
    "whom",
]

# What a setting may be, each with its ends.
_LIMITS = {"mute_at": (0, 20), "mute_h": (1, 8_760), "ban_at": (0, 20), "decay_days": (1, 365)}


async def point_at(
    uow: UnitOfWork, platform: str, connection_id: int, update_id: str, *, by: str, person: Person
) -> None:
    """Keep whom an order points at until it is obeyed; nothing where `by` has none to give."""
    role = await community.staff_role(uow, platform, by)
    if role is None or not role.includes(MODERATOR):
        return
    known = await whom(uow, platform, person.user_id, person.name)
    await repository.point_at(
        uow,
        connection_id,
        update_id,
        fan_id=known.fan_id,
        user_id=person.user_id,
        name=known.name,
        said=person.said,
        words=person.words,
    )


async def backdate(uow: UnitOfWork, case_id: int, at: datetime, undone: datetime, appealed: datetime) -> None:
    """Have a case about one of the demo's scripted fans be of the past; any other stays as it is."""
    await repository.backdate(uow, case_id, at, undone, appealed)


async def reworded(uow: UnitOfWork, connection_id: int, update_id: str) -> None:
    """An order's message says something else now: whom it pointed at may not be whom it means."""
    await repository.forget_pointed(uow, connection_id, update_id)


async def chat_moved(uow: UnitOfWork, event: ChatMoved) -> None:
    """A group has become another: what is decided there holds here."""
    await repository.move_room(uow, event.connection_id, event.old, event.new)


async def save_settings(uow: UnitOfWork, given: Settings) -> None:
    """Put a creator's settings in force.

    Raises:
        BadModeration: a number that can't be used; its `field` says which.
    """
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(given, name) <= most:
            raise BadModeration("Choose a number from {least} to {most}.", least=least, most=most, field=name)
    await repository.save_settings(uow, given.to_json())
