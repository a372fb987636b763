"""Reading the catalogue of rules, and refusing it with a sentence that says where and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from intranet.law.words import PlainLoader, listed

NEEDED = ("title", "versions")
FIELDS = frozenset({*NEEDED, "clauses", "parameters"})
VERSION_FIELDS = frozenset({"citation", "note", "until"})


class RuleError(ValueError):
    """A rule that is badly written; the sentence names the file, line, rule and next step."""


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


@dataclass(frozen=True)
class _Place:
    """A file of rules, and what its rules may name."""

    path: Path
    clauses: Collection[str]
    parameters: Collection[str]

    def source(self, node: yaml.Node) -> str:
        return f"{self.path.name}:{node.start_mark.line + 1}"

    def error(self, node: yaml.Node, rule: str, problem: str) -> RuleError:
        return RuleError(f"{self.source(node)}: {rule}: {problem}")


def load_rules(path: Path, clauses: Collection[str], parameters: Collection[str]) -> list[Rule]:
    """The rules in a folder of YAML files; RuleError for one that cannot stand.

    ``clauses`` and ``parameters`` are the clause ids and parameter keys that may be named.
    """
    found: dict[str, Rule] = {}
    for file in sorted(path.glob("*.yaml")):
        for rule in _load_file(_Place(file, clauses, parameters)):
            if rule.id in found:
                there = found[rule.id].source
                raise RuleError(f"{rule.source}: {rule.id}: it is already written in {there}. Keep one of them.")
            found[rule.id] = rule
    return list(found.values())


def _load_file(place: _Place) -> Iterator[Rule]:
    try:
        root = yaml.compose(place.path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except yaml.YAMLError as error:
        raise RuleError(f"{place.path.name}: it cannot be read as YAML: {error}") from error
    for key, node in _pairs(place, root, "the file") if root is not None else ():
        yield _rule(place, key, dict(_named(place, node, key.value, FIELDS)))


def _rule(place: _Place, key: yaml.ScalarNode, entry: dict[str, yaml.Node]) -> Rule:
    for needed in NEEDED:
        if needed not in entry:
            raise place.error(key, key.value, f"it has no {needed}. Add `{needed}:`.")
    clauses = _names(place, key.value, entry, "clauses", "clause", place.clauses)
    parameters = _names(place, key.value, entry, "parameters", "parameter", place.parameters)
    versions = sorted(_versions(place, key.value, entry["versions"]), key=lambda version: version.since)
    if not versions:
        raise place.error(entry["versions"], key.value, "it has no version. Add `2024-08-19: {citation: …}`.")
    title = str(_plain(entry["title"]))
    return Rule(key.value, title, versions[-1].citation, clauses, parameters, tuple(versions), place.source(key))


def _names(
    place: _Place, rule: str, entry: dict[str, yaml.Node], field: str, what: str, known: Collection[str]
) -> tuple[str, ...]:
    if field not in entry:
        return ()
    plain = _plain(entry[field])
    names = tuple(str(name) for name in (plain if isinstance(plain, list) else [plain]))
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"The nearest is `{near[0]}`." if near else f"Write the {what} first."
            raise place.error(entry[field], rule, f"`{name}` is not a {what}. {hint}")
    return names


def _versions(place: _Place, rule: str, node: yaml.Node) -> Iterator[RuleVersion]:
    for day, below in _pairs(place, node, rule):
        entry = {name: _plain(value) for name, value in _named(place, below, rule, VERSION_FIELDS)}
        try:
            since = date.fromisoformat(day.value)
        except ValueError:
            problem = f"`{day.value}` is not a day. Write the first day of the version, such as 2024-08-19."
            raise place.error(day, rule, problem) from None
        if not entry.get("citation"):
            raise place.error(day, rule, "this version has no citation. Add `citation:` (the instrument).")
        until = entry.get("until")
        if until is not None and (not isinstance(until, date) or until < since):
            raise place.error(day, rule, f"until is `{until}`. Write the last day of the version, such as 2024-08-18.")
        yield RuleVersion(since, str(entry["citation"]), str(entry.get("note") or ""), until)


def _pairs(place: _Place, node: yaml.Node, rule: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise place.error(node, rule, "write it as names with values below them (`name: value`).")
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise place.error(key, rule, f"`{key.value}` is written twice. Keep one of them.")
        seen.add(key.value)
        yield key, value


def _named(place: _Place, node: yaml.Node, rule: str, known: Collection[str]) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in _pairs(place, node, rule):
        if key.value not in known:
            near = get_close_matches(key.value, known, 1)
            hint = f"Did you mean `{near[0]}`?" if near else f"It may have {listed(sorted(known))}."
            raise place.error(key, rule, f"`{key.value}` is not one of its fields. {hint}")
        yield key.value, value


def _plain(node: yaml.Node) -> Any:
    """A node's value as YAML reads it."""
    loader = PlainLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
