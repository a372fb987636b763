"""The register as the law wants it on paper: blank to be filled in by hand, or with every mark, amendment and who made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from intranet import duties
from intranet.errors import Refused
from intranet.extension.caller import Caller
from intranet.extension.values import Placement, Slot
from intranet.law.codes import Code
from intranet.law.sessions import session_no
from intranet.people import service as people
from intranet.pupils import models as m
from intranet.pupils.roll import Group
from intranet.pupils.rules import shown_name, sort_name
from intranet.registers.paper_changes import Change, changes
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.marks import StoredMark

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
WEEKDAYS = 5  # columns of a sheet; a school day at a weekend adds its own


@dataclass(frozen=True)
class Member:
    """A pupil who was in the class on some of the days."""

    pupil_id: int
    name: str
    sort: tuple[str, str]
    spans: tuple[tuple[date, date | None], ...]
    placements: tuple[Placement, ...]

    def on(self, day: date) -> bool:
        """Return whether the pupil was in the class and on roll that day."""
        return any(first <= day and (last is None or day <= last) for first, last in self.spans)

    def placement(self, day: date) -> Placement:
        """Return the placement of a day, or one that says nothing."""
        live = [one for one in self.placements if one.first <= day and (one.last is None or day <= one.last)]
        return live[-1] if live else Placement(0, self.pupil_id, "", day, None)


@dataclass(frozen=True)
class Column:
    """A session of a sheet, or a day without one and why."""

    day: date
    number: int | None
    label: str
    closed: str = ""
    first_of_day: bool = True


@dataclass(frozen=True)
class Cell:
    """What a row has in a column: the mark with its minutes, and the numbers of the changes to it."""

    text: str = ""
    changes: tuple[int, ...] = ()
    due: bool = True


@dataclass(frozen=True)
class Line:
    """A pupil's row on a sheet."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet of paper: a week of one class."""

    monday: date
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    changes: tuple[tuple[int, str, Change], ...]
    codes: tuple[Code, ...]

    @property
    def days(self) -> tuple[tuple[date, int], ...]:
        """Return each day with how many columns it has."""
        found: dict[date, int] = {}
        for column in self.columns:
            found[column.day] = found.get(column.day, 0) + 1
        return tuple(found.items())


def span(ctx: SettingContext, day: date, whole: str) -> tuple[date, date]:
    """Return the first and last day to print: the week or the half-term of a day; raise Refused where there is none."""
    periods = ctx.calendar.periods
    if not periods or not min(period.first for period in periods) <= day <= max(period.last for period in periods):
        raise Refused("Day", f"{day:%d/%m/%Y}", "the calendar has no term dates around it", "Choose a day in term", fields=["day"])
    monday = day - timedelta(days=day.weekday())
    if whole == "week":
        return monday, monday + ONE_WEEK - ONE_DAY
    period = ctx.calendar.half_term(day)
    if period is None:
        raise Refused("Day", f"{day:%d/%m/%Y}", "it is in no half-term of this calendar", "Choose a day in term, or print a week", fields=["day"])
    return period.first, period.last


def sheets(conn: Connection, ctx: SettingContext, caller: Caller, group: Group, first: date, last: date, *, filled: bool) -> list[Sheet]:
    """Return the sheets of a class from day to day, one a week; the statements do not grow with the pupils."""
    members = _members(conn, ctx.id, group.id, first, last)
    plans = _plans(conn, ctx, caller, group, members, first, last)
    numbers = {session_no(slot.day, slot.key) for day in plans.values() for slots in day.values() for slot in slots}
    ids = [member.pupil_id for member in members]
    marks: dict[tuple[int, int], StoredMark] = {}
    changed: Sequence[Change] = ()
    if filled and numbers and ids:
        marks = {(mark.pupil_id, mark.session_no): mark for mark in stored_marks.for_session(conn, ctx.id, numbers, ids)}
        changed = changes(conn, ctx.id, caller, group.id, numbers, marks, names(conn))
    mondays = sorted({day - timedelta(days=day.weekday()) for day in plans})
    return [_sheet(ctx, caller, group, monday, members, plans, marks, changed) for monday in mondays if _used(monday, plans)]


def names(conn: Connection) -> Any:
    """Return a function that gives accounts' names by id."""
    return lambda ids: people.names(conn, ids)


def _used(monday: date, plans: Mapping[date, Mapping[int, Sequence[Slot]]]) -> bool:
    return any(any(slots) for day, slots in plans.items() if monday <= day < monday + ONE_WEEK)


