"""The policy pages in a real browser: accessible, no wider than a phone, and every conflict's warning there to be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from intranet.clock import LONDON
from intranet.law.conflicts import conflicts
from tests.fixtures.databases import running
from tests.fixtures.policies import HEADS, KINDS, Desk, a_place
from tests.web.browser import browser, served, violations

pytestmark = pytest.mark.browser
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
WIDTHS = (1366, 390)
PAGES = ("", "document/", "document/edit/", "document/review/", "document/bring-forward/", "sources/", "sources/add/", "sources/take-off/", "staff/",
         "staff/training/", "comments/", "comments/1/", "commencement/", "policy.remind_months/confirm/")  # fmt: skip


@pytest.fixture
def demo(sqlite_database):
    with running(replace(sqlite_database.config, demo=True)) as app:
        app.extensions["daymark.clock"].set(MONDAY)
        yield app


def opened(made, at, desk):
    """Return a page of the browser in which the person is signed in."""
    page = made.new_context().new_page()
    page.context.add_cookies([{"name": "sid-dev", "value": desk.client.get_cookie("sid-dev").value, "url": at}])
    return page


def test_every_policy_page_is_accessible_at_both_widths(demo):
    here = a_place("alternative_provision")
    head, teacher = Desk(demo, here, "head_of_provision"), Desk(demo, here, "class_team", "Kit Crane")
    teacher.stores("comments/", text="A word about taxis.")
    head.stores("document/review/", reviewed="2026-11", weighed=["equality", "diversity", "safeguarding", "wellbeing"], note="All weighed", due="")
    head.stores("sources/add/", work="safeguarding|2026-09-01", title="", kind="guidance", edition="", dated="")
    head.stores("staff/training/", topic="registers", who=[str(teacher.account)], held="2026-11-20", led_by="Hollis Hart", note="")
    wrong = {}
    with served(demo) as at, browser() as made:
        page = opened(made, at, head)
        for path in PAGES:
            page.goto(at + head.path(path))
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found, wide = violations(page), page.evaluate("document.documentElement.scrollWidth")
                if found or wide > width:
                    wrong[path, width] = (found, wide)
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())
    assert list(demo.extensions["daymark.csp_reports"].latest) == []


def test_every_conflict_that_names_a_visible_warning_can_be_read_on_the_policy_page_of_its_settings(demo):
    unread = {}
    with served(demo) as at, browser() as made:
        for kind in KINDS:
            head = Desk(demo, a_place(kind, kind), HEADS[kind], f"Head of {kind}")
            page = opened(made, at, head)
            page.goto(at + head.path(""))
            wanted = [c for c in conflicts().values() if kind in c.settings and "policy_page" in c.shows]
            said = " ".join(page.locator("#conflicts").inner_text().split())
            unread[kind] = [c.id for c in wanted if f"{c.id}: {c.title}" not in said or " ".join(c.says.split()) not in said]
            assert page.locator("#conflicts li").count() == len(wanted) > 0
            page.context.close()
    assert unread == {kind: [] for kind in KINDS}


def test_a_teacher_says_that_they_know_the_policy_without_leaving_the_page(demo):
    teacher = Desk(demo, a_place("alternative_provision"), "class_team", "Kit Crane")
    with served(demo) as at, browser() as made:
        page = opened(made, at, teacher)
        page.goto(at + teacher.path(""))
        page.evaluate("window.stays = 1")
        page.get_by_role("button", name="I have read and know version 1 of 2 February 2025").click()
        page.get_by_text("You said on Mon 23 Nov 2026").wait_for()
        stays, found = page.evaluate("window.stays"), violations(page)
    assert stays == 1
    assert found == []
