"""All SQL about what fans have told of themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.service import FACTS_KEPT_FOR, MOST_FACT_BYTES, Fact, Kind


async def remember(
    uow: UnitOfWork, thread_id: int, told: Sequence[Fact], forgotten: Collection[Kind]
) -> None:
    """Keep what was told in a thread, after what is to be forgotten; the oldest goes where it is too much.

    What is told again is kept anew; what is forgotten is in every account that the fan has linked. Only in a
    chat of the fan's alone, whose number is theirs: in a group nothing is kept.
    """
    if forgotten:
        await uow.send(
            """
            DELETE FROM fact
            WHERE kind = ANY(%(kinds)s)
              AND thread_id = ANY(ARRAY(
                  SELECT %(thread)s::bigint
                  UNION SELECT too.id FROM thread JOIN fan ON fan.id = thread.fan_id
                  JOIN fan AS account ON account.person_id = fan.person_id
                  JOIN thread AS too ON too.fan_id = account.id AND too.avatar_id = thread.avatar_id
                  WHERE thread.id = %(thread)s AND thread.room = '' AND too.room = ''))
            """,
            {"thread": thread_id, "kinds": [kind.value for kind in forgotten]},
        )
    moment = now()
    for fact in told:
        await uow.send(
            """
            INSERT INTO fact (creator_id, thread_id, kind, slot, text, told_at, expires_at, created_at)
            SELECT creator_id, id, %(kind)s, %(slot)s, %(text)s, %(now)s, %(until)s, %(now)s
            FROM thread WHERE id = %(thread)s AND EXISTS (
                SELECT 1 FROM identity
                WHERE identity.fan_id = thread.fan_id AND identity.platform = thread.platform
                  AND identity.platform_user_id = thread.chat_id)
            ON CONFLICT (thread_id, kind, slot) DO UPDATE
            SET text = excluded.text, told_at = excluded.told_at, expires_at = excluded.expires_at
            """,
            {
                "thread": thread_id, "kind": fact.kind.value, "slot": fact.slot, "text": fact.text,
                "now": moment, "until": moment + FACTS_KEPT_FOR[fact.kind],
            },
        )  # fmt: skip
    if told:
        await uow.send(
            """
            DELETE FROM fact USING (
                SELECT id, sum(octet_length(kind) + octet_length(text) + 2)
                           OVER (ORDER BY told_at DESC, id DESC) AS so_far
                FROM fact WHERE thread_id = %(thread)s) AS newest
            WHERE fact.id = newest.id AND newest.so_far > %(most)s
            """,
            {"thread": thread_id, "most": MOST_FACT_BYTES},
        )


async def told_by(uow: UnitOfWork, avatar_id: int, fans: Sequence[int]) -> list[Any]:
    """What these fans have told an avatar of themselves, wherever: (kind, text), oldest first."""
    return await uow.fetch(
        """
        SELECT DISTINCT ON (fact.kind, fact.text) fact.kind, fact.text
        FROM fact JOIN thread ON thread.id = fact.thread_id
        WHERE thread.fan_id = ANY(%(fans)s::bigint[]) AND thread.avatar_id = %(avatar)s
          AND fact.expires_at > %(now)s
        ORDER BY fact.kind, fact.text, fact.id
        """,
        {"fans": list(fans), "avatar": avatar_id, "now": now()},
    )


async def expire(uow: UnitOfWork, moment: datetime) -> None:
    """Delete what was told too long ago."""
    await uow.send("DELETE FROM fact WHERE expires_at <= %(now)s", {"now": moment})
