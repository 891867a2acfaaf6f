"""A pause stops all sends within a second, in every process; nothing is lost, and rights don't pause."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from conversation import autonomy, repository
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.hours import Span, Week
from conversation.turn import Turns
from kernel import clock
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.db import Database
from tests.conversation.stand_ins import Echo, answers, say
from tests.conversation.test_pump import Platform, drain, hold, pump, queue, states
from tests.factories.people import Home, make_home, set_mode
from tests.support.source import ROOT


async def pause(db: Database, home: Home, *, everybody: bool = False) -> None:
    if everybody:
        async with db.system_uow() as uow:
            await autonomy.pause_all(uow, "the operator")
    else:
        async with db.uow(home.creator_id) as uow:
            await autonomy.pause(uow, home.avatar.id, "Robin")


async def resume(db: Database, home: Home, *, everybody: bool = False) -> None:
    if everybody:
        async with db.system_uow() as uow:
            await autonomy.resume_all(uow)
    else:
        async with db.uow(home.creator_id) as uow:
            await autonomy.resume(uow, home.avatar.id)


EVERYBODY = pytest.mark.parametrize("everybody", [False, True], ids=["one avatar", "the instance"])


@EVERYBODY
async def test_what_is_queued_waits_and_goes_out_afterwards(
    db: Database, home: Home, everybody: bool
) -> None:
    platform = Platform()
    await hold(db, "me")
    await queue(db, home, "a", "b")
    await pause(db, home, everybody=everybody)
    await drain(pump(db, "me", [platform]))
    assert (platform.shown, await states(db)) == ([], ["queued", "queued"])
    await resume(db, home, everybody=everybody)
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["a", "b"]


async def test_another_avatar_goes_on(db: Database, home: Home) -> None:
    other, platform = await make_home(db), Platform()
    await hold(db, "me")
    await queue(db, home, "a")
    await queue(db, other, "b", user="fan-2")
    await pause(db, home)
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["b"]


@EVERYBODY
async def test_what_has_waited_for_a_day_is_dropped_and_listed(
    db: Database, home: Home, everybody: bool
) -> None:
    platform = Platform()
    await hold(db, "me")
    await queue(db, home, "old")
    await pause(db, home, everybody=everybody)
    with clock.shifted(autonomy.STALE_AFTER + timedelta(minutes=1)):
        await hold(db, "me")
        await queue(db, home, "young", user="fan-2")
        await resume(db, home, everybody=everybody)
        await drain(pump(db, "me", [platform]))
    assert (platform.shown, sorted(await states(db))) == (["young"], ["dropped", "sent"])
    async with db.uow(home.creator_id) as uow:
        (told,) = await conversation.unsettled(uow)
    assert (told.state, told.text, "more than a day" in (told.error or "")) == ("dropped", "old", True)


@EVERYBODY
async def test_what_comes_meanwhile_is_answered_afterwards(db: Database, home: Home, everybody: bool) -> None:
    echo = Echo()
    turns = Turns(db, echo, CommandRouter())
    await pause(db, home, everybody=everybody)
    thread = await say(db, home, "one", "two")
    await turns.run(home.creator_id, thread)
    async with db.uow(home.creator_id) as uow:
        assert not (await conversation.transcript(uow, thread)).typing, "nobody is writing"
    with clock.shifted(timedelta(minutes=1)):
        assert await turns.sweep() == 0
    assert echo.asked == [], "no model is asked, either"
    await resume(db, home, everybody=everybody)
    with clock.shifted(timedelta(minutes=1)):
        assert await turns.sweep() == 1
        await turns.run(home.creator_id, thread)
    assert await answers(db, home, thread) == ["re: one", "re: two"]


async def test_a_command_is_obeyed_meanwhile(db: Database, home: Home) -> None:
    calls: list[str] = []

    async def forget(call: CommandCall) -> Outbound:
        calls.append(call.argument)
        return Outbound("gone", call.lang)

    commands = CommandRouter()
    commands.add("forgetme", forget)
    await pause(db, home)
    thread = await say(db, home, "one", "/unknown", "/ForgetMe@ember yes")
    await Turns(db, Echo(), commands).run(home.creator_id, thread)
    assert calls == ["yes"]
    assert await answers(db, home, thread) == ["gone"]


async def test_the_playground_goes_on_while_one_avatar_is_paused(db: Database, home: Home) -> None:
    platform = Platform()
    await hold(db, "me")
    await pause(db, home)
    thread = await say(db, home, "one", user="playground:1:")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["re: one"]
    await pause(db, home, everybody=True)
    await say(db, home, "two", user="playground:1:")
    await Turns(db, Echo(), CommandRouter()).run(home.creator_id, thread)
    await drain(pump(db, "me", [platform]))
    assert platform.shown == ["re: one"]


async def test_who_paused_first_stays_named(db: Database, home: Home) -> None:
    await pause(db, home)
    async with db.uow(home.creator_id) as uow:
        await autonomy.pause(uow, home.avatar.id, "Kim")
        paused = (await autonomy.signs(uow))[home.avatar.id].paused
    assert paused
    assert paused.by == "Robin"


async def test_a_creator_sees_the_operators_stop_and_cannot_lift_it(db: Database, home: Home) -> None:
    await pause(db, home, everybody=True)
    async with db.uow(home.creator_id) as uow:
        await autonomy.resume_all(uow)
        stopped = await autonomy.standstill(uow)
    assert stopped
    assert stopped.by == "the operator"


@contextmanager
def pumping(dsn: str) -> Iterator["subprocess.Popen[str]"]:
    """A pump in a process of its own."""
    command = [sys.executable, "-m", "tests.conversation.pump_apart", dsn]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def lines(process: "subprocess.Popen[str]", count: int) -> list[tuple[float, str]]:
    """The next lines of a process: when, and what."""
    assert process.stdout
    read = [await asyncio.to_thread(process.stdout.readline) for _ in range(count)]
    return [(float(line.split()[0]), line.split()[1]) for line in read]


@EVERYBODY
@pytest.mark.slow
async def test_a_second_after_the_pause_another_process_sends_nothing(
    db: Database, home: Home, everybody: bool
) -> None:
    for fan in range(4):
        await queue(db, home, *(f"{fan}-{number}" for number in range(30)), user=f"fan-{fan}")
    with pumping(db.dsn) as process:
        await lines(process, 5)
        await pause(db, home, everybody=everybody)
        paused_at = time.time()
        await asyncio.sleep(1.5)
        left = (await states(db)).count("queued")
        await resume(db, home, everybody=everybody)
        sent = await lines(process, 115)
    before = [each for each in sent if each[0] < paused_at + 1.4]
    late = max(at for at, _ in before) - paused_at
    print(f"the last send began {late * 1000:.0f} ms after the pause was committed")
    assert late < 1.0
    assert left >= 80, "there was more to send"
    said = [text for _, text in sent]
    for fan in range(4):
        theirs = [text for text in said if text.startswith(f"{fan}-")]
        assert theirs == sorted(theirs, key=lambda text: int(text.partition("-")[2])), "in order"
    assert len(set(said)) == 115, "nothing lost, nothing twice"


NIGHT = Week((Span(datetime(2027, 1, 1, 22).time(), datetime(2027, 1, 1, 7).time()),) * 7)
LATE = datetime(2027, 1, 4, 23, tzinfo=UTC)


async def test_in_quiet_hours_nothing_unasked_is_sent_until_they_end(db: Database, home: Home) -> None:
    platform = Platform()
    async with db.uow(home.creator_id) as uow:
        await set_mode(uow, home.avatar.id, Mode.AUTO, quiet=NIGHT)
    with clock.shifted(LATE - clock.now()):
        await hold(db, "me")
        thread = await queue(db, home, "a reply")
        async with db.uow(home.creator_id) as uow:
            assert await autonomy.quiet_now(uow, home.avatar.id)
            for kind, once in (("broadcast", "b"), ("reply", "c")):
                await repository.add_outbound(
                    uow, thread_id=thread, connection_id=home.connection_id, message_id=None, once=once,
                    payload={"text": kind, "lang": "en"}, kind=kind,
                )  # fmt: skip
        await drain(pump(db, "me", [platform]))
        assert platform.shown == ["a reply", "reply"], "what waits for the morning holds up no answer"
    with clock.shifted(LATE + timedelta(hours=8, minutes=1) - clock.now()):
        await hold(db, "me")
        await drain(pump(db, "me", [platform]))
    assert platform.shown[2:] == ["broadcast"]
