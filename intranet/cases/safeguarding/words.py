"""The room's own words: places of a body, bodies told, grounds of review; read once from ``words.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from intranet.law.words import read_yaml


@dataclass(frozen=True)
class Word:
    """What people read for a key, the clauses that ask for it, and (for a professional) what they are told of."""

    key: str
    label: str
    clauses: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@cache
def words(group: str) -> Mapping[str, Word]:
    """Return the words of one group by key, in the order of the file."""
    return {key: _word(key, row) for key, row in _file()[group].items()}


@cache
def criterion_for() -> frozenset[str]:
    """Return the bodies whose referral names the threshold criterion (OTE-31)."""
    return frozenset(_file()["criterion_for"])


def label(group: str, key: str) -> str:
    """Return what people read for a key; the key itself where the file no longer has it."""
    found = words(group).get(key)
    return found.label if found else key


def pairs(group: str) -> list[tuple[str, str]]:
    """Return the choices of a group."""
    return [(word.key, word.label) for word in words(group).values()]


@cache
def _file() -> Any:
    return read_yaml(Path(__file__).with_name("words.yaml"))


def _word(key: str, row: Any) -> Word:
    said = row if isinstance(row, dict) else {"label": row}
    return Word(key, str(said["label"]), tuple(said.get("clauses", ())), tuple(said.get("told", ())))
