"""What an avatar may send by itself, what waits for a person, and what a person makes of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from conversation import approvals, autonomy, repository, rights
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.errors import AlreadyDecided, BadMessage, NothingWaits
from conversation.events import AnswerApproved
from conversation.hours import Span, Week
from conversation.turn import Turns
from conversation.types import Waiting
from kernel import clock
from kernel.chat import Citation, CommandCall, CommandRouter, Outbound
from kernel.db import Database, UnitOfWork
from kernel.events import EventTable
from persona_engine.service import Asked, PersonaContext, Reply
from tests.conversation.test_turn import Echo, say
from tests.factories.people import Home, set_mode

BECAUSE = "Soot glows in a candle's flame, and that is why "
SOURCE = Citation("The flame", "/s/ember/7", 7)


class Avatar(Echo):
    """Answers "outcome confidence text": with that outcome and confidence, and one source."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        outcome, confidence, said = asked.text.split(" ", 2)
        parts = (Outbound(f"{BECAUSE}{said}.", "en", (SOURCE,)),)
        sure = None if confidence == "-" else float(confidence)
        return Reply(parts, "en", outcome, None, confidence=sure)


def commands() -> CommandRouter:
    table = CommandRouter()

    async def ping(call: CommandCall) -> Outbound:
        return Outbound("pong", call.lang)

    table.add("ping", ping)
    return table


async def answer(db: Database, home: Home, *texts: str, user: str = "fan-1") -> int:
    thread = await say(db, home, *texts, user=user)
    await Turns(db, Avatar(), commands()).run(home.creator_id, thread)
    return thread


async def mode(db: Database, home: Home, wanted: Mode, **settings: Any) -> None:
    async with db.uow(home.creator_id) as uow:
        await set_mode(uow, home.avatar.id, wanted, **settings)


async def outbounds(db: Database, home: Home) -> list[Any]:
    async with db.uow(home.creator_id) as uow:
        return await uow.fetch("SELECT message_id, once, payload, kind FROM outbound ORDER BY id")


async def sent(db: Database, home: Home) -> list[str]:
    """What fans were sent, shortened to its last words."""
    texts = [row.payload["text"] for row in await outbounds(db, home)]
    return [text.removeprefix(BECAUSE).removesuffix(".") if BECAUSE in text else text for text in texts]


async def outcomes(db: Database, home: Home) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        return [row.outcome for row in await uow.fetch("SELECT outcome FROM message ORDER BY id")]


async def waiting(db: Database, home: Home, *, suggested: bool = False) -> tuple[Waiting, ...]:
    async with db.uow(home.creator_id) as uow:
        return await approvals.waiting(uow, home.avatar.id, suggested=suggested)


async def send(db: Database, home: Home, approval: int, text: str | None = None, by: str = "Robin") -> None:
    async with db.uow(home.creator_id) as uow:
        await approvals.send(uow, home.avatar.id, approval, by=by, text=text)


PASSED_ON = "I've passed this on: the answer comes once a person has looked at it."


async def test_a_new_avatar_asks(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("DELETE FROM autonomy")
        assert (await autonomy.settings(uow, home.avatar.id)).mode is Mode.ASK
    await answer(db, home, "quoted - it is yellow")
    assert await sent(db, home) == [PASSED_ON]


@pytest.mark.parametrize(
    "outcome",
    ["smalltalk:greeting", "declined", "locked", "forbidden:x", "only:x", "handover:x", "crisis", "failed"],
)
async def test_a_fixed_text_needs_nobody(db: Database, home: Home, outcome: str) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, f"{outcome} - it is yellow")
    assert await sent(db, home) == ["it is yellow"]
    assert await waiting(db, home) == ()


