"""Why: the rule and its version by the day of the session, clauses with their words, the facts, the values and what would change it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from flask import render_template_string

from intranet.errors import Conflict, Refused
from intranet.law.answers import Answer, rules
from intranet.law.clauses import clauses
from intranet.law.codes import national_codes
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.sessions import session_no
from intranet.registers.values import MarksRefused
from intranet.web import why

LAW = Parameters(core_parameters())
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES}
SOURCE = '{% from "_macros/why.html" import why %}{{ why(answer, brief=brief, more="/there/") }}'
MONDAY = date(2026, 11, 16)


def shown(app, answer, brief=False):
    with app.test_request_context():
        return " ".join(render_template_string(SOURCE, answer=answer, brief=brief).split())


def stored(**values):
    read = values.pop("read", (("return.attendance_days", "10 school days", "SI 2024/208 reg 13(7)"),))
    return why.Stored(**{"on": MONDAY, "rule": "ATT10", "clauses": ("SI 2024/208 reg 13(7)", "ATT-175"), "read": read, **values})


@pytest.mark.parametrize(("on", "cites"), [(date(2024, 8, 18), "SI 2006/1751 reg 12(1)"), (date(2024, 8, 19), "SI 2024/208 reg 13(7)")])
def test_the_version_is_that_of_the_session_and_not_of_today(on, cites):
    found = why.of_stored(stored(on=on, counted=(session_no(on, "AM"),)), LAW)
    assert found.rule == "Attendance return after continuous unauthorised absence (ATT10)"
    assert found.version.startswith(cites)
    answer = Answer("ATT10", True, "Ten school days.", since=rules()["ATT10"].at(on).since)
    assert why.of_answer(answer, marks={}, codes=CODES).version == found.version


def test_a_clause_shows_its_own_words_on_demand_and_an_instrument_stands_as_it_is(app):
    page = shown(app, why.of_stored(stored(), LAW))
    assert "<summary>ATT-175</summary>" in page
    assert clauses()["ATT-175"].duty[:30] in page
    assert '<p class="app-why__clause">SI 2024/208 reg 13(7)</p>' in page


def test_the_sessions_counted_have_their_day_their_session_and_the_code_by_the_law_of_their_day(app):
    numbers = [session_no(date(2024, 7, 10), "AM"), session_no(MONDAY, "PM")]
    found = why.of_stored(stored(counted=tuple(numbers)), LAW, marks={numbers[0]: ID["G"], numbers[1]: ID["O"]}, codes=CODES)
    assert [(one.day, one.session, one.symbol) for one in found.counted] == [(date(2024, 7, 10), "Morning", "G"), (MONDAY, "Afternoon", "O")]
    assert found.counted[0].name == CODES.on(date(2024, 7, 10)).get("G").name
    page = shown(app, found)
    assert "Wed 10 Jul 2024 morning <b>G</b>" in page
    assert "Mon 16 Nov 2026 afternoon <b>O</b>" in page


def test_many_sessions_fold_away_behind_their_number(app):
    numbers = {session_no(date(2026, 11, day), key): ID["O"] for day in (16, 17, 18) for key in ("AM", "PM")}
    page = shown(app, why.of_stored(stored(counted=tuple(numbers)), LAW, marks=numbers, codes=CODES))
    assert "<summary>6 sessions, Mon 16 Nov 2026 to Wed 18 Nov 2026</summary>" in page
    brief = shown(app, why.of_stored(stored(counted=tuple(numbers)), LAW), brief=True)
    assert "6 sessions, Mon 16 Nov 2026 to Wed 18 Nov 2026" in brief
    assert "<b>O</b>" not in brief and "/there/" in brief and len(brief) < len(page)


def test_values_have_their_source_their_standing_and_what_disagrees(app):
    page = shown(app, why.of_stored(stored(), LAW))
    assert "School days" in page or "school days" in page
    assert "<strong>10 school days</strong>" in page
    assert "law: SI 2024/208 reg 13(7) · return.attendance_days" in page
    assert "C-11" in page


def test_only_the_values_of_this_rule_are_shown_though_a_save_reads_those_of_every_rule():
    read = (("return.attendance_days", "10 school days", "c"), ("n_code.resolve_days", "5 school days", "c"))
    assert [value.key for value in why.of_stored(stored(read=read), LAW).values] == ["return.attendance_days"]


def test_a_policys_finding_shows_the_values_that_share_a_clause_with_it():
    read = (("penalty.threshold_sessions", "10 sessions", "c"), ("n_code.resolve_days", "5 school days", "c"))
    found = why.of_stored(stored(rule="", clauses=("ATT-106",), read=read), LAW)
    assert [value.key for value in found.values] == ["penalty.threshold_sessions"]
    assert found.rule == ""


def test_a_finding_that_counted_sessions_says_that_an_amendment_changes_it():
    assert why.of_stored(stored(counted=(1,)), LAW).would_change == (why.AMENDED,)
    assert why.of_stored(stored(counted=(1,), would_change=("Another mark.",)), LAW).would_change == ("Another mark.",)


@pytest.mark.parametrize(
    ("value", "text"),
    [(date(2025, 10, 20), "20 October 2025"), ("2025-10-20", "20 October 2025"), (True, "yes"), (Fraction(1, 10), "10.0%"), (5, "5"), (None, ""), ("AM", "AM")],
)
def test_figures_read_as_people_say_them(value, text):
    assert why.figure(value) == text


def test_figures_that_are_lists_belong_to_the_page_that_draws_them():
    assert why.figures({"run_days": 5, "by_week": (1, 2), "none": None}) == (("Run days", "5"),)


def test_a_refusal_says_which_rule_stands_against_it_and_what_would_let_it_through(app):
    error = Refused("Register", "16 November 2026 AM", "the session has not started: it starts at 08:50", "Enter the marks when it has", clauses=("ATT-051",))
    found = why.of_refusal(error)
    assert found.says == "The session has not started: it starts at 08:50."
    assert found.would_change == ("Enter the marks when it has.",)
    page = shown(app, found)
    assert clauses()["ATT-051"].duty[:30] in page
    assert "What would change it" in page


def test_a_register_that_is_refused_has_the_clauses_of_its_marks():
    assert [one.id for one in why.of_refusal(MarksRefused({1: "X is for younger pupils"}, ("SI 2024/208 reg 10(3)",))).cited] == ["SI 2024/208 reg 10(3)"]


@pytest.mark.parametrize("error", [None, Refused("Name", "", "it is needed", "Enter it"), Conflict([])])
def test_an_error_without_a_rule_has_no_why(app, error):
    assert not why.of_refusal(error)
    assert shown(app, why.of_refusal(error)) == ""


def test_a_parameter_says_who_says_so_and_what_disagrees(app):
    value = next(one for one in LAW.values("penalty.threshold_sessions") if one.in_force(MONDAY))
    page = shown(app, why.of_parameter(value))
    assert "In force since 19 August 2024" in page
    assert "<strong>10 sessions</strong>" in page
    assert "C-03" in page


@pytest.mark.parametrize("rule_id", rules())
def test_every_rule_of_the_catalogue_can_be_named_with_its_version(rule_id):
    rule = rules()[rule_id]
    found = why.of_stored(stored(on=rule.versions[-1].since, rule=rule_id, clauses=()), LAW)
    assert rule.title in found.rule and rule.versions[-1].citation in found.version


def test_nothing_in_it_is_ever_taken_for_html(app):
    bad = "<b>bad</b>"
    answer = why.Why(bad, bad, bad, bad, (why.Cited(bad, bad),), (why.Counted(MONDAY, bad, bad, bad, bad),), ((bad, bad),),
                     (why.Value(bad, bad, bad, bad, bad, (why.Cited(bad, bad),)),), (bad,), (bad, bad), bad)  # fmt: skip
    for brief in (False, True):
        assert "<b>bad" not in shown(app, answer, brief)
