"""Notices and the contact log as people meet them, without JavaScript."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from intranet import clock, duties, store
from intranet.messages.models import ContactNote, NoticeRow
from intranet.store import records
from intranet.store.tables import event
from tests.fixtures.people import an_account, an_organisation, signed_in
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.messages.post import Gateway, running
from tests.registers.conftest import Page, a_school, filled


def rows(table, setting):
    with store.connection() as conn:
        return conn.execute(select(table.__table__).where(table.setting_id == setting).order_by(table.id)).all()


def kinds(setting, kind):
    with store.connection() as conn:
        return conn.execute(select(event).where(event.c.setting_id == setting, event.c.kind == kind)).all()


def press(page, path, status=303, **fields):
    """Fill in the first form of a page and send it to where it says."""
    html = page.get(path)
    action = re.search(r'<form method="post" action="([^"]+)"', html[html.index("<main") :])[1]
    return page.post(action.removeprefix(f"/settings/{page.setting_id}"), status, **filled(html, **fields))


@pytest.fixture
def told(school, as_role):
    """The school after an absence that nobody explained; the office's pages."""
    office, lead = as_role("office", "Olga Oak"), as_role("attendance_lead", "Lena Lark")
    school.at("09:10")
    school.save({0: "N", 1: "/"})
    return office, lead


def test_the_home_page_counts_what_waits_and_the_inbox_shows_it_without_the_pupil_until_it_is_opened(school, told):
    office, _ = told
    assert re.search(r'tile__number">1</span> <span class="app-tile__label">notices to open', office.get("/"))
    page = office.get("/notices/")
    assert "No reason known for absence" in page and "Amber" not in page and "Open it to see" in page
    notice = rows(NoticeRow, school.id)[0].id
    before = office.get(f"/notices/{notice}/")
    assert "Amber" not in before and rows(NoticeRow, school.id)[0].opened_at is None
    school.at("09:25")
    press(office, f"/notices/{notice}/")
    after = office.get(f"/notices/{notice}/")
    assert "Amber Ash" in after.replace("Ash, Amber", "Amber Ash") and "Opened" in after
    assert rows(NoticeRow, school.id)[0].opened_at == clock.now()
    assert len(kinds(school.id, "notice.opened")) == 1
    assert "notices to open" not in office.get("/")


def test_all_of_ones_own_can_be_opened_at_once_and_nobody_elses(school, told, as_role):
    office, lead = told
    school.save({2: "N"})
    page = office.get("/notices/")
    assert "Open all 2" in page
    press(office, "/notices/")
    opened = {row.account_id: row.opened_at is not None for row in rows(NoticeRow, school.id)}
    assert opened == {office.account: True, lead.account: False}


def test_a_teacher_sees_only_their_own_and_not_the_list(school, told, as_role):
    office, _ = told
    teacher = as_role("teacher")
    notice = rows(NoticeRow, school.id)[0]
    assert "Nothing was sent to you." in teacher.get("/notices/")
    teacher.get(f"/notices/{notice.id}/", status=404)
    teacher.post(f"/notices/{notice.id}/open/", status=404)
    teacher.get("/notices/told/", status=403)
    office.get("/notices/told/", status=403)


def test_the_lead_sees_who_was_told_who_opened_it_and_what_failed(school, told):
    office, lead = told
    press(office, "/notices/")
    page = lead.get("/notices/told/")
    assert page.count("No reason known") == 2 and "Olga Oak" in page and "Opened" in page and "Not opened" in page
    assert lead.get("/notices/told/unopened/").count("No reason known") == 1
    assert "No notices here." in lead.get("/notices/told/failed/")
    lead.get("/notices/told/elsewhere/", status=404)


def test_a_correction_says_that_it_no_longer_holds(school, told):
    office, lead = told
    press(office, "/notices/")
    school.at("09:20")
    school.save({0: "I"}, drawn=10**9, actor=school.actor("office", office.account), reason="The mother rang")
    page = office.get("/notices/")
    assert "No longer so" in page
    assert "Nothing was sent to you." in lead.get("/notices/")


# -------------------------------------------------------------------- bodies outside


