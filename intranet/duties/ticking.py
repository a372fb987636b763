"""Time passes too: registers not taken, children unaccounted for, weekly duties and non-arrivals arise without any save."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask import current_app
from sqlalchemy import Connection, bindparam, insert, select, update

from intranet import store
from intranet.clock import LONDON
from intranet.duties import catching_up, daily, plan, policy_reviews, statutory
from intranet.duties.findings import judge, recompute, roles_text
from intranet.duties.models import Duty
from intranet.duties.wanted import Key, Wanted
from intranet.errors import NotSaved
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.extension.values import Placement
from intranet.law import deadlines
from intranet.law.calendar import CalendarError
from intranet.messages.delivery import deliver
from intranet.messages.passing import pass_unopened
from intranet.people.places import Setting
from intranet.pupils import service as pupils
from intranet.pupils.roll import Group, RollEntry
from intranet.settings.service import SettingContext, context
from intranet.store import marks as stored
from intranet.store.tables import HOUSE, record

log = logging.getLogger("daymark.tick")

NOT_TAKEN, UNACCOUNTED, NO_PLAN, WEEKLY = "register_not_taken", "unaccounted", "no_session_plan", "weekly:"
#: Duties that come and go with the facts; people do not complete them by hand.
BY_THEMSELVES = (NOT_TAKEN, UNACCOUNTED, NO_PLAN, *policy_reviews.KINDS)
TAKERS, OFFICE = ("teacher", "cover", "tutor"), ("office", "attendance_lead")
LOOK_AHEAD = 14  # days in which a booked or commissioned pupil must have some session


@dataclass(frozen=True)
class TickReport:
    """What one tick did, over all settings."""

    settings: int = 0
    raised: int = 0
    closed: int = 0
    failed: tuple[int, ...] = ()


@dataclass
class _Day:
    """What a setting's day looks like from the database, read once."""

    day: date
    entries: Sequence[RollEntry]
    registers: Sequence[plan.ExpectedRegister]
    taken: dict[tuple[int, int], datetime]
    groups: Sequence[Group] = ()
    marked: set[tuple[int, int]] = field(default_factory=set)  # session number, pupil


def tick(now: datetime) -> TickReport:
    """Raise and close what time brings, in every setting; calling it twice in a minute changes nothing the second time."""
    with store.all_settings("tick"), store.connection() as conn:
        ids = list(conn.execute(select(Setting.id).order_by(Setting.id)).scalars())
    raised = closed = 0
    failed: list[int] = []
    for setting_id in ids:
        try:
            up, down = tick_setting(setting_id, now)
        except Exception:  # noqa: BLE001 (one setting's fault must not stop the others' alerts; it is logged and reported)
            log.exception("tick failed in setting %d", setting_id)
            failed.append(setting_id)
            continue
        raised, closed = raised + up, closed + down
    try:
        deliver(now)
        daily.run(now)
    except (OSError, NotSaved):
        log.exception("the day's work was not done; the next tick tries again")
        failed.append(HOUSE)
    return TickReport(len(ids), raised, closed, tuple(failed))


def tick_setting(setting_id: int, now: datetime) -> tuple[int, int]:
    """Bring one setting's duties in line with the moment; return how many were raised and closed."""
    with store.scope([setting_id]):
        ctx = context(setting_id)
        caller = host.for_setting(ctx)
        days = _days(ctx, now.date())
        with store.connection() as conn:
            seen = [_read(conn, ctx, caller, day) for day in days]
            wanted = {w.key: w for w in _wanted(conn, ctx, caller, seen, now)}
            known = _open(conn, ctx.id)
            due_to_judge = _starters(caller, seen, now)
            behind = catching_up.behind(conn, ctx, now.date())
        new = [w for key, w in wanted.items() if key not in known]
        gone = [known[key] for key in known if key not in wanted and _closes(key, days)]
        if new or gone:
            _write(ctx, new, gone, now)
        judged = _judge(ctx, caller, due_to_judge, now)
        if behind:
            recompute(ctx.id, now)
        for refresh in current_app.extensions.get("daymark.refreshers", ()):
            refresh(ctx, caller, now)
        pass_unopened(ctx, caller, now)
        return len(new) + judged, len(gone)


def _days(ctx: SettingContext, today: date) -> list[date]:
    """Return today and the school day before it, which a machine that slept may have missed."""
    try:
        return [ctx.calendar.before(today, 1), today]
    except CalendarError:
        return [today]


def _read(conn: Connection, ctx: SettingContext, caller: Caller, day: date) -> _Day:
    entries = pupils.roll(conn, ctx.id, day)
    groups = {group.id: group for group in pupils.groups(conn, ctx.id, day)}
    slots = plan.planned(conn, ctx, caller, day, [plan.placement_of(entry, day) for entry in entries])
    registers = plan.registers(ctx, day, entries, groups, slots)
    found = _Day(day, entries, registers, plan.taken(conn, ctx.id, [day]), list(groups.values()))
    sessions = {register.session_no for register in registers}
    if sessions:
        found.marked = {(m.session_no, m.pupil_id) for m in stored.for_session(conn, ctx.id, sessions)}
    return found


