"""A model's answer is whole or there is a reason, whatever the model does; asked over the wire."""

import asyncio
import time

import pytest

from kernel.db import InsideTransaction
from persona_engine import service as persona
from persona_engine.drafting import resting
from persona_engine.drafting.drafts import AT_ONCE
from persona_engine.types import Outcome
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI, Script
from tests.persona_engine.drafting.conftest import ASKED, Studio

ANSWER = "The flame is yellow because hot soot glows."


async def test_the_whole_text_comes_back_with_its_tokens(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED, max_tokens=50, temperature=0.3)
    assert (answer.text, answer.reason, answer.cut) == (ANSWER, Outcome.OK, False)
    assert (answer.connection_id, answer.model) == (connection.id, "small")
    assert (answer.tokens_in, answer.tokens_out) == (20, 10)
    asked = openai.requests[0]
    assert asked.headers["authorization"] == "Bearer sk-test"
    assert [(each["role"], each["content"]) for each in asked.body["messages"]] == [
        ("system", "Be brief."),
        ("user", "Why is the flame yellow?"),
    ]
    assert asked.body["max_tokens"] == asked.body["max_completion_tokens"] == 50
    assert asked.body["temperature"] == 0.3


async def test_the_request_tells_nothing_of_the_machine(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url)
    await studio.drafts.complete(studio.creator, ASKED)
    said = openai.requests[0].headers
    assert not [name for name in said if name.startswith(("x-stainless", "openai-"))]
    assert said["user-agent"] == "Understudy/0.1"


async def test_nothing_connected_is_a_reason(studio: Studio) -> None:
    answer = await studio.drafts.complete(studio.creator, ASKED)
    assert (answer.text, answer.reason, answer.tried) == (None, Outcome.OFF, ())


FAULTS = {
    "empty": (scripts.empty, Outcome.EMPTY, 1),
    "a home page": (scripts.not_json, Outcome.UNREADABLE, 1),
    "half an object": (scripts.broken_json, Outcome.UNREADABLE, 1),
    "another object": (scripts.other_json, Outcome.UNREADABLE, 1),
    "packed": (scripts.packed, Outcome.UNREADABLE, 1),
    "a refused key": (scripts.failing(401, code="invalid_api_key"), Outcome.BAD_KEY, 1),
    "no credit": (scripts.failing(429, code="insufficient_quota"), Outcome.NO_CREDIT, 1),
    "no such model": (scripts.failing(404), Outcome.NOT_FOUND, 1),
    "a bad request": (scripts.failing(400), Outcome.REJECTED, 1),
    "an error": (scripts.failing(500), Outcome.SERVER_ERROR, 2),
    "too often": (scripts.failing(429, retry_after="0"), Outcome.RATE_LIMITED, 2),
    "broken off": (scripts.broken, Outcome.BROKEN, 2),
    "endless": (scripts.endless, Outcome.TOO_LONG, 1),
    "dripping": (scripts.dripping, Outcome.TIMEOUT, 1),
    "slow": (scripts.slow(20), Outcome.TIMEOUT, 1),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_a_reason_within_the_deadline(studio: Studio, openai: OpenAI, fault: str) -> None:
    script, reason, requests = FAULTS[fault]
    openai.plays(script)
    await studio.connect(openai.url)
    began = time.monotonic()
    answer = await studio.drafts.complete(studio.creator, ASKED, deadline_s=2.5)
    assert time.monotonic() - began < 15  # the machine may be busy; without a deadline it would be 20
    assert (answer.text, answer.reason) == (None, reason)
    assert len(openai.requests) == requests
    assert [call.outcome for call in await studio.calls()] == [reason]


async def test_more_text_than_was_asked_for_is_no_answer(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.says("flames " * 2_000))
    await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED, max_tokens=20)
    assert (answer.text, answer.reason) == (None, Outcome.TOO_LONG)


async def test_an_answer_that_hit_the_limit_says_so(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.cut)
    await studio.connect(openai.url)
    assert (await studio.drafts.complete(studio.creator, ASKED)).cut


async def test_nobody_at_the_address_is_a_reason(studio: Studio, openai: OpenAI) -> None:
    openai.close()
    await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED)
    assert (answer.text, answer.reason) == (None, Outcome.UNREACHABLE)


async def test_a_redirect_is_not_followed(studio: Studio, openai: OpenAI) -> None:
    elsewhere = OpenAI([scripts.obedient])
    openai.plays(scripts.redirects(f"{elsewhere.url}/chat/completions"))
    await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED)
    elsewhere.close()
    assert (answer.text, answer.reason) == (None, Outcome.REDIRECTED)
    assert elsewhere.requests == []


RETRIED: dict[str, Script] = {
    "an error": scripts.failing(503),
    "a broken answer": scripts.broken,
    "too often": scripts.failing(429, retry_after="0.3"),
}


@pytest.mark.parametrize("first", RETRIED)
async def test_one_more_try_may_succeed(studio: Studio, openai: OpenAI, first: str) -> None:
    openai.plays(RETRIED[first], scripts.obedient)
    await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED)
    assert answer.text == ANSWER
    assert len(openai.requests) == 2


