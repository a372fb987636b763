"""Alternative provision: two placement models, commissioned sessions, each pupil's own threshold, a weekly register audit."""

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
from plugins.alternative_provision import ladder, plans, rules, slots

PROFILE = Profile(
    key="alternative_provision",
    label="Alternative provision",
    summary="A provider for children with SEND: some on its own register, some placed by a school that keeps them on its roll.",
    legal_types=("non_school", "academy", "maintained", "independent"),
    phases=("special", "primary", "all_through"),
    session_model="commissioned",
    words={"head": "Head of Provision", "office": "administrator", "class": "class team", "classes": "class teams",
           "commissioner": "home school or commissioner", "school": "provision"},
)  # fmt: skip

ROLES = (
    Role("head_of_provision", "Head of Provision", like="head", clauses=("SEN-042",)),
    Role("attendance_lead", "Attendance Lead", like="attendance_lead", clauses=("SEN-023", "SEN-042")),
    Role("dsl", "Designated Safeguarding Lead", like="dsl"),
    Role("class_team", "Class team", like="teacher", clauses=("SEN-029", "SEN-036")),
    Role("cover", "Cover staff", like="cover"),
    Role("administrator", "Administrator", like="office"),
    Role("home_school_office", "Home school office", like="home_school", outside=True, clauses=("SEN-034",)),
    Role("home_school_safeguarding", "Home school safeguarding contact", like="home_school", outside=True, clauses=("SEN-034",)),
    Role("authority", "Local authority contact", like="authority", outside=True, clauses=("SEN-034",)),
    Role("system_admin", "System administrator", like="system_admin"),
)

ALL = ("register", "follow_up", "authorising", "leave", "legal", "returns", "roll")
MODELS = (
    PlacementModel("model_a", "Model A: on the provider's own register", dict.fromkeys(ALL, "us"), ("SEN-008", "SEN-009", "SEN-010")),
    PlacementModel(
        "model_b", "Model B: on the home school's roll", dict.fromkeys(ALL, "home_school") | {"register": "us", "follow_up": "both"},
        ("SEN-011", "SEN-012", "SEN-013", "SEN-014", "SEN-015"),
    ),
)  # fmt: skip

THRESHOLD = RecordKind("threshold", "Own attendance threshold", {"share": "share", "agreed_with": "text?"}, ("SEN-081",), counts=True)
AUDIT = RecordKind(
    "register_audit", "Weekly register audit", {"findings": "text"}, ("SEN-042",), weekly=("attendance_lead", "head_of_provision")
)

CASES = case_types(Path(__file__).parent / "cases")


@hookimpl
def profile() -> Profile:
    """Return what a provider is called and the words it uses."""
    return PROFILE


@hookimpl
def policy() -> Path:
    """Return the folder with the provider's parameters."""
    return Path(__file__).parent / "policy"


@hookimpl
def catalogue() -> Catalogue:
    """Return the roles, models A and B, pupils' own thresholds and the weekly audit; the codes are the national ones."""
    return Catalogue(roles=ROLES, placement_models=MODELS, case_types=CASES, record_kinds=(THRESHOLD, AUDIT), slots=slots.FILLED)


@hookimpl
def sessions(setting: Setting, day: date, placements: Sequence[Placement], params: ParametersAt) -> Mapping[int, Sequence[Slot]]:
    """Return the commissioned sessions of the day, and both half-days for a pupil of model A without a pattern (SEN-012, SEN-036)."""
    return plans.commissioned(setting, day, placements, params)


@hookimpl
def assess(request: Request, params: ParametersAt) -> Assessment | None:
    """Return what an admission lacks (a model, the agreed sessions) and whether the age is in range (SEN-002, SEN-017), and who decides on an absence."""
    if request.kind == "absence":
        return ladder.decision(request)
    return rules.admission(request, params) if request.kind == "admission" else None


@hookimpl
def triggers(facts: Facts, params: ParametersAt) -> Iterable[Trigger]:
    """Return stage 2 under the pupil's own threshold (SEN-081), severe absence (SEN-087) and a lateness pattern (SEN-065)."""
    return [*rules.own_threshold(facts), *rules.severe_absence(facts, params), *rules.persistent_lateness(facts, params)]


@hookimpl
def contact_ladder(absence: Absence, params: ParametersAt) -> Sequence[LadderStep]:
    """Return two tries, the home school, and the DSL where it is unusual (SEN-051 to SEN-054)."""
    return ladder.steps(absence, params)


@hookimpl
def partials(place: Place, params: ParametersAt) -> Iterable[Partial]:
    """Return the provider's parts of the register, the board, the pupil's page and the settings page."""
    return slots.parts(place, params)
