"""What comes next: cases that anybody can read, and the promise that one session fewer does not reach the limit."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.law import counting, forecast, rules_absence, rules_penalty
from intranet.law.answers import rule
from intranet.law.codes import national_codes
from intranet.law.counting import Counts
from intranet.law.marks import Mark
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_penalty import pn10
from intranet.law.runs import due_from
from intranet.law.sessions import day_of, session_no
from intranet.law.term_dates import from_data
from tests.law.reading import cases

W = from_data(cases("deadlines")["calendar"])
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES}
LAW = Parameters(core_parameters())
CASES = cases("forecast")
FIRST = date(2025, 9, 3)


def ahead(today, absent, joined=FIRST, born=None):
    """The facts of a case: present whenever nothing else is said."""
    marks = {}
    for day in W.school_days(joined, today - timedelta(days=1)):
        symbols = absent.get(day, "- -").split()
        for key, symbol in zip(("AM", "PM"), symbols, strict=True):
            marks[session_no(day, key)] = ID[{"-": "/" if key == "AM" else "\\"}.get(symbol, symbol)]
    return forecast.Ahead(today, marks, W, CODES, due_from(W), born)


def of(case):
    return ahead(case["today"], case["absent"], case.get("joined", FIRST))


@pytest.mark.clause("ATT-023", "ATT-095")
@pytest.mark.parametrize("case", CASES["persistence"], ids=lambda case: case["name"])
def test_how_many_sessions_can_still_be_missed(case):
    facts, expect = of(case), case["expect"]
    found = forecast.persistence(facts, LAW.at(facts.today))
    shown = {key.replace("_", " "): found.figures[key] for key in ("possible", "missed", "coming", "can_still_miss")}
    turns = "not persistent from" if found.holds else "persistent from"
    shown |= {"the limit is reached at": found.figures["reaches_at"]} | ({"persistent now": True} if found.holds else {})
    assert shown | ({turns: found.on} if found.on else {}) == expect
    assert [one.key for one in found.read] == ["metrics.pa_rate"]
    assert len(found.counted) == expect["missed"]


@pytest.mark.clause("ATT-106")
@pytest.mark.parametrize("case", CASES["threshold"], ids=lambda case: case["name"])
def test_how_many_unauthorised_sessions_are_left_before_the_threshold(case):
    facts, expect = of(case), case["expect"]
    found = forecast.penalty(facts, LAW.at(facts.today))
    assert (found.figures["counted"], found.figures["left"]) == (expect["counted"], expect["left"])
    assert found.on == expect.get("the first stops counting on")
    assert {one.key for one in found.read} == set(rule("PN10").parameters)


@pytest.mark.parametrize("case", CASES["clocks"], ids=lambda case: case["name"])
def test_the_day_on_which_a_running_clock_falls_due(case):
    facts = of(case)
    found = forecast.clocks(facts, LAW.at(facts.today))
    assert {one.rule: one.on for one in found} == case["expect"]
    for one in found:
        assert one.read and one.counted and one.would_change
        assert str(one.on.day) in one.says


@pytest.mark.clause("ATT-106")
def test_a_stricter_number_of_the_house_counts_the_sessions_before_it_was_chosen_too():
    facts = ahead(date(2025, 11, 3), {date(2025, 10, 20): "O O", date(2025, 10, 21): "O O"})
    said = LAW.values("penalty.threshold_sessions")[0]
    chosen = replace(said, value=8, origin="house", standing="policy", effective_from=date(2025, 11, 3))
    found = forecast.penalty(facts, LAW.plus([chosen]).at(facts.today))
    assert (found.figures["counted"], found.figures["left"]) == (4, 4)


def test_a_clock_beyond_the_term_dates_says_so_instead_of_guessing():
    facts = ahead(date(2026, 12, 17), {date(2026, 12, 15): "O O", date(2026, 12, 16): "O O"}, date(2026, 9, 3))
    found = forecast.attendance_return(facts, LAW.at(facts.today))
    assert found.on is None
    assert "the term dates after that are not entered yet" in found.says


def test_after_compulsory_school_age_nothing_counts_any_more():
    born = date(2010, 6, 1)  # compulsory school age ends on 26 June 2026
    facts = ahead(date(2026, 6, 30), {date(2026, 6, 29): "O O"}, date(2026, 6, 29), born)
    assert forecast.penalty(facts, LAW.at(facts.today)).figures["left"] == 10
    assert forecast.attendance_return(facts, LAW.at(facts.today)) is None
    assert facts.coming == []
    assert forecast.persistence(facts, LAW.at(facts.today)).says == "No session is counted any more: compulsory school age is over."


def test_before_compulsory_school_age_only_the_sessions_from_its_first_day_are_counted():
    facts = ahead(date(2025, 11, 3), {date(2025, 10, 20): "O O"}, born=date(2020, 12, 1))
    found = forecast.persistence(facts, LAW.at(facts.today))
    assert found.says.startswith("Only sessions from 31 December 2025, when compulsory school age begins, are counted.")
    assert (found.figures["possible"], day_of(facts.coming[0])) == (0, date(2026, 1, 6))


def test_each_session_of_the_window_says_on_which_monday_it_stops_counting():
    facts = ahead(date(2025, 11, 3), {date(2025, 9, 8): "O -", date(2025, 10, 20): "U -"})
    found = forecast.penalty(facts, LAW.at(facts.today))
    drops = {day_of(no): monday for no, monday in found.figures["drops_off"]}
    assert drops == {date(2025, 9, 8): date(2025, 11, 24), date(2025, 10, 20): date(2026, 1, 19)}
    left = dict(found.figures["by_week"])
    assert (left[date(2025, 11, 17)], left[date(2025, 11, 24)], left[date(2026, 1, 12)]) == (8, 9, 9)


SHARES = st.sampled_from([Fraction(1, 10), Fraction(1, 2), Fraction(3, 20)])


@given(possible=st.integers(0, 400), missed=st.integers(0, 400), coming=st.integers(0, 400), rate=SHARES)
def test_missing_the_forecast_number_reaches_the_limit_and_one_fewer_does_not(possible, missed, coming, rate):
    counts = Counts(possible=possible, present=possible - min(missed, possible), authorised=min(missed, possible))
    reach = forecast.until_persistent(counts, coming, rate)

    def ends(more):
        return counting.persistent(Counts(possible=possible + coming, authorised=counts.absent + more), rate)

    if 0 < reach <= coming:
        assert ends(reach) and not ends(reach - 1)
    elif reach > coming:
        assert not ends(coming)
    elif possible + coming:
        assert ends(0)


SCHOOL_DAYS = W.school_days(FIRST, date(2026, 3, 13))


@settings(max_examples=60, deadline=None)
@given(absences=st.lists(st.sampled_from(SCHOOL_DAYS), max_size=30, unique=True), today=st.sampled_from(SCHOOL_DAYS[20:]), symbol=st.sampled_from("GOUN"))
def test_the_forecast_days_are_the_first_on_which_it_turns(absences, today, symbol):
    facts = ahead(today, dict.fromkeys(absences, f"{symbol} {symbol}"))
    found = forecast.persistence(facts, LAW.at(today))
    rate = Fraction(1, 10)
    counts, before = counting.count(facts.this_year, CODES), None
    for number in facts.coming:
        one = Counts(possible=1, present=1) if found.holds else Counts(possible=1, authorised=1)
        before, counts = counting.persistent(counts, rate), counts + one
        if counting.persistent(counts, rate) != found.holds:
            assert found.on == day_of(number) and before == found.holds
            return
    assert found.on is None


@settings(max_examples=60, deadline=None)
@given(absences=st.lists(st.sampled_from(SCHOOL_DAYS[30:70]), max_size=4, unique=True), ahead_by=st.integers(0, 5))
def test_missing_what_is_left_this_week_meets_the_threshold_and_one_fewer_does_not(absences, ahead_by):
    today = SCHOOL_DAYS[70 + ahead_by]
    facts = ahead(today, dict.fromkeys(absences, "O O"))
    left = forecast.penalty(facts, LAW.at(today)).figures["left"]
    monday = today - timedelta(days=today.weekday())
    coming = [session_no(monday + timedelta(days=n), key) for n in range(5) for key in ("AM", "PM")]
    weeks = W.school_weeks(W.periods[0].first, W.periods[-1].last)
    free = [no for no in coming if facts.marks.get(no) != ID["O"]]

    def met(more):
        marks = dict(facts.marks) | dict.fromkeys(free[:more], ID["O"])
        found = pn10([Mark(no, code) for no, code in marks.items()], CODES.ids(("G", "N", "O", "U")), weeks, 10, 10)
        return found is not None

    assert len(free) >= left
    assert met(left)
    assert left == 0 or not met(left - 1)


@settings(max_examples=40, deadline=None)
@given(first=st.sampled_from(SCHOOL_DAYS[20:70]), so_far=st.integers(1, 9), symbol=st.sampled_from("GON"))
def test_the_day_a_clock_names_is_the_day_the_rule_finds_when_nothing_changes(first, so_far, symbol):
    today = W.nth(first, so_far + 1)
    facts = ahead(today, dict.fromkeys(W.school_days(first, today - timedelta(days=1)), f"{symbol} {symbol}"))
    law = LAW.at(today)
    on = {"ATT10": forecast.attendance_return(facts, law).on, "ABS20": forecast.long_absence(facts, law).on}
    for judge, found in ((rules_absence.att10, on["ATT10"]), (rules_absence.abs20, on["ABS20"])):
        later = W.school_days(today, found)
        marks = dict(facts.marks) | {session_no(day, key): ID[symbol] for day in later for key in ("AM", "PM")}
        reached = judge(rules_absence.Absence(marks, facts.due, CODES), found, LAW.at(found))
        assert (reached.holds, reached.on) == (True, found)
        before = {no: code for no, code in marks.items() if day_of(no) < found}
        assert not judge(rules_absence.Absence(before, facts.due, CODES), found, LAW.at(found)).holds


@settings(max_examples=40, deadline=None)
@given(sick=st.lists(st.sampled_from(SCHOOL_DAYS[:60]), max_size=9, unique=True), first=st.sampled_from(SCHOOL_DAYS[62:80]))
def test_the_day_of_the_sickness_return_is_the_day_the_rule_finds_when_nothing_changes(sick, first):
    today = W.after(first, 1)
    facts = ahead(today, dict.fromkeys([*sick, first], "I I"))
    found = forecast.sickness_return(facts, LAW.at(today)).on
    days = W.school_days(first, found)
    marks = dict(facts.marks) | {session_no(day, key): ID["I"] for day in days for key in ("AM", "PM")}

    def due(held, on):
        return rules_absence.sick15(rules_absence.SicknessFacts(rules_absence.Absence(held, facts.due, CODES), facts.year), on, LAW.at(on))

    assert (due(marks, found).holds, due(marks, found).on) == (True, found)
    assert not due({no: code for no, code in marks.items() if day_of(no) < found}, found).holds


@settings(max_examples=40, deadline=None)
@given(absences=st.lists(st.sampled_from(SCHOOL_DAYS[20:75]), max_size=6, unique=True), today=st.sampled_from(SCHOOL_DAYS[76:]))
def test_each_session_stops_counting_on_the_monday_that_the_rule_of_the_threshold_names(absences, today):
    facts = ahead(today, dict.fromkeys(absences, "O O"))
    found = forecast.penalty(facts, LAW.at(today))
    weeks = W.school_weeks(W.periods[0].first, W.periods[-1].last)
    for no, monday in found.figures["drops_off"]:
        assert monday == rules_penalty.drops_off(day_of(no), weeks, found.figures["weeks"])
