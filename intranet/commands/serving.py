"""Serves on this computer only: migrate, build the demo once, tick every minute."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sys
import threading
import time
from argparse import Namespace
from contextlib import closing
from pathlib import Path

import waitress
from flask import Flask
from sqlalchemy import func, select

from intranet import clock, duties, store
from intranet.config import Config, from_environment
from intranet.demo import build as demo
from intranet.errors import ConfigError
from intranet.factory import create_app
from intranet.people.places import Setting
from intranet.store import health
from intranet.store.engine import opener

HOST = "127.0.0.1"
THREADS = 8
TICK_SECONDS = 60
#: Seconds a thread keeps the interpreter while others wait. A save gives it up at each statement and holds the write lock
#: meanwhile: with Python's 5 ms, eight busy threads keep it waiting for tens of milliseconds a save.
SWITCH_SECONDS = 0.0005
log = logging.getLogger("daymark.tick")


def run(asked: Namespace) -> int:
    """Build the demo where there is none and serve it; return when stopped."""
    app = demo_app(asked.scale, asked.fresh)
    return _serve(app, asked.port, "the demo")


def serve(asked: Namespace) -> int:
    """Serve the data there is; return when stopped."""
    app = create_app(from_environment(os.environ, demo=os.environ.get("DAYMARK_DEMO") == "1"))
    store.migrate(app)
    return _serve(app, asked.port, "Daymark")


def demo_app(scale: str, fresh: bool = False) -> Flask:
    """Return the app over a demo of that scale, migrated and built where it was not."""
    config = from_environment(os.environ, demo=True)
    _clear(config, scale, fresh)
    app = create_app(config)
    store.migrate(app)
    _refuse_others(app, config)
    if demo.built(config) is None:
        started = time.monotonic()
        with app.app_context():
            today = clock.today()
        demo.build(app, scale, _draw, today)
        print(f"\nThe demo was built in {time.monotonic() - started:.0f} s.", file=sys.stderr)
    demo.set_clock(app)
    return app


def _clear(config: Config, scale: str, fresh: bool) -> None:
    """Remove an unfinished demo, one of another scale, or any when asked for a fresh one; never a server's database."""
    found = demo.built(config)
    if found is not None and found.get("scale") == scale and not fresh:
        return
    if config.database_url:
        if found is not None:
            raise ConfigError("The demo in this database is of another kind. Name an empty database in DAYMARK_DATABASE_URL, or leave it out.")
        return
    if not demo.begun(config):
        _refuse_unmarked(config)
    demo.marker(config).unlink(missing_ok=True)
    for file in [*config.home.glob("daymark.db*"), *config.seal_folder.glob("*")]:
        file.unlink()


def _refuse_unmarked(config: Config) -> None:
    """Raise ConfigError when the embedded database holds data and no file says that it is a demo's."""
    path = config.home / "daymark.db"
    if not path.exists() or path.stat().st_size == 0:
        return
    raw = opener(path, config.key("database"))()
    with closing(raw):
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} & {"setting", "account", "event"}
        held = any(raw.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in sorted(tables))  # noqa: S608 - three names of ours
    if held:
        raise ConfigError(
            f"The database {path} holds data, and there is no {demo.marker(config).name} beside it that says it is a demo. "
            "Building a demo would replace it, so nothing was touched. Name another folder for the demo, for example: "
            f"DAYMARK_HOME={config.home}-demo python3 app.py. If it is a demo, put its {demo.marker(config).name} back; "
            "if nobody needs the data, move the file away yourself."
        )


def _refuse_others(app: Flask, config: Config) -> None:
    """Raise ConfigError when a server's database holds settings that are no demo of ours, or a demo that was since emptied."""
    with app.app_context(), store.all_settings("start"), store.connection() as conn:
        filled = conn.scalar(select(func.count()).select_from(Setting)) or 0
    known = demo.built(config) is not None
    if config.database_url and filled and not known:
        raise ConfigError(
            f"The database in DAYMARK_DATABASE_URL holds {filled} settings already, and they were not built from this data folder. "
            "The demo is never mixed with other data: name an empty database, or the folder it was built from in DAYMARK_HOME."
        )
    if known and not filled:
        demo.marker(config).unlink()
        for file in config.seal_folder.glob("*"):
            file.unlink()


def _draw(what: str, share: float) -> None:
    """Draw one line of progress."""
    width = min(30, shutil.get_terminal_size().columns - 45)
    filled = int(width * share)
    line = f"  {'█' * filled}{'░' * (width - filled)} {share:4.0%} building the demo: {what}"
    end = "" if sys.stderr.isatty() else "\n"
    print(f"\r{line:<78}" if sys.stderr.isatty() else line, end=end, file=sys.stderr, flush=True)


def _serve(app: Flask, port: int, what: str) -> int:
    try:
        server = waitress.create_server(app, host=HOST, port=port, threads=THREADS)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ConfigError(f"Port {port} on this computer is in use by another program. Start on another: python3 app.py --port {port + 1}") from error
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.Thread(target=_tick_for_ever, args=(app,), daemon=True, name="tick").start()
    print(f"Daymark is ready: http://{HOST}:{port}/ shows {what}. Stop it with Ctrl+C.", flush=True)
    server.run()
    return 0


def _tick_for_ever(app: Flask) -> None:
    """Tick once a minute; a tick that fails is logged and the next one tries again."""
    while True:
        try:
            with app.app_context():
                duties.tick(clock.now())
                health.note_tick(app.config["DAYMARK"], clock.now())
        except Exception:  # a failed tick must not end the ticking
            log.exception("tick failed; the next one is in a minute")
        time.sleep(TICK_SECONDS)


def home() -> Path:
    """Return the data folder of this install."""
    return from_environment(os.environ, demo=True).home
