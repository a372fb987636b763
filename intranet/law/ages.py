"""Ages in law: compulsory school age and the school year, from dated rules."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from intranet.law.holidays import last_weekday, month_day
from intranet.law.words import DATA, long_date, read_yaml

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def _ages() -> dict[str, list[dict[str, Any]]]:
    data: dict[str, list[dict[str, Any]]] = read_yaml(DATA / "ages.yaml")
    return data


def _rule(name: str, day: date) -> dict[str, Any]:
    return next((rule for rule in reversed(_ages()[name]) if rule["from"] <= day), _ages()[name][0])


def birthday(born: date, age: int) -> date:
    """The day an age is reached; a child born on 29 February reaches it on 1 March in common years."""
    return month_day(born.year + age, f"{born.month}-{born.day}")


def add_years(day: date, years: int) -> date:
    """The same day so many years later, 29 February becoming 1 March."""
    return birthday(day, years)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or earlier; a day that the month lacks becomes its last."""
    month = day.year * 12 + day.month - 1 + months
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def school_year_start(day: date) -> date:
    """1 September on or before the day: the school year where a setting's own dates are not known."""
    begins = month_day(day.year, _rule("school_year", day)["begins"])
    return begins if begins <= day else begins.replace(year=day.year - 1)


def compulsory_from(born: date) -> date:
    """The first day of compulsory school age: the prescribed day on or after the fifth birthday (EA 1996 s8(2))."""
    rule = _ages()["compulsory_from"][-1]
    fifth = birthday(born, rule["age"])
    prescribed = [month_day(year, text) for year in (fifth.year, fifth.year + 1) for text in rule["prescribed_days"]]
    return min(day for day in prescribed if day >= fifth)


def compulsory_until(born: date, begins: date | None = None) -> date:
    """The last day of compulsory school age: the last Friday in June of the school year of turning 16 (s8(3)).

    ``begins`` is the first day of the school's own year that begins in the autumn of turning 16, where it is known.
    """
    rule = _ages()["compulsory_until"][-1]
    reached = birthday(born, rule["age"])
    start = school_year_start(reached)
    if begins is not None and start <= reached < begins and begins.year == start.year:
        start = start.replace(year=start.year - 1)
    return last_weekday(start.year + 1, rule["leaving_month"], WEEKDAYS.index(rule["leaving_weekday"]))


def is_compulsory(born: date, day: date) -> bool:
    """Whether a child born then is of compulsory school age on the day."""
    return compulsory_from(born) <= day <= compulsory_until(born)


@lru_cache(maxsize=4096)
def compulsory_days(born: date | None, first: date, last: date) -> tuple[date, date] | None:
    """The days out of these on which a child is of compulsory school age; None when there are none. Without a birth date all are."""
    if born is not None:
        first, last = max(first, compulsory_from(born)), min(last, compulsory_until(born))
    return (first, last) if first <= last else None


def age_on(born: date, day: date) -> int:
    """Whole years of age on a day; ValueError before birth."""
    if day < born:
        raise ValueError(f"The child is born on {long_date(born)}, after {long_date(day)}: check the date of birth.")
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1
