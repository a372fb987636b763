"""Whom law and guidance bind: a company or a provider that is no school is not held to the law of schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from intranet.law.parameter_values import ParameterValue
from intranet.law.words import DATA, read_yaml


@dataclass(frozen=True)
class Binding:
    """The legal types of setting that a topic's law binds, and where the law says so."""

    legal_types: frozenset[str]
    citation: str


@cache
def bindings() -> Mapping[str, Binding]:
    """What binds some settings only, by topic or key."""
    rows = read_yaml(DATA / "binds.yaml")
    return {key: Binding(frozenset(row["legal_types"]), row["citation"]) for key, row in rows.items()}


def binds(value: ParameterValue, legal_type: str) -> bool:
    """Whether a value binds a setting of this legal type; a policy's, a house's and an assumption bind whoever has them."""
    if value.standing not in {"law", "guidance"} or value.origin == "house":
        return True
    found = bindings().get(value.key) or bindings().get(value.key.split(".")[0])
    return found is None or legal_type in found.legal_types
