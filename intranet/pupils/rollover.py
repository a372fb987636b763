"""The year-end rollover: year groups up, classes mapped, leavers proposed; one event, and undone until the new year starts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.law.calendar import CalendarError
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import classes
from intranet.pupils import models as m
from intranet.pupils.events import append
from intranet.pupils.particulars import refuse
from intranet.pupils.roll import enrolled, live
from intranet.pupils.rules import shown_name, sort_name
from intranet.settings.service import SettingContext

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PupilMove:
    """One pupil in the coming year."""

    pupil_id: int
    name: str
    year_group: int | None
    next_year: int | None
    group_id: int | None
    leaver: bool = False


@dataclass(frozen=True)
class ClassMove:
    """One class and what its pupils' class is called in the coming year; the same name keeps a class without a year."""

    group_id: int
    name: str
    year_group: int | None
    next_name: str
    pupils: int


@dataclass(frozen=True)
class Plan:
    """What a rollover would do, for a person to change and confirm."""

    starts: date
    last_day: date
    pupils: tuple[PupilMove, ...]
    classes: tuple[ClassMove, ...]

    @property
    def leavers(self) -> tuple[PupilMove, ...]:
        """The pupils proposed as leavers."""
        return tuple(pupil for pupil in self.pupils if pupil.leaver)


def new_year(ctx: SettingContext, today: date) -> tuple[date, date]:
    """Return the last school day of this school year and the first day of the next; raise Refused without its term dates."""
    calendar = ctx.calendar
    try:
        first, last = calendar.year_range(calendar.school_year(today))
        starts = calendar.year_range(calendar.school_year(last + ONE_DAY))[0]
    except CalendarError as reason:
        rule = "The calendar has no term dates for the coming school year"
        raise Refused("Rollover", None, rule, "Add its terms to the calendar, then roll over") from reason
    days = calendar.school_days(first, last)
    return (days[-1] if days else last), starts


def year_on(row: Any, on: date) -> int | None:
    """Return a pupil's year group on a day."""
    return row.next_year_group if row.next_year_from and row.next_year_from <= on else row.year_group  # type: ignore[no-any-return]


def next_class_name(name: str, year_group: int | None) -> str:
    """Return what a class is called a year later: `3B` becomes `4B`, `Year 3` becomes `Year 4`, others keep their name."""
    if year_group is None or not re.search(rf"(?<!\d){year_group}(?!\d)", name):
        return name
    return re.sub(rf"(?<!\d){year_group}(?!\d)", str(year_group + 1), name, count=1)


def preview(conn: Connection, ctx: SettingContext, today: date) -> Plan:
    """Return what rolling over to the next school year would do; three statements however many pupils."""
    last_day, starts = new_year(ctx, today)
    rows = _pupils(conn, ctx.id, today)
    years = [year for row in rows if (year := year_on(row, today)) is not None]
    top = max(years, default=None) if ctx.phase != "special" else None
    pupils = [_move(row, today, top) for row in rows]
    groups = [_class_move(row, pupils) for row in _groups(conn, ctx.id, today)]
    return Plan(starts, last_day, tuple(pupils), tuple(groups))


def _pupils(conn: Connection, setting_id: int, today: date) -> Sequence[Any]:
    p, member = m.Pupil, m.GroupMember
    joined = and_(member.setting_id == setting_id, member.pupil_id == p.id, live(member, today))
    query = (
        select(
            p.id, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family, p.year_group, p.next_year_group, p.next_year_from,
            p.left_on, member.group_id,
        )
        .join(member, joined, isouter=True)
        .where(p.setting_id == setting_id, enrolled(today), p.left_on.is_(None))
    )  # fmt: skip
    return sorted(conn.execute(query).all(), key=lambda row: sort_name(row.legal_given, row.legal_family))


def _groups(conn: Connection, setting_id: int, today: date) -> Sequence[Any]:
    g = m.TeachingGroup
    query = (
        select(g.id, g.name, g.kind, g.year_group)
        .where(g.setting_id == setting_id, live(g, today))
        .order_by(g.year_group, g.name)
    )
    return conn.execute(query).all()


def _move(row: Any, today: date, top: int | None) -> PupilMove:
    year = year_on(row, today)
    name = shown_name(row.legal_given, row.legal_family, row.preferred_given, row.preferred_family)
    leaver = year is not None and year == top
    return PupilMove(row.id, name, year, None if year is None else year + 1, row.group_id, leaver)


def _class_move(row: Any, pupils: Sequence[PupilMove]) -> ClassMove:
    inside = [pupil for pupil in pupils if pupil.group_id == row.id]
    everybody_leaves = bool(inside) and all(pupil.leaver for pupil in inside)
    return ClassMove(
        row.id,
        row.name,
        row.year_group,
        "" if everybody_leaves else next_class_name(row.name, row.year_group),
        len(inside),
    )


