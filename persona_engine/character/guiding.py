"""When a reply points to something: at most once in so many replies of a thread, however it was worded."""

from dataclasses import replace

from kernel.db import UnitOfWork
from persona_engine.character import repository
from persona_engine.decisions import Reply


async def guided(uow: UnitOfWork, thread_id: int, reply: Reply) -> Reply:
    """A reply with what it could point to below it, where that is due. The thread's lock is held."""
    aside = reply.aside
    if aside is None or not reply.parts or not await repository.count(uow, thread_id, aside.every):
        return reply
    last = reply.parts[-1]
    buttons = (*last.buttons, aside.button) if aside.button else last.buttons
    told = replace(last, text=f"{last.text}\n\n{aside.text}", buttons=buttons)
    return replace(reply, parts=(*reply.parts[:-1], told))
