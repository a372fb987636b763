"""How the policies' words about days, runs and times are read, one case a line of YAML, and that every reading has one."""

import re
from pathlib import Path

import pytest

from intranet.law import deadlines
from intranet.law.calendar import Calendar, Closure
from intranet.law.codes import national_codes
from intranet.law.parameters import Parameters, load
from intranet.law.runs import due_from, run_to
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from tests.law.reading import CASES, cases

STD = calendar("CAL-STD")
CODES = national_codes()
READINGS = cases("readings")
PLAN = Path(__file__).parents[2] / "plugins" / "alternative_provision" / "policy" / "plan.yaml"
#: Readings with their cases elsewhere, and those that no calendar or count decides: whom to tell, a value that nobody gave, an agreed time.
ELSEWHERE = {
    "R-12": "late_marks.yaml", "R-13": "tests/policy/cases/illness.yaml", "R-14": "tests/policy/cases/illness.yaml", "R-19": "rules_leave.yaml",
    "R-21": "arrivals.yaml", "R-23": "tests/policy/test_parameters.py", "R-26": "the commissioner's reports", "R-28": "the provider's daily report",
}  # fmt: skip


def of(kind):
    return pytest.mark.parametrize("case", READINGS[kind], ids=lambda case: case["id"])


def closed(case):
    shut = [Closure(case["closed"]["first"], case["closed"]["last"], "closure", "Flood", planned=False)] if "closed" in case else []
    return Calendar(STD.periods, (*STD.closures, *shut), STD.bank_holidays)


def marked(rows):
    found = {}
    for row in rows:
        code = next(code.id for code in CODES if code.symbol == row["code"])
        if "at" in row:
            day, key = row["at"].split()
            found[session_no(type(STD.periods[0].first).fromisoformat(day), key)] = code
        else:
            found |= {session_no(day, key): code for day in STD.school_days(row["from"], row["to"]) for key in ("AM", "PM")}
    return found


def said(deadline):
    return (deadline.last_in_time, deadline.overdue_from) if deadline else (None, None)


def wanted(case):
    return case.get("last in time"), case.get("overdue from")


@of("school day")
def test_a_day_is_a_school_day(case):
    assert closed(case).is_school_day(case["day"]) is case["is"]


@of("run")
def test_a_run_of_absence_is_as_long(case):
    found = run_to(case["asked on"], marked(case["marks"]), CODES.ids(case["codes"]), due_from(STD))
    assert (found.days if found else 0, found.first if found else None) == (case["days"], case.get("since"))


@of("within")
def test_the_last_day_in_time_and_the_first_overdue(case):
    if "school days" in case:
        assert said(deadlines.within_school_days(STD, case["event"], case["school days"])) == wanted(case)
    else:
        assert said(deadlines.within_days(case["event"], case["days"])) == wanted(case)


@of("day of absence")
def test_a_school_day_of_an_absence(case):
    assert deadlines.day_of_absence(STD, case["first missed"], case["number"]) == case["day"]


@pytest.mark.clause("SEN-084")
@of("review")
def test_a_review_of_a_plan_lies_between_two_days(case):
    params = Parameters(load(PLAN, "alternative_provision")).at(case["plan"])
    found = [deadlines.within_days(case["plan"], params[f"plan.review_{end}_days"]).last_in_time for end in ("min", "max")]
    assert found == [case["first day"], case["last day"]]


@of("weekly")
def test_a_weekly_duty_is_due_by_the_last_school_day_of_its_week(case):
    assert said(deadlines.weekly(STD, case["day"])) == wanted(case)


@of("termly")
def test_a_termly_duty_is_due_by_the_last_school_day_of_its_term(case):
    assert said(deadlines.termly(STD, case["day"])) == wanted(case)


def test_every_reading_that_can_be_worked_out_has_a_case():
    named = {one for file in CASES.glob("*.yaml") for one in re.findall(r"(?<!P)R-\d\d", file.read_text(encoding="utf-8"))}
    assert {f"R-{n:02d}" for n in range(1, 29)} == named | set(ELSEWHERE)


def test_every_worked_example_and_reading_of_law_has_a_case():
    text = "\n".join(file.read_text(encoding="utf-8") for file in CASES.glob("*.yaml"))
    series = {"A": 20, "G": 10, "D": 12, "P": 19, "PR-": 19}
    wanted_ids = {f"{letter}{n}" for letter, last in series.items() for n in range(1, last + 1)}
    assert wanted_ids - set(re.findall(r"\b(?:PR-\d+|[AGDP]\d+)\b", text)) == set()
