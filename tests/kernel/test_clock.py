"""Seconds are written alike wherever a place in a recording is named."""

import pytest

from kernel.clock import timecode


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (125, "2:05"), (3735, "1:02:15"), (-1, "0:00")]
)
def test_seconds_are_shown_as_players_do(seconds: float, shown: str) -> None:
    assert timecode(seconds) == shown
