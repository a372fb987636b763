"""A pupil whose plan is not a morning and an afternoon every day reaches the ten-day return on the days that were due to them."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest

from intranet import store
from intranet.extension import host
from intranet.extension.api import Profile, hookimpl
from intranet.extension.defaults import half_days
from intranet.settings.service import context
from tests.duties.playing import at, in_scope, save, waiting
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_placement, a_pupil


@pytest.fixture
def mornings(app):
    """A school type whose pupils come in the mornings only."""
    made = ModuleType("mornings")
    made.profile = hookimpl(lambda: Profile("mornings", "Morning school", "Mornings only.", ("maintained",), ("primary",), "am_pm"))
    made.sessions = hookimpl(
        lambda setting, day, placements, params: {p.pupil_id: half_days(setting, day, params)[:1] for p in placements if half_days(setting, day, params)}
    )
    app.extensions["daymark.extensions"].add("mornings", made)
    at("2025-09-03 08:00")
    setting = a_setting(setting_type="mornings", legal_type="maintained")
    return setting, a_class(setting)


def days_of(setting: int, first: str, last: str) -> list[date]:
    return in_scope(setting, lambda: context(setting)).calendar.school_days(date.fromisoformat(first), date.fromisoformat(last))


def absent(setting: int, group: int, pupil: int, days: list[date], symbol: str = "O") -> list[date]:
    """Mark the morning of each day and return the days on which an attendance return was raised."""
    raised = []
    for day in days:
        changes = save(setting, f"{day} AM", {pupil: symbol}, group=group, now=f"{day} 09:10")
        raised += [day for change in changes if (change.kind, change.change) == ("attendance_return", "raised")]
    return raised


@pytest.mark.clause("ASC-27")
def test_ten_mornings_reach_the_return_where_mornings_are_all_that_is_due(mornings):
    setting, group = mornings
    pupil = a_pupil(setting, group=group)
    days = days_of(setting, "2025-09-03", "2025-09-17")
    assert absent(setting, group, pupil, days) == [date(2025, 9, 16)]
    duty = waiting(setting, {"head"}, "attendance_return")[0]
    assert (duty.anchor, len(duty.counted)) == (date(2025, 9, 3), 11)


def test_a_morning_at_school_begins_the_ten_again(mornings):
    setting, group = mornings
    pupil = a_pupil(setting, group=group)
    days = days_of(setting, "2025-09-03", "2025-09-23")
    assert absent(setting, group, pupil, days[:4]) == []
    save(setting, f"{days[4]} AM", {pupil: "/"}, group=group, now=f"{days[4]} 09:10")
    assert absent(setting, group, pupil, days[5:]) == [days[14]]


@pytest.mark.clause("ASC-27")
def test_a_morning_marked_on_a_day_without_school_does_not_begin_the_ten_again(mornings):
    setting, group = mornings
    pupil = a_pupil(setting, group=group)
    for saturday in ("2025-09-06", "2025-09-13"):
        save(setting, f"{saturday} AM", {pupil: "/"}, group=group, now="2025-09-03 08:10")
    days = days_of(setting, "2025-09-03", "2025-09-17")
    assert absent(setting, group, pupil, days) == [days[9]]


def test_ordinary_pupils_pay_no_session_plan_and_an_ordinary_school_none_at_all(mornings):
    setting, group = mornings
    pupil, other = a_pupil(setting, group=group), a_pupil(setting, "Bryony", group=group)
    asked = []
    caller = in_scope(setting, lambda: host.for_setting(context(setting)))
    collected = caller._collected
    caller._collected = lambda name, calls, **more: asked.append((name, len(calls))) or collected(name, calls, **more)
    days = days_of(setting, "2025-09-03", "2025-09-16")
    absent(setting, group, pupil, days[:9])
    save(setting, f"{days[9]} AM", {other: "N"}, group=group, now=f"{days[9]} 09:10")
    assert [call for call in asked if call[0] == "sessions"] == []
    assert absent(setting, group, pupil, days[9:]) == [days[9]]
    assert [call for call in asked if call[0] == "sessions"] == [("sessions", 10)]
    ordinary = a_setting("Ordinary")
    assert not in_scope(ordinary, lambda: host.for_setting(context(ordinary))).plans_itself


@pytest.mark.clause("SEN-012")
def test_commissioned_sessions_at_a_school_count_as_its_days_and_the_others_are_neutral(app):
    at("2025-09-03 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="maintained", phase="special")
    group = a_class(setting, "Otters")
    pupil = a_pupil(setting, group=group, model=None)
    a_placement(setting, pupil, model="model_b", agreement={"pattern": "Mon to Wed mornings"})
    days = [day for day in days_of(setting, "2025-09-03", "2025-10-01") if day.weekday() < 3]
    assert absent(setting, group, pupil, days) == [days[9]]


def test_a_plan_that_cannot_be_asked_hides_no_return(mornings):
    setting, group = mornings
    pupil = a_pupil(setting, group=group)
    days = days_of(setting, "2025-09-03", "2025-09-16")
    absent(setting, group, pupil, days[:9])
    caller = in_scope(setting, lambda: host.for_setting(context(setting)))
    for _ in range(3):
        with pytest.raises(Exception, match="did not run"):
            caller._guard.run("mornings", "sessions", lambda: 1 / 0)
    changes = save(setting, f"{days[9]} AM", {pupil: "N"}, group=group, now=f"{days[9]} 09:10")
    assert {"n_code", "attendance_return"} <= {change.kind for change in changes}
    with store.scope([setting]):
        assert caller.sessions_of_days({days[0]: []}) == {}
