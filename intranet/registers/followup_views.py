"""The pages of following absences up: the day's list, tries and decisions, and the weekly chase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.law.sessions import day_range
from intranet.law.words import listed
from intranet.people import current_actor
from intranet.pupils.access import access_pupil
from intranet.registers import followup_chase as chasing
from intranet.registers import followup_reports as reports
from intranet.registers import followup_rules as rules
from intranet.registers.access import refuse_bad
from intranet.registers.followup import follow_up
from intranet.registers.followup_forms import DecideForm, LogForm, NoteForm, SettleForm
from intranet.registers.followup_logging import Call, Logged, decide, log
from intranet.registers.followup_prompts import prompts
from intranet.registers.followup_reading import unexplained, unread
from intranet.registers.values import MarksRefused
from intranet.registers.views import place
from intranet.settings.context import context
from intranet.web.kit import SlotPart, allow, clock_time, now, plural, respond, say_next, see_other

blueprint = Blueprint("followup", __name__, url_prefix="/settings/<int:setting_id>/follow-up")
NO_DAY = "There is no such day to follow up. Choose one with the arrows."


@blueprint.get("/")
@allow("followup:read")
def index(setting_id: int) -> Response:
    """Show a day's unexplained absences, the most urgent first."""
    return listed_page(setting_id, day_of_form(setting_id, request.args.get("day", "")))


def day_of_form(setting_id: int, text: str | None) -> date:
    """Return the day somebody asked for, today by default; raise NotFound for one that is none, before any term or still to come."""
    today, periods = now().date(), context(setting_id).calendar.periods
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        raise NotFound(NO_DAY) from None
    if found > today or (periods and found < periods[0].first) or (not periods and found != today):
        raise NotFound(NO_DAY)
    return found


def listed_page(setting_id: int, day: date, status: int = 200, **more: Any) -> Response:
    """Return the list, with a refusal and what was typed where there is one."""
    (ctx, caller), actor, moment = place(setting_id), current_actor(), now()
    with store.connection() as conn:
        found = follow_up(conn, ctx, caller, actor, day, moment)
        asked = prompts(conn, ctx, caller, day)
    values: Mapping[str, Any] = {
        "page": found, "prompts": asked, "words": caller.words, "setting_id": setting_id, "today": moment.date(), "reasons": rules.reasons(),
        "outcomes": [row for row in rules.data()["outcomes"] if row["key"] in rules.CALLS], "form": LogForm(formdata=None), "problem": None,
        "typed": {}, "by_hand": bool(caller.setting.calendar.is_school_day(day)),
    }  # fmt: skip
    return respond("followup/index.html", None, status, **{**values, **more})


def refused_page(setting_id: int, day: date, refused: Refused, pupil_id: int, note: str) -> Response:
    """Return the list with what stands against it, and what was typed."""
    return listed_page(setting_id, day, 422, problem=refused, typed={pupil_id: note})


def back(setting_id: int, day: date, pupil_id: int) -> Response:
    """Return the way back to a pupil's place in the list."""
    which = {} if day == now().date() else {"day": day.isoformat()}
    return see_other("followup.index", setting_id=setting_id, _anchor=f"pupil-{pupil_id}", **which)


def card(_slot: str, values: dict[str, Any]) -> Iterable[SlotPart]:
    """Return the first page's card on absences to follow up; two statements, and nothing where there are none."""
    setting_id, actor = values["setting_id"], current_actor()
    if not actor.may("followup:read", setting_id):
        return
    _, caller = place(setting_id)
    with store.connection() as conn:
        away = {one.pupil_id for one in unexplained(conn, setting_id, caller, *day_range(now().date(), now().date()))}
        messages = len(unread(conn, setting_id))
    if away or messages:
        yield SlotPart("followup/_card.html", {"away": len(away), "unread": messages, "words": caller.words}, order=1)


# ------------------------------------------------------------------ tries and decisions


@blueprint.post("/<int:pupil_id>/log/")
@allow("followup:write")
def log_try(setting_id: int, pupil_id: int) -> Response:
    """Store a try and what follows from it."""
    access_pupil(current_actor(), setting_id, pupil_id, now().date())
    (ctx, caller), form = place(setting_id), LogForm()
    day = day_of_form(setting_id, form.day.data)
    try:
        form.refuse_unless_good()
        call = Call(form.outcome.data or "", number(form.contact.data), form.reason.data or "", form.note.data or "", form.concern.data)
        done = log(ctx, caller, current_actor(), pupil_id, day, call, form.drawn_position, form.request_id, now())
    except Refused as refused:
        return refused_page(setting_id, day, refused, pupil_id, form.note.data or "")
    say_next(logged_words(done, call))
    return back(setting_id, day, pupil_id)


