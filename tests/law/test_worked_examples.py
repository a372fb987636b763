"""The worked examples of law and guidance, one line of YAML each."""

from datetime import time
from fractions import Fraction

import pytest

from intranet.law import ages, deadlines
from intranet.law.codes import national_codes
from intranet.law.counting import Counts, count, persistent, severe, shown, total
from intranet.law.term_dates import from_data
from intranet.law.windows import Window, propose
from tests.law.reading import cases, marks


def case_id(case):
    return str(case.get("id") or case.get("arrives"))


def counted(case):
    if "marks" in case:
        return count(marks(case["marks"], case["day"]), national_codes())
    return Counts(case["of"], case["of"] - case["absent"], 0, case["absent"])


@pytest.mark.clause("ATT-023")
@pytest.mark.parametrize("case", cases("counting"), ids=case_id)
def test_marks_come_to_the_figures_of_the_worked_example(case):
    counts = counted(case)
    found = {
        **{name: getattr(counts, name) for name in ("possible", "present", "authorised", "unauthorised", "late")},
        "late_after_close": counts.late_after_close,
        "attendance": shown(counts.attendance),
        "absence": shown(counts.absence),
        "persistent": persistent(counts, Fraction(1, 10)),
        "severe": severe(counts, Fraction(1, 2)),
    }
    wanted = {name: value for name, value in case.items() if name in found}
    assert {name: found[name] for name in wanted} == wanted
    assert counts.possible == counts.present + counts.absent


def test_two_schools_of_one_child_add_up_session_by_session():
    both = [case for case in cases("counting") if str(case["id"]).startswith("A17")]
    combined = total(counted(case) for case in both)
    assert (combined.possible, combined.present, shown(combined.attendance)) == (10, 8, "80.0%")


def test_marks_either_side_of_the_change_of_law_are_counted_together_by_their_own_law():
    old, new = (case for case in cases("counting") if str(case["id"]).startswith("A19"))
    together = count([*marks(old["marks"], old["day"]), *marks(new["marks"], new["day"])], national_codes())
    assert (together.possible, together.present, together.authorised) == (16, 12, 4)
    assert shown(together.attendance) == "75.0%"


@pytest.mark.clause("ATT-042")
@pytest.mark.clause("ATT-044")
@pytest.mark.parametrize("case", cases("arrivals"), ids=case_id)
def test_an_arrival_is_present_late_or_after_close_to_the_minute(case):
    window = Window(time(8, 50), time(9, 20))
    arrival = propose(window, time.fromisoformat(case["arrives"]), case["session"], case.get("reason"))
    assert (arrival.symbol, arrival.minutes) == (case["code"], case.get("minutes"))


def test_a_register_cannot_close_before_it_opens():
    with pytest.raises(ValueError, match=r"closes at 08:30, not after it opens at 08:50"):
        Window(time(8, 50), time(8, 30))


@pytest.mark.parametrize("case", cases("ages"), ids=case_id)
def test_compulsory_school_age_begins_and_ends_on_the_lawful_day(case):
    if "compulsory_from" in case:
        assert ages.compulsory_from(case["born"]) == case["compulsory_from"]
    if "compulsory_until" in case:
        until = ages.compulsory_until(case["born"])
        assert until == case["compulsory_until"]
        assert ages.is_compulsory(case["born"], until)
        assert not ages.is_compulsory(case["born"], until + deadlines.ONE_DAY)


DEADLINES = cases("deadlines")


@pytest.mark.clause("ATT-175")
@pytest.mark.parametrize("case", DEADLINES["cases"], ids=case_id)
def test_a_deadline_falls_on_the_day_of_the_worked_example(case):
    calendar = from_data(DEADLINES["calendar"])
    if "day_of_absence" in case:
        assert deadlines.day_of_absence(calendar, case["event"], case["day_of_absence"]) == case["due"]
        return
    if "within_days" in case:
        found = deadlines.within_days(case["event"], case["within_days"])
    else:
        found = deadlines.within_school_days(calendar, case["event"], case["within_school_days"])
    assert found == (case["due"], case["overdue"])
