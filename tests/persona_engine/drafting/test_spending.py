"""Every call is counted before it is made; no cap is exceeded, whatever happens meanwhile."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from kernel import clock
from persona_engine import service as persona
from persona_engine.drafting.types import Estimate
from persona_engine.types import Caps, Completion, Outcome
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI
from tests.persona_engine.drafting.conftest import ASKED, NewStudio, Studio

PRICES = {"price_in": Decimal(10), "price_out": Decimal(100)}
SPENT = Decimal(10 * 20 + 100 * 10) / 1_000_000  # the emulator counts 20 tokens in and 10 out


async def cap(studio: Studio, **caps: str) -> None:
    wanted = {name: Decimal(value) for name, value in caps.items()}
    async with studio.db.uow(studio.creator) as uow:
        await persona.spending.set_caps(uow, Caps(**({"day": None, "fan_day": None, "month": None} | wanted)))


async def spent(studio: Studio) -> tuple[Decimal, Decimal]:
    async with studio.db.uow(studio.creator) as uow:
        found = await persona.spending.spending(uow)
    return found.today, found.month


async def test_an_answer_costs_what_its_tokens_cost(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url, **PRICES)
    fan = await studio.fan()
    thread = await studio.thread(fan)
    answer = await studio.drafts.complete(studio.creator, ASKED, fan_id=fan, thread_id=thread)
    assert answer.cost == SPENT
    (call,) = await studio.calls()
    assert (call.connection_id, call.fan_id, call.thread_id) == (connection.id, fan, thread)
    assert (call.tokens_in, call.tokens_out, call.cost, call.outcome) == (20, 10, SPENT, "ok")
    assert call.ms > 0
    assert await spent(studio) == (SPENT, SPENT)


async def test_nothing_that_was_said_is_kept(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url)
    await studio.drafts.complete(studio.creator, ASKED)
    assert "flame" not in str(await studio.calls())


async def test_a_model_that_counts_nothing_is_counted_by_us(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.says("A flame.", usage=None))
    await studio.connect(openai.url, **PRICES)
    answer = await studio.drafts.complete(studio.creator, ASKED)
    assert 0 < answer.tokens_out < 10
    assert answer.cost > 0


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        (scripts.failing(500), False),
        (scripts.failing(401), False),
        (scripts.not_json, True),
        (scripts.broken, True),
    ],
)
async def test_what_may_have_been_billed_stays_counted(
    studio: Studio, openai: OpenAI, script: scripts.Script, kept: bool
) -> None:
    openai.plays(script)
    await studio.connect(openai.url, **PRICES)
    await studio.drafts.complete(studio.creator, ASKED)
    assert (await spent(studio) > (0, 0)) == kept


async def test_a_cap_of_the_day_holds_until_the_next_day(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    await cap(studio, day="0.011")  # a call of 100 tokens is reserved as a little more than 0.01
    first, second = [await ask(studio) for _ in range(2)]
    assert (first.reason, second.reason) == (Outcome.OK, Outcome.OVER_DAY)
    assert len(openai.requests) == 1
    assert len(await studio.calls()) == 1
    with clock.shifted(timedelta(days=1)):
        assert (await ask(studio)).reason is Outcome.OK


async def ask(studio: Studio, fan: int | None = None) -> Completion:
    fan = fan or await studio.fan("Somebody")
    return await studio.drafts.complete(studio.creator, ASKED, fan_id=fan, max_tokens=100)


async def test_a_cap_of_the_month_holds_until_the_next_month(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    await cap(studio, month="0.011")
    assert (await ask(studio)).reason is Outcome.OK
    assert (await ask(studio)).reason is Outcome.OVER_MONTH
    with clock.shifted(timedelta(days=31)):
        assert (await ask(studio)).reason is Outcome.OK


async def test_one_fan_cannot_spend_what_is_everybodys(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    await cap(studio, fan_day="0.011")
    ada, bo = await studio.fan("Ada"), await studio.fan("Bo")
    assert (await ask(studio, ada)).reason is Outcome.OK
    assert (await ask(studio, ada)).reason is Outcome.OVER_FAN
    assert (await ask(studio, bo)).reason is Outcome.OK


async def test_half_of_each_cap_is_kept_for_fans(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    for caps in ({"day": "0.021"}, {"month": "0.022"}):
        await cap(studio, **caps)
        spare = [await studio.drafts.complete(studio.creator, ASKED, max_tokens=100) for _ in range(2)]
        assert spare[-1].reason is Outcome.OVER_SPARE
        assert (await ask(studio)).reason is Outcome.OK


async def test_one_creators_spending_is_not_anothers(founded: NewStudio, openai: OpenAI) -> None:
    for studio in [await founded("Ember"), await founded("Wick")]:
        await studio.connect(openai.url, **PRICES)
        await cap(studio, day="0.011")
        assert (await ask(studio)).reason is Outcome.OK


async def test_a_free_model_answers_when_the_money_is_gone(studio: Studio, openai: OpenAI) -> None:
    free = OpenAI([scripts.obedient])
    await studio.connect(openai.url, **PRICES)
    await studio.connect(free.url)
    await cap(studio, day="0")
    answer = await ask(studio)
    free.close()
    assert [each.outcome for each in answer.tried] == [Outcome.OVER_DAY, Outcome.OK]
    assert openai.requests == []


async def test_many_at_once_stay_below_the_cap(studio: Studio, openai: OpenAI) -> None:
    openai.plays(scripts.slow(1.5))
    await studio.connect(openai.url, **PRICES)
    await cap(studio, day="0.035")  # three reservations of a little more than 0.01
    found = await asyncio.gather(*(ask(studio) for _ in range(12)))
    assert [each.reason for each in found].count(Outcome.OK) == 3
    assert (await spent(studio))[0] == 3 * SPENT


async def test_what_a_killed_process_had_begun_is_counted_that_day_only(
    studio: Studio, openai: OpenAI
) -> None:
    openai.plays(scripts.slow(20))
    connection = await studio.connect(openai.url, **PRICES)
    await cap(studio, day="0.011")
    begun = asyncio.create_task(ask(studio))
    while not openai.requests:  # noqa: ASYNC110 - the server is in a thread of its own
        await asyncio.sleep(0.02)
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    openai.plays(scripts.obedient)
    assert [call.outcome for call in await studio.calls()] == ["reserved"]
    assert (await ask(studio)).reason is Outcome.OVER_DAY
    with clock.shifted(timedelta(days=1)):
        async with studio.db.uow(studio.creator) as uow:
            (state,) = await persona.spending.states(uow, [connection])
        assert state.failure is Outcome.RESERVED
        assert (await ask(studio)).reason is Outcome.OK


async def test_a_model_that_is_removed_leaves_its_spending(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url, **PRICES)
    await ask(studio)
    async with studio.db.uow(studio.creator) as uow:
        await persona.models.remove(uow, connection.id)
    assert await spent(studio) == (SPENT, SPENT)


async def test_calls_are_forgotten_after_a_while_and_their_sums_are_not(
    studio: Studio, openai: OpenAI
) -> None:
    await studio.connect(openai.url, **PRICES)
    await ask(studio)
    with clock.shifted(timedelta(days=persona.spending.KEPT_DAYS + 1)):
        await ask(studio)
        assert len(await studio.calls()) == 1
    async with studio.db.uow(studio.creator) as uow:
        assert len(await uow.fetch("SELECT 1 FROM model_day")) == 2


async def test_a_forgotten_fan_is_named_by_no_call(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    fan = await studio.fan()
    await ask(studio, fan)
    async with studio.db.uow(studio.creator) as uow:
        await uow.fetch("DELETE FROM fan WHERE id = %(id)s", {"id": fan})
    assert [call.fan_id for call in await studio.calls()] == [None]


async def test_a_call_for_somebody_who_is_gone_meanwhile_is_paid_for(studio: Studio, openai: OpenAI) -> None:
    await studio.connect(openai.url, **PRICES)
    answer = await studio.drafts.complete(studio.creator, ASKED, fan_id=4711, thread_id=4711)
    assert answer.reason is Outcome.OK
    assert [(call.fan_id, call.thread_id) for call in await studio.calls()] == [(None, None)]
    assert await spent(studio) == (SPENT, SPENT)


async def test_the_page_shows_speed_cost_and_the_last_failure(studio: Studio, openai: OpenAI) -> None:
    connection = await studio.connect(openai.url, **PRICES)

    async def state() -> tuple[int, Decimal, Outcome | None, bool]:
        async with studio.db.uow(studio.creator) as uow:
            (found,) = await persona.spending.states(uow, [connection])
        return found.calls_today, found.month, found.failure, found.median_ms is not None

    assert await state() == (0, 0, None, False)
    await ask(studio)
    assert await state() == (1, SPENT, None, True)
    openai.plays(scripts.failing(401))
    await ask(studio)
    assert await state() == (2, SPENT, Outcome.BAD_KEY, True)


async def test_what_a_call_will_cost_is_told_by_the_last_ones_and_by_what_is_left(
    studio: Studio, openai: OpenAI
) -> None:
    async def told() -> Estimate | None:
        async with studio.db.uow(studio.creator) as uow:
            return await persona.spending.estimate(uow)

    assert await told() is None
    await cap(studio, day="0.5", month="0.4")
    await studio.connect(openai.url, **PRICES)
    usual = await told()
    one = Decimal(10 * 1_500 + 100 * 150) / 1_000_000
    assert usual == Estimate(one, Decimal("0.2"), one)
    await studio.drafts.complete(studio.creator, ASKED)
    after = await told()
    assert after is not None
    assert SPENT <= after.call < SPENT * 2
    assert after.left == Decimal("0.2") - SPENT
    await cap(studio)
    after = await told()
    assert after is not None
    assert after.left is None


async def test_what_a_call_costs_at_most_counts_the_models_that_are_asked_when_others_fail(
    studio: Studio, openai: OpenAI
) -> None:
    await studio.connect(openai.url, **PRICES)
    await studio.connect(openai.url, price_in=Decimal(20), price_out=Decimal(200))
    async with studio.db.uow(studio.creator) as uow:
        told = await persona.spending.estimate(uow)
    assert told is not None
    assert told.connections == 2
    assert told.every == 3 * told.call
