"""The log of what was said about a pupil: read it, write an entry, send a text, end an online meeting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from intranet import store
from intranet.errors import Refused
from intranet.messages import reading, talks
from intranet.messages.forms import EndForm, TalkForm, TextForm
from intranet.messages.values import BODIES, CHANNELS
from intranet.people import current_actor
from intranet.pupils.access import KnownPupil, access_pupil
from intranet.pupils.contacts import listed
from intranet.settings.service import context
from intranet.web.kit import Form, allow, now, respond, say_next, see_other

blueprint = Blueprint("talks", __name__, url_prefix="/settings/<int:setting_id>/pupils/<int:pupil_id>/log")
FORM = "messages/talk_form.html"


@blueprint.get("/")
@allow("comms:write")
def log(setting_id: int, pupil_id: int) -> Response:
    """Show what was said about a pupil, and which bodies outside were told."""
    ctx, actor, pupil = context(setting_id), current_actor(), _pupil(setting_id, pupil_id)
    with store.connection() as conn:
        entries = talks.of_pupil(conn, ctx, actor, pupil_id)
        outside = reading.of_pupil(conn, setting_id, pupil_id) if actor.may("comms:read", setting_id) else []
    return respond("messages/log.html", pupil=pupil, entries=entries, outside=outside, bodies=BODIES, channels=CHANNELS, ending=EndForm(),
                   may=lambda permission: actor.may(permission, setting_id))  # fmt: skip


@blueprint.route("/add/", methods=["GET", "POST"])
@allow("comms:write")
def add(setting_id: int, pupil_id: int) -> Response:
    """Write down a conversation, a letter or a call."""
    ctx, actor, pupil = context(setting_id), current_actor(), _pupil(setting_id, pupil_id)
    form = TalkForm(data={"day": now().date(), "time": now().time()})
    if form.validate_on_submit():
        try:
            talks.note(ctx, actor, pupil_id, form.draft(now()), now(), form.request_id)
            return _written(setting_id, pupil_id)
        except Refused as refused:
            form.take(refused)
    return _form(form, pupil, "Write down a contact", "Save entry")


@blueprint.route("/text/", methods=["GET", "POST"])
@allow("comms:read")
def text(setting_id: int, pupil_id: int) -> Response:
    """Send a contact a text that asks them to get in touch."""
    ctx, actor, pupil, form = context(setting_id), current_actor(), _pupil(setting_id, pupil_id), TextForm()
    form.contact.choices = _contacts(setting_id, pupil_id)
    if form.validate_on_submit():
        try:
            talks.text(ctx, actor, pupil_id, form.contact.data, now(), form.request_id)
            return _written(setting_id, pupil_id)
        except Refused as refused:
            form.take(refused)
    return _form(form, pupil, "Send a text", "Send text", hint=talks.TEXT.format(setting=ctx.name))


@blueprint.post("/<int:talk_id>/end/")
@allow("comms:write")
def end(setting_id: int, pupil_id: int, talk_id: int) -> Response:
    """Write down that a parent withdrew consent, which ends an online meeting."""
    ctx, actor, pupil, form = context(setting_id), current_actor(), _pupil(setting_id, pupil_id), EndForm()
    entry = talks.access_talk(ctx, actor, pupil_id, talk_id)
    if form.validate():
        talks.end_meeting(ctx, actor, entry, (form.why.data or "").strip(), now())
        return _written(setting_id, pupil_id)
    return _form(form, pupil, "End the online meeting", "End meeting")


def _pupil(setting_id: int, pupil_id: int) -> KnownPupil:
    return access_pupil(current_actor(), setting_id, pupil_id, now().date())


def _contacts(setting_id: int, pupil_id: int) -> list[tuple[int, str]]:
    with store.connection() as conn:
        found = listed(conn, setting_id, pupil_id, now().date())
    return [(one["id"], f"{one['given']} {one['family']}, {one['relationship']}".strip()) for one in found if one["phones"] and not one["do_not_contact"]]


def _written(setting_id: int, pupil_id: int) -> Response:
    say_next("Written down.")
    return see_other("talks.log", setting_id=setting_id, pupil_id=pupil_id)


def _form(form: Form, pupil: KnownPupil, heading: str, button: str, **values: Any) -> Response:
    """Return a form about a pupil, with what was typed when it was refused."""
    status = 422 if form.errors or form.form_errors else 200
    return respond(FORM, status=status, form=form, pupil=pupil, heading=heading, button=button, **{"hint": "", **values})
