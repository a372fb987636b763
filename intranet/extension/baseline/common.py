"""What the rules of the floor share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from intranet.extension.baseline.limits import counted_span
from intranet.extension.values import Facts
from intranet.law import history, runs
from intranet.law.answers import Answer, rule
from intranet.law.parameters import ParametersAt, say

END_OF_DAY = time(23, 59)


def moment(day: date, at: time, like: datetime) -> datetime:
    """Return a time of a day in the zone of another moment."""
    return datetime.combine(day, at, like.tzinfo)


def cited(params: ParametersAt, key: str) -> tuple[str, ...]:
    """Return the instrument and clauses behind the value in force of a parameter."""
    found = params.resolution(key).in_force
    return tuple(dict.fromkeys((*((found.citation,) if found.citation else ()), *found.clauses))) if found else ()


def reasons(answer: Answer, params: ParametersAt, *more: str) -> dict[str, Any]:
    """Return what a finding keeps of a rule's answer: the rule, its citation, the parameters read and what would change it."""
    known = rule(answer.rule)
    version = known.at(params.day)
    cites = dict.fromkeys((*((version.citation,) if version else ()), *known.clauses, *more))
    read = tuple((one.key, say(one.value, one.unit), one.citation) for one in answer.read)
    return {"rule": answer.rule, "clauses": tuple(cites), "read": read, "would_change": answer.would_change}


def at_compulsory_age(facts: Facts) -> dict[int, int]:
    """Return session number -> code id of the marks at compulsory school age (PR-4)."""
    marks = history.as_map(facts.marks)
    if facts.pupil.born is None:
        return marks
    span = counted_span(facts.pupil.born, date.min.replace(year=2000), facts.as_of.date())
    if not marks or (span and span[0] <= min(marks) and max(marks) <= span[1]):
        return marks
    return {no: code for no, code in marks.items() if span and span[0] <= no <= span[1]}


def due_to(facts: Facts) -> runs.Due:
    """Return the sessions due on a day: by the pupil's own plan where it is known, else by the calendar."""
    return runs.due_from(facts.setting.calendar, own=facts.due)


def stretches(
    facts: Facts, params: ParametersAt, marks: dict[int, int], allowed: Collection[int], through: date | None = None
) -> list[runs.Run]:
    """Return the runs of school days on which every session held has one of these codes (R-02, R-03, PR-7, PR-18)."""
    not_held = facts.codes.ids(params.get("register.not_held_codes", ()))
    return runs.runs(marks, allowed, due_to(facts), through or facts.as_of.date(), not_held)
