"""Codes in two eras, and session numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.law.codes import Code, CodeTable, national_codes
from intranet.law.counting import count
from intranet.law.marks import Mark
from intranet.law.sessions import day_range, session_no, session_of

CODES = national_codes()
KEYS = st.one_of(st.sampled_from(["AM", "PM"]), st.times().map(lambda at: f"{at:%H:%M}"))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), KEYS)
def test_a_session_number_gives_back_its_day_and_key(day, key):
    no = session_no(day, key)
    found = session_of(no)
    assert (found.day, found.key) == (day, key)
    low, high = day_range(day, day)
    assert low <= no <= high


def test_session_numbers_run_in_order_of_time():
    day = date(2026, 3, 2)
    keys = ["AM", "PM", "00:00", "09:30", "23:59"]
    assert sorted(session_no(day, key) for key in keys) == [session_no(day, key) for key in keys]
    assert session_no(day, "23:59") < session_no(date(2026, 3, 3), "AM")


@pytest.mark.parametrize("key", ["am", "24:00", "9:30", "09:60", "", "lunch"])
def test_a_key_that_is_no_session_is_refused_in_words(key):
    with pytest.raises(ValueError, match=r"is not a session: a session is AM, PM or a start time such as 09:30"):
        session_no(date(2026, 3, 2), key)


@pytest.mark.clause("ATT-176")
def test_there_are_thirty_four_codes_since_19_august_2024_and_the_old_ones_before():
    new, old = CODES.on(date(2024, 8, 19)), CODES.on(date(2024, 8, 18))
    assert len(new) == 34
    assert [symbol for symbol in ("H", "J", "Y", "F") if symbol in new] == []
    assert [symbol for symbol in ("K", "J1", "C1", "C2", "Q", "Y1", "Y7") if symbol in old] == []
    assert {"H", "J", "Y"} <= {code.symbol for code in old}


@pytest.mark.parametrize(
    ("symbol", "day", "words"),
    [
        ("H", date(2024, 9, 5), "it ended on 18 August 2024. Use C (or G if not granted)."),
        ("J", date(2024, 8, 19), "Use J1."),
        ("Y", date(2026, 1, 5), "Use Y1-Y7."),
        ("J1", date(2024, 8, 18), "it begins on 19 August 2024. Before then use J."),
        ("Q", date(2024, 7, 1), "there was no such code"),
        ("ZZ", date(2026, 1, 5), '"ZZ" is not a register code.'),
    ],
)
@pytest.mark.clause("ATT-172")
def test_a_code_of_the_other_era_is_explained_with_its_replacement(symbol, day, words):
    assert words in CODES.on(day).explain(symbol)


def test_a_code_in_force_needs_no_explaining():
    assert CODES.on(date(2026, 1, 5)).explain("C2") == ""


def test_an_id_belongs_to_the_symbol_in_both_eras():
    old, new = CODES.on(date(2024, 8, 18)), CODES.on(date(2024, 8, 19))
    shared = [code for code in old if code.symbol in new]
    assert len(shared) > 20
    assert all(new.get(code.symbol).id == code.id for code in shared)
    assert all(1 <= code.id <= 99 for code in CODES)


def test_every_code_of_today_has_a_statute_a_meaning_and_guidance():
    assert all(code.statute_ref and code.meaning and code.guidance and code.name for code in CODES)


def test_b_k_and_y7_need_a_note_and_slash_is_for_mornings():
    now = CODES.on(date(2026, 1, 5))
    assert {code.symbol for code in now if code.note_required} == {"B", "K", "Y7"}
    assert now.get("/").allows("AM") and not now.get("/").allows("PM")
    assert now.get("\\").allows("14:00") and not now.get("\\").allows("09:00")


TUTORING = CodeTable(
    [
        Code(100, "present", "Present", "present", "present", True, True),
        Code(101, "absent", "Absent, no reason yet", "unauthorised_absence", "unexplained", True, False),
        Code(102, "late", "Late", "present", "late", True, True),
        Code(103, "absent with a reason", "Absent with a reason", "authorised_absence", "authorised", True, False),
    ]
)


@pytest.mark.clause("SPM-10")
def test_a_plugin_may_bring_its_own_small_set_of_codes():
    day = date(2026, 3, 2)
    counts = count([Mark(session_no(day, f"{9 + n:02d}:00"), 100 + n) for n in range(4)], TUTORING)
    assert (counts.possible, counts.present, counts.late, counts.authorised, counts.unauthorised) == (4, 2, 1, 1, 1)


def test_two_symbols_cannot_share_an_id():
    twice = [
        Code(100, "a", "A", "present", "present", True, True),
        Code(100, "b", "B", "present", "present", True, True),
    ]
    with pytest.raises(ValueError, match="belongs to both a and b"):
        CodeTable(twice)


def test_a_mark_whose_code_was_not_yet_law_is_refused_with_its_day():
    j1 = CODES.on(date(2026, 1, 5)).get("J1").id
    with pytest.raises(ValueError, match=r"2024-07-01 AM cannot be counted. J1 is not in force"):
        count([Mark(session_no(date(2024, 7, 1), "AM"), j1)], CODES)