def changed(plan: Plan, leavers: Collection[int], names: Mapping[int, str]) -> Plan:
    """Return the plan with a person's choice of leavers and class names; raise NotFound for a pupil or class that is not in it."""
    if set(leavers) - {pupil.pupil_id for pupil in plan.pupils} or set(names) - {
        group.group_id for group in plan.classes
    }:
        raise NotFound
    pupils = tuple(replace(pupil, leaver=pupil.pupil_id in leavers) for pupil in plan.pupils)
    groups = tuple(
        replace(group, next_name=names.get(group.group_id, group.next_name).strip()) for group in plan.classes
    )
    return replace(plan, pupils=pupils, classes=groups)


def _check(plan: Plan) -> None:
    staying = {pupil.group_id for pupil in plan.pupils if not pupil.leaver}
    found = [
        FieldProblem(
            f"class-{group.group_id}",
            f"{group.name} has pupils who stay. Enter the name of their class from {long_date(plan.starts)}.",
        )
        for group in plan.classes
        if group.group_id in staying and not group.next_name
    ]
    refuse("Rollover", found)


def roll_over_year(
    ctx: SettingContext, plan: Plan, *, actor: Actor, now: datetime, request_id: str | None = None
) -> int:
    """Carry out a plan in one transaction and one event, and return the rollover's id."""
    _check(plan)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        _not_twice(w.conn, ctx.id, plan.starts)
        undo = _years_up(w.conn, ctx.id, plan, now.date())
        undo |= _classes_over(w, ctx.id, plan)
        undo |= _leavers_out(w.conn, ctx.id, plan)
        values = {"starts": plan.starts, "changes": undo, "made_at": now, "made_by": actor.account_id}
        made = insert(m.Rollover).values(setting_id=ctx.id, **values).returning(m.Rollover.id)
        rollover_id = int(w.conn.execute(made).scalar_one())
        leavers = len(plan.leavers)
        data = {
            "rollover_id": rollover_id,
            "starts": str(plan.starts),
            "moved": len(plan.pupils) - leavers,
            "leavers": leavers,
            "was": undo,
        }
        append(w, ctx.id, "years", "year.rolled", data, now=now, request_id=request_id)
    return rollover_id


def _not_twice(conn: Connection, setting_id: int, starts: date) -> None:
    r = m.Rollover
    if (
        conn.execute(select(r.id).where(r.setting_id == setting_id, r.starts == starts, r.undone_at.is_(None))).first()
        is not None
    ):
        raise Refused(
            "Rollover", long_date(starts), "The year has been rolled over to this day already", "Undo that one first"
        )


def _years_up(conn: Connection, setting_id: int, plan: Plan, today: date) -> dict[str, Any]:
    p = m.Pupil
    staying = [pupil for pupil in plan.pupils if not pupil.leaver and pupil.next_year is not None]
    ids = [pupil.pupil_id for pupil in staying]
    query = select(p.id, p.year_group, p.next_year_group, p.next_year_from).where(
        p.setting_id == setting_id, p.id.in_(ids)
    )
    was = [[row.id, row.year_group, row.next_year_group, str(row.next_year_from or "")] for row in conn.execute(query)]
    move = update(p).where(p.setting_id == setting_id, p.id == bindparam("b_id"))
    move = move.values(year_group=bindparam("b_year"), next_year_group=bindparam("b_next"), next_year_from=plan.starts)
    _many(
        conn,
        move,
        [{"b_id": pupil.pupil_id, "b_year": pupil.year_group, "b_next": pupil.next_year} for pupil in staying],
    )
    return {"years": was}


def _classes_over(w: store.Writing, setting_id: int, plan: Plan) -> dict[str, Any]:
    made: dict[str, int] = {}
    closed: list[int] = []
    for group in plan.classes:
        if group.next_name == group.name and group.year_group is None:
            continue
        closed.append(group.group_id)
        if group.next_name and group.next_name not in made:
            year = None if group.year_group is None else group.year_group + 1
            made[group.next_name] = classes.make_class(w, setting_id, group.next_name, plan.starts, year_group=year)
    g, member = m.TeachingGroup, m.GroupMember
    w.conn.execute(update(g).where(g.setting_id == setting_id, g.id.in_(closed)).values(last=plan.starts - ONE_DAY))
    runs = and_(
        member.setting_id == setting_id,
        member.group_id.in_(closed),
        or_(member.last.is_(None), member.last >= plan.starts),
    )
    was = [[row.id, str(row.last or "")] for row in w.conn.execute(select(member.id, member.last).where(runs))]
    w.conn.execute(update(member).where(runs).values(last=plan.starts - ONE_DAY))
    names = {group.group_id: group.next_name for group in plan.classes if group.group_id in closed}
    joins = [
        {
            "setting_id": setting_id,
            "group_id": made[names[pupil.group_id]],
            "pupil_id": pupil.pupil_id,
            "first": plan.starts,
        }
        for pupil in plan.pupils
        if not pupil.leaver and pupil.group_id in names
    ]
    _many(w.conn, insert(member), joins)
    return {"closed": closed, "made": list(made.values()), "members": was}


