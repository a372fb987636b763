"""Asking a rule about the facts of a worked example, and comparing its answer with what the example says."""

from dataclasses import replace
from datetime import date, datetime, time
from functools import cache

from intranet.law import (
    rules_absence,
    rules_exclusion,
    rules_figures,
    rules_leave,
    rules_places,
    rules_register,
    rules_returns,
    rules_waiting,
)
from intranet.law.codes import national_codes
from intranet.law.counting import Counts, count, of_compulsory_age
from intranet.law.marks import Mark
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.runs import due_from
from intranet.law.sessions import session_no
from intranet.law.term_dates import from_data
from intranet.law.windows import Window
from tests.law.reading import cases

W = from_data(cases("deadlines")["calendar"])
OLD = from_data(cases("old_law")["calendar"])
CODES = national_codes()
LAW = Parameters(core_parameters())
HALVES = ("AM", "PM")
WITH_RULES = (
    "old_law",
    "rules_register",
    "rules_absence",
    "rules_figures",
    "rules_returns",
    "rules_leave",
    "rules_places",
)


@cache
def worked():
    """Every worked example that names its rule."""
    return [case for name in WITH_RULES for case in _listed_in(cases(name))]


def _listed_in(file):
    return file["cases"] if isinstance(file, dict) else file


def school(day):
    """The calendar of the examples of that time: W, or the last term of the old law."""
    return W if day >= W.periods[0].first else OLD


def ask(case):
    """The answer of the rule that the example names, and the parameters as it read them."""
    params = LAW.plus(_commenced(case.get("in force", {}))).at(case["asked on"])
    return ASKED[case["rule"]](case, params), params


def _commenced(days):
    """Commencements as an administrator enters them: a switch and its day."""
    return [replace(LAW.values(f"commencement.{switch}")[0], value=day, origin="house") for switch, day in days.items()]


def compare(case, answer):
    """What the example says and the answer says otherwise; empty when they agree."""
    wrong = []
    if answer.holds != case["holds"]:
        wrong.append(f"holds: {answer.holds}")
    if "due" in case and answer.on != (None if case["due"] == "never" else case["due"]):
        wrong.append(f"due: {answer.on}")
    if "sessions" in case and len(answer.counted) != case["sessions"]:
        wrong.append(f"sessions: {len(answer.counted)}")
    if "law since" in case and answer.since != case["law since"]:
        wrong.append(f"law since: {answer.since}")
    for name, where in (("says", (answer.says,)), ("missing", answer.missing), ("would change", answer.would_change)):
        for words in _listed(case.get(name, ())):
            if words not in " ".join(where):
                wrong.append(f"{name}: {where}")
    for name, value in case.get("figures", {}).items():
        found = answer.figures[name]
        if (list(found) if isinstance(found, tuple) else found) != value:
            wrong.append(f"{name}: {found}")
    return wrong


def _listed(words):
    return [words] if isinstance(words, str) else words


def mapped(rows):
    """Session number -> code id of rows such as `{code: O, from: day, to: day}` or `{code: U, at: 2025-11-10 AM}`."""
    found = {}
    for row in rows:
        code = next(code.id for code in CODES if code.symbol == row["code"])
        if "at" in row:
            day, key = row["at"].split()
            found[session_no(date.fromisoformat(day), key)] = code
        else:
            found |= {
                session_no(day, key): code
                for day in school(row["from"]).school_days(row["from"], row["to"])
                for key in HALVES
            }
    return found


def absence(case):
    return rules_absence.Absence(
        mapped(case.get("marks", ())),
        due_from(school(case["asked on"])),
        CODES,
        case.get("born"),
        case.get("boarder", False),
    )


def n5(case, params):
    day, _, key = str(case["n"]).partition(" ")
    no = session_no(date.fromisoformat(day), key or "AM")
    return rules_register.n5(no, W, params, specific=case.get("reason", ""), arrived=case.get("arrived", False))


def note(case, params):
    code = CODES.on(params.day).get(case["code"])
    return rules_register.note(code, case.get("note", ""), case.get("born"), params)


def y4all(case, params):
    return rules_register.y4all(session_no(params.day, "AM"), case["pupils"], params)


def amend(case, params):
    change = rules_register.Amendment(
        case.get("original", ""), case.get("amended", ""), case.get("reason", ""), case.get("date"),
        case.get("name", ""), case.get("position", ""),
    )  # fmt: skip
    return rules_register.amend(change, params)


def backup(case, params):
    return rules_register.backup(case["kept since"], case["copies"], params.day, params)


def keep6(case, params):
    if "copy of" in case:
        return rules_register.keep_copy(case["copy of"], case["school year over on"], params.day, params)
    return rules_register.keep6(case["entry of"], params.day, params)


def add0(case, params):
    start = rules_register.Start(
        case.get("agreed"), case.get("told"), case.get("first attended"), case.get("duty", False)
    )
    entered = datetime.fromisoformat(case["entered"]) if "entered" in case else None
    now = datetime.combine(params.day, time.fromisoformat(case.get("at", "12:00")))
    return rules_register.add0(start, entered, now, time(8, 50), params)


