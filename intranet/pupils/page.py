"""What a pupil's page shows this person: read once, cut down to the tiers their permissions reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, select

from intranet import store
from intranet.extension.host import Caller
from intranet.extension.values import Placement
from intranet.law import ages
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import contacts, flags, links, upn
from intranet.pupils import models as m
from intranet.pupils.access import KnownPupil
from intranet.pupils.changes import row_of
from intranet.pupils.particulars import SEXES, missing, shortfall
from intranet.settings.service import SettingContext

DUTIES = {
    "register": "Taking the register", "follow_up": "Following up absence", "authorising": "Authorising absence", "leave": "Deciding leave",
    "legal": "Legal action", "returns": "Returns to the authority", "roll": "Keeping the roll",
}  # fmt: skip
OWNERS = {"home_school": "The home school", "authority": "The local authority", "commissioner": "The commissioner"}
HIDDEN_ADDRESS = "Protected. Ask the designated safeguarding lead."
SIX_DAYS = timedelta(days=6)
WEEKS_LOOKED_AT = timedelta(weeks=8)  # some week among them is whole


@dataclass(frozen=True)
class PlacementSeen:
    """A placement as the page shows it."""

    id: int
    label: str
    first: date
    last: date | None
    duties: tuple[tuple[str, str], ...]
    agreement: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    confirmed_at: datetime | None


@dataclass(frozen=True)
class FlagSeen:
    """A flag as the page shows it."""

    id: int
    label: str
    first: date
    last: date | None
    source: str
    note: str


@dataclass(frozen=True)
class PupilPage:
    """Everything on a pupil's page that this person may see."""

    pupil: KnownPupil
    identity: tuple[tuple[str, str], ...]
    particulars: tuple[tuple[str, str], ...] = ()
    placements: tuple[PlacementSeen, ...] = ()
    flags: tuple[FlagSeen, ...] = ()
    badges: tuple[str, ...] = ()
    contacts: tuple[Mapping[str, Any], ...] | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    elsewhere: int = 0
    history: tuple[tuple[datetime, str], ...] = field(default=())


def age_line(born: date | None, on: date) -> str:
    """Return whether a child is of compulsory school age, with the day it begins or ends (ATT-008)."""
    if born is None:
        return "Unknown: no date of birth"
    first, last = ages.compulsory_from(born), ages.compulsory_until(born)
    if on < first:
        return f"Not yet of compulsory school age: from {long_date(first)}"
    if on > last:
        return f"Over compulsory school age since {long_date(last)}"
    return f"Of compulsory school age until {long_date(last)}"


def build(ctx: SettingContext, caller: Caller, actor: Actor, pupil: KnownPupil, now: datetime) -> PupilPage:
    """Return a pupil's page for this person; a fixed number of statements."""
    on = now.date()
    with store.connection() as conn:
        row = row_of(conn, ctx.id, pupil.id)
        placed = _placements(conn, ctx, pupil.id, caller)
        marks = _flags(conn, ctx.id, pupil.id)
        people = contacts.listed(conn, ctx.id, pupil.id, on) if actor.may("pupil:contacts", ctx.id) else None
        elsewhere = len(links.linked(conn, ctx.id, pupil.id))
    sensitive = actor.may("pupil:sensitive", ctx.id)
    live = {flag.kind for flag in marks if flag.first <= on and (flag.last is None or flag.last >= on)}
    full = people is not None
    return PupilPage(
        pupil=pupil,
        identity=_identity(row, pupil, placed, on, full, caller.words.get("class", "class")),
        particulars=_particulars(row, actor, caller, ctx, on) if full else (),
        placements=tuple(placed),
        flags=tuple(_seen(flag) for flag in marks) if sensitive else (),
        badges=tuple(flags.shown(live, sensitive=sensitive)),
        contacts=None if people is None else tuple(people),
        missing=tuple(missing(row, people)) if people is not None else (),
        warnings=(*(text for place in placed for text in place.warnings), *_number(row["upn"])) if full else (),
        elsewhere=elsewhere,
    )


def _placements(conn: Connection, ctx: SettingContext, pupil_id: int, caller: Caller) -> list[PlacementSeen]:
    p = m.Placement
    names = {model.key: model.label for model in caller.catalogue.placement_models}
    query = (
        select(p.id, p.model, p.first, p.last, p.duties, p.agreement, p.warnings, p.confirmed_at)
        .where(p.setting_id == ctx.id, p.pupil_id == pupil_id)
        .order_by(p.first.desc())
    )
    return [
        PlacementSeen(
            row.id, names.get(row.model, row.model.replace("_", " ").capitalize()), row.first, row.last, _owners(row.duties, ctx.name), _pairs(row.agreement),
            tuple(row.warnings or ()), row.confirmed_at,
        )
        for row in conn.execute(query)
    ]  # fmt: skip


