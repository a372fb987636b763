"""The returns that marks call for: ten days of unauthorised absence (ATT10) and fifteen of sickness (SICK15)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from intranet.extension.baseline.common import END_OF_DAY, at_compulsory_age, cited, moment, stretches
from intranet.extension.values import Facts, Record, Trigger
from intranet.law import runs
from intranet.law.parameters import ParametersAt
from intranet.law.rules_absence import sickness
from intranet.law.sessions import day_of, session_no

ATT10_CLAUSES = ("SI 2024/208 reg 13(7)", "SI 2024/208 reg 13(8)")
#: A boarder is not on the attendance return (SI 2024/208 reg 13(8)).
BOARDER = "boarder"


def attendance(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a run of school days marked G, N, O or U only (ATT10); a day belongs if every session due is (R-02, PR-18)."""
    needed, symbols = params.get("return.attendance_days"), params.get("return.attendance_codes")
    if needed is None or symbols is None or BOARDER in facts.pupil.flags:
        return
    allowed, marks = facts.codes.ids(symbols), at_compulsory_age(facts)
    for run in stretches(facts, marks, allowed):
        tenth = run.reached(needed)
        if tenth is not None:
            counted = [no for no, code in marks.items() if code in allowed and run.first <= day_of(no) <= run.last]
            yield _att10(facts, run, counted, tenth)


def _att10(facts: Facts, run: runs.Run, counted: Sequence[int], tenth: date) -> Trigger:
    return Trigger(
        "attendance_return", facts.pupil.id, run.first, f"{run.days} school days absent without authority: attendance return to the authority",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), due=moment(tenth, END_OF_DAY, facts.as_of),
        counted=tuple(counted), figures={"run_days": run.days, "run_start": run.first.isoformat(), "reached": tenth.isoformat()},
        clauses=ATT10_CLAUSES, urgency=10,
    )  # fmt: skip


@dataclass(frozen=True)
class _Ground:
    """Why a sickness return is due: the absence it came with, the day it was reached, and the days of the stretch or the year."""

    first: date
    reached: date
    days: tuple[date, ...]
    in_year: bool


def sickness_return(facts: Facts, params: ParametersAt, year: tuple[date, date] | None) -> Iterator[Trigger]:
    """Yield one return an absence that came to the days on end or in a school year, expected ones too; else the warning (SICK15, PR-9)."""
    needed, sick = params.get("return.sickness_days"), facts.codes.ids(params.get("return.sickness_codes", ()))
    if needed is None or not sick:
        return
    marks, expected = at_compulsory_age(facts), _expected(facts, sick)
    grounds = list(_grounds(facts, marks, sick, expected, needed))
    for ground in grounds:
        yield _sick15(facts, params, ground, marks, sick)
    if year is not None and not any(year[0] <= day <= year[1] for ground in grounds for day in ground.days):
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


def _grounds(facts: Facts, marks: dict[int, int], sick: Collection[int], expected: dict[date, date], needed: int) -> Iterator[_Ground]:
    """Yield the grounds, one for each continuous absence: it is long enough, or the year's days reached the number in it."""
    due = runs.due_from(facts.setting.calendar, own=facts.due)
    some = min(sick)
    ahead = {session_no(day, key): some for day in expected for key in due(day)}
    found = stretches(facts, ahead | marks, sick, max([facts.as_of.date(), *expected]))
    by_year: dict[str, list[date]] = {}
    for run in found:
        before = {year: len(days) for year, days in by_year.items()}
        for day in run.dates:
            by_year.setdefault(facts.setting.calendar.school_year(day), []).append(day)
        crossed = next((days for year, days in by_year.items() if before.get(year, 0) < needed <= len(days)), None)
        reached = run.reached(needed)
        if reached is not None:
            yield _Ground(run.first, _known(reached, facts, expected), run.dates, in_year=False)
        elif crossed is not None:
            yield _Ground(run.first, _known(crossed[needed - 1], facts, expected), tuple(crossed), in_year=True)


def _known(day: date, facts: Facts, expected: dict[date, date]) -> date:
    """Return the day on which it was known: the day itself, or the first day of the record that expects it."""
    return expected[day] if day > facts.as_of.date() else day


def _sick15(facts: Facts, params: ParametersAt, ground: _Ground, marks: dict[int, int], sick: Collection[int]) -> Trigger:
    days = set(ground.days)
    where = "in the school year" if ground.in_year else "on end"
    ahead = sum(day > facts.as_of.date() for day in ground.days)
    return Trigger(
        "sickness_return", facts.pupil.id, ground.first,
        f"{len(days)} school days of sickness {where}{', some expected' if ahead else ''}: sickness return to the authority",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), due=moment(ground.reached, END_OF_DAY, facts.as_of),
        counted=tuple(no for no, code in marks.items() if code in sick and day_of(no) in days),
        figures={"days": len(days), "expected": ahead, "since": ground.first.isoformat(), "reached": ground.reached.isoformat()},
        clauses=cited(params, "return.sickness_days"), urgency=10,
    )  # fmt: skip


def _warning(facts: Facts, params: ParametersAt, marks: dict[int, int], sick: Collection[int], year: tuple[date, date]) -> Iterator[Trigger]:
    """Yield one warning a school year that the return is near, in distinct days with any sickness."""
    held = {no: code for no, code in marks.items() if code in sick and year[0] <= day_of(no) <= year[1]}
    so_far = sickness(held, sick, runs.due_from(facts.setting.calendar, own=facts.due))
    step = so_far.warned(params.get("return.sickness_warning_days", ()))
    if step is None:
        return
    days = len(so_far.some)
    yield Trigger(
        "sickness_warning", facts.pupil.id, year[0], f"{days} days with sickness this school year: a sickness return may be due soon",
        tell=("office", "attendance_lead"), assign=("attendance_lead",), counted=tuple(held), figures={"days": days, "warned_at": step},
        clauses=cited(params, "return.sickness_warning_days"), urgency=50,
    )  # fmt: skip
