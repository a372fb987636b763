"""The calendar of a setting and its closing days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy import select

from intranet import store
from intranet.errors import Conflict, NotFound
from intranet.people import access_setting, can, current_actor
from intranet.people.forms import given
from intranet.settings import month_view, preview, service, terms, views_opening, views_terms
from intranet.settings.context import context, has_code
from intranet.settings.forms import CloseForm, WithdrawForm
from intranet.settings.models import ClosureRow
from intranet.web.kit import NavItem, allow, choices, now, respond, say_next, see_other

blueprint = Blueprint("settings", __name__, url_prefix="/settings/<int:setting_id>")


def init_views(app: Flask) -> None:
    """Give the app the pages and their places in the navigation."""
    from intranet.settings import views_policy, views_policy_people, views_values  # noqa: F401 (they add their routes to the blueprints)

    app.register_blueprint(blueprint)
    app.register_blueprint(views_terms.blueprint)
    app.register_blueprint(views_policy.blueprint)
    app.register_blueprint(views_opening.blueprint)
    app.extensions["daymark.navigation"].add(
        NavItem("Calendar", "settings.calendar", "policy:read", 85, under="settings.policy_page"),
        NavItem("Policy", "settings.policy_page", "policy:read", 80),
    )


@blueprint.get("/calendar/")
@allow("policy:read")
def calendar(setting_id: int) -> Response:
    """Show this school year's terms, INSET days, bank holidays and closures by month."""
    return _calendar(setting_id, context(setting_id).calendar.school_year(now().date()))


@blueprint.get("/calendar/<string:year>/")
@allow("policy:read")
def calendar_of_year(setting_id: int, year: str) -> Response:
    """Show another school year's calendar."""
    return _calendar(setting_id, year)


@blueprint.route("/close/", methods=["GET", "POST"])
@allow("calendar:write")
def close(setting_id: int) -> Response:
    """Show the form, then what the closure would change, then store it when confirmed."""
    ctx, form = context(setting_id), CloseForm()
    form.group.choices = choices(_groups(setting_id), blank="Everybody")
    form.name_codes(lambda symbol: has_code(ctx, symbol, now().date()))
    if not form.validate_on_submit():
        return respond("settings/close.html", status=422 if form.is_submitted() else 200, form=form, setting=ctx, lines=None)
    new = form.closure()
    if not form.confirm.data or form.version.data != ctx.version:
        changed = bool(form.confirm.data)
        return respond("settings/close_preview.html", status=409 if changed else 200, form=form, setting=ctx, new=new,
                       lines=preview.of_closing(ctx, new), reasons=preview.why_closing(ctx, new), changed=changed,
                       groups=dict(_groups(setting_id)))  # fmt: skip
    _store_closure(setting_id, new, form)
    say_next(f"Closed: {new.label}. The calendar and every deadline count it from now on.")
    return see_other("settings.calendar", setting_id=setting_id)


@blueprint.route("/closures/<int:closure_id>/withdraw/", methods=["GET", "POST"])
@allow("calendar:write")
def withdraw(setting_id: int, closure_id: int) -> Response:
    """Show what withdrawing would change, or withdraw."""
    form, ctx, row, at = WithdrawForm(), context(setting_id), _closure(setting_id, closure_id), now()
    if not form.validate_on_submit():
        old = service.NewClosure(row.first, row.last, row.kind, row.label, row.planned, row.session_key, row.group_id)
        status = 422 if form.is_submitted() else 200
        return respond("settings/withdraw.html", status=status, form=form, setting=ctx, closure=row, lines=preview.of_withdrawing(ctx, old),
                       reasons=preview.why_withdrawing(ctx, old))  # fmt: skip
    with store.writing(now=at, actor_id=current_actor().account_id) as w:
        service.withdraw(w, setting_id, closure_id, given(form.reason.data), request_id=form.request_id)
    say_next(f"Withdrawn: {row.label}. The days count as before.")
    return see_other("settings.calendar", setting_id=setting_id)


def _calendar(setting_id: int, year: str) -> Response:
    ctx = context(setting_id)
    years = list(dict.fromkeys(period.year for period in ctx.calendar.periods))
    if years and year not in years:
        raise NotFound(f"There are no term dates for “{year}”. The calendar has {', '.join(years)}.")
    with store.connection() as conn:
        closures = service.standing(conn, setting_id)
    months = month_view.months(ctx.calendar, closures, year) if years else []
    return respond("settings/calendar.html", setting=access_setting(setting_id), ctx=ctx, year=year, years=years, months=months,
                   coming=terms.next_year(years or [ctx.calendar.school_year(now().date())]),
                   terms=[p for p in ctx.calendar.periods if p.year == year], may_close=can("calendar:write", setting_id))  # fmt: skip


def _store_closure(setting_id: int, new: service.NewClosure, form: CloseForm) -> None:
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            service.close(w, setting_id, new, request_id=form.request_id, version=form.version.data)
    except store.RequestSeen:
        return  # the same form sent twice: it is stored once


def _closure(setting_id: int, closure_id: int) -> Any:
    query = select(ClosureRow.__table__).where(ClosureRow.setting_id == setting_id, ClosureRow.id == closure_id)
    with store.connection() as conn:
        row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such closure at this setting. Open the calendar again.")
    if row.withdrawn_position is not None:
        raise Conflict([], f"The closure “{row.label}” has been withdrawn already. Nothing was changed.")
    return row


def _groups(setting_id: int) -> Sequence[tuple[int, str]]:
    """Return the classes that can be closed alone (id, name), as the pupils room knows them."""
    known = current_app.extensions.get("daymark.groups")
    return list(known(setting_id, now().date())) if known else []
