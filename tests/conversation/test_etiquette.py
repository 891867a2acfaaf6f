"""In a group: who is answered, how often, and that nothing is kept of what isn't the avatar's."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.services import Dsn
from conversation import service as conversation
from kernel import clock
from kernel.chat import Addressed
from kernel.db import Database
from tests.conversation.conftest import KeptJobs
from tests.conversation.groups import GROUP, behave, hear, in_group
from tests.conversation.staff import employ
from tests.factories.people import Home
from tests.factories.rows import snapshot

NEED = "I want to kill myself"
MENTION, REPLY, COMMAND, POST, NOBODY = (
    Addressed.MENTION, Addressed.REPLY, Addressed.COMMAND, Addressed.POST, Addressed.NOBODY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("addressed", "settings", "answered"),
    [
        (MENTION, {}, True),
        (REPLY, {}, True),
        (COMMAND, {}, True),
        (NOBODY, {}, False),
        (POST, {}, False),
        (POST, {"comments": True}, True),
        (NOBODY, {"comments": True}, False),
        (MENTION, {"answers": False}, False),
        (COMMAND, {"answers": False}, False),
        (POST, {"answers": False, "comments": True}, False),
    ],
)
async def test_who_is_answered(
    db: Database, home: Home, dsn: Dsn, addressed: Addressed, settings: dict[str, Any], answered: bool
) -> None:
    await behave(db, home, **settings)
    before = snapshot(dsn, home.creator_id)
    received = await hear(db, home, in_group(home, "1", addressed=addressed))
    assert received.passed_over is not answered
    if not answered:
        assert snapshot(dsn, home.creator_id) == before, "nothing is kept of what is passed over"


@pytest.mark.parametrize(
    ("second", "after_s", "answered"),
    [
        ({}, 3, False),
        ({}, 11, True),
        ({"user": "fan-2"}, 3, True),
        ({"place": ":7"}, 3, False),  # another topic is the same room
        ({"addressed": REPLY}, 3, False),
        ({"addressed": COMMAND, "text": "/lang es"}, 3, True),
        ({"text": NEED}, 3, True),
        ({"text": "no quiero vivir más"}, 3, True),
        ({"text": "Where can I buy wax?"}, 3, False),
        ({"room": "-200"}, 3, True),  # another chat has its own
    ],
)
async def test_a_fan_is_answered_again_after_a_while(
    db: Database, home: Home, second: dict[str, Any], after_s: float, answered: bool
) -> None:
    await behave(db, home)
    assert not (await hear(db, home, in_group(home, "1"))).passed_over
    with clock.shifted(timedelta(seconds=after_s)):
        received = await hear(db, home, in_group(home, "2", **second))
    assert received.passed_over is not answered


@pytest.mark.parametrize(
    ("text", "hint", "answered"),
    [
        ("Why is it yellow?", "en", True),
        ("why is it yellow", "en", True),
        ("火焰为什么是黄色的", "zh-hans", True),
        ("لماذا اللهب أصفر؟", "ar", True),
        ("so beautiful", "en", False),
        ("lol same", "en", False),
        ("🔥🔥", "en", False),
        ("好看", "zh-hans", False),
        ("Mein Nachbar wohnt in der Zebrastraße 9.", "de", False),
    ],
)
async def test_below_a_post_only_what_asks_something_is_heard(
    db: Database, home: Home, text: str, hint: str, answered: bool
) -> None:
    await behave(db, home, comments=True)
    said = replace(in_group(home, "1", text, addressed=POST, place="/7"), language_hint=hint)
    assert (await hear(db, home, said)).passed_over is not answered


async def test_nothing_is_beyond_the_cap_but_help_for_who_is_in_need(db: Database, home: Home) -> None:
    await behave(db, home, per_minute=1)
    assert not (await hear(db, home, in_group(home, "1"))).passed_over
    assert (await hear(db, home, in_group(home, "2", "/help", user="fan-2", addressed=COMMAND))).passed_over
    assert not (await hear(db, home, in_group(home, "3", NEED, user="fan-2"))).passed_over
    with clock.shifted(timedelta(seconds=61)):
        assert not (await hear(db, home, in_group(home, "4", user="fan-3"))).passed_over


async def test_nobody_takes_more_than_half_of_a_minute_s_answers(db: Database, home: Home) -> None:
    await behave(db, home, per_minute=6)
    heard = [
        await hear(db, home, in_group(home, str(n), text, addressed=COMMAND))
        for n, text in enumerate(["/help", "/lang", NEED] * 2)
    ]
    assert [each.passed_over for each in heard] == [False] * 3 + [True] * 3


async def test_the_team_s_orders_need_no_answer_to_be_left(db: Database, home: Home) -> None:
    await behave(db, home, per_minute=1)
    await employ(db, home)
    assert not (await hear(db, home, in_group(home, "1"))).passed_over
    assert (await hear(db, home, in_group(home, "2", user="fan-2"))).passed_over
    for number in range(3):
        ordered = in_group(home, f"o{number}", "/pause", user="robin", addressed=COMMAND)
        assert not (await hear(db, home, ordered)).passed_over


async def test_an_order_of_who_may_give_none_costs_nobody_an_answer(
    db: Database, home: Home, dsn: Dsn
) -> None:
    await behave(db, home, per_minute=1)
    before = snapshot(dsn, home.creator_id)
    for text in ("/pause", "/topic@ember_bot block wax", "/FIX\nit"):
        assert (await hear(db, home, in_group(home, text, text, addressed=COMMAND))).passed_over
    assert snapshot(dsn, home.creator_id) == before
    await employ(db, home)
    assert not (
        await hear(db, home, in_group(home, "1", "/pause", user="robin", addressed=COMMAND))
    ).passed_over


async def test_an_album_and_the_same_update_again_are_one_answer(db: Database, home: Home) -> None:
    await behave(db, home, per_minute=1)
    first = await hear(db, home, in_group(home, "g1"))
    again = await hear(db, home, in_group(home, "g1", addressed=REPLY))
    assert (again.message_id, again.duplicate, again.passed_over) == (first.message_id, True, False)


async def test_a_chat_that_nobody_told_of_is_behaved_in_too(db: Database, home: Home) -> None:
    heard = [await hear(db, home, in_group(home, str(n), user=f"fan-{n}")) for n in range(12)]
    assert sum(not each.passed_over for each in heard) == 5, "half the cap at once"


async def test_the_cap_holds_over_processes(dsn: Dsn, db: Database, home: Home) -> None:
    """Several processes hear different fans at the same moment."""
    await behave(db, home, per_minute=8)
    others = [Database(dsn.app, jobs=KeptJobs(), pool_size=8) for _ in range(2)]
    heard = await asyncio.gather(
        *(hear(others[n % 2], home, in_group(home, str(n), user=f"fan-{n}")) for n in range(24))
    )
    for each in others:
        await each.close()
    assert sum(not each.passed_over for each in heard) == 4


async def test_a_fan_who_writes_at_once_through_two_processes_is_answered_once(
    dsn: Dsn, db: Database, home: Home
) -> None:
    await behave(db, home)
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=4)
    heard = await asyncio.gather(
        *((hear(db if n % 2 else other, home, in_group(home, str(n)))) for n in range(6))
    )
    await other.close()
    assert sum(not each.passed_over for each in heard) == 1


async def test_what_was_said_in_a_group_goes_on_in_the_one_it_becomes(db: Database, home: Home) -> None:
    await behave(db, home, cool_down_s=0)
    for number, place in enumerate(("", ":7", "/9")):
        await hear(db, home, in_group(home, str(number), place=place))
    # Who writes there before the news of it are heard has a thread already.
    early = await hear(db, home, in_group(home, "early", room="-200"))
    async with db.uow(home.creator_id) as uow:
        await conversation.repository.add_outbound(
            uow, thread_id=None, connection_id=home.connection_id, message_id=None, once="w",
            payload={}, kind="welcome", chat_id=f"{GROUP}:7",
        )  # fmt: skip
    for first in (True, False):
        async with db.uow(home.creator_id) as uow:
            assert await conversation.chat_moved(uow, home.connection_id, GROUP, "-200") is first
    async with db.uow(home.creator_id) as uow:
        threads = await uow.fetch("SELECT id, chat_id, room FROM thread ORDER BY id")
        said = await uow.fetch("SELECT update_id, thread_id FROM message ORDER BY id")
        (queued,) = await uow.fetch("SELECT chat_id FROM outbound")
    assert sorted((each.chat_id, each.room) for each in threads) == [
        ("-200", "-200"), ("-200/9", "-200"), ("-200:7", "-200"),
    ]  # fmt: skip
    assert [each.update_id.partition(":")[2] for each in said] == ["0", "1", "2", "early"]
    assert said[0].thread_id == early.thread_id, "one conversation, not two"
    assert queued.chat_id == "-200:7"


async def test_private_conversations_need_no_manners(db: Database, home: Home) -> None:
    for number in range(6):
        async with db.uow(home.creator_id) as uow:
            received = await conversation.receive(uow, home.avatar.id, home.inbound(str(number), "Hello"))
        assert not received.passed_over
