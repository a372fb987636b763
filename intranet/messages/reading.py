"""Reads notices: one's own, those to the bodies outside, and the list of what was sent to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, func, or_, select

from intranet.messages.models import NoticeRow
from intranet.people.models import Account
from intranet.pupils.models import Pupil
from intranet.pupils.rules import shown_name

State = Literal["opened", "waiting", "failed", "withdrawn", "told", "to_tell", "nobody"]
N: Any = NoticeRow
SHOWN = 200
WAITS = (N.opened_at.is_(None), N.ended_at.is_(None))
#: Which notices each tab of the list shows.
TABS: Mapping[str, tuple[str, Any]] = {
    "all": ("All", N.id.is_not(None)),
    "unopened": ("Not opened", and_(*WAITS, N.body == "")),
    "failed": ("Not delivered", N.failure != ""),
    "outside": ("To tell outside", and_(N.body != "", N.handed_at.is_(None), or_(N.ended_at.is_(None), N.correction.is_(True)))),
}


@dataclass(frozen=True)
class NoticeSeen:
    """A notice as lists and pages show it."""

    id: int
    kind: str
    title: str
    pupil_id: int | None
    pupil: str
    told: str
    role: str
    body: str
    account_id: int | None
    account: str
    stage: int
    correction: bool
    urgency: int
    clauses: tuple[str, ...]
    restricted: bool
    raised_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    sent_at: datetime | None
    failure: str
    tries: int
    handed_at: datetime | None
    handed_to: str
    channel: str
    note: str
    passed: int

    @property
    def state(self) -> State:
        """Return how it stands: what happened to it last."""
        if self.body:
            return "told" if self.handed_at else "withdrawn" if self.ended_at else "to_tell"
        if self.opened_at:
            return "opened"
        if self.ended_at and not self.sent_at:
            return "withdrawn"
        if self.account_id is None:
            return "nobody"
        return "failed" if self.failure else "waiting"


@dataclass(frozen=True)
class Unread:
    """How many notices wait to be opened, and how many of them are urgent."""

    count: int
    urgent: int


def unopened(conn: Connection, setting_id: int, account_id: int) -> list[int]:
    """Return the ids of a person's notices that wait to be opened, those whose grounds went after they were e-mailed too."""
    mine = (N.setting_id == setting_id, N.account_id == account_id, N.opened_at.is_(None), _not_taken_back())
    return list(conn.scalars(select(N.id).where(*mine).order_by(N.id)))


def _not_taken_back() -> Any:
    return or_(N.ended_at.is_(None), N.opened_at.is_not(None), N.sent_at.is_not(None))


def unread(conn: Connection, setting_id: int, account_id: int, urgent: int) -> Unread:
    """Return how many of a person's notices wait; one statement."""
    urgent_ones = func.count(N.id).filter(N.urgency <= urgent)
    row = conn.execute(
        select(func.count(N.id), urgent_ones).where(N.setting_id == setting_id, N.account_id == account_id, N.opened_at.is_(None), _not_taken_back())
    ).one()
    return Unread(row[0], row[1])


def inbox(conn: Connection, setting_id: int, account_id: int) -> list[NoticeSeen]:
    """Return a person's own notices, those that wait first, the most urgent and then the newest first."""
    query = _query(setting_id).where(N.account_id == account_id, _not_taken_back())
    return _rows(conn, query.order_by(N.opened_at.is_not(None), N.opened_at.desc(), N.urgency, N.raised_at.desc(), N.id.desc()))


def told(conn: Connection, setting_id: int, tab: str, account_id: int) -> list[NoticeSeen]:
    """Return what was sent to whom, newest first; restricted ones only to their own recipients."""
    open_to_all = or_(N.restricted.is_(False), N.account_id == account_id)
    return _rows(conn, _query(setting_id).where(TABS[tab][1], open_to_all).order_by(N.raised_at.desc(), N.id.desc()))


def of_pupil(conn: Connection, setting_id: int, pupil_id: int) -> list[NoticeSeen]:
    """Return the notices to bodies outside about a pupil, newest first."""
    mine = (N.pupil_id == pupil_id, N.body != "", N.restricted.is_(False))
    return _rows(conn, _query(setting_id).where(*mine).order_by(N.raised_at.desc(), N.id.desc()))


def one(conn: Connection, setting_id: int, notice_id: int) -> NoticeSeen | None:
    """Return a notice; None when the setting has none of that id."""
    found = _rows(conn, _query(setting_id).where(N.id == notice_id))
    return found[0] if found else None


def _query(setting_id: int) -> Select[Any]:
    p = Pupil
    columns = (*N.__table__.c, Account.name.label("account"), p.legal_given, p.legal_family, p.preferred_given, p.preferred_family)
    pupil = and_(p.setting_id == setting_id, p.id == N.pupil_id)
    return select(*columns).outerjoin(Account, Account.id == N.account_id).outerjoin(p, pupil).where(N.setting_id == setting_id).limit(SHOWN)


def _rows(conn: Connection, query: Select[Any]) -> list[NoticeSeen]:
    return [_seen(row) for row in conn.execute(query).mappings()]


def _seen(row: Any) -> NoticeSeen:
    made = {"account": row["account"] or "", "pupil": "", "clauses": tuple(part for part in row["clauses"].split(", ") if part)}
    if row["legal_family"] is not None:
        made["pupil"] = shown_name(row["legal_given"], row["legal_family"], row["preferred_given"], row["preferred_family"])
    return NoticeSeen(**{name: made.get(name, row.get(name)) for name in NoticeSeen.__dataclass_fields__})
