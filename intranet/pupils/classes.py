"""Classes and who is in them: opening, moving pupils, staffing, one-day cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.people import service as people
from intranet.pupils import models as m
from intranet.pupils.events import append
from intranet.pupils.particulars import refuse
from intranet.pupils.roll import live

KINDS = {"class": "Class", "tutor": "Tutor group", "room": "Room"}
STAFF_ROLES = {"teacher": "Teacher", "tutor": "Tutor", "cover": "Cover"}
ONE_DAY = timedelta(days=1)


def open_class(
    setting_id: int, name: str, first: date, *, kind: str = "class", year_group: int | None = None, actor: Actor, now: datetime
) -> int:  # fmt: skip
    """Open a class from a day and return its id; raise Refused when its name is taken then."""
    found = [] if name.strip() else [FieldProblem("name", "Enter the class's name.")]
    if kind not in KINDS:
        found.append(FieldProblem("kind", f"“{kind}” is not a kind of group. Choose one from the list."))
    refuse("Class", found)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        _free_name(w.conn, setting_id, name.strip(), first)
        group_id = make_class(w, setting_id, name.strip(), first, kind=kind, year_group=year_group)
        append(
            w,
            setting_id,
            f"class:{group_id}",
            "class.opened",
            {"group_id": group_id, "name": name.strip(), "first": str(first)},
            now=now,
        )
    return group_id


def make_class(
    w: store.Writing, setting_id: int, name: str, first: date, *, kind: str = "class", year_group: int | None = None
) -> int:
    """Return the id of a new class row."""
    values = {"name": name, "kind": kind, "year_group": year_group, "first": first}
    return int(
        w.conn.execute(
            insert(m.TeachingGroup).values(setting_id=setting_id, **values).returning(m.TeachingGroup.id)
        ).scalar_one()
    )


def _free_name(conn: Connection, setting_id: int, name: str, first: date) -> None:
    g = m.TeachingGroup
    query = select(g.id).where(g.setting_id == setting_id, g.name == name, or_(g.last.is_(None), g.last >= first))
    if conn.execute(query).first() is not None:
        raise Refused(
            "Class",
            name,
            f"There is a class of this name on {long_date(first)}",
            "Choose another name, or close that class first",
            fields=("name",),
        )


def group_row(conn: Connection, setting_id: int, group_id: int) -> m.TeachingGroup:
    """Return a class; raise NotFound when the setting has none with this id."""
    g = m.TeachingGroup
    row = conn.execute(
        select(g.id, g.name, g.kind, g.year_group, g.first, g.last).where(g.setting_id == setting_id, g.id == group_id)
    ).first()
    if row is None:
        raise NotFound
    return row  # type: ignore[return-value]


def move_class(
    setting_id: int, pupil_ids: Sequence[int], group_id: int, first: date, *, actor: Actor, now: datetime
) -> int:
    """Move pupils to a class from a day and return how many moved; raise NotFound, moving nobody, if one id is not theirs."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        group = group_row(w.conn, setting_id, group_id)
        if first < group.first or (group.last and first > group.last):
            raise Refused(
                "First day",
                long_date(first),
                f"{group.name} does not run on that day",
                "Choose a day on which it does",
                fields=("first",),
            )
        rows = _pupils(w.conn, setting_id, pupil_ids)
        for pupil_id, admitted in rows.items():
            if admitted and first < admitted:
                raise Refused(
                    "First day",
                    long_date(first),
                    f"A pupil you chose starts here on {long_date(admitted)}",
                    "Choose that day or a later one",
                    fields=("first",),
                )
            enter_group(w.conn, setting_id, pupil_id, group_id, first)
            append(
                w,
                setting_id,
                f"pupil:{pupil_id}",
                "pupil.moved_class",
                {"group_id": group_id, "group": group.name, "first": str(first)},
                now=now,
            )
    return len(rows)


