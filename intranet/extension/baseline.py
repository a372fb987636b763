"""The statutory floor: plain functions that the host applies after the plugin's answers, which no plugin can remove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from intranet.extension.values import Facts, Trigger
from intranet.law import deadlines, history, runs
from intranet.law.ages import is_compulsory
from intranet.law.calendar import CalendarError
from intranet.law.codes import national_codes
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

#: What the floor concludes; a failing plugin never hides it.
KINDS = frozenset({"n_code", "attendance_return"})
#: What a first plain present mark cannot raise, change or clear: it depends on marks of N alone.
UNTOUCHED_BY_PRESENCE = frozenset({"n_code"})
#: Core roles that the floor tells and asks; every setting has somebody who counts as one of them.
ROLES = ("office", "attendance_lead", "head")
#: Schools in law; a company or a provider that is not a school makes no statutory returns (C-37).
SCHOOLS = frozenset({"academy", "maintained", "independent"})
N5_CLAUSES = ("SI 2024/208 reg 10(7)", "ATT-175")
ATT10_CLAUSES = ("SI 2024/208 reg 13(7)", "SI 2024/208 reg 13(8)")
END_OF_DAY = time(23, 59)


def triggers(facts: Facts, params: ParametersAt) -> list[Trigger]:
    """Return what the law calls for on these facts: N5 and ATT10."""
    if facts.codes is not national_codes():
        return []
    found = list(_unexplained(facts, params))
    if facts.setting.legal_type in SCHOOLS:
        found += _attendance_return(facts, params)
    return found


def moment(day: date, at: time, like: datetime) -> datetime:
    """Return a time of a day in the zone of another moment."""
    return datetime.combine(day, at, like.tzinfo)


def _unexplained(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """One finding a day that has an N, with the end of the fifth school day after it (N5)."""
    no_reason = facts.codes.ids(("N",))
    days: dict[date, list[int]] = {}
    for mark in history.only(facts.marks, no_reason):
        days.setdefault(mark.day, []).append(mark.session_no)
    for day, sessions in days.items():
        yield _n5(facts, params, day, sessions)


def _n5(facts: Facts, params: ParametersAt, day: date, sessions: Sequence[int]) -> Trigger:
    limit = params.get("n_code.resolve_days")
    due = overdue = None
    if limit is not None:
        try:
            last, first_over = deadlines.n_code(facts.setting.calendar, day, limit)
            due, overdue = moment(last, END_OF_DAY, facts.as_of), moment(first_over, time(), facts.as_of)
        except CalendarError:
            due = overdue = None  # the next terms are not entered yet: the calendar page says so
    return Trigger(
        "n_code", facts.pupil.id, day, f"No reason known for absence on {long_date(day)}",
        tell=("office", "attendance_lead"), assign=("office", "attendance_lead"), due=due, overdue_from=overdue,
        counted=tuple(sessions), figures={"sessions": len(sessions), "limit": limit}, clauses=N5_CLAUSES, urgency=20,
    )  # fmt: skip


def _attendance_return(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """One finding a run of school days marked G, N, O or U only (ATT10); a day belongs if every session due is (R-02, PR-18)."""
    needed, symbols = params.get("return.attendance_days"), params.get("return.attendance_codes")
    if needed is None or symbols is None:
        return
    allowed = facts.codes.ids(symbols)
    if longest_streak(facts.marks, allowed) < needed:
        return  # a run has at least one mark a day; looking day by day is slow
    absent = history.only(facts.marks, allowed)
    for run in runs.runs(_as_map(facts), allowed, runs.due_from(facts.setting.calendar, own=facts.due), facts.as_of.date()):
        tenth = run.reached(needed)
        if tenth is not None and _compulsory(facts, tenth):
            yield _att10(facts, run, absent_nos=[m.session_no for m in absent if run.first <= m.day <= run.last], tenth=tenth)


@lru_cache(maxsize=64)
def _held(allowed: frozenset[int]) -> bytes:
    """Return the table that turns each code id into 1 for one of these and 0 for another."""
    return bytes(code in allowed for code in range(256))


def longest_streak(marks: Sequence[Mark], allowed: frozenset[int]) -> int:
    """Return how many marks on end, unmarked sessions aside, have one of these codes."""
    kept = history.codes(marks).translate(_held(allowed))
    return max(map(len, kept.split(b"\0")))


def _as_map(facts: Facts) -> Mapping[int, int]:
    return history.as_map(facts.marks)


def _compulsory(facts: Facts, day: date) -> bool:
    return facts.pupil.born is None or is_compulsory(facts.pupil.born, day)


def _att10(facts: Facts, run: runs.Run, absent_nos: Sequence[int], tenth: date) -> Trigger:
    return Trigger(
        "attendance_return", facts.pupil.id, run.first, f"{run.days} school days absent without authority: attendance return to the authority",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), due=moment(tenth, END_OF_DAY, facts.as_of),
        counted=tuple(absent_nos), figures={"run_days": run.days, "run_start": run.first.isoformat(), "reached": tenth.isoformat()},
        clauses=ATT10_CLAUSES, urgency=10,
    )  # fmt: skip
