"""Importing past marks: a row a session, a sheet of dates, or one string a pupil; each judged by the law of its own day."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, or_, select

from intranet.exchange import values, who
from intranet.exchange.columns import MARKS, Mapped
from intranet.exchange.reading import Sheet
from intranet.exchange.verdicts import DryRun, Reader, Rows
from intranet.extension.host import Caller
from intranet.law.codes import CodesOn
from intranet.law.sessions import session_no
from intranet.law.words import long_date
from intranet.pupils import models as m
from intranet.settings.service import SettingContext
from intranet.store import Writing, bulk
from intranet.store.tables import mark

READERS: dict[str, Reader] = {
    "upn": values.unique_number, "legal_family": values.text, "legal_given": values.text, "born": values.day, "day": values.day,
    "session": values.session_key, "mark": partial(values.text, longest=3), "minutes": values.number, "note": partial(values.text, longest=500),
    "starts": values.day, "marks": partial(values.text, longest=2000),
}  # fmt: skip
NOTHING = frozenset({"", "-", " "})
ONE_DAY = timedelta(days=1)
SATURDAY = 5
HALVES = ("AM", "PM")
_DATED = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[ ,]*)?(?P<day>[\d./-]{8,10}|\d{1,2}[ -][a-z]{3,9}[ -]\d{4})[ _:-]*(?P<half>am|pm)",
    re.I,
)


@dataclass(frozen=True)
class Said:
    """One mark as the file has it."""

    row: int
    column: str
    pupil: Mapping[str, Any]
    day: date
    key: str
    symbol: str
    minutes: int | None = None
    note: str | None = None


@dataclass
class Plan:
    """The registers an import would store, by session and class."""

    registers: dict[tuple[int, int], list[tuple[int, int, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    notes: dict[tuple[int, int], dict[int, str]] = field(default_factory=lambda: defaultdict(dict))


def dated_columns(header: Sequence[str]) -> dict[int, tuple[date, str]]:
    """Return the columns of a wide sheet whose titles are a date with AM or PM."""
    found: dict[int, tuple[date, str]] = {}
    for index, title in enumerate(header):
        said = _DATED.fullmatch(title.strip())
        if said is None:
            continue
        try:
            day = values.day(said["day"])
        except values.CellError:
            continue
        if day is not None:
            found[index] = (day, said["half"].upper())
    return found


def shape_problem(mapped: Mapped, dated: Mapping[int, Any]) -> str | None:
    """Return why the file's columns are none of the three shapes, or None."""
    has = mapped.columns.keys()
    if not ({"upn"} & has or {"legal_family", "legal_given"} <= has):
        return "No column says which pupil a row is about. Add the UPN, or surname, forename and date of birth."
    if dated or {"day", "session", "mark"} <= has or {"starts", "marks"} <= has:
        return None
    return "The columns hold marks in none of three ways: Date, Session and Mark; a column for each date with AM or PM; or Marks and their start date."


def dry_run(conn: Connection, ctx: SettingContext, caller: Caller, sheet: Sheet, mapped: Mapped, today: date) -> DryRun:
    """Return what importing these marks would do; stores nothing and recodes nothing."""
    rows = Rows(sheet, mapped, {item.key: item for item in MARKS}, READERS)
    dated = dated_columns(sheet.header)
    judge = _Judge(ctx, caller, rows, today, _Days(conn, ctx.id))
    notes: set[str] = set()
    known = who.known_pupils(conn, ctx.id)
    for number, cells in sheet.rows:
        row = rows.values(number, cells)
        if row is None:
            continue
        pupil = known.find(row)
        if pupil is None:
            rows.refuse(
                number,
                "upn",
                who.said(row),
                f"No pupil here is {who.said(row)}. Import the pupils first, or correct the row.",
            )
            continue
        for said in _said(number, row, cells, pupil, dated, sheet.header, ctx, notes):
            judge.take(said)
    marks = sum(len(rows_) for rows_ in judge.plan.registers.values())
    return DryRun(
        "marks", sheet.digest, len(sheet.rows), marks, 0, judge.same, tuple(rows.verdicts), mapped.unknown, (*sorted(notes), *judge.notes()), judge.plan
    )  # fmt: skip


