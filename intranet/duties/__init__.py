"""The duties room: what rules conclude, what people must do about it by when, and the pages that say so."""

from __future__ import annotations

from flask import Flask

from intranet.duties.findings import FindingChange, Read, judge, recompute
from intranet.duties.plan import ExpectedRegister, expected, planned, state
from intranet.duties.queues import DutyRow, of_pupils, queue
from intranet.duties.ticking import TickReport, register_taken, tick

__all__ = [
    "DutyRow", "ExpectedRegister", "FindingChange", "Read", "TickReport", "expected", "init_app", "judge", "of_pupils", "planned", "queue",
    "recompute", "register_taken", "state", "tick",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Give the app its role homes and let the setting plugins fill the slots."""
    from intranet.duties import ahead, notices, slots
    from intranet.duties.views import blueprint
    from intranet.web.kit import NavItem

    app.extensions.setdefault("daymark.subscribers", []).append(notices.on_findings)
    app.register_blueprint(blueprint)
    app.extensions["daymark.slots"].add(None, slots.plugin_parts, order=40)
    app.extensions["daymark.slots"].add("pupil.panels", ahead.parts, order=20)
    app.extensions["daymark.navigation"].add(NavItem("Today", "duties.home", "setting:home", 5))
