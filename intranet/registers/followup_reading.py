"""Reads the day's unexplained absences with all that following them up needs; the statements do not grow with the pupils."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from intranet.clock import LONDON
from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.values import Absence, Attempt, PupilFacts, Record, Request
from intranet.law import history
from intranet.law.marks import Mark
from intranet.law.sessions import day_of, day_range, session_no
from intranet.people import service as people
from intranet.pupils import models as m
from intranet.pupils import service as pupils
from intranet.pupils.access import KnownPupil
from intranet.registers import followup_rules as rules
from intranet.registers.followup_models import AbsenceMessage, ContactAttempt
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.marks import StoredMark
from intranet.store.tables import mark, mark_note, record

REPORT, HOLD, VISIT, DELEGATE = "reported_absence", "do_not_call", "home_visit", "absence_delegate"
KINDS = (REPORT, HOLD, VISIT, DELEGATE)


@dataclass(frozen=True)
class Adult:
    """Somebody to ring about a pupil: their numbers in the order to try."""

    id: int
    name: str
    relationship: str
    numbers: tuple[str, ...]
    may_ring: bool


@dataclass(frozen=True)
class Read:
    """What was read of a day."""

    ctx: SettingContext
    caller: Caller
    day: date
    now: datetime
    marks: Mapping[int, Sequence[StoredMark]]  # unexplained ones of the day by pupil
    known: Mapping[int, KnownPupil]
    facts: Mapping[int, PupilFacts]
    histories: Mapping[int, Sequence[Mark]]
    attempts: Mapping[int, Sequence[Any]]
    records: Mapping[str, Sequence[Record]]
    unread: Mapping[int, Sequence[Any]]
    adults: Mapping[int, Sequence[Adult]]
    names: Mapping[int, str] = field(default_factory=dict)

    def of_pupil(self, kind: str, pupil_id: int) -> list[Record]:
        """Return the records of a kind about a pupil."""
        return [one for one in self.records.get(kind, ()) if one.pupil_id == pupil_id]

    @property
    def delegates(self) -> frozenset[int]:
        """Return the accounts that decide on absence for the head."""
        return frozenset(int(str(one.data["account"])) for one in self.records.get(DELEGATE, ()))


def read(conn: Connection, ctx: SettingContext, caller: Caller, day: date, now: datetime, only: int | None = None) -> Read:
    """Return what is known of a day's unexplained absences, of one pupil or of all."""
    found = unexplained(conn, ctx.id, caller, *day_range(day, day), pupil_id=only)
    marks: dict[int, list[StoredMark]] = {}
    for one in found:
        marks.setdefault(one.pupil_id, []).append(one)
    attempts, records, messages = _attempts(conn, ctx.id, day), _records(conn, ctx.id, day), unread(conn, ctx.id)
    about = {*marks, *attempts, *messages, *(one.pupil_id for some in records.values() for one in some if one.pupil_id)}
    known = {one.id: one for one in pupils.known(conn, ctx.id, day, about)}
    year = stored_marks.year_of(session_no(day, "AM"))
    by = {row.by for some in attempts.values() for row in some if row.by}
    return Read(
        ctx, caller, day, now, marks, known, pupils.facts(conn, ctx.id, list(marks), contacts=True, on=day),
        stored_marks.histories(conn, ctx.id, list(marks), [year - 1, year]), attempts, records, messages,
        _adults(conn, ctx.id, marks.keys(), day), people.names(conn, by),
    )  # fmt: skip


def unexplained(conn: Connection, setting_id: int, caller: Caller, low: int, high: int, pupil_id: int | None = None) -> list[StoredMark]:
    """Return the marks between two sessions that nobody has explained (R-04), oldest first; one statement."""
    ids = {code.id for code in caller.codes if code.meaning == "unexplained" or code.symbol == rules.UNREASONED}
    noted = and_(mark_note.c.setting_id == setting_id, mark_note.c.session_no == mark.c.session_no, mark_note.c.pupil_id == mark.c.pupil_id)
    columns = (mark.c.session_no, mark.c.pupil_id, mark.c.code_id, mark.c.minutes, mark.c.position, mark_note.c.note, mark_note.c.source)
    query = select(*columns).select_from(mark.outerjoin(mark_note, noted)).where(
        mark.c.setting_id == setting_id, mark.c.session_no >= low, mark.c.session_no <= high, mark.c.code_id.in_(ids)
    )  # fmt: skip
    if pupil_id is not None:
        query = query.where(mark.c.pupil_id == pupil_id)
    rows = [StoredMark(*row) for row in conn.execute(query.order_by(mark.c.session_no, mark.c.pupil_id))]
    return [row for row in rows if rules.is_unexplained(caller.codes.for_session(row.session_no), row.code_id, row.note)]


