"""What the rules of the floor share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from intranet.extension.baseline.limits import NOT_HELD, counted_span
from intranet.extension.values import Facts
from intranet.law import history, runs
from intranet.law.parameters import ParametersAt

END_OF_DAY = time(23, 59)


def moment(day: date, at: time, like: datetime) -> datetime:
    """Return a time of a day in the zone of another moment."""
    return datetime.combine(day, at, like.tzinfo)


def cited(params: ParametersAt, key: str) -> tuple[str, ...]:
    """Return the instrument and clauses behind the value in force of a parameter."""
    found = params.resolution(key).in_force
    return tuple(dict.fromkeys((*((found.citation,) if found.citation else ()), *found.clauses))) if found else ()


def at_compulsory_age(facts: Facts) -> dict[int, int]:
    """Return session number -> code id of the marks at compulsory school age (PR-4)."""
    marks = history.as_map(facts.marks)
    if facts.pupil.born is None:
        return marks
    span = counted_span(facts.pupil.born, date.min.replace(year=2000), facts.as_of.date())
    return {no: code for no, code in marks.items() if span and span[0] <= no <= span[1]}


def stretches(facts: Facts, marks: dict[int, int], allowed: Collection[int], through: date | None = None) -> list[runs.Run]:
    """Return the runs of school days on which every session held has one of these codes (R-02, R-03, PR-7, PR-18)."""
    due = runs.due_from(facts.setting.calendar, own=facts.due)
    return runs.runs(marks, allowed, due, through or facts.as_of.date(), facts.codes.ids(NOT_HELD))
