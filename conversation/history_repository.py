"""All SQL that reads what was said: by a thread's fan, to go on with it, for people who look back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from conversation.threads_repository import PAUSED
from kernel.db import UnitOfWork


async def said_since(
    uow: UnitOfWork, thread_id: int, heard: int, said: int, limit: int
) -> tuple[list[Any], list[Any], Any]:
    """What was said in a thread, and how it stands: (waiting, person); None: it was erased.

    First what the fan said after the message id `heard`, then what was sent after the outbound id `said`; of
    each the newest `limit`, oldest first. `waiting` is how many messages are being answered and sent: none
    while its avatar is paused. `person`: somebody has taken it over.
    """
    by_fan, by_avatar, standing = await uow.fetch_each(
        (
            """
            SELECT id, text, lang, state, update_id, outcome, created_at FROM message
            WHERE thread_id = %(thread)s AND id > %(after)s ORDER BY id DESC LIMIT %(limit)s
            """,
            {"thread": thread_id, "after": heard, "limit": limit},
        ),
        (
            """
            SELECT outbound.id, outbound.message_id, outbound.payload, outbound.sent_at, message.outcome,
                   feedback.kind AS opinion
            FROM outbound LEFT JOIN message ON message.id = outbound.message_id
            LEFT JOIN thread ON thread.id = outbound.thread_id
            LEFT JOIN feedback ON feedback.outbound_id = outbound.id AND feedback.fan_id = thread.fan_id
            WHERE outbound.thread_id = %(thread)s AND outbound.id > %(after)s AND outbound.state = 'sent'
            ORDER BY outbound.id DESC LIMIT %(limit)s
            """,
            {"thread": thread_id, "after": said, "limit": limit},
        ),
        (
            f"""
            SELECT CASE WHEN {PAUSED} THEN 0 ELSE
                (SELECT count(*) FROM message WHERE thread_id = thread.id AND state = 'new')
                + (SELECT count(*) FROM outbound
                   WHERE thread_id = thread.id AND state IN ('queued', 'sending')) END AS waiting,
                EXISTS (SELECT 1 FROM takeover
                        WHERE takeover.thread_id = thread.id AND takeover.ended_at IS NULL) AS person
            FROM thread WHERE id = %(thread)s
            """,  # noqa: S608 - put together from constants
            {"thread": thread_id},
        ),
    )
    return by_fan[::-1], by_avatar[::-1], standing[0] if standing else None


async def turns_before(uow: UnitOfWork, thread_id: int, message_id: int, limit: int) -> list[Any]:
    """A thread's last answered messages before one, oldest first, with what was said to them as it left: in
    private those of all accounts of its fan's.

    They are (text, outcome, answer, persons): `persons` are (name, text) of what the creator's people said
    then. Commands aren't among them: their answers hold personal links.
    """
    rows = await uow.fetch(
        """
        SELECT message.text, message.outcome,
               (SELECT payload->>'text' FROM outbound
                WHERE outbound.message_id = message.id AND state IN ('queued', 'sending', 'sent')
                  AND outbound.thread_id = message.thread_id AND coalesce(payload->>'by', '') = ''
                  AND NOT starts_with(once, 'waiting:')
                ORDER BY id LIMIT 1) AS answer,
               (SELECT json_agg(json_build_array(coalesce(payload->>'who', ''), payload->>'text') ORDER BY id)
                FROM outbound
                WHERE outbound.message_id = message.id AND state IN ('queued', 'sending', 'sent')
                  AND outbound.thread_id = message.thread_id AND payload->>'by' = 'person'
                  AND coalesce((payload->>'edits')::bigint, 0) = 0) AS persons
        FROM message
        WHERE id < %(message)s AND state = 'answered' AND NOT starts_with(outcome, 'command:')
          AND thread_id = ANY(ARRAY(
              SELECT %(thread)s::bigint
              UNION SELECT too.id FROM thread JOIN fan ON fan.id = thread.fan_id
              JOIN fan AS account ON account.person_id = fan.person_id
              JOIN thread AS too ON too.fan_id = account.id AND too.avatar_id = thread.avatar_id
              WHERE thread.id = %(thread)s AND thread.room = '' AND too.room = ''))
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"thread": thread_id, "message": message_id, "limit": limit},
    )
    return rows[::-1]


async def answered_before(uow: UnitOfWork, thread_id: int, message_id: int) -> int | None:
    """A thread's last message before one that was answered to its point: not by small talk or a command."""
    row = await uow.fetch_one(
        """
        SELECT id FROM message
        WHERE thread_id = %(thread)s AND id < %(message)s AND state = 'answered'
          AND NOT starts_with(outcome, 'command:') AND NOT starts_with(outcome, 'smalltalk:')
        ORDER BY id DESC LIMIT 1
        """,
        {"thread": thread_id, "message": message_id},
    )
    return None if row is None else int(row.id)


async def answers_to(uow: UnitOfWork, message_id: int) -> list[Any]:
    """What a message was answered with, part by part: (id, payload)."""
    return await uow.fetch(
        """
        SELECT id, payload FROM outbound
        WHERE message_id = %(message)s AND kind = 'reply' AND NOT starts_with(once, 'waiting:')
          AND state IN ('queued', 'sending', 'sent', 'unknown')
        ORDER BY id
        """,
        {"message": message_id},
    )


