"""Rows of a setting out of scope: refused before the statement is sent, and invisible behind it."""

import pytest
from sqlalchemy import and_, create_engine, exists, func, or_, select, text, union_all
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from intranet import store
from intranet.store.tables import event, mark, record
from tests.store.conftest import NOW, TODAY, write


class Rec(store.Base):
    """A model on a scoped table."""

    __table__ = record


ROW = {"kind": "k", "first": TODAY, "data": "{}", "version": 1, "position": 0}
other = aliased(Rec)
second = record.alias()


def run(query):
    return store.db.session.execute(query).all()


REFUSED = {
    "a plain select": select(mark),
    "a count of every setting": select(func.count()).select_from(mark),
    "a model": select(Rec),
    "columns of a model": select(Rec.id).where(Rec.kind == "k"),
    "the second table of a join": select(mark)
    .join(record, record.c.pupil_id == mark.c.pupil_id)
    .where(mark.c.setting_id == 1),
    "an alias": select(second).join(record, record.c.id == second.c.id).where(record.c.setting_id == 1),
    "a subquery": select(mark).where(mark.c.setting_id == 1, mark.c.pupil_id.in_(select(record.c.pupil_id))),
    "the same table inside": select(mark).where(mark.c.setting_id == 1, mark.c.pupil_id.in_(select(mark.c.pupil_id))),
    "exists()": select(mark).where(mark.c.setting_id == 1, exists().where(record.c.pupil_id == mark.c.pupil_id)),
    "one side of or": select(mark).where(or_(mark.c.setting_id == 1, mark.c.pupil_id == 2)),
    "two tables that only agree": select(mark.c.code_id).where(mark.c.setting_id == record.c.setting_id),
    "a union": union_all(select(record.c.id).where(record.c.setting_id == 1), select(record.c.id)),
    "a cte": select(select(record.c.id).cte("c")),
    "an update": record.update().values(kind="x"),
    "a delete": record.delete().where(record.c.id == 1),
    "text": text("select 1 from mark"),
    "not equal": select(mark).where(mark.c.setting_id != 2),
}
ALLOWED = {
    "a plain select": select(mark).where(mark.c.setting_id == 1),
    "a list": select(Rec).where(Rec.setting_id.in_([1, 3])),
    "a join by the setting": select(mark)
    .join(record, and_(record.c.setting_id == mark.c.setting_id, record.c.pupil_id == mark.c.pupil_id))
    .where(mark.c.setting_id == 1),
    "an outer join of an alias": select(Rec, other)
    .outerjoin(other, and_(other.setting_id == 1, other.id == Rec.id))
    .where(Rec.setting_id == 1),
    "a correlated exists": select(mark).where(
        mark.c.setting_id == 1,
        exists().where(record.c.setting_id == mark.c.setting_id, record.c.pupil_id == mark.c.pupil_id),
    ),
    "a correlated count": select(
        mark.c.pupil_id,
        select(func.count()).select_from(record).where(record.c.setting_id == mark.c.setting_id).scalar_subquery(),
    ).where(mark.c.setting_id == 1),
    "a union": union_all(
        select(record.c.id).where(record.c.setting_id == 1), select(record.c.id).where(record.c.setting_id == 3)
    ),
    "a cte": select(select(record.c.id).where(record.c.setting_id == 1).cte("c")),
    "an update": record.update().where(record.c.setting_id == 1).values(kind="x"),
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED.keys())
def test_a_statement_that_does_not_say_which_setting_is_refused(lite, query):
    with store.scope([1, 3]), pytest.raises(store.OutOfScope, match="without saying which setting|Textual SQL"):
        run(query)


