"""Who asks to be forgotten is found nowhere afterwards: no table, index or file; nobody else is touched."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.services import Dsn
from community.events import FanErased
from conversation import service as conversation
from kernel.db import UnitOfWork
from persona_engine import service as persona
from persona_engine.errors import BadCard
from persona_engine.service import Reply, boundaries
from persona_engine.types import Step, Trace
from tests.factories.people import Home
from tests.factories.rows import numbered, rows_with, snapshot
from tests.privacy.conftest import House
from tests.privacy.fan import NAME, USER, WORD, a_life, exists, numbers, ways_to_a_fan


def files_with(folder: Path, *words: str) -> list[str]:
    """Every file below a folder in whose name or bytes one of these stands."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes().lower() if path.is_file() else b""
        found += [
            str(path)
            for word in words
            if word.lower() in path.name.lower() or word.lower().encode() in content
        ]
    return found


async def test_nothing_of_the_fan_is_left_in_any_table_index_or_file(
    house: House, home: Home, dsn: Dsn
) -> None:
    await a_life(house, home)
    theirs = await numbers(house, home, USER)
    assert len(theirs["thread"]) == 2
    assert {"identity", "message", "outbound", "decision_trace", "privacy_request"} <= theirs.keys()
    assert rows_with(dsn, WORD)
    assert rows_with(dsn, NAME)
    assert rows_with(dsn, USER)

    await house.talk(home, USER, "/forgetme")
    await house.forget()
    assert await exists(house, home, USER), "asked, but not confirmed"
    await house.talk(home, USER, "/forgetme yes")
    await house.forget()

    assert rows_with(dsn, WORD, NAME, USER) == []
    assert files_with(house.data, WORD, NAME, USER) == []
    for table, ids in theirs.items():
        left = numbered(dsn, table, "id", ids)
        assert left == (len(ids) if table == "privacy_request" else 0), table
    for table, column in ways_to_a_fan():
        assert numbered(dsn, table, column, theirs[REFERRED.get(column, "fan")]) == 0, (table, column)
    assert rows_with(dsn, f'"thread_id": {theirs["thread"][0]}') == [], "a job"


REFERRED = {"thread_id": "thread", "message_id": "message", "outbound_id": "outbound"}


async def test_one_creators_erasure_touches_nothing_of_anothers(
    house: House, home: Home, other: Home, dsn: Dsn
) -> None:
    await house.talk(home, USER, f"Here {WORD}")
    await house.talk(other, USER, f"There {WORD}")
    await house.talk(home, "neighbour", "I am somebody else")
    before = snapshot(dsn, other.creator_id, "connection")
    await house.talk(home, USER, "/forgetme yes")
    await house.forget()
    assert not await exists(house, home, USER)
    assert await exists(house, home, "neighbour")
    assert snapshot(dsn, other.creator_id, "connection") == before


async def test_another_creator_cannot_erase_a_fan(house: House, home: Home, other: Home) -> None:
    await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    with pytest.raises(conversation.NoSuchFan):
        async with house.container.db.uow(other.creator_id) as uow:
            await conversation.erase_by_creator(uow, fan)
    assert await exists(house, home, USER)


async def test_the_last_word_is_sent_before_everything_goes(house: House, home: Home) -> None:
    received = await house.say(home, USER, "/forgetme yes")
    await house.container.turns.run(home.creator_id, received.thread_id)
    await house.container.erasures.sweep()
    assert await exists(house, home, USER), "its last word waits to be sent"
    await house.container.holder.tick()
    await house.container.pump.once()
    await house.container.erasures.sweep()
    assert await exists(house, home, USER), "it is being read"
    await house.forget()
    assert not await exists(house, home, USER)


async def test_it_is_done_although_nobody_can_send_the_last_word(house: House, home: Home) -> None:
    received = await house.say(home, USER, "/forgetme yes")
    await house.container.turns.run(home.creator_id, received.thread_id)
    await house.forget()
    assert not await exists(house, home, USER)


