"""The pages that open a new setting: its type first, then the rest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from intranet import store
from intranet.errors import NotAllowed, Refused
from intranet.people import Actor, current_actor
from intranet.people.forms import given
from intranet.settings import opening
from intranet.settings.forms import OpenForm
from intranet.web.kit import allow, choices, now, respond, say_next, see_other

blueprint = Blueprint("opening", __name__, url_prefix="/settings/new")


@blueprint.get("/")
@allow(opening.OPENS)
def choose() -> Response:
    """Show the types of setting there are."""
    return respond("settings/new.html", types=opening.types().values(), places=_organisations(current_actor()))


@blueprint.route("/<string:key>/", methods=["GET", "POST"])
@allow(opening.OPENS)
def new(key: str) -> Response:
    """Show the form for a setting of that type, or open it."""
    kind, actor, form = opening.type_of(key), current_actor(), OpenForm()
    _offer(form, kind, actor)
    if not form.validate_on_submit():
        return _form(form, kind, 422 if form.is_submitted() else 200)
    try:
        made = _open(form, kind, actor)
    except Refused as refused:
        form.take(refused)
        return _form(form, kind, 422)
    say_next("Setting opened. Give its people their accounts and roles, then enter or import classes and pupils.")
    return see_other("duties.home", setting_id=made)


def _form(form: OpenForm, kind: opening.SettingType, status: int) -> Response:
    return respond("settings/new_form.html", status=status, form=form, kind=kind)


def _offer(form: OpenForm, kind: opening.SettingType, actor: Actor) -> None:
    form.organisation.choices = choices(_organisations(actor).items())
    form.legal_type.choices = choices((one, in_words(one)) for one in kind.legal_types)
    form.phase.choices = choices((one, in_words(one)) for one in kind.phases)
    mine = [(row.id, f"Those of {row.name}") for row in actor.settings if actor.may("policy:read", row.id)]
    form.terms.choices = choices(mine, blank="None yet: they are entered on the Calendar page")


def _organisations(actor: Actor) -> dict[int, str]:
    """Return where the person may open a setting; raise NotAllowed when their role is for one setting only."""
    with store.connection() as conn:
        found = opening.organisations(conn, actor, now().date())
    if not found:
        raise NotAllowed("Trust director or System administrator of an organisation", "the person who looks after accounts")
    return found


def _open(form: OpenForm, kind: opening.SettingType, actor: Actor) -> int:
    terms = opening.terms_of(actor, int(form.terms.data)) if form.terms.data else None
    entered = opening.NewSetting(
        int(form.organisation.data), given(form.name.data).strip(), kind, form.legal_type.data, form.phase.data, (form.authority.data or "").strip(), terms
    )
    try:
        with store.writing(now=now(), actor_id=actor.account_id) as w:
            return opening.open_new(w, entered, request_id=form.request_id)
    except store.RequestSeen as seen:  # the same form sent twice: it was opened once
        data: dict[str, Any] = dict(seen.data or {})
        return int(data["setting_id"])


def in_words(key: str) -> str:
    """Return a legal type or phase as a form shows it."""
    return key.replace("_", " ").capitalize()
