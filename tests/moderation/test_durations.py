"""Spans of time after an order, as they are written in many languages."""

from datetime import timedelta

import pytest

from moderation import durations

HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("words", "span", "rest"),
    [
        ("2h spam", 2 * HOURS, "spam"),
        ("30m", HOURS / 2, ""),
        ("7d", 168 * HOURS, ""),
        ("1d 12h enough", 36 * HOURS, "enough"),
        ("1 week", 168 * HOURS, ""),
        ("2小时 垃圾广告", 2 * HOURS, "垃圾广告"),
        ("2小时垃圾广告", 2 * HOURS, "垃圾广告"),
        ("3 日", 72 * HOURS, ""),
        ("90분 스팸", 1.5 * HOURS, "스팸"),
        ("2ч спам", 2 * HOURS, "спам"),
        ("30 хв досить", HOURS / 2, "досить"),
        ("٣٠د", HOURS / 2, ""),
        ("2 horas por spam", 2 * HOURS, "por spam"),
        ("3 Std. Ruhe", 3 * HOURS, ". Ruhe"),
        ("1 month spam", 720 * HOURS, "spam"),
        ("2个月", 1440 * HOURS, ""),
        ("3 мес", 2160 * HOURS, ""),
        ("1 año", 8760 * HOURS, ""),
        ("2sa", 2 * HOURS, ""),
        ("7j", 168 * HOURS, ""),
        ("spam", None, "spam"),
        ("2hot", None, "2hot"),
        ("2чего", None, "2чего"),
        ("0m", None, "0m"),
        ("", None, ""),
    ],
)
def test_a_span_is_read_and_the_rest_is_the_reason(words: str, span: timedelta | None, rest: str) -> None:
    assert durations.read(words) == (span, rest)


def test_what_no_platform_keeps_is_for_good() -> None:
    assert durations.read("500d")[0] == timedelta.max


@pytest.mark.parametrize(
    ("span", "lang", "told"),
    [
        (2 * HOURS, "en", "2 hours"),
        (1.5 * HOURS, "en", "90 minutes"),
        (24 * HOURS, "de", "1 Tag"),
        (72 * HOURS, "ru", "3 дня"),
        (168 * HOURS, "zh-Hans", "1周"),
        (timedelta(seconds=61), "en", "61 seconds"),
    ],
)
def test_a_span_is_told_whole(span: timedelta, lang: str, told: str) -> None:
    assert durations.told(span, lang) == told
