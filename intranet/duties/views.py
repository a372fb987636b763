"""Role homes and the page of a duty."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from intranet import store
from intranet.duties import home as homes
from intranet.duties import policy_reviews, queues, service
from intranet.duties.forms import DoneForm
from intranet.duties.statutory import DAY_SIX, PROVISION, SENT
from intranet.duties.ticking import NOT_TAKEN
from intranet.duties.why import key_of, marks_of, of_duty
from intranet.errors import Refused
from intranet.extension import host
from intranet.people import current_actor
from intranet.settings.service import context
from intranet.web.kit import allow, now, respond, say_next, see_other

blueprint = Blueprint("duties", __name__, url_prefix="/settings/<int:setting_id>")

STATE_WORDS = {"overdue": ("Overdue", "overdue"), "due": ("Due today", "due"), "waiting": ("Waiting", "info")}
REGISTER_WORDS = {
    "taken": ("Taken", "done"), "not_open": ("Not open", "none"), "open": ("Open", "info"), "part": ("Part-marked", "due"), "missing": ("Not taken", "overdue"),
    "awaiting": ("Awaiting submission", "due"), "overdue": ("Overdue", "overdue"),
}  # fmt: skip


@blueprint.get("/")
@allow("setting:home")
def home(setting_id: int) -> Response:
    """Show what the person must do now, most urgent first."""
    ctx, actor = context(setting_id), current_actor()
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        page = homes.build(conn, ctx, caller, actor, now())
    return respond("duties/home.html", "duties/_queue.html", page=page, **_shared(setting_id, caller, ctx))


@blueprint.get("/duties/of/<string:kind>/")
@allow("duty:read")
def of_kind(setting_id: int, kind: str) -> Response:
    """List the open duties of one kind, such as marks N that nobody has settled (ATT-148)."""
    ctx, actor = context(setting_id), current_actor()
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        rows = queues.queue(conn, setting_id, service.owners(actor, setting_id), now(), actor.account_id, kind)
    page = homes.Home(tuple(rows), (), False, now())
    return respond("duties/kind.html", "duties/_queue.html", page=page, kind=kind, title=homes.kind_title(kind), **_shared(setting_id, caller, ctx))


@blueprint.route("/duties/<int:duty_id>/", methods=["GET", "POST"])
@allow("duty:done")
def show(setting_id: int, duty_id: int) -> Response:
    """Show one duty and why it is there; a POST records what came of it."""
    ctx, actor, form = context(setting_id), current_actor(), DoneForm()
    caller, row = host.for_setting(ctx), service.access_duty(current_actor(), ctx, duty_id, now())
    if form.validate_on_submit():
        try:
            service.complete(ctx, caller, row, form.outcome.data or "", actor=actor, now=now(), request_id=form.request_id)
        except Refused as refused:
            form.take(refused)
        else:
            say_next("Done and recorded.")
            return see_other("duties.home", setting_id=setting_id)
    status = 422 if form.errors or form.form_errors else 200
    with store.connection() as conn:
        reasons = of_duty(row, caller, marks_of(conn, ctx, caller, row, now()))
    return respond("duties/show.html", status=status, row=row, form=form, reasons=reasons, **_shared(setting_id, caller, ctx))


def _shared(setting_id: int, caller: host.Caller, ctx: Any) -> dict[str, Any]:
    """Return what every page of the room shows with."""
    return {
        "setting_id": setting_id, "words": caller.words, "role_label": caller.role_label, "calendar": ctx.calendar, "today": now().date(),
        "states": STATE_WORDS, "register_states": REGISTER_WORDS, "link": lambda row: _link(setting_id, row), "profile": caller.profile,
        "sent": SENT,
        "why_of": lambda row: of_duty(row, caller), "why_key": key_of, "register_url": lambda line: _register(setting_id, line.session_no, line.group_id),
    }  # fmt: skip


def _link(setting_id: int, row: queues.DutyRow) -> str:
    """Return where a duty's work is done: its register, its pupil, or its own page."""
    if row.kind in policy_reviews.KINDS:
        return url_for("policy.document" if row.kind == policy_reviews.REVIEW else "policy.comments", setting_id=setting_id)
    if row.case_id is not None:
        return f"{url_for('duties.home', setting_id=setting_id)}cases/{row.case_id}/steps/{row.step}/"
    if row.kind in SENT:
        return f"{url_for('duties.home', setting_id=setting_id)}roll/returns/{row.id}/"
    if row.kind in (PROVISION, DAY_SIX):
        return f"{url_for('duties.home', setting_id=setting_id)}pupils/{row.pupil_id}/suspensions/"
    if row.kind == NOT_TAKEN:
        return _register(setting_id, row.session_no, row.group_id)
    return "" if row.pupil_id is None else url_for("pupils.show", setting_id=setting_id, pupil_id=row.pupil_id)


def _register(setting_id: int, session_no: int | None, group_id: int | None) -> str:
    """Return the register's address; the room that draws it stands to the right of this one."""
    return f"{url_for('duties.home', setting_id=setting_id)}registers/{session_no}/{group_id}/"
