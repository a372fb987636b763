"""The ten-day return, the twenty-day ground and the sickness return."""

from datetime import date

import pytest

from intranet.law.codes import national_codes
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_absence import continuous, sickness
from intranet.law.runs import due_from
from intranet.law.sessions import session_no
from intranet.law.term_dates import from_data
from tests.law.reading import cases

W = from_data(cases("deadlines")["calendar"])
DUE = due_from(W)
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES}
LAW = Parameters(core_parameters())


def absent(symbol, first, last):
    return {session_no(day, key): ID[symbol] for day in W.school_days(first, last) for key in ("AM", "PM")}


def asked(rule, marks, day):
    law = LAW.at(day)
    codes, days = {
        "ATT10": (law["return.attendance_codes"], law["return.attendance_days"]),
        "ABS20": (law["roll.absence_codes"], law["roll.absence_days"]),
    }[rule]
    found = continuous(day, marks, CODES.ids(codes), DUE, days)
    return found.on if found else None


@pytest.mark.parametrize(
    ("example", "rule", "first", "last", "on"),
    [
        ("D4", "ATT10", date(2025, 10, 20), date(2025, 11, 7), date(2025, 11, 7)),
        ("D4 the day before", "ATT10", date(2025, 10, 20), date(2025, 11, 6), None),
        ("D4 and on", "ATT10", date(2025, 10, 20), date(2025, 11, 14), date(2025, 11, 7)),
        ("D5", "ABS20", date(2025, 12, 1), date(2026, 1, 12), date(2026, 1, 12)),
        ("D5 the day before", "ABS20", date(2025, 12, 1), date(2026, 1, 9), None),
        ("D12", "ABS20", date(2026, 11, 2), date(2026, 11, 30), date(2026, 11, 30)),
    ],
)
def test_an_unbroken_absence_reaches_the_rule_on_its_day(example, rule, first, last, on):
    assert asked(rule, absent("O", first, last), last) == on, example


def test_a_late_arrival_counts_towards_the_return_but_breaks_the_twenty_days():
    marks = absent("O", date(2026, 11, 2), date(2026, 11, 30))
    marks[session_no(date(2026, 11, 10), "AM")] = ID["U"]
    assert asked("ATT10", marks, date(2026, 11, 30)) == date(2026, 11, 13)
    assert asked("ABS20", marks, date(2026, 11, 30)) is None


def test_sickness_is_due_at_fifteen_whole_days_and_not_at_fourteen():
    days = LAW.at(date(2026, 1, 30))["return.sickness_days"]
    sick = CODES.ids(LAW.at(date(2026, 1, 30))["return.sickness_codes"])
    fifteen = absent("I", date(2026, 1, 12), date(2026, 1, 30))
    assert sickness(fifteen, sick, DUE).is_due(days)
    fifteen[session_no(date(2026, 1, 30), "PM")] = ID["\\"]
    found = sickness(fifteen, sick, DUE)
    assert not found.is_due(days)
    assert (len(found.whole), len(found.some), found.warned((12, 15))) == (14, 15, 15)


def test_a_fit_note_for_four_weeks_makes_the_sickness_return_due_at_once():
    first_day = {session_no(date(2026, 1, 12), "AM"): ID["I"]}
    expected = W.school_days(date(2026, 1, 12), date(2026, 2, 8))
    law = LAW.at(date(2026, 1, 12))
    found = sickness(first_day, CODES.ids(law["return.sickness_codes"]), DUE, expected)
    assert found.is_due(law["return.sickness_days"])
    assert found.warned((12, 15)) is None


def test_days_of_sickness_earlier_in_the_year_and_days_expected_are_added_once_each():
    sick = CODES.ids(["I"])
    autumn = absent("I", date(2025, 9, 8), date(2025, 9, 19))
    nine_known_again = W.school_days(date(2025, 9, 8), date(2025, 9, 18))
    assert not sickness(autumn, sick, DUE, nine_known_again).is_due(15)
    assert sickness(autumn, sick, DUE, W.school_days(date(2026, 1, 12), date(2026, 1, 16))).is_due(15)
