"""Every task of a register without JavaScript: the same marks, the same words, nothing lost."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
PLAIN = {"java_script_enabled": False}


def choose(page, row, code):
    page.locator(f"tbody tr:nth-child({row}) input[type=radio][value='{code}']").check(force=True)


def test_a_late_mark_with_minutes_a_note_and_a_change_of_mind(live):
    page = live.teacher(**PLAIN)
    choose(page, 1, "L")
    page.fill("tbody tr:nth-child(1) .app-minutes", "6")
    page.fill("tbody tr:nth-child(1) .app-note-box", "Bus broke down")
    choose(page, 2, "L")
    page.get_by_role("button", name="Save register").click()
    assert "Register saved 08:55. 2 of 30 pupils marked." in page.inner_text("body")
    assert live.stored() == {1: ("L", 6, "Bus broke down"), 2: ("L", 5, None)}
    choose(page, 2, "N")
    page.fill("tbody tr:nth-child(2) .app-minutes", "")
    page.get_by_role("button", name="Save register").click()
    assert live.stored() == {1: ("L", 6, "Bus broke down"), 2: ("N", None, None)}


def test_what_cannot_be_stored_comes_back_as_it_was_typed_with_a_sentence_for_its_row(live):
    page = live.office(**PLAIN)
    page.fill("tbody tr:nth-child(1) .app-code-box", "QQ")
    page.fill("tbody tr:nth-child(2) .app-code-box", "N")
    page.fill("tbody tr:nth-child(3) .app-code-box", "L")
    page.fill("tbody tr:nth-child(3) .app-minutes", "ten")
    page.get_by_role("button", name="Save register").click()
    assert page.title().startswith("Error: ")
    summary = page.inner_text("[data-problem]")
    assert "Alder, Amber:" in summary or "Aspen, Amber:" in summary
    assert [page.input_value(f"tbody tr:nth-child({row}) .app-code-box") for row in (1, 2, 3)] == ["QQ", "N", "L"]
    assert page.input_value("tbody tr:nth-child(3) .app-minutes") == "ten"
    assert live.marks() == {}


def test_two_people_without_scripts_see_both_values_and_choose(live):
    teacher, office = live.teacher(**PLAIN), live.office(**PLAIN)
    office.fill("tbody tr:nth-child(1) .app-code-box", "I")
    office.fill("tbody tr:nth-child(2) .app-code-box", "M")
    office.get_by_role("button", name="Save register").click()
    for row, code in ((1, "N"), (2, "N"), (3, "/")):
        choose(teacher, row, code)
    teacher.get_by_role("button", name="Save register").click()
    assert teacher.title().startswith("Error: ")
    assert "1 other mark of yours was saved" in teacher.inner_text("[data-problem]")
    assert live.marks() == {1: "I", 2: "M", 3: "/"}
    teacher.get_by_label("Use yours, N, for Ash, Amber").check()
    teacher.get_by_role("button", name="Save my choices").click()
    assert live.marks() == {1: "I", 2: "N", 3: "/"}
    assert "3 of 30 pupils marked" in teacher.inner_text("body")


def test_a_third_change_while_one_chooses_is_shown_and_not_overwritten(live):
    teacher, office = live.teacher(**PLAIN), live.office(**PLAIN)
    office.fill("tbody tr:nth-child(1) .app-code-box", "I")
    office.get_by_role("button", name="Save register").click()
    choose(teacher, 1, "N")
    teacher.get_by_role("button", name="Save register").click()
    office.fill("tbody tr:nth-child(1) .app-code-box", "M")
    office.get_by_role("button", name="Save register").click()
    teacher.get_by_label("Use yours, N, for Alder, Amber").check()
    teacher.get_by_role("button", name="Save my choices").click()
    assert "Keep M" in teacher.inner_text("form[data-conflicts]")
    assert live.marks() == {1: "M"}
