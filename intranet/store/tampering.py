"""The alterations that the tamper drill makes behind the store's back; each returns what it altered."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from intranet.law.sessions import SLOTS
from intranet.store.tables import event, mark, mark_note, pupil_year, register_state

SETTINGS = (1, 2)
BYTES = ("salt", "digest", "previous", "mac")
NUMBERS = ("setting_id", "version", "schema", "actor_id", "part", "basis")


def _some(conn: Connection, table: Any, rng: random.Random) -> Any:
    rows = conn.execute(select(table)).all()
    return rng.choice(rows)


def _here(table: Any, row: Any) -> tuple[Any, ...]:
    return tuple(column == getattr(row, column.name) for column in table.primary_key)


def alter_event(conn: Connection, rng: random.Random) -> str:
    """Change one column of one event."""
    row = _some(conn, event, rng)
    name = rng.choice(
        (*BYTES, *NUMBERS, "stream", "kind", "data", "occurred_on", "recorded_at", "request_id", "position")
    )
    value = _another(getattr(row, name), name, rng)
    conn.execute(event.update().where(*_here(event, row)).values({name: value}))
    return f"{name} at {row.position}"


def _another(value: Any, name: str, rng: random.Random) -> Any:
    """Return a value of the same type that is not this one."""
    if name == "position":
        return value + 100_000
    if isinstance(value, bytes):
        at = rng.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << rng.randrange(8))]) + value[at + 1 :]
    if isinstance(value, datetime | date):
        return value + timedelta(days=rng.choice((-1, 1)))
    if isinstance(value, str):
        at = rng.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    if value is None:
        return {"data": "{}", "salt": b"x"}.get(name, "1" if name == "request_id" else 1)
    return value + rng.choice((-1, 1)) if name != "setting_id" else SETTINGS[value % 2]


def delete_event(conn: Connection, rng: random.Random) -> str:
    """Take one event out."""
    row = _some(conn, event, rng)
    conn.execute(event.delete().where(*_here(event, row)))
    return f"event {row.position}"


def cut_tail(conn: Connection, rng: random.Random) -> str:
    """Take the last events out, and what they wrote with them."""
    row = _some(conn, event, rng)
    cut = (row.setting_id, row.position)
    for table in (event, mark, mark_note):
        conn.execute(table.delete().where(table.c.setting_id == cut[0], table.c.position >= cut[1]))
    return f"the tail from {row.position}"


def swap_events(conn: Connection, rng: random.Random) -> str:
    """Let two events of a setting change places."""
    row = _some(conn, event, rng)
    others = conn.execute(
        select(event).where(event.c.setting_id == row.setting_id, event.c.position != row.position)
    ).all()
    other = rng.choice(others)
    for old, new in ((row.position, -1), (other.position, row.position), (-1, other.position)):
        conn.execute(event.update().where(event.c.position == old).values(position=new))
    return f"{row.position} and {other.position}"


def insert_event(conn: Connection, rng: random.Random) -> str:
    """Put in an event that nobody wrote, linked as well as one can without the key."""
    row = dict(_some(conn, event, rng)._mapping)
    row.update(
        position=row["position"] + 50_000, stream=f"register:{rng.randrange(SLOTS)}:9", version=1, previous=row["mac"]
    )
    conn.execute(event.insert().values(row))
    return f"event {row['position']}"


def forget_data(conn: Connection, rng: random.Random) -> str:
    """Drop the data of an event as a redaction does, without one."""
    row = _some(conn, event, rng)
    while row.data is None:
        row = _some(conn, event, rng)
    conn.execute(event.update().where(*_here(event, row)).values(salt=None, data=None))
    return f"data at {row.position}"


def alter_mark(conn: Connection, rng: random.Random) -> str:
    """Change a mark, its minutes or the event it points to."""
    row = _unforgotten(conn, mark, rng)
    name = rng.choice(("code_id", "minutes", "position", "pupil_id", "session_no"))
    value = (getattr(row, name) or 0) + rng.choice((1, 2, 7))
    conn.execute(mark.update().where(*_here(mark, row)).values({name: value}))
    return f"{name} of {tuple(row)}"


def _unforgotten(conn: Connection, table: Any, rng: random.Random) -> Any:
    """Return a row whose event still says what it must be."""
    bare = set(conn.execute(select(event.c.position).where(event.c.data.is_(None))).scalars())
    row = _some(conn, table, rng)
    while row.position in bare:
        row = _some(conn, table, rng)
    return row


def delete_mark(conn: Connection, rng: random.Random) -> str:
    """Take a mark out."""
    row = _unforgotten(conn, mark, rng)
    conn.execute(mark.delete().where(*_here(mark, row)))
    return f"mark {tuple(row)}"


def insert_mark(conn: Connection, rng: random.Random) -> str:
    """Put in a mark that no event wrote."""
    row = dict(_some(conn, mark, rng)._mapping) | {"pupil_id": rng.randrange(10_000, 99_999)}
    conn.execute(mark.insert().values(row))
    return f"mark {row}"


def alter_note(conn: Connection, rng: random.Random) -> str:
    """Change what a note says."""
    row = _unforgotten(conn, mark_note, rng)
    conn.execute(mark_note.update().where(*_here(mark_note, row)).values(note=row.note + "!"))
    return f"note {tuple(row)}"


def alter_year(conn: Connection, rng: random.Random) -> str:
    """Change a byte of a packed year."""
    row = _some(conn, pupil_year, rng)
    at = rng.randrange(len(row.packed))
    blob = row.packed[:at] + bytes([row.packed[at] ^ rng.randrange(1, 64)]) + row.packed[at + 1 :]
    conn.execute(pupil_year.update().where(*_here(pupil_year, row)).values(packed=blob))
    return f"packed year of {row.pupil_id}"


def alter_state(conn: Connection, rng: random.Random) -> str:
    """Let a register look as if it was saved at another time, or never."""
    row = _unforgotten(conn, register_state, rng)
    here = _here(register_state, row)
    if rng.random() < 0.3:
        conn.execute(register_state.delete().where(*here))
    else:
        change = {"saved_at": row.saved_at + timedelta(minutes=rng.choice((-9, 9)))}
        conn.execute(register_state.update().where(*here).values(change))
    return f"register state {tuple(row)}"


ALTERATIONS = (
    alter_event,
    alter_event,
    delete_event,
    cut_tail,
    swap_events,
    insert_event,
    forget_data,
    alter_mark,
    alter_mark,
    delete_mark,
    insert_mark,
    alter_note,
    alter_year,
    alter_state,
)
