"""What comes out of the printer: a week's register of a whole class on one sheet of A4, with its key."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_quick import press, saved

pytestmark = pytest.mark.browser


def pages(page, path):
    """Return how many sheets of paper a page takes."""
    page.goto(path)
    page.locator(".app-sheet-key").first.wait_for()
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("kind", ["blank", "filled"])
def test_a_weeks_register_of_thirty_is_one_sheet_with_the_key_of_codes_on_it(live, kind):
    page = live.teacher()
    press(page, "3NAS")
    saved(page)
    place = live.school.academy
    assert pages(page, f"/settings/{place.id}/registers/print/{place.group}/?whole=week&day=2026-11-23&kind={kind}") == 1
