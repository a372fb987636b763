"""The policy page itself, and the setting's own values for parameters."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import can, current_actor
from intranet.people.forms import given
from intranet.people.service import names
from intranet.settings import policy, policy_values, service
from intranet.settings.context import context
from intranet.settings.forms import EndValueForm, HouseValueForm
from intranet.settings.views import blueprint
from intranet.settings.views_policy import show
from intranet.settings.views_policy_people import known_part
from intranet.web.kit import allow, now, respond, say_next, see_other


@blueprint.get("/policy/")
@allow("policy:read")
def policy_page(setting_id: int) -> Response:
    """Show the document, the parameters in force, where each comes from, and what conflicts."""
    ctx, on = context(setting_id), now().date()
    every, few = policy.topics(ctx, on), request.args.get("show") == "attention"
    topics = policy.needing_attention(every) if few else every
    with store.connection() as conn:
        people = names(conn, {v.author_id for v in ctx.house_values if v.author_id})
    return show(setting_id, "settings/policy.html", topics=topics, few=few, warnings=policy.warnings(every), conflicts=policy.shown_conflicts(ctx), on=on,
                people=people, laws=policy.passed(ctx, on), may_write=can("policy:write", setting_id), **known_part(ctx))  # fmt: skip


@blueprint.route("/policy/<string:key>/", methods=["GET", "POST"])
@allow("policy:write")
def house_value(setting_id: int, key: str) -> Response:
    """Show one parameter with the form for the setting's own value, or store that value."""
    ctx, form, at = context(setting_id), HouseValueForm(), now()
    line = policy.line_of(ctx, key, at.date())
    if not form.validate_on_submit():
        return respond("settings/house_value.html", status=422 if form.is_submitted() else 200, form=form, setting=ctx, line=line,
                       reasons=policy.why(ctx, key, at.date()))  # fmt: skip
    try:
        value = policy_values.read_value(ctx, key, given(form.value.data), given(form.first.data))
    except Refused as refused:
        form.take(refused)
        return respond("settings/house_value.html", status=422, form=form, setting=ctx, line=line,
                       reasons=policy.why(ctx, key, at.date()))  # fmt: skip
    _store_value(setting_id, key, value, form)
    say_next(f"House value stored: {line.description or key}.")
    return see_other("settings.policy_page", setting_id=setting_id)


@blueprint.route("/policy/<string:key>/end/<int:value_id>/", methods=["GET", "POST"])
@allow("policy:write")
def end_value(setting_id: int, key: str, value_id: int) -> Response:
    """Show a house value with the form that ends it, or end it."""
    ctx, form = context(setting_id), EndValueForm()
    value = next((v for v in ctx.house_values if v.id == value_id and v.key == key), None)
    if value is None:
        raise NotFound("There is no such house value at this setting. Open the policy page again.")
    if not (form.validate_on_submit() and _ended(setting_id, value_id, form)):
        return respond("settings/end_value.html", status=422 if form.is_submitted() else 200, form=form, setting=ctx, value=value)
    say_next(f"The house value for {key} ends on that day.")
    return see_other("settings.policy_page", setting_id=setting_id)


def _store_value(setting_id: int, key: str, value: Any, form: HouseValueForm) -> None:
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            service.set_house_value(w, setting_id, key, value, given(form.reason.data), given(form.first.data), form.last.data, request_id=form.request_id)
    except store.RequestSeen:
        return  # the same form sent twice: it is stored once


def _ended(setting_id: int, value_id: int, form: EndValueForm) -> bool:
    """Return whether the value was ended; the form says why not."""
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            service.end_house_value(w, setting_id, value_id, given(form.last.data), given(form.reason.data), request_id=form.request_id)
    except store.RequestSeen:
        return True  # the same form sent twice: it ended once
    except Refused as refused:
        form.take(refused)
        return False
    return True
