"""What makes the five kinds of setting different: sessions, windows, marks, admission."""

from __future__ import annotations

from datetime import date, time

import pytest

from intranet.extension.api import Known, MarkChange, Placement, PupilFacts, Request
from intranet.testing import FIRST_DAY, at, booking, caller_for, facts, history, placement
from plugins import academy, alternative_provision, independent_school, primary_school, tutoring
from plugins.alternative_provision.plans import week_of
from plugins.tutoring import rules

WEDNESDAY = date(2025, 10, 8)


def school(plugin, key, legal_type="academy", **more):
    return caller_for(plugin, key, legal_type=legal_type, **more)


def slots(caller, day=WEDNESDAY, **more):
    return caller.sessions(day, [placement(caller, **more)]).get(1, ())


@pytest.mark.clause("ATT-039", "ATT-042", "ATT-043", "ATT-046", "ATT-152")
def test_the_academy_has_a_morning_and_an_afternoon_with_windows():
    found = [(slot.key, slot.opens, slot.closes) for slot in slots(school(academy, "academy"))]
    assert found == [("AM", time(8, 50), time(9, 30)), ("PM", time(13), time(13, 30))]


@pytest.mark.clause("ATT-042", "ATT-044", "ATT-046")
@pytest.mark.parametrize(
    ("key", "arrival", "symbol", "minutes"),
    [
        ("AM", "08:50", "/", None), ("AM", "08:51", "L", 1), ("AM", "09:29", "L", 39), ("AM", "09:30", "U", 40),
        ("PM", "13:00", "\\", None), ("PM", "13:10", "L", 10), ("PM", "13:29", "L", 29), ("PM", "13:30", "U", 30),
    ],
)  # fmt: skip
def test_an_arrival_at_the_academy_is_compared_to_the_minute(key, arrival, symbol, minutes):
    caller = school(academy, "academy")
    slot = next(slot for slot in slots(caller) if slot.key == key)
    found = caller.propose_mark(slot, PupilFacts(1, None, None), Known("arrival", at=at(WEDNESDAY, arrival)), WEDNESDAY)
    assert (found.symbol, found.minutes) == (symbol, minutes)


@pytest.mark.clause("OTE-08", "ASC-17")
@pytest.mark.parametrize(
    ("plugin", "key", "legal"),
    [(primary_school, "primary_school", "maintained"), (independent_school, "independent_school", "independent")],
)
def test_the_primary_and_the_independent_school_take_registers_twice_a_day(plugin, key, legal):
    assert [slot.key for slot in slots(school(plugin, key, legal))] == ["AM", "PM"]


@pytest.mark.clause("ATT-050", "SEN-037")
@pytest.mark.parametrize(("plugin", "key"), [(academy, "academy"), (alternative_provision, "alternative_provision"), (primary_school, "primary_school")])
def test_schools_and_the_provision_use_the_national_codes(plugin, key):
    assert {"/", "\\", "L", "B", "C1", "Y7", "N"} <= {code.symbol for code in school(plugin, key).codes.on(WEDNESDAY)}


@pytest.mark.clause("SPM-09")
def test_two_bookings_in_one_day_are_two_sessions_and_no_half_days():
    caller = school(tutoring, "tutoring", "company")
    records = (booking(2, WEDNESDAY, "14:00", "15:00"), booking(1, WEDNESDAY, "10:00", "11:00"))
    assert [(slot.key, slot.ends, slot.closes) for slot in slots(caller, records=records)] == [("10:00", time(11), None), ("14:00", time(15), None)]


@pytest.mark.clause("SPM-09")
def test_a_weekly_booking_recurs_until_its_last_day_and_a_single_one_does_not():
    weekly = booking(1, WEDNESDAY, "10:00", "11:00", repeating="weekly")
    once = booking(2, WEDNESDAY, "10:00", "11:00")
    days = [date(2025, 10, 8), date(2025, 10, 9), date(2025, 10, 15), date(2025, 10, 22)]
    assert [rules.falls_on(weekly, day) for day in days] == [True, False, True, True]
    assert [rules.falls_on(once, day) for day in days] == [True, False, False, False]


@pytest.mark.clause("SPM-10")
def test_a_national_code_is_refused_and_the_three_marks_are_listed():
    caller = school(tutoring, "tutoring", "company")
    slot = slots(caller, records=(booking(1, WEDNESDAY, "10:00", "11:00"),))[0]
    found = caller.check_mark(MarkChange(PupilFacts(1, None, None), slot, "I", at(WEDNESDAY, "10:20")))
    assert [one.message for one in found] == ["“I” is not a mark here. The three marks are present, absent and late: choose one of them."]


@pytest.mark.clause("SPM-18")
def test_late_marks_outside_the_window_are_no_pattern():
    caller = school(tutoring, "tutoring", "company", house={"tutoring.lateness.count": 3, "tutoring.lateness.window_days": 28})
    sparse = history(caller, {"2025-09-04 10:00": "L", "2025-09-18 10:00": "L", "2025-10-02 10:00": "L"})
    dense = history(caller, {"2025-09-04 10:00": "L", "2025-09-18 10:00": "L", "2025-10-01 10:00": "L"})
    assert [t for t in caller.triggers(facts(caller, sparse, at(WEDNESDAY))) if t.kind == "lateness_pattern"] == []
    assert len([t for t in caller.triggers(facts(caller, dense, at(WEDNESDAY))) if t.kind == "lateness_pattern"]) == 1


