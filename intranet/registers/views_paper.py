"""Printed registers, and registers that come back from paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request

from intranet import store
from intranet.clock import LONDON
from intranet.errors import Refused
from intranet.extension import host
from intranet.law.sessions import day_of
from intranet.people import current_actor
from intranet.pupils import service as pupils
from intranet.registers import paper, rules, service
from intranet.registers.access import refuse_unseen, refuse_untaken
from intranet.registers.desk_forms import PaperForm, PrintForm
from intranet.registers.reading import Sheet, read_sheet, require_session
from intranet.registers.values import Entry, MarksRefused, Outcome, Paper
from intranet.registers.views_desk import blueprint
from intranet.settings.context import SettingContext, context
from intranet.web.kit import allow, now, respond, say_next, see_other, today


@blueprint.get("/registers/print/<int:group_id>/")
@allow("print:read")
def print_register(setting_id: int, group_id: int) -> Response:
    """Show a class's register of a week or half-term as sheets of paper, after a form that says which."""
    ctx = context(setting_id)
    form = PrintForm(request.args, data={"day": today()}, meta={"csrf": False}) if request.args else PrintForm(None, data={"day": today()})
    day = form.day.data or today()
    group = pupils.access_group(current_actor(), setting_id, group_id, day if request.args else today())
    values: dict[str, Any] = {"group": group, "form": form, "sheets": (), "words": host.for_setting(ctx).words, "filled": form.kind.data == "filled"}
    if not request.args or not form.validate():
        return respond("desk/print.html", status=422 if request.args else 200, **values)
    try:
        values["sheets"] = _sheets(ctx, group, form)
    except Refused as refused:
        form.take(refused)
        return respond("desk/print.html", status=422, **values)
    return respond("desk/print.html", **values)


def _sheets(ctx: SettingContext, group: Any, form: PrintForm) -> list[paper.Sheet]:
    first, last = paper.span(ctx, form.day.data or today(), form.whole.data)
    with store.connection() as conn:
        return paper.sheets(conn, ctx, host.for_setting(ctx), group, first, last, filled=form.kind.data == "filled")


@blueprint.route("/registers/<int:session_no>/<int:group_id>/paper/", methods=["GET", "POST"])
@allow("desk:write")
def from_paper(setting_id: int, session_no: int, group_id: int) -> Response:
    """Enter a register that was taken on paper: who took it and when, then its marks."""
    ctx, form = context(setting_id), PaperForm()
    sheet = _sheet(ctx, session_no, group_id)
    if request.method == "GET":
        return _form(sheet, PaperForm(formdata=None), 200)
    try:
        outcome = _save(ctx, sheet, form)
    except Refused as refused:
        form.take(refused)
        return _form(sheet, form, 422, refused)
    if outcome.conflicts:
        return _form(_sheet(ctx, session_no, group_id), form, 409, conflicts=outcome.conflicts)
    say_next(f"Entered from paper: {len(outcome.saved)} marks.")
    return see_other("registers.register", setting_id=setting_id, session_no=session_no, group_id=group_id)


def _sheet(ctx: SettingContext, number: int, group_id: int) -> Sheet:
    """Return a register this person may see and take; raise NotFound or NotAllowed otherwise."""
    with store.connection() as conn:
        sheet = read_sheet(conn, ctx, host.for_setting(ctx), number, group_id)
    refuse_unseen(current_actor(), ctx.id, sheet.group)
    refuse_untaken(current_actor(), ctx.id, sheet.group)
    require_session(sheet)
    return sheet


def _save(ctx: SettingContext, sheet: Sheet, form: PaperForm) -> Outcome:
    """Store the sheet's marks as from paper; raise Refused, MarksRefused with everything typed kept."""
    if not form.validate() or form.paper_at.data is None:
        raise Refused("Paper register", None, "who took it and when are needed", "Enter the name and the time on the sheet")
    taken = Paper((form.paper_by.data or "").strip(), datetime.combine(day_of(sheet.session_no), form.paper_at.data, LONDON))
    entries = rules.read_entries(request.form, rules.read_shown(form.shown.data or ""))
    if not entries:
        raise Refused("Paper register", None, "no mark was entered", "Enter the marks on the sheet")
    return service.save(
        ctx, host.for_setting(ctx), sheet.session_no, sheet.group.id, entries, form.drawn_position, form.request_id, current_actor(), now(),
        paper=taken, reason=form.reason.data or "",
    )  # fmt: skip


def _form(sheet: Sheet, form: PaperForm, status: int, refused: Refused | None = None, conflicts: Any = ()) -> Response:
    caller = host.for_setting(context(request.view_args["setting_id"] if request.view_args else 0))
    typed = rules.as_typed(request.form) if request.method == "POST" else {}
    stands = {pupil: caller.entered_symbol(caller.codes.symbol(mark.code_id) or "") for pupil, mark in sheet.marks.items()}
    shown = {p: rules.shown_of(stands[p], mark.minutes, mark.note) for p, mark in sheet.marks.items()}
    if request.method == "GET" or conflicts:
        form.shown.data = ";".join(one.write(pupil) for pupil, one in shown.items())
        form.drawn.raw_data, form.drawn.data = None, max((mark.position for mark in sheet.marks.values()), default=0)
    rows = [(one, typed.get(one.pupil_id) or _entry(one.pupil_id, sheet, stands)) for one in sheet.due]
    problems = refused.rows if isinstance(refused, MarksRefused) else {}
    values = {"sheet": sheet, "form": form, "rows": rows, "problems": problems, "conflicts": conflicts, "codes": tuple(caller.codes.on(sheet.day))}
    return respond("desk/paper.html", status=status, words=caller.words, **values)


def _entry(pupil_id: int, sheet: Sheet, stands: dict[int, str]) -> Entry:
    """Return what stands for a pupil, to begin with."""
    mark = sheet.marks.get(pupil_id)
    return Entry(pupil_id, stands.get(pupil_id, ""), mark.minutes if mark else None, mark.note if mark else None)
