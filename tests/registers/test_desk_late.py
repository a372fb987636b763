"""The late desk: an arrival is one entry and one mark; nobody is signed in twice, nothing is lost, and a minute's slip can be undone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from intranet import clock, store
from intranet.registers import desk_log
from intranet.store import events, statements
from tests.fixtures.people import an_account, csrf
from tests.fixtures.pupils import a_contact, a_pupil
from tests.registers.desk_kit import Desk, a_school


@pytest.fixture
def school(app):
    made = a_school()
    with store.scope([made.id]):
        yield made


@pytest.fixture
def desk(app, school):
    return Desk(app.test_client(), school, school.office)


def log(school, pupil):
    with store.connection() as conn:
        return desk_log.of_day(conn, school.id, clock.today(), pupil)


def the_events(school, stream):
    with store.connection() as conn:
        return events.read(conn, school.id, stream=stream)


UNDO = 'type="submit">Undo'
MORNING = {"08:50": "/", "08:51": "L", "09:29": "L", "09:30": "U"}
AFTERNOON = {"13:00": "\\", "13:10": "L", "13:29": "L", "13:30": "U"}


@pytest.mark.scenario("P-ATT-01")
@pytest.mark.clause("ATT-042")
@pytest.mark.clause("ATT-044")
@pytest.mark.clause("ATT-046")
def test_the_time_at_the_desk_decides_the_mark(school, desk):
    found = {"AM": {}, "PM": {}}
    for key, times in (("AM", MORNING), ("PM", AFTERNOON)):
        for n, at in enumerate(times):
            pupil = school.pupil(f"{'Morn' if key == 'AM' else 'Noon'}{'abcd'[n]}")
            school.at(*map(int, at.split(":")))
            desk.sign_in(f"{'morn' if key == 'AM' else 'noon'}{'abcd'[n]}", "1")
            found[key][at] = school.mark(pupil, key)[0]
    assert found == {"AM": MORNING, "PM": AFTERNOON}


@pytest.mark.clause("ATT-042")
def test_a_late_mark_keeps_its_minutes_and_shows_them_today(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    desk.sign_in("am", "2")
    page = desk.get("/late-desk/")
    assert school.mark(pupil) == ("L", 15)
    assert "Amber Ash" in page and "15 minutes" in page and "Traffic or transport" in page and "Olive Oriole" in page


@pytest.mark.clause("ATT-044")
def test_after_the_close_the_child_is_on_site_and_counted_absent(school, desk):
    pupil = school.pupil("Amber")
    school.at(10, 0)
    desk.sign_in("am", "1")
    assert school.mark(pupil) == ("U", 70)
    assert "Amber" in desk.get("/evacuation-roll/").split("Not on site")[0]


@pytest.mark.clause("ATT-068")
def test_a_child_back_from_an_appointment_reports_to_the_desk_and_is_not_marked_late_without_leave(school, desk):
    pupil = school.pupil("Amber")
    school.at(10, 0)
    desk.sign_in("am", "3")
    assert school.mark(pupil)[0] == "M"
    assert log(school, pupil)[0].reason == "Medical or dental appointment"


@pytest.mark.clause("ATT-045")
def test_a_child_who_comes_alone_is_signed_in_with_a_safeguarding_prompt(school, desk):
    pupil = school.pupil("Amber")
    a_contact(school.id, pupil, "Ash")
    school.at(9, 5)
    desk.sign_in("am", "1")
    page = desk.get("/late-desk/")
    assert log(school, pupil)[0].adult == ""
    assert "None present" in page and "Came alone" in page and "safeguarding lead" in page


@pytest.mark.clause("ATT-045")
def test_the_adult_who_came_is_chosen_by_a_letter_and_kept_with_the_entry(school, desk):
    pupil = school.pupil("Amber")
    contact = a_contact(school.id, pupil, "Ash", given="Robin")
    school.at(9, 5)
    desk.sign_in("am", "1a")
    entry = log(school, pupil)[0]
    assert (entry.adult, entry.contact_id) == ("Robin Ash (mother)", contact)
    assert "Came alone" not in desk.get("/late-desk/")


@pytest.mark.clause("ATT-045")
def test_an_adult_who_is_not_listed_is_kept_by_name(school, desk):
    pupil = school.pupil("Amber")
    desk.school.at(9, 5)
    desk.sign_in("am", "1", adult="other", adult_name="Uncle Jay Finch")
    assert log(school, pupil)[0].adult == "Uncle Jay Finch"


def test_an_absence_marked_before_is_amended_with_its_five_facts(school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="N")
    school.at(9, 40)
    desk.sign_in("am", "1")
    stored = the_events(school, f"register:{school.number()}:{school.group}")[-1]
    data = store.marks.decode(stored.data)
    assert data.previous == {pupil: 30} and school.mark(pupil)[0] == "U"
    assert data.reason == "Signed in at the desk at 09:40: Overslept or left home late"
    assert stored.data["by"] == ["Olive Oriole", "Office"]


def test_a_present_mark_is_never_turned_into_a_late_one_unseen(school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="/")
    school.at(9, 5)
    desk.sign_in("am", "1")
    assert school.mark(pupil) == ("/", None)
    assert "The register says / (Present in school (morning)) already" in desk.get("/late-desk/")


def test_the_entry_and_its_mark_are_one_transaction_and_one_commit(school, desk):
    from intranet.registers import desk as service
    from intranet.registers.desk_rules import reason_for

    pupil = school.pupil("Amber")
    now = school.at(9, 5)
    with statements() as counted:
        service.sign_in(school.ctx, school.caller, school.actor(), service.Arrival(pupil, reason_for("late", "1"), now), now)
    assert counted.commits == 1
    assert len(counted) <= 30


def test_the_desk_asks_a_fixed_number_of_questions_however_many_children_there_are(school, desk):
    def ask():
        with statements() as counted:
            desk.find("zz")
            desk.get("/late-desk/")
        return len(counted)

    for n in range(3):
        school.pupil(f"Zza{n}")
    ask()
    few = ask()
    for n in range(20):
        school.pupil(f"Zzb{n}")
    assert ask() == few


@pytest.mark.parametrize("keys", ["", "7", "x", "12", "1z", "<script>"])
def test_keys_that_mean_nothing_are_said_and_nothing_is_stored(school, desk, keys):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    page = desk.sign_in("am", keys, 422)
    assert "There is a problem" in page and "Reason" in page or "Adult" in page
    assert log(school, pupil) == [] and school.mark(pupil) is None
    assert "<script>" not in page.split("</head>")[1].replace("<script src", "")


def test_a_time_that_has_not_come_is_refused(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    page = desk.sign_in("am", "1", 422, at="09:20")
    assert "has not happened yet" in page and log(school, pupil) == []


def test_the_time_of_arrival_can_be_earlier_than_now(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 40)
    desk.sign_in("am", "1", at="09:10")
    assert school.mark(pupil) == ("L", 20)


def test_a_name_that_two_children_share_is_offered_and_the_only_one_not_here_is_meant(school, desk):
    amber, amy = school.pupil("Amber"), school.pupil("Amy", "Birch")
    school.at(8, 55)
    both = desk.find("am")
    assert "Amber Ash" in both and "Amy Birch" in both and 'name="keys"' not in both
    school.take(Amy="/")
    meant = desk.find("am")
    assert desk.drawn(meant)["pupil"] == str(amber)
    chosen = desk.post("/late-desk/find/", pupil=amy)
    assert desk.drawn(chosen)["pupil"] == str(amy)


def test_suggestions_are_a_part_of_the_page_and_the_name_is_in_no_address(school, desk):
    school.pupil("Amber")
    found = desk.post("/late-desk/suggest/", q="amb", headers={"HX-Request": "true"})
    assert "Amber Ash" in found and "<html" not in found
    assert 'method="post"' in found and "q=" not in found


def test_with_a_script_the_desk_is_swapped_and_the_name_box_takes_the_focus(school, desk):
    school.pupil("Amber")
    school.at(9, 5)
    shown = desk.find("am")
    htmx = {"HX-Request": "true"}
    page = desk.post("/late-desk/", keys="1", adult="none", headers=htmx, **desk.drawn(shown))
    assert "<html" not in page and re.search(r'<input[^>]*id="q"[^>]*data-focus', page)
    assert "Signed in: L, 15 minutes late" in page


# ------------------------------------------------------------------ two people, twice, and taken back


def test_two_people_at_the_desk_sign_a_child_in_once(app, school, desk):
    pupil = school.pupil("Amber")
    other = Desk(app.test_client(), school, an_account("office", setting=school.id, name="Wren Wagtail"))
    school.at(9, 5)
    first, second = desk.find("am"), other.find("am")
    desk.post("/late-desk/", 303, keys="1", adult="none", **desk.drawn(first))
    page = other.post("/late-desk/", 422, keys="2", adult="none", **other.drawn(second))
    assert "signed in by somebody else a moment ago" in page
    assert len(log(school, pupil)) == 1 and school.mark(pupil) == ("L", 15)


def test_a_teacher_who_marks_between_find_and_enter_is_not_overwritten(school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    shown = desk.find("am")
    school.take(Amber="N", drawn=0)
    page = desk.post("/late-desk/", 422, keys="1", adult="none", **desk.drawn(shown))
    assert "changed by somebody else a moment ago" in page
    assert school.mark(pupil)[0] == "N" and log(school, pupil) == []


def test_a_request_sent_twice_is_stored_once(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    shown = desk.find("am")
    for _ in range(2):
        desk.post("/late-desk/", 303, keys="1", adult="none", **desk.drawn(shown))
    assert len(log(school, pupil)) == 1
    assert len(the_events(school, f"presence:{pupil}")) == 1


def test_an_entry_can_be_undone_for_a_minute_and_the_mark_goes_back(school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="N")
    school.at(9, 5)
    desk.sign_in("am", "1")
    entry = log(school, pupil)[0]
    desk.post(f"/late-desk/{entry.id}/undo/", 303, rid="5f0f61de-3f52-4f0b-8a50-0f3df7f6c001", drawn="0")
    assert school.mark(pupil) == ("N", None)
    assert log(school, pupil)[0].undone_position is not None
    assert [one.kind for one in the_events(school, f"presence:{pupil}")] == ["presence.signed_in", "presence.undone"]
    assert "(undone)" in desk.get("/late-desk/")


def test_undoing_a_first_mark_leaves_no_reason_yet_because_a_saved_mark_is_never_removed(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    desk.sign_in("am", "1")
    entry = log(school, pupil)[0]
    desk.post(f"/late-desk/{entry.id}/undo/", 303, rid="5f0f61de-3f52-4f0b-8a50-0f3df7f6c002", drawn="0")
    assert school.mark(pupil) == ("N", None)


def test_an_undo_without_its_request_id_is_refused_in_words_and_undoes_nothing(school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="N")
    school.at(9, 5)
    desk.sign_in("am", "1")
    (entry,) = log(school, pupil)
    said = desk.post(f"/late-desk/{entry.id}/undo/", 422, drawn="0")
    assert "This button: The form&#39;s request id was lost on the way. Open the page again and send it from there." in said
    assert log(school, pupil)[0].undone_position is None


def test_undo_pressed_twice_is_one_undoing(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    desk.sign_in("am", "1")
    entry = log(school, pupil)[0]
    for number in ("06", "07"):
        desk.post(f"/late-desk/{entry.id}/undo/", 303, rid=f"5f0f61de-3f52-4f0b-8a50-0f3df7f6c0{number}", drawn="0")
    assert [one.kind for one in the_events(school, f"presence:{pupil}")] == ["presence.signed_in", "presence.undone"]


def test_after_a_refusal_the_same_page_can_be_sent_again(app, school, desk):
    pupil = school.pupil("Amber")
    school.at(8, 55)
    shown = desk.find("am")
    school.take(Amber="N", drawn=0)
    page = desk.post("/late-desk/", 422, keys="1", adult="none", **desk.drawn(shown))
    desk.post("/late-desk/", 303, keys="1", adult="none", **desk.drawn(page))
    assert school.mark(pupil) == ("L", 5) and len(log(school, pupil)) == 1


def test_after_a_minute_an_entry_is_amended_in_the_register_not_undone(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    desk.sign_in("am", "1")
    assert UNDO in desk.get("/late-desk/")
    clock.current_clock().advance(timedelta(seconds=61))
    entry = log(school, pupil)[0]
    assert UNDO not in desk.get("/late-desk/")
    page = desk.post(f"/late-desk/{entry.id}/undo/", 422, rid="5f0f61de-3f52-4f0b-8a50-0f3df7f6c003", drawn="0")
    assert "60 seconds" in page and school.mark(pupil) == ("L", 15)


def test_an_undo_leaves_a_mark_that_somebody_changed_since(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    desk.sign_in("am", "1")
    school.take(Amber="/")
    entry = log(school, pupil)[0]
    desk.post(f"/late-desk/{entry.id}/undo/", 303, rid="5f0f61de-3f52-4f0b-8a50-0f3df7f6c004", drawn="0")
    assert school.mark(pupil)[0] == "/"


# ------------------------------------------------------------------ who may, where, and on which days


@pytest.mark.parametrize("role", ["teacher", "cover", "governor", "provider"])
def test_only_the_office_and_the_leads_stand_at_the_desk(app, school, role):
    page = Desk(app.test_client(), school, an_account(role, setting=school.id, name="Tess Teal"))
    for path in ("/late-desk/", "/sign-out/"):
        page.get(path, 403)


def test_another_settings_child_or_entry_is_not_found(app, school, desk):
    elsewhere = a_school()
    with store.scope([elsewhere.id]):
        stranger = elsewhere.pupil("Amber")
    mine = school.pupil("Bo")
    school.at(9, 5)
    shown = desk.find("bo")
    assert "Amber" not in desk.find("amber").split("app-filter")[-1].split("begins with")[0]
    desk.post("/late-desk/find/", 404, pupil=stranger)
    desk.post("/late-desk/", 404, keys="1", adult="none", **{**desk.drawn(shown), "pupil": stranger})
    desk.sign_in("bo", "1")
    other = Desk(app.test_client(), elsewhere, elsewhere.office)
    with store.scope([elsewhere.id, school.id]):
        entry = log(school, mine)[0].id
    other.post(f"/late-desk/{entry}/undo/", 404, rid="5f0f61de-3f52-4f0b-8a50-0f3df7f6c005", drawn="0")
    other_url = f"/settings/{elsewhere.id}/late-desk/"
    assert desk.awake().get(other_url).status_code == 404


def test_a_child_who_has_left_is_not_at_the_desk(school, desk):
    school.pupil("Gone", left="2025-09-30")
    assert "Nobody on the roll today" in desk.find("gone")


def test_a_child_in_no_class_is_signed_in_and_the_missing_register_is_said(school, desk):
    pupil = a_pupil(school.id, "Lost", "Larch")
    school.at(9, 5)
    desk.sign_in("lo", "1")
    assert len(log(school, pupil)) == 1
    assert "no register has this pupil" in desk.get("/late-desk/")


def test_a_day_without_sessions_takes_the_entry_and_no_mark(school, desk):
    pupil = school.pupil("Amber")
    school.at(9, 5, day=date(2025, 10, 11))
    desk.sign_in("am", "1")
    assert len(log(school, pupil)) == 1
    assert "No mark was entered: no session is running" in desk.get("/late-desk/")


@pytest.mark.parametrize("day", [date(2025, 3, 28), date(2025, 3, 31), date(2025, 10, 24), date(2025, 11, 3)])
def test_the_clock_on_the_wall_decides_before_and_after_the_clocks_change(school, desk, day):
    pupil = school.pupil("Amber", joined="2024-09-02")
    school.at(9, 5, day=day)
    desk.sign_in("am", "1")
    with store.connection() as conn:
        row = desk_log.of_day(conn, school.id, day, pupil)[0]
    assert school.mark(pupil, day=day) == ("L", 15)
    assert row.at.astimezone(clock.LONDON) == datetime(day.year, day.month, day.day, 9, 5, tzinfo=clock.LONDON)


def test_the_pages_of_the_desk_carry_no_name_in_the_notice_that_travels(school, desk):
    school.pupil("Amber")
    school.at(9, 5)
    shown = desk.find("am")
    data = {**desk.drawn(shown), "keys": "1", "adult": "none"}
    response = desk.awake().post(desk.url("/late-desk/"), data={**data, "csrf_token": csrf(desk.awake())})
    assert "Amber" not in response.headers["Location"] and "Amber" not in str(response.headers.getlist("Set-Cookie"))
