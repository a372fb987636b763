"""The screen for a school year's term dates: entered or copied, previewed, stored."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import current_actor
from intranet.people.forms import given
from intranet.settings import terms
from intranet.settings.context import SettingContext, context
from intranet.settings.forms import TermsForm
from intranet.web.kit import allow, now, respond, say_next, see_other

blueprint = Blueprint("terms", __name__, url_prefix="/settings/<int:setting_id>/calendar/terms")


@blueprint.get("/<string:year>/")
@allow("calendar:write")
def edit(setting_id: int, year: str) -> Response:
    """Show a year's dates to be changed: the setting's own, or those of another setting to start from."""
    ctx, found, source = context(setting_id), terms.known_year(year), request.args.get("from", "")
    dates, notice = terms.dates_of(ctx.calendar, found), ""
    if source:
        name, copied = _theirs(setting_id, source, found)
        notice = f"These are the dates of {name}. Nothing is stored yet." if copied.periods else f"{name} has no term dates for {found}."
        dates = copied if copied.periods else dates
    return _form(ctx, found, TermsForm.showing(dates), notice=notice)


@blueprint.post("/<string:year>/")
@allow("calendar:write")
def save(setting_id: int, year: str) -> Response:
    """Show what the dates would change, then store them when that was confirmed."""
    ctx, found, form = context(setting_id), terms.known_year(year), TermsForm()
    new = _read(ctx, found, form)
    if new is None:
        return _form(ctx, found, form, 422)
    if not form.confirm.data or form.version.data != ctx.version:
        changed = bool(form.confirm.data)
        return respond("settings/terms_preview.html", status=409 if changed else 200, form=form, setting=ctx, year=found, changed=changed,
                       new=new, lines=terms.changes(ctx, new, now().date()))  # fmt: skip
    _store(ctx, new, form)
    say_next(f"Term dates of {found} stored. Every count and deadline uses them from now on.")
    return see_other("settings.calendar_of_year", setting_id=setting_id, year=found)


def _read(ctx: SettingContext, year: str, form: TermsForm) -> terms.YearDates | None:
    """Return the dates that were entered, or None with the form saying what cannot be."""
    if not form.validate():
        return None
    try:
        new = terms.read(year, form.pairs(), form.inset.data or "", ctx.calendar)
        terms.applied(ctx.calendar, new)
    except Refused as refused:
        form.take(refused)
        return None
    return new


def _store(ctx: SettingContext, new: terms.YearDates, form: TermsForm) -> None:
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            terms.store_year(w, ctx, new, request_id=form.request_id, version=given(form.version.data))
    except store.RequestSeen:
        return  # the same form sent twice: it is stored once


def _theirs(setting_id: int, source: str, year: str) -> tuple[str, terms.YearDates]:
    """Return another setting's name and its dates; raise NotFound where this person may not read its calendar."""
    row = next((row for row in _others(setting_id) if str(row.id) == source), None)
    if row is None:
        raise NotFound()
    with store.scope([row.id]):
        return row.name, terms.dates_of(context(row.id).calendar, year)


def _others(setting_id: int) -> list[Any]:
    actor = current_actor()
    return [row for row in actor.settings if row.id != setting_id and actor.may("policy:read", row.id)]


def _form(ctx: SettingContext, year: str, form: TermsForm, status: int = 200, notice: str = "") -> Response:
    return respond("settings/terms.html", status=status, form=form, setting=ctx, year=year, notice=notice, names=terms.NAMES, others=_others(ctx.id))
