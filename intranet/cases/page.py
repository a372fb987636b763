"""What the pages of a case show: its line of clocks, its tasks, its timeline in words and the list of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from intranet.cases import access, filing
from intranet.cases.clocks import ClockSeen
from intranet.cases.models import CaseFile, CasePupil
from intranet.cases.view import Case, of_state
from intranet.duties.models import Finding
from intranet.extension.caller import Caller
from intranet.extension.case_types import CaseType, Step
from intranet.law.conflicts import conflicts
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils.models import Pupil
from intranet.pupils.rules import shown_name
from intranet.settings.service import SettingContext
from intranet.store.events import Stored
from intranet.web.filters import short_day

SHOWN = 200


@dataclass(frozen=True)
class TimelineItem:
    """One line of a case's history."""

    at: datetime
    title: str
    who: str
    text: str


@dataclass(frozen=True)
class CaseLine:
    """A case as the list shows it."""

    id: int
    label: str
    pupil_id: int
    pupil: str
    stage: str
    opened_on: date
    owner: str
    clock: str
    standing: str
    gone: date | None
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Beside:
    """A finding of the law beside a case, which nothing in the case can dismiss."""

    title: str
    raised_at: datetime
    cleared_at: datetime | None


def clock_says(seen: ClockSeen, today: date) -> str:
    """Return a clock as people say it: "school day 6 of 10, due Thu 12 Nov"."""
    if seen.clock.later_of or seen.clock.not_before:
        return f"not before {short_day(seen.last, today)}" if seen.last else "not before what it waits for is recorded"
    if seen.start is None:
        return "not started"
    if not seen.clock.limit:
        return f"due {short_day(seen.last, today)}" if seen.last else "due"
    if seen.limit is None:
        return f"{seen.unit} {seen.number}, no limit is set"
    if seen.standing == "reached" and seen.last:
        return f"{seen.unit} {seen.number}; {seen.limit} were reached on {short_day(seen.last, today)}"
    due = f", due {short_day(seen.last, today)}" if seen.last else ", due after the calendar ends"
    number = f"{seen.unit} {seen.number} of {seen.limit}" if seen.number else f"{seen.limit} {seen.unit}s"
    return number + due


def nearest(case: Case) -> ClockSeen | None:
    """Return the clock that matters most now: overdue or due next; one that only counts comes last."""
    running = [seen for seen in case.clocks.values() if seen.standing in ("overdue", "due", "waiting", "reached") and seen.last and not seen.clock.not_before]
    running = [seen for seen in running if not seen.clock.later_of]
    return min(running, key=lambda seen: (seen.standing == "reached", seen.last or date.max), default=None)


# -------------------------------------------------------------------- the list


def lines(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, now: datetime, *, closed: bool) -> list[CaseLine]:
    """Return the open (or the closed) cases this person may know of, most urgent first."""
    f, p = CaseFile, Pupil
    names = (p.legal_given, p.legal_family, p.preferred_given, p.preferred_family)
    query = select(f.id, f.type, *names).join(p, and_(p.setting_id == ctx.id, p.id == f.pupil_id)).where(f.setting_id == ctx.id)
    query = query.where(f.closed_at.is_not(None) if closed else f.closed_at.is_(None)).order_by(f.opened_at.desc(), f.id.desc()).limit(SHOWN)
    known = {kind.key for kind in caller.catalogue.case_types if access.may_know(actor, ctx.id, kind)}
    rows = [row for row in conn.execute(query) if row.type in known]
    found = [_line(of_state(conn, ctx, caller, filing.load(conn, ctx.id, row.id), now), shown_name(*row[2:]), now.date()) for row in rows]
    return sorted(found, key=lambda line: (line.standing != "overdue", line.standing != "due", line.opened_on))


def _line(case: Case, name: str, today: date) -> CaseLine:
    state, clock = case.state, nearest(case)
    way = next((one.label for one in case.kind.closings if one.key == state.outcome), "")
    return CaseLine(
        state.id, case.kind.label, state.pupil_id, name, case.kind.stage_label(state.stage), state.opened_on, state.owner,
        f"{clock.clock.label}: {clock_says(clock, today)}" if clock else "", clock.standing if clock else "", state.grounds_gone, state.closed_at, way,
    )  # fmt: skip


# -------------------------------------------------------------------- the page


def beside(conn: Connection, case: Case) -> list[Beside]:
    """Return the findings of the law that stand beside a case, since it began (C-11)."""
    if not case.kind.beside:
        return []
    f = Finding
    here = (f.setting_id == case.state.setting_id, f.pupil_id == case.state.pupil_id, f.kind.in_(case.kind.beside), f.anchor >= case.state.anchor)
    rows = conn.execute(select(f.title, f.raised_at, f.cleared_at).where(*here).order_by(f.raised_at))
    return [Beside(row.title, row.raised_at, row.cleared_at) for row in rows]


