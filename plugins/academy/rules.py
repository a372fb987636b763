"""The academy policy's rules, as pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

from intranet.extension.api import (
    Assessment,
    ContactFacts,
    Facts,
    Mark,
    ParametersAt,
    Request,
    Trigger,
    end_of,
)
from intranet.law import counting, history
from intranet.law.ages import compulsory_days
from intranet.law.calendar import CalendarError, TermPeriod
from intranet.law.rules_figures import pa
from intranet.law.sessions import day_range


def late_by_half_term(facts: Facts, params: ParametersAt) -> dict[TermPeriod, list[Mark]]:
    """Return the marks that count as late by half-term; each half-term starts again from nothing (ATT-025, R-12)."""
    symbols = params["lateness.codes"]
    late = history.only(facts.marks, facts.codes.ids(symbols))
    return counting.late_by_half_term(late, facts.codes, symbols, facts.setting.calendar)


def persistent_lateness(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding a half-term in which late marks reached the count (ATT-025)."""
    for period, late in late_by_half_term(facts, params).items():
        needed = params.on(min(period.last, params.day))["lateness.persistent_count"]  # a half-term that is over keeps its number
        if len(late) < needed:
            continue
        since = late[needed - 1].day
        yield Trigger(
            "persistent_lateness",
            facts.pupil.id,
            period.first,
            f"Persistent lateness: {len(late)} late marks in {period.name}",
            tell=("attendance_lead",),
            assign=("attendance_lead",),
            counted=tuple(mark.session_no for mark in late),
            figures={"count": len(late), "from": since.isoformat(), "half_term": f"{period.year} {period.name}"},
            clauses=("ATT-025",),
            urgency=60,
            would_change=(f"Late marks amended until fewer than {needed} are left.", "The next half-term begins again from nothing."),
        )


def year_of(facts: Facts) -> tuple[date, date]:
    """Return the first and last day of the school year; the day itself where its term dates are not entered."""
    calendar, today = facts.setting.calendar, facts.as_of.date()
    try:
        return calendar.year_range(calendar.school_year(today))
    except CalendarError:
        return today, today


def persistent_absence(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield the school year's finding once the share missed at compulsory age reaches the rate, this share included (ATT-023, ATT-024, PR-4)."""
    rate: Fraction = params["metrics.pa_rate"]
    of_age = compulsory_days(facts.pupil.born, *year_of(facts))
    if of_age is None or not _may_be_persistent(facts, rate, of_age):
        return
    counts = history.counts(facts.marks, facts.codes, *of_age)
    if not counting.persistent(counts, rate):
        return
    enough = counts.possible >= params["metrics.pa_duty_from"]
    yield Trigger(
        "persistent_absence",
        facts.pupil.id,
        year_of(facts)[0],
        f"Persistent absence: {counting.shown(counts.attendance)} attendance, {counts.absent} of {counts.possible} missed",
        tell=("attendance_lead",) if enough else (),
        assign=("attendance_lead",) if enough else (),
        due=weekly_meeting(facts),
        figures={
            "possible": counts.possible,
            "missed": counts.absent,
            "rate_percent": str(counting.percent(counts.attendance)),
            "missed_percent": str(counting.percent(counts.absence)),
            "pa": True,
            "plan_required": True,
        },
        clauses=("ATT-023", "ATT-024", "ATT-095", "ATT-096"),
        urgency=70,
        rule="PA",
        would_change=pa(counts, params).would_change,
    )


def _may_be_persistent(facts: Facts, rate: Fraction, days: tuple[date, date]) -> bool:
    """Whether the exact count is worth making: most pupils are far from the line, and saves must stay quick."""
    first, last = days
    if any(first < day <= last for day in facts.codes.boundaries()):
        return True
    today = list(facts.codes.on(last))
    possible = bytes(code.id for code in today if code.counts_possible)
    absent = bytes(code.id for code in today if code.counts_possible and not code.counts_present)
    marks = history.codes(facts.marks, *day_range(first, last))
    missed = len(marks) - len(marks.translate(None, absent))
    return missed > 0 and missed * rate.denominator >= (len(marks) - len(marks.translate(None, possible))) * rate.numerator


def weekly_meeting(facts: Facts) -> datetime | None:
    """Return when the week's meeting must have discussed it: the last school day of the week (ATT-097, R-25)."""
    last = facts.setting.calendar.last_school_day_of_week(facts.as_of.date())
    return end_of(last, facts.as_of) if last else None


def admission(request: Request, params: ParametersAt) -> Assessment:
    """Return a warning when there are fewer numbers of different adults than the policy asks for (ATT-012)."""
    needed, known = params["contacts.min_numbers"], adults_with_number(request.pupil.contacts)
    if known >= needed:
        return Assessment(clauses=("ATT-012",))
    text = (
        f"The policy asks for telephone numbers of {needed} different safe adults; there are {known}. "
        "The admission can be saved: ask the family for more (ATT-012, C-52)."
    )
    return Assessment(
        warnings=(text,), figures={"adults": known, "needed": needed}, clauses=("ATT-012",), tell=("attendance_officer",)
    )


def adults_with_number(contacts: tuple[ContactFacts, ...]) -> int:
    """Return how many different adults have a number: two numbers of one adult count once."""
    return len({contact.person_key for contact in contacts if contact.has_number})
