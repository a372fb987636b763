"""Commands for whoever keeps an install running: import, tick, verify."""

from __future__ import annotations

import os
from argparse import Namespace
from importlib import import_module
from pathlib import Path

from flask import Flask

from intranet import clock, store
from intranet.config import from_environment
from intranet.factory import create_app
from intranet.store import health
from intranet.web.filters import plural


def _app() -> Flask:
    app = create_app(from_environment(os.environ, demo=os.environ.get("DAYMARK_DEMO", "1") == "1"))
    store.migrate(app)
    return app


def import_files(asked: Namespace) -> int:
    """Import files as the words say; return the exit code."""
    code: int | None = import_module("intranet.exchange.command").main(_app(), asked.rest)
    return code or 0


def tick(_asked: Namespace) -> int:
    """Raise what is due this minute; return the exit code."""
    code: int | None = import_module("intranet.duties.command").main(_app())
    return code or 0


def verify(_asked: Namespace) -> int:
    """Print what verification found; return 1 when anything was tampered with."""
    app = _app()
    folder = app.config["DAYMARK"].seal_folder
    with app.app_context(), store.all_settings("verify"):
        report = store.chain.verify(folder=folder)
        health.note_verified(app.config["DAYMARK"], clock.now(), report.events, len(report.problems))
    print(f"{report.events} events and {report.marks} marks were checked; {plural(len(report.problems), 'problem')}. {_sealed(folder)}")
    for problem in report.problems:
        print(f"  {problem}")
    return 1 if report.problems else 0


def _sealed(folder: Path) -> str:
    last = store.chain.sealed_on(folder)
    if last is None:
        return f"There is no seal in {folder} yet: only the next tick's seal can show that a chain's end was cut off."
    return f"Last sealed on {last:%-d %B %Y}, in {folder}."
