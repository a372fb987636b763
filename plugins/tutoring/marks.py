"""The three marks of a session and why anything else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from intranet.extension.api import Code, CodeTable, MarkChange, Objection

ALLOWED = ("present", "absent", "late")
WITH_REASON = {"A": "AR"}
Meaning = Literal["present", "late", "authorised", "unexplained"]


def _attended(key: int, symbol: str, name: str, meaning: Meaning) -> Code:
    return Code(key, symbol, name, "present", meaning, True, True, statute_ref="SPM-10", guidance=f"The learner was {name.lower()}.")


def _missed(key: int, symbol: str, name: str, meaning: Meaning, guidance: str) -> Code:
    category: Literal["authorised_absence", "unauthorised_absence"]
    category = "authorised_absence" if meaning == "authorised" else "unauthorised_absence"
    return Code(key, symbol, name, category, meaning, True, False, statute_ref="SPM-10", guidance=guidance)


TABLE = CodeTable(
    (
        _attended(100, "P", "Present", "present"),
        _missed(101, "A", "Absent", "unexplained", "The learner missed the session; write the reason if the family gives one."),
        _attended(102, "L", "Late", "late"),
        _missed(103, "AR", "Absent, reason given", "authorised", "Stored when an absence has a reason (SPM-11)."),
    )
)


def check(change: MarkChange) -> Iterator[Objection]:
    """Yield why a mark is refused: it is not present, absent or late."""
    if not any(code.symbol == change.symbol for code in TABLE):
        text = f"“{change.symbol}” is not a mark here. The three marks are {', '.join(ALLOWED[:2])} and {ALLOWED[2]}: choose one of them."
        yield Objection("block", text, "code", ("SPM-10",))