# -------------------------------------------------------------------- what the facts call for


def _wanted(conn: Connection, ctx: SettingContext, caller: Caller, days: Sequence[_Day], now: datetime) -> Iterator[Wanted]:
    for seen in days:
        for register in seen.registers:
            yield from _of_register(caller, seen, register, now)
    yield from _unplanned(conn, ctx, caller, days[-1], now)
    yield from _weekly(conn, ctx, caller, now)
    yield from policy_reviews.wanted(conn, ctx, now)
    yield from statutory.wanted(conn, ctx, caller, days[-1].groups, now)


def _of_register(caller: Caller, seen: _Day, register: plan.ExpectedRegister, now: datetime) -> Iterator[Wanted]:
    """Yield the duty of a register that is missing, or of each pupil it leaves out once it is closed."""
    if now < plan.closes_at(register.slot):
        return
    if register.group_id is None:
        yield from (_unaccounted(caller, seen, register, pupil, "is in no class, so no register has them") for pupil in _unmarked(seen, register))
    elif (register.session_no, register.group_id) not in seen.taken:
        yield _not_taken(caller, register)
    else:
        yield from (_unaccounted(caller, seen, register, pupil, "has no mark in a register that was taken") for pupil in _unmarked(seen, register))


def _unmarked(seen: _Day, register: plan.ExpectedRegister) -> list[int]:
    return [pupil for pupil in register.pupil_ids if (register.session_no, pupil) not in seen.marked]


def _not_taken(caller: Caller, register: plan.ExpectedRegister) -> Wanted:
    booked = register.slot.closes is None
    what = caller.words["register"].capitalize()
    verb = "not submitted" if booked else "not taken"
    takers = tuple(role for role in TAKERS if any(one.like == role for one in caller.roles))
    return Wanted(
        NOT_TAKEN, f"{what} {verb}: {register.group_name}, {register.slot.label}", (*takers, *OFFICE), register.slot.day,
        due_at=plan.overdue_from(register.slot), overdue_from=plan.overdue_from(register.slot), group_id=register.group_id,
        session_no=register.session_no, urgency=0, clauses=("SPM-12",) if booked else ("ATT-059", "SI 2024/208 reg 10(1)"),
    )  # fmt: skip


def _unaccounted(caller: Caller, seen: _Day, register: plan.ExpectedRegister, pupil: int, why: str) -> Wanted:
    at = plan.closes_at(register.slot)
    title = f"Unaccounted for, {register.slot.label}: the {caller.words['pupil']} {why}"
    return Wanted(UNACCOUNTED, title, OFFICE, seen.day, at, at, pupil, register.group_id, register.session_no, 0, ("ATT-009",))


def _unplanned(conn: Connection, ctx: SettingContext, caller: Caller, today: _Day, now: datetime) -> Iterator[Wanted]:
    """Yield the duty of each pupil on roll for whom no session is planned: today, or in two weeks where sessions are agreed one by one."""
    due = {pupil for register in today.registers for pupil in register.pupil_ids}
    without = [entry for entry in today.entries if entry.pupil_id not in due]
    if not without:
        return
    if caller.profile.session_model == "am_pm":
        closed = ctx.calendar.is_school_day(today.day)
        without = [e for e in without if closed and not any(ctx.closed(today.day, key, e.group_id) for key in ("AM", "PM"))]
    else:
        placements = [plan.placement_of(entry, today.day) for entry in without]
        planned = _planned_soon(conn, ctx, caller, today.day, placements)
        without = [entry for entry in without if entry.pupil_id not in planned]
    for entry in without:
        title = f"No session is planned for this {caller.words['pupil']}: no register will ask for them"
        yield Wanted(NO_PLAN, title, OFFICE, _since(entry, today.day), now, None, entry.pupil_id, urgency=5,
                     clauses=("ATT-009", "SEN-017"))  # fmt: skip


def _since(entry: RollEntry, day: date) -> date:
    """Return a day that stays the same on every tick: when the placement began."""
    return entry.placement.first if entry.placement else date(day.year, 1, 1)


def _planned_soon(conn: Connection, ctx: SettingContext, caller: Caller, day: date, placements: Sequence[Placement]) -> set[int]:
    """Return the pupils with some session in the coming two weeks of the calendar."""
    found: set[int] = set()
    days = ctx.calendar.school_days(day, day + timedelta(days=LOOK_AHEAD)) or [day]
    for coming in days:
        rest = [placement for placement in placements if placement.pupil_id not in found]
        if not rest:
            break
        found |= plan.planned(conn, ctx, caller, coming, rest).keys()
    return found if ctx.calendar.school_days(day, day + timedelta(days=LOOK_AHEAD)) else {p.pupil_id for p in placements}


