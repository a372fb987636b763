"""Lists of law and guidance about legal measures and deletion: what may be used, weighed, written or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from intranet.law.words import DATA, read_yaml

OWN_FIELDS = frozenset({"key", "says", "from", "until", "reads", "clauses"})


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
    return MappingProxyType({name: tuple(_row(entry, row) for row in entry["rows"]) for name, entry in data.items()})


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
