"""Who of a creator's people is who on a platform: one-time links that tell, and the role that counts."""

from datetime import timedelta
from typing import Final

from community import staff_repository as repository
from community.errors import StaffLinkSpent
from community.events import StaffChanged
from community.names import readable
from community.types import Role, StaffInfo
from kernel import ids
from kernel.clock import now
from kernel.db import UnitOfWork

STAFF_LINK_TTL: Final = timedelta(minutes=15)
_TOKEN_BYTES: Final = 24
_MAX_NAME: Final = 80


async def link_staff(uow: UnitOfWork, account_id: int) -> str:
    """The token by which an account's person says on a platform who they are; good once, within minutes."""
    token = ids.token(_TOKEN_BYTES)
    await repository.add_link(uow, account_id, ids.token_hash(token), now() + STAFF_LINK_TTL)
    return token


async def bind_staff(uow: UnitOfWork, creator_id: int, token: str, *, fan_id: int) -> StaffInfo:
    """Use a creator's link up: from now on who this fan is on their platform, is that account's person there.

    In a system unit of work, as accounts belong to no creator.

    Raises:
        StaffLinkSpent: used already, too old, of another creator, or of somebody without a role there.
    """
    user = await repository.identity(uow, creator_id, fan_id)
    row = await repository.spend_link(uow, creator_id, ids.token_hash(token)) if user else None
    if row is None:
        raise StaffLinkSpent("This link was used already, or is too old. Make another one.")
    name = readable(row.name)[:_MAX_NAME]
    await repository.bind(uow, creator_id, row.account_id, user.platform, user.platform_user_id, name)
    await uow.publish(StaffChanged(creator_id))
    return StaffInfo(row.account_id, name, Role(row.role))


async def staff_of(uow: UnitOfWork, fan_id: int) -> StaffInfo | None:
    """The creator's person who a fan is, in the role that they have now; None where they are none."""
    row = await repository.staff_of(uow, fan_id)
    return StaffInfo(row.account_id, row.name, Role(row.role)) if row else None


async def staff_role(uow: UnitOfWork, platform: str, platform_user_id: str) -> Role | None:
    """The role that a platform's user has with this creator now; None where they are nobody's person."""
    row = await repository.role_of(uow, platform, platform_user_id)
    return Role(row.role) if row else None


async def staff_platforms(uow: UnitOfWork, account_id: int) -> tuple[str, ...]:
    """The platforms on which an account's person is known to this creator."""
    return await repository.platforms(uow, account_id)


async def staff_user(uow: UnitOfWork, account_id: int, platform: str) -> str | None:
    """The platform's user who an account's person is there, None where nobody has said so."""
    return await repository.user_of(uow, account_id, platform)


async def is_named(uow: UnitOfWork, account_id: int) -> bool:
    """Whether fans read the name of an account's person above what they write to them."""
    return await repository.is_named(uow, account_id)


async def set_named(uow: UnitOfWork, account_id: int, *, named: bool) -> None:
    """Have fans read that name, or not."""
    await repository.set_named(uow, account_id, named=named)


async def unbind_staff(uow: UnitOfWork, account_id: int, platform: str) -> None:
    """Know an account's person on a platform no more."""
    await repository.unbind(uow, account_id, platform)
    await uow.publish(StaffChanged(uow.tenant))
