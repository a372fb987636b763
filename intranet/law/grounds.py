"""Grounds of deletion of both regimes as dated data: what each asks to be shown, and which took the place of which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from intranet.law.clauses import known_clauses
from intranet.law.words import DATA, listed, place_of, read_yaml

GROUNDS = DATA / "grounds.yaml"
CONDITION_FIELDS = frozenset("short asks evidence any_of test when schools setting_on clauses efforts".split())
GROUND_FIELDS = frozenset(
    "title pupils conditions replaces boarders schools clauses printed note from until citation".split()
)


class GroundError(ValueError):
    """A ground that is badly written or unknown; the sentence names the file, the ground and the next step."""


@dataclass(frozen=True)
class Condition:
    """One thing to show: a proof that somebody gives, one of several (``any_of``), or a ``test`` worked out from facts."""

    key: str
    short: str
    asks: str
    evidence: str
    proofs: tuple[str, ...]
    test: str = ""
    when: str = ""  # asked only if this proof is given
    schools: tuple[str, ...] = ()  # asked only at these legal types; empty: at all
    setting_on: str = ""  # asked only where this parameter says yes
    efforts: bool = False  # the list of reasonable efforts belongs to it
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """A ground of one regime; ``became`` and ``replaces`` are the ids in the other."""

    id: str  # "2024:9(1)(f)"
    title: str
    citation: str
    begins: date
    ends: date | None
    pupils: Literal["compulsory", "not_compulsory"]
    conditions: tuple[Condition, ...]
    boarders: Literal["", "only", "never"] = ""
    schools: tuple[str, ...] = ()  # legal types that have this ground
    special_school: bool = False  # enough by itself for a pupil whom an authority placed at a special school
    replaces: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    printed: int | None = None
    note: str = ""

    def in_force(self, day: date) -> bool:
        """Whether a name may be deleted on this ground that day."""
        return self.begins <= day <= (self.ends or date.max)


@cache
def load(path: Path = GROUNDS) -> Mapping[str, Ground]:
    """Every ground of the file by its id; GroundError for one that cannot stand."""
    return MappingProxyType(_Reader(path).grounds())


@cache
def special_condition(path: Path = GROUNDS) -> Condition:
    """What a pupil whom an authority placed at a special school needs besides most grounds."""
    return _Reader(path).condition("special_schools", "special_school")


class _Reader:
    """One file of grounds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, Any] = read_yaml(path)

    def error(self, where: str, problem: str) -> GroundError:
        return GroundError(f"{place_of(self.path, where)}: {where}: {problem}")

    def part(self, name: str) -> Mapping[str, Any]:
        if name not in (self.data or {}):
            raise GroundError(f"{self.path.name}: it has no {name}. Add `{name}:`.")
        found: Mapping[str, Any] = self.data[name]
        return found

    def whole(self, where: str, row: Mapping[str, Any], needed: Iterable[str], fields: Collection[str], what: str) -> None:
        """Raise GroundError for a field that is missing or unknown, or for a clause that no policy has."""
        for field in row:
            self.known(where, field, fields, f"field of a {what}")
        for field in needed:
            if field not in row:
                raise self.error(where, f"it has no {field}. Add `{field}:`.")
        for clause in row.get("clauses", ()):
            self.known(where, clause, known_clauses(), "clause")

    def grounds(self) -> dict[str, Ground]:
        rows: Mapping[str, dict[str, Any]] = self.part("grounds")
        became: dict[str, list[str]] = {}
        for ground_id, row in rows.items():
            for old in row.get("replaces", ()):
                self.known(ground_id, old, rows, "ground")
                became.setdefault(old, []).append(ground_id)
        return {ground_id: self.ground(ground_id, row, became.get(ground_id, ())) for ground_id, row in rows.items()}

    def ground(self, ground_id: str, row: Mapping[str, Any], became: Iterable[str]) -> Ground:
        self.whole(ground_id, row, ("title", "pupils", "conditions"), GROUND_FIELDS, "ground")
        regime_id = self.known(ground_id, ground_id.partition(":")[0], self.part("regimes"), "regime")
        regime = self.part("regimes")[regime_id]
        older = [rows for rows in self.part("grounds").items() if rows[0] in row.get("replaces", ())]
        clauses = row.get("clauses") or tuple(one for _id, old in older for one in old.get("clauses", ()))
        return Ground(
            id=ground_id,
            title=row["title"],
            citation=row.get("citation")
            or f"{regime['citation'].partition(' reg ')[0]} reg {ground_id.partition(':')[2]}",
            begins=row.get("from", regime["from"]),
            ends=row.get("until", regime.get("until")),
            pupils=row["pupils"],
            conditions=tuple(self.condition(ground_id, key) for key in row["conditions"]),
            boarders=row.get("boarders", ""),
            schools=self.schools(ground_id, row.get("schools", "school")),
            special_school=ground_id in self.part("special_schools")[regime_id]["except"],
            replaces=tuple(row.get("replaces", ())),
            became=tuple(became),
            clauses=tuple(clauses),
            printed=row.get("printed"),
            note=row.get("note", ""),
        )

    def condition(self, ground_id: str, key: str) -> Condition:
        row = self.part("conditions")[self.known(ground_id, key, self.part("conditions"), "condition")]
        self.whole(key, row, ("short", "asks", "evidence"), CONDITION_FIELDS, "condition")
        return Condition(
            key=key,
            short=row["short"],
            asks=row["asks"],
            evidence=row["evidence"],
            proofs=tuple(row.get("any_of", (key,))),
            test=row.get("test", ""),
            when=row.get("when", ""),
            schools=self.schools(key, row["schools"]) if "schools" in row else (),
            setting_on=row.get("setting_on", ""),
            efforts=row.get("efforts", False),
            clauses=tuple(row.get("clauses", ())),
        )

    def schools(self, where: str, name: str) -> tuple[str, ...]:
        return tuple(self.part("school_types")[self.known(where, name, self.part("school_types"), "kind of school")])

    def known(self, where: str, name: str, names: Collection[str], what: str) -> str:
        if name in names:
            return name
        near = get_close_matches(name, names, 1)
        hint = f"The nearest is {near[0]}." if near else f"There are {listed(sorted(names))}."
        raise self.error(where, f"{name} is not a {what}. {hint}")


def ground(ground_id: str, path: Path = GROUNDS) -> Ground:
    """The ground with this id; GroundError names those that a bare letter could mean."""
    known = load(path)
    if ground_id in known:
        return known[ground_id]
    letter = ground_id if ground_id.startswith("(") else f"({ground_id})"
    near = [one for one in known if one.endswith(letter)] or get_close_matches(ground_id, known, 1)
    hint = f" Write {listed(near, 'or')}." if near else ""
    raise GroundError(f"{ground_id} is not a ground of deletion: a ground is named with its regulations.{hint}")


def grounds_on(
    day: date,
    *,
    compulsory: bool | None = None,
    legal_type: str | None = None,
    boarder: bool | None = None,
    path: Path = GROUNDS,
) -> tuple[Ground, ...]:
    """The grounds on which a name may be deleted that day; narrowed by what is known of pupil and school."""
    return tuple(
        one
        for one in load(path).values()
        if one.in_force(day)
        and (compulsory is None or (one.pupils == "compulsory") is compulsory)
        and (legal_type is None or legal_type in one.schools)
        and (boarder is None or one.boarders != ("never" if boarder else "only"))
    )
