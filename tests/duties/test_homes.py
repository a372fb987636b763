"""A role's home answers "what must I do now?" in the setting's own words."""

from __future__ import annotations

import re
import uuid

import pytest

from intranet import duties
from tests.duties.playing import at, save, waiting
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def school(app):
    at("2025-10-08 08:00")
    setting = a_setting()
    teacher = an_account("teacher", setting=setting, name="Tess Thorn")
    return setting, teacher, a_class(setting, staff=(teacher,))


def home(client, setting: int, account: int) -> str:
    page = signed_in(client, account).get(f"/settings/{setting}/")
    assert page.status_code == 200
    return " ".join(page.get_data(as_text=True).split())


def test_an_empty_home_says_nothing_is_waiting_and_when_it_looked(school, client):
    setting, teacher, _ = school
    at("2025-10-08 09:31")
    page = home(client, setting, teacher)
    assert "What must I do now?" in page
    assert "Nothing waiting. Last checked 09:31." in page


def test_the_office_sees_the_absence_and_its_clock_and_the_teacher_does_not(school, client):
    setting, teacher, group = school
    pupil = a_pupil(setting, "Amber", "Ash", group=group)
    office = an_account("attendance_officer", setting=setting, name="Olive Oak")
    save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:10")
    page = home(client, setting, office)
    assert "No reason known for absence on Wed 8 Oct<" in page
    assert "5 school days, due Wed 15 Oct<" in page
    at("2025-10-13 09:00")
    assert "school day 3 of 5, due Wed 15 Oct<" in home(client, setting, office)
    assert "No reason known" not in home(client, setting, teacher)


def test_a_teacher_sees_their_own_register_and_a_link_to_it(school, client):
    setting, teacher, group = school
    a_pupil(setting, joined="2025-10-08", group=group)
    other = a_class(setting, "4A")
    a_pupil(setting, "Other", joined="2025-10-08", group=other)
    duties.tick(at("2025-10-08 09:31"))
    page = home(client, setting, teacher)
    assert "Register not taken: 3B, Morning" in page
    assert "4A" not in page
    assert re.search(rf'href="/settings/{setting}/registers/\d+/{group}/"', page)


def test_the_first_thing_on_a_teachers_home_is_the_register_to_take_until_it_is_taken(school, client):
    setting, teacher, group = school
    pupil = a_pupil(setting, joined="2025-10-08", group=group)
    at("2025-10-08 08:40")
    assert "Take register" not in home(client, setting, teacher), "the register is not open yet"
    at("2025-10-08 08:52")
    page = home(client, setting, teacher)
    assert re.search(rf'href="/settings/{setting}/registers/\d+/{group}/">Take register: 3B, morning</a>', page)
    assert page.index("Take register: 3B") < page.index("registers taken")
    other = a_pupil(setting, "Bryony", joined="2025-10-08", group=group)
    save(setting, "2025-10-08 AM", {pupil: "/"}, group=group, now="2025-10-08 08:55")
    page = home(client, setting, teacher)
    assert "Part-marked" in page and "Take register: 3B" in page, "one of two children has no mark yet"
    save(setting, "2025-10-08 AM", {pupil: "/", other: "/"}, group=group, now="2025-10-08 08:56")
    assert "Take register" not in home(client, setting, teacher)


def test_several_duties_of_a_kind_are_linked_to_a_list_of_their_own_and_one_alone_is_not(school, client):
    setting, _, group = school
    office = an_account("attendance_officer", setting=setting, name="Olive Oak")
    first, second = (a_pupil(setting, given, joined="2025-10-08", group=group) for given in ("Amber", "Bryony"))
    save(setting, "2025-10-08 AM", {first: "N"}, group=group, now="2025-10-08 09:10")
    assert "Several of one kind" not in home(client, setting, office)
    save(setting, "2025-10-08 AM", {second: "N"}, group=group, now="2025-10-08 09:11")
    page = home(client, setting, office)
    assert f'Several of one kind: <a class="govuk-link" href="/settings/{setting}/duties/of/n_code/">Absences without a reason (N) (2)</a>' in page
    listed = " ".join(client.get(f"/settings/{setting}/duties/of/n_code/").get_data(as_text=True).split())
    assert listed.count("No reason known for absence on Wed 8 Oct<") == 2 and "Several of one kind" not in listed


