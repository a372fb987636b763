"""The admission register as at a day: whose names were on it, from when, and on what ground those went who have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, and_, select

from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.page import HIDDEN_ADDRESS
from intranet.pupils.particulars import SEXES
from intranet.pupils.roll import enrolled
from intranet.pupils.rules import sort_name, year_label
from intranet.roll.events import ground_title
from intranet.roll.models import Removal
from intranet.settings.service import SettingContext

LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Parent:
    """A parent in the admission register."""

    name: str
    address: str
    at_home: bool
    phones: str


@dataclass(frozen=True)
class Name:
    """A name on the register, or one that left it within the year."""

    pupil_id: int
    family: str
    given: str
    used: str
    sex: str
    born: date | None
    year: str
    starting_day: date | None
    last_day: date | None
    ground: str
    address: str
    last_school: str
    boarder: bool
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True)
class Page:
    """The register as at a day."""

    on: date
    names: Sequence[Name]
    left: Sequence[Name]


def as_at(conn: Connection, ctx: SettingContext, on: date, actor: Actor, *, whole: bool = False) -> Page:
    """Return who was on the register on a day and who left in the year before; ``whole`` adds the parents for the printed sheet."""
    here = _rows(conn, ctx.id, enrolled(on))
    gone = _rows(conn, ctx.id, and_(m.Pupil.merged_into.is_(None), m.Pupil.left_on < on, m.Pupil.left_on >= on - LOOKED_BACK))
    grounds = _grounds(conn, ctx.id)
    parents = _parents(conn, ctx.id, [row["id"] for row in here]) if whole else {}
    covered = not actor.may("pupil:protected", ctx.id)
    return Page(on, _names(here, grounds, parents, covered), _names(gone, grounds, {}, covered))


def _rows(conn: Connection, setting_id: int, condition: Any) -> list[Mapping[str, Any]]:
    return [dict(row) for row in conn.execute(select(m.Pupil.__table__).where(m.Pupil.setting_id == setting_id, condition)).mappings()]


def _grounds(conn: Connection, setting_id: int) -> Mapping[int, str]:
    r = Removal
    query = select(r.pupil_id, r.ground).where(r.setting_id == setting_id, r.done_at.is_not(None)).order_by(r.done_at)
    return {row.pupil_id: f"{ground_title(row.ground)} ({row.ground})" for row in conn.execute(query)}


def _parents(conn: Connection, setting_id: int, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    link, person = m.PupilContact, m.Person
    query = (
        select(link.pupil_id, link.lives_with, person.title, person.given, person.family, person.address, person.phones)
        .join(person, and_(person.setting_id == setting_id, person.id == link.person_id))
        .where(link.setting_id == setting_id, link.pupil_id.in_(ids), link.is_parent, link.last.is_(None))
        .order_by(link.priority, link.id)
    )
    found: dict[int, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _names(rows: Sequence[Mapping[str, Any]], grounds: Mapping[int, str], parents: Mapping[int, list[Any]], covered: bool) -> list[Name]:
    made = [_name(row, grounds.get(row["id"], ""), parents.get(row["id"], []), covered and bool(row["address_protected"])) for row in rows]
    return sorted(made, key=lambda one: (sort_name(one.given, one.family), one.pupil_id))


def _name(row: Mapping[str, Any], ground: str, parents: Sequence[Any], hidden: bool) -> Name:
    address = "\n".join(part for part in (row["address"], row["postcode"]) if part)
    used = f"{row['preferred_given'] or row['legal_given']} {row['preferred_family'] or row['legal_family']}"
    middle = f" {row['legal_middle']}" if row["legal_middle"] else ""
    school = ", ".join(part for part in (row["last_school"], row["last_school_address"]) if part)
    return Name(
        row["id"], row["legal_family"], row["legal_given"] + middle, used if row["preferred_given"] or row["preferred_family"] else "",
        SEXES.get(row["sex"], ""), row["born"], year_label(row["year_group"]), row["admitted_on"], row["left_on"],
        ground or ("No ground was recorded here" if row["left_on"] else ""), HIDDEN_ADDRESS if hidden and address else address, school,
        row["boarder"], tuple(_parent(one, address, hidden) for one in parents),
    )  # fmt: skip


def _parent(one: Any, home: str, hidden: bool) -> Parent:
    address = one.address or (home if one.lives_with else "")
    name = " ".join(part for part in (one.title, one.given, one.family) if part)
    return Parent(name, HIDDEN_ADDRESS if hidden and address else address, one.lives_with, ", ".join(phone["number"] for phone in one.phones or []))


def title(on: date) -> str:
    """Return what the register as at a day is called."""
    return f"Admission register on {long_date(on)}"
