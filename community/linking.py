"""Accounts that are one person's: linked by a code that one shows, the other enters and both confirm.

Every account goes on to be a fan of its own, with its own threads: linked ones are only read together. So
unlinking gives each back exactly what is its own, and who is one of the creator's people on one platform is
nobody's on the other.
"""

import secrets
from datetime import timedelta
from typing import Any, Final

from community import linking_repository as repository
from community.errors import BadLink
from community.types import Account, Asked
from kernel import ids
from kernel.clock import now
from kernel.db import UnitOfWork

CODE_FOR: Final = timedelta(minutes=10)
_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Those that nobody takes for another."""
_LENGTH: Final = 8


async def linked(uow: UnitOfWork, fan_id: int) -> tuple[int, ...]:
    """A fan and those whom they are linked with, in order."""
    return await repository.linked(uow, fan_id)


async def accounts(uow: UnitOfWork, fan_id: int) -> tuple[Account, ...]:
    """The other accounts that a fan is linked with."""
    rows = await repository.accounts(uow, await repository.linked(uow, fan_id))
    return tuple(Account(row.id, row.platform, row.name) for row in rows if row.id != fan_id)


async def account(uow: UnitOfWork, fan_id: int) -> Account:
    """A fan's own account.

    Raises:
        BadLink: they are gone.
    """
    rows = await repository.accounts(uow, [fan_id])
    if not rows:
        raise BadLink("over")
    return Account(fan_id, rows[0].platform, rows[0].name)


async def offer(uow: UnitOfWork, fan_id: int, thread_id: int) -> str:
    """A code that links a fan's account with another, once and within minutes; an older one is worth nothing.

    `thread_id` is the private chat in which it is shown, and in which they are asked to confirm.
    """
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    await repository.offer(uow, fan_id, thread_id, ids.token_hash(code), now() + CODE_FOR)
    return f"{code[:4]}-{code[4:]}"


async def claim(uow: UnitOfWork, fan_id: int, thread_id: int, code: str) -> Asked:
    """Enter a code; from now on it is this account's, and nobody else's. Nothing is linked yet.

    Raises:
        BadLink: it isn't good, or is of an account that can't be linked with this one.
    """
    bare = "".join(sign for sign in code.upper() if sign.isalnum())
    row = await repository.by_code(uow, ids.token_hash(bare), now())
    if row is None:
        raise BadLink("wrong")
    await _check(uow, row.fan_id, fan_id)
    if not await repository.claim(uow, row.id, fan_id, thread_id, now()):
        raise BadLink("wrong")
    return await _asked(uow, row, row.fan_id, row.shown_in)


async def agree(uow: UnitOfWork, fan_id: int, link_id: int) -> tuple[Asked, bool]:
    """Confirm a link: first who entered the code, then who showed it; whether they are linked by now.

    Raises:
        BadLink: there is none to confirm (any more), or not by this account yet.
    """
    row = await _held(uow, link_id)
    if row is None or fan_id not in (row.fan_id, row.other_id):
        raise BadLink("over")
    first = fan_id == row.other_id
    if row.state == "done" or (first and row.state == "agreed"):
        return await _other(uow, row, fan_id), row.state == "done"
    if row.state != ("claimed" if first else "agreed"):
        raise BadLink("over")
    await _check(uow, row.fan_id, row.other_id)
    await repository.set_state(uow, link_id, "agreed" if first else "done")
    if not first:
        everybody = {
            *await repository.linked(uow, row.fan_id),
            *await repository.linked(uow, row.other_id),
        }
        await repository.join(uow, sorted(everybody))
    return await _other(uow, row, fan_id), not first


async def refuse(uow: UnitOfWork, fan_id: int, link_id: int) -> None:
    """Let nothing come of a link that isn't confirmed by both."""
    row = await _held(uow, link_id)
    if row is not None and fan_id in (row.fan_id, row.other_id) and row.state != "done":
        await repository.delete(uow, link_id)


async def unlink(uow: UnitOfWork, fan_id: int) -> tuple[Account, ...]:
    """Take an account out of those that it is linked with, which these were; none where it was alone."""
    before = await accounts(uow, fan_id)
    if before:
        await repository.hold(uow, sorted([fan_id, *(each.fan_id for each in before)]))
        await repository.part(uow, fan_id)
    return before


async def _held(uow: UnitOfWork, link_id: int) -> Any:
    """A link that is still good. Its fans are held before it is: an erasure takes the fan first, too."""
    row = await repository.get(uow, link_id, now())
    if row is None or row.other_id is None:
        return None
    await repository.hold(uow, sorted((row.fan_id, row.other_id)))
    return await repository.get(uow, link_id, now(), hold=True)


async def _check(uow: UnitOfWork, one: int, other: int) -> None:
    """Whether two accounts may be linked: each platform has one of a person's accounts.

    Raises:
        BadLink: they are the same, are linked, or are on one platform.
    """
    mine, theirs = await repository.linked(uow, one), await repository.linked(uow, other)
    if one == other:
        raise BadLink("self")
    if other in mine:
        raise BadLink("already")
    platforms = [row.platform for row in await repository.accounts(uow, (*mine, *theirs))]
    if len(set(platforms)) < len(platforms):
        raise BadLink("same_platform")


async def _other(uow: UnitOfWork, row: Any, fan_id: int) -> Asked:
    """The other side of a link, as one of them sees it."""
    if fan_id == row.fan_id:
        return await _asked(uow, row, row.other_id, row.entered_in)
    return await _asked(uow, row, row.fan_id, row.shown_in)


async def _asked(uow: UnitOfWork, row: Any, other: int, thread_id: int) -> Asked:
    return Asked(row.id, await account(uow, other), thread_id)
