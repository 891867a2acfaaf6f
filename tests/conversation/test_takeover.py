"""A person takes a thread over: the avatar is silent, what each says goes to the other."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.services import Dsn
from app.wiring import wire
from bots import repository as connections
from bots import service as bots
from community import service as community
from community.errors import NoSuchMember
from community.types import Role, StaffInfo
from conversation import approvals, history_repository, inbox, rights, rights_repository, takeover
from conversation import service as conversation
from conversation.errors import AlreadyDecided, NothingWaits, TakenOver
from conversation.gate import FRESH_S
from conversation.pump import Pump
from conversation.turn import Turns, _bounded
from conversation.types import Gate, Sent, ToSend
from kernel import clock
from kernel.bus import Bus
from kernel.chat import Inbound, Medium
from kernel.db import Database
from kernel.i18n import t
from kernel.i18n.bidi import CONTROLS
from kernel.lang import SUPPORTED
from tests.conversation.groups import behave, in_group
from tests.conversation.staff import employ, give, link, order, table
from tests.conversation.stand_ins import Echo, end, left_to_a_person, outbounds
from tests.conversation.test_pump import Platform
from tests.factories.people import Home

PHOTO = Medium("photo", file="AgAC", width=90, height=60)


@pytest.fixture
async def robin(db: Database, home: Home) -> StaffInfo:
    """A moderator, known in a private chat of Telegram's, who has taken nothing over yet."""
    number = await employ(db, home)
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE identity SET platform = 'telegram'")
        await uow.send("UPDATE staff_identity SET platform = 'telegram'")
        connection = await bots.ensure_connection(uow, home.avatar.id, bots.TELEGRAM)
        await uow.send("UPDATE thread SET platform = 'telegram', connection_id = %(c)s", {"c": connection})
        await uow.send("UPDATE message SET connection_id = %(c)s", {"c": connection})
        await uow.send("DELETE FROM outbound")
    return StaffInfo(number, "Robin", Role.MODERATOR)


async def telegram(db: Database, home: Home, text: str, *, user: str = "robin", **more: Any) -> Inbound:
    """What somebody writes to the avatar's bot in Telegram."""
    async with db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, bots.TELEGRAM)
    said = home.inbound(more.pop("update", text), text, user=user)
    return replace(said, platform="telegram", connection_id=connection, **more)


async def asks(db: Database, home: Home, text: str, user: str = "fan-1", **more: Any) -> list[Any]:
    """What a fan says in the web chat, and what is queued because of it."""
    said = replace(home.inbound(more.pop("update", text), text, user=user), user_name="Ada", **more)
    return await give(db, home, said)


async def works(db: Database, home: Home, text: str, **more: Any) -> list[Any]:
    """What Robin writes to the bot, and what is queued because of it."""
    return await give(db, home, await telegram(db, home, text, **more))


async def deliver(db: Database, home: Home) -> None:
    """Have all that waits be sent."""
    async with db.uow(home.creator_id) as uow:
        await uow.send(
            "UPDATE outbound SET state = 'sent', sent_at = created_at, platform_message_id = id::text"
        )


async def thread_of(db: Database, home: Home, user: str = "fan-1") -> int:
    async with db.uow(home.creator_id) as uow:
        row = await uow.fetch_one(
            "SELECT thread.id FROM thread JOIN identity ON identity.fan_id = thread.fan_id "
            "WHERE platform_user_id = %(user)s",
            {"user": user},
        )
    return int(row.id)


async def copy(db: Database, home: Home) -> str:
    """The platform's name of the last of a fan's words that was passed on to somebody."""
    await deliver(db, home)
    async with db.uow(home.creator_id) as uow:
        row = await uow.fetch_one("SELECT max(id) AS id FROM outbound WHERE payload->>'by' = 'fan'")
    return str(row.id)


async def take(db: Database, home: Home, who: StaffInfo, thread: int | None = None, **more: Any) -> None:
    number = thread or await thread_of(db, home)
    async with db.uow(home.creator_id) as uow:
        await takeover.take(uow, home.avatar.id, number, who, **more)


async def taken(db: Database, home: Home, robin: StaffInfo, **more: Any) -> int:
    """A fan of the web chat, with whom Robin talks from Telegram; the fan's thread."""
    await asks(db, home, "Is anybody there?")
    await take(db, home, robin, relay_to=await thread_of(db, home, "robin"), **more)
    await deliver(db, home)
    return await thread_of(db, home)


