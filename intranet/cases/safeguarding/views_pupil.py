"""The professionals of a pupil: who works with it and of what they are told (tier T3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request

from intranet import store
from intranet.cases.safeguarding import professionals
from intranet.cases.safeguarding.forms import PressForm, ProfessionalForm, press
from intranet.cases.safeguarding.views import again, blueprint
from intranet.errors import NotFound, Refused
from intranet.people import current_actor
from intranet.pupils.access import access_pupil
from intranet.web.kit import allow, now, respond, say_next, see_other

PAGE = "/pupils/<int:pupil_id>/professionals/"
FORM = "safeguarding/professional.html"


@blueprint.get(PAGE)
@allow("pupil:sensitive")
def working(setting_id: int, pupil_id: int) -> Response:
    """List the professionals of a pupil, past ones too."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, now().date())
    with store.connection() as conn:
        found = professionals.of_pupil(conn, setting_id, pupil_id)
    shown: dict[str, Any] = {"pupil": pupil, "working": found, "told_in_words": professionals.told_in_words, "on": now().date(), "press": press}
    return respond("safeguarding/professionals.html", **shown)


@blueprint.route(PAGE + "add/", methods=["GET", "POST"])
@allow("pupil:sensitive")
def add_professional(setting_id: int, pupil_id: int) -> Response:
    """Add a professional of a pupil."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, now().date())
    form = ProfessionalForm(data=None if request.method == "POST" else {"first": now().date()})
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, pupil=pupil)
    try:
        professionals.add(setting_id, pupil_id, _draft(form), actor=current_actor(), now=now(), request_id=form.request_id)
    except Refused as refused:
        return again(FORM, form, refused, pupil=pupil)
    say_next("Professional added.")
    return see_other("safeguarding.working", setting_id=setting_id, pupil_id=pupil_id)


def _draft(form: ProfessionalForm) -> professionals.Draft:
    return professionals.Draft(
        form.kind.data, form.name.data or "", form.organisation.data or "", form.phone.data or "", form.email.data or "", form.source.data or "",
        tuple(form.told.data or ()), form.first.data or date.min, form.last.data,
    )  # fmt: skip


@blueprint.post(PAGE + "end/")
@allow("pupil:sensitive")
def end_professional(setting_id: int, pupil_id: int) -> Response:
    """End a professional's work with a pupil today."""
    access_pupil(current_actor(), setting_id, pupil_id, now().date())
    form = PressForm()
    form.refuse_unless_good()
    if not form.item.data:
        raise NotFound
    professionals.end(setting_id, pupil_id, form.item.data, now().date(), actor=current_actor(), now=now())
    return see_other("safeguarding.working", setting_id=setting_id, pupil_id=pupil_id)
