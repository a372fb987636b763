"""Every clause of the main job is named by a test, or the handbook says what it waits for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intranet.law.clauses import clause, known_clauses
from intranet.law.parameters import core_parameters, load
from intranet.law.words import read_yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "intranet" / "docs" / "coverage.md"
MAIN_JOB = ("register.", "attendance.metrics", "lateness", "roll.admission", "policy.admin")
#: Case files whose rows name the clauses they prove: the test that reads a row marks itself with them.
MARKED_ROWS = ("tests/policy/cases/parameter_register.yaml",)
_MARK = re.compile(r"mark\.clause\(([^)]*)\)")
_ID = re.compile(r"\b(?:SPM|ASC|OTE|SEN|ATT)-\d+\b")


def marked() -> set[str]:
    """Return the clauses that a test names in its own words."""
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/tests/**/*.py")]
    return {one for file in files for mark in _MARK.findall(file.read_text(encoding="utf-8")) for one in _ID.findall(mark)}


def named_by_tests() -> set[str]:
    """Return these and the clauses whose value a row of a case file proves."""
    rows = [row for file in MARKED_ROWS for kind in read_yaml(ROOT / file).values() for row in kind.values()]
    return marked() | {one for row in rows for one in row["clauses"]}


def waiting() -> set[str]:
    section = PAGE.read_text(encoding="utf-8").split("## Clauses that wait")[1].split("## ")[0]
    return set(_ID.findall(section))


def test_every_clause_of_the_main_job_is_named_by_a_test_or_waits_with_a_reason():
    main = {one for one in known_clauses() if clause(one).capability.startswith(MAIN_JOB)}
    missing = sorted(main - named_by_tests() - waiting())
    assert not missing, f"Name these in a test, or say in {PAGE.name} what they wait for: {', '.join(missing)}"


def test_every_clause_that_gives_a_parameter_its_value_is_named_by_a_test():
    policies = [value for folder in ROOT.glob("plugins/*/policy") for value in load(folder, folder.parent.name, known_clauses())]
    cited = {one for value in (*core_parameters(), *policies) if value.standing != "assumption" for one in value.clauses}
    assert sorted(cited - named_by_tests()) == []


def test_nothing_waits_that_a_test_already_names():
    done = sorted(waiting() & marked())  # that a value has its test does not do what the clause asks with it
    assert not done, f"Take these off {PAGE.name}: a test names them: {', '.join(done)}"


@pytest.mark.parametrize("one", sorted(named_by_tests()))
def test_a_clause_named_by_a_test_exists(one):
    assert one in known_clauses(), f"{one} is not one of the clauses"
