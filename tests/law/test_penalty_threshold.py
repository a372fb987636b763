"""The national threshold for considering a penalty notice."""

from datetime import date

import pytest

from intranet.law.calendar import Calendar, Closure
from intranet.law.codes import national_codes
from intranet.law.marks import Mark
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_penalty import pn10
from intranet.law.sessions import session_no
from intranet.law.term_dates import from_data
from tests.law.reading import cases

W = from_data(cases("deadlines")["calendar"])
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES}


def marks_of(rows):
    return [
        Mark(session_no(day, key), ID[symbol])
        for day, symbols in rows.items()
        for key, symbol in zip(("AM", "PM"), symbols.split(), strict=True)
        if symbol != "-"
    ]


def threshold(marks, school=W):
    law = Parameters(core_parameters()).at(marks[-1].day)
    weeks = school.school_weeks(school.periods[0].first, school.periods[-1].last)
    relevant = CODES.ids(law["penalty.codes"])
    return pn10(marks, relevant, weeks, law["penalty.threshold_sessions"], law["penalty.window_weeks"])


@pytest.mark.clause("ATT-106")
@pytest.mark.parametrize("case", cases("penalty"), ids=lambda case: str(case["id"]))
def test_the_threshold_is_met_on_the_session_of_the_worked_example(case):
    found = threshold(marks_of(case["marks"]))
    assert (f"{found.met_on.day} {found.met_on.key}" if found else "never") == case["met"]
    assert found is None or len(found.counted) == 10


def test_a_week_of_cancelled_sessions_is_skipped_so_that_the_window_ends_a_week_later():
    rows = {date(2026, 1, 20 + n): "O O" for n in range(4)} | {date(2026, 1, 26): "O -", date(2026, 4, 22): "O -"}
    rows[date(2026, 1, 26)] = "O -"
    marks = marks_of(rows)
    assert threshold(marks) is None
    flood = Closure(date(2026, 3, 2), date(2026, 3, 6), "closure", "Flood", planned=False)
    assert threshold(marks, Calendar(W.periods, (*W.closures, flood))).met_on.day == date(2026, 4, 22)
