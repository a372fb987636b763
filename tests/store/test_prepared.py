"""A statement prepared once gives what SQLAlchemy gives, and is held to its setting as every other is."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Integer, bindparam, select
from sqlalchemy.exc import IntegrityError

from intranet import clock, store
from intranet.pupils.models import Pupil
from intranet.store.tables import register_state
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil

HERE = Pupil.setting_id == bindparam("here", type_=Integer)
SOME = store.Prepared(select(Pupil.id, Pupil.born, Pupil.legal_given).where(HERE, Pupil.id.in_(bindparam("ids", expanding=True))).order_by(Pupil.id))
EVERYBODY = store.Prepared(select(Pupil.id))
NEW = store.PreparedWrite(register_state.insert())


@pytest.fixture
def school(app_on_both):
    setting = a_setting()
    group = a_class(setting, "Cedar")
    return setting, group, [a_pupil(setting, given, "Quill", group=group) for given in ("Amber", "Bryony", "Clover")]


def _state(setting: int, group: int) -> dict[str, object]:
    now = clock.now()
    return {"setting_id": setting, "session_no": 4096, "group_id": group, "position": 1, "first_saved_at": now, "saved_at": now, "saved_by": None,
            "marked": 3, "from_paper": False}  # fmt: skip


def test_the_rows_are_those_of_the_ordinary_statement_whatever_the_length_of_a_list(school):
    setting, _, pupils = school
    with store.scope([setting]), store.connection() as conn:
        for ids in (pupils, pupils[:1], []):
            wanted = {"here": setting, "ids": ids}
            assert [tuple(row) for row in SOME.all(conn, wanted)] == [tuple(row) for row in conn.execute(SOME.query, wanted)]
        assert isinstance(SOME.all(conn, {"here": setting, "ids": pupils})[0].born, date)


def test_a_setting_out_of_scope_and_a_statement_without_one_are_refused(school):
    setting, group, pupils = school
    with store.scope([]), store.connection() as conn, pytest.raises(store.OutOfScope):
        SOME.all(conn, {"here": setting, "ids": pupils})
    with store.scope([setting]), store.connection() as conn, pytest.raises(store.OutOfScope):
        EVERYBODY.all(conn, {})
    with store.scope([]), pytest.raises(store.OutOfScope), store.writing(now=clock.now(), actor_id=None) as w:
        NEW.run(w.conn, [_state(setting, group)])


def test_an_error_of_the_driver_is_the_librarys_own_and_nothing_is_stored(school):
    setting, group, _ = school
    row = _state(setting, group)
    with store.scope([setting]), pytest.raises(IntegrityError), store.writing(now=clock.now(), actor_id=None) as w:
        NEW.run(w.conn, [row])
        NEW.run(w.conn, [row])
    with store.scope([setting]), store.connection() as conn:
        assert conn.execute(select(register_state).where(register_state.c.setting_id == setting)).all() == []
