"""All SQL about style cards, kept character cards and decision traces."""

from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import func, select
from sqlmodel import col

from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.models import CharacterCardRow, StyleCardVersion


async def add_trace(
    uow: UnitOfWork, *, message_id: int, avatar_id: int, kind: str, trace: dict[str, Any]
) -> None:
    """Keep why a reply is what it is; the first one stays."""
    await uow.fetch(
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


async def latest_style(uow: UnitOfWork, avatar_id: int) -> StyleCardVersion | None:
    """The style card in force."""
    query = select(StyleCardVersion).where(col(StyleCardVersion.avatar_id) == avatar_id)
    return (await uow.session.scalars(query.order_by(col(StyleCardVersion.version).desc()).limit(1))).first()


async def style_version(uow: UnitOfWork, avatar_id: int, version: int) -> StyleCardVersion | None:
    """One version of the style card."""
    query = select(StyleCardVersion).where(
        col(StyleCardVersion.avatar_id) == avatar_id, col(StyleCardVersion.version) == version
    )
    return (await uow.session.scalars(query)).first()


async def style_versions(uow: UnitOfWork, avatar_id: int) -> list[StyleCardVersion]:
    """Every version, newest first."""
    query = select(StyleCardVersion).where(col(StyleCardVersion.avatar_id) == avatar_id)
    return list((await uow.session.scalars(query.order_by(col(StyleCardVersion.version).desc()))).all())


async def add_style(
    uow: UnitOfWork, avatar_id: int, card: dict[str, Any], *, origin: str, note: str
) -> StyleCardVersion:
    """A new version in force. Two at once: the second fails on the unique number and is tried anew."""
    newest = await uow.session.scalar(
        select(func.max(col(StyleCardVersion.version))).where(col(StyleCardVersion.avatar_id) == avatar_id)
    )
    row = StyleCardVersion(
        creator_id=uow.tenant,
        avatar_id=avatar_id,
        version=(newest or 0) + 1,
        card=card,
        origin=origin,
        note=note,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row


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