def _said(
    number: int, row: Mapping[str, Any], cells: Sequence[str], pupil: Mapping[str, Any], dated: Mapping[int, tuple[date, str]],
    header: Sequence[str], ctx: SettingContext, notes: set[str],
) -> Iterator[Said]:  # fmt: skip
    """Yield the marks of one row, whichever of the three shapes it has."""
    for index, (day, key) in dated.items():
        yield Said(number, header[index], pupil, day, key, cells[index].strip())
    if row.get("day") and row.get("session"):
        yield Said(
            number,
            "mark",
            pupil,
            row["day"],
            row["session"],
            row.get("mark") or "",
            row.get("minutes"),
            row.get("note") or None,
        )
    if row.get("starts") and row.get("marks"):
        every_day = walks_every_day(row["starts"], row["marks"])
        notes.add(
            f"The strings of marks were read as {'every day of the week' if every_day else 'Monday to Friday'}, two marks a day."
        )
        for day, key, symbol in spread(row["starts"], row["marks"], every_day=every_day):
            yield Said(number, "marks", pupil, day, key, symbol)


def walks_every_day(starts: date, marks: str) -> bool:
    """Return whether a string walks weekends too: then every Saturday and Sunday in it is empty or `#`."""
    days = _walk(starts, len(marks), every_day=True)
    weekend = [marks[index] for index, (day, _) in enumerate(days) if day.weekday() >= SATURDAY]
    return bool(weekend) and all(sign in "#- " for sign in weekend)


def spread(starts: date, marks: str, *, every_day: bool) -> Iterator[tuple[date, str, str]]:
    """Yield day, session and mark of a string with two marks a day, morning then afternoon."""
    for (day, key), sign in zip(_walk(starts, len(marks), every_day=every_day), marks, strict=True):
        yield day, key, sign


def _walk(starts: date, length: int, *, every_day: bool) -> list[tuple[date, str]]:
    found: list[tuple[date, str]] = []
    day = starts
    while len(found) < length:
        if every_day or day.weekday() < SATURDAY:
            found += [(day, key) for key in HALVES]
        day += ONE_DAY
    return found[:length]


class _Days:
    """What is stored of each pupil: classes by day and marks by session; two statements."""

    def __init__(self, conn: Connection, setting_id: int) -> None:
        member = m.GroupMember
        self._groups: dict[int, list[Any]] = defaultdict(list)
        query = select(member.pupil_id, member.group_id, member.first, member.last).where(
            member.setting_id == setting_id
        )
        for row in conn.execute(query.where(or_(member.last.is_(None), member.last >= member.first))):
            self._groups[row.pupil_id].append(row)
        stored = select(mark.c.pupil_id, mark.c.session_no, mark.c.code_id).where(mark.c.setting_id == setting_id)
        self.marks: dict[tuple[int, int], int] = {(pupil, at): code for pupil, at, code in conn.execute(stored)}

    def group(self, pupil: int, day: date) -> int | None:
        """Return the class of a pupil on a day."""
        return next(
            (row.group_id for row in self._groups[pupil] if row.first <= day and (row.last is None or row.last >= day)),
            None,
        )


