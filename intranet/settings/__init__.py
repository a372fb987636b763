"""The settings room: the places that keep registers, their calendars and what they have decided."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its settings, their pages and the frame of every page."""
    from intranet.settings import events
    from intranet.settings.shell import init_shell
    from intranet.settings.views import init_views

    app.extensions["daymark.contexts"] = {}
    app.extensions.setdefault("daymark.closure_preview", [])
    events.register()
    init_shell(app)
    init_views(app)
