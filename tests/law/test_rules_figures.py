"""Every counted example judged by the rules of persistent and severe absence, and late marks by the codes of a setting."""

from datetime import date
from fractions import Fraction

import pytest

from intranet.law.codes import national_codes
from intranet.law.counting import Counts, count, late_marks, shown
from intranet.law.rules_figures import pa, sa
from tests.law.asking import LAW, W
from tests.law.reading import cases, marks

DAY = date(2026, 3, 2)


def judged(case):
    """The counts of an example and the answers of both rules about them."""
    given = marks(case["marks"], case["day"]) if "marks" in case else None
    counts = (
        Counts(case["of"], case["of"] - case["absent"], case["absent"])
        if given is None
        else count(given, national_codes())
    )
    return counts, pa(counts, LAW.at(DAY)), sa(counts, LAW.at(DAY))


@pytest.mark.clause("ATT-023")
@pytest.mark.parametrize("case", cases("counting"), ids=lambda case: str(case["id"]))
def test_the_rules_agree_with_the_counts_of_every_worked_example(case):
    counts, persistent, severe = judged(case)
    assert case.get("persistent", persistent.holds) == persistent.holds
    assert case.get("severe", severe.holds) == severe.holds
    assert persistent.holds or not severe.holds
    assert persistent.figures["shown"] == shown(counts.absence)
    assert persistent.figures["rate"] == Fraction(1, 10) and severe.figures["rate"] == Fraction(1, 2)


@pytest.mark.parametrize("possible", [1, 2, 9, 10, 11, 20, 57])
def test_what_would_change_a_persistent_absence_does_change_it_and_one_less_does_not(possible):
    for absent in range(possible + 1):
        answer = pa(Counts(possible, possible - absent, absent), LAW.at(DAY))
        n = int(answer.would_change[0].split()[0])
        if answer.holds:
            after = [Counts(possible, possible - absent + k, absent - k) for k in (n - 1, n)]
        else:
            after = [Counts(possible + k, possible - absent, absent + k) for k in (n - 1, n)]
        assert [pa(counts, LAW.at(DAY)).holds for counts in after] == [answer.holds, not answer.holds]


def test_the_pupil_who_joined_in_february_had_fifty_possible_sessions():
    assert 2 * W.count(date(2026, 2, 23), date(2026, 3, 27)) == 50


@pytest.mark.clause("ATT-025")
@pytest.mark.parametrize("case", cases("late_marks"), ids=lambda case: case["id"])
def test_late_marks_are_those_with_the_codes_that_the_setting_says(case):
    found = late_marks(marks(case["marks"], DAY), national_codes(), case["late codes"])
    assert len(found) == case["late"]
