"""Once a day the chains are sealed outside the database, so that a cut tail shows, and old sign-in attempts are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select

from intranet import duties, store
from intranet.commands import upkeep
from intranet.people.models import LoginAttempt
from intranet.store.engine import opener
from intranet.store.tables import event
from tests.duties.playing import at, moment, save
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def school(app):
    at("2025-10-08 08:00")
    setting = a_setting()
    group = a_class(setting)
    pupil = a_pupil(setting, joined="2025-10-08", group=group)
    return setting, group, pupil


def seals(app):
    path = app.config["DAYMARK"].seal_folder / store.chain.HEADS
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def cut_tail(app, setting, keep):
    """Take the newest events out behind the app's back and make everything else agree with what is left."""
    config = app.config["DAYMARK"]
    raw = opener(config.home / "daymark.db", config.key("database"))()
    for line in ("drop trigger event_no_delete", "drop trigger event_no_update"):
        raw.execute(line)
    raw.execute("delete from event where setting_id = ? and position > ?", (setting, keep))
    raw.close()
    with store.scope([setting]), store.writing(now=moment("2025-10-09 10:00"), actor_id=None) as w:
        store.projections.rebuild(w, setting, "H")


def test_the_first_tick_of_a_day_seals_every_chain_and_the_others_of_that_day_none(app, school):
    assert duties.tick(at("2025-10-08 08:01")).failed == ()
    first = seals(app)
    duties.tick(at("2025-10-08 23:59"))
    assert seals(app) == first and len(first) >= 1
    duties.tick(at("2025-10-09 00:00"))
    assert len(seals(app)) > len(first)
    assert store.chain.verify(folder=app.config["DAYMARK"].seal_folder).problems == ()


def test_a_tail_that_was_cut_off_consistently_shows_against_the_seal_and_in_the_command(app, school, monkeypatch, capsys):
    setting, group, pupil = school
    monkeypatch.setattr(upkeep, "_app", lambda: app)
    with store.scope([setting]), store.connection() as conn:
        before = conn.scalar(select(func.max(event.c.position)).where(event.c.setting_id == setting))
    save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:10")
    duties.tick(at("2025-10-08 09:11"))
    assert upkeep.verify(None) == 0
    assert "1 marks were checked; 0 problems. Last sealed on 8 October 2025" in capsys.readouterr().out
    cut_tail(app, setting, before)
    assert store.chain.verify().problems == ()  # without the seal nothing is out of place
    assert upkeep.verify(None) == 1
    said = capsys.readouterr().out
    assert "1 problem." in said
    assert f"Setting {setting}, position" in said and "this event was sealed as the head of the chain and is gone." in said


def test_a_line_torn_by_a_power_cut_is_one_problem_and_the_next_seals_hold(app, school):
    folder = app.config["DAYMARK"].seal_folder
    duties.tick(at("2025-10-08 08:01"))
    with (folder / store.chain.HEADS).open("a") as file:
        file.write('{"at":"2025-10-08T0')
    assert duties.tick(at("2025-10-08 08:02")).failed == ()
    assert duties.tick(at("2025-10-09 08:02")).failed == ()
    lines = [problem.what for problem in store.chain.verify(folder=folder).problems]
    assert len(lines) == 1 and "heads.jsonl is not as it was sealed" in lines[0]


def test_a_folder_that_cannot_be_sealed_into_is_reported_and_the_alerts_still_rise(app, school):
    folder = app.config["DAYMARK"].seal_folder
    folder.parent.mkdir(parents=True)
    folder.write_text("a file is in the way")
    report = duties.tick(at("2025-10-08 09:30"))
    assert report.failed == (0,)
    assert report.raised > 0


def test_sign_ins_tried_more_than_thirty_days_ago_are_forgotten_and_newer_ones_kept(app, school):
    now = moment("2025-10-08 09:00")
    rows = [{"who": "x" * 64, "address": "192.0.2.1", "at": now - timedelta(days=days), "good": False} for days in (29, 31, 90)]
    with store.writing(now=now, actor_id=None) as w:
        w.conn.execute(delete(LoginAttempt))
        w.conn.execute(insert(LoginAttempt), rows)
    duties.tick(at("2025-10-08 09:01"))
    with store.connection() as conn:
        assert conn.scalars(select(LoginAttempt.at)).all() == [now - timedelta(days=29)]
