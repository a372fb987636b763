"""The web room: what every view and page stands on."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its clock, templates, protection, headers, shared files, slots, navigation and error pages."""
    from intranet.web.setup import init_web  # late: plugins import the kit without building an app

    init_web(app)
