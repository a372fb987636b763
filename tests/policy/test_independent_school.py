"""Scenarios of the independent school's policy."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import duties, store
from intranet.duties import plan
from tests.duties.playing import moment, waiting
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, caller_of, ctx_of, save


@pytest.fixture
def school(app):
    at("2025-09-04 08:00")
    setting = a_setting("Quillmoor School", setting_type="independent_school", legal_type="independent", phase="special", calendar="CAL-IND")
    return setting, a_class(setting, "Harbour", staff=(an_account("teacher", setting=setting),))


@pytest.mark.scenario("P-OTE-05")
@pytest.mark.clause("OTE-08", "OTE-09")
def test_two_registers_a_day_and_a_missing_one_shows(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, group, "2025-09-11 AM", {pupil: "/"}, now="2025-09-11 09:05", role="teacher")
    now = at("2025-09-11 16:00")
    with store.scope([setting]), store.connection() as conn:
        registers = duties.expected(conn, ctx_of(setting), caller_of(setting), date(2025, 9, 11))
        taken = plan.taken(conn, setting, [date(2025, 9, 11)])
    states = {one.slot.key: duties.state(one, taken.get((one.session_no, one.group_id)), now) for one in registers}
    assert states == {"AM": "taken", "PM": "missing"}
    duties.tick(now)
    today = [row for row in waiting(setting, {"school_leader", "head", "office"}, "register_not_taken") if row.anchor == date(2025, 9, 11)]
    assert [row.title for row in today] == ["Register not taken: Harbour, Afternoon"]


@pytest.mark.scenario("P-OTE-06")
@pytest.mark.clause("OTE-19")
@pytest.mark.parametrize("taken", [True, False], ids=["marked absent", "registers not taken"])
def test_a_placed_pupil_who_does_not_arrive_is_notified_the_same_day(school, taken):
    setting, group = school
    d5 = a_pupil(setting, "Dylan", joined="2026-01-08", group=group, model="la_placed")
    if taken:
        save(setting, group, "2026-01-08 AM", {d5: "N"}, now="2026-01-08 09:05", role="teacher")
        save(setting, group, "2026-01-08 PM", {d5: "N"}, now="2026-01-08 13:05", role="teacher")
    duties.tick(at("2026-01-08 15:29"))
    assert waiting(setting, {"school_leader"}, "non_arrival") == []
    duties.tick(at("2026-01-08 15:30"))
    found = waiting(setting, {"school_leader"}, "non_arrival")
    assert [(row.pupil_id, row.due_at.date(), row.tell) for row in found] == [(d5, date(2026, 1, 8), ("LA",))]
    assert found[0].title == "Did not arrive on the agreed start date, 8 January 2026: tell the placing authority"
    assert found[0].overdue_from == moment("2026-01-09 00:00")
    duties.tick(at("2026-01-08 15:31"))
    assert len(waiting(setting, {"school_leader"}, "non_arrival")) == 1


@pytest.mark.clause("OTE-19")
def test_a_pupil_who_arrives_late_on_the_first_day_has_arrived(school):
    setting, group = school
    pupil = a_pupil(setting, "Dylan", joined="2026-01-08", group=group, model="la_placed")
    save(setting, group, "2026-01-08 AM", {pupil: "N"}, now="2026-01-08 09:05", role="teacher")
    save(setting, group, "2026-01-08 PM", {pupil: "U"}, now="2026-01-08 14:05", role="administrator")
    duties.tick(at("2026-01-08 15:30"))
    assert waiting(setting, {"school_leader"}, "non_arrival") == []
