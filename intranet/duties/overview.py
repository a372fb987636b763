"""What people who answer for several settings see first: each setting today, and how the install is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import Connection, and_, case, exists, func, or_, select

from intranet import store
from intranet.config import Config
from intranet.duties.models import Duty
from intranet.duties.ticking import NOT_TAKEN
from intranet.extension import host
from intranet.law.sessions import day_range
from intranet.people import Actor, SettingRow
from intranet.people.actor import in_force
from intranet.people.models import Account, RoleGrant
from intranet.people.places import Setting
from intranet.settings.service import context
from intranet.store import health
from intranet.store.tables import mark

SEES, KEEPS = "trust:read", "install:read"


@dataclass(frozen=True)
class PlaceLine:
    """One setting as it stands today, in numbers of children and duties; nobody is named."""

    id: int
    name: str
    label: str
    unaccounted: int
    not_taken: int
    overdue: int
    due: int


@dataclass(frozen=True)
class Install:
    """How the install is."""

    settings: int
    accounts: int
    without_role: int
    ticked_at: datetime | None
    sealed_on: date | None
    verified: health.Verified | None
    types: tuple[str, ...]


def places(actor: Actor, now: datetime) -> list[PlaceLine]:
    """Return the person's settings with what is not accounted for today, the most first; two statements however many there are."""
    rows = [row for row in actor.settings if actor.may(SEES, row.id)]
    ids = [row.id for row in rows]
    if not ids:
        return []
    with store.scope(ids), store.connection() as conn:
        absent = _unexplained(conn, rows, now.date())
        duties = {row.setting_id: row for row in conn.execute(_duties(ids, now))}
    profiles = host_of().profiles
    lines = [_line(row, profiles[row.setting_type].label, absent, duties.get(row.id)) for row in rows]
    return sorted(lines, key=lambda line: (-line.unaccounted, -line.overdue - line.not_taken, line.name))


def install(conn: Connection, now: datetime) -> Install:
    """Return how the install is; two statements and two small files."""
    config: Config = current_app.config["DAYMARK"]
    on = now.date()
    held = exists().where(RoleGrant.account_id == Account.id, in_force(on))
    is_open = and_(Account.disabled_at.is_(None), or_(Account.ends_on.is_(None), Account.ends_on >= on))
    accounts = conn.execute(select(func.count(), func.coalesce(func.sum(case((held, 0), else_=1)), 0)).select_from(Account).where(is_open)).one()
    settings = conn.scalar(select(func.count()).select_from(Setting)) or 0
    types = tuple(sorted(profile.label for profile in host_of().profiles.values()))
    return Install(
        settings, accounts[0], accounts[1], health.ticked_at(config), store.chain.sealed_on(config.seal_folder), health.verified(config), types
    )


def host_of() -> host.Host:
    """Return the plugins of this app."""
    found: host.Host = current_app.extensions["daymark.extensions"]
    return found


def _unexplained(conn: Connection, rows: Iterable[SettingRow], on: date) -> Mapping[int, set[int]]:
    """Return by setting the pupils who have a mark today that says absent and gives no reason; one statement."""
    codes = {row.id: {code.id for code in host.for_setting(context(row.id)).codes.on(on) if code.meaning == "unexplained"} for row in rows}
    low, high = day_range(on, on)
    query = select(mark.c.setting_id, mark.c.pupil_id, mark.c.code_id).where(
        mark.c.setting_id.in_(list(codes)), mark.c.session_no.between(low, high), mark.c.code_id.in_(sorted(set().union(*codes.values())))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for setting_id, pupil_id, code_id in conn.execute(query):
        if code_id in codes[setting_id]:
            found[setting_id].add(pupil_id)
    return found


def _duties(ids: list[int], now: datetime) -> Any:
    late = and_(Duty.overdue_from.is_not(None), Duty.overdue_from <= now)
    missing = Duty.kind == NOT_TAKEN
    end = now.replace(hour=23, minute=59, second=59)
    return (
        select(
            Duty.setting_id, _count(missing).label("not_taken"), _count(and_(~missing, late)).label("overdue"),
            _count(and_(~missing, ~late, Duty.due_at.is_not(None), Duty.due_at <= end)).label("due"),
        )
        .where(Duty.setting_id.in_(ids), Duty.done_at.is_(None))
        .group_by(Duty.setting_id)
    )  # fmt: skip


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _line(row: SettingRow, label: str, absent: Mapping[int, set[int]], duties: Any) -> PlaceLine:
    counts = (duties.not_taken, duties.overdue, duties.due) if duties is not None else (0, 0, 0)
    return PlaceLine(row.id, row.name, label, len(absent.get(row.id, ())), *counts)
