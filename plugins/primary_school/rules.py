"""The primary school policy's rules, as pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from intranet.extension.api import Facts, ParametersAt, Trigger, end_of, start_of, with_meaning
from intranet.law.words import long_date

MANAGERS = ("business_manager", "office_manager")
ONE_DAY = timedelta(days=1)


def follow_up(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one follow-up a day with an unexplained absence, due that day and overdue from the next (ASC-19, R-20)."""
    if params.get("absence.follow_up") != "same day":
        return
    days: dict[date, list[int]] = {}
    for mark in with_meaning(facts, ("unexplained",)):
        days.setdefault(mark.day, []).append(mark.session_no)
    for day, sessions in days.items():
        yield Trigger(
            "absence_follow_up", facts.pupil.id, day, f"Absence follow-up for {long_date(day)}", tell=MANAGERS, assign=MANAGERS,
            due=end_of(day, facts.as_of), overdue_from=start_of(day + ONE_DAY, facts.as_of), counted=tuple(sessions),
            clauses=("ASC-12", "ASC-18", "ASC-19"), urgency=15,
            would_change=("The marks of the day amended to the reason that the family gave.",),
        )  # fmt: skip
