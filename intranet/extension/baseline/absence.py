"""What absence calls for besides returns: a reason for each N, persistent and severe absence, who is told, and day six."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time
from fractions import Fraction

from intranet.extension.baseline.common import END_OF_DAY, at_compulsory_age, cited, moment, stretches
from intranet.extension.baseline.limits import SUSPENDED, UNEXPLAINED
from intranet.extension.values import Facts, Trigger
from intranet.law import counting, deadlines, history
from intranet.law.calendar import CalendarError
from intranet.law.codes import national_codes
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

N5_CLAUSES = ("SI 2024/208 reg 10(7)", "ATT-175")
#: Flags of pupils whose worker is told of any unexplained absence (C-49), and who that is.
SOCIAL_WORKER = frozenset({"social_worker", "child_in_need", "child_protection", "looked_after"})
YOUTH_JUSTICE = "youth_justice"
TOLD = SOCIAL_WORKER | {YOUTH_JUSTICE}


def unexplained(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a day that has an N, with the end of the fifth school day after it (N5)."""
    for day, sessions in _by_day(history.only(facts.marks, facts.codes.ids(("N",)))).items():
        yield _n5(facts, params, day, sessions)


def _by_day(marks: Sequence[Mark]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for mark in marks:
        days.setdefault(mark.day, []).append(mark.session_no)
    return days


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


def told(facts: Facts) -> Iterator[Trigger]:
    """Yield one finding a day of this half-term with an absence nobody explained: the pupil's worker is told (C-49)."""
    period = facts.setting.calendar.half_term(facts.as_of.date())
    if period is None:
        return
    workers = [("social_worker", "social worker")] if facts.pupil.flags & SOCIAL_WORKER else []
    workers += [("youth_justice_worker", "youth justice worker")] if YOUTH_JUSTICE in facts.pupil.flags else []
    names = " and the ".join(name for _, name in workers)
    marks = [mark for mark in history.only(facts.marks, facts.codes.ids(UNEXPLAINED)) if period.first <= mark.day]
    for day, sessions in _by_day(marks).items():
        yield Trigger(
            "unexplained_told", facts.pupil.id, day, f"Tell the {names} of the unexplained absence on {long_date(day)}",
            tell=tuple(key for key, _ in workers), assign=("dsl", "attendance_lead"), due=moment(day, END_OF_DAY, facts.as_of),
            counted=tuple(sessions), clauses=("Working together to improve school attendance", "ATT-223"), urgency=15,
        )  # fmt: skip


def day_six(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a suspension or exclusion that lasts, or is recorded to last, to the day on which education must be there."""
    needed = params.get("suspension.provision_day")
    if needed is None:
        return
    suspended, calendar = facts.codes.ids(SUSPENDED), facts.setting.calendar
    begun = {run.first for run in stretches(facts, at_compulsory_age(facts), suspended) if run.days >= needed}
    for record in facts.pupil.records:
        if record.data.get("symbol") in SUSPENDED and record.last and calendar.count(record.first, record.last) >= needed:
            begun.add(calendar.nth(record.first, 1))
    for first in sorted(begun):
        sixth = calendar.nth(first, needed)
        yield Trigger(
            "day_six", facts.pupil.id, first, f"Suspended or excluded since {long_date(first)}: education from school day {needed}, {long_date(sixth)}",
            tell=("head", "attendance_lead"), assign=("head",), due=moment(sixth, time(), facts.as_of),
            figures={"since": first.isoformat(), "from": sixth.isoformat()}, clauses=cited(params, "suspension.provision_day"), urgency=10,
        )  # fmt: skip


def flags(facts: Facts, params: ParametersAt, year: tuple[date, date], span: tuple[int, int]) -> Iterator[Trigger]:
    """Yield persistent and severe absence in the school year: exact whole numbers, and only with sessions possible (PR-12, PR-4)."""
    counts = _counts(facts, span, year)
    for kind, label, key in (("persistent_absence", "Persistent", "metrics.pa_rate"), ("severe_absence", "Severe", "metrics.severe_rate")):
        rate: Fraction | None = params.get(key)
        if rate is not None and counting.persistent(counts, rate):
            yield Trigger(
                kind, facts.pupil.id, year[0], f"{label} absence: {counting.shown(counts.attendance)} attendance, "
                f"{counts.absent} of {counts.possible} missed",
                figures={"possible": counts.possible, "missed": counts.absent, "rate_percent": str(counting.percent(counts.attendance)),
                         "missed_percent": str(counting.percent(counts.absence))},
                clauses=cited(params, key), urgency=70,
            )  # fmt: skip


def _counts(facts: Facts, span: tuple[int, int], year: tuple[date, date]) -> counting.Counts:
    """Return the exact counts: of the bytes where the same codes hold all year, else of each mark by the law of its day."""
    if any(year[0] < day <= year[1] for day in facts.codes.boundaries()):
        return counting.count([mark for mark in facts.marks if span[0] <= mark.session_no <= span[1]], facts.codes)
    held = history.codes(facts.marks, *span)
    known = {code.id: code for code in national_codes().on(year[1])}
    return counting.total(counting.counts_of(known[code], held.count(code)) for code in set(held) if code in known)
