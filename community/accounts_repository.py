"""All SQL about accounts, roles, sign-in links, sessions and passkeys; for system units of work."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from community.models import (
    Account,
    Creator,
    LoginLink,
    Membership,
    Passkey,
    PasskeyChallenge,
    WebSession,
)
from kernel.clock import now
from kernel.db import UnitOfWork


async def add_account(uow: UnitOfWork, name: str) -> Account:
    """Insert an account."""
    account = Account(name=name)
    uow.session.add(account)
    await uow.session.flush()
    return account


async def account(uow: UnitOfWork, account_id: int) -> Account | None:
    """One account."""
    return await uow.session.get(Account, account_id)


async def delete_account(uow: UnitOfWork, account_id: int) -> None:
    """Delete an account with its links, sessions, passkeys and roles."""
    await uow.session.execute(delete(Account).where(col(Account.id) == account_id))


# Roles


async def lock_creator(uow: UnitOfWork, creator_id: int) -> None:
    """Have others who give a creator its first owner wait until this transaction ends."""
    await uow.session.execute(select(col(Creator.id)).where(col(Creator.id) == creator_id).with_for_update())


async def lock_owners(uow: UnitOfWork, creator_id: int) -> list[int]:
    """The accounts that own a creator, oldest first; nobody else changes them until this transaction ends."""
    query = (
        select(col(Membership.account_id))
        .where(col(Membership.creator_id) == creator_id, col(Membership.role) == "owner")
        .order_by(col(Membership.id))
        .with_for_update()
    )
    return list((await uow.session.scalars(query)).all())


async def membership(uow: UnitOfWork, creator_id: int, account_id: int) -> Membership | None:
    """An account's role with a creator, locked."""
    query = select(Membership).where(
        col(Membership.creator_id) == creator_id, col(Membership.account_id) == account_id
    )
    return (await uow.session.scalars(query.with_for_update())).first()


async def add_membership(uow: UnitOfWork, creator_id: int, account_id: int, role: str) -> None:
    """Give an account a role with a creator; one that it has already stays."""
    values = {"creator_id": creator_id, "account_id": account_id, "role": role, "created_at": now()}
    await uow.session.execute(insert(Membership).values(values).on_conflict_do_nothing())


async def delete_membership(uow: UnitOfWork, creator_id: int, account_id: int) -> None:
    """Take an account's role with a creator away."""
    await uow.session.execute(
        delete(Membership).where(
            col(Membership.creator_id) == creator_id, col(Membership.account_id) == account_id
        )
    )


async def roles(uow: UnitOfWork, account_id: int) -> list[tuple[int, str, str]]:
    """An account's roles, oldest first: creator, its name, role."""
    query = (
        select(col(Membership.creator_id), col(Creator.name), col(Membership.role))
        .join(Creator, col(Creator.id) == col(Membership.creator_id))
        .where(col(Membership.account_id) == account_id)
        .order_by(col(Membership.id))
    )
    return [(row[0], row[1], row[2]) for row in (await uow.session.execute(query)).all()]


async def members(
    uow: UnitOfWork, creator_id: int
) -> list[tuple[int, str, str, datetime, datetime | None, int]]:
    """A creator's people, oldest first: account, name, role, since, last seen, number of passkeys."""
    keys = (
        select(func.count())
        .where(col(Passkey.account_id) == col(Account.id))
        .correlate(Account)
        .scalar_subquery()
    )
    query = (
        select(
            col(Account.id),
            col(Account.name),
            col(Membership.role),
            col(Membership.created_at),
            col(Account.seen_at),
            keys,
        )
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(col(Membership.creator_id) == creator_id)
        .order_by(col(Membership.id))
    )
    rows = (await uow.session.execute(query)).all()
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


# Sign-in links


