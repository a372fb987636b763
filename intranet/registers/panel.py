"""The attendance panel of a pupil's page: this year's marks, counts with their definition, lateness and corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select

from intranet import store
from intranet.extension.caller import Caller
from intranet.law import counting, packed
from intranet.law.calendar import CalendarError
from intranet.law.counting import Counts
from intranet.law.marks import Mark
from intranet.law.parameters import say
from intranet.law.sessions import day_range
from intranet.registers import history
from intranet.registers.history import Change
from intranet.registers.views import place
from intranet.settings.context import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.tables import mark
from intranet.web.kit import SlotPart, now
from intranet.web.why import AMENDED, Stored, Why, cited, counted, of_stored

DEFINITION = (
    "Attended means present, late before the register closed, or at an approved activity elsewhere. Possible sessions leave out those "
    "that could not be attended, such as closures. Codes count by the law of their own day (SI 2024/208 reg 10)."
)
LATENESS = ("lateness.persistent_count", "lateness.codes")
LATEST_WEEKS = 6
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """A week of marks: five days of morning and afternoon, "" where there is none."""

    monday: date
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """What the panel shows of one school year."""

    year: str
    counts: Counts
    late_half_term: int
    weeks: tuple[Week, ...]
    sessions: tuple[tuple[Mark, str], ...]
    changes: tuple[Change, ...]
    why: Why
    why_late: Why


def init_panel(app: Flask) -> None:
    """Put the panel onto pupils' pages."""
    app.extensions["daymark.slots"].add("pupil.panels", parts, order=10)


def parts(_slot: str, context: dict[str, Any]) -> Iterable[SlotPart]:
    """Return the panel for the pupil whose page it is; that page has asked who may see them."""
    if context.get("part", "summary") != "summary":
        return
    ctx, caller = place(context["setting_id"])
    with store.connection() as conn:
        panel = read(conn, ctx, caller, context["pupil_id"], now().date())
    yield SlotPart("registers/_panel.html", {"panel": panel, "latest": LATEST_WEEKS, "words": caller.words}, 10, "register:read")


def read(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, today: date) -> Panel:
    """Return a pupil's school year so far; four statements."""
    label = ctx.calendar.school_year(today)
    first, last = _year(ctx, label, today)
    low, high = day_range(first, last)
    years = {packed.year_start(first).year, packed.year_start(last).year}
    marks = [m for m in stored_marks.year(conn, ctx.id, [pupil_id], years)[pupil_id] if low <= m.session_no <= high]
    changes = _corrections(conn, ctx, caller, pupil_id, marks, low, high)
    half = ctx.calendar.half_term(today)
    recent = [m for m in marks if half and half.first <= m.day <= half.last]
    weeks = _weeks(marks, caller) if ctx.layout == "H" else ()
    listed = () if ctx.layout == "H" else tuple((m, symbol(caller, m)) for m in reversed(marks[-30:]))
    counts, late = counting.count(marks, caller.codes), [m for m in recent if _late(m, caller)]
    return Panel(label, counts, len(late), weeks, listed, changes, _why(marks, counts, caller), _why_late(late, caller, today))


def _late(one: Mark, caller: Caller) -> bool:
    code = caller.codes.for_session(one.session_no).by_id(one.code_id)
    return code is not None and code.meaning == "late"


def _why(marks: Sequence[Mark], counts: Counts, caller: Caller) -> Why:
    """Return what the year's figures stand on: the definition, every session missed, and how often each code stands."""
    absent = {code.id for code in caller.codes if code.counts_possible and not code.counts_present}
    missed = {m.session_no: m.code_id for m in marks if m.code_id in absent}
    by_code = ", ".join(f"{caller.entered_symbol(symbol)} × {n}" for symbol, n in counts.by_code.items())
    return Why(
        says=DEFINITION, cited=cited(("SI 2024/208 reg 10",)), counted=counted(missed, missed, caller.codes), figures=(("By code", by_code),),
        would_change=(AMENDED,), of="attendance this school year",
    )  # fmt: skip


def _why_late(late: Sequence[Mark], caller: Caller, today: date) -> Why:
    """Return the late marks of the half-term and the number at which lateness is persistent here; nothing where there is neither."""
    held, params = {m.session_no: m.code_id for m in late}, caller.params(today)
    read = [key for key in LATENESS if params.get(key) is not None]
    if not held:
        return Why()
    kept = Stored(today, counted=tuple(held), read=tuple((one.key, say(one.value, one.unit), one.citation) for one in params.trail if one.key in read),
                  would_change=(AMENDED, "A new half-term begins again from nothing."))  # fmt: skip
    return of_stored(kept, caller.parameters, marks=held, codes=caller.codes, of="late marks this half-term")


def _year(ctx: SettingContext, label: str, today: date) -> tuple[date, date]:
    try:
        first, _ = ctx.calendar.year_range(label)
    except CalendarError:
        first = packed.year_start(today)
    return first, max(first, today)


def symbol(caller: Caller, one: Mark) -> str:
    """Return a mark as people enter it."""
    return caller.entered_symbol(caller.codes.symbol(one.code_id) or "?")


def _weeks(marks: Sequence[Mark], caller: Caller) -> tuple[Week, ...]:
    """Return the weeks with marks, newest first."""
    found: dict[date, list[str]] = {}
    for one in marks:
        monday = one.day - timedelta(days=one.day.weekday())
        if one.day.weekday() < 5 and one.key in ("AM", "PM"):
            found.setdefault(monday, [""] * 10)[one.day.weekday() * 2 + (one.key == "PM")] = symbol(caller, one)
    return tuple(Week(monday, tuple(cells)) for monday, cells in sorted(found.items(), reverse=True))


def _corrections(
    conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, marks: Sequence[Mark], low: int, high: int
) -> tuple[Change, ...]:
    """Return every amendment of the year: those of marks that are not plain present, and all that were amended on their own."""
    query = select(mark.c.position).where(
        mark.c.setting_id == ctx.id, mark.c.pupil_id == pupil_id, mark.c.session_no >= low, mark.c.session_no <= high, mark.c.code_id > 2
    )
    positions = list(dict.fromkeys(conn.scalars(query)))
    numbers = [one.session_no for one in marks]
    found = [
        *history.of_pupil(conn, ctx.id, caller, pupil_id, positions),
        *history.trail(conn, ctx.id, caller, numbers, None, [pupil_id]),
    ]
    by_position = {(change.position, change.session_no): change for change in found if change.amended}
    return tuple(by_position[key] for key in sorted(by_position, reverse=True))
