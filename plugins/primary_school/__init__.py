"""Primary school: two registers a day, the national codes, and an office that checks and follows up every day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from intranet.extension.api import (
    Absence,
    Catalogue,
    Facts,
    LadderStep,
    ParametersAt,
    Partial,
    Place,
    PlacementModel,
    Profile,
    Role,
    Trigger,
    case_types,
    hookimpl,
)
from plugins.primary_school import ladder, missing, rules, slots

DUTIES = ("register", "follow_up", "authorising", "leave", "legal", "returns", "roll")

PROFILE = Profile(
    key="primary_school",
    label="Primary school",
    summary="A primary school: morning and afternoon registers, and a business manager and office manager who follow up every day.",
    legal_types=("maintained", "academy"),
    phases=("primary",),
    session_model="am_pm",
    words={"head": "Headteacher", "office": "school office"},
)

ROLES = (
    Role("headteacher", "Headteacher", like="head", clauses=("ASC-27",)),
    Role("slt", "Senior leader", like="head", clauses=("ASC-44",)),
    Role("business_manager", "Business Manager", like="office", clauses=("ASC-11", "ASC-12")),
    Role("office_manager", "Office Manager", like="office", clauses=("ASC-11", "ASC-12")),
    Role("office", "School office", like="office", clauses=("ASC-18",)),
    Role("teacher", "Teacher", like="teacher", clauses=("ASC-17",)),
    Role("cover", "Cover teacher", like="cover"),
    Role("dsl", "Designated Safeguarding Lead", like="dsl", clauses=("ASC-10",)),
    Role("deputy_dsl", "Deputy Designated Safeguarding Lead", like="deputy_dsl"),
    Role("attendance_lead", "Attendance Lead", like="attendance_lead"),
    Role("governor", "Governor", like="governor", clauses=("ASC-27",)),
    Role("system_admin", "System administrator", like="system_admin"),
)

MODELS = (PlacementModel("own_roll", "On the school's own roll", dict.fromkeys(DUTIES, "us"), ("ASC-16",)),)

CASES = case_types(Path(__file__).parent / "cases")


@hookimpl
def profile() -> Profile:
    """Return what a primary school is called and the words it uses."""
    return PROFILE


@hookimpl
def policy() -> Path:
    """Return the folder with the school's parameters."""
    return Path(__file__).parent / "policy"


@hookimpl
def catalogue() -> Catalogue:
    """Return the school's roles, its one placement model and its kinds of case; its codes are the national ones."""
    return Catalogue(roles=ROLES, placement_models=MODELS, case_types=CASES, slots=slots.FILLED)


@hookimpl
def triggers(facts: Facts, params: ParametersAt) -> Iterable[Trigger]:
    """Return the daily follow-up of unexplained absence (ASC-12, ASC-19), and the run that opens the procedure for missing education (ASC-23)."""
    return chain(rules.follow_up(facts, params), missing.cme_run(facts, params))


@hookimpl
def contact_ladder(absence: Absence) -> Sequence[LadderStep]:
    """Return the same-day calls of the school office (ASC-12, ASC-19)."""
    return ladder.steps(absence)


@hookimpl
def partials(place: Place, params: ParametersAt) -> Iterable[Partial]:
    """Return the school's parts of the board, the pupil's page and the home pages."""
    return slots.parts(place, params)
