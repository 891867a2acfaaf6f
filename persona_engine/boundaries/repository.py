"""All SQL about lines of help, and about what fans wrote that stands in rules.

The rules' own stands with all documents that have versions.
"""

from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

# A text as JSON has it, in its quotation marks.
_BLOTTED_OUT: Final[tuple[LiteralString, ...]] = (
    """
    UPDATE decision_trace SET trace = replace(trace::text, to_json(%(text)s::text)::text, '"…"')::jsonb
    WHERE strpos(trace::text, to_json(%(text)s::text)::text) > 0
    """,
    """
    UPDATE tried_question SET answers = replace(answers::text, to_json(%(text)s::text)::text, '"…"')::jsonb
    WHERE strpos(answers::text, to_json(%(text)s::text)::text) > 0
    """,
)


async def lines(uow: UnitOfWork) -> list[Any]:
    """What the creator has entered about lines of help, oldest first."""
    return await uow.fetch(
        'SELECT id, shipped, line, "on" FROM help_line WHERE creator_id = %(creator)s ORDER BY id',
        {"creator": uow.tenant},
    )


async def hold(uow: UnitOfWork) -> None:
    """Have whoever else changes the creator's lines wait for this transaction."""
    await uow.send("SELECT id FROM creator WHERE id = %(creator)s FOR NO KEY UPDATE", {"creator": uow.tenant})


async def add(uow: UnitOfWork, *, shipped: str | None, line: dict[str, Any] | None, on: bool) -> None:
    """What the creator says about a line of the package's, or a line of their own."""
    await uow.send(
        """
        INSERT INTO help_line (creator_id, created_at, shipped, line, "on")
        VALUES (%(creator)s, %(now)s, %(shipped)s, %(line)s, %(on)s)
        """,
        {"creator": uow.tenant, "now": now(), "shipped": shipped, "line": _json(line), "on": on},
    )


async def change(uow: UnitOfWork, row_id: int, *, line: dict[str, Any] | None, on: bool) -> None:
    """What a row says from now on."""
    await uow.send(
        'UPDATE help_line SET line = %(line)s, "on" = %(on)s WHERE id = %(id)s AND creator_id = %(creator)s',
        {"creator": uow.tenant, "id": row_id, "line": _json(line), "on": on},
    )


async def remove(uow: UnitOfWork, row_id: int) -> None:
    """Forget what was entered."""
    await uow.send(
        "DELETE FROM help_line WHERE id = %(id)s AND creator_id = %(creator)s",
        {"creator": uow.tenant, "id": row_id},
    )


def _json(line: dict[str, Any] | None) -> Jsonb | None:
    return None if line is None else Jsonb(line)


async def add_wording(uow: UnitOfWork, avatar_id: int, message_id: int, text: str) -> bool:
    """Keep a text as that of whoever wrote a message; False where there is no such message."""
    row = await uow.fetch_one(
        """
        INSERT INTO fan_wording (creator_id, avatar_id, fan_id, text, created_at)
        SELECT message.creator_id, %(avatar)s, thread.fan_id, %(text)s, %(now)s
        FROM message JOIN thread ON thread.id = message.thread_id WHERE message.id = %(message)s
        ON CONFLICT (avatar_id, fan_id, text) DO UPDATE SET text = excluded.text
        RETURNING id
        """,
        {"avatar": avatar_id, "message": message_id, "text": text, "now": now()},
    )
    return row is not None


async def wordings(uow: UnitOfWork, avatar_id: int) -> list[Any]:
    """What fans wrote that stands, or stood, in an avatar's rules: (id, text), the newest last."""
    return await uow.fetch(
        "SELECT id, text FROM fan_wording WHERE avatar_id = %(avatar)s ORDER BY id", {"avatar": avatar_id}
    )


async def avatars_with_wordings(uow: UnitOfWork, fan_id: int) -> list[int]:
    """The avatars in whose rules something stands, or stood, that a fan wrote."""
    rows = await uow.fetch(
        "SELECT DISTINCT avatar_id FROM fan_wording WHERE fan_id = %(fan)s ORDER BY 1", {"fan": fan_id}
    )
    return [row.avatar_id for row in rows]


async def drop_wordings(uow: UnitOfWork, fan_id: int) -> None:
    """Forget what a fan wrote, also where it stands in others' traces, as the nearest example."""
    rows = await uow.fetch("DELETE FROM fan_wording WHERE fan_id = %(fan)s RETURNING text", {"fan": fan_id})
    for row in rows:
        for statement in _BLOTTED_OUT:
            await uow.send(statement, {"text": row.text})


async def with_lapsed(uow: UnitOfWork, moment: str) -> list[Any]:
    """The avatars with a rule that has lapsed: (creator_id, avatar_id); in a system unit of work."""
    return await uow.fetch(
        """
        SELECT creator_id, avatar_id FROM (
            SELECT DISTINCT ON (avatar_id) creator_id, avatar_id, document
            FROM boundaries ORDER BY avatar_id, version DESC) AS newest
        WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(document->'rules') AS rule
                      WHERE rule->>'until' <> '' AND rule->>'until' <= %(moment)s)
        """,
        {"moment": moment},
    )


async def own_words(uow: UnitOfWork, digest: bytes) -> bytes | None:
    """What was kept of the creator's words under a digest; None where it is of others, or nothing."""
    row = await uow.fetch_one(
        "SELECT packed FROM own_words WHERE creator_id = %(creator)s AND digest = %(digest)s",
        {"creator": uow.tenant, "digest": digest},
    )
    return row.packed if row else None


async def keep_own_words(uow: UnitOfWork, digest: bytes, packed: bytes) -> None:
    """Keep a creator's words under a digest, in place of those that were kept."""
    await uow.send(
        """
        INSERT INTO own_words (creator_id, created_at, digest, packed)
        VALUES (%(creator)s, %(now)s, %(digest)s, %(packed)s)
        ON CONFLICT (creator_id) DO UPDATE
        SET created_at = excluded.created_at, digest = excluded.digest, packed = excluded.packed
        """,
        {"creator": uow.tenant, "now": now(), "digest": digest, "packed": packed},
    )


async def forget_own_words(uow: UnitOfWork) -> None:
    """Keep nothing of what the creator said."""
    await uow.send("DELETE FROM own_words WHERE creator_id = %(creator)s", {"creator": uow.tenant})
