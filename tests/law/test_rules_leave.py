"""Leave and exclusions where a case of YAML does not reach: a policy of the school's own, conditions that nobody knows."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from intranet.law.parameters import ParameterError, Parameters, ParameterValue
from intranet.law.rules_exclusion import Exclusion, day6
from intranet.law.rules_leave import CONDITIONS, LeaveRequest, SchoolDay, leave
from tests.law.asking import LAW, W

DAY = date(2026, 3, 16)
REQUEST = LeaveRequest("other", datetime(2026, 3, 2, 9), (SchoolDay(DAY, time(8, 50)),), exceptional=True)
PURPOSES = ("employment", "interview", "study", "part_time", "part_time_before", "part_time_after", "other")


def with_value(key, value, **more):
    said = ParameterValue(key, value, "-", "policy", clauses=("OTE-22",), origin="independent_school", **more)
    return Parameters((*LAW, said)).at(DAY)


@pytest.mark.clause("OTE-22")
def test_an_independent_schools_own_policy_arranges_education_from_the_sixth_day():
    facts = Exclusion(date(2026, 3, 24), "independent", date(2026, 4, 17))
    found = day6(facts, W, with_value("suspension.provision_day", 6))
    assert (found.holds, found.on, found.figures["own_rule"]) == (True, date(2026, 4, 14), True)
    assert found.says.startswith("By its own policy the school")
    permanent = day6(replace(facts, permanent=True, last=None), W, with_value("suspension.provision_day", 6))
    assert not permanent.holds


def changed(key, value, first=date(2024, 8, 19)):
    """The law with another value of a key from a day on."""
    kept = [one for one in LAW if one.key != key or one.effective_from < first]
    known = next(one for one in LAW if one.key == key)
    return Parameters((*kept, replace(known, value=value, effective_from=first, effective_to=None)))


def test_a_school_for_which_no_provision_day_is_written_is_asked_for_nothing():
    silent = Parameters(value for value in LAW if value.holds_for("", "independent")).at(DAY)
    assert silent.get("suspension.provision_day") is None
    found = day6(Exclusion(DAY, "independent", date(2026, 4, 17)), W, silent)
    assert not found.holds and "No law asks" in found.says


@pytest.mark.clause("ATT-085")
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_names_conditions_that_are_known(purpose):
    for day in (date(2013, 9, 1), date(2024, 8, 18), date(2024, 8, 19), DAY):
        needs = LAW.at(day)[f"leave.{purpose}_needs"]
        assert set(needs) <= set(CONDITIONS)
        assert "given by an authorised person" in needs


def test_a_condition_that_nobody_knows_is_refused_rather_than_passed_over():
    with pytest.raises(ParameterError, match="`a full moon` is not a condition of leave"):
        leave(REQUEST, changed("leave.other_needs", ("a full moon",)).at(DAY))


def test_leave_changes_on_the_day_its_data_changes_with_no_change_of_code():
    law = changed("leave.other_code", "C9", DAY)
    assert leave(REQUEST, law.at(DAY)).figures["code"] == "C9"
    assert leave(REQUEST, law.at(date(2026, 3, 15))).figures["code"] == "C"


@pytest.mark.clause("ATT-084")
def test_leave_given_by_nobody_with_authority_says_whose_it_is_to_give():
    found = leave(replace(REQUEST, decided_by_authorised=False, exceptional=False), LAW.at(DAY))
    assert not found.holds and found.on is None and found.figures["granted"] == ()
    assert found.missing == ("Leave must be given by an authorised person.", "There must be exceptional circumstances.")
