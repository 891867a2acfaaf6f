"""What messages are held against is built once, however many come at once, and holds up nothing else."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from memory.matching import OWN_STOPPED, Apart, Example, Matcher, never_apart
from memory.own_words import OwnWords
from persona_engine.boundaries.matchers import Matchers

WITHIN_S = 10.0


class Builder:
    """Builds a matcher when it may, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.may = Event()
        self.began = Event()
        self.built: list[str] = []

    def matcher(
        self,
        examples: Sequence[Example],
        own: OwnWords | None = None,
        own_stopped: float = OWN_STOPPED,
        apart: Apart = never_apart,
    ) -> Matcher:
        (example,) = examples
        self.built.append(example.text)
        if example.text == "slow":
            self.began.set()
            assert self.may.wait(WITHIN_S)
        return Matcher(examples, None, own, own_stopped, apart)


@pytest.fixture
def builder() -> Builder:
    """What builds matchers, slowly."""
    return Builder()


def test_a_matcher_is_built_once_for_all_that_want_it_at_once(builder: Builder) -> None:
    matchers = Matchers(builder)
    slow = [Example("rule", "slow", "en")]
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(matchers.of, (1, 1), slow)
        assert builder.began.wait(WITHIN_S)
        second = threads.submit(matchers.of, (1, 1), slow)
        # Meanwhile another is had at once.
        assert matchers.of((2, 1), [Example("rule", "quick", "en")])
        assert not second.done()
        builder.may.set()
        assert first.result(WITHIN_S) is second.result(WITHIN_S)
    assert builder.built == ["slow", "quick"]


def test_where_building_fails_the_next_tries_again(builder: Builder) -> None:
    matchers = Matchers(builder)
    with pytest.raises(ValueError, match="unpack"):
        matchers.of((1, 1), [])
    assert matchers.of((1, 1), [Example("rule", "quick", "en")])
