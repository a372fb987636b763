"""The tutoring policy's rules, as pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta

from intranet.extension.api import (
    Assessment,
    Facts,
    Mark,
    ParametersAt,
    Placement,
    Record,
    Request,
    Slot,
    Trigger,
    end_of,
    start_of,
    with_meaning,
)
from intranet.law.words import long_date

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def booked(day: date, placements: Sequence[Placement]) -> Mapping[int, Sequence[Slot]]:
    """Return the sessions booked for a day by learner, in order of their start."""
    found: dict[int, dict[str, Slot]] = {}
    for placement in placements:
        for record in placement.records:
            if record.kind == "booking" and falls_on(record, day):
                slot = _slot(record, day)
                found.setdefault(placement.pupil_id, {})[slot.key] = slot
    return {pupil: [by_key[key] for key in sorted(by_key)] for pupil, by_key in found.items()}


def falls_on(record: Record, day: date) -> bool:
    """Return whether a booking has a session that day: once, or weekly from its first day to its last."""
    if day < record.first or (record.last is not None and day > record.last):
        return False
    weekly = record.data.get("repeating") == "weekly"
    return (day - record.first) % WEEK == timedelta() if weekly else day == record.first


def _slot(record: Record, day: date) -> Slot:
    starts, ends = _time(record.data["start"]), _time(record.data["end"])
    return Slot(f"{starts:%H:%M}", day, f"{starts:%H:%M} to {ends:%H:%M}", starts=starts, opens=starts, ends=ends, source="booking")


def _time(value: object) -> time:
    return value if isinstance(value, time) else time.fromisoformat(str(value))


def missed(facts: Facts) -> Iterator[Trigger]:
    """Yield one alert a day with a missed session, for the office at once (SPM-15); the day it belongs to is its last in time."""
    for mark in _newest_day(with_meaning(facts, ("unexplained", "authorised"))):
        yield Trigger(
            "missed_session", facts.pupil.id, mark.day, f"Session missed on {long_date(mark.day)}", tell=("tutoring_office",),
            assign=("tutoring_office",), due=end_of(mark.day, facts.as_of), overdue_from=start_of(mark.day + ONE_DAY, facts.as_of),
            counted=(mark.session_no,), clauses=("SPM-15",), urgency=20,
            would_change=("The session amended to present or late, if the learner was there.",),
        )  # fmt: skip


def _newest_day(marks: Sequence[Mark]) -> list[Mark]:
    """Return the first missed session of every day that has one."""
    by_day: dict[date, Mark] = {}
    for mark in marks:
        by_day.setdefault(mark.day, mark)
    return list(by_day.values())


def lateness(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one report a lateness pattern, for the DSL and the commissioner (SPM-18, SPM-19)."""
    count, window = params.get("tutoring.lateness.count"), params.get("tutoring.lateness.window_days")
    if count is None or window is None:
        return
    for late in patterns(with_meaning(facts, ("late",)), count, timedelta(days=window)):
        yield _report(facts, "lateness_pattern", f"Late {len(late)} times in {window} days", late, late[count - 1], ("SPM-18", "SPM-19"))


def repeated_absence(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one report a stretch of repeated absence, counted in booked sessions (SPM-16, SPM-17)."""
    count = params.get("tutoring.repeated_absence.count")
    window = params.get("tutoring.repeated_absence.window_sessions")
    if count is None or window is None:
        return
    absent = {mark.session_no for mark in with_meaning(facts, ("unexplained", "authorised"))}
    for i, mark in enumerate(facts.marks):
        recent = [m for m in facts.marks[max(0, i + 1 - window) : i + 1] if m.session_no in absent]
        if mark.session_no in absent and len(recent) == count:
            title = f"Missed {count} of the last {window} sessions"
            yield _report(facts, "repeated_absence", title, recent, mark, ("SPM-16", "SPM-17"))


def patterns(marks: Sequence[Mark], count: int, window: timedelta) -> Iterator[list[Mark]]:
    """Yield each stretch of marks that reaches the count within the window, as long as it goes on doing so."""
    found: list[Mark] = []
    for i, mark in enumerate(marks):
        recent = [m for m in marks[: i + 1] if mark.day - m.day < window]
        if len(recent) >= count:
            found = [*found, mark] if found else recent
        elif found:
            yield found
            found = []
    if found:
        yield found


def _report(facts: Facts, kind: str, title: str, marks: Sequence[Mark], fired: Mark, clauses: tuple[str, ...]) -> Trigger:
    return Trigger(
        kind, facts.pupil.id, marks[0].day, title, tell=("dsl", "commissioner"), assign=("dsl",), due=end_of(fired.day, facts.as_of),
        counted=tuple(mark.session_no for mark in marks),
        figures={"triggered_on": fired.day.isoformat(), "count": len(marks)}, clauses=clauses, urgency=40,
        would_change=("Sessions amended until fewer are left in the window.", "Another number or window confirmed on the policy page, from its day on."),
    )  # fmt: skip


def admission(request: Request) -> Assessment:
    """Return what is missing: the commissioner of the tuition (SPM-05)."""
    known = request.data.get("commissioner") or request.data.get("home_school")
    if known:
        return Assessment(clauses=("SPM-05",))
    return Assessment(False, missing=("commissioner",), clauses=("SPM-05",))
