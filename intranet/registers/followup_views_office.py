"""The office's pages around an absence: taking it down, links for parents, what came by them, visits and delegates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request, url_for

from intranet import store
from intranet.errors import Refused
from intranet.law.words import listed, long_date
from intranet.people import current_actor
from intranet.people import service as people
from intranet.pupils import service as pupils
from intranet.pupils.access import access_pupil
from intranet.pupils.forms import sent_day
from intranet.registers import followup_links as links
from intranet.registers import followup_reports as reports
from intranet.registers.followup_forms import (
    DelegateForm,
    LinkForm,
    NoteForm,
    PupilForm,
    ReportForm,
    VisitForm,
    sent_days,
    sent_time,
)
from intranet.registers.followup_reports import Report
from intranet.registers.followup_views import back, blueprint, listed_page
from intranet.registers.views import place
from intranet.web.kit import WriteForm, allow, choices, now, respond, say_next, see_other, today

FORM = "followup/form.html"
MONTH = timedelta(days=28)


def _page(form: WriteForm, act: Callable[[], Response], **values: Any) -> Response:
    """Return the form where it was not sent or cannot be stored; else what acting on it leads to."""
    if request.method == "POST" and form.validate():
        try:
            return act()
        except Refused as refused:
            form.take(refused)
    return respond(FORM, None, 422 if request.method == "POST" else 200, form=form, **values)


def _on_roll(setting_id: int) -> list[tuple[object, str]]:
    with store.connection() as conn:
        return [(one.pupil_id, one.shown_name) for one in pupils.roll(conn, setting_id, today())]


@blueprint.route("/report/", methods=["GET", "POST"])
@allow("followup:write")
def choose(setting_id: int) -> Response:
    """Ask whose absence was reported."""
    form = PupilForm()
    form.pupil.choices = choices(_on_roll(setting_id), blank="Choose a name")
    return _page(
        form, lambda: see_other("followup.report", setting_id=setting_id, pupil_id=int(form.pupil.data)),
        heading="Take down an absence", button="Go on", setting_id=setting_id,
    )  # fmt: skip


@blueprint.route("/report/<int:pupil_id>/", methods=["GET", "POST"])
@allow("followup:write")
def report(setting_id: int, pupil_id: int) -> Response:
    """Take down what somebody said of an absence."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    form = ReportForm(first=today(), last=today()) if request.method == "GET" else ReportForm()
    return _page(form, lambda: _take_down(setting_id, pupil_id, form), heading=f"Absence of {pupil.shown_name}", button="Take down", setting_id=setting_id)


def _take_down(setting_id: int, pupil_id: int, form: ReportForm, message_id: int | None = None) -> Response:
    ctx, caller = place(setting_id)
    days = sent_day(form.first), sent_day(form.last)
    told = Report(*days, form.reason.data, form.informant.data or "", form.channel.data, form.text.data or "", form.evidence.data, sent_days(form.set_apart))
    leave = reports.take_down(ctx, caller, current_actor(), pupil_id, told, form.request_id, now(), message_id)
    asked = f" To be asked for as leave: {listed([long_date(day) for day in leave])}." if leave else ""
    say_next(f"Taken down. It is offered in the registers of its days; nothing is marked by it.{asked}")
    return back(setting_id, now().date(), pupil_id)


# ------------------------------------------------------------------ links for parents and what came by them


@blueprint.route("/links/", methods=["GET", "POST"])
@allow("followup:write")
def parent_links(setting_id: int) -> Response:
    """Make a link for a parent, and show those in force."""
    form = LinkForm(last=today() + MONTH) if request.method == "GET" else LinkForm()
    roll = _on_roll(setting_id)
    form.pupil.choices = choices(roll, blank="Choose a name")
    names = dict(roll)
    with store.connection() as conn:
        found = links.in_force(conn, setting_id, today())
    known = [(row, names.get(row.pupil_id, ""), address(setting_id, row.id)) for row in found]
    return _page(form, lambda: _link(setting_id, form), heading="Links for parents", button="Make the link", setting_id=setting_id, links=known,
                 undo=NoteForm(formdata=None))  # fmt: skip


def _link(setting_id: int, form: LinkForm) -> Response:
    links.make(setting_id, current_actor(), int(form.pupil.data), form.shows.data, sent_day(form.last), form.request_id, now())
    say_next("Link made. Copy it from the list and send it to the parent.")
    return see_other("followup.parent_links", setting_id=setting_id)


