"""What keys, times and facts at the desk mean; no database."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from intranet.clock import LONDON
from intranet.errors import Refused
from intranet.extension.values import Slot
from intranet.law.codes import national_codes
from intranet.registers import desk_rules as rules
from intranet.registers.desk_rules import MarkFact, MoveFact

DAY = date(2025, 10, 8)
AM = Slot("AM", DAY, "Morning", time(8, 50), time(8, 50), time(9, 30), time(13, 0))
PM = Slot("PM", DAY, "Afternoon", time(13, 0), time(13, 0), time(13, 30), time(15, 30))
CODES = national_codes().on(DAY)


def at(text):
    return datetime.combine(DAY, time.fromisoformat(text), LONDON)


def mark(slot, symbol):
    return MarkFact(slot, CODES.get(symbol))


@pytest.mark.parametrize(("typed", "read"), [("1", ("1", "")), (" 6 ", ("6", "")), ("1a", ("1", "a")), ("2 B", ("2", "b"))])
def test_keys_are_a_reason_and_an_adult(typed, read):
    assert rules.read_keys(typed) == read


@pytest.mark.parametrize("typed", ["", " ", "a", "a1", "11", "1ab", "-1", "1" * 50])
def test_other_keys_are_refused_with_an_example(typed):
    with pytest.raises(Refused, match="such as 1 or 1a"):
        rules.read_keys(typed)


def test_the_reasons_of_the_late_desk_have_the_keys_one_to_six():
    assert [reason.key for reason in rules.reasons("late")] == ["1", "2", "3", "4", "5", "6"]
    assert all(reason.symbol in (None, "M") for reason in rules.reasons("late"))
    assert all(CODES.get(reason.symbol) for reason in (*rules.reasons("late"), *rules.reasons("out")) if reason.symbol)


@pytest.mark.parametrize(
    ("when", "key"), [("07:00", "AM"), ("08:50", "AM"), ("12:59", "AM"), ("13:00", "PM"), ("15:29", "PM"), ("15:30", None), ("23:59", None)]
)
def test_an_arrival_belongs_to_the_session_that_has_opened_last(when, key):
    slot = rules.slot_at([PM, AM], at(when))
    assert (slot.key if slot else None) == key


def test_a_day_without_sessions_has_no_session_to_arrive_in():
    assert rules.slot_at([], at("09:00")) is None


@pytest.mark.parametrize(
    ("marks", "moves", "now", "where"),
    [
        ([], [], "09:00", "unknown"),
        (["AM/"], [], "09:00", "here"),
        (["AML"], [], "09:20", "here"),
        (["AMU"], [], "10:00", "here"),
        (["AMI"], [], "10:00", "absent"),
        (["AMN"], [], "10:00", "absent"),
        (["AMB"], [], "10:00", "elsewhere"),
        (["AM/"], [], "13:10", "here"),
        (["AM/", "PMN"], [], "13:10", "look"),
        (["AMN", "PM\\"], [], "13:10", "here"),
        (["AM/"], [("out", "11:00")], "11:30", "out"),
        (["AM/"], [("out", "11:00"), ("back", "12:00")], "12:30", "here"),
        (["AM/", "PM\\"], [("out", "11:00")], "13:20", "here"),
        (["AM/", "PM\\"], [("out", "14:00")], "14:10", "out"),
        (["AMN"], [("in", "10:00")], "10:30", "here"),
        (["AMI"], [("in", "08:30")], "09:00", "absent"),
        ([], [("in", "08:30")], "08:40", "here"),
        (["PMX"], [], "10:00", "unknown"),
    ],
)
def test_a_pupil_is_where_the_latest_fact_says(marks, moves, now, where):
    slots = {"AM": AM, "PM": PM}
    facts = [mark(slots[one[:2]], one[2:]) for one in marks]
    assert rules.whereabouts(facts, [MoveFact(kind, at(when)) for kind, when in moves], at(now)).where == where


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 10, 26)])
def test_a_time_typed_on_the_day_the_clocks_change_is_the_time_on_the_wall(day):
    now = datetime.combine(day, time(10, 0), LONDON)
    assert rules.arrived_at(now, time(9, 5)) == datetime.combine(day, time(9, 5), LONDON)
    with pytest.raises(Refused, match="has not happened yet"):
        rules.arrived_at(now, time(10, 1))
