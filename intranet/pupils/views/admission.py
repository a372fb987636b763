"""Admitting a pupil."""

from __future__ import annotations

from flask import Response, request

from intranet import store
from intranet.errors import Refused
from intranet.people import current_actor
from intranet.pupils.access import access_group
from intranet.pupils.admission import admit
from intranet.pupils.forms import AdmitForm
from intranet.pupils.roll import groups
from intranet.pupils.views.blueprint import blueprint, here, show_again
from intranet.web.kit import allow, now, respond, say_next, see_other, today

PAGE = "pupils/admit.html"


@blueprint.route("/pupils/admit/", methods=["GET", "POST"])
@allow("roll:admit")
def admission(setting_id: int) -> Response:
    """Enter a name in the admission register from the agreed starting day."""
    ctx, caller = here(setting_id)
    form = _form(setting_id, [(model.key, model.label) for model in caller.catalogue.placement_models])
    if request.method == "GET" or not form.validate():
        return respond(PAGE, status=200 if request.method == "GET" else 422, form=form)
    draft = form.draft()
    if draft.group_id is not None:
        access_group(current_actor(), setting_id, draft.group_id, draft.starting_day or today())
    try:
        done = admit(ctx, caller, draft, actor=current_actor(), now=now(), request_id=form.request_id)
    except Refused as refused:
        return show_again(PAGE, form, refused)
    say_next("Admitted. Read the warnings on this page." if done.warnings else "Admitted.")
    return see_other("pupils.show", setting_id=setting_id, pupil_id=done.pupil_id)


def _form(setting_id: int, models: list[tuple[str, str]]) -> AdmitForm:
    form = AdmitForm()
    with store.connection() as conn:
        form.offer_choices(models, [(group.id, group.name) for group in groups(conn, setting_id, today())])
    return form