def address(setting_id: int, link_id: int) -> str:
    """Return a link's whole address."""
    return url_for("followup_parent.tell", token=links.token(str(current_app.secret_key), setting_id, link_id), _external=True)


@blueprint.post("/links/<int:link_id>/withdraw/")
@allow("followup:write")
def withdraw_link(setting_id: int, link_id: int) -> Response:
    """Let a link open nothing any more."""
    NoteForm().refuse_unless_good()
    links.withdraw(setting_id, current_actor(), link_id, now())
    say_next("Link withdrawn.")
    return see_other("followup.parent_links", setting_id=setting_id)


@blueprint.route("/messages/<int:message_id>/", methods=["GET", "POST"])
@allow("followup:write")
def message(setting_id: int, message_id: int) -> Response:
    """Read a parent's message and take it down."""
    with store.connection() as conn:
        row = links.message(conn, setting_id, message_id)
    pupil = access_pupil(current_actor(), setting_id, row.pupil_id, today())
    told = {"first": row.first, "last": row.last, "reason": row.reason, "informant": row.informant, "channel": "Message or app", "text": row.text}
    form = ReportForm(**told) if request.method == "GET" else ReportForm()
    return _page(form, lambda: _take_down(setting_id, row.pupil_id, form, message_id), heading=f"Message about {pupil.shown_name}",
                 button="Take down and mark as read", setting_id=setting_id)  # fmt: skip


# ------------------------------------------------------------------ visits and delegates


@blueprint.route("/<int:pupil_id>/visit/", methods=["GET", "POST"])
@allow("followup:write")
def visit(setting_id: int, pupil_id: int) -> Response:
    """Plan a visit to a home."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    form = VisitForm()
    return _page(form, lambda: _visit(setting_id, pupil_id, form), heading=f"Visit to the home of {pupil.shown_name}", button="Plan the visit",
                 setting_id=setting_id)  # fmt: skip


def _visit(setting_id: int, pupil_id: int, form: VisitForm) -> Response:
    ctx, _ = place(setting_id)
    out = sent_time(form.leaves), sent_time(form.back)
    alone = reports.plan_visit(ctx, current_actor(), pupil_id, form.who.data or "", *out, form.request_id, now())
    say_next("Visit planned. One person goes alone: agree who rings them, and when." if alone else "Visit planned.")
    return back(setting_id, now().date(), pupil_id)


@blueprint.post("/visits/<int:visit_id>/back/")
@allow("followup:write")
def check_in(setting_id: int, visit_id: int) -> Response:
    """Record that whoever visited is back."""
    with store.connection() as conn:
        reports.visit(conn, setting_id, visit_id)
    (ctx, _), form = place(setting_id), NoteForm()
    try:
        form.refuse_unless_good()
        reports.check_in(ctx, current_actor(), visit_id, form.note.data or "", now())
    except Refused as refused:
        return listed_page(setting_id, now().date(), 422, problem=refused)
    say_next("Back safely, recorded.")
    return see_other("followup.index", setting_id=setting_id, _anchor="visits")


@blueprint.route("/delegates/", methods=["GET", "POST"])
@allow("followup:delegate")
def delegates(setting_id: int) -> Response:
    """Choose who decides on absence for the head."""
    (_, caller), form = place(setting_id), DelegateForm()
    with store.connection() as conn:
        form.account.choices = choices([(row.id, row.name) for row in people.staff(conn, setting_id, today())], blank="Choose a name")
        known = reports.delegates(conn, setting_id, today())
    return _page(form, lambda: _delegate(setting_id, form), heading=f"Who decides on absence for the {caller.words['head']}", button="Let them decide",
                 setting_id=setting_id, delegates=known, undo=NoteForm(formdata=None))  # fmt: skip


def _delegate(setting_id: int, form: DelegateForm) -> Response:
    ctx, _ = place(setting_id)
    reports.delegate(ctx, current_actor(), int(form.account.data), form.request_id, now())
    say_next("They may decide from today.")
    return see_other("followup.delegates", setting_id=setting_id)


@blueprint.post("/delegates/<int:record_id>/end/")
@allow("followup:delegate")
def end_delegate(setting_id: int, record_id: int) -> Response:
    """Let somebody decide for the head no longer."""
    ctx, _ = place(setting_id)
    NoteForm().refuse_unless_good()
    reports.end_delegation(ctx, current_actor(), record_id, now())
    say_next("They decide no longer.")
    return see_other("followup.delegates", setting_id=setting_id)
