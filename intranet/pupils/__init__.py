"""The pupils room: children as one setting knows them, their people, placements and classes."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register what this room brings to the app."""
    from intranet.pupils import events
    from intranet.pupils.views import blueprint
    from intranet.web.kit import NavItem

    events.register()
    app.register_blueprint(blueprint)
    app.extensions["daymark.navigation"].add(
        NavItem("Pupils", "pupils.index", "pupil:read", 30),
        NavItem("Classes", "pupils.class_list", "group:write", 35),
    )