@pytest.mark.clause("OTE-13", "OTE-19")
@pytest.mark.scenario("P-OTE-06")
def test_a_non_arrival_is_told_to_the_authority_by_the_leader_and_recorded_with_date_and_method(app):
    from datetime import date, datetime

    from tests.fixtures.people import a_setting

    clock.current_clock().set(datetime(2026, 1, 7, 9, 0))
    setting = a_setting(setting_type="independent_school", legal_type="independent", calendar="CAL-IND", organisation=an_organisation())
    teacher, leader = an_account("teacher", setting=setting), an_account("school_leader", setting=setting, name="Lee Linnet")
    with store.scope([setting]):
        pupil = a_pupil(setting, group=a_class(setting), joined="2026-01-08", model="own_roll")
        clock.current_clock().set(datetime(2026, 1, 8, 17, 0))
        duties.tick(clock.now())
        notice = next(row for row in rows(NoticeRow, setting) if row.kind == "non_arrival")
        assert (notice.pupil_id, notice.body, notice.account_id) == (pupil, "LA", None)
        assert clock.now().date() == notice.raised_at.date() == date(2026, 1, 8)
        assert {row.body for row in rows(NoticeRow, setting) if row.kind == "non_arrival"} == {"LA"}
        as_teacher = Page(signed_in(app.test_client(), teacher), setting, teacher)
        as_leader = Page(signed_in(app.test_client(), leader), setting, leader)
        said = {"channel": "phone", "to": "Duty desk", "day": "2026-01-08", "time": "16:50", "note": "", "drawn": "0",
                "rid": "6f1d3c9e-0000-4000-8000-000000000002"}  # fmt: skip
        as_teacher.get(f"/notices/{notice.id}/", status=404)
        as_teacher.post(f"/notices/{notice.id}/told/", status=403, **said)
        assert "To be told" in as_leader.get("/notices/told/outside/")
        page = press(as_leader, f"/notices/{notice.id}/", status=422, to="", channel="phone", day="2026-01-08", time="16:50")
        assert "Who was told" in page
        press(as_leader, f"/notices/{notice.id}/", status=422, to="Duty desk", channel="phone", day="2026-01-09", time="16:50")
        press(as_leader, f"/notices/{notice.id}/", to="Duty desk", channel="phone", day="2026-01-08", time="16:50")
        stored = next(row for row in rows(NoticeRow, setting) if row.kind == "non_arrival")
        assert (stored.channel, stored.handed_to, stored.handed_by) == ("phone", "Duty desk", leader)
        assert len(kinds(setting, "notice.handed")) == 1
        assert "Duty desk" in as_leader.get(f"/pupils/{pupil}/log/")
        as_leader.post(f"/notices/{notice.id}/told/", status=422, **{**said, "rid": "6f1d3c9e-0000-4000-8000-000000000003"})


# -------------------------------------------------------------------- what was said


@pytest.mark.clause("SPM-29", "SPM-27")
@pytest.mark.scenario("P-SPM-13")
def test_a_discussion_is_not_saved_half_empty_and_then_with_date_staff_parent_and_content(app):
    for school in a_school(app, setting_type="tutoring", legal_type="company", layout="T"):
        school.at("15:30")
        account = an_account("tutoring_office", setting=school.id, name="Cora Coot")
        office, pupil = Page(signed_in(app.test_client(), account), school.id, account), school.pupils[0]
        page = office.send(f"/pupils/{pupil}/log/add/", status=422, channel="phone", with_whom="Robin Ash, mother", summary="")
        assert "What was said: write a summary" in page and "Robin Ash, mother" in page
        assert rows(ContactNote, school.id) == []
        office.send(f"/pupils/{pupil}/log/add/", channel="phone", with_whom="Robin Ash, mother", summary="We spoke about mornings.")
        kept = rows(ContactNote, school.id)[0]
        assert (kept.at.date(), kept.author) == (clock.today(), "Cora Coot, Tutoring office")
        assert (kept.with_whom, kept.summary) == ("Robin Ash, mother", "We spoke about mornings.")
        assert kinds(school.id, "contact.noted")[0].actor_id == account


@pytest.mark.clause("ASC-13", "ASC-22", "ATT-131")
def test_what_was_said_stands_on_the_pupils_page(school, as_role):
    office, pupil = as_role("office", "Olga Oak"), school.pupils[0]
    office.send(f"/pupils/{pupil}/log/add/", channel="phone", with_whom="Robin Ash", summary="The bus did not come.")
    page = office.get(f"/pupils/{pupil}/")
    assert "The bus did not come." in page and "Olga Oak, Office" in page


def test_no_text_is_sent_to_a_home_that_the_dsl_asked_nobody_to_ring(school, as_role):
    office, pupil = as_role("office", "Olga Oak"), school.pupils[0]
    contact = a_contact(school.id, pupil)
    with store.writing(now=clock.now(), actor_id=None) as w:
        records.create(w, setting_id=school.id, kind="do_not_call", pupil_id=pupil, first=clock.today(), data={})
    assert "Speak to the DSL" in office.send(f"/pupils/{pupil}/log/text/", status=422, contact=str(contact))
    assert rows(ContactNote, school.id) == []


def test_the_same_form_sent_twice_is_one_entry(school, as_role):
    office, pupil = as_role("office"), school.pupils[0]
    sent = office.form(f"/pupils/{pupil}/log/add/", channel="letter", with_whom="Robin Ash", summary="A letter went out.")
    for _ in range(2):
        office.post(f"/pupils/{pupil}/log/add/", **sent)
    assert len(rows(ContactNote, school.id)) == 1


