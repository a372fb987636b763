"""What is done with settings: opening one, its term dates, closing days, and its house values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from intranet import store
from intranet.errors import Conflict, NotFound, Refused
from intranet.law.calendar import Calendar, Closure, TermPeriod
from intranet.people.places import Organisation, Setting
from intranet.settings.context import HouseValue, SettingContext, context, read_setting, standing
from intranet.settings.models import ClosureRow, HouseValueRow, TermPeriodRow

__all__ = ["HouseValue", "SettingContext", "close", "context", "end_house_value", "open_organisation", "open_setting", "read_setting",
           "set_house_value", "set_terms", "standing", "unchanged", "withdraw"]  # fmt: skip


@dataclass(frozen=True)
class NewClosure:
    """A closure to be entered: which days, of what kind, for whom."""

    first: date
    last: date
    kind: str  # closure, snow, inset
    label: str
    planned: bool
    session_key: str | None = None
    group_id: int | None = None


def open_organisation(w: store.Writing, name: str, kind: str = "trust", parent_id: int | None = None) -> int:
    """Return the id of a new organisation."""
    values = {"name": name, "kind": kind, "parent_id": parent_id}
    return int(w.conn.execute(insert(Organisation).values(**values).returning(Organisation.id)).scalar_one())


def open_setting(
    w: store.Writing, organisation_id: int, name: str, setting_type: str, *, legal_type: str, phase: str, authority: str = "",
    layout: str = "H", calendar: Calendar | None = None, setting_id: int | None = None,
) -> int:  # fmt: skip
    """Return the id of a new setting with the term dates and closures of a calendar."""
    given = {} if setting_id is None else {"id": setting_id}
    values = {"organisation_id": organisation_id, "name": name, "setting_type": setting_type, "legal_type": legal_type, "phase": phase,
              "authority": authority, "layout": layout, "version": 1, **given}  # fmt: skip
    made = int(w.conn.execute(insert(Setting).values(**values).returning(Setting.id)).scalar_one())
    with store.scope({made}):
        if calendar is not None:
            _insert_terms(w, made, calendar.periods)
            _insert_closures(w, made, calendar.closures)
        w.append(setting_id=made, stream="setting", kind="setting.opened", data={"name": name, "type": setting_type}, occurred_on=w.now.date())
    return made


def set_terms(w: store.Writing, setting_id: int, year: str, periods: Iterable[TermPeriod], *, request_id: str | None = None) -> None:
    """Put these half-terms in the place of a school year's; raise Refused when they cannot stand together, RequestSeen for a repeat."""
    new = tuple(periods)
    query = select(TermPeriodRow.__table__).where(TermPeriodRow.setting_id == setting_id, TermPeriodRow.year != year)
    others = tuple(TermPeriod(row.year, row.name, row.first, row.last) for row in w.conn.execute(query))
    try:
        Calendar(others + new)
    except ValueError as error:
        raise Refused("Term dates", year, str(error), "Correct the dates and save again") from error
    data = {"years": year, "periods": [[p.name, p.first.isoformat(), p.last.isoformat()] for p in new]}
    w.append(setting_id=setting_id, stream="calendar", kind="calendar.terms_set", data=data, occurred_on=w.now.date(), request_id=request_id)
    w.conn.execute(delete(TermPeriodRow).where(TermPeriodRow.setting_id == setting_id, TermPeriodRow.year == year))
    _insert_terms(w, setting_id, new)
    bump(w, setting_id)


def close(w: store.Writing, setting_id: int, new: NewClosure, *, request_id: str | None = None, version: int | None = None) -> int:
    """Return the id of a closure entered; raise Conflict when the setting has changed since ``version`` was shown."""
    unchanged(w, setting_id, version)
    data = {"first": new.first.isoformat(), "last": new.last.isoformat(), "kind": new.kind, "label": new.label, "planned": new.planned,
            "session_key": new.session_key, "group_id": new.group_id}  # fmt: skip
    stored = w.append(
        setting_id=setting_id, stream="calendar", kind="calendar.closed", data=data, occurred_on=new.first, request_id=request_id
    )
    values = {**data, "first": new.first, "last": new.last, "position": stored.position}
    made = w.conn.execute(insert(ClosureRow).values(setting_id=setting_id, **values).returning(ClosureRow.id)).scalar_one()
    bump(w, setting_id)
    return int(made)