def activity(case, params):
    return rules_register.approved_activity(rules_register.Activity(**case["activity"]), params)


def leave10(case, params):
    return rules_absence.leave10(case["leave ended"], absence(case), school(params.day), params.day, params)


def sick15(case, params):
    expected = case.get("expected")
    days = frozenset(W.school_days(expected["from"], expected["to"])) if expected else frozenset()
    known = params.day >= W.periods[0].first
    year = W.year_range(W.school_year(params.day)) if known else (params.day, params.day)
    facts = rules_absence.SicknessFacts(absence(case), year, days, tuple(case.get("returns", ())))
    return rules_absence.sick15(facts, params.day, params)


def figures(case):
    if "missed" in case:
        return Counts(case["of"], case["of"] - case["missed"], case["missed"], missing=case.get("unmarked", 0))
    marks = [Mark(no, code) for no, code in mapped(case["marks"]).items()]
    return count(of_compulsory_age(marks, case["born"]) if "born" in case else marks, CODES)


def mobile(case, params):
    marks = [Mark(no, code) for no, code in mapped(case["marks"]).items()]
    return rules_figures.mobile(rules_figures.Mobile(case["born"], marks, CODES), params.day, params)


def new5(case, params):
    entry = rules_returns.Entry(
        case["entered"], case["starting day"], case.get("most junior class", False), case.get("year begins"),
        case.get("authority asks", False), case.get("returned"),
    )  # fmt: skip
    return rules_returns.new5(entry, params.day, params)


def deletion_return(case, params):
    leaver = rules_returns.Leaver(
        case["deleted"], case.get("ground met", case["deleted"]), case.get("most senior class", False),
        case.get("final term ends"), case.get("authority asks", False), case.get("returned"),
    )  # fmt: skip
    return rules_returns.deletion_return(leaver, params)


def ctf15(case, params):
    transfer = rules_returns.Transfer(
        case["left"], case.get("school", "maintained"), case.get("next school", ""), case.get("outside", False),
        case.get("asked for"), case.get("sent"),
    )  # fmt: skip
    return rules_returns.ctf15(transfer, W, params)


def leave(case, params):
    begins = time.fromisoformat(case.get("day begins", "08:50"))
    days = tuple(rules_leave.SchoolDay(day, begins) for day in W.school_days(case["from"], case["to"]))
    request = rules_leave.LeaveRequest(
        case["purpose"], datetime.fromisoformat(str(case["received"])), days, **case.get("facts", {})
    )
    return rules_leave.leave(request, params)


def part_time(case, params):
    plan = dict(case["plan"])
    plan["reviews"] = tuple(plan.get("reviews", ()))
    return rules_leave.part_time(rules_leave.PartTime(**plan), params)


def study_leave(case, params):
    plan = dict(case["plan"])
    plan["examinations"] = tuple(plan["examinations"]) if "examinations" in plan else None
    return rules_leave.study_leave(rules_leave.StudyLeave(**plan), params)


def day6(case, params):
    return rules_exclusion.day6(rules_exclusion.Exclusion(**case["exclusion"]), school(params.day), params)


def suspended(case, params):
    return rules_exclusion.suspended_days(W, case["from"], case["to"], case["before"], params)


def exclusion_notice(case, params):
    return rules_exclusion.exclusion_notice(params.day, case["excluded in"], case.get("given in", ""), params)


def not_in_school(case, params):
    if "parent's change" in case:
        return rules_waiting.parent_tells(case["parent's change"], params)
    return rules_waiting.provider_notice(case["notice"], params)


def open_for(case, params):
    windows = {name: Window(*map(time.fromisoformat, times)) for name, times in case["registers"].items()}
    return rules_places.open_for(windows, params)


ASKED = {
    "OPEN30": open_for,
    "SCHOOL5": lambda case, params: rules_places.must_register(rules_places.Provision(**case["provision"]), params),
    "ORDER26": lambda case, params: rules_waiting.attendance_order(rules_waiting.OrderGround(**case["ground"]), params),
    "CNIS26": not_in_school,
    "N5": n5,
    "NOTE": note,
    "Y4ALL": y4all,
    "AEA": activity,
    "AMEND": amend,
    "BACKUP": backup,
    "KEEP6": keep6,
    "ADD0": add0,
    "ATT10": lambda case, params: rules_absence.att10(absence(case), params.day, params),
    "ABS20": lambda case, params: rules_absence.abs20(absence(case), params.day, params),
    "LEAVE10": leave10,
    "SICK15": sick15,
    "PA": lambda case, params: rules_figures.pa(figures(case), params),
    "SA": lambda case, params: rules_figures.sa(figures(case), params),
    "AGE": lambda case, params: rules_figures.age(case["born"], params.day, params, case.get("school year begins")),
    "MOBILE": mobile,
    "NEW5": new5,
    "DELRET": deletion_return,
    "CTF15": ctf15,
    "LEAVE": leave,
    "PARTTIME": part_time,
    "STUDY": study_leave,
    "DAY6": day6,
    "SUSP45": suspended,
    "EXNOTE": exclusion_notice,
}
