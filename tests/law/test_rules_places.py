"""Opening times against guidance under a policy of the school's own."""

from dataclasses import replace
from datetime import date, time

import pytest

from intranet.law.rules_places import LIMIT, open_for
from intranet.law.windows import Window
from tests.law.asking import LAW

FORTY = {"morning": Window(time(8, 50), time(9, 30))}


@pytest.mark.clause("ATT-043")
def test_a_policy_of_forty_minutes_is_still_held_against_guidance():
    policy = replace(
        LAW.values(LIMIT)[0], value=40, standing="policy", origin="academy", citation="", clauses=("ATT-043",)
    )
    found = open_for(FORTY, LAW.plus([policy]).at(date(2026, 3, 2)))
    assert not found.holds
    assert found.figures["guidance"] == 30
    assert [(read.key, read.value, read.clauses) for read in found.read] == [(LIMIT, 40, ("ATT-043",))]
