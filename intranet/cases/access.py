"""The only ways to a case from outside: in scope and for this person to know of, or not found."""

from __future__ import annotations

from datetime import datetime

from intranet import store
from intranet.cases.steps import StepSeen
from intranet.cases.view import Case, view
from intranet.errors import NotFound
from intranet.extension.caller import Caller
from intranet.extension.case_types import CaseType
from intranet.people import Actor
from intranet.settings.service import SettingContext

READS = "case:read"


def may_know(actor: Actor, setting_id: int, kind: CaseType) -> bool:
    """Return whether a person may know that cases of this kind are there."""
    return actor.may(READS, setting_id) and (not kind.restricted or bool(actor.roles(setting_id) & {*kind.restricted}))


def access_case(actor: Actor, ctx: SettingContext, caller: Caller, case_id: int, now: datetime) -> Case:
    """Return a case this person may read; raise NotFound for another setting's, and for one they may not know of."""
    with store.connection() as conn:
        case = view(conn, ctx, caller, case_id, now)
    if not may_know(actor, ctx.id, case.kind):
        raise NotFound
    return case


def access_step(actor: Actor, ctx: SettingContext, caller: Caller, case_id: int, key: str, now: datetime) -> tuple[Case, StepSeen]:
    """Return a case and one of its steps: a decider who may not read the case gets its decision while that is open (C-51); else raise NotFound."""
    with store.connection() as conn:
        case = view(conn, ctx, caller, case_id, now)
    seen = case.step(key)
    if may_know(actor, ctx.id, case.kind):
        return case, seen
    if not (seen.step.decision and seen.step.decision.summary and decides_now(actor, case, seen)):
        raise NotFound
    return case, seen


def decides_now(actor: Actor, case: Case, seen: StepSeen) -> bool:
    """Return whether a decision is open and waits for one of this person's roles."""
    return case.state.open and seen.may_record and bool(actor.roles(case.state.setting_id) & {*seen.roles})


__all__ = ["access_case", "access_step", "decides_now", "may_know"]
