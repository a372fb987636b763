"""The safeguarding room: anyone tells, only the team reads; outside it there is nothing but "speak to the safeguarding lead"."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app the room, its way in for everybody, and its parts of other rooms' pages."""
    from intranet.cases.safeguarding import events, slots, views_pupil, views_strand  # noqa: F401 (views add their routes)
    from intranet.cases.safeguarding.views import blueprint
    from intranet.web.kit import NavItem

    events.register()
    app.register_blueprint(blueprint)
    app.extensions["daymark.slots"].add("dashboard.cards", slots.card, order=2)
    app.extensions["daymark.slots"].add("pupil.header_badges", slots.badge, order=60)
    app.extensions["daymark.slots"].add("pupil.panels", slots.panels, order=80)
    app.extensions["daymark.navigation"].add(
        NavItem("Safeguarding", "safeguarding.room", "safeguarding:read", 12, own="Children"),
        NavItem("Review of absence", "safeguarding.review", "safeguarding:read", 13, under="safeguarding.room"),
        NavItem("Tell the safeguarding lead", "safeguarding.tell", "safeguarding:tell", 90, under="pupils.index"),
    )