@pytest.mark.parametrize("query", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_statement_that_says_its_setting_runs_in_scope_and_is_refused_outside(lite, query):
    with store.scope([1, 3]), store.connection() as conn:
        conn.execute(query)
    with store.scope([2]), pytest.raises(store.OutOfScope, match="Setting [13] is outside"), store.connection() as conn:
        conn.execute(query)


def test_a_refused_statement_names_the_table_and_the_condition_to_add(lite):
    with pytest.raises(
        store.OutOfScope, match="the table mark without saying which setting: add the condition mark.setting_id == …"
    ):
        run(select(mark))


def test_the_value_is_checked_at_every_run_of_a_statement_that_was_seen_before(lite):
    def read(setting_id):
        return run(select(Rec).where(Rec.setting_id == setting_id, Rec.kind == "k"))

    with store.scope([1]):
        assert read(1) == []
        with pytest.raises(store.OutOfScope, match="Setting 2 is outside"):
            read(2)


def test_nothing_but_the_house_is_in_scope_when_nobody_said(lite):
    assert run(select(event).where(event.c.setting_id == 0)) == []
    with pytest.raises(store.OutOfScope):
        run(select(event).where(event.c.setting_id == 1))


def test_all_settings_needs_a_reason_and_then_reads_across(lite):
    write(1), write(2)
    with store.all_settings("test"):
        assert run(select(func.count()).select_from(event))[0][0] == 2
    with pytest.raises(ValueError, match="needs a reason"), store.all_settings(""):
        pass


def test_a_row_cannot_be_inserted_or_flushed_into_a_setting_out_of_scope(lite):
    with pytest.raises(store.OutOfScope), store.scope([1]), store.writing(now=NOW, actor_id=1) as w:
        w.conn.execute(record.insert(), [{**ROW, "setting_id": 1}, {**ROW, "setting_id": 2}])
    with pytest.raises(store.OutOfScope), store.scope([1]), store.writing(now=NOW, actor_id=1) as w:
        w.session.add(Rec(setting_id=2, **ROW))
    with store.all_settings("test"):
        assert run(select(Rec)) == []


def test_a_model_read_in_scope_can_be_changed_reloaded_and_deleted(both):
    with store.scope([1]):
        with store.writing(now=NOW, actor_id=1) as w:
            w.session.add(Rec(setting_id=1, **ROW))
        with store.writing(now=NOW, actor_id=1) as w:
            row = w.session.scalars(select(Rec).where(Rec.setting_id == 1)).one()
            row.kind = "changed"
            w.session.flush()
            w.session.refresh(row)
        kept = store.db.session.scalars(select(Rec).where(Rec.setting_id == 1)).one()
        store.db.session.rollback()
        assert kept.kind == "changed"
        with store.writing(now=NOW, actor_id=1) as w:
            w.session.delete(w.session.scalars(select(Rec).where(Rec.setting_id == 1)).one())
        assert run(select(Rec).where(Rec.setting_id == 1)) == []


def test_the_reading_session_refuses_to_write(lite):
    store.db.session.add(Rec(setting_id=0, **ROW))
    with pytest.raises(store.OutOfScope, match="db.session only reads"):
        store.db.session.commit()
    store.db.session.rollback()


@pytest.fixture
def behind(pg, own_postgres):
    """A plain connection as the app's role, with no guard in front, and events of settings 1 and 2 stored."""
    write(1), write(2)
    engine = create_engine(own_postgres.config.url)
    yield engine
    engine.dispose()


def visible(engine, settings):
    with engine.begin() as conn:
        if settings is not None:
            conn.execute(text("select set_config('app.settings', :s, true)"), {"s": settings})
        return [row[0] for row in conn.execute(text("select setting_id from event order by 1"))]


def test_postgres_itself_shows_only_the_settings_of_the_transaction(behind):
    assert visible(behind, "2") == [2]
    assert visible(behind, "1,2") == [1, 2]
    assert visible(behind, "") == [] and visible(behind, None) == []


def test_postgres_itself_refuses_to_write_a_row_of_another_setting(behind):
    row = (
        "insert into record (setting_id, kind, first, data, version, position)"
        " values (2, 'k', '2026-11-23', '{}', 1, 0)"
    )
    with pytest.raises(DBAPIError, match="row-level security"), behind.begin() as conn:
        conn.execute(text("select set_config('app.settings', '1', true)"))
        conn.execute(text(row))
    with behind.begin() as conn:
        conn.execute(text("select set_config('app.settings', '2', true)"))
        conn.execute(text(row))
    with behind.begin() as conn:
        conn.execute(text("select set_config('app.settings', '1', true)"))
        assert conn.execute(text("update record set kind = 'x'")).rowcount == 0
    with pytest.raises(DBAPIError, match="row-level security"), behind.begin() as conn:
        conn.execute(text("select set_config('app.settings', '2', true)"))
        conn.execute(text("update record set setting_id = 1"))


def test_every_scoped_table_is_behind_row_level_security_forced_on_its_owner_too(behind):
    with behind.connect() as conn:
        bare = (
            conn.execute(
                text(
                    "select c.relname from pg_class c"
                    " join pg_attribute a on a.attrelid = c.oid and a.attname = 'setting_id'"
                    " where c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)"
                )
            )
            .scalars()
            .all()
        )
        assert bare == []
        assert conn.execute(text("select count(*) from pg_tables where tableowner = current_user")).scalar_one() == 0


def test_a_scope_entered_in_the_middle_of_a_transaction_reaches_postgres(pg):
    write(1)
    seen = select(func.count()).select_from(event).where(event.c.setting_id == 1)
    store.db.session.execute(select(event).where(event.c.setting_id == 0)).all()
    with store.scope([1]):
        assert store.db.session.execute(seen).scalar_one() == 1
