"""Taking a message in: once, clean, within the fan's allowance, for one creator only."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conversation import service as conversation
from conversation.errors import BadMessage, TooManyMessages
from kernel import clock
from kernel.db import Database
from tests.factories.people import Home, make_home


async def receive(db: Database, home: Home, update: str, text: str = "hello", user: str = "fan-1") -> object:
    async with db.uow(home.creator_id) as uow:
        return await conversation.receive(uow, home.avatar.id, home.inbound(update, text, user=user))


async def lines(db: Database, home: Home, thread_id: int) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        return [line.text for line in (await conversation.transcript(uow, thread_id)).lines]


async def test_the_same_update_twice_is_one_message(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        first = await conversation.receive(uow, home.avatar.id, home.inbound("1", "Why is it yellow?"))
    async with db.uow(home.creator_id) as uow:
        second = await conversation.receive(uow, home.avatar.id, home.inbound("1", "Why is it yellow?"))
    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.message_id == first.message_id
    assert await lines(db, home, first.thread_id) == ["Why is it yellow?"]


async def test_a_message_defers_its_turn_exactly_if_it_commits(db: Database, home: Home) -> None:
    async def crash_before_the_commit() -> None:
        async with db.uow(home.creator_id) as uow:
            await conversation.receive(uow, home.avatar.id, home.inbound("1", "lost"))
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        await crash_before_the_commit()
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, home.inbound("1", "lost"))
    assert received.duplicate is False


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  hi \r\n there\x00 ", "hi \n there"),
        ("a\x07b", "ab"),
        ("é", "é"),
        ("\u202etrap", "\u202etrap"),
        ("\u2068/lang ar\u2069", "/lang ar"),
        ("\u200e/ai", "/ai"),
        ("half a sign: \ud83d", "half a sign:"),
        pytest.param("\ufb2c" * 4_000, "\ufb2c" * 4_000, id="what NFC alone makes too long"),
    ],
)
def test_a_message_is_cleaned_of_what_no_reader_sees(sent: str, kept: str) -> None:
    assert conversation.clean(sent) == kept


@pytest.mark.parametrize(
    "text",
    [
        "\u200b\u200d\ufeff",
        "\u3000\u2003 \xa0",
        "\x07\x1b\u0085",
        "\u2028\u2029",
        "\u202e\u2066 \u2069",
        "\U000e0068\U000e0069",  # letters that are tags
        "\ufe0f\U000e0100",  # variation selectors
        "\u3164\u115f\u1160\uffa0",  # letters that fill a place
        "\u2800",
        "\u0301",
        "\ue000",
    ],
)
def test_a_message_in_which_nothing_shows_is_empty(text: str) -> None:
    with pytest.raises(BadMessage) as refused:
        conversation.clean(text)
    assert refused.value.code == "empty_message"


@pytest.mark.parametrize("text", ["?", "7", "🕯️", "👩‍🚀", "\u200fشمعة", "क्षि", "\U0001fae9"])
def test_one_sign_that_shows_is_a_message(text: str) -> None:
    assert conversation.clean(text) == text


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "x" * (conversation.MAX_TEXT + 1)])
def test_an_empty_or_endless_message_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadMessage):
        conversation.clean(text)


async def test_a_flood_is_stopped_and_nothing_of_it_is_kept(db: Database, home: Home) -> None:
    for number in range(int(conversation.BURST)):
        await receive(db, home, str(number))
    with pytest.raises(TooManyMessages) as refused:
        await receive(db, home, "one too many")
    assert 0 < refused.value.retry_after <= 1 / conversation.PER_SECOND
    await receive(db, home, "another fan's", user="fan-2")
    with clock.shifted(timedelta(seconds=1 / conversation.PER_SECOND + 0.1)):
        await receive(db, home, "one too many")


async def test_who_is_in_need_is_heard_in_a_flood_but_not_without_end(db: Database, home: Home) -> None:
    need = "no quiero vivir más"
    for number in range(int(conversation.BURST)):
        await receive(db, home, str(number), "why?")
    with pytest.raises(TooManyMessages):
        await receive(db, home, "one too many", "why?")
    for number in range(int(conversation.BURST)):
        await receive(db, home, f"need {number}", need)
    with pytest.raises(TooManyMessages):
        await receive(db, home, "need too often", need)


async def test_an_update_of_one_creator_is_nobody_elses(db: Database, home: Home) -> None:
    other = await make_home(db)
    mine = await receive(db, home, "1", "my question")
    theirs = await receive(db, other, "1", "their question")
    assert isinstance(mine, conversation.Received)
    assert isinstance(theirs, conversation.Received)
    assert await lines(db, home, mine.thread_id) == ["my question"]
    assert await lines(db, other, theirs.thread_id) == ["their question"]
    assert await lines(db, home, theirs.thread_id) == []


async def test_what_the_demos_fans_say_is_told_apart(db: Database, home: Home) -> None:
    await receive(db, home, "1", "scripted", user="demo:Robin")
    await receive(db, home, "2", "hola", user="fan-2")
    async with db.uow(home.creator_id) as uow:
        tallies = await conversation.tallies(uow, clock.now() - timedelta(days=1), "UTC")
        listed = [(one.text, one.demo) for one in await conversation.recent(uow)]
    assert sorted((each.demo, each.count) for each in tallies) == [(False, 1), (True, 1)]
    assert listed == [("hola", False), ("scripted", True)]


async def test_messages_are_counted_by_the_days_of_the_avatars_time_zone(db: Database, home: Home) -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    taken = await receive(db, home, "1", user="demo:Robin")
    assert isinstance(taken, conversation.Received)
    async with db.uow(home.creator_id) as uow:
        await conversation.backdate(uow, taken.thread_id, at)
    for zone, day in (("UTC", 1), ("Asia/Tokyo", 2)):
        async with db.uow(home.creator_id) as uow:
            (tally,) = await conversation.tallies(uow, at, zone)
        assert tally.day == date(2026, 3, day)


async def test_only_the_demos_conversations_can_be_put_into_the_past(db: Database, home: Home) -> None:
    at = clock.now() - timedelta(days=5)
    for user in ("demo:Robin", "fan-2"):
        for number in "12":
            taken = await receive(db, home, number, number, user=user)
        assert isinstance(taken, conversation.Received)
        async with db.uow(home.creator_id) as uow:
            await conversation.backdate(uow, taken.thread_id, at)
            said = (await conversation.transcript(uow, taken.thread_id)).lines
        if user == "fan-2":
            assert all(line.at > clock.now() - timedelta(minutes=1) for line in said)
        else:
            assert [line.at for line in said] == [at, at + timedelta(minutes=1)]
