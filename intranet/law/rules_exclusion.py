"""Suspensions and permanent exclusions: education from the sixth day, the year's limit, notice to the parent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.law.answers import Answer, answer
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date, so_many

NO_TERM_DATES = "The calendar ends before that day: enter the next term dates."


@dataclass(frozen=True)
class Exclusion:
    """A suspension from its first to its last day, or a permanent exclusion on its day."""

    first: date
    legal_type: str  # maintained, academy, pupil_referral_unit, independent...
    last: date | None = None  # of a suspension
    permanent: bool = False
    year_group: int | None = None
    examinations_over: bool = False  # no public examination is left to sit
    plan_limits_hours: bool = False  # an education, health and care plan asks for less than full time


def day6(facts: Exclusion, calendar: Calendar, params: ParametersAt) -> Answer:
    """Whether education must be arranged, by whom, and from which day (``on``).

    The first school day of a suspension is day 1; the day of a permanent exclusion is day 0 (PR-15).
    """
    nth = params.get("suspension.provision_day")
    who, own_rule = _who(facts, params) if nth is not None else ("", False)
    if not who:
        says = "No law asks this kind of school to arrange education during a suspension."
        return answer("DAY6", False, says, params, would_change=("A rule of the school's own policy.",))
    exempt = _exempt(facts, params)
    if exempt:
        return answer("DAY6", False, exempt, params)
    try:
        starts = calendar.after(facts.first, nth) if facts.permanent else calendar.nth(facts.first, nth)
    except CalendarError:
        return answer("DAY6", True, f"Education is due from school day {nth}.", params, missing=(NO_TERM_DATES,))
    figures = {"school_day": nth, "who": who, "own_rule": own_rule}
    if facts.last is not None and facts.last < starts:
        says = f"The suspension ends on {long_date(facts.last)}, before school day {nth} ({long_date(starts)})."
        change = (f"A suspension that lasts to {long_date(starts)} or beyond.",)
        return answer("DAY6", False, says, params, on=starts, figures=figures, would_change=change)
    says = f"From {long_date(starts)} {who} must arrange suitable full-time education."
    if own_rule:
        says = f"By its own policy {who} arranges suitable full-time education from {long_date(starts)}."
    change = ("Return to school before then.",)
    return answer("DAY6", True, says, params, on=starts, figures=figures, would_change=change)


def _who(facts: Exclusion, params: ParametersAt) -> tuple[str, bool]:
    """Who must arrange education, and whether that is the school's own rule; "" when nobody must."""
    provider = params.get(f"suspension.provider.{facts.legal_type}")
    if provider is not None:
        return (params["suspension.permanent_provider"] if facts.permanent else provider), False
    said = params.resolution("suspension.provision_day").in_force
    own = said is not None and said.origin != "core"
    return ("the school", True) if own and not facts.permanent else ("", False)


def _exempt(facts: Exclusion, params: ParametersAt) -> str:
    if facts.plan_limits_hours:
        return "The pupil's plan limits the hours of education, so full time is not required."
    if facts.examinations_over and facts.year_group == params["suspension.exempt_year"]:
        return f"The pupil is in year {facts.year_group} and has no public examination left."
    return ""


def suspended_days(calendar: Calendar, first: date, last: date, before: int, params: ParametersAt) -> Answer:
    """Whether a suspension stays within the school days that a year allows; ``before`` are those already had."""
    limit = params["suspension.limit_days"]
    days = calendar.count(first, last)
    figures = {"days": days, "before": before, "limit": limit, "left": max(limit - before, 0)}
    total = before + days
    if total <= limit:
        says = f"{total} of {limit} school days of suspension this school year."
        return answer("SUSP45", True, says, params, figures=figures)
    says = f"It would make {total} school days of suspension this school year; the law allows {limit}."
    change = (f"A suspension of {so_many(max(limit - before, 0), 'school day')} or fewer.",)
    missing = (f"Shorten it by {so_many(total - limit, 'school day')}.",)
    return answer("SUSP45", False, says, params, figures=figures, missing=missing, would_change=change)


def exclusion_notice(day: date, excluded_in: str, given_in: str, params: ParametersAt) -> Answer:
    """Whether the notice of the public-place days came in time; parts of the day are ``morning``, ``afternoon``, ``after``.

    Excluded in the morning: before the afternoon session begins. Excluded in the afternoon: before it ends. ``given_in``
    is "" while no notice has been given.
    """
    order = ("morning", "afternoon", "after")
    by = "the start of the afternoon session" if excluded_in == "morning" else "the end of the afternoon session"
    in_time = given_in != "" and order.index(given_in) <= order.index(excluded_in)
    figures = {"by": by}
    if in_time:
        return answer("EXNOTE", True, "The notice was given in time.", params, on=day, figures=figures)
    says = f"The notice must be given by {by} on {long_date(day)}."
    missing = ("Give the notice, with the days on which the pupil must be kept out of public places.",)
    return answer("EXNOTE", False, says, params, on=day, figures=figures, missing=missing)
