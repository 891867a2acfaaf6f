"""All SQL of the Inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kernel.db import UnitOfWork

LEFT: Final = ("waiting", "suggested", "expired", "dropped", "to_person", "silent", "failed", "declined")
"""How messages ended that got no answer."""


async def conversations(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    only: str = "",
    find: str = "",
    account: int = 0,
    threads: Sequence[int] | None = None,
    limit: int,
    offset: int = 0,
) -> list[Any]:
    """An avatar's threads but those of the Playground, with their last words, and how many there are in all.

    The conditions `only` and `find`, and who looks (`account`): as `inbox` says.
    """
    return await uow.fetch(
        """
        SELECT listed.*, count(*) OVER () AS total FROM (
            SELECT thread.id, thread.platform, thread.chat_id, thread.last_at, thread.handed_over_at,
                   fan.id AS fan_id, fan.name AS fan_name, said.author, said.text, said.lang, said.at,
                   takeover.account_id AS holder_id, takeover.name AS holder,
                   EXISTS (SELECT 1 FROM approval
                           WHERE approval.thread_id = thread.id AND state = 'waiting'
                             AND reason <> 'shadow') AS waiting,
                   EXISTS (SELECT 1 FROM feedback JOIN outbound ON outbound.id = feedback.outbound_id
                           WHERE outbound.thread_id = thread.id
                             AND feedback.kind IN ('flag', 'bad')) AS flagged,
                   coalesce((asked.state = 'new' OR asked.outcome = ANY(%(left)s)
                             OR (SELECT bool_and(state IN ('dropped', 'failed')) FROM outbound
                                 WHERE outbound.message_id = asked.id AND outbound.thread_id = thread.id))
                            AND NOT EXISTS (SELECT 1 FROM outbound
                                            WHERE outbound.message_id = asked.id
                                              AND outbound.thread_id = thread.id
                                              AND payload->>'by' = 'person'), false) AS unanswered,
                   (SELECT json_agg(tag ORDER BY tag) FROM fan_tag WHERE fan_tag.fan_id = fan.id) AS tags
            FROM thread JOIN fan ON fan.id = thread.fan_id
            LEFT JOIN takeover ON takeover.thread_id = thread.id AND takeover.ended_at IS NULL
            LEFT JOIN LATERAL (
                SELECT id, state, outcome FROM message
                WHERE message.thread_id = thread.id AND NOT starts_with(coalesce(outcome, ''), 'command:')
                ORDER BY id DESC LIMIT 1) AS asked ON true
            LEFT JOIN LATERAL (
                (SELECT 'fan' AS author, text, lang, created_at AS at FROM message
                 WHERE message.thread_id = thread.id ORDER BY id DESC LIMIT 1)
                UNION ALL
                (SELECT CASE WHEN payload->>'by' IN ('person', 'news') THEN payload->>'by' ELSE 'avatar' END,
                        payload->>'text', payload->>'lang', coalesce(sent_at, created_at)
                 FROM outbound WHERE outbound.thread_id = thread.id AND state <> 'dropped'
                   AND coalesce((payload->>'edits')::bigint, 0) = 0
                 ORDER BY id DESC LIMIT 1)
                ORDER BY at DESC LIMIT 1) AS said ON true
            WHERE thread.avatar_id = %(avatar)s AND NOT starts_with(thread.chat_id, 'playground:')
              AND (%(threads)s::bigint[] IS NULL OR thread.id = ANY(%(threads)s))
              AND (%(find)s = '' OR strpos(lower(fan.name), lower(%(find)s)) > 0
                   OR EXISTS (SELECT 1 FROM fan_tag
                              WHERE fan_tag.fan_id = fan.id AND tag = lower(%(find)s))
                   OR EXISTS (SELECT 1 FROM message WHERE message.thread_id = thread.id
                                AND strpos(lower(message.text), lower(%(find)s)) > 0)
                   OR EXISTS (SELECT 1 FROM outbound WHERE outbound.thread_id = thread.id
                                AND strpos(lower(payload->>'text'), lower(%(find)s)) > 0))
        ) AS listed
        WHERE CASE %(only)s WHEN 'unanswered' THEN unanswered WHEN 'waiting' THEN waiting
                            WHEN 'flagged' THEN flagged WHEN 'person' THEN handed_over_at IS NOT NULL
                            WHEN 'vip' THEN EXISTS (SELECT 1 FROM fan_tag
                                                    WHERE fan_tag.fan_id = listed.fan_id AND tag = 'vip')
                            WHEN 'mine' THEN coalesce(holder_id = %(account)s, false) ELSE true END
        ORDER BY coalesce(at, last_at) DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "avatar": avatar_id, "only": only, "find": find, "account": account,
            "threads": None if threads is None else list(threads), "left": list(LEFT), "limit": limit,
            "offset": offset,
        },
    )  # fmt: skip


