"""The only ways to a pupil or class from outside: in scope and in view of this person, or not found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, select

from intranet import store
from intranet.errors import NotFound
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.roll import Group, groups, groups_for, live
from intranet.pupils.rules import shown_name, year_label


@dataclass(frozen=True)
class KnownPupil:
    """What everybody who may see a pupil may know: name, class, year (tier T1)."""

    id: int
    setting_id: int
    shown_name: str
    given: str
    family: str
    year_group: int | None
    group_id: int | None
    group_name: str
    admitted_on: date | None
    left_on: date | None
    merged_into: int | None

    @property
    def year(self) -> str:
        """Return the year group in words."""
        return year_label(self.year_group)

    def on_roll(self, on: date) -> bool:
        """Return whether the name is on the register on a day."""
        return self.admitted_on is not None and self.admitted_on <= on and (self.left_on is None or on <= self.left_on)


def known(conn: Connection, setting_id: int, on: date, pupil_ids: set[int] | None = None) -> list[KnownPupil]:
    """Return pupils of a setting with their class of a day (all of them without ids); one statement."""
    p, member, group = m.Pupil, m.GroupMember, m.TeachingGroup
    query = (
        select(
            p.id, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family, p.year_group, p.next_year_group, p.next_year_from,
            p.admitted_on, p.left_on, p.merged_into, group.id.label("group_id"), group.name.label("group_name"),
        )
        .select_from(p)
        .join(member, and_(member.setting_id == setting_id, member.pupil_id == p.id, live(member, on)), isouter=True)
        .join(group, and_(group.setting_id == setting_id, group.id == member.group_id), isouter=True)
        .where(p.setting_id == setting_id)
    )  # fmt: skip
    if pupil_ids is not None:
        query = query.where(p.id.in_(pupil_ids))
    return [_known(row, setting_id, on) for row in conn.execute(query)]


def _known(row: Any, setting_id: int, on: date) -> KnownPupil:
    year = row.next_year_group if row.next_year_from and row.next_year_from <= on else row.year_group
    return KnownPupil(
        row.id, setting_id, shown_name(row.legal_given, row.legal_family, row.preferred_given, row.preferred_family),
        row.preferred_given or row.legal_given, row.preferred_family or row.legal_family, year, row.group_id, row.group_name or "",
        row.admitted_on, row.left_on, row.merged_into,
    )  # fmt: skip


def own_groups(conn: Connection, actor: Actor, setting_id: int, on: date) -> set[int] | None:
    """Return the ids of the only groups somebody may look into, or None when it is every group."""
    if actor.may("pupil:all", setting_id):
        return None
    return {group.id for group in groups_for(conn, actor, setting_id, on)}


def access_pupil(actor: Actor, setting_id: int, pupil_id: int, on: date) -> KnownPupil:
    """Return a pupil this person may look at; raise NotFound for another setting's, or outside their own groups."""
    with store.connection() as conn:
        found = known(conn, setting_id, on, {pupil_id})
        mine = own_groups(conn, actor, setting_id, on)
    if not found or (mine is not None and found[0].group_id not in mine):
        raise NotFound
    return found[0]


def access_pupils(actor: Actor, setting_id: int, pupil_ids: set[int], on: date) -> list[KnownPupil]:
    """Return these pupils; raise NotFound if one of them is not for this person to see."""
    with store.connection() as conn:
        found = known(conn, setting_id, on, pupil_ids)
        mine = own_groups(conn, actor, setting_id, on)
    if {pupil.id for pupil in found} != pupil_ids or (
        mine is not None and any(pupil.group_id not in mine for pupil in found)
    ):
        raise NotFound
    return found


def access_group(actor: Actor, setting_id: int, group_id: int, on: date) -> Group:
    """Return a group of a day this person may look into; raise NotFound otherwise."""
    with store.connection() as conn:
        found = {group.id: group for group in groups(conn, setting_id, on)}.get(group_id)
        mine = own_groups(conn, actor, setting_id, on)
    if found is None or (mine is not None and group_id not in mine):
        raise NotFound
    return found
