"""How the school office follows an absence up the same day."""

from __future__ import annotations

from intranet.extension.api import Absence, LadderStep, end_of
from plugins.primary_school.rules import MANAGERS


def steps(absence: Absence) -> tuple[LadderStep, ...]:
    """Return the calls that the office makes on the day itself, to one contact after the other (ASC-12, ASC-19)."""
    due = end_of(absence.day, absence.now)
    return (LadderStep("call", "Telephone home, then the other contacts", "call", MANAGERS, "all", tries=0, due=due, clauses=("ASC-12", "ASC-19")),)
