"""A creator's people, who work from a chat, and every command there is."""

from dataclasses import replace
from typing import Any

from community import service as community
from community.types import NoEntitlements, Role
from conversation import broadcast_orders, commands, linking, orders
from conversation import service as conversation
from conversation.turn import Turns
from kernel.chat import CommandRouter, Inbound
from kernel.db import Database
from persona_engine.service import boundaries
from tests.conversation.stand_ins import Echo, outbounds
from tests.factories.people import Home
from tests.persona_engine.stand_ins import Matching

ADMIN = "http://localhost:8000"


def table(db: Database) -> CommandRouter:
    """Every command."""
    found = CommandRouter()
    guard = boundaries.Guard(Matching(None))
    found.include(commands.router(db, found))
    found.include(linking.router(db))
    found.include(orders.router(db, lambda: guard, lambda: ADMIN))
    found.include(broadcast_orders.router(db, NoEntitlements))
    return found


async def account(db: Database, home: Home, role: Role = Role.MODERATOR, name: str = "Robin") -> int:
    """Somebody who works for a creator."""
    async with db.system_uow() as uow:
        await community.invite(uow, home.creator_id, name, role)
        members = await community.members(uow, home.creator_id)
    return members[-1].account_id


async def link(db: Database, home: Home, account_id: int) -> str:
    """The token by which they say in a chat who they are."""
    async with db.uow(home.creator_id) as uow:
        return await community.link_staff(uow, account_id)


async def give(db: Database, home: Home, said: Inbound, turns: Turns | None = None) -> list[Any]:
    """Say something; what is queued because of it, as (text, kind, payload)."""
    before = len(await outbounds(db, home))
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, said)
    if received.thread_id:
        await (turns or Turns(db, Echo(), table(db))).run(home.creator_id, received.thread_id)
    return (await outbounds(db, home))[before:]


async def order(
    db: Database,
    home: Home,
    text: str,
    *,
    user: str = "robin",
    update: str = "",
    reply_to: str | None = None,
) -> str:
    """Say something in private; what is answered."""
    said = replace(home.inbound(update or text, text, user=user), reply_to=reply_to)
    return "\n".join(row.payload["text"] for row in await give(db, home, said))


async def employ(
    db: Database, home: Home, role: Role = Role.MODERATOR, *, user: str = "robin", name: str = "Robin"
) -> int:
    """Somebody who works for a creator and has said so in a chat; their account."""
    number = await account(db, home, role, name)
    await order(db, home, f"/start staff_{await link(db, home, number)}", user=user)
    return number
