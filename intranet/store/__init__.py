"""The store: the one room that opens the database, keeps the event log and says what a caller may touch."""

from __future__ import annotations

from flask import Flask

from intranet.config import Config
from intranet.store import bulk, chain, events, guard, marks, migrations, projections, records, types
from intranet.store.base import Base, db
from intranet.store.engine import begin_as_told, options
from intranet.store.events import RequestSeen, Stored, VersionTaken
from intranet.store.locks import FairLock
from intranet.store.migrations import migrate
from intranet.store.prepared import Prepared, PreparedWrite
from intranet.store.redaction import redact
from intranet.store.scope import OutOfScope, all_settings, scope
from intranet.store.state import State
from intranet.store.statements import statements
from intranet.store.writing import Writing, connection, not_read, writing

__all__ = [
    "Base",
    "OutOfScope",
    "Prepared",
    "PreparedWrite",
    "RequestSeen",
    "Stored",
    "VersionTaken",
    "Writing",
    "all_settings",
    "bulk",
    "chain",
    "connection",
    "db",
    "events",
    "init_app",
    "marks",
    "migrate",
    "migrations",
    "not_read",
    "projections",
    "records",
    "redact",
    "scope",
    "statements",
    "types",
    "writing",
]


def init_app(app: Flask) -> None:
    """Open the configured database for the app; raise ConfigError when it is not one of ours."""
    config: Config = app.config["DAYMARK"]
    app.config["SQLALCHEMY_DATABASE_URI"] = config.url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options(config)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    begin_as_told(engine)
    guard.watch(engine)
    lock = FairLock() if engine.dialect.name == "sqlite" else None
    app.extensions["daymark.store"] = State(config.key("chain"), config.key("seal"), lock)
