"""Clocks of a case as of a day: worked out from its events, the calendar and the parameters, and never stored as truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from intranet.cases.state import CaseState
from intranet.extension.case_types import CaseType, Clock
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.parameters import Parameters, ParametersAt, Read
from intranet.law.words import long_date
from intranet.web.why import Why, cited, of_parameter

Standing = Literal["waiting", "due", "overdue", "done", "idle", "reached"]
UNIT_WORDS = {"school_days": "school day", "days": "day", "school_weeks": "school week"}
ONE_DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class ClockSeen:
    """A clock as of a day: ``last`` is the last day in time, or the first day allowed of one that says when not before."""

    clock: Clock
    start: date | None = None
    limit: int | None = None
    number: int = 0
    last: date | None = None
    overdue_from: date | None = None
    standing: Standing = "idle"
    why: Why = Why()  # noqa: RUF009 (frozen and empty)
    read: tuple[Read, ...] = ()

    @property
    def unit(self) -> str:
        """Return what it counts, in words."""
        return UNIT_WORDS[self.clock.unit]


def clocks_of(kind: CaseType, state: CaseState, calendar: Calendar, parameters: Parameters, today: date) -> dict[str, ClockSeen]:
    """Return every clock of a case by key, as of a day."""
    found: dict[str, ClockSeen] = {}
    params = parameters.at(today)
    here = [clock for clock in kind.clocks if holds(clock.when, params)]
    plain = [clock for clock in here if not clock.later_of]
    for clock in plain:
        found[clock.key] = _plain(clock, kind, state, calendar, parameters, today)
    for clock in (one for one in here if one.later_of):
        found[clock.key] = _later(clock, [found[key] for key in clock.later_of], calendar, today)
    return {clock.key: found[clock.key] for clock in here}


def holds(when: Mapping[str, tuple[str, ...]], params: ParametersAt) -> bool:
    """Return whether parameters have the values with which there is such a clock or step."""
    return all(str(params.get(key)) in values for key, values in when.items())


def start_of(start: str, state: CaseState) -> date | None:
    """Return the day a clock starts with; None while that has not happened."""
    kind, _, rest = start.partition(":")
    if kind == "anchor":
        return state.anchor
    if kind == "opened":
        return state.opened_on
    step, _, name = rest.partition(".")
    if kind == "step":
        return min((entry.on for key in rest.split(",") for entry in state.of(key)), default=None)
    entries = state.of(step)
    days = [entry.fields[name] for entry in entries if entry.fields.get(name)]
    return date.fromisoformat(days[-1]) if days else None


def _plain(clock: Clock, kind: CaseType, state: CaseState, calendar: Calendar, parameters: Parameters, today: date) -> ClockSeen:
    start = start_of(clock.start, state)
    if start is None:
        return ClockSeen(clock, why=Why(says="It starts when what it waits for is recorded.", cited=cited(clock.clauses), of=clock.label))
    params = parameters.at(start)
    limit = params.get(clock.limit) if clock.limit else 0
    if limit is None:
        return ClockSeen(clock, start, why=_why(clock, start, None, None, parameters))
    last = _last(clock, start, int(limit), calendar)
    over = _next(clock, last, calendar) if last else None
    number = _number(clock, start, today, calendar)
    shown = over if clock.not_before else last
    standing = _standing(kind, clock, state, shown, None if clock.not_before else over, today)
    why = _why(clock, start, int(limit), shown, parameters)
    return ClockSeen(clock, start, int(limit), number, shown, over, standing, why, params.trail)


def _later(clock: Clock, of: list[ClockSeen], calendar: Calendar, today: date) -> ClockSeen:
    """Return the clock that waits for several others: the day after the last of them is done (R-18)."""
    days = [one.last for one in of]
    said = "; ".join(f"{one.clock.label}: {long_date(one.last) if one.last else 'not started'}" for one in of)
    known = [day for day in days if day is not None]
    last = max(known) if len(known) == len(days) else None
    why = Why(says=f"The later of these counts. {said}.", cited=cited(clock.clauses), of=clock.label)
    return ClockSeen(clock, last=last, standing="waiting" if last is None or today < last else "due", why=why)


def _last(clock: Clock, start: date, n: int, calendar: Calendar) -> date | None:
    """Return the last day in time; None where the calendar does not reach that far."""
    if clock.unit == "days" or not clock.limit:
        return start + timedelta(days=n - clock.first_is_one)
    try:
        if clock.unit == "school_days":
            return calendar.nth(start, n) if clock.first_is_one else calendar.after(start, n)
        weeks = calendar.school_weeks(start if clock.first_is_one else start + WEEK, start + WEEK * (n + 30))
        return calendar.last_school_day_of_week(weeks[n - 1])
    except (CalendarError, IndexError):
        return None


def _next(clock: Clock, last: date, calendar: Calendar) -> date:
    if clock.unit == "days":
        return last + ONE_DAY
    try:
        return calendar.after(last, 1)
    except CalendarError:
        return last + ONE_DAY


def _number(clock: Clock, start: date, today: date, calendar: Calendar) -> int:
    first = start if clock.first_is_one else start + ONE_DAY
    if today < first:
        return 0
    if clock.unit == "days":
        return (today - first).days + 1
    return calendar.count(first, today) if clock.unit == "school_days" else len(calendar.school_weeks(first, today))


def _standing(kind: CaseType, clock: Clock, state: CaseState, last: date | None, over: date | None, today: date) -> Standing:
    ends = [step for step in kind.steps if step.clock == clock.key]
    if not state.open or (ends and all(state.outcome_of(step.key) or _set_aside(state, step.key) for step in ends)):
        return "done"
    if last is None:
        return "waiting"
    if not ends:  # nothing is owed by it: it counts
        return "reached" if today >= last else "waiting"
    if over is not None and today >= over:
        return "overdue"
    return "due" if today >= last else "waiting"


def _set_aside(state: CaseState, key: str) -> bool:
    return any(entry.key == key for entry in state.waived)


def _why(clock: Clock, start: date, limit: int | None, last: date | None, parameters: Parameters) -> Why:
    unit = UNIT_WORDS[clock.unit]
    counts = f"{long_date(start)} is {unit} 1." if clock.first_is_one else f"Counted from {long_date(start)}, which is {unit} 0."
    if limit is None:
        says = f"{counts} No number is set for it yet."
    elif last is None:
        says = f"{counts} The calendar does not reach {unit} {limit} yet."
    else:
        says = f"{counts} {unit.capitalize()} {limit} {'is over before' if clock.not_before else 'is'} {long_date(last)}."
    if not clock.limit:
        says = f"Due on the day itself, {long_date(start)}."
    held = [of_parameter(one).values[0] for one in (parameters.values(clock.limit) if clock.limit else ()) if one.in_force(start)][:1]
    change = ("A day on which the school is closed moves it.",) if clock.unit != "days" else ()
    return Why(says=says, cited=cited(clock.clauses), values=tuple(held), would_change=change, of=clock.label)


__all__ = ["ClockSeen", "clocks_of", "start_of"]
