"""Where policies disagree with the law, with guidance, with each other or with themselves, and what is done about each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from intranet.law.words import DATA, read_yaml

Shown = Literal["policy_page", "screens", "letters"]
SHOWN: tuple[Shown, ...] = ("policy_page", "screens", "letters")


@dataclass(frozen=True)
class Conflict:
    """One disagreement: a title and a sentence in our own words, what it touches and where its warning must show."""

    id: str
    title: str
    says: str
    keys: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # setting types
    shows: tuple[Shown, ...] = ()

    def concerns(self, setting_type: str, keys: Collection[str] | None = None) -> bool:
        """Whether it touches this setting type and, where keys are given, one of them."""
        return setting_type in self.settings and (keys is None or any(key in keys for key in self.keys))


@cache
def conflicts() -> Mapping[str, Conflict]:
    """Every conflict by its id, in the order of the ids."""
    rows = read_yaml(DATA / "conflicts.yaml")
    return {key: _conflict(key, row) for key, row in sorted(rows.items())}


def _conflict(key: str, row: Mapping[str, Any]) -> Conflict:
    lists: dict[str, Any] = {name: tuple(row.get(name, ())) for name in ("keys", "clauses", "settings", "shows")}
    return Conflict(key, row["title"], row["says"], **lists)


def known_conflicts() -> frozenset[str]:
    """The ids of every conflict."""
    return frozenset(conflicts())


def conflicts_for(setting_type: str, keys: Collection[str] | None = None, where: Shown | None = None) -> tuple[Conflict, ...]:
    """The conflicts that concern a setting type, these keys where given, and that must show there where said."""
    return tuple(one for one in conflicts().values() if one.concerns(setting_type, keys) and (where is None or where in one.shows))
