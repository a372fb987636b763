"""Who is acting and what they may do where: read from the database on every request, two statements in all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import Connection, and_, or_, select

from intranet.people.models import Account, RoleGrant
from intranet.people.permissions import CORE_ROLES, OUTSIDE, known
from intranet.people.places import SETTING_COLUMNS, Organisation, Setting, SettingRow
from intranet.store import Prepared

#: What the extension room registers: a setting type's own roles by key (each with label, like, outside and also).
RoleBook = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Grant:
    """A role in force at one setting (None: held, but reaching no setting); ``core`` are the core roles it counts as."""

    role: str
    setting_id: int | None
    first: date | None = None
    last: date | None = None
    label: str = ""
    core: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    id: int = 0

    def __post_init__(self) -> None:
        if not self.core and self.role in CORE_ROLES:
            object.__setattr__(self, "core", frozenset({self.role}))

    def allows(self, permission: str) -> bool:
        """Return whether the role has the permission."""
        return permission in self.also or bool(self.core & known(permission).roles)


@dataclass(frozen=True)
class Actor:
    """A signed-in person with the rights of this moment."""

    account_id: int
    name: str
    position_title: str = ""
    grants: tuple[Grant, ...] = ()
    settings: tuple[SettingRow, ...] = field(default=(), repr=False)

    @property
    def setting_ids(self) -> frozenset[int]:
        """Return the settings where the person has any role today."""
        return frozenset(grant.setting_id for grant in self.grants if grant.setting_id is not None)

    def roles(self, setting_id: int) -> frozenset[str]:
        """Return the person's role keys there, and the core roles they count as."""
        here = [grant for grant in self.grants if grant.setting_id == setting_id]
        return frozenset(grant.role for grant in here).union(*(grant.core for grant in here))

    def may(self, permission: str, setting_id: int | None = None) -> bool:
        """Return whether a role of the person has the permission there (None: anywhere)."""
        known(permission)
        return any(grant.allows(permission) for grant in self.grants if setting_id is None or grant.setting_id == setting_id)

    def role_label(self, setting_id: int | None) -> str:
        """Return what the person is there, in words."""
        labels = [grant.label for grant in self.grants if setting_id is None or grant.setting_id == setting_id]
        return ", ".join(dict.fromkeys(label for label in labels if label))

    def setting(self, setting_id: int) -> SettingRow | None:
        """Return the setting, if the person has a role there."""
        return next((row for row in self.settings if row.id == setting_id), None)


def load_actor(conn: Connection, account_id: int, name: str, position_title: str, on: date) -> Actor:
    """Return the person with the grants in force that day: one statement."""
    rows = _GRANTS.all(conn, {"account": account_id, "on": on})
    grants = tuple(_grant(row) for row in rows)
    found = {row.setting_row_id: _setting(row) for row in rows if row.setting_row_id is not None}
    return Actor(account_id, name, position_title, grants, tuple(sorted(found.values(), key=lambda s: (s.name, s.id))))


def in_force(on: Any) -> Any:
    """Return the condition that a grant is in force that day, its first and last days included."""
    return and_(RoleGrant.first <= on, or_(RoleGrant.last.is_(None), RoleGrant.last >= on))


def _grants_query() -> Any:
    from sqlalchemy import Date, Integer, bindparam

    mine = and_(RoleGrant.account_id == bindparam("account", type_=Integer), in_force(bindparam("on", type_=Date)))
    reach = select(RoleGrant.id.label("grant_id"), RoleGrant.organisation_id).where(mine, RoleGrant.organisation_id.is_not(None))
    tree = reach.cte("reach", recursive=True)
    tree = tree.union_all(select(tree.c.grant_id, Organisation.id).where(Organisation.parent_id == tree.c.organisation_id))
    everywhere = and_(RoleGrant.setting_id.is_(None), RoleGrant.organisation_id.is_(None))
    within = or_(Setting.id == RoleGrant.setting_id, Setting.organisation_id == tree.c.organisation_id, everywhere)
    columns = [column.label(f"setting_row_{column.key}") for column in SETTING_COLUMNS]
    return (
        select(RoleGrant.id, RoleGrant.role, RoleGrant.first, RoleGrant.last, *columns)
        .outerjoin_from(RoleGrant, tree, tree.c.grant_id == RoleGrant.id)
        .outerjoin(Setting, within)
        .where(mine)
        .order_by(RoleGrant.id, Setting.id)
    )


_GRANTS = Prepared(_grants_query())


def _setting(row: Any) -> SettingRow:
    return SettingRow(**{name: getattr(row, f"setting_row_{name}") for name in SettingRow.__dataclass_fields__})


def _grant(row: Any) -> Grant:
    label, core, also = describe_role(row.role, row.setting_row_setting_type)
    return Grant(row.role, row.setting_row_id, row.first, row.last, label, core, also, row.id)


def role_book(setting_type: str | None) -> Mapping[str, Any]:
    """Return the setting type's own roles by key; nothing before the extension room is there."""
    book: RoleBook | None = current_app.extensions.get("daymark.roles")
    return book(setting_type) if book and setting_type else {}


def head_word(setting_type: str | None) -> str:
    """Return what the setting type calls the role that answers for the place."""
    return next((own.label for own in role_book(setting_type).values() if own.like == "head"), CORE_ROLES["head"])


def describe_role(role: str, setting_type: str | None) -> tuple[str, frozenset[str], frozenset[str]]:
    """Return a role's label, the core roles it counts as and its further permissions; an unknown role counts as none."""
    own = role_book(setting_type).get(role)
    if own is not None:
        return own.label, frozenset({own.like}), frozenset(own.also)
    return CORE_ROLES.get(role, role), frozenset({role} & CORE_ROLES.keys()), frozenset()


def is_outside(actor: Actor) -> bool:
    """Return whether every role of the person is one for people who work for somebody else."""
    return bool(actor.grants) and all(grant.core and grant.core <= OUTSIDE for grant in actor.grants)


def account_open(account: Any, on: date) -> bool:
    """Return whether an account may be used that day."""
    return account.disabled_at is None and (account.ends_on is None or account.ends_on >= on)


ACCOUNT_COLUMNS = (Account.id, Account.email, Account.name, Account.position_title, Account.ends_on, Account.disabled_at)
