"""What rules and pages know of one setting: who it is, its calendar and its house values, kept until the setting changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import Connection, select

from intranet import store
from intranet.errors import NotFound
from intranet.law.calendar import Calendar, Closure, TermPeriod
from intranet.people.places import SETTING_COLUMNS, Setting, SettingRow
from intranet.people.sessions import signed_in
from intranet.settings.models import ClosureRow, HouseValueRow, TermPeriodRow

__all__ = ["ClassClosure", "HouseValue", "SettingContext", "calendar_of", "context"]


@dataclass(frozen=True)
class HouseValue:
    """A value the setting chose for a parameter, from day to day."""

    key: str
    value: Any
    reason: str
    first: date
    last: date | None
    author_id: int | None
    id: int = 0


@dataclass(frozen=True)
class ClassClosure:
    """A closure of one class only; the setting's calendar does not have it."""

    group_id: int
    closure: Closure


@dataclass(frozen=True)
class SettingContext:
    """A setting with its calendar; ``closed`` answers for one class too."""

    id: int
    name: str
    setting_type: str
    legal_type: str
    phase: str
    authority: str
    layout: str
    version: int
    calendar: Calendar
    house_values: tuple[HouseValue, ...] = ()
    class_closures: tuple[ClassClosure, ...] = ()

    def closed(self, day: date, key: str | None = None, group_id: int | None = None) -> Closure | None:
        """Return what closes the setting, the session or the class that day; None when nothing does."""
        here = [c.closure for c in self.class_closures if c.group_id == group_id and c.closure.covers(day)]
        ours = next((c for c in here if not c.sessions or key in c.sessions), None)
        return self.calendar.why_closed(day, key) or ours


def context(setting_id: int) -> SettingContext:
    """Return the setting's context, read again only when its version has changed; raise NotFound when there is no such setting."""
    row = _row(setting_id)
    kept: dict[tuple[int, int], SettingContext] = current_app.extensions["daymark.contexts"]
    found = kept.get((row.id, row.version))
    if found is None:
        found = _read(row)
        for key in [key for key in kept if key[0] == row.id and key[1] < row.version]:
            kept.pop(key, None)
        kept[(row.id, row.version)] = found
    return found


def has_code(ctx: SettingContext, symbol: str, on: date) -> bool:
    """Return whether the setting's own codes have a symbol that day; the extension room knows them, and without it there are the national ones."""
    known: Callable[[SettingContext, str, date], bool] | None = current_app.extensions.get("daymark.has_code")
    return known is None or known(ctx, symbol, on)


def calendar_of(periods: list[Any], closures: list[Any]) -> Calendar:
    """Return the calendar that term dates and whole-setting closures make."""
    terms = tuple(TermPeriod(row.year, row.name, row.first, row.last) for row in periods)
    return Calendar(terms, tuple(as_closure(row) for row in closures if row.group_id is None))


def as_closure(row: Any) -> Closure:
    """Return a closure as the calendar knows it."""
    kind = "partial" if row.session_key else "inset" if row.kind == "inset" else "closure"
    sessions = frozenset({row.session_key}) if row.session_key else frozenset()
    return Closure(row.first, row.last, kind, row.label, row.planned, sessions)  # type: ignore[arg-type]


def _row(setting_id: int) -> SettingRow:
    """Return the setting's row: the one this request has already read, else one statement."""
    here = signed_in()
    known = here.actor.setting(setting_id) if here else None
    if known is not None:
        return known
    with store.connection() as conn:
        return read_setting(conn, setting_id)


def read_setting(conn: Connection, setting_id: int) -> SettingRow:
    """Return the setting as it stands; raise NotFound when there is none."""
    row = conn.execute(select(*SETTING_COLUMNS).where(Setting.id == setting_id)).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return SettingRow(**row)


def _read(row: SettingRow) -> SettingContext:
    with store.connection() as conn:
        periods = conn.execute(select(TermPeriodRow.__table__).where(TermPeriodRow.setting_id == row.id)).all()
        closures = standing(conn, row.id)
        values = conn.execute(
            select(HouseValueRow.__table__).where(HouseValueRow.setting_id == row.id).order_by(HouseValueRow.id)
        ).all()
    classes = tuple(ClassClosure(c.group_id, as_closure(c)) for c in closures if c.group_id is not None)
    house = tuple(HouseValue(v.key, json.loads(v.value), v.reason, v.first, v.last, v.author_id, v.id) for v in values)
    return SettingContext(
        row.id, row.name, row.setting_type, row.legal_type, row.phase, row.authority, row.layout, row.version,
        calendar_of(list(periods), closures), house, classes,
    )  # fmt: skip


def standing(conn: Connection, setting_id: int) -> list[Any]:
    """Return the setting's closures that have not been withdrawn, by first day."""
    query = select(ClosureRow.__table__).where(ClosureRow.setting_id == setting_id, ClosureRow.withdrawn_position.is_(None))
    return list(conn.execute(query.order_by(ClosureRow.first, ClosureRow.id)).all())
