"""Findings, duties and the tick mean the same on both databases, and cost the same number of statements in a bigger school."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import duties, store
from intranet.duties import home, service
from intranet.extension import host
from intranet.people.actor import Actor, Grant
from intranet.settings.service import context
from intranet.store import records
from tests.duties.playing import at, save, waiting
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def school(app_on_both):
    at("2025-10-08 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="non_school", phase="special")
    teacher = an_account("class_team", setting=setting)
    return setting, teacher, a_class(setting, "Otters", staff=(teacher,))


def test_a_day_from_absence_to_completed_duty(school):
    setting, _, group = school
    pupil = a_pupil(setting, joined="2025-10-08", group=group, model="model_a")
    assert duties.tick(at("2025-10-08 09:31")).failed == ()
    assert [row.kind for row in waiting(setting, {"office"}, "register_not_taken")] == ["register_not_taken"]
    changes = save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:40")
    assert {(c.kind, c.change) for c in changes} == {("n_code", "raised"), ("stage_3", "raised")}
    assert waiting(setting, {"office"}, "register_not_taken") == []
    changes = save(setting, "2025-10-08 AM", {pupil: "B"}, group=group, now="2025-10-08 09:50")
    assert {(c.kind, c.change) for c in changes} == {("n_code", "cleared"), ("stage_3", "cleared")}
    audit = next(row for row in waiting(setting, {"attendance_lead"}) if row.kind.startswith("weekly:") and row.anchor == date(2025, 10, 6))
    with store.scope([setting]):
        ctx = context(setting)
        lead = Actor(1, "Lena Larch", "Lead", (Grant("attendance_lead", setting),))
        service.complete(ctx, host.for_setting(ctx), audit, "All in order", actor=lead, now=at("2025-10-08 10:00"))
        with store.connection() as conn:
            assert len(records.live(conn, setting, "register_audit", date(2025, 10, 8))) == 1
    assert duties.recompute(setting, at("2025-10-08 10:01")) == []


def test_a_home_page_costs_the_same_however_many_pupils_and_duties(school):
    setting, teacher, group = school
    ctx_caller = _here(setting)
    costs = []
    for size in (1, 25):
        for n in range(size):
            pupil = a_pupil(setting, f"Pupil{size}x{n}", group=group, model="model_a")
            save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:10")
        actor = Actor(teacher, "Lena Larch", "Lead", (Grant("attendance_lead", setting),))
        with store.scope([setting]), store.connection() as conn, store.statements() as counted:
            page = home.build(conn, *ctx_caller, actor, at("2025-10-08 10:00"))
        assert len(page.duties) >= size
        costs.append(len(counted))
    assert costs[0] == costs[1]
    assert costs[1] <= 5


def _here(setting: int):
    with store.scope([setting]):
        ctx = context(setting)
        return ctx, host.for_setting(ctx)
