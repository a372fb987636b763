"""What a catalogue may not say: roles, clauses, permissions and codes that nobody defines stop the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches

from intranet.errors import ConfigError
from intranet.extension.case_types import CaseType, Clock, Closing, Step
from intranet.extension.values import Catalogue
from intranet.law.clauses import known_clauses
from intranet.law.conflicts import conflicts
from intranet.law.parameters import ParameterError, ParameterValue
from intranet.people.permissions import CORE_ROLES, PERMISSIONS
from intranet.web.slots import SLOTS

#: The smallest code id of a plugin's own codes: the ids below belong to the national ones.
FIRST_OWN_CODE = 100
CLAUSE = re.compile(r"[A-Z]{3}-\d+")
FIELD_TYPES = frozenset({"text", "int", "date", "time", "bool", "share", "list"})


def refuse_unknown(where: str, catalogue: Catalogue) -> None:
    """Raise ConfigError naming the file, the thing and the nearest name that exists."""
    for role in catalogue.roles:
        _known(where, f"role “{role.key}” is like", role.like, CORE_ROLES)
        for permission in role.also:
            _known(where, f"role “{role.key}” may", permission, PERMISSIONS)
        _clauses(where, f"role “{role.key}”", role.clauses)
    for model in catalogue.placement_models:
        _clauses(where, f"placement model “{model.key}”", model.clauses)
    for kind in catalogue.record_kinds:
        _clauses(where, f"record kind “{kind.key}”", kind.clauses)
        for field_type in kind.fields.values():
            _known(where, f"record kind “{kind.key}” has a field of type", field_type.rstrip("?"), FIELD_TYPES)
    for case in catalogue.case_types:
        _case_type(where, case, catalogue)
    for slot in catalogue.slots or ():
        _known(where, "it fills the slot", slot, SLOTS)
    _twice(where, "role", [role.key for role in catalogue.roles])
    _twice(where, "placement model", [model.key for model in catalogue.placement_models])
    _twice(where, "case type", [case.key for case in catalogue.case_types])
    _twice(where, "record kind", [kind.key for kind in catalogue.record_kinds])


def _case_type(where: str, case: CaseType, catalogue: Catalogue) -> None:
    """Raise ConfigError for a role, clause or conflict of a case type that nobody defines."""
    roles = {role.key for role in catalogue.roles} | CORE_ROLES.keys()
    what = f"case type “{case.key}”"
    deciders = [role for step in case.steps if step.decision for role in (*step.decision.roles, *step.decision.consult)]
    for role in (case.lead, *case.by_hand, *case.restricted, *(role for step in case.steps for role in step.roles), *deciders):
        _known(where, f"{what} names the role", role, roles)
    parts: tuple[Step | Clock | Closing, ...] = (*case.steps, *case.clocks, *case.closings)
    for cited in (case.clauses, *(part.clauses for part in parts)):
        _clauses(where, what, cited)
    named = [*(one for clock in case.clocks for one in clock.conflicts), *(one for step in case.steps if step.decision for one in step.decision.conflicts)]
    for conflict in named:
        _known(where, f"{what} names the conflict", conflict, conflicts())


def clauses_known(where: str, what: str, cited: Iterable[str]) -> None:
    """Raise ConfigError for a clause id that no policy has; instruments of law pass."""
    _clauses(where, what, cited)


def read(whose: str, load: Callable[[], Iterable[ParameterValue]]) -> tuple[ParameterValue, ...]:
    """Return the parameters of a policy or of the core; raise ConfigError with the file and line of what is wrong."""
    try:
        return tuple(load())
    except ParameterError as error:
        raise ConfigError(f"The parameters of “{whose}” cannot be used. {error}") from error


def refuse_unlike(whose: str, core: Iterable[ParameterValue], own: Iterable[ParameterValue]) -> None:
    """Raise ConfigError for a value that cannot be weighed against the core's, or that waits for a commencement nobody knows."""
    units = {value.key: value.unit for value in core}
    values = tuple(own)
    known = units.keys() | {value.key for value in values}
    for value in values:
        if units.get(value.key, value.unit) != value.unit:
            said = f"its unit is “{value.unit}”, but the law and guidance count it in “{units[value.key]}”. Write it in {units[value.key]}."
            raise ConfigError(f"The parameters of “{whose}” cannot be used. {value.source}: {value.key}: {said}")
        if value.commences and value.commences not in known:
            near = get_close_matches(value.commences, known, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else "Add it with the unit “commencement day”."
            raise ConfigError(
                f"The parameters of “{whose}” cannot be used. {value.source}: {value.key}: "
                f"it waits for “{value.commences}”, which does not exist. {hint}"
            )


def _clauses(where: str, what: str, cited: Iterable[str]) -> None:
    for clause in cited:
        if CLAUSE.fullmatch(clause):
            _known(where, f"{what} cites", clause, known_clauses())


def _known(where: str, what: str, name: str, known: Collection[str]) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"It is one of {', '.join(sorted(known)[:20])}."
    raise ConfigError(f"{where}: {what} “{name}”, which does not exist. {hint}")


def _twice(where: str, what: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(f"{where}: the {what} “{key}” is declared twice. Keep one of them.")
