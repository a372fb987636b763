"""What the law calls for on the facts about one pupil."""

from __future__ import annotations

from intranet.extension.baseline import absence, penalty, returns
from intranet.extension.baseline.limits import SCHOOLS, Limits, count, counted_span, limits_of
from intranet.extension.values import Facts, Trigger
from intranet.law import history
from intranet.law.codes import national_codes
from intranet.law.parameters import ParametersAt
from intranet.law.sessions import day_range


def triggers(facts: Facts, params: ParametersAt, known: Limits | None = None, *, plain: bool = False) -> list[Trigger]:
    """Return what the law calls for: N5 everywhere, the rest at schools; nothing with a setting type's own codes.

    After a first ``plain`` present mark only what presence can change is asked (``STEADY`` is left out).
    """
    if facts.codes is not national_codes():
        return []
    limits = known or limits_of(facts.setting, params)
    if plain:
        return _flags(facts, params, limits, _this_year(facts, limits)) if facts.setting.legal_type in SCHOOLS else []
    held = history.codes(facts.marks)
    found = list(absence.unexplained(facts, params)) if count(held, limits.without_reason) else []
    if facts.setting.legal_type in SCHOOLS:
        found += _at_schools(facts, params, limits, held)
    return found


def _at_schools(facts: Facts, params: ParametersAt, limits: Limits, held: bytes) -> list[Trigger]:
    """Return what the law asks of a school; each rule is asked only where the bytes of the marks say that it may hold."""
    found: list[Trigger] = []
    if limits.streak(held):
        found += returns.attendance(facts, params)
    this_year = _this_year(facts, limits)
    if limits.sickness(held, this_year) or (facts.pupil.records and count(held, limits.sick)):
        found += returns.sickness_return(facts, params, limits.year)
    if facts.pupil.flags & absence.TOLD and count(held, limits.unexplained):
        found += absence.told(facts)
    if count(held, limits.suspended):
        found += absence.day_six(facts, params)
    if limits.threshold is not None and count(held, limits.relevant) >= limits.threshold:
        found += penalty.threshold(facts, params)
    return found + _flags(facts, params, limits, this_year)


def _this_year(facts: Facts, limits: Limits) -> bytes:
    return history.codes(facts.marks, *day_range(*limits.year)) if limits.year else history.codes(facts.marks)


def _flags(facts: Facts, params: ParametersAt, limits: Limits, this_year: bytes) -> list[Trigger]:
    """Return persistent and severe absence in the school year, of the sessions at compulsory age (PR-4)."""
    if limits.year is None:
        return []
    span = counted_span(facts.pupil.born, *limits.year)
    if span is None:
        return []
    of_age = this_year if span == day_range(*limits.year) else history.codes(facts.marks, *span)
    if not limits.share(of_age):
        return []
    return list(absence.flags(facts, params, limits.year, span))

