"""The pages of people and settings in a real browser: accessible, no wider than a phone, and nothing for the policy to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from intranet import store
from intranet.clock import LONDON
from intranet.settings import service
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.web.browser import browser, served, violations

pytestmark = pytest.mark.browser
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
WIDTHS = (1366, 390)


@pytest.fixture
def demo(sqlite_database):
    with running(replace(sqlite_database.config, demo=True)) as app:
        app.extensions["daymark.clock"].set(MONDAY)
        yield app


def walk(page, at, pages):
    """Return what is wrong with each page at each width."""
    wrong = {}
    for path in pages:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(at + path)
            found = violations(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if found or wide > width:
                wrong[path, width] = (found, wide)
    return wrong


def shown(page, wanted):
    """Wait until the page shows it, and return what axe finds wrong with the page then."""
    wanted.wait_for()
    return violations(page)


def test_every_page_is_accessible_at_both_widths(demo):
    setting = a_setting()
    head = an_account("head", setting=setting, name="Hollis Hart", title="Head teacher")
    other = an_account("teacher", setting=setting, name="Kit Crane")
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=head) as w:
        value = service.set_house_value(w, setting, "n_code.resolve_days", 3, "Governors", MONDAY.date())
    client = signed_in(demo.test_client(), head)
    csrf(client)
    token = client.get_cookie("sid-dev").value
    base = f"/settings/{setting}"
    own = ("calendar/", "calendar/2025-26/", "close/", "policy/", "policy/n_code.resolve_days/", "accounts/", f"accounts/{other}/",
           "calendar/terms/2026-27/", "calendar/terms/2027-28/", f"policy/n_code.resolve_days/end/{value}/")
    logged = []
    with served(demo) as at, browser() as made:
        page = made.new_page()
        page.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
        wrong = walk(page, at, ("/sign-in/", "/sign-in/again/", "/demo/", "/signed-out/"))
        page.context.add_cookies([{"name": "sid-dev", "value": token, "url": at}])
        wrong |= walk(page, at, ("/account/", *(f"{base}/{path}" for path in own)))
        page.goto(f"{at}{base}/close/")
        page.get_by_label("Unplanned").check()
        page.get_by_label("First day").fill("2026-11-24")
        page.get_by_label("What people will read").fill("Snow")
        page.get_by_role("button", name="Show what it changes").click()
        preview = shown(page, page.get_by_text("Not stored yet."))
        page.get_by_role("button", name="Close the school").click()
        stored = shown(page, page.get_by_text("Closed: Snow."))
        page.goto(f"{at}{base}/calendar/terms/2026-27/")
        page.get_by_label("Autumn 2: last day").fill("2026-12-16")
        page.get_by_role("button", name="Show what it changes").click()
        term_preview = shown(page, page.get_by_text("2 days are no school day any more"))
        page.get_by_role("button", name="Store these dates").click()
        term_stored = shown(page, page.get_by_text("Term dates of 2026-27 stored."))
        page.goto(f"{at}{base}/close/")
        page.get_by_role("button", name="Show what it changes").click()
        refused = shown(page, page.get_by_role("alert").filter(has_text="First day"))
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())
    assert [preview, stored, term_preview, term_stored, refused] == [[]] * 5
    assert [line for line in logged if "422" not in line] == []
    assert list(demo.extensions["daymark.csp_reports"].latest) == []


def test_the_end_of_a_sign_in_is_said_three_minutes_before_by_the_servers_clock(demo):
    head = an_account("head", setting=a_setting())
    token = signed_in(demo.test_client(), head).get_cookie("sid-dev").value
    with served(demo) as at, browser() as made:
        page = made.new_page()
        page.clock.install()
        page.context.add_cookies([{"name": "sid-dev", "value": token, "url": at}])
        page.goto(at + "/account/")
        page.clock.fast_forward("26:50")
        early = page.get_by_text("You will be signed out in 3 minutes").count()
        page.clock.fast_forward("00:20")
        page.get_by_role("button", name="Stay signed in").click()
        page.get_by_text("You will be signed out").wait_for(state="detached")
        page.clock.fast_forward("27:10")
        page.get_by_role("button", name="Stay signed in").wait_for()
    assert early == 0
