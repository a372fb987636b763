"""Reads one cell into a value, or says in a sentence why it cannot be."""

from __future__ import annotations

import re
from datetime import date, datetime

from intranet.pupils import upn
from intranet.pupils.rules import year_from_text

_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y-%m-%d %H:%M:%S")
_YES = {"y", "yes", "true", "1", "t"}
_NO = {"", "n", "no", "false", "0", "f"}
_SEXES = {"f": "F", "female": "F", "girl": "F", "m": "M", "male": "M", "boy": "M", "": ""}


class CellError(ValueError):
    """The cell cannot be used; the message says why and what to do."""


def text(cell: str, longest: int = 200) -> str:
    """Return a cell's text; raise CellError for a formula or one that is too long."""
    if cell.startswith(("=", "@")):
        raise CellError(f"“{cell[:40]}” is a formula. Paste the column as values, so that the file holds what you see.")
    if len(cell) > longest:
        raise CellError(f"It has {len(cell)} characters and {longest} fit. Shorten it.")
    return cell


def day(cell: str) -> date | None:
    """Return a date written the ways systems export it, None for nothing."""
    plain = text(cell)
    if not plain:
        return None
    for layout in _DATES:
        try:
            return datetime.strptime(plain, layout).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", plain):
        raise CellError(f"“{plain}” has a year of two digits. Export it with four, as 03/09/2018.")
    raise CellError(f"“{plain}” is not a date. Use 2018-09-03 or 03/09/2018.")


def yes_no(cell: str) -> bool:
    """Return yes or no."""
    plain = text(cell).casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise CellError(f"“{cell}” is neither yes nor no. Use Y or N.")


def sex(cell: str) -> str:
    """Return F, M or nothing."""
    plain = text(cell).casefold()
    if plain not in _SEXES:
        raise CellError(f"“{cell}” is not a sex the register holds. Use F or M, or leave it empty.")
    return _SEXES[plain]


def number(cell: str) -> int | None:
    """Return a whole number, None for nothing."""
    plain = text(cell)
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,6}", plain):
        raise CellError(f"“{plain}” is not a whole number.")
    return int(plain)


def year_group(cell: str) -> int | None:
    """Return a year group, None for nothing."""
    try:
        return year_from_text(text(cell))
    except ValueError as reason:
        raise CellError(str(reason)) from reason


def unique_number(cell: str) -> str | None:
    """Return a UPN, None for nothing."""
    plain = upn.tidy(text(cell))
    if plain and (said := upn.problem(plain)):
        raise CellError(said)
    return plain or None


def session_key(cell: str) -> str:
    """Return AM, PM or a start time."""
    plain = text(cell).strip().upper()
    short = {"A": "AM", "P": "PM", "1": "AM", "2": "PM", "MORNING": "AM", "AFTERNOON": "PM"}.get(plain, plain)
    if short in ("AM", "PM"):
        return short
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::00)?", short)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02d}:{found[2]}"
    raise CellError(f"“{cell}” is not a session. Use AM, PM or a start time such as 09:30.")
