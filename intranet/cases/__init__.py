"""The cases room: timelines with steps, clocks and decisions, each of a kind that is data."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its cases: their pages, what findings do to them, and their parts of other pages."""
    from intranet.cases import opening, slots, tasks
    from intranet.cases.views import blueprint
    from intranet.web.kit import NavItem

    app.register_blueprint(blueprint)
    app.extensions["daymark.subscribers"].append(opening.on_findings)
    app.extensions.setdefault("daymark.refreshers", []).append(tasks.refresh)
    app.extensions["daymark.slots"].add("pupil.panels", slots.on_pupil, order=60)
    app.extensions["daymark.slots"].add("dashboard.cards", slots.decisions, order=20)
    app.extensions["daymark.navigation"].add(NavItem("Cases", "cases.index", "case:read", 35))
