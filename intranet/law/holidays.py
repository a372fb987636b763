"""Bank holidays in England, computed from dated rules."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from intranet.law.words import DATA, read_yaml

WEEKEND = (5, 6)


def easter(year: int) -> date:
    """Easter Sunday of a year in the Gregorian calendar (the anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def last_weekday(year: int, month: int, weekday: int) -> date:
    """The last such weekday of a month; Monday is 0."""
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def month_day(year: int, text: str) -> date:
    """The day that ``MM-DD`` names in a year; 29 February is 1 March in common years."""
    month, day = (int(part) for part in text.split("-"))
    if (month, day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1) if _leap(year) else date(year, 3, 1)
    return date(year, month, day)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(DATA / "bank_holidays.yaml")
    return data


def _ruled_day(rule: dict[str, Any], year: int) -> date:
    if "fixed" in rule:
        return month_day(year, rule["fixed"])
    if "easter" in rule:
        return easter(year) + timedelta(days=rule["easter"])
    if rule["monday"] == "last":
        return last_weekday(year, rule["month"], 0)
    first = date(year, rule["month"], 1)
    return first + timedelta(days=-first.weekday() % 7)


def _year(year: int) -> dict[date, str]:
    named = [(_ruled_day(rule, year), rule["name"]) for rule in _rules()["rules"]]
    found = {day: name for day, name in named if day.weekday() not in WEEKEND}
    for day, name in (pair for pair in named if pair[0].weekday() in WEEKEND):
        while day.weekday() in WEEKEND or day in found:
            day += timedelta(days=1)
        found[day] = f"{name} (substitute day)"
    return found


def bank_holidays(first_year: int, last_year: int) -> dict[date, str]:
    """Every bank holiday in England in these years, both included, with its name."""
    found: dict[date, str] = {}
    for year in range(first_year, last_year + 1):
        found |= _year(year)
        found |= {day: name for day, name in _rules()["added"].items() if day.year == year}
    removed = set(_rules()["removed"])
    return {day: found[day] for day in sorted(found) if day not in removed}


def is_working_day(day: date) -> bool:
    """Whether notices count the day: not a weekend and not a bank holiday (SI 2007/1867 reg 22(2))."""
    return day.weekday() not in WEEKEND and day not in bank_holidays(day.year, day.year)
