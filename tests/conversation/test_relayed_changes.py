"""What was passed on to a person, or by one, and is changed afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from community.types import StaffInfo
from conversation import approvals_repository, edits, inbox, linking_repository, repository
from conversation import service as conversation
from conversation.turn import Turns
from kernel import clock
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from tests.conversation.staff import give, table
from tests.conversation.stand_ins import Echo
from tests.conversation.test_takeover import (
    PHOTO,
    asks,
    copy,
    deliver,
    robin,
    take,
    taken,
    telegram,
    texts,
    thread_of,
)
from tests.factories.people import Home
from tests.support.plans import Explained

__all__ = ["robin"]


async def talk(db: Database, home: Home, robin: StaffInfo) -> int:
    """A fan of Telegram's, with whom Robin talks from Telegram; the fan's thread."""
    await give(db, home, await telegram(db, home, "Helo", user="77"))
    thread = await thread_of(db, home, "77")
    await take(db, home, robin, thread, relay_to=await thread_of(db, home, "robin"))
    await deliver(db, home)
    return thread


async def lines(db: Database, home: Home, thread: int) -> list[str]:
    async with db.uow(home.creator_id) as uow:
        _, said = await inbox.conversation(uow, home.avatar.id, thread)
    return [each.text for each in said]


async def waits_for_a_lock(uow: UnitOfWork) -> None:
    """Until some transaction waits for another's."""
    async with asyncio.timeout(20):
        while not await uow.fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - others'
            await asyncio.sleep(0.01)


async def test_a_change_and_a_decision_at_once_wait_for_each_other_in_one_order(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    """Who decides has the thread, and then says what became of the message; its change asks it anew."""
    thread = await talk(db, home, robin)
    said = await telegram(db, home, "Can you here me?", user="77", update="u77")
    await give(db, home, said)
    await deliver(db, home)
    async with db.uow(home.creator_id) as uow:
        await approvals_repository.give_back(uow, thread)
    better = replace(said, text="Can you hear me?", edited_at=clock.now(), sent_at=clock.now())
    held = asyncio.Event()

    async def decides() -> None:
        async with db.uow(home.creator_id) as uow:
            await approvals_repository.hold_thread(uow, home.avatar.id, thread)
            (row,) = await uow.fetch(
                "SELECT max(id) AS id FROM message WHERE thread_id = %(thread)s", {"thread": thread}
            )
            held.set()
            await waits_for_a_lock(uow)
            await approvals_repository.set_outcome(uow, row.id, "to_person")

    async def changes() -> list[Any]:
        await held.wait()
        return await give(db, home, better)

    _, rows = await asyncio.gather(decides(), changes())
    assert texts(rows) == ["re: Can you hear me?"]


async def test_what_a_person_changes_before_its_turn_has_ended_arrives_as_it_is_then(
    db: Database, home: Home, robin: StaffInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was passed on, and its sender changed it while the turn that passed it on was at its end."""
    await talk(db, home, robin)
    await give(db, home, await telegram(db, home, "Hello", user="77", update="u77"))
    said = await telegram(db, home, "Yess", reply_to=await copy(db, home))
    turns = Turns(db, Echo(), table(db))
    write = turns._write

    async def meanwhile(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(turns, "_write", write)
        async with db.uow(home.creator_id) as uow:
            better = replace(said, text="Yes", edited_at=clock.now())
            await conversation.receive(uow, home.avatar.id, better)
        return await write(*args, **more)

    monkeypatch.setattr(turns, "_write", meanwhile)
    rows = await give(db, home, said, turns)
    assert texts(rows) == ["Yes"]


async def test_a_change_that_takes_more_or_fewer_messages_than_before_is_shown_whole(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await talk(db, home, robin)
    said = await telegram(db, home, "Short", user="77", update="u77")
    await give(db, home, said)
    await deliver(db, home)
    long = " ".join(f"word{number}" for number in range(600))[:4_090]
    moment = clock.now()
    first, second = await give(db, home, replace(said, text=long, edited_at=moment))
    shown = {first.payload["edits"]: first.payload["text"], 0: second.payload["text"]}
    assert " ".join(shown.values()).split() == long.split()
    assert first.payload["notice"]
    assert not second.payload.get("edits"), "what the first doesn't hold follows it"
    await deliver(db, home)
    rows = await give(db, home, replace(said, text="Short", edited_at=moment + timedelta(seconds=5)))
    assert texts(rows) == ["Short", "…"]


async def test_what_is_not_carried_goes_on_to_be_named(db: Database, home: Home, robin: StaffInfo) -> None:
    await taken(db, home, robin)
    await asks(db, home, "Look", medium=PHOTO, update="p1")
    await deliver(db, home)
    better = replace(home.inbound("p1", "Look here", user="fan-1"), medium=PHOTO, edited_at=clock.now())
    (change,) = await give(db, home, better)
    assert change.payload["text"] == f"{t('en', 'relay.unseen')}\nLook here"


@pytest.mark.parametrize("minutes", [0, 30])
async def test_who_reads_in_the_web_sees_what_was_changed_in_its_place(
    db: Database, home: Home, robin: StaffInfo, minutes: int
) -> None:
    """Also of what wasn't said last, and also where nobody has taken what was left to a person."""
    thread = await talk(db, home, robin)
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE takeover SET relay_thread_id = NULL")
    said = await telegram(db, home, "Can you here me?", user="77", update="u77", sent_at=clock.now())
    await give(db, home, said)
    await give(db, home, await telegram(db, home, "Hello?", user="77", update="u78"))
    late = max(edits.WITHIN, timedelta(minutes=1)) * minutes
    better = replace(said, text="Can you hear me?", edited_at=clock.now() + late)
    assert await give(db, home, better) == []
    assert (await lines(db, home, thread))[-2:] == ["Can you hear me?", "Hello?"]
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE takeover SET ended_at = created_at")
    best = replace(better, text="Do you hear me?", edited_at=clock.now() + late + timedelta(minutes=1))
    await give(db, home, best)
    assert (await lines(db, home, thread))[-2:] == ["Do you hear me?", "Hello?"]


async def test_what_is_looked_up_by_its_key_is_found_by_an_index(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    """Among everything that a creator ever sent, whose rows are secured: no other's are even looked at."""
    await taken(db, home, robin)
    async with db.uow(home.creator_id) as uow:
        await uow.send(
            """
            INSERT INTO outbound (creator_id, thread_id, connection_id, once, payload, kind, state, priority,
                                  not_before, attempts, fence, created_at)
            SELECT creator_id, thread_id, connection_id, 'relay:' || n || ':0', payload, kind, state, 0,
                   not_before, 0, 0, now()
            FROM (SELECT * FROM outbound LIMIT 1) AS one, generate_series(1000, 4000) AS n
            """
        )
        looked: Any = Explained(uow)
        await repository.named(looked, "relay:5")
        await linking_repository.parted_by(looked, 5)
    conditions = [line for line in looked.plan.splitlines() if "Index Cond" in line and "once" in line]
    assert len(conditions) == 2, looked.plan
    assert all("(once)::text >= " in line and "(once)::text < " in line for line in conditions), looked.plan
