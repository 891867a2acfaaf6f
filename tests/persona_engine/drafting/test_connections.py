"""A creator's connections: what may be entered, what becomes of the key, which addresses are reached."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from kernel.errors import BadInput
from kernel.settings import Settings
from persona_engine import service as persona
from persona_engine.errors import NoSuchConnection
from persona_engine.types import ModelConnection, Outcome
from tests.emulators.openai.server import OpenAI
from tests.persona_engine.drafting.conftest import ASKED, BOX, NewStudio, Studio, form

PUBLIC = "https://models.example/v1"


async def test_a_key_is_sealed_and_never_shown_again(studio: Studio) -> None:
    connection = await studio.connect(PUBLIC, key="sk-SECRETSECRETSECRET")
    assert connection.has_key
    async with studio.db.uow(studio.creator) as uow:
        rows = await uow.fetch("SELECT model_connection::text AS row FROM model_connection")
        shown = await persona.models.listed(uow)
    assert "SECRET" not in str(rows) + str(shown)


async def edited(studio: Studio, connection: ModelConnection, **details: Any) -> ModelConnection:
    wanted = form(connection.url, key=None, name=connection.name)
    async with studio.db.uow(studio.creator) as uow:
        return await persona.models.edit(uow, connection.id, replace(wanted, **details), BOX, private=True)


async def test_an_edit_keeps_the_key_and_is_in_force_at_once(studio: Studio, openai: OpenAI) -> None:
    openai.key = "sk-test"
    connection = await studio.connect(openai.url)
    assert (await studio.drafts.complete(studio.creator, ASKED)).text
    assert (await edited(studio, connection, model="large")).has_key
    assert (await studio.drafts.complete(studio.creator, ASKED)).model == "large"
    assert openai.requests[-1].body["model"] == "large"


async def test_a_key_does_not_follow_to_another_address(studio: Studio) -> None:
    connection = await studio.connect(PUBLIC)
    for url in ("https://thief.example/v1", "http://models.example/v1", "https://models.example:444/v1"):
        with pytest.raises(BadInput, match="enter the key again"):
            await edited(studio, connection, url=url)
    moved = await edited(studio, connection, url="https://models.example/v2")
    assert (moved.url, moved.has_key) == ("https://models.example/v2", True)
    assert not (await edited(studio, moved, url="https://other.example/v1", key="")).has_key


async def test_a_wrong_key_is_said_to_be_one(studio: Studio, openai: OpenAI) -> None:
    openai.key = "sk-another"
    await studio.connect(openai.url)
    assert (await studio.drafts.complete(studio.creator, ASKED)).reason is Outcome.BAD_KEY


BAD = {
    "no model": {"model": " "},
    "no web address": {"url": "ftp://models.example"},
    "a user in it": {"url": "https://user:pass@models.example/v1"},
    "a broken port": {"url": "https://models.example:99999/v1"},
    "words": {"url": "https://models.example/v1 or so"},
    "a key with a line break": {"key": "sk-a\r\nx-other: 1"},
    "a negative price": {"price_in": Decimal(-1)},
    "no number": {"price_out": Decimal("NaN")},
    "no time": {"timeout_s": 0},
    "an hour": {"timeout_s": 3600},
    "a module": {"provider": "os.path"},
}


@pytest.mark.parametrize("fault", BAD)
async def test_what_cannot_be_used_is_refused(studio: Studio, fault: str) -> None:
    details: dict[str, Any] = {"url": PUBLIC} | BAD[fault]
    with pytest.raises(BadInput):
        await studio.connect(**details)


INSIDE = [
    "http://localhost:11434/v1",
    "https://127.0.0.1/v1",
    "https://[::1]/v1",
    "https://[::ffff:10.0.0.1]/v1",
    "https://169.254.169.254/latest",
    "https://10.1.2.3/v1",
    "https://db.internal/v1",
    "https://localhost./v1",
    "http://models.example/v1",
]


@pytest.mark.parametrize("url", INSIDE)
async def test_a_hosted_instance_refuses_inner_and_open_addresses(studio: Studio, url: str) -> None:
    with pytest.raises(BadInput):
        async with studio.db.uow(studio.creator) as uow:
            await persona.models.add(uow, form(url), BOX, private=False)
    await studio.connect(url)


async def test_a_hosted_instance_refuses_providers_beyond_the_list(studio: Studio) -> None:
    with pytest.raises(BadInput, match="list"):
        async with studio.db.uow(studio.creator) as uow:
            await persona.models.add(uow, form("", provider="huggingface"), BOX, private=False)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_a_public_name_that_leads_inside_is_not_reached(
    studio: Studio, openai: OpenAI, found: list[str]
) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        assert host == "models.example"
        return found

    hosted = persona.Drafts(studio.db, BOX, private=False, resolver=resolver)
    await studio.connect(f"http://models.example:{openai.port}/v1")
    answer = await hosted.complete(studio.creator, ASKED)
    await hosted.close()
    assert answer.reason is Outcome.PRIVATE
    assert openai.requests == []


async def test_the_address_that_was_checked_is_the_one_that_is_reached(
    studio: Studio, openai: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The loopback stands in for the public internet here, where no test may go.
    monkeypatch.setattr("persona_engine.drafting.wire.is_public", lambda address: True)

    async def resolver(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    hosted = persona.Drafts(studio.db, BOX, private=False, resolver=resolver)
    await studio.connect(f"http://models.example:{openai.port}/v1")
    answer = await hosted.complete(studio.creator, ASKED)
    await hosted.close()
    assert answer.reason is Outcome.OK
    assert openai.requests[0].headers["host"] == f"models.example:{openai.port}"


async def test_a_provider_without_its_package_says_so(studio: Studio) -> None:
    await studio.connect("", provider="anthropic", model="claude")
    assert (await studio.drafts.complete(studio.creator, ASKED)).reason is Outcome.NO_PACKAGE
    assert persona.package_of("anthropic") == "langchain-anthropic"


async def test_any_provider_of_langchain_is_asked_by_its_name(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    class ChatGroq(GenericFakeChatModel):
        def __init__(self, **asked: Any) -> None:
            made.append(asked)
            said = AIMessage(
                "From another provider.",
                usage_metadata={"input_tokens": 7, "output_tokens": 3, "total_tokens": 10},
            )
            super().__init__(messages=iter([said]))

    package = ModuleType("langchain_groq")
    package.ChatGroq = ChatGroq  # type: ignore[attr-defined] # a package that stands in for one to install
    monkeypatch.setitem(sys.modules, "langchain_groq", package)
    await studio.connect("", provider="groq", model="llama", key="gsk-test")
    answer = await studio.drafts.complete(studio.creator, ASKED, max_tokens=50)
    assert (answer.text, answer.tokens_in, answer.tokens_out) == ("From another provider.", 7, 3)
    assert made == [{"model": "llama", "api_key": "gsk-test", "max_tokens": 50, "max_retries": 0}]


async def test_connections_move_and_go(studio: Studio) -> None:
    ids = [(await studio.connect(PUBLIC, name=name)).id for name in "abc"]

    async def order() -> str:
        async with studio.db.uow(studio.creator) as uow:
            return "".join(each.name for each in await persona.models.listed(uow))

    async with studio.db.uow(studio.creator) as uow:
        await persona.models.move(uow, ids[2], up=True)
        await persona.models.move(uow, ids[0], up=True)
    assert await order() == "acb"
    async with studio.db.uow(studio.creator) as uow:
        await persona.models.move(uow, ids[0], up=False)
        await persona.models.remove(uow, ids[2])
    assert await order() == "ab"


async def test_there_is_an_end_to_them(studio: Studio) -> None:
    for _ in range(persona.models.MOST):
        await studio.connect(PUBLIC)
    with pytest.raises(BadInput, match="Remove one"):
        await studio.connect(PUBLIC)


async def test_anothers_connection_is_not_there(founded: NewStudio) -> None:
    ours, theirs = await founded("Ember"), await founded("Wick")
    connection = await theirs.connect(PUBLIC)
    with pytest.raises(NoSuchConnection):
        await edited(ours, connection)
    with pytest.raises(NoSuchConnection):
        await ours.drafts.test(ours.creator, connection.id)
    assert (await ours.drafts.complete(ours.creator, ASKED)).reason is Outcome.OFF


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, True),
        ({"admin_url": "https://desk.example"}, False),
        ({"admin_host": "0.0.0.0"}, False),
        ({"admin_url": "https://desk.example", "local_models": True}, True),
        ({"local_models": False}, False),
    ],
)
def test_local_models_are_for_who_runs_the_machine(settings: dict[str, Any], allowed: bool) -> None:
    assert Settings(_env_file=None, **settings).models_may_be_local is allowed
