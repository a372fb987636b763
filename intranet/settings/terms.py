"""A school year's dates as one screen enters them: half-terms and INSET days, read, checked, compared and stored together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.law.calendar import Calendar, CalendarError, Closure, TermPeriod
from intranet.law.sessions import day_of, day_range
from intranet.settings import preview, service
from intranet.settings.context import SettingContext
from intranet.settings.policy import parameters
from intranet.settings.service import NewClosure
from intranet.store.tables import register_state
from intranet.web.kit import day, plural

NAMES = ("Autumn 1", "Autumn 2", "Spring 1", "Spring 2", "Summer 1", "Summer 2")
SESSIONS_IN_YEAR = "calendar.sessions_in_year"
EDITED = "Term dates were entered again"
SHOWN = 5  # days that a preview names before it says "and so many more"
Problems = list[FieldProblem]


@dataclass(frozen=True)
class YearDates:
    """The half-terms and INSET days of one school year."""

    year: str
    periods: tuple[TermPeriod, ...]
    inset: tuple[date, ...]


def known_year(year: str) -> str:
    """Return a school year written as pages write it; raise NotFound for anything else."""
    found = re.fullmatch(r"(20\d\d)-(\d\d)", year)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise NotFound(f"“{year}” is not a school year. One is written like 2026-27.")
    return year


def next_year(years: Sequence[str]) -> str:
    """Return the school year after the last that has dates."""
    start = int(years[-1][:4]) + 1
    return f"{start}-{(start + 1) % 100:02d}"


def dates_of(calendar: Calendar, year: str) -> YearDates:
    """Return the dates that a calendar has for a year."""
    periods = tuple(p for p in calendar.periods if p.year == year)
    days = {d for c in _insets(calendar.closures) for d in _weekdays(c.first, c.last) if any(p.first <= d <= p.last for p in periods)}
    return YearDates(year, periods, tuple(sorted(days)))


def read(year: str, pairs: Sequence[tuple[date | None, date | None]], inset: str, holidays: Calendar) -> YearDates:
    """Return what was entered; raise Refused with a sentence for each date that cannot be."""
    problems: Problems = []
    periods = tuple(_periods(year, pairs, problems))
    if not periods and not problems:
        problems.append(FieldProblem("first_1", "Autumn 1: nothing was entered. Enter the first and last day of at least one half-term."))
    days = tuple(sorted(set(_days(inset, periods, holidays, problems))))
    if problems:
        raise Refused("Term dates", year, "some dates cannot stand", "Correct them", fields=problems)
    return YearDates(year, periods, days)


def _periods(year: str, pairs: Sequence[tuple[date | None, date | None]], problems: Problems) -> Iterator[TermPeriod]:
    before: TermPeriod | None = None
    for number, (name, (first, last)) in enumerate(zip(NAMES, pairs, strict=True), start=1):
        if first is None and last is None:
            continue
        wrong = _wrong(name, year, first, last, before)
        if wrong or first is None or last is None:
            problems.append(FieldProblem(f"{'first' if first is None or before and first <= before.last else 'last'}_{number}", wrong))
            continue
        before = TermPeriod(year, name, first, last)
        yield before


def _wrong(name: str, year: str, first: date | None, last: date | None, before: TermPeriod | None) -> str:
    """Return the sentence for a half-term that cannot be; nothing when it can."""
    if first is None or last is None:
        return f"{name}: only one of its days was entered. Enter the first and the last day, or neither."
    start = int(year[:4])
    outside = next((d for d in (first, last) if not date(start, 8, 1) <= d <= date(start + 1, 8, 31)), None)
    if outside:
        return f"{name}: “{outside:%d/%m/%Y}” is not in the school year {year}. Check the year."
    if last < first:
        return f"{name}: the last day “{last:%d/%m/%Y}” is before the first day, {first:%d/%m/%Y}. Enter a later day."
    if before and first <= before.last:
        return f"{name}: it begins on “{first:%d/%m/%Y}”, before {before.name} ends on {before.last:%d/%m/%Y}. Change one of the dates."
    return ""


def _days(text: str, periods: Sequence[TermPeriod], holidays: Calendar, problems: Problems) -> Iterator[date]:
    for word in (part.strip() for part in re.split(r"[\n,;]", text)):
        if not word:
            continue
        found = _date(word)
        wrong = "is not a date. Enter a date like 14/10/2025, one on each line" if found is None else _no_inset(found, periods, holidays)
        if wrong:
            problems.append(FieldProblem("inset", f"INSET days: “{word[:60]}” {wrong}."))
        elif found:
            yield found


def _no_inset(found: date, periods: Sequence[TermPeriod], holidays: Calendar) -> str:
    if not any(p.first <= found <= p.last for p in periods):
        return "is in none of these half-terms. Enter a day of term, or change the half-term"
    if found.weekday() not in holidays.weekdays:
        return "is at a weekend. Enter a weekday"
    if found in (Calendar(tuple(periods)).bank_holidays or {}):
        return "is a bank holiday already. Leave it out"
    return ""


def _date(word: str) -> date | None:
    by_hand = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", word)
    try:
        return date(int(by_hand[3]), int(by_hand[2]), int(by_hand[1])) if by_hand else date.fromisoformat(word)
    except ValueError:
        return None


def applied(calendar: Calendar, new: YearDates) -> Calendar:
    """Return the calendar with these dates in the place of the year's; raise Refused when they overlap another year's."""
    rest = tuple(p for p in calendar.periods if p.year != new.year)
    old = set(dates_of(calendar, new.year).inset)
    closures = [c for c in calendar.closures if c.kind != "inset" or not set(_weekdays(c.first, c.last)) & old]
    closures += [Closure(d, d, "inset", "INSET", planned=True) for d in new.inset]
    closures += [Closure(d, d, "inset", "INSET", planned=True) for c in _insets(calendar.closures) for d in _weekdays(c.first, c.last)
                 if set(_weekdays(c.first, c.last)) & old and d not in old]  # fmt: skip
    try:
        return replace(calendar, periods=rest + new.periods, closures=tuple(closures), bank_holidays=None)
    except CalendarError as error:
        raise Refused("Term dates", new.year, str(error).rstrip("."), "Correct the dates") from error


def changes(ctx: SettingContext, new: YearDates, today: date) -> list[str]:
    """Return what storing these dates would change, a sentence each."""
    before, after = ctx.calendar, applied(ctx.calendar, new)
    span = [d for p in (*dates_of(before, new.year).periods, *new.periods) for d in (p.first, p.last)]
    old_days, new_days = (set(c.school_days(min(span), max(span))) for c in (before, after))
    if old_days == new_days and dates_of(before, new.year) == new:
        return ["Nothing changes: these are the dates that stand."]
    lost, gained = sorted(old_days - new_days), sorted(new_days - old_days)
    return [*_counted(ctx, new, len(old_days), len(new_days)), *_closing(ctx, lost), *_opening(gained, today), *_deadlines(ctx, after, today)]


def _counted(ctx: SettingContext, new: YearDates, old: int, count: int) -> Iterator[str]:
    yield f"School days in {new.year}: {old} now, {count} afterwards, and {plural(len(new.inset), 'INSET day')}."
    found = parameters(ctx).at(new.periods[0].first)
    if ctx.layout == "H" and SESSIONS_IN_YEAR in found:
        sessions, cited = found[SESSIONS_IN_YEAR], found.resolution(SESSIONS_IN_YEAR).in_force
        word = "fewer than" if count * 2 < sessions else "at least"
        yield f"That is {count * 2} sessions, {word} the {sessions} that a maintained school meets for in a year ({cited.cited if cited else ''})."


def _closing(ctx: SettingContext, lost: list[date]) -> Iterator[str]:
    if not lost:
        return
    yield f"{plural(len(lost), 'day is', 'days are')} no school day any more: {_named(lost)}. No register is due for {'it' if len(lost) == 1 else 'them'}."
    low, high = day_range(lost[0], lost[-1])
    query = select(register_state.c.session_no).where(register_state.c.setting_id == ctx.id, register_state.c.session_no.between(low, high))
    with store.connection() as conn:
        taken = [day_of(no) for no in conn.execute(query).scalars()]
    inside = sorted({d for d in taken if d in set(lost)})
    if inside:
        count = plural(sum(d in set(lost) for d in taken), "register has been taken", "registers have been taken")
        yield f"{count} on days that would close: {_named(inside)}. The marks stay as they are, and stop counting as school days."


def _opening(gained: list[date], today: date) -> Iterator[str]:
    if not gained:
        return
    yield f"{plural(len(gained), 'day becomes a school day', 'days become school days')}: {_named(gained)}."
    past = [d for d in gained if d < today]
    if past:
        yield f"{plural(len(past), 'of them has', 'of them have')} passed already: registers are missing for {_named(past)}."


def _deadlines(ctx: SettingContext, after: Calendar, today: date) -> Iterator[str]:
    """Yield the deadlines that run today and would fall on another day."""
    yield from preview.moved(ctx, ctx.calendar, after, NewClosure(today, today, "terms", "", planned=True))


def _named(days: list[date]) -> str:
    shown = ", ".join(day(d) for d in days[:SHOWN])
    return shown if len(days) <= SHOWN else f"{shown} and {len(days) - SHOWN} more"


def store_year(w: store.Writing, ctx: SettingContext, new: YearDates, *, request_id: str, version: int) -> None:
    """Store the half-terms and INSET days of a year; raise Conflict when the calendar has changed since ``version``, RequestSeen for a repeat."""
    service.unchanged(w, ctx.id, version)
    service.set_terms(w, ctx.id, new.year, new.periods, request_id=request_id)
    old, wanted = set(dates_of(ctx.calendar, new.year).inset), set(new.inset)
    standing = set(old)
    for row in service.standing(w.conn, ctx.id):
        held = set(_weekdays(row.first, row.last))
        if _is_inset(row) and held & old and not held <= wanted:
            service.withdraw(w, ctx.id, row.id, EDITED)
            standing -= held
            wanted |= held - old  # days of the same row that are not this year's stay
    for one in sorted(wanted - standing):
        service.close(w, ctx.id, NewClosure(one, one, "inset", "INSET", planned=True))


def _is_inset(row: Any) -> bool:
    return row.kind == "inset" and row.group_id is None and row.session_key is None


def _insets(closures: Iterable[Closure]) -> list[Closure]:
    return [c for c in closures if c.kind == "inset" and c.whole_day]


def _weekdays(first: date, last: date) -> list[date]:
    return [d for d in (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)) if d.weekday() < 5]