def test_teachers_read_what_they_wrote_and_sensitive_entries_are_for_those_who_may(school, as_role):
    teacher, office, dsl = as_role("teacher"), as_role("office", "Olga Oak"), as_role("dsl", "Dora Dove")
    pupil = school.pupils[0]
    teacher.send(f"/pupils/{pupil}/log/add/", channel="person", with_whom="Robin Ash", summary="At the gate: tired.")
    dsl.send(f"/pupils/{pupil}/log/add/", channel="person", with_whom="Robin Ash", summary="About home.", sensitive="y")
    office.send(f"/pupils/{pupil}/log/add/", channel="phone", with_whom="Robin Ash", summary="About lateness.")
    assert seen(teacher, pupil) == {"At the gate: tired."}
    assert seen(office, pupil) == {"At the gate: tired.", "About lateness."}
    assert seen(dsl, pupil) == {"At the gate: tired.", "About lateness.", "About home."}
    teacher.get(f"/pupils/{pupil}/log/text/", status=403)
    other = a_pupil(school.id, "Zoe", "Zinnia")
    as_role("cover", "Cal Crow").get(f"/pupils/{other}/log/", status=404)


def seen(page, pupil):
    text = page.get(f"/pupils/{pupil}/log/")
    return {said for said in ("At the gate: tired.", "About home.", "About lateness.") if said in text}


@pytest.mark.clause("ATT-233", "ATT-234", "ATT-235")
@pytest.mark.scenario("P-ATT-55")
def test_an_online_meeting_asks_for_consent_every_time_and_a_withdrawal_ends_it(school, as_role):
    from datetime import date

    pupil, first, second = school.pupils[0], date(2026, 1, 14), date(2026, 2, 4)
    url = f"/pupils/{pupil}/log/add/"
    said = {"channel": "online", "with_whom": "Robin Ash", "summary": "About the plan.", "agenda": "yes"}
    school.at("10:00", first)
    lead = as_role("attendance_lead", "Lena Lark")
    lead.send(url, consent="yes", day="2026-01-14", time="10:00", **said)
    school.at("10:00", second)
    signed_in(lead.client, lead.account)
    page = lead.send(url, status=422, day="2026-02-04", time="10:00", **said)
    assert "spoken consent at the start on 2026-02-04" in page
    lead.send(url, consent="yes", day="2026-02-04", time="10:00", **said)
    meeting = rows(ContactNote, school.id)[-1]
    assert (meeting.consent, meeting.agenda, meeting.ended_at) == (True, True, None)
    school.at("10:20", second)
    lead.post(f"/pupils/{pupil}/log/{meeting.id}/end/", why="The parent withdrew consent")
    lead.post(f"/pupils/{pupil}/log/{meeting.id}/end/", status=422, why="Again")
    ended = rows(ContactNote, school.id)[-1]
    assert (ended.ended_at, ended.ended_why) == (clock.now(), "The parent withdrew consent")
    assert "Ended" in lead.get(f"/pupils/{pupil}/log/")


@pytest.mark.clause("ATT-234")
def test_consent_that_is_refused_is_kept_with_what_the_parent_is_to_be_told(school, as_role):
    lead, pupil = as_role("attendance_lead", "Lena Lark"), school.pupils[0]
    said = {"channel": "online", "with_whom": "Robin Ash", "summary": "No meeting today.", "agenda": "no", "consent": "no"}
    lead.send(f"/pupils/{pupil}/log/add/", **said)
    page = lead.get(f"/pupils/{pupil}/log/")
    assert "they must still engage (ATT-234)" in page and "End meeting" not in page


@pytest.mark.clause("ATT-124", "ASC-41", "SEN-105")
def test_a_text_goes_to_the_gateway_in_plain_fixed_words_and_a_refusal_is_shown(sqlite_database):
    from dataclasses import replace

    from tests.fixtures import databases

    with running(Gateway()) as gateway, databases.running(replace(sqlite_database.config, text_url=gateway.url, text_key="k1")) as app:
        for school in a_school(app):
            office = an_account("office", setting=school.id, name="Olga Oak")
            page, pupil = Page(signed_in(app.test_client(), office), school.id, office), school.pupils[0]
            contact = a_contact(school.id, pupil)
            a_contact(school.id, pupil, given="Rowan", do_not_contact=True, priority=2)
            form = page.get(f"/pupils/{pupil}/log/text/")
            assert "Robin Ash" in form and "Rowan" not in form
            gateway.answer = 302
            page.send(f"/pupils/{pupil}/log/text/", contact=str(contact))
            duties.tick(school.at("09:01"))
            assert gateway.texts == [] and "Trying again" in page.get(f"/pupils/{pupil}/log/")
            gateway.answer = 202
            duties.tick(school.at("09:02"))
            [(body, key)] = gateway.texts
            assert body["to"] == "01632960001" and key == "Bearer k1"
            assert body["text"] == "Larkspur Academy: please contact us about attendance today. There is no need to reply to this text."
            assert "Amber" not in body["text"] and "Sent" in page.get(f"/pupils/{pupil}/log/")
