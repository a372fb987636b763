"""How long a register stays open, and when a provider that is not a school has to become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.parameters import ParametersAt
from intranet.law.windows import Window
from intranet.law.words import listed, so_many

LIMIT = "register.close_minutes"


def open_for(windows: Mapping[str, Window], params: ParametersAt) -> Answer:
    """Whether registers stay open as guidance expects; ``windows`` is what a session is called -> its window.

    A policy may depart from guidance with reasons, so what is missing is a warning and never a refusal.
    """
    old = not_in_force("OPEN30", params)
    if old:
        return old
    limit = _guidance(params)
    long = [name for name, window in windows.items() if window.minutes > limit]
    missing = [
        f"The {name} register is open for {windows[name].minutes} minutes; guidance expects {limit}." for name in long
    ]
    lengths = {window.minutes for window in windows.values()}
    if len(lengths) > 1:
        missing.append("Guidance expects the same length for every session.")
    said = listed(f"{name} {window.minutes} minutes" for name, window in windows.items())
    figures = {"minutes": {name: window.minutes for name, window in windows.items()}, "guidance": limit}
    change = ("Earlier closing times, or the policy's reason for its own.",) if missing else ()
    says = f"Registers stay open: {said}."
    return answer("OPEN30", not missing, says, params, figures=figures, missing=tuple(missing), would_change=change)


def _guidance(params: ParametersAt) -> int:
    """The minutes that guidance expects on the day, whatever a policy says."""
    said = [one for one in params.history(LIMIT) if one.standing == "guidance" and one.in_force(params.day)]
    return min((int(one.value) for one in said), default=int(params[LIMIT]))


@dataclass(frozen=True)
class Provision:
    """How many pupils of compulsory school age a provider educates full time."""

    full_time: int
    with_plan_or_looked_after: int  # of them, with an education, health and care plan or looked after
    registered_school: bool = False


def must_register(facts: Provision, params: ParametersAt) -> Answer:
    """Whether a provider has to register as a school before it goes on; full time is for people to judge from the hours."""
    pupils, with_plan = params["school.full_time_pupils"], params["school.pupils_with_plan"]
    figures = {
        "full_time": facts.full_time,
        "with_plan": facts.with_plan_or_looked_after,
        "pupils": pupils,
        "plans": with_plan,
    }
    if facts.registered_school:
        return answer("SCHOOL5", False, "It is registered as a school.", params, figures=figures)
    said = so_many(facts.full_time, "full-time pupil")
    plans = f"{facts.with_plan_or_looked_after} of them with a plan or looked after"
    if facts.full_time >= pupils or facts.with_plan_or_looked_after >= with_plan:
        says = f"{said}, {plans}: the provider must register as a school."
        change = ("Registration as a school.", "Fewer hours, so that nobody is in full-time education there.")
        return answer("SCHOOL5", True, says, params, figures=figures, would_change=change)
    left = so_many(pupils - facts.full_time, "more full-time pupil")
    change = (f"{left}.", "One who has an education, health and care plan or is looked after.")
    return answer("SCHOOL5", False, f"{said}, {plans}: no school yet.", params, figures=figures, would_change=change)
