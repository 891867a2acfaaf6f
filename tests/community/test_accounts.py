"""Accounts and roles: who may be removed, demoted, invited; whose door an owner may open."""

import asyncio

import pytest

from community import service as community
from community.errors import BadAccount, LastOwner, NoSuchMember, SharedAccount
from community.types import Role
from kernel.db import Database
from kernel.errors import NotSignedIn


async def creator(database: Database, name: str = "Ember") -> int:
    async with database.system_uow() as uow:
        return await community.create_creator(uow, name)


async def owner_of(database: Database, creator_id: int) -> int:
    async with database.system_uow() as uow:
        return await community.ensure_owner(uow, creator_id, "Robin")


async def invited(database: Database, creator_id: int, role: Role) -> int:
    async with database.system_uow() as uow:
        token = await community.invite(uow, creator_id, role.title(), role)
        return (await community.look_at_link(uow, token)).account_id


async def people(database: Database, creator_id: int) -> dict[str, Role]:
    async with database.system_uow() as uow:
        return {each.name: each.role for each in await community.members(uow, creator_id)}


async def test_the_owner_is_made_once_even_by_two_processes_that_start_together(database: Database) -> None:
    creator_id = await creator(database)
    made = await asyncio.gather(*(owner_of(database, creator_id) for _ in range(4)))
    assert len(set(made)) == 1
    assert await people(database, creator_id) == {"Robin": Role.OWNER}


async def test_the_last_owner_can_be_neither_removed_nor_demoted(database: Database) -> None:
    creator_id = await creator(database)
    owner = await owner_of(database, creator_id)
    await invited(database, creator_id, Role.CREATOR)
    with pytest.raises(LastOwner):
        async with database.system_uow() as uow:
            await community.set_role(uow, creator_id, owner, Role.VIEWER)
    with pytest.raises(LastOwner):
        async with database.system_uow() as uow:
            await community.remove_member(uow, creator_id, owner)
    assert (await people(database, creator_id))["Robin"] is Role.OWNER


async def test_two_owners_who_demote_each_other_at_once_leave_one(database: Database) -> None:
    creator_id = await creator(database)
    first = await owner_of(database, creator_id)
    second = await invited(database, creator_id, Role.OWNER)

    begun = asyncio.Event()

    async def demote(account_id: int, *, waits: bool) -> None:
        if waits:
            await begun.wait()
        async with database.system_uow() as uow:
            await community.set_role(uow, creator_id, account_id, Role.VIEWER)
            begun.set()
            await asyncio.sleep(0 if waits else 0.3)  # so that the other one begins before this one commits

    outcomes = await asyncio.gather(
        demote(first, waits=False), demote(second, waits=True), return_exceptions=True
    )
    assert [type(each) for each in outcomes] == [type(None), LastOwner]
    assert sorted((await people(database, creator_id)).values()) == [Role.OWNER, Role.VIEWER]


async def test_an_account_without_any_role_is_deleted_and_signed_out(database: Database) -> None:
    creator_id = await creator(database)
    await owner_of(database, creator_id)
    viewer = await invited(database, creator_id, Role.VIEWER)
    async with database.system_uow() as uow:
        session = await community.open_session(uow, viewer)
    async with database.system_uow() as uow:
        await community.remove_member(uow, creator_id, viewer)
    async with database.system_uow() as uow:
        with pytest.raises(NotSignedIn):
            await community.signed_in(uow, session.token)
        with pytest.raises(NoSuchMember):
            await community.get_account(uow, viewer)


async def test_an_account_that_works_elsewhere_loses_only_the_role_that_is_taken(database: Database) -> None:
    ours, theirs = await creator(database), await creator(database, "Wick")
    await owner_of(database, ours)
    viewer = await invited(database, ours, Role.VIEWER)
    async with database.system_uow() as uow:
        await community.add_member(uow, theirs, viewer, Role.MODERATOR)
    async with database.system_uow() as uow:
        await community.remove_member(uow, ours, viewer)
    async with database.system_uow() as uow:
        session = await community.open_session(uow, viewer)
        who = await community.signed_in(uow, session.token)
    assert [(each.id, each.role) for each in who.creators] == [(theirs, Role.MODERATOR)]


async def test_another_role_ends_the_sessions_that_had_the_old_one(database: Database) -> None:
    creator_id = await creator(database)
    await owner_of(database, creator_id)
    member = await invited(database, creator_id, Role.VIEWER)
    async with database.system_uow() as uow:
        session = await community.open_session(uow, member)
    async with database.system_uow() as uow:
        await community.set_role(uow, creator_id, member, Role.OWNER)
    async with database.system_uow() as uow:
        with pytest.raises(NotSignedIn):
            await community.signed_in(uow, session.token)


