"""The open steps of cases as duties on role homes, brought in line after every change of a case or of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intranet import store
from intranet.cases.models import CaseFile
from intranet.cases.steps import StepSeen
from intranet.cases.view import Case, view
from intranet.clock import LONDON
from intranet.duties.findings import roles_text
from intranet.duties.models import Duty
from intranet.extension.caller import Caller
from intranet.settings.service import SettingContext

KIND = "case_step"
URGENCY = 20
LAST_MINUTE = time(23, 59)
SET_RIGHT = ("title", "roles", "due_at", "overdue_from", "clauses")


@dataclass(frozen=True)
class Changes:
    """What stands between a case's duties and its steps."""

    new: list[dict[str, Any]]
    moved: dict[int, dict[str, Any]]
    ended: dict[int, str]  # duty id -> step

    def __bool__(self) -> bool:
        return bool(self.new or self.moved or self.ended)


def bring_in_line(w: store.Writing, case: Case, now: datetime) -> None:
    """Raise, change and end the duties of a case's steps."""
    changes = changes_of(w.conn, case, now)
    if changes.new:
        w.conn.execute(insert(Duty), changes.new)
    for duty_id, values in changes.moved.items():
        w.conn.execute(update(Duty).where(Duty.setting_id == case.state.setting_id, Duty.id == duty_id).values(values))
    for duty_id, step in changes.ended.items():
        _end(w, case, duty_id, step, now)


def changes_of(conn: Connection, case: Case, now: datetime) -> Changes:
    """Return what must change so that the duties of a case are its open steps."""
    wanted = {seen.step.key: _duty(case, seen, now) for seen in case.steps if case.state.open and seen.open}
    query = select(Duty.__table__).where(Duty.setting_id == case.state.setting_id, Duty.case_id == case.state.id, Duty.done_at.is_(None))
    known = {row["step"]: row for row in conn.execute(query).mappings()}
    both = [(row, wanted[key]) for key, row in known.items() if key in wanted]
    moved = {row["id"]: {name: to[name] for name in SET_RIGHT} for row, to in both if any(row[name] != to[name] for name in SET_RIGHT)}
    return Changes([row for key, row in wanted.items() if key not in known], moved, {row["id"]: key for key, row in known.items() if key not in wanted})


def _duty(case: Case, seen: StepSeen, now: datetime) -> dict[str, Any]:
    state, step = case.state, seen.step
    counts = seen.due is not None and seen.clock is not None and seen.clock.clock.unit == "school_days" and seen.clock.clock.first_is_one
    return {
        "setting_id": state.setting_id, "finding_id": None, "kind": KIND, "pupil_id": state.pupil_id, "group_id": None, "session_no": None,
        "anchor": state.opened_on, "limit_days": None, "title": f"{step.title} ({case.kind.label})", "roles": roles_text(seen.roles),
        "urgency": URGENCY - counts, "clauses": ", ".join(step.clauses), "raised_at": now, "due_at": _at(seen.due, LAST_MINUTE),
        "overdue_from": _at(seen.overdue_from, time()), "outcome": "", "case_id": state.id, "step": step.key,
    }  # fmt: skip


def _at(day: date | None, clock: time) -> datetime | None:
    return None if day is None else datetime.combine(day, clock, LONDON)


def _end(w: store.Writing, case: Case, duty_id: int, key: str, now: datetime) -> None:
    """End the duty of a step that is done, set aside, or no longer belongs to the case."""
    said = case.state.outcome_of(key).replace("_", " ") or ("The case is closed" if not case.state.open else "Not needed as the case stands")
    here = (Duty.setting_id == case.state.setting_id, Duty.id == duty_id, Duty.done_at.is_(None))
    w.conn.execute(update(Duty).where(*here).values(done_at=now, done_by=w.actor_id, outcome=said, position=case.state.position))


def refresh(ctx: SettingContext, caller: Caller, now: datetime) -> int:
    """Bring the duties of every open case in line with the calendar and the moment; return how many cases had something to change."""
    if not caller.catalogue.case_types:
        return 0
    with store.connection() as conn:
        ids = conn.scalars(select(CaseFile.id).where(CaseFile.setting_id == ctx.id, CaseFile.closed_at.is_(None))).all()
        stale = [case_id for case_id in ids if changes_of(conn, view(conn, ctx, caller, case_id, now), now)]
    if stale:
        with store.writing(now=now, actor_id=None) as w:
            for case_id in stale:
                bring_in_line(w, view(w.conn, ctx, caller, case_id, now), now)
    return len(stale)


__all__ = ["KIND", "bring_in_line", "changes_of", "refresh"]
