"""The demo's picker: be anybody, on this computer only."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, current_app, request
from wtforms import IntegerField

from intranet import store
from intranet.errors import NotFound
from intranet.people import service, signin
from intranet.people.actor import load_actor
from intranet.people.views.signin import first_page, let_in
from intranet.web.kit import Form, now, public, required, respond, see_url

blueprint = Blueprint("demo", __name__)
WHY = "the demo, and only from this computer: checked in the view"


class PickForm(Form):
    """Whom to be."""

    account_id = IntegerField("Person", [required("Person: nobody was chosen. Choose one from the list.")])


@blueprint.get("/demo/")
@public(WHY)
def pick() -> Response:
    """Show everybody in the demo, by setting."""
    _demo_here()
    return respond("people/demo.html", places=_places(), form=PickForm(formdata=None))


@blueprint.post("/demo/sign-in/")
@public(WHY)
def enter() -> Response:
    """Sign in as the person chosen."""
    _demo_here()
    form = PickForm()
    if not form.validate():
        return respond("people/demo.html", status=422, places=_places(), form=form)
    at = now()
    with store.connection() as conn:
        chosen = next((row for row in service.everybody(conn, at.date()) if row.id == form.account_id.data), None)
        if chosen is None:
            raise NotFound("There is no such person in the demo. Choose one from the list.")
        actor = load_actor(conn, chosen.id, chosen.name, chosen.position_title, at.date())
    return let_in(see_url(first_page(actor.setting_ids)), signin.enter(actor, at, "demo").token)


def _demo_here() -> None:
    """Raise NotFound unless this is the demo and the request comes from this very computer."""
    if not (current_app.config["DAYMARK"].demo and _loopback(request.remote_addr)) or request.headers.get("X-Forwarded-For"):
        raise NotFound()


def _loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _places() -> dict[str, list[tuple[Any, str]]]:
    """Return the demo's people by setting or organisation, each with their role in words."""
    found: dict[str, list[tuple[Any, str]]] = defaultdict(list)
    with store.connection() as conn:
        for row in service.everybody(conn, now().date()):
            place = row.setting_name or row.organisation_name or "Everywhere"
            found[place].append((row, service.role_label(row.role, row.setting_type)))
    return dict(found)
