"""Unique pupil numbers: their shape and check letter (DfE common basic data set, item P1)."""

from __future__ import annotations

import re
from collections.abc import Collection

#: The 23 letters of check letters; I, O and S are never used.
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FIRST_WEIGHT = 2
_SHAPE = re.compile(rf"[{LETTERS}][0-9]{{11}}[0-9{LETTERS}]")
_LONG = 13


def check_letter(body: str) -> str:
    """Return the check letter for the twelve characters after the first."""
    total = sum(weight * _value(sign) for weight, sign in enumerate(body, start=_FIRST_WEIGHT))
    return LETTERS[total % len(LETTERS)]


def _value(sign: str) -> int:
    return int(sign) if sign.isdigit() else LETTERS.index(sign)


def tidy(text: str) -> str:
    """Return what was typed without spaces, in capitals."""
    return re.sub(r"\s", "", text).upper()


def is_temporary(upn: str) -> bool:
    """Return whether the number ends with a letter, as a temporary one does."""
    return not upn[-1].isdigit()


def problem(upn: str) -> str | None:
    """Return the sentence that says why this is not a UPN, or None."""
    if len(upn) != _LONG:
        return f"`{upn}` has {len(upn)} characters; a UPN has 13: a letter and twelve digits (the last may be a letter). Check it against the transfer file."
    if not _SHAPE.fullmatch(upn):
        return f"`{upn}` is not laid out as a UPN: a letter (never I, O or S), eleven digits, then a digit or letter. Check it against the transfer file."
    right = check_letter(upn[1:])
    if right != upn[0]:
        return f"`{upn}` begins with {upn[0]}, but these digits need the check letter {right} (census rule 1510). Check each digit against the transfer file."
    return None


def warning(upn: str, authorities: Collection[str]) -> str | None:
    """Return a sentence when the authority in the number is not in the list; a list goes stale, so it never refuses (rule 1530)."""
    number = upn[1:4]
    if not authorities or number in authorities:
        return None
    return f"The authority number {number} in `{upn}` is not in this install's list. The number was kept; check it if you expected another."