async def test_in_ask_an_answer_waits_and_the_fan_is_told_once(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    await answer(db, home, "quoted - one", "quoted 0.9 two", "/ping", "smalltalk:greeting - three")
    assert await sent(db, home) == [PASSED_ON, "pong", "three"]
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
    "line", ["repository.add_outbound", "repository.set_undisclosed", "approvals_repository.settle",
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


# ---- threads that were handed over ----


async def reply(db: Database, home: Home, thread: int, text: str, *, token: str = "a", seen: int = 0) -> None:
    async with db.uow(home.creator_id) as uow:
        await approvals.answer(uow, home.avatar.id, thread, text, token=token, seen=seen)


async def left(db: Database, home: Home) -> Any:
    async with db.uow(home.creator_id) as uow:
        return await approvals.handed_over(uow, home.avatar.id)


async def test_where_a_person_takes_over_the_avatar_is_silent_but_for_help(db: Database, home: Home) -> None:
    await answer(db, home, "handover:x - somebody will see", "quoted - one", "crisis - help", "/ping")
    assert await sent(db, home) == ["somebody will see", "help", "pong"]
    assert await outcomes(db, home) == ["handover:x", "to_person", "crisis", "command:ping"]
    await answer(db, home, "quoted - another's", user="fan-2")
    assert (await sent(db, home))[-1] == "another's"


async def test_no_model_is_asked_where_a_person_answers(db: Database, home: Home) -> None:
    asked: list[str] = []

    class Worded(Avatar):
        async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
            return replace(await super().context(uow, avatar_id), models="1")

        async def respond(self, asked_: Asked, context: PersonaContext) -> Reply:
            asked.append(context.models)
            return await super().respond(asked_, context)

    thread = await say(db, home, "handover:x - somebody will see", "quoted - one")
    await Turns(db, Worded(), commands()).run(home.creator_id, thread)
    assert asked == ["1", ""]


async def test_what_was_only_promised_is_no_answer_that_a_model_hears(db: Database, home: Home) -> None:
    await mode(db, home, Mode.ASK)
    thread = await answer(db, home, "quoted - one", "quoted - two")
    await send(db, home, (await waiting(db, home))[0].id)
    async with db.uow(home.creator_id) as uow:
        heard = await repository.turns_before(uow, thread, 1 << 40, 9)
    assert [row.answer for row in heard] == [f"{BECAUSE}one.", None]


async def test_a_person_answers_and_gives_the_thread_back(db: Database, home: Home) -> None:
    thread = await answer(db, home, "handover:x - somebody will see", "quoted - one")
    (found,) = await left(db, home)
    assert (found.id, found.unanswered, [line.author for line in found.lines]) == (
        thread, True, ["fan", "fan", "avatar"]
    )  # fmt: skip
    async with db.uow(home.creator_id) as uow:
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 1
    await reply(db, home, thread, "I'm here.")
    await reply(db, home, thread, "I'm here.")
    last = (await outbounds(db, home))[-1].payload
    assert (last["text"], last["by"]) == ("I'm here.", "person")
    assert "not the AI" in last["notice"]
    assert len(await outbounds(db, home)) == 2, "the same form twice is one answer"
    (found,) = await left(db, home)
    assert not found.unanswered
    async with db.uow(home.creator_id) as uow:
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 0
        await approvals.give_back(uow, home.avatar.id, thread)
    assert await left(db, home) == ()
    await answer(db, home, "quoted - it is yellow")
    assert (await sent(db, home))[-1] == "it is yellow"
    with pytest.raises(AlreadyDecided):
        await reply(db, home, thread, "Too late.", token="b", seen=found.seen)


async def test_of_two_persons_the_second_sees_that_the_first_has_answered(db: Database, home: Home) -> None:
    thread = await answer(db, home, "handover:x - somebody will see")
    ended = await asyncio.gather(
        reply(db, home, thread, "Mine.", token="a"), reply(db, home, thread, "Mine!", token="b"),
        return_exceptions=True,
    )  # fmt: skip
    assert sorted(type(each).__name__ for each in ended) == ["AlreadyDecided", "NoneType"]
    (found,) = await left(db, home)
    await reply(db, home, thread, "And this.", token="c", seen=found.seen)


# ---- duty hours ----

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
        "basic", PASSED_ON, tomorrow, "yes", tomorrow
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
