"""A read that fails is a page in plain words that says what to do: never a traceback, never an empty list of pupils."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from intranet import store
from tests.fixtures.databases import _execute, running
from tests.fixtures.people import a_setting, an_account, csrf, signed_in

SAID = "The register could not be read, and nothing was changed."


@pytest.fixture
def head(app):
    setting = a_setting()
    client = signed_in(app.test_client(), an_account("head", setting=setting))
    assert client.get(f"/settings/{setting}/calendar/").status_code == 200
    return client, setting


def shown(answer, status=503):
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[-2000:]
    assert "Traceback" not in text and "sqlalchemy" not in text.lower()
    return text


def test_a_lost_connection_is_said_and_the_page_is_there_when_it_is_back(postgres, postgres_database):
    with running(postgres_database.config) as app:
        setting = a_setting()
        client = signed_in(app.test_client(), an_account("head", setting=setting))
        token = csrf(client)
        name = store.db.engine.url.database
        kill = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        _execute(postgres, f"alter database {name} allow_connections false", kill)
        page = shown(client.get(f"/settings/{setting}/calendar/"))
        assert SAID in page and "The database did not answer. Wait a moment, then open the page again." in page
        fragment = client.get(f"/settings/{setting}/calendar/", headers={"HX-Request": "true"})
        assert SAID in shown(fragment) and fragment.headers["HX-Retarget"] == "#page-alert"
        kept = shown(client.post(f"/settings/{setting}/close/", data={"csrf_token": token, "label": "Snow", "kind": "snow"}))
        assert 'name="label" value="Snow"' in kept and "Try again" in kept
        _execute(postgres, f"alter database {name} allow_connections true")
        assert client.get(f"/settings/{setting}/calendar/").status_code == 200


def test_a_damaged_file_is_said(app, head):
    client, setting = head
    config = app.config["DAYMARK"]
    store.db.session.remove()
    store.db.engine.raw_connection().driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.db.engine.dispose()
    path = config.home / "daymark.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + bytes(len(whole) - 8192))  # the first pages stay as they were: it opens, and then cannot be read
    page = shown(client.get(f"/settings/{setting}/calendar/"))
    assert SAID in page and "is damaged. Ask your administrator to restore the last backup." in page


def test_a_database_that_is_not_there_any_more_is_said_without_a_traceback(app, head):
    client, setting = head
    store.db.session.remove()
    store.db.engine.dispose()
    path = app.config["DAYMARK"].home / "daymark.db"
    path.unlink()
    path.mkdir()
    text = shown(client.get(f"/settings/{setting}/calendar/"), 500)
    assert "The database daymark.db cannot be written in" in text


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PoolTimeout("QueuePool limit"), "Too many people are reading at once. Wait a moment, then open the page again."),
        (OperationalError("select", {}, Exception("database is locked")), "busy for too long. Wait a moment, then open the page again."),
        (OperationalError("select", {}, Exception("canceling statement due to statement timeout")), "busy for too long"),
        (OperationalError("select", {}, Exception("disk I/O error")), "or the disk it is on, is damaged"),
        (ProgrammingError("select", {}, Exception("no such column")), None),
    ],
)
def test_each_reason_has_its_sentence_and_a_fault_of_ours_has_none(error, sentence):
    said = store.not_read(error)
    assert said is None if sentence is None else said.status == 503 and sentence in said.message
