"""Which value of a parameter is in force, why, and a trail of everything that was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from intranet.law.clauses import known_clauses
from intranet.law.commencement import begun
from intranet.law.conflicts import known_conflicts
from intranet.law.parameter_files import load
from intranet.law.parameter_values import ParameterError, ParameterValue, say
from intranet.law.words import DATA, long_date

__all__ = [
    "ParameterError",
    "ParameterValue",
    "Parameters",
    "ParametersAt",
    "Read",
    "Resolution",
    "core_parameters",
    "load",
    "say",
]


@dataclass(frozen=True)
class Read:
    """A parameter that was read, as findings, letters and refusals keep it."""

    key: str
    value: Any
    unit: str
    standing: str
    citation: str
    clauses: tuple[str, ...]
    conflict: str | None


@dataclass(frozen=True)
class Resolution:
    """The value in force, those it strikes through, and what the reader should be warned of."""

    in_force: ParameterValue | None
    struck_through: tuple[ParameterValue, ...] = ()
    warning: str | None = None


def _rank(value: ParameterValue) -> tuple[int, int, int]:
    """Whose word counts more: a confirmed value before an assumption, then house, an authority's variant, plugin, core."""
    origin = {"house": 4, "core": 0}.get(value.origin, 1) + (2 if value.authority else 0)
    binding = int(value.standing != "assumption" or value.origin == "house")
    return int(value.value is not None), binding, origin


def _strictest(laws: list[ParameterValue]) -> ParameterValue | None:
    found: ParameterValue | None = None
    for law in laws:
        if found is None or found.weaker_than(law):
            found = law
    return found


def resolve(values: Iterable[ParameterValue], day: date) -> Resolution:
    """The value in force on a day among all that are said: law beats a weaker one, a stricter house value stays."""
    known = list(values)
    here = [value for value in known if value.in_force(day)]
    past = [value for value in known if value.effective_to is not None and value.effective_to < day]
    said = max(here, key=_rank, default=None)
    law = _strictest([value for value in here if value.standing == "law"])
    chosen = law if said is None or (law is not None and said.weaker_than(law)) else said
    losing = [value for value in here if value is not chosen]
    return Resolution(chosen, (*past, *losing), _warning(chosen, said, law, here) or _superseded(chosen, past))


def _warning(
    chosen: ParameterValue | None, said: ParameterValue | None, law: ParameterValue | None, here: list[ParameterValue]
) -> str | None:
    if chosen is None or said is None:
        return None
    mark = next((f" {value.conflict}." for value in (said, *here) if value.conflict), "")
    if chosen is law and said is not law:
        return f"`{said.key}` is {said.said()}, which is weaker than the law: {chosen.said()} is used.{mark}"
    guidance = next((value for value in here if value.standing == "guidance"), None)
    if guidance is not None and said is not guidance and said.weaker_than(guidance):
        reason = f"The reason given: {said.note.rstrip('.')}." if said.origin == "house" and said.note else "Give the reason."
        return f"`{said.key}` is {said.said()}, but guidance expects {guidance.said()}. {reason}{mark}"
    if chosen.standing == "assumption" and chosen.origin != "house":
        state = "has no value" if chosen.value is None else f"is {say(chosen.value, chosen.unit)}"
        return (
            f"`{chosen.key}` {state}: it is a house setting, not from policy. An administrator must confirm it.{mark}"
        )
    return None


def _superseded(chosen: ParameterValue | None, past: list[ParameterValue]) -> str | None:
    """The warning for a policy whose printed value law or guidance has replaced."""
    printed = next((value for value in past if value.standing == "policy" and value.origin != "house"), None)
    if chosen is None or printed is None or chosen.standing not in {"law", "guidance"} or chosen.value == printed.value:
        return None
    mark = f" {printed.conflict}." if printed.conflict else ""
    return f"The policy's {printed.said()} is superseded: {chosen.said()} is used.{mark}"


#: Days whose answers are kept: a save asks about one, a page of figures about a year.
DAYS_KEPT = 400


