"""A school year's calendar as months with what is out of the ordinary in each, short enough for a phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from intranet.law.calendar import Calendar
from intranet.web.filters import MONTHS
from intranet.web.kit import day

KINDS = {"inset": "INSET", "snow": "Unplanned closure", "closure": "Planned closure", "bank_holiday": "Bank holiday"}


@dataclass(frozen=True)
class Entry:
    """One thing in a month; ``closure_id`` when it can be withdrawn."""

    first: date
    days: str
    what: str
    label: str
    closure_id: int | None = None


@dataclass(frozen=True)
class Month:
    """A month of a school year, its school days counted."""

    name: str
    school_days: int
    entries: tuple[Entry, ...]


def months(calendar: Calendar, closures: Iterable[Any], year: str) -> list[Month]:
    """Return the months from a school year's first term to its last."""
    periods = [p for p in calendar.periods if p.year == year]
    first, last = periods[0].first.replace(day=1), periods[-1].last
    entries = sorted([*_closures(closures), *_holidays(calendar), *_ends(periods)], key=lambda e: (e.first, e.what))
    found: list[Month] = []
    while first <= last:
        after = (first + timedelta(days=31)).replace(day=1)
        inside = tuple(e for e in entries if first <= e.first < after)
        count = calendar.count(first, after - timedelta(days=1))
        found.append(Month(f"{MONTHS[first.month - 1]} {first.year}", count, inside))
        first = after
    return found


def _closures(closures: Iterable[Any]) -> Iterable[Entry]:
    for row in closures:
        part = f", {row.session_key} only" if row.session_key else ""
        part += ", one class" if row.group_id else ""
        what = KINDS["snow"] if row.kind == "closure" and not row.planned else KINDS.get(row.kind, row.kind)
        yield Entry(row.first, _span(row.first, row.last), what + part, row.label, row.id)


def _holidays(calendar: Calendar) -> Iterable[Entry]:
    for when, name in (calendar.bank_holidays or {}).items():
        yield Entry(when, day(when), KINDS["bank_holiday"], name)


def _ends(periods: Iterable[Any]) -> Iterable[Entry]:
    for period in periods:
        yield Entry(period.first, day(period.first), "Begins", period.name)
        yield Entry(period.last, day(period.last), "Ends", period.name)


def _span(first: date, last: date) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
