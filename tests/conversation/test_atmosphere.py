"""Welcomes and beginnings of conversations: only where they are wanted, never more than their caps."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from app.services import Dsn
from bots import repository as connections
from community import service as community
from conversation import atmosphere
from conversation import service as conversation
from conversation.atmosphere import Prompts
from conversation.autonomy import Mode
from conversation.hours import Span, Week
from conversation.pump import Pump
from kernel import clock
from kernel.bus import Bus
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from tests.conversation.conftest import KeptJobs
from tests.conversation.groups import GROUP, behave, hear, in_group
from tests.conversation.stand_ins import mode
from tests.conversation.test_pump import Platform
from tests.factories.people import Home

HOSTILE = "\u202eevil.com/x @admin [click](https://a.b) <b>/ban\u2066 t.me/spam" + "x" * 90


async def joins(db: Database, home: Home, *names: str, key: str = "1", hint: str | None = None) -> bool:
    async with db.uow(home.creator_id) as uow:
        people = {each.lower(): each for each in names}
        return await atmosphere.welcome(
            uow, home.avatar.id, home.connection_id, GROUP, people, key=key, language_hint=hint
        )


async def queued(db: Database, home: Home, kind: str) -> list[Any]:
    async with db.uow(home.creator_id) as uow:
        return await uow.fetch(
            "SELECT payload->>'text' AS text, payload->>'notice' AS notice, payload->>'lang' AS lang, "
            "state, priority, chat_id FROM outbound WHERE kind = %(kind)s ORDER BY id",
            {"kind": kind},
        )


@contextmanager
def at(hours: float) -> Iterator[None]:
    """Some hours after today's noon (UTC)."""
    real = datetime.now(UTC)
    noon = real.replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.shifted(noon + timedelta(hours=hours) - real):
        yield


async def test_newcomers_are_welcomed_only_where_it_is_switched_on(db: Database, home: Home) -> None:
    assert not await joins(db, home, "Ada")
    await behave(db, home)
    assert not await joins(db, home, "Ada")
    await behave(db, home, welcomes=True)
    assert await joins(db, home, "Ada")
    (said,) = await queued(db, home, "welcome")
    assert said.text.startswith("Welcome, Ada! ")
    assert t("en", "disclosure.first", creator=home.avatar.creator_name) in said.text
    assert (said.priority, said.chat_id) == (5, GROUP)


async def test_several_newcomers_are_one_message_and_the_next_come_later(db: Database, home: Home) -> None:
    await behave(db, home, welcomes=True, welcome_every_min=10)
    assert await joins(db, home, "Ada", "Grace")
    assert await joins(db, home, "Edsger", key="2")
    assert await joins(db, home, "Edsger", key="2"), "the same update again"
    (said,) = await queued(db, home, "welcome")
    assert said.text.startswith("Welcome, Ada, Grace, and Edsger!")
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent'")
    with clock.shifted(timedelta(minutes=9)):
        assert not await joins(db, home, "Barbara", key="3")
    with clock.shifted(timedelta(minutes=11)):
        assert await joins(db, home, "Barbara", key="4")
    assert len(await queued(db, home, "welcome")) == 2


async def test_a_crowd_that_comes_through_several_processes_gets_one_welcome(
    dsn: Dsn, db: Database, home: Home
) -> None:
    await behave(db, home, welcomes=True)
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=8)
    await asyncio.gather(*(joins(db if n % 2 else other, home, f"Fan {n}", key=str(n)) for n in range(12)))
    await other.close()
    (said,) = await queued(db, home, "welcome")
    assert sum(f"Fan {n}" in said.text for n in range(12)) == 5
    assert "…" in said.text


async def test_what_waited_counts_from_when_it_went_out(db: Database, home: Home) -> None:
    await behave(db, home, welcomes=True, welcome_every_min=10)
    assert await joins(db, home, "Ada")
    out = clock.now() + timedelta(hours=8)
    for state, sent_at in (("sending", None), ("sent", out)):
        async with db.uow(home.creator_id) as uow:
            await uow.send(
                "UPDATE outbound SET state = %(state)s, sent_at = %(at)s", {"state": state, "at": sent_at}
            )
        with clock.shifted(timedelta(hours=8, minutes=1)):
            assert not await joins(db, home, "Grace", key=f"while it is {state}")
    with clock.shifted(timedelta(hours=8, minutes=11)):
        assert await joins(db, home, "Grace", key="later")


