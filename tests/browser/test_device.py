"""What stays on a shared computer: no name, no note, and nothing at all once it is saved or somebody has signed out."""

from __future__ import annotations

import json

import pytest

from tests.browser.test_quick import press, saved
from tests.fixtures.served import FAMILIES

pytestmark = pytest.mark.browser
KEPT = """async () => ({
  local: Object.fromEntries(Object.entries(localStorage)), session: Object.fromEntries(Object.entries(sessionStorage)),
  databases: (await indexedDB.databases()).map((one) => one.name),
  cached: (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys())))).flat().map(
    (one) => new URL(one.url).pathname),
})"""


def kept(page):
    return page.evaluate(KEPT)


def drafts(page):
    return [key for key in kept(page)["local"] if key.startswith("daymark-register")]


def test_marks_that_are_not_saved_are_kept_without_names_and_notes(live):
    page = live.teacher()
    press(page, "1N2L")
    page.keyboard.press("Enter")
    page.fill("tbody tr:nth-child(3) .app-note-box", "Rang about the dentist")
    found = kept(page)
    text = json.dumps(found)
    assert len(drafts(page)) == 1
    assert [word for word in (*FAMILIES, "Amber", "Sparrow", "dentist", "example.org") if word in text] == []
    assert found["session"] == {}
    assert found["databases"] == []
    assert [path for path in found["cached"] if not path.startswith("/static/")] == []


def test_nothing_is_kept_after_the_save(live):
    page = live.teacher()
    press(page, "1NAS")
    saved(page)
    found = kept(page)
    assert found["local"] == {}
    assert found["session"] == {}


def test_nothing_is_kept_after_signing_out_on_any_page(live):
    page = live.teacher()
    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "1N")
    assert len(drafts(page)) == 1
    page.goto("/account/")
    page.locator(".app-menu--right summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert kept(page)["local"] == {}
    assert kept(page)["cached"] == []


def test_another_persons_marks_are_never_put_back(live):
    page = live.teacher()
    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "1N")
    page.context.add_cookies([{"name": "sid-dev", "value": live.token(live.school.academy.people["principal"]), "url": live.url}])
    page.goto(live.school.academy.register() + "?mode=teacher")
    assert page.locator("[data-cell] input").count() > 0
    assert page.locator("[data-cell] input:checked").count() == 0
    assert drafts(page) == []


def test_without_a_connection_the_register_says_so_and_puts_the_marks_back_later(live):
    page = live.teacher()
    page.on("dialog", lambda dialog: dialog.accept())
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    press(page, "5N")
    page.context.set_offline(True)
    page.reload()
    text = page.inner_text("body")
    assert "No connection" in text
    assert [family for family in FAMILIES if family in text] == []
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.get_by_text("1 marks from this device were put back.").or_(page.get_by_text("1 mark from this device was put back.")).wait_for()
    page.locator("button[data-save]").click()
    saved(page)
    assert live.marks() == {5: "N"}


def test_marks_that_were_stored_although_the_answer_was_lost_are_not_called_unsaved_after_a_reload(live):
    page = live.teacher()
    page.on("dialog", lambda dialog: dialog.accept())
    live.faults.plan = ["fails_after"]
    press(page, "1N2N")
    page.keyboard.press("s")
    page.locator("[data-save-state][data-state=problem]").wait_for()
    page.reload()
    page.locator("tbody tr:nth-child(1) input[value=N]:checked").wait_for()
    assert "not saved" not in page.inner_text("[data-save-state]")
    assert drafts(page) == []


def test_only_the_marks_that_do_not_stand_are_put_back_and_called_unsaved(live):
    page = live.teacher()
    page.on("dialog", lambda dialog: dialog.accept())
    live.faults.plan = ["fails_after", "fails_before"]
    press(page, "1N2N")
    page.keyboard.press("s")
    page.locator("[data-save-state][data-state=problem]").wait_for()
    press(page, "3N")
    page.reload()
    page.get_by_text("1 mark from this device was put back. It is not saved yet.").wait_for()
    assert page.locator("tbody tr:nth-child(3) input[value=N]").is_checked()
    press(page, "s")
    saved(page)
    assert len(live.marks()) == 3
