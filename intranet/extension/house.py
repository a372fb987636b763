"""House values: what a setting chose for a parameter, typed as the parameter's own values are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from intranet.law.parameter_values import COMMENCEMENT
from intranet.law.parameters import Parameters, ParameterValue

if TYPE_CHECKING:
    from intranet.settings.context import HouseValue


def values(known: Parameters, chosen: Iterable[HouseValue]) -> list[ParameterValue]:
    """Return house values as parameter values, the last entered first, for it counts; one whose key no plugin defines any more says nothing."""
    return [_value(known, one) for one in reversed(tuple(chosen)) if one.key in known]


def _value(known: Parameters, one: HouseValue) -> ParameterValue:
    like = known.values(one.key)[-1]
    commences = like.unit == COMMENCEMENT  # an administrator says from when law counts, citing the order: no choice of the house
    standing, citation = ("law", one.reason) if commences else ("policy", f"House value: {one.reason}")
    return ParameterValue(
        one.key, typed(one.value, like.unit), like.unit, standing, citation, like.clauses, one.first, one.last,  # type: ignore[arg-type]
        conflict=like.conflict, note=one.reason, origin="house", stricter=like.stricter, description=like.description,
    )  # fmt: skip


def typed(value: Any, unit: str) -> Any:
    """Return a stored value as rules read it: clock times, exact shares and tuples."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and unit == "clock":
        return time.fromisoformat(value)
    if isinstance(value, str) and unit == COMMENCEMENT:
        return date.fromisoformat(value)
    if isinstance(value, str) and unit.startswith("share") and "/" in value:
        return Fraction(value)
    return value
