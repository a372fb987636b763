"""Persistent and severe absence as exact ratios, compulsory school age, and the attendances of a mobile pupil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from intranet.law.ages import add_months, add_years, age_on, compulsory_from, compulsory_until
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.codes import CodeTable
from intranet.law.counting import NOTHING_POSSIBLE, Counts, persistent, shown
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date, so_many

ONE_DAY = timedelta(days=1)


def pa(counts: Counts, params: ParametersAt) -> Answer:
    """Whether absence is persistent: the share missed reaches the rate exactly."""
    return not_in_force("PA", params) or _share("PA", "persistent", counts, params["metrics.pa_rate"], params)


def sa(counts: Counts, params: ParametersAt) -> Answer:
    """Whether absence is severe: the share missed reaches the rate exactly; a severe pupil is also persistent."""
    return not_in_force("SA", params) or _share("SA", "severe", counts, params["metrics.severe_rate"], params)


def _share(rule: str, word: str, counts: Counts, rate: Fraction, params: ParametersAt) -> Answer:
    holds = persistent(counts, rate)
    figures = {
        "possible": counts.possible,
        "absent": counts.absent,
        "rate": rate,
        "shown": shown(counts.absence),
        "provisional": counts.provisional,
    }
    missing = (
        (f"{so_many(counts.missing, 'session')} without a mark, so the figure may still move.",)
        if counts.missing
        else ()
    )
    if not counts.possible:
        says = f"There are {NOTHING_POSSIBLE}, so there is no figure."
        return answer(rule, False, says, params, figures=figures, missing=missing)
    part = f"{counts.absent} of {counts.possible} possible sessions missed ({shown(counts.absence)})"
    limit = f"{rate.numerator}/{rate.denominator}"
    says = f"{part}: {'' if holds else 'not '}{word} absence, which begins at exactly {limit}."
    change = (_fewer(counts, rate) if holds else _more(counts, rate),)
    return answer(rule, holds, says, params, figures=figures, missing=missing, would_change=change)


def _fewer(counts: Counts, rate: Fraction) -> str:
    """How many absences amended to present would end it."""
    most = (counts.possible * rate.numerator - 1) // rate.denominator
    return f"{counts.absent - most} of these absences amended to an attendance."


def _more(counts: Counts, rate: Fraction) -> str:
    """How many more sessions missed on end, none attended between, would bring it about."""
    short = counts.possible * rate.numerator - counts.absent * rate.denominator
    return f"{so_many(-(-short // (rate.denominator - rate.numerator)), 'more session')} missed on end."


def age(born: date, day: date, params: ParametersAt, begins: date | None = None) -> Answer:
    """Whether a child is of compulsory school age on a day; ``on`` is the next day on which that changes, if any.

    ``begins`` is the first day of the school's own year in the autumn of turning 16; without it 1 September counts (PR-10).
    """
    first, last = compulsory_from(born), compulsory_until(born, begins)
    holds = first <= day <= last
    figures = {
        "first": first,
        "last": last,
        "code": params.get("part_time.compulsory_code" if holds else "part_time.outside_code", ""),
        "not": params.get("part_time.outside_code" if holds else "part_time.compulsory_code", ""),
    }
    if holds:
        says = f"Of compulsory school age, through {long_date(last)}."
        return answer("AGE", True, says, params, on=last + ONE_DAY, figures=figures)
    if day < first:
        says = f"Not yet of compulsory school age: that begins on {long_date(first)}."
        return answer("AGE", False, says, params, on=first, figures=figures)
    return answer(
        "AGE", False, f"Over compulsory school age since the end of {long_date(last)}.", params, figures=figures
    )


@dataclass(frozen=True)
class Mobile:
    """A pupil without a fixed abode whose parent travels for a trade, and the marks of the time before."""

    born: date
    marks: Sequence[Mark]
    codes: CodeTable


def mobile(facts: Mobile, day: date, params: ParametersAt) -> Answer:
    """Whether the attendances that the law asks of a mobile pupil were made in the months up to a day."""
    needed, months, from_age = params["mobile.attendances"], params["mobile.months"], params["mobile.from_age"]
    if age_on(facts.born, day) < from_age:
        says = f"No number of attendances is asked for before the age of {from_age}."
        return answer("MOBILE", True, says, params, on=add_years(facts.born, from_age))
    since = add_months(day, -months)
    made = tuple(mark.session_no for mark in facts.marks if since < mark.day <= day and _present(facts.codes, mark))
    figures = {"attendances": len(made), "needed": needed, "since": since + ONE_DAY}
    says = f"{len(made)} attendances from {long_date(since + ONE_DAY)}; the law asks for {needed}."
    lacking = max(needed - len(made), 0)
    missing = (f"{so_many(lacking, 'more attendance')}.",) if lacking else ()
    change = ("Attendances at another school where the pupil is registered are counted too.",)
    return answer(
        "MOBILE", not lacking, says, params, counted=made, figures=figures, missing=missing, would_change=change
    )


def _present(codes: CodeTable, mark: Mark) -> bool:
    code = codes.for_session(mark.session_no).by_id(mark.code_id)
    return code is not None and code.counts_present
