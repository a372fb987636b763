"""The pages of cases: the list, one case, its steps and decisions, its chronology, and what is done with the case itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from intranet import store
from intranet.cases import acts, filing, forms, page, service
from intranet.cases.access import access_case, access_step, may_know
from intranet.cases.steps import StepSeen, still_to_decide
from intranet.cases.view import Case, kind_of
from intranet.errors import ConfigError, NotFound, Refused
from intranet.extension import host
from intranet.people import current_actor
from intranet.pupils.access import access_pupil
from intranet.settings.service import context
from intranet.web.kit import WriteForm, allow, now, respond, say_next, see_other, today

blueprint = Blueprint("cases", __name__, url_prefix="/settings/<int:setting_id>/cases")

STANDING = {
    "overdue": ("Overdue", "overdue"), "due": ("Due today", "due"), "waiting": ("Running", "info"), "done": ("Done", "done"),
    "idle": ("Not started", "none"), "reached": ("Reached", "due"),
}  # fmt: skip


@blueprint.get("/")
@allow("case:read")
def index(setting_id: int) -> Response:
    """List the open cases, most urgent first; or the closed ones."""
    ctx, closed = context(setting_id), request.args.get("closed") == "1"
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        found = page.lines(conn, ctx, caller, current_actor(), now(), closed=closed)
    return respond("cases/index.html", lines=found, closed=closed, setting_id=setting_id, words=caller.words, standing=STANDING, at=now())


@blueprint.get("/<int:case_id>/")
@allow("case:read")
def show(setting_id: int, case_id: int) -> Response:
    """Show a case: its clocks, its steps, the next form and its timeline, newest first."""
    by = _by(setting_id)
    case = access_case(by.actor, by.ctx, by.caller, case_id, by.now)
    mine = _next(by, case)
    form = _form_of(mine, case) if mine and case.state.open else None
    return respond("cases/show.html", **_page(by, case), seen=mine if form else None, form=form)


@blueprint.get("/<int:case_id>/chronology/")
@allow("case:read")
def chronology(setting_id: int, case_id: int) -> Response:
    """Show everything that happened, oldest first, to be printed."""
    by = _by(setting_id)
    case = access_case(by.actor, by.ctx, by.caller, case_id, by.now)
    return respond("cases/chronology.html", **_page(by, case))


@blueprint.route("/<int:case_id>/steps/<string:step>/", methods=["GET", "POST"])
@allow("case:step")
def record(setting_id: int, case_id: int, step: str) -> Response:
    """Show the form of a step or a decision; a POST records it."""
    by = _by(setting_id)
    case, seen = access_step(by.actor, by.ctx, by.caller, case_id, step, by.now)
    form = _form_of(seen, case)
    if form.validate_on_submit():
        try:
            acts.record(by.sent(form), case, seen, form)
        except Refused as refused:
            form.take(refused)
        else:
            return _recorded(by, case)
    status = 422 if form.errors or form.form_errors else 200
    return respond("cases/step.html", status=status, **_page(by, case), seen=seen, form=form)


@blueprint.post("/<int:case_id>/steps/<string:step>/start/")
@allow("case:write")
def start(setting_id: int, case_id: int, step: str) -> Response:
    """Say that somebody is at a step."""
    by, form = _by(setting_id), forms.StartForm()
    access_case(by.actor, by.ctx, by.caller, case_id, by.now)
    form.refuse_unless_good()
    service.start_step(by.sent(form), case_id, step)
    say_next("Noted: you are at it.")
    return see_other("cases.show", setting_id=setting_id, case_id=case_id)


@blueprint.route("/<int:case_id>/steps/<string:step>/waive/", methods=["GET", "POST"])
@allow("case:write")
def waive(setting_id: int, case_id: int, step: str) -> Response:
    """Set a step aside as not needed, with a reason."""
    by = _by(setting_id)
    case = access_case(by.actor, by.ctx, by.caller, case_id, by.now)
    seen, form = case.step(step), forms.WaiveForm(drawn=case.state.version)
    if form.validate_on_submit():
        try:
            service.waive(by.sent(form), case_id, step, form.why.data or "")
        except Refused as refused:
            form.take(refused)
        else:
            return _recorded(by, case)
    title = f"Not needed: {seen.step.title}"
    return respond("cases/act.html", status=422 if form.errors or form.form_errors else 200, **_page(by, case), title=title, form=form, label="Set aside")


@blueprint.route("/<int:case_id>/<any(note, person, document, link, 'hand-over', close, reopen):act>/", methods=["GET", "POST"])
@allow("case:write")
def do(setting_id: int, case_id: int, act: str) -> Response:
    """Show the form of something that is done with the case itself; a POST does it."""
    by = _by(setting_id)
    case = access_case(by.actor, by.ctx, by.caller, case_id, by.now)
    kind = acts.ACTS[act]
    form = kind.form(by, case)
    if form.validate_on_submit():
        try:
            kind.act(by.sent(form), case, form)
        except Refused as refused:
            form.take(refused)
        else:
            return _recorded(by, case)
    status = 422 if form.errors or form.form_errors else 200
    return respond("cases/act.html", status=status, **_page(by, case), title=kind.title, form=form, label=kind.label)


@blueprint.route("/suspect/<string:case_kind>/<int:pupil_id>/", methods=["GET", "POST"])
@allow("case:suspect")
def suspect(setting_id: int, case_kind: str, pupil_id: int) -> Response:
    """Let any member of staff say what they suspect; those who work on such cases are told at once."""
    by = _by(setting_id)
    pupil, of = access_pupil(by.actor, setting_id, pupil_id, today()), _kind(by, case_kind)
    form = acts.suspect_form(of)
    if form.validate_on_submit():
        try:
            case_id = acts.suspect(by.sent(form), of, pupil_id, form)
        except Refused as refused:
            form.take(refused)
        else:
            say_next("Recorded, and those who follow it up are told.")
            if may_know(by.actor, setting_id, of):
                return see_other("cases.show", setting_id=setting_id, case_id=case_id)
            return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil_id)
    told = [by.caller.role_label(role) for role in of.tells]
    status = 422 if form.errors or form.form_errors else 200
    return respond("cases/suspect.html", status=status, form=form, pupil=pupil, kind=of, told=told, setting_id=setting_id)


# -------------------------------------------------------------------- the parts


def _by(setting_id: int) -> acts.Acting:
    ctx = context(setting_id)
    return acts.Acting(ctx, host.for_setting(ctx), current_actor(), now())


def _kind(by: acts.Acting, key: str) -> Any:
    try:
        return kind_of(by.caller, key)
    except ConfigError as error:
        raise NotFound from error


def _next(by: acts.Acting, case: Case) -> StepSeen | None:
    """Return the first open step of the person's own roles; a lead without one gets the first that is anybody's but no decision."""
    opened = [seen for seen in case.steps if seen.open]
    own = [seen for seen in opened if by.roles & {*seen.roles}]
    led = [seen for seen in opened if seen.step.decision is None and case.kind.lead in by.roles]
    return next(iter([*own, *led]), None)


def _form_of(seen: StepSeen, case: Case) -> WriteForm:
    made = forms.decision_form(seen) if seen.step.decision else forms.step_form(seen)
    return made(drawn=case.state.version)


def _recorded(by: acts.Acting, case: Case) -> Response:
    """Return to the case; to the role home for a decider who may not read it."""
    say_next("Recorded.")
    if may_know(by.actor, by.ctx.id, case.kind):
        return see_other("cases.show", setting_id=by.ctx.id, case_id=case.state.id)
    return see_other("duties.home", setting_id=by.ctx.id)


def _page(by: acts.Acting, case: Case) -> dict[str, Any]:
    """Return what every page of a case shows with; the timeline only for people who may read the case."""
    reads = may_know(by.actor, by.ctx.id, case.kind)
    with store.connection() as conn:
        children = filing.children(case.state)
        names = page.names_of(conn, by.ctx.id, [*children])
        events = page.timeline(case, filing.history(conn, by.ctx.id, case.state.id), names, by.caller) if reads else []
        beside = page.beside(conn, case)
    return {
        "case": case, "state": case.state, "kind": case.kind, "setting_id": by.ctx.id, "children": children, "names": names, "events": events,
        "beside": beside, "reads": reads, "roles": by.roles, "role_label": by.caller.role_label, "warnings": page.warnings, "standing": STANDING,
        "clock_says": lambda seen: page.clock_says(seen, by.now.date()), "nearest": page.nearest(case), "words": by.caller.words,
        "still": still_to_decide, "start_form": forms.StartForm(formdata=None), "pupil_id": case.state.pupil_id, "label_of": _label_of,
    }  # fmt: skip


def _label_of(choices: Any, key: str) -> str:
    return next((one.label for one in choices if one.key == key), key.replace("_", " "))


__all__ = ["blueprint"]
