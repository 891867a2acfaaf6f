"""An app asks for no more than Discord has told it of, and an address for no more than its refusals allow."""

import itertools
import random

from bots.discord.rates import PER_SECOND, RESERVED, Rates, Refusals
from tests.emulators.clock import Clock
from tests.emulators.discord import limits
from tests.emulators.discord.errors import ApiError

SEND, REACT = "POST /channels/{channel_id}/messages", "PUT /reactions"


def told(left: int, reset_s: float, name: str = "b1") -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": name,
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset-After": f"{reset_s}",
    }


class Hands:
    """A clock's hands, moved by a test."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_what_is_spent_is_waited_for_in_that_channel_alone() -> None:
    clock = Hands()
    rates = Rates(clock)
    rates.heard(SEND, "1", told(0, 2))
    assert rates.wait(SEND, "1") == 2
    assert rates.wait(SEND, "2") == 0
    clock.at += 2
    assert rates.wait(SEND, "1") == 0


def test_routes_of_one_bucket_share_it() -> None:
    rates = Rates(Hands())
    rates.heard(REACT, "1", told(3, 2))
    rates.heard(SEND, "1", told(0, 2))
    assert rates.wait(REACT, "1") == 2


def test_what_is_under_way_is_counted_before_its_answer() -> None:
    rates = Rates(Hands())
    rates.heard(SEND, "1", told(2, 2))
    with rates.spend(SEND, "1"), rates.spend(SEND, "1"):
        assert rates.wait(SEND, "1") == 2
    # An answer that was overtaken tells of more than there is.
    rates.heard(SEND, "1", told(1, 2))
    assert rates.wait(SEND, "1") == 2


def test_a_refusal_is_for_its_bucket_or_for_all() -> None:
    rates = Rates(Hands())
    rates.refused(SEND, "1", 3, everywhere=False)
    assert (rates.wait(SEND, "1"), rates.wait(SEND, "2")) == (3, 0)
    rates.refused(SEND, "1", 5, everywhere=True)
    assert rates.wait(REACT, "2") == 5


def send(rates: Rates, channel: int, *, priority: int = 0) -> float:
    """Send where that may be; how long to wait where it may not."""
    if wait := rates.wait(SEND, f"{channel}", priority=priority):
        return wait
    with rates.spend(SEND, f"{channel}"):
        return 0.0


def test_no_second_has_more_calls_than_an_app_may_make() -> None:
    clock = Hands()
    rates = Rates(clock, pace=4)
    for number in range(PER_SECOND):
        assert send(rates, number) == 0
    assert send(rates, 99) == 0.25, "a second of Discord's"
    clock.at += 1
    assert send(rates, 99) == 0


def test_what_may_wait_leaves_room_and_comes_again_one_after_the_other() -> None:
    rates = Rates(Hands())
    waits = [send(rates, number, priority=7) for number in range(200)]
    assert waits[: PER_SECOND - RESERVED] == [0.0] * (PER_SECOND - RESERVED)
    later = waits[PER_SECOND - RESERVED :]
    assert all(round(two - one, 3) == round(1 / 35, 3) for one, two in itertools.pairwise(later))
    assert [send(rates, number) for number in range(300, 300 + RESERVED)] == [0.0] * RESERVED
    assert 0 < send(rates, 400) <= 1, "an answer stands in no line"


def test_discord_never_has_to_refuse_however_long_calls_are_on_their_way() -> None:
    chance, clock = random.Random(3), Hands()
    rates = Rates(clock)
    discord = limits.Limits(Clock(), limits.Rates())
    discord.clock.now = lambda: arrives  # type: ignore[method-assign]  # this test's own time
    refused, arrives = 0, 0.0
    for _ in range(20_000):
        channel = str(chance.randrange(40))
        if rates.wait(SEND, channel) > 0:
            clock.at += chance.random() / 5
            continue
        with rates.spend(SEND, channel):
            arrives = clock.at + chance.random() ** 4 / 10
            clock.at = arrives + chance.random() ** 4 / 10
            try:
                told = discord.spend(1, SEND, channel)
            except ApiError:
                refused += 1
        rates.heard(SEND, channel, told)
    assert refused == 0


def test_buckets_that_have_filled_again_are_forgotten() -> None:
    clock = Hands()
    rates = Rates(clock)
    for number in range(1_000):
        rates.heard(SEND, f"{number}", told(0, 2))
        clock.at += 1
    assert len(rates._buckets) <= 101
    assert rates.wait(SEND, "999") == 1


def test_before_an_address_is_shut_out_nobody_here_calls() -> None:
    clock = Hands()
    refusals = Refusals(clock)
    for _ in range(8_999):
        refusals.count()
    assert refusals.wait() == 0
    refusals.count()
    assert refusals.wait() == 600
    clock.at += 600
    assert refusals.wait() == 0
