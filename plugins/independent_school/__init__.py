"""Independent special school: two registers a day, a School leader, and the placing authority told of a non-arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from intranet.extension.api import (
    Absence,
    Assessment,
    CaseFacts,
    Catalogue,
    Facts,
    LadderStep,
    ParametersAt,
    Partial,
    Place,
    PlacementModel,
    Profile,
    Request,
    Role,
    Step,
    Trigger,
    case_types,
    hookimpl,
)
from plugins.independent_school import deletion, ladder, missing, rules, slots

DUTIES = ("register", "follow_up", "authorising", "leave", "legal", "returns", "roll")

PROFILE = Profile(
    key="independent_school",
    label="Independent special school",
    summary="An independent special school whose pupils are placed by several local authorities; registers twice a day.",
    legal_types=("independent",),
    phases=("special", "all_through"),
    session_model="am_pm",
    words={"head": "School leader", "office": "school administrator", "commissioner": "placing authority"},
)

ROLES = (
    Role("school_leader", "School leader", like="head", clauses=("OTE-08", "OTE-13")),
    Role("dsl", "Designated Safeguarding Lead", like="dsl"),
    Role("deputy_dsl", "Deputy Designated Safeguarding Lead", like="deputy_dsl"),
    Role("teacher", "Teacher", like="teacher", clauses=("OTE-08",)),
    Role("cover", "Cover teacher", like="cover"),
    Role("administrator", "School administrator", like="office", clauses=("OTE-09",)),
    Role("attendance_lead", "Attendance Lead", like="attendance_lead"),
    Role("authority", "Placing authority contact", like="authority", outside=True, clauses=("OTE-11",)),
    Role("system_admin", "System administrator", like="system_admin"),
)

MODELS = (
    PlacementModel("la_placed", "Placed by a local authority", dict.fromkeys(DUTIES, "us") | {"legal": "authority"}, ("OTE-19",)),
    PlacementModel("own_roll", "Placed by the family", dict.fromkeys(DUTIES, "us") | {"legal": "authority"}),
)

CASES = case_types(Path(__file__).parent / "cases")


@hookimpl
def profile() -> Profile:
    """Return what the school is called and the words it uses."""
    return PROFILE


@hookimpl
def policy() -> Path:
    """Return the folder with the school's parameters."""
    return Path(__file__).parent / "policy"


@hookimpl
def catalogue() -> Catalogue:
    """Return the school's roles and placement models; its codes are the national ones."""
    return Catalogue(roles=ROLES, placement_models=MODELS, case_types=CASES, slots=slots.FILLED)


@hookimpl
def assess(request: Request) -> Assessment | None:
    """Return what an admission should still hold (OTE-03), and who is told when a name leaves the roll (OTE-24, OTE-38)."""
    if request.kind == "deletion":
        return deletion.deletion(request)
    return rules.admission(request) if request.kind == "admission" else None


@hookimpl
def triggers(facts: Facts, params: ParametersAt) -> Iterable[Trigger]:
    """Return the non-arrival of a placed pupil on the agreed start date (OTE-19), and absence without permission (OTE-13)."""
    return chain(rules.non_arrival(facts, params), missing.cme_run(facts, params))


@hookimpl
def case_steps(case: CaseFacts) -> Sequence[Step]:
    """Return the steps that the pupil's flags call for (OTE-14, OTE-15)."""
    return missing.case_steps(case)


@hookimpl
def contact_ladder(absence: Absence) -> Sequence[LadderStep]:
    """Return the calls of the administrator, and the leaders who know then."""
    return ladder.steps(absence)


@hookimpl
def partials(place: Place, params: ParametersAt) -> Iterable[Partial]:
    """Return the school's parts of the register, the board and the pupil's page."""
    return slots.parts(place, params)
