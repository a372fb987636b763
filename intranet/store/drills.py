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
from intranet.law.sessions import session_no
from intranet.store import bulk, chain, marks, migrations
from intranet.store.marks import MarkRow
from intranet.store.state import State, state
from intranet.store.tables import event
from intranet.store.tampering import ALTERATIONS, SETTINGS

Say = Callable[[str], None]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 9, 7)


class DrillFailed(AssertionError):
    """A promise of the store was broken."""


@contextmanager
def small_store() -> Iterator[Path]:
    """Give the folder of seals of a throw-away store that holds two settings' short histories, in its app context."""
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
    """Alter the store behind its back that many times; raise DrillFailed unless each is found and nothing else."""
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
    say(
        f"racing: {rounds} rounds of {writers} writers, {totals.saved} saves, {totals.conflicts} conflicts, "
        f"longest wait {wait}"
    )
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
    data = marks.encode(
        session_no(FIRST_DAY, "AM"), None, [MarkRow(session_no(FIRST_DAY, "AM"), 101, 1)], reason="drill"
    )
    with store.writing(now=NOW, actor_id=1) as w:
        w.append(setting_id=1, stream=stream, kind="register.amended", data=data, occurred_on=FIRST_DAY, version=1)


DRILLS: dict[str, Callable[[Say], Any]] = {"tampering": tampering, "racing": racing}
