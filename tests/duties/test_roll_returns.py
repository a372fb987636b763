"""Returns when a name is entered or deleted, and the monthly copy of the registers: raised by the minute, done by a person only."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import duties, store
from intranet.duties import service
from intranet.extension import host
from intranet.people.actor import Actor, Grant
from intranet.pupils import changes
from intranet.roll import returns
from intranet.settings.service import context
from tests.duties.playing import at, moment, save, waiting
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_placement, a_pupil


@pytest.fixture
def school(app):
    at("2025-11-10 08:00")
    setting = a_setting()
    return setting, a_class(setting, "3B", year_group=3)


def tick(when: str) -> None:
    assert duties.tick(at(when)).failed == ()


def rows(setting: int, kind: str):
    return waiting(setting, {"office", "attendance_lead", "system_admin", "head"}, kind)


def complete(setting: int, row, now: str) -> None:
    actor = Actor(1, "Olive Oak", "Office", (Grant("office", setting),))
    with store.scope([setting]):
        ctx = context(setting)
        sending = returns.Sending(at(now).date(), "Weatherby Council", "Secure e-mail", "The family has not said yet")
        returns.send(ctx, row.id, sending, actor=actor, now=at(now))


def test_a_new_pupils_return_is_due_by_the_end_of_the_fifth_calendar_day(school):
    setting, group = school
    pupil = a_pupil(setting, joined="2025-11-12", group=group)
    a_pupil(setting, "Rowan", joined="2024-09-02", group=group)
    tick("2025-11-11 09:00")
    assert rows(setting, "new_pupil_return") == []
    tick("2025-11-12 08:00")
    row = rows(setting, "new_pupil_return")[0]
    assert (row.pupil_id, row.due_at, row.overdue_from) == (pupil, moment("2025-11-17 23:59"), moment("2025-11-18 00:00"))
    assert "SI 2024/208 reg 13" in row.clauses[0]
    tick("2025-11-18 00:01")
    assert [one.state for one in rows(setting, "new_pupil_return")] == ["overdue"]


def test_a_return_that_was_made_is_not_asked_for_again_and_one_that_was_not_stays(school):
    setting, group = school
    made, not_made = (a_pupil(setting, given, joined="2025-11-12", group=group) for given in ("Rowan", "Hazel"))
    tick("2025-11-12 08:00")
    complete(setting, next(row for row in rows(setting, "new_pupil_return") if row.pupil_id == made), "2025-11-13 10:00")
    for when in ("2025-11-13 10:01", "2025-12-01 09:00", "2026-01-12 09:00", "2026-03-02 09:00"):
        tick(when)
        assert [row.pupil_id for row in rows(setting, "new_pupil_return")] == [not_made], when


def test_the_most_junior_class_on_the_first_day_of_the_year_needs_no_return_and_a_late_joiner_does(app):
    at("2025-09-01 07:00")
    setting = a_setting()
    reception, _ = a_class(setting, "Acorns", year_group=0), a_class(setting, "6A", year_group=6)
    first = context_of(setting).calendar.nth(date(2025, 9, 1), 1)
    a_pupil(setting, "Amber", joined=first, group=reception, year_group=0)
    late = a_pupil(setting, "Rowan", joined="2025-09-15", group=reception, year_group=0)
    older = a_pupil(setting, "Hazel", joined=first, year_group=6)
    tick("2025-09-15 09:00")
    assert {row.pupil_id for row in rows(setting, "new_pupil_return")} == {late, older}


def context_of(setting: int):
    with store.scope([setting]):
        return context(setting)


def test_a_deletion_return_is_due_when_the_name_goes(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    with store.scope([setting]), store.writing(now=at("2026-01-12 09:00"), actor_id=None) as w:
        changes.depart(w, setting, pupil, date(2026, 1, 16), "Registered at another school", now=at("2026-01-12 09:00"))
    tick("2026-01-15 09:00")
    assert rows(setting, "deletion_return") == []
    tick("2026-01-16 09:00")
    row = rows(setting, "deletion_return")[0]
    assert (row.pupil_id, row.anchor, row.due_at) == (pupil, date(2026, 1, 16), moment("2026-01-16 23:59"))
    complete(setting, row, "2026-01-16 15:00")
    tick("2026-01-19 09:00")
    assert rows(setting, "deletion_return") == []


def test_the_most_senior_class_at_the_end_of_the_year_needs_no_deletion_return(app):
    at("2026-07-01 08:00")
    setting = a_setting()
    group = a_class(setting, "6A", year_group=6)
    last = context_of(setting).calendar.school_days(date(2026, 7, 1), date(2026, 7, 31))[-1]
    a_pupil(setting, "Amber", left=last, group=group, year_group=6)
    early = a_pupil(setting, "Rowan", left="2026-07-10", group=group, year_group=6)
    tick(f"{last} 16:00")
    assert [row.pupil_id for row in rows(setting, "deletion_return")] == [early]


def test_a_pupil_of_another_schools_roll_and_a_provider_that_is_no_school_owe_no_return(app):
    at("2025-11-12 08:00")
    for legal_type, owed in (("maintained", 1), ("non_school", 0)):
        setting = a_setting(setting_type="alternative_provision", legal_type=legal_type, phase="special")
        ours, guest = (a_pupil(setting, given, joined="2025-11-12", model=None) for given in ("Rowan", "Hazel"))
        a_placement(setting, ours, model="model_a", first="2025-11-12", duties={"returns": "us"})
        a_placement(setting, guest, model="model_b", first="2025-11-12", duties={"returns": "home_school"})
        tick("2025-11-12 08:05")
        assert [row.pupil_id for row in rows(setting, "new_pupil_return")] == [ours] * owed


@pytest.mark.clause("ATT-010")
def test_the_months_copy_is_asked_for_on_its_last_school_day_and_overdue_with_the_next_month(school):
    setting, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, "2025-11-10 AM", {pupil: "/"}, group=group, now="2025-11-10 09:00")
    tick("2025-11-26 09:00")
    assert rows(setting, "register_back_up") == []
    tick("2025-11-27 09:00")
    row = rows(setting, "register_back_up")[0]
    assert (row.title, row.due_at) == ("Make the month's copy of the registers: November 2025", moment("2025-11-30 23:59"))
    tick("2025-12-01 09:00")
    row = rows(setting, "register_back_up")[0]
    assert row.state == "overdue"
    actor = Actor(1, "Sam Sparrow", "Head", (Grant("head", setting),))
    with store.scope([setting]):
        service.complete(context(setting), host.for_setting(context(setting)), row, "Copied to the safe", actor=actor, now=at("2025-12-01 10:00"))
    tick("2025-12-02 09:00")
    assert rows(setting, "register_back_up") == []


def test_no_copy_is_asked_for_before_there_is_a_register(school):
    setting, _ = school
    tick("2025-12-19 09:00")
    assert rows(setting, "register_back_up") == []


def test_a_tick_costs_the_same_statements_however_many_pupils_came_and_went(school):
    setting, group = school
    costs = []
    for size in (1, 20):
        for n in range(size):
            a_pupil(setting, f"Pupil{size}x{n}", joined="2025-11-12", left="2025-11-20" if n % 2 else None, group=group)
        tick("2025-11-21 08:00")
        with store.statements() as counted:
            tick("2025-11-21 08:01")
        costs.append(len(counted))
    assert costs[0] == costs[1]
