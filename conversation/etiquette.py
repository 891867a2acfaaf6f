"""Whether the avatar answers in a group: only who means it, and there no more than is pleasant.

The chat is locked while that is decided, so that however many processes hear it at once, no minute has more
answers than its cap; but for who is in need. What is passed over is kept nowhere.
"""

import asyncio
from datetime import timedelta

from community import service as community
from conversation import cards_repository, threads_repository
from conversation.orders import MODERATOR
from kernel.chat import ORDERS, Addressed, Inbound, called
from kernel.clock import now
from kernel.db import UnitOfWork
from memory.service import asks
from persona_engine.service import crisis


async def admits(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> bool:
    """Whether a message in a group is for the avatar to answer.

    What is here already was: an album's further parts, or the same update again.
    """
    if inbound.addressed is Addressed.NOBODY:
        return False
    if is_order(inbound):
        # What the creator's people order costs the others no answer, and needs none to be left; nor does it
        # cost anything where somebody tries who has none to give.
        return await _may(uow, inbound)
    if inbound.addressed is Addressed.POST and not asks(inbound.text, inbound.language_hint or ""):
        return False
    if await _words_for_an_order(uow, inbound):
        return await _may(uow, inbound)
    chat = await community.hold_chat(uow, avatar_id, inbound.connection_id, inbound.platform, inbound.room)
    settings = chat.settings
    if (
        not settings.answers
        or settings.team
        or (inbound.addressed is Addressed.POST and not settings.comments)
    ):
        return False
    before = await threads_repository.heard_in_room(uow, inbound)
    if before.known:
        return True
    # Where a person answers, it costs the group no answer of the avatar's.
    if before.person:
        return True
    # However pressing: nobody takes more than half of what a minute has for all.
    if before.lately >= max(settings.per_minute // 2, 1):
        return False
    in_need = bool(await asyncio.to_thread(crisis.found_in, inbound.text))
    cooling = before.last is not None and now() < before.last + timedelta(seconds=settings.cool_down_s)
    patient = inbound.addressed is not Addressed.COMMAND and inbound.edited_at is None
    if cooling and patient and not in_need:
        return False
    return await community.spend_answer(uow, chat) or in_need


def is_faceless_order(inbound: Inbound) -> bool:
    """Whether somebody orders something in the name of the group itself, as anonymous administrators do."""
    return inbound.user_id == inbound.room and is_order(inbound)


def is_order(inbound: Inbound) -> bool:
    """Whether a message in a group calls a command of the creator's people."""
    return bool(inbound.room) and inbound.addressed is Addressed.COMMAND and called(inbound.text) in ORDERS


async def _words_for_an_order(uow: UnitOfWork, inbound: Inbound) -> bool:
    """Whether a message in a group replies to what asked for the words of an order."""
    if inbound.addressed is not Addressed.REPLY or not inbound.reply_to:
        return False
    return bool(await cards_repository.asked_for(uow, inbound.connection_id, inbound.room, inbound.reply_to))


async def _may(uow: UnitOfWork, inbound: Inbound) -> bool:
    """Whether who orders something works for the creator."""
    role = await community.staff_role(uow, inbound.platform, inbound.user_id)
    return role is not None and role.includes(MODERATOR)
