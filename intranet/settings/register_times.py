"""How long registers are open: it follows from when they open and close, so those are set and it is not (C-09)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from intranet.errors import FieldProblem, Refused
from intranet.law.parameters import ParametersAt
from intranet.law.rules_places import LIMIT, open_for
from intranet.law.windows import Window
from intranet.law.words import listed

HALVES = {"morning": ("register.am_open", "register.am_close"), "afternoon": ("register.pm_open", "register.pm_close")}
FOLLOWS = "It follows from when the registers open and close; set those."


def windows(params: ParametersAt) -> dict[str, Window]:
    """Return when the half-days' registers are open on the day of these parameters."""
    times = {half: (params.get(opens), params.get(closes)) for half, (opens, closes) in HALVES.items()}
    return {half: Window(*both) for half, both in times.items() if None not in both and both[0] < both[1]}


def lasting(params: ParametersAt) -> str:
    """Return how long each half-day's register is open, in words."""
    return listed(f"{half} {window.minutes} minutes" for half, window in windows(params).items())


def warning(params: ParametersAt, key: str) -> str:
    """Return what guidance says against how long registers are open, at the limit and at the closing times that cause it."""
    found = open_for(windows(params), params)
    mine = [half for half, (_, closes) in HALVES.items() if closes == key]
    texts = [text for text in found.missing if key == LIMIT or any(half in text for half in mine)]
    return " ".join((*texts, _reason(params, [key] if key != LIMIT else [closes for _, closes in HALVES.values()]), "C-09.")) if texts else ""


def chosen(params: ParametersAt) -> bool:
    """Return whether any of the times is the setting's own value."""
    values = [params.resolution(key).in_force for both in HALVES.values() for key in both if key in params]
    return any(value is not None and value.origin == "house" for value in values)


def _reason(params: ParametersAt, keys: Iterable[str]) -> str:
    values = [params.resolution(key).in_force for key in keys]
    given = next((value.note for value in values if value is not None and value.origin == "house" and value.note), "")
    return f"The reason given: {given.rstrip('.')}." if given else "Give the reason."


def refuse_wrong(key: str, typed: Any, params: ParametersAt) -> None:
    """Raise Refused for a length that follows from times, and for a register that would close before it opens."""
    if key == LIMIT:
        raise _refused(str(typed), "how long registers are open follows from when they open and close", "Set when they open or close")
    both = next((both for both in HALVES.values() if key in both), None)
    if both is None or not isinstance(typed, time):
        return
    opens, closes = (typed if one == key else params.get(one) for one in both)
    if opens is not None and closes is not None and closes <= opens:
        rule = f"the register opens at {opens:%H:%M} and would close at {closes:%H:%M}"
        raise _refused(f"{typed:%H:%M}", rule, "Enter a time at which it closes after it opens")


def _refused(value: str, rule: str, step: str) -> Refused:
    text = f"Value: {rule}. {step}."
    return Refused("Value", value, rule, step, fields=[FieldProblem("value", text)])
