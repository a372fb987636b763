"""The pages of the desks: late arrivals, sign-outs and the evacuation roll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.people import Actor, current_actor
from intranet.registers import desk, desk_log, evacuation, signout
from intranet.registers import desk_children as kids
from intranet.registers.desk_children import Child
from intranet.registers.desk_forms import NOBODY, OTHER, ArrivalForm, DepartureForm, FindForm, UndoForm
from intranet.registers.desk_rules import Reason, arrived_at, moment, read_keys, reason_for, reasons
from intranet.registers.signout import Adult
from intranet.settings.context import SettingContext, context
from intranet.web.kit import NavItem, WriteForm, allow, choices, is_htmx, now, respond, say_next, see_other

blueprint = Blueprint("desk", __name__, url_prefix="/settings/<int:setting_id>")
LATE, OUT = ("in", "back"), ("out",)


def init_desk(app: Flask) -> None:
    """Give the app its desks and its printed registers."""
    from intranet.registers import views_paper  # noqa: F401 (adding its routes)

    desk_log.register_kinds()
    app.register_blueprint(blueprint)
    app.extensions["daymark.navigation"].add(
        NavItem("Desk", "desk.late_desk", "desk:write", 20, own="Late arrivals"),
        NavItem("Sign-out", "desk.sign_out", "desk:write", 22, under="desk.late_desk"),
        NavItem("Evacuation roll", "desk.evacuation_roll", "print:read", 24, under="registers.index"),
    )


@dataclass(frozen=True)
class Hatch:
    """Who stands at the desk of which setting, and when."""

    ctx: SettingContext
    caller: Caller
    actor: Actor
    now: datetime

    def child(self, pupil_id: int | None, at: datetime | None = None) -> Child:
        """Return a pupil on roll; raise NotFound for any other."""
        if pupil_id is None:
            raise NotFound("No pupil was chosen. Type the name again.")
        with store.connection() as conn:
            return kids.access(conn, self.ctx, self.caller, self.actor, pupil_id, at or self.now)

    def find(self, text: str) -> list[Child]:
        """Return who may be meant."""
        with store.connection() as conn:
            return kids.find(conn, self.ctx, self.caller, self.actor, text, self.now)


def hatch(setting_id: int) -> Hatch:
    """Return the desk of a setting as it is now."""
    ctx = context(setting_id)
    return Hatch(ctx, host.for_setting(ctx), current_actor(), now())


# ------------------------------------------------------------------ late desk


@blueprint.get("/late-desk/")
@allow("desk:write")
def late_desk(setting_id: int) -> Response:
    """Show the late desk with the name box in focus."""
    return _late(hatch(setting_id))


@blueprint.post("/late-desk/find/")
@allow("desk:write")
def find_late(setting_id: int) -> Response:
    """Return the form of the pupil who is meant, or the pupils who may be."""
    here, form = hatch(setting_id), FindForm()
    child, found = _meant(here, form)
    return _late(here, child=child, found=found, text=form.q.data or "", arrival=_arrival_form(here, child) if child else None)


@blueprint.post("/late-desk/suggest/")
@allow("desk:write")
def suggest_late(setting_id: int) -> Response:
    """Return the first pupils whose names begin like that, as a fragment."""
    return _suggested(hatch(setting_id), "desk.find_late", "#late-desk")


@blueprint.post("/late-desk/")
@allow("desk:write")
def sign_in(setting_id: int) -> Response:
    """Sign a pupil in with one mark; nothing typed is lost when it cannot be."""
    here = hatch(setting_id)
    form = ArrivalForm()
    child = here.child(form.pupil.data)
    adults = _offer_adults(here, form, child)
    if not form.validate():
        return _late(here, 422, child=child, arrival=form)
    try:
        done = desk.sign_in(here.ctx, here.caller, here.actor, _arrival(here, form, adults), here.now)
    except Refused as refused:
        again(form, refused, child)
        return _late(here, 422, child=child, arrival=form)
    return _signed_in(here, done)


@blueprint.post("/late-desk/<int:presence_id>/undo/")
@allow("desk:write")
def undo_late(setting_id: int, presence_id: int) -> Response:
    """Undo an entry of the last minute."""
    here = hatch(setting_id)
    _undone(here, presence_id)
    return _late(here) if is_htmx() else see_other("desk.late_desk", setting_id=setting_id)


def _late(here: Hatch, status: int = 200, *, child: Child | None = None, found: Sequence[Child] = (), text: str = "",
          arrival: ArrivalForm | None = None, done: desk.SignedIn | None = None) -> Response:  # fmt: skip
    with store.connection() as conn:
        lines = desk.today(conn, here.ctx, here.caller, here.actor, here.now, LATE)
    stays = desk.stays(here.caller, child) if child else ""
    offered = desk.proposal(here.caller, child, here.now) if child and not stays else None
    values: dict[str, Any] = {"child": child, "found": found, "text": text, "arrival": arrival, "lines": lines, "done": done,
                              "adults": _adults(here, child), "offered": offered, "stays": stays,
                              "reasons": reasons("late"), "undo": UndoForm(formdata=None)}  # fmt: skip
    return respond("desk/late.html", "desk/_late.html", status, words=here.caller.words, **values)


def again(form: WriteForm, refused: Refused, child: Child) -> None:
    """Put a refusal into a form that is drawn again from what the desk knows of the pupil now; nothing typed is lost."""
    form.take(refused)
    form.drawn.raw_data, form.drawn.data = None, child.drawn


def _signed_in(here: Hatch, done: desk.SignedIn) -> Response:
    if is_htmx():
        return _late(here, done=done)
    say_next(f"Signed in. {done.sentences}".strip())
    return see_other("desk.late_desk", setting_id=here.ctx.id)


def _suggested(here: Hatch, action: str, target: str) -> Response:
    form = FindForm()
    text = (form.q.data or "") if form.validate() else ""
    return respond("desk/_found.html", found=here.find(text), text=text, action=action, target=target)


def _undone(here: Hatch, presence_id: int) -> None:
    """Take an entry of the last minute back; raise Refused for a button that is none."""
    UndoForm().refuse_unless_good()
    desk.undo(here.ctx, here.caller, here.actor, presence_id, here.now)


def _adults(here: Hatch, child: Child | None) -> list[Adult]:
    if child is None:
        return []
    with store.connection() as conn:
        return signout.adults(conn, here.ctx.id, child.id, here.now.date())


def _meant(here: Hatch, form: FindForm) -> tuple[Child | None, list[Child]]:
    """Return the child chosen or meant, and everyone who may be."""
    if not form.validate():
        return None, []
    if form.pupil.data is not None:
        return here.child(form.pupil.data), []
    found = here.find(form.q.data or "")
    child = kids.meant(found)
    return child, [one for one in found if one is not child]


def _arrival_form(here: Hatch, child: Child) -> ArrivalForm:
    form = ArrivalForm(formdata=None, pupil=child.id, at=here.now.time(), drawn=child.drawn)
    _offer_adults(here, form, child)
    return form


def _offer_adults(here: Hatch, form: ArrivalForm, child: Child) -> list[Adult]:
    adults = _adults(here, child)
    listed = [(adult.id, f"({adult.letter}) {adult.label}") for adult in adults]
    form.adult.choices = choices([(NOBODY, "None present"), *listed, (OTHER, "Somebody else")])
    return adults


def _arrival(here: Hatch, form: ArrivalForm, adults: Sequence[Adult]) -> desk.Arrival:
    """Return what was entered; raise Refused for keys that mean nothing."""
    key, letter = read_keys(form.choice.data or form.keys.data or "")
    reason = reason_for("late", key)
    by_letter = {adult.letter: adult for adult in adults}
    if letter and letter not in by_letter:
        raise Refused("Adult", letter, "no adult has this letter", "Enter the letter shown beside the adult who came", fields=["keys"])
    chosen = by_letter.get(letter) or next((adult for adult in adults if str(adult.id) == form.adult_choice()), None)
    name = (form.adult_name.data or "").strip()
    if form.adult_choice() == OTHER and not name and chosen is None:
        raise Refused("Somebody else’s name", "", "nothing was entered", "Enter who came, or choose “None present”", fields=["adult_name"])
    return desk.Arrival(
        form.pupil.data or 0, reason, arrived_at(here.now, form.at.data), chosen.label if chosen else name, chosen.id if chosen else None,
        (form.note.data or "").strip(), form.drawn_position, form.request_id,
    )  # fmt: skip


# ------------------------------------------------------------------ sign-out desk


@blueprint.get("/sign-out/")
@allow("desk:write")
def sign_out(setting_id: int) -> Response:
    """Show the sign-out desk with the name box in focus."""
    return _out(hatch(setting_id))


@blueprint.post("/sign-out/find/")
@allow("desk:write")
def find_out(setting_id: int) -> Response:
    """Return the sign-out form of the pupil who is meant, or the pupils who may be."""
    here, form = hatch(setting_id), FindForm()
    child, found = _meant(here, form)
    return _out(here, child=child, found=found, text=form.q.data or "", leaving=_leaving_form(here, child) if child else None)


@blueprint.post("/sign-out/suggest/")
@allow("desk:write")
def suggest_out(setting_id: int) -> Response:
    """Return the first pupils whose names begin like that, as a fragment."""
    return _suggested(hatch(setting_id), "desk.find_out", "#sign-out-desk")


@blueprint.post("/sign-out/")
@allow("desk:write")
def collect(setting_id: int) -> Response:
    """Sign a pupil out with an adult on the record; refuse any other (ATT-047, ATT-067)."""
    here = hatch(setting_id)
    form = DepartureForm()
    child = here.child(form.pupil.data)
    _offer_leaving(here, form, child)
    if not form.validate():
        return _out(here, 422, child=child, leaving=form)
    try:
        signout.sign_out(here.ctx, here.caller, here.actor, _departure(here, form), here.now)
    except Refused as refused:
        again(form, refused, child)
        return _out(here, 422, child=child, leaving=form)
    return _left(here, "Signed out.")


@blueprint.post("/sign-out/<int:presence_id>/undo/")
@allow("desk:write")
def undo_out(setting_id: int, presence_id: int) -> Response:
    """Undo a sign-out of the last minute."""
    here = hatch(setting_id)
    _undone(here, presence_id)
    return _left(here, "Undone.")


@blueprint.post("/sign-out/<int:presence_id>/back/")
@allow("desk:write")
def back(setting_id: int, presence_id: int) -> Response:
    """Sign a pupil who was collected back in (ATT-068)."""
    here, form = hatch(setting_id), UndoForm()
    form.refuse_unless_good()
    with store.connection() as conn:
        row = desk_log.one(conn, setting_id, presence_id)
    child = here.child(row.pupil_id)
    if not child.is_out:
        return _left(here, "Already back.")
    went = next((one for one in reasons("out") if one.label == row.reason), None)
    reason = Reason("", f"Back: {row.reason}", went.symbol if went else None)
    arrival = desk.Arrival(child.id, reason, arrived_at(here.now, None), drawn=child.drawn, request_id=form.request_id)
    done = desk.sign_in(here.ctx, here.caller, here.actor, arrival, here.now)
    return _left(here, f"Signed back in. {done.said}".strip())


def _out(here: Hatch, status: int = 200, *, child: Child | None = None, found: Sequence[Child] = (), text: str = "",
         leaving: DepartureForm | None = None) -> Response:  # fmt: skip
    with store.connection() as conn:
        lines = desk.today(conn, here.ctx, here.caller, here.actor, here.now, OUT)
        away = {pupil for pupil, rows in desk_log.presence(conn, here.ctx.id, here.now.date()).items() if rows[-1].kind == "out"}
    values = {"child": child, "found": found, "text": text, "leaving": leaving, "lines": lines, "away": away, "adults": _adults(here, child)}
    return respond("desk/out.html", "desk/_out.html", status, words=here.caller.words, undo=UndoForm(formdata=None), **values)


def _left(here: Hatch, said: str) -> Response:
    if is_htmx():
        return _out(here)
    say_next(said)
    return see_other("desk.sign_out", setting_id=here.ctx.id)


def _leaving_form(here: Hatch, child: Child) -> DepartureForm:
    form = DepartureForm(formdata=None, pupil=child.id, at=here.now.time(), drawn=child.drawn)
    _offer_leaving(here, form, child)
    return form


def _offer_leaving(here: Hatch, form: DepartureForm, child: Child) -> None:
    adults = _adults(here, child)
    with store.connection() as conn:
        leaders = signout.leaders(conn, here.ctx, here.now.date())
    listed = [(adult.id, adult.label if adult.may_collect else f"{adult.label}: may not collect") for adult in adults]
    form.adult.choices = choices([*listed, (OTHER, "Somebody else")])
    form.adult.validate_choice = False
    form.leader.choices = choices([(leader.id, leader.label) for leader in leaders], blank="Choose who agreed")
    form.leader.validate_choice = False
    form.reason.choices = choices([(reason.key, reason.label) for reason in reasons("out")])


def _departure(here: Hatch, form: DepartureForm) -> signout.Departure:
    """Return what was entered; ids are checked against the pupil's own record by the service."""
    at = arrived_at(here.now, form.at.data)
    until = moment(here.now.date(), form.expected_back.data) if form.expected_back.data else None
    return signout.Departure(
        form.pupil.data or 0, _id(form.adult.data), (form.adult_name.data or "").strip(), _id(form.leader.data), reason_for("out", form.reason.data),
        at, until, (form.note.data or "").strip(), form.drawn_position, form.request_id,
    )  # fmt: skip


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 10 else None


# ------------------------------------------------------------------ evacuation roll


@blueprint.get("/evacuation-roll/")
@allow("print:read")
def evacuation_roll(setting_id: int) -> Response:
    """Show who is on site now by class, to print or to tick on a phone."""
    here = hatch(setting_id)
    with store.connection() as conn:
        roll = evacuation.roll(conn, here.ctx, here.caller, here.actor, here.now)
    return respond("desk/evacuation.html", roll=roll, words=here.caller.words)
