"""Reading parameter files, and refusing them with a sentence that says where and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from intranet.law.parameter_nodes import Place, compose, named, pairs, plain, refuse_unknown, typed
from intranet.law.parameter_values import COMMENCEMENT, STANDINGS, ParameterError, ParameterValue
from intranet.law.words import listed, long_date

ALWAYS = "always"
WAITS = "commencement."
NOT_PARAMETERS = frozenset({"document.yaml", "clauses.yaml", "codes.yaml"})
FIELDS = frozenset({"value", "standing", "citation", "reference", "clauses", "conflict", "note", "until", "legal_types"})
HEADING_FIELDS = frozenset({"description", "unit", "stricter", "values", "authorities"})
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Row:
    """One dated value as it stands in a file, for one authority or for all."""

    place: Place
    authority: str
    start: date | None
    waits: str  # the commencement that gives the first day
    day: yaml.ScalarNode
    node: yaml.Node


@dataclass(frozen=True)
class _Family:
    """A parameter as a file writes it: its heading and its dated values."""

    place: Place
    node: yaml.ScalarNode
    unit: str
    description: str
    stricter: Any
    rows: tuple[_Row, ...]


def load(
    path: Path, origin: str, known_clauses: Collection[str] | None = None, known_conflicts: Collection[str] | None = None, added: Path | None = None
) -> list[ParameterValue]:
    """The values in a YAML file, or in a folder of them (its ``parameters`` folder where it has one).

    A key with a dot is whole; one without is put after the file's name.
    ``known_clauses`` and ``known_conflicts`` are the ids that may be cited.
    ``added`` is a folder of further rows, where there is one: an install's own commencement dates, amendments and authorities.
    ParameterError for what cannot be read.
    """
    found: dict[str, _Family] = {}
    for family in _families(_files(path), Place(path, origin, known_clauses, known_conflicts)):
        _refuse_twice(found, family)
    for more in _families(_files(added), Place(added, origin, known_clauses, known_conflicts)) if added and added.is_dir() else ():
        found[more.place.key] = _joined(found, more)
    return [value for family in found.values() for value in _values(family)]


def _refuse_twice(found: dict[str, _Family], family: _Family) -> None:
    before = found.setdefault(family.place.key, family)
    if before is not family:
        raise family.place.error(family.node, f"it is already written in {before.place.path.name}. Keep one of them.")


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise ParameterError(f"{path.name}: there is no such file or folder of parameters. Check the path.")
    if path.is_file():
        return [path]
    folder = path / "parameters" if (path / "parameters").is_dir() else path
    return sorted(file for file in folder.glob("*.yaml") if file.name not in NOT_PARAMETERS)


def _families(files: list[Path], like: Place) -> Iterator[_Family]:
    for file in files:
        place = replace(like, path=file)
        root = compose(file)
        for key, node in pairs(place, root) if root is not None else ():
            whole = "." in key.value or key.value == file.stem
            yield _family(place.of(key.value if whole else f"{file.stem}.{key.value}"), key, node)


def _family(place: Place, key: yaml.ScalarNode, node: yaml.Node) -> _Family:
    heading = named(place, node, HEADING_FIELDS)
    for needed, example in (("unit", "unit: minutes"), ("description", "description: What it is"), ("values", "values: …")):
        if needed not in heading:
            raise place.error(key, f"it has no {needed}. Add `{example}`.")
    stricter = plain(heading["stricter"]) if "stricter" in heading else None
    if stricter not in {None, "lower", "higher"}:
        raise place.error(heading["stricter"], f"stricter is `{stricter}`. It is `lower` or `higher`.")
    rows = tuple(_row(place, "", day, one) for day, one in pairs(place, heading["values"]))
    variants = tuple(
        _row(place, authority.value, day, one)
        for authority, dated in (pairs(place, heading["authorities"]) if "authorities" in heading else ())
        for day, one in pairs(place, dated)
    )
    return _Family(place, key, str(plain(heading["unit"])), str(plain(heading["description"])), stricter, (*rows, *variants))


def _row(place: Place, authority: str, day: yaml.ScalarNode, node: yaml.Node) -> _Row:
    waits = day.value if day.value.startswith(WAITS) else ""
    return _Row(place, authority, None if waits else _start(place, day), waits, day, node)


def _start(place: Place, node: yaml.ScalarNode) -> date | None:
    if node.value == ALWAYS:
        return None
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise place.error(
            node, f"`{node.value}` is not a day. Write the first day of the value, such as 2024-08-19."
        ) from None


def _joined(found: dict[str, _Family], more: _Family) -> _Family:
    """A parameter with the rows that an install adds to it; a row for the same day takes the place of the shipped one."""
    known = found.get(more.place.key)
    if known is None:
        near = get_close_matches(more.place.key, found, 1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        raise more.place.error(more.node, f"there is no such parameter to add to, so nothing would read it.{hint}")
    if known.unit != more.unit:
        raise more.place.error(more.node, f"its unit is `{more.unit}`, but it is counted in `{known.unit}`. Write the value in {known.unit}.")
    own = {(row.authority, row.start, row.waits) for row in more.rows}
    kept = tuple(row for row in known.rows if (row.authority, row.start, row.waits) not in own)
    return replace(known, rows=(*kept, *more.rows))


def _values(family: _Family) -> Iterator[ParameterValue]:
    waiting = [row for row in family.rows if row.waits]
    dated = sorted((row for row in family.rows if not row.waits), key=lambda row: (row.authority, row.start or date.min))
    for _, group in groupby(dated, key=lambda row: row.authority):
        rows = list(group)
        starts: list[date | None] = [row.start for row in rows[1:]] + [None]
        for row, following in zip(rows, starts, strict=True):
            if plain(row.node) is not None:
                yield _value(family, row, following)
    for row in waiting:
        yield _value(family, row, None)


def _value(family: _Family, row: _Row, following: date | None) -> ParameterValue:
    place = row.place
    entry = named(place, row.node, FIELDS)
    if "value" not in entry:
        raise place.error(row.day, "a date has no value. Add `value:`, or write `null` after the date to end the rule.")
    said = {name: plain(field) for name, field in entry.items() if name != "value"}
    standing = _standing(place, row, said)
    clauses, conflict = _cited(place, row, entry, said)
    value = typed(place, entry["value"], family.unit)
    if value is None and standing != "assumption" and family.unit != COMMENCEMENT:
        raise place.error(
            entry["value"],
            "only an assumption may be unset. Give the value, or write `null` after the date to end the rule.",
        )
    return ParameterValue(
        key=place.key, value=value, unit=family.unit, standing=standing,
        citation=str(said.get("citation") or said.get("reference") or ""), clauses=clauses,
        effective_from=row.start, effective_to=_end(place, entry, row.start, following), conflict=conflict,
        note=str(said.get("note") or ""), origin=place.origin, source=place.source(row.day), stricter=family.stricter,
        description=family.description, authority=row.authority, legal_types=_list(said.get("legal_types")), commences=row.waits,
    )  # fmt: skip


def _standing(place: Place, row: _Row, said: dict[str, Any]) -> Any:
    standing = said.get("standing", None if place.origin == "core" else "policy")
    if standing not in STANDINGS:
        raise place.error(row.day, f"standing is `{standing}`. It is one of {listed(STANDINGS)}.")
    return standing


def _cited(place: Place, row: _Row, entry: dict[str, yaml.Node], said: dict[str, Any]) -> tuple[tuple[str, ...], str | None]:
    """The clauses and the conflict that a value cites; ParameterError for none at all or one that nobody defines."""
    clauses, conflict = _list(said.get("clauses")), said.get("conflict")
    if not clauses and not said.get("citation") and not said.get("reference"):
        raise place.error(
            row.day, "a value has no citation. Add `citation:` (the instrument) or `clauses:` (the clause ids)."
        )
    refuse_unknown(place, entry.get("clauses", row.day), "clause", clauses, place.clauses)
    refuse_unknown(place, entry.get("conflict", row.day), "conflict", (conflict,) if conflict else (), place.conflicts)
    return clauses, conflict


def _list(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def _end(place: Place, entry: dict[str, yaml.Node], start: date | None, following: date | None) -> date | None:
    before_next = following - ONE_DAY if following else None
    if "until" not in entry:
        return before_next
    until = plain(entry["until"])
    if not isinstance(until, date) or until < (start or date.min):
        raise place.error(entry["until"], f"until is `{until}`. Write the last day of the value, such as 2024-08-18.")
    if before_next and until > before_next:
        raise place.error(
            entry["until"],
            f"its dates overlap: it lasts until {long_date(until)} "
            f"but the next value starts on {long_date(following or until)}.",
        )
    return until