async def test_said_twice_is_harmless(house: House, home: Home) -> None:
    await house.talk(home, USER, "Hello", "/forgetme yes", "/forgetme yes")
    await house.forget()
    await house.forget()
    assert not await exists(house, home, USER)
    async with house.container.db.uow(home.creator_id) as uow:
        listed = await conversation.privacy_requests(uow)
    assert {(each.kind, each.state, each.fan_id, each.fan_name) for each in listed.items} == {
        ("erase", "done", None, "")
    }


async def test_whoever_keeps_more_of_a_fan_hears_of_it_in_the_same_transaction(
    house: House, home: Home
) -> None:
    heard: list[int] = []

    async def hear(uow: UnitOfWork, event: FanErased) -> None:
        assert await uow.fetch("SELECT 1 FROM fan WHERE id = %(id)s", {"id": event.fan_id})
        heard.append(event.fan_id)

    house.container.events.on(FanErased, hear)
    await house.talk(home, USER, "Hello", "/forgetme yes")
    fan = (await numbers(house, home, USER))["fan"][0]
    await house.forget()
    assert heard == [fan]


async def test_what_of_a_fan_stands_in_the_boundaries_goes_out_of_every_version(
    house: House, home: Home, dsn: Dsn
) -> None:
    avatar = home.avatar.id
    received = await house.talk(home, USER, "Hello")
    async with house.container.db.uow(home.creator_id) as uow:
        said = f'I am "{NAME}": which {WORD} mushrooms (Täublinge, 蘑菇) can I eat?'
        mine = "Can I eat mushrooms?"
        rule = boundaries.Rule("fungi", boundaries.Kind.FORBIDDEN, "Mushrooms", examples=(mine,))
        await boundaries.kept.save(uow, avatar, boundaries.Boundaries((rule,)))
        of = received.message_id
        await boundaries.add_exceptions(uow, avatar, "fungi", (said,), message_id=of)
        await boundaries.add_example(uow, avatar, "fungi", f"  And {said} ", message_id=of)
        await boundaries.add_example(uow, avatar, "fungi", "Which ones may I pick?")
        whole = (await boundaries.kept.current(uow, avatar)).document.rules[0]
        assert (whole.exceptions, whole.examples[1]) == ((said,), f"And {said}")
        *since, _, _ = await boundaries.kept.all(uow, avatar)
        assert [each.document.rules[0].exceptions for each in since] == [(said,)] * 3
    neighbours = await house.talk(home, "neighbour", "Which ones can I eat?")
    async with house.container.db.uow(home.creator_id) as uow:
        await uow.fetch("DELETE FROM decision_trace WHERE message_id = %s", (neighbours.message_id,))
        nearest = Step("boundaries", "forbidden", "rule", 1.0, {"example": f"And {said}", "confidence": 0.7})
        reply = Reply((), "en", "forbidden:fungi", Trace((nearest,)))
        await persona.record(uow, avatar, neighbours.message_id, reply)
    await house.talk(home, USER, "/forgetme yes")
    await house.forget()

    assert rows_with(dsn, WORD, NAME, USER) == []
    async with house.container.db.uow(home.creator_id) as uow:
        (step,) = (await persona.trace_of(uow, neighbours.message_id)).trace.steps
        assert step.data == {"example": "…", "confidence": 0.7}
        now, *before = await boundaries.kept.all(uow, avatar)
        assert (now.version, now.origin, now.document.rules[0].erased) == (5, "erased", 2)
        assert now.document.rules[0].examples == (mine, "Which ones may I pick?"), "what was typed stays"
        for each in before[:-1]:
            assert not any(NAME in text for text in each.document.rules[0].examples)
            assert not each.document.rules[0].exceptions
        assert (await boundaries.kept.restore(uow, avatar, 3)).document.rules[0].erased == 2
        written = boundaries.checked(replace(now.document.rules[0], erased=0))
        await boundaries.kept.save(uow, avatar, now.document.with_rule(written))
        assert (await boundaries.kept.current(uow, avatar)).document.rules[0].erased == 0
        with pytest.raises(BadCard):
            await boundaries.add_exceptions(uow, avatar, "fungi", (said,), message_id=of)
