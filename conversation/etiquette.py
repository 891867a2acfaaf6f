"""Whether the avatar answers in a group: only who means it, and there no more than is pleasant.

The chat is locked while that is decided, so that however many processes hear it at once, no minute has more
answers than its cap. What is passed over is kept nowhere.
"""

from datetime import timedelta

from community import service as community
from conversation import threads_repository
from kernel.chat import Addressed, Inbound
from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.service import crisis


async def admits(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> bool:
    """Whether a message in a group is for the avatar to answer.

    What is here already was: an album's further parts, or the same update again.
    """
    if inbound.addressed is Addressed.NOBODY:
        return False
    chat = await community.hold_chat(uow, avatar_id, inbound.connection_id, inbound.platform, inbound.room)
    settings = chat.settings
    if not settings.answers or (inbound.addressed is Addressed.POST and not settings.comments):
        return False
    before = await threads_repository.heard_in_room(uow, inbound)
    if before.known:
        return True
    cooling = before.last is not None and now() < before.last + timedelta(seconds=settings.cool_down_s)
    if cooling and not _pressing(inbound):
        return False
    return await community.spend_answer(uow, chat)


def _pressing(inbound: Inbound) -> bool:
    """Whether a message isn't to wait: a command, or somebody in need."""
    return inbound.addressed is Addressed.COMMAND or bool(crisis.found_in(inbound.text))
