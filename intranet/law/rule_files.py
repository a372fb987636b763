"""Reading the catalogue of rules, and refusing it with a sentence that says where and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from intranet.law.parameter_nodes import Place, compose, named, pairs, plain, refuse_unknown
from intranet.law.parameter_values import ParameterError

NEEDED = ("title", "versions")
FIELDS = frozenset({*NEEDED, "clauses", "parameters"})
VERSION_FIELDS = frozenset({"citation", "note", "until"})


@dataclass(frozen=True)
class RuleVersion:
    """A rule as it stands from one day to another."""

    since: date
    citation: str
    note: str = ""
    until: date | None = None  # the last day, where nothing follows


@dataclass(frozen=True)
class Rule:
    """What the catalogue says of a rule of law: its name, where it is written and the parameters it reads."""

    id: str
    title: str
    citation: str  # of the newest version
    clauses: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    versions: tuple[RuleVersion, ...] = ()  # oldest first
    source: str = ""  # file:line

    def at(self, day: date) -> RuleVersion | None:
        """The version that is law on a day; None when the rule is not law then."""
        begun = [version for version in self.versions if version.since <= day]
        return begun[-1] if begun and day <= (begun[-1].until or date.max) else None


def load_rules(path: Path, clauses: Collection[str], parameters: Collection[str]) -> list[Rule]:
    """The rules in a folder of YAML files; ParameterError, with file and line, for one that cannot stand.

    ``clauses`` and ``parameters`` are the clause ids and parameter keys that may be named.
    """
    found: dict[str, Rule] = {}
    for file in sorted(path.glob("*.yaml")):
        for rule in _load_file(Place(file, "core", clauses), parameters):
            if rule.id in found:
                there = found[rule.id].source
                raise ParameterError(f"{rule.source}: {rule.id}: it is already written in {there}. Keep one of them.")
            found[rule.id] = rule
    return list(found.values())


def _load_file(file: Place, parameters: Collection[str]) -> Iterator[Rule]:
    root = compose(file.path)
    for key, node in pairs(file, root) if root is not None else ():
        yield _rule(file.of(key.value), key, named(file.of(key.value), node, FIELDS), parameters)


def _rule(place: Place, key: yaml.ScalarNode, entry: dict[str, yaml.Node], parameters: Collection[str]) -> Rule:
    for needed in NEEDED:
        if needed not in entry:
            raise place.error(key, f"it has no {needed}. Add `{needed}:`.")
    clauses = _names(place, entry, "clauses", "clause", place.clauses or ())
    keys = _names(place, entry, "parameters", "parameter", parameters)
    versions = sorted(_versions(place, entry["versions"]), key=lambda version: version.since)
    if not versions:
        raise place.error(entry["versions"], "it has no version. Add `2024-08-19: {citation: …}`.")
    title = str(plain(entry["title"]))
    return Rule(key.value, title, versions[-1].citation, clauses, keys, tuple(versions), place.source(key))


def _names(place: Place, entry: dict[str, yaml.Node], field: str, what: str, known: Collection[str]) -> tuple[str, ...]:
    if field not in entry:
        return ()
    written = plain(entry[field])
    names = tuple(str(name) for name in (written if isinstance(written, list) else [written]))
    refuse_unknown(place, entry[field], what, names, known)
    return names


def _versions(place: Place, node: yaml.Node) -> Iterator[RuleVersion]:
    for day, below in pairs(place, node):
        entry = {name: plain(value) for name, value in named(place, below, VERSION_FIELDS).items()}
        try:
            since = date.fromisoformat(day.value)
        except ValueError:
            problem = f"`{day.value}` is not a day. Write the first day of the version, such as 2024-08-19."
            raise place.error(day, problem) from None
        if not entry.get("citation"):
            raise place.error(day, "this version has no citation. Add `citation:` (the instrument).")
        until = entry.get("until")
        if until is not None and (not isinstance(until, date) or until < since):
            raise place.error(day, f"until is `{until}`. Write the last day of the version, such as 2024-08-18.")
        yield RuleVersion(since, str(entry["citation"]), str(entry.get("note") or ""), until)
