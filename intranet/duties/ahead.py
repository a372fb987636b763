"""What a pupil's page says of where the pupil stands and what comes next, with the reasons of each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from intranet import store
from intranet.duties import queues, slots
from intranet.duties.models import Finding
from intranet.duties.why import YEARLY, missed, rule_of
from intranet.extension import baseline, host
from intranet.extension.baseline.returns import BOARDER
from intranet.extension.caller import Caller
from intranet.extension.values import Facts
from intranet.law import counting, forecast, history, rules_figures
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.codes import national_codes
from intranet.law.runs import due_from
from intranet.law.sessions import day_of, key_of
from intranet.law.words import long_date
from intranet.settings.service import SettingContext, context
from intranet.web.kit import SlotPart, day
from intranet.web.why import Stored, Why, figures, of_answer, of_stored

PERMISSION = "board:read"  # office, attendance lead, head and safeguarding leads
NO_TERMS = "The term dates of this school year are not entered, so nothing can be counted ahead. Add them to the calendar."
NAMES = {
    "PA": "Persistent absence", "SA": "Severe absence", "PN10": "Penalty notice threshold", "ATT10": "Attendance return", "SICK15": "Sickness return",
    "ABS20": "Continuous absence", "N5": "Mark N to settle",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the panel: what it is about, what is so, and why."""

    name: str
    says: str
    tag: str
    why: Why


@dataclass(frozen=True)
class Panel:
    """Where a pupil stands, what comes next, and what is open."""

    standing: tuple[Line, ...] = ()
    coming: tuple[Line, ...] = ()
    findings: tuple[Line, ...] = ()
    missing: str = ""


def parts(_slot: str, values: dict[str, Any]) -> Iterator[SlotPart]:
    """Yield the panel of the pupil whose page it is."""
    if values.get("part", "summary") != "summary":
        return
    ctx = context(values["setting_id"])
    caller = host.for_setting(ctx)
    _, facts = slots.facts_here(ctx, "pupil.panels", values)
    if facts is None:
        return
    with store.connection() as conn:
        panel = build(conn, ctx, caller, facts)
    if panel.standing or panel.coming or panel.findings or panel.missing:
        yield SlotPart("duties/_ahead.html", {"panel": panel}, 20, PERMISSION)


def build(conn: Connection, ctx: SettingContext, caller: Caller, facts: Facts) -> Panel:
    """Return a pupil's panel; one statement."""
    marks = history.as_map(facts.marks)
    opened = tuple(_finding(row, caller, facts, marks) for row in _open(conn, ctx.id, facts.pupil.id))
    if facts.codes is not national_codes() or facts.pupil.placement is None:
        return Panel(findings=opened)
    try:
        ahead = ahead_of(caller, facts, marks)
        standing, coming = _standing(caller, facts, ahead), _coming(caller, facts, ahead)
    except CalendarError:
        return Panel(findings=opened, missing=NO_TERMS)
    return Panel(standing, coming, opened)


# -------------------------------------------------------------------- where it stands, and what comes next


def ahead_of(caller: Caller, facts: Facts, marks: Mapping[int, int]) -> forecast.Ahead:
    """Return what a forecast stands on: the marks so far and the pupil's own sessions until the year ends."""
    calendar, today, place = facts.setting.calendar, facts.as_of.date(), facts.pupil.placement
    own = _own(caller, facts, marks) if caller.plans_itself else None
    return forecast.Ahead(today, marks, calendar, facts.codes, due_from(calendar, own=own), facts.pupil.born, place.last if place else None)


def _own(caller: Caller, facts: Facts, marks: Mapping[int, int]) -> dict[date, tuple[str, ...]]:
    """Return the sessions of a pupil without the standard two: those marked on the days past, those planned on the days to come."""
    calendar, today, place = facts.setting.calendar, facts.as_of.date(), facts.pupil.placement
    found: dict[date, tuple[str, ...]] = {}
    for no in sorted(marks):
        found[day_of(no)] = (*found.get(day_of(no), ()), key_of(no % 2048))
    _, last = calendar.year_range(calendar.school_year(today))
    days = calendar.school_days(today, last) if place else []
    plans = caller.sessions_of_days({coming: [place] for coming in days if place})
    return found | {coming: plans.get(coming, {}).get(facts.pupil.id, ()) for coming in days}


