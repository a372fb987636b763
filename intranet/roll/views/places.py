"""Ending a place at a setting without a register of its own, and suspensions with what is provided from the sixth day."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from intranet import store
from intranet.roll import endings, exclusions
from intranet.roll.facts import on_our_roll
from intranet.roll.forms import EndForm, ProvisionForm, SuspensionForm
from intranet.roll.views.blueprint import Here, at, blueprint, done
from intranet.web.kit import allow, respond, see_other
from intranet.web.why import of_answer


@blueprint.route("/pupils/<int:pupil_id>/end-place/", methods=["GET", "POST"])
@allow("roll:prepare")
def end_place(setting_id: int, pupil_id: int) -> Response:
    """End a place here; nothing is deleted, and who commissioned it is told."""
    here, form = at(setting_id, pupil_id), EndForm()
    facts = here.facts()
    if here.pupil.left_on is not None:
        return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil_id)
    if on_our_roll(here.ctx, here.caller, facts.pupil):
        return see_other("roll.off_roll", setting_id=setting_id, pupil_id=pupil_id)
    if request.method == "POST":
        act = here.act(form, endings.end, form.last.data, form.reason.data or "")
        answer = done(form, act, "The place ends. Tell its owner now.", "roll.returns", setting_id=setting_id)
        if answer is not None:
            return answer
    status = 200 if request.method == "GET" else 422
    return respond("roll/end.html", status=status, pupil=here.pupil, form=form, owners=endings.owners(here.ctx, here.caller, facts.pupil))


@blueprint.route("/pupils/<int:pupil_id>/suspensions/", methods=["GET", "POST"])
@allow("roll:exclude")
def suspensions(setting_id: int, pupil_id: int) -> Response:
    """List a pupil's suspensions and exclusions, and record another."""
    here, form = at(setting_id, pupil_id), SuspensionForm()
    if request.method == "POST":
        act = here.act(form, exclusions.record, _new(form))
        answer = done(form, act, "Recorded. Registers will propose E.", "roll.suspensions", setting_id=setting_id, pupil_id=pupil_id)
        if answer is not None:
            return answer
    return _shown(here, form, ProvisionForm(formdata=None), 200 if request.method == "GET" else 422)


def _new(form: SuspensionForm) -> exclusions.New:
    unless = {"examinations_over": form.examinations_over.data, "plan_limits_hours": form.plan_limits_hours.data}
    return exclusions.New(form.first.data or date.min, form.days.data, form.permanent.data, form.reason.data or "", **unless)


def _shown(here: Here, form: SuspensionForm, provision: ProvisionForm, status: int) -> Response:
    with store.connection() as conn:
        found = exclusions.of_pupil(conn, here.ctx, here.caller, here.pupil.id)
    whys = {one.id: of_answer(one.answer, marks={}, codes=here.caller.codes, parameters=here.caller.parameters, of="education from then") for one in found}
    return respond("roll/suspensions.html", status=status, pupil=here.pupil, form=form, provision=provision, found=found, whys=whys)


@blueprint.post("/pupils/<int:pupil_id>/suspensions/provision/")
@allow("roll:exclude")
def provide(setting_id: int, pupil_id: int) -> Response:
    """Record the education from the sixth day."""
    here, form = at(setting_id, pupil_id), ProvisionForm()
    act = here.act(form, exclusions.provide, _provided(form))
    answer = done(form, act, "Recorded.", "roll.suspensions", setting_id=setting_id, pupil_id=pupil_id)
    return answer or _shown(here, SuspensionForm(formdata=None), form, 422)


def _provided(form: ProvisionForm) -> exclusions.Provided:
    begins, where = form.provided_from.data or date.min, form.place.data or ""
    return exclusions.Provided(form.suspension.data or 0, begins, form.provider.data or "", where, form.full_time.data)
