"""The demo as it is built: one setting of each type, registers that verify, people that nobody could ring."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from intranet import store
from intranet.commands import serving
from intranet.demo import build as demo
from intranet.people.models import Account
from intranet.people.places import Setting
from intranet.pupils.models import Person, Pupil
from intranet.store.tables import event, mark

TODAY = date(2026, 11, 23)


@pytest.fixture
def built(app):
    demo.build(app, "small", lambda _what, _share: None, TODAY)
    with store.all_settings("test"):
        yield app


def test_one_setting_of_each_type_has_two_years_of_registers_that_verify(built):
    with store.connection() as conn:
        types = conn.scalars(select(Setting.setting_type).order_by(Setting.setting_type)).all()
        marks = dict(conn.execute(select(mark.c.setting_id, func.count()).group_by(mark.c.setting_id)).all())
        days = conn.execute(select(func.min(event.c.occurred_on), func.max(event.c.occurred_on)).where(event.c.kind == "register.saved")).one()
    assert types == ["academy", "alternative_provision", "independent_school", "primary_school", "tutoring"]
    assert len(marks) == 5 and min(marks.values()) > 500
    assert days[0] <= date(2025, 9, 4) and days[1] == TODAY
    assert store.chain.verify().problems == ()


def test_nobody_in_the_demo_has_a_number_that_could_ring_or_an_address_that_could_receive(built):
    with store.connection() as conn:
        phones = [phone["number"] for phones in conn.scalars(select(Person.phones)) for phone in phones]
        postcodes = set(conn.scalars(select(Pupil.postcode)))
        mails = conn.scalars(select(Account.email)).all()
    assert all(number.startswith("07700 900") for number in phones)
    assert postcodes == {"ZZ99 9ZZ"}
    assert all(mail.endswith(".example") for mail in mails)


def test_a_second_start_shows_the_demo_that_is_there_with_what_was_entered_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYMARK_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("DAYMARK_KEYS", str(tmp_path / "keys"))
    counted = []
    for _start in range(2):
        app = serving.demo_app("small")
        with app.app_context(), store.all_settings("test"), store.connection() as conn:
            counted.append(conn.scalar(select(func.count()).select_from(event)))
            assert app.extensions["daymark.clock"].now().hour >= 9
        with app.app_context():
            with store.writing(now=app.extensions["daymark.clock"].now(), actor_id=None) as w:
                w.append(setting_id=0, stream="account:1", kind="account.signed_in", data={"account_id": 1, "how": "test"}, occurred_on=TODAY)
            store.db.engine.dispose()
    assert counted[1] == counted[0] + 1


def test_the_demo_plays_the_last_school_day_when_today_is_none():
    assert demo.demo_day(date(2026, 11, 23)) == date(2026, 11, 23)
    assert demo.demo_day(date(2026, 11, 29)) == date(2026, 11, 26)
    assert demo.demo_day(date(2026, 12, 27)) == date(2026, 12, 18)
