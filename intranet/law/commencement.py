"""Law that is made but not in force: values that wait for a commencement, and the state of each commencement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from intranet.law.parameter_values import COMMENCEMENT, ParameterValue

if TYPE_CHECKING:
    from intranet.law.parameters import Parameters

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Commencement:
    """A provision that a day brings into force: the day once it is known, and the values that wait for it."""

    key: str
    description: str
    citation: str
    clauses: tuple[str, ...]
    conflict: str | None
    commences: date | None
    in_force: bool
    waiting: tuple[ParameterValue, ...]


def begun(values: Iterable[ParameterValue], day_of: Callable[[str], date | None]) -> tuple[ParameterValue, ...]:
    """The values with those that wait dated by their commencement; one that has no day yet is left out."""
    dated: list[ParameterValue] = []
    waiting = [value for value in values if value.commences]
    for value in values:
        first = day_of(value.commences) if value.commences else value.effective_from
        if value.commences and first is None:
            continue
        dated.append(replace(value, effective_from=first, effective_to=_ends(value, first, waiting, day_of)))
    return tuple(dated)


def _ends(
    value: ParameterValue, first: date | None, waiting: list[ParameterValue], day_of: Callable[[str], date | None]
) -> date | None:
    """A value's last day: the day before the first commencement after it that replaces it."""
    same = (value.origin, value.authority, value.legal_types)
    starts = [day_of(other.commences) for other in waiting if other is not value and (other.origin, other.authority, other.legal_types) == same]
    after = [day for day in starts if day is not None and day > (first or date.min)]
    return min([*([value.effective_to] if value.effective_to else []), *(day - ONE_DAY for day in after)], default=None)


def dormant(params: Parameters, day: date) -> tuple[Commencement, ...]:
    """Every commencement that the parameters know of, those without a day or with a later one first, as it stands on a day."""
    at = params.at(day)
    found = [_commencement(params, key, at.resolution(key).in_force, day) for key in params.keys() if _is_switch(params, key)]  # noqa: SIM118
    return tuple(sorted(found, key=lambda one: (one.in_force, one.key)))


def _is_switch(params: Parameters, key: str) -> bool:
    return params.values(key)[0].unit == COMMENCEMENT


def _commencement(params: Parameters, key: str, said: ParameterValue | None, day: date) -> Commencement:
    like = params.values(key)[0]
    first = said.value if said else None
    waiting = tuple(value for value in params if value.commences == key)
    live = first is not None and first <= day
    return Commencement(key, like.description, like.citation, like.clauses, like.conflict, first, live, waiting)