def _pupils(conn: Connection, setting_id: int, pupil_ids: Sequence[int]) -> dict[int, date | None]:
    """Return the starting day of each pupil; raise NotFound unless every id is a pupil of the setting."""
    p = m.Pupil
    query = select(p.id, p.admitted_on).where(
        p.setting_id == setting_id, p.id.in_(set(pupil_ids)), p.merged_into.is_(None)
    )
    rows = {row.id: row.admitted_on for row in conn.execute(query)}
    if not pupil_ids or set(rows) != set(pupil_ids):
        raise NotFound
    return rows


def enter_group(
    conn: Connection, setting_id: int, pupil_id: int, group_id: int, first: date, last: date | None = None
) -> None:
    """Put a pupil into a class from a day: what ran then ends the day before, what was planned for later is replaced."""
    member = m.GroupMember
    theirs = (member.setting_id == setting_id, member.pupil_id == pupil_id)
    conn.execute(delete(member).where(*theirs, member.first >= first))
    conn.execute(
        update(member).where(*theirs, or_(member.last.is_(None), member.last >= first)).values(last=first - ONE_DAY)
    )
    conn.execute(
        insert(member).values(setting_id=setting_id, group_id=group_id, pupil_id=pupil_id, first=first, last=last)
    )


def staff_class(
    setting_id: int, group_id: int, account_id: int, role: str, first: date, last: date | None = None, *, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Say who takes a class's registers from a day."""
    if role not in STAFF_ROLES:
        raise Refused(
            "Role",
            role,
            "Nobody takes a register in that role",
            f"Choose one of: {', '.join(STAFF_ROLES.values())}",
            fields=("role",),
        )
    with store.writing(now=now, actor_id=actor.account_id) as w:
        group = group_row(w.conn, setting_id, group_id)
        _works_here(w.conn, setting_id, account_id, first)
        put_staff(w.conn, setting_id, group_id, account_id, role, first, last)
        data = {"group_id": group_id, "group": group.name, "account_id": account_id, "role": role, "first": str(first)}
        append(w, setting_id, f"class:{group_id}", "class.staffed", data, now=now)


def put_staff(
    conn: Connection, setting_id: int, group_id: int, account_id: int, role: str, first: date, last: date | None
) -> None:
    """Store who takes a class's registers; the same person from the same day is stored once."""
    s = m.GroupStaff
    same = (s.setting_id == setting_id, s.group_id == group_id, s.account_id == account_id, s.first == first)
    conn.execute(delete(s).where(*same))
    conn.execute(
        insert(s).values(
            setting_id=setting_id, group_id=group_id, account_id=account_id, role=role, first=first, last=last
        )
    )


def give_cover(
    setting_id: int, group_id: int, account_id: int, first: date, last: date, *, actor: Actor, now: datetime
) -> None:
    """Let someone take a class's registers from one day to another, and nothing else or longer."""
    if last < first:
        raise Refused(
            "Last day",
            long_date(last),
            f"Cover begins on {long_date(first)}",
            "Choose that day or a later one",
            fields=("last",),
        )
    with store.writing(now=now, actor_id=actor.account_id) as w:
        group = group_row(w.conn, setting_id, group_id)
        people.grant_cover(w, account_id, setting_id, first, last)
        put_staff(w.conn, setting_id, group_id, account_id, "cover", first, last)
        data = {
            "group_id": group_id,
            "group": group.name,
            "account_id": account_id,
            "first": str(first),
            "last": str(last),
        }
        append(w, setting_id, f"class:{group_id}", "class.cover_given", data, now=now)


def _works_here(conn: Connection, setting_id: int, account_id: int, on: date) -> None:
    if account_id not in {row.id for row in people.staff(conn, setting_id, on)}:
        raise NotFound


def members(conn: Connection, setting_id: int, group_id: int, on: date) -> list[int]:
    """Return the ids of the pupils in a class on a day."""
    member = m.GroupMember
    query = select(member.pupil_id).where(
        member.setting_id == setting_id, member.group_id == group_id, live(member, on)
    )
    return list(conn.execute(query).scalars())
