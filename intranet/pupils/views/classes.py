"""Classes: who is in them, who takes their registers, one-day cover."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import current_actor
from intranet.people import service as people
from intranet.pupils import classes as service
from intranet.pupils.access import access_group, access_pupils, known
from intranet.pupils.forms import ClassForm, MoveForm, StaffForm, sent_day
from intranet.pupils.roll import groups
from intranet.pupils.search import ordered
from intranet.pupils.views.blueprint import blueprint, show_again
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, today


@blueprint.get("/classes/")
@allow("pupil:read")
def class_list(setting_id: int) -> Response:
    """List the classes of today and who takes their registers."""
    with store.connection() as conn:
        found = groups(conn, setting_id, today())
        names = {row.id: row.name for row in people.staff(conn, setting_id, today())}
        sizes = [
            pupil.group_id
            for pupil in known(conn, setting_id, today())
            if pupil.on_roll(today()) and pupil.merged_into is None
        ]
    return respond(
        "pupils/classes.html", groups=found, names=names, sizes={group.id: sizes.count(group.id) for group in found},
        may=lambda permission: current_actor().may(permission, setting_id),
    )  # fmt: skip


@blueprint.route("/classes/add/", methods=["GET", "POST"])
@allow("group:write")
def add_class(setting_id: int) -> Response:
    """Open a class from a day."""
    form = ClassForm()
    values: dict[str, Any] = {
        "pupil": None,
        "heading": "Open a class",
        "button": "Open class",
        "back": "pupils.class_list",
    }
    if request.method == "GET" or not form.validate():
        return respond("pupils/form.html", status=200 if request.method == "GET" else 422, form=form, **values)
    try:
        made = service.open_class(
            setting_id,
            form.name.data or "",
            sent_day(form.first),
            kind=form.kind.data,
            year_group=form.year_group.data,
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return show_again("pupils/form.html", form, refused, **values)
    return see_other("pupils.show_class", setting_id=setting_id, group_id=made)


@blueprint.get("/classes/<int:group_id>/")
@allow("pupil:read")
def show_class(setting_id: int, group_id: int) -> Response:
    """Show a class: its pupils, who takes its registers, and the forms to change both."""
    return _page(setting_id, group_id, MoveForm(formdata=None), StaffForm(formdata=None))


def _page(setting_id: int, group_id: int, move: MoveForm, staff: StaffForm, status: int = 200) -> Response:
    group = access_group(current_actor(), setting_id, group_id, today())
    with store.connection() as conn:
        everyone = known(conn, setting_id, today())
        working = people.staff(conn, setting_id, today())
        others = [other for other in groups(conn, setting_id, today()) if other.id != group_id]
    inside = ordered(pupil for pupil in everyone if pupil.group_id == group_id and pupil.on_roll(today()))
    move.group_id.choices = choices((other.id, other.name) for other in others)
    staff.account_id.choices = choices((row.id, f"{row.name}, {row.position_title}") for row in working)
    names = {row.id: row.name for row in working}
    for field in staff:
        field.id = f"staff-{field.name}"  # two forms share the page, and both ask for a first day
    return respond(
        "pupils/class.html", status=status, group=group, pupils=inside, names=names, move=move, staff=staff, form=move,
        may=lambda permission: current_actor().may(permission, setting_id),
    )  # fmt: skip


@blueprint.post("/classes/<int:group_id>/move/")
@allow("group:write")
def move_pupils(setting_id: int, group_id: int) -> Response:
    """Move the chosen pupils to another class from a day."""
    access_group(current_actor(), setting_id, group_id, today())
    form = MoveForm()
    if not form.validate() or not form.pupil.data or form.group_id.data is None:
        return _again(
            setting_id,
            group_id,
            form,
            StaffForm(formdata=None),
            "Choose at least one pupil and the class they move to.",
        )
    access_pupils(current_actor(), setting_id, set(form.pupil.data), today())
    try:
        moved = service.move_class(
            setting_id, form.pupil.data, form.group_id.data, sent_day(form.first), actor=current_actor(), now=now()
        )
    except Refused as refused:
        form.take(refused)
        return _page(setting_id, group_id, form, StaffForm(formdata=None), 422)
    say_next(f"{moved} moved.")
    return see_other("pupils.show_class", setting_id=setting_id, group_id=group_id)


def _again(setting_id: int, group_id: int, move: MoveForm, staff: StaffForm, sentence: str) -> Response:
    for form in (move, staff):
        if form.is_submitted() and not form.errors and form.first.data is not None:
            form.form_errors.append(sentence)
    return _page(setting_id, group_id, move, staff, 422)


@blueprint.post("/classes/<int:group_id>/staff/")
@allow("cover:write")
def staff_class(setting_id: int, group_id: int) -> Response:
    """Say who takes a class's registers; cover also gets access for those days."""
    access_group(current_actor(), setting_id, group_id, today())
    form = StaffForm()
    if not form.validate() or form.account_id.data is None:
        return _again(setting_id, group_id, MoveForm(formdata=None), form, "Choose who takes the registers.")
    try:
        _staffed(setting_id, group_id, form)
    except Refused as refused:
        form.take(refused)
        return _page(setting_id, group_id, MoveForm(formdata=None), form, 422)
    say_next("Saved. They can take this class's registers on those days.")
    return see_other("pupils.show_class", setting_id=setting_id, group_id=group_id)


def _staffed(setting_id: int, group_id: int, form: StaffForm) -> None:
    account_id, first, last = form.account_id.data, form.first.data, form.last.data
    if account_id is None or first is None:
        raise NotFound
    if form.role.data == "cover":
        service.give_cover(setting_id, group_id, account_id, first, last or first, actor=current_actor(), now=now())
    else:
        service.staff_class(
            setting_id, group_id, account_id, form.role.data, first, last, actor=current_actor(), now=now()
        )
