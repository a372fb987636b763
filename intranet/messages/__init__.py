"""The messages room: who is told what, how it reaches them, whether they have opened it, and what was said to families."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its pages of notices and of what was said, and its parts of other rooms' pages."""
    from intranet.messages import views, views_talks
    from intranet.messages.panel import init_panel

    app.register_blueprint(views.blueprint)
    app.register_blueprint(views_talks.blueprint)
    init_panel(app)