def _standing(caller: Caller, facts: Facts, ahead: forecast.Ahead) -> tuple[Line, ...]:
    """Return persistent and severe absence as they stand, of the sessions at compulsory age (PR-4)."""
    params = caller.params(facts.as_of.date())
    counts, counted = counting.count(ahead.this_year, facts.codes), tuple(missed(facts))
    found = (rules_figures.pa(counts, params), rules_figures.sa(counts, params))
    return tuple(_line(replace(one, counted=counted), caller, ahead, "" if not counts.possible else "Yes" if one.holds else "No") for one in found)


def _coming(caller: Caller, facts: Facts, ahead: forecast.Ahead) -> tuple[Line, ...]:
    """Return the forecasts that concern this type of setting: returns are a school's, the threshold is that of schools with notices."""
    params, legal = caller.params(facts.as_of.date()), facts.setting.legal_type
    found = [forecast.persistence(ahead, params)]
    if legal in params.get("penalty.relevant_schools", ()):
        found.append(forecast.penalty(ahead, params))
    found += forecast.clocks(ahead, params) if legal in baseline.SCHOOLS else forecast.unexplained(ahead, params)
    found = [one for one in found if one.rule != "ATT10" or BOARDER not in facts.pupil.flags]
    return tuple(_line(one, caller, ahead, _due(one, ahead.today)) for one in found)


def _due(answer: Answer, today: date) -> str:
    """Return the tag of a clock; a forecast of figures has none."""
    if answer.rule in ("PA", "PN10") or answer.on is None:
        return ""
    if answer.on < today:
        return "Overdue" if answer.rule == "N5" else "Reached"
    return "Due today" if answer.on == today else ""


def _line(answer: Answer, caller: Caller, ahead: forecast.Ahead, tag: str) -> Line:
    name = NAMES.get(answer.rule, answer.rule)
    drops: Any = answer.figures.get("drops_off", ())
    notes = {no: f"stops counting on {day(on)}" for no, on in drops if on}
    reasons = of_answer(answer, marks=ahead.marks, codes=ahead.codes, parameters=caller.parameters, of=name, notes=notes)
    weeks = _by_week(answer.figures.get("by_week", ()))
    return Line(name, answer.says, tag, replace(reasons, says="", figures=(*reasons.figures, *((("Left if none is added", weeks),) if weeks else ()))))


def _by_week(weeks: Any) -> str:
    """Return how many sessions are left in the coming weeks, each week in which the number changes."""
    turns = [(monday, left) for n, (monday, left) in enumerate(weeks) if n == 0 or left != weeks[n - 1][1]]
    return ", ".join(f"{left} from {day(monday)}" for monday, left in turns) if len(turns) > 1 else ""


# -------------------------------------------------------------------- what is open


def _open(conn: Connection, setting_id: int, pupil_id: int) -> list[Any]:
    f = Finding
    query = select(f.kind, f.title, f.anchor, f.data).where(f.setting_id == setting_id, f.pupil_id == pupil_id, f.cleared_at.is_(None))
    return list(conn.execute(query.order_by(f.raised_at.desc(), f.id.desc()).limit(queues.SHOWN)))


def _finding(row: Any, caller: Caller, facts: Facts, marks: Mapping[int, int]) -> Line:
    data = row.data
    rule, counted = rule_of(row.kind, data.get("rule", "")), tuple(data.get("counted", ()))
    if rule in YEARLY and not counted:
        counted = tuple(missed(facts))
    kept = Stored(
        day_of(max(counted)) if counted else row.anchor, rule, tuple(data.get("clauses", ())), counted,
        figures(data.get("figures", {})), tuple((key, value, citation) for key, value, citation in data.get("read", ())),
        tuple(data.get("would_change", ())),
    )  # fmt: skip
    why = of_stored(kept, caller.parameters, marks=marks, codes=caller.codes, of=row.title)
    return Line(row.title, f"since {long_date(row.anchor)}", "", why)
