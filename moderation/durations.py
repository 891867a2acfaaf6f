"""Spans of time as people write them after an order: 30m, 2h, 7d, 2小时, 3дн, ٣٠د."""

import re
from datetime import timedelta
from typing import Final, Literal

from babel.dates import format_timedelta

from kernel.lang import locale

LONGEST: Final = timedelta(days=366)

_SECOND, _MINUTE, _HOUR, _DAY, _WEEK = 1, 60, 3_600, 86_400, 604_800
_MONTH, _YEAR = 30 * _DAY, 365 * _DAY
# Each language's usual short forms, and the full words. Where one letter means two things in two languages
# ("m" is everybody's minute), the form that all keyboards share wins.
_FORMS: Final = {
    _SECOND: "s sec secs second seconds seg segundo segundos sek sekunde sekunden seconde secondes sn saniye "
    "с сек секунд секунды секунда 秒 秒钟 秒鐘 초 ث ثانية ثواني ثانیه giây วิ วินาที से सेकंड detik dtk",
    _MINUTE: "m min mins minute minutes minuto minutos minuten dk dakika м мин минут минуты минута хв хвилин "
    "хвилини хвилина 分 分钟 分鐘 分間 분 د دقيقة دقائق دقیقه phút ph นาที น मि मिनट menit mnt",
    _HOUR: "h hr hrs hour hours hora horas std stunde stunden heure heures sa saat ч час часа часов год "
    "годин години година 小时 小時 时 時 時間 시간 س ساعة ساعات ساعت giờ ชม ชั่วโมง घं घंटा घंटे jam",
    _DAY: "d day days dia dias día días tag tage t jour jours j gün g д дн день дня дней днів дні 天 日 日間 "
    "일 ي يوم أيام روز ngày วัน दिन hari",
    _WEEK: "w wk week weeks semana semanas woche wochen semaine semaines hafta н нед неделя недели недель "
    "тиж тиждень тижні 周 週 星期 周间 週間 주 주일 أسبوع أسابيع هفته tuần สัปดาห์ सप्ताह minggu",
    _MONTH: "mo month months mes meses mês monat monate monaten mois ay мес месяц месяца месяцев міс місяць "
    "місяці місяців 月 个月 個月 か月 ヶ月 개월 달 شهر أشهر ماه tháng เดือน महीना महीने bulan",
    _YEAR: "y yr year years año años ano anos jahr jahre jahren an ans année années yıl лет года рік "
    "роки років 年 年間 년 سنة سنوات سال năm ปี साल tahun",
}
_NAMED: Final[tuple[tuple[int, Literal["week", "day", "hour", "minute"]], ...]] = (
    (_WEEK, "week"), (_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"),
)  # fmt: skip
_UNITS: Final = {form: seconds for seconds, forms in _FORMS.items() for form in forms.split()}
_PART: Final = re.compile(
    r"(\d{1,6})\s?(" + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True)) + r")"
)
# From here on scripts leave no space between words.
_UNSPACED: Final = "\u2e80"


def read(words: str) -> tuple[timedelta | None, str]:
    """The span that words begin with ("2h", "1d 12h", "2 小时"), and the rest; None where there is none.

    What is longer than a platform keeps anything is for good (`LONGEST` and more, as timedelta.max).
    """
    total, rest, found = 0, words.strip(), False
    while match := _PART.match(rest.casefold()):
        after = rest[match.end() :]
        if after[:1].isalpha() and match[2][-1] < _UNSPACED:
            break
        total, found = total + int(match[1]) * _UNITS[match[2]], True
        rest = after.lstrip()
    if not found or not total:
        return None, words.strip()
    return (timedelta(seconds=total) if total <= LONGEST.total_seconds() else timedelta.max), rest


def told(span: timedelta, lang: str) -> str:
    """A span in words: "2 hours"; the largest unit that tells it whole, down to seconds."""
    seconds = int(span.total_seconds())
    for unit, name in _NAMED:
        if seconds >= unit and seconds % unit == 0:
            return format_timedelta(span, granularity=name, threshold=10_000, locale=locale(lang))
    return format_timedelta(span, granularity="second", threshold=10_000, locale=locale(lang))