def _weekly(conn: Connection, ctx: SettingContext, caller: Caller, now: datetime) -> Iterator[Wanted]:
    """Yield what is owed once in every school week and is not there yet, for this week and the one before (R-25)."""
    kinds = [kind for kind in caller.catalogue.record_kinds if kind.weekly]
    if not kinds:
        return
    weeks = ctx.calendar.school_weeks(now.date() - timedelta(days=28), now.date())[-2:]
    for monday in weeks:
        deadline = deadlines.weekly(ctx.calendar, monday)
        if deadline is None:
            continue
        done = _kinds_recorded(conn, ctx.id, monday)
        due = datetime.combine(deadline.last_in_time, time(23, 59), LONDON)
        over = datetime.combine(deadline.overdue_from, time(), LONDON)
        for kind in (kind for kind in kinds if kind.key not in done):
            yield Wanted(f"{WEEKLY}{kind.key}", f"{kind.label}, week of {monday:%-d %B}", kind.weekly, monday, due, over, urgency=60, clauses=kind.clauses)


def _kinds_recorded(conn: Connection, setting_id: int, monday: date) -> set[str]:
    week = (record.c.first >= monday, record.c.first < monday + timedelta(days=7))
    query = select(record.c.kind).where(record.c.setting_id == setting_id, record.c.pupil_id.is_(None), *week)
    return set(conn.execute(query).scalars())


def _starters(caller: Caller, days: Iterable[_Day], now: datetime) -> set[int]:
    """Return the pupils whose placement began on one of these days and whose last session that day has ended: did they arrive?"""
    found: set[int] = set()
    for seen in days:
        ends = [register.slot.ends or register.slot.starts for register in seen.registers]
        if ends and now >= datetime.combine(seen.day, max(ends), LONDON):
            found |= {e.pupil_id for e in seen.entries if e.placement is not None and e.placement.first == seen.day}
    return found


# -------------------------------------------------------------------- writing


def _open(conn: Connection, setting_id: int) -> dict[Key, int]:
    """Return the ids of open duties that no finding raised, by what makes them the same."""
    d = Duty
    query = select(d.id, d.kind, d.pupil_id, d.group_id, d.session_no, d.anchor).where(
        d.setting_id == setting_id, d.done_at.is_(None), d.finding_id.is_(None)
    )
    return {(row.kind, row.pupil_id, row.group_id, row.session_no, row.anchor): row.id for row in conn.execute(query)}


def _closes(key: Key, days: Sequence[date]) -> bool:
    """Whether a duty that the facts no longer call for is closed: not a weekly one, nor one of an older day that was not looked at."""
    return key[0] in (NO_PLAN, *policy_reviews.KINDS) or (key[0] in BY_THEMSELVES and key[4] in days)


_CLOSE = (
    update(Duty)
    .where(Duty.setting_id == bindparam("here"), Duty.id == bindparam("key"), Duty.done_at.is_(None))
    .values(done_at=bindparam("at"), outcome="No longer called for")
)


def _write(ctx: SettingContext, new: Sequence[Wanted], gone: Sequence[int], now: datetime) -> None:
    rows = [
        {"setting_id": ctx.id, "kind": w.kind, "pupil_id": w.pupil_id, "group_id": w.group_id, "session_no": w.session_no, "anchor": w.anchor,
         "title": w.title, "roles": roles_text(w.roles), "urgency": w.urgency, "clauses": ", ".join(w.clauses), "raised_at": now,
         "due_at": w.due_at, "overdue_from": w.overdue_from, "outcome": ""}
        for w in new
    ]  # fmt: skip
    with store.writing(now=now, actor_id=None) as w:
        if rows:
            w.conn.execute(insert(Duty), rows)
        if gone:
            w.conn.execute(_CLOSE, [{"here": ctx.id, "key": key, "at": now} for key in gone])


def _judge(ctx: SettingContext, caller: Caller, pupil_ids: set[int], now: datetime) -> int:
    if not pupil_ids:
        return 0
    with store.writing(now=now, actor_id=None) as w:
        return sum(change.change == "raised" for change in judge(w, caller, ctx, sorted(pupil_ids), now))


_TAKEN = (
    update(Duty)
    .where(
        Duty.setting_id == bindparam("here"), Duty.session_no == bindparam("number"), Duty.group_id == bindparam("group"),
        Duty.kind == NOT_TAKEN, Duty.done_at.is_(None),
    )
    .values(done_at=bindparam("at"), outcome="Taken")
)  # fmt: skip


def register_taken(w: store.Writing, setting_id: int, session_no: int, group_id: int, now: datetime) -> None:
    """Close the duty of a register that has just been saved, in the save's own transaction; one statement."""
    w.conn.execute(_TAKEN, {"here": setting_id, "number": session_no, "group": group_id, "at": now})


__all__ = ["BY_THEMSELVES", "NOT_TAKEN", "TickReport", "UNACCOUNTED", "WEEKLY", "register_taken", "tick", "tick_setting"]
