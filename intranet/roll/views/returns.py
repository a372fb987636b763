"""Returns and notices: what is owed, what each says, and what was recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Response, request

from intranet import store
from intranet.extension import host
from intranet.people import current_actor
from intranet.pupils.access import access_pupil
from intranet.roll import authorities
from intranet.roll import returns as service
from intranet.roll.forms import ReceiptForm, ReportForm, SentForm
from intranet.roll.views.blueprint import blueprint, done
from intranet.settings.service import context
from intranet.web.forms import WriteForm
from intranet.web.kit import allow, now, respond, today


@blueprint.get("/roll/returns/")
@allow("roll:read")
def returns(setting_id: int) -> Response:
    """List what is owed to an authority or commissioner, then what was sent."""
    with store.connection() as conn:
        lines = service.lines(conn, setting_id, now())
    return respond("roll/returns.html", lines=lines, setting_id=setting_id, at=now(), may_report=current_actor().may("roll:prepare", setting_id))


@blueprint.route("/roll/reports/", methods=["GET", "POST"])
@allow("roll:prepare")
def reports(setting_id: int) -> Response:
    """Show when each authority's attendance report is due, and log one that went out."""
    ctx, form = context(setting_id), ReportForm()
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        found = authorities.reports(conn, ctx, caller, today())
    form.offer(one.authority for one in found)
    if request.method == "POST":
        given = authorities.Sent(form.authority.data or "", form.report_on.data or today(), form.channel.data)
        act = partial(authorities.send, ctx, caller, given, actor=current_actor(), now=now(), request_id=form.request_id)
        if (answer := done(form, act, "Logged.", "roll.reports", setting_id=setting_id)) is not None:
            return answer
    else:
        form.report_on.data = today()
    return respond("roll/reports.html", status=200 if request.method == "GET" else 422, found=found, form=form, today=today(), setting_id=setting_id)


def _prepared(setting_id: int, duty_id: int) -> service.Prepared:
    """Return a return about a pupil whom this person may see; NotFound otherwise."""
    with store.connection() as conn:
        found = service.prepared(conn, context(setting_id), duty_id, current_actor(), now())
    access_pupil(current_actor(), setting_id, found.duty.pupil_id or 0, today())
    return found


def _page(setting_id: int, found: service.Prepared, sent: SentForm | None = None, receipt: ReceiptForm | None = None, status: int = 200) -> Response:
    sent = sent or SentForm(formdata=None, data={"sent_on": today(), "sent_to": found.recipient})
    receipt = receipt or ReceiptForm(formdata=None, data={"received_on": today()})
    return respond("roll/return.html", status=status, found=found, sent=sent, receipt=receipt, setting_id=setting_id)


def _act(setting_id: int, form: WriteForm, verb: Callable[..., object], *given: object) -> Callable[[], object]:
    return partial(verb, context(setting_id), *given, actor=current_actor(), now=now(), request_id=form.request_id)


@blueprint.get("/roll/returns/<int:duty_id>/")
@allow("roll:prepare")
def one_return(setting_id: int, duty_id: int) -> Response:
    """Show a return with what it says, what is missing and what was recorded of it."""
    return _page(setting_id, _prepared(setting_id, duty_id))


@blueprint.get("/roll/returns/<int:duty_id>/print/")
@allow("roll:prepare")
def print_return(setting_id: int, duty_id: int) -> Response:
    """Show a return to be printed."""
    return respond("roll/return_print.html", found=_prepared(setting_id, duty_id), setting=context(setting_id))


@blueprint.post("/roll/returns/<int:duty_id>/sent/")
@allow("roll:prepare")
def send(setting_id: int, duty_id: int) -> Response:
    """Record when, to whom and how a return went out."""
    found, form = _prepared(setting_id, duty_id), SentForm()
    act = _act(setting_id, form, service.send, duty_id, form.sending())
    answer = done(form, act, "Recorded as sent.", "roll.one_return", setting_id=setting_id, duty_id=duty_id)
    return answer or _page(setting_id, found, sent=form, status=422)


@blueprint.post("/roll/returns/<int:duty_id>/receipt/")
@allow("roll:prepare")
def receive(setting_id: int, duty_id: int) -> Response:
    """Record the receipt."""
    found, form = _prepared(setting_id, duty_id), ReceiptForm()
    act = _act(setting_id, form, service.receive, duty_id, form.received_on.data, form.reference.data or "")
    answer = done(form, act, "Receipt recorded.", "roll.one_return", setting_id=setting_id, duty_id=duty_id)
    return answer or _page(setting_id, found, receipt=form, status=422)
