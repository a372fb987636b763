"""Taking a register by keyboard in both modes, and what the page says and does at every step."""

from __future__ import annotations

import pytest

from tests.browser.test_quick import press, saved

pytestmark = pytest.mark.browser


def state(page):
    return page.inner_text("[data-save-state]")


def shown(page, row):
    return page.locator(f"tbody tr:nth-child({row}) [data-cell] input:checked").evaluate_all("inputs => inputs.map(i => i.value)")


def focused_row(page):
    return page.evaluate("[...document.querySelectorAll('tbody tr')].indexOf(document.activeElement.closest('tr')) + 1")


def test_a_late_mark_takes_the_minutes_of_the_clock_and_may_be_corrected(live):
    live.at("09:02")
    page = live.teacher()
    opened = live.app.extensions["daymark.clock"].now().hour * 60 + 2
    press(page, "4L")
    offered = page.input_value("tbody tr:nth-child(4) .app-minutes")
    assert int(offered) == opened - (8 * 60 + 50)
    press(page, "7")
    page.keyboard.press("Enter")
    assert focused_row(page) == 5
    press(page, "6LS")
    saved(page)
    assert live.stored()[4] == ("L", 7, None)
    assert live.stored()[6] == ("L", int(offered), None)
    assert len(live.stored()) == 2


def test_undo_takes_back_one_act_after_another_until_the_save(live):
    page = live.teacher()
    press(page, "3N")
    assert "Aspen, Amber: not here. 29 left." in state(page)
    press(page, "A")
    assert "29 marked present" in state(page)
    press(page, "Z")
    assert shown(page, 5) == []
    assert shown(page, 3) == ["N"]
    press(page, "Z")
    assert shown(page, 3) == []
    press(page, "Z")
    assert state(page) == "Nothing to undo."
    assert live.marks() == {}


def test_what_was_undone_is_not_saved(live):
    page = live.teacher()
    press(page, "3NAZ")
    press(page, "S")
    assert "1 of 30" in saved(page)
    assert live.marks() == {3: "N"}


def test_arrows_and_the_surname_move_without_marking(live):
    page = live.teacher()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused_row(page) == 3
    page.keyboard.press("End")
    assert focused_row(page) == 30
    press(page, ".ivy")
    assert focused_row(page) == 17
    page.keyboard.press("Enter")
    press(page, "N")
    assert shown(page, 17) == ["N"]
    assert live.marks() == {}
    page.keyboard.press("Tab")
    assert focused_row(page) == 0


def test_the_focus_stays_in_the_register_after_a_save_and_the_region_is_live(live):
    page = live.teacher()
    press(page, "2NS")
    assert saved(page) == "Register saved 08:55. 1 of 30 pupils marked."
    assert page.get_attribute("[data-save-state]", "aria-live") == "polite"
    assert focused_row(page) == 3
    press(page, "NS")
    page.get_by_text("2 of 30 pupils marked.").wait_for()
    assert live.marks() == {2: "N", 3: "N"}


def test_with_the_keys_off_letters_do_nothing_and_the_mouse_still_works(live):
    page = live.teacher()
    page.get_by_label("Keys").uncheck()
    page.locator("tbody tr:nth-child(1) [data-cell]").focus()
    press(page, "NAS")
    assert page.locator("[data-cell] input:checked").count() == 0
    page.locator("tbody tr:nth-child(2) .app-mark--absent").click()
    page.get_by_role("button", name="Save register").click()
    saved(page)
    assert live.marks() == {2: "N"}


def test_letters_outside_the_register_are_not_commands(live):
    page = live.teacher()
    page.focus("[data-jump]")
    press(page, "ans")
    assert page.locator("[data-cell] input:checked").count() == 0
    assert live.marks() == {}


def test_the_office_types_any_code_and_saves_with_control_enter(live):
    page = live.office()
    for code in ("N", "I", "C1", "M"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    assert focused_row(page) == 5
    page.keyboard.type("/")
    page.keyboard.press("Control+Enter")
    saved(page)
    assert live.marks() == {1: "N", 2: "I", 3: "C1", 4: "M", 5: "/"}


def test_a_code_that_is_none_is_said_at_once_and_again_by_the_server(live):
    page = live.office()
    page.keyboard.type("QQ")
    page.keyboard.press("Enter")
    assert "QQ is not a code for this session" in state(page)
    assert focused_row(page) == 1
    page.keyboard.press("Control+Enter")
    page.locator("[data-problem]").wait_for()
    assert page.evaluate("document.activeElement.hasAttribute('data-problem')")
    assert "Alder, Amber:" in page.inner_text("[data-problem]")
    assert page.input_value("tbody tr:nth-child(1) .app-code-box") == "QQ"
    assert live.marks() == {}


def test_two_people_see_both_values_and_choose(live):
    teacher, office = live.teacher(), live.office()
    office.keyboard.type("I")
    office.keyboard.press("Control+Enter")
    saved(office)
    press(teacher, "1N")
    press(teacher, "2NS")
    teacher.locator("[data-problem]").wait_for()
    table = teacher.inner_text("form[data-conflicts]")
    assert "Robin Rook, 08:55" in table
    assert "Keep I" in table
    assert "Use N" in table
    assert teacher.evaluate("document.activeElement.hasAttribute('data-problem')")
    assert live.marks() == {1: "I", 2: "N"}
    teacher.get_by_label("Use yours, N, for Alder, Amber").check()
    teacher.get_by_role("button", name="Save my choices").click()
    teacher.locator("form[data-register]").wait_for()
    assert live.marks() == {1: "N", 2: "N"}


def test_the_tutor_takes_a_session_record_in_the_tutors_words(live):
    live.at("10:05")
    place = live.school.tutoring
    page = live.person(place.people["tutor"], place.register())
    press(page, "AS")
    assert "2 of 2 learners marked" in saved(page)
    assert live.marks(place) == {1: "P", 2: "P"}
