"""How values read on a page: Tue 14 Oct 2025, 09:05, 93.4%."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from intranet.clock import LONDON

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
WRITTEN_DAYS = re.compile(rf"\b(?:(\d{{1,2}}) ({'|'.join(MONTH_NAMES)}) (\d{{4}})|(\d{{4}}-\d{{2}}-\d{{2}}))\b")
HALF_A_YEAR = timedelta(days=183)  # nearer than this a day without its year can be no other


def day(value: date | None) -> str:
    """Return a day as Tue 14 Oct 2025 (words of our own: the machine's locale has no say); nothing for None."""
    if value is None:
        return ""
    local = _local(value).date() if isinstance(value, datetime) else value
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def short_day(value: date, today: date) -> str:
    """Return a day in a list as Tue 14 Oct; with its year where half a year or more lies between it and today."""
    local = _local(value).date() if isinstance(value, datetime) else value
    shown = day(local)
    return shown.rpartition(" ")[0] if abs(local - today) < HALF_A_YEAR else shown


def short_days(text: str, today: date) -> str:
    """Return a stored sentence for a list: its long and ISO dates as short days."""
    return WRITTEN_DAYS.sub(lambda found: _shortened(found, today), text)


def _shortened(found: re.Match[str], today: date) -> str:
    number, month, year, iso = found.groups()
    try:
        return short_day(date.fromisoformat(iso) if iso else date(int(year), MONTH_NAMES.index(month) + 1, int(number)), today)
    except ValueError:  # 31 February: somebody's own words
        return found[0]


def clock_time(value: datetime | time | None) -> str:
    """Return the 24-hour time in London, 09:05; nothing for None."""
    if value is None:
        return ""
    return (_local(value) if isinstance(value, datetime) else value).strftime("%H:%M")


def when(value: datetime | None) -> str:
    """Return Tue 14 Oct 2025, 09:05; nothing for None."""
    return "" if value is None else f"{day(value)}, {clock_time(value)}"


def percent(value: Fraction | Decimal | float | None, places: int = 1) -> str:
    """Return a share of one as 93.4%, half away from zero; "no sessions" where there is nothing to divide by."""
    if value is None:
        return "no sessions"
    exact = Fraction(value) * 100
    shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{shown}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return "1 pupil", "2 pupils"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _local(value: datetime) -> datetime:
    return value.astimezone(LONDON) if value.tzinfo else value


FILTERS = {"day": day, "short_day": short_day, "short_days": short_days, "clock_time": clock_time, "when": when, "percent": percent, "plural": plural}
