"""An urgent notice that nobody has opened goes to the deputy, and then to the head (design 14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update

from intranet import store
from intranet.extension.caller import Caller
from intranet.messages.models import NoticeRow
from intranet.messages.telling import URGENT, holding, pass_on
from intranet.messages.values import Notice
from intranet.people import service as people
from intranet.settings.context import SettingContext

MINUTES = "notice.unopened_minutes"
N: Any = NoticeRow
#: Who hears next, and next again, by the core role that was told; roles that nobody holds here are left out.
NEXT: Mapping[str, tuple[str, ...]] = {
    "head": (), "attendance_lead": ("head",), "deputy_dsl": ("head",), "dsl": ("deputy_dsl", "head"),
}  # fmt: skip
OTHERS = ("attendance_lead", "head")
LOOK_BACK = timedelta(days=7)  # older ones were passed on as far as they go; the list of notices still shows them


def pass_unopened(ctx: SettingContext, caller: Caller, now: datetime) -> int:
    """Pass on what nobody has opened for too long and return how many notices that were; one read when there are none."""
    params = caller.params(now.date())
    wait = timedelta(minutes=params[MINUTES])
    with store.connection() as conn:
        due = [row for row in _unopened(conn, ctx.id, params[URGENT], now - LOOK_BACK) if row.since is None or row.since + wait <= now]
        chosen = [(row, to) for row in due if (to := _next(conn, ctx, caller, row, now))]
    if not chosen:
        return 0
    with store.writing(now=now, actor_id=None) as w:
        for row, to in chosen:
            pass_on(w, ctx, caller, _notice(row), row.told, to, row.passed + 1)
        w.conn.execute(_PASSED, [{"here": ctx.id, "what": row.about, "number": row.stage, "who": row.told, "at": now} for row, _ in chosen])
    return len(chosen)


_PASSED = (
    update(N)
    .where(N.setting_id == bindparam("here"), N.about == bindparam("what"), N.stage == bindparam("number"), N.told == bindparam("who"))
    .where(N.correction.is_(False))
    .values(passed=N.passed + case((N.raised_at < bindparam("at"), 1), else_=0), passed_at=bindparam("at"))
)


def _unopened(conn: Connection, setting_id: int, urgent: int, oldest: datetime) -> Sequence[Any]:
    """Return each urgent notice, by the role told, that none of its recipients has opened, and since when somebody could have."""
    reached = case((N.account_id.is_not(None), func.coalesce(N.passed_at, N.raised_at)))
    query = (
        select(
            N.about, N.stage, N.told, func.min(N.kind).label("kind"), func.min(N.pupil_id).label("pupil_id"), func.min(N.title).label("title"),
            func.min(N.urgency).label("urgency"), func.min(N.clauses).label("clauses"), func.max(case((N.restricted, 1), else_=0)).label("restricted"),
            func.max(N.passed).label("passed"), func.max(reached).label("since"),
        )
        .where(N.setting_id == setting_id, N.urgency <= urgent, N.ended_at.is_(None), N.correction.is_(False), N.body == "", N.raised_at >= oldest)
        .group_by(N.about, N.stage, N.told)
        .having(func.count(N.opened_at) == 0, func.max(N.passed) < len(OTHERS))
    )  # fmt: skip
    return conn.execute(query).all()


def _next(conn: Connection, ctx: SettingContext, caller: Caller, row: Any, now: datetime) -> str:
    """Return the role that hears next; empty when the last has heard, or nobody holds one further up."""
    like = next((role.like for role in caller.roles if role.key == row.told), row.told)
    chain = [key for key in NEXT.get(like, OTHERS) if conn.execute(people.holders(ctx.id, _text(caller, key), now.date())).first()]
    return chain[row.passed] if row.passed < len(chain) else ""


def _text(caller: Caller, key: str) -> str:
    return f",{','.join(sorted(holding(caller, key)))},"


def _notice(row: Any) -> Notice:
    clauses = tuple(part for part in row.clauses.split(", ") if part)
    return Notice(row.kind, row.pupil_id, (row.told,), row.about, row.title, row.urgency, clauses, bool(row.restricted))
