"""The only way to a register: its class must be in reach of the person, its session one that the class has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Date, Integer, String, and_, bindparam, cast, func, select

from intranet.errors import NotAllowed, NotFound
from intranet.law.sessions import day_of, session_of
from intranet.people import Actor
from intranet.people.models import Account
from intranet.pupils.models import GroupStaff, TeachingGroup
from intranet.pupils.roll import live
from intranet.registers.values import RegisterGroup, RegisterState
from intranet.store import Prepared
from intranet.store.tables import register_state


def _query() -> Any:
    """Return the statement for a class, its staff of the day and the register's last save."""
    group, staff, state = TeachingGroup, GroupStaff, register_state.c
    setting_id, group_id = bindparam("here", type_=Integer), bindparam("group_id", type_=Integer)
    session_no, day = bindparam("number", type_=Integer), bindparam("day", type_=Date)
    taken_by = (
        select(func.aggregate_strings(cast(staff.account_id, String), ","))
        .where(staff.setting_id == setting_id, staff.group_id == group.id, live(staff, day))
        .correlate(group)
        .scalar_subquery()
    )
    mine = and_(state.setting_id == setting_id, state.session_no == session_no, state.group_id == group.id)
    return (
        select(
            group.id, group.name, group.kind, taken_by.label("staff"), state.position, state.first_saved_at, state.saved_at, state.saved_by,
            Account.name.label("saved_by_name"), state.marked, state.from_paper,
        )
        .select_from(group)
        .outerjoin(register_state, mine)
        .outerjoin(Account, Account.id == state.saved_by)
        .where(group.setting_id == setting_id, group.id == group_id, live(group, day))
    )  # fmt: skip


_QUERY = Prepared(_query())


def find_group(conn: Connection, setting_id: int, session_no: int, group_id: int) -> RegisterGroup:
    """Return a class as of a session's day with its register's last save; raise NotFound for another setting's. One statement."""
    refuse_bad(session_no)
    wanted = {"here": setting_id, "group_id": group_id, "number": session_no, "day": day_of(session_no)}
    row = _QUERY.first(conn, wanted)
    if row is None:
        raise NotFound("There is no such class on that day. Choose a register from the list.")
    staff = tuple(int(part) for part in row.staff.split(",")) if row.staff else ()
    state = None
    if row.position is not None:
        state = RegisterState(
            row.position, row.first_saved_at, row.saved_at, row.saved_by, row.saved_by_name or "", row.marked, row.from_paper
        )
    return RegisterGroup(row.id, row.name, row.kind, staff, state)


def refuse_bad(session_no: int) -> None:
    """Raise NotFound for a number that is no session."""
    try:
        session_of(session_no)
    except (ValueError, OverflowError):
        raise NotFound("There is no such session. Choose a register from the list.") from None


def may_take(actor: Actor, setting_id: int, group: RegisterGroup) -> bool:
    """Return whether the person may take this class's register: their own class, or any with the office's right."""
    if actor.may("register:any", setting_id):
        return True
    return actor.may("register:write", setting_id) and actor.account_id in group.staff


def may_see(actor: Actor, setting_id: int, group: RegisterGroup) -> bool:
    """Return whether the person may look at this class's register."""
    return may_take(actor, setting_id, group) or actor.may("board:read", setting_id)


def may_amend(actor: Actor, setting_id: int, group: RegisterGroup | None) -> bool:
    """Return whether the person may amend a saved mark: the office's right, or a setting type's own for one's own class."""
    if not actor.may("register:amend", setting_id):
        return False
    return actor.may("register:any", setting_id) or (group is not None and actor.account_id in group.staff)


def refuse_unseen(actor: Actor, setting_id: int, group: RegisterGroup) -> None:
    """Raise NotFound for somebody else's class."""
    if not may_see(actor, setting_id, group):
        raise NotFound("There is no such register among yours. Ask the office if you should take it.")


def refuse_untaken(actor: Actor, setting_id: int, group: RegisterGroup) -> None:
    """Raise NotFound for a class out of sight, NotAllowed for one that may be looked at but not taken."""
    refuse_unseen(actor, setting_id, group)
    if not may_take(actor, setting_id, group):
        raise NotAllowed("Teacher of this class, Office or Attendance lead", "the office")
