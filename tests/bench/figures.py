"""Figures of ours that need no server: a year's figures, the slowest of many writers, bytes a mark."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from intranet import store
from intranet.errors import NotSaved
from intranet.law import packed
from intranet.law.codes import national_codes
from intranet.law.sessions import session_no
from intranet.store import marks
from intranet.store.engine import opener

WRITERS, SAVES, CLASS = 16, 25, 30
YEAR = 2025
PUPILS = 1000
COPIES = 1_000_000  # what a copied pupil-year's pupil id is raised by


def print_all(app: Flask, now: datetime) -> None:
    """Print each figure with the limit it is held to."""
    with app.app_context(), store.all_settings("bench"):
        config = app.config["DAYMARK"]
        path, key = config.home / "daymark.db", config.key("database")
        with made_up(path, key):
            print(year_figures())
        print(slowest_writer(app, now))
        print(bytes_a_mark(path, key))


@contextmanager
def made_up(path: Path, key: bytes) -> Iterator[None]:
    """Let the year have a thousand pupils until the block ends: who came after it has no year, so some years are copied."""
    raw = opener(path, key)()
    where = f"from pupil_year where setting_id = 1 and year = {YEAR}"  # noqa: S608 - numbers of our own
    short = PUPILS - raw.execute(f"select count(*) {where}").fetchone()[0]
    columns = "setting_id, year, pupil_id + {}, layout, packed"
    taken = f"select {columns.format(COPIES)} {where} order by pupil_id limit {max(short, 0)}"
    raw.execute(f"insert into pupil_year ({columns.replace(' + {}', '')}) {taken}")
    raw.commit()
    try:
        yield
    finally:
        raw.execute(f"delete from pupil_year where pupil_id > {COPIES}")
        raw.commit()
        raw.close()


def year_figures() -> str:
    """Return how long a year's figures by code take for every pupil of the school, reading included."""
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        with store.connection() as conn:
            blobs = marks.packed(conn, 1, [YEAR])
        kinds = packed.classes(national_codes(), "H", date(YEAR, 8, 1))
        figures = {key: packed.counts(blob, kinds) for key, (_, blob) in blobs.items()}
        taken.append((time.perf_counter() - began) * 1000)
    assert len(figures) >= PUPILS
    return f"year figures by code, {len(figures)} pupil-years, reading included: median {statistics.median(taken):.1f} ms [{min(taken):.1f}] (limit 50)"


def slowest_writer(app: Flask, now: datetime) -> str:
    """Return the longest of many saves of whole registers by 16 writers at once, and how many were refused."""
    slow: list[float] = []
    refused: list[str] = []
    start = threading.Barrier(WRITERS)

    def write(n: int) -> None:
        with app.app_context(), store.scope([1]):
            start.wait()
            for k in range(SAVES):
                began = time.perf_counter()
                try:
                    _save(n, k, now)
                except NotSaved as error:
                    refused.append(str(error))
                slow.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worst, middle = max(slow), statistics.median(slow)
    return f"{WRITERS} writers, {WRITERS * SAVES} registers: worst {worst:.0f} ms, median {middle:.0f} ms (limit 500); refused {len(refused)}"


def _save(n: int, k: int, now: datetime) -> None:
    day = date(2027, 1, 11) + timedelta(days=k)
    number = session_no(day, "AM")
    rows = [marks.MarkRow(number, n * CLASS + p + 1, 1) for p in range(CLASS)]
    with store.writing(now=now, actor_id=None) as w:
        data = marks.encode(number, n + 1, rows)
        made = w.append(setting_id=1, stream=f"register:{number}:{n + 1}", kind="register.saved", data=data, occurred_on=day)
        marks.write(w, 1, made.position, "H", rows)


def bytes_a_mark(path: Path, key: bytes) -> str:
    """Return what a mark takes on disk with its indexes and packed year, and its history apart; empties the bench's own database."""
    raw = opener(path, key)()
    raw.execute("drop trigger event_no_delete")
    count = raw.execute("select count(*) from mark").fetchone()[0]
    lean, history = _given_back(raw, "mark", "mark_note", "pupil_year"), _given_back(raw, "event")
    raw.close()
    return f"{count} marks: {lean / count:.1f} bytes a mark with index and packed year (limit 30), history {history / count:.1f}"


def _given_back(raw: Any, *tables: str) -> int:
    """Return how many bytes the file shrinks by when these tables are emptied (the cipher's library has no table sizes)."""
    before = _size(raw)
    for table in tables:
        raw.execute(f"delete from {table}")  # noqa: S608 - names of our own
    return before - _size(raw)


def _size(raw: Any) -> int:
    raw.execute("vacuum")
    pages, page = (int(raw.execute(f"pragma {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * page
