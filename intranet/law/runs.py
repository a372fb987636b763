"""Continuous runs of absence in school days (SI 2024/208 reg 9(1)(i), 13(7)).

Closed days are neutral; one other code breaks a run.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from intranet.law.calendar import Calendar
from intranet.law.sessions import EPOCH, SLOTS, day_of, session_no

Due = Callable[[date], Sequence[str]]
ONE_DAY = timedelta(days=1)
NONE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Run:
    """School days on end; ``complete`` is False while sessions of the day after ``last`` are still to be marked."""

    first: date
    last: date
    days: int
    complete: bool
    dates: tuple[date, ...] = ()

    def reached(self, n: int) -> date | None:
        """The nth day of the run, or None when it is shorter."""
        return self.dates[n - 1] if 0 < n <= len(self.dates) else None


def due_from(
    calendar: Calendar, keys: Sequence[str] = ("AM", "PM"), own: Mapping[date, Sequence[str]] | None = None
) -> Due:
    """The sessions due on a day by the calendar, or by a pupil's own plan where it names the day."""
    plan = own or {}

    def due(day: date) -> Sequence[str]:
        return [key for key in plan.get(day, keys) if calendar.is_session_day(day, key)]

    return due


_Day = Literal["in", "out", "open", "neutral"]


def _judge(day: date, marks: Mapping[int, int], allowed: Collection[int], due: Due, neutral: Collection[int]) -> _Day:
    """Whether a day is in the run, breaks it, is half marked without a break, or does not count."""
    found = [marks.get(session_no(day, key), 0) for key in due(day)]
    held = [code_id for code_id in found if code_id not in neutral]
    if any(code_id and code_id not in allowed for code_id in held):
        return "out"
    if not held:
        return "neutral"
    return "in" if all(held) else "open"


def run_to(
    day: date, marks: Mapping[int, int], allowed: Collection[int], due: Due, neutral: Collection[int] = NONE
) -> Run | None:
    """The run that ends on a day, or on the last marked day before it; None when there is none.

    ``marks`` is session number -> code id. ``neutral`` are codes of sessions that were not held (Y4).
    A day of the run is one on which every session due is in ``allowed``. A day whose sessions are not
    all marked yet is left out, and breaks a run only when it is past.
    """
    if not marks:
        return None
    earliest = day_of(min(marks))
    found: list[date] = []
    waiting = False
    while day >= earliest:
        kind = _judge(day, marks, allowed, due, neutral)
        if kind == "out" or (kind == "open" and (found or waiting)):
            break
        waiting = waiting or kind == "open"
        if kind == "in":
            found.append(day)
        day -= ONE_DAY
    return _run(found[::-1], not waiting)


def _run(dates: list[date], complete: bool) -> Run | None:
    return Run(dates[0], dates[-1], len(dates), complete, tuple(dates)) if dates else None


def runs(
    marks: Mapping[int, int],
    allowed: Collection[int],
    due: Due,
    through: date,
    neutral: Collection[int] = NONE,
) -> list[Run]:
    """Every run from the first mark through a day, oldest first."""
    found: list[Run] = []
    dates: list[date] = []
    held = sorted({no // SLOTS for no, code_id in marks.items() if code_id in allowed})  # no other day can begin a run
    day = _begins(held, date.min) or through + ONE_DAY
    kind: _Day = "neutral"
    while day <= through:
        kind = _judge(day, marks, allowed, due, neutral)
        if kind == "in":
            dates.append(day)
        if kind == "out" or (kind == "open" and day < through):
            found += _closed(dates)
            dates = []
        day = day + ONE_DAY if dates else _begins(held, day + ONE_DAY) or through + ONE_DAY
    last = _run(dates, kind != "open")
    return [*found, last] if last else found


def _begins(held: Sequence[int], day: date) -> date | None:
    """The first day from this one on that has a mark of the run's codes."""
    at = bisect_left(held, day.toordinal() - EPOCH.toordinal())
    return day_of(held[at] * SLOTS) if at < len(held) else None


def _closed(dates: list[date]) -> list[Run]:
    run = _run(dates, True)
    return [run] if run else []


def as_map(marks: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Session number -> code id, from (session number, code id) pairs."""
    return dict(marks)
