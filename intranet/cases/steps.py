"""Which steps of a case stand how: what is done, what waits for what, which answers may be given today, and who decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Literal

from intranet.cases.clocks import ClockSeen
from intranet.cases.state import CaseState, Entry
from intranet.extension.case_types import Choice, Decision, Step
from intranet.law.parameters import ParametersAt

Status = Literal["Not started", "In progress", "Cannot start yet", "Done", "Not needed"]


@dataclass(frozen=True)
class StepSeen:
    """A step as it stands on a day."""

    step: Step
    status: Status
    entries: tuple[Entry, ...] = ()
    waits_for: tuple[str, ...] = ()
    why_not: str = ""
    clock: ClockSeen | None = None
    outcomes: tuple[Choice, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Return whether somebody has to do it now."""
        return self.status in ("Not started", "In progress") and not self.step.optional

    @property
    def may_record(self) -> bool:
        """Return whether something may be recorded for it now."""
        return self.status in ("Not started", "In progress") or (self.status == "Done" and self.step.repeats)

    @property
    def due(self) -> date | None:
        """Return the last day in time; None when it has no clock or only says when not before."""
        return None if self.clock is None or self.clock.clock.not_before else self.clock.last

    @property
    def overdue_from(self) -> date | None:
        """Return the first day that is too late."""
        return None if self.clock is None or self.clock.clock.not_before else self.clock.overdue_from


def standing(
    steps: Iterable[Step], state: CaseState, clocks: Mapping[str, ClockSeen], params: ParametersAt, today: date
) -> tuple[StepSeen, ...]:
    """Return the steps that belong to the case as it stands, in order."""
    every = tuple(steps)
    titles = {step.key: step.title for step in every}
    return tuple(_seen(step, state, clocks, params, titles, today) for step in every if _belongs(step, state))


def _belongs(step: Step, state: CaseState) -> bool:
    """Whether a step is of the case's stage or was already begun."""
    touched = state.changed(step.key) > 0
    in_stage = not step.stages or state.stage in step.stages
    return touched or (in_stage and not any(_undecided(name, state) for name in step.only_if))


def _undecided(name: str, state: CaseState) -> bool:
    return not state.outcome_of(name)


def _seen(step: Step, state: CaseState, clocks: Mapping[str, ClockSeen], params: ParametersAt, titles: Mapping[str, str], today: date) -> StepSeen:
    clock = clocks.get(step.clock)
    entries = tuple(entry for entry in (*state.views, *state.done) if entry.key == step.key)
    offered = tuple(choice for choice in step.outcomes if available(choice, clocks))
    roles = deciders(step.decision, params) if step.decision else step.roles
    status, waits, why = _status(step, state, clock, titles, today)
    return StepSeen(step, status, entries, waits, why, clock, offered, roles)


def _status(
    step: Step, state: CaseState, clock: ClockSeen | None, titles: Mapping[str, str], today: date
) -> tuple[Status, tuple[str, ...], str]:
    waived = next((entry for entry in reversed(state.waived) if entry.key == step.key), None)
    if step.key in state.decided or (step.decision is None and state.of(step.key)):
        return "Done", (), ""
    if waived is not None:
        return "Not needed", (), waived.note
    other = next((name for name, wanted in step.only_if.items() if state.outcome_of(name) not in wanted), None)
    if other is not None:
        return "Not needed", (), f"{titles.get(other, other)}: {state.outcome_of(other).replace('_', ' ')}"
    waits = tuple(titles[name] for name in step.after if not state.outcome_of(name) and not _set_aside(name, state))
    if clock is not None and clock.clock.not_before and (clock.last is None or today < clock.last):
        waits = (*waits, clock.clock.label)
    if waits:
        return "Cannot start yet", waits, ""
    begun = any(entry.key == step.key for entry in (*state.started, *state.views))
    return ("In progress" if begun else "Not started"), (), ""


def _set_aside(name: str, state: CaseState) -> bool:
    return any(entry.key == name for entry in state.waived)


def available(choice: Choice, clocks: Mapping[str, ClockSeen]) -> bool:
    """Return whether an answer may be given today: some appear and some vanish with the days of a clock."""
    if not choice.clock:
        return True
    number = clocks[choice.clock].number
    return (choice.from_day is None or number >= choice.from_day) and (choice.until_day is None or number <= choice.until_day)


# -------------------------------------------------------------------- deciding together


def deciders(decision: Decision, params: ParametersAt) -> tuple[str, ...]:
    """Return the roles that must decide together: the parameter's where there is one."""
    return tuple(params[decision.roles_from]) if decision.roles_from else decision.roles


def agreed(roles: Iterable[str], views: Iterable[Entry], outcome: str) -> bool:
    """Return whether every role has a person of its own who chose this outcome."""
    wanted = tuple(roles)
    same = [view for view in views if view.outcome == outcome]
    return any(all(role in view.roles for role, view in zip(wanted, some, strict=True)) for some in permutations(same, len(wanted)))


def still_to_decide(roles: Iterable[str], views: Iterable[Entry]) -> tuple[str, ...]:
    """Return the roles that nobody has spoken for yet."""
    given = {role for view in views for role in view.roles}
    return tuple(role for role in roles if role not in given)


__all__ = ["Status", "StepSeen", "agreed", "available", "deciders", "standing", "still_to_decide"]
