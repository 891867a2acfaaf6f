"""A fan's message that a page is about, and why it isn't there where it isn't."""

from admin_web.place import Desk
from community import service as community
from conversation import service as conversation
from conversation.errors import NoSuchMessage
from conversation.types import AskedMessage
from kernel.db import UnitOfWork
from kernel.errors import NotFound


async def asked_message(uow: UnitOfWork, desk: Desk, message_id: int) -> AskedMessage:
    """A message to this desk's avatar.

    Raises:
        NoSuchMessage: there is none, or its fan was erased.
        NotFound: it was written to another of the creator's avatars; says which.
    """
    try:
        return await conversation.asked_message(uow, desk.avatar.id, message_id)
    except NoSuchMessage:
        other = await conversation.avatar_of(uow, message_id)
        if other is None:
            raise
        raise NotFound(
            "This was written to “{avatar}”, another of your avatars. Open it on that avatar's pages.",
            avatar=(await community.get_avatar(uow, other)).name,
        ) from None
