"""Records who is told, in the transaction of the save that gave cause: one row a recipient, each once a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Integer,
    SmallInteger,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from intranet import store
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.messages.models import NoticeRow
from intranet.messages.values import Notice
from intranet.people import service as people
from intranet.people.models import Account
from intranet.people.permissions import CLASS, CORE_ROLES, OUTSIDE
from intranet.pupils.models import GroupMember, GroupStaff
from intranet.settings.context import SettingContext
from intranet.store import Writing
from intranet.store.types import UtcDateTime

URGENT = "notice.urgent"
N: Any = NoticeRow
TEXTS = ("about", "kind", "title", "told", "role", "body", "clauses")


def tell(w: Writing, ctx: SettingContext, notices: Iterable[Notice]) -> None:
    """Record a notice for everybody who holds one of its roles today, or for the body; repeats add nothing. One executemany."""
    found = list(notices)
    if not found:
        return
    caller = host.for_setting(ctx)
    urgent = caller.params(w.now.date())[URGENT]
    add(w, [_row(ctx, caller, one, to, to, w.now, urgent) for one in found for to in one.to])


def pass_on(w: Writing, ctx: SettingContext, caller: Caller, notice: Notice, told: str, role: str, passed: int) -> None:
    """Record a notice that nobody opened for those who hold another role."""
    row = _row(ctx, caller, notice, told, role, w.now, notice.urgency)
    add(w, [{**row, "passed": passed}])


def add(w: Writing, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of ``_row``."""
    if rows:
        _ADD[w.conn.dialect.name].run(w.conn, rows)


def _row(ctx: SettingContext, caller: Caller, one: Notice, told: str, role: str, now: datetime, urgent: int) -> dict[str, Any]:
    """Return the parameters of one notice to one role or body."""
    roles = holding(caller, role)
    return {
        "setting_id": ctx.id, "about": one.about, "kind": one.kind, "pupil_id": one.pupil_id, "title": one.title, "told": told, "role": role,
        "urgency": one.urgency, "clauses": ", ".join(one.clauses), "restricted": one.restricted, "raised_at": now, "on_day": now.date(),
        "roles": f",{','.join(sorted(roles))},", "body": "" if roles else role, "otherwise": f"role:{role}" if roles else f"body:{role}",
        "next_try_at": now if roles and one.urgency <= urgent else None, "passed": 0, "narrow": one.pupil_id is not None and _takes_classes(caller, role),
    }  # fmt: skip


def _takes_classes(caller: Caller, key: str) -> bool:
    """Return whether those who hold a role see the pupils of their own classes only, and so are told of no others."""
    return bool({key, *(role.like for role in caller.roles if role.key == key)} & CLASS)


def holding(caller: Caller, key: str) -> frozenset[str]:
    """Return the role keys whose holders count as a role here; none for a body outside, which has no login."""
    own = [role for role in caller.roles if key in (role.key, role.like)]
    if key in OUTSIDE or any(role.outside or role.like in OUTSIDE for role in own):
        return frozenset()
    return frozenset({role.key for role in own} | ({key} if own or key in CORE_ROLES else set()))


