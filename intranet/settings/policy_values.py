"""Values as a form gives them: read as the parameter's own values are, and refused where the law asks for more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from fractions import Fraction
from typing import Any

from intranet.errors import FieldProblem, Refused
from intranet.law.parameters import ParameterValue
from intranet.settings import register_times
from intranet.settings.context import SettingContext
from intranet.settings.policy import line_of, parameters, said

YES, NO = ("yes", "y", "true"), ("no", "n", "false")


def confirmed_value(ctx: SettingContext, key: str, on: date) -> Any:
    """Return the assumption in force as a house value stores it; raise Refused when there is nothing to confirm."""
    if not line_of(ctx, key, on).confirmable:
        rule = "it is not an assumption, or it has no value yet"
        raise Refused("Value", line_of(ctx, key, on).value, rule, "Set a house value instead where the setting has decided on one")
    chosen = parameters(ctx).at(on).resolution(key).in_force
    return _stored(chosen.value) if chosen is not None else None


def read_value(ctx: SettingContext, key: str, text: str, first: date) -> Any:
    """Return a typed value as it is stored; raise Refused when it does not fit the parameter or is weaker than the law then."""
    like = parameters(ctx).values(key)[-1]
    try:
        typed = _typed(text.strip(), like)
    except ValueError as error:
        rule = f"“{text}” is not {error}"
        raise Refused("Value", text, rule, "", fields=[FieldProblem("value", f"Value: {rule}.")]) from None
    register_times.refuse_wrong(key, typed, parameters(ctx).at(first))
    _not_weaker(ctx, key, typed, first)
    return _stored(typed)


def _typed(text: str, like: ParameterValue) -> Any:
    """Return the text as the parameter's values are; ValueError says what it should be, with an example."""
    if isinstance(like.value, (Mapping, date)):
        raise ValueError("a value that a form can take: it has parts, or it is a day of law. Change it in the parameter file")
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
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        return tuple(map(int, parts)) if all(isinstance(one, int) for one in like.value) and all(map(str.isdecimal, parts)) else parts
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
        text = f"Value: {said(typed, law.unit)} was entered, but {rule}. Enter a stricter value, or leave it as it is."
        raise Refused("Value", said(typed, law.unit), rule, "Enter a stricter value", clauses=law.clauses, fields=[FieldProblem("value", text)])


def _stored(typed: Any) -> Any:
    if isinstance(typed, time):
        return typed.strftime("%H:%M")
    if isinstance(typed, Fraction):
        return f"{typed.numerator}/{typed.denominator}"
    return list(typed) if isinstance(typed, tuple) else typed
