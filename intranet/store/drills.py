"""The long exercises that prove the store's promises; each prints its figure and raises when a promise is broken."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from intranet import store
from intranet.config import Config
from intranet.law.sessions import SLOTS, session_no
from intranet.store import bulk, chain, marks, migrations
from intranet.store.marks import MarkRow
from intranet.store.state import State, state
from intranet.store.tables import event, mark, mark_note, pupil_year

Say = Callable[[str], None]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 9, 7)
SETTINGS = (1, 2)
BYTES = ("salt", "digest", "previous", "mac")
NUMBERS = ("setting_id", "version", "schema", "actor_id", "part", "basis")


class DrillFailed(AssertionError):
    """A promise of the store was broken."""


@contextmanager
def small_store() -> Iterator[Path]:
    """Give an app context on a throw-away store with two settings' short histories and sealed heads; yields the seals' folder."""
    home = Path(tempfile.mkdtemp(prefix="daymark-drill-"))
    app = Flask("drill")
    app.config["DAYMARK"] = Config(home=home, keys=home / "keys", testing=True)
    store.init_app(app)
    try:
        with app.app_context():
            migrations.upgrade(store.db.engine, "0001")
            for setting_id in SETTINGS:
                _history(setting_id)
            chain.seal(home / "seals", NOW)
            yield home / "seals"
            store.db.session.remove()
            store.db.engine.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _history(setting_id: int) -> None:
    """Write a few weeks of registers, an amendment and a redaction."""
    rng = random.Random(setting_id)
    numbers = [session_no(FIRST_DAY + timedelta(days=n), key) for n in (0, 1, 2, 3, 4, 7, 8) for key in ("AM", "PM")]
    pupils = range(100 * setting_id, 100 * setting_id + 8)
    registers = (
        bulk.BulkRegister(at, 1, [(p, rng.choice((1, 1, 2, 5, 9)), None) for p in pupils], notes={pupils[0]: "note"})
        for at in numbers
    )
    bulk.append(setting_id, registers, NOW, "drill", actor_id=1)
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=2) as w:
        row = MarkRow(numbers[0], pupils[1], 9, 12, "came late")
        data = marks.encode(row.session_no, None, [row], reason="message")
        stream = f"mark:{row.session_no}:{row.pupil_id}"
        done = w.append(setting_id=setting_id, stream=stream, kind="register.amended", data=data, occurred_on=FIRST_DAY)
        marks.write(w, setting_id, done.position, "H", [row])
        store.redact(w, setting_id, _first_position(w.conn, setting_id), "drill")


def _first_position(conn: Connection, setting_id: int) -> int:
    query = select(event.c.position).where(event.c.setting_id == setting_id).order_by(event.c.position).limit(1)
    return conn.execute(query).scalar_one()


def tampering(say: Say, times: int = 1000, seed: int = 20261123) -> int:
    """Alter the store behind its back that many times; raise DrillFailed unless every one is found and nothing else is."""
    rng = random.Random(seed)
    with small_store() as seals, store.all_settings("drill"):
        kept = state()
        with store.db.engine.connect() as conn:
            _no_triggers(conn)
            _expect_sound(conn, kept, seals)
            done = sum(_tamper_once(conn, kept, seals, rng) for _ in range(times))
            _expect_sound(conn, kept, seals)
    say(f"tampering: {done} of {done} alterations of events and marks found, 0 false alarms")
    return done


def _no_triggers(conn: Connection) -> None:
    """Do what a thief with the key would do first."""
    for name in ("event_no_update", "event_no_delete"):
        conn.exec_driver_sql(f"drop trigger {name}")
    conn.commit()


def _expect_sound(conn: Connection, kept: State, seals: Path) -> None:
    report = chain.verify_on(conn, kept, None, seals)
    conn.rollback()
    if not report.sound:
        raise DrillFailed(f"False alarm: {report.problems[0]}")


def _tamper_once(conn: Connection, kept: State, seals: Path, rng: random.Random) -> int:
    """Alter one thing, look for it, take it back; return 1 when there was something to alter."""
    act = rng.choice(ALTERATIONS)
    while True:
        try:
            what = act(conn, rng)
            break
        except DatabaseError:  # the alteration met a constraint, which refused it
            conn.rollback()
    found = not chain.verify_on(conn, kept, None, seals).sound
    conn.rollback()
    if not found:
        raise DrillFailed(f"Not found: {act.__name__} of {what}")
    return 1


def _some(conn: Connection, table: Any, rng: random.Random) -> Any:
    rows = conn.execute(select(table)).all()
    return rng.choice(rows)


def _here(table: Any, row: Any) -> tuple[Any, ...]:
    return tuple(column == getattr(row, column.name) for column in table.primary_key)


def alter_event(conn: Connection, rng: random.Random) -> str:
    """Change one column of one event."""
    row = _some(conn, event, rng)
    name = rng.choice((*BYTES, *NUMBERS, "stream", "kind", "data", "occurred_on", "recorded_at", "request_id", "position"))
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
    others = conn.execute(select(event).where(event.c.setting_id == row.setting_id, event.c.position != row.position)).all()
    other = rng.choice(others)
    for old, new in ((row.position, -1), (other.position, row.position), (-1, other.position)):
        conn.execute(event.update().where(event.c.position == old).values(position=new))
    return f"{row.position} and {other.position}"


def insert_event(conn: Connection, rng: random.Random) -> str:
    """Put in an event that nobody wrote, linked as well as one can without the key."""
    row = dict(_some(conn, event, rng)._mapping)
    row.update(position=row["position"] + 50_000, stream=f"register:{rng.randrange(SLOTS)}:9", version=1, previous=row["mac"])
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
)


def racing(say: Say, rounds: int = 200, writers: int = 8) -> SimpleNamespace:
    """Let writers race for one version of a stream, round after round; raise DrillFailed unless one wins each."""
    totals = SimpleNamespace(saved=0, conflicts=0)
    with small_store():
        for number in range(rounds):
            saved = _race(f"mark:1:{number}", writers)
            if saved != 1:
                raise DrillFailed(f"{saved} of {writers} writers saved version 1 of one stream in round {number}")
            totals.saved += saved
            totals.conflicts += writers - saved
        longest = state().lock
    wait = f"{longest.longest_wait * 1000:.0f} ms" if longest else "not queued here"
    say(f"racing: {rounds} rounds of {writers} writers, {totals.saved} saves, {totals.conflicts} conflicts, longest wait {wait}")
    return totals


def _race(stream: str, writers: int) -> int:
    """Return how many of the writers, all starting together, wrote the stream's first version."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    together, saved = threading.Barrier(writers), []

    def write() -> None:
        with app.app_context(), store.scope([1]):
            together.wait()
            try:
                _amend_first(stream)
            except store.VersionTaken:
                return
            saved.append(1)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(saved)


def _amend_first(stream: str) -> None:
    data = marks.encode(session_no(FIRST_DAY, "AM"), None, [MarkRow(session_no(FIRST_DAY, "AM"), 101, 1)], reason="drill")
    with store.writing(now=NOW, actor_id=1) as w:
        w.append(setting_id=1, stream=stream, kind="register.amended", data=data, occurred_on=FIRST_DAY, version=1)


DRILLS: dict[str, Callable[[Say], Any]] = {"tampering": tampering, "racing": racing}
