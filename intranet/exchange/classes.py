"""Importing classes and who takes their registers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from intranet.exchange import values
from intranet.exchange.columns import CLASSES, Mapped
from intranet.exchange.reading import Sheet
from intranet.exchange.verdicts import DryRun, Reader, Rows
from intranet.extension.host import Caller
from intranet.people import service as people
from intranet.people.models import Account
from intranet.pupils import classes
from intranet.pupils import models as m
from intranet.pupils.roll import groups, live
from intranet.settings.service import SettingContext
from intranet.store import Writing, bulk
from intranet.store.events import Draft

READERS: dict[str, Reader] = {
    "name": partial(values.text, longest=60),
    "year_group": values.year_group,
    "staff": values.text,
    "first": values.day,
}


@dataclass
class Plan:
    """What an import of classes would store."""

    new: list[dict[str, Any]] = field(default_factory=list)
    years: list[tuple[int, str, int]] = field(default_factory=list)
    staff: list[tuple[str, int, date]] = field(default_factory=list)


def dry_run(conn: Connection, ctx: SettingContext, caller: Caller, sheet: Sheet, mapped: Mapped, today: date) -> DryRun:
    """Return what importing these classes would do; stores nothing."""
    rows, plan = Rows(sheet, mapped, {item.key: item for item in CLASSES}, READERS), Plan()
    there = {group.name: group for group in groups(conn, ctx.id, today)}
    accounts = _accounts(conn, ctx.id, today)
    seen: dict[str, int] = {}
    same = 0
    for number, cells in sheet.rows:
        row = rows.values(number, cells)
        if row is None:
            continue
        if row["name"] in seen:
            rows.refuse(
                number, "name", row["name"], f"Row {seen[row['name']]} has the same class. Remove one of the two."
            )
            continue
        seen[row["name"]] = number
        email = (row.get("staff") or "").casefold()
        if email and email not in accounts:
            rows.refuse(
                number,
                "staff",
                email,
                f"Nobody with the e-mail address {email} works here today. Add the account first, or leave it empty.",
            )
            continue
        same += _planned(plan, row, there.get(row["name"]), accounts.get(email), today)
    changed = len({name for name, _, _ in plan.staff} | {name for _, name, _ in plan.years}) if plan else 0
    made = len(plan.new)
    return DryRun(
        "classes", sheet.digest, len(sheet.rows), made, changed, same, tuple(rows.verdicts), mapped.unknown, (), plan
    )


def _accounts(conn: Connection, setting_id: int, today: date) -> dict[str, int]:
    """Return the accounts who work here today by e-mail address."""
    working = {row.id for row in people.staff(conn, setting_id, today)}
    query = select(func.lower(Account.email), Account.id).where(Account.id.in_(working))
    return dict(conn.execute(query).all())


def _planned(plan: Plan, row: dict[str, Any], old: Any, account: int | None, today: date) -> int:
    """Add a row to the plan and return 1 when it changes nothing."""
    first = row.get("first") or today
    before = len(plan.new) + len(plan.years) + len(plan.staff)
    if old is None:
        plan.new.append({"name": row["name"], "year_group": row.get("year_group"), "first": first})
    elif row.get("year_group") is not None and row["year_group"] != old.year_group:
        plan.years.append((old.id, row["name"], row["year_group"]))
    if account is not None and (old is None or account not in old.staff):
        plan.staff.append((row["name"], account, first))
    return 1 if len(plan.new) + len(plan.years) + len(plan.staff) == before else 0


def store(w: Writing, ctx: SettingContext, caller: Caller, plan: Plan, now: datetime) -> None:
    """Store a plan in the open transaction."""
    drafts = []
    for row in plan.new:
        made = classes.make_class(w, ctx.id, row["name"], row["first"], year_group=row["year_group"])
        data = {"group_id": made, "name": row["name"], "first": str(row["first"]), "source": "import"}
        drafts.append(_draft(w, ctx.id, made, "class.opened", data, now))
    g = m.TeachingGroup
    for group_id, name, year in plan.years:
        w.conn.execute(update(g).where(g.setting_id == ctx.id, g.id == group_id).values(year_group=year))
        drafts.append(
            _draft(w, ctx.id, group_id, "class.amended", {"group_id": group_id, "name": name, "source": "import"}, now)
        )
    ids = {
        name: group_id
        for group_id, name in w.conn.execute(select(g.id, g.name).where(g.setting_id == ctx.id, live(g, now.date())))
    }
    ids |= {
        name: group_id
        for group_id, name in w.conn.execute(select(g.id, g.name).where(g.setting_id == ctx.id, g.first >= now.date()))
    }
    for name, account, first in plan.staff:
        classes.put_staff(w.conn, ctx.id, ids[name], account, "teacher", first, None)
        data = {
            "group_id": ids[name],
            "group": name,
            "account_id": account,
            "role": "teacher",
            "first": str(first),
            "source": "import",
        }
        drafts.append(_draft(w, ctx.id, ids[name], "class.staffed", data, now))
    bulk.write_events(w, ctx.id, drafts)


def _draft(w: Writing, setting_id: int, group_id: int, kind: str, data: dict[str, Any], now: datetime) -> Draft:
    return Draft(setting_id, f"class:{group_id}", kind, data, now.date(), now, w.actor_id)
