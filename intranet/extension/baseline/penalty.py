"""``PN10``: when a penalty notice must be considered; a duty to consider, never to issue (SI 2007/1867 reg 9A)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intranet.extension.baseline.common import cited
from intranet.extension.baseline.limits import counted_span
from intranet.extension.values import Facts, Trigger
from intranet.law import history
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.penalty_windows import episodes
from intranet.law.rules_penalty import Threshold


def threshold(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding each time the threshold is met anew, anchored on the day of the session that met it."""
    sessions, weeks = params.get("penalty.threshold_sessions"), params.get("penalty.window_weeks")
    if sessions is None or weeks is None:
        return
    marks = _relevant(facts, params)
    mondays = facts.setting.calendar.school_weeks(marks[0].day, marks[-1].day) if marks else []
    for met in episodes(marks, mondays, sessions, weeks):
        yield _finding(facts, params, met)


def _relevant(facts: Facts, params: ParametersAt) -> list[Mark]:
    """Return the relevant marks at compulsory age, since there has been a national threshold (PR-4)."""
    in_force = params.resolution("penalty.codes").in_force
    since = (in_force.effective_from if in_force else None) or date.min
    span = counted_span(facts.pupil.born, since, facts.as_of.date())
    found = history.only(facts.marks, facts.codes.ids(params["penalty.codes"]))
    return [mark for mark in found if span and span[0] <= mark.session_no <= span[1]]


def _finding(facts: Facts, params: ParametersAt, met: Threshold) -> Trigger:
    n, first, last = len(met.counted), met.counted[0].day, met.counted[-1].day
    return Trigger(
        "penalty_threshold", facts.pupil.id, met.met_on.day, f"{n} unauthorised sessions: consider whether to use a penalty notice",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), counted=tuple(mark.session_no for mark in met.counted),
        figures={"sessions": n, "first": first.isoformat(), "last": last.isoformat(), "met_on": met.met_on.day.isoformat(),
                 "duty": "to consider, not to issue"},
        clauses=cited(params, "penalty.threshold_sessions"), urgency=30,
    )  # fmt: skip
