"""Putting a pupil's name on the admission register by their starting day (SI 2024/208 reg 8(1))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from intranet import store
from intranet.errors import FieldProblem, Refused
from intranet.extension.api import setting_of
from intranet.extension.host import Caller
from intranet.extension.values import Assessment, ContactFacts, Placement, PlacementModel, PupilFacts, Request
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import classes
from intranet.pupils import contacts as contact_service
from intranet.pupils import models as m
from intranet.pupils.events import append
from intranet.pupils.particulars import REGISTER_CLAUSES, ContactDraft, Particulars, contact_problems, problems, refuse
from intranet.settings.service import SettingContext

#: Where a form shows what a policy says is missing.
FIELDS = {
    "placement model": "model",
    "home school": "home_school",
    "commissioner": "commissioner",
    "starting day": "starting_day",
}
#: What the extension host says is missing when a plugin's own rules failed.
RULES_FAILED = "the setting's rules"
START_CLAUSES = ("SI 2024/208 reg 8(1)", "OTE-19")


@dataclass(frozen=True)
class Draft:
    """An admission as typed: the particulars, the day, the placement, the people and the class."""

    particulars: Particulars
    starting_day: date | None
    model: str | None = None
    agreement: Mapping[str, Any] = field(default_factory=dict)
    duties: Mapping[str, str] = field(default_factory=dict)
    contacts: tuple[ContactDraft, ...] = ()
    flags: tuple[str, ...] = ()
    group_id: int | None = None


@dataclass(frozen=True)
class Admitted:
    """The pupil whose name is now on the register, and what to think about."""

    pupil_id: int
    warnings: tuple[str, ...] = ()


def nearest_school_days(calendar: Calendar, day: date) -> list[date]:
    """Return the last school day before a day and the first one after it, as far as the calendar knows."""
    found = []
    for look in (calendar.before, calendar.after):
        try:
            found.append(look(day, 1))
        except CalendarError:
            continue
    return found


def check_start(ctx: SettingContext, day: date | None) -> list[FieldProblem]:
    """Return why a name cannot be entered for this starting day, naming the nearest school days."""
    if day is None:
        return [
            FieldProblem(
                "starting_day",
                "There is no starting day yet: a name is entered once the day is agreed (SI 2024/208 reg 8(1)). Enter the agreed day.",
            )
        ]
    if ctx.calendar.is_school_day(day):
        return []
    near = [f"{found:%A} {long_date(found)}" for found in nearest_school_days(ctx.calendar, day)]
    nearest = (
        f"The nearest is {' or '.join(near)}" if near else "Its calendar has no school days yet: add the term first"
    )
    return [FieldProblem("starting_day", f"{day:%A} {long_date(day)} is not a school day at {ctx.name}. {nearest}.")]


def check_model(models: Sequence[PlacementModel], key: str | None) -> list[FieldProblem]:
    """Return why a placement model cannot be used here; whether one must be chosen is for the setting's policy to say."""
    if key is not None and models and key not in {model.key for model in models}:
        names = ", ".join(f"{model.key} ({model.label})" for model in models)
        return [FieldProblem("model", f"“{key}” is not a placement model here. Choose one of: {names}.")]
    return []


def chosen_model(models: Sequence[PlacementModel], key: str | None) -> PlacementModel:
    """Return the placement model chosen; without a choice the setting type's first, its usual one."""
    return next((model for model in models if model.key == key), models[0])


def draft_facts(draft: Draft, pupil_id: int = 0) -> PupilFacts:
    """Return the pupil to be as the setting's rules see one."""
    placement = None
    if draft.model and draft.starting_day:
        placement = Placement(
            0, pupil_id, draft.model, draft.starting_day, None, dict(draft.duties), dict(draft.agreement)
        )
    people = tuple(
        _contact_facts(number, contact)
        for number, contact in enumerate(draft.contacts, start=1)
        if not contact.do_not_contact
    )
    return PupilFacts(pupil_id, draft.particulars.born, placement, frozenset(draft.flags), people)


def _contact_facts(number: int, contact: ContactDraft) -> ContactFacts:
    who = (
        f"{contact.given} {contact.family}".casefold().strip()
        if contact.person_id is None
        else f"person:{contact.person_id}"
    )
    return ContactFacts(
        number, who, contact.relationship, number, bool(contact.phones), contact.parental_responsibility, contact.lives_with
    )  # fmt: skip


def assess(ctx: SettingContext, caller: Caller, draft: Draft) -> Assessment:
    """Return what the setting's policy says of this admission (SEN-002, SEN-017, ATT-012)."""
    day = draft.starting_day
    if day is None:
        return Assessment(allowed=False, missing=("starting day",))
    data = {"model": draft.model, "starting_day": day, "agreement": dict(draft.agreement), **draft.agreement}
    return caller.assess(Request("admission", setting_of(ctx), draft_facts(draft), day, data))


def check(ctx: SettingContext, caller: Caller, draft: Draft, today: date) -> Assessment:
    """Return the policy's assessment; raise Refused with every field that needs another value."""
    found = problems(draft.particulars, today) + check_start(ctx, draft.starting_day)
    for number, contact in enumerate(draft.contacts, start=1):
        found += [FieldProblem(f"contact-{number}-{item.field}", item.text) for item in contact_problems(contact)]
    models = caller.catalogue.placement_models
    found += check_model(models, draft.model)
    refuse("Admission", found, (*REGISTER_CLAUSES, *START_CLAUSES, "SEN-017"))
    verdict = assess(ctx, caller, draft)
    if not verdict.allowed:
        raise _lacking(verdict)
    return verdict