def number(text: str | None) -> int | None:
    """Return the id in a hidden field; None when it is empty, NotFound when it is none."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise NotFound("There is no such contact. Open the list again.")
    return int(text)


def logged_words(done: Logged, call: Call) -> str:
    """Return what a try led to, without a name."""
    said = [f"{rules.outcome_label(call.outcome)}, logged {clock_time(now())}."]
    if done.told:
        said.append(f"Told: {listed(done.told)}.")
    if done.amended:
        said.append(f"{plural(done.amended, 'mark')} amended.")
    if done.waits_for:
        said.append(f"The reason waits for {done.waits_for}.")
    return " ".join([*said, done.problem]).strip()


@blueprint.post("/<int:pupil_id>/decide/")
@allow("register:amend")
def decide_code(setting_id: int, pupil_id: int) -> Response:
    """Amend the day's unexplained marks to a decision."""
    access_pupil(current_actor(), setting_id, pupil_id, now().date())
    (ctx, caller), form = place(setting_id), DecideForm()
    day = day_of_form(setting_id, form.day.data)
    try:
        form.refuse_unless_good()
        done = decide(ctx, caller, current_actor(), pupil_id, day, form.symbol.data or "", form.note.data or "", form.decided_by.data or "",
                      form.drawn_position, form.request_id, now())  # fmt: skip
    except (MarksRefused, Refused) as refused:
        return refused_page(setting_id, day, refused, pupil_id, form.note.data or "")
    say_next(f"{plural(done, 'mark')} amended." if done else "Somebody else changed the mark first, so it was left as it is.")
    return back(setting_id, day, pupil_id)


@blueprint.post("/<int:pupil_id>/hold/")
@allow("followup:hold")
def hold(setting_id: int, pupil_id: int) -> Response:
    """Let nobody ring a home, or let people ring it again."""
    access_pupil(current_actor(), setting_id, pupil_id, now().date())
    (ctx, _), form = place(setting_id), NoteForm()
    form.refuse_unless_good()
    if form.note.data == "lift":
        reports.lift(ctx, current_actor(), pupil_id, now())
    else:
        reports.hold(ctx, current_actor(), pupil_id, form.request_id, now())
    say_next("Calls go on." if form.note.data == "lift" else "Nobody rings this home until you lift it.")
    return back(setting_id, now().date(), pupil_id)


# ------------------------------------------------------------------ the weekly chase


@blueprint.get("/chase/")
@allow("followup:read")
def chase(setting_id: int) -> Response:
    """Show every mark without a reason, the oldest first."""
    return chase_page(setting_id)


def chase_page(setting_id: int, status: int = 200, **more: Any) -> Response:
    """Return the chase, with the focus in the first row or in the one that was refused."""
    ctx, caller = place(setting_id)
    with store.connection() as conn:
        rows = chasing.open_marks(conn, ctx, caller, now())
    values = {"rows": rows, "words": caller.words, "setting_id": setting_id, "reasons": rules.reasons(), "problem": None, "wrong": "", "typed": ("", "")}
    at = min(number(request.args.get("row")) or 0, len(rows) - 1)
    focus = more.get("wrong") or (rows[at].key if rows else "")
    return respond("followup/chase.html", None, status, form=SettleForm(formdata=None), **{**values, **more}, focus=focus)


@blueprint.post("/chase/<int:session_no>/<int:pupil_id>/")
@allow("register:amend")
def settle(setting_id: int, session_no: int, pupil_id: int) -> Response:
    """Settle one row and go to the next."""
    refuse_bad(session_no)
    access_pupil(current_actor(), setting_id, pupil_id, now().date())
    (ctx, caller), form = place(setting_id), SettleForm()
    key = f"{session_no}-{pupil_id}"
    try:
        form.refuse_unless_good()
        waits = chasing.settle(ctx, caller, current_actor(), session_no, pupil_id, form.reason.data or "", form.note.data or "", form.drawn_position,
                               form.request_id, now())  # fmt: skip
    except (MarksRefused, Refused) as refused:
        return chase_page(setting_id, 422, problem=refused, wrong=key, typed=(form.reason.data or "", form.note.data or ""))
    say_next(f"Kept. The reason waits for {waits}." if waits else "Mark amended. The original stays with it.")
    return see_other("followup.chase", setting_id=setting_id, row=(number(form.place.data) or 0) + (1 if waits else 0))
