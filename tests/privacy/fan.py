"""A fan with a life here, who is looked for afterwards."""

from collections.abc import Iterator
from typing import Any

from psycopg.types.json import Jsonb

from conversation import rights_repository as repository
from conversation import service as conversation
from kernel.db import metadata
from tests.factories.people import Home
from tests.privacy.conftest import House

WORD, NAME, USER = "xylophonically", "Zebulonia Quux", "5e1fcafe77aa00bb11"
# What refers to a fan without being named so: a table that does is a fan's, however it calls it.
NAMES = {"fan_id", "thread_id", "message_id", "inbound_id", "outbound_id", "identity_id", "conversation_id"}


async def numbers(house: House, home: Home, user: str) -> dict[str, list[int]]:
    """A fan's numbers: their own, their threads', messages' and outbounds'."""
    async with house.container.db.uow(home.creator_id) as uow:
        fan = await uow.fetch_one(
            "SELECT fan_id FROM identity WHERE platform_user_id = %(user)s", {"user": user}
        )
        kept = await repository.kept_about(uow, fan.fan_id)
    return {table: [row["id"] for row in rows] for table, rows in kept.items()}


async def exists(house: House, home: Home, user: str) -> bool:
    async with house.container.db.uow(home.creator_id) as uow:
        return bool(await uow.fetch("SELECT 1 FROM identity WHERE platform_user_id = %(u)s", {"u": user}))


async def a_life(house: House, home: Home) -> None:
    """A fan with a name, in two chats, whose words a search has met, with jobs that wait and that failed."""
    received = await house.talk(home, USER, f"Tell me {WORD}", "/lang es", "/export", f"More {WORD}")
    inbound = home.inbound("elsewhere", f"In a group: {WORD}", user=USER)
    async with house.container.db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE fan SET name = %(name)s", {"name": NAME})
        group = type(inbound)(**{**_fields(inbound), "chat_id": f"group-of-{USER}"})
        second = await conversation.receive(uow, home.avatar.id, group)
        await uow.fetch(
            """
            INSERT INTO search_request (creator_id, created_at, question, expires_at)
            VALUES (%(creator)s, now(), %(question)s, now() + interval '1 hour')
            """,
            {"creator": home.creator_id, "question": Jsonb({"text": WORD})},
        )
        await uow.defer(conversation.TURN, creator_id=home.creator_id, thread_id=received.thread_id)
    assert second.thread_id != received.thread_id
    await house.answer(home, second)


def _fields(inbound: Any) -> dict[str, Any]:
    return {name: getattr(inbound, name) for name in inbound.__slots__}


def ways_to_a_fan() -> Iterator[tuple[str, str]]:
    """(table, column) of all that names a fan, a thread, a message or what refers to them."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name in NAMES:
                yield table.name, column.name
