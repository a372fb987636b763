"""Merging a duplicate: choose, look, confirm."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import Refused
from intranet.people import current_actor
from intranet.pupils import merging, search
from intranet.pupils.access import KnownPupil, access_pupil, known
from intranet.pupils.forms import MergeForm
from intranet.pupils.views.blueprint import blueprint, here, show_again
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, today

PAGE = "pupils/merge.html"


@blueprint.route("/pupils/<int:pupil_id>/merge/", methods=["GET", "POST"])
@allow("roll:merge")
def merge_pupil(setting_id: int, pupil_id: int) -> Response:
    """Show what merging a duplicate into this pupil would do, then do it."""
    pupil, (ctx, caller) = access_pupil(current_actor(), setting_id, pupil_id, today()), here(setting_id)
    form = _form(setting_id, pupil)
    values: dict[str, Any] = {"pupil": pupil, "preview": None}
    if request.method == "GET" or not form.validate() or form.duplicate_id.data is None:
        if form.is_submitted() and not form.errors:
            form.duplicate_id.errors = ("Duplicate: nothing was chosen. Choose the pupil who is the same child.",)
        return respond(PAGE, status=200 if request.method == "GET" else 422, form=form, **values)
    other = access_pupil(current_actor(), setting_id, form.duplicate_id.data, today())
    values["preview"] = merging.preview(ctx, caller, pupil, other)
    if form.do.data != "merge":
        return respond(PAGE, form=form, **values)
    try:
        merging.merge(
            ctx,
            caller,
            pupil,
            other,
            form.reason.data or "",
            actor=current_actor(),
            now=now(),
            request_id=form.request_id,
        )
    except Refused as refused:
        return show_again(PAGE, form, refused, **values)
    say_next("Merged. Both histories are kept.")
    return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil_id)


def _form(setting_id: int, pupil: KnownPupil) -> MergeForm:
    """Return the form with those of the setting who could be the same child: the family or given name is alike."""
    form = MergeForm()
    with store.connection() as conn:
        others = [
            other for other in known(conn, setting_id, today()) if other.id != pupil.id and other.merged_into is None
        ]
    alike = [other for other in others if search.alike(other.shown_name, pupil.shown_name)]
    shown = alike or others
    form.duplicate_id.choices = choices(
        (
            (other.id, f"{other.shown_name}, {other.group_name or 'no class'}, number {other.id}")
            for other in search.ordered(shown)
        ),
        blank="Choose the duplicate",
    )
    return form
