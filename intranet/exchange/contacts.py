"""Importing contacts: one row an adult of a pupil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from intranet.exchange import values, who
from intranet.exchange.columns import CONTACTS, Mapped
from intranet.exchange.reading import Sheet
from intranet.exchange.verdicts import DryRun, Reader, Rows
from intranet.extension.host import Caller
from intranet.pupils import models as m
from intranet.pupils.contacts import phone_list
from intranet.pupils.particulars import ContactDraft, contact_problems
from intranet.settings.service import SettingContext
from intranet.store import Writing, bulk
from intranet.store.events import Draft

READERS: dict[str, Reader] = {
    "upn": values.unique_number, "legal_family": values.text, "legal_given": values.text, "born": values.day, "priority": values.number,
    "title": partial(values.text, longest=20), "family": partial(values.text, longest=80), "given": partial(values.text, longest=80),
    "relationship": partial(values.text, longest=40), "parental_responsibility": values.yes_no, "lives_with": values.yes_no,
    "phone": partial(values.text, longest=40), "phone_2": partial(values.text, longest=40), "phone_3": partial(values.text, longest=40),
    "email": values.text, "address": partial(values.text, longest=500),
}  # fmt: skip
#: Words for people whom the register calls parents (ATT-007).
PARENTS = frozenset(
    {
        "mother",
        "father",
        "parent",
        "mum",
        "dad",
        "carer",
        "foster carer",
        "guardian",
        "stepmother",
        "stepfather",
        "step parent",
    }
)
PHONES = ("phone", "phone_2", "phone_3")


@dataclass
class Plan:
    """What an import of contacts would store; a person is new (None) or known by id."""

    new: list[tuple[int, dict[str, Any], tuple[str, ...], int | None]] = field(default_factory=list)
    changed: list[tuple[int, int, int, dict[str, Any], tuple[str, ...]]] = field(default_factory=list)


@dataclass(frozen=True)
class _There:
    """The contacts that are there, by pupil and name, and persons by name and number."""

    links: Mapping[tuple[int, str, str], Any]
    persons: Mapping[tuple[str, str, str], int]
    last: Mapping[int, int]


def dry_run(conn: Connection, ctx: SettingContext, caller: Caller, sheet: Sheet, mapped: Mapped, today: date) -> DryRun:
    """Return what importing these contacts would do; stores nothing."""
    rows = Rows(sheet, mapped, {item.key: item for item in CONTACTS}, READERS)
    known, there, plan = who.known_pupils(conn, ctx.id), _there(conn, ctx.id), Plan()
    same = 0
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
        elif _good(rows, number, row):
            same += _planned(plan, there, int(pupil["id"]), row)
    return DryRun(
        "contacts",
        sheet.digest,
        len(sheet.rows),
        len(plan.new),
        len(plan.changed),
        same,
        tuple(rows.verdicts),
        mapped.unknown,
        (),
        plan,
    )


def _numbers(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[key].strip() for key in PHONES if row.get(key)))


def _good(rows: Rows, number: int, row: Mapping[str, Any]) -> bool:
    draft = ContactDraft(
        row["family"], row.get("given") or "", "", row["relationship"], _numbers(row), row.get("email") or ""
    )
    found = contact_problems(draft)
    for problem in found:
        rows.refuse(number, "phone" if problem.field == "phones" else problem.field, "", problem.text)
    if not found and not _numbers(row):
        rows.warn(
            number, "phone", "", f"{row.get('given') or ''} {row['family']} has no telephone number (ATT-012).".strip()
        )
    return not found


def _there(conn: Connection, setting_id: int) -> _There:
    link, person = m.PupilContact, m.Person
    query = (
        select(
            link.id, link.pupil_id, link.person_id, link.relationship, link.priority, link.parental_responsibility, link.lives_with,
            person.given, person.family, person.phones, person.email, person.address, person.title,
        )
        .join(person, and_(person.id == link.person_id, person.setting_id == setting_id))
        .where(link.setting_id == setting_id)
    )  # fmt: skip
    links: dict[tuple[int, str, str], Any] = {}
    persons: dict[tuple[str, str, str], int] = {}
    last: dict[int, int] = {}
    for row in conn.execute(query):
        given, family = row.given.casefold(), row.family.casefold()
        links[row.pupil_id, family, given] = row
        last[row.pupil_id] = max(last.get(row.pupil_id, 0), row.priority)
        for phone in row.phones or ():
            persons[family, given, phone["number"]] = row.person_id
    return _There(links, persons, last)


def _planned(plan: Plan, there: _There, pupil: int, row: Mapping[str, Any]) -> int:
    """Add a row to the plan and return 1 when it changes nothing."""
    given, family, numbers = (row.get("given") or "").casefold(), row["family"].casefold(), _numbers(row)
    wanted = _wanted(row)
    old = there.links.get((pupil, family, given))
    if old is None:
        person = next(
            (there.persons[family, given, number] for number in numbers if (family, given, number) in there.persons),
            None,
        )
        plan.new.append((pupil, wanted, numbers, person))
        return 0
    fresh = {
        key: value for key, value in wanted.items() if value not in (None, "") and value != getattr(old, key, value)
    }
    if fresh or (numbers and list(numbers) != [phone["number"] for phone in old.phones or ()]):
        plan.changed.append((pupil, old.id, old.person_id, fresh, numbers))
        return 0
    return 1


def _wanted(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = (
        "title",
        "given",
        "family",
        "relationship",
        "parental_responsibility",
        "lives_with",
        "email",
        "address",
        "priority",
    )
    return {key: row[key] for key in keys if key in row}


PERSON_KEYS = ("title", "given", "family", "email", "address")


def store(w: Writing, ctx: SettingContext, caller: Caller, plan: Plan, now: datetime) -> None:
    """Store a plan in the open transaction; an adult of several children is stored once."""
    made: dict[tuple[Any, ...], int] = {}
    last: dict[int, int] = dict(_there(w.conn, ctx.id).last)
    drafts = []
    for pupil, row, numbers, person in plan.new:
        person_id = person or _person(w, ctx.id, row, numbers, made)
        last[pupil] = row.get("priority") or last.get(pupil, 0) + 1
        link = {key: value for key, value in row.items() if key not in (*PERSON_KEYS, "priority") and value is not None}
        link["is_parent"] = str(row["relationship"]).casefold() in PARENTS or bool(row.get("parental_responsibility"))
        w.conn.execute(
            insert(m.PupilContact).values(
                setting_id=ctx.id, pupil_id=pupil, person_id=person_id, priority=last[pupil], **link
            )
        )
        drafts.append(_draft(w, ctx.id, pupil, "pupil.contact_added", row, now))
    for pupil, link_id, person_id, row, numbers in plan.changed:
        _change(w, ctx.id, link_id, person_id, row, numbers)
        drafts.append(_draft(w, ctx.id, pupil, "pupil.contact_amended", row, now))
    bulk.write_events(w, ctx.id, drafts)


def _person(
    w: Writing, setting_id: int, row: Mapping[str, Any], numbers: tuple[str, ...], made: dict[tuple[Any, ...], int]
) -> int:
    key = (row["family"].casefold(), (row.get("given") or "").casefold(), numbers)
    if not numbers or key not in made:
        values_ = {name: row.get(name) or "" for name in PERSON_KEYS}
        statement = (
            insert(m.Person).values(setting_id=setting_id, phones=phone_list(numbers), **values_).returning(m.Person.id)
        )
        made[key] = int(w.conn.execute(statement).scalar_one())
    return made[key]


def _change(
    w: Writing, setting_id: int, link_id: int, person_id: int, row: Mapping[str, Any], numbers: tuple[str, ...]
) -> None:
    person = {key: row[key] for key in PERSON_KEYS if key in row} | ({"phones": phone_list(numbers)} if numbers else {})
    link = {key: value for key, value in row.items() if key not in PERSON_KEYS}
    if person:
        w.conn.execute(
            update(m.Person).where(m.Person.setting_id == setting_id, m.Person.id == person_id).values(**person)
        )
    if link:
        w.conn.execute(
            update(m.PupilContact)
            .where(m.PupilContact.setting_id == setting_id, m.PupilContact.id == link_id)
            .values(**link)
        )


def _draft(w: Writing, setting_id: int, pupil: int, kind: str, row: Mapping[str, Any], now: datetime) -> Draft:
    name = f"{row.get('given') or ''} {row.get('family') or ''}".strip()
    data = {"name": name, "relationship": row.get("relationship", ""), "changed": sorted(row), "source": "import"}
    return Draft(setting_id, f"pupil:{pupil}", kind, data, now.date(), now, w.actor_id)
