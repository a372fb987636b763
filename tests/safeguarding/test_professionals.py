"""The professionals of a child: kept with dates and a source, told of what is ticked, seen by those who see sensitive flags."""

from datetime import date

import pytest

from intranet import store
from intranet.cases.safeguarding import professionals
from tests.fixtures.pupils import a_pupil

FIELDS = {"kind": "social_worker", "name": "Sol Siskin", "organisation": "Weatherby Council", "phone": "01632 960123", "source": "Letter of 1 October",
          "first": "2025-10-01", "told": ["absence", "leaving"]}  # fmt: skip


def page_of(school):
    return f"/pupils/{school.pupil}/professionals/"


@pytest.mark.clause("OTE-37", "SEN-099")
def test_a_professional_is_kept_with_dates_and_source_and_who_is_told_follows(school, as_role):
    lead = as_role("attendance_lead")
    lead.send(f"{page_of(school)}add/", **FIELDS)
    shown = lead.get(page_of(school))
    for text in ("Social worker: Sol Siskin", "Weatherby Council", "Letter of 1 October", "unexplained absence, leaving the roll", "SEN-099"):
        assert text in shown
    assert "Sol Siskin" in lead.get(f"/pupils/{school.pupil}/")
    with store.connection() as conn:
        told = professionals.told_of(conn, school.id, school.pupil, "leaving", date(2025, 10, 7))
        assert [one.name for one in told] == ["Sol Siskin"]
        assert professionals.told_of(conn, school.id, school.pupil, "exclusion", date(2025, 10, 7)) == []
        assert professionals.told_of(conn, school.id, school.pupil, "leaving", date(2025, 9, 30)) == []


@pytest.mark.parametrize("missing, sentence", [("name", "Name: nothing was entered"), ("source", "How this is known: nothing was entered")])
def test_a_professional_without_a_name_or_a_source_is_not_stored(school, as_role, missing, sentence):
    lead = as_role("head")
    body = lead.send(f"{page_of(school)}add/", 422, **{**FIELDS, missing: ""})
    assert sentence in body and "01632 960123" in body
    assert "None recorded" in lead.get(page_of(school))


def test_days_the_wrong_way_round_are_refused(school, as_role):
    assert "it is before the first day" in as_role("dsl").send(f"{page_of(school)}add/", 422, **FIELDS, last="2025-09-01")


def test_ending_today_keeps_it_in_the_list_and_takes_it_off_the_child_s_page_tomorrow(school, as_role):
    lead = as_role("head")
    lead.send(f"{page_of(school)}add/", **FIELDS)
    drawn = lead.get(page_of(school))
    import re

    lead.send_to(page_of(school), f"{page_of(school)}end/", item=re.search(r'name="item" value="(\d+)"', drawn)[1])
    assert "End today" in lead.get(page_of(school))
    school.at("09:05", date(2025, 10, 8))
    again = as_role("head", account=lead.account)
    assert "End today" not in again.get(page_of(school))
    assert "Sol Siskin" not in again.get(f"/pupils/{school.pupil}/")


@pytest.mark.parametrize("role", ["teacher", "office", "governor"])
def test_others_neither_read_nor_add_them(school, as_role, role):
    page = as_role(role, account=school.teacher if role == "teacher" else None)
    page.get(page_of(school), 403)
    page.get(f"{page_of(school)}add/", 403)


def test_one_pupil_s_professional_is_not_ended_through_another(school, as_role):
    lead = as_role("head")
    ben = a_pupil(school.id, "Ben", "Birch", group=school.group)
    lead.send(f"{page_of(school)}add/", **FIELDS)
    lead.send_to(page_of(school), f"/pupils/{ben}/professionals/end/", status=404, item="1")


def test_professionals_are_kept_on_both_databases(app_on_both):
    from tests.safeguarding.conftest import opened

    for place in opened(app_on_both):
        draft = professionals.Draft("virtual_school", "Vi Vireo", "", "", "", "Panel", ("absence",), date(2025, 10, 1))
        for _ in range(2):
            professionals.add(place.id, place.pupil, draft, actor=place.actor("head"), now=place.now, request_id="7d8f0a52-7a8e-4f0e-9d4e-0f3b8f0c1a11")
        with store.connection() as conn:
            [one] = professionals.of_pupil(conn, place.id, place.pupil)
        professionals.end(place.id, place.pupil, one.id, date(2025, 10, 7), actor=place.actor("head"), now=place.now)
        with store.connection() as conn:
            assert professionals.of_pupil(conn, place.id, place.pupil)[0].last == date(2025, 10, 7)


@pytest.mark.clause("ASC-36", "ASC-37", "ASC-38", "ASC-40", "OTE-37", "OTE-41", "SPM-06")
@pytest.mark.parametrize(
    "kind, label",
    [
        ("send", "Special educational needs or disability"), ("mental_health", "Mental health difficulty"), ("disadvantaged", "Disadvantaged home"),
        ("near_threshold", "Just misses pupil premium or free meals"), ("traveller", "Gypsy, Roma or Traveller"), ("service_child", "Service family"),
        ("youth_justice", "Youth justice worker"), ("unsettled_address", "Address not settled"), ("ehcp", "Education, health and care plan"),
    ],
)  # fmt: skip
def test_a_flag_is_kept_with_its_days_and_source_and_is_shown_only_to_those_who_may_see_it(school, as_role, kind, label):
    lead = as_role("attendance_lead")
    lead.send(f"/pupils/{school.pupil}/flags/add/", kind=kind, first="2025-09-08", source="Family, by letter", note="")
    shown = lead.get(f"/pupils/{school.pupil}/placement/")
    assert label in shown and "Family, by letter" in shown and "8 Sep 2025" in shown
    assert label in lead.get(f"/pupils/{school.pupil}/")
    assert label not in as_role("teacher", account=school.teacher).get(f"/pupils/{school.pupil}/")


def test_a_number_that_no_professional_can_have_is_refused_in_a_sentence(school, as_role):
    lead = as_role("head")
    lead.send(f"{page_of(school)}add/", **FIELDS)
    lead.send_to(page_of(school), f"{page_of(school)}end/", status=422, item="9" * 30)
    assert "End today" in lead.get(page_of(school))
