"""The groups and channels that avatars are in: what platforms tell of them, how to behave in each."""

from datetime import datetime
from typing import Any, Final

from community import chats_repository as repository
from community.errors import BadChat, NoSuchChat
from community.events import ChatMoved
from community.names import readable
from community.types import ChatInfo, ChatNews, ChatSettings
from kernel.clock import now
from kernel.db import UnitOfWork

_MAX_TITLE = 255
_MAX_ERROR = 500
_WINDOW_S: Final = 60.0
# What a setting may be, each with its ends.
_LIMITS: Final = {
    "cool_down_s": (0, 3_600),
    "per_minute": (1, 60),
    "welcome_every_min": (1, 1_440),
    "prompts_a_day": (0, 6),
}


def _info(row: Any) -> ChatInfo:
    return ChatInfo(
        id=row.id,
        avatar_id=row.avatar_id,
        connection_id=row.connection_id,
        platform=row.platform,
        platform_chat_id=row.platform_chat_id,
        kind=row.kind,
        title=row.title,
        username=row.username,
        state=row.state,
        rights=frozenset(row.rights),
        linked=row.linked,
        settings=ChatSettings.from_json(row.settings),
        welcomed_at=row.welcomed_at,
        prompted_at=row.prompted_at,
        error=row.error,
        error_at=row.error_at,
        entered_at=row.entered_at,
    )


async def note_chat(uow: UnitOfWork, avatar_id: int, news: ChatNews, *, seen: int) -> ChatInfo:
    """Keep what a platform tells of a chat, which may be new.

    `seen` grows with what a connection is told, whatever the chat: by the platform's clock first, as it may
    begin its numbers anew. What is no newer than what told of the chat last changes nothing of it, what is no
    newer than what told of the avatar's standing nothing of that, and nothing changes a chat that has moved.
    """
    return _info(
        await repository.note(
            uow,
            avatar_id=avatar_id,
            connection_id=news.connection_id,
            platform=news.platform,
            chat=news.platform_chat_id,
            kind=news.kind,
            title=readable(news.title)[:_MAX_TITLE],
            username=news.username,
            state=news.state,
            rights=None if news.rights is None else sorted(news.rights),
            linked=news.linked,
            entered=news.entered,
            seen=seen,
        )
    )


async def left(uow: UnitOfWork, connection_id: int, platform_chat_id: str, *, seen: int) -> None:
    """The avatar isn't in a chat any more, as `note_chat` takes such news."""
    await repository.leave(uow, connection_id, platform_chat_id, seen)


async def moved(uow: UnitOfWork, connection_id: int, old: str, new: str) -> bool:
    """A group has become another, under a new name: its settings go with it. Once; whether this was that.

    What was said in it and is to be sent there is the conversation's to move: `conversation.chat_moved`.
    """
    first = await repository.move(uow, connection_id, old, new)
    await uow.publish(ChatMoved(uow.tenant, connection_id, old, new))
    return first


async def chat_failed(uow: UnitOfWork, connection_id: int, platform_chat_id: str, error: str) -> None:
    """Keep what went wrong in a chat last, for its creator to see; nothing where the chat isn't known."""
    await repository.note_error(uow, connection_id, platform_chat_id, error[:_MAX_ERROR])


async def chats(uow: UnitOfWork, avatar_id: int) -> tuple[ChatInfo, ...]:
    """The chats that an avatar is in or was, by their titles."""
    return tuple(_info(row) for row in await repository.chats(uow, avatar_id))


async def chat_at(uow: UnitOfWork, connection_id: int, platform_chat_id: str) -> ChatInfo | None:
    """The chat that a platform knows by this name."""
    row = await repository.chat_at(uow, connection_id, platform_chat_id)
    return _info(row) if row else None


async def get_chat(uow: UnitOfWork, avatar_id: int, chat_id: int) -> ChatInfo:
    """One of an avatar's chats.

    Raises:
        NoSuchChat: not this avatar's.
    """
    row = await repository.chat(uow, avatar_id, chat_id)
    if row is None:
        raise NoSuchChat("There is no such chat.")
    return _info(row)


async def save_chat(uow: UnitOfWork, avatar_id: int, chat_id: int, settings: ChatSettings) -> None:
    """Put a chat's settings in force.

    Raises:
        NoSuchChat: not this avatar's.
        BadChat: a number that can't be used; its `field` says which.
    """
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(settings, name) <= most:
            raise BadChat("Choose a number from {least} to {most}.", least=least, most=most, field=name)
    if not await repository.save(uow, avatar_id, chat_id, settings.to_json()):
        raise NoSuchChat("There is no such chat.")


async def note_unasked(
    uow: UnitOfWork, chat_id: int, *, welcomed: datetime | None = None, prompted: datetime | None = None
) -> None:
    """Remember when newcomers were welcomed, or a conversation was begun, in a chat that is held."""
    await repository.note_unasked(uow, chat_id, welcomed, prompted)


# The allowance of answers


async def hold_chat(
    uow: UnitOfWork, avatar_id: int, connection_id: int, platform: str, platform_chat_id: str
) -> ChatInfo:
    """A chat that somebody addresses the avatar in, made where nobody told of it yet.

    It is locked: who else would answer there waits until this transaction ends.
    """
    row = await repository.hold(uow, connection_id, platform_chat_id)
    if row is None:
        await repository.add_unknown(uow, avatar_id, connection_id, platform, platform_chat_id)
        row = await repository.hold(uow, connection_id, platform_chat_id)
    return _info(row)


async def spend_answer(uow: UnitOfWork, chat: ChatInfo) -> bool:
    """Take one answer off the allowance of a chat that is held; False where there is none left.

    Half the cap may go at once, and it fills at the rate by which no minute ever sees more than the cap.
    """
    cap = chat.settings.per_minute
    burst = (cap + 1) // 2
    row = await repository.allowance(uow, chat.id)
    passed = max(0.0, (now() - row.allowance_at).total_seconds())
    remaining = min(burst, row.allowance + passed * (cap + 1 - burst) / _WINDOW_S)
    if remaining < 1:
        return False
    await repository.set_allowance(uow, chat.id, remaining - 1)
    return True
