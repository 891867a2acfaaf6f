"""Who asks for a person is told who speaks; by /human the thread is listed and the AI falls silent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from psycopg_pool import PoolTimeout

from community.types import NoEntitlements, Role, StaffInfo
from conversation import approvals, autonomy, takeover
from conversation.autonomy import Autonomy
from conversation.commands import router
from conversation.hours import Week
from conversation.turn import Turns
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.decisions import Asked, PersonaContext
from persona_engine.respond import Persona
from tests.conversation.stand_ins import Avatar, left_to_a_person, outcomes, say, sent
from tests.factories.people import Home
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known

ASKED = {
    "en": "Can I talk to Ember herself?",
    "es": "¿Puedo hablar con Ember en persona?",
    "ar": "أريد التحدث مع إنسان",
}


@pytest.mark.parametrize("lang", ASKED)
async def test_who_asks_is_told_that_this_is_the_ai_and_how_to_get_a_person(lang: str) -> None:
    asked = Asked(1, 1, 1, 1, 1, "Ana", ASKED[lang], "webchat", lang)
    made = await Persona(Known(FOUND), NoEntitlements()).respond(asked, PersonaContext(AVATAR, None))
    assert (made.outcome, made.lang) == ("smalltalk:person", lang)
    assert made.parts[0].text == t(lang, "smalltalk.person.1", creator="Ember")
    assert [button.text for button in made.parts[0].buttons] == ["/human"]


@pytest.mark.parametrize("lang", SUPPORTED)
def test_in_every_language_an_ai_says_so_and_promises_no_time(lang: str) -> None:
    for key in ("smalltalk.person.1", "human.asked"):
        assert "Ember" in t(lang, key, creator="Ember")
    assert "/human" in t(lang, "smalltalk.person.1", creator="Ember")


async def asks(db: Database, home: Home, *texts: str, user: str = "fan-1") -> int:
    thread = await say(db, home, *texts, user=user)
    await Turns(db, Avatar(), router(db)).run(home.creator_id, thread)
    return thread


async def test_by_human_the_thread_is_left_to_a_person_and_the_avatar_is_silent(
    db: Database, home: Home
) -> None:
    thread = await asks(db, home, "/human", "quoted - one", "/human")
    assert await outcomes(db, home) == ["command:human", "to_person", "command:human"]
    async with db.uow(home.creator_id) as uow:
        (listed,) = await approvals.handed_over(uow, home.avatar.id)
    assert listed.id == thread
    assert (await sent(db, home))[0].startswith(t("en", "human.asked", creator=home.avatar.creator_name))


async def test_where_nobody_is_there_it_says_when_somebody_is(db: Database, home: Home) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    duty = Week.from_json({str(tomorrow.weekday()): ["00:00", "01:00"]})
    async with db.uow(home.creator_id) as uow:
        await autonomy.save(uow, home.avatar.id, Autonomy(duty=duty))
    await asks(db, home, "/human")
    (said,) = await sent(db, home)
    assert "A person is here again" in said


async def test_by_ai_the_fan_goes_back_and_the_team_sees_it(db: Database, home: Home) -> None:
    thread = await asks(db, home, "/human", "quoted - one", "/ai", "quoted - two")
    assert await outcomes(db, home) == ["command:human", "to_person", "command:ai", "quoted"]
    told, back, answered = await sent(db, home)
    assert told.endswith(left_to_a_person(""))
    assert "/ai" in told
    assert back == t("en", "human.returned", creator=home.avatar.creator_name)
    assert "two" in answered
    async with db.uow(home.creator_id) as uow:
        assert await approvals.handed_over(uow, home.avatar.id) == ()
        (listed,) = await approvals.returned(uow, home.avatar.id)
        assert (listed.id, [line.text for line in listed.lines if line.author == "fan"]) == (
            thread, ["/human", "quoted - one", "/ai", "quoted - two"]
        )  # fmt: skip
        await approvals.see_return(uow, home.avatar.id, thread, listed.since)
        assert await approvals.returned(uow, home.avatar.id) == ()


def dies_before_the_answer(commands: CommandRouter, name: str) -> CommandRouter:
    """These commands, in a process that ends for good once this one has done what it does."""
    dying = CommandRouter(dict(commands.commands))
    real = dying.commands[name]

    async def died(call: CommandCall) -> Outbound:
        await real.handler(call)
        raise PoolTimeout

    dying.commands[name] = replace(real, handler=died)
    return dying


async def comes_twice(db: Database, home: Home, command: str) -> int:
    """Have a command's effect be kept, the process end before its answer is, and the message come again."""
    thread = await say(db, home, command)
    commands = router(db)
    with pytest.raises(PoolTimeout):
        await Turns(db, Avatar(), dies_before_the_answer(commands, command[1:])).run(home.creator_id, thread)
    async with db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE thread SET lease = NULL")
        for each in await approvals.returned(uow, home.avatar.id):
            await approvals.see_return(uow, home.avatar.id, thread, each.since)
        if command == "/human":
            await takeover.release(uow, home.avatar.id, thread, StaffInfo(1, "Robin", Role.MODERATOR))
    await Turns(db, Avatar(), commands).run(home.creator_id, thread)
    return thread


async def test_the_way_back_that_comes_twice_is_answered_as_the_first_time(db: Database, home: Home) -> None:
    await asks(db, home, "/human")
    await comes_twice(db, home, "/ai")
    assert (await sent(db, home))[1:] == [t("en", "human.returned", creator=home.avatar.creator_name)]
    async with db.uow(home.creator_id) as uow:
        assert await approvals.returned(uow, home.avatar.id) == (), "the team has seen it already"


async def test_a_wish_for_a_person_that_comes_twice_undoes_nothing(db: Database, home: Home) -> None:
    await comes_twice(db, home, "/human")
    async with db.uow(home.creator_id) as uow:
        assert await approvals.handed_over(uow, home.avatar.id) == (), "the team gave it back meanwhile"


async def test_a_second_wish_for_a_person_that_comes_twice_undoes_nothing_either(
    db: Database, home: Home
) -> None:
    await asks(db, home, "quoted - one", "/human")
    await comes_twice(db, home, "/human")
    async with db.uow(home.creator_id) as uow:
        assert await approvals.handed_over(uow, home.avatar.id) == (), "the team gave it back meanwhile"


async def test_what_a_boundary_leaves_to_a_person_names_the_way_back_too(db: Database, home: Home) -> None:
    await asks(db, home, "handover:x - somebody will see", "/ai", "/human")
    assert (await sent(db, home))[0] == left_to_a_person("somebody will see")
    async with db.uow(home.creator_id) as uow:
        (listed,) = await approvals.handed_over(uow, home.avatar.id)
        assert await approvals.returned(uow, home.avatar.id) == (), "who asks again waits again"
    assert listed


async def test_who_talks_to_the_ai_already_is_told_so(db: Database, home: Home) -> None:
    await asks(db, home, "/ai")
    assert await sent(db, home) == [t("en", "human.none", creator=home.avatar.creator_name)]
    async with db.uow(home.creator_id) as uow:
        assert await approvals.returned(uow, home.avatar.id) == ()


@pytest.mark.parametrize("lang", SUPPORTED)
def test_the_way_back_is_told_in_every_language(lang: str) -> None:
    assert "/ai" in t(lang, "human.way_back")
    assert "/human" in t(lang, "human.none", creator="Ember")


@pytest.mark.parametrize("lang", SUPPORTED)
def test_help_names_both_ways(lang: str) -> None:
    last = t(lang, "command.help").splitlines()[-1]
    assert last.index("/human") < last.index("/ai")
