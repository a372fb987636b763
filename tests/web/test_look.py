"""The shell in a real browser: no accessibility faults, nothing wider than a phone, no report of stopped code."""

import pytest

from tests.web.browser import browser, chromium, served, violations
from tests.web.sample import build

SIZES = {
    "desk": {"viewport": {"width": 1366, "height": 768}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
needs_browser = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def site():
    app = build(dressed=True)
    with served(app) as url, browser() as made:
        yield app, url, made


@pytest.fixture(params=SIZES)
def page(site, request):
    app, url, made = site
    context = made.new_context(base_url=url, **SIZES[request.param])
    opened = context.new_page()
    problems = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []
    assert list(app.extensions["daymark.csp_reports"].latest) == []


def wide(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@needs_browser
@pytest.mark.parametrize(
    "path",
    [
        "/form/",
        "/guarded/",
        "/nowhere/",
        "/fails/conflict/",
        "/fails/surprise/",
        "/help/",
        "/accessibility/",
        "/sheet/",
    ],
)
def test_no_page_of_the_shell_has_an_accessibility_fault_or_runs_off_the_side(page, path):
    page.goto(path)
    assert violations(page) == []
    assert wide(page) <= 0


@needs_browser
def test_a_form_sent_back_has_no_fault_and_keeps_what_was_typed(page):
    page.goto("/form/")
    page.fill("[name=minutes]", "soon")
    page.click(".app-save-bar button")
    page.wait_for_selector(".govuk-error-summary")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.input_value("[name=minutes]") == "soon"
    assert violations(page) == []
    assert wide(page) <= 0


@needs_browser
def test_the_focused_field_is_never_under_the_save_bar(page):
    page.goto("/form/")
    page.focus("[name=name]")
    reached, covered = set(), []
    while (name := page.evaluate("document.activeElement.name")) != "":
        reached.add(name)
        covered.append(
            page.evaluate("""() => {
            const bar = document.querySelector('.app-save-bar').getBoundingClientRect();
            const at = document.activeElement.getBoundingClientRect();
            return at.bottom - bar.top;
        }""")
        )
        page.keyboard.press("Tab")
    assert {"minutes", "kind", "who", "classes", "note", "told"} <= reached
    assert max(covered) < 1


@needs_browser
def test_the_jump_key_goes_to_the_jump_box(page):
    page.goto("/form/")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "jump"
    page.focus("[name=note]")
    page.keyboard.press("Alt+j")
    assert page.evaluate("document.activeElement.id") == "jump"


@needs_browser
def test_escape_closes_a_menu_and_gives_the_focus_back(page):
    page.goto("/form/")
    page.click(".app-menu--right summary")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "T. Amberley"
    assert not page.is_visible("text=Sign out")


@needs_browser
def test_a_row_of_the_register_is_low_at_a_desk_and_tall_under_a_finger(page):
    page.goto("/form/")
    row = page.locator(".app-register tbody tr").nth(2).bounding_box()["height"]
    touch = page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert row >= 44 if touch else 26 <= row <= 28


@needs_browser
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("surprise", "The fault is ours"),
        ("conflict", "yours N, theirs L"),
        ("unsaved", "Not saved. Your entries are below"),
    ],
)
def test_a_failed_live_save_says_so_at_the_top_and_leaves_the_page_as_it_was(page, kind, words):
    page.goto("/live/")
    page.fill("[name=note]", "Rang at 9")
    page.click(f"text={kind}")
    page.wait_for_selector("#page-alert .app-notice--danger")
    assert words in page.inner_text("#page-alert")
    assert page.inner_text("#part") == "as it was"
    assert page.input_value("[name=note]") == "Rang at 9"


@needs_browser
def test_a_lost_connection_is_said_and_a_working_one_swaps_the_part(page):
    page.goto("/live/")
    page.click("text=refresh")
    page.wait_for_selector("text=Two registers.")
    page.context.set_offline(True)
    page.click("text=surprise")
    page.wait_for_selector("text=No connection to the server.")


@needs_browser
def test_a_page_with_unsaved_work_asks_before_it_is_left(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/live/")
    page.goto("/help/")
    assert asked == []
    page.goto("/live/")
    page.fill("[name=note]", "Rang at 9")
    page.goto("/help/")
    assert asked == ["beforeunload"]


@needs_browser
def test_nothing_is_left_in_the_browsers_storage(page):
    page.goto("/live/")
    page.fill("[name=note]", "Rang at 9")
    page.click("text=refresh")
    page.wait_for_selector("text=Two registers.")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@needs_browser
def test_paper_has_the_warning_and_none_of_the_screens_tools(page):
    page.goto("/form/")
    page.emulate_media(media="print")
    assert page.is_visible("text=Contains personal data.")
    assert "Printed for T. Amberley, Fernhollow Primary, Tue 14 Oct 2025, 09:31" in page.inner_text(".app-printed")
    assert not page.is_visible(".app-nav")
    assert not page.is_visible(".app-save-bar")


@needs_browser
def test_a_sheet_prints_on_a4_with_the_head_of_its_table_on_every_page(site):
    _, url, made = site
    page = made.new_page(base_url=url)
    page.goto("/sheet/")
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages >= 2
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    page.emulate_media(media="print")
    assert "Document R-17. Printed for T. Amberley" in page.inner_text(".app-printed")
    assert not page.is_visible("text=Back")
    page.close()