def withdraw(w: store.Writing, setting_id: int, closure_id: int, reason: str, *, request_id: str | None = None) -> Any:
    """Take a closure back and return its row; raise NotFound when there is none, Conflict when it was withdrawn before."""
    mine = (ClosureRow.setting_id == setting_id, ClosureRow.id == closure_id)
    row = w.conn.execute(select(ClosureRow.__table__).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("There is no such closure at this setting. Open the calendar again.")
    if row.withdrawn_position is not None:
        raise Conflict([], f"The closure “{row.label}” has been withdrawn already. Nothing was changed.")
    data = {"closure_id": closure_id, "first": row.first.isoformat(), "last": row.last.isoformat(), "reason": reason}
    stored = w.append(
        setting_id=setting_id, stream="calendar", kind="calendar.closure_withdrawn", data=data, occurred_on=row.first,
        request_id=request_id, basis=row.position,
    )  # fmt: skip
    w.conn.execute(update(ClosureRow).where(*mine).values(withdrawn_position=stored.position))
    bump(w, setting_id)
    return row


def set_house_value(
    w: store.Writing, setting_id: int, key: str, value: Any, reason: str, first: date, last: date | None = None, *, request_id: str | None = None
) -> int:
    """Return the id of a house value from day to day; it follows the ones before, which stay."""
    data = {"key": key, "value": value, "reason": reason, "first": first.isoformat(), "last": last.isoformat() if last else None}
    stored = w.append(
        setting_id=setting_id, stream=f"policy:{key}"[:80], kind="policy.value_set", data=data, occurred_on=first, request_id=request_id
    )
    values = {**data, "value": json.dumps(value), "first": first, "last": last, "author_id": w.actor_id, "entered_at": w.now}
    query = insert(HouseValueRow).values(setting_id=setting_id, position=stored.position, **values).returning(HouseValueRow.id)
    made = w.conn.execute(query).scalar_one()
    bump(w, setting_id)
    return int(made)


def end_house_value(w: store.Writing, setting_id: int, value_id: int, last: date, reason: str, *, request_id: str | None = None) -> HouseValueRow:
    """End a house value on a day and return it as it was; raise NotFound when there is none, Refused when it had not begun or ended by then."""
    mine = (HouseValueRow.setting_id == setting_id, HouseValueRow.id == value_id)
    row = w.session.scalars(select(HouseValueRow).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("There is no such house value at this setting. Open the policy page again.")
    _refuse_last_day(row, last)
    data = {"value_id": value_id, "key": row.key, "last": last.isoformat(), "reason": reason}
    w.append(setting_id=setting_id, stream=f"policy:{row.key}"[:80], kind="policy.value_ended", data=data, occurred_on=last,
             request_id=request_id, basis=row.position)  # fmt: skip
    w.conn.execute(update(HouseValueRow).where(*mine).values(last=last))
    bump(w, setting_id)
    return row


def _refuse_last_day(row: HouseValueRow, last: date) -> None:
    shown = f"{last:%d/%m/%Y}"
    if last < row.first:
        rule, step = f"the value counts from {row.first:%d/%m/%Y}", "Enter that day or a later one"
    elif row.last is not None and last > row.last:
        rule, step = f"it ends on {row.last:%d/%m/%Y} already", "Enter an earlier day, or set a new value"
    else:
        return
    raise Refused("Last day", shown, rule, step, fields=["last"])


def bump(w: store.Writing, setting_id: int) -> None:
    """Count a change of the setting, so that every process reads it again."""
    w.conn.execute(update(Setting).where(Setting.id == setting_id).values(version=Setting.version + 1))


def unchanged(w: store.Writing, setting_id: int, version: int | None) -> None:
    """Raise Conflict when the setting has changed since ``version`` was shown."""
    if version is not None and read_setting(w.conn, setting_id).version != version:
        raise Conflict([], "The calendar was changed by somebody else since this preview was made. Nothing was stored. Look at the preview again.")


def _insert_terms(w: store.Writing, setting_id: int, periods: Iterable[TermPeriod]) -> None:
    rows = [{"setting_id": setting_id, "year": p.year, "name": p.name, "first": p.first, "last": p.last} for p in periods]
    if rows:
        w.conn.execute(insert(TermPeriodRow), rows)


def _keys(closure: Closure) -> list[str | None]:
    return [*sorted(closure.sessions)] or [None]


def _insert_closures(w: store.Writing, setting_id: int, closures: Iterable[Closure]) -> None:
    rows = [
        {"setting_id": setting_id, "first": c.first, "last": c.last, "kind": "inset" if c.kind == "inset" else "closure", "label": c.label,
         "planned": c.planned, "session_key": key}
        for c in closures for key in (_keys(c))
    ]  # fmt: skip
    if rows:
        w.conn.execute(insert(ClosureRow), rows)
