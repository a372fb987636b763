"""The one quiet way to write much at once (import, demo): same events and projections, large batches, no notices."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select, text

from intranet.law.sessions import day_of
from intranet.store import marks
from intranet.store.events import FIRST_LINK, SQLITE_LAST, Draft, hold_chain, row_of
from intranet.store.guard import UNSCOPED
from intranet.store.registers import MarkRow, encode
from intranet.store.rows import insert, put
from intranet.store.scope import current, scope
from intranet.store.tables import event, mark, mark_note, pupil_year
from intranet.store.writing import Writing, writing

BATCH = 400


@dataclass(frozen=True, slots=True)
class BulkRegister:
    """One register as it was taken: ``marks`` are (pupil id, code id, minutes or None); ``notes`` are by pupil id."""

    session_no: int
    group_id: int
    marks: Sequence[tuple[int, int, int | None]]
    recorded_at: datetime | None = None
    actor_id: int | None = None
    notes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """How much a bulk write stored."""

    events: int
    marks: int


class Chain:
    """Writes events of one setting in batches, each linked to the one before it."""

    def __init__(self, w: Writing, setting_id: int) -> None:
        current().require(setting_id)
        hold_chain(w.conn, setting_id)
        self._w, self._setting_id = w, setting_id
        here = event.c.setting_id == setting_id
        last = w.conn.execute(
            select(event.c.mac).where(here).order_by(event.c.position.desc()).limit(1)
        ).scalar_one_or_none()
        self._previous: bytes = last or FIRST_LINK

    def append(self, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
        """Write the events in order and return their rows."""
        versions = self._versions({draft.stream for draft in drafts})
        rows = []
        for draft, position in zip(drafts, _positions(self._w.conn, len(drafts)), strict=True):
            versions[draft.stream] = version = versions.get(draft.stream, 0) + 1
            row = row_of(draft, position=position, version=version, previous=self._previous, key=self._w.chain_key)
            self._previous = row["mac"]
            rows.append(row)
        if rows:
            self._w.conn.execute(event.insert(), rows)
        return rows

    def _versions(self, streams: set[str]) -> dict[str, int]:
        query = select(event.c.stream, func.max(event.c.version).label("version")).where(
            event.c.setting_id == self._setting_id, event.c.stream.in_(sorted(streams))
        )
        return {row.stream: row.version for row in self._w.conn.execute(query.group_by(event.c.stream))}


def _positions(conn: Connection, count: int) -> Sequence[int]:
    """Return the next positions of the log (SQLite: under the write lock nobody else takes them)."""
    if conn.dialect.name == "postgresql":
        taken = text("select nextval(pg_get_serial_sequence('event', 'position')) from generate_series(1, :n)")
        return conn.execute(taken, {"n": count}, execution_options=UNSCOPED).scalars().all()
    query = text(f"select {SQLITE_LAST}")
    last = conn.execute(query, execution_options=UNSCOPED).scalar_one()
    return range(last + 1, last + 1 + count)


def append(
    setting_id: int,
    batches: Iterable[BulkRegister],
    now: datetime,
    source: str,
    *,
    layout: str = "H",
    actor_id: int | None = None,
) -> Counts:
    """Store many registers of one setting in one transaction of their own; return how many events and marks."""
    with scope([setting_id]), writing(now=now, actor_id=actor_id) as w:
        return write(w, setting_id, batches, source, layout=layout)


def write(w: Writing, setting_id: int, registers: Iterable[BulkRegister], source: str, *, layout: str = "H") -> Counts:
    """Store many registers inside a transaction that is open already; return how many events and marks."""
    chain, years = Chain(w, setting_id), Years()
    stored = Counts(0, 0)
    waiting = iter(registers)
    while batch := list(islice(waiting, BATCH)):
        done = _write_batch(w, chain, setting_id, batch, source, years)
        stored = Counts(stored.events + done.events, stored.marks + done.marks)
    years.store(w.conn, setting_id, layout)
    return stored


def write_events(w: Writing, setting_id: int, drafts: Iterable[Draft]) -> int:
    """Store many events of any kind inside an open transaction; return how many."""
    chain, waiting, count = Chain(w, setting_id), iter(drafts), 0
    while batch := list(islice(waiting, BATCH)):
        count += len(chain.append(batch))
    return count


class Years:
    """Gathers the code of every mark by pupil and storage year, eight bytes a mark, to be packed once at the end."""

    def __init__(self) -> None:
        self._codes: dict[tuple[int, int], array[int]] = {}
        self._year: dict[int, int] = {}

    def add(self, session_no: int, pairs: Iterable[tuple[int, int]]) -> None:
        """Take in the (pupil id, code id) pairs of one session."""
        year = self._year.get(session_no)
        if year is None:
            year = self._year[session_no] = marks.year_of(session_no)
        high = session_no << 8
        for pupil, code in pairs:
            held = self._codes.get((year, pupil))
            if held is None:
                held = self._codes[year, pupil] = array("q")
            held.append(high | code)

    def changes(self) -> dict[tuple[int, int], Iterator[tuple[int, int]]]:
        """Return (session number, code id) pairs by (year, pupil)."""
        return {key: ((v >> 8, v & 0xFF) for v in held) for key, held in self._codes.items()}

    def store(self, conn: Connection, setting_id: int, layout: str) -> None:
        """Put everything taken in into the packed years."""
        for year in sorted({year for year, _ in self._codes}):
            query = select(pupil_year.c.pupil_id, pupil_year.c.packed).where(
                pupil_year.c.setting_id == setting_id, pupil_year.c.year == year
            )
            before = {(year, pupil): blob for pupil, blob in conn.execute(query)}
            mine = {key: pairs for key, pairs in self.changes().items() if key[0] == year}
            marks.write_years(conn, setting_id, layout, mine, before)


def _write_batch(
    w: Writing, chain: Chain, setting_id: int, batch: Sequence[BulkRegister], source: str, years: Years
) -> Counts:
    rows = chain.append([_draft(w, setting_id, register, source) for register in batch])
    cells, notes, states = [], [], []
    for register, row in zip(batch, rows, strict=True):
        at, position = register.session_no, row["position"]
        cells += [(setting_id, at, pupil, code, minutes, position) for pupil, code, minutes in register.marks]
        notes += [(setting_id, at, pupil, note, None, position) for pupil, note in register.notes.items()]
        years.add(at, ((pupil, code) for pupil, code, _ in register.marks))
        states.append(marks.state_row(row, at, register.group_id, len(register.marks)))
    cells.sort(key=itemgetter(1, 2))
    insert(w.conn, mark, cells)
    insert(w.conn, mark_note, notes)
    put(w.conn, states)
    return Counts(len(rows), len(cells))


def _draft(w: Writing, setting_id: int, register: BulkRegister, source: str) -> Draft:
    at = register.session_no
    rows = [MarkRow(at, pupil, code, minutes, register.notes.get(pupil)) for pupil, code, minutes in register.marks]
    return Draft(
        setting_id,
        f"register:{at}:{register.group_id}",
        "register.saved",
        encode(at, register.group_id, rows, source=source),
        day_of(at),
        register.recorded_at or w.now,
        register.actor_id or w.actor_id,
    )


__all__ = ["BulkRegister", "Chain", "Counts", "append", "write", "write_events"]
