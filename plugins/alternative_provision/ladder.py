"""How the provision follows an absence up the same day, and who decides on a reason."""

from __future__ import annotations

from intranet.extension.api import Absence, Assessment, LadderStep, ParametersAt, Request, end_of
from plugins.alternative_provision import plans

OFFICE = ("administrator",)


def steps(absence: Absence, params: ParametersAt) -> tuple[LadderStep, ...]:
    """Return two tries, then the home school of a pupil who is on its roll, and the DSL where it is unusual (SEN-051 to SEN-054)."""
    due = end_of(absence.day, absence.now)
    place = absence.pupil.placement
    found = [
        LadderStep("first_try", "First try, by telephone or text", "call", OFFICE, "all", due=due, clauses=("SEN-051",)),
        LadderStep("second_try", "Second try", "call", OFFICE, "all", due=due, clauses=("SEN-052",)),
    ]
    if place is not None and place.model != plans.OWN_REGISTER:
        found.append(LadderStep(
            "home_school", "Tell the home school", "tell", OFFICE, tell=("home_school",), ground="two tries without a reply", due=due, clauses=("SEN-053",)
        ))  # fmt: skip
    if ground := unusual(absence, params):
        found.append(LadderStep("dsl", "Tell the DSL", "tell", OFFICE, tell=("dsl",), ground=ground, due=due, clauses=("SEN-054",)))
    return tuple(found)


def unusual(absence: Absence, params: ParametersAt) -> str:
    """Return why the DSL is told: repeated within the window, or judged unusual or a concern; empty when neither (SEN-054, R-23)."""
    count, window = params.get("first_day.repeated.count"), params.get("first_day.repeated.window_days")
    if count is not None and window is not None:
        since = absence.setting.calendar.before(absence.day, window - 1)
        if 1 + sum(1 for day in absence.earlier if day >= since) >= count:
            return "repeated"
    return "unusual or a concern" if absence.concern else ""


def decision(request: Request) -> Assessment:
    """Return who decides on a reason: the home school for a pupil on its roll, else the Attendance Lead (SEN-011, SEN-056)."""
    place = request.pupil.placement
    if place is not None and place.model != plans.OWN_REGISTER:
        return Assessment(figures={"body": "home school"}, clauses=("SEN-011",))
    return Assessment(figures={"who": ("attendance_lead", "head_of_provision")}, clauses=("SEN-056", "SEN-057", "SEN-058", "SEN-059", "SEN-061"))
