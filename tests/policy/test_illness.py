"""How long a spell of illness is and when the academy asks for evidence, one case a line of YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from intranet.extension.api import Request
from intranet.law.words import read_yaml
from intranet.registers.followup_prompts import weekdays
from intranet.registers.followup_rules import spell
from intranet.testing import at, caller_for, facts
from plugins import academy

CASES = read_yaml(Path(__file__).parent / "cases" / "illness.yaml")


@pytest.mark.clause("ATT-073", "ATT-074")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_spell_of_illness_is_as_long_and_is_asked_about_when_the_policy_says(case):
    caller, day = caller_for(academy, "academy"), case["asked on"]
    days = spell(case["ill"], case.get("attended", ()), day)
    assert (days[0], len(days)) == (case["begins"], case["days"])
    pupil = facts(caller, [], at(day)).pupil
    answer = caller.assess(Request("evidence", caller.setting, pupil, day, {"days": days, "weekdays": weekdays(days)}))
    assert bool(answer.warnings) is case["asks"]
    assert answer.allowed, "evidence that is missing changes no code by itself"
