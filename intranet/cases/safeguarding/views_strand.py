"""A strand's pages: reading it (each time an event), adding to it, who may read it, its chronology for print and for the next setting."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from intranet import store
from intranet.cases.safeguarding import reading, strands
from intranet.cases.safeguarding.access import Opened, access_strand
from intranet.cases.safeguarding.forms import (
    ENTRY_FORMS,
    AnswerForm,
    CloseForm,
    EntryForm,
    ForgetForm,
    PressForm,
    PupilForm,
    ReaderForm,
    ReferralForm,
    press,
)
from intranet.cases.safeguarding.views import Here, again, blueprint, here
from intranet.cases.safeguarding.words import label, words
from intranet.errors import NotFound, Refused
from intranet.people import service as people
from intranet.pupils.access import access_pupil
from intranet.web.kit import WriteForm, allow, respond, say_next, see_other

STRAND = "/safeguarding/strands/<int:strand_id>/"
FORM = "safeguarding/form.html"
CRITERION = "authority.threshold_document"


def _strand(inside: Here, strand_id: int, *, team: bool = False) -> Opened:
    return access_strand(inside.actor, inside.ctx.id, strand_id, inside.now, team=team)


def _back(strand: Opened) -> Response:
    return see_other("safeguarding.strand", setting_id=strand.setting_id, strand_id=strand.id)


def _form(inside: Here, strand: Opened, form: WriteForm, heading: str, button: str, refused: Refused | None = None) -> Response:
    shown: dict[str, Any] = {"setting_id": inside.ctx.id, "strand": strand, "heading": heading, "button": button}
    if refused is not None:
        return again(FORM, form, refused, **shown)
    return respond(FORM, status=200 if request.method == "GET" else 422, form=form, **shown)


@blueprint.get(STRAND)
@allow("safeguarding:enter")
def strand(setting_id: int, strand_id: int) -> Response:
    """Show a strand, newest first; that it was opened is recorded before anything is shown."""
    return _read(here(setting_id), strand_id, "strand", "safeguarding/strand.html")


@blueprint.get(STRAND + "chronology/")
@allow("safeguarding:enter")
def chronology(setting_id: int, strand_id: int) -> Response:
    """Show a strand for print, oldest first."""
    return _read(here(setting_id), strand_id, "chronology", "safeguarding/chronology.html", sent=None)


@blueprint.get(STRAND + "file/<int:entry_id>/")
@allow("safeguarding:read")
def file(setting_id: int, strand_id: int, entry_id: int) -> Response:
    """Show the file that goes to the next setting, once the team has recorded that it is sent there."""
    inside = here(setting_id)
    found = _strand(inside, strand_id, team=True)
    with store.connection() as conn:
        if not reading.is_transfer(conn, setting_id, strand_id, entry_id):
            raise NotFound
    page = reading.opened(inside.ctx, inside.actor, found, "file", inside.now)
    sent = next(one for one in page.entries if one.id == entry_id)
    return respond("safeguarding/chronology.html", page=page, sent=sent, label=label, setting_id=setting_id)


def _read(inside: Here, strand_id: int, part: str, template: str, **more: Any) -> Response:
    page = reading.opened(inside.ctx, inside.actor, _strand(inside, strand_id), part, inside.now)
    shown: dict[str, Any] = {"kinds": ENTRY_FORMS, "answers": strands.ANSWERS, "team_only": strands.TEAM_ONLY, "press": press, "ways": words("ways_on")}
    return respond(template, page=page, label=label, setting_id=inside.ctx.id, at=inside.now, **shown, **more)


@blueprint.get(STRAND + "readers/")
@allow("safeguarding:read")
def readers(setting_id: int, strand_id: int) -> Response:
    """List who opened this, when, and which part."""
    inside = here(setting_id)
    found = _strand(inside, strand_id, team=True)
    with store.connection() as conn:
        openings = reading.who_opened(conn, inside.ctx, strand_id)
    return respond("safeguarding/readers.html", strand=found, openings=openings, setting_id=setting_id, at=inside.now)


# ------------------------------------------------------------------ adding


@blueprint.route(STRAND + "add/<string:kind>/", methods=["GET", "POST"])
@allow("safeguarding:enter")
def add(setting_id: int, strand_id: int, kind: str) -> Response:
    """Add a note, an action, a decision, a referral, a transfer or another child."""
    inside = here(setting_id)
    found = _strand(inside, strand_id, team=kind in strands.TEAM_ONLY)
    heading, form = _entry(inside, kind)
    asks = inside.caller.params(inside.now.date()).get(CRITERION)
    if asks and isinstance(form, ReferralForm):
        form.criterion.description = f"From the threshold document: {asks}"
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, heading, "Save")
    try:
        lacks = strands.record(found, inside.actor, form.draft(kind), inside.now, form.request_id, ask_criterion=bool(asks))
    except Refused as refused:
        return _form(inside, found, form, heading, "Save", refused)
    say_next(f"Kept as a draft: it lacks the {', '.join(lacks)}." if lacks else "Saved.")
    return _back(found)


def _entry(inside: Here, kind: str) -> tuple[str, EntryForm]:
    if kind not in ENTRY_FORMS:
        raise NotFound
    heading, made = ENTRY_FORMS[kind]
    first = {} if request.method == "POST" else {"data": {"on": inside.now.date(), "at": inside.now.time()}}
    more: dict[str, Any] = {"pupils": inside.pupils()} if kind == "child" else {}
    return heading, made(**first, **more)


@blueprint.route(STRAND + "answer/<int:entry_id>/", methods=["GET", "POST"])
@allow("safeguarding:enter")
def answer(setting_id: int, strand_id: int, entry_id: int) -> Response:
    """Record what came of an action, a referral or a transfer (its receipt)."""
    inside = here(setting_id)
    found, form = _strand(inside, strand_id), AnswerForm()
    heading = "Record what came of it"
    with store.connection() as conn:
        if not reading.is_answerable(conn, setting_id, strand_id, entry_id):
            raise NotFound
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, heading, "Save")
    said = {"text": form.text.data, "reference": form.reference.data or ""}
    strands.answer(found, inside.actor, entry_id, said, inside.now, form.request_id)
    return _back(found)


@blueprint.route(STRAND + "criterion/<int:entry_id>/", methods=["GET", "POST"])
@allow("safeguarding:enter")
def criterion(setting_id: int, strand_id: int, entry_id: int) -> Response:
    """Complete a referral with the criterion relied on (OTE-31)."""
    inside = here(setting_id)
    found, form = _strand(inside, strand_id), AnswerForm()
    form.text.label.text = "Threshold criterion relied on"
    with store.connection() as conn:
        if not reading.is_answerable(conn, setting_id, strand_id, entry_id, "referral"):
            raise NotFound
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, "Complete the referral", "Save")
    strands.complete(found, inside.actor, entry_id, form.text.data or "", inside.now, form.request_id)
    return _back(found)


# ------------------------------------------------------------------ the team's own


@blueprint.route(STRAND + "people/", methods=["GET", "POST"])
@allow("safeguarding:read")
def name_reader(setting_id: int, strand_id: int) -> Response:
    """Let somebody who works here read the strand, for a purpose."""
    inside = here(setting_id)
    found = _strand(inside, strand_id, team=True)
    with store.connection() as conn:
        staff = [(one.id, f"{one.name}, {one.position_title}".rstrip(", ")) for one in people.staff(conn, setting_id, inside.now.date())]
    form = ReaderForm(people=staff)
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, "Name somebody who may read this", "Let them read")
    try:
        strands.name(found, inside.actor, int(form.account.data), form.purpose.data or "", form.last.data, inside.now, form.request_id)
    except Refused as refused:
        return _form(inside, found, form, "Name somebody who may read this", "Let them read", refused)
    return _back(found)


@blueprint.post(STRAND + "people/end/")
@allow("safeguarding:read")
def end_reader(setting_id: int, strand_id: int) -> Response:
    """End somebody's reading of the strand."""
    inside, found, form = _pressed(setting_id, strand_id)
    strands.unname(found, inside.actor, int(form.item.data or 0), inside.now)
    return _back(found)


