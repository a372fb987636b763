"""The calendar by month, the line above every page, and the policy page with its warnings."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from intranet import store
from intranet.clock import LONDON
from intranet.errors import Refused
from intranet.law.calendar import TermPeriod
from intranet.settings import service
from intranet.settings.context import context
from intranet.settings.models import HouseValueRow
from intranet.settings.shell import context_line
from tests.fixtures.people import a_setting, an_account, csrf, signed_in

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
RID = "7b8f4e4e-2a0e-4b52-9f1c-0d5d2c9a1f10"


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


@pytest.fixture
def setting(app):
    return a_setting()


@pytest.fixture
def head(client, setting):
    return signed_in(client, an_account("head", setting=setting, name="Hollis Hart"))


def text(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def house_values(setting):
    with store.scope([setting]), store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(HouseValueRow).where(HouseValueRow.setting_id == setting))


def post_value(client, setting, key, **data):
    form = {"csrf_token": csrf(client), "rid": RID, "drawn": "0", "reason": "Agreed by governors", "first": "2026-11-23", "last": ""}
    return client.post(f"/settings/{setting}/policy/{key}/", data={**form, **data})


def test_the_calendar_shows_terms_inset_days_and_bank_holidays_by_month(head, setting):
    page = text(head.get(f"/settings/{setting}/calendar/"))
    assert "Calendar 2026-27" in page
    assert "Fri 27 Nov 2026 INSET day" in page
    assert "Fri 25 Dec 2026 Bank holiday: Christmas Day" in page
    assert "Nov 2026: 20 school days" in page
    assert "Calendar 2024-25" in text(head.get(f"/settings/{setting}/calendar/2024-25/"))


def test_a_school_year_without_term_dates_is_not_found_and_says_which_there_are(head, setting):
    answer = head.get(f"/settings/{setting}/calendar/2031-32/")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 11, 23), "Mon 23 Nov 2026, Autumn 2, week 4"),
        (date(2026, 11, 26), "Thu 26 Nov 2026, Autumn 2, week 4, INSET day tomorrow"),
        (date(2026, 11, 27), "Fri 27 Nov 2026, Autumn 2, week 4, INSET day today"),
        (date(2026, 10, 28), "Wed 28 Oct 2026, school holiday"),
    ],
)
def test_the_line_above_every_page_says_the_day_the_week_and_what_is_out_of_the_ordinary(setting, day, line):
    with store.scope([setting]):
        assert context_line(context(setting).calendar, day) == line


def test_the_frame_names_the_setting_the_person_and_only_pages_they_may_open(app, head, setting):
    page = head.get(f"/settings/{setting}/calendar/").get_data(as_text=True)
    assert "Larkspur Academy" in page
    assert "Hollis Hart" in page
    accounts = f'href="/settings/{setting}/accounts/"'
    assert accounts in head.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    teacher = signed_in(app.test_client(), an_account("teacher", setting=setting, name="Kit Crane"))
    assert accounts not in teacher.get(f"/settings/{setting}/policy/").get_data(as_text=True)


@pytest.mark.parametrize("role", ["principal", "dsl", "attendance_lead", "attendance_officer", "teacher"])
def test_the_policy_is_a_section_of_everybody_however_many_sections_there_are(app, setting, role):
    client = signed_in(app.test_client(), an_account(role, setting=setting, name=f"The {role}"))
    page = client.get(f"/settings/{setting}/pupils/").get_data(as_text=True)
    assert f'href="/settings/{setting}/policy/"' in page


def test_the_navigation_speaks_in_the_settings_own_words(app):
    said = {}
    for setting_type, role in (("primary_school", "head"), ("tutoring", "head"), ("alternative_provision", "head")):
        setting = a_setting(setting_type=setting_type, layout="T" if setting_type != "primary_school" else "H")
        client = signed_in(app.test_client(), an_account(role, setting=setting, name=f"Head of {setting_type}"))
        page = client.get(f"/settings/{setting}/pupils/").get_data(as_text=True)
        labels = re.findall(r"<a [^>]*href=\"/settings/\d+/(pupils|registers|classes)/\"[^>]*>\s*([^<]+?)\s*<", page)
        closing = client.get(f"/settings/{setting}/close/").get_data(as_text=True)
        headings = [re.search(r"<h1[^>]*>\s*([^<]+?)\s*<", one)[1] for one in (page, closing)]
        said[setting_type, "pages"] = headings
        said[setting_type] = dict(reversed(labels))  # the first link to a page is the navigation's
    assert said["primary_school"] == {"pupils": "Pupils", "registers": "Registers", "classes": "Classes"}
    assert said["tutoring"] == {"pupils": "Learners", "registers": "Session records", "classes": "Tutor groups"}
    assert said["alternative_provision"]["classes"] == "Class teams"
    assert said["tutoring", "pages"] == ["Learners", "Close the service"]
    assert said["primary_school", "pages"] == ["Pupils", "Close the school"]
    assert said["alternative_provision", "pages"] == ["Pupils", "Close the provision"]


def test_a_setting_is_read_again_only_when_it_has_changed(head, setting):
    with store.scope([setting]):
        first = context(setting)
        assert context(setting) is first
        with store.writing(now=MONDAY, actor_id=None) as w:
            service.set_house_value(w, setting, "policy.remind_months", 3, "why", MONDAY.date())
        assert context(setting) is not first
        assert context(setting).version == first.version + 1


def test_term_dates_that_overlap_are_refused_whole(app, setting):
    before = TermPeriod("2027-28", "Autumn 1", date(2027, 9, 1), date(2027, 10, 22))
    clash = TermPeriod("2027-28", "Autumn 2", date(2027, 10, 20), date(2027, 12, 17))
    with store.scope([setting]):
        with pytest.raises(Refused, match="before 2027-28 Autumn 1 ends"), store.writing(now=MONDAY, actor_id=None) as w:
            service.set_terms(w, setting, "2027-28", [before, clash])
        assert "2027-28" not in {p.year for p in context(setting).calendar.periods}
        with store.writing(now=MONDAY, actor_id=None) as w:
            service.set_terms(w, setting, "2027-28", [before])
        assert context(setting).calendar.is_school_day(date(2027, 9, 6))


@pytest.mark.scenario("P-ATT-54")
@pytest.mark.clause("ATT-042")
@pytest.mark.clause("ATT-043")
def test_the_academys_forty_minute_morning_is_in_force_with_its_warning(head, setting):
    page = text(head.get(f"/settings/{setting}/policy/"))
    assert "“How long the morning register stays open” is 40 minutes (ATT-043), but guidance expects 30 minutes" in page
    warning = page.split("stays open” is 40 minutes")[1]
    assert "Give the reason. C-09." in warning[:200]


@pytest.mark.clause("ATT-010")
def test_the_academys_three_years_are_struck_through_under_six(head, setting):
    html = head.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    part = html[html.index('id="retention.register_years"') :]
    part = part[: part.index("</div>")]
    assert "<strong>6 years</strong>" in part
    assert re.search(r"<s>3 years [^<]*</s>", part)
    assert "C-01" in html


def test_an_assumption_is_called_a_house_setting_not_from_policy(head, setting):
    assert "House setting, not from policy" in text(head.get(f"/settings/{setting}/policy/"))


def test_a_house_value_is_shown_with_reason_date_and_author(head, setting):
    assert post_value(head, setting, "lateness.persistent_count", value="4").status_code == 303
    page = text(head.get(f"/settings/{setting}/policy/"))
    assert "4 marks (the setting's own value)" in page.replace("&#39;", "'")
    assert "Agreed by governors Hollis Hart" in page
    assert post_value(head, setting, "lateness.persistent_count", value="4").status_code == 303
    assert house_values(setting) == 1


@pytest.mark.parametrize(
    ("key", "change", "sentence"),
    [
        ("n_code.resolve_days", {"value": "8"}, "a house value cannot be weaker"),
        ("n_code.resolve_days", {"value": "soon"}, "“soon” is not a whole number of school days"),
        ("n_code.resolve_days", {"value": "-1"}, "Enter 0 or more"),
        ("metrics.pa_rate", {"value": "120%"}, "a share of the whole"),
        ("metrics.pa_rate", {"value": "1/0"}, "is not a share"),
        ("n_code.resolve_days", {"value": ""}, "Value: nothing was entered"),
        ("n_code.resolve_days", {"value": "4", "reason": ""}, "Reason: nothing was entered"),
        ("n_code.resolve_days", {"value": "4", "first": ""}, "From: nothing was entered"),
        ("n_code.resolve_days", {"value": "4", "last": "2026-11-01"}, "Until: “01/11/2026” is before the first day"),
    ],
)
def test_what_cannot_be_a_house_value_gets_a_sentence_and_stores_nothing(head, setting, key, change, sentence):
    answer = post_value(head, setting, key, **{"value": "4", **change})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert house_values(setting) == 0


def test_a_stricter_house_value_than_the_law_stands(head, setting):
    assert post_value(head, setting, "n_code.resolve_days", value="3").status_code == 303
    html = head.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    assert "<strong>3 school days</strong>" in html


def test_a_parameter_that_nobody_defines_is_not_there(head, setting):
    assert head.get(f"/settings/{setting}/policy/no.such/").status_code == 404


def test_a_teacher_reads_the_policy_and_cannot_change_it(app, setting):
    teacher = signed_in(app.test_client(), an_account("teacher", setting=setting))
    page = teacher.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    assert "Set a house value" not in page
    assert teacher.get(f"/settings/{setting}/policy/n_code.resolve_days/").status_code == 403
