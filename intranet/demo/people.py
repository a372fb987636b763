"""The demo's organisations, settings, terms and staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml
from flask import current_app

from intranet.clock import LONDON
from intranet.demo.children import FIRST_YEAR, Plan
from intranet.demo.names import a_family_name, a_given_name
from intranet.extension.host import Host
from intranet.law.calendar import Calendar
from intranet.law.term_dates import calendar
from intranet.people.models import Account, RoleGrant
from intranet.settings import service as settings
from intranet.store.writing import Writing

#: Ends in .example (RFC 2606), so that no letter ever leaves.
MAIL = "daymark.example"
TITLES = ("Ms", "Mr", "Mrs", "Mx", "Dr")


@cache
def places() -> dict[str, Any]:
    """Return the demo's places as the data file describes them."""
    loaded: dict[str, Any] = yaml.safe_load(files("intranet.demo").joinpath("places.yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Built:
    """A setting that was stored, with the accounts of its staff by role."""

    plan: Plan
    setting_id: int
    calendar: Calendar
    staff: dict[str, list[int]]


def plans() -> list[Plan]:
    """Return the settings of the ordinary demo, one of each type."""
    wanted = Plan.__dataclass_fields__
    return [Plan(**{**{k: v for k, v in row.items() if k in wanted}, "classes": tuple(row["classes"])}) for row in places()["settings"]]


def store_organisations(w: Writing) -> dict[str, int]:
    """Store the organisations and return their ids by key."""
    return {row["key"]: settings.open_organisation(w, row["name"], row["kind"]) for row in places()["organisations"]}


def store_setting(w: Writing, random: Random, plan: Plan, organisation_id: int) -> Built:
    """Store a setting with its terms, closures and staff."""
    plugins: Host = current_app.extensions["daymark.extensions"]
    booked = plugins.profiles[plan.setting_type].session_model == "booked"
    terms = calendar(plan.calendar)
    setting_id = settings.open_setting(
        w, organisation_id, plan.name, plan.setting_type, legal_type=plan.legal_type, phase=plan.phase, authority=plan.authority,
        layout="T" if booked else "H", calendar=terms,
    )  # fmt: skip
    staff = {role: [_account(w, random, role, setting_id) for _ in range(count)] for role, count in plan.staff.items()}
    return Built(plan, setting_id, terms, staff)


def _account(w: Writing, random: Random, role: str, setting_id: int | None, organisation_id: int | None = None) -> int:
    name = f"{random.choice(TITLES)} {a_given_name(random)[0]}. {a_family_name(random)}"
    title = role.replace("_", " ").capitalize() if role not in {"dsl", "slt"} else role.upper()
    account = Account(email=f"{role}.{random.randrange(10**9)}@{MAIL}", name=name, position_title=title, created_at=w.now)
    w.session.add(account)
    w.session.flush()
    first = calendar("CAL-STD").year_range(FIRST_YEAR)[0]
    w.session.add(RoleGrant(account_id=account.id, setting_id=setting_id, organisation_id=organisation_id, role=role, first=first))
    return account.id


def store_group_roles(w: Writing, random: Random, organisations: dict[str, int]) -> None:
    """Store the people who work for an organisation rather than one setting."""
    director = places()["trust_director"]
    _account(w, random, director["role"], None, organisations[director["organisation"]])
    _account(w, random, places()["system_admin"]["role"], None)


def start_of(calendar_: Calendar, year: str) -> date:
    """Return the first school day of a school year."""
    return calendar_.school_days(*calendar_.year_range(year))[0]


def now_on(day: date, hour: int, minute: int) -> datetime:
    """Return a time of day in the place's own clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
