"""Every command of every room, on every platform, by everybody: who may give it says its one definition."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.container import Container, Roles
from app.services import Dsn
from bots import service as bots
from community import service as community
from community.types import Role
from conversation import service as conversation
from conversation.menus import for_role
from conversation.turn import Turns
from kernel.chat import FAN, Addressed, Command, CommandCall, CommandRouter, Inbound, Outbound
from kernel.settings import Settings
from tests.conversation.stand_ins import Echo
from tests.factories.people import Home, make_home

PLATFORMS = ("telegram", "discord", "webchat")
# A trusted fan is spared by the rules of a group; nobody takes orders from them.
PEOPLE = (Role.OWNER, Role.CREATOR, Role.MODERATOR, Role.VIEWER, "trusted", "fan", "stranger")
GROUP = "-100"


@dataclass
class House:
    """An avatar on a platform, whose commands only say that they were called."""

    container: Container
    home: Home
    platform: str
    connection: int
    table: dict[str, Command]
    heard: list[CommandCall]
    turns: Turns
    said: int = 0

    async def gives(self, user: str, name: str, *, room: str = "") -> bool:
        """Whether a command that somebody gives is carried out; in a group it may point to a private chat."""
        self.said += 1
        inbound = Inbound(
            connection_id=self.connection, platform=self.platform, update_id=f"{user}:{self.said}",
            chat_id=room or user, user_id=user, text=f"/{name}", room=room,
            addressed=Addressed.COMMAND if room else Addressed.DIRECT,
        )  # fmt: skip
        self.heard.clear()
        creator = self.home.creator_id
        async with self.container.db.uow(creator) as uow:
            received = await conversation.receive(uow, self.home.avatar.id, inbound)
            await uow.send("UPDATE thread SET allowance = 12")
            await uow.send("UPDATE chat SET allowance = 60")
        if not received.thread_id:
            return False
        await self.turns.run(creator, received.thread_id)
        async with self.container.db.uow(creator) as uow:
            pointed = await uow.fetch(
                "SELECT 1 FROM outbound WHERE message_id = %(id)s AND payload::text LIKE %(way)s",
                {"id": received.message_id, "way": '%"private:%'},
            )
        return bool(self.heard) or bool(pointed)


@pytest.fixture(params=PLATFORMS)
async def house(request: pytest.FixtureRequest, dsn: Dsn, tmp_path: Path) -> AsyncIterator[House]:
    """A house, and its people on one platform."""
    settings = Settings(_env_file=None, data_dir=tmp_path)
    container = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    await container.open()
    home = await make_home(container.db)
    heard: list[CommandCall] = []

    async def noted(call: CommandCall) -> Outbound:
        heard.append(call)
        return Outbound("done", "en")

    router = CommandRouter(
        {name: replace(each, handler=noted) for name, each in container.commands.commands.items()}
    )
    async with container.db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, request.param)
    made = House(
        container, home, request.param, connection, router.commands, heard,
        Turns(container.db, Echo(), router),
    )  # fmt: skip
    for person in PEOPLE:
        if person != "stranger":
            await made.gives(person, "help")
        if isinstance(person, Role):
            await employ(made, person)
    yield made
    await container.close()


async def employ(house: House, role: Role) -> None:
    """Have the user of that name be one of the creator's people."""
    async with house.container.db.system_uow() as uow:
        await community.invite(uow, house.home.creator_id, role, role)
        account = (await community.members(uow, house.home.creator_id))[-1].account_id
    async with house.container.db.uow(house.home.creator_id) as uow:
        token = await community.link_staff(uow, account)
        found = await community.find_fan(uow, house.platform, role)
    assert found
    async with house.container.db.system_uow() as uow:
        await community.bind_staff(uow, house.home.creator_id, token, fan_id=found.id)


def may(person: str, command: Command) -> bool:
    """What the definition says."""
    return command.role == FAN or (isinstance(person, Role) and person.includes(Role(command.role)))


def test_there_is_something_for_everybody(house: House) -> None:
    roles = {each.role for each in house.table.values()}
    assert {FAN, Role.MODERATOR} <= roles
    assert len(house.table) > 20


@pytest.mark.parametrize("person", PEOPLE)
async def test_who_may_give_a_command_gives_it_and_nobody_else(house: House, person: str) -> None:
    told = {name for name, command in house.table.items() if await house.gives(person, command.name)}
    assert told == {name for name, command in house.table.items() if may(person, command)}


@pytest.mark.parametrize("person", PEOPLE)
async def test_in_a_group_orders_are_passed_over_but_for_who_may_give_them(house: House, person: str) -> None:
    orders = [each for each in house.table.values() if each.role != FAN]
    given = {each.name for each in orders if await house.gives(person, each.name, room=GROUP)}
    assert given == {each.name for each in orders if may(person, each)}


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_is_told_of_what_they_may_give(house: House, person: str) -> None:
    role = person if isinstance(person, Role) else FAN
    listed = {name for name, _ in for_role(CommandRouter(house.table), "en", role)}
    assert listed == {name for name, command in house.table.items() if may(person, command)}