async def test_as_long_as_the_provider_asks_is_waited(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.failing(429, retry_after="1"), scripts.obedient)
    await studio.connect(openai.url)
    assert (await studio.drafts.complete(studio.creator, ASKED)).text == ANSWER
    assert 0.95 < openai.times[1] - openai.times[0] < 5


async def test_a_wait_beyond_the_deadline_is_not_begun(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.failing(429, retry_after="30"))
    await studio.connect(openai.url)
    began = time.monotonic()
    answer = await studio.drafts.complete(studio.creator, ASKED, deadline_s=5)
    assert answer.reason is Outcome.RATE_LIMITED
    assert time.monotonic() - began < 15  # it would wait for 30


async def test_the_next_connection_is_asked_in_order(studio: Studio, openai: OpenAI) -> None:
    failing, second = OpenAI([scripts.failing(401)]), OpenAI([scripts.empty])
    for server in (failing, second, openai):
        await studio.connect(server.url)
    answer = await studio.drafts.complete(studio.creator, ASKED)
    failing.close()
    second.close()
    assert answer.text == ANSWER
    assert [each.outcome for each in answer.tried] == [Outcome.BAD_KEY, Outcome.EMPTY, Outcome.OK]


async def test_a_slow_one_leaves_time_for_the_next(studio: Studio, openai: OpenAI) -> None:
    slow = OpenAI([scripts.slow(20)])
    await studio.connect(slow.url, timeout_s=1)
    await studio.connect(openai.url)
    answer = await studio.drafts.complete(studio.creator, ASKED, deadline_s=5)
    slow.close()
    assert answer.text == ANSWER
    assert [each.outcome for each in answer.tried] == [Outcome.TIMEOUT, Outcome.OK]


async def test_one_that_is_off_is_not_asked(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url)
    async with studio.db.uow(studio.creator) as uow:
        await persona.models.switch(uow, connection.id, on=False)
    assert (await studio.drafts.complete(studio.creator, ASKED)).reason is Outcome.OFF
    assert openai.requests == []


async def test_all_connections_share_one_deadline(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.slow(20))
    for _ in range(4):
        await studio.connect(openai.url, timeout_s=1)
    answer = await studio.drafts.complete(studio.creator, ASKED, deadline_s=2.3)
    assert answer.reason is Outcome.TIMEOUT
    assert 2 <= len(openai.requests) <= 3, "nothing is left of the time for the fourth"


async def test_one_that_fails_in_a_row_rests_and_comes_back(
    studio: Studio, openai: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "REST_S", 0.5)
    openai.plays(scripts.failing(401))
    await studio.connect(openai.url)
    reasons = [(await studio.drafts.complete(studio.creator, ASKED)).reason for _ in range(5)]
    assert reasons == [Outcome.BAD_KEY] * resting.FAILURES + [Outcome.RESTING] * (5 - resting.FAILURES)
    assert len(openai.requests) == resting.FAILURES
    openai.plays(scripts.obedient)
    await asyncio.sleep(0.6)
    assert (await studio.drafts.complete(studio.creator, ASKED)).text == ANSWER
    assert (await studio.drafts.complete(studio.creator, ASKED)).text == ANSWER


async def test_questions_that_no_model_answers_do_not_put_it_to_rest(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.empty)
    await studio.connect(openai.url)
    for _ in range(resting.FAILURES + 1):
        assert (await studio.drafts.complete(studio.creator, ASKED)).reason is Outcome.EMPTY


async def test_so_many_are_asked_at_once_and_no_more(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.slow(20))
    await studio.connect(openai.url)
    begun = [
        asyncio.create_task(studio.drafts.complete(studio.creator, ASKED, deadline_s=60))
        for _ in range(AT_ONCE)
    ]
    while len(openai.requests) < AT_ONCE:  # noqa: ASYNC110 - the server is in a thread of its own
        await asyncio.sleep(0.02)
    late = await studio.drafts.complete(studio.creator, ASKED, deadline_s=0.5)
    assert late.reason is Outcome.BUSY
    assert len(openai.requests) == AT_ONCE
    for asked in begun:
        asked.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


async def test_no_model_is_asked_inside_a_transaction(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url)
    with pytest.raises(InsideTransaction):
        async with studio.db.uow(studio.creator):
            await studio.drafts.complete(studio.creator, ASKED)


async def test_a_test_asks_one_that_is_off_too(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url)
    async with studio.db.uow(studio.creator) as uow:
        await persona.models.switch(uow, connection.id, on=False)
    answer = await studio.drafts.test(studio.creator, connection.id)
    assert answer.text == ANSWER
    assert answer.ms > 0


async def test_the_emulator_streams_what_it_is_asked_to(openai: OpenAI) -> None:
    from langchain.chat_models import init_chat_model

    model = init_chat_model("small", model_provider="openai", base_url=openai.url, api_key="sk-test")
    parts = [str(part.text) async for part in model.astream("Why?")]
    assert "".join(parts).strip() == ANSWER
    assert len(parts) > 3
