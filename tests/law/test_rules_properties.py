"""What holds of the rules whatever the facts: counted plainly, cleared by an amendment, never hurried by a holiday."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.law.calendar import Calendar, Closure
from intranet.law.rules_absence import Absence, abs20, att10
from intranet.law.rules_register import keep6, n5
from intranet.law.runs import due_from
from intranet.law.sessions import session_no
from tests.law.asking import CODES, HALVES, LAW, W

DAYS = W.school_days(date(2025, 11, 3), date(2026, 1, 30))
ID = {code.symbol: code.id for code in CODES}
FEW = settings(max_examples=60, deadline=None)
SYMBOLS = st.sampled_from(["O", "O", "O", "O", "O", "N", "G", "U", "I", "/"])
DAY_CODES = st.lists(st.tuples(SYMBOLS, SYMBOLS), min_size=1, max_size=len(DAYS))


def facts(codes, born=None):
    marks = {
        session_no(day, key): ID[symbol]
        for day, pair in zip(DAYS, codes, strict=False)
        for key, symbol in zip(HALVES, pair, strict=True)
    }
    return Absence(marks, due_from(W), CODES, born)


def trailing(codes, allowed):
    """How many days at the end have only these codes, counted the plain way."""
    days = 0
    for pair in reversed(codes):
        if not set(pair) <= set(allowed):
            break
        days += 1
    return days


@FEW
@given(DAY_CODES)
def test_a_run_is_what_counting_back_day_by_day_gives(codes):
    today = DAYS[len(codes) - 1]
    params = LAW.at(today)
    for rule, allowed, needed in ((att10, "GNOU", 10), (abs20, "GNO", 20)):
        answer = rule(facts(codes), today, params)
        days = trailing(codes, allowed)
        assert (answer.figures["days"], answer.holds) == (days, days >= needed)
        assert len(answer.counted) == 2 * days
        assert answer.on == (DAYS[len(codes) - days + needed - 1] if days >= needed else None)


@FEW
@given(st.integers(10, 20), st.integers(0, 19), st.sampled_from(HALVES))
def test_an_amendment_of_one_of_the_last_ten_days_ends_the_return(length, back, half):
    found = facts([("O", "O")] * length)
    today = DAYS[length - 1]
    assert att10(found, today, LAW.at(today)).holds
    changed = DAYS[length - 1 - back % 10]
    amended = Absence({**found.marks, session_no(changed, half): ID["I"]}, found.due, CODES)
    assert not att10(amended, today, LAW.at(today)).holds


@FEW
@given(st.integers(0, 40), st.integers(0, 30), st.integers(1, 5))
def test_a_closure_never_shortens_the_clock_of_an_n(n, after, length):
    no = session_no(DAYS[n], "AM")
    first = DAYS[n] + timedelta(days=after)
    closed = Closure(first, first + timedelta(days=length - 1), "closure", "Storm", planned=False)
    before, since = (n5(no, school, LAW.at(DAYS[n])).on for school in (W, Calendar(W.periods, (*W.closures, closed))))
    assert since >= before


@FEW
@given(st.dates(date(2006, 9, 1), date(2030, 12, 31)))
def test_an_entry_of_a_later_day_is_never_removed_before_one_of_an_earlier_day(entry):
    day, following = entry, entry + timedelta(days=1)
    kept, longer = (keep6(made, day, LAW.at(day)).on for made in (day, following))
    assert entry < kept <= longer
