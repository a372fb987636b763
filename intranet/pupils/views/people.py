"""A pupil's contacts, flags and placements: small forms that each save one thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import current_actor
from intranet.pupils import changes, contacts
from intranet.pupils.access import access_pupil
from intranet.pupils.forms import ContactForm, EndForm, FlagForm, PlacementForm, PressForm, sent_day
from intranet.pupils.views.blueprint import blueprint, here, show_again
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, today

ONE_DAY = timedelta(days=1)
FORM = "pupils/form.html"


@blueprint.route("/pupils/<int:pupil_id>/contacts/add/", methods=["GET", "POST"])
@allow("pupil:write")
def add_contact(setting_id: int, pupil_id: int) -> Response:
    """Add an adult to a pupil's list."""
    pupil, form = access_pupil(current_actor(), setting_id, pupil_id, today()), ContactForm()
    values: dict[str, Any] = {
        "pupil": pupil,
        "heading": "Add a contact",
        "button": "Add contact",
        "back": "pupils.contacts",
    }
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        contacts.add_contact(
            setting_id, pupil_id, form.contact(), actor=current_actor(), now=now(), request_id=form.request_id
        )
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    return see_other("pupils.contacts", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/contacts/<int:contact_id>/", methods=["GET", "POST"])
@allow("pupil:write")
def edit_contact(setting_id: int, pupil_id: int, contact_id: int) -> Response:
    """Change an adult on a pupil's list."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    form = _contact_form(setting_id, pupil_id, contact_id)
    values: dict[str, Any] = {
        "pupil": pupil,
        "heading": "Change a contact",
        "button": "Save contact",
        "back": "pupils.contacts",
    }
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        contacts.amend_contact(setting_id, pupil_id, contact_id, form.contact(), actor=current_actor(), now=now())
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    return see_other("pupils.contacts", setting_id=setting_id, pupil_id=pupil_id)


def _contact_form(setting_id: int, pupil_id: int, contact_id: int) -> ContactForm:
    with store.connection() as conn:
        found = {row["id"]: row for row in contacts.listed(conn, setting_id, pupil_id, today())}
    if contact_id not in found:
        raise NotFound
    row = found[contact_id]
    return ContactForm(data={**row, "phones": ", ".join(phone["number"] for phone in row["phones"])})


@blueprint.post("/pupils/<int:pupil_id>/contacts/<int:contact_id>/end/")
@allow("pupil:write")
def end_contact(setting_id: int, pupil_id: int, contact_id: int) -> Response:
    """Take an adult off a pupil's list from today."""
    access_pupil(current_actor(), setting_id, pupil_id, today())
    PressForm()
    contacts.end_contact(setting_id, pupil_id, contact_id, today() - ONE_DAY, actor=current_actor(), now=now())
    say_next("Contact taken off the list. The history keeps it.")
    return see_other("pupils.contacts", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.post("/pupils/<int:pupil_id>/contacts/<int:contact_id>/first/")
@allow("pupil:write")
def first_contact(setting_id: int, pupil_id: int, contact_id: int) -> Response:
    """Ring this adult one place sooner."""
    access_pupil(current_actor(), setting_id, pupil_id, today())
    PressForm()
    with store.connection() as conn:
        order = [row["id"] for row in contacts.listed(conn, setting_id, pupil_id, today())]
    contacts.order_contacts(setting_id, pupil_id, contacts.sooner(order, contact_id), actor=current_actor(), now=now())
    return see_other("pupils.contacts", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/flags/add/", methods=["GET", "POST"])
@allow("pupil:sensitive")
def add_flag(setting_id: int, pupil_id: int) -> Response:
    """Set a dated flag."""
    pupil, form = access_pupil(current_actor(), setting_id, pupil_id, today()), FlagForm()
    values: dict[str, Any] = {"pupil": pupil, "heading": "Set a flag", "button": "Set flag", "back": "pupils.placement"}
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        changes.set_flag(
            setting_id, pupil_id, form.kind.data, sent_day(form.first), last=form.last.data, source=form.source.data or "", note=form.note.data or "",
            actor=current_actor(), now=now(),
        )  # fmt: skip
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    return see_other("pupils.placement", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.post("/pupils/<int:pupil_id>/flags/<int:flag_id>/end/")
@allow("pupil:sensitive")
def end_flag(setting_id: int, pupil_id: int, flag_id: int) -> Response:
    """End a flag today."""
    access_pupil(current_actor(), setting_id, pupil_id, today())
    PressForm()
    changes.end_flag(setting_id, pupil_id, flag_id, today(), actor=current_actor(), now=now())
    return see_other("pupils.placement", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/placements/add/", methods=["GET", "POST"])
@allow("roll:admit")
def add_placement(setting_id: int, pupil_id: int) -> Response:
    """Add a placement from a day on."""
    pupil, form, (ctx, caller) = (
        access_pupil(current_actor(), setting_id, pupil_id, today()),
        PlacementForm(),
        here(setting_id),
    )
    form.model.choices = choices((model.key, model.label) for model in caller.catalogue.placement_models)
    values: dict[str, Any] = {
        "pupil": pupil,
        "heading": "Add a placement",
        "button": "Add placement",
        "back": "pupils.placement",
    }
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        changes.place(
            ctx,
            caller,
            pupil_id,
            form.model.data,
            sent_day(form.first),
            agreement=form.agreement(),
            last=form.last.data,
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    return see_other("pupils.placement", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/placements/<int:placement_id>/end/", methods=["GET", "POST"])
@allow("roll:admit")
def end_placement(setting_id: int, pupil_id: int, placement_id: int) -> Response:
    """End a placement on its last day."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    changes.access_placement(setting_id, pupil_id, placement_id)
    form = EndForm()
    values: dict[str, Any] = {
        "pupil": pupil,
        "heading": "End a placement",
        "button": "End placement",
        "back": "pupils.placement",
    }
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        changes.end_placement(
            setting_id,
            pupil_id,
            placement_id,
            sent_day(form.last),
            form.reason.data or "",
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    return see_other("pupils.placement", setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/leave/", methods=["GET", "POST"])
@allow("roll:admit")
def leave(setting_id: int, pupil_id: int) -> Response:
    """Record a pupil's last day."""
    pupil, form = access_pupil(current_actor(), setting_id, pupil_id, today()), EndForm()
    values: dict[str, Any] = {
        "pupil": pupil,
        "heading": "Record the last day",
        "button": "Save last day",
        "back": "pupils.show",
    }
    if request.method == "GET" or not form.validate():
        return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        changes.leave(
            setting_id, pupil_id, sent_day(form.last), form.reason.data or "", actor=current_actor(), now=now()
        )
    except Refused as refused:
        return show_again(FORM, form, refused, **values)
    say_next("Last day recorded. The placement and the class end with it.")
    return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil_id)
