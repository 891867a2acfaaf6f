"""All SQL about who of a creator's people is who on a platform."""

from datetime import datetime
from typing import Any

from kernel.clock import now
from kernel.db import UnitOfWork


async def add_link(uow: UnitOfWork, account_id: int, token_hash: str, expires_at: datetime) -> None:
    """Insert a link; those that ended are cleared away meanwhile, and an older one of the account's."""
    moment = now()
    await uow.send(
        """
        DELETE FROM staff_link
        WHERE creator_id = %(creator)s AND (expires_at < %(now)s OR account_id = %(account)s)
        """,
        {"creator": uow.tenant, "account": account_id, "now": moment},
    )
    await uow.send(
        """
        INSERT INTO staff_link (creator_id, token_hash, account_id, expires_at, created_at)
        VALUES (%(creator)s, %(hash)s, %(account)s, %(expires)s, %(now)s)
        """,
        {
            "creator": uow.tenant, "hash": token_hash, "account": account_id, "expires": expires_at,
            "now": moment,
        },
    )  # fmt: skip


async def identity(uow: UnitOfWork, creator_id: int, fan_id: int) -> Any:
    """Who a creator's fan is on their platform: (platform, platform_user_id), or None."""
    return await uow.fetch_one(
        """
        SELECT platform, platform_user_id FROM identity
        WHERE creator_id = %(creator)s AND fan_id = %(fan)s ORDER BY id LIMIT 1
        """,
        {"creator": creator_id, "fan": fan_id},
    )


async def spend_link(uow: UnitOfWork, creator_id: int, token_hash: str) -> Any:
    """Use a creator's link up: (account_id, name, role), or None where it isn't good."""
    return await uow.fetch_one(
        """
        UPDATE staff_link SET used_at = %(now)s FROM membership, account
        WHERE staff_link.creator_id = %(creator)s AND token_hash = %(hash)s
          AND used_at IS NULL AND expires_at > %(now)s
          AND membership.creator_id = staff_link.creator_id
          AND membership.account_id = staff_link.account_id AND account.id = staff_link.account_id
        RETURNING staff_link.account_id, account.name, membership.role
        """,
        {"creator": creator_id, "hash": token_hash, "now": now()},
    )


async def bind(
    uow: UnitOfWork, creator_id: int, account_id: int, platform: str, user_id: str, name: str
) -> None:
    """Have a user of a platform be an account's person, in place of whom it was."""
    parameters = {
        "creator": creator_id, "account": account_id, "platform": platform, "user": user_id, "name": name,
        "now": now(),
    }  # fmt: skip
    await uow.send(
        """
        DELETE FROM staff_identity
        WHERE creator_id = %(creator)s AND platform = %(platform)s AND account_id = %(account)s
          AND platform_user_id <> %(user)s
        """,
        parameters,
    )
    await uow.send(
        """
        INSERT INTO staff_identity (creator_id, account_id, platform, platform_user_id, name, created_at)
        VALUES (%(creator)s, %(account)s, %(platform)s, %(user)s, %(name)s, %(now)s)
        ON CONFLICT (creator_id, platform, platform_user_id)
        DO UPDATE SET account_id = excluded.account_id, name = excluded.name
        """,
        parameters,
    )


async def staff_of(uow: UnitOfWork, fan_id: int) -> Any:
    """The person behind one of a fan's identities, by the role of now: (account_id, name, role), or None."""
    return await uow.fetch_one(
        """
        SELECT staff_identity.account_id, staff_identity.name, membership.role
        FROM identity
        JOIN staff_identity ON staff_identity.creator_id = identity.creator_id
         AND staff_identity.platform = identity.platform
         AND staff_identity.platform_user_id = identity.platform_user_id
        JOIN membership ON membership.creator_id = staff_identity.creator_id
         AND membership.account_id = staff_identity.account_id
        WHERE identity.fan_id = %(fan)s
        """,
        {"fan": fan_id},
    )


async def role_of(uow: UnitOfWork, platform: str, user_id: str) -> Any:
    """The role of now of a platform's user: (role), or None."""
    return await uow.fetch_one(
        """
        SELECT membership.role
        FROM staff_identity JOIN membership ON membership.creator_id = staff_identity.creator_id
         AND membership.account_id = staff_identity.account_id
        WHERE staff_identity.creator_id = %(creator)s AND staff_identity.platform = %(platform)s
          AND staff_identity.platform_user_id = %(user)s
        """,
        {"creator": uow.tenant, "platform": platform, "user": user_id},
    )


async def platforms(uow: UnitOfWork, account_id: int) -> tuple[str, ...]:
    """Where an account's person is known."""
    rows = await uow.fetch(
        "SELECT platform FROM staff_identity WHERE account_id = %(account)s ORDER BY platform",
        {"account": account_id},
    )
    return tuple(row.platform for row in rows)


async def user_of(uow: UnitOfWork, account_id: int, platform: str) -> str | None:
    """The platform's user who an account's person is there."""
    row = await uow.fetch_one(
        "SELECT platform_user_id FROM staff_identity "
        "WHERE account_id = %(account)s AND platform = %(platform)s",
        {"account": account_id, "platform": platform},
    )
    return row.platform_user_id if row else None


async def unbind(uow: UnitOfWork, account_id: int, platform: str) -> None:
    """Delete who an account's person is on a platform."""
    await uow.send(
        "DELETE FROM staff_identity WHERE account_id = %(account)s AND platform = %(platform)s",
        {"account": account_id, "platform": platform},
    )


async def is_named(uow: UnitOfWork, account_id: int) -> bool:
    """Whether an account is named to the creator's fans."""
    row = await uow.fetch_one(
        "SELECT named FROM membership WHERE creator_id = %(creator)s AND account_id = %(account)s",
        {"creator": uow.tenant, "account": account_id},
    )
    return bool(row and row.named)


async def set_named(uow: UnitOfWork, account_id: int, *, named: bool) -> None:
    """Store whether an account is named to the creator's fans."""
    await uow.send(
        "UPDATE membership SET named = %(named)s WHERE creator_id = %(creator)s AND account_id = %(account)s",
        {"creator": uow.tenant, "account": account_id, "named": named},
    )