def warnings(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return conflicts of the sources with their words."""
    return [(one, conflicts()[one].says) for one in ids]


def names_of(conn: Connection, setting_id: int, pupil_ids: Sequence[int]) -> dict[int, str]:
    """Return pupils' names by id."""
    p = Pupil
    query = select(p.id, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family).where(p.setting_id == setting_id, p.id.in_(list(pupil_ids)))
    return {row[0]: shown_name(*row[1:]) for row in conn.execute(query)}


def timeline(case: Case, events: Sequence[Stored], names: Mapping[int, str], caller: Caller) -> list[TimelineItem]:
    """Return everything that happened, oldest first, in words."""
    return [_item(case.kind, event, names, caller) for event in events]


def _item(kind: CaseType, event: Stored, names: Mapping[int, str], caller: Caller) -> TimelineItem:
    data = event.data
    if data is None:
        return TimelineItem(event.recorded_at, "Forgotten", "", "What was here has been removed by a redaction, which is itself on record.")
    by = data.get("by") or {}
    who = f"{by['name']}, {by['position']}" if by.get("position") else by.get("name", "Daymark")
    title, text = _said(kind, event, data, names, caller)
    return TimelineItem(event.recorded_at, title, who, text)


def _said(kind: CaseType, event: Stored, data: Mapping[str, Any], names: Mapping[int, str], caller: Caller) -> tuple[str, str]:
    what = event.kind.partition(".")[2]
    step = kind.step(data.get("key", ""))
    note = data.get("note", "")
    moved = f"Stage: {kind.stage_label(data['stage'])}." if data.get("stage") else ""
    if what in ("opened", "grounded"):
        ground = data.get("ground")
        because = f"{ground['title']}." if ground else ""
        return ("Case opened" if what == "opened" else "Another ground"), " ".join(part for part in (because, note, moved) if part)
    if what == "grounds_gone":
        return "Grounds gone", "The marks no longer call for this case. It stays open until a person closes it."
    if step is not None and what == "viewed":
        state = "decided" if data.get("complete") else "decision awaits the others"
        return f"{step.title}: {_outcome(step, data['outcome'])} ({state})", _joined(step, data, ", ".join(caller.role_label(role) for role in data["roles"]))
    if step is not None:
        words = {"step_done": _outcome(step, data.get("outcome", "")), "step_started": "in progress", "step_waived": "not needed"}[what]
        return f"{step.title}: {words}", " ".join(part for part in (_joined(step, data, ""), moved) if part)
    return _about_the_case(kind, what, data, names, note)


def _about_the_case(kind: CaseType, what: str, data: Mapping[str, Any], names: Mapping[int, str], note: str) -> tuple[str, str]:
    if what == "pupil_linked":
        return "Child linked", f"{names.get(data['pupil'], 'A child')}: {data['role']}"
    if what == "handed_over":
        return f"Handed over to {data['to_name']}", note
    if what == "closed":
        return f"Closed: {next((one.label for one in kind.closings if one.key == data['outcome']), data['outcome'])}", note
    if what in ("person_added", "document_added"):
        more = ", ".join(_plain(value) for value in data.get("fields", {}).values() if value)
        return f"{'Person' if what == 'person_added' else 'Document'}: {data['key']}", f"{note}{', ' + more if more else ''}"
    return {"noted": "Note", "reopened": "Reopened"}[what], note


def _outcome(step: Step, key: str) -> str:
    return next((choice.label for choice in step.outcomes if choice.key == key), "done")


def _joined(step: Step, data: Mapping[str, Any], roles: str) -> str:
    labels = {field.key: field for field in step.fields}
    entered = [(labels.get(key), key, value) for key, value in data.get("fields", {}).items() if value]
    said = [f"{field.label if field else key.capitalize()}: {_value(field, value)}" for field, key, value in entered]
    parts = [*([f"As {roles}"] if roles else []), *said, *([data["note"]] if data.get("note") else [])]
    return "; ".join(parts)


def _value(field: Any, value: str) -> str:
    if field is not None and field.choices:
        return next((choice.label for choice in field.choices if choice.key == value), value)
    return "yes" if field is not None and field.kind == "yes" else _plain(value)


def _plain(value: str) -> str:
    """Return a stored value as people read it: days in words."""
    try:
        return long_date(date.fromisoformat(value)) if len(value) == len("2025-01-01") else value
    except ValueError:
        return value


def of_pupil(conn: Connection, setting_id: int, pupil_id: int) -> list[Any]:
    """Return the cases a child is in, with what the child is to each, newest first."""
    f, p = CaseFile, CasePupil
    query = select(f.id, f.type, f.stage, f.opened_on, f.closed_at, p.role).join(p, and_(p.setting_id == setting_id, p.case_id == f.id))
    return list(conn.execute(query.where(f.setting_id == setting_id, p.pupil_id == pupil_id).order_by(f.opened_at.desc())))


__all__ = ["Beside", "CaseLine", "TimelineItem", "beside", "clock_says", "lines", "names_of", "nearest", "of_pupil", "timeline", "warnings"]