async def add_link(
    uow: UnitOfWork, account_id: int, token_hash: str, expires_at: datetime, *, invitation: bool
) -> None:
    """Insert a link; those that ended are cleared away meanwhile."""
    await uow.session.execute(delete(LoginLink).where(col(LoginLink.expires_at) < now()))
    uow.session.add(
        LoginLink(token_hash=token_hash, account_id=account_id, expires_at=expires_at, invitation=invitation)
    )
    await uow.session.flush()


async def link(uow: UnitOfWork, token_hash: str) -> tuple[LoginLink, Account] | None:
    """A link that is still good, with its account."""
    query = (
        select(LoginLink, Account)
        .join(Account, col(Account.id) == col(LoginLink.account_id))
        .where(
            col(LoginLink.token_hash) == token_hash,
            col(LoginLink.used_at).is_(None),
            col(LoginLink.expires_at) > now(),
        )
    )
    row = (await uow.session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def spend_link(uow: UnitOfWork, token_hash: str) -> int | None:
    """Use a link up; its account, or None where it is used or too old. One statement: of two, one wins."""
    query = (
        update(LoginLink)
        .where(
            col(LoginLink.token_hash) == token_hash,
            col(LoginLink.used_at).is_(None),
            col(LoginLink.expires_at) > now(),
        )
        .values(used_at=now())
        .returning(col(LoginLink.account_id))
    )
    return (await uow.session.scalars(query)).first()


# Sessions


async def add_session(uow: UnitOfWork, row: WebSession) -> None:
    """Insert a session, and note that its account has been here."""
    uow.session.add(row)
    await uow.session.flush()
    await _account_seen(uow, row.account_id)


async def session(
    uow: UnitOfWork, token_hash: str, seen_after: datetime
) -> tuple[WebSession, Account] | None:
    """A session that hasn't ended and was seen after a moment, with its account."""
    query = (
        select(WebSession, Account)
        .join(Account, col(Account.id) == col(WebSession.account_id))
        .where(
            col(WebSession.token_hash) == token_hash,
            col(WebSession.expires_at) > now(),
            col(WebSession.seen_at) > seen_after,
        )
    )
    row = (await uow.session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def session_seen(uow: UnitOfWork, session_id: int, account_id: int) -> None:
    """Note that a session is in use."""
    await uow.session.execute(
        update(WebSession).where(col(WebSession.id) == session_id).values(seen_at=now())
    )
    await _account_seen(uow, account_id)


async def _account_seen(uow: UnitOfWork, account_id: int) -> None:
    await uow.session.execute(update(Account).where(col(Account.id) == account_id).values(seen_at=now()))


async def change_session(
    uow: UnitOfWork, session_id: int, token_hash: str, creator_id: int | None
) -> datetime | None:
    """Give a session another secret and another chosen creator; when it ends, or None if it has."""
    query = (
        update(WebSession)
        .where(col(WebSession.id) == session_id)
        .values(token_hash=token_hash, creator_id_chosen=creator_id)
        .returning(col(WebSession.expires_at))
    )
    return (await uow.session.scalars(query)).first()


async def sessions(uow: UnitOfWork, account_id: int, seen_after: datetime) -> list[WebSession]:
    """An account's sessions that haven't ended, last seen first."""
    query = (
        select(WebSession)
        .where(
            col(WebSession.account_id) == account_id,
            col(WebSession.expires_at) > now(),
            col(WebSession.seen_at) > seen_after,
        )
        .order_by(col(WebSession.seen_at).desc(), col(WebSession.id).desc())
    )
    return list((await uow.session.scalars(query)).all())


async def delete_session(uow: UnitOfWork, account_id: int, session_id: int) -> None:
    """End one session of an account."""
    await uow.session.execute(
        delete(WebSession).where(col(WebSession.account_id) == account_id, col(WebSession.id) == session_id)
    )


async def delete_session_by_token(uow: UnitOfWork, token_hash: str) -> None:
    """End the session that a cookie opened."""
    await uow.session.execute(delete(WebSession).where(col(WebSession.token_hash) == token_hash))


async def delete_sessions(uow: UnitOfWork, account_id: int, keep: int | None) -> None:
    """End an account's sessions, but for one."""
    query = delete(WebSession).where(col(WebSession.account_id) == account_id)
    if keep is not None:
        query = query.where(col(WebSession.id) != keep)
    await uow.session.execute(query)


async def delete_ended_sessions(uow: UnitOfWork, seen_before: datetime) -> None:
    """Clear away what nobody can sign in with any more."""
    await uow.session.execute(
        delete(WebSession).where(
            or_(col(WebSession.expires_at) <= now(), col(WebSession.seen_at) <= seen_before)
        )
    )


# Passkeys


async def put_challenge(
    uow: UnitOfWork, browser_hash: str, challenge: bytes, account_id: int | None, expires_at: datetime
) -> None:
    """Remember the one challenge that a browser may answer."""
    await uow.session.execute(delete(PasskeyChallenge).where(col(PasskeyChallenge.expires_at) < now()))
    values = {"challenge": challenge, "account_id": account_id, "expires_at": expires_at}
    statement = insert(PasskeyChallenge).values(browser_hash=browser_hash, created_at=now(), **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["browser_hash"], set_=values))


async def take_challenge(uow: UnitOfWork, browser_hash: str, account_id: int | None) -> bytes | None:
    """The challenge of a browser and account, which is gone by this."""
    query = (
        delete(PasskeyChallenge)
        .where(
            col(PasskeyChallenge.browser_hash) == browser_hash,
            col(PasskeyChallenge.account_id).is_not_distinct_from(account_id),
            col(PasskeyChallenge.expires_at) > now(),
        )
        .returning(col(PasskeyChallenge.challenge))
    )
    return (await uow.session.scalars(query)).first()


async def add_passkey(
    uow: UnitOfWork, account_id: int, credential_id: bytes, public_key: bytes, sign_count: int, name: str
) -> bool:
    """Insert a passkey; False where its credential is known already."""
    values = {
        "account_id": account_id,
        "credential_id": credential_id,
        "public_key": public_key,
        "sign_count": sign_count,
        "name": name,
        "created_at": now(),
    }
    query = insert(Passkey).values(values).on_conflict_do_nothing().returning(col(Passkey.id))
    return (await uow.session.execute(query)).first() is not None


async def passkeys(uow: UnitOfWork, account_id: int) -> list[Passkey]:
    """An account's passkeys, oldest first."""
    query = select(Passkey).where(col(Passkey.account_id) == account_id).order_by(col(Passkey.id))
    return list((await uow.session.scalars(query)).all())


async def passkey(uow: UnitOfWork, credential_id: bytes) -> tuple[Passkey, Account] | None:
    """The passkey of a credential, with its account."""
    query = (
        select(Passkey, Account)
        .join(Account, col(Account.id) == col(Passkey.account_id))
        .where(col(Passkey.credential_id) == credential_id)
    )
    row = (await uow.session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def passkey_used(uow: UnitOfWork, passkey_id: int, sign_count: int) -> bool:
    """Note a use; False where the passkey is gone, or its counter has been this far already."""
    fresh = or_(
        col(Passkey.sign_count) < sign_count,
        (col(Passkey.sign_count) == 0) & (sign_count == 0),
    )
    query = (
        update(Passkey)
        .where(col(Passkey.id) == passkey_id, fresh)
        .values(sign_count=sign_count, used_at=now())
        .returning(col(Passkey.id))
    )
    return (await uow.session.execute(query)).first() is not None


async def delete_passkey(uow: UnitOfWork, account_id: int, passkey_id: int) -> None:
    """Delete one passkey of an account."""
    await uow.session.execute(
        delete(Passkey).where(col(Passkey.account_id) == account_id, col(Passkey.id) == passkey_id)
    )
