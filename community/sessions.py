"""Signing in by link or passkey, and sessions: the rules. Ceremonies and cookies are the web's.

Account tables belong to no creator: every function here takes a system unit of work.
"""

from datetime import timedelta
from typing import Final

from community import accounts_repository as repository
from community.accounts import checked_name
from community.errors import BadPasskey, LinkSpent, NoSuchRole, PasskeyRefused
from community.models import WebSession
from community.types import (
    CreatorInfo,
    LinkInfo,
    NewSession,
    PasskeyInfo,
    PasskeyProof,
    Role,
    SessionInfo,
    SignedIn,
)
from kernel import ids
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.errors import NotSignedIn

SESSION_TTL: Final = timedelta(days=90)
SESSION_IDLE: Final = timedelta(days=14)
CHALLENGE_TTL: Final = timedelta(minutes=5)
MAX_PASSKEYS: Final = 20
_SEEN_EVERY = timedelta(minutes=5)  # so that reading pages doesn't write a row each time
_MAX_AGENT = 300

# Links


async def look_at_link(uow: UnitOfWork, token: str) -> LinkInfo:
    """Whom a link would sign in. Doesn't use it up: chat apps and browsers fetch links ahead of people.

    Raises:
        LinkSpent: it was used, is too old, or never was.
    """
    found = await repository.link(uow, ids.token_hash(token))
    if found is None:
        raise LinkSpent("This sign-in link was used already, or is too old.")
    link, account = found
    return LinkInfo(account.key, account.name, link.invitation and account.seen_at is None)


async def sign_in_by_link(
    uow: UnitOfWork, token: str, *, user_agent: str = "", replacing: str | None = None
) -> NewSession:
    """Use a link up and open a session. `replacing` is the browser's old cookie, which dies.

    Raises:
        LinkSpent: it was used, is too old, or never was.
    """
    account_id = await repository.spend_link(uow, ids.token_hash(token))
    if account_id is None:
        raise LinkSpent("This sign-in link was used already, or is too old.")
    return await open_session(uow, account_id, user_agent=user_agent, replacing=replacing)


async def accept_invitation(uow: UnitOfWork, token: str, signed_in: SignedIn) -> NewSession:
    """Take an invitation's role over into the account that is signed in; the invited one goes.

    Raises:
        LinkSpent: it was used, is too old, or isn't an invitation to somebody new.
    """
    if not (await look_at_link(uow, token)).invitation:
        raise LinkSpent("This link is no invitation.")
    invited = await repository.spend_link(uow, ids.token_hash(token))
    if invited is None:
        raise LinkSpent("This sign-in link was used already, or is too old.")
    chosen = signed_in.creator.id if signed_in.creator else None
    for creator_id, _, role in await repository.roles(uow, invited):
        await repository.add_membership(uow, creator_id, signed_in.account_id, role)
        chosen = creator_id
    await repository.delete_account(uow, invited)
    return await _rotate(uow, signed_in.session_id, chosen)


# Sessions


async def open_session(
    uow: UnitOfWork, account_id: int, *, user_agent: str = "", replacing: str | None = None
) -> NewSession:
    """Sign an account in. `replacing` is the browser's old cookie, which dies."""
    await repository.delete_ended_sessions(uow, now() - SESSION_IDLE)
    if replacing:
        await repository.delete_session_by_token(uow, ids.token_hash(replacing))
    token, moment = ids.token(32), now()
    row = WebSession(
        token_hash=ids.token_hash(token),
        account_id=account_id,
        seen_at=moment,
        expires_at=moment + SESSION_TTL,
        user_agent=user_agent[:_MAX_AGENT],
    )
    await repository.add_session(uow, row)
    return NewSession(token, row.expires_at)


async def signed_in(uow: UnitOfWork, token: str) -> SignedIn:
    """Who a session's cookie signs in, and where they may work.

    Raises:
        NotSignedIn: the session has ended, or never was.
    """
    found = await repository.session(uow, ids.token_hash(token), now() - SESSION_IDLE)
    if found is None:
        raise NotSignedIn("Please sign in.")
    session, account = found
    if session.seen_at < now() - _SEEN_EVERY:
        await repository.session_seen(uow, session.key, account.key)
    creators = tuple(
        CreatorInfo(creator_id, name, Role(role))
        for creator_id, name, role in await repository.roles(uow, account.key)
    )
    chosen = [each for each in creators if each.id == session.creator_id_chosen]
    return SignedIn(
        session_id=session.key,
        account_id=account.key,
        account_name=account.name,
        language=account.language,
        creators=creators,
        creator=next(iter([*chosen, *creators]), None),
        expires_at=session.expires_at,
    )


