"""Every state of a register is accessible, fits a narrow window and says what it is."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import store
from intranet.people.models import Account
from intranet.settings import service as settings
from tests.browser.looking import faults
from tests.browser.test_quick import press, saved
from tests.fixtures.pupils import a_class, a_contact
from tests.fixtures.served import MORNING, PHONE

pytestmark = pytest.mark.browser
INSET = date(2026, 11, 27)


def tag(page):
    return page.inner_text("[data-tag]").strip()


def test_a_register_that_is_open_part_marked_and_saved(live):
    page = live.teacher()
    assert tag(page) == "Open"
    assert faults(page) == []
    press(page, "3N4L")
    page.keyboard.press("Enter")
    assert faults(page) == []
    press(page, "S")
    saved(page)
    page.reload()
    assert tag(page) == "Part-marked"
    press(page, "AS")
    saved(page)
    assert tag(page) == "Saved"
    assert faults(page) == []
    page.reload()
    assert tag(page) == "Saved"
    assert faults(page) == []


def test_a_register_in_code_boxes_refused_and_in_conflict(live):
    page, other = live.office(), live.teacher()
    assert faults(page) == []
    page.keyboard.type("QQ")
    page.keyboard.press("Control+Enter")
    page.locator("[data-problem]").wait_for()
    assert page.title().startswith("Error: ")
    assert faults(page) == []
    press(other, "1NS")
    saved(other)
    page.fill("tbody tr:nth-child(1) .app-code-box", "I")
    page.keyboard.press("Control+Enter")
    page.locator("form[data-conflicts]").wait_for()
    assert faults(page) == []


def test_a_register_before_and_after_its_time_and_on_a_closed_day(live):
    live.at("08:05")
    page = live.teacher()
    assert tag(page) == "Not open"
    assert "Marks can be entered from 08:50" in page.inner_text("main")
    assert page.locator("button[data-save]").count() == 0
    assert faults(page) == []
    live.at("08:55")
    page = live.teacher()
    press(page, "AS")
    saved(page)
    live.at("10:00")
    page = live.teacher()
    assert page.locator("[data-cell] input").count() == 0
    assert "ask the attendance office to correct" in page.inner_text("tbody tr:nth-child(1)")
    assert faults(page) == []
    live.at("10:00", INSET)
    page = live.teacher(live.school.academy.register(day=INSET))
    assert "No session" in page.inner_text("main")
    assert page.locator("tbody tr:nth-child(1) [data-cell]").inner_text() == "#"
    assert faults(page) == []


def test_the_past_of_a_register_its_paper_and_its_amendment(live):
    page = live.office()
    page.keyboard.type("N")
    page.keyboard.press("Control+Enter")
    saved(page)
    for path in ("history/", "print/", "print/?blank"):
        answer = page.goto(live.school.academy.register() + path)
        if answer.status == 404 and path.startswith("print/"):
            answer = page.goto(f"/settings/{live.school.academy.id}/registers/print/{live.school.academy.group}/")
        assert answer.status == 200, path
        assert faults(page) == [], path
    page.goto(f"/settings/{live.school.academy.id}/registers/amend/{live.school.academy.number()}/{live.school.academy.pupils[0]}/")
    assert faults(page) == []
    page.get_by_label("New mark").select_option("I")
    page.get_by_role("button", name="Amend mark").click()
    page.get_by_role("alert").filter(has_text="Reason").wait_for()
    assert faults(page) == []
    page.get_by_label("Reason for the change").fill("The parent rang at 09:20")
    page.get_by_role("button", name="Amend mark").click()
    page.get_by_text("Mark amended. The original stays with it.").wait_for()
    assert live.marks() == {1: "I"}
    page.goto(live.school.academy.register() + "history/")
    assert "The parent rang at 09:20" in page.inner_text("main")
    assert faults(page) == []


def test_a_class_without_pupils_and_places_that_are_not_for_this_person(live):
    place = live.school.academy
    with live.app.app_context():
        empty = a_class(place.id, "3C", staff=(place.people["teacher"],))
        a_contact(place.id, place.pupils[1], "Ash")
        with store.writing(now=MORNING, actor_id=None) as w:
            w.session.get(Account, place.people["cover"]).position_title = "Cover for a day"
    page = live.teacher(f"/settings/{place.id}/registers/{place.number()}/{empty}/")
    found = {"no session": (page.title(), faults(page))}
    for name, path, status in (
        ("not yours", f"/settings/{place.id}/registers/amend/{place.number()}/{place.pupils[0]}/", 403),
        ("nothing there", f"/settings/{place.id}/registers/{place.number()}/99999/", 404),
        ("another setting", live.school.tutoring.register(), 404),
    ):
        assert page.goto(path).status == status, name
        found[name] = (page.title(), faults(page))
    assert {name: wrong for name, (_, wrong) in found.items() if wrong} == {}
    cover = live.person(place.people["cover"], place.register())
    assert "There is no such register among yours" in cover.inner_text("main")


def test_under_a_finger_every_mark_is_a_thumb_wide_and_nothing_is_hidden_by_the_bar(live):
    page = live.teacher(**PHONE)
    sizes = page.locator(".app-mark").evaluate_all("all => all.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])")
    assert len(sizes) == 90
    assert min(min(size) for size in sizes) >= 44
    page.locator("tbody tr:nth-child(30) .app-mark--absent input").focus()
    under = page.evaluate("document.activeElement.getBoundingClientRect().bottom - document.querySelector('.app-save-bar').getBoundingClientRect().top")
    assert under <= 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_closure_put_in_during_the_morning_is_said_on_the_open_register(live):
    place = live.school.academy
    page = live.teacher()
    press(page, "1N")
    with live.app.app_context(), store.scope([place.id]), store.writing(now=MORNING, actor_id=place.people["office"]) as w:
        day = MORNING.date()
        settings.close(w, place.id, settings.NewClosure(first=day, last=day, kind="closure", label="Boiler", planned=False))
    press(page, "S")
    page.locator("[data-problem], #page-alert p").first.wait_for()
    assert "Boiler" in page.inner_text("body")
    assert live.marks() == {}


def test_a_save_that_failed_one_that_needs_signing_in_and_the_key_help(live):
    page = live.teacher()
    press(page, "?")
    page.get_by_text("goes to that row and marks it").wait_for()
    assert faults(page) == []
    page.locator("tr.is-current [data-cell]").focus()
    live.faults.plan = ["fails_before"] * 20  # it tries again by itself while we look
    press(page, "3NS")
    page.locator("[data-save-state][data-state=problem]").wait_for()
    assert "Not saved." in page.inner_text("[data-save-state]")
    assert faults(page) == []
    live.end_sign_ins(live.school.academy.people["teacher"])
    live.faults.plan = []
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("link", name="Sign in again").wait_for()
    assert faults(page) == []
    assert live.marks() == {}


@pytest.mark.parametrize("page_of", ["", "board/"])
def test_a_page_that_refreshes_itself_says_so_and_keeps_no_empty_chair_signed_in(live, page_of):
    page = live.person(live.school.academy.people["office"])
    page.clock.install()
    page.goto(f"/settings/{live.school.academy.id}/{page_of}")
    with page.expect_request(lambda asked: asked.headers.get("hx-request") == "true") as asked:
        page.clock.fast_forward(61_000)
    assert asked.value.headers.get("x-daymark-poll") == "1"


def test_code_boxes_on_a_phone_take_no_more_room_than_buttons_and_open_a_line_for_what_needs_a_note(live):
    page = live.teacher()
    press(page, "3NAS")
    saved(page)
    heights = {}
    for mode in ("teacher", "office"):
        page = live.person(live.school.academy.people["office"], f"{live.school.academy.register()}?mode={mode}", **PHONE)
        page.locator(".app-register--quiet").wait_for()
        heights[mode] = page.evaluate("document.documentElement.scrollHeight")
        assert page.locator(".app-row-note:visible").count() == 1, mode
    assert heights["office"] <= heights["teacher"]
    page.fill("tbody tr:nth-child(5) .app-code-box", "I")
    assert page.locator("tbody tr:nth-child(5) .app-note-box:visible").count() == 1, "as it is typed, before any press elsewhere"
    page.fill("tbody tr:nth-child(5) .app-code-box", "/")
    assert page.locator(".app-row-note:visible").count() == 1
