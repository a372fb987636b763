"""What follows from a pupil's particulars; no database, no clock."""

from __future__ import annotations

import re
from datetime import date

#: Names of the year groups that are not "Year n".
_BEFORE = {-2: "Nursery 1", -1: "Nursery 2", 0: "Reception"}
_SAID = {"r": 0, "reception": 0, "n1": -2, "nursery1": -2, "n": -1, "nursery": -1, "n2": -1, "nursery2": -1}
#: The last national curriculum year group (DfE common basic data set).
_HIGHEST = 14


def shown_name(given: str, family: str, preferred_given: str, preferred_family: str) -> str:
    """Return the name used at the school: the preferred parts, else the legal ones."""
    return f"{preferred_given or given} {preferred_family or family}".strip()


def sort_name(given: str, family: str) -> tuple[str, str]:
    """Return the key that puts pupils in the order of a paper register."""
    return family.casefold(), given.casefold()


def year_label(year: int | None) -> str:
    """Return what people call a year group."""
    if year is None:
        return ""
    return _BEFORE.get(year, f"Year {year}")


def year_from_text(text: str) -> int | None:
    """Return the year group of `R`, `Year 4`, `Y4`, `4` or `N1`, None for nothing; raise ValueError with a sentence for anything else."""
    plain = re.sub(r"\s", "", text).casefold()
    if not plain:
        return None
    if plain in _SAID:
        return _SAID[plain]
    found = re.fullmatch(r"(?:year|yr|y)?(\d{1,2})", plain)
    if found and 1 <= int(found[1]) <= _HIGHEST:
        return int(found[1])
    raise ValueError(f"`{text}` is not a year group. Use R, N1, N2 or a number from 1 to {_HIGHEST}.")


def spans_meet(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    """Return whether two spans of days share one; an open end never ends."""
    return (last is None or other_first <= last) and (other_last is None or first <= other_last)
