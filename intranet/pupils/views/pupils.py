"""The list of pupils, a pupil's page in its parts, and its particulars."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import Refused
from intranet.people import current_actor
from intranet.pupils import events, page, search
from intranet.pupils.access import KnownPupil, access_pupil
from intranet.pupils.changes import amend_pupil, row_of
from intranet.pupils.forms import PupilForm, PupilFormWithoutAddress, SearchForm
from intranet.pupils.roll import groups
from intranet.pupils.views.blueprint import blueprint, here, show_again
from intranet.web.kit import allow, now, respond, say_next, see_other, today

PAGE_SIZE = 200


@blueprint.get("/pupils/")
@allow("pupil:read")
def index(setting_id: int) -> Response:
    """List the pupils of one class or of all, in register order."""
    group_id, number = request.args.get("group", type=int), max(1, request.args.get("page", 1, type=int))
    with store.connection() as conn:
        everyone = search.visible(conn, current_actor(), setting_id, today())
        classes = groups(conn, setting_id, today())
    chosen = [pupil for pupil in everyone if group_id is None or pupil.group_id == group_id]
    first = (number - 1) * PAGE_SIZE
    return respond(
        "pupils/index.html", pupils=chosen[first : first + PAGE_SIZE], total=len(chosen), number=number, size=PAGE_SIZE,
        groups=classes, group_id=group_id, query="", may=_may(setting_id),
    )  # fmt: skip


def _may(setting_id: int) -> Any:
    return lambda permission: current_actor().may(permission, setting_id)


@blueprint.post("/pupils/search/")
@allow("pupil:read")
def find(setting_id: int) -> Response:
    """List the pupils whose names begin with what was typed; the name stays out of the address."""
    form = SearchForm()
    text = form.q.data if form.validate() else ""
    with store.connection() as conn:
        found = search.find(conn, current_actor(), setting_id, text or "", today())
        classes = groups(conn, setting_id, today())
    return respond(
        "pupils/index.html", "pupils/_rows.html", pupils=found, total=len(found), number=1, size=PAGE_SIZE, groups=classes, group_id=None,
        query=text, may=_may(setting_id),
    )  # fmt: skip


def pupil_page(setting_id: int, pupil_id: int, part: str, **values: Any) -> Response:
    """Return one part of a pupil's page."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    if pupil.merged_into is not None:
        return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil.merged_into)
    ctx, caller = here(setting_id)
    seen = page.build(ctx, caller, current_actor(), pupil, now())
    return respond(
        f"pupils/{part}.html", seen=seen, pupil=pupil, part=part, setting=ctx, may=_may(setting_id), **values
    )


@blueprint.get("/pupils/<int:pupil_id>/")
@allow("pupil:read")
def show(setting_id: int, pupil_id: int) -> Response:
    """Show a pupil's summary."""
    return pupil_page(setting_id, pupil_id, "show")


@blueprint.get("/pupils/<int:pupil_id>/contacts/")
@allow("pupil:contacts")
def contacts(setting_id: int, pupil_id: int) -> Response:
    """Show whom to ring, in order."""
    return pupil_page(setting_id, pupil_id, "contacts")


@blueprint.get("/pupils/<int:pupil_id>/placement/")
@allow("pupil:contacts")
def placement(setting_id: int, pupil_id: int) -> Response:
    """Show a pupil's placements, who owns each duty, and flags."""
    return pupil_page(setting_id, pupil_id, "placement")


@blueprint.get("/pupils/<int:pupil_id>/history/")
@allow("pupil:write")
def history(setting_id: int, pupil_id: int) -> Response:
    """Show what changed about a pupil, when."""
    access_pupil(current_actor(), setting_id, pupil_id, today())
    with store.connection() as conn:
        found = store.events.read(conn, setting_id, stream=f"pupil:{pupil_id}")
    return pupil_page(setting_id, pupil_id, "history", events=[events.line(event) for event in reversed(found)])


@blueprint.route("/pupils/<int:pupil_id>/edit/", methods=["GET", "POST"])
@allow("pupil:write")
def edit(setting_id: int, pupil_id: int) -> Response:
    """Change a pupil's particulars."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, today())
    form = _form(setting_id, pupil)
    if request.method == "GET" or not form.validate():
        return respond("pupils/edit.html", status=200 if request.method == "GET" else 422, form=form, pupil=pupil)
    try:
        changed = amend_pupil(
            setting_id, pupil_id, _particulars(form, setting_id, pupil_id), version=form.version.data or 0,
            actor=current_actor(), now=now(), request_id=form.request_id,
        )  # fmt: skip
    except Refused as refused:
        return show_again("pupils/edit.html", form, refused, pupil=pupil)
    say_next("Particulars saved." if changed else "Nothing had changed.")
    return see_other("pupils.show", setting_id=setting_id, pupil_id=pupil_id)


HIDDEN_FIELDS = ("address", "postcode", "future_address", "future_address_from", "address_protected")


def _hides_address(setting_id: int, row: Any) -> bool:
    return bool(row["address_protected"]) and not current_actor().may("pupil:protected", setting_id)


def _form(setting_id: int, pupil: KnownPupil) -> PupilForm:
    """Return the form; a protected address is not drawn for those who may not see it."""
    with store.connection() as conn:
        row = row_of(conn, setting_id, pupil.id)
    form = PupilFormWithoutAddress() if _hides_address(setting_id, row) else PupilForm()
    if request.method == "GET":
        form.fill(row)
    return form


def _particulars(form: PupilForm, setting_id: int, pupil_id: int) -> Any:
    """Return what was typed, keeping what this person was not shown."""
    with store.connection() as conn:
        row = row_of(conn, setting_id, pupil_id)
    return form.particulars({name: row[name] for name in HIDDEN_FIELDS if name not in form})