class Parameters:
    """Every value that anybody says, whatever its dates."""

    def __init__(self, values: Iterable[ParameterValue] = ()) -> None:
        self._by_key: dict[str, tuple[ParameterValue, ...]] = {}
        for value in values:
            self._by_key[value.key] = (*self._by_key.get(value.key, ()), value)
        self._resolved: dict[date, dict[str, Resolution]] = {}

    def __iter__(self) -> Iterator[ParameterValue]:
        return (value for values in self._by_key.values() for value in values)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def keys(self) -> tuple[str, ...]:
        """Every key, in order."""
        return tuple(sorted(self._by_key))

    def values(self, key: str) -> tuple[ParameterValue, ...]:
        """Everything that is said about a key; empty when nobody knows it."""
        return self._by_key.get(key, ())

    def plus(self, values: Iterable[ParameterValue]) -> Parameters:
        """These and more, such as a setting's house values; ParameterError for a key that nobody defines."""
        added = tuple(values)
        for value in added:
            if value.key not in self._by_key:
                raise self.unknown(value.key)
        return Parameters((*self, *added))

    def resolved(self, day: date) -> dict[str, Resolution]:
        """What was found to be in force on a day so far: the same for everybody who asks of it."""
        if day not in self._resolved:
            self._resolved = {**self._resolved, day: {}} if len(self._resolved) < DAYS_KEPT else {day: {}}
        return self._resolved[day]

    def at(self, day: date) -> ParametersAt:
        """The parameters as they stand on a day, with a new trail."""
        return ParametersAt(self, day)

    def unknown(self, key: str) -> ParameterError:
        """The error for a key that nobody defines, with the nearest one that exists."""
        near = get_close_matches(key, self._by_key, 1)
        hint = f"The nearest is `{near[0]}`." if near else "Write it in a parameter file first."
        return ParameterError(f"`{key}` is not a parameter. {hint}")

    def no_value(self, key: str, day: date) -> ParameterError:
        """The error for a key without a value on a day."""
        values = self.values(key)
        if waits := next((value.commences for value in values if value.commences), ""):
            return ParameterError(f"`{key}` has no value on {long_date(day)}: it waits for `{waits}`. Give that its day once it is known.")
        later = sorted(value.effective_from for value in values if value.effective_from and value.effective_from > day)
        if later and not any((value.effective_from or date.min) <= day for value in values):
            why = f"its first value starts on {long_date(later[0])}. Add an earlier value with its citation."
        else:
            ended = max(value.effective_to for value in values if value.effective_to and value.effective_to < day)
            why = f"its last value ended on {long_date(ended)}. Add a later value with its citation."
        return ParameterError(f"`{key}` has no value on {long_date(day)}: {why}")


class ParametersAt:
    """Parameters on one day; reading one puts it on the trail."""

    def __init__(self, parameters: Parameters, day: date) -> None:
        self.day = day
        self._parameters = parameters
        self._resolved = parameters.resolved(day)
        self._trail: dict[str, Read] = {}

    def on(self, day: date) -> ParametersAt:
        """The same parameters on another day; what is read there joins this trail."""
        other = ParametersAt(self._parameters, day)
        other._trail = self._trail
        return other

    def resolution(self, key: str) -> Resolution:
        """What is in force, what is struck through and the warning; ParameterError for an unknown key."""
        if key not in self._resolved:
            if key not in self._parameters:
                raise self._parameters.unknown(key)
            values = self._parameters.values(key)
            if any(value.commences for value in values):
                values = begun(values, self._commences)
            self._resolved[key] = resolve(values, self.day)
        return self._resolved[key]

    def _commences(self, key: str) -> date | None:
        found = self.resolution(key).in_force
        return found.value if found else None

    def __getitem__(self, key: str) -> Any:
        found = self.resolution(key).in_force
        if found is None:
            raise self._parameters.no_value(key, self.day)
        self._trail[key] = Read(
            key, found.value, found.unit, found.standing, found.cited, found.clauses, found.conflict
        )
        if found.commences:
            self[found.commences]  # the day it came into force belongs on the trail
        return found.value

    def get(self, key: str, default: Any = None) -> Any:
        """The value in force, or the default when there is none or nobody defines the key."""
        if key not in self._parameters or self.resolution(key).in_force is None:
            return default
        return self[key]

    def history(self, key: str) -> tuple[ParameterValue, ...]:
        """Everything that is said about a key, of all days; the value in force goes on the trail."""
        self.get(key)
        return self._parameters.values(key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._parameters and self.resolution(key).in_force is not None

    def keys(self) -> tuple[str, ...]:
        """The keys with a value in force."""
        return tuple(sorted({value.key for value in self._parameters if value.key in self}))

    @property
    def trail(self) -> tuple[Read, ...]:
        """Every parameter read so far, in the order of first reading."""
        return tuple(self._trail.values())


def core_parameters(added: Path | None = None) -> tuple[ParameterValue, ...]:
    """What law and guidance say, for every setting type; with the rows of a folder that an install adds, where there is one."""
    return _core(added) if added is not None and added.is_dir() else _shipped()


@cache
def _shipped() -> tuple[ParameterValue, ...]:
    return _core(None)


def _core(added: Path | None) -> tuple[ParameterValue, ...]:
    return tuple(load(DATA / "parameters", "core", known_clauses(), known_conflicts(), added))
