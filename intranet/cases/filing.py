"""The case's file: one more event and the rows that lists need, in one transaction; and the rows made again from the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from intranet import store
from intranet.cases.models import CaseFile, CasePupil
from intranet.cases.state import PREFIX, CaseState, apply, fold
from intranet.errors import NotFound
from intranet.people import Actor
from intranet.store import events
from intranet.store.tables import event as event_table

ABOUT = "the child it is about"


def stream(case_id: int) -> str:
    """Return the stream of a case's events."""
    return f"case:{case_id}"


def load(conn: Connection, setting_id: int, case_id: int) -> CaseState:
    """Return a case from its events; raise NotFound when the setting has none of that id."""
    found = events.read(conn, setting_id, stream=stream(case_id))
    if not found:
        raise NotFound
    return fold(setting_id, case_id, found)


def history(conn: Connection, setting_id: int, case_id: int) -> list[events.Stored]:
    """Return everything that happened in a case, oldest first."""
    return events.read(conn, setting_id, stream=stream(case_id))


def begin(w: store.Writing, setting_id: int, data: Mapping[str, Any], by: Actor | None, request_id: str | None = None) -> CaseState:
    """Return a new case with its first event and its row."""
    blank = {
        "type": data["type"], "pupil_id": data["pupil"], "stage": data["stage"], "anchor": w.now.date(), "opened_on": w.now.date(), "opened_at": w.now,
        "version": 0, "position": 0, "outcome": "",
    }  # fmt: skip
    events.refuse_seen(w.conn, setting_id, request_id)
    case_id = w.conn.execute(insert(CaseFile).values(setting_id=setting_id, **blank).returning(CaseFile.id)).scalar_one()
    return record(w, CaseState(int(case_id), setting_id), "opened", data, by, request_id)


def record(
    w: store.Writing, state: CaseState, kind: str, data: Mapping[str, Any], by: Actor | None, request_id: str | None = None
) -> CaseState:
    """Return the case after one more event, its row brought in line; raise RequestSeen for a repeat."""
    said = dict(data) | ({"by": {"name": by.name, "position": by.position_title or by.role_label(state.setting_id)}} if by else {})
    stored = w.append(
        setting_id=state.setting_id, stream=stream(state.id), kind=f"{PREFIX}{kind}", data=said, occurred_on=w.now.date(), request_id=request_id
    )
    new = apply(state, stored)
    _file(w.conn, new)
    return new


def _file(conn: Connection, state: CaseState) -> None:
    here = (CaseFile.setting_id == state.setting_id, CaseFile.id == state.id)
    conn.execute(update(CaseFile).where(*here).values(**row_of(state)))
    _link(conn, state)


def row_of(state: CaseState) -> dict[str, Any]:
    """Return the row of a case."""
    return {
        "type": state.type, "pupil_id": state.pupil_id, "stage": state.stage, "anchor": state.anchor, "opened_on": state.opened_on,
        "opened_at": state.opened_at, "grounds_gone": state.grounds_gone, "closed_at": state.closed_at, "outcome": state.outcome,
        "owner_id": state.owner_id, "version": state.version, "position": state.position,
    }  # fmt: skip


def children(state: CaseState) -> dict[int, str]:
    """Return the children of a case with what each is to it."""
    return {state.pupil_id: ABOUT, **state.linked}


def _link(conn: Connection, state: CaseState) -> None:
    mine = (CasePupil.setting_id == state.setting_id, CasePupil.case_id == state.id)
    known = {row.pupil_id: row.role for row in conn.execute(select(CasePupil.pupil_id, CasePupil.role).where(*mine))}
    wanted = children(state)
    if known == wanted:
        return
    conn.execute(delete(CasePupil).where(*mine))
    conn.execute(insert(CasePupil), [{"setting_id": state.setting_id, "case_id": state.id, "pupil_id": p, "role": r} for p, r in wanted.items()])


# -------------------------------------------------------------------- again from the events


def every(conn: Connection, setting_id: int) -> list[CaseState]:
    """Return every case of a setting from its events alone."""
    query = select(event_table).where(event_table.c.setting_id == setting_id, event_table.c.stream.like("case:%"))
    by_case: dict[int, list[events.Stored]] = {}
    for row in conn.execute(query.order_by(event_table.c.position)).mappings():
        found = events.stored(row)
        by_case.setdefault(int(found.stream.partition(":")[2]), []).append(found)
    return [fold(setting_id, case_id, found) for case_id, found in sorted(by_case.items())]


def differences(conn: Connection, setting_id: int) -> list[tuple[int, Any, Any]]:
    """Return the cases whose rows are not what their events make: id, what is there, what should be."""
    f = CaseFile
    kept = {row["id"]: dict(row) for row in conn.execute(select(f.__table__).where(f.setting_id == setting_id)).mappings()}
    links = _links(conn, setting_id)
    found = []
    for state in every(conn, setting_id):
        row = kept.pop(state.id, None)
        there = ({key: row[key] for key in row_of(state)}, links.get(state.id, {})) if row else None
        should = (row_of(state), children(state))
        if there != should:
            found.append((state.id, there, should))
    return found + [(case_id, row, None) for case_id, row in kept.items()]


def _links(conn: Connection, setting_id: int) -> dict[int, dict[int, str]]:
    p = CasePupil
    found: dict[int, dict[int, str]] = {}
    for row in conn.execute(select(p.case_id, p.pupil_id, p.role).where(p.setting_id == setting_id)):
        found.setdefault(row.case_id, {})[row.pupil_id] = row.role
    return found


def rebuild(w: store.Writing, setting_id: int) -> int:
    """Write the rows of a setting's cases again from their events and return how many there are."""
    states = every(w.conn, setting_id)
    w.conn.execute(delete(CasePupil).where(CasePupil.setting_id == setting_id))
    w.conn.execute(delete(CaseFile).where(CaseFile.setting_id == setting_id))
    for state in states:
        w.conn.execute(insert(CaseFile).values(id=state.id, setting_id=setting_id, **row_of(state)))
        _link(w.conn, state)
    return len(states)


def of_pupils(conn: Connection, setting_id: int, pupil_ids: Iterable[int], *, only_open: bool = True) -> list[Any]:
    """Return the rows of the cases of some pupils, newest first."""
    f = CaseFile
    query = select(f.__table__).where(f.setting_id == setting_id, f.pupil_id.in_(list(pupil_ids)))
    if only_open:
        query = query.where(f.closed_at.is_(None))
    return list(conn.execute(query.order_by(f.opened_at.desc(), f.id.desc())))


__all__ = ["begin", "children", "differences", "every", "history", "load", "of_pupils", "rebuild", "record", "row_of", "stream"]
