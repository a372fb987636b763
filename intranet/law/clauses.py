"""The policies' clauses as data: who does what when, by id."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from intranet.law.words import DATA


@dataclass(frozen=True)
class Clause:
    """One duty of a policy, in our own words."""

    id: str
    capability: str
    layer: str
    kind: str
    who: str
    trigger: str
    duty: str
    deadline: str


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by its id."""
    with (DATA / "clauses.csv").open(encoding="utf-8", newline="") as lines:
        return {row["id"]: Clause(**row) for row in csv.DictReader(lines)}


def known_clauses() -> frozenset[str]:
    """The ids of every clause."""
    return frozenset(clauses())


def clause(clause_id: str) -> Clause:
    """The clause with this id; KeyError names the nearest."""
    if clause_id not in clauses():
        near = get_close_matches(clause_id, clauses(), 1)
        hint = f" The nearest is {near[0]}." if near else ""
        raise KeyError(f"{clause_id} is not a clause.{hint}")
    return clauses()[clause_id]
