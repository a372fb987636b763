"""What absence calls for besides returns: a reason for each N, persistent and severe absence, who is told, and day six."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time

from intranet.extension.baseline.common import END_OF_DAY, at_compulsory_age, moment, reasons, stretches
from intranet.extension.baseline.limits import SUSPENDED, UNEXPLAINED
from intranet.extension.values import Facts, Trigger
from intranet.law import counting, history
from intranet.law.answers import Answer
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.rules_exclusion import Exclusion, day6
from intranet.law.rules_figures import pa, sa
from intranet.law.rules_register import n5
from intranet.law.sessions import day_of
from intranet.law.words import long_date

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
    found = n5(sessions[0], facts.setting.calendar, params)
    last, over = found.on, found.figures.get("overdue_from")
    return Trigger(
        "n_code", facts.pupil.id, day, f"No reason known for absence on {long_date(day)}",
        tell=("office", "attendance_lead"), assign=("office", "attendance_lead"),
        due=moment(last, END_OF_DAY, facts.as_of) if last else None, overdue_from=moment(over, time(), facts.as_of) if isinstance(over, date) else None,
        counted=tuple(sessions), figures={"sessions": len(sessions), "limit": found.figures.get("days")}, urgency=20,
        **reasons(found, params, "ATT-175"),
    )  # fmt: skip


def told(facts: Facts) -> Iterator[Trigger]:
    """Yield one finding a day with an absence nobody explained: the pupil's worker is told (C-49).

    Days before this half-term are nobody's duty any more: a flag that is set today does not raise last year's absences.
    """
    begun = [period.first for period in facts.setting.calendar.periods if period.first <= facts.as_of.date()]
    since = begun[-1] if begun else date.min
    workers = [("social_worker", "social worker")] if facts.pupil.flags & SOCIAL_WORKER else []
    workers += [("youth_justice_worker", "youth justice worker")] if YOUTH_JUSTICE in facts.pupil.flags else []
    names = " and the ".join(name for _, name in workers)
    for day, sessions in _by_day(history.only(facts.marks, facts.codes.ids(UNEXPLAINED))).items():
        yield Trigger(
            "unexplained_told", facts.pupil.id, day, f"Tell the {names} of the unexplained absence on {long_date(day)}",
            tell=tuple(key for key, _ in workers), assign=("dsl", "attendance_lead") if day >= since else (), due=moment(day, END_OF_DAY, facts.as_of),
            counted=tuple(sessions), clauses=("Working together to improve school attendance", "ATT-223"), urgency=15,
        )  # fmt: skip


def day_six(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a suspension or exclusion that lasts, or is recorded to last, to the day on which education must be there."""
    needed = params.get("suspension.provision_day")
    if needed is None:
        return  # no law asks this kind of school, and its policy has no rule of its own (C-47)
    begun: dict[date, date | None] = {}
    for run in stretches(facts, params, at_compulsory_age(facts), facts.codes.ids(SUSPENDED)):
        if run.days >= needed:
            begun[run.first] = None
    for record in facts.pupil.records:
        if record.data.get("symbol") in SUSPENDED and record.last:
            begun[facts.setting.calendar.nth(record.first, 1)] = record.last
    for first, last in sorted(begun.items()):
        found = day6(Exclusion(first, facts.setting.legal_type, last), facts.setting.calendar, params)
        if found.holds:
            yield _day_six(facts, found, params, first)


def _day_six(facts: Facts, found: Answer, params: ParametersAt, first: date) -> Trigger:
    start = f", {long_date(found.on)}" if found.on else ""
    said = params.resolution("suspension.provision_day").in_force
    own = said.clauses if said and said.origin != "core" else ()
    return Trigger(
        "day_six", facts.pupil.id, first, f"Suspended or excluded since {long_date(first)}: education from school day {found.figures['school_day']}{start}"
        if found.figures else f"Suspended or excluded since {long_date(first)}: education is due",
        tell=("head", "attendance_lead"), assign=("head",), due=moment(found.on, time(), facts.as_of) if found.on else None,
        figures={"since": first.isoformat(), "from": found.on.isoformat() if found.on else ""}, urgency=10, **reasons(found, params, *own),
    )  # fmt: skip


def flags(facts: Facts, params: ParametersAt, year: tuple[date, date], span: tuple[int, int]) -> Iterator[Trigger]:
    """Yield persistent and severe absence in the school year: exact whole numbers, and only with sessions possible (PR-12, PR-4)."""
    counts = history.counts(facts.marks, facts.codes, day_of(span[0]), day_of(span[1]))
    for kind, label, key, judge in (
        ("persistent_absence", "Persistent", "metrics.pa_rate", pa), ("severe_absence", "Severe", "metrics.severe_rate", sa),
    ):  # fmt: skip
        found = judge(counts, params) if key in params else None
        if found is None or not found.holds:
            continue
        yield Trigger(
            kind, facts.pupil.id, year[0], f"{label} absence: {counting.shown(counts.attendance)} attendance, "
            f"{counts.absent} of {counts.possible} missed",
            figures={"possible": counts.possible, "missed": counts.absent, "rate_percent": str(counting.percent(counts.attendance)),
                     "missed_percent": str(counting.percent(counts.absence))},
            urgency=70, **reasons(found, params),
        )  # fmt: skip
