"""One pass over packed years finds what the day-by-day rules find, for any marks and any calendar."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.law import columns, frames, packed, scan
from intranet.law.ages import is_compulsory
from intranet.law.calendar import Calendar, Closure, TermPeriod
from intranet.law.codes import national_codes
from intranet.law.counting import count, late_by_half_term, persistent
from intranet.law.marks import Mark
from intranet.law.parameter_values import ParameterValue
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_absence import sickness
from intranet.law.rules_penalty import pn10
from intranet.law.runs import due_from, runs
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar

CODES = national_codes()
ID = {code.symbol: code.id for code in CODES.on(date(2026, 3, 2))}
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)
KINDS = packed.classes(CODES, "H", FIRST)
STD = calendar("CAL-STD")
DAYS = [(day - FIRST).days for day in STD.school_days(FIRST, LAST)]
LATENESS = [
    ParameterValue("lateness.codes", ("L", "U"), "codes", "policy"),
    ParameterValue("lateness.persistent_count", 5, "marks", "policy"),
]
RULES = scan.rules_at(Parameters([*core_parameters(), *LATENESS]).at(date(2026, 3, 2)), CODES)

UNAUTHORISED = st.sampled_from("GNOU")
SPELL = st.tuples(st.integers(0, 364), st.integers(1, 40), st.one_of(UNAUTHORISED, st.sampled_from(["O", "I", "I", "I", "X", "Y4"]), st.just("-")))
SINGLE = st.tuples(st.integers(0, 729), st.sampled_from(["/", "L", "U", "O", "N", "I", "M", "B", "D", "X", "Y4", "#", "-"]))
CLOSURE = st.builds(
    lambda start, days, sessions: Closure(
        FIRST + timedelta(start), FIRST + timedelta(start + days), "partial" if sessions else "closure", "Closed", False, frozenset(sessions)
    ),
    st.integers(30, 350), st.integers(0, 8), st.sampled_from([(), ("AM",), ("PM",)]),
)  # fmt: skip


steady = settings(deadline=None)


@st.composite
def years(draw):
    """A pupil's year: present from joining to leaving, with spells, single marks and marks on days without school."""
    joins, leaves = draw(st.sampled_from([(0, 365), (180, 365), (0, 250)]))
    year = bytearray(732)
    spells = [(joins, leaves - joins - 1, "/"), *draw(st.lists(SPELL, max_size=6))]
    for start, days, symbol in spells:
        for at in DAYS[bisect_left(DAYS, start) : bisect_right(DAYS, start + days)]:
            year[at * 2 : at * 2 + 2] = bytes((ID.get(symbol, 0),)) * 2
    for place, symbol in draw(st.lists(SINGLE, max_size=25)):
        year[place] = ID.get(symbol, 0)
    return bytes(year)


@st.composite
def places(draw):
    """A calendar with closures of whole days and of halves, and a pupil's own plan or none."""
    school = Calendar(STD.periods, (*STD.closures, *draw(st.lists(CLOSURE, max_size=3))))
    mornings = draw(st.sampled_from([None, "Wednesdays", "always"]))
    if mornings is None:
        return school, due_from(school)
    days = STD.school_days(FIRST, LAST)
    own = {day: ("AM",) for day in days if mornings == "always" or day.weekday() == 2}
    return school, due_from(school, own=own)


def as_map(year):
    return dict(packed.marks(year, "H", FIRST))


def judged(year, frame, rules=RULES, **more):
    return scan.judge([bytes(732), year], frame, rules, KINDS, **more)


@steady
@given(years(), places())
def test_counts_and_shares_are_those_of_counting_marks(year, place):
    found = judged(year, frames.frame(place[0], FIRST, LAST))
    counts = count([Mark(no, code) for no, code in as_map(year).items()], CODES)
    assert found.counts.of(1) == type(counts)(*(getattr(counts, name) for name in vars(found.counts)))
    assert (1 in found.persistent) == persistent(counts, Fraction(1, 10)) and 0 not in found.persistent
    assert (1 in found.severe) == persistent(counts, Fraction(1, 2))


@pytest.mark.clause("SI 2024/208 reg 13(7)")
@steady
@given(years(), places(), st.dates(date(2025, 9, 1), LAST), st.sampled_from([frozenset(), RULES.neutral]))
def test_runs_are_those_of_looking_day_by_day(year, place, through, neutral):
    school, due = place
    frame = frames.frame(school, FIRST, LAST, due, through)
    found = judged(year, frame, scan.Rules(returns=RULES.returns, roll=RULES.roll, neutral=neutral))
    for rule, mine in ((RULES.returns, found.returns), (RULES.roll, found.roll)):
        slow = [run for run in runs(as_map(year), rule.codes, due, through, neutral) if run.days >= rule.needed]
        assert mine.get(1, []) == slow and 0 not in mine


