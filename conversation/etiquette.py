"""Whether the avatar answers in a group: only who means it, and there no more than is pleasant.

The chat is locked while that is decided, so that however many processes hear it at once, no minute has more
answers than its cap. What is passed over is kept nowhere.
"""

import asyncio
from datetime import timedelta

from community import service as community
from conversation import threads_repository
from conversation.orders import MODERATOR, ORDERS
from kernel.chat import Addressed, Inbound, called
from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.service import crisis


async def admits(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> bool:
    """Whether a message in a group is for the avatar to answer.

    What is here already was: an album's further parts, or the same update again.
    """
    if inbound.addressed is Addressed.NOBODY or not await _may(uow, inbound):
        return False
    chat = await community.hold_chat(uow, avatar_id, inbound.connection_id, inbound.platform, inbound.room)
    settings = chat.settings
    if not settings.answers or (inbound.addressed is Addressed.POST and not settings.comments):
        return False
    before = await threads_repository.heard_in_room(uow, inbound)
    if before.known:
        return True
    cooling = before.last is not None and now() < before.last + timedelta(seconds=settings.cool_down_s)
    if cooling and not await _pressing(inbound):
        return False
    return await community.spend_answer(uow, chat)


async def _may(uow: UnitOfWork, inbound: Inbound) -> bool:
    """Whether a message is no order of somebody who has none to give: it costs the others no answer."""
    if inbound.addressed is not Addressed.COMMAND or called(inbound.text) not in ORDERS:
        return True
    role = await community.staff_role(uow, inbound.platform, inbound.user_id)
    return role is not None and role.includes(MODERATOR)


async def _pressing(inbound: Inbound) -> bool:
    """Whether a message isn't to wait: a command, or somebody in need."""
    if inbound.addressed is Addressed.COMMAND:
        return True
    return bool(await asyncio.to_thread(crisis.found_in, inbound.text))
