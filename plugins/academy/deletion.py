"""What the academy's policy adds to the grounds on which a name leaves the roll; the law's own conditions stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from intranet.extension.api import Assessment, ParametersAt, Request
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.rules_deletion import Whereabouts, earliest_removal, transfer_days

HOME, MOVE = frozenset({"2024:9(1)(f)", "2006:8(1)(d)"}), frozenset({"2024:9(1)(g)", "2006:8(1)(e)"})
TRANSFER = frozenset({"2024:9(1)(a)", "2024:9(1)(c)", "2006:8(1)(b)", "2006:8(1)(c)"})
STAGE = frozenset({"2024:9(1)(b)", "2024:9(1)(l)", "2024:9(3)(a)", "2006:8(1)(k)", "2006:8(1)(n)", "2006:8(3)(a)", "2006:8(3)(d)"})
MISSING = frozenset({"2024:9(1)(h)", "2024:9(1)(i)", "2024:9(3)(c)", "2006:8(1)(f)", "2006:8(1)(h)", "2006:8(3)(b)"})
OUTSIDE = "a senior leader's confirmation that the reason is outside policy 3.7"
ADVICE = "admissions_advice"


def deletion(request: Request, params: ParametersAt) -> Assessment:
    """Return what the policy asks for besides the law on this ground (ATT-013, ATT-167, ATT-177 to ATT-193)."""
    data, chosen = request.data, str(request.data["ground"])
    if chosen in TRANSFER:
        return _transfer(request)
    if chosen in HOME:
        return _home(data)
    if chosen in MOVE:
        return _move(request, params)
    if chosen in STAGE:
        return Assessment(clauses=("ATT-013",))
    missing = () if data.get("outside_policy") else (OUTSIDE,)
    clauses = ("C-16", "ATT-013", "ATT-167")
    if chosen not in MISSING:
        return Assessment(allowed=not missing, missing=missing, clauses=clauses)
    return _held(request, params, missing, (*clauses, "C-14", "C-15", "ATT-193"))


def _transfer(request: Request) -> Assessment:
    """Return whether the start elsewhere is confirmed and the day is the start or the school day before it (ATT-185 to ATT-190)."""
    started, confirmed = request.data.get("started"), request.data.get("start_confirmed")
    clauses = ("ATT-185", "ATT-186", "ATT-187", "ATT-188", "ATT-190")
    if not isinstance(started, date) or not isinstance(confirmed, date):
        text = "the start at the new school, confirmed"
        return Assessment(False, missing=(text,), warnings=("The pupil stays on roll and is marked absent until the new school confirms.",), clauses=clauses)
    try:
        days = transfer_days(started, request.setting.calendar)
    except CalendarError:
        days = (started, started)
    last = request.data.get("last_day")
    missing = () if last is None or last in days else ("a last day that is the start elsewhere or the school day before it",)
    return Assessment(not missing, earliest=days[0], missing=missing, clauses=clauses)


def _home(data: Mapping[str, object]) -> Assessment:
    """Return that the authority is told the day the letter comes, and must confirm the registration afterwards (ATT-177, ATT-179)."""
    received = data.get("notice_received")
    told = {"tell_now": "Send the authority the statutory notification and home-education form, with the letter", "tell_by": received}
    figures = {"confirm": "Confirm that the authority has registered the child as home educated: do not assume it"}
    return Assessment(figures={**figures, **(told if received else {})}, clauses=("C-10", "ATT-177", "ATT-178", "ATT-179"))


def _move(request: Request, params: ParametersAt) -> Assessment:
    """Return what a move asks for: the authority told, its admissions' advice or the hold over, and of emigrants three particulars."""
    data, clauses = request.data, ("ATT-180", "ATT-181", "ATT-182", "ATT-183", "ATT-184")
    asks = {ADVICE: ("LA admissions' advice", "Record that the authority's admissions advise that the name may be removed, or wait until the hold is over.")}
    wanted = {"destination": "forwarding address", "destination_school": "destination school", "moving_date": "moving date"}
    missing = tuple(text for key, text in wanted.items() if data.get("emigrating") and not data.get(key))
    figures: dict[str, object] = {"tell_now": "Tell the authority of the move, as its own procedure asks", "tell_by": data.get("opened_on") or data["today"]}
    held = _hold(request, params)
    advised = ADVICE in _proofs(data)
    if not advised and held and not held.holds:
        figures["asks"] = asks
    return Assessment(not missing, earliest=held.on if held and not advised else None, missing=missing, figures=figures, clauses=clauses)


def _held(request: Request, params: ParametersAt, missing: tuple[str, ...], clauses: tuple[str, ...]) -> Assessment:
    """Return the hold on the name of a child whose whereabouts are not confirmed (ATT-183, ATT-193, R-18)."""
    held = _hold(request, params)
    if held is None:
        needed = () if request.data.get("la_notified") else ("the day on which the authority was first told",)
        return Assessment(not (missing or needed), missing=(*missing, *needed), clauses=clauses)
    said = (*missing, *held.missing)
    return Assessment(not said, earliest=held.on, missing=said, figures=dict(held.figures), clauses=clauses)


def _hold(request: Request, params: ParametersAt) -> Answer | None:
    first, told = request.data.get("first_absence"), request.data.get("la_notified")
    if not isinstance(first, date) or not isinstance(told, date):
        return None
    return earliest_removal(Whereabouts(first, told, "whereabouts_confirmed" in _proofs(request.data)), request.setting.calendar, params)


def _proofs(data: Mapping[str, object]) -> tuple[str, ...]:
    found = data.get("proofs")
    return found if isinstance(found, tuple) else ()
