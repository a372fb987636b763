"""Every finding of the demo, and every refusal, answers why: rule, clause, facts, values and what would change it."""

from __future__ import annotations

import re
import uuid
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from intranet import clock, duties, store
from intranet.demo import build as demo
from intranet.duties import ahead, queues
from intranet.duties.findings import facts_of
from intranet.duties.models import Duty, Finding
from intranet.duties.why import marks_of, of_duty
from intranet.extension import host
from intranet.law.clauses import known_clauses
from intranet.law.sessions import session_no
from intranet.people.places import Setting
from intranet.settings.service import context
from tests.duties.playing import at, save, waiting
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.web.browser import violations

MONDAY = date(2026, 11, 23)
TERMS = ("Rule", "Clauses", "Counted", "Figures", "Values read", "What would change it")


def text(response) -> str:
    return " ".join(unescape(response.get_data(as_text=True)).split())


def answers(page: str) -> list[str]:
    """The Why? blocks of a page, as far as the next one."""
    return page.split('<details class="app-why app-why--answer"')[1:]


# ------------------------------------------------------------------ the demo


def test_every_kind_of_finding_and_duty_in_the_demo_has_its_reasons(app):
    demo.build(app, "small", lambda _what, _share: None, MONDAY)
    demo.set_clock(app)
    duties.tick(clock.now())
    with store.all_settings("test"), store.connection() as conn:
        settings = conn.scalars(select(Setting.id)).all()
    seen, wanting = set(), []
    for setting in settings:
        with store.scope([setting]), store.connection() as conn:
            for kind, name, why in [*_findings(conn, setting), *_duties(conn, setting)]:
                seen.add(kind)
                wanting += [(kind, name, gap) for gap in _gaps(why)]
    assert wanting == []
    assert {"n_code", "persistent_absence", "persistent_lateness", "attendance_return", "missed_session", "register_not_taken"} <= seen


def _findings(conn, setting):
    """The first open finding of each kind, as the pupil's page shows it."""
    ctx = context(setting)
    caller, now = host.for_setting(ctx), clock.now()
    rows = conn.execute(select(Finding.kind, Finding.pupil_id).where(Finding.setting_id == setting, Finding.cleared_at.is_(None)).order_by(Finding.id))
    first = {row.kind: row.pupil_id for row in reversed(rows.all()) if row.pupil_id}
    for kind, pupil in first.items():
        facts = facts_of(conn, ctx, caller, pupil, now)[1]
        for row in ahead._open(conn, setting, pupil):
            if row.kind == kind:
                line = ahead._finding(row, caller, facts, {m.session_no: m.code_id for m in facts.marks})
                yield kind, line.name, line.why
                break


def _duties(conn, setting):
    """The first open duty of each kind, as its own page shows it."""
    ctx = context(setting)
    caller, now = host.for_setting(ctx), clock.now()
    ids = {kind: number for number, kind in conn.execute(select(Duty.id, Duty.kind).where(Duty.setting_id == setting, Duty.done_at.is_(None)))}
    for kind, number in ids.items():
        row = queues.one(conn, setting, number, now)
        yield kind, row.title, of_duty(row, caller, marks_of(conn, ctx, caller, row, now))


def _gaps(why):
    """What an answer lacks: a finding about marks names them with their codes."""
    texts = {one.id: one.text for one in why.cited}
    if not why.cited and not why.rule:
        yield "the rule or clause"
    if any(not words for one, words in texts.items() if one in known_clauses()):
        yield "the words of a clause"
    if not why.would_change:
        yield "what would change it"
    if any(not (one.symbol and one.name) for one in why.counted):
        yield "the code of a session"
    if why.figures and not why.counted and not why.values:
        yield "the facts or values behind its figures"
    if any(not (value.standing and value.cited and value.said) for value in why.values):
        yield "the source or standing of a value"


# ------------------------------------------------------------------ pages


