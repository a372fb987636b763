"""Marks and packed pupil-years, written together in the save's own transaction, and how they are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, bindparam, delete, exists, select

from intranet.law import packed as packing
from intranet.law.history import History, Year
from intranet.law.marks import Mark
from intranet.law.sessions import day_of
from intranet.store.events import Stored
from intranet.store.prepared import Prepared
from intranet.store.registers import MarkRow, RegisterData, decode, encode
from intranet.store.rows import insert, put
from intranet.store.scope import current
from intranet.store.tables import mark, mark_note, pupil_year
from intranet.store.writing import Writing

__all__ = [
    "MarkRow",
    "Packed",
    "RegisterData",
    "StoredMark",
    "decode",
    "encode",
    "for_session",
    "histories",
    "packed",
    "read",
    "save_state",
    "write",
    "year",
    "year_of",
]


#: (layout, packed year) by (pupil, storage year).
Packed = Mapping[tuple[int, int], tuple[str, bytes]]


class StoredMark(NamedTuple):
    """A mark as it stands, with the position of the event that wrote it."""

    session_no: int
    pupil_id: int
    code_id: int
    minutes: int | None
    position: int
    note: str | None = None
    source: str | None = None


def year_of(session_no: int) -> int:
    """Return the storage year of a session: the calendar year in which it began."""
    return packing.year_start(day_of(session_no)).year


def write(w: Writing, setting_id: int, position: int, layout: str, changes: Sequence[MarkRow]) -> Packed:
    """Store marks, their notes and the pupils' packed years, which come back with the years before them; code id 0 takes a mark away."""
    if not changes:
        return {}
    kept = [row for row in changes if row.code_id]
    current().require(setting_id)
    insert(w.conn, mark, [_mark_row(setting_id, position, row) for row in kept])
    _remove(w.conn, mark, setting_id, [row for row in changes if not row.code_id])
    years, noted = _pack(w.conn, setting_id, layout, changes)
    if noted:
        _remove(w.conn, mark_note, setting_id, changes)
    insert(w.conn, mark_note, [_note_row(setting_id, position, row) for row in kept if row.note])
    return years


def _mark_row(setting_id: int, position: int, row: MarkRow) -> tuple[int, int, int, int, int | None, int]:
    return setting_id, row.session_no, row.pupil_id, row.code_id, row.minutes, position


def _note_row(setting_id: int, position: int, row: MarkRow) -> tuple[int, int, int, str | None, str | None, int]:
    return setting_id, row.session_no, row.pupil_id, row.note, row.source, position


def _remove(conn: Connection, table: Table, setting_id: int, rows: Sequence[MarkRow]) -> None:
    if rows:
        key = (table.c.session_no == bindparam("at"), table.c.pupil_id == bindparam("pupil"))
        gone = delete(table).where(table.c.setting_id == bindparam("here"), *key)
        conn.execute(gone, [{"here": setting_id, "at": row.session_no, "pupil": row.pupil_id} for row in rows])


_NOTED = exists().where(
    mark_note.c.setting_id == bindparam("here"),
    mark_note.c.session_no.in_(bindparam("sessions", expanding=True)),
    mark_note.c.pupil_id.in_(bindparam("pupils", expanding=True)),
)
_YEARS = Prepared(
    select(pupil_year.c.year, pupil_year.c.pupil_id, pupil_year.c.layout, pupil_year.c.packed, _NOTED.label("noted")).where(
        pupil_year.c.setting_id == bindparam("here"),
        pupil_year.c.year.in_(bindparam("years", expanding=True)),
        pupil_year.c.pupil_id.in_(bindparam("pupils", expanding=True)),
    )
)


def _pack(conn: Connection, setting_id: int, layout: str, changes: Iterable[MarkRow]) -> tuple[Packed, bool]:
    """Put the changes into the packed years; return these and the ones before, and whether any of these marks may have had a note."""
    by_year: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    years: dict[int, int] = {}
    for row in changes:
        year = years.get(row.session_no) or years.setdefault(row.session_no, year_of(row.session_no))
        by_year[year, row.pupil_id].append((row.session_no, row.code_id))
    pupils = sorted({pupil for _, pupil in by_year})
    asked = {*years.values(), *(year - 1 for year in years.values())}
    wanted = {"here": setting_id, "years": sorted(asked), "pupils": pupils, "sessions": sorted(years)}
    found = _YEARS.all(conn, wanted)
    before = {(row.year, row.pupil_id): row.packed for row in found}
    after = write_years(conn, setting_id, layout, by_year, before)
    every = {(row.pupil_id, row.year): (row.layout, row.packed) for row in found}
    every |= {(pupil, year): (layout, blob) for (year, pupil), blob in after.items()}
    return every, any(row.noted for row in found)


def write_years(
    conn: Connection,
    setting_id: int,
    layout: str,
    changes: Mapping[tuple[int, int], Iterable[tuple[int, int]]],
    before: Mapping[tuple[int, int], bytes],
) -> dict[tuple[int, int], bytes]:
    """Store packed years by (year, pupil) and return them: what stood before with the (session number, code id) changes put in."""
    starts: dict[int, date] = {}
    made: dict[tuple[int, int], bytes] = {}
    for (year, pupil), pairs in changes.items():
        start = starts.get(year) or starts.setdefault(year, date(year, packing.FIRST_MONTH, 1))
        made[year, pupil] = packing.with_marks(before.get((year, pupil)) or packing.empty(layout), start, pairs)
    insert(conn, pupil_year, [(setting_id, year, pupil, layout, blob) for (year, pupil), blob in made.items()])
    return made


