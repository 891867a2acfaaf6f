"""What becomes of a message that was deleted where it was said: it is forgotten, and what came of it.

With it go its edits, its answers here, why they were what they were, and what it was put together with; an
answer that wasn't sent yet isn't sent any more. What was sent stays where it is, with the platform.
"""

from conversation import deletions_repository as repository
from kernel.db import UnitOfWork


async def forget(uow: UnitOfWork, connection_id: int, update_id: str) -> bool:
    """Forget a message by the platform's name of its update; False while it is being answered: ask again.

    Whoever answers a thread has its lease, and whoever sends is to be told how that ended: neither is
    disturbed.
    """
    thread = await repository.hold_thread(uow, connection_id, update_id)
    if thread is None:
        return True
    if await repository.is_under_way(uow, thread, update_id):
        return False
    await repository.delete(uow, thread, update_id)
    return True