@pytest.fixture
def school(app):
    at("2026-11-16 08:00")
    setting = a_setting()
    teacher = an_account("teacher", setting=setting, name="Tess Thorn")
    group = a_class(setting, staff=(teacher,))
    return setting, teacher, group, a_pupil(setting, "Amber", "Ash", group=group)


@pytest.mark.scenario("P-ATT-04")
@pytest.mark.clause("ATT-175", "ATT-148")
def test_a_duty_and_its_line_in_the_queue_say_why_and_what_would_change_it(school, client):
    setting, _, group, pupil = school
    save(setting, "2026-11-16 AM", {pupil: "N"}, group=group, now="2026-11-16 09:10")
    signed_in(client, an_account("attendance_officer", setting=setting))
    home = text(client.get(f"/settings/{setting}/"))
    line = answers(home)[0]
    assert "A mark N is settled within five school days (N5)" in line and "in force since 19 August 2024" in line
    assert "1 session, Mon 16 Nov 2026" in line and "5 school days" in line and "What would change it" in line
    row = waiting(setting, {"office"}, "n_code")[0]
    page = answers(text(client.get(f"/settings/{setting}/duties/{row.id}/")))[0]
    for term in TERMS:
        assert f"<dt>{term}</dt>" in page, term
    assert "Mon 16 Nov 2026 morning <b>N</b>" in page
    assert "the setting's policy: ATT-148, ATT-175 · n_code.resolve_days" in page


def test_an_open_answer_keeps_its_place_in_the_queue_until_what_it_says_changes(school, client):
    setting, _, group, pupil = school
    office = an_account("attendance_officer", setting=setting)

    def keys():
        page = signed_in(client, office).get(f"/settings/{setting}/").get_data(as_text=True)
        return re.findall(r'id="(why-[^"]+)" hx-preserve="true"', page)

    save(setting, "2026-11-16 AM", {pupil: "N"}, group=group, now="2026-11-16 09:10")
    before = keys()
    assert keys() == before and len(before) == 1
    save(setting, "2026-11-16 PM", {pupil: "N"}, group=group, now="2026-11-16 13:10")
    assert len(keys()) == 1 and keys() != before


@pytest.mark.clause("ATT-051")
def test_a_refused_register_page_says_which_clause_stands_against_it(school, client):
    setting, teacher, group, pupil = school
    at("2026-11-16 08:10")
    signed_in(client, teacher)
    path = f"/settings/{setting}/registers/{session_no(date(2026, 11, 16), 'PM')}/{group}/"
    form = {"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": "0", "mode": "teacher", f"mark-{pupil}": "\\", "act": "save"}
    refused = client.post(path, data=form)
    assert refused.status_code == 422
    page = answers(text(refused))[0]
    assert "The session has not started" in page and "<summary>ATT-051</summary>" in page and "What would change it" in page


def test_a_refused_form_and_a_refusal_page_have_one_too(school, client):
    setting, _, group, pupil = school
    lead = an_account("attendance_lead", setting=setting)
    for day in ("09", "10", "11", "12", "13"):
        save(setting, f"2026-11-{day} AM", {pupil: "L"}, group=group, now=f"2026-11-{day} 09:10")
    row = waiting(setting, {"attendance_lead"}, "persistent_lateness")[0]
    signed_in(client, lead)
    path = f"/settings/{setting}/duties/{row.id}/"
    refused = client.post(path, data={"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": "0", "outcome": "x" * 1001})
    assert refused.status_code == 422
    page = text(refused)
    assert "what stands against it" in page and "<summary>ATT-025</summary>" in page


def test_an_amendment_that_is_refused_says_why(school, client):
    setting, _, group, pupil = school
    save(setting, "2026-11-16 AM", {pupil: "N"}, group=group, now="2026-11-16 09:10")
    signed_in(client, an_account("attendance_officer", setting=setting))
    path = f"/settings/{setting}/registers/amend/{session_no(date(2026, 11, 16), 'AM')}/{pupil}/"
    page = client.get(path).get_data(as_text=True)
    drawn = re.search(r'name="drawn" value="(\d+)"', page)[1]
    form = {"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": drawn, "mark": "X", "minutes": "", "note": "", "reason": "Rang at ten"}
    refused = client.post(path, data=form)
    assert refused.status_code == 422
    page = answers(text(refused))[0]
    assert "SI 2024/208 reg 10(3)" in page and "What would change it" in page


