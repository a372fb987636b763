"""Calendars kept as data: term dates and training days, by key."""

from __future__ import annotations

from functools import cache
from typing import Any

from intranet.law.calendar import Calendar, CalendarError, Closure, TermPeriod
from intranet.law.words import DATA, listed, read_yaml


def from_data(data: dict[str, Any]) -> Calendar:
    """The calendar that one entry of a term-dates file describes."""
    periods = tuple(TermPeriod(row["year"], row["name"], row["first"], row["last"]) for row in data["half_terms"])
    inset = tuple(Closure(day, day, "inset", "INSET day", planned=True) for day in data.get("inset_days", ()))
    return Calendar(periods, inset)


@cache
def calendar(key: str) -> Calendar:
    """The calendar with this key, such as ``CAL-STD``; CalendarError lists the keys there are."""
    known = read_yaml(DATA / "calendars.yaml")
    if key not in known:
        raise CalendarError(f"There is no calendar {key}: there are {listed(known)}.")
    return from_data(known[key])
