"""What is done with accounts and rights: one function a verb, each within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.people import sessions
from intranet.people.actor import ACCOUNT_COLUMNS, describe_role, in_force
from intranet.people.events import append
from intranet.people.models import Account, RoleGrant
from intranet.people.places import Organisation, Setting
from intranet.store.tables import HOUSE


def create_account(
    w: store.Writing, email: str, name: str, position_title: str = "", *, ends_on: date | None = None, on: date, request_id: str | None = None
) -> int:  # fmt: skip
    """Return the id of a new account without a password; raise Refused when the e-mail is taken, RequestSeen for a repeat."""
    address = email.strip().lower()
    store.events.refuse_seen(w.conn, HOUSE, request_id)
    if w.conn.scalar(select(Account.id).where(Account.email == address)) is not None:
        text = f"E-mail “{address}”: an account has it already. Give that account a role instead."
        raise Refused("E-mail", address, "an account has it already", "Give that account a role instead", fields=[FieldProblem("email", text)])
    values = {"email": address, "name": name.strip(), "position_title": position_title.strip(), "ends_on": ends_on, "password_hash": ""}
    account_id = int(w.conn.execute(insert(Account).values(created_at=w.now, **values).returning(Account.id)).scalar_one())
    append(w, account_id, "account.created", on, request_id, name=name.strip(), email=address)
    return account_id


def grant(
    w: store.Writing, account_id: int, role: str, first: date, last: date | None = None, *,
    setting_id: int | None = None, organisation_id: int | None = None, on: date | None = None,
    request_id: str | None = None,
) -> int:  # fmt: skip
    """Return the id of a role given from day to day, both included; raise Refused for days the wrong way round, RequestSeen for a repeat."""
    if last is not None and last < first:
        text = f"Last day “{last:%d/%m/%Y}”: it is before the first day, {first:%d/%m/%Y}. Enter a later day."
        raise Refused("Last day", f"{last:%d/%m/%Y}", "it is before the first day", "Enter a later day", fields=[FieldProblem("last", text)])
    values = {"role": role, "first": first, "last": last, "setting_id": setting_id, "organisation_id": organisation_id}
    made = w.conn.execute(insert(RoleGrant).values(account_id=account_id, **values).returning(RoleGrant.id)).scalar_one()
    append(
        w, account_id, "access.granted", on or w.now.date(), request_id, grant_id=int(made), role=role, first=first.isoformat(),
        last=last.isoformat() if last else None, at_setting=setting_id, at_organisation=organisation_id,
    )  # fmt: skip
    return int(made)


def end_grant(w: store.Writing, setting_id: int, account_id: int, grant_id: int, last: date, *, on: date) -> None:
    """End a role on a day (before its first: it never counts); raise NotFound when the setting gave no such role."""
    mine = and_(RoleGrant.id == grant_id, RoleGrant.account_id == account_id, RoleGrant.setting_id == setting_id)
    row = w.conn.execute(select(RoleGrant.role).where(mine)).one_or_none()
    if row is None:
        raise NotFound("That role was not given at this setting. Open the accounts page again.")
    w.conn.execute(update(RoleGrant).where(mine).values(last=last))
    append(w, account_id, "access.ended", on, grant_id=grant_id, role=row.role, last=last.isoformat())


def grant_cover(w: store.Writing, account_id: int, setting_id: int, first: date, last: date) -> None:
    """Give a cover role for those days unless the account works there anyway; raise NotFound for an unknown account."""
    if w.conn.scalar(select(Account.id).where(Account.id == account_id, Account.disabled_at.is_(None))) is None:
        raise NotFound("There is no such account. Ask for one on the accounts page first.")
    here = and_(RoleGrant.account_id == account_id, RoleGrant.setting_id == setting_id, RoleGrant.first <= first)
    if w.conn.scalar(select(RoleGrant.id).where(here, or_(RoleGrant.last.is_(None), RoleGrant.last >= last)).limit(1)) is None:
        grant(w, account_id, "cover", first, last, setting_id=setting_id)


def end_sign_ins(w: store.Writing, account_id: int, *, on: date, request_id: str | None = None) -> int:
    """End every sign-in of an account and return how many there were; raise RequestSeen for a repeat."""
    ended = sessions.end(w, account_id, w.now)
    append(w, account_id, "account.sessions_ended", on, request_id, ended=ended)
    return ended


def disable(w: store.Writing, account_id: int, *, on: date) -> None:
    """Close an account from the next request on, and end its sign-ins."""
    w.conn.execute(update(Account).where(Account.id == account_id).values(disabled_at=w.now))
    sessions.end(w, account_id, w.now)
    append(w, account_id, "account.disabled", on)


def staff(conn: Connection, setting_id: int, on: date) -> Sequence[Any]:
    """Return the accounts with a role given at the setting or above it that day, by name (id, name, position_title): one statement."""
    query = (
        select(*ACCOUNT_COLUMNS).distinct()
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(in_force(on), or_(RoleGrant.setting_id == setting_id, RoleGrant.organisation_id.in_(_above(setting_id))))
        .where(Account.disabled_at.is_(None), or_(Account.ends_on.is_(None), Account.ends_on >= on))
        .order_by(Account.name, Account.id)
    )  # fmt: skip
    return conn.execute(query).all()


def holders(setting_id: Any, roles: Any, on: Any) -> Select[Any]:
    """Return the query for the open accounts that hold one of some roles (",head,slt,") at a setting that day; all three may be parameters."""
    mine = or_(RoleGrant.setting_id == setting_id, RoleGrant.organisation_id.in_(_above(setting_id)))
    return (
        select(Account.id).distinct()
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(in_force(on), mine, func.replace(roles, "," + RoleGrant.role + ",", "") != roles)
        .where(Account.disabled_at.is_(None), or_(Account.ends_on.is_(None), Account.ends_on >= on))
    )  # fmt: skip


def names(conn: Connection, account_ids: set[int]) -> dict[int, str]:
    """Return the names of accounts by id: who did it, on pages and in histories."""
    rows = conn.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids))).all() if account_ids else ()
    return {row.id: row.name for row in rows}


def grants_of(conn: Connection, setting_id: int, account_ids: set[int] | None = None) -> Sequence[Any]:
    """Return the roles given at the setting itself, ended ones too, newest first."""
    query = select(RoleGrant.__table__).where(RoleGrant.setting_id == setting_id).order_by(RoleGrant.first.desc(), RoleGrant.id.desc())
    return conn.execute(query if account_ids is None else query.where(RoleGrant.account_id.in_(account_ids))).all()


def at_setting(conn: Connection, setting_id: int, account_id: int) -> Any:
    """Return an account that has or had a role given at the setting; raise NotFound for any other."""
    query = select(*ACCOUNT_COLUMNS, (Account.password_hash != "").label("has_password")).where(Account.id == account_id)
    given = select(RoleGrant.id).where(RoleGrant.account_id == account_id, RoleGrant.setting_id == setting_id)
    row = conn.execute(query.where(given.exists())).one_or_none()
    if row is None:
        raise NotFound("There is no such account at this setting. Open the accounts page again.")
    return row


def everybody(conn: Connection, on: date) -> Sequence[Any]:
    """Return every open account with its roles that day (for the demo's picker)."""
    query = (
        select(*ACCOUNT_COLUMNS, RoleGrant.role, RoleGrant.setting_id, Setting.name.label("setting_name"), Setting.setting_type,
               Organisation.name.label("organisation_name"))
        .join_from(Account, RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(Setting, Setting.id == RoleGrant.setting_id)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(in_force(on), Account.disabled_at.is_(None))
        .order_by(Setting.name, RoleGrant.role, Account.name)
    )  # fmt: skip
    return conn.execute(query).all()


def role_label(role: str, setting_type: str | None) -> str:
    """Return a role in words."""
    return describe_role(role, setting_type)[0]


def _above(setting_id: int) -> Any:
    """Return the ids of the organisation a setting belongs to and of every one above it."""
    up = select(Organisation.id, Organisation.parent_id).join(Setting, Setting.organisation_id == Organisation.id)
    tree = up.where(Setting.id == setting_id).cte("above", recursive=True)
    tree = tree.union(select(Organisation.id, Organisation.parent_id).join(tree, Organisation.id == tree.c.parent_id))
    return select(tree.c.id)


