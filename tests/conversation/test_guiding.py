"""A thread is pointed to something at most once in so many replies, whoever words them."""

import asyncio

from conversation import service as conversation
from kernel.chat import Button, Outbound
from kernel.db import Database
from persona_engine import service as persona
from persona_engine.character import Aside
from persona_engine.decisions import Reply
from tests.factories.people import Home

ASIDE = Aside("Have a look: Live show.", 3, Button("Live show", url="https://example.org/live"))
PLAIN = Reply((Outbound("First.", "en"), Outbound("Soot.", "en")), "en", "quoted", None)
OFFERED = Reply(PLAIN.parts, "en", "quoted", None, aside=ASIDE)


async def thread(db: Database, home: Home, user: str) -> int:
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, home.inbound("1", "Hello", user=user))
    return received.thread_id


async def guided(db: Database, home: Home, thread_id: int, reply: Reply = OFFERED) -> bool:
    """Whether a reply was the one that points."""
    async with db.uow(home.creator_id) as uow:
        made = await persona.guided(uow, thread_id, reply)
    if made.parts == reply.parts:
        return False
    assert made.parts[0] == reply.parts[0]
    assert made.parts[-1].text == "Soot.\n\nHave a look: Live show."
    assert made.parts[-1].buttons == (ASIDE.button,)
    return True


async def test_it_is_every_third_and_each_thread_counts_for_itself(db: Database, home: Home) -> None:
    one, other = await thread(db, home, "one"), await thread(db, home, "other")
    assert [await guided(db, home, one) for _ in range(7)] == [
        False,
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert [await guided(db, home, other) for _ in range(3)] == [False, False, True]


async def test_replies_that_could_not_point_are_left_as_they_are(db: Database, home: Home) -> None:
    one = await thread(db, home, "one")
    assert not any([await guided(db, home, one, PLAIN) for _ in range(5)])


async def test_every_reply_may_where_the_creator_says_so(db: Database, home: Home) -> None:
    one = await thread(db, home, "one")
    often = Reply(PLAIN.parts, "en", "quoted", None, aside=Aside(ASIDE.text, 1, ASIDE.button))
    assert [await guided(db, home, one, often) for _ in range(3)] == [True, True, True]


async def test_replies_at_the_same_time_are_each_counted_once(db: Database, home: Home) -> None:
    one = await thread(db, home, "one")
    pointed = await asyncio.gather(*(guided(db, home, one) for _ in range(9)))
    assert sum(pointed) == 3