@pytest.mark.clause("SPM-16", "SPM-17")
def test_repeated_absence_is_reported_to_the_dsl_and_the_commissioner_once_numbers_are_set():
    house = {"tutoring.repeated_absence.count": 2, "tutoring.repeated_absence.window_sessions": 4}
    marks = {"2025-09-04 10:00": "A", "2025-09-11 10:00": "P", "2025-09-18 10:00": "AR", "2025-09-25 10:00": "P"}
    silent, told = school(tutoring, "tutoring", "company"), school(tutoring, "tutoring", "company", house=house)
    assert "repeated_absence" not in {t.kind for t in silent.triggers(facts(silent, history(silent, marks), at(WEDNESDAY)))}
    found = [t for t in told.triggers(facts(told, history(told, marks), at(WEDNESDAY))) if t.kind == "repeated_absence"]
    assert [(t.tell, t.figures["triggered_on"]) for t in found] == [(("dsl", "commissioner"), "2025-09-18")]


@pytest.mark.clause("SPM-05")
def test_tuition_needs_a_commissioner():
    caller = school(tutoring, "tutoring", "company")
    bare = Request("admission", caller.setting, PupilFacts(0, None, None), FIRST_DAY)
    assert caller.assess(bare).missing == ("commissioner",)
    assert caller.assess(Request("admission", caller.setting, bare.pupil, FIRST_DAY, {"commissioner": "Weatherby Council"})).allowed


@pytest.mark.clause("SEN-036", "SEN-012")
@pytest.mark.parametrize(
    ("pattern", "monday", "thursday"),
    [
        ("Monday and Tuesday mornings", ("AM",), ()),
        ("Mon to Wed mornings; Thu 10:00 to 11:30", ("AM",), ("10:00-11:30",)),
        ("Mon-Fri", ("AM", "PM"), ("AM", "PM")),
        ("Thursday afternoons", (), ("PM",)),
        ("whenever", (), ()),
    ],
)
def test_a_pattern_in_words_says_which_sessions_are_commissioned(pattern, monday, thursday):
    week = week_of(pattern)
    assert (week[0], week[3]) == (monday, thursday)


@pytest.mark.clause("SEN-008", "SEN-012")
def test_model_a_comes_every_session_and_model_b_only_when_commissioned():
    caller = school(alternative_provision, "alternative_provision", "non_school")
    a, b = (Placement(n, n, model, FIRST_DAY, None) for n, model in enumerate(("model_a", "model_b"), start=1))
    found = caller.sessions(WEDNESDAY, [a, b])
    assert [slot.key for slot in found[1]] == ["AM", "PM"]
    assert 2 not in found


@pytest.mark.clause("SEN-017")
def test_the_provision_needs_a_placement_model():
    caller = school(alternative_provision, "alternative_provision", "non_school")
    request = Request("admission", caller.setting, PupilFacts(0, date(2017, 5, 4), None), FIRST_DAY)
    assert caller.assess(request).missing == ("placement model",)


@pytest.mark.clause("OTE-03")
def test_the_independent_school_asks_for_the_weekly_offer():
    caller = school(independent_school, "independent_school", "independent")
    bare = Request("admission", caller.setting, PupilFacts(0, None, None), FIRST_DAY)
    assert "weekly offer" in caller.assess(bare).warnings[0]
    assert caller.assess(Request("admission", caller.setting, bare.pupil, FIRST_DAY, {"sessions_per_week": 10})).warnings == ()


@pytest.mark.clause("OTE-19")
def test_nobody_is_missed_before_the_agreed_day_has_ended_or_when_they_came():
    caller = school(independent_school, "independent_school", "independent")
    assert caller.triggers(facts(caller, [], at(FIRST_DAY, "15:29"))) == []
    assert [t.kind for t in caller.triggers(facts(caller, [], at(FIRST_DAY, "15:30")))] == ["non_arrival"]
    came = history(caller, {"2025-09-03 AM": "N", "2025-09-03 PM": "L"})
    assert "non_arrival" not in {t.kind for t in caller.triggers(facts(caller, came, at(FIRST_DAY, "15:30")))}


PRINTED, NOW = date(2024, 7, 1), date(2025, 9, 15)
SETS = {
    ("present", "approved_educational_activity"): ({*"/\\LBJPVW"}, {*"/\\LBKPVW"}),
    ("authorised_absence",): ({*"CEHIMRST"}, {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"}),
    ("unauthorised_absence",): ({*"GNOU"}, {*"GNOU"}),
    ("not_possible", "administrative"): ({*"DXYZ#"}, {"D", "Q", "X", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Z", "#"}),
}


@pytest.mark.clause("ATT-040", "ATT-050", "ATT-069", "ATT-071", "ATT-172", "ATT-173", "ATT-174", "ATT-176")
@pytest.mark.parametrize("classes", SETS, ids="-".join)
def test_the_academys_code_table_is_the_one_in_force_on_the_day(classes):
    codes = school(academy, "academy").codes
    found = [{code.symbol for code in codes.on(day) if code.category in classes} for day in (PRINTED, NOW)]
    assert found == list(SETS[classes])


@pytest.mark.clause("ATT-017", "ATT-176")
def test_what_is_neither_present_nor_possible_counts_as_neither():
    codes = school(academy, "academy").codes.on(NOW)
    assert (codes.get("U").counts_possible, codes.get("U").counts_present) == (True, False)
    assert not any(codes.get(symbol).counts_possible for symbol in ("D", "X", "Y2", "Z", "#"))
