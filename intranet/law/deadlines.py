"""Last days in time and first days overdue, in school days, weeks, terms and years."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from intranet.law.ages import add_years
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.parameters import Parameters, ParameterValue

ONE_DAY = timedelta(days=1)


class Deadline(NamedTuple):
    """The last day that is in time and the first that is not."""

    last_in_time: date
    overdue_from: date


def _next_school_day(calendar: Calendar, day: date) -> date:
    """The next school day, or simply the next day where the calendar ends."""
    try:
        return calendar.after(day, 1)
    except CalendarError:
        return day + ONE_DAY


def within_school_days(calendar: Calendar, event_day: date, n: int) -> Deadline:
    """Within n school days of an event, whose own day is day 0; overdue from the next school day."""
    last = calendar.after(event_day, n)
    return Deadline(last, _next_school_day(calendar, last))


def n_code(calendar: Calendar, session_day: date, n: int) -> Deadline:
    """When a mark N must be settled (SI 2024/208 reg 10(7)); n is ``n_code.resolve_days``."""
    return within_school_days(calendar, session_day, n)


def within_days(event_day: date, n: int) -> Deadline:
    """Within n calendar days of an event, whose own day is day 0."""
    last = event_day + timedelta(days=n)
    return Deadline(last, last + ONE_DAY)


def day_of_absence(calendar: Calendar, first_missed: date, n: int) -> date:
    """The nth school day of an absence, the first missed being day 1."""
    return calendar.nth(first_missed, n)


def keep_through(entry_day: date, years: int) -> date:
    """The last day of so many years that begin with the day of the entry (SI 2024/208 reg 7)."""
    return add_years(entry_day, years) - ONE_DAY


def register_kept_through(entry_day: date, parameters: Parameters) -> date:
    """The last day a register entry is kept: a longer rule that begins while it is still held applies to it too."""
    return kept_through(entry_day, parameters.values("retention.register_years"))


def kept_through(entry_day: date, spans: Iterable[ParameterValue]) -> date:
    """The last day an entry is kept under dated spans of years that begin with its day."""
    return kept_while(entry_day, spans, lambda years: keep_through(entry_day, years))


def kept_while(made: date, spans: Iterable[ParameterValue], last: Callable[[int], date]) -> date:
    """The last day something is kept: by the rule of the day it was made, and by longer ones that find it still held."""
    kept = made - ONE_DAY
    for rule in sorted((span for span in spans if span.value), key=lambda span: span.effective_from or date.min):
        ended = rule.effective_to is not None and rule.effective_to < made
        begun = rule.effective_from is None or rule.effective_from <= max(kept, made)
        if begun and not ended:
            kept = max(kept, last(int(rule.value)))
    return kept


def weekly(calendar: Calendar, day: date) -> Deadline | None:
    """A weekly duty of the day's week: due by its last school day; None in a week without school."""
    last = calendar.last_school_day_of_week(day)
    return Deadline(last, _next_school_day(calendar, last)) if last else None


def termly(calendar: Calendar, day: date) -> Deadline | None:
    """A termly duty of the day's term: due by its last school day; None between terms."""
    last = calendar.last_school_day_of_term(day)
    return Deadline(last, _next_school_day(calendar, last)) if last else None
