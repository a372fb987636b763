"""Deleting a name from the admission register: the grounds of both regimes and everything each asks to be shown."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from intranet.law import measures
from intranet.law.clauses import known_clauses
from intranet.law.codes import national_codes
from intranet.law.grounds import GroundError, ground, grounds_on, load
from intranet.law.parameter_values import ParameterValue
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_absence import Absence, abs20, leave10
from intranet.law.rules_deletion import (
    TESTS,
    DeletionFacts,
    Whereabouts,
    asked_of,
    earliest_removal,
    efforts_open,
    may_delete,
    return_lacks,
    transfer_days,
)
from intranet.law.runs import due_from
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from intranet.law.words import read_yaml
from tests.law.reading import cases

LAW = Parameters(core_parameters())
STD = calendar("CAL-STD")
NOW = date(2026, 11, 23)
OLD = date(2024, 8, 18)
ONE_DAY = timedelta(days=1)
COMPULSORY, TOO_YOUNG = date(2014, 5, 1), date(2022, 10, 1)
ALWAYS_SHOWN = {"no_order", "written_notice", "ceased", "unfit", "not_staying", "la_confirmation"}


def named(case):
    return case["id"]


def house(values):
    said = [
        ParameterValue(key, value, "-", "policy", clauses=("OTE-40",), origin="a house")
        for key, value in values.items()
    ]
    return Parameters([*LAW, *said])


def register(absent):
    codes = {code.symbol: code.id for code in national_codes()}
    marks = {
        session_no(day, key): codes[absent["code"]]
        for day in STD.school_days(absent["from"], absent["through"])
        for key in ("AM", "PM")
    }
    for session, symbol in absent.get("but", {}).items():
        day, key = session.split()
        marks[session_no(date.fromisoformat(day), key)] = codes[symbol]
    return Absence(marks, due_from(STD), national_codes())


def facts_of(case):
    law = house(case.get("house", {})).at(case["day"])
    absent = case.get("absent")
    ground_id = case["ground"]
    every = frozenset(proof for one in ground(ground_id).conditions for proof in one.proofs) | ALWAYS_SHOWN
    facts = DeletionFacts(
        legal_type=case.get("school", "academy"),
        born=case.get("born", COMPULSORY),
        proofs=every - {"la_confirmation"} if case["shown"] == "everything" else frozenset(case["shown"]),
        boarder=case.get("boarder", False),
        placed_by_authority=case.get("special", False),
        absence=abs20(register(absent), case["day"], law) if absent else None,
        notice_received=case.get("notice"),
        last_day_stated=case.get("last_day"),
        next_session=case.get("next_session"),
        term_ended=case.get("term_ended"),
        detention_months=case.get("detention_months", 0),
    )
    return facts, law


@pytest.mark.clause("ATT-178")
@pytest.mark.clause("ATT-183")
@pytest.mark.clause("ATT-201")
@pytest.mark.clause("OTE-40")
@pytest.mark.parametrize("case", cases("deletion"), ids=named)
def test_a_name_goes_only_on_a_ground_with_everything_it_asks(case):
    facts, law = facts_of(case)
    said = may_delete(case["ground"], facts, law)
    assert said.holds is case["allowed"] is not bool(said.missing), said.missing
    assert set(said.figures["lacks"]) == set(case.get("lacks", ()))
    assert case.get("because", "") in " ".join(said.missing)
    if "earliest" in case:
        assert said.on == case["earliest"]


def favourable(one, day):
    """Facts under which everything that is worked out is met."""
    of_age = one.pupils == "compulsory"
    leaving = any(condition.test == "over_age" for condition in one.conditions)
    last_friday = {True: date(2024, 6, 28), False: date(2026, 6, 26)}[one.id.startswith("2006")]
    day = last_friday if leaving else day
    absent = register({"from": date(2025, 11, 3), "through": date(2025, 12, 1), "code": "O"})
    law = LAW.at(day)
    return day, DeletionFacts(
        legal_type=next(kind for kind in ("maintained", "independent") if kind in one.schools),
        born=(last_friday.replace(year=last_friday.year - 16) - 100 * ONE_DAY if leaving else COMPULSORY)
        if of_age
        else TOO_YOUNG,
        proofs=frozenset(condition.proofs[0] for condition in one.conditions),
        boarder=one.boarders == "only",
        absence=abs20(absent, date(2025, 12, 1), law),
        leave=leave10(date(2025, 10, 31), absent, STD, date(2025, 12, 1), law),
        notice_received=day - 7 * ONE_DAY,
        last_day_stated=day - ONE_DAY,
        next_session=day + 3 * ONE_DAY,
        term_ended=day,
        detention_months=12,
    )


@pytest.mark.clause("OTE-40")
def test_an_answer_names_the_house_rule_that_it_read():
    law = house({"roll.ehe_confirmation": True}).at(NOW)
    said = may_delete("2024:9(1)(f)", DeletionFacts("independent", COMPULSORY), law)
    assert [one.clauses for one in said.read if one.key == "roll.ehe_confirmation"] == [("OTE-40",)]


@pytest.mark.clause("OTE-18")
@pytest.mark.parametrize("ground_id", list(load()))
def test_every_ground_of_both_regimes_can_be_met_and_each_proof_alone_holds_it_up(ground_id):
    one = ground(ground_id)
    day, facts = favourable(one, OLD if one.ends else NOW)
    said = may_delete(ground_id, facts, LAW.at(day))
    assert said.holds, said.missing
    for condition in asked_of(one, facts, LAW.at(day)):
        if condition.test:
            continue
        short = DeletionFacts(**{**vars(facts), "proofs": facts.proofs - set(condition.proofs)})
        refused = may_delete(ground_id, short, LAW.at(day))
        assert not refused.holds
        assert condition.asks in refused.missing


PRINTED = {
    1: ("ATT-194", "2006:8(1)(a)", ["2024:9(1)(d)", "2024:9(1)(e)"]),
    2: ("ATT-195", "2006:8(1)(b)", ["2024:9(1)(a)"]),
    3: ("ATT-196", "2006:8(1)(c)", ["2024:9(1)(c)"]),
    4: ("ATT-197", "2006:8(1)(d)", ["2024:9(1)(f)"]),
    5: ("ATT-198", "2006:8(1)(e)", ["2024:9(1)(g)"]),
    6: ("ATT-199", "2006:8(1)(f)", ["2024:9(1)(h)"]),
    7: ("ATT-200", "2006:8(1)(g)", []),
    8: ("ATT-201", "2006:8(1)(h)", ["2024:9(1)(i)"]),
    9: ("ATT-202", "2006:8(1)(i)", ["2024:9(1)(j)"]),
    10: ("ATT-203", "2006:8(1)(j)", ["2024:9(1)(k)"]),
    11: ("ATT-204", "2006:8(1)(k)", ["2024:9(1)(l)"]),
    12: ("ATT-205", "2006:8(1)(l)", ["2024:9(1)(n)"]),
    13: ("ATT-206", "2006:8(1)(m)", ["2024:9(1)(o)"]),
    14: ("ATT-207", "2006:8(1)(n)", ["2024:9(1)(b)"]),
    15: ("ATT-208", "2006:8(1)(o)", ["2024:9(1)(m)"]),
}


@pytest.mark.clause("ATT-194")
@pytest.mark.clause("ATT-195")
@pytest.mark.clause("ATT-196")
@pytest.mark.clause("ATT-197")
@pytest.mark.clause("ATT-198")
@pytest.mark.clause("ATT-199")
@pytest.mark.clause("ATT-200")
@pytest.mark.clause("ATT-202")
@pytest.mark.clause("ATT-203")
@pytest.mark.clause("ATT-204")
@pytest.mark.clause("ATT-205")
@pytest.mark.clause("ATT-206")
@pytest.mark.clause("ATT-207")
@pytest.mark.clause("ATT-208")
@pytest.mark.parametrize("printed", PRINTED)
def test_each_printed_ground_leads_to_its_successor(printed):
    clause, old, new = PRINTED[printed]
    one = ground(old)
    assert (one.printed, one.clauses, list(one.became)) == (printed, (clause,), new)
    assert [ground(now).replaces for now in new] == [(old,)] * len(new)
    assert all(clause in ground(now).clauses for now in new)


def test_the_regimes_meet_on_the_day_of_the_change():
    old, new = grounds_on(OLD, compulsory=True), grounds_on(OLD + ONE_DAY, compulsory=True)
    assert {one.id.partition(":")[0] for one in old} == {"2006"}
    assert {one.id.partition(":")[0] for one in new} == {"2024"}
    assert [len(old), len(new), len(grounds_on(NOW, compulsory=False))] == [15, 15, 5]


@pytest.mark.clause("ATT-200")
def test_a_medical_certificate_is_not_offered_after_the_change():
    assert "Medical certificate" in {one.title for one in grounds_on(OLD)}
    assert "Medical certificate" not in {one.title for one in grounds_on(OLD + ONE_DAY)}


@pytest.mark.clause("ATT-205")
@pytest.mark.clause("ATT-208")
def test_a_school_is_offered_the_grounds_of_its_kind():
    letters = {
        kind: {one.id[-3:] for one in grounds_on(NOW, compulsory=True, legal_type=kind, boarder=False)}
        for kind in ("academy", "maintained", "independent", "non_school", "company")
    }
    assert "(n)" not in letters["academy"] | letters["maintained"]
    assert "(n)" in letters["independent"]
    assert letters["non_school"] == letters["company"] == set()
    boarders = {one.id[-3:] for one in grounds_on(NOW, compulsory=True, legal_type="academy", boarder=True)}
    assert ("(m)" in boarders, "(m)" in letters["academy"], "(g)" in boarders) == (True, False, False)


def test_a_bare_letter_is_refused_with_what_it_could_mean():
    with pytest.raises(GroundError, match=r"2024:9\(1\)\(h\).*2006:8\(1\)\(h\)"):
        ground("(h)")


@pytest.mark.clause("ATT-199")
@pytest.mark.parametrize(("day", "allowed"), [(date(2026, 3, 9), False), (date(2026, 3, 10), True)])
def test_leave_that_ended_is_followed_by_ten_school_days(day, allowed):
    law = LAW.at(day)
    leave = leave10(
        date(2026, 2, 24), register({"from": date(2026, 2, 25), "through": day, "code": "O"}), STD, day, law
    )
    shown = frozenset({"no_sickness", "school_enquiries", "authority_enquiries", "not_found"})
    said = may_delete("2024:9(1)(h)", DeletionFacts("academy", COMPULSORY, shown, leave=leave), law)
    assert said.holds is allowed
    assert said.figures["lacks"] == (() if allowed else ("days after leave",))


def test_consent_for_home_education_waits_for_its_commencement():
    day, groups = date(2027, 9, 6), frozenset({"child_protection"})
    facts = DeletionFacts(
        "academy",
        COMPULSORY,
        frozenset({"written_notice", "no_order"}),
        notice_received=day - 7 * ONE_DAY,
        last_day_stated=day - ONE_DAY,
        groups=groups,
    )
    assert may_delete("2024:9(1)(f)", facts, LAW.at(day)).holds
    said = ParameterValue(
        "roll.ehe_consent_groups",
        ("child_protection",),
        "groups",
        "law",
        citation="a later Act",
        effective_from=day,
        origin="later law",
    )
    later = Parameters([*(value for value in LAW if value.key != said.key), said])
    assert may_delete("2024:9(1)(f)", facts, later.at(day)).figures["lacks"] == ("LA consent",)
    agreed = DeletionFacts(**{**vars(facts), "proofs": facts.proofs | {"authority_consents"}})
    assert may_delete("2024:9(1)(f)", agreed, later.at(day)).holds
    other = DeletionFacts(**{**vars(facts), "groups": frozenset()})
    assert may_delete("2024:9(1)(f)", other, later.at(day)).holds


def test_a_refusal_names_the_efforts_that_nobody_recorded():
    facts = DeletionFacts("academy", COMPULSORY, efforts=frozenset({"calls", "letters"}))
    said = may_delete("2024:9(1)(i)", facts, LAW.at(NOW))
    assert "A home visit" in said.figures["efforts_open"]
    assert len(said.figures["efforts_open"]) == len(efforts_open((), LAW.at(NOW))) - 2 == 10
    assert may_delete("2024:9(1)(k)", facts, LAW.at(NOW)).figures["efforts_open"] == ()


@pytest.mark.clause("OTE-18")
def test_a_deletion_return_says_what_it_still_lacks():
    rows = measures.rows("deletion_return_contents", NOW)
    always = {row.key for row in rows if not row.more.get("if_any")}
    assert always == {"name", "address", "parents", "telephone", "ground"}
    assert return_lacks(always, LAW.at(NOW)) == ()
    assert return_lacks(always - {"ground"}, LAW.at(NOW)) == ("Add: the ground of the deletion.",)


def test_home_education_is_a_list_of_steps_that_ends_with_the_return():
    keys = [row.key for row in measures.rows("home_education_steps", NOW)]
    assert (keys[0], keys[-2:]) == ("notice", ["delete", "return"])
    assert {"check_order", "check_special", "check_protection", "check_plan"} <= set(keys)


HOLD = {"roll.hold_days": 20, "roll.hold_after_notice": 10}


@pytest.mark.clause("ATT-183")
@pytest.mark.clause("ATT-193")
@pytest.mark.parametrize("case", cases("deletion_hold"), ids=named)
def test_a_missing_child_stays_on_roll_until_both_holds_are_over(case):
    law = house(HOLD)
    facts = Whereabouts(case["first_absence"], case["notified"])
    said = earliest_removal(facts, STD, law.at(case["earliest"] - ONE_DAY))
    assert (said.figures["held_through"], said.figures["notice_through"]) == (case["day20"], case["notice_plus_10"])
    assert (said.on, said.holds) == (case["earliest"], False)
    assert earliest_removal(facts, STD, law.at(case["earliest"])).holds
    assert {one.key for one in said.read} == set(HOLD)


@pytest.mark.clause("ATT-193")
def test_a_confirmed_whereabouts_ends_the_hold():
    facts = Whereabouts(date(2025, 11, 3), date(2025, 11, 14), confirmed=True)
    said = earliest_removal(facts, STD, house(HOLD).at(date(2025, 11, 17)))
    assert (said.holds, said.on) == (True, None)


@pytest.mark.clause("ATT-187")
@pytest.mark.clause("ATT-188")
@pytest.mark.parametrize("case", cases("deletion_transfer"), ids=named)
def test_a_transfer_leaves_on_the_start_or_the_school_day_before_it(case):
    allowed = transfer_days(case["started"], STD)
    assert sorted(allowed) == sorted(case["allowed"])
    assert not set(allowed) & set(case.get("refused", ()))


GROUND = """
regimes: {"2024": {from: 2024-08-19, citation: SI 2024/208 reg 9}}
school_types: {school: [academy]}
conditions:
  moved: {short: moved, asks: Record the move., evidence: the letter}
  special_school: {short: consent, asks: Record the consent., evidence: the consent}
