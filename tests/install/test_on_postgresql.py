"""Daymark installed on PostgreSQL: the owner migrates, the app owns nothing, the demo is built and a register is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import make_url, select

from intranet import clock, duties, store
from intranet.commands import serving
from intranet.config import from_environment
from intranet.demo import build as demo
from intranet.errors import ConfigError
from intranet.factory import create_app
from intranet.law.sessions import session_no
from intranet.people.places import Setting
from intranet.pupils.models import GroupStaff
from intranet.store.tables import mark
from tests.fixtures.databases import APP_ROLE, OWNER_ROLE, _execute, _named, running
from tests.fixtures.people import signed_in
from tests.registers.conftest import Page


@pytest.fixture
def empty(postgres, migrated_template, tmp_path, test_keys):
    """The URLs of an empty database for the app's role and its owner's (the template made the roles)."""
    _execute(postgres, "drop database if exists daymark_empty", f"create database daymark_empty owner {OWNER_ROLE}")
    _execute(_named(postgres, "daymark_empty"), f"alter schema public owner to {OWNER_ROLE}")
    urls = [_named(postgres, "daymark_empty", role).render_as_string(hide_password=False) for role in (APP_ROLE, OWNER_ROLE)]
    yield {"DAYMARK_HOME": str(tmp_path), "DAYMARK_KEYS": str(test_keys), "DAYMARK_DATABASE_URL": urls[0], "DAYMARK_OWNER_URL": urls[1]}
    _execute(postgres, "drop database daymark_empty with (force)")


def migrated(environ):
    """Migrate as a start does, and return the app."""
    app = create_app(replace(from_environment(environ, demo=True)))
    try:
        store.migrate(app)
    finally:
        with app.app_context():
            store.db.engine.dispose()
    return app


@pytest.mark.slow
def test_the_demo_is_built_on_postgresql_by_a_role_that_owns_nothing_and_a_register_is_taken(empty, monkeypatch):
    for name, value in empty.items():
        monkeypatch.setenv(name, value)
    app = serving.demo_app("small")
    with app.app_context():
        with store.all_settings("test"), store.connection() as conn:
            setting = conn.scalar(select(Setting.id).where(Setting.setting_type == "primary_school"))
            staff = conn.execute(select(GroupStaff.group_id, GroupStaff.account_id).where(GroupStaff.setting_id == setting)).all()
        group, teacher = staff[-1]
        number = session_no(clock.today(), "PM")
        clock.current_clock().set(clock.now().replace(hour=13, minute=5))
        page = Page(signed_in(app.test_client(), teacher), setting, teacher)
        page.send(f"/registers/{number}/{group}/", act="rest")
        with store.scope([setting]), store.connection() as conn:
            taken = conn.execute(select(mark.c.pupil_id).where(mark.c.setting_id == setting, mark.c.session_no == number)).all()
        assert len(taken) >= 5
        assert duties.tick(clock.now()).failed == ()
        assert store.chain.verify(folder=app.config["DAYMARK"].seal_folder).problems == ()
        store.db.session.remove()
        store.db.engine.dispose()
    assert demo.built(app.config["DAYMARK"])["scale"] == "small"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DAYMARK_OWNER_URL": ""}, "not at the newest version.*DAYMARK_OWNER_URL"),
        ({"DAYMARK_DATABASE_URL": "owner"}, "role daymark_owner in DAYMARK_DATABASE_URL owns tables|migrat"),
        ({"DAYMARK_DATABASE_URL": "super"}, "may step over row-level security. Make one that owns nothing"),
        ({"DAYMARK_DATABASE_URL": "gone"}, "did not answer: .*nowhere.* does not exist. Start the server, or correct"),
        ({"DAYMARK_DATABASE_URL": "mysql://here/x"}, "does not name a PostgreSQL database. Write it like postgresql://"),
        ({"DAYMARK_DATABASE_URL": ""}, "DAYMARK_OWNER_URL is set and DAYMARK_DATABASE_URL is not"),
        ({"DAYMARK_OWNER_URL": "other"}, "names the database postgres, DAYMARK_DATABASE_URL daymark_empty. Name the same"),
        ({"DAYMARK_OWNER_URL": "app"}, "could not be migrated as daymark_app: .*That role must own"),
    ],
)
def test_a_start_that_would_not_be_safe_is_refused_with_what_to_do(empty, postgres, change, sentence):
    if change == {"DAYMARK_DATABASE_URL": "owner"}:
        migrated(empty)
    known = {
        "owner": empty["DAYMARK_OWNER_URL"], "app": empty["DAYMARK_DATABASE_URL"],
        "super": _named(postgres, "daymark_empty").render_as_string(hide_password=False),
        "gone": make_url(empty["DAYMARK_DATABASE_URL"]).set(database="nowhere").render_as_string(hide_password=False),
        "other": _named(postgres, "postgres").render_as_string(hide_password=False),
    }  # fmt: skip
    with pytest.raises(ConfigError, match=sentence):
        migrated({**empty, **{name: known.get(value, value) for name, value in change.items()}})


def test_a_migrated_database_is_served_without_the_owners_url_and_nobody_else_may_migrate_it(empty):
    migrated(empty)
    app = migrated({**empty, "DAYMARK_OWNER_URL": ""})
    with app.app_context(), store.connection() as conn:
        version = conn.exec_driver_sql("select has_table_privilege('alembic_version', 'update'), has_table_privilege('event', 'delete')").one()
    with app.app_context():
        store.db.engine.dispose()
    assert tuple(version) == (False, False)


def test_a_database_with_other_data_gets_no_demo_and_an_emptied_one_is_built_again(postgres_database):
    with running(replace(postgres_database.config, demo=True)) as app:
        config = app.config["DAYMARK"]
        serving._refuse_others(app, config)
        demo.marker(config).write_text('{"day": "2026-11-23", "scale": "small"}')
        serving._refuse_others(app, config)
        assert demo.built(config) is None  # the mark of a demo that is not in the database any more
        from tests.fixtures.people import a_setting

        a_setting()
        with pytest.raises(ConfigError, match="holds 1 settings already.*name an empty database"):
            serving._refuse_others(app, config)


def test_two_databases_of_one_data_folder_keep_their_marks_and_seals_apart(empty):
    here = from_environment(empty, demo=True)
    other = replace(here, database_url=here.database_url.replace("daymark_empty", "daymark_other"))
    embedded = from_environment({"DAYMARK_HOME": empty["DAYMARK_HOME"]}, demo=True)
    assert len({demo.marker(one) for one in (here, other, embedded)}) == 3
    assert len({one.seal_folder for one in (here, other, embedded)}) == 3
    changed = replace(here, database_url=here.database_url.replace("daymark_app", "daymark_app:new"))
    assert changed.seal_folder == here.seal_folder
