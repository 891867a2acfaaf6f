"""Two creators in one house: no command at one of them shows, uses or changes anything of the other's."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.services import Dsn
from bots import service as bots
from community import service as community
from community.types import Role
from conversation import service as conversation
from conversation.turn import Turns
from kernel.chat import Inbound
from kernel.db import Database
from tests.conversation.stand_ins import Echo
from tests.factories.rows import snapshot
from tests.tenancy.conftest import Home

PAIRS = [("ember", "wick"), ("wick", "ember")]


class Chat:
    """Somebody's private chat with one avatar, whose texts reply to a message of the other's by its name."""

    def __init__(self, app: FastAPI, database: Database, home: Home, connection: int, user: str) -> None:
        self._db, self._home, self._user = database, home, user
        self._turns = Turns(database, Echo(), app.state.container.commands)
        self._inbound = Inbound(connection, "webchat", "", user, user, "", reply_to="theirs")
        self._count = 0

    async def say(self, text: str) -> str:
        """Say something; what is answered."""
        self._count += 1
        house = self._home.house
        async with self._db.uow(house.creator) as uow:
            said = replace(self._inbound, update_id=f"{self._user}:{self._count}", text=text)
            received = await conversation.receive(uow, house.avatar.id, said)
            await uow.send("UPDATE thread SET allowance = 12")
        await self._turns.run(house.creator, received.thread_id)
        async with self._db.uow(house.creator) as uow:
            rows = await uow.fetch(
                "SELECT payload::text FROM outbound WHERE message_id = %(id)s", {"id": received.message_id}
            )
        return "\n".join(row.payload for row in rows)


async def staff_link(database: Database, home: Home) -> str:
    async with database.uow(home.house.creator) as uow:
        return await community.link_staff(uow, home.house.people[Role.MODERATOR])


@pytest.mark.parametrize(("me", "other"), PAIRS)
async def test_no_command_shows_or_changes_anothers(
    app: FastAPI, dsn: Dsn, database: Database, homes: dict[str, Home], me: str, other: str
) -> None:
    """By a fan and by a moderator, with the other household's numbers, words and links."""
    mine, theirs = homes[me], homes[other]
    async with database.uow(mine.house.creator) as uow:
        connection = await bots.ensure_connection(uow, mine.house.avatar.id, bots.WEBCHAT)
    async with database.uow(theirs.house.creator) as uow:
        await uow.send("UPDATE outbound SET platform_message_id = 'theirs', state = 'sent'")
    foreign = await staff_link(database, theirs)
    before = snapshot(dsn, theirs.house.creator)
    robin = Chat(app, database, mine, connection, "robin")
    assert "staff_" not in await robin.say(f"/start staff_{await staff_link(database, mine)}")
    assert "/pause" in await robin.say("/help")
    numbers = [str(each) for each in theirs.has.numbers()]
    # In small letters their word is found as well, and what is said back is known from what is theirs.
    word = theirs.secret.lower()
    arguments = ("", word, "yes", "undo", f"block {word} 7d", f"staff_{foreign}", *numbers)
    for chat in (Chat(app, database, mine, connection, "fan"), robin):
        for name in app.state.container.commands.commands:
            for argument in dict.fromkeys(arguments):
                said = await chat.say(f"/{name} {argument}".strip())
                assert theirs.secret not in said, f"/{name} {argument}"
    assert snapshot(dsn, theirs.house.creator) == before


@pytest.mark.parametrize(("me", "other"), PAIRS)
async def test_a_foreign_link_makes_nobody_known_anywhere(
    app: FastAPI, database: Database, homes: dict[str, Home], me: str, other: str
) -> None:
    mine, theirs = homes[me], homes[other]
    async with database.uow(mine.house.creator) as uow:
        connection = await bots.ensure_connection(uow, mine.house.avatar.id, bots.WEBCHAT)
    thief = Chat(app, database, mine, connection, "thief")
    await thief.say(f"/start staff_{await staff_link(database, theirs)}")
    assert "re: /queue" in await thief.say("/queue")
    async with database.system_uow() as uow:
        assert not await uow.fetch("SELECT 1 FROM staff_identity")