class _Judge:
    """Judges each mark by the codes of its own day and gathers those that can be stored."""

    def __init__(self, ctx: SettingContext, caller: Caller, rows: Rows, today: date, days: _Days) -> None:
        self.ctx, self.caller, self.rows, self.today, self.days = ctx, caller, rows, today, days
        self.plan, self.same, self.before = Plan(), 0, 0
        self._codes: dict[date, CodesOn] = {}
        self._seen: dict[tuple[int, int], int] = {}

    def take(self, said: Said) -> None:
        """Add a mark to the plan, or the verdict that says why not."""
        if said.symbol in NOTHING or (said.symbol == "#" and not self.ctx.calendar.is_school_day(said.day)):
            return
        pupil = int(said.pupil["id"])
        if self._away(said):
            self.before += 1
            return
        problem = self._problem(said, pupil)
        if problem is not None:
            self.rows.refuse(said.row, said.column, said.symbol, problem)
            return
        at = session_no(said.day, said.key)
        if (pupil, at) in self.days.marks:
            self.same += 1
            return
        self._store(said, pupil, at)

    def _store(self, said: Said, pupil: int, at: int) -> None:
        code = self._on(said.day).get(said.symbol)
        group = self.days.group(pupil, said.day)
        if code is None or group is None:
            return
        self._seen[pupil, at] = said.row
        self.plan.registers[at, group].append((pupil, code.id, said.minutes))
        if said.note:
            self.plan.notes[at, group][pupil] = said.note

    def _away(self, said: Said) -> bool:
        """Return whether the name was not on the register that day and the file says so too (Z)."""
        first, last = said.pupil["admitted_on"], said.pupil["left_on"]
        outside = first is None or said.day < first or (last is not None and said.day > last)
        return outside and said.symbol in ("Z", "#")

    def _problem(self, said: Said, pupil: int) -> str | None:
        first, last, day = said.pupil["admitted_on"], said.pupil["left_on"], said.day
        if day >= self.today:
            return f"{long_date(day)} is not past. Take that register instead of importing it."
        if first is None or day < first or (last is not None and day > last):
            return f"The pupil was not on the register on {long_date(day)}. Correct the admission or leaving date, or remove the mark."
        if not self.ctx.calendar.is_school_day(day):
            return f"{long_date(day)} is not a school day here. Correct the date, or add the term to the calendar."
        code = self._on(day).get(said.symbol)
        if code is None:
            return self._on(day).explain(said.symbol)
        if not code.allows(said.key):
            return f"The mark {said.symbol} cannot stand for {said.key} of {long_date(day)}. Export the marks again with the morning's and afternoon's own."
        return self._stored_or_twice(said, pupil) or self._classless(pupil, day)

    def _stored_or_twice(self, said: Said, pupil: int) -> str | None:
        at = session_no(said.day, said.key)
        code = self._on(said.day).get(said.symbol)
        stored = self.days.marks.get((pupil, at))
        if stored is not None and code is not None and stored != code.id:
            there = self.caller.codes.symbol(stored)
            return f"{long_date(said.day)} {said.key} has the mark {there} already. Correct it in the register if the file is right."
        if (pupil, at) in self._seen:
            return f"Row {self._seen[pupil, at]} has a mark for the same session. Remove one of the two."
        return None

    def _classless(self, pupil: int, day: date) -> str | None:
        if self.days.group(pupil, day) is None:
            return f"The pupil was in no class on {long_date(day)}. Import the pupils with their classes first."
        return None

    def _on(self, day: date) -> CodesOn:
        if day not in self._codes:
            self._codes[day] = self.caller.codes.on(day)
        return self._codes[day]

    def notes(self) -> tuple[str, ...]:
        """Return what was left out on purpose."""
        return (
            (f"{self.before} marks Z or # lie before the admission or after the leaving date and were left out.",)
            if self.before
            else ()
        )


def store(w: Writing, ctx: SettingContext, caller: Caller, plan: Plan, now: datetime) -> None:
    """Store a plan in the open transaction through the quiet path: no notices, and every mark as the file has it."""
    registers = (
        bulk.BulkRegister(
            at, group, sorted(plan.registers[at, group]), actor_id=w.actor_id, notes=plan.notes.get((at, group), {})
        )
        for at, group in sorted(plan.registers)
    )
    bulk.write(w, ctx.id, registers, "import", layout=ctx.layout)
