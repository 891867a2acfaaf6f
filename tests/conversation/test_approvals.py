"""What a person makes of an answer that waits: sent, edited, dropped, once and never lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from conversation import approvals, rights
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.errors import AlreadyDecided, BadMessage, NothingWaits
from conversation.events import AnswerApproved
from conversation.turn import Turns
from kernel import clock
from kernel.chat import CommandRouter
from kernel.db import Database, UnitOfWork
from kernel.events import EventTable
from tests.conversation.stand_ins import (
    PASSED_ON,
    Avatar,
    answer,
    mode,
    outbounds,
    outcomes,
    send,
    sent,
    waiting,
)
from tests.factories.people import Home


async def test_what_was_approved_is_sent_once_and_announced(db: Database, home: Home) -> None:
    heard: list[AnswerApproved] = []

    async def hear(uow: UnitOfWork, event: AnswerApproved) -> None:
        heard.append(event)

    db.events = EventTable()
    db.events.on(AnswerApproved, hear)
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    await send(db, home, found.id)
    with pytest.raises(AlreadyDecided):
        await send(db, home, found.id)
    last = (await outbounds(db, home))[-1]
    assert (last.message_id, last.once) == (found.message_id, f"reply:{found.message_id}:0")
    assert last.payload["citations"][0]["passage_id"] == 7
    assert await outcomes(db, home) == ["quoted"]
    (event,) = heard
    assert (event.question, event.lang, event.passages, event.edited) == ("quoted - one", "en", (7,), False)
    async with db.uow(home.creator_id) as uow:
        (told,) = await approvals.decided(uow, home.avatar.id)
    assert (told.state, told.by) == ("sent", "Robin")


@pytest.mark.parametrize("rival", ["send", "drop", "edit"])
async def test_two_who_decide_at_once_decide_once(db: Database, home: Home, rival: str) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)

    async def other() -> None:
        if rival == "drop":
            async with db.uow(home.creator_id) as uow:
                await approvals.drop(uow, home.avatar.id, found.id, by="Kim")
        else:
            await send(db, home, found.id, "Otherwise." if rival == "edit" else None, by="Kim")

    ended = await asyncio.gather(*(send(db, home, found.id), other()), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["AlreadyDecided", "NoneType"]
    assert len(await outbounds(db, home)) in ((1, 2) if rival == "drop" else (2,))


async def test_a_persons_own_words_are_sent_as_they_are(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - it is yellow")
    (found,) = await waiting(db, home)
    mended = found.outbound.text.replace("yellow", "yellow, mostly")
    await send(db, home, found.id, mended)
    last = (await outbounds(db, home))[-1].payload
    assert (last["text"], len(last["citations"])) == (mended, 1)
    assert await outcomes(db, home) == ["edited"]


async def test_a_source_goes_with_the_words_that_it_belongs_to(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - it is yellow")
    (found,) = await waiting(db, home)
    await send(db, home, found.id, "Nobody knows, I'm afraid. Ask me again on Monday.")
    assert (await outbounds(db, home))[-1].payload["citations"] == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097, "😀" * 2049])
async def test_what_no_platform_takes_is_refused_and_goes_on_waiting(
    db: Database, home: Home, text: str
) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    with pytest.raises(BadMessage):
        await send(db, home, found.id, text)
    assert len(await waiting(db, home)) == 1
    await send(db, home, found.id, "😀" * 2048)


async def test_an_answer_that_comes_late_says_to_what(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    thread = await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    await answer(db, home, "smalltalk:thanks - two")
    await send(db, home, found.id)
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE outbound SET state = 'sent', sent_at = now()")
        told = await conversation.transcript(uow, thread)
    assert [(line.author, line.outbound.quote if line.outbound else "") for line in told.lines] == [
        ("fan", ""), ("avatar", ""), ("fan", ""), ("avatar", ""), ("avatar", "quoted - one")
    ]  # fmt: skip


async def test_what_waited_for_a_week_is_dropped(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    turns = Turns(db, Avatar(), CommandRouter())
    with clock.shifted(approvals.EXPIRES_AFTER - timedelta(minutes=1)):
        await turns.sweep()
        assert len(await waiting(db, home)) == 1
    with clock.shifted(approvals.EXPIRES_AFTER + timedelta(minutes=1)):
        with pytest.raises(AlreadyDecided):
            await send(db, home, found.id)
        await turns.sweep()
        assert await waiting(db, home) == ()
        assert await outcomes(db, home) == ["expired"]
    assert await sent(db, home) == [PASSED_ON]


async def test_whom_a_fan_erased_nobody_answers(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    async with db.uow(home.creator_id) as uow:
        fan = await uow.fetch_one("SELECT id FROM fan")
        await rights.erase(uow, fan.id, by="fan")
    with pytest.raises(NothingWaits):
        await send(db, home, found.id)
    assert await outbounds(db, home) == []


async def test_an_erasure_and_a_send_at_once_end_in_order(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    for number in range(6):
        await answer(db, home, "quoted - one", user=f"fan-{number}")
    found = await waiting(db, home)
    async with db.uow(home.creator_id) as uow:
        fans = [row.fan_id for row in await uow.fetch("SELECT fan_id FROM thread ORDER BY id")]

    async def erase(fan: int) -> None:
        async with db.uow(home.creator_id) as uow:
            await rights.erase(uow, fan, by="fan")

    pairs = [
        each for fan, one in zip(fans, found, strict=True) for each in (erase(fan), send(db, home, one.id))
    ]
    ended = await asyncio.gather(*pairs, return_exceptions=True)
    assert {type(each) for each in ended} <= {type(None), NothingWaits}, "no deadlock"
    assert await outbounds(db, home) == []


async def test_another_avatars_approvals_are_nobodys(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    async with db.uow(home.creator_id) as uow:
        with pytest.raises(NothingWaits):
            await approvals.send(uow, home.avatar.id + 1, found.id, by="Robin")


class Died(Exception):
    """The process, between two lines."""


@pytest.mark.parametrize(
    "line", ["repository.add_outbound", "threads_repository.set_undisclosed", "approvals_repository.settle",
             "approvals_repository.set_outcome"],
)  # fmt: skip
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
async def test_a_death_between_two_lines_leaves_it_waiting(
    db: Database, home: Home, line: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one")
    (found,) = await waiting(db, home)
    module, _, name = line.partition(".")
    room = getattr(approvals, module)
    real = getattr(room, name)

    async def dies(*args: Any, **kwargs: Any) -> None:
        if late:
            await real(*args, **kwargs)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(room, name, dies)
        with pytest.raises(Died):
            await send(db, home, found.id)
    assert len(await waiting(db, home)) == 1
    assert await sent(db, home) == [PASSED_ON]
    await send(db, home, found.id)
    assert await sent(db, home) == [PASSED_ON, "one"]
