"""News for fans who have asked: whom they reach, in which words, how they are stopped and counted."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from app.services import Dsn
from bots import repository as connections
from community import service as community
from community.types import NoEntitlements, Role, StaffInfo
from conversation import approvals, autonomy, broadcasts, inbox, rights
from conversation import broadcasts_repository as repository
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.broadcasts import BroadcastInfo, Broadcasts
from conversation.errors import AlreadyDecided, BadBroadcast, NoSuchBroadcast
from conversation.hours import Span, Week
from conversation.inbox import Only
from conversation.pump import Pump
from conversation.segments import Segment
from conversation.types import Gate, Sent, ToSend
from kernel import clock
from kernel.bus import Bus
from kernel.chat import Medium
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from tests.conversation.conftest import KeptJobs
from tests.conversation.groups import in_group
from tests.conversation.staff import employ, give, order
from tests.conversation.stand_ins import mode
from tests.conversation.test_pump import Platform
from tests.factories.people import Home, make_home

EVERYBODY = Segment()


class Tiers:
    """Gives the tier "gold" to these fans."""

    def __init__(self, fans: Iterable[int]) -> None:
        self.fans = set(fans)

    async def tiers_of(self, creator_id: int, fan_id: int | None) -> frozenset[str]:
        return frozenset({"gold"} if fan_id in self.fans else ())


async def fan(
    db: Database, home: Home, name: str, *, news: bool = True, lang: str = "", tags: tuple[str, ...] = ()
) -> int:
    """Somebody who has written in private, and asked for news."""
    async with db.uow(home.creator_id) as uow:
        await conversation.receive(uow, home.avatar.id, home.inbound("1", "Hello", user=name))
        found = await community.find_fan(uow, "webchat", name)
        assert found
        if lang:
            await community.remember_language(uow, found.id, last=lang)
        for each in tags:
            await community.notes.tag(uow, found.id, each)
        if news:
            await broadcasts.want(uow, found.id, wanted=True)
    return found.id


async def news(
    db: Database, home: Home, *, segment: Segment = EVERYBODY, texts: dict[str, str] | None = None
) -> int:
    """A broadcast that is to go out now."""
    async with db.uow(home.creator_id) as uow:
        made = await broadcasts.draft(
            uow, home.avatar.id, texts=texts or {"en": "A new candle"}, segment=segment, by="Robin"
        )
        await broadcasts.start(uow, home.avatar.id, made)
    return made


async def tick(db: Database, times: int = 2, tiers: Any = None) -> None:
    for _ in range(times):
        await Broadcasts(db, tiers or NoEntitlements()).tick()


async def info(db: Database, home: Home, number: int) -> BroadcastInfo:
    async with db.uow(home.creator_id) as uow:
        return await broadcasts.get(uow, home.avatar.id, number)


async def reached(db: Database, home: Home, number: int) -> set[str]:
    """Whom a message of a broadcast is queued or was sent for."""
    async with db.uow(home.creator_id) as uow:
        rows = await uow.fetch(
            "SELECT thread.chat_id, outbound.kind FROM outbound JOIN thread ON thread.id = thread_id "
            "WHERE broadcast_id = %(id)s AND outbound.state <> 'dropped'",
            {"id": number},
        )
    assert {row.kind for row in rows} <= {"news"}
    return {row.chat_id for row in rows}


async def pump(dsn: Dsn, db: Database, sender: Any = None) -> Pump:
    async with db.system_uow() as uow:
        await connections.claim(uow, "me", 3_600, 10)
    return Pump(db, Bus(dsn.app), "me", [sender] if sender else [], pages=[] if sender else ["webchat"])


async def test_news_reach_only_who_has_asked_for_them(db: Database, home: Home) -> None:
    await fan(db, home, "ada")
    await fan(db, home, "bo", news=False)
    number = await news(db, home)
    await tick(db)
    assert await reached(db, home, number) == {"ada"}


async def test_nobody_is_asked_but_the_fan_who_presses_the_button(db: Database, home: Home) -> None:
    said = await give(db, home, home.inbound("1", "/start", user="ada"))
    (button,) = said[0].payload["buttons"]
    assert button["text"] == "/me news on"
    number = await news(db, home)
    await tick(db)
    assert await reached(db, home, number) == set()
    creator = home.avatar.creator_name
    assert await order(db, home, button["text"], user="ada") == t("en", "news.on", creator=creator)
    assert t("en", "news.is_on", creator=creator) in await order(db, home, "/me", user="ada")
    again = await give(db, home, home.inbound("2", "/start", user="ada"))
    assert again[0].payload["buttons"] == []
    other = await news(db, home)
    await tick(db)
    assert await reached(db, home, other) == {"ada"}


@pytest.mark.parametrize("words", ["/stop", "/me news off"])
async def test_who_has_had_enough_gets_no_more_also_of_what_waits(
    db: Database, home: Home, words: str
) -> None:
    for name in ("ada", "bo", "cy"):
        await fan(db, home, name)
    number = await news(db, home)
    await tick(db)
    await order(db, home, words, user="bo")
    assert await reached(db, home, number) == {"ada", "cy"}
    progress = (await info(db, home, number)).progress
    assert (progress.aimed, progress.skipped, progress.left) == (3, 1, 2)
    later = await news(db, home)
    await tick(db)
    assert await reached(db, home, later) == {"ada", "cy"}


async def test_who_has_had_enough_while_it_is_under_way_is_not_tried_again(db: Database, home: Home) -> None:
    who = await fan(db, home, "ada")
    number = await news(db, home)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sending' WHERE broadcast_id IS NOT NULL")
    async with db.uow(home.creator_id) as uow:
        await broadcasts.want(uow, who, wanted=False)
    async with db.uow(home.creator_id) as uow:  # its platform had it wait
        await uow.send("UPDATE outbound SET state = 'queued' WHERE broadcast_id IS NOT NULL")
    await tick(db)
    found = await info(db, home, number)
    assert (found.state, found.progress.skipped, found.progress.delivered) == ("done", 1, 0)


async def test_who_asked_after_it_began_waits_for_the_next(db: Database, home: Home) -> None:
    await fan(db, home, "ada")
    number = await news(db, home)
    await tick(db, 1)
    with clock.shifted(timedelta(seconds=5)):
        await fan(db, home, "bo")
        await tick(db)
    assert await reached(db, home, number) == {"ada"}


@pytest.mark.parametrize(
    ("segment", "meant"),
    [
        (Segment(tags=("vip",)), {"ada"}),
        (Segment(tags=("VIP ", "old")), {"ada", "bo"}),
        (Segment(languages=("es",)), {"bo"}),
        (Segment(languages=("es", "ja")), {"bo", "cy"}),
        (Segment(platforms=("webchat",)), {"ada", "bo", "cy"}),
        (Segment(platforms=("telegram",)), set()),
        (Segment(active_days=3), {"cy"}),
        (Segment(silent_days=3), {"ada", "bo"}),
        (Segment(tier="gold"), {"bo"}),
        (Segment(tags=("vip",), languages=("ja",)), set()),
    ],
)
async def test_a_segment_has_who_it_says(db: Database, home: Home, segment: Segment, meant: set[str]) -> None:
    await fan(db, home, "ada", lang="en", tags=("vip",))
    gold = await fan(db, home, "bo", lang="es", tags=("old",))
    with clock.shifted(timedelta(days=10)):
        await fan(db, home, "cy", lang="ja")
        tiers = Tiers([gold])
        assert await broadcasts.reach(db, tiers, home.avatar, segment) == len(meant)
        number = await news(db, home, segment=segment)
        await tick(db, tiers=tiers)
    assert await reached(db, home, number) == meant
    assert (await info(db, home, number)).progress.aimed == len(meant)


async def test_everybody_reads_it_in_their_language_or_in_english(db: Database, home: Home) -> None:
    for name, lang in (("ada", "es"), ("bo", "ja"), ("cy", "")):
        await fan(db, home, name, lang=lang)
    number = await news(db, home, texts={"es": "Una vela nueva", "en": "A new candle"})
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        rows = await uow.fetch(
            "SELECT thread.chat_id AS who, payload FROM outbound JOIN thread ON thread.id = thread_id "
            "WHERE broadcast_id = %(id)s",
            {"id": number},
        )
    texts = {row.who: row.payload["text"].split("\n")[0] for row in rows}
    assert texts == {"ada": "Una vela nueva", "bo": "A new candle", "cy": "A new candle"}
    spanish = next(row.payload for row in rows if row.who == "ada")
    assert spanish["notice"] == t("es", "news.from", creator=home.avatar.creator_name)
    assert spanish["text"].endswith(t("es", "news.why"))
    assert spanish["by"] == "news", "neither the avatar's words nor an answer of the team's"


@pytest.mark.parametrize("lang", SUPPORTED)
def test_news_say_whose_they_are_and_how_they_end_in_every_language(lang: str) -> None:
    said = broadcasts.said("…", lang, "Ember")
    assert "Ember" in said.notice
    assert "/stop" in said.text


async def test_what_is_only_said_in_a_group_leads_nowhere(db: Database, home: Home) -> None:
    async with db.uow(home.creator_id) as uow:
        await conversation.receive(uow, home.avatar.id, in_group(home, "1", user="ada"))
        found = await community.find_fan(uow, "webchat", "ada")
        assert found
        await broadcasts.want(uow, found.id, wanted=True)
    number = await news(db, home)
    await tick(db)
    assert await reached(db, home, number) == set(), "nobody is written to first"


async def test_it_waits_for_its_moment_and_is_a_draft_again_when_taken_back(db: Database, home: Home) -> None:
    await fan(db, home, "ada")
    async with db.uow(home.creator_id) as uow:
        made = await broadcasts.draft(
            uow, home.avatar.id, texts={"en": "Soon"}, segment=EVERYBODY, by="Robin"
        )
        await broadcasts.start(uow, home.avatar.id, made, clock.now() + timedelta(hours=2))
    await tick(db)
    assert (await info(db, home, made)).state == "waiting"
    async with db.uow(home.creator_id) as uow:
        await broadcasts.cancel(uow, home.avatar.id, made)
    assert (await info(db, home, made)).state == "draft"
    async with db.uow(home.creator_id) as uow:
        await broadcasts.start(uow, home.avatar.id, made, clock.now() + timedelta(hours=2))
    with clock.shifted(timedelta(hours=2, seconds=1)):
        await tick(db)
        assert await reached(db, home, made) == {"ada"}


async def test_a_pause_holds_what_waits_and_the_end_drops_it(dsn: Dsn, db: Database, home: Home) -> None:
    for name in ("ada", "bo", "cy"):
        await fan(db, home, name)
    number = await news(db, home)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        await broadcasts.pause(uow, home.avatar.id, number)
    sends = await pump(dsn, db)
    await sends.once()
    assert (await info(db, home, number)).progress.delivered == 0
    async with db.uow(home.creator_id) as uow:  # what was under way as it was paused, and had to wait
        await uow.send(
            "UPDATE outbound SET not_before = now() WHERE id = (SELECT min(id) FROM outbound "
            "WHERE broadcast_id IS NOT NULL)"
        )
    await tick(db)
    await sends.once()
    assert (await info(db, home, number)).progress.delivered == 0
    async with db.uow(home.creator_id) as uow:
        await broadcasts.resume(uow, home.avatar.id, number)
        await uow.send("UPDATE outbound SET state = 'sent' WHERE id = (SELECT min(id) FROM outbound "
                       "WHERE broadcast_id IS NOT NULL)")  # fmt: skip
    async with db.uow(home.creator_id) as uow:
        await broadcasts.cancel(uow, home.avatar.id, number)
    await tick(db)
    await sends.once()
    found = await info(db, home, number)
    assert (found.state, found.progress.delivered, found.progress.left) == ("cancelled", 1, 2)


async def test_a_pause_of_the_avatar_of_days_drops_none_of_it(
    db: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fan(db, home, "ada")
    number = await news(db, home)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        await autonomy.pause(uow, home.avatar.id, "Robin")
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(autonomy, "now", lambda: later)
    async with db.uow(home.creator_id) as uow:
        await autonomy.resume(uow, home.avatar.id)
    progress = (await info(db, home, number)).progress
    assert (progress.left, progress.skipped) == (1, 0), "nobody has opted out"


async def test_news_are_no_answer_to_who_waits_for_a_person(db: Database, home: Home) -> None:
    await fan(db, home, "ada")
    who = StaffInfo(await employ(db, home), "Robin", Role.MODERATOR)
    await give(db, home, home.inbound("h", "/human", user="ada"))
    await give(db, home, home.inbound("q", "When do you open?", user="ada"))
    async with db.uow(home.creator_id) as uow:
        (form,) = await approvals.handed_over(uow, home.avatar.id)
    await news(db, home)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        (found,) = await approvals.handed_over(uow, home.avatar.id)
        assert [line.author for line in found.lines][-1] == "news"
        assert found.unanswered
        assert (await autonomy.signs(uow))[home.avatar.id].waiting == 1
        page = await inbox.conversations(uow, home.avatar.id, only=Only.UNANSWERED)
        assert [each.author for each in page.items] == ["news"]
        await approvals.answer(
            uow, home.avatar.id, form.id, "At nine.", token="aaaaaaaa", seen=form.seen, who=who
        )


async def test_it_is_done_when_all_have_ended_and_counts_truly(dsn: Dsn, db: Database, home: Home) -> None:
    names = ("ada", "bo", "cy", "di", "ed")
    for name in names:
        await fan(db, home, name)

    class Fussy(Platform):
        async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
            ends = {
                "ada": Sent(0, "sent", platform_message_id="1"), "bo": Sent(0, "failed", error="no"),
                "cy": Sent(0, "failed", error="blocked", unreachable=True), "di": Sent(0, "unknown"),
                "ed": Sent(0, "sent", platform_message_id="2"),
            }  # fmt: skip
            self.shown += [one.chat_id for one in batch]
            return tuple(replace(ends[one.chat_id], id=one.id) for one in batch)

    platform = Fussy()
    number = await news(db, home)
    await tick(db)
    sends = await pump(dsn, db, platform)
    await sends.once()
    await tick(db)
    found = await info(db, home, number)
    progress = found.progress
    assert found.state == "done"
    assert (progress.aimed, progress.delivered, progress.failed) == (5, 2, 1)
    assert (progress.blocked, progress.unknown, progress.skipped, progress.left) == (1, 1, 0, 0)

    other = await news(db, home)
    await tick(db)
    assert await reached(db, home, other) == {"ada", "bo", "di", "ed"}, "who has blocked is tried no more"
    async with db.uow(home.creator_id) as uow:
        await conversation.receive(uow, home.avatar.id, home.inbound("back", "Hello", user="cy"))
    third = await news(db, home)
    await tick(db)
    assert "cy" in await reached(db, home, third), "who writes again has let it in again"
    assert (await info(db, home, number)).progress == progress, "what is over is counted"


async def test_answers_go_first_and_quiet_hours_are_quiet(dsn: Dsn, db: Database, home: Home) -> None:
    await fan(db, home, "ada")
    number = await news(db, home)
    await mode(db, home, Mode.AUTO, quiet=Week((Span(time(0), time(0)),) * 7))
    await tick(db, 3)
    assert await reached(db, home, number) == set(), "nothing is queued before the night is over"
    await mode(db, home, Mode.AUTO)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        await conversation.deliveries.send_to(
            uow, home.connection_id, "ada", broadcasts.said("An answer", "en", "Ember"), "answer"
        )
    platform = Platform()
    await (await pump(dsn, db, platform)).once()
    assert platform.shown[0].startswith("An answer")


async def test_many_are_queued_some_at_a_time_and_whoever_dies_the_next_goes_on(
    dsn: Dsn, db: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "BATCH", 7)
    monkeypatch.setattr(broadcasts, "IN_LINE", 10)
    names = [f"fan{n}" for n in range(24)]
    for name in names:
        await fan(db, home, name)
    number = await news(db, home)
    await tick(db)
    assert len(await reached(db, home, number)) == 10, "no more wait at a time"
    queue, died = repository.queue, list[int]()

    async def dies(*args: Any, **kwargs: Any) -> None:
        await queue(*args, **kwargs)
        if len(died) < 2:
            died.append(1)
            raise RuntimeError("killed before the commit")

    monkeypatch.setattr(repository, "queue", dies)
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=4)
    sends = await pump(dsn, db)
    for _ in range(14):
        await sends.once()
        await asyncio.gather(tick(db, 1), tick(other, 1), return_exceptions=True)
    await other.close()
    assert len(died) == 2
    found = await info(db, home, number)
    assert (found.state, found.progress.delivered, found.progress.aimed) == ("done", 24, 24)


async def test_who_is_erased_leaves_nothing_of_it(db: Database, home: Home) -> None:
    who = await fan(db, home, "ada")
    number = await news(db, home)
    await tick(db)
    async with db.uow(home.creator_id) as uow:
        await rights.erase(uow, who, by="fan")
    assert await reached(db, home, number) == set()
    await tick(db)
    assert (await info(db, home, number)).state == "done"


async def test_another_creators_is_not_there(db: Database, home: Home) -> None:
    number = await news(db, home)
    other = await make_home(db)
    await fan(db, other, "ada")
    for act in (broadcasts.get, broadcasts.pause, broadcasts.cancel, broadcasts.start, broadcasts.discard):
        with pytest.raises(NoSuchBroadcast):
            async with db.uow(other.creator_id) as uow:
                await act(uow, other.avatar.id, number)
    await tick(db)
    assert await reached(db, other, number) == set()


@pytest.mark.parametrize(
    ("texts", "segment"),
    [
        ({"en": "  "}, EVERYBODY),
        ({}, EVERYBODY),
        ({"xx": "Hello"}, EVERYBODY),
        ({"en": "x" * 3_001}, EVERYBODY),
        ({"en": "Hello"}, Segment(active_days=-1)),
        ({"en": "Hello"}, Segment(languages=("klingon",))),
        ({"en": "Hello"}, Segment(tags=("x" * 200,))),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    db: Database, home: Home, texts: dict[str, str], segment: Segment
) -> None:
    with pytest.raises(BadBroadcast):
        async with db.uow(home.creator_id) as uow:
            await broadcasts.draft(uow, home.avatar.id, texts=texts, segment=segment, by="Robin")


async def test_below_a_picture_there_is_less_room(db: Database, home: Home) -> None:
    picture = Medium("photo", file="0" * 64, mime="image/png")
    async with db.uow(home.creator_id) as uow:
        with pytest.raises(BadBroadcast):
            await broadcasts.draft(
                uow, home.avatar.id, texts={"en": "x" * 701}, segment=EVERYBODY, by="", picture=picture
            )
        made = await broadcasts.draft(
            uow, home.avatar.id, texts={"en": "Look"}, segment=EVERYBODY, by="", picture=picture
        )
        assert (await broadcasts.get(uow, home.avatar.id, made)).picture == picture


async def test_what_is_over_begins_no_second_time(db: Database, home: Home) -> None:
    number = await news(db, home)
    await tick(db, 3)
    for act in (broadcasts.start, broadcasts.pause, broadcasts.resume, broadcasts.cancel, broadcasts.discard):
        with pytest.raises(AlreadyDecided):
            async with db.uow(home.creator_id) as uow:
                await act(uow, home.avatar.id, number)


# From a chat


async def test_a_moderator_sees_it_first_and_sends_it_by_a_button(db: Database, home: Home) -> None:
    await employ(db, home)
    await fan(db, home, "ada", tags=("vip",))
    await fan(db, home, "bo")
    (card,) = await give(db, home, home.inbound("b", "/broadcast #vip The new clip is here", user="robin"))
    assert "Fans now: 1" in card.payload["text"]
    assert "#vip" in card.payload["text"]
    assert "The new clip is here" in card.payload["text"]
    send, drop = (each["text"] for each in card.payload["buttons"])
    number = int(send.split()[-1])
    assert drop == f"/broadcast drop {number}"
    await tick(db)
    assert await reached(db, home, number) == set(), "a preview is no order"
    assert await order(db, home, send) == t("en", "broadcast.done.send", id=number)
    await tick(db)
    assert await reached(db, home, number) == {"ada"}
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent' WHERE broadcast_id IS NOT NULL")
    for act in ("pause", "resume", "cancel"):
        said = await order(db, home, f"/broadcast {act} {number}")
        assert said == t("en", f"broadcast.done.{act}", id=number)
    await tick(db, 3)
    assert t("en", "broadcast.state.cancelled") in await order(db, home, f"/broadcast {number}")
    assert f"#{number}" in await order(db, home, "/broadcast")


async def test_it_may_be_put_off_to_a_time_of_the_creators_clock(db: Database, home: Home) -> None:
    await employ(db, home)
    async with db.uow(home.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, time_zone="Asia/Tokyo")
    (card,) = await give(db, home, home.inbound("b", "/broadcast Good night", user="robin"))
    number = int(card.payload["buttons"][0]["text"].split()[-1])
    assert "23:30 Asia/Tokyo" in await order(db, home, f"/broadcast send {number} 23:30")
    assert (await info(db, home, number)).state == "waiting"


async def test_nobody_else_orders_one(db: Database, home: Home) -> None:
    await give(db, home, home.inbound("b", "/broadcast Buy my coin", user="mallory"))
    async with db.uow(home.creator_id) as uow:
        assert await uow.fetch("SELECT 1 FROM broadcast") == []
