"""Reading parameter files, and refusing them with a sentence that says where and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from intranet.law.parameter_values import STANDINGS, ParameterError, ParameterValue
from intranet.law.words import PlainLoader, listed, long_date

ALWAYS = "always"
NOT_PARAMETERS = frozenset({"document.yaml", "clauses.yaml"})
FIELDS = frozenset({"value", "standing", "citation", "reference", "clauses", "conflict", "note", "until"})
HEADING_FIELDS = frozenset({"description", "unit", "stricter", "values"})
_SHARE = re.compile(r"(\d+)/([1-9]\d*)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
ONE_DAY = timedelta(days=1)


class _Place:
    """A spot in a file, for errors."""

    def __init__(self, path: Path, origin: str, known_clauses: Collection[str] | None) -> None:
        self.path = path
        self.origin = origin
        self.known_clauses = known_clauses
        self.key = ""

    def error(self, node: yaml.Node, problem: str) -> ParameterError:
        """The error that names file, line and key."""
        return ParameterError(f"{self.source(node)}: {self.key or 'the file'}: {problem}")

    def source(self, node: yaml.Node) -> str:
        """``file:line``."""
        return f"{self.path.name}:{node.start_mark.line + 1}"


def load(path: Path, origin: str, known_clauses: Collection[str] | None = None) -> list[ParameterValue]:
    """The values in a YAML file, or in a folder of them (its ``parameters`` folder where it has one).

    A key with a dot is whole; one without is put after the file's name.
    ``known_clauses`` are the clause ids that may be cited.
    ParameterError for what cannot be read.
    """
    values = [value for file in _files(path) for value in _load_file(_Place(file, origin, known_clauses))]
    seen: dict[str, str] = {}
    for value in values:
        file = value.source.partition(":")[0]
        if seen.setdefault(value.key, file) != file:
            raise ParameterError(
                f"{value.source}: {value.key}: it is already written in {seen[value.key]}. Keep one of them."
            )
    return values


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise ParameterError(f"{path.name}: there is no such file or folder of parameters. Check the path.")
    if path.is_file():
        return [path]
    folder = path / "parameters" if (path / "parameters").is_dir() else path
    return sorted(file for file in folder.glob("*.yaml") if file.name not in NOT_PARAMETERS)


def _load_file(place: _Place) -> Iterator[ParameterValue]:
    try:
        root = yaml.compose(place.path.read_text(encoding="utf-8"), Loader=PlainLoader)
    except yaml.YAMLError as error:
        raise ParameterError(f"{place.path.name}: it cannot be read as YAML: {error}") from error
    for key, node in _pairs(place, root) if root is not None else ():
        place.key = key.value if "." in key.value else f"{place.path.stem}.{key.value}"
        yield from _family(place, key, dict(_named(place, node, HEADING_FIELDS)))
        place.key = ""


def _pairs(place: _Place, node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise place.error(node, "write it as names with values below them (`name: value`).")
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise place.error(key, f"`{key.value}` is written twice, so its dates overlap. Keep one of them.")
        seen.add(key.value)
        yield key, value


def _named(place: _Place, node: yaml.Node, known: Collection[str]) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in _pairs(place, node):
        if key.value not in known:
            near = get_close_matches(key.value, known, 1)
            hint = f" Did you mean `{near[0]}`?" if near else f" It may have {listed(sorted(known))}."
            raise place.error(key, f"`{key.value}` is not one of its fields.{hint}")
        yield key.value, value


def _family(place: _Place, key: yaml.ScalarNode, heading: dict[str, yaml.Node]) -> Iterator[ParameterValue]:
    for needed, example in (
        ("unit", "unit: minutes"),
        ("description", "description: What it is"),
        ("values", "values: …"),
    ):
        if needed not in heading:
            raise place.error(key, f"it has no {needed}. Add `{example}`.")
    unit = str(_plain(heading["unit"]))
    stricter = _plain(heading["stricter"]) if "stricter" in heading else None
    if stricter not in {None, "lower", "higher"}:
        raise place.error(heading["stricter"], f"stricter is `{stricter}`. It is `lower` or `higher`.")
    dated = [(_start(place, day), day, node) for day, node in _pairs(place, heading["values"])]
    dated.sort(key=lambda row: row[0] or date.min)
    starts: list[date | None] = [row[0] for row in dated[1:]] + [None]
    for (start, day_node, node), following in zip(dated, starts, strict=True):
        if _plain(node) is None:
            continue
        entry = dict(_named(place, node, FIELDS))
        value = _value(place, day_node, entry, unit, start)
        end = _end(place, entry, start, following)
        shown = replace(value, effective_to=end, stricter=stricter, description=str(_plain(heading["description"])))
        yield shown


def _start(place: _Place, node: yaml.ScalarNode) -> date | None:
    if node.value == ALWAYS:
        return None
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise place.error(
            node, f"`{node.value}` is not a day. Write the first day of the value, such as 2024-08-19."
        ) from None


def _end(place: _Place, entry: dict[str, yaml.Node], start: date | None, following: date | None) -> date | None:
    before_next = following - ONE_DAY if following else None
    if "until" not in entry:
        return before_next
    until = _plain(entry["until"])
    if not isinstance(until, date) or until < (start or date.min):
        raise place.error(entry["until"], f"until is `{until}`. Write the last day of the value, such as 2024-08-18.")
    if before_next and until > before_next:
        raise place.error(
            entry["until"],
            f"its dates overlap: it lasts until {long_date(until)} "
            f"but the next value starts on {long_date(following or until)}.",
        )
    return until


def _value(
    place: _Place, node: yaml.ScalarNode, entry: dict[str, yaml.Node], unit: str, start: date | None
) -> ParameterValue:
    if "value" not in entry:
        raise place.error(node, "a date has no value. Add `value:`, or write `null` after the date to end the rule.")
    plain = {name: _plain(field) for name, field in entry.items() if name != "value"}
    standing = plain.get("standing", None if place.origin == "core" else "policy")
    if standing not in STANDINGS:
        raise place.error(node, f"standing is `{standing}`. It is one of {listed(STANDINGS)}.")
    clauses = plain.get("clauses") or ()
    clauses = (clauses,) if isinstance(clauses, str) else tuple(clauses)
    citation = str(plain.get("citation") or plain.get("reference") or "")
    if not citation and not clauses:
        raise place.error(
            node, "a value has no citation. Add `citation:` (the instrument) or `clauses:` (the clause ids)."
        )
    _refuse_unknown(place, entry.get("clauses", node), clauses)
    value = _typed(place, entry["value"], unit)
    if value is None and standing != "assumption":
        raise place.error(
            entry["value"],
            "only an assumption may be unset. Give the value, or write `null` after the date to end the rule.",
        )
    return ParameterValue(
        key=place.key,
        value=value,
        unit=unit,
        standing=standing,
        citation=citation,
        clauses=clauses,
        effective_from=start,
        conflict=plain.get("conflict"),
        note=str(plain.get("note") or ""),
        origin=place.origin,
        source=place.source(node),
    )


def _refuse_unknown(place: _Place, node: yaml.Node, clauses: tuple[str, ...]) -> None:
    if place.known_clauses is None:
        return
    for clause in clauses:
        if clause not in place.known_clauses:
            near = get_close_matches(clause, place.known_clauses, 1)
            hint = f"The nearest is {near[0]}." if near else "Cite an instrument with `citation:` instead."
            raise place.error(node, f"{clause} is not a clause. {hint}")


def _typed(place: _Place, node: yaml.Node, unit: str) -> Any:
    """A value: ``1/10`` is an exact share, and under the unit ``clock`` 09:30 is a time."""
    plain = _plain(node)
    if isinstance(plain, list):
        return tuple(plain)
    if unit == "clock" and isinstance(plain, str):
        clock = _CLOCK.fullmatch(plain)
        if clock is None:
            raise place.error(node, f"`{plain}` is not a time of day. Write it as 09:30.")
        return time(int(clock[1]), int(clock[2]))
    if isinstance(plain, float):
        raise place.error(node, f"`{plain}` is not exact. Write a share as a fraction, such as 1/10.")
    share = _SHARE.fullmatch(plain) if isinstance(plain, str) else None
    return Fraction(int(share[1]), int(share[2])) if share else plain


def _plain(node: yaml.Node) -> Any:
    """A node's value as YAML reads it."""
    loader = PlainLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