def test_a_mark_that_somebody_else_changed_first_says_why_neither_is_overwritten(school, client):
    setting, _, group, pupil = school
    save(setting, "2026-11-16 AM", {pupil: "N"}, group=group, now="2026-11-16 09:10")
    signed_in(client, an_account("attendance_officer", setting=setting))
    path = f"/settings/{setting}/registers/amend/{session_no(date(2026, 11, 16), 'AM')}/{pupil}/"
    drawn = re.search(r'name="drawn" value="(\d+)"', client.get(path).get_data(as_text=True))[1]
    save(setting, "2026-11-16 AM", {pupil: "L"}, group=group, now="2026-11-16 09:15")
    form = {"csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": drawn, "mark": "I", "minutes": "", "note": "", "reason": "Rang at ten"}
    refused = client.post(path, data=form)
    assert refused.status_code == 409
    page = answers(text(refused))[0]
    assert "(AMEND)" in page and "SI 2024/208 reg 6" in page and "Both entries are kept" in page


@pytest.mark.clause("SPM-05")
def test_an_admission_that_is_refused_says_what_is_missing_and_why(app, client):
    at("2026-11-16 08:00")
    setting = a_setting(setting_type="tutoring", legal_type="company", layout="T")
    client = signed_in(client, an_account("tutoring_office", setting=setting))
    form = {
        "csrf_token": csrf(client), "rid": str(uuid.uuid4()), "drawn": "0", "legal_given": "Bo", "legal_family": "Birch", "born": "2012-01-02",
        "starting_day": "2026-11-17", "model": "commissioned", "sex": "M", "year_group": "", "contacts-0-family": "Birch",
        "contacts-0-relationship": "mother", "contacts-0-phones": "01632 960001, 01632 960002", "contacts-0-is_parent": "y",
    }  # fmt: skip
    refused = client.post(f"/settings/{setting}/pupils/admit/", data=form)
    assert refused.status_code == 422
    assert "<summary>SPM-05</summary>" in text(refused)


@pytest.mark.clause("ATT-175")
def test_a_closure_that_moves_a_clock_says_by_which_rule_it_moves(school, client):
    setting, *_ = school
    at("2026-11-16 10:00")
    client = signed_in(client, an_account("principal", setting=setting))
    page = client.get(f"/settings/{setting}/close/").get_data(as_text=True)
    form = {"csrf_token": csrf(client), "rid": re.search(r'name="rid" value="([^"]+)"', page)[1], "drawn": "0", "kind": "snow", "first": "2026-11-18",
            "last": "", "part": "", "group": "", "label": "Snow", "version": "0", "confirm": ""}  # fmt: skip
    preview = text(client.post(f"/settings/{setting}/close/", data=form))
    assert "Marks N of" in preview
    page = answers(preview)[0]
    assert "(N5)" in page and "5 school days" in page and "Only school days are counted" in page


@pytest.mark.clause("ATT-175")
def test_the_page_of_a_parameter_says_who_says_so(school, client):
    setting, *_ = school
    client = signed_in(client, an_account("attendance_lead", setting=setting))
    page = answers(text(client.get(f"/settings/{setting}/policy/n_code.resolve_days/")))[0]
    assert "5 school days" in page and "the setting's policy" in page and "<summary>ATT-175</summary>" in page
    assert "A house value with a reason and a date, within the law." in page


def test_an_answer_without_javascript_is_plain_html_that_opens(school, client):
    setting, _, group, pupil = school
    save(setting, "2026-11-16 AM", {pupil: "N"}, group=group, now="2026-11-16 09:10")
    signed_in(client, an_account("attendance_officer", setting=setting))
    page = answers(client.get(f"/settings/{setting}/").get_data(as_text=True))[0]
    assert "<summary>Why?" in page and "onclick" not in page and "hx-get" not in page.split("</details>")[0]


