"""What a role must do now: open duties, most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, or_, select

from intranet.clock import LONDON
from intranet.duties.models import Duty, Finding
from intranet.duties.ticking import BY_THEMSELVES, TAKERS
from intranet.law.calendar import Calendar
from intranet.pupils.models import GroupStaff, Pupil, TeachingGroup
from intranet.pupils.rules import shown_name
from intranet.web.why import figures

DutyState = Literal["waiting", "due", "overdue"]
SHOWN = 200


@dataclass(frozen=True)
class DutyRow:
    """An open duty as a list shows it."""

    id: int
    kind: str
    title: str
    state: DutyState
    anchor: date
    raised_at: datetime
    due_at: datetime | None
    overdue_from: datetime | None
    roles: tuple[str, ...]
    urgency: int
    clauses: tuple[str, ...]
    pupil_id: int | None
    pupil: str
    group_id: int | None
    group: str
    session_no: int | None
    limit_days: int | None
    by_itself: bool
    counted: tuple[int, ...] = ()
    tell: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    read: tuple[tuple[str, str, str], ...] = ()  # parameter, value and citation
    rule: str = ""
    would_change: tuple[str, ...] = ()
    judged_at: datetime | None = None  # when the finding was last judged anew
    done_at: datetime | None = None
    outcome: str = ""
    case_id: int | None = None
    step: str | None = None

    def number(self, calendar: Calendar, today: date) -> int | None:
        """Return which school day of its limit today is: the day after the anchor is the first."""
        return None if self.limit_days is None else max(calendar.count(self.anchor, today) - calendar.is_school_day(self.anchor), 0)


def state_of(due_at: datetime | None, overdue_from: datetime | None, now: datetime) -> DutyState:
    """Return whether a duty is overdue, due today or still waiting."""
    if overdue_from is not None and now >= overdue_from:
        return "overdue"
    if due_at is None:
        return "waiting"
    return "due" if now.astimezone(LONDON).date() >= due_at.astimezone(LONDON).date() else "waiting"


def _columns() -> list[Any]:
    p = Pupil
    return [
        *Duty.__table__.c, p.legal_given, p.legal_family, p.preferred_given, p.preferred_family, TeachingGroup.name.label("group_name"),
        Finding.data, Finding.extended_at,
    ]  # fmt: skip


def _query(setting_id: int) -> Select[Any]:
    d, p, g, f = Duty, Pupil, TeachingGroup, Finding
    return (
        select(*_columns())
        .select_from(d)
        .outerjoin(p, and_(p.setting_id == setting_id, p.id == d.pupil_id))
        .outerjoin(g, and_(g.setting_id == setting_id, g.id == d.group_id))
        .outerjoin(f, and_(f.setting_id == setting_id, f.id == d.finding_id))
        .where(d.setting_id == setting_id)
    )


def queue(
    conn: Connection, setting_id: int, roles: Collection[str], now: datetime, account_id: int | None = None, kind: str | None = None
) -> list[DutyRow]:
    """Return the open duties of these roles, overdue first, then by urgency and due time; one statement.

    Who takes registers sees those of their own groups only (``account_id``).
    """
    query = _query(setting_id).where(Duty.done_at.is_(None), _owned(setting_id, roles, now, account_id))
    if kind is not None:
        query = query.where(Duty.kind == kind)
    rows = [_row(found, now) for found in conn.execute(query.order_by(Duty.urgency, Duty.due_at).limit(SHOWN)).mappings()]
    return sorted(rows, key=_order)


def of_pupils(conn: Connection, setting_id: int, pupil_ids: Iterable[int], now: datetime) -> list[DutyRow]:
    """Return the open duties about some pupils, whoever owns them."""
    query = _query(setting_id).where(Duty.done_at.is_(None), Duty.pupil_id.in_(list(pupil_ids)))
    return sorted((_row(found, now) for found in conn.execute(query).mappings()), key=_order)


def one(conn: Connection, setting_id: int, duty_id: int, now: datetime) -> DutyRow | None:
    """Return a duty, open or done; None when the setting has none of that id."""
    found = conn.execute(_query(setting_id).where(Duty.id == duty_id)).mappings().one_or_none()
    return None if found is None else _row(found, now)


def _owned(setting_id: int, roles: Collection[str], now: datetime, account_id: int | None) -> Any:
    wide = [role for role in roles if role not in TAKERS]
    mine = [Duty.roles.contains(f",{role},", autoescape=True) for role in wide]
    takers = [Duty.roles.contains(f",{role},", autoescape=True) for role in roles if role in TAKERS]
    if takers:
        mine.append(and_(or_(*takers), Duty.group_id.in_(_groups(setting_id, account_id, now.date()))))
    return or_(*mine) if mine else Duty.id.is_(None)


def _groups(setting_id: int, account_id: int | None, on: date) -> Any:
    s = GroupStaff
    in_force = (s.first <= on, or_(s.last.is_(None), s.last >= on))
    return select(s.group_id).where(s.setting_id == setting_id, s.account_id == (account_id or 0), *in_force)


def _row(found: Any, now: datetime) -> DutyRow:
    data = found["data"] or {}
    name = "" if found["legal_family"] is None else shown_name(
        found["legal_given"], found["legal_family"], found["preferred_given"], found["preferred_family"]
    )  # fmt: skip
    return DutyRow(
        id=found["id"], kind=found["kind"], title=found["title"], state=state_of(found["due_at"], found["overdue_from"], now),
        anchor=found["anchor"], raised_at=found["raised_at"], due_at=found["due_at"], overdue_from=found["overdue_from"],
        roles=tuple(role for role in found["roles"].split(",") if role), urgency=found["urgency"],
        clauses=tuple(part for part in found["clauses"].split(", ") if part), pupil_id=found["pupil_id"], pupil=name,
        group_id=found["group_id"], group=found["group_name"] or "", session_no=found["session_no"], limit_days=found["limit_days"],
        by_itself=found["kind"] in BY_THEMSELVES, counted=tuple(data.get("counted", ())), tell=tuple(data.get("tell", ())),
        figures=figures(data.get("figures", {})), read=tuple((key, value, citation) for key, value, citation in data.get("read", ())),
        rule=data.get("rule", ""), would_change=tuple(data.get("would_change", ())), judged_at=found["extended_at"],
        done_at=found["done_at"], outcome=found["outcome"], case_id=found["case_id"], step=found["step"],
    )  # fmt: skip


_RANK = {"overdue": 0, "due": 1, "waiting": 2}


def _order(row: DutyRow) -> tuple[int, int, float, int]:
    return _RANK[row.state], row.urgency, row.due_at.timestamp() if row.due_at else float("inf"), row.id
