"""What the law concludes from marks alone: returns, flags, thresholds and who is told, with the numbers read from parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intranet.extension import host
from intranet.extension.api import Facts, Record
from intranet.law.calendar import Calendar, Closure
from intranet.law.term_dates import calendar
from intranet.testing import at, caller_for, facts, history, setting_context
from plugins import academy, independent_school, tutoring

STD = calendar("CAL-STD")
YEAR = date(2025, 9, 1)


@pytest.fixture
def caller():
    return caller_for(academy, "academy")


def marks_of(caller, first: str, days: int, symbol: str, keys=("AM", "PM"), before: int = 0) -> dict[str, str]:
    """Return so many school days of one symbol, after ``before`` days of attendance."""
    start = date.fromisoformat(first)
    back = STD.school_days(YEAR, start - timedelta(days=1))[-before:] if before else []
    absent = [STD.nth(start, n + 1) for n in range(days)]
    other = {f"{day} {key}": "/" for day in [*back, *absent] for key in ("AM", "PM")}
    return other | {f"{day} {key}": symbol for day in absent for key in keys}


def found(caller, marks, on: date, kind: str, **pupil):
    given = facts(caller, history(caller, marks), at(on), **pupil)
    return [trigger for trigger in caller.triggers(given) if trigger.kind == kind]


def nth(first: str, n: int) -> date:
    return STD.nth(date.fromisoformat(first), n)


# -------------------------------------------------------------------- ten days: the attendance return


@pytest.mark.clause("ASC-27")
def test_the_tenth_day_of_g_n_o_or_u_brings_the_return_and_the_ninth_does_not(caller):
    for days, expected in ((9, []), (10, [date(2025, 9, 8)])):
        marks = marks_of(caller, "2025-09-08", days, "G")
        assert [t.anchor for t in found(caller, marks, nth("2025-09-08", days), "attendance_return")] == expected
    one = found(caller, marks_of(caller, "2025-09-08", 12, "U"), nth("2025-09-08", 12), "attendance_return")[0]
    assert one.due.date() == nth("2025-09-08", 10)
    assert (one.rule, one.figures["run_days"], len(one.counted)) == ("ATT10", 12, 24)
    assert {key for key, _, _ in one.read} == {"return.attendance_days", "return.attendance_codes", "register.not_held_codes"}
    assert one.would_change


def test_a_holiday_or_a_closed_day_neither_breaks_the_ten_days_nor_counts_as_one(caller):
    over_half_term = marks_of(caller, "2025-10-20", 10, "O")
    assert nth("2025-10-20", 10) == date(2025, 11, 7)
    assert found(caller, over_half_term, date(2025, 11, 7), "attendance_return")
    closed = {when: ("Y4" if when.startswith("2025-09-10") else symbol) for when, symbol in marks_of(caller, "2025-09-08", 10, "O").items()}
    assert found(caller, closed, date(2025, 9, 19), "attendance_return") == [], "nine days were held"
    closed |= {"2025-09-22 AM": "O", "2025-09-22 PM": "O"}
    assert [t.anchor for t in found(caller, closed, date(2025, 9, 22), "attendance_return")] == [date(2025, 9, 8)]


def test_days_before_compulsory_school_age_and_boarders_are_not_on_the_return(caller):
    marks = marks_of(caller, "2025-12-15", 12, "O")
    last = nth("2025-12-15", 12)
    assert found(caller, marks, last, "attendance_return", born=date(2018, 5, 1))
    assert found(caller, marks, last, "attendance_return", born=date(2020, 11, 1)) == [], "of compulsory age from 31 December"
    assert found(caller, marks, last, "attendance_return", flags=frozenset({"boarder"})) == []


@pytest.mark.clause("ASC-27")
def test_a_mark_on_a_day_without_school_hides_no_return(caller):
    """Present on a Saturday and on a training day, as an import may bring it: no session was held, so the run goes on over it."""
    shut = Closure(date(2025, 9, 17), date(2025, 9, 17), "closure", "Training", planned=True)
    here = caller_for(academy, "academy", calendar=Calendar(STD.periods, (*STD.closures, shut)))
    days = here.setting.calendar.school_days(date(2025, 9, 10), date(2025, 9, 24))
    assert len(days) == 10
    away = {f"{day} {key}": "O" for day in days for key in ("AM", "PM")}
    came = {f"2025-09-{n} AM": "/" for n in (13, 14, 17, 20, 21)}
    assert [t.anchor for t in found(here, away | came, days[-1], "attendance_return")] == [days[0]]
    assert found(here, away | came | {"2025-09-16 AM": "/"}, days[-1], "attendance_return") == []


# -------------------------------------------------------------------- fifteen days: the sickness return


def test_fifteen_days_of_sickness_on_end_bring_one_return_and_twelve_a_warning(caller):
    for days, returns, warnings in ((11, 0, 0), (12, 0, 1), (14, 0, 1), (15, 1, 0), (20, 1, 0)):
        marks, last = marks_of(caller, "2025-11-03", days, "I"), nth("2025-11-03", days)
        assert len(found(caller, marks, last, "sickness_return")) == returns, days
        assert len(found(caller, marks, last, "sickness_warning")) == warnings, days
    one = found(caller, marks, last, "sickness_return")[0]
    assert (one.anchor, one.due.date(), one.rule) == (date(2025, 11, 3), nth("2025-11-03", 15), "SICK15")


def test_fifteen_days_in_a_school_year_bring_one_return_and_another_illness_brings_no_second(caller):
    first, second = marks_of(caller, "2025-09-15", 8, "I"), marks_of(caller, "2025-11-10", 8, "I")
    last = nth("2025-11-10", 8)
    assert [t.anchor for t in found(caller, first | second, last, "sickness_return")] == [date(2025, 11, 10)]
    third = marks_of(caller, "2026-01-12", 5, "I")
    assert [t.anchor for t in found(caller, first | second | third, nth("2026-01-12", 5), "sickness_return")] == [date(2025, 11, 10)]
    long = marks_of(caller, "2026-01-12", 15, "I")
    again = found(caller, first | second | long, nth("2026-01-12", 15), "sickness_return")
    assert [t.anchor for t in again] == [date(2025, 11, 10), date(2026, 1, 12)]


def test_half_days_of_sickness_warn_and_do_not_make_the_return(caller):
    marks = marks_of(caller, "2025-11-03", 16, "I", keys=("AM",))
    last = nth("2025-11-03", 16)
    assert found(caller, marks, last, "sickness_return") == []
    assert found(caller, marks, last, "sickness_warning")[0].figures == {"days": 16, "warned_at": 15}


def test_a_fit_note_brings_the_return_on_the_day_it_is_known(caller):
    note = Record(1, "fit_note", 1, date(2026, 1, 12), date(2026, 2, 6), {"symbol": "I"})
    marks = marks_of(caller, "2026-01-12", 1, "I")
    one = found(caller, marks, date(2026, 1, 12), "sickness_return", records=(note,))[0]
    assert (one.anchor, one.due.date(), one.figures["expected"]) == (date(2026, 1, 12), date(2026, 1, 12), 19)
    later = found(caller, marks_of(caller, "2026-01-12", 3, "I"), date(2026, 1, 14), "sickness_return", records=(note,))[0]
    assert (later.anchor, later.due) == (one.anchor, one.due), "moving today changes neither the finding nor its day"
    assert found(caller, marks, date(2026, 1, 12), "sickness_return") == []


# -------------------------------------------------------------------- persistent and severe absence


@pytest.mark.parametrize(
    ("missed", "of", "persistent", "severe"),
    [(12, 120, True, False), (11, 120, False, False), (32, 64, True, True), (31, 64, True, False), (28, 282, False, False), (29, 290, True, False)],
)
def test_flags_compare_whole_numbers_exactly(missed, of, persistent, severe):
    caller = host.Host([("independent_school", independent_school)]).caller(setting_context("independent_school", legal_type="independent"))
    days = STD.school_days(YEAR, date(2026, 7, 20))[: of // 2]
    symbols = ["I"] * missed + ["/"] * (of - missed)
    marks = {f"{day} {key}": symbols.pop() for day in days for key in ("AM", "PM")}
    assert bool(found(caller, marks, days[-1], "persistent_absence")) == persistent
    assert bool(found(caller, marks, days[-1], "severe_absence")) == severe


def test_sessions_that_were_not_possible_and_those_before_compulsory_age_are_left_out_of_the_share():
    caller = host.Host([("independent_school", independent_school)]).caller(setting_context("independent_school", legal_type="independent"))
    marks = marks_of(caller, "2025-09-08", 5, "Y4")
    assert found(caller, marks, date(2025, 9, 12), "persistent_absence") == []
    young = {f"{day} {key}": "I" for day in STD.school_days(YEAR, date(2025, 12, 19)) for key in ("AM", "PM")}
    marks = young | {f"{day} {key}": "/" for day in STD.school_days(date(2026, 1, 5), date(2026, 2, 13)) for key in ("AM", "PM")}
    assert found(caller, marks, date(2026, 2, 13), "severe_absence", born=date(2020, 11, 1)) == []
    assert found(caller, marks, date(2026, 2, 13), "severe_absence", born=date(2019, 11, 1))


@pytest.mark.clause("ATT-023", "ATT-095")
def test_persistent_absence_is_one_finding_with_the_policys_duty_where_the_policy_has_one(caller):
    marks = marks_of(caller, "2025-10-13", 3, "I", before=20)
    one = found(caller, marks, date(2025, 10, 15), "persistent_absence")
    assert len(one) == 1
    assert one[0].assign == ("attendance_lead",)
    assert one[0].figures["plan_required"] is True
    assert one[0].figures["missed"] == 6


# -------------------------------------------------------------------- the penalty threshold


@pytest.mark.clause("ATT-106")
def test_ten_sessions_in_ten_school_weeks_are_a_duty_to_consider_at_schools_that_may_use_notices(caller):
    marks = marks_of(caller, "2025-10-06", 5, "G", before=10)
    nine = {when: symbol for when, symbol in marks.items() if when != "2025-10-10 PM"} | {"2025-10-10 PM": "/"}
    assert found(caller, nine, date(2025, 10, 10), "penalty_threshold") == []
    one = found(caller, marks, date(2025, 10, 10), "penalty_threshold")[0]
    assert (one.anchor, one.rule, len(one.counted), one.figures["duty"]) == (date(2025, 10, 10), "PN10", 10, "to consider, not to issue")
    assert set(one.assign) == {"attendance_lead", "head"}
    assert found(caller, marks, date(2025, 10, 10), "penalty_threshold", born=date(2021, 9, 3)) == [], "not of compulsory age"
    independent = host.Host([("independent_school", independent_school)]).caller(setting_context("independent_school", legal_type="independent"))
    assert found(independent, marks, date(2025, 10, 10), "penalty_threshold") == []


def test_a_window_that_slides_on_is_one_finding_and_a_new_one_after_a_lapse_is_another(caller):
    autumn = marks_of(caller, "2025-09-15", 5, "O") | marks_of(caller, "2025-10-13", 3, "O")
    assert [len(t.counted) for t in found(caller, autumn, date(2025, 10, 15), "penalty_threshold")] == [16]
    summer = autumn | marks_of(caller, "2026-06-08", 5, "O")
    days = [t.anchor for t in found(caller, summer, date(2026, 6, 12), "penalty_threshold")]
    assert days == [date(2025, 9, 19), date(2026, 6, 12)]


# -------------------------------------------------------------------- who is told, and day six


@pytest.mark.clause("ATT-223")
def test_the_social_worker_and_the_youth_justice_worker_are_told_of_any_unexplained_absence(caller):
    marks = marks_of(caller, "2025-09-15", 1, "N") | {"2025-09-16 PM": "O", "2025-09-17 AM": "I"}
    flags = frozenset({"social_worker", "youth_justice"})
    told = found(caller, marks, date(2025, 9, 17), "unexplained_told", flags=flags)
    assert [t.anchor for t in told] == [date(2025, 9, 15), date(2025, 9, 16)]
    assert told[0].tell == ("social_worker", "youth_justice_worker")
    assert told[0].due.date() == date(2025, 9, 15)
    assert found(caller, marks, date(2025, 9, 17), "unexplained_told") == []


def test_education_is_due_from_the_sixth_school_day_of_a_suspension_that_lasts(caller):
    five = marks_of(caller, "2026-03-23", 5, "E")
    assert found(caller, five, date(2026, 3, 27), "day_six") == []
    six = marks_of(caller, "2026-03-23", 6, "E")
    one = found(caller, six, nth("2026-03-23", 6), "day_six")[0]
    assert (one.rule, one.due.date()) == ("DAY6", date(2026, 4, 13))
    known = Record(1, "suspension", 1, date(2026, 3, 23), date(2026, 4, 14), {"symbol": "E"})
    ahead = found(caller, marks_of(caller, "2026-03-23", 1, "E"), date(2026, 3, 23), "day_six", records=(known,))
    assert [t.due.date() for t in ahead] == [date(2026, 4, 13)]


@pytest.mark.clause("OTE-22")
def test_day_six_is_law_for_an_academy_and_the_house_rule_of_an_independent_school(caller):
    independent = host.Host([("independent_school", independent_school)]).caller(setting_context("independent_school", legal_type="independent"))
    for school, cites in ((caller, "SI 2007/1870"), (independent, "OTE-22")):
        one = found(school, marks_of(school, "2026-03-23", 6, "E"), nth("2026-03-23", 6), "day_six")[0]
        assert any(cites in clause for clause in one.clauses)
    bare = host.Host([("academy", academy)]).caller(setting_context("academy", legal_type="independent"))
    assert found(bare, marks_of(bare, "2026-03-23", 6, "E"), nth("2026-03-23", 6), "day_six") == []


# -------------------------------------------------------------------- where the floor lies


def test_the_baseline_is_on_for_schools_and_off_for_companies_and_providers_that_are_none():
    marks_for = {"O": "attendance_return", "I": "sickness_return"}
    for legal_type, on in (("maintained", True), ("academy", True), ("independent", True), ("non_school", False), ("company", False)):
        caller = host.Host([("academy", academy)]).caller(setting_context("academy", legal_type=legal_type))
        for symbol, kind in marks_for.items():
            marks, last = marks_of(caller, "2025-09-08", 15, symbol), nth("2025-09-08", 15)
            assert bool(found(caller, marks, last, kind)) == on, (legal_type, kind)


def test_a_setting_type_with_codes_of_its_own_has_no_statutory_findings():
    caller = caller_for(tutoring, "tutoring", legal_type="company")
    marks = history(caller, {f"{day} 10:00": "A" for day in STD.school_days(date(2025, 9, 8), date(2025, 9, 30))})
    kinds = {t.kind for t in caller.triggers(facts(caller, marks, at(date(2025, 9, 30))))}
    assert not kinds & {"n_code", "attendance_return", "sickness_return", "persistent_absence", "penalty_threshold"}


def test_a_number_that_changes_on_a_day_takes_effect_on_it_without_a_change_of_code(caller):
    stricter = caller_for(academy, "academy", house={"return.attendance_days": 8, "return.sickness_days": 10})
    assert found(stricter, marks_of(stricter, "2025-09-08", 8, "O"), nth("2025-09-08", 8), "attendance_return")
    assert found(stricter, marks_of(stricter, "2025-09-08", 10, "I"), nth("2025-09-08", 10), "sickness_return")


def test_a_calendar_without_term_dates_raises_no_error():
    bare = host.Host([("academy", academy)]).caller(setting_context("academy", calendar=Calendar(())))
    marks = history(bare, marks_of(bare, "2025-09-08", 16, "O") | marks_of(bare, "2025-11-03", 16, "I") | marks_of(bare, "2026-01-12", 8, "E"))
    assert "n_code" not in {t.kind for t in bare.triggers(facts(bare, marks, at(date(2026, 1, 30)), flags=frozenset({"social_worker"})))}


def test_a_day_that_is_closed_later_makes_the_run_shorter_and_never_the_clock(caller):
    marks = marks_of(caller, "2025-09-08", 10, "O")
    shut = Closure(date(2025, 9, 10), date(2025, 9, 10), "closure", "Burst pipe", planned=False)
    closed = caller_for(academy, "academy", calendar=Calendar(STD.periods, (*STD.closures, shut)))
    assert found(caller, marks, date(2025, 9, 19), "attendance_return")
    assert found(closed, marks, date(2025, 9, 19), "attendance_return") == []


def test_facts_are_left_as_they_were_and_asked_twice_answer_the_same(caller):
    given: Facts = facts(caller, history(caller, marks_of(caller, "2025-09-08", 15, "I")), at(date(2025, 9, 26)))
    assert caller.triggers(given) == caller.triggers(replace(given))
