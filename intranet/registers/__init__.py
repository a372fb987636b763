"""The registers room: sessions, marks, amendments, boards and desks."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its register pages, boards and desks, and its part of other rooms' pages."""
    from intranet.registers import views_marks  # noqa: F401 (it adds its routes)
    from intranet.registers.followup_parents import init_followup
    from intranet.registers.panel import init_panel
    from intranet.registers.rows import Rows
    from intranet.registers.views import blueprint, worker
    from intranet.registers.views_board import init_board
    from intranet.registers.views_desk import init_desk

    app.extensions["daymark.register_rows"] = Rows()
    app.register_blueprint(blueprint)
    app.add_url_rule("/register-worker.js", "register_worker", worker)
    init_desk(app)
    init_board(app)
    init_followup(app)
    init_panel(app)
