"""The catalogue of rules: what its files refuse, that every rule has a function, and that every worked example is there."""

import re
from datetime import date
from inspect import signature

import pytest

from intranet.errors import ConfigError
from intranet.extension import law_files
from intranet.extension.law_files import law_stands
from intranet.law import grounds, measures
from intranet.law.answers import Answer, answer, not_in_force, rule, rules
from intranet.law.catalogue import JUDGES, judges
from intranet.law.clauses import known_clauses
from intranet.law.parameters import ParameterError, Parameters, core_parameters
from intranet.law.rule_files import load_rules
from tests.law.asking import worked
from tests.law.reading import CASES, cases

LAW = Parameters(core_parameters())
CATALOGUE = (
    "N5 NOTE Y4ALL AMEND BACKUP KEEP6 ADD0 NEW5 DEL ATT10 SICK15 LEAVE10 ABS20 PN10 PN3Y PNPAY DAY6 CTF15 PA SA AGE"
).split()


def refused(folder):
    with pytest.raises(ParameterError) as refusal:
        load_rules(folder, known_clauses(), LAW.keys())
    return str(refusal.value)


@pytest.mark.parametrize("case", cases("bad_rules"), ids=lambda case: case["name"])
def test_a_badly_written_rule_is_refused_with_place_and_remedy(case, tmp_path):
    (tmp_path / "bad.yaml").write_text(case["text"], encoding="utf-8")
    said = refused(tmp_path)
    assert [words for words in case["says"] if words not in said] == []


def test_the_same_rule_in_two_files_is_refused(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("N9: {title: t, versions: {2024-08-19: {citation: c}}}", encoding="utf-8")
    assert "b.yaml:1: N9: it is already written in a.yaml:1" in refused(tmp_path)


def test_a_badly_written_rule_stops_the_start_with_file_and_line(tmp_path):
    (tmp_path / "bad.yaml").write_text("N9: {title: t, versions: {}}", encoding="utf-8")
    with pytest.raises(ConfigError, match="The rules of law cannot be used. bad.yaml:1: N9: it has no version"):
        law_stands([("rules of law", lambda: load_rules(tmp_path, known_clauses(), LAW.keys()))])


MEASURES = "offences:\n  citation: c\n  standing: law\n  rows:\n    - {key: late, says: Late%s}\n"


@pytest.mark.parametrize(
    ("load", "text", "says"),
    [
        (measures.names, MEASURES % ", reads: [penalty.cods]", "bad.yaml:5: late: penalty.cods is not a parameter. The nearest is penalty.codes"),
        (measures.names, MEASURES % ", clauses: [ATT-9999]", "bad.yaml:5: late: ATT-9999 is not a clause"),
        (measures.names, MEASURES.replace("law", "rule") % "", "bad.yaml:1: offences: rule is not a standing. There are guidance and law."),
        (measures.names, "offences:\n  standing: law\n  rows: []\n", "bad.yaml:1: offences: it has no citation"),
        (measures.names, "offences: {citation: c, standing: law, rows: [\n{says: x}]}", "bad.yaml:1: offences: it has no key"),
        (grounds.load, "grounds:\n  '2024:9(1)(a)': {title: t, pupils: compulsory}\n", "bad.yaml:2: 2024:9(1)(a): it has no conditions"),
        (grounds.load, "regimes: {}\n", "bad.yaml: it has no grounds"),
        (grounds.load, "grounds: [", "while parsing"),
    ],
)
def test_a_badly_written_ground_or_measure_stops_the_start_with_file_and_line(tmp_path, load, text, says):
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        law_stands([("data", lambda: load(tmp_path / "bad.yaml"))])
    assert str(refusal.value).startswith("The data cannot be used. ") and says in str(refusal.value)


def test_the_start_reads_every_file_of_law_that_no_setting_adds_to():
    assert {load for _, load in law_files.LAW} == {rules, grounds.load, grounds.special_condition, measures.names}
    law_stands()


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_the_catalogue_has_every_rule_of_the_law(rule_id):
    assert rule(rule_id).title and rule(rule_id).citation
    assert judges(rule_id)


def test_every_rule_has_a_function_and_every_function_a_rule():
    assert set(JUDGES) == set(rules())


@pytest.mark.parametrize("rule_id", sorted(JUDGES))
def test_a_rules_function_takes_parameters_and_gives_an_answer(rule_id):
    for judge in judges(rule_id):
        assert "params" in signature(judge).parameters
        assert "Answer" in str(signature(judge).return_annotation)
        assert judge.__doc__


def test_a_rule_that_nobody_wrote_is_named_with_the_nearest():
    with pytest.raises(KeyError, match="ATT1 is not a rule. The nearest is ATT10"):
        rule("ATT1")


def test_the_version_of_a_rule_is_that_of_the_day_asked_about():
    assert rule("ATT10").at(date(2024, 8, 18)).citation == "SI 2006/1751 reg 12(1)"
    assert rule("ATT10").at(date(2024, 8, 19)).citation == "SI 2024/208 reg 13(7), (8)"
    assert rule("ATT10").at(date(2006, 8, 31)) is None


def test_a_rule_that_ended_says_so_afterwards(tmp_path):
    (tmp_path / "old.yaml").write_text(
        "OLD: {title: t, versions: {2010-09-01: {citation: c, until: 2020-08-31}, 2022-09-01: {citation: d}}}",
        encoding="utf-8",
    )
    (old,) = load_rules(tmp_path, known_clauses(), LAW.keys())
    assert [bool(old.at(date(year, 9, 1))) for year in (2009, 2010, 2020, 2022)] == [False, True, False, True]


def test_an_answer_reads_what_its_rule_declares_and_nothing_that_another_read():
    params = LAW.at(date(2026, 3, 2))
    assert params["return.sickness_days"] + params["n_code.resolve_days"] == 20
    found = answer("N5", True, "Settled.", params)
    assert [read.key for read in found.read] == ["n_code.resolve_days"]
    assert (found.since, not_in_force("N5", params)) == (date(2024, 8, 19), None)
    assert isinstance(not_in_force("N5", LAW.at(date(2024, 8, 18))), Answer)


def test_every_deadline_and_age_of_the_worked_examples_is_asked_of_a_rule():
    asked = {name for case in worked() for name in re.findall(r"\b[GD]\d+\b", case["id"])}
    assert {f"D{n}" for n in range(1, 13)} | {f"G{n}" for n in range(1, 11)} <= asked


def named_examples():
    text = "\n".join(
        found
        for file in CASES.glob("*.yaml")
        for found in re.findall(r"\bid: (\"[^\"]*\"|[^,}]*)", file.read_text("utf-8"))
    )
    return set(re.findall(r"\b(?:PR-|[AGDP])\d+\b", text))


@pytest.mark.parametrize("series", [("A", 20), ("G", 10), ("D", 12), ("P", 19), ("PR-", 19)], ids=lambda one: one[0])
def test_every_worked_example_and_reading_is_among_the_cases(series):
    letter, last = series
    assert {f"{letter}{n}" for n in range(1, last + 1)} - named_examples() == set()
