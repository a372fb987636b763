"""``PN10``: when a penalty notice must be considered; a duty to consider, never to issue (SI 2007/1867 reg 9A)."""

from __future__ import annotations

from collections.abc import Iterator

from intranet.extension.baseline.common import reasons
from intranet.extension.values import Facts, Trigger
from intranet.law import history
from intranet.law.answers import Answer, answer
from intranet.law.parameters import ParametersAt
from intranet.law.penalty_windows import episodes
from intranet.law.rules_penalty import AbsenceFacts, Threshold, relevant


def threshold(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one finding each time the threshold is met anew, anchored on the day of the session that met it."""
    known = AbsenceFacts(tuple(history.only(facts.marks, facts.codes.ids(params["penalty.codes"]))), (), facts.pupil.born, facts.codes)
    marks = relevant(known, params)
    sessions, weeks = params["penalty.threshold_sessions"], params["penalty.window_weeks"]
    mondays = facts.setting.calendar.school_weeks(marks[0].day, marks[-1].day) if marks else []
    for met in episodes(marks, mondays, sessions, weeks):
        says = f"{len(met.counted)} unauthorised sessions; a notice must be considered from {sessions} in {weeks} school weeks on end."
        change = ("An amendment of one of these sessions to another code, when fewer than the threshold are left.",)
        yield _finding(facts, answer("PN10", True, says, params, on=met.met_on.day, would_change=change), params, met)


def _finding(facts: Facts, answer: Answer, params: ParametersAt, met: Threshold) -> Trigger:
    n, first, last = len(met.counted), met.counted[0].day, met.counted[-1].day
    return Trigger(
        "penalty_threshold", facts.pupil.id, met.met_on.day, f"{n} unauthorised sessions: consider whether to use a penalty notice",
        tell=("attendance_lead", "head"), assign=("attendance_lead", "head"), counted=tuple(mark.session_no for mark in met.counted),
        figures={"sessions": n, "first": first.isoformat(), "last": last.isoformat(), "met_on": met.met_on.day.isoformat(),
                 "duty": "to consider, not to issue"},
        urgency=30, **reasons(answer, params),
    )  # fmt: skip
