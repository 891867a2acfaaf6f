"""How much a bot may send: never more than Telegram takes, and answers before what may wait."""

import random

from bots.telegram.rates import GROUP_PER_MIN, IN_ALL_PER_S, RESERVED_IN_ALL, Rates
from tests.emulators.clock import Clock
from tests.emulators.telegram import limits
from tests.emulators.telegram.errors import ApiError


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def send(
    rates: Rates, time: Time, chat: int, *, took: float = 0.0, count: int = 1, priority: int = 0
) -> float:
    """Send where that may be; how long to wait where it may not."""
    if wait := rates.wait(7, chat, count=count, priority=priority):
        return wait
    with rates.under_way(7, chat, count=count):
        time.at += took
    return 0.0


def test_one_message_a_second_to_one_chat_and_others_beside_it() -> None:
    time = Time()
    rates = Rates(time)
    assert send(rates, time, 1) == 0
    assert send(rates, time, 1) == 1
    assert send(rates, time, 2) == 0
    time.at += 1
    assert send(rates, time, 1) == 0


def test_a_call_that_takes_long_counts_from_its_end() -> None:
    time = Time()
    rates = Rates(time)
    send(rates, time, 1, took=0.8)
    time.at += 0.5
    assert round(send(rates, time, 1), 3) == 0.5


def test_what_is_under_way_counts_as_if_it_were_sent_now() -> None:
    rates = Rates(Time())
    with rates.under_way(7, 1):
        assert rates.wait(7, 1) == 1
        assert rates.wait(7, 2) == 0
        assert rates.wait(8, 1) == 0, "another bot's chat"


def test_what_may_wait_leaves_room_for_answers() -> None:
    time = Time()
    rates = Rates(time)
    for chat in range(1, IN_ALL_PER_S - RESERVED_IN_ALL + 1):
        assert send(rates, time, chat, priority=1) == 0
    assert send(rates, time, 99, priority=1) > 0
    assert [send(rates, time, chat) for chat in range(100, 100 + RESERVED_IN_ALL)] == [0.0] * RESERVED_IN_ALL
    assert send(rates, time, 200) > 0


def test_many_that_may_wait_come_again_one_after_the_other() -> None:
    time = Time()
    rates = Rates(time)
    waits = [wait for chat in range(1, 1_000) if (wait := send(rates, time, chat, priority=1))]
    each = 1 / (IN_ALL_PER_S - RESERVED_IN_ALL)
    assert len(waits) == 999 - (IN_ALL_PER_S - RESERVED_IN_ALL)
    assert waits == sorted(waits)
    assert round(waits[-1] - waits[0], 3) == round(each * (len(waits) - 1), 3)
    assert 0 < send(rates, time, 5) <= 1, "an answer stands in no line"


def test_a_group_has_its_minute() -> None:
    time = Time()
    rates = Rates(time)
    for _ in range(GROUP_PER_MIN):
        assert send(rates, time, -5) == 0
        time.at += 1
    assert send(rates, time, -5) == 60 - GROUP_PER_MIN
    assert send(rates, time, 5) == 0


def test_an_album_counts_as_many_and_still_goes() -> None:
    time = Time()
    rates = Rates(time)
    assert send(rates, time, -5, count=10) == 0
    time.at += 1
    assert send(rates, time, -5, count=10) == 0
    time.at += 1
    assert send(rates, time, -5) == 58


def test_a_bot_that_was_stopped_waits_in_every_chat_and_no_other_does() -> None:
    time = Time()
    rates = Rates(time, pace=10)
    assert rates.stop(7, 30) == 3
    assert rates.wait(7, 1) == rates.wait(7, -2) == 3
    assert rates.wait(8, 1) == 0
    time.at += 30
    assert rates.wait(7, 1) == 0


def test_what_is_over_is_forgotten() -> None:
    time = Time()
    rates = Rates(time)
    for chat in range(100_000):
        with rates.under_way(7, chat):
            time.at += 0.01
    assert len(rates._windows) < 10_000


def test_telegram_never_has_to_refuse_however_long_calls_are_on_their_way() -> None:
    chance = random.Random(3)
    time = Time()
    rates = Rates(time)
    telegram = limits.Limits(Clock(), limits.Rates())
    telegram.clock.now = lambda: arrives  # type: ignore[method-assign]  # this test's own time
    refused = 0
    arrives = 0.0
    for _ in range(20_000):
        chat = chance.choice((1, 2, 3, -4, -5))
        count = chance.choice((1, 1, 1, 4))
        if rates.wait(7, chat, count=count) > 0:
            time.at += chance.random() / 5
            continue
        with rates.under_way(7, chat, count=count):
            on_its_way = chance.random() ** 4
            arrives = time.at + on_its_way
            time.at = arrives + chance.random() ** 4
            try:
                telegram.spend(7, chat, count=count, group=chat < 0)
            except ApiError:
                refused += 1
    assert refused == 0
