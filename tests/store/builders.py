"""Registers for store tests: saved and amended the way the registers room does it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone

from intranet import store
from intranet.law.sessions import session_no
from intranet.store import bulk
from intranet.store.marks import MarkRow

NOW = datetime(2026, 11, 23, 8, 55, tzinfo=timezone.utc)  # noqa: UP017
FIRST_DAY = date(2025, 9, 1)
PRESENT, CODES = 1, (1, 1, 1, 1, 1, 2, 5, 9, 14, 20)


def sessions(count: int, first: date = FIRST_DAY) -> list[int]:
    """Session numbers of weekdays, morning and afternoon in turn."""
    days, day = [], first
    while len(days) * 2 < count + 1:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return [session_no(day, half) for day in days for half in ("AM", "PM")][:count]


def save(setting_id, at, group_id, changes, *, actor_id=7, request_id=None, now=NOW):
    """Save a register: ``changes`` are {pupil: code} or {pupil: MarkRow}."""
    rows = [c if isinstance(c, MarkRow) else MarkRow(at, p, c) for p, c in changes.items()]
    with store.scope([setting_id]), store.writing(now=now, actor_id=actor_id) as w:
        before = {m.pupil_id: m.code_id for m in store.marks.for_session(w.conn, setting_id, [at], list(changes))}
        done = w.append(
            setting_id=setting_id,
            stream=f"register:{at}:{group_id}",
            kind="register.saved",
            data=store.marks.encode(at, group_id, rows, previous=before),
            occurred_on=store.marks.day_of(at),
            request_id=request_id,
        )
        store.marks.write(w, setting_id, done.position, "H", rows)
        store.marks.save_state(w, done, at, group_id, marked=len(rows))
    return done


def amend(setting_id, at, pupil_id, code_id, why="a message came", minutes=None, note=None):
    """Amend one mark."""
    row = MarkRow(at, pupil_id, code_id, minutes, note)
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=8) as w:
        done = w.append(
            setting_id=setting_id,
            stream=f"mark:{at}:{pupil_id}",
            kind="register.amended",
            data=store.marks.encode(at, None, [row], reason=why),
            occurred_on=store.marks.day_of(at),
        )
        store.marks.write(w, setting_id, done.position, "H", [row])
    return done


def history(setting_id, *, classes=2, pupils=6, count=20, seed=1):
    """Store a believable history in bulk and return (pupil ids, session numbers)."""
    rng = random.Random(seed)
    ids = [1000 * setting_id + n for n in range(classes * pupils)]
    numbers = sessions(count)
    store.bulk.append(
        setting_id,
        (
            bulk.BulkRegister(
                at,
                group,
                [(p, rng.choice(CODES), None) for p in ids[group * pupils : (group + 1) * pupils]],
                recorded_at=NOW,
                notes={ids[group * pupils]: "note"} if rng.random() < 0.2 else {},
            )
            for at in numbers
            for group in range(classes)
        ),
        NOW,
        "test",
    )
    return ids, numbers
