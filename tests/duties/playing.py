"""Plays a day at a setting: marks go in through the store and are judged in the same transaction, as a save does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from intranet import clock, duties, store
from intranet.clock import LONDON
from intranet.extension import host
from intranet.law.sessions import session_no
from intranet.settings.service import context
from intranet.store import marks as stored
from intranet.store import registers


def moment(text: str) -> datetime:
    """Return ``2025-09-25 09:10`` in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def at(text: str) -> datetime:
    """Set the app's clock and return the moment."""
    clock.current_clock().set(moment(text))
    return clock.now()


def save(setting: int, when: str, marks: Mapping[int, str], *, group: int = 1, now: str | None = None) -> list[duties.FindingChange]:
    """Save one register, such as ``save(1, "2025-09-25 AM", {7: "N"})``, and return what it did to findings."""
    day, key = when.split()
    number = session_no(date.fromisoformat(day), key)
    with store.scope([setting]):
        ctx = context(setting)
        caller = host.for_setting(ctx)
        ids = {code.symbol: code.id for code in caller.codes}
        rows = [stored.MarkRow(number, pupil, ids[symbol]) for pupil, symbol in marks.items()]
        moment_now = at(now) if now else clock.now()
        with store.writing(now=moment_now, actor_id=None) as w:
            marked = {mark.pupil_id for mark in stored.for_session(w.conn, setting, [number], list(marks))}
            event = w.append(setting_id=setting, stream=f"register:{number}:{group}", kind="register.saved",
                             data=registers.encode(number, group, rows), occurred_on=date.fromisoformat(day))  # fmt: skip
            stored.write(w, setting, event.position, ctx.layout, rows)
            stored.save_state(w, event, number, group, marked=len(rows))
            duties.register_taken(w, setting, number, group, moment_now)
            plain = [pupil for pupil, symbol in marks.items() if symbol in ("/", "\\", "P") and pupil not in marked]
            return duties.judge(w, caller, ctx, list(marks), moment_now, plain)


def days(setting: int, first: str, last: str, symbol: str, pupil: int, *, group: int = 1, keys: tuple[str, ...] = ("AM", "PM")) -> None:
    """Save every register of these school days with one symbol for one pupil."""
    ctx = in_scope(setting, lambda: context(setting))
    for day in ctx.calendar.school_days(date.fromisoformat(first), date.fromisoformat(last)):
        for key in keys:
            mark = "\\" if symbol == "/" and key == "PM" else symbol
            save(setting, f"{day.isoformat()} {key}", {pupil: mark}, group=group, now=f"{day.isoformat()} {'09:10' if key == 'AM' else '13:10'}")


def in_scope(setting: int, call):
    """Return what a call returns with the setting in scope."""
    with store.scope([setting]):
        return call()


def waiting(setting: int, roles: set[str], kind: str | None = None, account: int | None = None) -> list[duties.DutyRow]:
    """Return the open duties of these roles now."""
    with store.scope([setting]), store.connection() as conn:
        return duties.queue(conn, setting, roles, clock.now(), account, kind)
