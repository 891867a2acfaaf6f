"""Sign-in links and sessions: once, in time, and dead when they should be."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from community import service as community
from community.errors import BadPasskey, LinkSpent, NoSuchRole, PasskeyRefused
from community.types import NewSession, Role, SignedIn
from kernel.clock import shifted
from kernel.db import Database
from kernel.errors import NotSignedIn


@pytest.fixture
async def account(database: Database) -> int:
    async with database.system_uow() as uow:
        return await community.ensure_owner(uow, await community.create_creator(uow, "Ember"), "Robin")


async def link_for(database: Database, account: int) -> str:
    async with database.system_uow() as uow:
        return await community.issue_login_link(uow, account)


async def use(database: Database, token: str, replacing: str | None = None) -> NewSession:
    async with database.system_uow() as uow:
        return await community.sign_in_by_link(uow, token, replacing=replacing)


async def who(database: Database, session: NewSession) -> SignedIn:
    async with database.system_uow() as uow:
        return await community.signed_in(uow, session.token)


async def test_a_link_signs_in_once(database: Database, account: int) -> None:
    token = await link_for(database, account)
    assert (await who(database, await use(database, token))).account_id == account
    with pytest.raises(LinkSpent):
        await use(database, token)


async def test_of_many_who_use_a_link_at_once_one_is_signed_in(database: Database, account: int) -> None:
    token = await link_for(database, account)
    outcomes = await asyncio.gather(*(use(database, token) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, NewSession) for each in outcomes) == 1
    assert sum(isinstance(each, LinkSpent) for each in outcomes) == 7


async def test_looking_at_a_link_does_not_use_it_up(database: Database, account: int) -> None:
    token = await link_for(database, account)
    async with database.system_uow() as uow:
        assert (await community.look_at_link(uow, token)).account_name == "Robin"
    await use(database, token)
    async with database.system_uow() as uow:
        with pytest.raises(LinkSpent):
            await community.look_at_link(uow, token)


@pytest.mark.parametrize(("minutes", "good"), [(14, True), (16, False)])
async def test_a_link_is_good_for_a_quarter_of_an_hour(
    database: Database, account: int, minutes: int, good: bool
) -> None:
    token = await link_for(database, account)
    with shifted(timedelta(minutes=minutes)):
        if good:
            await use(database, token)
        else:
            with pytest.raises(LinkSpent):
                await use(database, token)


async def test_an_invitation_is_good_for_a_week(database: Database, account: int) -> None:
    async with database.system_uow() as uow:
        creator = await community.create_creator(uow, "Wick")
        token = await community.invite(uow, creator, "Kim", Role.VIEWER)
    with shifted(timedelta(days=6)):
        await use(database, token)


async def test_a_rolled_back_sign_in_leaves_the_link_good(database: Database, account: int) -> None:
    token = await link_for(database, account)

    async def stumble() -> None:
        async with database.system_uow() as uow:
            await community.sign_in_by_link(uow, token)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await stumble()
    await use(database, token)


async def test_the_database_knows_neither_tokens_nor_cookies(database: Database, account: int) -> None:
    token = await link_for(database, account)
    session = await use(database, token)
    async with database.system_uow() as uow:
        for table in ("login_link", "web_session"):
            rows = (await uow.session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))).all()
            assert rows
            assert not any(secret in row[0] for row in rows for secret in (token, session.token))


async def test_signing_in_again_kills_the_browsers_old_cookie(database: Database, account: int) -> None:
    old = await use(database, await link_for(database, account))
    new = await use(database, await link_for(database, account), replacing=old.token)
    assert (await who(database, new)).account_id == account
    with pytest.raises(NotSignedIn):
        await who(database, old)


async def test_a_session_ends_when_it_is_idle_for_a_fortnight(database: Database, account: int) -> None:
    session = await use(database, await link_for(database, account))
    with shifted(timedelta(days=13)):
        await who(database, session)
    with shifted(timedelta(days=26)):  # it was seen on the 13th day
        await who(database, session)
    with shifted(timedelta(days=41)), pytest.raises(NotSignedIn):
        await who(database, session)


async def test_a_session_ends_after_ninety_days_however_busy(database: Database, account: int) -> None:
    session = await use(database, await link_for(database, account))
    for day in range(10, 90, 10):
        with shifted(timedelta(days=day)):
            await who(database, session)
    with shifted(timedelta(days=90, seconds=1)), pytest.raises(NotSignedIn):
        await who(database, session)


async def test_sessions_are_listed_and_ended_one_by_one_and_all(database: Database, account: int) -> None:
    here, there, elsewhere = [await use(database, await link_for(database, account)) for _ in range(3)]
    me, other = await who(database, here), await who(database, there)
    async with database.system_uow() as uow:
        listed = await community.sessions(uow, me)
        assert [each.id for each in listed if each.current] == [me.session_id]
        assert len(listed) == 3
        await community.end_session(uow, account, other.session_id)
    with pytest.raises(NotSignedIn):
        await who(database, there)
    await who(database, elsewhere)
    async with database.system_uow() as uow:
        await community.end_sessions(uow, account)
    for each in (here, elsewhere):
        with pytest.raises(NotSignedIn):
            await who(database, each)


async def test_a_session_of_another_account_cannot_be_ended(database: Database, account: int) -> None:
    session = await use(database, await link_for(database, account))
    mine = await who(database, session)
    async with database.system_uow() as uow:
        await community.end_session(uow, account + 1, mine.session_id)
    await who(database, session)


async def test_working_for_another_creator_needs_a_role_there_and_changes_the_cookie(
    database: Database, account: int
) -> None:
    async with database.system_uow() as uow:
        joined = await community.create_creator(uow, "Wick")
        strange = await community.create_creator(uow, "Tallow")
        await community.add_member(uow, joined, account, Role.VIEWER)
    session = await use(database, await link_for(database, account))
    me = await who(database, session)
    async with database.system_uow() as uow:
        with pytest.raises(NoSuchRole):
            await community.choose_creator(uow, me, strange)
        changed = await community.choose_creator(uow, me, joined)
    after = await who(database, changed)
    assert after.creator is not None
    assert (after.creator.id, after.creator.role) == (joined, Role.VIEWER)
    assert after.expires_at == me.expires_at
    with pytest.raises(NotSignedIn):
        await who(database, session)


async def test_a_challenge_is_answered_once_in_time_by_the_browser_and_account_that_were_asked(
    database: Database, account: int
) -> None:
    async def take(browser: str, whose: int | None) -> bytes:
        async with database.system_uow() as uow:
            return await community.take_challenge(uow, browser, whose)

    async with database.system_uow() as uow:
        await community.put_challenge(uow, "browser", b"first", account)
        await community.put_challenge(uow, "browser", b"second", account)
    for browser, whose in (("another", account), ("browser", None), ("browser", account + 1)):
        with pytest.raises(PasskeyRefused):
            await take(browser, whose)
    with shifted(timedelta(minutes=6)), pytest.raises(PasskeyRefused):
        await take("browser", account)
    outcomes = await asyncio.gather(*(take("browser", account) for _ in range(4)), return_exceptions=True)
    assert [each for each in outcomes if isinstance(each, bytes)] == [b"second"]


async def test_an_account_keeps_twenty_passkeys_each_credential_once(
    database: Database, account: int
) -> None:
    async def add(number: int) -> None:
        async with database.system_uow() as uow:
            await community.add_passkey(
                uow,
                account,
                credential_id=bytes([number]),
                public_key=b"key",
                sign_count=0,
                name=f"Key {number}",
            )

    await add(0)
    with pytest.raises(BadPasskey, match="in use"):
        await add(0)
    for number in range(1, 20):
        await add(number)
    with pytest.raises(BadPasskey, match="at most 20"):
        await add(20)
