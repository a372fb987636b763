"""Today's registers by class, the board, and reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, make_response, redirect, request, url_for
from sqlalchemy import select

from intranet import duties, store
from intranet.clock import LONDON
from intranet.errors import NotFound, Refused
from intranet.extension import host
from intranet.extension.values import Placement
from intranet.law.calendar import CalendarError
from intranet.law.sessions import day_range
from intranet.people import Actor, current_actor
from intranet.pupils.service import access_group
from intranet.registers import board as boards
from intranet.registers import rules
from intranet.registers.board import Board, Line
from intranet.registers.forms import NudgeForm
from intranet.registers.models import Nudge
from intranet.registers.nudging import nudge
from intranet.registers.views import blueprint, place
from intranet.settings.context import SettingContext
from intranet.web.kit import NavItem, SlotPart, allow, now, respond, say_next, see_other


def init_board(app: Flask) -> None:
    """Put the pages into the navigation, a reminder on first pages, and the session's close into the header."""
    app.extensions["daymark.navigation"].add(
        NavItem("Registers", "registers.index", "register:read", 10, word="registers"), NavItem("Board", "registers.board", "board:read", 15)
    )
    app.extensions["daymark.slots"].add("dashboard.cards", reminders, order=5)
    app.extensions["daymark.clock_line"] = clock_line


def _board(setting_id: int, day: date) -> Board:
    ctx, caller = place(setting_id)
    with store.connection() as conn:
        return boards.build(conn, ctx, caller, day, now())


@blueprint.get("/registers/")
@allow("register:read")
def index(setting_id: int) -> Response:
    """Show a day's registers: one's own classes, or all of them."""
    day, problem = _day(request.args.get("day", ""))
    shown, actor = _board(setting_id, day), current_actor()
    everything = actor.may("board:read", setting_id)
    lines = [line for line in shown.lines if everything or actor.account_id in line.staff_ids]
    ctx, caller = place(setting_id)
    values = {"board": shown, "lines": lines, "day": day, "problem": problem, "around": _around(ctx, day), "words": caller.words}
    return respond("registers/index.html", None, 422 if problem else 200, setting_id=setting_id, everything=everything, **values)


def _day(text: str) -> tuple[date, str]:
    today = now().date()
    if not text:
        return today, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return today, f"Day “{text[:20]}” is not a day. Choose one with the arrows, or enter one like {today.isoformat()}."


def _around(ctx: SettingContext, day: date) -> tuple[date | None, date | None]:
    """Return the school days before and after a day."""
    found: list[date | None] = []
    for step in (ctx.calendar.before, ctx.calendar.after):
        try:
            found.append(step(day, 1))
        except CalendarError:
            found.append(None)
    return found[0], found[1]


@blueprint.get("/registers/now/<int:group_id>/", endpoint="now")
@allow("register:read")
def register_now(setting_id: int, group_id: int) -> Any:
    """Go to the register of a class that is open now, or the next one today."""
    (ctx, caller), moment = place(setting_id), now()
    access_group(current_actor(), setting_id, group_id, moment.date())
    with store.connection() as conn:
        found = duties.expected(conn, ctx, caller, moment.date(), group_id)
    mine = [one for one in found if one.group_id == group_id]
    if not mine:
        return redirect(url_for("registers.index", setting_id=setting_id), 303)
    begun = [one for one in mine if moment >= rules.opens_at(one.slot, moment)]
    chosen = begun[-1] if begun else mine[0]
    return redirect(url_for("registers.register", setting_id=setting_id, session_no=chosen.session_no, group_id=group_id), 303)


@blueprint.get("/board/")
@allow("board:read")
def board(setting_id: int) -> Response:
    """Show the board; a poll that finds nothing new is told so."""
    shown = _board(setting_id, now().date())
    if request.headers.get("If-None-Match") == shown.etag:
        return make_response("", 304)
    _, caller = place(setting_id)
    response = respond("registers/board.html", "registers/_board.html", board=shown, setting_id=setting_id, words=caller.words)
    response.headers["ETag"] = shown.etag
    return response


@blueprint.post("/board/nudge/")
@allow("board:read")
def remind(setting_id: int) -> Response:
    """Remind whoever takes a register."""
    ctx, caller = place(setting_id)
    form = NudgeForm()
    parts = (form.register.data or "").split(":")
    if not form.validate() or len(parts) != 2 or not all(part.isdigit() and len(part) < 12 for part in parts):
        raise NotFound("There is no such register to remind anybody of. Open the board again.")
    try:
        nudge(ctx, caller, int(parts[0]), int(parts[1]), form.request_id, current_actor(), now())
        say_next("Reminder sent. It is on the first page of whoever takes the class.")
    except Refused as refused:
        say_next(refused.message)
    return see_other("registers.board", setting_id=setting_id)


# ------------------------------------------------------------------ on other pages


def reminders(_slot: str, context: dict[str, Any]) -> Iterable[SlotPart]:
    """Return a card for staff whose register somebody is waiting for."""
    setting_id, actor = context["setting_id"], current_actor()
    lines = _mine(setting_id, actor, now()) if actor.may("register:write", setting_id) else []
    if lines:
        _, caller = place(setting_id)
        yield SlotPart("registers/_reminders.html", {"reminders": lines, "words": caller.words}, order=1)


def _mine(setting_id: int, actor: Actor, moment: datetime) -> list[Line]:
    """Return the registers of today that a person was reminded of and that are not whole; one statement when nobody was."""
    low, high = day_range(moment.date(), moment.date())
    with store.connection() as conn:
        query = select(Nudge.session_no).where(Nudge.setting_id == setting_id, Nudge.session_no >= low, Nudge.session_no <= high)
        if conn.scalars(query.limit(1)).first() is None:
            return []
        ctx, caller = place(setting_id)
        shown = boards.build(conn, ctx, caller, moment.date(), moment)
    return [one for one in shown.lines if one.nudged_at and actor.account_id in one.staff_ids and one.marked < one.due]


def clock_line(ctx: SettingContext, _actor: Actor, moment: datetime) -> str:
    """Return when the register that is open now closes, for settings with two sessions a day."""
    caller = host.for_setting(ctx)
    if caller.profile.session_model != "am_pm":
        return ""
    day = moment.astimezone(LONDON).date()
    for slot in caller.sessions(day, [Placement(0, 0, "", day, None)]).get(0, ()):
        closes = rules.closes_at(slot, moment)
        if slot.closes and closes and rules.opens_at(slot, moment) <= moment < closes:
            return f"{slot.label} register closes {slot.closes:%H:%M}"
    return ""


__all__ = ["board", "clock_line", "index", "init_board", "register_now", "remind"]