async def choose_creator(uow: UnitOfWork, signed_in: SignedIn, creator_id: int) -> NewSession:
    """Work for another of the account's creators, under a new cookie.

    Raises:
        NoSuchRole: the account has no role there.
    """
    if creator_id not in {each.id for each in signed_in.creators}:
        raise NoSuchRole("You have no role with this creator.")
    return await _rotate(uow, signed_in.session_id, creator_id)


async def rotate_session(uow: UnitOfWork, signed_in: SignedIn) -> NewSession:
    """The same session under a new cookie, as what it may do has changed."""
    return await _rotate(uow, signed_in.session_id, signed_in.creator.id if signed_in.creator else None)


async def _rotate(uow: UnitOfWork, session_id: int, creator_id: int | None) -> NewSession:
    token = ids.token(32)
    expires_at = await repository.change_session(uow, session_id, ids.token_hash(token), creator_id)
    if expires_at is None:
        raise NotSignedIn("Please sign in.")
    return NewSession(token, expires_at)


async def sessions(uow: UnitOfWork, signed_in: SignedIn) -> tuple[SessionInfo, ...]:
    """The browsers in which the account is signed in, last seen first."""
    rows = await repository.sessions(uow, signed_in.account_id, now() - SESSION_IDLE)
    return tuple(
        SessionInfo(row.key, row.user_agent, row.created_at, row.seen_at, row.key == signed_in.session_id)
        for row in rows
    )


async def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session of a cookie."""
    await repository.delete_session_by_token(uow, ids.token_hash(token))


async def end_session(uow: UnitOfWork, account_id: int, session_id: int) -> None:
    """Sign one browser of an account out; one that is not the account's stays."""
    await repository.delete_session(uow, account_id, session_id)


async def end_sessions(uow: UnitOfWork, account_id: int) -> None:
    """Sign an account out everywhere."""
    await repository.delete_sessions(uow, account_id, None)


# Passkeys


async def put_challenge(uow: UnitOfWork, browser: str, challenge: bytes, account_id: int | None) -> None:
    """Remember what a browser (by a secret of its own) is asked to sign, in place of what was before."""
    await repository.put_challenge(uow, ids.token_hash(browser), challenge, account_id, now() + CHALLENGE_TTL)


async def take_challenge(uow: UnitOfWork, browser: str, account_id: int | None) -> bytes:
    """What a browser was asked to sign: once.

    Raises:
        PasskeyRefused: nothing, or too long ago.
    """
    challenge = await repository.take_challenge(uow, ids.token_hash(browser), account_id)
    if challenge is None:
        raise PasskeyRefused("That took too long, or was tried twice. Please try again.")
    return challenge


async def add_passkey(
    uow: UnitOfWork, account_id: int, *, credential_id: bytes, public_key: bytes, sign_count: int, name: str
) -> None:
    """Keep a passkey whose proof was checked.

    Raises:
        BadPasskey: it is known already, or the account has too many.
        BadAccount: a name that can't be used.
    """
    name = checked_name(name)
    if len(await repository.passkeys(uow, account_id)) >= MAX_PASSKEYS:
        raise BadPasskey("An account has at most {most} passkeys. Remove one first.", most=MAX_PASSKEYS)
    if not await repository.add_passkey(uow, account_id, credential_id, public_key, sign_count, name):
        raise BadPasskey("This passkey is in use already.")


async def passkeys(uow: UnitOfWork, account_id: int) -> tuple[PasskeyInfo, ...]:
    """An account's passkeys, oldest first."""
    return tuple(
        PasskeyInfo(row.key, row.credential_id, row.name, row.created_at, row.used_at)
        for row in await repository.passkeys(uow, account_id)
    )


async def passkey_proof(uow: UnitOfWork, credential_id: bytes) -> PasskeyProof:
    """What the signature of a credential is checked against.

    Raises:
        PasskeyRefused: unknown here.
    """
    found = await repository.passkey(uow, credential_id)
    if found is None:
        raise PasskeyRefused("This passkey isn't known here. Use a sign-in link first, then add it.")
    row, account = found
    return PasskeyProof(row.key, account.key, account.handle, row.public_key, row.sign_count)


async def sign_in_by_passkey(
    uow: UnitOfWork,
    proof: PasskeyProof,
    sign_count: int,
    *,
    user_agent: str = "",
    replacing: str | None = None,
) -> NewSession:
    """Open a session for a passkey whose signature was checked.

    Raises:
        PasskeyRefused: removed meanwhile, or its counter has been this far already (a copy of it?).
    """
    if not await repository.passkey_used(uow, proof.id, sign_count):
        raise PasskeyRefused("This passkey can't be used any more. Use a sign-in link instead.")
    return await open_session(uow, proof.account_id, user_agent=user_agent, replacing=replacing)


async def remove_passkey(uow: UnitOfWork, account_id: int, passkey_id: int) -> None:
    """Forget a passkey of an account."""
    await repository.delete_passkey(uow, account_id, passkey_id)
