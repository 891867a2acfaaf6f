"""Domain events: what a room announces, and the one table of who hears it.

A handler runs inside the announcing transaction and must be idempotent; slow work is deferred as a job
there. `app/wiring.py` fills the table; nothing else subscribes.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Subclasses are frozen and named in the past tense."""

    creator_id: int


Handler = Callable[["UnitOfWork", Any], Awaitable[None]]


class EventTable:
    """Who hears which event."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Handler]] = defaultdict(list)

    def on(self, event: type[Event], handler: Handler) -> None:
        """Have `handler` called for every `event` of exactly this type."""
        self._handlers[event].append(handler)

    async def dispatch(self, uow: "UnitOfWork", event: Event) -> None:
        """Call the handlers in the order in which they were wired; an error rolls the change back."""
        for handler in self._handlers[type(event)]:
            await handler(uow, event)
