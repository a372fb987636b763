"""A case put together as of a moment: state, clocks and steps, for services and pages alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from intranet.cases import filing
from intranet.cases.clocks import ClockSeen, clocks_of, holds
from intranet.cases.state import CaseState
from intranet.cases.steps import StepSeen, standing
from intranet.clock import LONDON
from intranet.errors import ConfigError, NotFound
from intranet.extension.caller import Caller
from intranet.extension.case_types import CaseFacts, CaseType
from intranet.pupils import service as pupils
from intranet.settings.service import SettingContext


@dataclass(frozen=True)
class Case:
    """A case as of a moment."""

    state: CaseState
    kind: CaseType
    clocks: dict[str, ClockSeen]
    steps: tuple[StepSeen, ...]

    def step(self, key: str) -> StepSeen:
        """Return one of its steps; raise NotFound for one that does not belong to it now."""
        found = next((seen for seen in self.steps if seen.step.key == key), None)
        if found is None:
            raise NotFound
        return found


def kind_of(caller: Caller, key: str) -> CaseType:
    """Return a case type of the setting; raise ConfigError for a key that its plugin does not have."""
    found = caller.case_type(key)
    if found is None:
        known = ", ".join(one.key for one in caller.catalogue.case_types) or "none"
        raise ConfigError(f"{caller.profile.label} has no case type “{key}”. It has: {known}.")
    return found


def view(conn: Connection, ctx: SettingContext, caller: Caller, case_id: int, now: datetime) -> Case:
    """Return a case as of now; raise NotFound when the setting has none of that id."""
    return of_state(conn, ctx, caller, filing.load(conn, ctx.id, case_id), now)


def of_state(conn: Connection, ctx: SettingContext, caller: Caller, state: CaseState, now: datetime) -> Case:
    """Return a case as of now from its state."""
    today = now.astimezone(LONDON).date()
    kind = kind_of(caller, state.type)
    clocks = clocks_of(kind, state, ctx.calendar, caller.parameters, today)
    steps = caller.case_steps(_facts(conn, ctx, kind, state, clocks, now)) if caller.asks("case_steps") else kind.steps
    params = caller.params(today)
    return Case(state, kind, clocks, standing([step for step in steps if holds(step.when, params)], state, clocks, params, today))


def _facts(conn: Connection, ctx: SettingContext, kind: CaseType, state: CaseState, clocks: dict[str, ClockSeen], now: datetime) -> CaseFacts:
    known = pupils.facts(conn, ctx.id, [state.pupil_id], on=now.date()).get(state.pupil_id)
    done: dict[str, tuple[str, ...]] = {}
    for entry in state.done:
        done[entry.key] = (*done.get(entry.key, ()), entry.outcome or "done")
    days = {key: seen.number for key, seen in clocks.items()}
    return CaseFacts(kind, state.stage, now, state.opened_on, state.anchor, known.flags if known else frozenset(), done, days)


__all__ = ["Case", "kind_of", "of_state", "view"]