def _leavers_out(conn: Connection, setting_id: int, plan: Plan) -> dict[str, Any]:
    ids = [pupil.pupil_id for pupil in plan.leavers]
    place, member, p = m.Placement, m.GroupMember, m.Pupil
    runs = and_(
        place.setting_id == setting_id, place.pupil_id.in_(ids), or_(place.last.is_(None), place.last > plan.last_day)
    )
    placements = [[row.id, str(row.last or "")] for row in conn.execute(select(place.id, place.last).where(runs))]
    conn.execute(update(place).where(runs).values(last=plan.last_day))
    stays = and_(
        member.setting_id == setting_id,
        member.pupil_id.in_(ids),
        or_(member.last.is_(None), member.last > plan.last_day),
    )
    rows = [[row.id, str(row.last or "")] for row in conn.execute(select(member.id, member.last).where(stays))]
    conn.execute(update(member).where(stays).values(last=plan.last_day))
    conn.execute(update(p).where(p.setting_id == setting_id, p.id.in_(ids)).values(left_on=plan.last_day))
    return {"leavers": ids, "placements": placements, "leaver_members": rows}


def _many(conn: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        conn.execute(statement, list(rows))


def undo(setting_id: int, rollover_id: int, *, actor: Actor, now: datetime) -> None:
    """Put everything back as it was before a rollover; raise Refused once the new year has started."""
    r = m.Rollover
    with store.writing(now=now, actor_id=actor.account_id) as w:
        row = w.conn.execute(
            select(r.starts, r.changes, r.undone_at).where(r.setting_id == setting_id, r.id == rollover_id)
        ).first()
        if row is None or row.undone_at is not None:
            raise NotFound
        if now.date() >= row.starts:
            raise Refused(
                "Rollover",
                long_date(row.starts),
                "The new year has started, and its registers hang on it",
                "Move pupils one by one instead",
            )
        _put_back(w.conn, setting_id, row.changes, row.starts)
        w.conn.execute(update(r).where(r.setting_id == setting_id, r.id == rollover_id).values(undone_at=now))
        append(
            w, setting_id, "years", "year.roll_undone", {"rollover_id": rollover_id, "starts": str(row.starts)}, now=now
        )


def _put_back(conn: Connection, setting_id: int, was: Mapping[str, Any], starts: date) -> None:
    member, staff, g, p = m.GroupMember, m.GroupStaff, m.TeachingGroup, m.Pupil
    made = was["made"]
    conn.execute(delete(member).where(member.setting_id == setting_id, member.group_id.in_(made)))
    conn.execute(delete(staff).where(staff.setting_id == setting_id, staff.group_id.in_(made)))
    conn.execute(delete(g).where(g.setting_id == setting_id, g.id.in_(made)))
    conn.execute(update(g).where(g.setting_id == setting_id, g.id.in_(was["closed"])).values(last=None))
    _restore(conn, member, setting_id, [*was["leaver_members"], *was["members"]])  # the first closing is put back last
    _restore(conn, m.Placement, setting_id, was["placements"])
    conn.execute(update(p).where(p.setting_id == setting_id, p.id.in_(was["leavers"])).values(left_on=None))
    back = update(p).where(p.setting_id == setting_id, p.id == bindparam("b_id"))
    back = back.values(
        year_group=bindparam("b_year"), next_year_group=bindparam("b_next"), next_year_from=bindparam("b_from")
    )
    _many(
        conn,
        back,
        [{"b_id": i, "b_year": year, "b_next": then, "b_from": _day(on)} for i, year, then, on in was["years"]],
    )


def _restore(conn: Connection, table: Any, setting_id: int, rows: Sequence[Sequence[Any]]) -> None:
    back = (
        update(table)
        .where(table.setting_id == setting_id, table.id == bindparam("b_id"))
        .values(last=bindparam("b_last"))
    )
    _many(conn, back, [{"b_id": row_id, "b_last": _day(last)} for row_id, last in rows])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def last_rollover(conn: Connection, setting_id: int) -> Any:
    """Return the latest rollover that stands, or None."""
    r = m.Rollover
    query = (
        select(r.id, r.starts, r.made_at, r.changes)
        .where(r.setting_id == setting_id, r.undone_at.is_(None))
        .order_by(r.starts.desc())
    )
    return conn.execute(query).first()