# ------------------------------------------------------------------ in a browser


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_open_answers_have_no_accessibility_fault_and_do_not_run_off_the_side(live, width):
    place = live.school.academy
    _play(live, place)
    page = live.person(place.people["office"], f"/settings/{place.id}/", viewport={"width": width, "height": 900})
    page.locator("#duty-queue summary").first.click()
    found = {"home": _wrong(page, width)}
    page.locator("#duty-rows a").first.click()
    page.wait_for_load_state()
    _open_all(page)
    found["duty"] = _wrong(page, width)
    page.goto(f"/settings/{place.id}/pupils/{place.pupils[0]}/")
    _open_all(page)
    found["pupil"] = _wrong(page, width)
    assert found == {"home": [], "duty": [], "pupil": []}


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_a_refusal_and_a_preview_with_their_answers_open_have_no_accessibility_fault(live, width):
    place = live.school.academy
    _play(live, place)
    page = live.person(place.people["office"], f"/settings/{place.id}/registers/amend/{place.number('AM', date(2026, 11, 17))}/{place.pupils[0]}/",
                       viewport={"width": width, "height": 900})  # fmt: skip
    page.select_option("[name=mark]", "X")
    page.fill("[name=reason]", "Rang at ten")
    page.click("text=Amend mark")
    page.wait_for_selector(".govuk-error-summary")
    page.locator("summary", has_text="Why?").first.click()
    assert page.get_by_text("What would change it").is_visible()
    found = {"refused": _wrong(page, width)}
    page.goto(f"/settings/{place.id}/close/")
    page.locator("[name=kind][value=snow]").check()
    page.fill("[name=first]", "2026-11-25")
    page.fill("[name=label]", "Snow")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_selector("#changes")
    _open_all(page)
    found["preview"] = _wrong(page, width)
    assert page.get_by_text("Only school days are counted").is_visible()
    assert found == {"refused": [], "preview": []}


@pytest.mark.browser
def test_answers_open_by_keyboard_and_without_javascript_and_only_open_ones_are_printed(live):
    place = live.school.academy
    _play(live, place)
    page = live.person(place.people["office"], f"/settings/{place.id}/pupils/{place.pupils[0]}/", java_script_enabled=False)
    blocks = page.locator("#ahead details.app-why--answer")
    assert blocks.count() >= 4
    blocks.first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert blocks.first.get_by_text("What would change it").is_visible()
    page.emulate_media(media="print")
    assert blocks.first.get_by_text("What would change it").is_visible()
    assert not blocks.nth(1).locator("summary").first.is_visible()


def _play(live, place):
    """Store three days of absence for the first pupil of the class and bring the findings in line."""
    live.at("09:30")
    with live.app.app_context():
        for day in ("17", "18", "19"):
            for key, hour in (("AM", "09:10"), ("PM", "13:10")):
                save(place.id, f"2026-11-{day} {key}", {place.pupils[0]: "N"}, group=place.group, now=f"2026-11-{day} {hour}")
    live.at("09:30")


def _open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = !one.closest('header, nav') })")


def _wrong(page, width):
    wide = page.evaluate("document.documentElement.scrollWidth")
    return violations(page) + ([("wide", wide)] if wide > width else [])


@pytest.mark.browser
def test_an_answer_that_is_open_stays_open_when_the_queue_is_drawn_anew(live):
    place = live.school.academy
    _play(live, place)
    page = live.person(place.people["office"], f"/settings/{place.id}/")
    first = page.locator("#duty-queue details.app-why--answer").first
    first.locator("summary").click()
    page.evaluate("document.querySelector('#duty-queue').dataset.old = 'yes'")
    page.evaluate("htmx.ajax('GET', location.pathname, {target: '#duty-queue', swap: 'outerHTML'})")
    page.wait_for_selector("#duty-queue:not([data-old])")
    assert first.get_by_text("What would change it").is_visible()
