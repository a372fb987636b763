"""Figures of ours that need no server: a year's figures, the slowest of many writers, bytes a mark."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from intranet import store
from intranet.errors import NotSaved
from intranet.law import packed
from intranet.law.codes import national_codes
from intranet.law.sessions import session_no
from intranet.store import marks
from intranet.store.guard import UNSCOPED

WRITERS, SAVES, CLASS = 16, 25, 30
YEAR = 2025


def print_all(app: Flask, now: datetime) -> None:
    """Print each figure with the limit it is held to."""
    with app.app_context(), store.all_settings("bench"):
        print(year_figures())
        print(slowest_writer(app, now))
        print(bytes_a_mark(app.config["DAYMARK"].home / "daymark.db"))


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
    return f"year figures by code, {len(figures)} pupils: median {statistics.median(taken):.1f} ms (limit 50)"


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


def bytes_a_mark(path: Path) -> str:
    """Return what a mark takes on disk with its indexes and packed year, and its history apart."""
    with store.connection() as conn:
        query = text("select name, sum(pgsize) from dbstat group by name")
        sizes: dict[str, int] = dict(conn.execute(query, execution_options=UNSCOPED).all())
        count = conn.execute(text("select count(*) from mark"), execution_options=UNSCOPED).scalar_one()
    lean = sum(size for name, size in sizes.items() if name.startswith(("mark", "ix_mark", "pupil_year", "sqlite_autoindex_mark")))
    history = sum(size for name, size in sizes.items() if "event" in name)
    return f"{count} marks in {path.name}: {lean / count:.1f} bytes a mark with index and packed year (limit 30), history {history / count:.1f}"