def _members(conn: Connection, setting_id: int, group_id: int, first: date, last: date) -> list[Member]:
    """Return who was in the class between two days, in the order of a paper register; two statements."""
    p, member, place = m.Pupil, m.GroupMember, m.Placement
    columns = (p.id, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family, p.admitted_on, p.left_on)
    query = (
        select(*columns, member.first, member.last)
        .join(member, member.pupil_id == p.id)
        .where(p.setting_id == setting_id, member.setting_id == setting_id, member.group_id == group_id, p.merged_into.is_(None))
        .where(member.first <= last, or_(member.last.is_(None), member.last >= first), p.admitted_on <= last)
        .where(or_(p.left_on.is_(None), p.left_on >= first))
    )
    rows = conn.execute(query.order_by(member.first)).all()
    placed = select(place).where(place.setting_id == setting_id, place.pupil_id.in_({row.id for row in rows}))
    placements: dict[int, list[Placement]] = {}
    for row in conn.execute(placed.with_only_columns(place.id, place.pupil_id, place.model, place.first, place.last, place.duties, place.agreement)
                            .order_by(place.first)) if rows else ():  # fmt: skip
        one = Placement(row.id, row.pupil_id, row.model, row.first, row.last, row.duties or {}, row.agreement or {})
        placements.setdefault(row.pupil_id, []).append(one)
    return sorted(_as_members(rows, placements), key=lambda one: (one.sort, one.pupil_id))


def _as_members(rows: Sequence[Any], placements: Mapping[int, list[Placement]]) -> list[Member]:
    spans: dict[int, list[tuple[date, date | None]]] = {}
    people_by_id = {row.id: row for row in rows}
    for row in rows:
        ends = [day for day in (row.last, row.left_on) if day is not None]
        spans.setdefault(row.id, []).append((max(row.first, row.admitted_on), min(ends, default=None)))
    found = []
    for key, row in people_by_id.items():
        given, family = row.preferred_given or row.legal_given, row.preferred_family or row.legal_family
        name = f"{family}, {given}" if given else shown_name(row.legal_given, row.legal_family, "", "")
        found.append(Member(key, name, sort_name(given, family), tuple(spans[key]), tuple(placements.get(key, ()))))
    return found


def _plans(
    conn: Connection, ctx: SettingContext, caller: Caller, group: Group, members: Sequence[Member], first: date, last: date
) -> dict[date, dict[int, tuple[Slot, ...]]]:
    """Return each day's sessions by pupil; a statement a day only where sessions are booked."""
    found: dict[date, dict[int, tuple[Slot, ...]]] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        due = [member.placement(day) for member in members if member.on(day)]
        plan = duties.planned(conn, ctx, caller, day, due) if due else {}
        found[day] = {pupil: tuple(s for s in slots if s.expected and ctx.closed(day, s.key, group.id) is None) for pupil, slots in plan.items()}
    return found


def _sheet(
    ctx: SettingContext, caller: Caller, group: Group, monday: date, members: Sequence[Member],
    plans: Mapping[date, Mapping[int, Sequence[Slot]]], marks: Mapping[tuple[int, int], StoredMark], changed: Sequence[Change],
) -> Sheet:  # fmt: skip
    week = [day for n in range(7) if (day := monday + timedelta(days=n)) in plans]
    columns = [column for day in week for column in _columns(ctx, group, day, plans[day])]
    listed = [change for change in changed if monday <= change.day < monday + ONE_WEEK]
    numbered = [(n, next((one.name for one in members if one.pupil_id == change.pupil_id), ""), change) for n, change in enumerate(listed, 1)]
    refs: dict[tuple[int, int], list[int]] = {}
    for n, _, change in numbered:
        refs.setdefault((change.pupil_id, change.session_no), []).append(n)
    here = [member for member in members if any(member.on(day) for day in week)]
    lines = tuple(Line(one.name, tuple(_cell(caller, one, column, plans, marks, refs) for column in columns)) for one in here)
    return Sheet(monday, tuple(columns), lines, tuple(numbered), _key(caller, week))


def _columns(ctx: SettingContext, group: Group, day: date, plan: Mapping[int, Sequence[Slot]]) -> list[Column]:
    slots = {slot.key: slot for one in plan.values() for slot in one}
    if not slots:
        closed = ctx.closed(day, None, group.id)
        return [Column(day, None, "", closed.label if closed else "No session")] if day.weekday() < WEEKDAYS else []
    ordered = sorted(slots.values(), key=lambda slot: slot.starts)
    return [Column(day, session_no(day, slot.key), slot.key, "", place == 0) for place, slot in enumerate(ordered)]


def _cell(
    caller: Caller, one: Member, column: Column, plans: Mapping[date, Mapping[int, Sequence[Slot]]],
    marks: Mapping[tuple[int, int], StoredMark], refs: Mapping[tuple[int, int], Sequence[int]],
) -> Cell:  # fmt: skip
    if column.number is None:
        return Cell(due=False)
    mark = marks.get((one.pupil_id, column.number))
    due = any(session_no(slot.day, slot.key) == column.number for slot in plans[column.day].get(one.pupil_id, ()))
    if mark is None:
        return Cell(due=due)
    symbol = caller.entered_symbol(caller.codes.symbol(mark.code_id) or "?")
    text = symbol if mark.minutes is None else f"{symbol} {mark.minutes}"
    return Cell(text, tuple(refs.get((one.pupil_id, column.number), ())), due=True)


def _key(caller: Caller, week: Sequence[date]) -> tuple[Code, ...]:
    """Return the codes in force in a week, each once, in the order of the law."""
    found = {(code.symbol, code.name): code for day in week for code in caller.codes.on(day)}
    return tuple(found.values())


