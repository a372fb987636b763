"""How the academy follows an absence up on its first days, and who decides on a reason."""

from __future__ import annotations

from datetime import date

from intranet.extension.api import Absence, Assessment, LadderStep, ParametersAt, Request, end_of
from intranet.law.calendar import Calendar

OFFICER = ("attendance_officer", "office")
LISTED = "vulnerable_list"
VISIT, NO_VISIT = ("visit", "Visit today"), ("no_visit", "No visit today")


def steps(absence: Absence, params: ParametersAt) -> tuple[LadderStep, ...]:
    """Return message, call, other contacts and the decision on a visit; for the vulnerable list the call comes first (C-23)."""
    due = end_of(absence.day, absence.now)
    message = LadderStep("message", "App message", "message", OFFICER, "first", due=due, clauses=("ATT-056",))
    call = LadderStep("call", "Phone call", "call", OFFICER, "first", due=due, clauses=("ATT-057", "ATT-215"))
    others = LadderStep("others", "Other listed contacts", "call", OFFICER, "others", tries=0, due=due, clauses=("ATT-062", "ATT-222"))
    listed = LISTED in absence.pupil.flags
    dsl = LadderStep("dsl", "Tell the DSL", "tell", OFFICER, tell=("dsl",), ground="no answer from home", due=due, clauses=("ATT-217", "ATT-223"))
    reach = (call, message, others) if listed else (message, call, others)
    told = (dsl,) if listed or absence.number >= params["saw.start_day_others"] else ()
    return (*reach, *told, visit(absence, params))


def visit(absence: Absence, params: ParametersAt) -> LadderStep:
    """Return the decision on a home visit: from the compulsory day not visiting is not on offer (ATT-058, ATT-226)."""
    compulsory = absence.number >= params["saw.compulsory_day"]
    options, clauses = ((VISIT,), ("ATT-210", "ATT-226")) if compulsory else ((VISIT, NO_VISIT), ("ATT-058", "ATT-212"))
    due = end_of(absence.day, absence.now)
    return LadderStep("visit_decision", "Home visit decision", "decide", ("dsl", *OFFICER), options=options, due=due, clauses=clauses)


def decision(request: Request, params: ParametersAt) -> Assessment:
    """Return who decides on a reason for absence and what to think of first."""
    reason = request.data.get("reason")
    if reason == "illness":
        return Assessment(figures={"who": ("principal",), "delegate": True}, clauses=("ATT-072", "ATT-077"))
    if reason == "religion":
        text = "Only a day that the religious body sets apart exclusively is authorised; any other day is a request for leave. Ask the body in doubt."
        figures = {"who": ("principal",), "delegate": True, **observance(request)}
        return Assessment(figures=figures, warnings=(text,), clauses=("ATT-020", "ATT-070", "ATT-071"))
    if reason == "traveller":
        text = "Only where the occupational travel is known and was agreed beforehand, and other schooling is not confirmed."
        return Assessment(figures={"who": ("principal",), "delegate": True}, warnings=(text,), clauses=("ATT-083",))
    if reason == "emergency":
        return Assessment(figures={"who": ("principal",), "delegate": True}, clauses=("ATT-021",))
    return Assessment(clauses=("ATT-018", "ATT-022"))


def observance(request: Request) -> dict[str, object]:
    """Return which days of a religious observance may be R and which must be asked for as leave (ATT-020, ATT-070)."""
    days, apart = request.data.get("days"), request.data.get("set_apart")
    if not isinstance(days, tuple) or not isinstance(apart, tuple):
        return {}
    return {"R": tuple(day for day in days if day in apart), "leave_request": tuple(day for day in days if day not in apart)}


def evidence(request: Request, params: ParametersAt) -> Assessment | None:
    """Return the prompt to ask for evidence of a long illness; it changes no code (ATT-073, ATT-074, R-14)."""
    days, weekdays = request.data.get("days"), request.data.get("weekdays")
    if not isinstance(days, tuple) or not isinstance(weekdays, tuple):
        return None
    broken = any(_breaks(request.setting.calendar, day) for day in weekdays)
    limit = params["evidence.broken_week"] if broken else params["evidence.illness_days"]
    if len(days) < limit:
        return None
    week = ", in a week with an INSET day or a bank holiday" if broken else ""
    text = f"Ill on {len(days)} school days{week}: ask whether the family has something that shows it. The code stays as it is."
    return Assessment(warnings=(text,), figures={"days": len(days), "limit": limit}, clauses=("ATT-073", "ATT-074"))


def _breaks(calendar: Calendar, day: date) -> bool:
    """Return whether a weekday is closed as an INSET day or a bank holiday: a holiday does not shorten a week."""
    closure = calendar.why_closed(day)
    return closure is not None and closure.kind in ("inset", "bank_holiday")


def interview(request: Request, params: ParametersAt) -> Assessment | None:
    """Return the prompt for an interview on the return to school, and who leads it (ATT-103, ATT-158, C-22)."""
    count = request.data.get("periods")
    if not isinstance(count, int) or count < 1:
        return None
    if count >= params["return_interview.senior_after"]:
        return Assessment(
            warnings=(f"Back after absence {count} of this school year: the DSL, a deputy or the Principal leads the return interview.",),
            figures={"periods": count, "lead": ("dsl", "deputy_dsl", "principal")}, clauses=("ATT-103", "ATT-158"),
        )  # fmt: skip
    return Assessment(warnings=(f"Back after absence {count} of this school year: a return interview.",), figures={"periods": count}, clauses=("ATT-149",))
