"""Opening a new setting: where one may, of what type, and with whose term dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import Connection, select

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.law.calendar import Calendar
from intranet.people import Actor
from intranet.people.actor import in_force
from intranet.people.models import RoleGrant
from intranet.people.permissions import PERMISSIONS
from intranet.people.places import Organisation, Setting
from intranet.settings import service
from intranet.settings.context import context

OPENS = "setting:open"


@dataclass(frozen=True)
class SettingType:
    """A kind of setting that a plugin serves, as the form offers it."""

    key: str
    label: str
    summary: str
    legal_types: tuple[str, ...]
    phases: tuple[str, ...]
    layout: str


@dataclass(frozen=True)
class NewSetting:
    """A setting to be opened."""

    organisation_id: int
    name: str
    setting_type: SettingType
    legal_type: str
    phase: str
    authority: str
    calendar: Calendar | None


def types() -> Mapping[str, SettingType]:
    """Return the setting types there are by key; the extension room knows them."""
    offered: Callable[[], Iterable[SettingType]] = current_app.extensions["daymark.setting_types"]
    return {one.key: one for one in offered()}


def type_of(key: str) -> SettingType:
    """Return a setting type; raise NotFound when no plugin serves it."""
    found = types().get(key)
    if found is None:
        raise NotFound("There is no setting type of that name. Choose one from the list.")
    return found


def organisations(conn: Connection, actor: Actor, on: date) -> dict[int, str]:
    """Return where a person may open a setting, by id: the organisations they act for and those below; two statements."""
    roles = sorted(PERMISSIONS[OPENS].roles)
    mine = (RoleGrant.account_id == actor.account_id, RoleGrant.role.in_(roles), RoleGrant.setting_id.is_(None), in_force(on))
    tops = set(conn.execute(select(RoleGrant.organisation_id).where(*mine)).scalars())
    rows = conn.execute(select(Organisation.id, Organisation.parent_id, Organisation.name).order_by(Organisation.name)).all()
    above = {row.id: row.parent_id for row in rows}
    return {row.id: row.name for row in rows if None in tops or tops & set(_line(row.id, above))}


def _line(organisation_id: int, above: Mapping[int, int | None]) -> list[int]:
    """Return an organisation and those above it."""
    line, here = [], above.get(organisation_id)
    line.append(organisation_id)
    while here is not None and here not in line:
        line.append(here)
        here = above.get(here)
    return line


def terms_of(actor: Actor, setting_id: int) -> Calendar:
    """Return a calendar with another setting's half-terms and nothing else; raise NotFound where the person may not read it."""
    if setting_id not in actor.setting_ids or not actor.may("policy:read", setting_id):
        raise NotFound()
    with store.scope([setting_id]):
        return Calendar(context(setting_id).calendar.periods)


def open_new(w: store.Writing, new: NewSetting, *, request_id: str) -> int:
    """Return the id of the setting opened; raise RequestSeen for a repeat, Refused for a name that its organisation has already."""
    store.events.refuse_seen(w.conn, 0, request_id)
    held = select(Setting.id).where(Setting.organisation_id == new.organisation_id, Setting.name == new.name)
    if w.conn.scalar(held) is not None:
        raise Refused("Name", new.name, "the organisation has a setting of this name already", "Choose another name, or open that one", fields=["name"])
    made = service.open_setting(
        w, new.organisation_id, new.name, new.setting_type.key, legal_type=new.legal_type, phase=new.phase, authority=new.authority,
        layout=new.setting_type.layout, calendar=new.calendar,
    )  # fmt: skip
    data = {"setting_id": made, "name": new.name, "type": new.setting_type.key}
    w.append(
        setting_id=0, stream=f"organisation:{new.organisation_id}", kind="organisation.setting_opened", data=data, occurred_on=w.now.date(),
        request_id=request_id,
    )  # fmt: skip
    return made
