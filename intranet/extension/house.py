"""House values: what a setting chose for a parameter, typed as the parameter's own values are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from intranet.law.parameters import Parameters, ParameterValue

if TYPE_CHECKING:
    from intranet.settings.context import HouseValue


def values(known: Parameters, chosen: Iterable[HouseValue]) -> list[ParameterValue]:
    """Return house values as parameter values; one whose key no plugin defines any more says nothing."""
    return [_value(known, one) for one in chosen if one.key in known]


def _value(known: Parameters, one: HouseValue) -> ParameterValue:
    like = known.values(one.key)[-1]
    return ParameterValue(
        one.key, typed(one.value, like.unit), like.unit, "policy", f"House value: {one.reason}", like.clauses, one.first, one.last,
        conflict=like.conflict, note=one.reason, origin="house", stricter=like.stricter, description=like.description,
    )  # fmt: skip


def typed(value: Any, unit: str) -> Any:
    """Return a stored value as rules read it: clock times, exact shares and tuples."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and unit == "clock":
        return time.fromisoformat(value)
    if isinstance(value, str) and unit.startswith("share") and "/" in value:
        return Fraction(value)
    return value