def _insert(dialect: Any) -> Any:
    """Return the statement that finds the recipients and writes their rows in one go."""
    here, about = bindparam("setting_id", type_=Integer), bindparam("about", type_=String)
    one = select(literal(1).label("one")).subquery("one")
    day = bindparam("on_day", type_=Date)
    in_reach = or_(bindparam("narrow", type_=Boolean) == false(), Account.id.in_(_takers(here, day)))
    held = people.holders(here, bindparam("roles", type_=String), day).where(in_reach).subquery("held")
    past = N.__table__.alias("past")
    stage = select(func.coalesce(func.max(past.c.stage), 0) + 1).where(past.c.setting_id == here, past.c.about == about, past.c.ended_at.is_not(None))
    recipient = func.coalesce(literal("account:") + cast(held.c.id, String), bindparam("otherwise", type_=String))
    values = {
        "setting_id": here, **{name: bindparam(name, type_=String) for name in TEXTS}, "pupil_id": bindparam("pupil_id", type_=Integer),
        "urgency": bindparam("urgency", type_=SmallInteger), "restricted": bindparam("restricted", type_=Boolean),
        "raised_at": bindparam("raised_at", type_=UtcDateTime()), "next_try_at": bindparam("next_try_at", type_=UtcDateTime()),
        "passed": bindparam("passed", type_=SmallInteger), "account_id": held.c.id, "recipient": recipient, "stage": stage.scalar_subquery(),
    }  # fmt: skip
    columns: list[Any] = list(values.values())
    found = select(*columns).select_from(one.outerjoin(held, true())).where(one.c.one == 1)
    return dialect.insert(NoticeRow).from_select(list(values), found, include_defaults=False).on_conflict_do_nothing()


def _takers(here: Any, day: Any) -> Any:
    """Return the query for those who take the pupil's class that day."""
    staff, member = GroupStaff, GroupMember
    same = and_(member.setting_id == here, member.group_id == staff.group_id, member.pupil_id == bindparam("pupil_id", type_=Integer))
    live = [and_(table.first <= day, or_(table.last.is_(None), table.last >= day)) for table in (staff, member)]
    return select(staff.account_id).join(member, same).where(staff.setting_id == here, *live)


_ADD = {"sqlite": store.PreparedWrite(_insert(sqlite)), "postgresql": store.PreparedWrite(_insert(postgresql))}


# -------------------------------------------------------------------- when the grounds are gone


_OPEN = (N.setting_id == bindparam("here"), N.about == bindparam("what"), N.ended_at.is_(None), N.correction.is_(False))
_ENDED = update(N).where(*_OPEN).values(ended_at=bindparam("at"), ended_why=bindparam("why"))


def withdraw(w: Writing, ctx: SettingContext, abouts: Sequence[str], why: str) -> None:
    """Take back what nobody has opened or been sent, and say at the rest that its grounds are gone; one executemany."""
    if abouts:
        w.conn.execute(_ENDED, [{"here": ctx.id, "what": about, "at": w.now, "why": why} for about in abouts])


def correct(w: Writing, ctx: SettingContext, abouts: Sequence[str], why: str) -> None:
    """Withdraw, and tell whoever was sent or has opened one that its grounds are gone; two executemany."""
    if abouts:
        w.conn.execute(_CORRECTED[w.conn.dialect.name], [{"setting_id": ctx.id, "about": about, "raised_at": w.now} for about in abouts])
        withdraw(w, ctx, abouts, why)


def _correction(dialect: Any) -> Any:
    """Return the statement that makes a correction of each notice that was opened, sent or handed over."""
    old, now = N.__table__.alias("old"), bindparam("raised_at", type_=UtcDateTime())
    mine = (old.c.setting_id == bindparam("setting_id", type_=Integer), old.c.about == bindparam("about", type_=String))
    open_one = (old.c.ended_at.is_(None), old.c.correction.is_(False))
    known = or_(old.c.opened_at.is_not(None), old.c.sent_at.is_not(None), old.c.handed_at.is_not(None))
    same = ("setting_id", "about", "kind", "pupil_id", "title", "stage", "told", "role", "recipient", "account_id", "body", "urgency", "clauses", "restricted")
    mailed = case((old.c.sent_at.is_not(None), now))
    values = {**{name: old.c[name] for name in same}, "correction": literal(True, Boolean), "raised_at": now, "next_try_at": mailed}
    columns: list[Any] = list(values.values())
    found = select(*columns).where(and_(*mine, *open_one, known))
    return dialect.insert(NoticeRow).from_select(list(values), found, include_defaults=False).on_conflict_do_nothing()


_CORRECTED: Mapping[str, Any] = {"sqlite": _correction(sqlite), "postgresql": _correction(postgresql)}
