"""School days, weeks, terms and years, against answers worked out apart from the program."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.law import deadlines
from intranet.law.calendar import Calendar, CalendarError, Closure, TermPeriod
from intranet.law.holidays import bank_holidays, easter, is_working_day
from intranet.law.term_dates import calendar
from intranet.law.words import DATA, read_yaml
from tests.law.reading import cases

STD = calendar("CAL-STD")
KNOWN = read_yaml(DATA / "calendars.yaml")
DAYS = st.dates(date(2024, 9, 2), date(2027, 6, 1))


def answer(op, args):
    days = [date.fromisoformat(arg) if isinstance(arg, str) else arg for arg in args[1:]]
    chosen = calendar(args[0])
    if op == "half":
        period = chosen.half_term(*days)
        return f"{period.year} {period.name}"
    if op == "window10":
        return [day.isoformat() for day in chosen.window(*days, 10)]
    found = {"is_day": chosen.is_school_day}.get(op) or getattr(chosen, op)
    result = found(*days)
    return result.isoformat() if isinstance(result, date) else result


@pytest.mark.parametrize("case", cases("calendar_checks"), ids=lambda case: f"{case['op']} {case['args']}")
def test_the_calendar_answers_as_worked_out_by_hand(case):
    assert answer(case["op"], case["args"]) == case["result"]


@pytest.mark.parametrize("key", sorted(KNOWN))
def test_every_half_term_comes_to_its_published_school_days(key):
    chosen = calendar(key)
    for row in KNOWN[key]["half_terms"]:
        assert chosen.count(row["first"], row["last"]) == row["school_days"], row


@given(DAYS, st.integers(1, 20), st.sampled_from(sorted(KNOWN)))
def test_counting_forward_agrees_with_walking_day_by_day(start, n, key):
    chosen, day, left = calendar(key), start, n
    while left:
        day += timedelta(days=1)
        left -= chosen.is_school_day(day)
    assert chosen.after(start, n) == day
    if chosen.is_school_day(start):
        assert chosen.before(day, n) == start
        assert chosen.nth(start, n + 1) == day
    assert chosen.count(start + timedelta(days=1), day) == n


@given(DAYS, st.integers(1, 15), DAYS)
def test_a_holiday_never_shortens_a_deadline(event, n, extra):
    closed = Calendar(STD.periods, (*STD.closures, Closure(extra, extra, "closure", "Boiler", planned=False)))
    assert closed.after(event, n) >= STD.after(event, n)


@pytest.mark.clause("ATT-175")
def test_within_five_school_days_of_a_school_day_and_of_a_saturday():
    assert deadlines.n_code(STD, date(2025, 11, 3), 5) == (date(2025, 11, 10), date(2025, 11, 11))
    assert deadlines.n_code(STD, date(2025, 11, 1), 5) == (date(2025, 11, 7), date(2025, 11, 10))


def test_a_weekly_duty_is_due_on_the_last_school_day_of_its_week_and_not_at_all_without_school():
    assert deadlines.weekly(STD, date(2025, 11, 24)) == (date(2025, 11, 27), date(2025, 12, 1))
    assert deadlines.weekly(STD, date(2025, 10, 28)) is None


def test_a_termly_duty_is_due_on_the_last_school_day_of_term_even_asked_in_half_term():
    assert deadlines.termly(STD, date(2025, 10, 28)) == (date(2025, 12, 19), date(2026, 1, 6))
    assert deadlines.termly(STD, date(2025, 12, 24)) is None
    assert STD.term(date(2025, 10, 28)) == "2025-26 Autumn"


def test_a_partial_closure_closes_its_session_and_not_the_day():
    snow = Closure(date(2026, 1, 8), date(2026, 1, 8), "partial", "Heating", False, frozenset({"PM"}))
    school = Calendar(STD.periods, (snow,))
    assert school.is_session_day(date(2026, 1, 8), "AM")
    assert not school.is_session_day(date(2026, 1, 8), "PM")
    assert school.is_school_day(date(2026, 1, 8))
    assert school.why_closed(date(2026, 1, 8), "PM") is snow
    assert school.why_closed(date(2026, 1, 8), "AM") is None


def test_a_day_whose_both_halves_are_closed_is_no_school_day():
    halves = tuple(
        Closure(date(2026, 1, 8), date(2026, 1, 8), "partial", "Flood", False, frozenset({k})) for k in ("AM", "PM")
    )
    assert not Calendar(STD.periods, halves).is_school_day(date(2026, 1, 8))


def test_a_week_without_any_session_is_no_school_week_and_the_window_reaches_over_it():
    flood = Closure(date(2026, 3, 2), date(2026, 3, 6), "closure", "Flood", planned=False)
    flooded = Calendar(STD.periods, (*STD.closures, flood))
    assert date(2026, 3, 2) not in flooded.school_weeks(date(2026, 2, 23), date(2026, 3, 13))
    assert flooded.window(date(2026, 4, 20), 10)[0] == date(2026, 1, 19)
    assert STD.window(date(2026, 4, 13), 10)[0] == date(2026, 1, 19)


def test_a_closed_day_says_why():
    assert STD.why_closed(date(2025, 11, 28)).label == "INSET day"
    assert STD.why_closed(date(2026, 5, 4)).kind == "bank_holiday"
    assert STD.why_closed(date(2025, 11, 27)) is None


def test_a_school_year_lasts_through_the_summer_until_the_next_begins():
    assert STD.school_year(date(2026, 8, 31)) == "2025-26"
    assert STD.school_year(date(2026, 9, 1)) == "2026-27"
    assert STD.year_range("2025-26") == (date(2025, 9, 1), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: STD.after(date(2027, 7, 20), 3), "Add the next term dates"),
        (lambda: STD.nth(date(2026, 1, 1), 0), "the first is number 1"),
        (lambda: STD.year_range("2030-31"), "no term dates for 2030-31"),
        (lambda: calendar("CAL-XXX"), "CAL-STD and CAL-IND"),
        (lambda: Calendar((TermPeriod("y", "Autumn 1", date(2025, 9, 2), date(2025, 9, 1)),)), "before it begins"),
        (lambda: Calendar((STD.periods[0], STD.periods[0])), "Change one of the dates"),
    ],
)
def test_a_calendar_that_cannot_answer_says_what_to_do(ask, words):
    with pytest.raises(CalendarError, match=words):
        ask()


EASTERS = {2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01", 2030: "04-21",
           2031: "04-13", 2032: "03-28", 2033: "04-17", 2034: "04-09", 2035: "03-25"}  # fmt: skip


@pytest.mark.parametrize("year", EASTERS)
def test_easter_and_its_two_bank_holidays(year):
    sunday = date.fromisoformat(f"{year}-{EASTERS[year]}")
    assert easter(year) == sunday
    found = bank_holidays(year, year)
    assert found[sunday - timedelta(days=2)] == "Good Friday"
    assert found[sunday + timedelta(days=1)] == "Easter Monday"


@pytest.mark.parametrize("year", range(2024, 2036))
def test_every_year_has_eight_bank_holidays_none_at_a_weekend(year):
    found = bank_holidays(year, year)
    assert len(found) == 8
    assert all(day.weekday() < 5 for day in found)


def test_holidays_that_fall_on_a_weekend_or_were_moved():
    assert bank_holidays(2026, 2026)[date(2026, 12, 28)] == "Boxing Day (substitute day)"
    assert bank_holidays(2022, 2022)[date(2022, 12, 27)] == "Christmas Day (substitute day)"
    assert date(2022, 5, 30) not in bank_holidays(2022, 2022)
    assert date(2022, 6, 3) in bank_holidays(2022, 2022)
    assert date(2028, 1, 3) in bank_holidays(2028, 2028)
    assert not is_working_day(date(2026, 4, 6))
    assert is_working_day(date(2026, 4, 7))
