"""The demo as it is built: one setting of each type, registers that verify, people that nobody could ring."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from intranet import commands, store
from intranet.commands import serving
from intranet.demo import build as demo
from intranet.people.models import Account
from intranet.people.places import Setting
from intranet.pupils.models import Flag, Person, Pupil
from intranet.store.tables import event, mark
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting

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


def test_a_flag_says_where_it_comes_from_as_a_school_would(built):
    with store.connection() as conn:
        assert set(conn.scalars(select(Flag.source).distinct())) == {"Admission form"}


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


def test_a_database_that_nobody_called_a_demo_is_refused_in_a_sentence_and_left_as_it_is(sqlite_database, monkeypatch, capsys):
    config = sqlite_database.config
    with running(config):
        a_setting(name="Real School")
        store.db.engine.dispose()
    before = {file.name: file.read_bytes() for file in config.home.glob("daymark.db")}
    monkeypatch.setenv("DAYMARK_HOME", str(config.home))
    monkeypatch.setenv("DAYMARK_KEYS", str(config.keys))
    for words in ([], ["--fresh"], ["--scale", "school"]):
        assert commands.main(words) == 2
        said = capsys.readouterr().err
        assert f"The database {config.home / 'daymark.db'} holds data, and there is no demo.json beside it" in said
        assert "nothing was touched" in said and f"DAYMARK_HOME={config.home}-demo python3 app.py" in said
    assert before == {file.name: file.read_bytes() for file in config.home.glob("daymark.db")}


def test_a_database_of_another_key_is_refused_and_left_as_it_is(sqlite_database, monkeypatch, capsys, tmp_path):
    config = sqlite_database.config
    with running(config):
        a_setting(name="Real School")
        store.db.engine.dispose()
    monkeypatch.setenv("DAYMARK_HOME", str(config.home))
    monkeypatch.setenv("DAYMARK_KEYS", str(tmp_path / "other"))
    assert commands.main([]) == 2
    assert "does not open with the key in database.key" in capsys.readouterr().err
    assert (config.home / "daymark.db").stat().st_size > 0


def test_a_demo_whose_building_was_interrupted_is_built_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYMARK_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("DAYMARK_KEYS", str(tmp_path / "keys"))

    class PulledPlugError(Exception):
        """Stands for the power going off in the middle."""

    def pull(what, share):
        if share > 0.3:
            raise PulledPlugError

    with monkeypatch.context() as patched, pytest.raises(PulledPlugError):
        patched.setattr(serving, "_draw", pull)
        serving.demo_app("small")
    with serving.demo_app("small").app_context(), store.all_settings("test"), store.connection() as conn:
        assert conn.scalar(select(func.count()).select_from(Setting)) == 5
        store.db.engine.dispose()


def test_the_demo_plays_the_last_school_day_when_today_is_none():
    assert demo.demo_day(date(2026, 11, 23)) == date(2026, 11, 23)
    assert demo.demo_day(date(2026, 11, 29)) == date(2026, 11, 26)
    assert demo.demo_day(date(2026, 12, 27)) == date(2026, 12, 18)