def _number(number: str | None) -> tuple[str, ...]:
    """Return the warning for a UPN of an authority this install does not know (census rule 1530)."""
    said = upn.warning(number, current_app.extensions["daymark.authorities"]) if number else None
    return (said,) if said else ()


def _owners(duties: Mapping[str, str] | None, here: str) -> tuple[tuple[str, str], ...]:
    """Return who owns each duty, in words; "us" is this setting."""
    owners = OWNERS | {"us": here, "both": f"{here} with the home school"}
    return tuple((DUTIES.get(key, key), owners.get(owner, owner)) for key, owner in (duties or {}).items() if owner)


def _pairs(values: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key.replace("_", " ").capitalize(), {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " "))
        for key, value in (values or {}).items()
        if value not in (None, "")
    )


def _flags(conn: Connection, setting_id: int, pupil_id: int) -> list[Any]:
    f = m.Flag
    query = select(f.id, f.kind, f.first, f.last, f.source, f.note).where(
        f.setting_id == setting_id, f.pupil_id == pupil_id
    )
    return list(conn.execute(query.order_by(f.first.desc(), f.id)))


def _seen(flag: Any) -> FlagSeen:
    return FlagSeen(flag.id, flags.label(flag.kind), flag.first, flag.last, flag.source, flag.note)


def _identity(
    row: Mapping[str, Any], pupil: KnownPupil, placed: list[PlacementSeen], on: date, full: bool, group_word: str
) -> tuple[tuple[str, str], ...]:
    items = [(group_word.capitalize(), pupil.group_name or "None today"), ("", pupil.year)]
    if full:
        items.append(("Born", long_date(row["born"]) if row["born"] else "not recorded"))
    current = next((place for place in placed if place.first <= on and (place.last is None or place.last >= on)), None)
    items.append(("Placement", current.label if current else "None today"))
    home = dict(current.agreement).get("Home school", "") if current else ""
    if home:
        items.append(("Home school", home))
    return tuple((term, text) for term, text in items if text)


def _particulars(
    row: Mapping[str, Any], actor: Actor, caller: Caller, ctx: SettingContext, on: date
) -> tuple[tuple[str, str], ...]:
    hidden = row["address_protected"] and not actor.may("pupil:protected", ctx.id)
    address = HIDDEN_ADDRESS if hidden else "\n".join(part for part in (row["address"], row["postcode"]) if part)
    future = "" if hidden else row["future_address"]
    legal = " ".join(part for part in (row["legal_given"], row["legal_middle"], row["legal_family"]) if part)
    items = (
        ("Full name", legal),
        ("Sex", SEXES.get(row["sex"], "")),
        ("School age", age_line(row["born"], on)),
        ("UPN", row["upn"] or ""),
        ("Former UPN", row["former_upn"] or ""),
        ("Address", address),
        (
            "Future address",
            f"{future} from {long_date(row['future_address_from'])}"
            if future and row["future_address_from"]
            else future,
        ),
        ("Starting day", long_date(row["admitted_on"]) if row["admitted_on"] else ""),
        ("Last day", long_date(row["left_on"]) if row["left_on"] else ""),
        ("Last school", ", ".join(part for part in (row["last_school"], row["last_school_address"]) if part)),
        ("Other school", row["other_school"]),
        ("Boarder", "Yes" if row["boarder"] else ""),
        ("First language", row["language"]),
        ("Weekly offer", offer_line(row["offer"], full_week(caller, ctx, on)) if row["offer"] else ""),
    )
    return tuple((term, text) for term, text in items if text)


def full_week(caller: Caller, ctx: SettingContext, on: date) -> int:
    """Return how many sessions the fullest of the coming school weeks has; 0 where sessions are booked, not kept by half-day."""
    if caller.profile.session_model != "am_pm":
        return 0
    weeks = ctx.calendar.school_weeks(on, on + WEEKS_LOOKED_AT)
    days = max((ctx.calendar.school_days(monday, monday + SIX_DAYS) for monday in weeks), key=len, default=[])
    return sum(len(slots) for day in days for slots in caller.sessions(day, [Placement(0, 0, "", day, None)]).values())


def offer_line(offer: Mapping[str, Any], full: int) -> str:
    """Return the weekly offer in words, its shortfall against a full week included (OTE-03)."""
    here, elsewhere = int(offer.get("here") or 0), int(offer.get("elsewhere") or 0)
    said = f"{here} sessions a week here" + (f" and {elsewhere} elsewhere" if elsewhere else "")
    if not full:
        return said
    short = shortfall(offer, full)
    return f"{said}: {short} short of a full week of {full}" if short else f"{said}: full time"
