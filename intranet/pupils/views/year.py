"""The year-end rollover: look at it, change it, do it, undo it."""

from __future__ import annotations

from flask import Response, request

from intranet import store
from intranet.errors import Refused
from intranet.people import current_actor
from intranet.pupils import rollover
from intranet.pupils.forms import RolloverForm, UndoForm
from intranet.pupils.views.blueprint import blueprint, here
from intranet.web.kit import allow, now, respond, say_next, see_other, today

PAGE = "pupils/year.html"


@blueprint.route("/year-end/", methods=["GET", "POST"])
@allow("year:roll")
def year_end(setting_id: int) -> Response:
    """Preview the rollover to the next school year, and carry it out."""
    form = RolloverForm()
    try:
        if request.method == "POST" and form.validate():
            _roll(setting_id, form)
            say_next("Rolled over. It can be undone until the new year starts.")
            return see_other("pupils.year_end", setting_id=setting_id)
    except Refused as refused:
        form.take(refused)
    return _page(setting_id, form, 200 if request.method == "GET" else 422)


def _roll(setting_id: int, form: RolloverForm) -> None:
    ctx, _ = here(setting_id)
    with store.connection() as conn:
        plan = rollover.preview(conn, ctx, today())
    chosen = rollover.changed(plan, set(form.leaver.data or ()), form.names(request.form))
    rollover.roll_over_year(ctx, chosen, actor=current_actor(), now=now(), request_id=form.request_id)


def _page(setting_id: int, form: RolloverForm, status: int) -> Response:
    """Return the page with the plan; without the coming year's dates it says what is missing."""
    ctx, _ = here(setting_id)
    plan = None
    with store.connection() as conn:
        last = rollover.last_rollover(conn, setting_id)
        try:
            plan = rollover.preview(conn, ctx, today())
        except Refused as refused:
            form.take(refused)
    return respond(PAGE, status=status, form=form, plan=plan, last=last, undo=UndoForm(formdata=None), today=today())


@blueprint.post("/year-end/<int:rollover_id>/undo/")
@allow("year:roll")
def undo_year(setting_id: int, rollover_id: int) -> Response:
    """Put everything back as it was before the rollover."""
    UndoForm().refuse_unless_good()
    rollover.undo(setting_id, rollover_id, actor=current_actor(), now=now())
    say_next("The rollover was undone. Classes and year groups are as before.")
    return see_other("pupils.year_end", setting_id=setting_id)
