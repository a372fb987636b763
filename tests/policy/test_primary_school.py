"""Scenarios of the primary school's policy."""

from __future__ import annotations

from datetime import date

import pytest

from tests.duties.playing import waiting
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, caller_of, save


@pytest.fixture
def school(app):
    at("2025-09-03 08:00")
    setting = a_setting("Thimble Hill Primary", setting_type="primary_school", legal_type="maintained")
    return setting, a_class(setting, staff=(an_account("teacher", setting=setting),))


@pytest.mark.scenario("P-ASC-13")
@pytest.mark.clause("ASC-11", "ASC-12", "ASC-17", "ASC-18", "ASC-19")
def test_daily_follow_up_is_a_task_for_the_office_and_not_the_teacher(school, client):
    setting, group = school
    b12 = a_pupil(setting, group=group)
    save(setting, group, "2025-09-25 AM", {b12: "N"}, now="2025-09-25 09:10", role="teacher")
    caller = caller_of(setting)
    task = waiting(setting, {"business_manager"}, "absence_follow_up")[0]
    assert task.title == "Absence follow-up for 25 September 2025"
    assert task.due_at.date() == date(2025, 9, 25)
    assert [caller.role_label(role) for role in task.roles] == ["Business Manager", "Office Manager"]
    assert task.raised_at == at("2025-09-25 09:10")
    assert waiting(setting, {"teacher"}) == []
    manager = an_account("office_manager", setting=setting)
    page = signed_in(client, manager).get(f"/settings/{setting}/").get_data(as_text=True)
    assert "Absence follow-up for Thu 25 Sep" in page
    at("2025-09-26 09:00")
    assert waiting(setting, {"office_manager"}, "absence_follow_up")[0].state == "overdue"
