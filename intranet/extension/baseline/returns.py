"""The returns that marks call for: ten days of unauthorised absence (ATT10) and fifteen of sickness (SICK15)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from intranet.extension.baseline.common import END_OF_DAY, at_compulsory_age, cited, due_to, moment, reasons, stretches
from intranet.extension.values import Facts, Record, Trigger
from intranet.law import runs
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.parameters import ParametersAt
from intranet.law.rules_absence import Absence, Sickness, SicknessFacts, att10, sick15
from intranet.law.sessions import day_of, session_no

#: A boarder is not on the attendance return (SI 2024/208 reg 13(8)).
BOARDER = "boarder"


def attendance(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a run of school days marked G, N, O or U only (ATT10); a day belongs if every session due is (R-02, PR-18)."""
    needed, symbols = params.get("return.attendance_days"), params.get("return.attendance_codes")
    if needed is None or symbols is None or BOARDER in facts.pupil.flags:
        return
    marks = at_compulsory_age(facts)
    for run in stretches(facts, params, marks, facts.codes.ids(symbols)):
        if run.days >= needed:
            yield _att10(facts, run, att10(Absence(marks, due_to(facts), facts.codes), run.last, params), params)


def _att10(facts: Facts, run: runs.Run, found: Answer, params: ParametersAt) -> Trigger:
    tenth = found.on or run.last
    return Trigger(
        "attendance_return", facts.pupil.id, run.first, f"{run.days} school days absent without authority: attendance return to the authority",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), due=moment(tenth, END_OF_DAY, facts.as_of),
        counted=found.counted, figures={"run_days": run.days, "run_start": run.first.isoformat(), "reached": tenth.isoformat()},
        urgency=10, **reasons(found, params),
    )  # fmt: skip


def sickness_return(facts: Facts, params: ParametersAt, year: tuple[date, date] | None) -> Iterator[Trigger]:
    """Yield one return an absence that came to the days on end or in a school year, expected ones too; else the warning (SICK15, PR-9)."""
    needed, sick = params.get("return.sickness_days"), facts.codes.ids(params.get("return.sickness_codes", ()))
    if needed is None or not sick:
        return
    marks, expected = at_compulsory_age(facts), _expected(facts, sick)
    told: list[date] = []
    for run, days in _candidates(facts, params, marks, sick, expected, needed):
        day = min(run.last, facts.as_of.date())
        known = SicknessFacts(Absence(marks, due_to(facts), facts.codes), _year_of(facts, run), frozenset(expected), tuple(told))
        found = sick15(known, day, params)
        if found.holds:
            told.append(day)
            yield _sick15(facts, params, found, run, days, expected)
    if year is not None and not any(year[0] <= day <= year[1] for day in told):
        yield from _warning(facts, params, marks, sick, year)


def _expected(facts: Facts, sick: Collection[int]) -> dict[date, date]:
    """Return the school days on which a record says that the pupil will be sick, with the day on which it begins."""
    found: dict[date, date] = {}
    for record in facts.pupil.records:
        if record.last is not None and _symbol(facts, record) in sick:
            found |= dict.fromkeys(facts.setting.calendar.school_days(record.first, record.last), record.first)
    return found


def _symbol(facts: Facts, record: Record) -> int | None:
    symbol = record.data.get("symbol")
    return next((code.id for code in facts.codes if code.symbol == symbol), None)


def _candidates(
    facts: Facts, params: ParametersAt, marks: dict[int, int], sick: Collection[int], expected: dict[date, date], needed: int
) -> Iterator[tuple[runs.Run, tuple[date, ...]]]:
    """Yield the absences in which the days on end, or the days of the school year, came to the number, with those days."""
    due, some = due_to(facts), min(sick)
    ahead = {session_no(day, key): some for day in expected for key in due(day)}
    by_year: dict[str, list[date]] = {}
    for run in stretches(facts, params, ahead | marks, sick, max([facts.as_of.date(), *expected])):
        before = {year: len(days) for year, days in by_year.items()}
        for day in run.dates:
            by_year.setdefault(facts.setting.calendar.school_year(day), []).append(day)
        crossed = next((days for year, days in by_year.items() if before.get(year, 0) < needed <= len(days)), None)
        if run.days >= needed:
            yield run, run.dates
        elif crossed is not None:
            yield run, tuple(crossed)


def _year_of(facts: Facts, run: runs.Run) -> tuple[date, date]:
    calendar = facts.setting.calendar
    try:
        return calendar.year_range(calendar.school_year(run.last))
    except CalendarError:
        return run.first, run.last


def _sick15(facts: Facts, params: ParametersAt, found: Answer, run: runs.Run, days: tuple[date, ...], expected: dict[date, date]) -> Trigger:
    reached = found.figures.get("reached")
    on = reached if isinstance(reached, date) else run.last
    known = expected.get(on, on) if on > facts.as_of.date() else on  # an expected day is known from the first day of its record
    where, ahead = "on end" if days == run.dates else "in the school year", sum(day > facts.as_of.date() for day in days)
    return Trigger(
        "sickness_return", facts.pupil.id, run.first,
        f"{len(days)} school days of sickness {where}{', some expected' if ahead else ''}: sickness return to the authority",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), due=moment(known, END_OF_DAY, facts.as_of),
        counted=tuple(no for no in found.counted if day_of(no) in set(days)),
        figures={"days": len(days), "expected": ahead, "since": run.first.isoformat(), "reached": on.isoformat()},
        urgency=10, **reasons(found, params),
    )  # fmt: skip


def _warning(facts: Facts, params: ParametersAt, marks: dict[int, int], sick: Collection[int], year: tuple[date, date]) -> Iterator[Trigger]:
    """Yield one warning a school year that the return is near, in distinct days with any sickness."""
    held = {no: code for no, code in marks.items() if code in sick and year[0] <= day_of(no) <= year[1]}
    some = tuple(sorted({day_of(no) for no in held}))
    step = Sickness((), some, 0).warned(params.get("return.sickness_warning_days", ()))
    if step is None:
        return
    days = len(some)
    yield Trigger(
        "sickness_warning", facts.pupil.id, year[0], f"{days} days with sickness this school year: a sickness return may be due soon",
        tell=("office", "attendance_lead"), assign=("attendance_lead",), counted=tuple(held), figures={"days": days, "warned_at": step},
        clauses=cited(params, "return.sickness_warning_days"), urgency=50, rule="SICK15",
    )  # fmt: skip
