"""What becomes of a message that its sender has changed: said anew, asked anew, or nothing any more.

Where nobody has answered it yet, it says that now. Just after the answer, while nothing was said since,
it is another message in the same place, answered in its turn. Later what was answered stays as it was asked.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from conversation import cards
from conversation import edits_repository as repository
from kernel.chat import Inbound
from kernel.db import UnitOfWork

WITHIN: Final = timedelta(minutes=2)
"""How long after a message was written a change of it asks something anew."""

_EDIT: Final = "/e"


async def meant(uow: UnitOfWork, inbound: Inbound, text: str) -> Inbound | None:
    """The message that an edit is, under a name of its own; None where it is none, or has done all it does.

    Edits come twice and in any order: each is known by its message and its moment, and the latest counts. Of
    a message that isn't known (it wasn't for the avatar, or comes after its edit) it is that message itself.
    """
    known, at = inbound.update_id, inbound.edited_at
    if at is None or await repository.reword(uow, inbound.connection_id, known, text, at, _EDIT):
        return None
    last = await repository.last_beside(uow, inbound.connection_id, known)
    if inbound.sent_at is None or at > inbound.sent_at + WITHIN:
        return None
    if last is None:
        return inbound
    is_this = last.update_id == known or last.update_id.startswith(f"{known}{_EDIT}")
    is_news = last.text != text and (last.edited_at is None or last.edited_at < at)
    if not is_this or not is_news or last.state == "new":
        return None
    return replace(inbound, update_id=f"{known}{_EDIT}{at.timestamp():.0f}")


async def take_over(uow: UnitOfWork, thread_id: int, inbound: Inbound) -> None:
    """Have no person decide any more on a reply to what a message said before; in a thread that is locked."""
    for approval in await repository.withdraw(uow, thread_id, inbound.update_id, _EDIT):
        await cards.decided(uow, approval, "changed")