grounds:
  "2024:9(1)(p)": {title: A later ground, from: 2027-09-01, pupils: compulsory, conditions: [%s]%s}
special_schools: {"2024": {citation: SI 2024/208 reg 9(2), except: []}}
"""


def test_a_ground_with_a_future_date_is_offered_from_its_day(tmp_path):
    path = tmp_path / "grounds.yaml"
    path.write_text(GROUND % ("moved", ""))
    assert grounds_on(date(2027, 8, 31), path=path) == ()
    assert [one.citation for one in grounds_on(date(2027, 9, 1), path=path)] == ["SI 2024/208 reg 9(1)(p)"]


@pytest.mark.parametrize(
    ("condition", "more", "says"),
    [
        ("moved_on", "", "moved_on is not a condition. The nearest is moved"),
        ("moved", ", school: academy", "school is not a field of a ground. The nearest is schools"),
        ("moved", ", replaces: ['2006:8(1)(q)']", "2006:8(1)(q) is not a ground."),
    ],
)
def test_a_ground_that_cannot_stand_is_refused_by_file_and_name(tmp_path, condition, more, says):
    path = tmp_path / "grounds.yaml"
    path.write_text(GROUND % (condition, more))
    with pytest.raises(GroundError) as refused:
        load(path)
    assert re.match(r"grounds\.yaml:\d+: 2024:9\(1\)\(p\): ", str(refused.value))
    assert says in str(refused.value)


def test_every_switch_and_test_of_a_condition_is_one_that_exists():
    conditions = {one.key: one for ground_id in load() for one in ground(ground_id).conditions}.values()
    policies = Path(__file__).parents[2].glob("plugins/*/policy/roll.yaml")
    switches = {*LAW.keys(), *(f"roll.{key}" for path in policies for key in read_yaml(path))}
    proofs = {proof for one in conditions for proof in one.proofs}
    assert {one.setting_on for one in conditions if one.setting_on} <= switches
    assert {one.test for one in conditions if one.test} <= {*TESTS, "consent_group"}
    assert {one.when for one in conditions if one.when} <= proofs


def test_every_clause_of_a_ground_or_condition_is_one_of_the_policies():
    for one in load().values():
        named_here = {*one.clauses, *(clause for condition in one.conditions for clause in condition.clauses)}
        assert named_here <= known_clauses(), one.id