@blueprint.post(STRAND + "signal/")
@allow("safeguarding:read")
def signal(setting_id: int, strand_id: int) -> Response:
    """Show or take away the signal on the child's page."""
    inside, found, form = _pressed(setting_id, strand_id)
    strands.signal(found, inside.actor, not found.signal, inside.now, form.request_id)
    return _back(found)


@blueprint.post(STRAND + "reopen/")
@allow("safeguarding:read")
def reopen(setting_id: int, strand_id: int) -> Response:
    """Open a closed strand again."""
    inside, found, form = _pressed(setting_id, strand_id)
    strands.reopen(found, inside.actor, inside.now, form.request_id)
    return _back(found)


def _pressed(setting_id: int, strand_id: int) -> tuple[Here, Opened, PressForm]:
    """Return the room, the strand and the button that was pressed."""
    inside = here(setting_id)
    found, form = _strand(inside, strand_id, team=True), PressForm()
    form.refuse_unless_good()
    return inside, found, form


@blueprint.route(STRAND + "child/", methods=["GET", "POST"])
@allow("safeguarding:read")
def match(setting_id: int, strand_id: int) -> Response:
    """Say which child an unclear strand is about."""
    inside = here(setting_id)
    found, form = _strand(inside, strand_id, team=True), PupilForm(pupils=inside.pupils())
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, "Say which child this is about", "Save")
    pupil = access_pupil(inside.actor, setting_id, int(form.pupil.data), inside.now.date())
    try:
        strands.match(found, inside.actor, pupil.id, inside.now, form.request_id)
    except Refused as refused:
        return _form(inside, found, form, "Say which child this is about", "Save", refused)
    return _back(found)


@blueprint.route(STRAND + "close/", methods=["GET", "POST"])
@allow("safeguarding:read")
def close(setting_id: int, strand_id: int) -> Response:
    """Close a strand with its outcome."""
    inside = here(setting_id)
    found = _strand(inside, strand_id, team=True)
    form = CloseForm(data=None if request.method == "POST" else {"drawn": found.version})
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, "Close this strand", "Close it")
    try:
        strands.close(found, inside.actor, form.text.data or "", form.drawn_position, inside.now, form.request_id)
    except Refused as refused:
        return _form(inside, found, form, "Close this strand", "Close it", refused)
    return _back(found)


@blueprint.route(STRAND + "forget/", methods=["GET", "POST"])
@allow("safeguarding:read")
def forget(setting_id: int, strand_id: int) -> Response:
    """Drop the key of a closed strand."""
    inside = here(setting_id)
    found, form = _strand(inside, strand_id, team=True), ForgetForm()
    if request.method == "GET" or not form.validate():
        return _form(inside, found, form, "Forget what this strand says", "Forget it for good")
    try:
        strands.forget(found, inside.actor, form.why.data, inside.now, form.request_id)
    except Refused as refused:
        return _form(inside, found, form, "Forget what this strand says", "Forget it for good", refused)
    return _back(found)