async def comments(uow: UnitOfWork, avatar_id: int, since: datetime, limit: int) -> list[Any]:
    """What fans have said since a moment, the newest first, but for commands and rehearsals.

    (thread_id, text, lang, outcome, at, reach, reactions, bad): `reach` is how many fans were heard in its
    group, `reactions` how many said what they think of its answer, `bad` how many found it wrong.
    """
    return await uow.fetch(
        """
        WITH rooms AS (
            SELECT connection_id, room, count(DISTINCT fan_id) AS fans FROM thread
            WHERE avatar_id = %(avatar)s AND room <> '' GROUP BY 1, 2)
        SELECT message.thread_id, message.text, message.lang, message.outcome, message.created_at AS at,
               rooms.fans AS reach, coalesce(said.reactions, 0) AS reactions, coalesce(said.bad, 0) AS bad
        FROM message JOIN thread ON thread.id = message.thread_id
        LEFT JOIN rooms ON rooms.connection_id = thread.connection_id AND rooms.room = thread.room
        LEFT JOIN LATERAL (
            SELECT count(DISTINCT feedback.fan_id) AS reactions,
                   count(DISTINCT feedback.fan_id) FILTER (WHERE feedback.kind IN ('bad', 'flag')) AS bad
            FROM outbound JOIN feedback ON feedback.outbound_id = outbound.id AND feedback.kind <> ''
            WHERE outbound.message_id = message.id) AS said ON true
        WHERE thread.avatar_id = %(avatar)s AND message.created_at > %(since)s
          AND NOT starts_with(thread.chat_id, 'playground:')
          AND NOT starts_with(coalesce(message.outcome, ''), 'command:') AND message.text <> ''
        ORDER BY message.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "since": since, "limit": limit},
    )


async def medium(uow: UnitOfWork, avatar_id: int, thread_id: int, author: str, number: int) -> Any:
    """What a line of a thread has beside its text: (connection_id, media), or None."""
    if author == "fan":
        return await uow.fetch_one(
            """
            SELECT message.connection_id,
                   jsonb_build_array(message.medium) || coalesce(message.others, '[]') AS media
            FROM message JOIN thread ON thread.id = message.thread_id
            WHERE message.id = %(id)s AND thread.id = %(thread)s AND thread.avatar_id = %(avatar)s
              AND message.medium IS NOT NULL
            """,
            {"id": number, "thread": thread_id, "avatar": avatar_id},
        )
    return await uow.fetch_one(
        """
        SELECT outbound.connection_id, outbound.payload->'media' AS media
        FROM outbound JOIN thread ON thread.id = outbound.thread_id
        WHERE outbound.id = %(id)s AND thread.id = %(thread)s AND thread.avatar_id = %(avatar)s
        """,
        {"id": number, "thread": thread_id, "avatar": avatar_id},
    )


async def last_threads(uow: UnitOfWork, avatar_id: int, fans: Sequence[int]) -> dict[int, int]:
    """By fan, the thread in which they wrote to an avatar last."""
    rows = await uow.fetch(
        """
        SELECT DISTINCT ON (fan_id) fan_id, id FROM thread
        WHERE fan_id = ANY(%(fans)s::bigint[]) AND avatar_id = %(avatar)s
          AND NOT starts_with(chat_id, 'playground:')
        ORDER BY fan_id, last_at DESC
        """,
        {"fans": list(fans), "avatar": avatar_id},
    )
    return {row.fan_id: row.id for row in rows}
