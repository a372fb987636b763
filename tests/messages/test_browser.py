"""The pages of notices and of the contact log in a real browser: accessible, and no wider than a phone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures.databases import running
from tests.fixtures.people import an_account, csrf, signed_in
from tests.fixtures.pupils import a_contact
from tests.registers.conftest import Page, a_school
from tests.settings.test_pages_in_a_browser import walk
from tests.web.browser import browser, served

pytestmark = pytest.mark.browser


@pytest.fixture
def school(sqlite_database):
    """A school with two absences that nobody explained, as its lead sees it."""
    with running(replace(sqlite_database.config, demo=True)) as app:
        for made in a_school(app):
            made.lead = an_account("attendance_lead", setting=made.id, name="Lena Lark")
            made.client = signed_in(app.test_client(), made.lead)
            made.app, made.contact = app, a_contact(made.id, made.pupils[0])
            made.at("09:10")
            made.save({0: "N", 1: "N"})
            yield made


def test_every_page_is_accessible_at_both_widths_and_notices_open_by_keyboard(school):
    csrf(school.client)
    page, pupil = Page(school.client, school.id, school.lead), school.pupils[0]
    said = {"with_whom": "Robin Ash", "summary": "About the plan.", "channel": "online", "agenda": "yes", "consent": "yes"}
    page.send(f"/pupils/{pupil}/log/add/", **said)
    page.send(f"/pupils/{pupil}/log/text/", contact=str(school.contact))
    paths = ("notices/", "notices/1/", "notices/told/", "notices/told/unopened/", f"pupils/{pupil}/log/", f"pupils/{pupil}/log/add/",
             f"pupils/{pupil}/log/text/", f"pupils/{pupil}/", "")  # fmt: skip
    logged = []
    with served(school.app) as at, browser() as made:
        shown = made.new_page()
        shown.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
        shown.context.add_cookies([{"name": "sid-dev", "value": school.client.get_cookie("sid-dev").value, "url": at}])
        wrong = walk(shown, at, [f"/settings/{school.id}/{path}" for path in paths])
        shown.goto(f"{at}/settings/{school.id}/notices/")
        shown.get_by_role("button", name="Open all 2").press("Enter")
        shown.get_by_text("Opened").first.wait_for()
        waiting = shown.get_by_role("button", name="Open").count()
        shown.close()
    assert (wrong, logged, waiting) == ({}, [], 0)
