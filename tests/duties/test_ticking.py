"""Time passes too: what nobody saved is raised by the minute, once, and goes when it is put right."""

from __future__ import annotations

import pytest

from intranet import duties, store
from intranet.duties import service
from intranet.extension import host
from intranet.people.actor import Actor, Grant
from intranet.settings.service import context
from intranet.store import records
from tests.duties.playing import at, in_scope, moment, save, waiting
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def school(app):
    at("2025-10-08 08:00")
    setting = a_setting()
    teacher = an_account("teacher", setting=setting)
    return setting, teacher, a_class(setting, staff=(teacher,))


def tick(when: str) -> duties.TickReport:
    report = duties.tick(at(when))
    assert report.failed == ()
    return report


@pytest.mark.clause("ATT-059")
def test_a_register_that_is_not_taken_is_the_teachers_and_the_offices_from_the_minute_it_closes(school):
    setting, teacher, group = school
    a_pupil(setting, joined="2025-10-08", group=group)
    tick("2025-10-08 09:29")
    assert waiting(setting, {"office"}, "register_not_taken") == []
    tick("2025-10-08 09:30")
    today = waiting(setting, {"office"}, "register_not_taken")
    assert [(row.group, row.state) for row in today] == [("3B", "overdue")]
    assert "Morning" in today[0].title
    mine = waiting(setting, {"teacher"}, "register_not_taken", teacher)
    assert today[0].id in {row.id for row in mine}
    stranger = an_account("teacher", setting=setting, name="Robin Reed")
    assert waiting(setting, {"teacher"}, "register_not_taken", stranger) == []


def test_a_second_tick_in_the_minute_raises_nothing_and_taking_the_register_closes_the_duty(school):
    setting, _, group = school
    pupil = a_pupil(setting, joined="2025-10-08", group=group)
    assert tick("2025-10-08 09:30").raised == 2, "the register, and the new pupil's return"
    assert tick("2025-10-08 09:30").raised == 0
    save(setting, "2025-10-08 AM", {pupil: "/"}, group=group, now="2025-10-08 09:41")
    assert [row.kind for row in waiting(setting, {"office"})] == ["new_pupil_return"]
    assert tick("2025-10-08 09:42").raised == 0


def test_a_pupil_left_out_of_a_taken_register_is_unaccounted_for_until_marked(school):
    setting, _, group = school
    seen, missed = (a_pupil(setting, given, joined="2025-10-08", group=group) for given in ("Rowan", "Hazel"))
    save(setting, "2025-10-08 AM", {seen: "/"}, group=group, now="2025-10-08 09:05")
    tick("2025-10-08 09:31")
    rows = waiting(setting, {"office"}, "unaccounted")
    assert [row.pupil_id for row in rows] == [missed]
    save(setting, "2025-10-08 AM", {missed: "N"}, group=group, now="2025-10-08 09:35")
    tick("2025-10-08 09:36")
    assert waiting(setting, {"office"}, "unaccounted") == []


def test_a_pupil_in_no_class_is_shown_and_never_skipped(school):
    setting, _, _ = school
    pupil = a_pupil(setting, joined="2025-10-08")
    tick("2025-10-08 09:31")
    rows = waiting(setting, {"attendance_lead"}, "unaccounted")
    assert [(row.pupil_id, "no class" in row.title) for row in rows] == [(pupil, True)]


