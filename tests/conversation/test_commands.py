"""The commands of fans: what each says and does, in private and in a group, and that twice is once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.services import Dsn
from community import service as community
from community.types import NoEntitlements, Role
from conversation import facts_repository, menus, repository
from conversation import service as conversation
from conversation.autonomy import Mode
from conversation.turn import Turns
from kernel import clock
from kernel.chat import PRIVATELY, Addressed, Citation, CommandCall, Outbound
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.respond import Persona
from persona_engine.service import Fact, Kind
from tests.conversation.groups import behave, in_group
from tests.conversation.staff import account, employ, give, link, order, table
from tests.conversation.stand_ins import Avatar, mode, outbounds, waiting
from tests.factories.people import Home
from tests.factories.rows import snapshot
from tests.persona_engine.stand_ins import FOUND, Known

TIMED = ("feedback", "taught_answer")  # these keep when they were said last
PRIVATE = ("me", "privacy", "export", "forgetme")


async def say(db: Database, home: Home, text: str, update: str = "") -> str:
    return await order(db, home, text, user="fan-1", update=update)


async def in_room(db: Database, home: Home, text: str, **said: object) -> list[Outbound]:
    inbound = replace(in_group(home, f"room {text}", text, addressed=Addressed.COMMAND), **said)  # type: ignore[arg-type]
    return [Outbound.from_json(row.payload) for row in await give(db, home, inbound)]


async def answered(db: Database, home: Home, *, room: bool = False) -> None:
    """An answer with a source, sent as "m1"."""
    said = in_group(home, "q", "quoted 0.9 soot") if room else home.inbound("q", "quoted 0.9 soot")
    await give(db, home, said, Turns(db, Avatar(), table(db)))
    async with db.uow(home.creator_id) as uow:
        await uow.send("UPDATE outbound SET state = 'sent', platform_message_id = 'm1'")


async def flags(db: Database, home: Home) -> list[tuple[int, str]]:
    async with db.uow(home.creator_id) as uow:
        return [tuple(row) for row in await uow.fetch("SELECT fan_id, kind FROM feedback ORDER BY id")]


@pytest.mark.parametrize("lang", SUPPORTED)
def test_every_command_is_told_in_every_language_within_what_platforms_take(db: Database, lang: str) -> None:
    everybodys = menus.menus(table(db), lang)
    for lines in (*everybodys.values(), menus.for_role(table(db), lang, Role.MODERATOR, in_group=True)):
        assert lines
        for name, does in lines:
            assert name.isascii()
            assert name.islower()
            assert 1 <= len(does) <= 60
            assert lang == "en" or does != t("en", f"menu.{name}")


def test_menus_are_for_who_sees_them(db: Database) -> None:
    found = {
        audience: [name for name, _ in lines] for audience, lines in menus.menus(table(db), "en").items()
    }
    assert {"start", "ask", "stop", *PRIVATE} <= set(found["private"])
    assert not {"pause", "queue", "fix"} & {*found["private"], *found["groups"], *found["everyone"]}
    staff = {name for name, _ in menus.for_role(table(db), "en", Role.MODERATOR, in_group=True)}
    assert not set(PRIVATE) & {*found["groups"], *staff}
    assert {"pause", "resume", "approve", "reject", "topic", "fix", "ask"} <= staff


async def test_help_lists_what_its_caller_may_do(db: Database, home: Home) -> None:
    said = await say(db, home, "/help")
    assert said.startswith(t("en", "help.how"))
    assert f"/ask: {t('en', 'menu.ask')}" in said
    assert "/pause" not in said
    await employ(db, home)
    assert f"/pause: {t('en', 'menu.pause')}" in await order(db, home, "/help")
    (there,) = await in_room(db, home, "/help")
    assert there.text.startswith(t("en", "welcome.how"))
    assert "/me" not in there.text


async def test_who_begins_in_a_group_hears_how_to_ask_there(db: Database, home: Home) -> None:
    assert (await say(db, home, "/start")).endswith(t("en", "command.help"))
    (there,) = await in_room(db, home, "/start")
    assert there.text.endswith(t("en", "welcome.how"))


async def test_ask_asks_as_any_message_does(db: Database, home: Home) -> None:
    assert await say(db, home, "/ask") == t("en", "ask.usage")
    assert await say(db, home, "/ask Why is it yellow?") == "re: Why is it yellow?"
    assert await say(db, home, "/ask@ember_bot\nWhy?") == "re: Why?"
    (said,) = await in_room(db, home, "/ask Why is it blue?")
    assert said.text == "re: Why is it blue?"


async def test_a_link_to_the_private_chat_begins_with_what_is_told_there_alone(
    db: Database, home: Home
) -> None:
    told = t("en", "privacy.told", creator=home.avatar.creator_name)
    assert await say(db, home, "/start privacy") == told
    (asked,) = await in_room(db, home, "/privacy")
    assert asked.buttons[0].url == f"{PRIVATELY}privacy"
    for other in ("pause", "human", "nonsense", "forgetme yes"):
        hello = await say(db, home, f"/start {other}")
        assert hello.startswith(t("en", "answer.hello.1")), other
    async with db.uow(home.creator_id) as uow:
        assert not await uow.fetch("SELECT 1 FROM privacy_request")
        assert (await conversation.autonomy.signs(uow))[home.avatar.id].paused is None


async def test_sources_are_those_of_the_last_answer_or_of_the_one_replied_to(
    db: Database, home: Home
) -> None:
    assert await say(db, home, "/sources") == t("en", "sources.none")
    await answered(db, home)
    await say(db, home, "/help")
    (row,) = await give(db, home, home.inbound("s", "/sources"))
    said = Outbound.from_json(row.payload)
    assert (said.text, said.citations) == (
        t("en", "sources.are"), (Citation("The flame", "/s/ember/7", 7),),
    )  # fmt: skip


async def test_in_a_group_anybody_may_ask_for_an_answers_sources(db: Database, home: Home) -> None:
    await answered(db, home, room=True)
    (none,) = await in_room(db, home, "/sources", user_id="fan-2")
    assert none.text == t("en", "sources.none")
    (said,) = await in_room(db, home, "/sources", user_id="fan-2", reply_to="m1", update_id="2")
    assert said.citations
    (elsewhere,) = await in_room(
        db, home, "/sources", user_id="fan-2", reply_to="m1", update_id="3", room="-200", chat_id="-200"
    )
    assert not elsewhere.citations, "another chat's message of that name"


async def test_a_report_flags_an_answer_once(db: Database, home: Home) -> None:
    assert await say(db, home, "/report") == t("en", "report.none")
    await answered(db, home)
    done = t("en", "report.done", creator=home.avatar.creator_name)
    assert await say(db, home, "/report", "r1") == done
    assert await say(db, home, "/report", "r2") == done
    assert [kind for _, kind in await flags(db, home)] == ["flag"]


async def test_somebody_elses_answer_in_a_group_can_be_reported(db: Database, home: Home) -> None:
    await answered(db, home, room=True)
    await in_room(db, home, "/report", user_id="fan-2", reply_to="m1")
    await in_room(db, home, "/report", update_id="own")
    assert len({fan for fan, _ in await flags(db, home)}) == 2


async def test_me_tells_what_is_remembered_in_private(db: Database, home: Home) -> None:
    assert (await say(db, home, "/me")).startswith(t("en", "facts.unknown.1"))
    async with db.uow(home.creator_id) as uow:
        (thread,) = await uow.fetch("SELECT id FROM thread")
        await facts_repository.remember(uow, thread.id, (Fact(Kind.NAME, "Ada"),), ())
    assert t("en", "facts.line.name", value="Ada") in await say(db, home, "/me", "again")
    (there,) = await in_room(db, home, "/me")
    assert "Ada" not in there.text
    assert there.buttons[0].url == f"{PRIVATELY}me"


async def test_who_stops_hears_nothing_unasked_until_they_start(db: Database, home: Home) -> None:
    async def queued(once: str, kind: str) -> bool:
        async with db.uow(home.creator_id) as uow:
            (thread,) = await uow.fetch("SELECT id, connection_id FROM thread")
            await repository.add_outbound(
                uow, thread_id=thread.id, connection_id=thread.connection_id, message_id=None, once=once,
                payload={"text": once, "lang": "en"}, kind=kind,
            )  # fmt: skip
            return await repository.is_queued(uow, once)

    assert await say(db, home, "/stop") == t("en", "stop.done")
    assert (await queued("digest 1", "digest"), await queued("answer", "reply")) == (False, True)
    assert await say(db, home, "Why?") == "re: Why?"
    await say(db, home, "/start")
    assert await queued("digest 2", "digest")


async def test_stop_in_a_group_says_how_to_be_left_alone(db: Database, home: Home) -> None:
    (said,) = await in_room(db, home, "/stop")
    assert said.text == t("en", "stop.group")


async def test_terms_say_that_it_is_an_ai(db: Database, home: Home) -> None:
    assert await say(db, home, "/terms") == t("en", "terms.told", creator=home.avatar.creator_name)


# The creator's people


async def test_a_link_makes_somebody_known_and_is_refused_again(db: Database, home: Home) -> None:
    token = await link(db, home, await account(db, home))
    assert await order(db, home, f"/start staff_{token}") == t("en", "staff.known", name="Robin")
    refused = t("en", "staff.refused")
    assert await order(db, home, f"/start staff_{token}", user="thief") == refused
    assert await order(db, home, "/start staff_nonsense", user="thief") == refused
    with clock.shifted(timedelta(minutes=20)):
        late = await link(db, home, await account(db, home))
    assert late
    assert await order(db, home, "/pause", user="thief") == "re: /pause"


async def test_in_a_group_nobody_says_who_they_are(db: Database, home: Home) -> None:
    token = await link(db, home, await account(db, home))
    (said,) = await in_room(db, home, f"/start staff_{token}", user_id="robin")
    assert said.text == t("en", "command.private")
    assert await order(db, home, "/pause") == "re: /pause"


ORDERS = (
    *("/pause", "/resume", "/queue", "/approve 1", "/reject 1", "/topic block wax", "/fix Soot."),
    *("/takeover 30m", "/release"),
)


@pytest.mark.parametrize("text", ORDERS)
async def test_for_everybody_else_an_order_is_a_text_like_any_other(
    db: Database, home: Home, text: str
) -> None:
    await behave(db, home)
    unknown = await say(db, home, "/nonsense and more")
    assert unknown == "re: /nonsense and more"
    assert await say(db, home, text) == f"re: {text}"
    await employ(db, home, Role.VIEWER)
    assert await order(db, home, text) == f"re: {text}"
    assert await in_room(db, home, text) == [], "nor does a group hear of it"
    assert await in_room(db, home, "/nonsense") == []


async def test_a_real_persona_answers_an_order_like_an_unknown_command(db: Database, home: Home) -> None:
    turns = Turns(db, Persona(Known(FOUND), NoEntitlements()), table(db))
    said = [
        (await give(db, home, home.inbound(text, text, user=f"fan {text}"), turns))[0].payload["citations"]
        for text in ("/pause", "/gibberish")
    ]
    assert said[0] == said[1]


async def test_whoever_is_removed_orders_nothing_more(db: Database, home: Home) -> None:
    number = await employ(db, home)
    assert await order(db, home, "/pause", update="1") == t("en", "order.paused")
    assert await order(db, home, "/resume", update="2") == t("en", "order.resumed")
    async with db.system_uow() as uow:
        await community.remove_member(uow, home.creator_id, number)
    assert await order(db, home, "/pause", update="3") == "re: /pause"


async def test_the_same_command_twice_has_one_answer(db: Database, home: Home) -> None:
    for _ in range(2):
        await say(db, home, "/terms", "once")
    assert len(await outbounds(db, home)) == 1


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        *((name, "") for name in ("start", "help", "ask", "sources", "report", "human", "me", "privacy")),
        *((name, "") for name in ("forgetme", "terms", "stop", "pause", "queue", "fix")),
        *(("lang", "es"), ("forgetme", "yes"), ("approve", "{waiting}"), ("reject", "{waiting}")),
        *(("topic", "block wax, wick 7d"), ("topic", "undo"), ("fix", "Soot glows yellow.")),
        *(("takeover", "{waiting} 30m"), ("release", "{waiting}"), ("release", "")),
    ],
)
async def test_a_turn_that_is_repeated_repeats_nothing(
    db: Database, home: Home, dsn: Dsn, name: str, argument: str
) -> None:
    """A process may die between what a command does and its answer: it is then done again, to no effect."""
    await employ(db, home)
    await order(db, home, "/topic block gossip", update="t1")
    await order(db, home, "/topic block rumours", update="t2")
    await answered(db, home)
    await mode(db, home, Mode.ASK)
    await give(db, home, home.inbound("w", "quoted 0.9 wax"), Turns(db, Avatar(), table(db)))
    (one,) = await waiting(db, home)
    async with db.uow(home.creator_id) as uow:
        query = "SELECT id, fan_id FROM thread WHERE id = %(id)s"
        thread = await uow.fetch_one(query, {"id": one.thread_id})
    call = CommandCall(
        name, argument.format(waiting=one.id), home.creator_id, home.avatar.id, thread.id,
        thread.fan_id, one.message_id + 1, "en", "webchat", reply_to="m1", role=Role.MODERATOR, by="Robin",
    )  # fmt: skip
    async with db.uow(home.creator_id) as uow:
        await conversation.receive(uow, home.avatar.id, home.inbound("the call", f"/{name}"))
    handler = table(db).commands[name].handler
    first, after = await handler(call), snapshot(dsn, home.creator_id, *TIMED)
    assert await handler(call) == first
    assert snapshot(dsn, home.creator_id, *TIMED) == after
