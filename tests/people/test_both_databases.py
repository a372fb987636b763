"""The same promises on both kinds of database, PostgreSQL as a role that owns nothing."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from intranet import store
from intranet.clock import LONDON
from intranet.people import service as people
from intranet.people.actor import load_actor
from intranet.settings import service as settings
from intranet.settings.context import context
from intranet.settings.models import ClosureRow
from intranet.store.scope import OutOfScope
from tests.fixtures.people import a_setting, an_account, an_organisation, csrf

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def app(app_on_both):
    app_on_both.extensions["daymark.clock"].set(MONDAY)
    return app_on_both


def test_a_person_signs_in_and_opens_only_their_own_setting(app):
    mine, other = a_setting("Mine"), a_setting("Other")
    an_account("head", setting=mine, email="head@example.org", password="three quiet otters")
    client = app.test_client()
    data = {"csrf_token": csrf(client), "email": "head@example.org", "password": "three quiet otters"}
    assert client.post("/sign-in/", data={**data, "password": "a wrong guess"}).status_code == 422
    assert client.post("/sign-in/", data=data).status_code == 303
    assert [client.get(f"/settings/{one}/calendar/").status_code for one in (mine, other)] == [200, 404]


def test_rights_reach_down_the_tree_and_staff_are_found_up_it(app):
    top = an_organisation("Top")
    below = an_organisation("Below", parent=top)
    deep = a_setting("Deep", organisation=below)
    account = an_account("trust_director", organisation=top)
    with store.connection() as conn:
        assert load_actor(conn, account, "Sam", "", TUESDAY).setting_ids == {deep}
    with store.scope([deep]), store.connection() as conn:
        assert [row.id for row in people.staff(conn, deep, TUESDAY)] == [account]


def test_a_closure_is_seen_only_in_its_own_settings_scope(app):
    mine, other = a_setting("Mine"), a_setting("Other")
    snow = settings.NewClosure(TUESDAY, TUESDAY, "snow", "Snow", planned=False)
    with store.scope([mine]), store.writing(now=MONDAY, actor_id=None) as w:
        settings.close(w, mine, snow)
    with store.scope([mine]):
        assert not context(mine).calendar.is_school_day(TUESDAY)
    with store.scope([other]), store.connection() as conn:
        assert context(other).calendar.is_school_day(TUESDAY)
        with pytest.raises(OutOfScope):
            conn.scalar(select(func.count()).select_from(ClosureRow).where(ClosureRow.setting_id == mine))
