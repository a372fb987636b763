"""The exchange room: files in from other systems, looked at before anything is stored."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register what this room brings to the app."""
    from intranet import store
    from intranet.exchange.service import described
    from intranet.exchange.views import blueprint
    from intranet.web.kit import NavItem

    store.events.register_kind("import.stored", describe=described, redact=("name",))
    app.register_blueprint(blueprint)
    app.extensions["daymark.navigation"].add(
        NavItem("Import", "exchange.start", "import:run", 80, under="pupils.index")
    )
