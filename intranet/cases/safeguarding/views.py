"""The pages of the safeguarding room that are about no one strand: telling, the room itself, the review of absence, breaking the glass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from intranet import store
from intranet.cases.safeguarding import glass, reading, telling
from intranet.cases.safeguarding import review as reviews
from intranet.cases.safeguarding.access import TEAM
from intranet.cases.safeguarding.forms import GlassForm, PressForm, ReviewForm, TellForm, press
from intranet.errors import Refused
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.people import Actor, current_actor
from intranet.pupils import search
from intranet.pupils.access import access_pupil
from intranet.settings.context import SettingContext, context
from intranet.web.kit import WriteForm, allow, now, respond, say_next, see_other

blueprint = Blueprint("safeguarding", __name__, url_prefix="/settings/<int:setting_id>")


@dataclass(frozen=True)
class Here:
    """Who is in the room of which setting, and when."""

    ctx: SettingContext
    caller: Caller
    actor: Actor
    now: datetime

    @property
    def team(self) -> bool:
        """Return whether it is somebody of the team."""
        return self.actor.may(TEAM, self.ctx.id)

    def pupils(self) -> list[tuple[int, str]]:
        """Return the pupils of the setting to choose from."""
        with store.connection() as conn:
            return [(one.id, f"{one.shown_name}, {one.group_name}".rstrip(", ")) for one in search.visible(conn, self.actor, self.ctx.id, self.now.date())]


def here(setting_id: int) -> Here:
    """Return the room as it is now."""
    ctx = context(setting_id)
    return Here(ctx, host.for_setting(ctx), current_actor(), now())


def again(template: str, form: WriteForm, refused: Refused, **values: Any) -> Response:
    """Return the form once more with what stands against it; nothing typed is lost."""
    form.take(refused)
    return respond(template, status=422, form=form, **values)


# ------------------------------------------------------------------ telling


@blueprint.route("/tell/", methods=["GET", "POST"])
@allow("safeguarding:tell")
def tell(setting_id: int) -> Response:
    """Take down what somebody tells about a child whom they name."""
    return _tell(here(setting_id), None, "")


@blueprint.route("/pupils/<int:pupil_id>/tell/", methods=["GET", "POST"])
@allow("pupil:read")
def tell_of(setting_id: int, pupil_id: int) -> Response:
    """Take down what somebody tells about a pupil they can see."""
    pupil = access_pupil(current_actor(), setting_id, pupil_id, now().date())
    return _tell(here(setting_id), pupil.id, pupil.shown_name)


def _tell(room: Here, pupil_id: int | None, name: str) -> Response:
    form = TellForm(data=None if request.method == "POST" else {"on": room.now.date(), "at": room.now.time()})
    shown: dict[str, Any] = {"setting_id": room.ctx.id, "pupil_id": pupil_id, "name": name, "lead": room.caller.role_label("dsl")}
    if request.method == "GET" or not form.validate():
        return respond("safeguarding/tell.html", status=200 if request.method == "GET" else 422, form=form, **shown)
    try:
        number = telling.tell(room.ctx, room.actor, pupil_id, form.told(), room.now, form.request_id)
    except Refused as refused:
        return again("safeguarding/tell.html", form, refused, **shown)
    say_next(f"Sent to the {room.caller.role_label('dsl')}. Its number is {number}: give it if you want to ask about it.")
    return see_other("duties.home", setting_id=room.ctx.id)


# ------------------------------------------------------------------ the room


@blueprint.get("/safeguarding/")
@allow("safeguarding:enter")
def room(setting_id: int) -> Response:
    """List the strands within the person's reach, without a word of what they hold."""
    inside = here(setting_id)
    with store.connection() as conn:
        lines = reading.room(conn, inside.ctx, inside.actor, inside.now)
        broken = reading.broken(conn, inside.ctx, inside.now) if inside.team else []
    breaks = not inside.team and inside.actor.may("safeguarding:glass", setting_id)
    shown: dict[str, Any] = {"lines": lines, "broken": broken, "team": inside.team, "breaks": breaks}
    return respond("safeguarding/room.html", setting_id=setting_id, press=press, at=inside.now, **shown)


@blueprint.post("/safeguarding/break-glass/seen/")
@allow("safeguarding:read")
def glass_seen(setting_id: int) -> Response:
    """Record that the team has looked into a time the glass was broken."""
    form = PressForm()
    form.refuse_unless_good()
    inside = here(setting_id)
    glass.acknowledge(inside.ctx, inside.actor, int(form.item.data or 0), inside.now)
    return see_other("safeguarding.room", setting_id=setting_id)


@blueprint.route("/safeguarding/break-glass/", methods=["GET", "POST"])
@allow("safeguarding:glass")
def break_glass(setting_id: int) -> Response:
    """Let the head read a child's strands for a reason and a short time; the team is told."""
    inside = here(setting_id)
    form = GlassForm(pupils=inside.pupils())
    shown: dict[str, Any] = {"setting_id": setting_id, "minutes": int(glass.LASTS.total_seconds() // 60), "lead": inside.caller.role_label("dsl")}
    if request.method == "GET" or not form.validate():
        return respond("safeguarding/glass.html", status=200 if request.method == "GET" else 422, form=form, **shown)
    until = glass.break_glass(inside.ctx, inside.actor, int(form.pupil.data), form.reason.data or "", inside.now, form.request_id)
    say_next(f"You may read until {until:%H:%M}. The {shown['lead']} has been told.")
    return see_other("safeguarding.room", setting_id=setting_id)


# ------------------------------------------------------------------ review of absence


@blueprint.route("/safeguarding/review/", methods=["GET", "POST"])
@allow("safeguarding:read")
def review(setting_id: int) -> Response:
    """List the absences that wait for the lead; a POST decides on one of them."""
    inside = here(setting_id)
    if request.method == "GET":
        return _review(inside, None)
    form = ReviewForm()
    if not form.validate():
        return _review(inside, form)
    try:
        strand_id = reviews.decide(
            inside.ctx, inside.caller, inside.actor, form.key.data or "", form.day.data or inside.now.date(), form.decision.data or "",
            form.text.data or "", inside.now, form.request_id,
        )  # fmt: skip
    except Refused as refused:
        form.take(refused)
        return _review(inside, form)
    if strand_id is not None:
        return see_other("safeguarding.strand", setting_id=setting_id, strand_id=strand_id)
    say_next("Decision stored.")
    return see_other("safeguarding.review", setting_id=setting_id)


def _review(inside: Here, sent: ReviewForm | None) -> Response:
    with store.connection() as conn:
        items = reviews.queue(conn, inside.ctx, inside.caller, inside.now)
    forms = [(item, sent if sent and sent.key.data == item.key else _blank(item)) for item in items]
    params = inside.caller.params(inside.now.date())
    shown: dict[str, Any] = {"items": forms, "sent": sent, "at": inside.now, "setting_id": inside.ctx.id, "window": params.get(reviews.WINDOW)}
    return respond("safeguarding/review.html", status=422 if sent else 200, **shown)


def _blank(item: reviews.Item) -> ReviewForm:
    return ReviewForm(formdata=None, data={"key": item.key, "day": item.on})
