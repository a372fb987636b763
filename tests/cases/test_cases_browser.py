"""The pages of a case in a browser: nothing in the way of anybody, by keyboard, on a desk and on a phone, and without scripts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.browser.looking import faults
from tests.cases.playing import a_school
from tests.duties.playing import days

pytestmark = pytest.mark.browser
TENTH, NEXT = date(2025, 11, 14), date(2025, 11, 17)


def _with_a_case(live):
    """Return a primary school on the Monday after a child's tenth unexplained day, and the case's address."""
    with live.app.app_context():
        school = a_school()
        for role in ("dsl", "headteacher", "governor", "office"):
            school.person(role)
        days(school.setting, "2025-11-03", "2025-11-14", "N", school.pupil(), group=school.group)
        case_id = school.cases()[-1].id
    live.at("10:00", NEXT)
    return school, f"/settings/{school.setting}/cases/{case_id}/"


def test_every_page_of_a_case_is_accessible_at_a_desk_on_a_phone_and_enlarged(live):
    school, case = _with_a_case(live)
    page = live.person(school.people["dsl"], case)
    found = {}
    for path in (case, f"{case}steps/home_visit/", f"{case}steps/tell_authority/", f"{case}steps/phone_family/waive/", f"{case}close/", f"{case}link/",
                 f"{case}hand-over/", f"{case}chronology/", f"/settings/{school.setting}/cases/", f"/settings/{school.setting}/"):  # fmt: skip
        page.goto(path)
        found[path] = faults(page)
    page.goto(f"{case}close/")
    page.get_by_role("button", name="Close the case").click()
    found["refused"] = faults(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.clause("ASC-27")
def test_a_decision_is_two_clicks_and_its_reasons_without_scripts(live):
    school, case = _with_a_case(live)
    for role in ("headteacher", "governor"):
        page = live.person(school.people[role], f"{case}steps/tell_authority/", java_script_enabled=False)
        page.get_by_label("Inform LA CME officer", exact=True).check()
        page.get_by_label("Reasons").fill("Nobody has heard of the child for ten school days.")
        page.get_by_role("button", name="Decide").click()
        assert page.get_by_text("Recorded.", exact=True).count() == 1
    page = live.person(school.people["dsl"], case)
    assert page.get_by_role("link", name="Tell the LA CME officer", exact=True).count() == 1


@pytest.mark.clause("ASC-24")
def test_a_call_is_logged_by_keyboard_alone(live):
    school, case = _with_a_case(live)
    page = live.person(school.people["office"], case)
    page.get_by_label("No answer").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Mother")
    page.keyboard.press("Enter")
    page.get_by_text("Recorded.", exact=True).wait_for()
    assert page.locator("#timeline ~ ol").get_by_text("Phone family: No answer").count() == 1
