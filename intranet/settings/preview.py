"""What a closure, or its withdrawal, would change: said before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from intranet import store
from intranet.law import deadlines
from intranet.law.calendar import Calendar, CalendarError, Closure
from intranet.law.parameters import say
from intranet.law.sessions import day_range, days_between, session_no
from intranet.settings.context import SettingContext, as_closure, has_code
from intranet.settings.service import NewClosure
from intranet.store.tables import register_state
from intranet.web.kit import day, plural
from intranet.web.why import Stored, Why, of_stored

ONLY_SCHOOL_DAYS = "Only school days are counted: a day that is closed moves the last day in time to the next school day."
Lines = Callable[[SettingContext, NewClosure], list[str]]


def of_closing(ctx: SettingContext, new: NewClosure) -> list[str]:
    """Return what closing would change, a sentence each."""
    after = ctx.calendar if new.group_id else _with(ctx.calendar, as_closure(new))
    return [*_days(ctx.calendar, after, new), *_code(ctx, new), *_taken(ctx, new), *moved(ctx, ctx.calendar, after, new), *_others(ctx, new)]


def of_withdrawing(ctx: SettingContext, old: NewClosure) -> list[str]:
    """Return what withdrawing would change, a sentence each."""
    after = _without(ctx.calendar, as_closure(old))
    return [*_reopened(ctx.calendar, after, old), *_taken(ctx, old), *moved(ctx, ctx.calendar, after, old)]


def why_closing(ctx: SettingContext, new: NewClosure) -> Why:
    """Return why closing moves the deadlines of marks N; nothing when it moves none."""
    return _why(ctx, ctx.calendar if new.group_id else _with(ctx.calendar, as_closure(new)), new)


def why_withdrawing(ctx: SettingContext, old: NewClosure) -> Why:
    """Return why withdrawing moves the deadlines of marks N; nothing when it moves none."""
    return _why(ctx, _without(ctx.calendar, as_closure(old)), old)


def _why(ctx: SettingContext, after: Calendar, new: NewClosure) -> Why:
    parameters = current_app.extensions.get("daymark.parameters")
    if parameters is None or not list(_marks_n(ctx, ctx.calendar, after, new)):
        return Why()
    known = parameters(ctx)
    at = known.at(new.first)
    at.get("n_code.resolve_days")
    kept = Stored(new.first, "N5", read=tuple((one.key, say(one.value, one.unit), one.citation) for one in at.trail), would_change=(ONLY_SCHOOL_DAYS,))
    return of_stored(kept, known, of="these deadlines move")


def _with(calendar: Calendar, closure: Closure) -> Calendar:
    return replace(calendar, closures=(*calendar.closures, closure))


def _without(calendar: Calendar, closure: Closure) -> Calendar:
    rest = list(calendar.closures)
    if closure in rest:
        rest.remove(closure)
    return replace(calendar, closures=tuple(rest))


def _days(before: Calendar, after: Calendar, new: NewClosure) -> Iterator[str]:
    held = before.school_days(new.first, new.last)
    if not held:
        yield "No school day lies in these days, so no session changes."
        return
    what = "One class" if new.group_id else "The whole setting"
    part = f", {new.session_key} only" if new.session_key else ""
    yield f"{what}{part}: {plural(len(held), 'school day')}, {_span(held)}."
    lost = len(held) - len(after.school_days(new.first, new.last))
    if lost:
        year = before.school_year(new.first)
        first, last = before.year_range(year)
        yield f"School days in {year}: {before.count(first, last)} now, {after.count(first, last)} afterwards."


def _reopened(before: Calendar, after: Calendar, old: NewClosure) -> Iterator[str]:
    opened = [d for d in after.school_days(old.first, old.last) if not before.is_school_day(d)]
    if opened:
        yield f"{plural(len(opened), 'day becomes a school day', 'days become school days')} again: {_span(opened)}. Registers are due for them."
    else:
        yield "No day becomes a school day again: other closures cover them, or only sessions or one class were closed."


def _span(days: list[date]) -> str:
    return day(days[0]) if len(days) == 1 else f"{day(days[0])} to {day(days[-1])}"


def _code(ctx: SettingContext, new: NewClosure) -> Iterator[str]:
    if not ctx.calendar.count(new.first, new.last):
        return
    if not has_code(ctx, "#" if new.planned else "Y4", new.first):
        yield "No session is due then and nothing is marked: the codes here have none for a closure."
    elif new.planned:
        yield "Code # (planned closure) stands for these sessions from the calendar; no register is due and nothing is marked."
    else:
        yield "Code Y4 (unplanned closure) is proposed for every pupil in these sessions; a person confirms it, nothing is pre-marked."


def _taken(ctx: SettingContext, new: NewClosure) -> Iterator[str]:
    low, high = day_range(new.first, new.last)
    query = select(func.count()).select_from(register_state).where(
        register_state.c.setting_id == ctx.id, register_state.c.session_no.between(low, high)
    )  # fmt: skip
    if new.session_key:
        keys = [session_no(d, new.session_key) for d in days_between(new.first, new.last)]
        query = query.where(register_state.c.session_no.in_(keys))
    if new.group_id:
        query = query.where(register_state.c.group_id == new.group_id)
    with store.connection() as conn:
        count = conn.scalar(query) or 0
    if count:
        said = plural(count, "register has been taken", "registers have been taken")
        yield f"{said} in these sessions: the marks stay as they are. Amend those that should show the closure."


def moved(ctx: SettingContext, before: Calendar, after: Calendar, new: NewClosure) -> Iterator[str]:
    """Yield the deadlines near the closure that fall on another day with it: marks N, and the week's and term's duties."""
    if before == after:
        return
    yield from _marks_n(ctx, before, after, new)
    yield from _differs("This week's duties are due by", deadlines.weekly, before, after, new.first)
    yield from _differs("This term's duties are due by", deadlines.termly, before, after, new.first)


def _marks_n(ctx: SettingContext, before: Calendar, after: Calendar, new: NewClosure) -> Iterator[str]:
    limit = _resolve_days(ctx, new.first)
    for session_day in _earlier(before, new, limit):
        yield from _differs(f"Marks N of {day(session_day)} must be settled by", deadlines.n_code, before, after, session_day, limit)


def _earlier(calendar: Calendar, new: NewClosure, limit: int) -> list[date]:
    if not limit:
        return []
    try:
        return calendar.school_days(calendar.before(new.first, limit), new.last)
    except CalendarError:
        return calendar.school_days(calendar.periods[0].first, new.last) if calendar.periods else []


def _differs(said: str, rule: Callable[..., Any], before: Calendar, after: Calendar, *arguments: Any) -> Iterator[str]:
    try:
        old, new = rule(before, *arguments), rule(after, *arguments)
    except CalendarError:
        return  # the term dates end before the deadline: there is none to move yet
    if old and new and old.last_in_time != new.last_in_time:
        yield f"{said} {day(new.last_in_time)} instead of {day(old.last_in_time)}."


def _resolve_days(ctx: SettingContext, on: date) -> int:
    """Return the limit for marks N in school days (SI 2024/208 reg 10(7)); 0 before the extension room is there."""
    parameters = current_app.extensions.get("daymark.parameters")
    return int(parameters(ctx).at(on).get("n_code.resolve_days", 0)) if parameters else 0


def _others(ctx: SettingContext, new: NewClosure) -> list[str]:
    asked: list[Lines] = current_app.extensions["daymark.closure_preview"]
    return [line for lines in asked for line in lines(ctx, new)]
