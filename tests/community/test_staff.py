"""Who of a creator's people is who in a chat: told by a link, once; counted by the role of now."""

from datetime import timedelta

import pytest

from community import service as community
from community.errors import StaffLinkSpent
from community.types import Role, StaffInfo
from kernel import clock
from kernel.db import Database
from tests.factories.people import Home, make_home


@pytest.fixture
async def home(database: Database) -> Home:
    return await make_home(database)


async def account(database: Database, home: Home, role: Role = Role.MODERATOR) -> int:
    async with database.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", role)
        return (await community.members(uow, home.creator_id))[-1].account_id


async def link(database: Database, home: Home, number: int) -> str:
    async with database.uow(home.creator_id) as uow:
        return await community.link_staff(uow, number)


async def fan(database: Database, home: Home, user: str = "robin") -> int:
    async with database.uow(home.creator_id) as uow:
        return (await community.ensure_fan(uow, "telegram", user, "Robin on a platform")).id


async def bind(database: Database, home: Home, token: str, fan_id: int) -> StaffInfo:
    async with database.system_uow() as uow:
        return await community.bind_staff(uow, home.creator_id, token, fan_id=fan_id)


async def known(database: Database, home: Home, fan_id: int) -> Role | None:
    async with database.uow(home.creator_id) as uow:
        found = await community.staff_of(uow, fan_id)
    return found.role if found else None


async def test_a_link_tells_who_somebody_is_once(database: Database, home: Home) -> None:
    number, robin = await account(database, home), await fan(database, home)
    token = await link(database, home, number)
    assert await known(database, home, robin) is None
    assert await bind(database, home, token, robin) == StaffInfo(number, "Robin", Role.MODERATOR)
    assert await known(database, home, robin) is Role.MODERATOR
    other = await fan(database, home, "somebody else")
    with pytest.raises(StaffLinkSpent):
        await bind(database, home, token, other)
    assert await known(database, home, other) is None


async def test_a_link_that_is_too_old_or_was_made_anew_tells_nothing(database: Database, home: Home) -> None:
    number, robin = await account(database, home), await fan(database, home)
    first = await link(database, home, number)
    second = await link(database, home, number)
    with pytest.raises(StaffLinkSpent):
        await bind(database, home, first, robin)
    with clock.shifted(timedelta(minutes=16)), pytest.raises(StaffLinkSpent):
        await bind(database, home, second, robin)


async def test_another_creators_link_means_nothing_here(database: Database, home: Home) -> None:
    other = await make_home(database)
    token = await link(database, other, await account(database, other))
    robin = await fan(database, home)
    with pytest.raises(StaffLinkSpent):
        await bind(database, home, token, robin)
    # And where somebody works for both, each creator has their own link.
    theirs = await fan(database, other)
    await bind(database, other, token, theirs)
    assert await known(database, other, theirs) is Role.MODERATOR
    assert await known(database, home, robin) is None


async def test_the_role_is_the_one_of_now(database: Database, home: Home) -> None:
    number, robin = await account(database, home), await fan(database, home)
    await bind(database, home, await link(database, home, number), robin)
    async with database.system_uow() as uow:
        await community.set_role(uow, home.creator_id, number, Role.CREATOR)
    assert await known(database, home, robin) is Role.CREATOR
    async with database.system_uow() as uow:
        await community.remove_member(uow, home.creator_id, number)
    assert await known(database, home, robin) is None


async def test_a_link_of_somebody_who_was_removed_tells_nothing(database: Database, home: Home) -> None:
    number, robin = await account(database, home), await fan(database, home)
    token = await link(database, home, number)
    async with database.system_uow() as uow:
        await community.remove_member(uow, home.creator_id, number)
    with pytest.raises(StaffLinkSpent):
        await bind(database, home, token, robin)


async def test_a_person_is_one_user_of_a_platform(database: Database, home: Home) -> None:
    number = await account(database, home)
    old, new = await fan(database, home, "old"), await fan(database, home, "new")
    for each in (old, new):
        await bind(database, home, await link(database, home, number), each)
    assert (await known(database, home, old), await known(database, home, new)) == (None, Role.MODERATOR)
    async with database.uow(home.creator_id) as uow:
        assert await community.staff_platforms(uow, number) == ("telegram",)
        await community.unbind_staff(uow, number, "telegram")
    assert await known(database, home, new) is None
