"""``ATT10``, ``ABS20`` and ``SICK15``: when an absence must be returned to the authority or may be assessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from intranet.law.runs import NONE, Due, Run, run_to
from intranet.law.sessions import day_of, session_no


@dataclass(frozen=True)
class Reached:
    """A run that came to the days a rule names, and the day on which it did."""

    on: date
    run: Run


def continuous(
    day: date,
    marks: Mapping[int, int],
    allowed: Collection[int],
    due: Due,
    days: int,
    neutral: Collection[int] = NONE,
) -> Reached | None:
    """Whether the run up to a day has come to so many school days; None while it has not.

    ``ATT10`` (SI 2024/208 reg 13(7)): ``return.attendance_codes``, ``return.attendance_days``.
    ``ABS20`` (reg 9(1)(i)): ``roll.absence_codes``, ``roll.absence_days``; a late arrival has attended and breaks it.
    """
    run = run_to(day, marks, allowed, due, neutral)
    on = run.reached(days) if run else None
    return Reached(on, run) if run and on else None


@dataclass(frozen=True)
class Sickness:
    """Days of sickness in a stretch: whole days count towards the return, days with any sickness warn of it."""

    whole: tuple[date, ...]
    some: tuple[date, ...]
    expected: int  # whole days so far and days still expected, together

    def is_due(self, days: int) -> bool:
        """``SICK15`` (SI 2024/208 reg 13(9)): whether so many days are reached, or expected."""
        return self.expected >= days

    def warned(self, steps: Collection[int]) -> int | None:
        """The highest warning step that the distinct days with any sickness have reached."""
        return max((step for step in steps if len(self.some) >= step), default=None)


def sickness(
    marks: Mapping[int, int], sick: Collection[int], due: Due, expected_days: Collection[date] = ()
) -> Sickness:
    """The days of sickness among these marks; ``expected_days`` are school days that a fit note or a parent expects."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for no, code_id in marks.items():
        if code_id in sick:
            by_day[day_of(no)].append(no)
    some = tuple(sorted(by_day))
    whole = tuple(day for day in some if all(marks.get(session_no(day, key)) in sick for key in due(day)))
    return Sickness(whole, some, len({*whole, *expected_days}))