async def replied_to(uow: UnitOfWork, thread_id: int, name: str) -> Any:
    """The message whose answer has this name where a thread is held: (id, text, lang), or None.

    In a group that may be somebody else's. No command's: its answer is about its caller. Of several the
    newest: a group that became another, and a bot in place of another, begin their names anew.
    """
    return await uow.fetch_one(
        """
        SELECT id, text, lang FROM (
            SELECT message.id, message.text, message.lang, coalesce(message.outcome, '') AS outcome
            FROM thread AS here
            JOIN outbound ON outbound.connection_id = here.connection_id AND platform_message_id = %(name)s
            JOIN thread AS there ON there.id = outbound.thread_id AND there.room = here.room
            JOIN message ON message.id = outbound.message_id
            WHERE here.id = %(thread)s AND (here.room <> '' OR there.id = here.id)
            ORDER BY outbound.id DESC LIMIT 1) AS newest
        WHERE NOT starts_with(outcome, 'command:')
        """,
        {"thread": thread_id, "name": name},
    )


async def exchange_before(uow: UnitOfWork, thread_id: int, message_id: int, within: timedelta) -> Any:
    """A thread's last message before one, as `answered_before`, if not longer ago: (id, text, outcome).

    What takes back what was told is one of them: nothing from before it is gone on with.
    """
    return await uow.fetch_one(
        """
        SELECT before.id, before.text, before.outcome FROM message AS before
        WHERE thread_id = %(thread)s AND id < %(message)s AND state = 'answered'
          AND created_at > (SELECT created_at FROM message WHERE id = %(message)s) - %(within)s
          AND NOT starts_with(outcome, 'command:')
          AND (outcome = 'smalltalk:forgotten' OR NOT starts_with(outcome, 'smalltalk:'))
        ORDER BY id DESC LIMIT 1
        """,
        {"thread": thread_id, "message": message_id, "within": within},
    )


async def recent_messages(
    uow: UnitOfWork, *, outcomes: Sequence[str] | None, avatar_id: int | None, before: int | None, limit: int
) -> list[Any]:
    """The newest messages, of these outcomes, to this avatar and before that one where given.

    With the fan's name and what was answered.
    """
    return await uow.fetch(
        """
        SELECT message.id, message.thread_id, message.text, message.lang, message.outcome, message.created_at,
               thread.platform, thread.avatar_id, fan.name AS fan_name,
               starts_with(thread.chat_id, 'demo:') AS demo,
               (SELECT payload->>'text' FROM outbound
                WHERE outbound.message_id = message.id AND outbound.thread_id = message.thread_id
                  AND NOT starts_with(once, 'waiting:')
                ORDER BY id LIMIT 1) AS answer
        FROM message JOIN thread ON thread.id = message.thread_id JOIN fan ON fan.id = thread.fan_id
        WHERE (%(outcomes)s::text[] IS NULL OR message.outcome = ANY(%(outcomes)s))
          AND (%(avatar)s::bigint IS NULL OR thread.avatar_id = %(avatar)s)
          AND (%(before)s::bigint IS NULL OR message.id < %(before)s)
        ORDER BY message.id DESC LIMIT %(limit)s
        """,
        {
            "outcomes": None if outcomes is None else list(outcomes), "avatar": avatar_id, "before": before,
            "limit": limit,
        },
    )  # fmt: skip


async def tallies(uow: UnitOfWork, since: datetime, zone: str) -> list[Any]:
    """How many messages ended how on which day of a time zone: (day, outcome, lang, demo, n)."""
    return await uow.fetch(
        """
        SELECT (message.created_at AT TIME ZONE %(zone)s)::date AS day,
               coalesce(message.outcome, message.state) AS outcome, coalesce(message.lang, '') AS lang,
               starts_with(thread.chat_id, 'demo:') AS demo, count(*) AS n
        FROM message JOIN thread ON thread.id = message.thread_id
        WHERE message.created_at >= %(since)s GROUP BY 1, 2, 3, 4
        """,
        {"since": since, "zone": zone},
    )


async def outcomes(uow: UnitOfWork, avatar_id: int, since: datetime) -> list[Any]:
    """How many messages to an avatar ended how: (outcome, n)."""
    return await uow.fetch(
        """
        SELECT message.outcome, count(*) AS n FROM message JOIN thread ON thread.id = message.thread_id
        WHERE thread.avatar_id = %(avatar)s AND message.created_at >= %(since)s
          AND message.outcome IS NOT NULL
        GROUP BY 1
        """,
        {"avatar": avatar_id, "since": since},
    )


async def unsettled(uow: UnitOfWork, limit: int) -> list[Any]:
    """Sends that failed, were dropped or may have arrived, newest first: a person looks at them.

    None of a broadcast's, which is counted where it is shown.
    """
    return await uow.fetch(
        """
        SELECT id, thread_id, state, error, payload->>'text' AS text, created_at FROM outbound
        WHERE state IN ('failed', 'unknown', 'dropped') AND broadcast_id IS NULL
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"limit": limit},
    )
