"""The pages of the roll room in a real browser: usable by everybody at a desk, on a phone and at 400 %, by mouse alone and without script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.looking import faults

pytestmark = pytest.mark.browser
KEPT = os.environ.get("DAYMARK_PICTURES", "")  # a folder for pictures of what was looked at


def looked(page, name: str) -> None:
    """Say that a page is right, and keep a picture of it where one was asked for."""
    assert faults(page) == [], name
    if KEPT:
        page.screenshot(path=str(Path(KEPT) / f"roll-{name}.png"), full_page=True)


def fill(page, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)


def save(page) -> None:
    page.click(".app-save-bar button")


def test_a_name_goes_off_the_roll_in_a_browser(live):
    school = live.school.academy
    base = f"/settings/{school.id}/pupils/{school.pupils[0]}/off-roll/"
    page = live.office(base)
    looked(page, "ground")
    save(page)
    looked(page, "ground-refused")
    page.check("text=Registered at another school")
    save(page)
    looked(page, "details")
    fill(page, last_day="2026-11-20", other_school="Harbour Primary", started="2026-11-23", start_confirmed="2026-11-23")
    save(page)
    looked(page, "gate")
    page.click("td a:has-text(\"Show\") >> nth=0")
    looked(page, "proof")
    save(page)
    looked(page, "proof-refused")
    for key in ("other_school", "no_order", "not_main_school", "not_dual"):
        page.goto(f"{live.url}{base}proofs/{key}/")
        fill(page, evidence="Letter of 23 November", who="Robin Rook")
        save(page)
    looked(page, "gate-shown")
    head = live.person(school.people["principal"], f"{base}approve/")
    looked(head, "approve")
    save(head)
    page.goto(f"{live.url}{base}complete/")
    looked(page, "complete")
    save(page)
    looked(page, "returns")
    page.click("text=Deletion return")
    looked(page, "return")
    fill(page, sent_to="Weatherby Council", gaps="The family has not said yet")
    save(page)
    looked(page, "return-sent")
    page.click("text=Print it")
    looked(page, "return-print")
    page.goto(f"{live.url}/settings/{school.id}/roll/")
    looked(page, "register")
    page.goto(f"{live.url}/settings/{school.id}/roll/reports/")
    looked(page, "reports")
    page.goto(f"{live.url}/settings/{school.id}/roll/")
    page.click("text=Print the whole register")
    looked(page, "register-print")


def test_the_end_of_a_place_and_a_suspension_in_a_browser(live):
    tutoring, academy = live.school.tutoring, live.school.academy
    page = live.person(tutoring.people["tutoring_office"], f"/settings/{tutoring.id}/pupils/{tutoring.pupils[0]}/off-roll/")
    looked(page, "end-place")
    fill(page, last="2026-11-27", reason="The commission ends")
    save(page)
    looked(page, "returns-tutoring")
    head = live.person(academy.people["principal"], f"/settings/{academy.id}/pupils/{academy.pupils[1]}/suspensions/")
    looked(head, "suspensions-empty")
    fill(head, first="2026-11-23", days="8", reason="Fighting")
    save(head)
    looked(head, "suspensions")


def test_without_script_the_gate_works_the_same(live):
    school = live.school.academy
    page = live.person(school.people["office"], f"/settings/{school.id}/pupils/{school.pupils[2]}/off-roll/", java_script_enabled=False)
    page.check("text=Registered at another school")
    save(page)
    fill(page, last_day="2026-11-23", started="2026-11-23", start_confirmed="2026-11-23")
    save(page)
    assert "The name stays on the roll" in page.inner_text("main")
