"""Opens the database: SQLCipher SQLite or PostgreSQL, with every promise about durability set on each connection."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from intranet.config import Config
from intranet.errors import ConfigError

#: The first SQLite release without the fault that could corrupt a database when its write-ahead log was reset.
OLDEST_SQLITE = (3, 51, 3)
BUSY_MILLISECONDS = 10_000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MILLISECONDS}",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "wal_autocheckpoint=1000",
)
POSTGRES_OPTIONS = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
)


def options(config: Config) -> dict[str, Any]:
    """Return the SQLAlchemy engine options for the configured database; raise ConfigError when the library is too old."""
    if make_url(config.url).get_backend_name() != "sqlite":
        return {
            "connect_args": {"options": POSTGRES_OPTIONS},
            "pool_size": 10,
            "max_overflow": 20,
            "pool_pre_ping": True,
        }
    path = Path(make_url(config.url).database or "")
    _make_folder(path.parent)
    return {"module": sqlcipher, "creator": opener(path, config.key("database")), "pool_size": 20, "max_overflow": 20}


def _make_folder(folder: Path) -> None:
    """Make the database's folder, for its owner only; raise ConfigError when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made: {error.strerror}. Choose another with DAYMARK_HOME, or let its owner write there."
        ) from error


def opener(path: Path, key: bytes) -> Callable[[], sqlcipher.Connection]:
    """Return a function that opens the encrypted file; it raises ConfigError when the key is not the file's."""
    _refuse_old_library(sqlcipher.sqlite_version_info)

    def open_file() -> sqlcipher.Connection:
        with ExitStack() as undo:
            try:
                raw = sqlcipher.connect(
                    str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MILLISECONDS / 1000
                )
                undo.callback(raw.close)
                raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
                raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
                for pragma in PRAGMAS:
                    raw.execute(f"PRAGMA {pragma}")
            except sqlcipher.DatabaseError as error:
                raise _cannot_open(path, error) from error
            undo.pop_all()
        return raw

    return open_file


def _refuse_old_library(version: tuple[int, ...]) -> None:
    if version < OLDEST_SQLITE:
        raise ConfigError(
            f"The SQLite library is {'.'.join(map(str, version))}; releases before {'.'.join(map(str, OLDEST_SQLITE))} "
            "can corrupt a database when its log is reset. Install the sqlcipher3 package that Daymark's requirements name."
        )


def _cannot_open(path: Path, error: Exception) -> Exception:
    """Return the sentence for a file that our key does not open, or the error itself when that is not the reason."""
    if "unable to open" in str(error) or "readonly" in str(error):
        return ConfigError(
            f"The database {path.name} cannot be written in {path.parent}. Let the account that runs Daymark write there, "
            "or choose another folder with DAYMARK_HOME."
        )
    if "not a database" not in str(error):
        return error
    return ConfigError(
        f"The database {path.name} does not open with the key in database.key: it was made with another key, "
        "or it is not a Daymark database. Restore the key file that belongs to it from your key backup, or move the "
        "file away to start a new one."
    )


def begin_as_told(engine: Engine) -> None:
    """Make SQLite transactions plain, and IMMEDIATE where ``writing`` asks (the driver's own are switched off)."""

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.info["daymark.settings"] = None
        conn.info["daymark.flushing"] = False
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writing") else "BEGIN")
