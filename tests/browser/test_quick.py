"""How quickly a register is taken: keys, taps and clicks are counted by the browser, not by us."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.fixtures.served import PHONE

pytestmark = pytest.mark.browser
COUNT = """addEventListener("keydown", () => (window.keysPressed = (window.keysPressed || 0) + 1), true);
addEventListener("click", (event) => event.isTrusted && event.detail && (window.clicks = (window.clicks || 0) + 1), true);"""
ALL_BUT_TWO = dict.fromkeys(range(1, 31), "/") | {17: "N", 23: "N"}


def counted(page):
    page.evaluate(COUNT)
    return page


def saved(page):
    page.locator("[data-save-state][data-state=saved]").wait_for(timeout=8000)
    return page.inner_text("[data-save-state]")


def press(page, keys):
    for key in keys:
        page.keyboard.press(key)


def test_28_of_30_present_is_eight_keys_and_one_request(live):
    page = counted(live.teacher())
    live.posts.clear()
    press(page, "17N23NAS")
    text = saved(page)
    assert page.evaluate("window.keysPressed") == 8
    assert live.marks() == ALL_BUT_TWO
    assert len(live.posts) == 1
    assert text == "Register saved 08:55. 30 of 30 pupils marked."


def test_everyone_present_is_two_keys(live):
    page = counted(live.teacher())
    press(page, "AS")
    saved(page)
    assert page.evaluate("window.keysPressed") == 2
    assert set(live.marks().values()) == {"/"}
    assert len(live.marks()) == 30


def test_28_of_30_present_is_four_taps_under_a_finger(live):
    page = counted(live.teacher(**PHONE))
    for row in (17, 23):
        page.locator(f"tbody tr:nth-child({row}) .app-mark--absent").tap()
    page.get_by_role("button", name="Mark rest present").tap()
    page.get_by_role("button", name="Save register").tap()
    saved(page)
    assert page.evaluate("window.clicks") == 4
    assert live.marks() == ALL_BUT_TWO


def test_everyone_present_is_two_taps_under_a_finger(live):
    page = counted(live.teacher(**PHONE))
    page.get_by_role("button", name="Mark rest present").tap()
    page.get_by_role("button", name="Save register").tap()
    saved(page)
    assert page.evaluate("window.clicks") == 2
    assert len(live.marks()) == 30


def test_everyone_present_is_one_click_without_scripts(live):
    page = live.teacher(java_script_enabled=False)
    page.get_by_role("button", name="Mark everyone else present and save").click()
    assert set(live.marks().values()) == {"/"}
    assert len(live.marks()) == 30


def test_28_of_30_present_is_three_clicks_without_scripts(live):
    page = live.teacher(java_script_enabled=False)
    for row in (17, 23):
        page.locator(f"tbody tr:nth-child({row}) .app-mark--absent").click()
    page.get_by_role("button", name="Mark everyone else present and save").click()
    assert "Register saved 08:55. 30 of 30 pupils marked." in page.inner_text("body")
    assert live.marks() == ALL_BUT_TWO


def test_the_register_is_one_light_page(live):
    page = live.person(live.school.academy.people["teacher"])
    bodies = {}
    page.on("response", lambda answer: bodies.setdefault(answer.url, answer))
    page.goto(live.school.academy.register())
    page.wait_for_load_state("networkidle")
    html = next(answer.body() for url, answer in bodies.items() if url.endswith(live.school.academy.register()))
    shared = {url: answer.body() for url, answer in bodies.items() if re.search(r"\.(js|css)(\?|$)", url)}
    assert len(html) <= 60 * 1024
    assert {url.rsplit(".", 1)[-1] for url in shared} == {"js", "css"}
    assert sum(len(gzip.compress(body)) for body in shared.values()) <= 50 * 1024
    sent = {url: answer.headers.get("content-encoding") for url, answer in bodies.items() if url in shared}
    assert set(sent.values()) == {"gzip"}, sent


def test_a_teacher_is_two_clicks_from_the_first_page_to_the_open_register(live):
    page = live.teacher(path="/")
    page.get_by_role("link", name=re.compile("3B")).first.click()
    page.wait_for_load_state()
    assert page.url.endswith(live.school.academy.register())
    assert page.evaluate("document.activeElement.closest('tr')?.id") == f"row-{live.school.academy.pupils[0]}"
