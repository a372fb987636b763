"""Opening the database: what is in force on a connection, and what is said when it will not open."""

import sqlite3

import pytest
from sqlalchemy import text

from intranet import store
from intranet.errors import ConfigError
from intranet.store import engine
from tests.store.conftest import start, write


def test_every_promise_about_durability_is_in_force_on_a_connection(lite):
    def pragma(name):
        with store.db.engine.connect() as conn:
            return conn.connection.driver_connection.execute(f"PRAGMA {name}").fetchone()[0]

    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "wal_autocheckpoint": 1000,
    }
    assert {name: pragma(name) for name in wanted} == wanted


def test_the_file_is_not_readable_as_a_plain_database_and_holds_no_plain_text(lite, own_sqlite):
    write(data={"n": "Fennimore Quillfeather"})
    path = own_sqlite.config.home / "daymark.db"
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(path).execute("select * from event").fetchall()
    kept = path.read_bytes() + (path.parent / "daymark.db-wal").read_bytes()
    assert b"SQLite format 3" not in kept and b"Quillfeather" not in kept and b"thing:1" not in kept


def test_another_key_is_a_sentence_that_says_what_to_restore(own_sqlite, tmp_path):
    from dataclasses import replace

    app = start(replace(own_sqlite.config, keys=tmp_path / "other-keys"))
    with (
        app.app_context(),
        pytest.raises(ConfigError, match="daymark.db does not open with the key in database.key.*key backup"),
        store.connection(),
    ):
        pass


def test_a_file_that_is_no_database_is_the_same_sentence(own_sqlite):
    (own_sqlite.config.home / "daymark.db").write_bytes(b"register of 1987" * 400)
    app = start(own_sqlite.config)
    with app.app_context(), pytest.raises(ConfigError, match="not a Daymark database"), store.connection():
        pass


def test_a_library_that_could_corrupt_a_database_is_refused():
    with pytest.raises(ConfigError, match="The SQLite library is 3.40.1; releases before 3.51.3"):
        engine._refuse_old_library((3, 40, 1))


def test_postgres_gives_up_on_a_statement_a_lock_and_an_idle_transaction(pg):
    with store.connection() as conn:
        shown = [
            conn.execute(text(f"show {name}").execution_options(daymark_unscoped=True)).scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        ]
    assert shown == ["15s", "5s", "30s", "UTC"]


def test_a_folder_that_cannot_be_made_or_opened_is_a_sentence(own_sqlite, tmp_path):
    from dataclasses import replace

    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigError, match="folder .* cannot be made: .*DAYMARK_HOME"):
        start(replace(own_sqlite.config, home=tmp_path / "file" / "home"))
    (tmp_path / "home" / "daymark.db").mkdir(parents=True)
    app = start(replace(own_sqlite.config, home=tmp_path / "home"))
    with app.app_context(), pytest.raises(ConfigError, match="daymark.db cannot be written in"), store.connection():
        pass