async def fan_of(db: Database, home: Home, user: str = "fan-1") -> int:
    async with db.uow(home.creator_id) as uow:
        row = await uow.fetch_one(
            "SELECT fan_id FROM identity WHERE platform_user_id = %(user)s", {"user": user}
        )
    return int(row.fan_id)


async def last_message(db: Database, home: Home) -> int:
    async with db.uow(home.creator_id) as uow:
        return int((await uow.fetch_one("SELECT max(id) AS id FROM message")).id)


class Taking(Platform):
    """A platform whose batch has just been taken when somebody takes the thread over, once."""

    def __init__(self, first: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.first: Callable[[], Awaitable[None]] | None = first

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        first, self.first = self.first, None
        if first is not None:
            await first()
            await asyncio.sleep(FRESH_S + 0.05)
        return await super().send(batch, may_go)


async def holder(db: Database, home: Home, thread: int) -> str:
    async with db.uow(home.creator_id) as uow:
        found = await takeover.holder(uow, thread)
    return found.name if found else ""


def texts(rows: list[Any]) -> list[str]:
    return [row.payload["text"] for row in rows]


async def test_the_fan_is_told_once_and_the_avatar_is_silent(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    thread = await taken(db, home, robin)
    begun = t("en", "takeover.begun", creator=home.avatar.creator_name)
    assert texts(await outbounds(db, home)).count(left_to_a_person(begun)) == 1
    await take(db, home, robin)
    assert texts(await outbounds(db, home)).count(left_to_a_person(begun)) == 1, "who has it goes on with it"
    (passed,) = await asks(db, home, "Can you hear me?")
    assert (passed.payload["text"], passed.payload["by"]) == ("Can you hear me?", "fan")
    assert "Ada" in passed.payload["notice"]
    assert await holder(db, home, thread) == "Robin"


async def test_what_is_said_goes_both_ways_over_platforms(db: Database, home: Home, robin: StaffInfo) -> None:
    thread = await taken(db, home, robin)
    shown = (await outbounds(db, home))[-1].payload["text"]
    assert "Ada: Is anybody there?" in shown, "the first answer can be written below what was said before"
    await asks(db, home, "Can you hear me?")
    (answer,) = await works(db, home, "Loud and clear.", reply_to=await copy(db, home))
    assert (answer.payload["text"], answer.payload["by"], answer.payload["who"]) == (
        "Loud and clear.", "person", "Robin"
    )  # fmt: skip
    assert "not the AI" in answer.payload["notice"]
    async with db.uow(home.creator_id) as uow:
        found = await conversation.transcript(uow, thread)
        _, lines = await inbox.conversation(uow, home.avatar.id, thread)
    assert [line.author for line in found.lines] == ["fan", "avatar", "avatar", "fan"]
    assert (lines[-1].author, lines[-1].who) == ("person", "Robin")


async def test_a_fan_of_telegram_talks_with_somebody_in_the_web_chat(db: Database, home: Home) -> None:
    number = await employ(db, home, user="kim", name="Kim")
    said = await telegram(db, home, "Hello?", user="77")
    await give(db, home, said)
    who = StaffInfo(number, "Kim", Role.MODERATOR)
    await take(db, home, who, await thread_of(db, home, "77"), relay_to=await thread_of(db, home, "kim"))
    (passed,) = await give(db, home, await telegram(db, home, "Still there?", user="77"))
    assert passed.payload["text"] == "Still there?"
    # The web chat has no replies: what is written there is for the only fan whom they talk with.
    (answer,) = await give(db, home, home.inbound("a", "Here I am.", user="kim"))
    assert (answer.payload["text"], answer.payload["by"]) == ("Here I am.", "person")
    assert await order(db, home, "/release", user="kim") == "\n".join(
        (t("en", "takeover.ended", creator=home.avatar.creator_name), t("en", "order.released"))
    )
    (answer,) = await give(db, home, home.inbound("b", "And me?", user="kim"))
    assert answer.payload["text"] == "re: And me?"


async def test_media_are_passed_on_where_that_can_be_and_named_where_not(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    await asks(db, home, "Here I am")
    (answer,) = await works(db, home, "And this", medium=PHOTO, reply_to=await copy(db, home))
    assert answer.payload["media"] == []
    assert answer.payload["text"] == f"{t('en', 'relay.unseen')}\nAnd this"
    fan = await telegram(db, home, "Hello?", user="77")
    await give(db, home, fan)
    own = await thread_of(db, home, "robin")
    await take(db, home, robin, await thread_of(db, home, "77"), relay_to=own)
    (passed,) = await give(db, home, await telegram(db, home, "Look", user="77", medium=PHOTO))
    assert passed.payload["media"][0]["file"] == f"relayed:{fan.connection_id}:AgAC"
    (answer,) = await works(db, home, "Nice", medium=PHOTO, reply_to=await copy(db, home), update="w2")
    assert answer.payload["media"][0]["file"] == f"relayed:{fan.connection_id}:AgAC"


async def test_the_same_message_twice_is_passed_on_once_in_either_direction(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    await asks(db, home, "Twice", update="u1")
    assert await asks(db, home, "Twice", update="u1") == []
    name = await copy(db, home)
    assert len(await works(db, home, "Once", update="w1", reply_to=name)) == 1
    assert await works(db, home, "Once", update="w1", reply_to=name) == []


async def test_a_turn_that_dies_passes_nothing_on_twice_and_loses_nothing(
    db: Database, home: Home, robin: StaffInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between what it passed on and the end of its turn: the next one does that again."""
    await taken(db, home, robin)
    await asks(db, home, "Hello")
    said = await telegram(db, home, "Once", reply_to=await copy(db, home))
    async with db.uow(home.creator_id) as uow:
        received = await conversation.receive(uow, home.avatar.id, said)
    before = len(await outbounds(db, home))
    dying = Database(db.dsn, jobs=db.jobs) if hasattr(db, "jobs") else Database(db.dsn)
    turns = Turns(dying, Echo(), table(dying))

    async def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(turns, "_write", dies)
    with pytest.raises(RuntimeError, match="killed"):
        await turns.run(home.creator_id, received.thread_id)
    assert len(await outbounds(db, home)) == before + 1
    await end(dying)
    alive = Turns(db, Echo(), table(db))
    await alive.take_up()
    await alive.run(home.creator_id, received.thread_id)
    rows = (await outbounds(db, home))[before:]
    assert texts(rows) == ["Once"]
    async with db.uow(home.creator_id) as uow:
        assert not await uow.fetch("SELECT 1 FROM message WHERE state = 'new'")


async def test_of_two_at_once_the_first_has_it_and_the_second_is_told_who(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    kim = StaffInfo(await employ(db, home, user="kim", name="Kim"), "Kim", Role.MODERATOR)
    await asks(db, home, "Anybody?")
    ended = await asyncio.gather(
        take(db, home, robin), take(db, home, kim), return_exceptions=True
    )  # fmt: skip
    first = {"Robin", "Kim"} - {error.params["name"] for error in ended if isinstance(error, TakenOver)}
    assert len(first) == 2 - sum(isinstance(each, TakenOver) for each in ended) == 1
    thread = await thread_of(db, home)
    name = await holder(db, home, thread)
    second = kim if name == "Robin" else robin
    async with db.uow(home.creator_id) as uow:
        with pytest.raises(TakenOver, match=name):
            await takeover.say(uow, home.avatar.id, thread, "Mine!", second, token="aaaaaaaa")
        with pytest.raises(TakenOver, match=name):
            await approvals.answer(uow, home.avatar.id, thread, "Mine!", token="b", seen=0, who=second)


async def test_orders_take_over_by_a_reply_or_a_waiting_answers_number_and_give_back(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    assert texts(await works(db, home, "/takeover 30m")) == [t("en", "takeover.usage")]
    await asks(db, home, "Hello?")
    thread = await thread_of(db, home)
    async with db.uow(home.creator_id) as uow:
        await uow.send(
            "INSERT INTO approval (creator_id, avatar_id, thread_id, message_id, reason, state, lang, "
            "outcome, parts, passages, decided_by, created_at) SELECT creator_id, %(avatar)s, thread_id, id, "
            "'ask', 'waiting', 'en', 'quoted', '[]', '[]', '', created_at FROM message "
            "WHERE thread_id = %(thread)s",
            {"avatar": home.avatar.id, "thread": thread},
        )
        row = await uow.fetch_one("SELECT id FROM approval")
    told = texts(await works(db, home, f"/takeover {row.id} 10m"))
    assert told[-1] == t("en", "order.taken.for", count=10)
    assert await holder(db, home, thread) == "Robin"
    told = texts(await works(db, home, "/release", update="r1", reply_to=await copy(db, home)))
    assert told[-1] == t("en", "order.released")
    assert told[0] == t("en", "takeover.ended", creator=home.avatar.creator_name)
    assert await holder(db, home, thread) == ""
    (answer,) = await asks(db, home, "And now?")
    assert answer.payload["text"] == "re: And now?"
    assert answer.payload["notice"] == t("en", "disclosure.again", creator=home.avatar.creator_name)


async def test_a_button_gives_back_what_was_taken_by_an_order_in_private(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await asks(db, home, "Hello?")
    thread = await thread_of(db, home)
    rows = await works(db, home, f"/takeover t{thread}")
    (button,) = rows[-1].payload["buttons"]
    assert button["label"] == t("en", "card.back")
    assert texts(await works(db, home, button["text"]))[-1] == t("en", "order.released")
    assert await holder(db, home, thread) == ""


async def test_in_a_group_what_is_meant_is_what_the_order_replies_to_and_is_talked_about_in_private(
    db: Database, home: Home
) -> None:
    await behave(db, home)
    await give(db, home, in_group(home, "1", "Why yellow?"))
    await employ(db, home)
    command = replace(in_group(home, "2", "/takeover", user="robin"), reply_to="1")
    rows = await give(db, home, replace(command, addressed=command.addressed.COMMAND))
    assert texts(rows)[-1] == t("en", "order.taken", minutes=30)
    (card,) = [row for row in rows if row.payload["by"] == "fan"]
    async with db.uow(home.creator_id) as uow:
        where = await uow.fetch_one(
            "SELECT room FROM thread JOIN outbound ON outbound.thread_id = thread.id WHERE once = %(once)s",
            {"once": card.once},
        )
    assert where.room == "", "what is said in the group's stead is for no group to read"


async def test_half_an_hour_after_the_persons_last_word_the_avatar_answers_again(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    thread = await taken(db, home, robin)
    with clock.shifted(timedelta(minutes=20)):
        await asks(db, home, "One more thing")
        await works(db, home, "Yes?", reply_to=await copy(db, home))
    with clock.shifted(timedelta(minutes=49)):
        await asks(db, home, "And another")
        assert await takeover.expire(db) == 0
    with clock.shifted(timedelta(minutes=51)):
        assert await takeover.expire(db) == 1, "the fan's words keep nobody there"
        assert await takeover.expire(db) == 0
        assert await holder(db, home, thread) == ""
        told = texts(await outbounds(db, home))[-2:]
        assert told == [
            t("en", "takeover.ended", creator=home.avatar.creator_name),
            t("en", "takeover.over", name="Ada"),
        ]
        (late,) = await works(db, home, "Too late?", reply_to=await copy(db, home))
        assert late.payload["text"] == t("en", "relay.undelivered")


async def test_what_was_asked_for_is_how_long_it_lasts_whatever_is_said(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    thread = await taken(db, home, robin, asked=timedelta(hours=2))
    with clock.shifted(timedelta(minutes=119)):
        assert await takeover.expire(db) == 0, "silence doesn't end it earlier"
        await asks(db, home, "Still there?")
        await works(db, home, "Yes.", reply_to=await copy(db, home))
    with clock.shifted(timedelta(minutes=121)):
        assert await takeover.expire(db) == 1, "nor do words end it later"
    assert await holder(db, home, thread) == ""


async def test_a_moderator_ends_their_own_and_the_creator_anybodys(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await employ(db, home, user="kim", name="Kim")
    number = await employ(db, home, Role.CREATOR, user="ember", name="Ember")
    thread = await taken(db, home, robin)
    async with db.uow(home.creator_id) as uow:
        await uow.send(
            "INSERT INTO approval (creator_id, avatar_id, thread_id, message_id, reason, state, lang, "
            "outcome, parts, passages, decided_by, created_at) SELECT creator_id, %(avatar)s, thread_id, id, "
            "'ask', 'waiting', 'en', 'quoted', '[]', '[]', '', created_at FROM message "
            "WHERE thread_id = %(thread)s",
            {"avatar": home.avatar.id, "thread": thread},
        )
        row = await uow.fetch_one("SELECT id FROM approval")
    refused = await order(db, home, f"/release {row.id}", user="kim")
    assert refused == "Robin is talking with this fan: they end that, or the creator."
    kim = StaffInfo(robin.account_id + 1, "Kim", Role.MODERATOR)
    async with db.uow(home.creator_id) as uow:
        with pytest.raises(TakenOver, match="Robin"):
            await takeover.release(uow, home.avatar.id, thread, kim)
    assert await holder(db, home, thread) == "Robin"
    async with db.uow(home.creator_id) as uow:
        assert await takeover.release(uow, home.avatar.id, thread, StaffInfo(number, "Ember", Role.CREATOR))
    assert t("en", "takeover.over", name="Ada") in texts(await outbounds(db, home)), "Robin is told"


async def test_the_fan_reads_the_persons_name_only_where_they_chose_that(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    thread = await taken(db, home, robin)

    async def said(token: str) -> str:
        async with db.uow(home.creator_id) as uow:
            await takeover.say(uow, home.avatar.id, thread, "Hi!", robin, token=token)
        return str((await outbounds(db, home))[-1].payload["notice"])

    creator = home.avatar.creator_name
    assert await said("aaaaaaaa") == t("en", "person.answers", creator=creator)
    async with db.uow(home.creator_id) as uow:
        await community.set_named(uow, robin.account_id, named=True)
    assert await said("bbbbbbbb") == t("en", "person.answers.named", creator=creator, name="Robin")
    fan, message = await fan_of(db, home), await last_message(db, home)
    async with db.uow(home.creator_id) as uow:
        secret = await rights.ask_export(uow, fan_id=fan, message_id=message, platform="webchat")
        export = await rights.read_export(uow, secret)
    names = [row["payload"]["who"] for row in export.kept["outbound"] if row["payload"]["by"] == "person"]
    assert names == ["", ""]
    assert "Robin" not in str(export.kept["takeover"])


async def test_what_waits_to_be_sent_is_dropped_and_the_question_stays_open(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    (answer,) = await asks(db, home, "Why?")
    (rights_,) = await asks(db, home, "/me")
    thread = await thread_of(db, home)
    await take(db, home, robin)
    async with db.uow(home.creator_id) as uow:
        states = {row.once: row.state for row in await uow.fetch("SELECT once, state FROM outbound")}
        one, _ = await inbox.conversation(uow, home.avatar.id, thread)
    assert states[answer.once] == "dropped"
    assert states[rights_.once] == "queued", "what a fan orders is answered"
    assert one.unanswered


async def test_what_the_pump_has_in_hand_stops_at_the_gate(
    dsn: Dsn, db: Database, home: Home, robin: StaffInfo
) -> None:
    """Taken to be sent before the takeover, not yet sent: the platform waits with the one before it."""
    await asks(db, home, "Why?")
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent' WHERE message_id IS NULL")
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 3_600, 10)
    platform = Taking(lambda: take(db, home, robin))
    await Pump(db, Bus(dsn.app), "me", [platform]).once()
    assert platform.shown == []
    rows = {row.once: row for row in await outbounds(db, home)}
    async with db.uow(home.creator_id) as uow:
        states = await uow.fetch("SELECT once, state FROM outbound WHERE once LIKE 'reply:%%'")
    assert {row.state for row in states if rows[row.once].payload["text"].startswith("re:")} == {"dropped"}
    await Pump(db, Bus(dsn.app), "me", [platform]).once()
    begun = t("en", "takeover.begun", creator=home.avatar.creator_name)
    assert platform.shown == [left_to_a_person(begun)]
    thread = await thread_of(db, home)
    async with db.uow(home.creator_id) as uow:
        one, _ = await inbox.conversation(uow, home.avatar.id, thread)
        found = await inbox.conversations(uow, home.avatar.id, only=inbox.Only.UNANSWERED)
    assert one.unanswered, "nobody has answered what was asked"
    assert [each.thread_id for each in found.items] == [one.thread_id]


async def test_an_answer_in_the_making_is_not_sent(db: Database, home: Home, robin: StaffInfo) -> None:
    await asks(db, home, "Hello")

    class Slow(Echo):
        async def respond(self, asked: Any, context: Any) -> Any:
            await take(db, home, robin)
            return await super().respond(asked, context)

    said = replace(home.inbound("slow", "And why?", user="fan-1"), user_name="Ada")
    rows = await give(db, home, said, Turns(db, Slow(), table(db)))
    assert [row.payload["text"] for row in rows] == [
        left_to_a_person(t("en", "takeover.begun", creator=home.avatar.creator_name))
    ]


async def test_a_fan_who_goes_back_to_the_avatar_ends_it(db: Database, home: Home, robin: StaffInfo) -> None:
    thread = await taken(db, home, robin)
    told = texts(await asks(db, home, "/ai"))
    assert t("en", "takeover.left", name="Ada") in told
    assert await holder(db, home, thread) == ""


async def test_whoever_works_for_nobody_any_more_passes_nothing_on(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    name = await copy(db, home)
    async with db.system_uow() as uow:
        await uow.send("UPDATE membership SET role = 'viewer'")
    (answer,) = await works(db, home, "Hello fan", reply_to=name)
    assert answer.payload["text"] == "re: Hello fan"


async def removed(db: Database, home: Home, who: StaffInfo) -> None:
    async with db.system_uow() as uow:
        await community.remove_member(uow, home.creator_id, who.account_id)
    async with db.system_uow() as uow:
        with pytest.raises(NoSuchMember):
            await community.get_account(uow, who.account_id)


async def demoted(db: Database, home: Home, who: StaffInfo) -> None:
    async with db.system_uow() as uow:
        await community.set_role(uow, home.creator_id, who.account_id, Role.VIEWER)


async def unbound(db: Database, home: Home, who: StaffInfo) -> None:
    async with db.uow(home.creator_id) as uow:
        await community.unbind_staff(uow, who.account_id, "telegram")


async def moved(db: Database, home: Home, who: StaffInfo) -> None:
    """They say from another phone who they are."""
    token = await link(db, home, who.account_id)
    await give(db, home, await telegram(db, home, f"/start staff_{token}", user="robins-new-phone"))


@pytest.mark.parametrize("parts", [removed, demoted, unbound, moved])
async def test_whoever_may_not_or_reads_elsewhere_has_nothing_any_more_and_reads_nothing_more(
    db: Database, home: Home, robin: StaffInfo, parts: Callable[[Database, Home, StaffInfo], Awaitable[None]]
) -> None:
    wire(db.events)
    other = StaffInfo(await employ(db, home, user="kim", name="Kim"), "Kim", Role.MODERATOR)
    await asks(db, home, "Mine", user="fan-2")
    await take(db, home, other, await thread_of(db, home, "fan-2"))
    thread = await taken(db, home, robin, asked=timedelta(hours=24))
    own = await thread_of(db, home, "robin")
    await asks(db, home, "This waits to be passed on")
    await parts(db, home, robin)
    async with db.uow(home.creator_id) as uow:
        assert not await uow.fetch(
            "SELECT 1 FROM outbound "
            "WHERE thread_id = %(own)s AND state = 'queued' AND payload->>'by' = 'fan'",
            {"own": own},
        )
        row = await uow.fetch_one(
            "SELECT handed_over_at FROM thread WHERE id = %(thread)s", {"thread": thread}
        )
    assert (row.handed_over_at, await holder(db, home, thread)) == (None, "")
    ended = t("en", "takeover.ended", creator=home.avatar.creator_name)
    assert texts(await outbounds(db, home)).count(ended) == 1, "the fan is told who answers now"
    assert texts(await asks(db, home, "My secret")) == ["re: My secret"]
    assert await holder(db, home, await thread_of(db, home, "fan-2")) == "Kim", "others go on"


async def test_a_chat_that_is_theirs_no_more_is_shown_nothing_whatever_was_heard_of_it(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    said = replace(home.inbound("u1", "Can you here me?"), user_name="Ada")
    await give(db, home, said)
    await deliver(db, home)
    async with db.system_uow() as uow:
        await uow.send("DELETE FROM staff_identity")
    assert await give(db, home, replace(said, text="My secret", edited_at=clock.now())) == []
    assert await asks(db, home, "My other secret") == []


async def test_a_model_is_told_who_said_what(db: Database, home: Home, robin: StaffInfo) -> None:
    thread = await taken(db, home, robin)
    await asks(db, home, "How long does it burn?")
    await works(db, home, "Four hours.", reply_to=await copy(db, home))
    async with db.uow(home.creator_id) as uow:
        rows = await history_repository.turns_before(uow, thread, 1 << 40, 9)
    told = _bounded(rows)[-1]
    assert told.asked == "How long does it burn?"
    assert "Robin" in told.answered
    assert told.answered.endswith("Four hours.")
    assert "Not you" in told.answered


async def test_an_erasure_takes_what_was_passed_on_along_and_an_export_has_it(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    await asks(db, home, "My secret")
    await works(db, home, "About your secret", reply_to=await copy(db, home))
    async with db.uow(home.creator_id) as uow:
        fan = await uow.fetch_one("SELECT fan_id AS id FROM identity WHERE platform_user_id = 'fan-1'")
        mine = await uow.fetch_one("SELECT fan_id AS id FROM identity WHERE platform_user_id = 'robin'")
        theirs = await rights_repository.kept_about(uow, fan.id)
        own = await rights_repository.kept_about(uow, mine.id)
        assert [row["name"] for row in theirs["takeover"]] == ["Robin"]
        said = [row["payload"] for row in theirs["outbound"]]
        assert {each["who"] for each in said if each["by"]} == {"Ada", "Robin"}
        assert "My secret" not in str(own["outbound"]), "nobody gets a fan's words with their own"
        await rights.erase(uow, fan.id, by="fan")
    async with db.uow(home.creator_id) as uow:
        left = await uow.fetch(
            "SELECT 1 FROM outbound WHERE payload::text LIKE '%%secret%%' OR payload::text LIKE '%%Ada%%' "
            "UNION ALL SELECT 1 FROM message WHERE text LIKE '%%secret%%'"
        )
        assert left == []
    (answer,) = await works(db, home, "Are you there?", update="later")
    assert answer.payload["text"] == "re: Are you there?"


async def test_what_its_sender_changes_is_changed_on_the_other_side_in_both_directions(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await taken(db, home, robin)
    fan = await telegram(db, home, "Helo", user="77")
    await give(db, home, fan)
    thread = await thread_of(db, home, "77")
    await take(db, home, robin, thread, relay_to=await thread_of(db, home, "robin"))
    told = replace(fan, update_id="u77", text="Can you here me?")
    await give(db, home, told)
    name = await copy(db, home)
    better = replace(told, text="Can you hear me?", edited_at=clock.now())
    (change,) = await give(db, home, better)
    assert (change.payload["text"], change.payload["edits"]) == ("Can you hear me?", int(name))
    assert await give(db, home, better) == [], "told twice it is one change"
    older = replace(better, text="Can you?", edited_at=clock.now() - timedelta(minutes=1))
    assert await give(db, home, older) == [], "what comes late changes nothing"
    said = await telegram(db, home, "Yess", reply_to=name)
    assert len(await give(db, home, said)) == 1
    await deliver(db, home)
    (change,) = await give(db, home, replace(said, text="Yes", edited_at=clock.now()))
    assert (change.payload["text"], change.payload["by"]) == ("Yes", "person")
    async with db.uow(home.creator_id) as uow:
        _, lines = await inbox.conversation(uow, home.avatar.id, thread)
    assert [line.text for line in lines][-2:] == ["Can you hear me?", "Yes"], "and nothing stands there twice"


async def test_nobody_talks_with_a_rehearsal_or_with_themselves(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    own = await thread_of(db, home, "robin")
    with pytest.raises(NothingWaits):
        await take(db, home, robin, own, relay_to=own)
    await asks(db, home, "Trying", user="demo:1")
    with pytest.raises(NothingWaits):
        await take(db, home, robin, await thread_of(db, home, "demo:1"))


async def test_who_writes_in_the_web_has_to_have_it_and_writes_once(
    db: Database, home: Home, robin: StaffInfo
) -> None:
    await asks(db, home, "Hello?")
    thread = await thread_of(db, home)

    async def say() -> None:
        async with db.uow(home.creator_id) as uow:
            await takeover.say(uow, home.avatar.id, thread, "Hi!", robin, token="aaaaaaaa")

    with pytest.raises(AlreadyDecided):
        await say()
    await take(db, home, robin)
    await say()
    await say()
    assert texts(await outbounds(db, home)).count("Hi!") == 1
    assert await asks(db, home, "Nice") == [], "it stands in the Inbox, and is sent nowhere"


async def test_the_inbox_finds_and_filters(db: Database, home: Home, robin: StaffInfo) -> None:
    await asks(db, home, "Why is the flame yellow?")
    await give(db, home, await telegram(db, home, "蜡烛为什么能隔空点燃", user="77"))
    thread = await thread_of(db, home)
    await take(db, home, robin)
    await asks(db, home, "And now?")

    async def shown(**how: Any) -> list[str]:
        async with db.uow(home.creator_id) as uow:
            found = await inbox.conversations(uow, home.avatar.id, account_id=robin.account_id, **how)
        return [each.platform for each in found.items if each.thread_id != own]

    own = await thread_of(db, home, "robin")
    assert await shown() == ["webchat", "telegram"], "the latest first"
    assert await shown(find="隔空") == ["telegram"]
    assert await shown(find="ada") == await shown(find="yellow") == ["webchat"]
    assert await shown(find="unheard of") == []
    assert await shown(only=inbox.Only.UNANSWERED) == ["webchat"]
    assert await shown(only=inbox.Only.MINE) == await shown(only=inbox.Only.PERSON) == ["webchat"]
    assert await shown(only=inbox.Only.FLAGGED) == await shown(only=inbox.Only.WAITING) == []
    async with db.uow(home.creator_id) as uow:
        one, lines = await inbox.conversation(uow, home.avatar.id, thread)
        await takeover.say(uow, home.avatar.id, thread, "Soot.", robin, token="aaaaaaaa")
    assert (one.holder, one.unanswered, lines[-1].text) == ("Robin", True, "And now?")
    assert await shown(only=inbox.Only.UNANSWERED) == []


def test_every_language_tells_of_it_in_words_of_its_own() -> None:
    for key in ("takeover.begun", "takeover.ended", "relay.from", "order.taken"):
        said = {t(lang, key, creator="C", name="N", platform="P", minutes=30) for lang in SUPPORTED}
        assert len(said) == len(SUPPORTED), key


@pytest.mark.parametrize(
    ("lang", "one", "two", "many"),
    [
        ("en", "for 1 minute or", "for 2 minutes or", "for 30 minutes or"),
        ("ru", "в течение 1 минуты", "в течение 2 минут ", "в течение 30 минут "),
        ("uk", "протягом 1 хвилини", "протягом 2 хвилин ", "протягом 30 хвилин "),
        ("ar", "دقيقة واحدة", "دقيقتين", "30 دقيقة"),
        ("es", "1 minuto ", "2 minutos", "30 minutos"),
        ("zh-Hans", "1 分钟", "2 分钟", "30 分钟"),
    ],
)
def test_how_long_it_lasts_is_told_in_the_languages_own_numbers(
    lang: str, one: str, two: str, many: str
) -> None:
    for count, told in ((1, one), (2, two), (30, many)):
        said = t(lang, "order.taken.for", count=count).translate(dict.fromkeys(map(ord, CONTROLS)))
        assert told in said


@pytest.mark.parametrize("heard_there", [False, True])
async def test_it_goes_on_in_the_group_that_a_group_becomes(
    db: Database, home: Home, robin: StaffInfo, heard_there: bool
) -> None:
    """A supergroup is another chat to its platform; its fan may have been heard there before that is told."""
    await behave(db, home)
    said = in_group(home, "g1", "@Ember hello")
    await give(db, home, said)
    relay = await thread_of(db, home, "robin")
    await take(db, home, robin, await thread_of(db, home), relay_to=relay)
    moved = replace(said, chat_id="-200", room="-200")
    if heard_there:
        await give(db, home, replace(moved, update_id="g2", text="@Ember is that you?"))
    async with db.uow(home.creator_id) as uow:
        await conversation.chat_moved(uow, home.connection_id, said.room, "-200")
    assert await holder(db, home, await thread_of(db, home)) == "Robin"
    rows = await give(db, home, replace(moved, update_id="g3", text="@Ember are you there?"))
    assert [(row.payload["text"], row.payload["by"]) for row in rows] == [("@Ember are you there?", "fan")]
