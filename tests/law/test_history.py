"""A history gives the same marks, codes and selections as the list of all its marks."""

from __future__ import annotations

from datetime import date

import pytest

from intranet.law import history, packed
from intranet.law.history import History
from intranet.law.marks import Mark
from intranet.law.sessions import day_range, session_no

DAYS = (date(2025, 9, 1), date(2025, 9, 2), date(2026, 7, 20), date(2026, 9, 3), date(2026, 9, 4))
KEYS = {"H": ("AM", "PM"), "T": ("09:00", "14:15")}


def _made(layout: str) -> tuple[History, list[Mark]]:
    marks = [Mark(session_no(day, key), 1 + (i + j) % 3) for i, day in enumerate(DAYS) for j, key in enumerate(KEYS[layout])]
    years = []
    for start in (date(2025, 8, 1), date(2026, 8, 1)):
        pairs = [(m.session_no, m.code_id) for m in marks if packed.year_start(m.day) == start]
        years.append((layout, start, packed.with_marks(packed.empty(layout), start, pairs)))
    return History(years), marks


@pytest.mark.parametrize("layout", ["H", "T"])
def test_a_history_reads_like_the_list_of_its_marks(layout):
    made, marks = _made(layout)
    assert list(made) == marks and len(made) == len(marks) and made[-1] == marks[-1] and made[2:4] == marks[2:4]
    assert made == marks
    assert history.as_map(made) == history.as_map(marks)


@pytest.mark.parametrize("layout", ["H", "T"])
def test_choosing_codes_finds_the_same_marks_as_looking_at_each(layout):
    made, marks = _made(layout)
    for ids in ({1}, {2, 3}, set(), {0, 1}, {99}):
        assert history.only(made, ids) == history.only(marks, ids)


@pytest.mark.parametrize("layout", ["H", "T"])
def test_codes_between_two_days_stop_at_those_days(layout):
    made, marks = _made(layout)
    assert history.codes(made) == history.codes(marks)
    for first, last in ((DAYS[0], DAYS[0]), (DAYS[1], DAYS[3]), (DAYS[3], DAYS[4]), (date(2024, 1, 1), date(2024, 12, 31))):
        assert history.codes(made, *day_range(first, last)) == history.codes(marks, *day_range(first, last))
