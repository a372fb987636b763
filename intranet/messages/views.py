"""One's own notices, who was told what, and the log of what was said about a pupil."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.extension import host
from intranet.messages import reading, service
from intranet.messages.forms import HandedForm, OpenForm
from intranet.messages.telling import URGENT
from intranet.messages.values import BODIES, CHANNELS
from intranet.people import current_actor
from intranet.settings.service import context
from intranet.web.kit import allow, now, respond, say_next, see_other

blueprint = Blueprint("notices", __name__, url_prefix="/settings/<int:setting_id>/notices")

STATES = {
    "opened": ("Opened", "done"), "waiting": ("Not opened", "due"), "failed": ("Not delivered", "danger"), "withdrawn": ("Taken back", "none"),
    "told": ("Told", "done"), "to_tell": ("To be told", "due"), "nobody": ("Nobody holds the role", "danger"),
}  # fmt: skip


@blueprint.get("/")
@allow("notice:read")
def inbox(setting_id: int) -> Response:
    """Show the person's own notices, those that wait to be opened first."""
    with store.connection() as conn:
        rows = reading.inbox(conn, setting_id, current_actor().account_id)
    return respond("messages/inbox.html", rows=rows, waiting=[row for row in rows if not row.opened_at], form=OpenForm(), **_shared(setting_id))


@blueprint.post("/open/")
@allow("notice:read")
def open_all(setting_id: int) -> Response:
    """Open every notice of the person's own that waits."""
    OpenForm()
    service.opened(context(setting_id), current_actor(), None, now())
    return see_other("notices.inbox", setting_id=setting_id)


@blueprint.get("/<int:notice_id>/")
@allow("notice:read")
def show(setting_id: int, notice_id: int) -> Response:
    """Show a notice; its pupil only once it has been opened, so that a look at the page is never taken for a receipt."""
    ctx, actor = context(setting_id), current_actor()
    row = service.access_notice(actor, ctx, notice_id, now())
    form = HandedForm(data={"day": now().date(), "time": now().time()}) if row.state == "to_tell" and actor.may("notice:hand", setting_id) else None
    return respond("messages/show.html", row=row, form=form, opening=OpenForm(), mine=row.account_id == actor.account_id, **_shared(setting_id))


@blueprint.post("/<int:notice_id>/open/")
@allow("notice:read")
def open_one(setting_id: int, notice_id: int) -> Response:
    """Record that the person has opened a notice of their own."""
    ctx, actor = context(setting_id), current_actor()
    row = service.access_notice(actor, ctx, notice_id, now())
    OpenForm()
    service.opened(ctx, actor, [row.id], now())
    return see_other("notices.show", setting_id=setting_id, notice_id=notice_id)


@blueprint.post("/<int:notice_id>/told/")
@allow("notice:hand")
def hand(setting_id: int, notice_id: int) -> Response:
    """Record how a body outside was told."""
    ctx, actor, form = context(setting_id), current_actor(), HandedForm()
    row = service.access_notice(actor, ctx, notice_id, now())
    if form.validate():
        try:
            service.handed(ctx, actor, row, form.handing(now()), now(), form.request_id)
            say_next("Recorded as told.")
            return see_other("notices.show", setting_id=setting_id, notice_id=notice_id)
        except Refused as refused:
            form.take(refused)
    return respond("messages/show.html", status=422, row=row, form=form, opening=None, mine=False, **_shared(setting_id))


@blueprint.get("/told/")
@allow("notice:list")
def told(setting_id: int) -> Response:
    """List what was sent to whom, delivered, opened and failed."""
    return _told(setting_id, "all")


@blueprint.get("/told/<string:tab>/")
@allow("notice:list")
def told_tab(setting_id: int, tab: str) -> Response:
    """List the notices that nobody has opened, that could not be delivered, or that bodies outside are still to be told of."""
    if tab not in reading.TABS:
        raise NotFound
    return _told(setting_id, tab)


def _told(setting_id: int, tab: str) -> Response:
    with store.connection() as conn:
        rows = reading.told(conn, setting_id, tab, current_actor().account_id)
    return respond("messages/told.html", rows=rows, tab=tab, tabs={key: label for key, (label, _) in reading.TABS.items()}, **_shared(setting_id))


def _shared(setting_id: int) -> dict[str, Any]:
    """Return what every page of the room shows with."""
    caller = host.for_setting(context(setting_id))
    return {
        "setting_id": setting_id, "states": STATES, "channels": CHANNELS, "urgent": caller.params(now().date())[URGENT],
        "may": lambda permission: current_actor().may(permission, setting_id), "who": lambda key: BODIES.get(key) or caller.role_label(key),
    }  # fmt: skip
