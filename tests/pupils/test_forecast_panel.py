"""What comes next, on a pupil's page: the figures, for those who may see them, each with its reasons."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest

from intranet import clock, store
from intranet.duties import ahead
from intranet.duties.findings import facts_of
from intranet.extension import host
from intranet.settings.service import context
from tests.duties.playing import at, days
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil

TUESDAY = "2025-11-18"  # the class has been there since 3 November: eleven school days, 22 sessions


def page_of(client, setting, account, pupil) -> str:
    found = signed_in(client, account).get(f"/settings/{setting}/pupils/{pupil}/")
    assert found.status_code == 200
    return " ".join(unescape(found.get_data(as_text=True)).split())


@pytest.fixture
def absent(app):
    """A pupil at an academy who was away without authority from 12 to 17 November, and present before."""
    at("2025-11-03 08:00")
    setting = a_setting()
    teacher = an_account("teacher", setting=setting)
    group = a_class(setting, staff=(teacher,))
    pupil = a_pupil(setting, joined="2025-11-03", group=group)
    days(setting, "2025-11-03", "2025-11-11", "/", pupil, group=group)
    days(setting, "2025-11-12", "2025-11-17", "O", pupil, group=group)
    at(f"{TUESDAY} 08:30")
    return setting, teacher, pupil


def panel_of(setting, pupil) -> ahead.Panel:
    with store.scope([setting]), store.connection() as conn:
        ctx = context(setting)
        caller = host.for_setting(ctx)
        facts = facts_of(conn, ctx, caller, pupil, clock.now())[1]
        return ahead.build(conn, ctx, caller, facts)


@pytest.mark.clause("ATT-023", "ATT-095", "ATT-106")
def test_the_page_says_what_is_left_and_when_each_clock_falls_due(absent, client):
    setting, _, pupil = absent
    page = page_of(client, setting, an_account("attendance_lead", setting=setting), pupil)
    part = page[page.index('id="ahead"') :]
    assert "8 of 22 possible sessions missed (36.4%)" in part
    assert "8 of 10 in 10 school weeks: 2 more sessions this week reach the threshold." in part
    assert "4 school days of unauthorised absence so far. On the 10th, 25 November 2025, an attendance return to the authority is due." in part
    assert "On the 20th," in part
    assert "stops counting on Mon 9 Feb 2026" in part
    assert "2 from Mon 17 Nov 2025, 8 from Mon 2 Feb 2026" in part


def test_every_line_of_the_panel_has_its_rule_its_sessions_its_values_and_what_would_change_it(absent):
    panel = panel_of(*absent[::2])
    lines = [*panel.standing, *panel.coming, *panel.findings]
    assert {line.name for line in panel.coming} >= {"Persistent absence", "Penalty notice threshold", "Attendance return", "Continuous absence"}
    assert {line.name: (len(line.why.counted), bool(line.why.values), bool(line.why.would_change), bool(line.why.rule)) for line in lines} == {
        line.name: (8, True, True, True) for line in lines
    }


def test_the_figure_of_persistent_absence_has_the_sessions_missed_with_their_codes(absent):
    standing = panel_of(*absent[::2]).standing[0]
    assert (standing.name, standing.tag) == ("Persistent absence", "Yes")
    assert [(one.day, one.session, one.symbol) for one in standing.why.counted][:2] == [
        (date(2025, 11, 12), "Morning", "O"), (date(2025, 11, 12), "Afternoon", "O"),
    ]  # fmt: skip
    assert "amended to an attendance" in standing.why.would_change[0]


def test_a_boarder_has_no_clock_of_the_attendance_return(app):
    at("2025-11-03 08:00")
    setting = a_setting()
    group = a_class(setting)
    pupil = a_pupil(setting, joined="2025-11-03", group=group, flags=("boarder",))
    days(setting, "2025-11-03", "2025-11-05", "O", pupil, group=group)
    at("2025-11-06 08:30")
    assert [line.name for line in panel_of(setting, pupil).coming] == ["Persistent absence", "Penalty notice threshold", "Continuous absence"]


@pytest.mark.parametrize("role", ["attendance_officer", "attendance_lead", "principal", "dsl"])
def test_office_lead_head_and_safeguarding_lead_see_it(absent, client, role):
    setting, _, pupil = absent
    assert "What comes next" in page_of(client, setting, an_account(role, setting=setting), pupil)


def test_a_teacher_does_not_see_it_but_sees_why_the_attendance_figures_are_so(absent, client):
    setting, teacher, pupil = absent
    page = page_of(client, setting, teacher, pupil)
    assert "What comes next" not in page
    part = page[page.index('id="attendance"') :]
    assert "Wed 12 Nov 2025 morning <b>O</b>, afternoon <b>O</b>" in part
    assert "SI 2024/208 reg 10" in part and "O × 8" in part


def test_a_pupil_who_was_never_absent_has_no_clock_and_nothing_counted(app):
    at("2025-11-03 08:00")
    setting = a_setting()
    group = a_class(setting)
    pupil = a_pupil(setting, joined="2025-11-03", group=group)
    days(setting, "2025-11-03", "2025-11-07", "/", pupil, group=group)
    at("2025-11-10 08:30")
    panel = panel_of(setting, pupil)
    assert [line.tag for line in panel.standing] == ["No", "No"]
    assert [line.name for line in panel.coming] == ["Persistent absence", "Penalty notice threshold"]
    assert panel.coming[1].says.startswith("No unauthorised session counts")
    assert panel.findings == ()


@pytest.mark.parametrize(
    ("kind", "legal", "wanted"),
    [
        ("independent_school", "independent", ["Persistent absence", "Mark N to settle", "Attendance return", "Continuous absence"]),
        ("alternative_provision", "non_school", ["Persistent absence", "Mark N to settle"]),
        ("tutoring", "company", []),
    ],
)
def test_a_setting_shows_only_what_the_law_asks_of_its_kind(app, kind, legal, wanted):
    at("2025-11-03 08:00")
    booked = kind == "tutoring"
    setting = a_setting(setting_type=kind, legal_type=legal, layout="H" if kind == "independent_school" else "T")
    group = a_class(setting)
    model = {"independent_school": "own_roll", "tutoring": "commissioned"}.get(kind, "model_a")
    pupil = a_pupil(setting, joined="2025-11-03", group=group, model=model)
    days(setting, "2025-11-12", "2025-11-12", "A" if booked else "N", pupil, group=group, keys=("10:00",) if booked else ("AM", "PM"))
    at("2025-11-13 08:30")
    assert sorted(line.name for line in panel_of(setting, pupil).coming) == sorted(wanted)


def test_without_the_years_term_dates_the_panel_says_so(app, client):
    at("2025-11-03 08:00")
    setting = a_setting(calendar=None)
    pupil = a_pupil(setting, joined="2025-11-03", group=a_class(setting))
    assert "The term dates of this school year are not entered" in page_of(client, setting, an_account("attendance_lead", setting=setting), pupil)


def test_the_page_of_a_pupil_costs_one_statement_more_for_it(absent, client):
    setting, teacher, pupil = absent
    lead = an_account("attendance_lead", setting=setting)
    page_of(client, setting, lead, pupil)
    with store.statements() as ran:
        page_of(client, setting, lead, pupil)
    assert sum("FROM finding" in text for text in ran.texts) == 1
