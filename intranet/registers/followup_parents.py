"""The page that a parent's link opens: it shows nothing about the child but what the office chose, and says what it received."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, request

from intranet.errors import Refused
from intranet.pupils.forms import sent_day
from intranet.registers import followup_links as links
from intranet.registers.followup_forms import ParentForm
from intranet.web.kit import NavItem, clock_time, now, public, respond

blueprint = Blueprint("followup_parent", __name__, url_prefix="/absence")


@blueprint.route("/<string:token>/", methods=["GET", "POST"])
@public("a parent without an account tells of an absence by a signed link, and reads nothing but a label")
def tell(token: str) -> Response:
    """Show the form of a link, or say that the message was received."""
    link = links.opened(str(current_app.secret_key), token, now())
    form = ParentForm(first=now().date(), last=now().date()) if request.method == "GET" else ParentForm()
    if form.validate_on_submit():
        try:
            days = sent_day(form.first), sent_day(form.last)
            links.receive(link, *days, form.reason.data, form.text.data or "", form.informant.data or "", form.request_id, now())
            return respond("followup/received.html", at=clock_time(now()))
        except Refused as refused:
            form.take(refused)
    return respond("followup/parent.html", None, 422 if request.method == "POST" else 200, form=form, label=link.label, token=token)


def init_followup(app: Flask) -> None:
    """Give the app the pages of following absences up."""
    from intranet.registers import followup_views, followup_views_office  # noqa: F401 (the second adds its routes to the first)

    app.register_blueprint(followup_views.blueprint)
    app.register_blueprint(blueprint)
    app.extensions["daymark.slots"].add("dashboard.cards", followup_views.card, order=4)
    app.extensions["daymark.navigation"].add(
        NavItem("Follow-up", "followup.index", "followup:read", 16, under="registers.index"),
    )
