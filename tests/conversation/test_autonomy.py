"""What an avatar may send by itself, in each mode and at each hour, and what waits for a person."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from conversation import autonomy
from conversation.autonomy import Mode
from conversation.hours import Span, Week
from kernel import clock
from kernel.db import Database
from tests.conversation.stand_ins import (
    NOTED_TOO,
    PASSED_ON,
    SOURCE,
    answer,
    left_to_a_person,
    mode,
    outbounds,
    outcomes,
    send,
    sent,
    waiting,
)
from tests.factories.people import Home


async def test_a_new_avatar_asks(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("DELETE FROM autonomy")
        assert (await autonomy.settings(uow, home.avatar.id)).mode is Mode.ASK
    await answer(db, home, "quoted - it is yellow")
    assert await sent(db, home) == [PASSED_ON]


@pytest.mark.parametrize(
    "outcome",
    ["smalltalk:greeting", "declined", "locked", "forbidden:x", "only:x", "crisis", "failed"],
)
async def test_a_fixed_text_needs_nobody(db: Database, home: Home, outcome: str) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, f"{outcome} - it is yellow")
    assert await sent(db, home) == ["it is yellow"]
    assert await waiting(db, home) == ()


async def test_who_is_left_to_a_person_hears_it_at_once(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "handover:x - somebody will see")
    assert await sent(db, home) == [left_to_a_person("somebody will see")]
    assert await waiting(db, home) == ()


async def test_in_ask_an_answer_waits_and_the_fan_is_told(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one", "quoted 0.9 two", "/ping", "smalltalk:greeting - three")
    assert await sent(db, home) == [PASSED_ON, NOTED_TOO, "pong", "three"]
    assert await outcomes(db, home) == ["waiting", "waiting", "command:ping", "smalltalk:greeting"]
    first, second = await waiting(db, home)
    assert (first.question, first.reason, first.confidence, first.outbound.citations) == (
        "quoted - one", "ask", None, (SOURCE,)
    )  # fmt: skip
    assert second.confidence == 0.9
    assert (await outbounds(db, home))[0].payload["notice"], "that an AI speaks stands over its first word"
    for each in (first, second):
        await send(db, home, each.id)
    await answer(db, home, "quoted - four")
    assert (await sent(db, home))[-1] == PASSED_ON, "nothing waited any more"


async def test_who_asks_again_and_again_meanwhile_is_told_once_more_and_then_no_more(
    db: Database, home: Home
) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one", "quoted - two", "quoted - three", "quoted - four")
    assert await sent(db, home) == [PASSED_ON, NOTED_TOO]
    assert len(await waiting(db, home)) == 4
    await answer(db, home, "quoted - five", user="fan-2")
    assert (await sent(db, home))[-1] == PASSED_ON, "another fan's waiting is nobody else's"


async def test_in_auto_an_answer_below_the_threshold_waits(db: Database, home: Home) -> None:
    await mode(db, home, Mode.AUTO, threshold=0.6)
    await answer(db, home, "quoted 0.6 sure", "quoted 0.59 unsure", "quoted - beyond doubt")
    assert await sent(db, home) == ["sure", PASSED_ON, "beyond doubt"]
    (found,) = await waiting(db, home)
    assert (found.reason, found.confidence) == ("unsure", 0.59)
    async with db.uow(home.creator_id) as uow:
        counted = [await autonomy.would_have_waited(uow, home.avatar.id, at, 100) for at in (0.0, 0.6, 0.61)]
    assert counted == [(2, 0), (2, 1), (2, 2)]


async def test_in_shadow_nothing_is_sent_but_orders_help_and_that_it_is_an_ai(
    db: Database, home: Home
) -> None:
    await mode(db, home, Mode.SHADOW)
    await answer(
        db, home, "quoted - one", "smalltalk:greeting - two", "/ping", "crisis - help",
        "smalltalk:real - an AI", "handover:x - three", "failed - four",
    )  # fmt: skip
    assert await sent(db, home) == ["pong", "help", "an AI"]
    assert [each.question[-5:] for each in await waiting(db, home, suggested=True)] == [
        "three",
        "- two",
        "- one",
    ]
    assert await waiting(db, home) == ()
    async with db.uow(home.creator_id) as uow:
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 0
    await send(db, home, (await waiting(db, home, suggested=True))[-1].id)
    assert (await sent(db, home))[-1] == "one", "a person may still send it"


@pytest.mark.parametrize("user", ["playground:1:", "demo:Mina"])
async def test_a_rehearsal_is_answered_in_every_mode(db: Database, home: Home, user: str) -> None:
    await mode(db, home, Mode.SHADOW)
    await answer(db, home, "quoted 0.1 one", "handover:x - two", "quoted - three", user=user)
    assert await sent(db, home) == ["one", "two", "three"]


OFFICE = Week((Span(time(9), time(17)),) * 5 + (None, None))
MONDAY_NOON = datetime(2027, 1, 4, 11, tzinfo=UTC)


def on(moment: datetime) -> Any:
    return clock.shifted(moment - clock.now())


async def at_berlin(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE avatar SET time_zone = 'Europe/Berlin'")


async def test_outside_duty_hours_the_other_mode_holds(db: Database, home: Home) -> None:
    await at_berlin(db, home)
    await mode(db, home, Mode.ASK, off_mode=Mode.AUTO, threshold=0.5, duty=OFFICE)
    with on(MONDAY_NOON):
        await answer(db, home, "quoted 0.9 one")
    assert await sent(db, home) == [PASSED_ON]
    with on(MONDAY_NOON + timedelta(hours=8)):
        await answer(db, home, "quoted 0.9 basic", user="fan-2")
        await answer(db, home, "quoted 0.1 hard", user="fan-3")
        await answer(db, home, "handover:x - yes", user="fan-4")
    tomorrow = "A person is here again: Tuesday 9:00 AM (GMT+01:00)."
    assert [line.replace("\u202f", " ") for line in (await sent(db, home))[1:]] == [
        "basic", PASSED_ON, tomorrow, "yes", left_to_a_person(tomorrow)
    ]  # fmt: skip


async def test_without_another_mode_the_hours_only_say_when_somebody_is_back(
    db: Database, home: Home
) -> None:
    found = autonomy.Autonomy(Mode.ASK, duty=OFFICE, zone="Europe/Berlin")
    evening = MONDAY_NOON + timedelta(hours=8)
    assert (found.mode_at(MONDAY_NOON), found.mode_at(evening)) == (Mode.ASK, Mode.ASK)
    assert found.back_told(MONDAY_NOON, "en") is None
    assert found.back_told(evening, "de") == "Dienstag 09:00 (GMT+01:00)"
    assert replace(found, duty=Week()).back_told(evening, "de") is None
