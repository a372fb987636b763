"""Continuous runs in school days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.law.calendar import Calendar, Closure
from intranet.law.codes import national_codes
from intranet.law.runs import due_from, run_to, runs
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar, from_data
from tests.law.reading import cases

STD = calendar("CAL-STD")
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES}
UNAUTHORISED = CODES.ids("GNOU")
DUE = due_from(STD)


def days_of(symbol, first, n, school=STD):
    return {session_no(school.nth(first, i), key): ID[symbol] for i in range(1, n + 1) for key in ("AM", "PM")}


@pytest.mark.parametrize(
    ("example", "first", "n", "day"),
    [
        ("D4", date(2025, 10, 20), 10, date(2025, 11, 7)),
        ("D5", date(2025, 12, 1), 20, date(2026, 1, 12)),
        ("D12", date(2026, 11, 2), 20, date(2026, 11, 30)),
    ],
)
def test_an_unbroken_run_reaches_its_day_over_holidays_and_training_days(example, first, n, day):
    school = from_data(cases("deadlines")["calendar"])
    run = run_to(day, days_of("O", first, n, school), UNAUTHORISED, due_from(school))
    assert (run.first, run.last, run.days, run.complete) == (first, day, n, True), example
    assert run.reached(n) == day
    assert run.reached(n + 1) is None


@pytest.mark.parametrize("symbol", ["L", "/", "I", "B"])
def test_one_other_code_breaks_the_run_and_counting_restarts_the_next_school_day(symbol):
    absent = days_of("O", date(2026, 3, 2), 10)
    absent[session_no(date(2026, 3, 5), "AM")] = ID[symbol]
    run = run_to(date(2026, 3, 13), absent, UNAUTHORISED, DUE)
    assert (run.first, run.days) == (date(2026, 3, 6), 6)
    assert [found.days for found in runs(absent, UNAUTHORISED, DUE, date(2026, 3, 13))] == [3, 6]


def test_the_tenth_day_is_reached_only_when_its_last_session_is_recorded():
    absent = days_of("O", date(2026, 3, 2), 10)
    del absent[session_no(date(2026, 3, 13), "PM")]
    morning = run_to(date(2026, 3, 13), absent, UNAUTHORISED, DUE)
    assert (morning.days, morning.complete) == (9, False)
    absent[session_no(date(2026, 3, 13), "PM")] = ID["N"]
    assert run_to(date(2026, 3, 13), absent, UNAUTHORISED, DUE).days == 10


def test_a_day_without_its_mark_in_the_past_breaks_the_run():
    absent = days_of("O", date(2026, 3, 2), 10)
    del absent[session_no(date(2026, 3, 4), "PM")]
    assert run_to(date(2026, 3, 13), absent, UNAUTHORISED, DUE).first == date(2026, 3, 5)


def test_an_arrival_ends_the_run_on_the_day_itself():
    absent = days_of("O", date(2026, 3, 2), 3)
    absent[session_no(date(2026, 3, 5), "AM")] = ID["U"]
    assert run_to(date(2026, 3, 5), absent, CODES.ids("GNO"), DUE) is None


def test_a_cancelled_session_is_neutral_as_a_closure_and_as_a_code():
    absent = days_of("O", date(2026, 3, 2), 4)
    absent.update(days_of("Y4", date(2026, 3, 3), 1))
    assert run_to(date(2026, 3, 5), absent, UNAUTHORISED, DUE, neutral=CODES.ids(["Y4"])).days == 3
    closed = Closure(date(2026, 3, 3), date(2026, 3, 3), "closure", "Snow", planned=False)
    school = Calendar(STD.periods, (*STD.closures, closed))
    assert run_to(date(2026, 3, 5), absent, UNAUTHORISED, due_from(school)).days == 3


def test_a_pupil_who_is_due_one_session_a_day_runs_on_that_session_alone():
    plan = {date(2026, 3, 2): ("AM",), date(2026, 3, 3): (), date(2026, 3, 4): ("AM",)}
    absent = {session_no(date(2026, 3, 2), "AM"): ID["O"], session_no(date(2026, 3, 4), "AM"): ID["O"]}
    run = run_to(date(2026, 3, 4), absent, UNAUTHORISED, due_from(STD, own=plan))
    assert (run.days, run.first) == (2, date(2026, 3, 2))


def test_no_marks_is_no_run():
    assert run_to(date(2026, 3, 4), {}, UNAUTHORISED, DUE) is None
    assert runs({}, UNAUTHORISED, DUE, date(2026, 3, 4)) == []


@given(st.lists(st.sampled_from(["O", "/", "N", "I", ""]), min_size=1, max_size=30), st.integers(0, 60))
def test_the_day_one_asks_on_does_not_change_a_run_that_is_over(symbols, later):
    marks = {}
    for n, symbol in enumerate(symbols, start=1):
        if symbol:
            marks.update(
                days_of(symbol, date(2026, 3, 2), 1) if n == 1 else days_of(symbol, STD.nth(date(2026, 3, 2), n), 1)
            )
    last = STD.nth(date(2026, 3, 2), len(symbols))
    marks.update(days_of("/", STD.after(last, 1), 1))
    through = STD.after(last, 1 + later % 20)
    assert runs(marks, UNAUTHORISED, DUE, through) == runs(marks, UNAUTHORISED, DUE, STD.after(last, 1))
