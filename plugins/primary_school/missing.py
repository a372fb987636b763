"""When the procedure for children missing education begins (ASC-23): so many school days on end without an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intranet.extension.api import Facts, ParametersAt, Trigger, with_meaning
from intranet.law.runs import Run, due_from, runs
from intranet.law.sessions import day_of

TOLD = ("dsl", "business_manager", "headteacher")
KIND = "unexplained"  # the run of absence that ``cme.run_kind`` may name
BREAKS = 0x7FFF  # stands for a mark that ends the run, whatever its code
NO_REASON = "O"
CHANGE = ("A reason from the family, entered on the marks of these days.", "A session among them that the pupil attended.")


def cme_run(facts: Facts, params: ParametersAt) -> Iterator[Trigger]:
    """Yield each run that opens the procedure, anchored on its first school day: N, or O without a reason, in every session (R-02, R-04)."""
    days = params.get("cme.run_days")
    absent = unexplained(facts) if params.get("cme.run_kind") == KIND else {}
    if days is None or len(absent) < days:
        return
    not_held = facts.codes.ids(params.get("register.not_held_codes", ()))
    marks = {mark.session_no: mark.code_id if mark.session_no in absent or mark.code_id in not_held else BREAKS for mark in facts.marks}
    due = due_from(facts.setting.calendar, own=facts.due)
    for run in runs(marks, frozenset(absent.values()), due, facts.as_of.date(), not_held):
        if run.days >= days:
            yield _opens(facts, run, run.dates[days - 1], tuple(no for no in absent if run.first <= day_of(no) <= run.last))


def unexplained(facts: Facts) -> dict[int, int]:
    """Return the sessions without an explanation, with their codes (R-04)."""
    no_reason = facts.codes.ids((NO_REASON,))
    found = {mark.session_no: mark.code_id for mark in with_meaning(facts, (KIND,))}
    return found | {mark.session_no: mark.code_id for mark in facts.marks if mark.code_id in no_reason and mark.session_no not in facts.notes}


def _opens(facts: Facts, run: Run, reached: date, counted: tuple[int, ...]) -> Trigger:
    return Trigger(
        "cme_run", facts.pupil.id, run.first, f"{run.days} school days absent without an explanation: procedure for children missing education",
        tell=TOLD, counted=counted, figures={"run_days": run.days, "run_start": run.first.isoformat(), "reached": reached.isoformat()},
        clauses=("ASC-23",), urgency=5, would_change=CHANGE,
    )  # fmt: skip
