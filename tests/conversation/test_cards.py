"""What waits for a person is shown where the team is, decided once, and every card says by whom."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots import service as bots
from community import service as community
from community.types import ChatNews, ChatSettings
from conversation import approvals, autonomy, rights
from conversation.autonomy import Late, Mode
from conversation.events import AnswerApproved
from conversation.turn import Turns
from kernel import clock
from kernel.chat import Addressed, Inbound, Outbound
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import SUPPORTED
from tests.conversation.staff import employ, give, table
from tests.conversation.stand_ins import Avatar, left_to_a_person, mode, outbounds, outcomes, waiting
from tests.factories.people import Home

TEAM = "-1007"


async def telegram(db: Database, home: Home, text: str, *, user: str = "robin", **more: Any) -> Inbound:
    """What somebody writes to the avatar's bot in Telegram."""
    async with db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, bots.TELEGRAM)
    said = home.inbound(more.pop("update", text), text, user=user)
    return replace(said, platform="telegram", connection_id=connection, **more)


async def says(db: Database, home: Home, text: str, *, user: str = "robin", **more: Any) -> list[str]:
    """What somebody of the team writes to the bot in private; what is queued because of it."""
    rows = await give(db, home, await telegram(db, home, text, user=user, **more))
    return [row.payload["text"] for row in rows]


async def in_team(db: Database, home: Home, text: str, *, user: str = "robin", **more: Any) -> list[str]:
    """What somebody writes, or presses, in the team's group."""
    more = {"chat_id": TEAM, "room": TEAM, "addressed": Addressed.COMMAND} | more
    return await says(db, home, text, user=user, **more)


async def asks(db: Database, home: Home, text: str, user: str = "fan-1") -> list[Any]:
    """What a fan asks in the web chat, as `Avatar` reads it, and what is queued because of it."""
    said = replace(home.inbound(text, text, user=user), user_name="Ada")
    return await give(db, home, said, Turns(db, Avatar(), table(db)))


@pytest.fixture
async def staffed(db: Database, home: Home) -> Home:
    """Two moderators, each known in a private chat of Telegram's; the mode is Ask."""
    for user, name in (("robin", "Robin"), ("kim", "Kim")):
        await employ(db, home, user=user, name=name)
    async with db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, bots.TELEGRAM)
        await uow.send("UPDATE identity SET platform = 'telegram'")
        await uow.send("UPDATE staff_identity SET platform = 'telegram'")
        await uow.send("UPDATE thread SET platform = 'telegram', connection_id = %(c)s", {"c": connection})
        await uow.send("UPDATE message SET connection_id = %(c)s", {"c": connection})
        await uow.send("DELETE FROM outbound")
    await mode(db, home, Mode.ASK)
    return home


async def team_chat(db: Database, home: Home) -> None:
    """The bot is in a group that is the team's."""
    async with db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, bots.TELEGRAM)
        await community.note_chat(
            uow, home.avatar.id, ChatNews(connection, "telegram", TEAM, "group", "Team", state="member"),
            seen=1,
        )  # fmt: skip
        (chat,) = await community.chats(uow, home.avatar.id)
        await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(team=True))


async def cards(db: Database, home: Home) -> list[Any]:
    """The cards that are queued or sent, in order, each as an outbound with its number, place and state."""
    async with db.uow(home.creator_id) as uow:
        return await uow.fetch(
            "SELECT id, once, payload, state, chat_id, thread_id FROM outbound "
            "WHERE payload->>'by' = 'card' ORDER BY id"
        )


