"""On which days a pupil's own session plan decides what the law concludes."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from intranet.extension.baseline.limits import SCHOOLS, Limits
from intranet.extension.values import Facts
from intranet.law import history
from intranet.law.codes import national_codes
from intranet.law.sessions import SLOTS, day_range, key_of


def needs_plan(facts: Facts, limits: Limits) -> list[date]:
    """Return the school days whose plan matters: those of a long stretch of absence and those with sickness; none for most pupils."""
    if facts.codes is not national_codes() or facts.setting.legal_type not in SCHOOLS:
        return []
    held = history.codes(facts.marks)
    days: set[date] = set()
    if limits.streak(held):
        for first, last in _stretches(facts, limits):
            days.update(facts.setting.calendar.school_days(first, last))
    if limits.sickness(held, history.codes(facts.marks, *day_range(*limits.year)) if limits.year else held):
        days.update(mark.day for mark in history.only(facts.marks, limits.sick))
    return sorted(days)


def _stretches(facts: Facts, limits: Limits) -> list[tuple[date, date]]:
    """Return the first and last day of each stretch of marks that is long enough for a run; the last may still be growing.

    A mark of a session that the calendar does not have neither lengthens a stretch nor cuts it.
    """
    found, held = [], facts.setting.calendar.is_session_day
    kept = [mark for mark in facts.marks if mark.code_id not in limits.not_held and held(mark.day, key_of(mark.session_no % SLOTS))]
    for counts, group in groupby(kept, lambda mark: mark.code_id in limits.run):
        marks = list(group)
        if counts and limits.run_days is not None and len(marks) >= limits.run_days:
            last = facts.as_of.date() if marks[-1] is kept[-1] else marks[-1].day
            found.append((marks[0].day, max(last, marks[-1].day)))
    return found
