"""Wires the web room into an app, in the order that matters."""

from __future__ import annotations

from typing import Any

from flask import Flask

from intranet import clock
from intranet.clock import Clock
from intranet.web.csrf import init_csrf
from intranet.web.errors import init_errors
from intranet.web.forms import field_errors
from intranet.web.headers import init_headers
from intranet.web.htmx import init_htmx
from intranet.web.navigation import Navigation
from intranet.web.rules import init_rules
from intranet.web.shell import Shell
from intranet.web.slots import Slots, render_slot
from intranet.web.static import init_static
from intranet.web.ui import init_templates
from intranet.web.views import CspReports, blueprint, csp_report
from intranet.web.why import init_why

VERSION = "0.1.0"


def init_web(app: Flask) -> None:
    """Wire everything; rooms that follow add to slots, navigation and the ``shell`` of the page."""
    app.extensions.setdefault("daymark.clock", Clock())
    app.extensions["daymark.slots"] = Slots()
    app.extensions["daymark.navigation"] = Navigation()
    app.extensions["daymark.csp_reports"] = CspReports()
    init_rules(app)
    init_htmx(app)
    init_templates(app)
    init_why(app)
    app.jinja_env.globals.update(slot=render_slot, field_errors=field_errors, product_version=VERSION, now=clock.now)
    app.context_processor(default_shell)
    init_csrf(app).exempt(csp_report)
    init_static(app)
    app.register_blueprint(blueprint)
    init_headers(app)
    init_errors(app)


def default_shell() -> dict[str, Any]:
    """Return the shell of a signed-out page; the people room's own comes later and replaces it."""
    return {"shell": Shell()}
