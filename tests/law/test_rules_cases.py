"""The rules of register, absence, figures, returns and leave, one worked example a line of YAML."""

import pytest

from intranet.law.answers import rule
from tests.law.asking import ASKED, ask, compare, worked


@pytest.mark.parametrize("case", worked(), ids=lambda case: f"{case['rule']} {case['id']}")
def test_a_rule_answers_as_the_worked_example_says(case):
    answer, params = ask(case)
    assert compare(case, answer) == []
    assert answer.rule == case["rule"] and answer.says.endswith(".")
    undeclared = {read.key for read in params.trail} - set(rule(case["rule"]).parameters)
    assert not undeclared, f"{case['rule']} reads {undeclared}: name them in its row"
    assert answer.read == params.trail


@pytest.mark.parametrize("rule_id", ASKED)
def test_a_rule_reads_every_parameter_that_its_row_names(rule_id):
    found = {read.key for case in worked() if case["rule"] == rule_id for read in ask(case)[1].trail}
    assert found == set(rule(rule_id).parameters)


@pytest.mark.parametrize("rule_id", ASKED)
def test_a_rule_has_an_example_that_it_holds_and_one_that_it_does_not(rule_id):
    assert {ask(case)[0].holds for case in worked() if case["rule"] == rule_id} == {True, False}
