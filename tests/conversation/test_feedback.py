"""What fans think of answers: their last word counts, of answers alone, and it goes with them."""

from datetime import timedelta
from typing import Any

import pytest

from conversation import rights
from conversation import service as conversation
from conversation.feedback import reaction_kind
from conversation.rights_repository import kept_about
from conversation.turn import Turns
from conversation.types import Judged
from kernel.clock import now
from kernel.db import Database
from tests.conversation.stand_ins import Avatar, commands, say
from tests.factories.people import Home, make_home

QUOTED = "quoted 0.9 the flame is yellow"


@pytest.mark.parametrize(
    ("emoji", "kind"),
    [
        ("👍", "good"), ("❤️", "good"), ("❤", "good"), ("👏🏿", "good"), ("🔥", "good"), ("❤️‍🔥", "good"),
        ("👎", "bad"), ("👎🏽", "bad"), ("💩", "bad"), ("🤮", "bad"), ("👍 👎", "bad"),
        ("🤔", None), ("🦄", None), ("", None), ("🤔 👍", "good"), ("custom", None),
    ],
)  # fmt: skip
def test_a_reaction_that_praises_or_condemns_is_an_opinion(emoji: str, kind: str | None) -> None:
    assert reaction_kind(emoji.split()) == kind


async def answered(db: Database, home: Home, *texts: str, user: str = "fan-1", chat: str = "") -> list[str]:
    """Have a fan's messages answered and sent; the answers' names on the platform."""
    thread = await say(db, home, *texts, user=user)
    await Turns(db, Avatar(), commands()).run(home.creator_id, thread)
    async with db.uow(home.creator_id) as uow:
        if chat:
            await uow.fetch("UPDATE thread SET chat_id = %(c)s WHERE id = %(t)s", {"c": chat, "t": thread})
        rows = await uow.fetch(
            """
            UPDATE outbound SET state = 'sent', platform_message_id = id::text, sent_at = created_at
            WHERE thread_id = %(thread)s RETURNING id
            """,
            {"thread": thread},
        )
    return [str(number) for number in sorted(row.id for row in rows)]


async def think(
    db: Database, home: Home, answer: str, kind: str | None, *, user: str = "fan-1", **other: Any
) -> bool:
    wanted = {"connection_id": home.connection_id, "chat_id": "fan-1", **other}
    async with db.uow(home.creator_id) as uow:
        return await conversation.feedback.give(
            uow, platform_message_id=answer, platform="webchat", user_id=user, kind=kind, **wanted
        )


async def opinions(db: Database, home: Home) -> dict[str, int]:
    async with db.uow(home.creator_id) as uow:
        found = await conversation.feedback.counted(uow, home.avatar.id, now() - timedelta(days=1))
    return {kind: number for kind, number in found.items() if number}


async def disliked(db: Database, home: Home) -> list[Judged]:
    async with db.uow(home.creator_id) as uow:
        return list(await conversation.feedback.disliked(uow, home.avatar.id))


async def test_a_fans_last_word_on_an_answer_counts_and_can_be_taken_back(db: Database, home: Home) -> None:
    (answer,) = await answered(db, home, QUOTED)
    for kind in ("good", "good", "flag", "bad"):
        assert await think(db, home, answer, kind)
        assert await opinions(db, home) == {kind: 1}
    await think(db, home, answer, None)
    await think(db, home, answer, None)
    assert await opinions(db, home) == {}


async def test_a_word_that_comes_late_does_not_undo_a_later_one(db: Database, home: Home) -> None:
    (answer,) = await answered(db, home, QUOTED)
    await think(db, home, answer, "bad", at=now())
    await think(db, home, answer, "good", at=now() - timedelta(seconds=5))
    await think(db, home, answer, None, at=now() - timedelta(seconds=3))
    assert await opinions(db, home) == {"bad": 1}


