"""Weekly hours: where they hold, begin and end, across midnight and both clock changes."""

from datetime import UTC, datetime, time

import pytest

from conversation.hours import NO_HOURS, Span, Week, read_span

BERLIN = "Europe/Berlin"
OFFICE = Week((Span(time(9), time(17)),) * 5 + (None, None))
NIGHT = Week((Span(time(22), time(7)),) * 7)
ALWAYS = Week((Span(time(0), time(0)),) * 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-01-05T07:59", False),  # Monday 08:59 in Berlin
        ("2026-01-05T08:00", True),
        ("2026-01-05T15:59", True),
        ("2026-01-05T16:00", False),
        ("2026-01-10T10:00", False),  # Saturday
        ("2026-07-06T07:00", True),  # in summer, nine is an hour earlier
    ],
)
def test_they_hold_by_the_clock_of_their_zone(moment: str, holds: bool) -> None:
    assert OFFICE.holds(at(moment), BERLIN) is holds


def test_they_begin_again_on_the_next_day_that_has_some() -> None:
    friday_evening = at("2026-01-09T18:00")
    assert OFFICE.begins(friday_evening, BERLIN) == at("2026-01-12T08:00")
    assert OFFICE.begins(at("2026-01-12T08:00"), BERLIN) == at("2026-01-13T08:00"), "they have begun"
    once_a_week = Week((Span(time(9), time(10)),) + (None,) * 6)
    assert once_a_week.begins(at("2026-01-05T08:30"), BERLIN) == at("2026-01-12T08:00")
    assert NO_HOURS.begins(friday_evening, BERLIN) is None


def test_they_go_over_midnight() -> None:
    assert NIGHT.holds(at("2026-01-05T23:00"), BERLIN)
    assert NIGHT.holds(at("2026-01-06T05:59"), BERLIN)
    assert not NIGHT.holds(at("2026-01-06T06:00"), BERLIN)
    assert NIGHT.ends(at("2026-01-05T23:00"), BERLIN) == at("2026-01-06T06:00")
    assert NIGHT.ends(at("2026-01-06T12:00"), BERLIN) == at("2026-01-06T12:00"), "they don't hold then"


def test_what_follows_without_a_gap_is_one_and_what_never_ends_ends_the_look() -> None:
    weekend = Week((None,) * 5 + (Span(time(10), time(0)), Span(time(0), time(8))))
    assert weekend.ends(at("2026-01-10T12:00"), "UTC") == at("2026-01-11T08:00")
    assert ALWAYS.holds(at("2026-01-10T12:00"), BERLIN)
    assert ALWAYS.ends(at("2026-01-10T12:00"), BERLIN) > at("2026-01-18T00:00")


def test_a_time_that_the_spring_change_skips_is_the_next_one_there_is() -> None:
    early = Week((None,) * 6 + (Span(time(2, 30), time(5)),))
    assert not early.holds(at("2026-03-29T00:59"), BERLIN)
    assert early.holds(at("2026-03-29T01:00"), BERLIN), "03:00, where 02:00 to 02:59 don't exist"
    assert early.ends(at("2026-03-29T01:00"), BERLIN) == at("2026-03-29T03:00")


def test_an_hour_that_the_autumn_change_repeats_belongs_to_them_both_times() -> None:
    early = Week((None,) * 6 + (Span(time(2), time(2, 30)),))
    first, between, second, after = (
        "2026-10-25T00:00",
        "2026-10-25T00:45",
        "2026-10-25T01:29",
        "2026-10-25T01:30",
    )
    assert [early.holds(at(each), BERLIN) for each in (first, between, second, after)] == [True] * 3 + [False]


def test_they_are_kept_and_read() -> None:
    assert Week.from_json(OFFICE.to_json()) == OFFICE
    assert OFFICE.to_json()["0"] == ["09:00", "17:00"]
    assert read_span("09:00", "17:30") == Span(time(9), time(17, 30))
    assert read_span("", "") is None
    for wrong in (("09:00", ""), ("9:00", "10:00"), ("24:00", "10:00"), ("nine", "ten")):
        with pytest.raises(ValueError, match="time of day"):
            read_span(*wrong)
