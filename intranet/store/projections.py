"""What the marks, notes and packed years must be, given the events; and what differs from that."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, select

from intranet.law import packed as packing
from intranet.store import bulk
from intranet.store.kinds import mark_kinds
from intranet.store.registers import unpack_bytes, unpack_ids
from intranet.store.rows import insert, put
from intranet.store.tables import event, mark, mark_note, pupil_year, register_state
from intranet.store.writing import Writing, connection

Cell = tuple[int, int | None, int]  # code id, minutes, position
Note = tuple[str, str | None, int]  # note, source, position


@dataclass(frozen=True)
class Difference:
    """A row that is not what the events say: where it is, what was found there and what should be."""

    table: str
    key: tuple[int, ...]
    found: Any
    expected: Any

    def __str__(self) -> str:
        return f"{self.table} {self.key}: found {self.found!r}, the events say {self.expected!r}"


@dataclass(frozen=True, slots=True)
class Save:
    """What one event wrote: its marks and notes by pupil, and the group whose register it saved."""

    position: int
    session_no: int
    group_id: int | None
    cells: dict[int, Cell]
    notes: dict[int, Note]
    recorded_at: datetime
    actor_id: int | None
    from_paper: bool


@dataclass(frozen=True)
class Log:
    """The saves of a setting by session, in order, and the positions of events whose data is gone or cannot be read."""

    by_session: Mapping[int, list[Save]]
    forgotten: frozenset[int]


def register_log(conn: Connection, setting_id: int) -> Log:
    """Return every event that wrote marks."""
    columns = (event.c.position, event.c.kind, event.c.data, event.c.recorded_at, event.c.actor_id)
    query = select(*columns).where(event.c.setting_id == setting_id, event.c.kind.in_(mark_kinds()))
    by_session: dict[int, list[Save]] = defaultdict(list)
    forgotten = set()
    for row in conn.execute(query.order_by(event.c.position)):
        save = _save_of(row)
        if save is None:
            forgotten.add(row.position)
        else:
            by_session[save.session_no].append(save)
    return Log(by_session, frozenset(forgotten))


def _save_of(row: Any) -> Save | None:
    """Return what an event wrote; None when its data is gone or damaged (the chain says which)."""
    try:
        return None if row.data is None else _read_save(row, json.loads(row.data))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _read_save(row: Any, data: Mapping[str, Any]) -> Save:
    position, pupils, minutes = row.position, unpack_ids(data["p"]), data.get("m")
    pairs = zip(pupils, unpack_bytes(data["c"]), strict=True)
    if minutes:
        cells: dict[int, Cell] = {p: (c, minutes.get(str(i)), position) for i, (p, c) in enumerate(pairs)}
    else:
        cells = {p: (c, None, position) for p, c in pairs}
    sources = data.get("k", {})
    notes = {pupils[int(i)]: (note, sources.get(i), position) for i, note in data.get("n", {}).items()}
    group = data.get("g") if row.kind == "register.saved" else None
    paper = "paper" in data or data.get("src") == "paper"
    return Save(position, int(data["s"]), group, cells, notes, row.recorded_at, row.actor_id, paper)


def session_marks(saves: list[Save]) -> tuple[dict[int, Cell], dict[int, Note]]:
    """Return the marks and notes of one session, by pupil, after its events in order."""
    cells: dict[int, Cell] = {}
    notes: dict[int, Note] = {}
    for save in saves:
        cells.update(save.cells)
        if notes:
            notes = {pupil: note for pupil, note in notes.items() if pupil not in save.cells}
        notes.update(save.notes)
    cells = {pupil: cell for pupil, cell in cells.items() if cell[0]}
    return cells, {pupil: note for pupil, note in notes.items() if pupil in cells}


def differences(setting_id: int) -> list[Difference]:
    """Return everything in a setting's projections that does not match its events."""
    with connection() as conn:
        return list(differences_on(conn, setting_id))