def save_state(
    w: Writing, stored: Stored, session_no: int, group_id: int, *, marked: int, from_paper: bool = False
) -> None:
    """Record that a register was saved; ``marked`` is how many of its pupils have a mark now."""
    put(w.conn, [state_row(stored.__dict__, session_no, group_id, marked, from_paper)])


def state_row(
    saved: Mapping[str, Any], session_no: int, group_id: int, marked: int, from_paper: bool = False
) -> dict[str, Any]:
    """Return the register state that an event's row makes."""
    return {
        "setting_id": saved["setting_id"],
        "session_no": session_no,
        "group_id": group_id,
        "position": saved["position"],
        "first_saved_at": saved["recorded_at"],
        "saved_at": saved["recorded_at"],
        "saved_by": saved["actor_id"],
        "marked": marked,
        "from_paper": from_paper,
    }


_READ = select(
    mark.c.session_no,
    mark.c.pupil_id,
    mark.c.code_id,
    mark.c.minutes,
    mark.c.position,
    mark_note.c.note,
    mark_note.c.source,
).outerjoin_from(
    mark,
    mark_note,
    and_(
        mark_note.c.setting_id == mark.c.setting_id,
        mark_note.c.session_no == mark.c.session_no,
        mark_note.c.pupil_id == mark.c.pupil_id,
    ),
)


_OF_SESSIONS = _READ.where(
    mark.c.setting_id == bindparam("here"), mark.c.session_no.in_(bindparam("sessions", expanding=True))
).order_by(mark.c.session_no, mark.c.pupil_id)
_SESSIONS = Prepared(_OF_SESSIONS)
_SESSIONS_OF_PUPILS = Prepared(_OF_SESSIONS.where(mark.c.pupil_id.in_(bindparam("pupils", expanding=True))))


def for_session(
    conn: Connection, setting_id: int, session_nos: Iterable[int], pupil_ids: Iterable[int] | None = None
) -> list[StoredMark]:
    """Return the marks of some sessions, by session and pupil, with their notes."""
    wanted: dict[str, Any] = {"here": setting_id, "sessions": list(session_nos)}
    query = _SESSIONS if pupil_ids is None else _SESSIONS_OF_PUPILS
    rows = query.all(conn, wanted if pupil_ids is None else {**wanted, "pupils": list(pupil_ids)})
    return [StoredMark(*row) for row in rows]


_OF_YEARS = select(pupil_year.c.pupil_id, pupil_year.c.year, pupil_year.c.layout, pupil_year.c.packed).where(
    pupil_year.c.setting_id == bindparam("here"), pupil_year.c.year.in_(bindparam("years", expanding=True))
)
_PACKED = Prepared(_OF_YEARS)
_PACKED_OF_PUPILS = Prepared(_OF_YEARS.where(pupil_year.c.pupil_id.in_(bindparam("pupils", expanding=True))))


def packed(
    conn: Connection, setting_id: int, years: Iterable[int], pupil_ids: Iterable[int] | None = None
) -> dict[tuple[int, int], tuple[str, bytes]]:
    """Return (layout, packed year) by (pupil, year), of some pupils or the whole setting."""
    wanted: dict[str, Any] = {"here": setting_id, "years": list(years)}
    query = _PACKED if pupil_ids is None else _PACKED_OF_PUPILS
    rows = query.all(conn, wanted if pupil_ids is None else {**wanted, "pupils": list(pupil_ids)})
    return {(pupil, year): (layout, blob) for pupil, year, layout, blob in rows}


def histories(conn: Connection, setting_id: int, pupil_ids: Iterable[int], years: Iterable[int]) -> dict[int, History]:
    """Return each pupil's marks of some storage years, oldest first, unpacked as they are read."""
    pupils = list(pupil_ids)
    return read(packed(conn, setting_id, years, pupils), pupils)


def read(years: Packed, pupil_ids: Iterable[int]) -> dict[int, History]:
    """Return each pupil's marks as packed years hold them."""
    found: dict[int, list[Year]] = {pupil: [] for pupil in pupil_ids}
    for (pupil, at), (layout, blob) in sorted(years.items()):
        if pupil in found:
            found[pupil].append((layout, date(at, packing.FIRST_MONTH, 1), blob))
    return {pupil: History(stored) for pupil, stored in found.items()}


def year(conn: Connection, setting_id: int, pupil_ids: Iterable[int], years: Iterable[int]) -> dict[int, list[Mark]]:
    """Return each pupil's marks of some storage years, oldest first (minutes are not in the packed years)."""
    pupils = list(pupil_ids)
    history: dict[int, list[Mark]] = {pupil: [] for pupil in pupils}
    for (pupil, at), (layout, blob) in sorted(packed(conn, setting_id, years, pupils).items()):
        pairs = packing.marks(blob, layout, date(at, packing.FIRST_MONTH, 1))
        history[pupil].extend(Mark(session_no, code_id) for session_no, code_id in pairs)
    return history
