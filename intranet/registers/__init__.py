"""The registers room: sessions, marks, amendments, boards and desks."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its register pages, boards and desks, and its part of other rooms' pages."""
    from intranet.registers import views_marks  # noqa: F401 (adds its routes)
    from intranet.registers.views import blueprint

    app.register_blueprint(blueprint)