def _attempts(conn: Connection, setting_id: int, day: date) -> dict[int, list[Any]]:
    table = ContactAttempt.__table__
    query = select(table).where(table.c.setting_id == setting_id, table.c.day == day).order_by(table.c.at, table.c.id)
    found: dict[int, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _records(conn: Connection, setting_id: int, day: date) -> dict[str, list[Record]]:
    query = select(record).where(
        record.c.setting_id == setting_id, record.c.kind.in_(KINDS), record.c.first <= day, or_(record.c.last.is_(None), record.c.last >= day)
    )  # fmt: skip
    found: dict[str, list[Record]] = {}
    for row in conn.execute(query.order_by(record.c.id)):
        found.setdefault(row.kind, []).append(Record(row.id, row.kind, row.pupil_id, row.first, row.last, json.loads(row.data), row.version))
    return found


def unread(conn: Connection, setting_id: int) -> dict[int, list[Any]]:
    """Return the parents' messages that nobody has read, by pupil, oldest first; one statement."""
    table = AbsenceMessage.__table__
    query = select(table).where(table.c.setting_id == setting_id, table.c.read_at.is_(None)).order_by(table.c.received_at, table.c.id)
    found: dict[int, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _adults(conn: Connection, setting_id: int, pupil_ids: Collection[int], on: date) -> dict[int, list[Adult]]:
    link, person = m.PupilContact, m.Person
    query = (
        select(link.id, link.pupil_id, link.relationship, link.do_not_contact, person.title, person.given, person.family, person.phones)
        .join(person, and_(person.id == link.person_id, person.setting_id == setting_id))
        .where(link.setting_id == setting_id, link.pupil_id.in_(list(pupil_ids)), or_(link.last.is_(None), link.last >= on))
        .order_by(link.priority, link.id)
    )
    found: dict[int, list[Adult]] = {}
    for row in conn.execute(query):
        name = " ".join(part for part in (row.title, row.given, row.family) if part)
        numbers = tuple(phone["number"] for phone in row.phones or ())
        found.setdefault(row.pupil_id, []).append(Adult(row.id, name, row.relationship, numbers, bool(numbers) and not row.do_not_contact))
    return found


# ------------------------------------------------------------------ one pupil's absence as the rules see it


def absence(read: Read, pupil_id: int, attempts: Sequence[Attempt] | None = None) -> Absence:
    """Return a pupil's absence of the day as a contact ladder may read it; with other attempts than those stored, where given."""
    rows = read.attempts.get(pupil_id, ())
    days, present = _days(read, pupil_id)
    return Absence(
        setting_of(read.ctx), read.facts[pupil_id], read.day, read.now, rules.run_of(read.ctx.calendar, read.day, days, present),
        tuple(one.session_no for one in read.marks[pupil_id]), tuple(sorted((day for day in days if day < read.day), reverse=True)),
        tuple(tried(row) for row in rows) if attempts is None else tuple(attempts), any(row.concern for row in rows),
    )  # fmt: skip


def tried(row: Any) -> Attempt:
    """Return a stored try as rules see it."""
    return Attempt(row.at.astimezone(LONDON), row.step, row.outcome, row.contact_id)


def _days(read: Read, pupil_id: int) -> tuple[set[date], set[date]]:
    """Return the days with an unexplained absence and those on which the pupil was seen, up to the day."""
    codes, marks = read.caller.codes, read.histories[pupil_id]
    absent = {code.id for code in codes if code.meaning == "unexplained" or code.symbol == rules.UNREASONED}
    here = {code.id for code in codes if code.counts_present}
    return (
        {one.day for one in history.only(marks, absent) if one.day <= read.day},
        {one.day for one in history.only(marks, here) if one.day <= read.day},
    )  # fmt: skip


def last_seen(read: Read, pupil_id: int) -> date | None:
    """Return the last day on which the pupil was in a session before the unexplained ones of the day."""
    first = read.marks[pupil_id][0].session_no
    here = {code.id for code in read.caller.codes if code.counts_present}
    seen = [one.session_no for one in history.only(read.histories[pupil_id], here) if one.session_no < first]
    return day_of(seen[-1]) if seen else None


def decision(ctx: SettingContext, caller: Caller, facts: PupilFacts, day: date, reason: str) -> rules.Decision:
    """Return who decides on a reason for a pupil's absence of a day."""
    return rules.decision_of(caller.assess(Request("absence", setting_of(ctx), facts, day, {"reason": reason})))
