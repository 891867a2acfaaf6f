"""All SQL about cards: where the creator's people read them, and those that are there."""

from collections.abc import Sequence
from typing import Any

from kernel.db import UnitOfWork


async def places(uow: UnitOfWork, avatar_id: int, platforms: Sequence[str]) -> list[Any]:
    """Where an avatar's cards go: its team's chats, or, where there is none, its people's private chats.

    (thread_id, connection_id, platform, chat_id, lang), of a chat without a thread, of a person without a
    chat. On these platforms alone; on a page of ours they have the list of what waits.
    """
    return await uow.fetch(
        """
        WITH team AS (
            SELECT NULL::bigint AS thread_id, connection_id, platform, platform_chat_id AS chat_id,
                   NULL AS lang
            FROM chat
            WHERE avatar_id = %(avatar)s AND platform = ANY(%(platforms)s)
              AND state IN ('member', 'administrator') AND (settings->>'team')::boolean),
        people AS (
            SELECT DISTINCT ON (staff_identity.account_id, thread.platform)
                   thread.id AS thread_id, thread.connection_id, thread.platform, NULL AS chat_id,
                   coalesce(fan.chosen_language, fan.last_language) AS lang
            FROM staff_identity
            JOIN membership ON membership.creator_id = staff_identity.creator_id
             AND membership.account_id = staff_identity.account_id
             AND membership.role IN ('owner', 'creator', 'moderator')
            JOIN identity ON identity.creator_id = staff_identity.creator_id
             AND identity.platform = staff_identity.platform
             AND identity.platform_user_id = staff_identity.platform_user_id
            JOIN thread ON thread.fan_id = identity.fan_id JOIN fan ON fan.id = thread.fan_id
            WHERE thread.avatar_id = %(avatar)s AND thread.room = ''
              AND thread.platform = ANY(%(platforms)s) AND NOT EXISTS (SELECT 1 FROM team)
            ORDER BY staff_identity.account_id, thread.platform, thread.last_at DESC)
        SELECT * FROM team UNION ALL SELECT * FROM people
        """,
        {"avatar": avatar_id, "platforms": list(platforms)},
    )


async def about(uow: UnitOfWork, thread_id: int) -> Any:
    """Whom a card is about: (fan_id, fan_name, platform)."""
    return await uow.fetch_one(
        """
        SELECT fan.id AS fan_id, fan.name AS fan_name, thread.platform
        FROM thread JOIN fan ON fan.id = thread.fan_id WHERE thread.id = %(id)s
        """,
        {"id": thread_id},
    )


async def flagged(uow: UnitOfWork, outbound_id: int) -> Any:
    """An answer that a fan flagged: (thread_id, avatar_id, message_id, question, payload)."""
    return await uow.fetch_one(
        """
        SELECT thread.id AS thread_id, thread.avatar_id, message.id AS message_id, message.text AS question,
               outbound.payload
        FROM outbound JOIN message ON message.id = outbound.message_id
        JOIN thread ON thread.id = message.thread_id
        WHERE outbound.id = %(id)s
        """,
        {"id": outbound_id},
    )


async def asked_for(uow: UnitOfWork, connection_id: int, place: str, name: str) -> str:
    """The order that the message of this name asks words for, in a chat; empty where it asks for none."""
    row = await uow.fetch_one(
        """
        SELECT message.text FROM outbound
        JOIN message ON message.id = outbound.message_id AND message.outcome = 'command:edit'
        JOIN thread ON thread.id = outbound.thread_id
        WHERE outbound.connection_id = %(connection)s AND outbound.platform_message_id = %(name)s
          AND %(place)s IN (thread.chat_id, thread.room) AND message.text ~ '^/\\S+\\s+#?[0-9]{1,17}\\s*$'
        ORDER BY outbound.id DESC LIMIT 1
        """,
        {"connection": connection_id, "place": place, "name": name},
    )
    return str(row.text) if row else ""