def test_a_placed_pupil_without_any_session_planned_is_shown(app):
    at("2025-10-08 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="non_school", phase="special")
    group = a_class(setting, "Otters")
    pupil = a_pupil(setting, model="model_b", joined="2025-10-06", group=group)
    tick("2025-10-08 08:05")
    rows = waiting(setting, {"office"}, "no_session_plan")
    assert [row.pupil_id for row in rows] == [pupil]
    assert tick("2025-10-09 08:05").raised == 0


def test_nothing_is_missing_at_a_weekend_or_on_a_closed_day(school):
    setting, _, group = school
    a_pupil(setting, joined="2025-10-11", group=group)
    tick("2025-10-11 12:00")
    assert [row.kind for row in waiting(setting, {"office", "teacher"})] == ["new_pupil_return"]


def test_one_failing_setting_does_not_keep_the_others_from_their_alerts(school):
    setting, _, group = school
    a_pupil(setting, joined="2025-10-08", group=group)
    other = a_setting("Broken", setting_type="gone")
    report = duties.tick(at("2025-10-08 09:31"))
    assert report.failed == (other,)
    assert waiting(setting, {"office"}, "register_not_taken")


@pytest.mark.clause("SPM-12", "SPM-14")
def test_a_session_record_that_was_not_submitted_awaits_its_tutor_and_is_overdue_the_next_day(app):
    at("2025-10-07 08:00")
    setting = a_setting(setting_type="tutoring", legal_type="company", phase="secondary", layout="T")
    tutor = an_account("tutor", setting=setting)
    group = a_class(setting, "North", kind="tutor", staff=(tutor,), role="tutor")
    pupil = a_pupil(setting, model="commissioned", group=group)
    with store.scope([setting]), store.writing(now=at("2025-10-07 08:00"), actor_id=None) as w:
        records.create(w, setting_id=setting, kind="booking", pupil_id=pupil, first=at("2025-10-07 08:00").date(),
                       data={"start": "15:00", "end": "16:00"})  # fmt: skip
    for when, state in (("2025-10-07 18:00", "waiting"), ("2025-10-08 09:00", "overdue")):
        tick(when)
        rows = waiting(setting, {"tutor"}, "register_not_taken", tutor)
        assert [row.title for row in rows] == ["Session record not submitted: North, 15:00 to 16:00"]
        assert rows[0].state == state


def actor(setting: int, role: str) -> Actor:
    return Actor(1, "Sam Sparrow", "Lead", (Grant(role, setting),))


def test_completing_a_duty_keeps_who_when_and_what_came_of_it(app):
    at("2025-11-10 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="non_school", phase="special")
    tick("2025-11-10 08:00")
    row = next(row for row in waiting(setting, {"attendance_lead"}) if row.anchor.day == 10)
    with store.scope([setting]):
        ctx = context(setting)
        service.complete(ctx, host.for_setting(ctx), row, "Two codes corrected", actor=actor(setting, "attendance_lead"), now=at("2025-11-12 10:00"))
        with store.connection() as conn:
            kept = records.live(conn, setting, "register_audit", at("2025-11-12 10:00").date())
            events = store.events.read(conn, setting, stream=f"duty:{row.id}")
    assert [one.data["findings"] for one in kept] == ["Two codes corrected"]
    assert events[0].data["by"] == {"name": "Sam Sparrow", "position": "Lead"}
    tick("2025-11-13 08:00")
    assert not [row for row in waiting(setting, {"attendance_lead"}) if row.anchor.day == 10]


def test_a_duty_that_ends_by_itself_or_without_an_outcome_is_refused(school):
    setting, _, group = school
    a_pupil(setting, joined="2025-10-08", group=group)
    tick("2025-10-08 09:31")
    row = waiting(setting, {"office"}, "register_not_taken")[0]
    ctx = in_scope(setting, lambda: context(setting))
    with store.scope([setting]), pytest.raises(Exception, match="done when its register is complete"):
        service.complete(ctx, host.for_setting(ctx), row, "Done", actor=actor(setting, "office"), now=at("2025-10-08 09:32"))


def test_the_last_week_that_the_calendar_knows_is_ticked_like_any_other(app):
    at("2027-07-19 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="non_school", phase="special")
    group = a_class(setting, "Otters")
    pupil = a_pupil(setting, joined="2027-07-19", group=group, model="model_a")
    tick("2027-07-19 09:31")
    save(setting, "2027-07-20 AM", {pupil: "N"}, group=group, now="2027-07-20 09:05")
    tick("2027-07-20 09:31")
    audit = next(row for row in waiting(setting, {"attendance_lead"}) if row.kind.startswith("weekly:") and row.anchor.day == 19)
    assert audit.due_at.date().day == 20
    assert audit.overdue_from == moment("2027-07-21 00:00")
    assert waiting(setting, {"office"}, "n_code")[0].due_at is None


def test_a_setting_without_term_dates_is_ticked_without_an_error(app):
    from intranet.law.calendar import Calendar

    at("2025-10-08 08:00")
    for kind in ("academy", "alternative_provision"):
        setting = a_setting(kind, setting_type=kind, calendar=Calendar(()))
        a_pupil(setting, joined="2025-10-08", group=a_class(setting))
    assert tick("2025-10-08 09:31").failed == ()
