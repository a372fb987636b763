"""The admission register as at a day, on screen and for an inspector."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from intranet import store
from intranet.extension import host
from intranet.people import current_actor
from intranet.roll import register as service
from intranet.roll.facts import keeps_register
from intranet.roll.forms import DayForm
from intranet.roll.views.blueprint import blueprint
from intranet.settings.service import context
from intranet.web.kit import allow, respond, today


def _day(form: DayForm) -> date:
    """Return the day asked for, today without one."""
    return form.on.data if form.validate() and form.on.data else today()


def _shown(setting_id: int, template: str, *, whole: bool) -> Response:
    ctx, form = context(setting_id), DayForm(request.args)
    with store.connection() as conn:
        page = service.as_at(conn, ctx, _day(form), current_actor(), whole=whole)
    return respond(template, page=page, form=form, setting=ctx, statutory=keeps_register(ctx, host.for_setting(ctx)), status=422 if form.errors else 200)


@blueprint.get("/roll/")
@allow("roll:read")
def register(setting_id: int) -> Response:
    """Show the admission register as at a day."""
    return _shown(setting_id, "roll/register.html", whole=False)


@blueprint.get("/roll/print/")
@allow("roll:read")
def print_register(setting_id: int) -> Response:
    """Show the whole admission register to be printed for an inspector."""
    return _shown(setting_id, "roll/register_print.html", whole=True)
