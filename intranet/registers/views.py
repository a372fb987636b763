"""The pages of a register: take it, look at it, settle a conflict."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, request, url_for
from markupsafe import Markup

from intranet.errors import Refused
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.people import can, current_actor
from intranet.registers import rules, service
from intranet.registers.forms import RegisterForm
from intranet.registers.page import context_of
from intranet.registers.rows import Macro, Rows
from intranet.registers.values import MarksRefused, Outcome, RegisterPage
from intranet.settings.context import SettingContext, context
from intranet.web.kit import allow, clock_time, now, plural, public, respond, say_next, see_other

blueprint = Blueprint("registers", __name__, url_prefix="/settings/<int:setting_id>")
REGISTER = "/registers/<int:session_no>/<int:group_id>/"


def place(setting_id: int) -> tuple[SettingContext, Caller]:
    """Return the setting and its caller."""
    ctx = context(setting_id)
    return ctx, host.for_setting(ctx)


@blueprint.get(REGISTER)
@allow("register:read")
def register(setting_id: int, session_no: int, group_id: int) -> Response:
    """Show a register: marks that stand, what is offered, and the form when the person may take it."""
    ctx, caller = place(setting_id)
    mode = request.args.get("mode", "") if request.args.get("mode") in ("teacher", "office") else ""
    return shown(service.page(current_actor(), ctx, caller, session_no, group_id, now(), mode=mode))


@blueprint.post(REGISTER)
@allow("register:write")
def save(setting_id: int, session_no: int, group_id: int) -> Response:
    """Store a register, or show what is in its way with everything typed kept."""
    ctx, caller = place(setting_id)
    form, moment = RegisterForm(), now()
    try:
        outcome = _save(ctx, caller, session_no, group_id, form, moment)
    except (MarksRefused, Refused) as refused:
        return _refused(refused, ctx, caller, session_no, group_id, form, moment)
    if outcome.conflicts:
        page = service.page(current_actor(), ctx, caller, session_no, group_id, moment, mode=form.mode.data or "")
        return shown(page, form, 409, conflicts=outcome.conflicts, outcome=outcome)
    return _done(outcome, caller, moment, setting_id, session_no)


def _save(ctx: SettingContext, caller: Caller, session_no: int, group_id: int, form: RegisterForm, moment: datetime) -> Outcome:
    if not form.validate():
        raise Refused("Register", None, next(iter(_sentences(form))), "Change it and save again", fields=list(form.errors))
    before = rules.read_shown(form.shown.data or "")
    entries = rules.read_entries(request.form, before)
    return service.save(
        ctx, caller, session_no, group_id, entries, form.drawn_position, form.request_id, current_actor(), moment,
        rest_present=form.act.data == "rest" or bool(form.rest.data),
        among={pupil for pupil, was in before.items() if not was.symbol},
        reason=form.reason.data or "",
    )  # fmt: skip


def _sentences(form: RegisterForm) -> list[str]:
    return [str(text) for field in form for text in field.errors] or ["something in the form could not be read"]


def shown(page: RegisterPage, form: RegisterForm | None = None, status: int = 200, **more: Any) -> Response:
    """Return the register's page, or for a script its form alone."""
    more = {"problem": None, "conflicts": (), "ask": False, "rid": str(uuid.uuid4()), **more}
    typed = {"rest": form.rest.data or "", "reason": form.reason.data or ""} if form else {"rest": "", "reason": ""}
    values = {"owner": current_actor().account_id, **typed, **context_of(page), **more}
    template = "registers/_register.html" if wants_part() else "registers/register.html"
    return respond(template, None, status, **values)


def wants_part() -> bool:
    """Return whether our own script asks for the form alone."""
    return request.headers.get("X-Requested-With") == "register"


def _refused(refused: Refused, ctx: SettingContext, caller: Caller, session_no: int, group_id: int, form: RegisterForm,
             moment: datetime) -> Response:  # fmt: skip
    rows: Mapping[int, str] = refused.rows if isinstance(refused, MarksRefused) else {}
    page = service.page(
        current_actor(), ctx, caller, session_no, group_id, moment, mode=form.mode.data or "",
        entered=rules.as_typed(request.form), problems=rows,
    )  # fmt: skip
    ask = isinstance(refused, MarksRefused) and refused.ask
    return shown(page, form, 422, problem=refused, ask=ask, rid=form.request_id if form.rid.data else str(uuid.uuid4()))


def _done(outcome: Outcome, caller: Caller, moment: datetime, setting_id: int, session_no: int) -> Response:
    marked, words = len(outcome.marks), caller.words
    start = f"{words['register'].capitalize()} saved {clock_time(moment)}." if marked else "Nothing was entered, so nothing was saved."
    text = f"{start} {marked} of {plural(outcome.due, words['pupil'], words['pupils'])} marked."
    if wants_part():
        return respond("registers/_saved.html", "registers/_saved.html", text=text, outcome=outcome, rid=str(uuid.uuid4()))
    say_next(text)
    return see_other("registers.register", setting_id=setting_id, session_no=session_no, group_id=outcome.group_id)


@blueprint.app_template_filter("note_sum")
def note_sum(note: str | None) -> str:
    """Return the short sum of a note that a form carries to see whether it was changed."""
    return rules.checksum(note)


@blueprint.app_template_global("register_rows")
def register_rows(page: RegisterPage, macro: Macro) -> Markup:
    """Return the rows of a register, drawn by the template's macro."""
    kept: Rows = current_app.extensions["daymark.register_rows"]
    return kept.html(page, macro)


@blueprint.app_template_global("register_keys")
def register_keys(page: RegisterPage) -> Markup:
    """Return the help on keys and codes, the same for everybody who may enter these."""
    kept: Rows = current_app.extensions["daymark.register_rows"]
    return kept.keys(page, lambda: _module("registers/_keys.html", page))


def _module(template: str, page: RegisterPage) -> Markup:
    return current_app.jinja_env.get_template(template).make_module({"page": page}).__html__()


@blueprint.app_template_global("pupil_url")
def pupil_url(setting_id: int, pupil_id: int) -> str:
    """Return the way to a pupil's page."""
    return f"{_before_pupil('pupils.show', setting_id=setting_id)}{pupil_id}/"


@blueprint.app_template_global("amend_url")
def amend_url(setting_id: int, session_no: int, pupil_id: int) -> str:
    """Return the way to the amendment of a pupil's mark."""
    return f"{_before_pupil('registers.amend', setting_id=setting_id, session_no=session_no)}{pupil_id}/"


def _before_pupil(endpoint: str, **values: Any) -> str:
    """Return an address up to the pupil's id, built once a page: a class has thirty of them."""
    known: dict[tuple[object, ...], str] = g.setdefault("registers_addresses", {})
    key = (endpoint, *values.values())
    if key not in known:
        known[key] = url_for(endpoint, **values, pupil_id=0).removesuffix("0/")
    return known[key]


@blueprint.app_template_global("may_there")
def may_there(permission: str, setting_id: int) -> bool:
    """Return whether the person may, so that a page leaves out what they may not do."""
    return can(permission, setting_id)


@blueprint.app_template_global("new_rid")
def new_rid() -> str:
    """Return a request id for one more form on a page."""
    return str(uuid.uuid4())


@public("the shell for registers holds nothing about anybody")
def worker() -> Response:
    """Return the script that keeps shared files and says when there is no connection; it may look after registers only."""
    body = current_app.extensions["daymark.static"].body("worker.js")
    response = Response(body, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/settings/"
    response.headers["Cache-Control"] = "public, max-age=86400, immutable"  # the address changes with the version
    return response
