"""Weekly hours in a time zone: whether a moment lies in them, when they begin next, when they end. No dates.

Local times that a spring change skips begin or end at the next minute that exists. Where an autumn change
repeats an hour, hours begin with its first pass and end with its second.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From a local time to another; to the next day's, where that isn't later."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Week:
    """A span, or none, for each weekday from Monday on."""

    days: tuple[Span | None, ...] = (None,) * 7

    def __bool__(self) -> bool:
        return any(self.days)

    def to_json(self) -> dict[str, list[str]]:
        """As it is kept in the database."""
        return {
            str(number): [f"{span.start:%H:%M}", f"{span.end:%H:%M}"]
            for number, span in enumerate(self.days)
            if span
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Sequence[str]]) -> "Week":
        """From what `to_json` made."""
        return cls(
            tuple(
                Span(time.fromisoformat(found[0]), time.fromisoformat(found[1])) if found else None
                for found in (value.get(str(number)) for number in range(7))
            )
        )

    def holds(self, moment: datetime, zone: str) -> bool:
        """Whether a moment lies in these hours."""
        return any(start <= moment < end for start, end in self._near(moment, zone, range(-1, 1)))

    def begins(self, moment: datetime, zone: str) -> datetime | None:
        """When they begin next after a moment (UTC); None where there are none."""
        return min((start for start, _ in self._near(moment, zone, range(9)) if start > moment), default=None)

    def ends(self, moment: datetime, zone: str) -> datetime:
        """When the hours that hold a moment end (UTC), with those that follow on them; else the moment."""
        last = moment
        while (
            end := max((e for s, e in self._near(last, zone, range(-1, 1)) if s <= last < e), default=last)
        ) > last:
            last = end
            if last - moment > 8 * _DAY:  # there is no end to them
                break
        return last

    def _near(self, moment: datetime, zone: str, days: range) -> Iterator[tuple[datetime, datetime]]:
        """The spans that begin so many days after a moment's local one, in UTC."""
        where = ZoneInfo(zone)
        today = moment.astimezone(where).date()
        for ahead in days:
            day = today + ahead * _DAY
            if span := self.days[day.weekday()]:
                until = day if span.end > span.start else day + _DAY
                yield _instant(day, span.start, where, fold=0), _instant(until, span.end, where, fold=1)


NO_HOURS = Week()


def read_span(start: str, end: str) -> Span | None:
    """The span that two fields hold ("09:00", "17:30"); None where both are empty.

    Raises:
        ValueError: only one is there, or one is no time of day.
    """
    if not start and not end:
        return None
    found = [_CLOCK.fullmatch(each) for each in (start, end)]
    if not (found[0] and found[1]):
        raise ValueError("not a time of day")
    first, last = (time(int(each[1]), int(each[2])) for each in found if each)
    return Span(first, last)


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int) -> datetime:
    local = datetime.combine(day, at)
    while True:
        moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += _MINUTE
