"""The pages of the roll room: one removal from the ground to the receipt by plain forms, and who may see and do what."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import clock, duties
from tests.roll.playing import A, Roll

EVIDENCE = {"evidence": "Letter in the file", "who": "Olive Oak", "on": "2025-11-18"}


@pytest.fixture
def school(app):
    return Roll("2025-11-18 10:00", setting_type="primary_school", legal_type="maintained")


@pytest.mark.clause("ASC-16", "ATT-014")
def test_a_name_goes_from_the_ground_to_the_authoritys_receipt_by_plain_forms(school, pages):
    pupil = school.pupil()
    office, head = pages(school, "office"), pages(school, "headteacher")
    base = f"/pupils/{pupil}/off-roll/"
    assert "Registered at another school" in office.get(base) and "Boarding fees unpaid" not in office.get(base)
    assert "Choose the ground" in office.send(base, 422)
    page = office.send(base, follow=True, ground=A)
    assert "Started there on" in page and "Parent&#39;s written notice" not in page
    page = office.send(f"{base}details/", follow=True, last_day="2025-11-17", other_school="Harbour Primary", started="2025-11-17", start_confirmed="",
                       professionals="")  # fmt: skip
    assert "The name stays on the roll. Still needed:" in page and "Check that no school attendance order" in page and "Why?" in page
    refused = office.send(f"{base}proofs/no_order/", 422, proof="no_order", evidence="", who="Olive Oak", on="2025-11-18")
    assert "Write what shows it and where it is kept" in refused and 'value="Olive Oak"' in refused
    for key in ("other_school", "no_order", "not_main_school", "not_dual"):
        page = office.send(f"{base}proofs/{key}/", follow=True, proof=key, **EVIDENCE)
    assert "Everything that the law and the policy ask is shown" in page
    office.get(f"{base}approve/", 403)
    assert "Head" in office.send(f"{base}complete/", 403)
    assert "not yet" not in head.send(f"{base}approve/", follow=True, note="Seen")
    page = office.send(f"{base}complete/", follow=True)
    assert "Deletion return" in page and "Amber Ash" in page
    line = school.owed(pupil)[0]
    return_page = office.get(f"/roll/returns/{line.duty_id}/")
    assert "Harbour Primary, from 17 November 2025" in return_page and "Registered at another school (2024:9(1)(a))" in return_page
    assert "Robin Ash: 01632 960001" in office.get(f"/roll/returns/{line.duty_id}/print/")
    back = f"/roll/returns/{line.duty_id}/"
    assert "Say to whom it went" in office.send_to(back, f"{back}sent/", 422, sent_on="2025-11-18", sent_to="", channel="Post", gaps="")
    office.send_to(back, f"{back}sent/", sent_on="2025-11-18", sent_to="Weatherby Council", channel="Post", gaps="")
    office.send_to(back, f"{back}receipt/", received_on="2025-11-18", reference="R/17")
    assert "R/17" in office.get(back)
    assert school.left_on(pupil) == date(2025, 11, 17)
    assert "Amber" in office.get("/roll/?on=2025-11-17") and "2024:9(1)(a)" in office.get("/roll/?on=2025-11-18")
    assert "1 Larkspur Lane" in office.get("/roll/print/?on=2025-11-17")
    assert "is not a date" in office.get("/roll/?on=tomorrow", 422)


def test_a_wrong_role_may_not_and_another_settings_pupil_is_not_there(school, pages):
    pupil = school.pupil()
    teacher, office, dsl = pages(school, "teacher"), pages(school, "office"), pages(school, "dsl")
    for path in (f"/pupils/{pupil}/off-roll/", f"/pupils/{pupil}/suspensions/", "/roll/", "/roll/returns/"):
        teacher.get(path, 403)
    dsl.get("/roll/")
    dsl.get(f"/pupils/{pupil}/off-roll/", 403)
    office.get(f"/pupils/{pupil}/suspensions/", 403)
    elsewhere = Roll("2025-11-18 10:00")
    theirs = elsewhere.pupil()
    for path in (f"/pupils/{theirs}/off-roll/", f"/pupils/{theirs}/end-place/", "/roll/returns/999/"):
        office.get(path, 404)
    assert pages(elsewhere, "office").client.get(f"/settings/{school.setting}/roll/").status_code == 404


def test_a_form_drawn_before_somebody_elses_change_stores_nothing(school, pages):
    pupil = school.pupil()
    office = pages(school, "office")
    base = f"/pupils/{pupil}/off-roll/"
    office.send(base, ground=A)
    drawn = office.get(f"{base}details/")
    school.enter(pupil, "office", "2025-11-18")
    import re

    rid = re.search(r'name="rid" value="([^"]+)"', drawn)[1]
    sent = {"last_day": "2025-11-19", "other_school": "Mine", "started": "", "start_confirmed": "", "professionals": ""}
    page = office.post(f"{base}details/", 409, rid=rid, drawn="0", version="1", **sent)
    assert "Somebody else changed this removal" in page and "Mine" in page
    assert school.standing(pupil).case.last_day == date(2025, 11, 18)
    assert "Keep on the roll" in office.get(f"{base}give-up/")
    office.send(f"{base}give-up/", why="The family stays")
    assert school.standing(pupil) is None
    office.get(f"{base}proofs/no_order/", 303)


@pytest.mark.clause("ATT-199", "ATT-201", "OTE-38")
def test_enquiries_are_ticked_one_by_one_and_home_education_shows_its_steps(school, pages):
    missing, taught = school.pupil("Rowan"), school.pupil("Hazel")
    office = pages(school, "office")
    base = f"/pupils/{missing}/off-roll/"
    office.send(base, ground="2024:9(1)(i)")
    assert "A home visit" in office.get(base) and "school days on end with only G, N or O" in office.get(base)
    page = office.send(f"{base}details/", follow=True, last_day="", la_notified="2025-11-17", efforts=["visits", "calls"], professionals="")
    assert "A home visit" not in page and "Local databases" in page
    assert 'value="visits" checked' in office.get(f"{base}details/")
    office.send(f"{base}details/", 422, last_day="", efforts=["seance"])
    assert school.standing(missing).case.facts["efforts"] == "visits calls"
    office.send(f"/pupils/{taught}/off-roll/", ground="2024:9(1)(f)")
    assert "a telephone call is not enough" in office.get(f"/pupils/{taught}/off-roll/")


def test_a_pupil_on_another_schools_roll_is_led_to_the_end_of_the_place(app, pages):
    roll = Roll("2025-11-18 10:00", setting_type="tutoring", legal_type="company", phase="secondary", layout="T")
    pupil = roll.pupil(model="commissioned")
    office = pages(roll, "tutoring_office")
    page = office.client.get(f"/settings/{roll.setting}/pupils/{pupil}/off-roll/", follow_redirects=True).get_data(as_text=True)
    assert "nothing is deleted" in page and "Weatherby Council" in page
    assert "keeps no admission register" in office.get("/roll/")
    assert "has passed" in office.send(f"/pupils/{pupil}/end-place/", 422, last="2025-11-17", reason="Over")
    page = office.send(f"/pupils/{pupil}/end-place/", follow=True, last="2025-11-21", reason="Over")
    assert "End of a place, told to its owner" in page


def test_a_suspension_and_its_provision_are_recorded_by_the_head(school, pages):
    pupil = school.pupil()
    head = pages(school, "headteacher")
    path = f"/pupils/{pupil}/suspensions/"
    assert "Say for how many school days" in head.send(path, 422, first="2025-11-18", days="", reason="Fighting")
    page = head.send(path, follow=True, first="2025-11-18", days="8", reason="Fighting")
    assert "Tue 25 Nov 2025" in page and "the governing body must arrange suitable full-time education" in page
    from tests.roll.test_places_and_suspensions import seen

    one = seen(school, pupil)[0].id
    given = {"suspension": one, "provided_from": "2025-11-25", "provider": "Harbour Centre", "place": "Quay Street"}
    assert "suitable and full-time" in head.send_to(path, f"{path}provision/", 422, **given)
    head.send_to(path, f"{path}provision/", full_time="y", **given)
    assert "Harbour Centre, Quay Street" in head.get(path)


def test_a_duty_leads_to_where_it_is_done_and_only_to_who_may_do_it(school, pages):
    pupil = school.pupil(joined="2025-11-18")
    duties.tick(clock.now())
    line = school.owed(pupil)[0]
    office, dsl, head = (pages(school, role) for role in ("office", "dsl", "headteacher"))
    assert f"/roll/returns/{line.duty_id}/" in office.get("/")
    assert f"/roll/returns/{line.duty_id}/" in office.get(f"/duties/{line.duty_id}/")
    assert "recorded as sent" in office.get(f"/duties/{line.duty_id}/")
    assert "New pupil" in dsl.get("/roll/returns/") and f"/roll/returns/{line.duty_id}/" not in dsl.get("/roll/returns/")
    dsl.get(f"/roll/returns/{line.duty_id}/", 403)
    head.send(f"/pupils/{pupil}/suspensions/", first="2025-11-18", days="8", reason="Fighting")
    assert f"/pupils/{pupil}/suspensions/" in head.get("/")
