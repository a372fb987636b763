"""The desks in a real browser: counted keys, the focus, no script, no accessibility fault, nothing wider than a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from intranet import store
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_contact
from tests.fixtures.served import PHONE, violations

pytestmark = pytest.mark.browser
COUNT = 'addEventListener("keydown", () => (window.keysPressed = (window.keysPressed || 0) + 1), true);'


def desk(live, path="late-desk/", **options):
    return live.office(f"/settings/{live.school.academy.id}/{path}", **options)


def typed(page, text):
    for key in text:
        page.keyboard.press("Enter" if key == "\n" else key)


def ready(page):
    """Wait until the part that asks for the reason is there and has the focus."""
    expect(page.locator("input[name=keys]")).to_be_focused()


def signed_in(page, count):
    expect(page.locator("#late-desk tbody tr")).to_have_count(count)


def test_a_late_child_is_signed_in_with_five_keys_and_the_name_box_waits_for_the_next(live):
    live.at("09:05")
    page = desk(live)
    page.evaluate(COUNT)
    typed(page, "ho\n")
    ready(page)
    typed(page, "1\n")
    signed_in(page, 1)
    expect(page.locator("#q")).to_be_focused()
    assert page.evaluate("window.keysPressed") == 5
    typed(page, "iv\n")
    ready(page)
    typed(page, "2\n")
    signed_in(page, 2)
    assert live.marks() == {16: "L", 17: "L"}
    assert all("Amber" not in url for url in live.posts)


def test_with_the_adult_who_came_it_is_six_keys(live):
    live.at("09:05")
    page = desk(live)
    page.evaluate(COUNT)
    typed(page, "al\n")
    ready(page)
    typed(page, "1a\n")
    signed_in(page, 1)
    assert page.evaluate("window.keysPressed") == 6
    assert "Robin Alder" in page.inner_text("#late-desk")


def test_names_are_suggested_while_typing_and_one_click_chooses(live):
    live.at("09:05")
    page = desk(live)
    page.keyboard.type("be")
    page.get_by_role("button", name="Amber Beech, 3B").click()
    ready(page)
    page.get_by_role("button", name="6 Other or not said").click()
    signed_in(page, 1)
    assert "Came alone" in page.inner_text("#late-desk")


def test_the_desk_works_without_scripts(live):
    live.at("09:05")
    page = desk(live, java_script_enabled=False)
    page.locator("#q").fill("hol")
    page.keyboard.press("Enter")
    page.locator("input[name=keys]").fill("1")
    page.keyboard.press("Enter")
    assert "Amber Holly" in page.inner_text("#late-desk table")
    page.get_by_role("button", name="Undo Amber Holly").click()
    assert "(undone)" in page.inner_text("#late-desk table")
    assert live.marks() == {16: "N"}


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_no_state_of_the_desks_has_an_accessibility_fault_or_runs_off_the_side(live, size):
    live.at("09:05")
    place = live.school.academy
    with live.app.app_context(), store.scope([place.id]):
        a_contact(place.id, place.pupils[1], "Ash", given="Ivy", relationship="aunt", priority=2)
        an_account("slt", setting=place.id, name="Piper Plover")
    page, wrong = desk(live, **size), {}

    def look(state):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = violations(page)
        if found or wide > 0:
            wrong[state] = (wide, found)

    look("empty")
    page.locator("#q").fill("amber")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Amber Ash").wait_for()
    look("several")
    page.get_by_role("button", name="Amber Ash").click()
    ready(page)
    look("one child")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("There is a problem").wait_for()
    look("refused")
    page.locator("input[name=keys]").fill("1")
    page.keyboard.press("Enter")
    signed_in(page, 1)
    look("signed in")
    page.goto(f"/settings/{place.id}/sign-out/")
    look("sign-out")
    page.locator("#q").fill("ash")
    page.keyboard.press("Enter")
    page.get_by_label("Ivy Ash (aunt)").check()
    look("leaving")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    page.get_by_text("There is a problem").wait_for()
    look("not authorised")
    page.get_by_label("Authorised by").select_option(label="Piper Plover, Senior leader")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    page.get_by_role("button", name="Back now").wait_for()
    look("signed out")
    for path in ("evacuation-roll/", f"registers/print/{place.group}/", f"registers/print/{place.group}/?whole=week&day=2026-11-23&kind=filled",
                 f"registers/{place.number()}/{place.group}/paper/"):  # fmt: skip
        page.goto(f"/settings/{place.id}/{path}")
        look(path)
    assert not wrong, "\n".join(f"{state}: {what}" for state, what in wrong.items())