def spell(days, slots, neutral=""):
    """A year present but for these days of O, on which every third session was not held where ``neutral`` is a code."""
    year = bytearray(732)
    for at in DAYS:
        year[at * 2 : at * 2 + 2] = bytes((ID["/"], ID["\\"]))
    for n, at in enumerate(days):
        for slot in slots(FIRST + timedelta(at)):
            year[at * 2 + (slot == "PM")] = ID[neutral] if neutral and n % 3 else ID["O"]
            if neutral and n % 3 == 1 and slot == "AM":
                year[at * 2] = ID["O"]
    return bytes(year)


@pytest.mark.parametrize("needed", [1, 3, 10])
@pytest.mark.parametrize("plan", ["whole days", "mornings", "Wednesday mornings", "closed on Wednesdays and Fridays"])
@pytest.mark.parametrize("neutral", ["", "Y4"])
def test_a_run_of_exactly_the_days_is_found_wherever_it_begins_and_one_a_day_shorter_is_not(needed, plan, neutral):
    mornings = {"mornings": range(5), "Wednesday mornings": (2,)}.get(plan, ())
    closed = [FIRST + timedelta(at) for at in DAYS if plan.startswith("closed") and (FIRST + timedelta(at)).weekday() in (2, 4)]
    school = Calendar(STD.periods, (*STD.closures, *(Closure(day, day, "closure", "Flood", False) for day in closed)))
    due = due_from(school, own={FIRST + timedelta(at): ("AM",) for at in DAYS if (FIRST + timedelta(at)).weekday() in mornings})
    held = [at for at in DAYS if school.is_school_day(FIRST + timedelta(at))]
    frame, codes = frames.frame(school, FIRST, LAST, due), frozenset({ID["O"]})
    rules = scan.Rules(returns=scan.Reach(codes, needed), neutral=frozenset({ID[neutral]} if neutral else ()))
    starts = range(0, len(held) - needed, 3)
    for length in (needed, needed - 1):
        many = [spell(held[n : n + length], due, neutral) for n in starts]
        found = scan.judge(many, frame, rules, KINDS).returns
        slow = {n: [run for run in runs(as_map(one), codes, due, LAST, rules.neutral) if run.days >= needed] for n, one in enumerate(many)}
        assert found == {n: those for n, those in slow.items() if those}
        assert neutral or len(found) == (len(many) if length == needed else 0)


@pytest.mark.parametrize(("last_day", "complete"), [("O-", False), ("--", False), ("-/", True), ("/-", True), ("//", True), ("O/", True)])
def test_a_run_up_to_a_day_that_is_half_marked_may_still_grow(last_day, complete):
    days = DAYS[50:61]
    year = bytearray(spell(days[:10], due_from(STD)))
    year[days[10] * 2 : days[10] * 2 + 2] = bytes(ID.get(symbol, 0) for symbol in last_day)
    through = FIRST + timedelta(days[10])
    found = scan.judge([bytes(year)], frames.frame(STD, FIRST, LAST, through=through), RULES, KINDS).returns[0]
    assert found == [run for run in runs(as_map(bytes(year)), RULES.returns.codes, due_from(STD), through) if run.days >= 10]
    assert [run.complete for run in found] == [complete]


@pytest.mark.parametrize(("missed", "possible", "flag"), [(38, 380, True), (37, 380, False), (28, 281, False), (29, 281, True), (0, 0, False), (1, 10, True)])
def test_the_share_missed_is_judged_in_whole_numbers(missed, possible, flag):
    year = bytes([ID["I"]] * missed + [ID["/"]] * (possible - missed)).ljust(732, b"\0")
    assert scan.judge([year], frames.frame(STD, FIRST, LAST), RULES, KINDS).persistent == ([0] if flag else [])


@pytest.mark.clause("SI 2024/208 reg 13(9)")
@steady
@given(years(), places())
def test_whole_days_of_sickness_are_those_of_the_sickness_rule(year, place):
    school, due = place
    slow = [day for day in sickness(as_map(year), RULES.sickness.codes, due).whole if due(day)]
    found = judged(year, frames.frame(school, FIRST, LAST, due)).sickness
    assert list(found.get(1, ())) == (slow if len(slow) >= RULES.sickness.needed else [])


@pytest.mark.clause("ATT-106")
@steady
@given(years(), places(), st.integers(2, 12), st.integers(1, 12))
def test_the_penalty_threshold_is_met_on_the_same_session_with_the_same_marks(year, place, sessions, weeks):
    school, _ = place
    frame = frames.frame(school, FIRST, LAST)
    marks = [Mark(no, code) for no, code in as_map(year).items()]
    for rule in (RULES.penalty, scan.Reach(RULES.penalty.codes, sessions, weeks)):
        slow = pn10(marks, rule.codes, school.school_weeks(FIRST, LAST), rule.needed, rule.weeks)
        found = scan.thresholds([year, bytes(732)], frame, rule)
        assert found == ({0: tuple(mark.session_no for mark in slow.counted)} if slow else {})
        assert slow is None or found[0][-1] == slow.met_on.session_no


