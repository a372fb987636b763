"""Reading the nodes of a parameter file, and the errors that name file, line and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from intranet.law.parameter_values import COMMENCEMENT, ParameterError
from intranet.law.words import PlainLoader, listed

_SHARE = re.compile(r"(\d+)/([1-9]\d*)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Place:
    """A spot in a file, for errors, and what may be cited there; None knows of nothing and lets all pass."""

    path: Path
    origin: str
    clauses: Collection[str] | None = None
    conflicts: Collection[str] | None = None
    key: str = ""

    def of(self, key: str) -> Place:
        """The place of a parameter in this file."""
        return replace(self, key=key)

    def error(self, node: yaml.Node, problem: str) -> ParameterError:
        """The error that names file, line and key."""
        return ParameterError(f"{self.source(node)}: {self.key or 'the file'}: {problem}")

    def source(self, node: yaml.Node) -> str:
        """``file:line``."""
        return f"{self.path.name}:{node.start_mark.line + 1}"


def compose(path: Path) -> yaml.Node | None:
    """A file's root node, None for an empty file; ParameterError when it is not YAML."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except yaml.YAMLError as error:
        raise ParameterError(f"{path.name}: it cannot be read as YAML: {error}") from error


def pairs(place: Place, node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """The names of a mapping with what is below them; ParameterError for a name written twice."""
    if not isinstance(node, yaml.MappingNode):
        raise place.error(node, "write it as names with values below them (`name: value`).")
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise place.error(key, f"`{key.value}` is written twice, so its dates overlap. Keep one of them.")
        seen.add(key.value)
        yield key, value


def named(place: Place, node: yaml.Node, known: Collection[str]) -> dict[str, yaml.Node]:
    """A mapping's fields; ParameterError for one that is not known, with the nearest that is."""
    found: dict[str, yaml.Node] = {}
    for key, value in pairs(place, node):
        if key.value not in known:
            near = get_close_matches(key.value, known, 1)
            hint = f" Did you mean `{near[0]}`?" if near else f" It may have {listed(sorted(known))}."
            raise place.error(key, f"`{key.value}` is not one of its fields.{hint}")
        found[key.value] = value
    return found


def refuse_unknown(place: Place, node: yaml.Node, what: str, cited: Collection[str], known: Collection[str] | None) -> None:
    """Nothing; ParameterError for an id that nobody defines, with the nearest."""
    for one in cited:
        if known is not None and one not in known:
            near = get_close_matches(one, known, 1)
            hint = f"The nearest is {near[0]}." if near else "Cite an instrument with `citation:` instead."
            raise place.error(node, f"{one} is not a {what}. {hint}")


def typed(place: Place, node: yaml.Node, unit: str) -> Any:
    """A value: ``1/10`` is an exact share, under the unit ``clock`` 09:30 is a time, lists are tuples."""
    value = plain(node)
    if isinstance(value, list):
        return tuple(_exact(place, node, part) for part in value)
    if unit == "clock" and isinstance(value, str):
        return _clock(place, node, value)
    if unit == COMMENCEMENT and not isinstance(value, date | None):
        raise place.error(node, f"`{value}` is not a day. Write the day the provision came into force, such as 2026-06-29.")
    return _exact(place, node, value)


def _clock(place: Place, node: yaml.Node, text: str) -> time:
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise place.error(node, f"`{text}` is not a time of day. Write it as 09:30.")
    return time(int(clock[1]), int(clock[2]))


def _exact(place: Place, node: yaml.Node, value: Any) -> Any:
    if isinstance(value, float):
        raise place.error(node, f"`{value}` is not exact. Write a share as a fraction, such as 1/10.")
    share = _SHARE.fullmatch(value) if isinstance(value, str) else None
    return Fraction(int(share[1]), int(share[2])) if share else value


def plain(node: yaml.Node) -> Any:
    """A node's value as YAML reads it."""
    loader = PlainLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