async def test_a_word_that_comes_after_it_was_taken_back_stays_taken_back(db: Database, home: Home) -> None:
    (answer,) = await answered(db, home, QUOTED)
    await think(db, home, answer, None, at=now())
    await think(db, home, answer, "bad", at=now() - timedelta(seconds=5))
    assert await opinions(db, home) == {}
    assert await disliked(db, home) == []


async def test_only_what_the_avatar_answered_is_judged_and_only_by_fans_it_knows(
    db: Database, home: Home
) -> None:
    answer, of_command = await answered(db, home, QUOTED, "/ping")
    elsewhere = await make_home(db)
    assert not await think(db, home, of_command, "bad")
    assert not await think(db, home, "4711", "bad")
    assert not await think(db, home, answer, "bad", chat_id="another-chat")
    assert not await think(db, home, answer, "bad", chat_id="fan-")
    assert not await think(db, home, answer, "bad", connection_id=elsewhere.connection_id)
    assert not await think(db, home, answer, "bad", user="somebody who has never written")
    assert not await think(db, elsewhere, answer, "bad", connection_id=home.connection_id)
    async with db.uow(home.creator_id) as uow:
        assert (await uow.fetch_one("SELECT count(*) AS n FROM fan")).n == 1
        await uow.fetch('UPDATE outbound SET payload = payload || \'{"by": "person"}\'')
    assert not await think(db, home, answer, "bad"), "a person's words are no answer of the avatar's"
    assert await opinions(db, home) == {}


@pytest.mark.parametrize("place", ["-100777", "-100777:12", "-100777/5"])
async def test_in_a_group_an_answer_is_known_by_its_chat_whatever_topic_it_is_in(
    db: Database, home: Home, place: str
) -> None:
    (answer,) = await answered(db, home, QUOTED, chat=place)
    await answered(db, home, QUOTED, user="fan-2")
    assert not await think(db, home, answer, "good", chat_id="-10077")
    for user in ("fan-1", "fan-2"):
        assert await think(db, home, answer, "good", chat_id="-100777", user=user)
    assert await opinions(db, home) == {"good": 2}


async def test_what_fans_were_unhappy_with_is_told_with_how_many(db: Database, home: Home) -> None:
    first, second, third = await answered(db, home, QUOTED, "quoted 0.9 wax melts", "drafted 0.9 soot glows")
    await answered(db, home, QUOTED, user="fan-2")
    await think(db, home, first, "bad")
    await think(db, home, second, "good")
    await think(db, home, third, "flag")
    await think(db, home, third, "bad", user="fan-2")
    found = await disliked(db, home)
    assert [(each.text, each.good, each.bad, each.flags) for each in found] == [
        ("drafted 0.9 soot glows", 0, 1, 1),
        (QUOTED, 0, 1, 0),
    ]
    assert "soot glows" in (found[0].answer or "")


async def test_an_opinion_is_in_its_fans_export_and_no_others_and_goes_with_them(
    db: Database, home: Home
) -> None:
    (answer,) = await answered(db, home, QUOTED, chat="-100777")
    await answered(db, home, QUOTED, user="fan-2", chat="-100777")
    await think(db, home, answer, "flag", chat_id="-100777")
    await think(db, home, answer, "bad", chat_id="-100777", user="fan-2")
    async with db.uow(home.creator_id) as uow:
        fans = [row.id for row in await uow.fetch("SELECT id FROM fan ORDER BY id")]
        kept = [(await kept_about(uow, fan)).get("feedback", []) for fan in fans]
    assert [[row["kind"] for row in rows] for rows in kept] == [["flag"], ["bad"]]
    async with db.uow(home.creator_id) as uow:
        await rights.erase(uow, fans[1], by="fan")
    assert await opinions(db, home) == {"flag": 1}
    async with db.uow(home.creator_id) as uow:
        await rights.erase(uow, fans[0], by="fan")
        assert not await uow.fetch("SELECT 1 FROM feedback")
