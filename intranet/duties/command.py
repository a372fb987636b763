"""``python3 app.py tick``: one tick, for cron or systemd."""

from __future__ import annotations

import logging

from flask import Flask

from intranet import clock
from intranet.duties.ticking import tick
from intranet.store.health import note_tick

log = logging.getLogger("daymark.tick")


def main(app: Flask) -> int:
    """Tick once in every setting; return 1 when a setting failed."""
    with app.app_context():
        report = tick(clock.now())
        note_tick(app.config["DAYMARK"], clock.now())
    log.info("tick: %d settings, %d duties raised, %d closed", report.settings, report.raised, report.closed)
    return 1 if report.failed else 0
