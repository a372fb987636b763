"""A pupil's year as bytes, and counts that add up."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.law import packed
from intranet.law.codes import national_codes
from intranet.law.counting import count, late_by_half_term, late_marks, of_compulsory_age, percent, total
from intranet.law.marks import Mark
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from tests.law.reading import marks

CODES = national_codes()
START = date(2025, 8, 1)
NOW = {code.symbol: code.id for code in CODES.on(START)}
IDS = st.sampled_from(sorted(NOW.values()))
HALF_DAYS = st.dictionaries(
    st.builds(session_no, st.dates(START, date(2026, 7, 31)), st.sampled_from(["AM", "PM"])), IDS, max_size=60
)
TIMED = st.dictionaries(
    st.builds(session_no, st.dates(START, date(2026, 7, 31)), st.times().map(lambda at: f"{at:%H:%M}")),
    IDS,
    max_size=60,
)


@given(HALF_DAYS)
def test_a_year_of_half_days_gives_back_its_marks_in_order(year):
    blob = packed.with_marks(packed.empty("H"), START, year.items())
    assert list(packed.marks(blob, "H", START)) == sorted(year.items())
    assert packed.counts_by_code(blob, "H") == Counter(year.values())


@given(TIMED, TIMED)
def test_a_year_of_timed_sessions_gives_back_its_marks_after_changes(year, later):
    blob = packed.with_marks(packed.with_marks(packed.empty("T"), START, year.items()), START, later.items())
    assert list(packed.marks(blob, "T", START)) == sorted((year | later).items())
    assert packed.counts_by_code(blob, "T") == Counter((year | later).values())
    assert packed.layout_of(blob) == "T"


@given(HALF_DAYS)
def test_counting_bytes_agrees_with_counting_marks(year):
    blob = packed.with_marks(packed.empty("H"), START, year.items())
    counted = count([Mark(no, code_id) for no, code_id in year.items()], CODES)
    assert packed.counts(blob, packed.classes(CODES, "H", START)) == counted


@given(st.lists(HALF_DAYS, max_size=4))
def test_counts_add_up_over_pupils(years):
    each = [count([Mark(no, code_id) for no, code_id in year.items()], CODES) for year in years]
    together = count([Mark(no, code_id) for year in years for no, code_id in year.items()], CODES)
    assert total(each) == together
    assert together.possible == together.present + together.absent


@pytest.mark.parametrize("layout", ["H", "T"])
def test_code_id_nought_takes_a_mark_out(layout):
    no = session_no(date(2026, 3, 2), "AM")
    blob = packed.with_marks(packed.empty(layout), START, [(no, NOW["O"])])
    assert packed.with_marks(blob, START, [(no, 0)]) == packed.empty(layout)


def test_j_counts_as_attended_before_the_change_of_law_and_j1_as_absence_after_it_in_one_year():
    start = packed.year_start(date(2024, 8, 19))
    ids = {code.symbol: code.id for code in CODES}
    changes = [(session_no(date(2024, 8, 16), "AM"), ids["J"]), (session_no(date(2024, 8, 19), "AM"), ids["J1"])]
    for layout in ("H", "T"):
        blob = packed.with_marks(packed.empty(layout), start, changes)
        counts = packed.tally([blob, blob], packed.classes(CODES, layout, start))
        assert (counts.possible, counts.present, counts.authorised) == (4, 2, 2)


def test_a_part_of_the_year_counts_only_its_own_days():
    days = [date(2025, 10, 23), date(2025, 10, 24), date(2025, 11, 3)]
    for layout in ("H", "T"):
        blob = packed.with_marks(packed.empty(layout), START, [(session_no(day, "AM"), NOW["O"]) for day in days])
        kinds = packed.classes(CODES, layout, START, date(2025, 10, 24), date(2025, 11, 2))
        assert packed.counts(blob, kinds).unauthorised == 1


def test_a_leap_year_holds_its_last_day_and_no_session_of_the_next_year():
    start = date(2027, 8, 1)
    last = session_no(date(2028, 7, 31), "PM")
    assert list(packed.marks(packed.with_marks(packed.empty("H"), start, [(last, 2)]), "H", start)) == [(last, 2)]
    with pytest.raises(ValueError, match="choose its own year"):
        packed.with_marks(packed.empty("H"), START, [(session_no(date(2026, 8, 1), "AM"), 1)])
    with pytest.raises(ValueError, match="choose its own year"):
        packed.with_marks(packed.empty("T"), START, [(session_no(date(2025, 7, 31), "AM"), 1)])


def test_a_start_time_has_no_place_in_a_year_of_half_days():
    with pytest.raises(ValueError, match="AM and PM only"):
        packed.with_marks(packed.empty("H"), START, [(session_no(date(2026, 3, 2), "09:30"), 1)])


def test_a_damaged_year_is_not_counted():
    with pytest.raises(ValueError, match="rebuild it"):
        packed.counts(bytes([250]) + bytes(731), packed.classes(CODES, "H", START))


def test_a_thousand_pupil_years_are_counted_together():
    days = calendar("CAL-STD").school_days(START, date(2026, 7, 31))
    full = [(session_no(day, key), NOW["/" if key == "AM" else "\\"]) for day in days for key in ("AM", "PM")]
    blobs = [packed.with_marks(packed.empty("H"), START, [*full, (full[n % 380][0], NOW["I"])]) for n in range(1000)]
    kinds = packed.classes(CODES, "H", START)
    counts = packed.tally(blobs, kinds)
    assert (counts.possible, counts.authorised) == (380_000, 1000)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 8, "12.5"), (28, 281, "10.0"), (1, 16, "6.3"), (1, 3, "33.3"), (0, 5, "0.0"), (5, 5, "100.0")],
)
def test_percentages_are_shown_to_one_decimal_half_up(part, whole, shown):
    assert str(percent(Fraction(part, whole))) == shown


def test_missing_marks_make_figures_provisional_and_are_neither_possible_nor_absent():
    counts = count(marks("/ \\", date(2026, 3, 2)), CODES, missing=2)
    assert (counts.possible, counts.absent, counts.missing, counts.provisional) == (2, 0, 2, True)


@pytest.mark.clause("ATT-025")
def test_late_marks_begin_again_from_nothing_each_half_term():
    late = [Mark(session_no(date(2025, 10, 22) + timedelta(days=n), "AM"), NOW["L"], 5) for n in range(3)]
    late += [
        Mark(session_no(date(2025, 11, 3), "AM"), NOW["L"], 5),
        Mark(session_no(date(2025, 11, 3), "PM"), NOW["U"]),
    ]
    found = late_by_half_term(late, CODES, ["L"], calendar("CAL-STD"))
    assert {period.name: len(rows) for period, rows in found.items()} == {"Autumn 1": 3, "Autumn 2": 1}
    assert len(late_marks(late, CODES, ["L", "U"])) == 5


def test_only_sessions_of_compulsory_school_age_count_towards_thresholds():
    around = marks("O O O O", date(2026, 3, 30))
    assert [mark.day for mark in of_compulsory_age(around, date(2021, 2, 1))] == [date(2026, 3, 31)] * 2