async def deliver(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent', platform_message_id = id::text")


async def test_a_card_shows_question_draft_sources_confidence_and_what_can_be_done(
    db: Database, staffed: Home
) -> None:
    await asks(db, staffed, "quoted 0.4 soot")
    shown = await cards(db, staffed)
    (first,) = await waiting(db, staffed)
    assert len(shown) == 2, "each of the team in private, where they have no chat of their own"
    card = Outbound.from_json(shown[0].payload)
    assert card.quote == "quoted 0.4 soot"
    assert card.text == first.outbound.text
    assert [each.label for each in card.citations] == ["The flame"]
    assert card.notice.startswith(
        t("en", "card.waits", id=first.id, name="Ada", platform="Webchat", count=None)
    )
    assert t("en", "card.sure", percent=40) in card.notice
    assert [each.text for each in card.buttons] == [
        f"/approve {first.id}", f"/edit {first.id}", f"/reject {first.id}", f"/takeover {first.id}"
    ]  # fmt: skip


async def test_an_export_names_nobody_who_decided_and_no_place_of_the_teams(
    db: Database, staffed: Home
) -> None:
    await team_chat(db, staffed)
    await asks(db, staffed, "quoted 0.9 soot")
    await deliver(db, staffed)
    (first,) = await waiting(db, staffed)
    await in_team(db, staffed, f"/reject {first.id}")
    notes = [row.payload["notice"] for row in await cards(db, staffed)]
    assert all("Robin" in note for note in notes)
    async with db.uow(staffed.creator_id) as uow:
        fan = await community.find_fan(uow, "webchat", "fan-1")
        message = await uow.fetch_one("SELECT id FROM message WHERE text = 'quoted 0.9 soot'")
        assert fan
        secret = await rights.ask_export(uow, fan_id=fan.id, message_id=message.id, platform="webchat")
        file = (await rights.take_export(uow, secret)).to_file().decode()
    assert "quoted 0.9 soot" in file
    assert "Robin" not in file
    assert TEAM not in file


async def test_a_fan_who_asks_for_a_person_again_makes_no_second_card(db: Database, staffed: Home) -> None:
    await team_chat(db, staffed)
    for number in range(3):
        await give(db, staffed, staffed.inbound(f"h{number}", "/human"))
    assert len(await cards(db, staffed)) == 1
    await give(db, staffed, staffed.inbound("back", "/ai"))
    await give(db, staffed, staffed.inbound("again", "/human"))
    assert len(await cards(db, staffed)) == 2


@pytest.mark.parametrize("words", ["", " A person will write to you."])
async def test_a_person_who_is_promised_by_a_suggestion_is_there_once_it_is_sent(
    db: Database, staffed: Home, words: str
) -> None:
    await team_chat(db, staffed)
    await mode(db, staffed, Mode.SHADOW)
    await asks(db, staffed, "handover:money - somebody will see")
    async with db.uow(staffed.creator_id) as uow:
        (first,) = await approvals.waiting(uow, staffed.avatar.id, suggested=True)
        assert await approvals.handed_over(uow, staffed.avatar.id) == (), "nothing was promised yet"
        await approvals.send(uow, staffed.avatar.id, first.id, by="Robin", text=words.strip() or None)
        (left,) = await approvals.handed_over(uow, staffed.avatar.id)
    assert left.id == first.thread_id
    said = [row.payload["text"] for row in await outbounds(db, staffed) if row.payload["by"] == ""]
    assert any(each.endswith(left_to_a_person(words.strip() or "somebody will see.")) for each in said)
    wanted = (await cards(db, staffed))[-1].payload
    assert t("en", "card.person", name="Ada", platform="Webchat") in wanted["notice"]
    await mode(db, staffed, Mode.AUTO)
    assert await asks(db, staffed, "quoted 0.9 soot") == [], "the avatar is silent until it is given back"


async def test_in_shadow_it_is_a_suggestion_and_a_boundary_is_named(db: Database, staffed: Home) -> None:
    await mode(db, staffed, Mode.SHADOW)
    await asks(db, staffed, "forbidden:medical - take two")
    (card, _) = await cards(db, staffed)
    notice = card.payload["notice"]
    assert t("en", "card.why.shadow") in notice
    assert "medical" in notice.lower()
    await mode(db, staffed, Mode.AUTO)
    await asks(db, staffed, "handover:money - somebody will see", "fan-2")
    (card, _) = (await cards(db, staffed))[2:]
    assert t("en", "card.person", name="Ada", platform="Webchat") in card.payload["notice"]
    thread = card.payload["buttons"][0]["text"].removeprefix("/takeover ")
    assert (await says(db, staffed, f"/takeover {thread}"))[-1] == t("en", "order.taken", minutes=30)
    notes = [row.payload["notice"] for row in (await cards(db, staffed))[2:]]
    assert all(note.endswith(t("en", "card.told.taken", name="Robin")) for note in notes)


async def test_where_the_team_has_a_chat_the_card_goes_there_alone_and_the_avatar_says_nothing_else(
    db: Database, staffed: Home
) -> None:
    await team_chat(db, staffed)
    await asks(db, staffed, "quoted 0.9 soot")
    (card,) = await cards(db, staffed)
    assert (card.chat_id, card.thread_id) == (TEAM, None)
    await deliver(db, staffed)
    reply = {"reply_to": str(card.id), "addressed": Addressed.REPLY}
    assert await in_team(db, staffed, "What do you think?", **reply) == [], "they talk about it"
    (first,) = await waiting(db, staffed)
    assert await in_team(db, staffed, f"/approve {first.id}", user="stranger") == []
    assert len(await waiting(db, staffed)) == 1, "who isn't of the team decides nothing there"


async def test_raced_by_two_moderators_the_first_has_decided_and_the_second_is_told_who(
    db: Database, staffed: Home
) -> None:
    await asks(db, staffed, "quoted 0.9 soot")
    await deliver(db, staffed)
    (first,) = await waiting(db, staffed)
    ended = await asyncio.gather(
        says(db, staffed, f"/approve {first.id}"), says(db, staffed, f"/reject {first.id}", user="kim")
    )
    async with db.uow(staffed.creator_id) as uow:
        (one,) = await approvals.decided(uow, staffed.avatar.id)
    winner, loser = ("Robin", ended[1]) if one.state == "sent" else ("Kim", ended[0])
    assert one.by == winner
    told = [text for text in loser if text == f"{winner} has decided this already."]
    answers = [row for row in await outbounds(db, staffed) if row.once == f"reply:{first.message_id}:0"]
    assert len(told) == 1
    assert len(answers) == (one.state == "sent")
    changed = [row for row in await cards(db, staffed) if row.payload.get("edits")]
    key = "card.told.sent" if one.state == "sent" else "card.told.dropped"
    assert len(changed) == 2, "the other one's card, too"
    for row in changed:
        assert row.payload["notice"].endswith(t("en", key, name=winner))
        assert row.payload["buttons"] == []


async def test_a_card_that_waits_to_be_sent_says_at_once_who_has_decided(db: Database, staffed: Home) -> None:
    """Somebody in the web was faster than the platform."""
    await asks(db, staffed, "quoted 0.9 soot")
    (first,) = await waiting(db, staffed)
    async with db.uow(staffed.creator_id) as uow:
        await approvals.drop(uow, staffed.avatar.id, first.id, by="Ember")
    shown = await cards(db, staffed)
    assert len(shown) == 2
    assert all(row.payload["notice"].endswith(t("en", "card.told.dropped", name="Ember")) for row in shown)


async def test_the_words_that_reply_to_the_question_for_them_are_sent_and_learnt(
    db: Database, staffed: Home
) -> None:
    heard: list[AnswerApproved] = []

    async def hear(uow: UnitOfWork, event: AnswerApproved) -> None:
        heard.append(event)

    db.events.on(AnswerApproved, hear)
    await asks(db, staffed, "quoted 0.4 soot")
    (first,) = await waiting(db, staffed)
    (asked,) = await says(db, staffed, f"/edit {first.id}")
    assert asked == t("en", "edit.ask", id=first.id)
    await deliver(db, staffed)
    prompt = str((await outbounds_with_ids(db, staffed))[-1])
    assert t("en", "order.edited", id=first.id) in await says(
        db, staffed, "Tiny bits of\nglowing carbon.", reply_to=prompt
    )
    (row,) = [each for each in await outbounds(db, staffed) if each.once == f"reply:{first.message_id}:0"]
    assert row.payload["text"] == "Tiny bits of\nglowing carbon."
    assert [(event.edited, event.text) for event in heard] == [(True, "Tiny bits of\nglowing carbon.")]
    shown = [row.payload["text"] for row in await cards(db, staffed) if row.payload.get("edits")]
    assert shown == ["Tiny bits of\nglowing carbon."] * 2, "what was sent, in place of the draft"
    late = await says(db, staffed, "Or soot.", user="kim", reply_to=prompt)
    assert late[-1] != t("en", "order.edited", id=first.id), "Kim's chat has no such question"


async def outbounds_with_ids(db: Database, home: Home) -> list[int]:
    async with db.uow(home.creator_id) as uow:
        return [row.id for row in await uow.fetch("SELECT id FROM outbound ORDER BY id")]


async def test_a_fans_reply_edits_nothing(db: Database, staffed: Home) -> None:
    await asks(db, staffed, "quoted 0.4 soot")
    (first,) = await waiting(db, staffed)
    await says(db, staffed, f"/edit {first.id} Mine", user="stranger", update="x")
    assert first in await waiting(db, staffed), "for a fan there is no such order"


async def test_who_takes_over_drops_what_waits_there(db: Database, staffed: Home) -> None:
    await asks(db, staffed, "quoted 0.4 soot")
    (first,) = await waiting(db, staffed)
    await says(db, staffed, f"/takeover {first.id}")
    assert await waiting(db, staffed) == ()
    assert "to_person" in await outcomes(db, staffed)
    told = t("en", "card.told.taken", name="Robin")
    assert all(row.payload["notice"].endswith(told) for row in await cards(db, staffed))
    decided = await says(db, staffed, f"/approve {first.id}", user="kim")
    assert decided[-1] == "Robin has decided this already."


async def test_what_waits_too_long_gets_the_creators_text_once(db: Database, staffed: Home) -> None:
    async with db.uow(staffed.creator_id) as uow:
        await autonomy.save_late(uow, staffed.avatar.id, Late("Sorry, we are all asleep.", 2))
    await asks(db, staffed, "quoted 0.4 soot")
    (first,) = await waiting(db, staffed)
    with clock.shifted(timedelta(minutes=119)):
        assert await approvals.expire(db) == 0
    with clock.shifted(timedelta(minutes=121)):
        assert await approvals.expire(db) == 1
        assert await approvals.expire(db) == 0
    (row,) = [each for each in await outbounds(db, staffed) if each.once == f"reply:{first.message_id}:0"]
    assert row.payload["text"] == "Sorry, we are all asleep."
    assert (await cards(db, staffed))[0].payload["notice"].endswith(t("en", "card.told.expired"))


async def test_without_a_text_it_is_dropped_after_a_week_in_silence(db: Database, staffed: Home) -> None:
    await asks(db, staffed, "quoted 0.4 soot")
    count = len(await outbounds(db, staffed))
    with clock.shifted(timedelta(days=6)):
        assert await approvals.expire(db) == 0
    with clock.shifted(timedelta(days=8)):
        assert await approvals.expire(db) == 1
    assert len(await outbounds(db, staffed)) == count


async def test_a_viewer_gets_no_card_and_an_erased_fan_leaves_none(db: Database, staffed: Home) -> None:
    async with db.system_uow() as uow:
        await uow.send("UPDATE membership SET role = 'viewer' WHERE account_id = 1")
    await asks(db, staffed, "quoted 0.4 soot")
    assert len(await cards(db, staffed)) == 1
    async with db.uow(staffed.creator_id) as uow:
        fan = await uow.fetch_one("SELECT fan_id FROM identity WHERE platform_user_id = 'fan-1'")
        await uow.send("DELETE FROM fan WHERE id = %(id)s", {"id": fan.fan_id})
    assert await cards(db, staffed) == []


def test_every_language_says_it_in_words_of_its_own() -> None:
    for key in ("card.waits", "card.told.taken", "edit.ask", "menu.edit"):
        said = {t(lang, key, id=1, name="N", platform="P") for lang in SUPPORTED}
        assert len(said) == len(SUPPORTED), key
