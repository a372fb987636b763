"""A pupil's contacts, flags and placements: small forms that each save one thing."""

from __future__ import annotations

from collections.abc import Callable
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
from intranet.web.kit import Form, allow, choices, now, respond, say_next, see_other, today

ONE_DAY = timedelta(days=1)
FORM = "pupils/form.html"


class Page:
    """A small form about one pupil: drawn, refused with what was typed, or saved and followed by the page it came from."""

    def __init__(self, setting_id: int, pupil_id: int, heading: str, button: str, back: str) -> None:
        pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
        self.ids, self.back = {"setting_id": setting_id, "pupil_id": pupil_id}, back
        self.values: dict[str, Any] = {"pupil": pupil, "heading": heading, "button": button, "back": back}

    def save(self, form: Form, act: Callable[[], object], said: str = "") -> Response:
        """Return the form where it was not sent or cannot be stored; else do it and go back."""
        if request.method == "GET" or not form.validate():
            return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **self.values)
        try:
            act()
        except Refused as refused:
            return show_again(FORM, form, refused, **self.values)
        if said:
            say_next(said)
        return see_other(self.back, **self.ids)


@blueprint.route("/pupils/<int:pupil_id>/contacts/add/", methods=["GET", "POST"])
@allow("pupil:write")
def add_contact(setting_id: int, pupil_id: int) -> Response:
    """Add an adult to a pupil's list."""
    page = Page(setting_id, pupil_id, "Add a contact", "Add contact", "pupils.contacts")
    form = ContactForm()
    return page.save(
        form, lambda: contacts.add_contact(setting_id, pupil_id, form.contact(), actor=current_actor(), now=now(), request_id=form.request_id)
    )


@blueprint.route("/pupils/<int:pupil_id>/contacts/<int:contact_id>/", methods=["GET", "POST"])
@allow("pupil:write")
def edit_contact(setting_id: int, pupil_id: int, contact_id: int) -> Response:
    """Change an adult on a pupil's list."""
    page = Page(setting_id, pupil_id, "Change a contact", "Save contact", "pupils.contacts")
    form = _contact_form(setting_id, pupil_id, contact_id)
    return page.save(form, lambda: contacts.amend_contact(setting_id, pupil_id, contact_id, form.contact(), actor=current_actor(), now=now()))


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
    page, form = Page(setting_id, pupil_id, "Set a flag", "Set flag", "pupils.placement"), FlagForm()
    return page.save(form, lambda: changes.set_flag(
        setting_id, pupil_id, form.kind.data, sent_day(form.first), last=form.last.data, source=form.source.data or "", note=form.note.data or "",
        actor=current_actor(), now=now(),
    ))  # fmt: skip


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
    page, form = Page(setting_id, pupil_id, "Add a placement", "Add placement", "pupils.placement"), PlacementForm()
    ctx, caller = here(setting_id)
    form.model.choices = choices((model.key, model.label) for model in caller.catalogue.placement_models)
    return page.save(form, lambda: changes.place(
        ctx, caller, pupil_id, form.model.data, sent_day(form.first), agreement=form.agreement(), last=form.last.data,
        actor=current_actor(), now=now(),
    ))  # fmt: skip


@blueprint.route("/pupils/<int:pupil_id>/placements/<int:placement_id>/end/", methods=["GET", "POST"])
@allow("roll:admit")
def end_placement(setting_id: int, pupil_id: int, placement_id: int) -> Response:
    """End a placement on its last day."""
    page, form = Page(setting_id, pupil_id, "End a placement", "End placement", "pupils.placement"), EndForm()
    changes.access_placement(setting_id, pupil_id, placement_id)
    return page.save(form, lambda: changes.end_placement(
        setting_id, pupil_id, placement_id, sent_day(form.last), form.reason.data or "", actor=current_actor(), now=now()
    ))  # fmt: skip