def differences_on(conn: Connection, setting_id: int) -> Iterator[Difference]:
    """Yield every mark, note, packed year and register state that does not match the events."""
    log = register_log(conn, setting_id)
    notes: dict[tuple[int, int], Note] = {}
    years = bulk.Years()
    for session_no, found in _rows_by_session(conn, setting_id, sorted(log.by_session)):
        cells, noted = session_marks(log.by_session.get(session_no, []))
        notes.update({(session_no, pupil): note for pupil, note in noted.items()})
        try:
            years.add(session_no, ((pupil, cell[0]) for pupil, cell in found.items()))
        except (ValueError, TypeError, ArithmeticError):
            yield Difference("mark", (setting_id, session_no), "marks that cannot be read", f"{len(cells)} marks")
        if found != cells:
            yield from _differing("mark", (setting_id, session_no), found, cells, log.forgotten, 2)
    yield from _note_differences(conn, setting_id, notes, log.forgotten)
    yield from _year_differences(conn, setting_id, years)
    yield from _state_differences(conn, setting_id, log)


def _rows_by_session(conn: Connection, setting_id: int, logged: list[int]) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield the marks found in each session that has marks or events, in order."""
    query = select(mark.c.session_no, mark.c.pupil_id, mark.c.code_id, mark.c.minutes, mark.c.position)
    rows = conn.execution_options(yield_per=10_000).execute(
        query.where(mark.c.setting_id == setting_id).order_by(mark.c.session_no, mark.c.pupil_id)
    )
    waiting = iter(logged)
    awaited = next(waiting, None)
    for session_no, group in groupby(rows, key=itemgetter(0)):
        while awaited is not None and awaited < session_no:
            yield awaited, {}
            awaited = next(waiting, None)
        if awaited == session_no:
            awaited = next(waiting, None)
        yield session_no, {row[1]: (row[2], row[3], row[4]) for row in group}
    while awaited is not None:
        yield awaited, {}
        awaited = next(waiting, None)


def _differing(
    table: str,
    key: tuple[int, ...],
    found: Mapping[int, Any],
    expected: Mapping[int, Any],
    forgotten: frozenset[int],
    at: int,
) -> Iterator[Difference]:
    for pupil in found.keys() | expected.keys():
        is_there, should_be = found.get(pupil), expected.get(pupil)
        if is_there != should_be and not _by_forgotten(is_there, should_be, forgotten, at):
            yield Difference(table, (*key, pupil), is_there, should_be)


def _by_forgotten(is_there: Any, should_be: Any, forgotten: frozenset[int], at: int) -> bool:
    """Return whether a row was written by an event that was forgotten since, after the one that can still be read."""
    return is_there is not None and is_there[at] in forgotten and (not should_be or should_be[at] < is_there[at])


def _note_differences(
    conn: Connection, setting_id: int, expected: dict[tuple[int, int], Note], forgotten: frozenset[int]
) -> Iterator[Difference]:
    query = select(mark_note).where(mark_note.c.setting_id == setting_id)
    found = {(r.session_no, r.pupil_id): (r.note, r.source, r.position) for r in conn.execute(query)}
    for key in found.keys() | expected.keys():
        is_there, should_be = found.get(key), expected.get(key)
        if is_there != should_be and not _by_forgotten(is_there, should_be, forgotten, 2):
            yield Difference("mark_note", (setting_id, *key), is_there, should_be)


def _year_differences(conn: Connection, setting_id: int, years: bulk.Years) -> Iterator[Difference]:
    """Yield the packed years that do not hold exactly the marks of their pupil."""
    expected = {key: list(pairs) for key, pairs in years.changes().items()}
    query = select(pupil_year.c.year, pupil_year.c.pupil_id, pupil_year.c.layout, pupil_year.c.packed)
    for year, pupil, layout, blob in conn.execute(query.where(pupil_year.c.setting_id == setting_id)):
        should_be = expected.pop((year, pupil), [])
        try:
            is_there = list(packing.marks(blob, layout, date(year, packing.FIRST_MONTH, 1)))
        except (ValueError, ArithmeticError, packing.struct.error):
            is_there = None
        if is_there != should_be:
            yield Difference("pupil_year", (setting_id, year, pupil), _brief(is_there), _brief(should_be))
    for (year, pupil), should_be in expected.items():
        yield Difference("pupil_year", (setting_id, year, pupil), None, _brief(should_be))


def _brief(pairs: list[tuple[int, int]] | None) -> str:
    return "bytes that are no packed year" if pairs is None else f"{len(pairs)} marks"


#: Position, saved at, saved by, from paper, first saved at, and how many were marked (which the events do not prove).
State = tuple[int, datetime, int | None, bool, datetime, int]


def register_states(log: Log) -> dict[tuple[int, int], State]:
    """Return the state of every register, by session and group, after its events in order."""
    saves = ((save.session_no, save) for session in log.by_session.values() for save in session)
    states: dict[tuple[int, int], State] = {}
    marked: dict[tuple[int, int], set[int]] = defaultdict(set)
    for at, save in saves:
        if save.group_id is None:
            continue
        key = (at, save.group_id)
        marked[key] |= save.cells.keys()
        paper, first = states[key][3:5] if key in states else (False, save.recorded_at)
        paper = paper or save.from_paper
        states[key] = (save.position, save.recorded_at, save.actor_id, paper, first, len(marked[key]))
    return states


def _state_differences(conn: Connection, setting_id: int, log: Log) -> Iterator[Difference]:
    """Yield register states that the events do not make (only the latest save is compared once some are forgotten)."""
    c = register_state.c
    columns = (c.session_no, c.group_id, c.position, c.saved_at, c.saved_by, c.from_paper, c.first_saved_at)
    rows = conn.execute(select(*columns).where(c.setting_id == setting_id))
    found = {(row[0], row[1]): tuple(row[2:]) for row in rows}
    expected = register_states(log)
    compared = 3 if log.forgotten else 5
    for key in found.keys() | expected.keys():
        is_there, should_be = found.get(key), expected.get(key)
        same = is_there and should_be and is_there[:compared] == should_be[:compared]
        if not same and not _by_forgotten(is_there, should_be, log.forgotten, 0):
            yield Difference("register_state", (setting_id, *key), is_there, should_be)


def rebuild(w: Writing, setting_id: int, layout: str) -> None:
    """Write a setting's marks, notes and packed years again from its events (marks of forgotten events stay)."""
    log = register_log(w.conn, setting_id)
    _clear(w.conn, mark, setting_id, log.forgotten)
    _clear(w.conn, mark_note, setting_id, log.forgotten)
    w.conn.execute(pupil_year.delete().where(pupil_year.c.setting_id == setting_id))
    stays = _positions(w.conn, setting_id)
    for session_no, saves in sorted(log.by_session.items()):
        cells, notes = session_marks(saves)
        newer = {p: cell for p, cell in cells.items() if cell[2] > stays.get((session_no, p), 0)}
        insert(w.conn, mark, [(setting_id, session_no, p, *cell) for p, cell in sorted(newer.items())])
        insert(w.conn, mark_note, [(setting_id, session_no, p, *note) for p, note in notes.items() if p in newer])
    if not log.forgotten:
        _rebuild_states(w.conn, setting_id, log)
    years = bulk.Years()
    rows = (
        select(mark.c.session_no, mark.c.pupil_id, mark.c.code_id)
        .where(mark.c.setting_id == setting_id)
        .order_by(mark.c.session_no)
    )
    for session_no, group in groupby(w.conn.execute(rows), key=itemgetter(0)):
        years.add(session_no, ((row[1], row[2]) for row in group))
    years.store(w.conn, setting_id, layout)


def _rebuild_states(conn: Connection, setting_id: int, log: Log) -> None:
    """Write the register states again."""
    conn.execute(register_state.delete().where(register_state.c.setting_id == setting_id))
    names = ("position", "saved_at", "saved_by", "from_paper", "first_saved_at", "marked")
    put(
        conn,
        [
            {"setting_id": setting_id, "session_no": at, "group_id": group, **dict(zip(names, state, strict=True))}
            for (at, group), state in register_states(log).items()
        ],
    )


def _positions(conn: Connection, setting_id: int) -> dict[tuple[int, int], int]:
    """Return the positions of the marks that stand, by session and pupil."""
    query = select(mark.c.session_no, mark.c.pupil_id, mark.c.position).where(mark.c.setting_id == setting_id)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def _clear(conn: Connection, table: Table, setting_id: int, forgotten: frozenset[int]) -> None:
    conn.execute(table.delete().where(table.c.setting_id == setting_id, table.c.position.not_in(sorted(forgotten))))
