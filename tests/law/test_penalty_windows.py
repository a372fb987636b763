"""The strip of school weeks beside the threshold: windows, how near it is, and what drops off when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intranet.law.calendar import Calendar, Closure
from intranet.law.codes import national_codes
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_penalty import AbsenceFacts, strip, threshold
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from tests.law.reading import cases
from tests.law.test_penalty_threshold import W, marks_of

BORN = date(2014, 5, 1)
LAW = Parameters(core_parameters())
EIGHT = {date(2025, 9, 8) + timedelta(days=n): "O O" for n in range(4)}


def school_weeks(school=W):
    return tuple(school.school_weeks(school.periods[0].first, school.periods[-1].last))


def facts(rows, born=BORN, school=W, **more):
    return AbsenceFacts(tuple(marks_of(rows)), school_weeks(school), born, **more)


@pytest.mark.clause("ATT-106")
@pytest.mark.parametrize("case", cases("penalty_windows"), ids=lambda case: case["id"])
def test_a_window_is_ten_school_weeks_whatever_lies_between(case):
    closed = case.get("closed")
    flood = (Closure(closed["first"], closed["last"], "closure", "Flood", planned=False),) if closed else ()
    school = Calendar(W.periods, (*W.closures, *flood))
    last = case["ends_with_week_of"]
    shown = strip(facts({}, school=school), LAW.at(last))
    assert (shown.current.first, shown.current.last) == (case["from"], last + timedelta(days=6))


@pytest.mark.clause("ATT-106")
@pytest.mark.parametrize("case", cases("penalty"), ids=lambda case: str(case["id"]))
def test_the_answer_agrees_with_the_worked_example_and_names_what_it_read(case):
    day = max(case["marks"])
    said = threshold(facts(case["marks"], elsewhere=case.get("elsewhere", {})), LAW.at(day))
    assert said.figures["elsewhere"] == case.get("elsewhere", {})
    assert said.holds is (case["met"] != "never")
    assert said.on == (date.fromisoformat(case["met"][:10]) if said.holds else None)
    assert {"penalty.threshold_sessions", "penalty.window_weeks", "penalty.codes"} <= {one.key for one in said.read}
    assert said.since == date(2024, 8, 19)
    if said.holds:
        assert len(said.counted) == 10


def test_a_strip_says_how_many_more_and_when_each_session_drops_off():
    shown = strip(facts(EIGHT), LAW.at(date(2025, 11, 20)))
    assert (shown.current.sessions, shown.more) == (8, 2)
    assert {one.drops_off for one in shown.counted} == {date(2025, 11, 24)}
    assert shown.weeks[1] == (date(2025, 9, 8), 8)


def test_a_session_stops_counting_on_the_monday_it_drops_off_and_not_before():
    rows = EIGHT | {date(2025, 11, 20): "U U"}
    on_sunday = threshold(facts(EIGHT), LAW.at(date(2025, 11, 23)))
    on_monday = threshold(facts(EIGHT), LAW.at(date(2025, 11, 24)))
    assert (on_sunday.figures["sessions"], on_sunday.figures["more"]) == (8, 2)
    assert (on_monday.figures["sessions"], on_monday.figures["more"]) == (0, 10)
    assert threshold(facts(rows), LAW.at(date(2025, 11, 24))).holds, "a threshold once met stays met"


def test_the_nearest_window_is_the_fullest_even_when_it_is_past():
    shown = strip(facts(EIGHT), LAW.at(date(2026, 3, 2)))
    assert (shown.nearest.sessions, shown.current.sessions) == (8, 0)
    assert shown.nearest.last == date(2025, 11, 23)


def test_beyond_the_calendar_nobody_says_when_a_session_drops_off():
    shown = strip(facts({date(2026, 12, 14): "O O"}), LAW.at(date(2026, 12, 15)))
    assert [one.drops_off for one in shown.counted] == [None, None]


@pytest.mark.clause("ATT-105")
def test_only_sessions_of_compulsory_school_age_count():
    week = {date(2026, 3, 23) + timedelta(days=n): "G G" for n in range(5)}
    turns_five = date(2021, 3, 1)  # compulsory from 31 March 2026
    after = {date(2026, 4, 13): "G G"}
    said = threshold(facts(week | after, born=turns_five), LAW.at(date(2026, 4, 17)))
    assert (said.holds, said.figures["sessions"]) == (False, 2)
    assert threshold(facts(week, born=date(2020, 12, 31)), LAW.at(date(2026, 4, 17))).holds


def test_sessions_after_the_last_friday_in_june_of_year_eleven_do_not_count():
    week = {date(2026, 6, 22) + timedelta(days=n): "O O" for n in range(4)}  # the Friday is a training day
    rows = week | {date(2026, 6, 29): "O O"}
    assert threshold(facts(rows, born=date(2009, 10, 1)), LAW.at(date(2026, 6, 30))).figures["sessions"] == 8


@pytest.mark.clause("ATT-106")
def test_another_schools_register_is_shown_beside_and_never_added():
    rows = {date(2025, 11, 10 + n): "G G" for n in range(3)}
    said = threshold(facts(rows, elsewhere={"Elm Hill": 6}), LAW.at(date(2025, 11, 14)))
    assert (said.holds, said.figures["sessions"], said.figures["elsewhere"]) == (False, 6, {"Elm Hill": 6})


def test_a_mark_made_after_the_day_asked_about_changes_nothing_of_that_day():
    rows = {date(2025, 11, 10 + n): "G G" for n in range(5)}
    assert not threshold(facts(rows), LAW.at(date(2025, 11, 13))).holds
    assert threshold(facts(rows), LAW.at(date(2025, 11, 14))).holds


def test_before_the_change_of_law_there_is_no_national_threshold():
    said = threshold(facts({}), LAW.at(date(2024, 8, 18)))
    assert not said.holds
    assert "begins on 19 August 2024" in said.says


def test_sessions_before_the_change_of_law_are_not_counted():
    shown = AbsenceFacts(
        tuple(marks_of({date(2024, 8, 16): "O O", date(2024, 8, 19): "O O"})),
        (date(2024, 8, 12), date(2024, 8, 19)),
        BORN,
    )
    assert threshold(shown, LAW.at(date(2024, 8, 20))).figures["sessions"] == 2


def test_without_a_date_of_birth_every_session_counts_and_the_answer_asks_for_it():
    rows = {date(2025, 11, 10 + n): "G G" for n in range(5)}
    said = threshold(facts(rows, born=None), LAW.at(date(2025, 11, 14)))
    assert (said.holds, said.missing[0].startswith("Enter the date of birth")) == (True, True)
    assert threshold(facts(rows), LAW.at(date(2025, 11, 14))).missing == ()


def test_an_n_that_still_stands_is_named_as_what_could_change_the_answer():
    rows = {date(2025, 11, 10 + n): "G G" for n in range(4)} | {date(2025, 11, 14): "N N"}
    said = threshold(facts(rows), LAW.at(date(2025, 11, 14)))
    assert said.holds
    assert said.would_change[0].startswith("2 of these sessions are N")


def test_the_counted_sessions_are_those_that_reached_the_threshold():
    rows = {date(2025, 11, 10 + n): "G G" for n in range(5)} | {date(2025, 11, 17): "O O"}
    said = threshold(facts(rows), LAW.at(date(2025, 11, 17)))
    assert said.counted[-1] == session_no(date(2025, 11, 14), "PM")
    assert said.figures["sessions"] == 12


def test_a_house_that_considers_earlier_is_kept_and_one_that_waits_longer_is_not():
    house = LAW.values("penalty.threshold_sessions")[0]
    rows = facts({date(2025, 11, 10 + n): "G G" for n in range(4)})
    earlier = LAW.plus([replace(house, value=8, standing="policy", origin="house")])
    later = LAW.plus([replace(house, value=12, standing="policy", origin="house")])
    assert threshold(rows, earlier.at(date(2025, 11, 14))).holds
    more = facts({date(2025, 11, 10 + n): "G G" for n in range(5)})
    assert threshold(more, later.at(date(2025, 11, 14))).holds


@pytest.mark.clause("ATT-107")
@pytest.mark.parametrize(("december", "november", "sessions"), [(True, False, 10), (False, True, 6)])
def test_sessions_before_the_window_of_the_day_are_left_out(december, november, sessions):
    std = calendar("CAL-STD")
    rows = {date(2026, 2, 9): "O O", date(2026, 2, 10): "O O", date(2026, 2, 11): "O O"}
    rows |= {date(2025, 12, 15): "O O", date(2025, 12, 16): "O O"} if december else {}
    rows |= {date(2025, 11, 17): "O O", date(2025, 11, 18): "O O"} if november else {}
    said = threshold(facts(rows, school=std), LAW.at(date(2026, 2, 13)))
    assert said.figures["window"] == (date(2025, 11, 24), date(2026, 2, 15))
    assert (said.figures["sessions"], said.holds) == (sessions, sessions == 10)


def test_every_code_of_the_threshold_is_one_of_absence_without_authority():
    symbols = LAW.at(date(2026, 1, 1))["penalty.codes"]
    table = national_codes().on(date(2026, 1, 1))
    assert {table.get(symbol).category for symbol in symbols} == {"unauthorised_absence"}
