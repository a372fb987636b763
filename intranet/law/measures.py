"""Lists of law and guidance about legal measures and deletion: what may be used, weighed, written or withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from intranet.law.clauses import known_clauses
from intranet.law.parameters import core_parameters
from intranet.law.words import DATA, listed, place_of, read_yaml

OWN_FIELDS = frozenset({"key", "says", "from", "until", "reads", "clauses"})
STANDINGS = frozenset({"law", "guidance"})


class MeasureError(ValueError):
    """A list that is badly written; the sentence names the file, the line and the next step."""


@dataclass(frozen=True)
class Row:
    """One entry of a list; ``reads`` are the parameters that hold its numbers, ``more`` what else the entry says."""

    key: str
    says: str
    citation: str
    standing: str
    clauses: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    begins: date | None = None
    ends: date | None = None
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def in_force(self, day: date) -> bool:
        """Whether it is law or guidance on a day."""
        return (self.begins or date.min) <= day <= (self.ends or date.max)


@cache
def _lists(path: Path) -> Mapping[str, tuple[Row, ...]]:
    data = read_yaml(path)
    _stands(path, data)
    return MappingProxyType({name: tuple(_row(entry, row) for row in entry["rows"]) for name, entry in data.items()})


def _stands(path: Path, data: Mapping[str, Any]) -> None:
    """Raise MeasureError with file and line for a field that is missing, or a clause or parameter that nobody has."""
    parameters, clauses = {value.key for value in core_parameters()}, known_clauses()
    for name, entry in data.items():
        _needed(path, name, entry, ("citation", "standing", "rows"))
        _known(path, name, (entry["standing"],), STANDINGS, "standing")
        for row in (entry, *entry["rows"]):
            where = row.get("key", name)
            _known(path, where, row.get("clauses", ()), clauses, "clause")
            _known(path, where, row.get("reads", ()), parameters, "parameter")
        for row in entry["rows"]:
            _needed(path, row.get("key", name), row, ("key", "says"))


def _needed(path: Path, where: str, row: Mapping[str, Any], fields: Iterable[str]) -> None:
    for field_ in fields:
        if field_ not in row:
            raise MeasureError(f"{place_of(path, where)}: {where}: it has no {field_}. Add `{field_}:`.")


def _known(path: Path, where: str, names: Iterable[str], known: Collection[str], what: str) -> None:
    for one in names:
        if one not in known:
            near = get_close_matches(one, known, 1)
            hint = f" The nearest is {near[0]}." if near else f" There are {listed(sorted(known))}."
            raise MeasureError(f"{place_of(path, where)}: {where}: {one} is not a {what}.{hint}")


def _row(entry: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    return Row(
        key=row["key"],
        says=row["says"],
        citation=row.get("provision", entry["citation"]),
        standing=entry["standing"],
        clauses=tuple(row.get("clauses", entry.get("clauses", ()))),
        reads=tuple(row.get("reads", ())),
        begins=row.get("from", entry.get("from")),
        ends=row.get("until", entry.get("until")),
        more=MappingProxyType({name: value for name, value in row.items() if name not in OWN_FIELDS}),
    )


def names(path: Path = DATA / "measures.yaml") -> tuple[str, ...]:
    """The names of the lists."""
    return tuple(_lists(path))


def rows(name: str, day: date, path: Path = DATA / "measures.yaml") -> tuple[Row, ...]:
    """A list's entries in force on a day, in the order of the law; KeyError names the nearest list."""
    lists = _lists(path)
    if name not in lists:
        near = get_close_matches(name, lists, 1)
        hint = f" The nearest is {near[0]}." if near else ""
        raise KeyError(f"{name} is not a list of measures.{hint}")
    return tuple(row for row in lists[name] if row.in_force(day))


def row(name: str, key: str, day: date, path: Path = DATA / "measures.yaml") -> Row | None:
    """One entry of a list on a day; None when it has no such entry then."""
    return next((one for one in rows(name, day, path) if one.key == key), None)
