"""Who is on the roll and in which group: the queries that registers, duties and pages stand on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from intranet.extension.values import ContactFacts, Placement, PupilFacts, Record
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.flags import BOARDER
from intranet.pupils.rules import shown_name, sort_name
from intranet.store import Prepared
from intranet.store import records as stored_records


class RollEntry(NamedTuple):
    """One pupil on one day as a register needs them."""

    pupil_id: int
    given: str
    family: str
    shown_name: str
    born: date | None
    group_id: int | None
    placement: Placement | None
    flags: frozenset[str]
    starts_today: bool
    leaves_today: bool


@dataclass(frozen=True)
class Group:
    """A group that keeps registers, with who takes them that day."""

    id: int
    name: str
    kind: str
    year_group: int | None
    staff: tuple[int, ...] = ()


def live(table: Any, on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a dated row is in force on a day."""
    return and_(table.first <= on, or_(table.last.is_(None), table.last >= on))


def enrolled(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a pupil's name is on the register on a day (SI 2024/208 reg 8(1))."""
    p = m.Pupil
    return and_(p.merged_into.is_(None), p.admitted_on <= on, or_(p.left_on.is_(None), p.left_on >= on))


def _flags(setting_id: Any, on: Any) -> Any:
    return (
        select(func.aggregate_strings(m.Flag.kind, ","))
        .where(m.Flag.setting_id == setting_id, m.Flag.pupil_id == m.Pupil.id, live(m.Flag, on))
        .correlate(m.Pupil)
        .scalar_subquery()
        .label("flags")
    )


def _columns(setting_id: Any, on: Any) -> list[Any]:
    p, place = m.Pupil, m.Placement
    return [
        p.id, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family, p.born, p.admitted_on, p.left_on,
        place.id.label("placement_id"), place.model, place.first, place.last, place.duties, place.agreement, p.boarder, _flags(setting_id, on),
    ]  # fmt: skip


def _roll(setting_id: Any, on: Any, group_id: Any) -> Select[Any]:
    p, place, member = m.Pupil, m.Placement, m.GroupMember
    in_group = and_(member.setting_id == setting_id, member.pupil_id == p.id, live(member, on))
    placed = and_(place.setting_id == setting_id, place.pupil_id == p.id, live(place, on))
    query = select(*_columns(setting_id, on), member.group_id).select_from(p)
    query = query.join(member, in_group, isouter=group_id is None).join(place, placed, isouter=True)
    query = query.where(p.setting_id == setting_id, enrolled(on))
    if group_id is not None:
        query = query.where(member.group_id == group_id)
    return query.order_by(place.first)


#: Built once: a register's page and save spend more time building such statements than running them.
_HERE, _ON = bindparam("here", type_=Integer), bindparam("on", type_=Date)
_ROLL = Prepared(_roll(_HERE, _ON, None))
_ROLL_OF_GROUP = Prepared(_roll(_HERE, _ON, bindparam("group", type_=Integer)))


def roll(conn: Connection, setting_id: int, on: date, group_id: int | None = None) -> list[RollEntry]:
    """Return the pupils on roll on a day, of one group or of all, in register order; one statement."""
    wanted = {"here": setting_id, "on": on}
    found = _ROLL.all(conn, wanted) if group_id is None else _ROLL_OF_GROUP.all(conn, {**wanted, "group": group_id})
    rows = {row.id: row for row in found}
    entries = [_entry(row, on) for row in rows.values()]
    return sorted(entries, key=lambda entry: (sort_name(entry.given, entry.family), entry.pupil_id))


def _entry(row: Any, on: date) -> RollEntry:
    name = shown_name(row.legal_given, row.legal_family, row.preferred_given, row.preferred_family)
    return RollEntry(
        pupil_id=row.id,
        given=row.preferred_given or row.legal_given,
        family=row.preferred_family or row.legal_family,
        shown_name=name,
        born=row.born,
        group_id=row.group_id,
        placement=_placement(row, row.id),
        flags=_flagged(row),
        starts_today=row.admitted_on == on,
        leaves_today=row.left_on == on,
    )


def _flagged(row: Any) -> frozenset[str]:
    """Return the flags of a day, and that the pupil boards: the law asks it of the admission register (SI 2024/208 reg 13(8))."""
    kinds = row.flags.split(",") if row.flags else ()
    return frozenset((*kinds, BOARDER) if row.boarder else kinds)


def _placement(row: Any, pupil_id: int, records: tuple[Record, ...] = ()) -> Placement | None:
    if row.placement_id is None:
        return None
    return Placement(
        row.placement_id,
        pupil_id,
        row.model,
        row.first,
        row.last,
        row.duties or {},
        row.agreement or {},
        records,
    )


def facts(
    conn: Connection,
    setting_id: int,
    pupil_ids: Collection[int],
    *,
    contacts: bool = False,
    records: bool = False,
    on: date,
) -> dict[int, PupilFacts]:
    """Return what rules may read about these pupils as of a day; at most three statements however many pupils."""
    ids = sorted(set(pupil_ids))
    people = _contacts(conn, setting_id, ids, on) if contacts else {}
    kept = _records(conn, setting_id, ids, on) if records else {}
    found = {row.id: row for row in _FACTS.all(conn, {"here": setting_id, "on": on, "pupils": ids})}
    return {key: _fact(row, people.get(key, ()), kept.get(key, ())) for key, row in found.items()}


def _facts(setting_id: Any, ids: Any, on: Any) -> Select[Any]:
    p, place = m.Pupil, m.Placement
    placed = and_(place.setting_id == setting_id, place.pupil_id == p.id, live(place, on))
    query = select(*_columns(setting_id, on)).select_from(p).join(place, placed, isouter=True)
    return query.where(p.setting_id == setting_id, p.id.in_(ids)).order_by(place.first)


_FACTS = Prepared(_facts(_HERE, bindparam("pupils", expanding=True), _ON))


def _fact(row: Any, contacts: tuple[ContactFacts, ...], records: tuple[Record, ...]) -> PupilFacts:
    return PupilFacts(
        row.id, row.born, _placement(row, row.id, records), _flagged(row), contacts, records
    )


def _contacts(
    conn: Connection, setting_id: int, ids: Sequence[int], on: date
) -> Mapping[int, tuple[ContactFacts, ...]]:
    link, person = m.PupilContact, m.Person
    query = (
        select(link.id, link.pupil_id, link.person_id, link.relationship, link.priority, link.parental_responsibility, link.lives_with, person.phones)
        .join(person, and_(person.id == link.person_id, person.setting_id == setting_id))
        .where(link.setting_id == setting_id, link.pupil_id.in_(ids), link.do_not_contact.is_(False), _still(link, on))
        .order_by(link.priority, link.id)
    )  # fmt: skip
    found: dict[int, list[ContactFacts]] = {}
    for row in conn.execute(query):
        fact = ContactFacts(
            row.id,
            f"person:{row.person_id}",
            row.relationship,
            row.priority,
            bool(row.phones),
            row.parental_responsibility,
            row.lives_with,
        )
        found.setdefault(row.pupil_id, []).append(fact)
    return {key: tuple(value) for key, value in found.items()}


def _still(link: type[m.PupilContact], on: date) -> ColumnElement[bool]:
    return or_(link.last.is_(None), link.last >= on)


def _records(conn: Connection, setting_id: int, ids: Sequence[int], on: date) -> Mapping[int, tuple[Record, ...]]:
    found: dict[int, list[Record]] = {}
    for record in stored_records.live(conn, setting_id, None, on, ids):
        if record.pupil_id is not None:
            found.setdefault(record.pupil_id, []).append(
                Record(record.id, record.kind, record.pupil_id, record.first, record.last, record.data, record.version)
            )
    return {key: tuple(value) for key, value in found.items()}


def groups(conn: Connection, setting_id: int, on: date) -> list[Group]:
    """Return the setting's groups on a day with who takes their registers, by name; one statement."""
    group, staff = m.TeachingGroup, m.GroupStaff
    taken = and_(staff.setting_id == setting_id, staff.group_id == group.id, live(staff, on))
    query = (
        select(group.id, group.name, group.kind, group.year_group, staff.account_id)
        .join(staff, taken, isouter=True)
        .where(group.setting_id == setting_id, live(group, on))
        .order_by(group.year_group, group.name, staff.id)
    )
    found: dict[int, Group] = {}
    for row in conn.execute(query):
        before = found.get(row.id)
        people = (before.staff if before else ()) + ((row.account_id,) if row.account_id else ())
        found[row.id] = Group(row.id, row.name, row.kind, row.year_group, people)
    return list(found.values())


def groups_for(conn: Connection, actor: Actor, setting_id: int, on: date) -> list[Group]:
    """Return the groups whose registers someone takes that day."""
    return [group for group in groups(conn, setting_id, on) if actor.account_id in group.staff]
