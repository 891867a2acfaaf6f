"""The chats that avatars are in: late and doubled news change nothing; a move keeps all."""

from datetime import timedelta
from random import Random

import pytest

from community import service as community
from community.errors import BadChat, NoSuchChat
from community.types import ChatNews, ChatSettings
from kernel import clock
from kernel.db import Database
from tests.factories.people import Home, make_home

GROUP = "-100"


@pytest.fixture
async def home(database: Database) -> Home:
    return await make_home(database)


def news(home: Home, title: str = "Wax", state: str | None = "member", chat: str = GROUP) -> ChatNews:
    rights = None if state is None else frozenset({"pin"} if state == "administrator" else ())
    return ChatNews(home.connection_id, "webchat", chat, "group", title, state=state, rights=rights)


async def told(database: Database, home: Home, *each: tuple[int, ChatNews]) -> tuple[str, str, bool]:
    async with database.uow(home.creator_id) as uow:
        for seen, one in each:
            await community.note_chat(uow, home.avatar.id, one, seen=seen)
        found = await community.chat_at(uow, home.connection_id, GROUP)
    assert found
    return found.title, found.state, "pin" in found.rights


async def test_in_whatever_order_news_come_the_last_word_holds(database: Database, home: Home) -> None:
    history = [(1, news(home)), (2, news(home, state="administrator")), (3, news(home, "Tallow", "left"))]
    Random(4).shuffle(history)
    assert await told(database, home, *history, *history) == ("Tallow", "left", False)


async def test_a_new_title_says_nothing_of_the_avatars_standing(database: Database, home: Home) -> None:
    promoted, renamed = (2, news(home, state="administrator")), (3, news(home, "Tallow", None))
    assert await told(database, home, (1, news(home)), renamed, promoted) == ("Tallow", "administrator", True)


async def test_of_two_new_titles_the_later_holds(database: Database, home: Home) -> None:
    first, second = (2, news(home, "Beeswax", None)), (3, news(home, "Tallow", None))
    assert await told(database, home, (1, news(home)), second, first) == ("Tallow", "member", False)


async def test_a_chat_that_was_left_is_so_until_newer_news(database: Database, home: Home) -> None:
    await told(database, home, (5, news(home, state="administrator")))
    async with database.uow(home.creator_id) as uow:
        await community.left(uow, home.connection_id, GROUP, seen=4)
    assert (await told(database, home))[1] == "administrator"
    async with database.uow(home.creator_id) as uow:
        await community.left(uow, home.connection_id, GROUP, seen=6)
    assert await told(database, home) == ("Wax", "left", False)
    assert (await told(database, home, (7, news(home))))[1] == "member"


async def test_names_of_chats_disturb_nothing_beside_them(database: Database, home: Home) -> None:
    title, *_ = await told(database, home, (1, news(home, "\u202eWax\n" + "x" * 900)))
    assert title.startswith("Wax x")
    assert len(title) == 255


async def test_what_is_set_goes_with_a_group_that_moves_once(database: Database, home: Home) -> None:
    wanted = ChatSettings(comments=True, per_minute=3, prompts_a_day=2)
    await told(database, home, (1, news(home, state="administrator")))
    async with database.uow(home.creator_id) as uow:
        (before,) = await community.chats(uow, home.avatar.id)
        await community.save_chat(uow, home.avatar.id, before.id, wanted)
    for first in (True, False):
        async with database.uow(home.creator_id) as uow:
            assert await community.moved(uow, home.connection_id, GROUP, "-200") is first
    late = (9, news(home, state="member"))
    assert (await told(database, home, late))[1] == "moved", "no news bring it back"
    async with database.uow(home.creator_id) as uow:
        new = await community.chat_at(uow, home.connection_id, "-200")
    assert new
    assert (new.settings, new.state, new.title) == (wanted, "administrator", "Wax")


async def test_a_group_that_was_told_of_before_it_moved_keeps_what_was_told(
    database: Database, home: Home
) -> None:
    await told(database, home, (1, news(home)))
    async with database.uow(home.creator_id) as uow:
        (old,) = await community.chats(uow, home.avatar.id)
        await community.save_chat(uow, home.avatar.id, old.id, ChatSettings(comments=True))
        await community.note_chat(uow, home.avatar.id, news(home, "Tallow", "administrator", "-200"), seen=2)
        assert await community.moved(uow, home.connection_id, GROUP, "-200")
        new = await community.chat_at(uow, home.connection_id, "-200")
    assert new
    assert (new.settings.comments, new.state, new.title) == (True, "administrator", "Tallow")


async def test_settings_are_kept_within_their_ends(database: Database, home: Home) -> None:
    await told(database, home, (1, news(home)))
    async with database.uow(home.creator_id) as uow:
        (chat,) = await community.chats(uow, home.avatar.id)
        for wrong in ({"per_minute": 0}, {"prompts_a_day": 99}, {"cool_down_s": -1}):
            with pytest.raises(BadChat):
                await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(**wrong))
        with pytest.raises(NoSuchChat):
            await community.save_chat(uow, home.avatar.id, chat.id + 99, ChatSettings())


async def test_what_went_wrong_in_a_chat_is_shown_with_it(database: Database, home: Home) -> None:
    await told(database, home, (1, news(home)))
    async with database.uow(home.creator_id) as uow:
        await community.chat_failed(uow, home.connection_id, GROUP, "no rights to send")
        (chat,) = await community.chats(uow, home.avatar.id)
    assert (chat.error, chat.error_at is not None) == ("no rights to send", True)


@pytest.mark.parametrize("cap", [1, 2, 5, 10, 60])
async def test_no_minute_sees_more_answers_than_the_cap(database: Database, home: Home, cap: int) -> None:
    """Asked for at odd moments, far more often than it gives."""
    lot, at, given = Random(cap), 0.0, []
    async with database.uow(home.creator_id) as uow:
        chat = await community.hold_chat(uow, home.avatar.id, home.connection_id, "webchat", GROUP)
        await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(per_minute=cap))
        chat = await community.hold_chat(uow, home.avatar.id, home.connection_id, "webchat", GROUP)
        for _ in range(400):
            at += lot.choice([0.0, 0.2, lot.uniform(0, 60 / cap)])
            with clock.shifted(timedelta(seconds=at)):
                if await community.spend_answer(uow, chat):
                    given.append(at)
    most = max(sum(begin <= each < begin + 60 for each in given) for begin in given)
    assert most <= cap
    assert len(given) >= cap / 2 * at / 60, "and no less than half of it"


async def test_a_chat_belongs_to_its_creator(database: Database, home: Home) -> None:
    await told(database, home, (1, news(home)))
    other = await make_home(database)
    async with database.uow(home.creator_id) as uow:
        (chat,) = await community.chats(uow, home.avatar.id)
    async with database.uow(other.creator_id) as uow:
        assert await community.chats(uow, home.avatar.id) == ()
        assert not await community.moved(uow, home.connection_id, GROUP, "-200")
        await community.left(uow, home.connection_id, GROUP, seen=99)
        with pytest.raises(NoSuchChat):
            await community.get_chat(uow, home.avatar.id, chat.id)
    assert (await told(database, home))[1] == "member"