async def test_nobody_is_welcomed_twice_within_a_day_however_it_is_told(db: Database, home: Home) -> None:
    await behave(db, home, welcomes=True, welcome_every_min=10)
    assert await joins(db, home, "Ada")
    assert await joins(db, home, "Ada", key="told otherwise")
    (said,) = await queued(db, home, "welcome")
    assert said.text.count("Ada") == 1
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent'")
    with clock.shifted(timedelta(minutes=11)):
        assert not await joins(db, home, "Ada", key="told late")
        assert await joins(db, home, "Ada", "Grace", key="she brings somebody along")
    _, second = await queued(db, home, "welcome")
    assert "Grace" in second.text
    assert "Ada" not in second.text


@pytest.mark.parametrize("lang", SUPPORTED)
def test_hostile_names_lead_nowhere(lang: str) -> None:
    shown = atmosphere.shown_name(HOSTILE, lang)
    assert not set("@/\\<>[]$#:\u202e") & set(shown)
    assert ".c" not in shown
    assert len(shown) <= 34


def test_common_names_stay_as_they_are() -> None:
    for name in ("J. R. Smith", "Zoë-Ann O’Hara", "烛星", "محمد علي", "🕯 Wick", "김민준"):
        assert atmosphere.shown_name(name, "en").strip("\u2068\u2069") == name


async def test_a_name_of_nothing_is_welcomed_without(db: Database, home: Home) -> None:
    await behave(db, home, welcomes=True)
    await joins(db, home, "@@//", "\u202e\u2066")
    assert (await queued(db, home, "welcome"))[0].text.startswith("Welcome! ")


async def test_newcomers_are_welcomed_in_their_language_where_the_avatar_speaks_it(
    db: Database, home: Home
) -> None:
    await behave(db, home, welcomes=True)
    await joins(db, home, "Ada", hint="es-MX")
    assert (await queued(db, home, "welcome"))[0].lang == "es"


async def test_a_welcome_waits_for_the_end_of_quiet_hours_and_an_answer_does_not(
    dsn: Dsn, db: Database, home: Home
) -> None:
    await behave(db, home, welcomes=True)
    now = clock.now()
    quiet = Week((Span(time(0), time(0)),) * 7)
    await mode(db, home, Mode.AUTO, quiet=quiet)
    await joins(db, home, "Ada")
    received = await hear(db, home, in_group(home, "1"))
    async with db.uow(home.creator_id) as uow:
        await conversation.repository.add_outbound(
            uow, thread_id=received.thread_id, connection_id=home.connection_id,
            message_id=received.message_id, once="r", payload={"text": "Soot.", "lang": "en"},
        )  # fmt: skip
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 3_600, 10)
    platform = Platform()
    pump = Pump(db, Bus(dsn.app), "me", [platform])
    with clock.shifted(timedelta(seconds=30)):
        await pump.once()
        assert platform.shown == ["Soot."]
        await joins(db, home, "Grace", key="2")
    await mode(db, home, Mode.AUTO)
    async with db.system_uow() as uow:
        await uow.send("UPDATE outbound SET not_before = %(now)s WHERE state = 'queued'", {"now": now})
    await pump.once()
    assert platform.shown[1].startswith("Welcome, Ada and Grace!"), "who came meanwhile is in it"


async def test_whom_a_welcome_named_is_forgotten(db: Database, home: Home) -> None:
    await behave(db, home, welcomes=True)
    await joins(db, home, "Ada")
    with clock.shifted(timedelta(hours=25)):
        await Prompts(db).tick()
    assert await queued(db, home, "welcome") == []


# Beginnings


