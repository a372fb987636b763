"""Migrations: up, down and up again with data, and the store's promises still kept afterwards."""

import contextlib
import importlib
import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from intranet import store
from intranet.store import engine as engines
from intranet.store import migrations
from tests.fixtures.databases import running
from tests.store.conftest import opened, write

REBUILD = '''
"""Rebuild the event table, as a changed column does on SQLite."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"

def how():
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"

def upgrade():
    with op.batch_alter_table("event", recreate=how()) as batch:
        batch.add_column(sa.Column("extra", sa.Integer))

def downgrade():
    with op.batch_alter_table("event", recreate=how()) as batch:
        batch.drop_column("extra")
'''
PARENT = '''
"""Rebuild a table that others refer to with ON DELETE CASCADE."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"

def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")))
    op.execute("insert into parent values (1)")
    op.execute("insert into child values (1, 1)")
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("parent", recreate=how) as batch:
        batch.add_column(sa.Column("name", sa.String(9)))

def downgrade():
    op.drop_table("child")
    op.drop_table("parent")
'''


def owners_engine(database):
    """An engine as the role that owns the tables."""
    if database.kind == "sqlite":
        made = create_engine(database.config.url, **engines.options(database.config))
        engines.begin_as_told(made)
        return made
    return create_engine(database.owner_url)


@contextlib.contextmanager
def versions(tmp_path, text_of_next):
    folder = tmp_path / "versions"
    folder.mkdir()
    shutil.copy(migrations.FOLDER / "versions" / "0001_store.py", folder)
    (folder / "0002_next.py").write_text(text_of_next)
    yield folder


def refuses_to_alter_events(engine):
    for line in ("update event set actor_id = 8", "delete from event"):
        with pytest.raises(DatabaseError, match="events are never"), engine.begin() as conn:
            if engine.dialect.name == "postgresql":
                conn.execute(text("set local app.settings = '1'"))
            conn.exec_driver_sql(line)
    return True


@pytest.fixture(params=["own_sqlite", "own_postgres"])
def own(request):
    return request.getfixturevalue(request.param)


def test_events_are_still_unalterable_after_their_table_was_rebuilt(own, tmp_path):
    for _app in opened(own):
        write()
    engine = owners_engine(own)
    with versions(tmp_path, REBUILD) as folder:
        migrations.upgrade(engine, folder=folder)
        assert "extra" in {c["name"] for c in inspect(engine).get_columns("event")}
        assert refuses_to_alter_events(engine)
        migrations.downgrade(engine, "0001", folder=folder)
        assert refuses_to_alter_events(engine)
    engine.dispose()
    for _app in opened(own):
        assert write().version == 2 and store.chain.verify(1).sound


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(own, tmp_path):
    engine = owners_engine(own)
    with versions(tmp_path, PARENT) as folder:
        migrations.upgrade(engine, folder=folder)
        with engine.connect() as conn:
            assert conn.exec_driver_sql("select count(*) from child").scalar_one() == 1
            if own.kind == "sqlite":
                assert conn.connection.driver_connection.execute("pragma foreign_keys").fetchone() == (1,)
    engine.dispose()


def test_every_migration_goes_down_and_up_again_and_the_promises_hold(database):
    for _app in opened(database):
        assert write(0, stream="house").version == 1
    engine = owners_engine(database)
    with engine.connect() as conn:
        before = bare(conn) if database.kind == "postgres" else []
    migrations.downgrade(engine, "0001")
    migrations.upgrade(engine)
    assert refuses_or_empty(engine)
    if database.kind == "postgres":
        with engine.begin() as conn:
            migrations.grant(conn, "daymark_app")
            assert bare(conn) == before
    engine.dispose()
    for _app in opened(database):
        assert write(0, stream="house").version == 2 and store.chain.verify(0).sound


def refuses_or_empty(engine):
    with pytest.raises(DatabaseError, match="events are never"), engine.begin() as conn:
        if engine.dialect.name == "postgresql":
            conn.execute(text("set local app.settings = '0'"))
        conn.exec_driver_sql("delete from event")
    return True


def test_down_to_nothing_and_up_again(database):
    engine = owners_engine(database)
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    assert "event" in inspect(engine).get_table_names()
    engine.dispose()


def test_a_second_start_on_the_newest_version_migrates_nothing_and_works(database):
    for _app in opened(database):
        write(0, stream="house")
    engine = owners_engine(database)
    for _again in range(2):
        migrations.upgrade(engine)
    assert refuses_or_empty(engine)
    engine.dispose()
    for _app in opened(database):
        assert write(0, stream="house").version == 2


def bare(conn):
    """The names of tables with setting_id that row-level security does not guard."""
    names = conn.execute(
        text(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'setting_id'"
            " where c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)"
        )
    ).scalars()
    return sorted(names)


def unprotected(conn):
    """Such tables, but for those that say they are not scoped."""
    tables = store.Base.metadata.tables
    return [name for name in bare(conn) if tables[name].info.get("scoped", True)]


def test_every_table_of_a_setting_is_behind_row_level_security(postgres_database):
    with running(postgres_database.config):
        engine = create_engine(postgres_database.owner_url)
        with engine.connect() as conn:
            assert unprotected(conn) == []
        engine.dispose()


def test_the_migrated_tables_are_what_the_models_say(database):
    for path in (migrations.PROJECT_FOLDER / "intranet").glob("*/*models.py"):
        importlib.import_module(f"intranet.{path.parent.name}.{path.stem}")
    engine = owners_engine(database)
    with engine.connect() as conn:
        found = compare_metadata(MigrationContext.configure(conn), store.Base.metadata)
        # A reference to another room's table may live in the migration alone: rooms do not import models to their right.
        differences = [d for d in found if d[0] != "remove_fk"]
    engine.dispose()
    assert [str(d)[:200] for d in differences] == []
