"""All SQL about kept character cards and decision traces."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlmodel import col

from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.models import CharacterCardRow


async def add_trace(
    uow: UnitOfWork, *, message_id: int, avatar_id: int, kind: str, trace: dict[str, Any]
) -> None:
    """Keep why a reply is what it is; the first one stays."""
    await uow.send(
        """
        INSERT INTO decision_trace (creator_id, message_id, avatar_id, kind, trace, created_at)
        VALUES (%(creator)s, %(message)s, %(avatar)s, %(kind)s, %(trace)s, %(now)s)
        ON CONFLICT (message_id) DO NOTHING
        """,
        {
            "creator": uow.tenant,
            "message": message_id,
            "avatar": avatar_id,
            "kind": kind,
            "trace": Jsonb(trace),
            "now": now(),
        },
    )


async def trace(uow: UnitOfWork, message_id: int) -> Any:
    """The trace of a message's reply: (kind, trace, created_at), or None."""
    return await uow.fetch_one(
        "SELECT kind, trace, created_at FROM decision_trace WHERE message_id = %(id)s", {"id": message_id}
    )


async def traces(uow: UnitOfWork, message_ids: Sequence[int]) -> list[Any]:
    """The traces of several messages' replies."""
    return await uow.fetch(
        "SELECT message_id, kind, trace, created_at FROM decision_trace WHERE message_id = ANY(%(ids)s)",
        {"ids": list(message_ids)},
    )


async def kept_card(uow: UnitOfWork, avatar_id: int) -> CharacterCardRow | None:
    """The character card that was imported for an avatar."""
    query = select(CharacterCardRow).where(col(CharacterCardRow.avatar_id) == avatar_id)
    return (await uow.session.scalars(query)).first()


async def keep_card(uow: UnitOfWork, avatar_id: int, card: dict[str, Any]) -> None:
    """Keep an imported character card, over an earlier one."""
    row = await kept_card(uow, avatar_id)
    if row is None:
        uow.session.add(CharacterCardRow(creator_id=uow.tenant, avatar_id=avatar_id, card=card))
    else:
        row.card = card
    await uow.session.flush()
