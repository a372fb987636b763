"""Following absences up in a real browser: two clicks a call, the chase by keyboard, no script, no accessibility fault, nothing wider than a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from intranet import store
from tests.fixtures.pupils import a_contact
from tests.fixtures.served import PHONE, violations
from tests.policy.playing import save

pytestmark = pytest.mark.browser
COUNT = 'addEventListener("click", (event) => event.isTrusted && (window.clicked = (window.clicked || 0) + 1), true);'


@pytest.fixture
def absent(live):
    """The served school at 09:40 with rows 1 and 2 of the class away without a reason, each with two adults to ring."""
    place = live.school.academy
    marks = {pupil: "N" if number < 2 else "/" for number, pupil in enumerate(place.pupils)}
    with live.app.app_context(), store.scope([place.id]):
        save(place.id, place.group, "2026-11-23 AM", marks, now="2026-11-23 09:05", role="teacher")
        for pupil in place.pupils[:2]:
            a_contact(place.id, pupil, "Alder", given="Robin", priority=2)
            a_contact(place.id, pupil, "Alder", given="Greta", relationship="grandmother", priority=3)
    live.at("09:40")
    return live


def page_of(live, path="follow-up/", role="office", **options):
    place = live.school.academy
    return live.person(place.people[role], f"/settings/{place.id}/{path}", **options)


def card(page, live, row=0):
    return page.locator(f"#pupil-{live.school.academy.pupils[row]}")


def test_a_call_is_logged_in_two_clicks_with_its_reason_and_the_amendment(absent):
    page = page_of(absent)
    card(page, absent).get_by_role("button", name="App message sent").click()
    page.get_by_text("Message sent, logged 09:40.").wait_for()
    page.evaluate(COUNT)
    card(page, absent).get_by_text("Spoke to Robin Alder").first.click()
    assert page.evaluate("window.clicked") == 1
    card(page, absent).locator("details[open]").get_by_role("button", name="Medical or dental appointment").click()
    page.get_by_text("1 mark amended.").wait_for()
    assert absent.marks()[1] == "M"
    expect(card(page, absent)).to_have_count(0)


def test_an_unanswered_call_is_one_click_and_the_next_adult_to_ring_is_named(absent):
    page = page_of(absent)
    card(page, absent).get_by_role("button", name="App message sent").click()
    expect(card(page, absent).get_by_text("Ring next")).to_have_count(1)
    card(page, absent).get_by_role("button", name=re.compile("No answer")).first.click()
    page.get_by_text("No answer, logged 09:40.").wait_for()
    item = card(page, absent).locator("li", has_text="Ring next").last
    expect(item).to_contain_text("Alder")
    assert f"#pupil-{absent.school.academy.pupils[0]}" in page.url


def test_the_chase_is_worked_through_with_the_keyboard_alone(absent):
    page = page_of(absent, "follow-up/chase/")
    for left in (1, 0):
        expect(page.locator("select:focus")).to_have_count(1)
        page.keyboard.type("M")
        page.keyboard.press("Tab")
        page.keyboard.type("Card seen")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(left)
    assert [absent.marks()[1], absent.marks()[2]] == ["M", "M"]


def test_the_list_works_without_scripts(absent):
    page = page_of(absent, java_script_enabled=False)
    card(page, absent).get_by_role("button", name="App message sent").click()
    card(page, absent).get_by_text("Spoke to Robin Alder").first.click()
    card(page, absent).get_by_role("button", name="Illness").first.click()
    assert "The reason waits for Principal or a delegate." in page.inner_text("body")
    assert absent.marks()[1] == "N"
    principal = page_of(absent, role="principal", java_script_enabled=False)
    card(principal, absent).get_by_label("Why", exact=True).fill("A cold")
    card(principal, absent).get_by_role("button", name="Accept: I").click()
    assert absent.marks()[1] == "I"


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_no_state_has_an_accessibility_fault_or_runs_off_the_side(absent, size):
    place, wrong = absent.school.academy, {}
    page = page_of(absent, **size)

    def look(state, page=page):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = violations(page)
        if found or wide > 0:
            wrong[state] = (wide, found)

    look("list")
    card(page, absent).get_by_role("button", name="App message sent").click()
    card(page, absent).get_by_text("Spoke to Robin Alder").first.click()
    look("spoke")
    card(page, absent).locator("details[open]").get_by_role("button", name="Illness").click()
    page.get_by_text("The reason waits").wait_for()
    look("waiting")
    page.goto(f"/settings/{place.id}/follow-up/chase/")
    look("chase")
    page.get_by_role("button", name=re.compile("^Set")).first.click()
    page.get_by_text("There is a problem").wait_for()
    look("chase refused")
    for name in ("report/", f"report/{place.pupils[0]}/", f"{place.pupils[0]}/visit/", "links/"):
        page.goto(f"/settings/{place.id}/follow-up/{name}")
        look(name.strip("/").replace("/", " ").replace(str(place.pupils[0]), "one"))
    page.get_by_label("Whose parent is it for?").select_option(index=1)
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label(re.compile("Address to send")).input_value()
    look("link made")
    parent = absent.person(None, None, **size)
    parent.goto(absent.url + re.sub(r"^https?://[^/]+", "", address))
    look("parent", parent)
    parent.get_by_label("Reason").select_option(label="Illness")
    parent.get_by_role("button", name="Send").click()
    parent.get_by_text("There is a problem").wait_for()
    look("parent refused", parent)
    parent.get_by_label("Your name").fill("Robin Alder")
    parent.get_by_role("button", name="Send").click()
    parent.get_by_text("we have received it").wait_for()
    look("parent received", parent)
    page.goto(f"/settings/{place.id}/follow-up/{place.pupils[1]}/visit/")
    page.get_by_label("Who goes").fill("Wes Wren")
    page.get_by_label("Leaves at").fill("09:45")
    page.get_by_label("Expected back at").fill("10:15")
    page.get_by_role("button", name="Plan the visit").click()
    page.get_by_text("Goes alone", exact=True).wait_for()
    look("message and visit")
    principal = page_of(absent, "follow-up/delegates/", role="principal", **size)
    look("delegates", principal)
    assert not wrong, "\n".join(f"{state}: {what}" for state, what in wrong.items())