@pytest.mark.clause("ATT-025")
@steady
@given(years(), places())
def test_late_marks_of_each_half_term_and_sessions_without_a_reason_are_found(year, place):
    school, _ = place
    found = judged(year, frames.frame(school, FIRST, LAST))
    marks = [Mark(no, code) for no, code in as_map(year).items()]
    slow = {period: those for period, those in late_by_half_term(marks, CODES, ["L", "U"], school).items() if len(those) >= 5}
    assert dict(found.lateness.get(1, ())) == {period: tuple(m.session_no for m in those) for period, those in slow.items()}
    assert found.unexplained.get(1, ()) == tuple(m.session_no for m in marks if m.code_id == ID["N"])


@steady
@given(years(), st.sampled_from([date(2021, 1, 1), date(2020, 12, 31), date(2009, 9, 1), date(2015, 5, 5), date(2024, 1, 1), None]))
def test_only_marks_at_compulsory_school_age_reach_a_threshold_of_the_law_and_all_of_them_are_counted(year, born):
    frame = frames.frame(STD, FIRST, LAST)
    found = judged(year, frame, ages=frames.ages_of([None, born], frame))
    kept = {no: code for no, code in as_map(year).items() if born is None or is_compulsory(born, Mark(no, code).day)}
    alone = judged(packed.with_marks(packed.empty("H"), FIRST, kept.items()), frame)
    assert found.counts == judged(year, frame).counts
    for name in ("persistent", "severe", "returns", "sickness", "penalty"):
        assert getattr(found, name) == getattr(alone, name), name
    for name in ("roll", "lateness", "unexplained"):
        assert getattr(found, name) == getattr(judged(year, frame), name), name


@steady
@given(st.lists(years(), min_size=2, max_size=6), st.integers(1, 4))
def test_pupils_judged_together_are_as_if_each_were_judged_alone(many, block):
    frame = frames.frame(STD, FIRST, LAST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", block)
        together = scan.judge(many, frame, RULES, KINDS)
    for n, year in enumerate(many):
        alone = scan.judge([year], frame, RULES, KINDS)
        assert together.counts.of(n) == alone.counts.of(0)
        assert [n in together.persistent, n in together.severe] == [0 in alone.persistent, 0 in alone.severe]
        for name in ("returns", "roll", "sickness", "penalty", "lateness", "unexplained"):
            assert getattr(together, name).get(n) == getattr(alone, name).get(0), name


def test_a_window_reaches_over_the_summer_into_the_next_storage_year():
    first = date(2025, 8, 1)
    joined = bytearray(365 * 2 + 732)
    late = [(date(2026, 7, 14) + timedelta(n // 2), n % 2) for n in range(6)]
    late += [(date(2026, 9, 15), 0), (date(2026, 9, 15), 1), (date(2026, 9, 22), 0), (date(2026, 10, 1), 0)]
    for day, half in late:
        joined[(day - first).days * 2 + half] = ID["O"]
    found = scan.thresholds([bytes(joined)], frames.frame(STD, first, date(2027, 7, 31)), RULES.penalty)
    assert found[0][-1] == session_no(date(2026, 10, 1), "AM") and len(found[0]) == 10


def test_a_year_in_which_the_law_changed_is_counted_by_the_law_of_each_day():
    start = date(2023, 8, 1)
    former = next(code.id for code in CODES if code.symbol == "J")
    changed = packed.with_marks(packed.empty("H"), start, [(session_no(date(2024, 7, 10), "AM"), former)])
    later = packed.with_marks(packed.empty("H"), date(2024, 8, 1), [(session_no(date(2024, 9, 10), "AM"), ID["J1"])])
    assert columns.columns([changed], packed.classes(CODES, "H", start)).present == [1]
    assert columns.columns([later], packed.classes(CODES, "H", date(2024, 8, 1))).authorised == [1]
    with pytest.raises(ValueError, match="rebuild it"):
        columns.columns([changed], packed.classes(CODES, "H", FIRST))


def test_a_threshold_that_is_not_in_force_finds_nobody():
    before = scan.rules_at(Parameters(core_parameters()).at(date(2024, 3, 1)), CODES)
    assert before.penalty is None and before.returns is not None and before.lateness is None
    full = bytes([ID["O"]]) * 732
    found = scan.judge([full], frames.frame(STD, FIRST, LAST), before, KINDS)
    assert found.penalty == found.lateness == found.sickness == {} and found.returns and found.severe == [0]


def test_no_pupils_and_no_school_days_are_no_findings():
    nothing = Calendar((TermPeriod("2025-26", "Autumn 1", date(2025, 9, 6), date(2025, 9, 7)),))
    frame = frames.frame(nothing, FIRST, LAST)
    assert scan.judge([], frame, RULES, KINDS).counts.possible == []
    found = scan.judge([bytes([ID["O"]]) * 732], frame, RULES, KINDS)
    assert found.returns == found.penalty == {} and found.severe == [0]
