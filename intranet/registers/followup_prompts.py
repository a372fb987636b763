"""What to ask after an illness or on a return to school, where the setting's policy says so: prompts that change no code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.values import PupilFacts, Request
from intranet.law import history
from intranet.law.calendar import CalendarError
from intranet.law.marks import Mark
from intranet.law.sessions import day_range, session_no
from intranet.pupils import service as pupils
from intranet.registers import followup_rules as rules
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.tables import mark
from intranet.web.why import Why, cited

ILL = "I"
ONE_DAY = timedelta(days=1)
WEEKDAYS = 5  # Monday to Friday


@dataclass(frozen=True)
class Prompt:
    """Something to ask of a family or a child."""

    pupil_id: int
    name: str
    kind: str  # evidence, return
    text: str
    why: Why


@dataclass(frozen=True)
class _Ids:
    ill: frozenset[int]
    absent: frozenset[int]
    here: frozenset[int]


def prompts(conn: Connection, ctx: SettingContext, caller: Caller, day: date) -> list[Prompt]:
    """Return the day's prompts by name; the statements do not grow with the pupils."""
    try:
        before = ctx.calendar.before(day, 1)
    except CalendarError:
        return []
    ids = _ids(caller)
    found = _away(conn, ctx.id, before, day, ids)
    if not found:
        return []
    facts = pupils.facts(conn, ctx.id, found, on=day)
    names = {one.id: one.shown_name for one in pupils.known(conn, ctx.id, day, set(found))}
    year = stored_marks.year_of(session_no(day, "AM"))
    marks = stored_marks.histories(conn, ctx.id, list(facts), [year - 1, year])
    asked = [prompt for pupil in facts for prompt in _of(ctx, caller, facts[pupil], names.get(pupil, ""), marks[pupil], day, ids)]
    return sorted(asked, key=lambda one: (one.kind, one.name))


def _ids(caller: Caller) -> _Ids:
    codes = caller.codes
    absent = frozenset(code.id for code in codes if code.counts_possible and not code.counts_present)
    ill = frozenset(code.id for code in codes if code.symbol == ILL)
    return _Ids(ill, absent, frozenset(code.id for code in codes if code.counts_present))


def _away(conn: Connection, setting_id: int, before: date, day: date, ids: _Ids) -> list[int]:
    """Return the pupils who were away on the school day before, or are ill today; one statement."""
    low, high = day_range(before, day)
    query = select(mark.c.pupil_id).where(
        mark.c.setting_id == setting_id, mark.c.session_no >= low, mark.c.session_no <= high, mark.c.code_id.in_(ids.absent)
    )
    return sorted(set(conn.scalars(query)))


def _of(ctx: SettingContext, caller: Caller, facts: PupilFacts, name: str, marks: Sequence[Mark], day: date, ids: _Ids) -> list[Prompt]:
    seen = {one.day for one in history.only(marks, ids.here) if one.day <= day}
    absent = {one.day for one in history.only(marks, ids.absent) if one.day <= day}
    ill = {one.day for one in history.only(marks, ids.ill) if one.day <= day} if ids.ill else set()
    asked: list[tuple[str, dict[str, object]]] = []
    if day in ill:
        days = rules.spell(ill, seen, day)
        asked.append(("evidence", {"days": days, "weekdays": weekdays(days)}))
    if day in seen and day not in absent and absent and max(absent) == max(one for one in {*seen, *absent} if one < day):
        asked.append(("return", {"periods": rules.periods((one for one in absent if one >= _year(ctx, day)), seen)}))
    found = []
    for kind, data in asked:
        answer = caller.assess(Request(kind, setting_of(ctx), facts, day, data))
        found += [Prompt(facts.id, name, kind, text, Why(says=text, cited=cited(answer.clauses), of=name)) for text in answer.warnings]
    return found


def weekdays(days: Sequence[date]) -> tuple[date, ...]:
    """Return Monday to Friday of every week that some days touch (R-14)."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    return tuple(monday + ONE_DAY * n for monday in mondays for n in range(WEEKDAYS))


def _year(ctx: SettingContext, day: date) -> date:
    try:
        return ctx.calendar.year_range(ctx.calendar.school_year(day))[0]
    except CalendarError:
        return date.min
