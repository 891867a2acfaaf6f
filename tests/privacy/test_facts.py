"""What a fan told of themselves is theirs: named by /privacy, in the export, erased, and in no index."""

from dataclasses import replace

import pytest

from app.services import Dsn
from conversation import rights
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.service import Asked, Fact, Kind, PersonaContext, Reply
from tests.factories.people import Home
from tests.factories.rows import rows_with
from tests.privacy.conftest import House, Parrot
from tests.privacy.fan import USER, numbers
from tests.privacy.test_forgetting import files_with

NAME = "Zebulonia"


class Introduced(Parrot):
    """Hears a name in “I am …”."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """What was asked, and the name."""
        reply = await super().respond(asked, context)
        name = asked.text.removeprefix("I am ")
        return reply if name == asked.text else replace(reply, told=(Fact(Kind.NAME, name),))


@pytest.fixture
async def told(house: House, home: Home) -> Home:
    """An avatar whom a fan has told their name, beside somebody else who has told theirs."""
    house.container.responder = Introduced()
    await house.talk(home, USER, f"I am {NAME}")
    await house.talk(home, "neighbour", "I am Somebody")
    return home


async def test_the_export_has_it_and_nobody_elses(house: House, told: Home) -> None:
    theirs = await numbers(house, told, USER)
    async with house.container.db.uow(told.creator_id) as uow:
        secret = await rights.ask_export(
            uow, fan_id=theirs["fan"][0], message_id=theirs["message"][0], platform="webchat"
        )
        kept = (await rights.take_export(uow, secret)).to_json()["kept"]
    assert [(row["kind"], row["text"]) for row in kept["fact"]] == [("name", NAME)]
    assert kept["fact"][0]["expires_at"] > kept["fact"][0]["told_at"]


async def test_it_is_erased_with_the_fan_and_nobody_elses(house: House, told: Home, dsn: Dsn) -> None:
    assert [row.partition(":")[0] for row in rows_with(dsn, NAME) if row.startswith("fact:")] == ["fact"]
    await house.talk(told, USER, "/forgetme yes")
    await house.forget()
    assert rows_with(dsn, NAME) == []
    assert files_with(house.data, NAME) == []
    assert any(row.startswith("fact:") for row in rows_with(dsn, "Somebody"))


async def test_nothing_of_it_is_in_what_the_avatar_knows(house: House, told: Home, dsn: Dsn) -> None:
    tables = {row.partition(":")[0] for row in rows_with(dsn, NAME)}
    assert tables <= {"fact", "message", "outbound", "decision_trace"}, tables
    assert files_with(house.data, NAME) == [], "an index"
    recalled = await house.container.memory.recall(told.creator_id, f"Who is {NAME}?", "en")
    assert recalled.passages == ()


@pytest.mark.parametrize("lang", SUPPORTED)
def test_privacy_says_what_is_kept_and_for_how_long(lang: str) -> None:
    said = t(lang, "privacy.told", creator="Ember")
    assert "90" in said or "۹۰" in said
