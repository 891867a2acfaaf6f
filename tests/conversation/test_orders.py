"""What the creator's people order from a chat: at once, once, told plainly, and nothing of it to others."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.services import Dsn
from bots import repository as connections
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.pump import Pump
from conversation.turn import Turns
from kernel import clock
from kernel.bus import Bus
from kernel.chat import PRIVATELY, Addressed, Outbound
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.service import boundaries, learning
from tests.conversation.groups import in_group
from tests.conversation.staff import ADMIN, employ, give, order, table
from tests.conversation.stand_ins import Avatar, mode, waiting
from tests.conversation.test_pump import Platform
from tests.factories.people import Home, make_home


@pytest.fixture
async def staffed(db: Database, home: Home) -> Home:
    """An avatar for whom Robin moderates."""
    await employ(db, home)
    return home


async def ask(db: Database, home: Home, said: str, user: str = "fan-1", **fields: Any) -> list[Any]:
    """What a fan asks and gets."""
    inbound = replace(home.inbound(said, said, user=user), **fields)
    return await give(db, home, inbound, Turns(db, Avatar(), table(db)))


async def rules(db: Database, home: Home) -> list[boundaries.Rule]:
    async with db.uow(home.creator_id) as uow:
        kept = await boundaries.kept.current(uow, home.avatar.id)
    return [rule for rule in kept.document.rules if rule.id.startswith("chat-")]


async def paused_by(db: Database, home: Home) -> str | None:
    async with db.uow(home.creator_id) as uow:
        pause = (await conversation.autonomy.signs(uow))[home.avatar.id].paused
    return pause.by if pause else None


async def test_a_pause_stops_everything_but_the_word_that_it_holds(
    dsn: Dsn, db: Database, staffed: Home
) -> None:
    await ask(db, staffed, "quoted 0.9 soot")
    async with db.uow(staffed.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent' WHERE payload->>'lang' <> 'en' OR id = 1")
    assert await order(db, staffed, "/pause") == t("en", "order.paused")
    assert await paused_by(db, staffed) == "Robin"
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 3_600, 10)
    platform = Platform()
    pump = Pump(db, Bus(dsn.app), "me", [platform])
    await pump.once()
    assert platform.shown == [t("en", "order.paused")]
    assert await order(db, staffed, "/resume") == t("en", "order.resumed")
    assert await paused_by(db, staffed) is None
    await pump.once()
    assert len(platform.shown) == 3, "what waited, and the word that it goes on"


async def test_while_all_is_paused_a_fan_gets_nothing_by_naming_an_order(db: Database, staffed: Home) -> None:
    await order(db, staffed, "/pause")
    assert await give(db, staffed, staffed.inbound("r", "/resume", user="fan-9")) == []
    assert await paused_by(db, staffed) == "Robin"


async def test_the_queue_tells_how_much_waits_and_the_oldest(db: Database, staffed: Home) -> None:
    assert await order(db, staffed, "/queue", update="1") == t("en", "queue.none")
    await mode(db, staffed, Mode.ASK)
    await ask(db, staffed, "quoted 0.9 soot")
    await ask(db, staffed, "quoted 0.9 wax", user="fan-2")
    (first, second) = await waiting(db, staffed)
    said = await order(db, staffed, "/queue", update="2")
    some = t("en", "queue.some", number=2, id=first.id, question="quoted 0.9 soot")
    assert said.startswith(f"{some}\n\n{first.outbound.text}")
    assert f"/approve {first.id}" in said
    assert f"{ADMIN}/@{staffed.avatar.slug}/approvals" in said
    assert second.outbound.text not in said


async def test_what_waits_is_told_in_no_group(db: Database, staffed: Home) -> None:
    asked = in_group(staffed, "1", "/queue", user="robin", addressed=Addressed.COMMAND)
    (row,) = await give(db, staffed, asked)
    assert Outbound.from_json(row.payload).buttons[0].url == f"{PRIVATELY}queue"
    assert await order(db, staffed, "/start queue") == t("en", "queue.none")


async def test_what_waits_is_sent_or_dropped_by_its_number_once(db: Database, staffed: Home) -> None:
    await mode(db, staffed, Mode.ASK)
    await ask(db, staffed, "quoted 0.9 soot")
    await ask(db, staffed, "quoted 0.9 wax", user="fan-2")
    (first, second) = await waiting(db, staffed)
    assert await order(db, staffed, "/approve") == t("en", "order.number")
    for update in ("1", "2"):
        said = await order(db, staffed, f"/approve {first.id}", update=update)
        assert said.endswith(t("en", "order.approved", id=first.id))
    assert await order(db, staffed, f"/reject #{second.id}") == t("en", "order.rejected", id=second.id)
    assert await waiting(db, staffed) == ()
    async with db.uow(staffed.creator_id) as uow:
        sent = await uow.fetch("SELECT 1 FROM outbound WHERE payload->>'text' = %(said)s",
                               {"said": first.outbound.text})  # fmt: skip
    assert len(sent) == 1
    decided = await order(db, staffed, f"/approve {second.id}")
    assert decided == "Robin has decided this already."
    assert "fan has erased" in await order(db, staffed, "/reject 99999")


async def test_two_moderators_who_decide_at_once_decide_once(db: Database, staffed: Home) -> None:
    await employ(db, staffed, user="kim", name="Kim")
    await mode(db, staffed, Mode.ASK)
    await ask(db, staffed, "quoted 0.9 soot")
    ((first),) = await waiting(db, staffed)
    async with asyncio.TaskGroup() as group:
        group.create_task(order(db, staffed, f"/approve {first.id}"))
        group.create_task(order(db, staffed, f"/reject {first.id}", user="kim"))
    async with db.uow(staffed.creator_id) as uow:
        decided = await conversation.approvals.decided(uow, staffed.avatar.id)
    assert len(decided) == 1


async def test_a_topic_is_closed_at_once_shows_whom_it_would_have_stopped_and_opens_again(
    db: Database, staffed: Home
) -> None:
    for number in range(5):
        await ask(db, staffed, f"quoted 0.9 the dosage is {number}?", user=f"fan-{number}")
    await ask(db, staffed, "quoted 0.9 the wick?")
    said = await order(db, staffed, "/topic block dosage 7d")
    until = f"{clock.now() + timedelta(days=7):%Y-%m-%d}"
    first, *shown = said.splitlines()
    assert first == " ".join(
        (t("en", "topic.closed", words="dosage"), t("en", "topic.until", date=until),
         t("en", "topic.would", number=5))
    )  # fmt: skip
    assert len(shown) == 3
    assert all("dosage" in line for line in shown)
    (rule,) = await rules(db, staffed)
    assert (rule.phrases, rule.kind, rule.name) == (("dosage",), boundaries.Kind.FORBIDDEN, "dosage")
    assert await order(db, staffed, "/topic undo") == t("en", "topic.reopened", words="dosage")
    assert await rules(db, staffed) == []
    assert await order(db, staffed, "/topic undo", update="2") == t("en", "topic.nothing")


@pytest.mark.parametrize("text", ["/topic", "/topic block", "/topic nonsense", "/topic block ,"])
async def test_a_topic_needs_words(db: Database, staffed: Home, text: str) -> None:
    said = await order(db, staffed, text)
    assert said == t("en", "topic.usage") or said.startswith("Write at least one phrase")
    assert await rules(db, staffed) == []


@pytest.mark.parametrize("lang", [each for each in SUPPORTED if each != "en"])
async def test_why_something_cant_be_is_told_in_every_language(
    db: Database, staffed: Home, lang: str
) -> None:
    for text in ("/topic block ,", "/approve 4711"):
        asked = replace(staffed.inbound(text, text, user="robin"), chosen_language=lang)
        (row,) = await give(db, staffed, asked)
        assert row.payload["lang"] == lang
        assert row.payload["text"] not in ("Write at least one phrase or one example of what you mean.",
                                           "This isn't here any more: the fan has erased it.")  # fmt: skip


async def test_several_topics_open_again_one_by_one(db: Database, staffed: Home) -> None:
    for words in ("dosage, pills", "gossip"):
        await order(db, staffed, f"/topic block {words}")
    assert [rule.phrases for rule in await rules(db, staffed)] == [("dosage", "pills"), ("gossip",)]
    assert "gossip" in await order(db, staffed, "/topic undo")
    assert [rule.name for rule in await rules(db, staffed)] == ["dosage, pills"]


async def test_the_same_order_again_closes_and_opens_nothing_more(db: Database, staffed: Home) -> None:
    async with db.uow(staffed.creator_id) as uow:
        for _ in range(2):
            await boundaries.close(uow, staffed.avatar.id, boundaries.closing("dosage", 7, None))
        await boundaries.close(uow, staffed.avatar.id, boundaries.closing("gossip", 8, None))
    assert len(await rules(db, staffed)) == 2
    async with db.uow(staffed.creator_id) as uow:
        opened = [await boundaries.reopen(uow, staffed.avatar.id, 9) for _ in range(2)]
    assert opened == ["gossip", "gossip"]
    assert [rule.name for rule in await rules(db, staffed)] == ["dosage"]


async def test_a_topic_that_was_closed_for_some_days_opens_by_itself(db: Database, staffed: Home) -> None:
    await order(db, staffed, "/topic block dosage 7d")
    await order(db, staffed, "/topic block gossip")
    lapsing = boundaries.Lapsing(db)
    assert await lapsing.tick() == 0
    with clock.shifted(timedelta(days=6, hours=23)):
        assert await lapsing.tick() == 0
    with clock.shifted(timedelta(days=7, minutes=1)):
        assert await lapsing.tick() == 1
        assert await lapsing.tick() == 0
    assert [rule.name for rule in await rules(db, staffed)] == ["gossip"]


async def test_in_a_group_nobodys_messages_are_shown(db: Database, staffed: Home) -> None:
    await ask(db, staffed, "quoted 0.9 the dosage for Ada?")
    asked = in_group(staffed, "1", "/topic block dosage", user="robin", addressed=Addressed.COMMAND)
    (row,) = await give(db, staffed, asked)
    assert t("en", "topic.would", number=1) in row.payload["text"]
    assert "Ada" not in row.payload["text"]


async def test_the_right_words_are_taught_in_reply_to_an_answer(db: Database, staffed: Home) -> None:
    said = in_group(staffed, "1", "quoted 0.9 soot")
    await give(db, staffed, said, Turns(db, Avatar(), table(db)))
    async with db.uow(staffed.creator_id) as uow:
        await uow.send("UPDATE outbound SET platform_message_id = 'm1' WHERE payload->>'text' LIKE 'Soot%'")
    fix = in_group(staffed, "2", "/fix Soot glows yellow.", user="robin", addressed=Addressed.COMMAND)
    (usage,) = await give(db, staffed, fix)
    assert usage.payload["text"] == t("en", "fix.usage"), "it replies to nothing"
    for update in ("3", "4"):
        again = replace(fix, update_id=update, reply_to="m1")
        (row,) = await give(db, staffed, again)
        assert row.payload["text"] == t("en", "fix.done", question="quoted 0.9 soot")
    async with db.uow(staffed.creator_id) as uow:
        taught = (await learning.listing(uow, staffed.avatar.id)).items
    assert [(each.text, each.by) for each in taught] == [("Soot glows yellow.", "Robin")]


async def test_nothing_is_taught_that_no_fan_would_get(db: Database, staffed: Home) -> None:
    await give(db, staffed, in_group(staffed, "1", "quoted 0.9 soot"), Turns(db, Avatar(), table(db)))
    async with db.uow(staffed.creator_id) as uow:
        await uow.send("UPDATE outbound SET platform_message_id = 'm1' WHERE payload->>'text' LIKE 'Soot%'")
    text = "/fix I am a real person, not an AI."
    said = in_group(staffed, "2", text, user="robin", addressed=Addressed.COMMAND)
    (row,) = await give(db, staffed, replace(said, reply_to="m1"))
    assert "no fan would get it" in row.payload["text"]
    async with db.uow(staffed.creator_id) as uow:
        assert (await learning.listing(uow, staffed.avatar.id)).items == ()


@pytest.mark.parametrize("text", ["/pause", "/topic block wax", "/approve 1", "/queue"])
async def test_who_works_for_one_creator_orders_nothing_at_anothers(
    db: Database, staffed: Home, text: str
) -> None:
    other = await make_home(db)
    assert await order(db, other, text) == f"re: {text}"
    assert await paused_by(db, other) is None
    assert await rules(db, other) == []


async def test_a_correction_from_a_chat_is_taken_back_by_its_button_or_in_reply(
    db: Database, staffed: Home
) -> None:
    await mode(db, staffed, Mode.AUTO)
    await order(db, staffed, "quoted 0.9 why yellow?", update="q")
    async with db.uow(staffed.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent', platform_message_id = id::text")
        row = await uow.fetch_one("SELECT max(id) AS id FROM outbound WHERE once LIKE 'reply:%%'")
    name = str(row.id)
    said = replace(staffed.inbound("f", "/fix Soot glows.", user="robin"), reply_to=name)
    (done,) = await give(db, staffed, said)
    (undo,) = Outbound.from_json(done.payload).buttons

    async def given() -> list[tuple[str, bool]]:
        async with db.uow(staffed.creator_id) as uow:
            return [(each.text, each.on) for each in (await learning.listing(uow, staffed.avatar.id)).items]

    assert await given() == [("Soot glows.", True)]
    assert await order(db, staffed, undo.text or "", update="u1") == t("en", "fix.undone")
    assert await order(db, staffed, undo.text or "", update="u2") == t("en", "fix.undone"), "twice is once"
    assert await given() == [("Soot glows.", False)]
    await order(db, staffed, "/fix Carbon glows.", update="f2", reply_to=name)
    assert await given() == [("Carbon glows.", True)]
    assert await order(db, staffed, "/fix undo", update="u3", reply_to=name) == t("en", "fix.undone")
    assert await given() == [("Carbon glows.", False)]
    assert await order(db, staffed, "/fix undo", update="u4") == t("en", "fix.nothing")
