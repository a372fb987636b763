"""The pages of one mark and of a register's past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request

from intranet import store
from intranet.clock import LONDON
from intranet.errors import Refused
from intranet.people import current_actor
from intranet.registers import history, rules, service
from intranet.registers.access import refuse_unseen
from intranet.registers.amending import Amendable, title
from intranet.registers.forms import AmendForm
from intranet.registers.page import enterable, shown
from intranet.registers.reading import Sheet, read_sheet
from intranet.registers.values import MarksRefused
from intranet.registers.views import REGISTER, blueprint, place
from intranet.web.kit import allow, now, respond, say_next, see_other

AMEND = "/registers/amend/<int:session_no>/<int:pupil_id>/"
VIEWS = {"stands": "As it stands", "stood": "As it stood", "known": "As it was known"}


@blueprint.route(AMEND, methods=["GET", "POST"])
@allow("register:amend")
def amend(setting_id: int, session_no: int, pupil_id: int) -> Response:
    """Show a mark with its past and the form to amend it, or store the amendment."""
    ctx, caller = place(setting_id)
    found = service.read_mark(ctx, caller, session_no, pupil_id, current_actor())
    form = AmendForm(drawn=found.mark.position) if request.method == "GET" else AmendForm()
    form.mark.choices = [("", "Choose a mark")] + [(code.symbol, f"{code.symbol}  {code.name}") for code in enterable(caller, found.sheet)]
    if form.validate_on_submit():
        try:
            return _amended(setting_id, session_no, pupil_id, form, found)
        except MarksRefused as refused:
            form.refused = refused
            form.mark.errors = [*form.mark.errors, next(iter(refused.rows.values()))]
        except Refused as refused:
            form.take(refused)
    return _amend_page(setting_id, found, form, 422 if request.method == "POST" else 200)


def _amended(setting_id: int, session_no: int, pupil_id: int, form: AmendForm, found: Amendable) -> Response:
    ctx, caller = place(setting_id)
    typed = (form.minutes.data or "").strip()
    minutes = int(typed) if typed else None
    outcome = service.amend(
        ctx, caller, session_no, pupil_id, form.mark.data, minutes, form.note.data or None, form.reason.data or "", form.drawn_position,
        form.request_id, current_actor(), now(),
    )  # fmt: skip
    if outcome.conflicts:
        again = service.read_mark(ctx, caller, session_no, pupil_id, current_actor())
        form.drawn.data = again.mark.position
        return _amend_page(setting_id, again, form, 409, conflict=outcome.conflicts[0])
    say_next("Mark amended. The original stays with it.")
    return see_other("registers.register", setting_id=setting_id, session_no=session_no, group_id=found.sheet.group.id)


def _amend_page(setting_id: int, found: Amendable, form: AmendForm, status: int, conflict: Any = None) -> Response:
    _, caller = place(setting_id)
    number = found.sheet.session_no
    with store.connection() as conn:
        changes = history.trail(conn, setting_id, caller, [number], found.sheet.group.id, [found.one.pupil_id])
    return respond(
        "registers/amend.html", None, status, form=form, name=rules.whole_name(found.one.family, found.one.given), title=title(found.sheet),
        mark=shown(caller, found.mark), changes=changes, conflict=conflict, setting_id=setting_id, session_no=number,
        group_id=found.sheet.group.id,
    )  # fmt: skip


@blueprint.get(f"{REGISTER}history/", endpoint="history")
@allow("register:read")
def history_of(setting_id: int, session_no: int, group_id: int) -> Response:
    """Show a register as it stands, as it stood or as it was known at a time, with every amendment."""
    ctx, caller = place(setting_id)
    with store.connection() as conn:
        sheet = read_sheet(conn, ctx, caller, session_no, group_id)
        refuse_unseen(current_actor(), setting_id, sheet.group)
        changes = history.trail(conn, setting_id, caller, [session_no], group_id, [one.pupil_id for one in sheet.roll])
    view = request.args.get("view", "stands")
    view = view if view in VIEWS else "stands"
    moment, problem = _moment(request.args.get("at", ""), sheet)
    stood = history.standing(changes, view, moment)  # type: ignore[arg-type]
    return respond(
        "registers/history.html", None, 422 if problem else 200, sheet=sheet, title=title(sheet), changes=changes, view=view, views=VIEWS,
        moment=moment, problem=problem, typed=request.args.get("at", ""), setting_id=setting_id, name=rules.whole_name,
        marks={pupil: change for (_, pupil), change in stood.items()},
    )  # fmt: skip


def _moment(text: str, sheet: Sheet) -> tuple[datetime, str]:
    """Return the moment asked for and a sentence when it could not be read; now when none was asked for."""
    if not text:
        return now(), ""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now(), f"As of “{text[:30]}” is not a day and time. Enter one like {sheet.day.isoformat()}T09:30."
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)), ""

