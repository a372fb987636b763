"""What a return to the authority says, filled in from the admission register as the law lists it, and what it still lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from intranet.law import measures
from intranet.law.words import long_date
from intranet.pupils.page import HIDDEN_ADDRESS
from intranet.pupils.particulars import SEXES

#: Kinds of return whose contents the law lists.
LISTS: Mapping[str, str] = MappingProxyType({
    "new_pupil_return": "new_pupil_return_contents", "deletion_return": "deletion_return_contents",
    "attendance_return": "attendance_return_contents", "sickness_return": "sickness_return_contents",
})  # fmt: skip
NEW_PUPIL, NO_ADDRESS = "new_pupil_return", "address not recorded"
PLACES = frozenset({"address", "future_address", "parents"})


@dataclass(frozen=True)
class Part:
    """One thing that a return says; ``lacks`` when the law wants it and the register does not hold it."""

    key: str
    label: str
    text: str
    lacks: bool = False


def parts(kind: str, row: Mapping[str, Any], people: Sequence[Mapping[str, Any]], on: date, told: Mapping[str, str], *, hidden: bool) -> list[Part]:
    """Return what a return of this kind says; ``told`` is what the register does not hold, ``hidden`` keeps a protected address out."""
    if kind not in LISTS:
        return [Part(key, key.replace("_", " ").capitalize(), text) for key, text in {"name": _name(row), **told}.items() if text]
    said = {**_register(row, people, all_parents=kind == NEW_PUPIL), **told}
    found = []
    for one in measures.rows(LISTS[kind], on):
        text = said.get(one.key, "")
        if text or not one.more.get("if_any"):
            shown = HIDDEN_ADDRESS if hidden and text and one.key in PLACES else text
            found.append(Part(one.key, one.says, shown, not text or NO_ADDRESS in text))
    return found


def lacking(found: Sequence[Part]) -> list[str]:
    """Return what a return lacks, a line each."""
    return [part.label for part in found if part.lacks]


def _register(row: Mapping[str, Any], people: Sequence[Mapping[str, Any]], *, all_parents: bool) -> dict[str, str]:
    """Return what the register holds by key; a new pupil's return names every parent, a deletion's those the pupil lives with."""
    parents = [one for one in people if one["is_parent"]]
    home = [one for one in parents if one["lives_with"]]
    named = parents if all_parents else home
    address = _lines(row["address"], row["postcode"])
    return {
        "name": _name(row), "used_name": _used(row), "sex": SEXES.get(row["sex"], ""), "address": address,
        "parents": "\n".join(f"{_person(one)}, {_home_of(one, address)}" for one in named),
        "lives_with": ", ".join(_person(one) for one in home), "telephone": _telephones(home),
        "born": long_date(row["born"]) if row["born"] else "", "starting_day": long_date(row["admitted_on"]) if row["admitted_on"] else "",
        "last_school": _lines(row["last_school"], row["last_school_address"]), "future_address": _dated(row["future_address"], row["future_address_from"]),
        "other_school": _dated(row["other_school"], row["other_school_from"]), "boarder": "Boards at the school" if row["boarder"] else "",
    }  # fmt: skip


def _name(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row["legal_given"], row["legal_middle"], row["legal_family"]) if part)


def _used(row: Mapping[str, Any]) -> str:
    if not (row["preferred_given"] or row["preferred_family"]):
        return ""
    return f"{row['preferred_given'] or row['legal_given']} {row['preferred_family'] or row['legal_family']}"


def _person(one: Mapping[str, Any]) -> str:
    return " ".join(part for part in (one["title"], one["given"], one["family"]) if part)


def _home_of(parent: Mapping[str, Any], home: str) -> str:
    return str(parent["address"] or (home if parent["lives_with"] else "") or NO_ADDRESS)


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _dated(text: str, day: date | None) -> str:
    return f"{text}, from {long_date(day)}" if text and day else text


def _telephones(home: Sequence[Mapping[str, Any]]) -> str:
    """Return a number for each parent at home; nothing while one of them has none, as each needs one."""
    if not home or any(not one["phones"] for one in home):
        return ""
    return "\n".join(f"{_person(one)}: {', '.join(phone['number'] for phone in one['phones'])}" for one in home)
