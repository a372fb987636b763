"""The store by itself: its own migration only, and an app of nothing but the store."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from intranet import store
from intranet.store import migrations
from tests.fixtures import databases

NOW = datetime(2026, 11, 23, 8, 55, tzinfo=UTC)
TODAY = date(2026, 11, 23)
store.events.register_kind("test.noted", describe=lambda data: f"noted {data.get('n')}", redact=("n",))


@pytest.fixture(scope="session")
def own_migration(tmp_path_factory):
    """Migrates to the store's own tables only."""
    folder = tmp_path_factory.mktemp("versions")
    shutil.copy(migrations.FOLDER / "versions" / "0001_store.py", folder)

    def migrate(engine):
        migrations.upgrade(engine, folder=folder)
        with engine.begin() as conn:  # stands in for the settings room's table, which lists every setting
            conn.exec_driver_sql("create table setting (id integer primary key)")
            conn.exec_driver_sql("insert into setting values (1), (2), (3)")

    return migrate


@pytest.fixture(scope="session")
def own_file(tmp_path_factory, test_keys, own_migration):
    return databases.sqlite_template(tmp_path_factory.mktemp("own"), test_keys, own_migration)


@pytest.fixture(scope="session")
def own_template(postgres, own_migration):
    return databases.postgres_template(
        postgres, f"daymark_own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", own_migration
    )


@pytest.fixture
def own_sqlite(own_file, tmp_path, test_keys):
    return databases.sqlite_copy(own_file, tmp_path, test_keys)


@pytest.fixture
def own_postgres(postgres, own_template, tmp_path, test_keys):
    with databases.postgres_clone(postgres, own_template, tmp_path, test_keys) as made:
        yield made


def start(config) -> Flask:
    app = Flask("store-alone")
    app.config["DAYMARK"] = config
    store.init_app(app)
    return app


def opened(made):
    app = start(made.config)
    with app.app_context():
        yield app
        store.db.session.remove()
        store.db.engine.dispose()


@pytest.fixture
def lite(own_sqlite):
    """A store on SQLite."""
    yield from opened(own_sqlite)


@pytest.fixture
def pg(own_postgres):
    """A store on PostgreSQL, as a role that owns nothing."""
    yield from opened(own_postgres)


@pytest.fixture(params=["own_sqlite", "own_postgres"])
def both(request):
    """A store, once on each kind of database."""
    yield from opened(request.getfixturevalue(request.param))


def write(setting_id=1, **kwargs):
    """Append one event of the test kind in its own transaction."""
    values = {"stream": "thing:1", "kind": "test.noted", "data": {"n": 1}, "occurred_on": TODAY, **kwargs}
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=7) as w:
        return w.append(setting_id=setting_id, **values)
