"""When the placing authority is told of absence without permission (OTE-13), and who is told with it (OTE-14, OTE-15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from intranet.extension.api import CaseFacts, Facts, ParametersAt, Step, Trigger, end_of
from intranet.law.runs import Run, due_from, runs
from intranet.law.sessions import day_of

KIND = "without_permission"  # the run of absence that ``cme.run_kind`` may name: G, N and O
WITHOUT_PERMISSION = ("G", "N", "O")
#: A flag of the pupil, the body that is told because of it, and the step of doing so.
BECAUSE_OF: Mapping[str, tuple[str, str]] = MappingProxyType({
    "social_worker": ("social_worker", "tell_social_worker"), "looked_after": ("virtual_school", "tell_virtual_school"),
})  # fmt: skip
CHANGE = ("One of these sessions amended to leave that was given, or to a session attended.",)


def cme_run(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield each run without permission that came to the days, anchored on its first school day (R-02, R-06)."""
    days = params.get("cme.run_days")
    counted = facts.codes.ids(WITHOUT_PERMISSION) if params.get("cme.run_kind") == KIND else frozenset()
    absent = [mark.session_no for mark in facts.marks if mark.code_id in counted]
    if days is None or len(absent) < days:
        return
    not_held = facts.codes.ids(params.get("register.not_held_codes", ()))
    marks = {mark.session_no: mark.code_id for mark in facts.marks}
    for run in runs(marks, counted, due_from(facts.setting.calendar, own=facts.due), facts.as_of.date(), not_held):
        if run.days >= days:
            yield _tells(facts, run, run.dates[days - 1], tuple(no for no in absent if run.first <= day_of(no) <= run.last))


def _tells(facts: Facts, run: Run, reached: date, counted: tuple[int, ...]) -> Trigger:
    bodies = [body for flag, (body, _) in BECAUSE_OF.items() if flag in facts.pupil.flags]
    return Trigger(
        "cme_run", facts.pupil.id, run.first, f"{run.days} school days absent without permission: tell the placing authority",
        tell=("LA", *bodies), due=end_of(reached, facts.as_of), counted=counted,
        figures={"run_days": run.days, "run_start": run.first.isoformat(), "reached": reached.isoformat()},
        clauses=("OTE-13", *(("OTE-14",) if "social_worker" in bodies else ()), *(("OTE-15",) if "virtual_school" in bodies else ())),
        urgency=5, would_change=CHANGE,
    )  # fmt: skip


def case_steps(case: CaseFacts) -> tuple[Step, ...]:
    """Return the steps of a case without those that the pupil's flags do not call for."""
    uncalled = {step for flag, (_, step) in BECAUSE_OF.items() if flag not in case.flags}
    return tuple(step for step in case.type.steps if step.key not in uncalled)
