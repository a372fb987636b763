"""How the tutoring office follows a missed session up; nobody decides on the reason that a family gives."""

from __future__ import annotations

from intranet.extension.api import Absence, Assessment, LadderStep, end_of

OFFICE = ("tutoring_office",)


def steps(absence: Absence) -> tuple[LadderStep, ...]:
    """Return the calls of the office, which was alerted in the minute of the save; the commissioner is not told by this alone (SPM-15)."""
    due = end_of(absence.day, absence.now)
    return (LadderStep("call", "Call the family", "call", OFFICE, "all", tries=0, due=due, clauses=("SPM-15",)),)


def decision() -> Assessment:
    """Return that a reason is only noted: there is nothing to authorise (SPM-10, SPM-11)."""
    return Assessment(figures={"none": True}, clauses=("SPM-11",))
