"""A finding is raised in the save that calls for it, grows, and goes when an amendment takes its ground away."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet import duties, store
from intranet.duties.models import Duty, Finding
from intranet.extension import host
from intranet.settings.service import context
from tests.duties.playing import at, days, in_scope, save, waiting
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def school(app):
    at("2025-09-03 08:00")
    setting = a_setting()
    group = a_class(setting)
    return setting, group


def open_findings(setting: int) -> set[tuple]:
    f = Finding
    with store.scope([setting]), store.connection() as conn:
        query = select(f.kind, f.pupil_id, f.anchor, f.title).where(f.setting_id == setting, f.cleared_at.is_(None))
        return {tuple(row) for row in conn.execute(query)}


def test_an_unexplained_absence_reaches_the_office_in_the_same_minute(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, "2025-09-08 AM", {pupil: "N"}, group=group, now="2025-09-08 09:10")
    duty = waiting(setting, {"office"})[0]
    assert (duty.kind, duty.pupil_id, duty.raised_at) == ("n_code", pupil, at("2025-09-08 09:10"))
    assert duty.pupil == "Amber Ash" or "Ash" in duty.pupil
    assert waiting(setting, {"teacher"}) == []


def test_a_run_is_one_finding_that_grows(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    days(setting, "2025-09-03", "2025-09-16", "O", pupil, group=group)
    changes = save(setting, "2025-09-17 AM", {pupil: "O"}, group=group, now="2025-09-17 09:10")
    changes += save(setting, "2025-09-17 PM", {pupil: "O"}, group=group, now="2025-09-17 13:10")
    returns = {(c.kind, c.change, c.anchor) for c in changes if c.kind == "attendance_return"}
    assert returns == {("attendance_return", "extended", date(2025, 9, 3))}
    assert [row.kind for row in waiting(setting, {"head"}, "attendance_return")] == ["attendance_return"]


def test_an_amendment_clears_the_finding_and_its_duty(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, "2025-09-08 AM", {pupil: "N"}, group=group, now="2025-09-08 09:10")
    changes = save(setting, "2025-09-08 AM", {pupil: "I"}, group=group, now="2025-09-08 10:05")
    assert [(c.kind, c.change) for c in changes if c.kind == "n_code"] == [("n_code", "cleared")]
    assert waiting(setting, {"office"}) == []
    with store.scope([setting]), store.connection() as conn:
        row = conn.execute(select(Duty.outcome, Duty.done_by).where(Duty.setting_id == setting)).one()
    assert row.outcome == "The marks no longer call for it"
    assert row.done_by is None


def test_a_plain_present_class_costs_one_statement_and_an_absent_one_three_to_read(school):
    setting, group = school
    pupils = [a_pupil(setting, f"Pupil{n}", group=group) for n in range(12)]
    ctx = in_scope(setting, lambda: context(setting))
    caller = host.for_setting(ctx)
    with store.scope([setting]), store.writing(now=at("2025-09-04 09:00"), actor_id=None) as w:
        with store.statements() as counted:
            duties.judge(w, caller, ctx, pupils, w.now, plain=pupils)
        assert len(counted) == 1
        with store.statements() as counted:
            duties.judge(w, caller, ctx, pupils, w.now)
        assert len(counted) <= 3


def test_a_failing_plugin_does_not_clear_what_it_found_before(school, monkeypatch):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    for day in ("03", "04", "05", "08", "09"):
        save(setting, f"2025-09-{day} AM", {pupil: "L"}, group=group, now=f"2025-09-{day} 09:10")
    assert waiting(setting, {"attendance_lead"}, "persistent_lateness")
    guard = in_scope(setting, lambda: host.for_setting(context(setting)))._guard
    for _ in range(3):
        with pytest.raises(Exception, match="did not run"):
            guard.run("academy", "triggers", lambda: 1 / 0)
    save(setting, "2025-09-10 AM", {pupil: "N"}, group=group, now="2025-09-10 09:10")
    assert waiting(setting, {"attendance_lead"}, "persistent_lateness")
    assert waiting(setting, {"system_admin"}, "rules_did_not_run")
    assert waiting(setting, {"office"}, "n_code")


def test_recomputing_old_marks_is_quiet_about_what_is_long_past(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, "2025-09-08 AM", {pupil: "N"}, group=group, now="2025-09-08 09:10")
    with store.scope([setting]), store.writing(now=at("2026-03-02 08:00"), actor_id=None) as w:
        w.conn.execute(Duty.__table__.delete().where(Duty.setting_id == setting))
        w.conn.execute(Finding.__table__.delete().where(Finding.setting_id == setting))
    duties.recompute(setting, at("2026-03-02 08:00"))
    assert {row[0] for row in open_findings(setting)} == {"n_code", "persistent_absence", "severe_absence"}
    assert waiting(setting, {"office"}) == []


SYMBOLS = st.sampled_from(["/", "/", "N", "O", "L", "U", "I", "Y2"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(st.tuples(st.integers(3, 24), st.sampled_from(["AM", "PM"]), SYMBOLS, st.integers(0, 1)), max_size=30))
def test_findings_after_any_saves_equal_those_computed_from_the_marks(school, saves):
    setting, group = school
    pupils = [a_pupil(setting, given, group=group) for given in ("Rowan", "Hazel")]
    for number, key, symbol, who in saves:
        day = date(2025, 9, number)
        if day.weekday() < 5:
            mark = "\\" if symbol == "/" and key == "PM" else symbol
            save(setting, f"{day} {key}", {pupils[who]: mark}, group=group, now="2025-09-24 17:00")
    mine = {row for row in open_findings(setting) if row[1] in pupils}
    at("2025-09-24 17:00")
    duties.recompute(setting, at("2025-09-24 17:00"))
    assert {row for row in open_findings(setting) if row[1] in pupils} == mine
