"""Accounts, their roles with creators and the links that sign them in: the rules. (Sessions: `sessions.py`.)

Account tables belong to no creator: every function here takes a system unit of work.
"""

from datetime import timedelta
from typing import Final

from community import accounts_repository as repository
from community.errors import BadAccount, LastOwner, NoSuchMember, SharedAccount
from community.events import StaffChanged
from community.models import Account
from community.names import readable
from community.types import AccountInfo, MemberInfo, Role
from kernel import ids
from kernel.clock import now
from kernel.db import UnitOfWork

LINK_TTL: Final = timedelta(minutes=15)
INVITATION_TTL: Final = timedelta(days=7)
_MAX_NAME = 80


def checked_name(value: str) -> str:
    """A person's or a passkey's name, fit to be shown.

    Raises:
        BadAccount: empty or too long.
    """
    name = readable(value)
    if not name or len(name) > _MAX_NAME:
        raise BadAccount("A name has 1 to {most} characters.", most=_MAX_NAME)
    return name


# Accounts and roles


async def ensure_owner(uow: UnitOfWork, creator_id: int, name: str) -> int:
    """The account of a creator's longest-standing owner, made under `name` where there is none."""
    await repository.lock_creator(uow, creator_id)
    if owners := await repository.lock_owners(uow, creator_id):
        return owners[0]
    owner = (await repository.add_account(uow, checked_name(name))).key
    await repository.add_membership(uow, creator_id, owner, Role.OWNER)
    return owner


async def add_member(uow: UnitOfWork, creator_id: int, account_id: int, role: Role) -> None:
    """Give an account that exists a role with one more creator; a role that it has there stays."""
    await repository.add_membership(uow, creator_id, account_id, role)


async def get_account(uow: UnitOfWork, account_id: int) -> AccountInfo:
    """One account.

    Raises:
        NoSuchMember: there is none of that number.
    """
    row = await _account(uow, account_id)
    return AccountInfo(row.key, row.name, row.handle)


async def rename_account(uow: UnitOfWork, account_id: int, name: str) -> None:
    """Give an account another name.

    Raises:
        BadAccount: empty or too long.
    """
    (await _account(uow, account_id)).name = checked_name(name)


async def choose_language(uow: UnitOfWork, account_id: int, language: str) -> None:
    """Remember in which language (a tag that the pages have) an account reads."""
    (await _account(uow, account_id)).language = language


async def _account(uow: UnitOfWork, account_id: int) -> Account:
    row = await repository.account(uow, account_id)
    if row is None:
        raise NoSuchMember("There is no such account.")
    return row


async def members(uow: UnitOfWork, creator_id: int) -> tuple[MemberInfo, ...]:
    """The people who have a role with a creator, oldest first."""
    return tuple(
        MemberInfo(account_id, name, Role(role), since, seen_at, passkeys)
        for account_id, name, role, since, seen_at, passkeys in await repository.members(uow, creator_id)
    )


async def invite(uow: UnitOfWork, creator_id: int, name: str, role: Role) -> str:
    """A new account with a role. Returns the token of its invitation, good once within a week.

    Raises:
        BadAccount: a name that can't be used.
    """
    account_id = (await repository.add_account(uow, checked_name(name))).key
    await repository.add_membership(uow, creator_id, account_id, role)
    return await _add_link(uow, account_id, INVITATION_TTL, invitation=True)


async def member_link(uow: UnitOfWork, creator_id: int, account_id: int) -> str:
    """Another sign-in link for one of a creator's people: an invitation until they have signed in once.

    Raises:
        NoSuchMember: they have no role with this creator.
        SharedAccount: they work for another creator too, so this would open that one's door as well.
    """
    if await repository.membership(uow, creator_id, account_id) is None:
        raise NoSuchMember("Nobody of that number works for this creator.")
    if len(await repository.roles(uow, account_id)) > 1:
        raise SharedAccount("This person works for another creator too, so they sign in by themselves.")
    if (await _account(uow, account_id)).seen_at is None:
        return await _add_link(uow, account_id, INVITATION_TTL, invitation=True)
    return await _add_link(uow, account_id, LINK_TTL)


async def set_role(
    uow: UnitOfWork, creator_id: int, account_id: int, role: Role, *, keep_session: int | None = None
) -> None:
    """Give one of a creator's people another role. Their sessions end, but for `keep_session`.

    Raises:
        NoSuchMember: they have no role with this creator.
        LastOwner: nobody would own the creator.
    """
    owners = await repository.lock_owners(uow, creator_id)
    row = await repository.membership(uow, creator_id, account_id)
    if row is None:
        raise NoSuchMember("Nobody of that number works for this creator.")
    if row.role == role:
        return
    if owners == [account_id]:
        raise LastOwner("Somebody has to own this. Make another person an owner first.")
    row.role = role
    await uow.session.flush()
    await repository.delete_sessions(uow, account_id, keep_session)
    await uow.publish(StaffChanged(creator_id))


async def remove_member(uow: UnitOfWork, creator_id: int, account_id: int) -> None:
    """Take a person's role with a creator away; an account without any role is deleted.

    Raises:
        NoSuchMember: they have no role with this creator.
        LastOwner: nobody would own the creator.
    """
    owners = await repository.lock_owners(uow, creator_id)
    if await repository.membership(uow, creator_id, account_id) is None:
        raise NoSuchMember("Nobody of that number works for this creator.")
    if owners == [account_id]:
        raise LastOwner("Somebody has to own this. Make another person an owner first.")
    await repository.delete_membership(uow, creator_id, account_id)
    await uow.publish(StaffChanged(creator_id))
    if await repository.roles(uow, account_id):
        await repository.delete_sessions(uow, account_id, None)
    else:
        await repository.delete_account(uow, account_id)


# Sign-in links


async def issue_login_link(uow: UnitOfWork, account_id: int, ttl: timedelta = LINK_TTL) -> str:
    """The token of a sign-in link for an account, good once within `ttl`."""
    return await _add_link(uow, account_id, ttl)


async def _add_link(uow: UnitOfWork, account_id: int, ttl: timedelta, *, invitation: bool = False) -> str:
    token = ids.token(32)
    await repository.add_link(uow, account_id, ids.token_hash(token), now() + ttl, invitation=invitation)
    return token