@pytest.mark.parametrize(
    ("kind", "legal", "role", "words"),
    [
        ("academy", "academy", "attendance_lead", ["Academy", "08:50 to 09:30"]),
        ("primary_school", "maintained", "business_manager", ["Primary school", "follows up each unexplained absence"]),
        ("independent_school", "independent", "school_leader", ["Independent special school", "School leader"]),
        ("alternative_provision", "non_school", "head_of_provision", ["Alternative provision", "Weekly audit"]),
        ("tutoring", "company", "tutoring_office", ["Tutoring company", "Session records", "missed session reaches the tutoring office"]),
    ],
)
def test_each_setting_looks_and_speaks_like_itself(app, client, kind, legal, role, words):
    at("2025-10-08 08:00")
    setting = a_setting(setting_type=kind, legal_type=legal, layout="T" if kind == "tutoring" else "H")
    page = home(client, setting, an_account(role, setting=setting))
    for word in words:
        assert word in page


def test_a_long_list_of_one_kind_is_cut_short_on_the_home_and_whole_behind_its_link(school, client):
    setting, _, group = school
    many = [a_pupil(setting, f"Aster{n}", "Quill", joined="2025-10-08", group=group) for n in range(8)]
    office = an_account("attendance_officer", setting=setting, name="Olive Oak")
    save(setting, "2025-10-08 AM", dict.fromkeys(many, "N"), group=group, now="2025-10-08 09:10")
    page = home(client, setting, office)
    assert page.count("No reason known for absence on Wed 8 Oct<") == 5
    assert "3 more: Absences without a reason (N)" in page
    whole = " ".join(client.get(f"/settings/{setting}/duties/of/n_code/").get_data(as_text=True).split())
    assert whole.count("No reason known for absence on Wed 8 Oct<") == 8 and "more:" not in whole


def test_a_duty_is_completed_with_an_outcome_and_kept_when_sent_twice(school, client):
    setting, _, _ = school
    lead = an_account("attendance_lead", setting=setting, name="Lena Larch")
    pupil = a_pupil(setting, group=school[2])
    for day in ("11", "15", "16", "17", "18"):
        save(setting, f"2025-09-{day} AM", {pupil: "L"}, group=school[2], now=f"2025-09-{day} 09:10")
    row = waiting(setting, {"attendance_lead"}, "persistent_lateness")[0]
    signed_in(client, lead)
    path = f"/settings/{setting}/duties/{row.id}/"
    page = client.get(path).get_data(as_text=True)
    assert "ATT-025" in page
    assert "lateness.persistent_count" in page
    assert "<strong>5 marks</strong>" in page and "policy: ATT-025" in page
    refused = client.post(path, data={"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": "0", "outcome": " "})
    assert refused.status_code == 422
    assert "Write who did what and with what result" in refused.get_data(as_text=True)
    form = {"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": "0", "outcome": "Met the family"}
    assert client.post(path, data=form).status_code == 303
    assert client.post(path, data=form).status_code == 303
    done = client.get(path).get_data(as_text=True)
    assert "Met the family" in done
    assert "<textarea" not in done
    assert waiting(setting, {"attendance_lead"}, "persistent_lateness") == []


def test_a_duty_of_another_role_or_setting_cannot_be_opened(school, client):
    setting, teacher, group = school
    pupil = a_pupil(setting, group=group)
    save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:10")
    row = waiting(setting, {"office"})[0]
    signed_in(client, teacher)
    assert client.get(f"/settings/{setting}/duties/{row.id}/").status_code == 403
    elsewhere = a_setting("Elsewhere")
    signed_in(client, an_account("office", setting=elsewhere))
    assert client.get(f"/settings/{elsewhere}/duties/{row.id}/").status_code == 404
    assert client.get(f"/settings/{setting}/duties/{row.id}/").status_code == 404