def _lacking(verdict: Assessment) -> Refused:
    """Return the refusal that names what the setting's policy needs first."""
    if RULES_FAILED in verdict.missing:
        return Refused("Admission", None, verdict.warnings[0], "Nothing was saved", clauses=verdict.clauses)
    needed = ", ".join(verdict.missing) or "what the policy asks"
    because = f" ({', '.join(verdict.clauses)})" if verdict.clauses else ""
    fields = [
        FieldProblem(
            FIELDS.get(name, name), f"The policy needs the {name} before a pupil is admitted{because}. Enter it."
        )
        for name in verdict.missing
    ]
    rule = f"This setting's policy needs the {needed} before a pupil is admitted{because}"
    return Refused(
        "Admission", None, rule, "Enter it and save again; nothing was saved", clauses=verdict.clauses, fields=fields
    )


def admit(
    ctx: SettingContext, caller: Caller, draft: Draft, *, actor: Actor, now: datetime, request_id: str | None = None
) -> Admitted:
    """Enter the name in the admission register from the starting day; raise Refused with what is wrong."""
    verdict = check(ctx, caller, draft, now.date())
    model = chosen_model(caller.catalogue.placement_models, draft.model)
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            warnings = (*verdict.warnings, *_late_entry(draft, now), *_doubles(w, ctx.id, draft.particulars))
            verdict = replace(verdict, warnings=warnings)
            return Admitted(_enter(w, ctx, draft, model, verdict, actor, now, request_id), warnings)
    except store.RequestSeen as seen:
        data = seen.data or {}
        return Admitted(int(data.get("pupil_id", 0)), tuple(data.get("warnings", ())))


def _late_entry(draft: Draft, now: datetime) -> tuple[str, ...]:
    day = draft.starting_day
    if day is None or day >= now.date():
        return ()
    return (
        f"The starting day {long_date(day)} has passed: the name should have been entered before the first session that day "
        "(SI 2024/208 reg 8(1)). The registers since then have no mark for this pupil.",
    )


def _doubles(w: store.Writing, setting_id: int, given: Particulars) -> tuple[str, ...]:
    """Return a warning for a pupil who may be the same child; raise Refused when the UPN is taken (census rule 1520)."""
    p = m.Pupil
    same = select(p.id, p.upn, p.legal_given, p.legal_family, p.born).where(
        p.setting_id == setting_id, p.merged_into.is_(None)
    )
    for row in w.conn.execute(same.where(p.upn == given.upn) if given.upn else same.where(p.upn == "")):
        raise Refused(
            "UPN", given.upn, f"{row.legal_given} {row.legal_family} has it already, and one UPN names one child (census rule 1520)",
            "Open that pupil, or merge the two if they are the same child", fields=("upn",),
        )  # fmt: skip
    twins = same.where(p.legal_family == given.legal_family, p.legal_given == given.legal_given, p.born == given.born)
    return tuple(
        f"{row.legal_given} {row.legal_family}, born {long_date(row.born)}, is on the list already. Merge the two if they are the same child."
        for row in w.conn.execute(twins)
    )


def _enter(
    w: store.Writing, ctx: SettingContext, draft: Draft, model: PlacementModel, verdict: Assessment, actor: Actor, now: datetime,
    request_id: str | None,
) -> int:  # fmt: skip
    values = {**draft.particulars.values(), "offer": dict(draft.particulars.offer), "admitted_on": draft.starting_day}
    made = insert(m.Pupil).values(setting_id=ctx.id, **values).returning(m.Pupil.id)
    pupil_id = int(w.conn.execute(made).scalar_one())
    _place(w, ctx.id, pupil_id, draft, model, verdict.warnings, actor, now)
    _surround(w, ctx.id, pupil_id, draft)
    data = {"pupil_id": pupil_id, "starting_day": str(draft.starting_day), "model": model.key, "contacts": len(draft.contacts),
            "group_id": draft.group_id, "warnings": list(verdict.warnings), "tell": list(verdict.tell), "clauses": list(verdict.clauses),
            "agreement": dict(draft.agreement), "confirmed_by": actor.account_id}  # fmt: skip
    append(w, ctx.id, f"pupil:{pupil_id}", "pupil.admitted", data, now=now, request_id=request_id)
    return pupil_id


def _place(
    w: store.Writing, setting_id: int, pupil_id: int, draft: Draft, model: PlacementModel, warnings: tuple[str, ...], actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Store the placement with its owners, what was agreed, and who confirmed it when (SEN-017)."""
    day = draft.starting_day
    values = {"model": model.key, "first": day, "expected_start": day, "duties": {**model.duties, **draft.duties},
              "agreement": dict(draft.agreement), "warnings": list(warnings)}  # fmt: skip
    confirmed = {"confirmed_by": actor.account_id, "confirmed_at": now}
    w.conn.execute(insert(m.Placement).values(setting_id=setting_id, pupil_id=pupil_id, **values, **confirmed))


def _surround(w: store.Writing, setting_id: int, pupil_id: int, draft: Draft) -> None:
    """Store the people, flags and class of a new pupil; raise NotFound for a class of another setting."""
    day = draft.starting_day
    for order, contact in enumerate(draft.contacts, start=1):
        contact_service.store_contact(w, setting_id, pupil_id, contact, order)
    for kind in draft.flags:
        flag = {"kind": kind, "first": day, "source": "admission"}
        w.conn.execute(insert(m.Flag).values(setting_id=setting_id, pupil_id=pupil_id, **flag))
    if draft.group_id is not None and day is not None:
        classes.group_row(w.conn, setting_id, draft.group_id)
        classes.enter_group(w.conn, setting_id, pupil_id, draft.group_id, day)
