"""The parameters in force at a setting as the policy page shows them, and how a house value is read from a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import Any

from flask import current_app

from intranet.errors import FieldProblem, NotFound, Refused
from intranet.law.parameters import Parameters, ParameterValue, say
from intranet.settings.context import SettingContext

STANDINGS = {"law": "law", "guidance": "statutory guidance", "policy": "the setting's policy", "assumption": "House setting, not from policy"}
TOPICS = {
    "absence": "Absence", "ap": "Thresholds of the provision", "arrival": "Arrival", "audit": "Weekly audit", "calendar": "School year",
    "contacts": "Contacts", "ladder": "Attendance ladder", "lateness": "Lateness", "metrics": "Attendance figures", "n_code": "Absence with no reason yet",
    "register": "Registers", "retention": "How long registers are kept", "stage3": "Stage 3", "tutoring": "Session records",
}  # fmt: skip
YES, NO = ("yes", "y", "true"), ("no", "n", "false")


@dataclass(frozen=True)
class Line:
    """One parameter: what is in force, where from, what it supersedes and what to be warned of."""

    key: str
    description: str
    value: str
    unit: str
    cited: str
    clauses: tuple[str, ...]
    standing: str
    house: bool
    since: date | None
    superseded: tuple[str, ...]
    warning: str


def parameters(ctx: SettingContext) -> Parameters:
    """Return every value that counts for the setting, as the extension room puts them together."""
    found: Parameters = current_app.extensions["daymark.parameters"](ctx)
    return found


def lines(ctx: SettingContext, on: date) -> dict[str, list[Line]]:
    """Return the parameters under the topic that their key begins with."""
    known = parameters(ctx)
    found: dict[str, list[Line]] = {}
    at = known.at(on)
    for key in known.keys():  # noqa: SIM118 (sorted keys; iterating gives values)
        resolution = at.resolution(key)
        chosen = resolution.in_force or known.values(key)[-1]
        topic = key.split(".")[0]
        line = _line(key, chosen, resolution, in_force=resolution.in_force is not None)
        found.setdefault(TOPICS.get(topic, topic.replace("_", " ").capitalize()), []).append(line)
    return found


def warnings(ctx: SettingContext, on: date) -> list[str]:
    """Return the warnings that law and guidance give about what is in force, without those for assumptions."""
    every = [line for group in lines(ctx, on).values() for line in group]
    return [line.warning for line in every if line.warning and line.standing != STANDINGS["assumption"]]


def one(ctx: SettingContext, key: str, on: date) -> Line:
    """Return one parameter; raise NotFound for a key that nobody defines."""
    known = parameters(ctx)
    if key not in known:
        raise NotFound(f"There is no parameter “{key}”. Open the policy page and choose one there.")
    resolution = known.at(on).resolution(key)
    return _line(key, resolution.in_force or known.values(key)[-1], resolution, in_force=resolution.in_force is not None)


def _line(key: str, chosen: ParameterValue, resolution: Any, *, in_force: bool) -> Line:
    conflict = next((v.conflict for v in (chosen, *resolution.struck_through) if v.conflict), None)
    warning = (resolution.warning or "").replace(f"`{key}`", f"“{chosen.description or key}”") or _superseded_warning(chosen, resolution, conflict)
    return Line(
        key, chosen.description, _said(chosen.value, chosen.unit) if in_force else "no value at present", chosen.unit, chosen.cited,
        chosen.clauses, STANDINGS[chosen.standing], chosen.origin == "house", chosen.effective_from,
        tuple(_struck(v) for v in resolution.struck_through), warning,
    )  # fmt: skip


def _superseded_warning(chosen: ParameterValue, resolution: Any, conflict: str | None) -> str:
    """Return the warning for a policy whose printed value the law has replaced."""
    past = next((v for v in resolution.struck_through if v.standing == "policy" and v.value != chosen.value and v.origin != "house"), None)
    if past is None or chosen.standing not in ("law", "guidance"):
        return ""
    return f"The policy's {past.said()} is superseded: {chosen.said()} is used.{f' {conflict}.' if conflict else ''}"


def _struck(value: ParameterValue) -> str:
    until = f", until {value.effective_to:%d/%m/%Y}" if value.effective_to else ""
    return f"{_said(value.value, value.unit)} ({value.cited}{until})"


def _said(value: Any, unit: str) -> str:
    """Return a value as the page says it: "10% missed" for a share."""
    return say(_plain(value), unit.removeprefix("share").strip() if isinstance(value, Fraction) else unit)


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Fraction):
        return f"{float(value * 100):g}%"
    return ", ".join(str(_plain(v)) for v in value) if isinstance(value, (tuple, list)) else value


def read_value(ctx: SettingContext, key: str, text: str, first: date) -> Any:
    """Return a typed value as it is stored; raise Refused when it does not fit the parameter or is weaker than the law then."""
    like = parameters(ctx).values(key)[-1]
    try:
        typed = _typed(text.strip(), like)
    except ValueError as error:
        rule = f"“{text}” is not {error}"
        raise Refused("Value", text, rule, "", fields=[FieldProblem("value", f"Value: {rule}.")]) from None
    _not_weaker(ctx, key, typed, first)
    return _stored(typed)


def _typed(text: str, like: ParameterValue) -> Any:
    """Return the text as the parameter's values are; ValueError says what it should be, with an example."""
    if like.unit == "clock" or isinstance(like.value, time):
        return _read(time.fromisoformat, text, "a time. Enter a 24-hour time like 09:05")
    if like.unit.startswith("share") or isinstance(like.value, Fraction):
        share = _read(lambda t: Fraction(t.rstrip("%").strip()) / (100 if t.endswith("%") else 1), text, "a share. Enter one like 10% or 1/10")
        if not 0 <= share <= 1:
            raise ValueError("a share of the whole. Enter one from 0% to 100%")
        return share
    if isinstance(like.value, bool):
        if text.lower() not in YES + NO:
            raise ValueError("yes or no. Enter one of them")
        return text.lower() in YES
    if isinstance(like.value, (tuple, list)):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(like.value, int) or like.value is None and like.unit not in ("", "-"):
        number = _read(int, text, f"a whole number of {like.unit}. Enter a number like 8")
        if number < 0:
            raise ValueError(f"a number of {like.unit} that can be. Enter 0 or more")
        return number
    return text


def _read(parse: Any, text: str, what: str) -> Any:
    try:
        return parse(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(what) from None


def _not_weaker(ctx: SettingContext, key: str, typed: Any, first: date) -> None:
    known = parameters(ctx).values(key)
    law = next((v for v in known if v.standing == "law" and v.in_force(first)), None)
    mine = ParameterValue(key, typed, known[-1].unit, "policy", stricter=known[-1].stricter, effective_from=first)
    if law is not None and mine.weaker_than(law):
        rule = f"the law asks for {law.said()} and a house value cannot be weaker"
        text = f"Value: {_said(typed, law.unit)} was entered, but {rule}. Enter a stricter value, or leave it as it is."
        raise Refused("Value", _said(typed, law.unit), rule, "Enter a stricter value", clauses=law.clauses, fields=[FieldProblem("value", text)])


def _stored(typed: Any) -> Any:
    if isinstance(typed, time):
        return typed.strftime("%H:%M")
    if isinstance(typed, Fraction):
        return f"{typed.numerator}/{typed.denominator}"
    return list(typed) if isinstance(typed, tuple) else typed