@pytest.fixture
async def talkative(db: Database, home: Home) -> Home:
    """An avatar with questions, in a group where it may begin twice a day."""
    async with db.uow(home.creator_id) as uow:
        await community.update_avatar(
            uow, home.avatar.id, samples={"en": ["Why is it yellow?", "What is wax?"], "es": ["¿Por qué?"]}
        )
    await behave(db, home, prompts_a_day=2)
    return home


async def ticks(db: Database, *hours: float) -> list[int]:
    begun = []
    for each in hours:
        with at(each):
            begun.append(await Prompts(db).tick())
    return begun


async def heard(db: Database, home: Home, hours: float, update: str = "1") -> None:
    with at(hours):
        assert not (await hear(db, home, in_group(home, update))).passed_over


async def test_a_conversation_is_begun_when_the_last_one_is_over_and_not_forgotten(
    db: Database, talkative: Home
) -> None:
    assert await ticks(db, 0) == [0], "nobody has said anything"
    await heard(db, talkative, 0)
    assert await ticks(db, 1, 80) == [0, 0], "they are still talking; they have gone"
    assert await ticks(db, 3) == [1]
    (said,) = await queued(db, talkative, "prompt")
    assert "Why is it yellow?" in said.text
    assert said.notice == t("en", "disclosure.again", creator=talkative.avatar.creator_name)
    assert said.chat_id == GROUP


async def test_never_two_without_an_answer_between_them(db: Database, talkative: Home) -> None:
    await heard(db, talkative, 0)
    assert await ticks(db, 3, 8, 30) == [1, 0, 0]
    await heard(db, talkative, 31, "2")
    assert await ticks(db, 34) == [1]
    first, second = await queued(db, talkative, "prompt")
    assert first.text != second.text, "each question in its turn"


async def test_no_more_than_so_many_a_day(db: Database, talkative: Home) -> None:
    await heard(db, talkative, -12)
    begun = []
    for number, hour in enumerate(range(-9, 12, 3)):
        begun += await ticks(db, hour)
        await heard(db, talkative, hour + 0.5, f"again {number}")
    assert sum(begun) == 2
    assert await ticks(db, 15) == [0], "what waits still goes out on the next day"
    async with db.uow(talkative.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent', sent_at = created_at WHERE kind = 'prompt'")
    assert await ticks(db, 15) == [1], "the next day"


async def test_what_goes_out_on_the_next_day_counts_there(db: Database, talkative: Home) -> None:
    await heard(db, talkative, 6)
    assert await ticks(db, 9) == [1]
    async with db.uow(talkative.creator_id) as uow:  # its platform was away
        await uow.send(
            "UPDATE outbound SET state = 'sent', sent_at = created_at + interval '4 hours' "
            "WHERE kind = 'prompt'"
        )
    begun = []
    for number, hour in enumerate((16, 20, 24)):
        await heard(db, talkative, hour - 2.5, f"again {number}")
        begun += await ticks(db, hour)
    assert sum(begun) == 1, "two a day"


async def test_ticks_of_several_processes_begin_one(dsn: Dsn, db: Database, talkative: Home) -> None:
    await heard(db, talkative, 0)
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=4)
    with at(3):
        begun = await asyncio.gather(*(Prompts(each).tick() for each in (db, other, db, other)))
    await other.close()
    assert sum(begun) == 1


@pytest.mark.parametrize("why", ["off", "silent", "quiet hours", "paused", "left", "nothing to ask"])
async def test_nothing_is_begun_where_it_is_not_wanted(db: Database, talkative: Home, why: str) -> None:
    await heard(db, talkative, 0)
    async with db.uow(talkative.creator_id) as uow:
        if why == "paused":
            await conversation.autonomy.pause(uow, talkative.avatar.id, "Robin")
        if why == "left":
            await community.left(uow, talkative.connection_id, GROUP, seen=9)
        if why == "nothing to ask":
            await community.update_avatar(uow, talkative.avatar.id, samples={})
    if why == "off":
        await behave(db, talkative, prompts_a_day=0)
    if why == "silent":
        await behave(db, talkative, prompts_a_day=2, answers=False)
    if why == "quiet hours":
        await mode(db, talkative, Mode.AUTO, quiet=Week((Span(time(0), time(0)),) * 7))
    assert await ticks(db, 3) == [0]