async def test_the_same_role_again_ends_nothing(database: Database) -> None:
    creator_id = await creator(database)
    owner = await owner_of(database, creator_id)
    async with database.system_uow() as uow:
        session = await community.open_session(uow, owner)
        await community.set_role(uow, creator_id, owner, Role.OWNER)
        assert (await community.signed_in(uow, session.token)).account_id == owner


async def test_people_of_another_creator_are_out_of_reach(database: Database) -> None:
    ours, theirs = await creator(database), await creator(database, "Wick")
    await owner_of(database, ours)
    stranger = await owner_of(database, theirs)
    async with database.system_uow() as uow:
        with pytest.raises(NoSuchMember):
            await community.set_role(uow, ours, stranger, Role.VIEWER)
        with pytest.raises(NoSuchMember):
            await community.remove_member(uow, ours, stranger)
        with pytest.raises(NoSuchMember):
            await community.member_link(uow, ours, stranger)
    assert await people(database, theirs) == {"Robin": Role.OWNER}


async def test_an_owner_cannot_make_a_link_that_opens_another_creators_door(database: Database) -> None:
    ours, theirs = await creator(database), await creator(database, "Wick")
    await owner_of(database, ours)
    member = await invited(database, ours, Role.VIEWER)
    async with database.system_uow() as uow:
        await community.add_member(uow, theirs, member, Role.OWNER)
    async with database.system_uow() as uow:
        with pytest.raises(SharedAccount):
            await community.member_link(uow, ours, member)


async def test_an_invitation_can_be_taken_over_by_an_account_that_exists(database: Database) -> None:
    ours, theirs = await creator(database), await creator(database, "Wick")
    owner = await owner_of(database, ours)
    async with database.system_uow() as uow:
        token = await community.invite(uow, theirs, "Robin there", Role.MODERATOR)
        before = await community.open_session(uow, owner)
        who = await community.signed_in(uow, before.token)
    async with database.system_uow() as uow:
        after = await community.accept_invitation(uow, token, who)
    async with database.system_uow() as uow:
        who = await community.signed_in(uow, after.token)
        with pytest.raises(NotSignedIn):
            await community.signed_in(uow, before.token)
    assert {each.id: each.role for each in who.creators} == {ours: Role.OWNER, theirs: Role.MODERATOR}
    assert who.creator is not None
    assert who.creator.id == theirs
    assert await people(database, theirs) == {"Robin": Role.MODERATOR}


@pytest.mark.parametrize("link", ["ordinary", "of somebody who has been here"])
async def test_only_an_invitation_of_somebody_new_can_be_taken_over(database: Database, link: str) -> None:
    creator_id = await creator(database)
    owner = await owner_of(database, creator_id)
    async with database.system_uow() as uow:
        token = await community.invite(uow, creator_id, "Kim", Role.OWNER)
        kim = (await community.look_at_link(uow, token)).account_id
        if link == "ordinary":
            token = await community.issue_login_link(uow, kim)
        else:
            await community.open_session(uow, kim)
        session = await community.open_session(uow, owner)
        who = await community.signed_in(uow, session.token)
    with pytest.raises(NotSignedIn):
        async with database.system_uow() as uow:
            await community.accept_invitation(uow, token, who)
    assert set(await people(database, creator_id)) == {"Robin", "Kim"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "\x00\u202e"])
async def test_a_name_of_nothing_or_too_much_is_refused(database: Database, name: str) -> None:
    creator_id = await creator(database)
    async with database.system_uow() as uow:
        with pytest.raises(BadAccount):
            await community.invite(uow, creator_id, name, Role.VIEWER)


async def test_account_tables_are_invisible_to_a_creators_unit_of_work(database: Database) -> None:
    creator_id = await creator(database)
    owner = await owner_of(database, creator_id)
    async with database.uow(creator_id) as uow:
        with pytest.raises(NoSuchMember):
            await community.get_account(uow, owner)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Kim\n  Lee ", "Kim Lee"),
        ("a\x00b", "ab"),
        ("Ro\u202ebin", "Robin"),
        ("half \ud83d", "half"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
async def test_a_name_keeps_its_letters_and_loses_what_disturbs_others(
    database: Database, typed: str, kept: str
) -> None:
    creator_id = await creator(database)
    async with database.system_uow() as uow:
        await community.invite(uow, creator_id, typed, Role.VIEWER)
    assert set(await people(database, creator_id)) == {kept}
