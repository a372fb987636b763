"""The alternative provision policy's rules, as pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from intranet.extension.api import Assessment, Facts, ParametersAt, Request, Trigger, with_meaning
from intranet.law import counting
from intranet.law.ages import age_on
from intranet.law.rules_figures import sa
from plugins.alternative_provision import plans

ABSENT = ("authorised", "unauthorised", "unexplained")


def own_threshold(facts: Facts) -> Iterator[Trigger]:
    """Yield stage 2 when attendance is under the threshold agreed for this pupil; exactly at it is not under (SEN-081, R-11)."""
    records = [record for record in facts.pupil.records if record.kind == "threshold"]
    if not records:
        return
    record = max(records, key=lambda one: (one.first, one.id))
    share, counts = Fraction(str(record.data["share"])), counting.count(facts.marks, facts.codes)
    if counts.attendance is None or counts.attendance >= share:
        return
    yield Trigger(
        "stage_2", facts.pupil.id, record.first,
        f"Under the agreed threshold: {counting.shown(counts.attendance)}, agreed {counting.shown(share)}",
        tell=("attendance_lead",), assign=("attendance_lead",),
        figures={"rate_percent": str(counting.percent(counts.attendance)), "threshold": str(share), "possible": counts.possible},
        clauses=("SEN-081",), urgency=40, counted=tuple(mark.session_no for mark in with_meaning(facts, ABSENT)),
        would_change=("Attendance at the agreed share or above: exactly at it is enough.", "Another threshold agreed for this pupil."),
    )  # fmt: skip


def severe_absence(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield stage 3 when the share missed is severe; the policy gives no number, so the national one stands (SEN-087)."""
    rate = params.get("metrics.severe_rate")
    absent = with_meaning(facts, ABSENT)
    if rate is None or not absent:
        return
    counts = counting.count(facts.marks, facts.codes)
    if counting.severe(counts, rate):
        lead = ("attendance_lead",) if counts.possible >= params["stage3.min_sessions"] else ()
        yield Trigger(
            "stage_3", facts.pupil.id, absent[0].day, f"Severe absence: {counts.absent} of {counts.possible} missed", tell=lead, assign=lead,
            figures={"possible": counts.possible, "missed": counts.absent}, clauses=("SEN-087",), urgency=30,
            rule="SA", would_change=sa(counts, params).would_change,
        )  # fmt: skip


def persistent_lateness(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield one pattern a half-term, to be talked over with parents and, in model B, the home school (SEN-065 to SEN-067)."""
    needed = params.get("lateness.persistent_count")
    if needed is None:
        return
    home = facts.pupil.placement is not None and facts.pupil.placement.model != plans.OWN_REGISTER
    for period, late in counting.by_half_term(with_meaning(facts, ("late",)), facts.setting.calendar).items():
        if len(late) >= needed:
            yield Trigger(
                "persistent_lateness", facts.pupil.id, period.first, f"Persistent lateness: {len(late)} late marks in {period.name}",
                tell=("attendance_lead", "home_school") if home else ("attendance_lead",), assign=("attendance_lead",),
                counted=tuple(mark.session_no for mark in late), figures={"count": len(late)},
                clauses=("SEN-065", "SEN-066", "SEN-067") if home else ("SEN-065", "SEN-066"), urgency=60,
                would_change=(f"Late marks amended until fewer than {needed} are left.", "The next half-term begins again from nothing."),
            )  # fmt: skip


def admission(request: Request, params: ParametersAt) -> Assessment:
    """Return what is missing and whether the pupil's age is in the range the provision is for (SEN-002, SEN-017)."""
    missing = ["placement model"] if not request.data.get("model") else []
    warnings, figures = [], {}
    if request.pupil.born is not None:
        age = figures["age"] = age_on(request.pupil.born, request.on)
        low, high = params["ap.age_min"], params["ap.age_max"]
        if not low <= age <= high:
            warnings.append(f"The pupil is {age} on the start date; the provision is for ages {low} to {high}. The Head of Provision is told (SEN-002).")
    if request.data.get("model") == "model_b" and not request.data.get("pattern"):
        warnings.append("No commissioned sessions are written in the agreement, so no register will expect this pupil: add the pattern (SEN-036).")
    return Assessment(
        not missing, missing=tuple(missing), warnings=tuple(warnings), figures=figures, clauses=("SEN-002", "SEN-017"),
        tell=("head_of_provision",) if warnings else (),
    )  # fmt: skip
