"""All SQL about kept answers."""

from datetime import datetime
from typing import Any

from kernel.db import UnitOfWork


async def find(uow: UnitOfWork, avatar_id: int, digest: str, now: datetime) -> Any:
    """The answer under a digest: (text, model), or None."""
    return await uow.fetch_one(
        """
        SELECT text, model FROM kept_answer
        WHERE avatar_id = %(avatar)s AND digest = %(digest)s AND expires_at > %(now)s
        """,
        {"avatar": avatar_id, "digest": digest, "now": now},
    )


async def keep(uow: UnitOfWork, *, fan_id: int, most: int, **row: Any) -> None:
    """Keep an answer, unless its fan is gone. Expired ones go, and the avatar's oldest beyond `most`."""
    await uow.fetch(
        """
        INSERT INTO kept_answer (creator_id, avatar_id, fan_id, digest, text, model, created_at, expires_at)
        SELECT %(creator)s, %(avatar)s, fan.id, %(digest)s, %(text)s, %(model)s, %(now)s, %(until)s
        FROM fan WHERE fan.id = %(fan)s FOR KEY SHARE
        ON CONFLICT (avatar_id, digest) DO UPDATE
        SET fan_id = excluded.fan_id, text = excluded.text, model = excluded.model,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        """,
        {"creator": uow.tenant, "fan": fan_id, **row},
    )
    await uow.fetch(
        """
        DELETE FROM kept_answer
        WHERE avatar_id = %(avatar)s AND (expires_at <= %(now)s OR id IN (
            SELECT id FROM kept_answer WHERE avatar_id = %(avatar)s ORDER BY created_at DESC, id DESC
            OFFSET %(most)s))
        """,
        {"avatar": row["avatar"], "now": row["now"], "most": most},
    )
