"""Academy: two registers a day on clock windows, national codes, persistent lateness and absence, three safe adults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    PlacementModel,
    Profile,
    Request,
    Role,
    Trigger,
    case_types,
    hookimpl,
)
from plugins.academy import deletion, ladder, rules, slots

DUTIES = ("register", "follow_up", "authorising", "leave", "legal", "returns", "roll")

PROFILE = Profile(
    key="academy",
    label="Academy",
    summary="A primary academy of a trust: morning and afternoon registers with clock windows and the national codes.",
    legal_types=("academy", "maintained"),
    phases=("primary", "secondary", "all_through"),
    session_model="am_pm",
    words={"head": "Principal", "office": "attendance office", "commissioner": "local authority"},
)

ROLES = (
    Role("principal", "Principal", like="head", clauses=("ATT-072", "ATT-084")),
    Role("slt", "Senior leader", like="head", clauses=("ATT-047",)),
    Role("attendance_lead", "Attendance Lead", like="attendance_lead", clauses=("ATT-157",)),
    Role("cluster_lead", "Cluster Attendance Lead", like="attendance_lead", clauses=("ATT-104", "ATT-122")),
    Role("dsl", "Designated Safeguarding Lead", like="dsl"),
    Role("deputy_dsl", "Deputy Designated Safeguarding Lead", like="deputy_dsl"),
    Role("attendance_officer", "Attendance Officer", like="office", clauses=("ATT-059", "ATT-148")),
    Role("office", "Office", like="office", clauses=("ATT-045",)),
    Role("teacher", "Teacher", like="teacher", clauses=("ATT-152",)),
    Role("key_stage_lead", "Key Stage Lead", like="teacher", clauses=("ATT-155",)),
    Role("cover", "Cover teacher", like="cover"),
    Role("committee_member", "Committee member", like="governor", clauses=("ATT-170",)),
    Role("trust_director", "Trust director", like="trust_director"),
    Role("provider", "Provider contact", like="provider", outside=True, clauses=("ATT-048",)),
    Role("system_admin", "System administrator", like="system_admin"),
)

MODELS = (
    PlacementModel("own_roll", "On the academy's own roll", dict.fromkeys(DUTIES, "us"), ("ATT-009",)),
    PlacementModel(
        "dual_registered", "Registered here and at another school", dict.fromkeys(DUTIES, "us"), ("ATT-053",)
    ),
    PlacementModel(
        "off_site", "On our roll, taught elsewhere part of the week", dict.fromkeys(DUTIES, "us"), ("ATT-048",)
    ),
)

CASES = case_types(Path(__file__).parent / "cases")


@hookimpl
def profile() -> Profile:
    """Return what an academy is called and the words it uses."""
    return PROFILE


@hookimpl
def policy() -> Path:
    """Return the folder with the academy's parameters."""
    return Path(__file__).parent / "policy"


@hookimpl
def catalogue() -> Catalogue:
    """Return the academy's roles and placement models; its codes are the national ones."""
    return Catalogue(roles=ROLES, placement_models=MODELS, case_types=CASES, steady=("persistent_lateness",), slots=slots.FILLED)


@hookimpl
def assess(request: Request, params: ParametersAt) -> Assessment | None:
    """Return what the policy asks of an admission, of an absence and after it (ATT-012, ATT-072 to ATT-103), and of a deletion (ATT-177 to ATT-193)."""
    asked = {"absence": ladder.decision, "evidence": ladder.evidence, "return": ladder.interview, "admission": rules.admission,
             "deletion": deletion.deletion}  # fmt: skip
    return asked[request.kind](request, params) if request.kind in asked else None


@hookimpl
def triggers(facts: Facts, params: ParametersAt) -> Iterable[Trigger]:
    """Return persistent lateness (ATT-025) and persistent absence (ATT-023, ATT-095)."""
    return [*rules.persistent_lateness(facts, params), *rules.persistent_absence(facts, params)]


@hookimpl
def contact_ladder(absence: Absence, params: ParametersAt) -> Sequence[LadderStep]:
    """Return message, call, other contacts and the decision on a visit (ATT-056 to ATT-062)."""
    return ladder.steps(absence, params)


@hookimpl
def partials(place: Place, params: ParametersAt) -> Iterable[Partial]:
    """Return the academy's parts of the register, the pupil's page, the home pages and the settings page."""
    return slots.parts(place, params)
