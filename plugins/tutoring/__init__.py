"""Tutoring company: booked sessions, three marks, a tutor who submits each session, and a commissioner who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from intranet.extension.api import (
    Absence,
    Assessment,
    Catalogue,
    Facts,
    LadderStep,
    MarkChange,
    Objection,
    ParametersAt,
    Partial,
    Place,
    Placement,
    PlacementModel,
    Profile,
    RecordKind,
    Request,
    Role,
    Setting,
    Slot,
    Trigger,
    case_types,
    hookimpl,
)
from plugins.tutoring import ladder, marks, rules, slots

PROFILE = Profile(
    key="tutoring",
    label="Tutoring company",
    summary="Tutors teach learners in booked sessions that a local authority or a school commissions.",
    legal_types=("company",),
    phases=("all_through", "primary", "secondary"),
    session_model="booked",
    words={
        "pupil": "learner", "pupils": "learners", "register": "session record", "registers": "session records", "class": "tutor group",
        "classes": "tutor groups", "commissioner": "commissioner", "head": "director", "office": "tutoring office", "school": "service",
    },
)  # fmt: skip

ROLES = (
    Role("tutor", "Tutor", like="tutor", also=("register:amend",), clauses=("SPM-09", "SPM-12", "SPM-13")),
    Role("tutoring_office", "Tutoring office", like="office", clauses=("SPM-14", "SPM-15")),
    Role("director", "Director", like="head"),
    Role("dsl", "Designated Safeguarding Lead", like="dsl", clauses=("SPM-16",)),
    Role("commissioner", "Commissioner", like="authority", outside=True, clauses=("SPM-17",)),
    Role("system_admin", "System administrator", like="system_admin"),
)

MODELS = (
    PlacementModel(
        "commissioned", "Commissioned tuition",
        {"register": "us", "follow_up": "us", "authorising": "commissioner", "leave": "commissioner", "legal": "commissioner",
         "returns": "commissioner", "roll": "commissioner"},
        ("SPM-05", "SPM-08"),
    ),
)  # fmt: skip

BOOKING = RecordKind(
    "booking", "Booked session",
    {"start": "time", "end": "time", "tutor": "int?", "repeating": "text?", "place": "text?"},
    ("SPM-09",), plans=True,
)  # fmt: skip

CASES = case_types(Path(__file__).parent / "cases")


@hookimpl
def profile() -> Profile:
    """Return what a tutoring company is called and the words it uses."""
    return PROFILE


@hookimpl
def policy() -> Path:
    """Return the folder with the company's parameters."""
    return Path(__file__).parent / "policy"


@hookimpl
def catalogue() -> Catalogue:
    """Return three marks (an absence with a reason is stored apart), the roles, one placement model and bookings."""
    return Catalogue(marks.TABLE, ROLES, MODELS, (BOOKING,), marks.WITH_REASON, CASES, slots=slots.FILLED)


@hookimpl
def sessions(setting: Setting, day: date, placements: Sequence[Placement]) -> Mapping[int, Sequence[Slot]]:
    """Return each learner's booked sessions of the day, any number of them (SPM-09)."""
    return rules.booked(day, placements)


@hookimpl
def check_mark(change: MarkChange) -> Iterable[Objection]:
    """Return why a mark is not one of the three (SPM-10)."""
    return marks.check(change)


@hookimpl
def assess(request: Request) -> Assessment | None:
    """Return what an admission lacks: who commissions the tuition (SPM-05); a reason for absence needs no decision."""
    if request.kind == "absence":
        return ladder.decision()
    return rules.admission(request) if request.kind == "admission" else None


@hookimpl
def triggers(facts: Facts, params: ParametersAt) -> Iterable[Trigger]:
    """Return missed sessions (SPM-15), lateness patterns (SPM-18, SPM-19) and repeated absence (SPM-16, SPM-17)."""
    return [*rules.missed(facts), *rules.lateness(facts, params), *rules.repeated_absence(facts, params)]


@hookimpl
def contact_ladder(absence: Absence) -> Sequence[LadderStep]:
    """Return the calls of the tutoring office (SPM-15)."""
    return ladder.steps(absence)


@hookimpl
def partials(place: Place, params: ParametersAt) -> Iterable[Partial]:
    """Return the company's parts of the session record, the board, the learner's page and the settings page."""
    return slots.parts(place, params)
