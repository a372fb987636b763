"""Children missing education as the academy's, the independent school's and the provision's policies say, at their stated dates."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from intranet import clock, store
from intranet.cases import service
from intranet.duties.queues import of_pupils
from intranet.errors import NotAllowed
from intranet.messages.models import NoticeRow
from intranet.settings import service as settings
from tests.cases.playing import a_school, get, post, scoped
from tests.duties.playing import at, days
from tests.fixtures.pupils import a_class, a_pupil

SENT = {"how": "By the authority's own form, to its CME team"}


def _told(school) -> set[str]:
    """Return the roles and bodies that were told of anything."""
    with store.scope([school.setting]), store.connection() as conn:
        return set(conn.scalars(select(NoticeRow.told).where(NoticeRow.setting_id == school.setting)))


def _duty(school, pupil: int, step: str):
    with store.scope([school.setting]), store.connection() as conn:
        return next(row for row in of_pupils(conn, school.setting, [pupil], clock.now()) if row.step == step)


# -------------------------------------------------------------------- the academy


@pytest.fixture
def academy(app):
    return a_school("academy", "academy")


def _unseen(academy, since: str, on: str) -> tuple[int, int]:
    at(f"{on} 09:30")
    pupil = academy.pupil()
    return pupil, scoped(academy, service.suspect, academy.by("teacher"), "cme", pupil, "Not back, and nobody answers.", date.fromisoformat(since))


@pytest.mark.scenario("P-ATT-25")
@pytest.mark.clause("ATT-116", "ATT-117")
def test_a_failed_return_is_referred_by_the_tenth_school_day(academy, client):
    pupil, case_id = _unseen(academy, "2025-11-03", "2025-11-04")
    expected = {"expected_on": "2025-11-03", "after": "Half-term holiday"}
    scoped(academy, service.do_step, academy.by("attendance_officer"), case_id, "failed_return", service.Said("", expected))
    scoped(academy, service.do_step, academy.by("attendance_officer"), case_id, "enquiry", service.Said("nothing", {"asked": "Mother, by telephone"}))
    for when, standing, says in (
        ("2025-11-12", "waiting", "school day 8 of 10, due Fri 14 Nov"), ("2025-11-14", "due", "school day 10 of 10, due Fri 14 Nov"),
        ("2025-11-17", "overdue", "school day 11 of 10, due Fri 14 Nov"),
    ):  # fmt: skip
        at(f"{when} 10:00")
        seen = academy.case().clocks["refer"]
        assert (seen.last, seen.overdue_from, seen.standing) == (date(2025, 11, 14), date(2025, 11, 17), standing)
        assert says in get(client, academy, "dsl", f"cases/{case_id}/").get_data(as_text=True)
        assert _duty(academy, pupil, "refer").state == standing


@pytest.mark.scenario("P-ATT-31")
@pytest.mark.clause("ATT-190", "ATT-191")
def test_a_child_who_has_not_started_elsewhere_goes_on_the_form_after_ten_days(academy):
    pupil, case_id = _unseen(academy, "2026-02-23", "2026-02-24")
    gap = {"expected_start": "2026-02-23", "school": "A school in another town"}
    scoped(academy, service.do_step, academy.by("office"), case_id, "gap", service.Said("", gap))
    at("2026-03-06 10:00")
    assert academy.case().clocks["form"].last == date(2026, 3, 6)
    assert _duty(academy, pupil, "cme_form").state == "due"
    assert academy.case().clocks["absence_held"].standing == "waiting"


@pytest.mark.scenario("P-ATT-32")
@pytest.mark.clause("ATT-192")
def test_an_authority_may_ask_for_the_referral_first_and_the_notification_after_twenty_days(academy):
    for key, value in (("cme.la_variant", "referral first"), ("cme.notification_day", 20)):
        with store.scope([academy.setting]), store.writing(now=clock.now(), actor_id=None) as w:
            settings.set_house_value(w, academy.setting, key, value, "The authority's procedure", date(2025, 9, 1))
    _, case_id = _unseen(academy, "2025-11-03", "2025-11-05")
    case = academy.case(case_id)
    assert case.clocks["referral_first"].last == date(2025, 11, 14)
    assert case.clocks["notify_after"].last == date(2025, 12, 2)
    scoped(academy, service.do_step, academy.by("dsl"), case_id, "referral_first", service.Said("", {"sent_on": "2025-11-05"}))
    at("2025-12-01 10:00")
    assert academy.case().step("notify_after").status == "Cannot start yet"
    at("2025-12-02 10:00")
    assert academy.case().step("notify_after").status == "Not started"


@pytest.mark.clause("ATT-183", "ATT-193")
def test_the_earliest_removal_is_the_day_after_the_later_of_twenty_of_absence_and_ten_of_notice(academy):
    _, case_id = _unseen(academy, "2025-11-03", "2025-11-05")
    assert academy.case().clocks["removal"].last is None
    at("2025-11-19 10:00")
    scoped(academy, service.do_step, academy.by("attendance_lead"), case_id, "notify", service.Said("", {"sent_on": "2025-11-19"}))
    clocks = academy.case(case_id).clocks
    assert clocks["absence_held"].last == date(2025, 12, 2)
    assert clocks["notice_held"].last == date(2025, 12, 5)  # ten school days after 19 November; 28 November is an INSET day
    assert clocks["removal"].last == date(2025, 12, 5)


@pytest.mark.clause("ATT-117")
def test_a_closure_moves_the_clock_and_its_task_within_a_minute(academy):
    pupil, case_id = _unseen(academy, "2025-11-03", "2025-11-04")
    scoped(academy, service.do_step, academy.by("office"), case_id, "failed_return", service.Said("", {"expected_on": "2025-11-03", "after": "Illness"}))
    scoped(academy, service.do_step, academy.by("office"), case_id, "enquiry", service.Said("nothing", {"asked": "Mother"}))
    assert _duty(academy, pupil, "refer").due_at.date() == date(2025, 11, 14)
    with store.scope([academy.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        settings.close(w, academy.setting, settings.NewClosure(date(2025, 11, 10), date(2025, 11, 11), "closure", "Flood", planned=False))
    from intranet.duties.ticking import tick_setting

    tick_setting(academy.setting, at("2025-11-04 10:31"))
    assert academy.case().clocks["refer"].last == date(2025, 11, 18)
    assert _duty(academy, pupil, "refer").due_at.date() == date(2025, 11, 18)


# -------------------------------------------------------------------- the independent school


@pytest.fixture
def special(app):
    return a_school("independent_school", "independent", "CAL-IND")


@pytest.mark.scenario("P-OTE-01")
@pytest.mark.clause("OTE-13")
def test_ten_days_without_permission_are_told_to_the_authority_alone(special):
    pupil = special.pupil()
    days(special.setting, "2025-11-10", "2025-11-20", "O", pupil, group=special.group)
    assert special.cases() == []
    days(special.setting, "2025-11-21", "2025-11-21", "O", pupil, group=special.group)
    case = special.case()
    assert (case.state.opened_on, case.clocks["inform"].last) == (date(2025, 11, 21), date(2025, 11, 21))
    assert [seen.step.key for seen in case.steps if seen.step.key.startswith("tell_")] == []
    assert _told(special) & {"LA", "social_worker", "virtual_school"} == {"LA"}


@pytest.mark.clause("OTE-14", "OTE-15")
def test_a_social_worker_and_the_virtual_school_are_told_where_the_pupil_has_them(special):
    pupil = special.pupil(flags=("social_worker", "looked_after"))
    days(special.setting, "2025-11-10", "2025-11-21", "O", pupil, group=special.group)
    assert {"tell_social_worker", "tell_virtual_school"} <= {seen.step.key for seen in special.case().steps if seen.open}
    assert _told(special) >= {"LA", "social_worker", "virtual_school"}


@pytest.mark.scenario("P-OTE-04")
@pytest.mark.clause("OTE-13")
def test_the_count_uses_the_schools_own_calendar(special):
    pupil = special.pupil()
    days(special.setting, "2025-12-08", "2025-12-17", "O", pupil, group=special.group)
    assert special.finding("attendance_return") is None
    days(special.setting, "2025-12-18", "2026-01-08", "O", pupil, group=special.group)
    assert special.cases() == []
    days(special.setting, "2026-01-09", "2026-01-09", "O", pupil, group=special.group)
    case = special.case()
    assert (case.state.opened_on, case.clocks["inform"].last) == (date(2026, 1, 9), date(2026, 1, 9))
    assert case.kind.key == "cme"
    with store.scope([special.setting]):
        assert special.by("dsl").ctx.calendar.count(date(2025, 12, 8), date(2025, 12, 17)) == 8


@pytest.mark.scenario("P-OTE-19")
@pytest.mark.clause("OTE-13")
def test_only_the_school_leader_sends_the_notification_and_it_is_logged_with_date_and_method(special, client):
    pupil = special.pupil()
    days(special.setting, "2025-11-10", "2025-11-21", "O", pupil, group=special.group)
    case_id = special.cases()[-1].id
    path = f"cases/{case_id}/steps/inform_authority/"
    assert get(client, special, "teacher", path).status_code == 403
    with pytest.raises(NotAllowed, match="School leader"):
        scoped(special, service.do_step, special.by("teacher"), case_id, "inform_authority", service.Said("", {"sent_on": "2025-11-21", **SENT}))
    said = {"f-sent_on": "2025-11-21", "f-how": SENT["how"], "note": ""}
    assert post(client, special, "school_leader", path, **said).status_code == 303
    entry = special.case().step("inform_authority").entries[0]
    assert (entry.fields["sent_on"], entry.fields["how"], entry.roles) == ("2025-11-21", SENT["how"], ("school_leader",))


@pytest.mark.scenario("P-OTE-15")
@pytest.mark.clause("OTE-25", "OTE-26", "OTE-27", "OTE-28")
def test_enquiries_are_complete_with_both_sides_and_a_reason_for_their_limits(special, client):
    at("2025-11-12 10:00")
    pupil = special.pupil()
    case_id = scoped(special, service.suspect, special.by("school_leader"), "cme", pupil, "Ceased to attend.", date(2025, 11, 10))
    for asked in ("Mother, by telephone", "Last school"):
        said = service.Said("nothing", {"owner": "school", "enquiry": asked, "result": "No answer"})
        scoped(special, service.do_step, special.by("school_leader"), case_id, "enquiry", said)
    path = f"cases/{case_id}/steps/enquiries_complete/"
    refused = post(client, special, "school_leader", path, outcome="limited", note="", **{"f-limitation": ""})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "LA enquiry: nothing of it is recorded yet, and the policy asks for it (OTE-26)" in text
    assert "Reason for the limitation: nothing was entered, and the policy asks for it (OTE-26, OTE-27)" in text
    answer = service.Said("something", {"owner": "la", "enquiry": "Council tax", "result": "The flat is empty"})
    scoped(special, service.do_step, special.by("administrator"), case_id, "enquiry", answer)
    done = post(client, special, "school_leader", path, outcome="limited", note="", **{"f-limitation": "The family lives ninety miles away."})
    assert done.status_code == 303
    assert special.case().step("enquiries_complete").status == "Done"


@pytest.mark.clause("OTE-25", "OTE-39")
def test_a_pupil_who_ceased_for_no_known_reason_is_told_to_the_authority_the_same_day(special):
    at("2026-04-28 10:00")
    pupil = special.pupil()
    scoped(special, service.suspect, special.by("school_leader"), "cme", pupil, "Ceased, reason unknown.", date(2026, 4, 27))
    case = special.case()
    assert case.clocks["at_once"].last == date(2026, 4, 28)
    assert {"inform_ceased", "enquiry"} <= {seen.step.key for seen in case.steps if seen.open}
    assert _duty(special, pupil, "inform_ceased").state == "due"


# -------------------------------------------------------------------- alternative provision


@pytest.mark.scenario("P-SEN-24")
@pytest.mark.clause("SEN-100")
def test_belief_is_enough_and_home_school_and_authority_are_told_the_same_day(app):
    provision = a_school("alternative_provision", "independent")
    pupil = a_pupil(provision.setting, "Rowan", group=provision.group, model="model_b")
    at("2026-01-20 10:00")
    scoped(provision, service.suspect, provision.by("attendance_lead"), "cme", pupil, "Whereabouts unclear.", date(2026, 1, 19))
    case = provision.case()
    for step in ("tell_home_school", "tell_authority"):
        assert case.step(step).due == date(2026, 1, 20)
        assert _duty(provision, pupil, step).state == "due"
    assert _told(provision) >= {"home_school", "LA"}
    with store.scope([provision.setting]):
        assert provision.by("dsl").ctx.calendar.count(case.state.anchor, date(2026, 1, 20)) == 2


# -------------------------------------------------------------------- tutoring


@pytest.mark.scenario("P-SPM-09")
@pytest.mark.clause("SPM-21", "SPM-23")
def test_only_the_safeguarding_lead_escalates_to_the_authority(app, client):
    company = a_school("tutoring", "company")
    room = a_class(company.setting, "Room 1", kind="tutor", staff=(company.person("tutor"),), role="tutor")
    pupil = a_pupil(company.setting, "Rowan", group=room, model="commissioned")
    at("2025-11-13 10:00")
    path = f"cases/suspect/cme/{pupil}/"
    said = {"note": "Unexplained since 12 November.", "since": "2025-11-12"}
    for role in ("tutor", "tutoring_office"):
        assert post(client, company, role, path, **said).status_code == 403
    assert company.cases() == []
    assert post(client, company, "dsl", path, **said).status_code == 303
    case_id = company.cases()[-1].id
    with pytest.raises(NotAllowed):
        scoped(company, service.do_step, company.by("tutoring_office"), case_id, "escalate", service.Said("unexplained_absence", {}))
    fields = {"f-authority": "Northshire LA", "f-copied": "", "f-sent_on": "2025-11-13", "f-grounds": "No word since 12 November"}
    sent = post(client, company, "dsl", f"cases/{case_id}/steps/escalate/", outcome="unexplained_absence", note="", **fields)
    assert sent.status_code == 303
    entry = company.case().step("escalate").entries[0]
    assert (entry.outcome, entry.roles, entry.fields["sent_on"]) == ("unexplained_absence", ("dsl",), "2025-11-13")
