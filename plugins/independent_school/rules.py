"""The independent school policy's rules, as pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from intranet.extension.api import Assessment, Facts, ParametersAt, Request, Trigger, end_of, start_of
from intranet.law.words import long_date

ONE_DAY = timedelta(days=1)


def non_arrival(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield the non-arrival of a pupil whom nobody saw by the end of the agreed start day (OTE-19, R-20)."""
    placement = facts.pupil.placement
    if placement is None or not facts.setting.calendar.is_school_day(placement.first):
        return
    start = placement.first
    ends = start_of(start, facts.as_of).replace(hour=params["register.day_ends"].hour, minute=params["register.day_ends"].minute)
    if facts.as_of < ends or _seen_by(facts, start):
        return
    yield Trigger(
        "non_arrival", facts.pupil.id, start, f"Did not arrive on the agreed start date, {long_date(start)}: tell the placing authority",
        tell=("LA",), assign=("school_leader", "administrator"), due=end_of(start, facts.as_of),
        overdue_from=start_of(start + ONE_DAY, facts.as_of), counted=tuple(m.session_no for m in facts.marks if m.day == start),
        figures={"expected": start.isoformat()}, clauses=("OTE-19",), urgency=5,
        would_change=("A mark of that day that shows the pupil came, even late.", "Another start date agreed in the placement."),
    )  # fmt: skip


def _seen_by(facts: Facts, start: object) -> bool:
    """Return whether the pupil attended on the start day, came after the close, or was known to be elsewhere."""
    seen = {code.id for code in facts.codes if code.counts_present or code.after_close}
    return any(mark.day == start and mark.code_id in seen for mark in facts.marks)


def admission(request: Request) -> Assessment:
    """Return a warning when the weekly offer is not recorded (OTE-03)."""
    if request.data.get("sessions_per_week"):
        return Assessment(clauses=("OTE-03",))
    text = "The weekly offer is not recorded: write how many sessions a week are offered, so that a shortfall from full time shows (OTE-03)."
    return Assessment(warnings=(text,), clauses=("OTE-03",))
