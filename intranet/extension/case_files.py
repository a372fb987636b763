"""Reads case types from YAML: every name in a file must be one of the type's own, or the start stops with the file and the name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from intranet.errors import ConfigError
from intranet.extension.case_types import (
    FIELD_KINDS,
    UNITS,
    CaseType,
    Choice,
    Clock,
    Closing,
    Decision,
    Step,
    StepField,
)

STARTS = ("anchor", "opened")


def case_types(folder: Path) -> tuple[CaseType, ...]:
    """Return the case types of a folder, one a file, by name; raise ConfigError with the file for one that cannot be used."""
    return tuple(read_case_type(path) for path in sorted(folder.glob("*.yaml")))


def read_case_type(path: Path) -> CaseType:
    """Return the case type of a file; raise ConfigError with the file and what is wrong."""
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{where}: this is not YAML. {error}") from error
    made = _case_type(where, _mapping(where, "the file", said))
    _refuse_loose(where, made)
    return made


def _case_type(where: str, said: Mapping[str, Any]) -> CaseType:
    values = _values(where, CaseType, said)
    values["stages"] = tuple((str(key), str(label)) for key, label in _mapping(where, "stages", said.get("stages") or {}).items())
    values["steps"] = tuple(_step(where, key, one) for key, one in _mapping(where, "steps", said.get("steps") or {}).items())
    values["clocks"] = tuple(_clock(where, key, one) for key, one in _mapping(where, "clocks", said.get("clocks") or {}).items())
    values["closings"] = tuple(
        Closing(key=key, **_values(where, Closing, one)) for key, one in _mapping(where, "closings", said.get("closings") or {}).items()
    )
    try:
        return CaseType(**values)
    except TypeError as error:
        raise ConfigError(f"{where}: {error}".replace("CaseType.__init__() ", "")) from error


def _clock(where: str, key: str, said: Mapping[str, Any]) -> Clock:
    return Clock(key=key, **_values(where, Clock, said) | {"when": _lists(said.get("when"))})


def _lists(said: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {str(name): tuple(values) for name, values in (said or {}).items()}


def _step(where: str, key: str, said: Mapping[str, Any]) -> Step:
    values = _values(where, Step, _mapping(where, f"step “{key}”", said))
    values["outcomes"] = _choices(where, said.get("outcomes"))
    values["fields"] = tuple(_field(where, name, one) for name, one in (said.get("fields") or {}).items())
    for name in ("only_if", "when", "covers"):
        values[name] = _lists(said.get(name))
    if said.get("decision") is not None:
        values["decision"] = Decision(**_values(where, Decision, said["decision"]))
    return Step(key=key, **values)


def _field(where: str, key: str, said: Mapping[str, Any] | str) -> StepField:
    said = {"label": said} if isinstance(said, str) else said
    values = _values(where, StepField, said)
    values["choices"] = _choices(where, said.get("choices"))
    _one_of(where, f"field “{key}” is of the kind", values.get("kind", "line"), FIELD_KINDS)
    return StepField(key=key, **values)


def _choices(where: str, said: Mapping[str, Any] | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(key=key, **_values(where, Choice, {"label": one} if isinstance(one, str) else one)) for key, one in (said or {}).items()
    )


def _values(where: str, kind: type[Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain values of a part, lists as tuples; raise ConfigError for a name the part does not have."""
    known = {field.name for field in fields(kind)}
    for name in said:
        _one_of(where, f"a {kind.__name__.lower()} has", str(name), known)
    return {str(name): tuple(value) if isinstance(value, list) else value for name, value in said.items()}


def _mapping(where: str, what: str, said: Any) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise ConfigError(f"{where}: {what} is no list of names and values. Write each as “name: value”.")
    return said


def _one_of(where: str, what: str, name: str, known: Collection[str]) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"It is one of {', '.join(sorted(known))}."
    raise ConfigError(f"{where}: {what} “{name}”, which does not exist. {hint}")


def _refuse_loose(where: str, made: CaseType) -> None:
    """Raise ConfigError for a step, stage, field or clock that is named and does not exist."""
    stages, steps, clocks = dict(made.stages), {step.key for step in made.steps}, {clock.key for clock in made.clocks}
    if not stages or not steps or not made.closings:
        raise ConfigError(f"{where}: a case needs at least one stage, one step and one way to close it.")
    if made.by_hand:
        _one_of(where, "opened by hand, it begins in the stage", made.by_hand_stage, stages)
    for step in made.steps:
        what = f"step “{step.key}”"
        _each(where, f"{what} belongs to the stage", step.stages, stages)
        _each(where, f"{what} enters the stage", [one for one in (step.enters, *step.enters_by.values()) if one], stages)
        _each(where, f"{what} comes after", step.after, steps)
        _each(where, f"{what} depends on", step.only_if, steps)
        _each(where, f"{what} has the clock", [step.clock] if step.clock else [], clocks)
        held = {f"{one.key}.{field.key}" for one in made.steps for field in one.fields}
        _each(where, f"{what} covers", step.covers, held)
        names = {field.key for field in step.fields}
        for choice in (*step.outcomes, *(one for field in step.fields for one in field.choices)):
            _each(where, f"{what}: “{choice.label}” needs the field", choice.needs, names)
            _each(where, f"{what}: “{choice.label}” has the clock", [choice.clock] if choice.clock else [], clocks)
    for clock in made.clocks:
        _one_of(where, f"clock “{clock.key}” counts", clock.unit, UNITS)
        _each(where, f"clock “{clock.key}” is the later of", clock.later_of, clocks)
        if not clock.later_of:
            each = [f"step:{key}" for key in clock.start.removeprefix("step:").split(",")] if clock.start.startswith("step:") else [clock.start]
            _each(where, f"clock “{clock.key}” starts with", each, _starts(made))
    for closing in made.closings:
        _each(where, f"closing “{closing.key}” needs", closing.needs, steps)


def _starts(made: CaseType) -> set[str]:
    held = {f"field:{step.key}.{field.key}" for step in made.steps for field in step.fields if field.kind == "date"}
    return {*STARTS, *(f"step:{step.key}" for step in made.steps), *held}


def _each(where: str, what: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        _one_of(where, what, name, known)


__all__ = ["case_types", "read_case_type"]
