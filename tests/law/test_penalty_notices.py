"""One penalty notice: whether it is possible, what it costs, when it is received and paid, and how many there may be."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intranet.law import measures
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.rules_notices import Notice, Payment, Proposal, Service, amounts, each, limit, payment, received
from intranet.law.rules_penalty_use import (
    Sighting,
    SupportFacts,
    UseFacts,
    improve_period,
    lacking,
    public_place,
    support_first,
    usable,
)
from tests.law.reading import CASES, cases
from tests.law.test_penalty_threshold import W

LAW = Parameters(core_parameters())
TODAY = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)


def named(case):
    return case["id"]


def test_every_worked_example_of_the_series_is_a_case():
    files = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("penalty*.yaml"))]
    told = {word.strip(",") for text in files for line in text.splitlines() if "id:" in line for word in line.split()}
    assert {f"P{n}" for n in range(1, 20)} <= told


def proposal(case):
    earlier = [
        Notice(
            row.get("parent", 1),
            row.get("pupil", 1),
            row["issued"],
            row.get("offence_from", row["issued"] - 20 * ONE_DAY),
            row.get("kind", "absence"),
            row.get("outcome", "paid"),
        )
        for row in case["earlier"]
    ]
    began = case.get("offence_from", case["proposed"] - 20 * ONE_DAY)
    return Proposal(1, 1, case["proposed"], began, tuple(earlier))


@pytest.mark.clause("ATT-109")
@pytest.mark.clause("ATT-110")
@pytest.mark.parametrize("case", cases("penalty_limit"), ids=named)
def test_a_notice_is_first_second_or_barred_and_costs_what_its_day_says(case):
    law = LAW.at(case["proposed"])
    may, cost = limit(proposal(case), law), amounts(proposal(case), law)
    found = {1: "first", 2: "second", None: "barred"}[may.figures["ordinal"]]
    assert (found, may.holds, cost.holds) == (case["notice"], found != "barred", found != "barred")
    if found == "barred":
        assert (may.on, cost.figures["full"]) == (case["until"], None)
        assert may.figures["alternatives"]
    else:
        assert (cost.figures["early"] or "-", cost.figures["full"]) == (case["early"], case["full"])


@pytest.mark.clause("ATT-112")
def test_a_barred_notice_is_possible_again_on_the_day_the_answer_names():
    case = next(case for case in cases("penalty_limit") if case["id"] == "P12")
    barred = limit(proposal(case), LAW.at(case["proposed"]))
    assert "12 November 2027" in barred.missing[0]
    assert not limit(replace(proposal(case), issue=barred.on - ONE_DAY), LAW.at(TODAY)).holds
    assert limit(replace(proposal(case), issue=barred.on), LAW.at(TODAY)).holds


def test_a_notice_issued_later_never_changes_the_answer_about_an_earlier_day():
    case = {"earlier": [{"issued": date(2026, 5, 1)}], "proposed": date(2026, 3, 3)}
    assert limit(proposal(case), LAW.at(date(2026, 3, 3))).figures["count"] == 0


def test_an_amount_with_a_future_date_takes_effect_for_offences_from_that_day():
    raised = replace(
        LAW.values("penalty.absence.amounts")[-1],
        value={"first": [90, 180], "second": [180]},
        effective_from=date(2027, 9, 1),
    )
    old = [
        replace(value, effective_to=date(2027, 8, 31))
        if value.key == raised.key and value.effective_to is None
        else value
        for value in LAW
    ]
    law = Parameters([*old, raised]).at(date(2027, 10, 1))
    before = {"earlier": [], "proposed": date(2027, 10, 1), "offence_from": date(2027, 8, 31)}
    assert amounts(proposal(before), law).figures["full"] == 160
    assert amounts(proposal(before | {"offence_from": date(2027, 9, 1)}), law).figures["full"] == 180


@pytest.mark.clause("ATT-110")
@pytest.mark.clause("ATT-111")
@pytest.mark.parametrize("case", cases("penalty_dates"), ids=named)
def test_a_notice_is_received_and_payable_on_the_days_of_the_worked_example(case):
    sent = case["sent"]
    got = received(
        Service(sent["method"], sent["day"], sent.get("proved"), sent.get("consent", False)), LAW.at(sent["day"])
    )
    assert (got.on or "not known") == case["received"]
    assert got.holds is bool(got.on) is not bool(got.missing)
    if "early" in case:
        first = {"earlier": [], "proposed": sent["day"]}
        cost = amounts(proposal(first), LAW.at(sent["day"])).figures
        told = payment(Payment(got.on, cost["early"], cost["full"]), LAW.at(got.on)).figures
        assert (told["early"], told["early_until"]) == (case["early"]["amount"], case["early"]["until"])
        assert {name: told[name] for name in told if name in case and name not in {"early", "full"}} == {
            name: case[name] for name in told if name in case and name not in {"early", "full"}
        }
        if "full" in case:
            assert (told["full"], told["full_until"]) == (case["full"]["amount"], case["full"]["until"])


@pytest.mark.clause("ATT-112")
@pytest.mark.parametrize(
    ("after", "due", "proceed"),
    [(0, 80, False), (20, 80, False), (21, 160, False), (27, 160, False), (28, 160, False), (29, None, True)],
)
def test_the_day_after_receipt_decides_what_is_due_and_whether_proceedings_may_start(after, due, proceed):
    receipt = date(2026, 6, 22)
    said = payment(Payment(receipt, 80, 160), LAW.at(receipt + after * ONE_DAY))
    assert (said.figures["due"], said.holds, said.on) == (due, proceed, date(2026, 7, 21))


def test_a_flat_second_notice_has_no_early_amount_on_any_day():
    said = payment(Payment(date(2026, 6, 22), None, 160), LAW.at(date(2026, 6, 22)))
    assert (said.figures["due"], said.figures["early_until"]) == (160, None)
    assert "£160 until 19 July 2026, paid to the local authority" in said.says


def test_an_unknown_way_of_serving_is_refused_by_name():
    with pytest.raises(KeyError, match="pigeon is not a way to serve a notice"):
        received(Service("pigeon", TODAY), LAW.at(TODAY))


@pytest.mark.clause("ATT-109")
@pytest.mark.parametrize("case", cases("penalty_each"), ids=named)
def test_there_is_one_notice_for_each_parent_for_each_child(case):
    said = each(case["parents"], case["children"], case["offence_from"], LAW.at(TODAY))
    assert (said.figures["notices"], said.figures["least"]) == (case["notices"], case["least_total"])


@pytest.mark.clause("ATT-105")
@pytest.mark.clause("SEN-093")
@pytest.mark.parametrize("case", cases("penalty_use"), ids=named)
def test_a_notice_is_possible_only_for_the_schools_children_places_and_people_of_the_law(case):
    born = None if case.get("born") == "unknown" else case.get("born", date(2014, 5, 1))
    facts = UseFacts(
        case["school"],
        born,
        tuple(case["days"]),
        case.get("place", "school"),
        case.get("told"),
        case.get("issuer", ""),
        case.get("by_head", False),
        case.get("own_pupil", True),
        case.get("proceedings", False),
    )
    said = usable(facts, LAW.at(TODAY))
    assert (said.holds, said.holds) == (case["possible"], not said.missing)
    assert case.get("because", "") in " ".join(said.missing)
    if "counts" in case:
        assert len(said.figures["days"]) == case["counts"]
    if "compulsory_from" in case:
        assert said.figures["compulsory_from"] == case["compulsory_from"]


@pytest.mark.clause("ATT-108")
@pytest.mark.parametrize("case", cases("penalty_public_place"), ids=named)
def test_an_excluded_pupil_in_a_public_place_is_a_ground_of_its_own(case):
    first, last = case["excluded"]
    facts = Sighting(
        case["school"],
        date(2012, 5, 1),
        first,
        last or None,
        case["seen"],
        W,
        case.get("in_school_hours", True),
        case["told"],
        case.get("justified", False),
    )
    said = public_place(facts, LAW.at(TODAY))
    assert said.holds is case["qualifies"]
    assert case.get("because", "") in " ".join(said.missing)
    assert said.figures["counts_towards_limit"] is False
    if said.holds:
        assert (said.figures["early"], said.figures["full"]) == (case["early"], case["full"])


ALL_FACTORS = frozenset(row.key for row in measures.rows("support_factors", TODAY))


@pytest.mark.clause("ATT-106")
@pytest.mark.parametrize(
    ("suitable", "worked", "given", "step"),
    [
        (None, None, None, "decide_support"),
        (True, None, None, "support"),
        (True, True, None, "support"),
        (True, False, None, "notice_to_improve"),
        (True, False, date(2026, 9, 14), "notice"),
        (False, None, None, "notice"),
    ],
)
def test_support_comes_before_a_notice_unless_it_does_not_suit(suitable, worked, given, step):
    said = support_first(SupportFacts(ALL_FACTORS, suitable, worked, given), LAW.at(TODAY))
    assert (said.figures["next"], said.holds) == (step, step == "notice")


def test_a_factor_that_nobody_weighed_holds_a_notice_up_and_is_named():
    said = support_first(SupportFacts(ALL_FACTORS - {"equality"}, False), LAW.at(TODAY))
    assert not said.holds
    assert [one for one in said.missing if "Equality Act 2010" in one] == list(said.missing)


def test_for_a_holiday_nobody_asks_what_support_was_offered():
    said = support_first(SupportFacts(frozenset(), False), LAW.at(TODAY))
    assert "support_offered" not in said.figures["asked"]
    assert "support_offered" in support_first(SupportFacts(frozenset(), True), LAW.at(TODAY)).figures["asked"]


@pytest.mark.parametrize(("weeks", "last"), [(2, None), (3, date(2026, 10, 5)), (6, date(2026, 10, 26)), (7, None)])
def test_a_notice_to_improve_runs_three_to_six_weeks(weeks, last):
    said = improve_period(date(2026, 9, 14), weeks, LAW.at(date(2026, 9, 14)))
    assert (said.holds, said.on) == (last is not None, last)


def test_a_document_says_what_it_still_lacks():
    rows = {row.key for row in measures.rows("notice_contents", TODAY)}
    assert lacking("notice_contents", rows, LAW.at(TODAY)) == ()
    assert lacking("notice_contents", rows - {"withdrawal"}, LAW.at(TODAY)) == (
        "Add: the grounds on which the notice may be withdrawn.",
    )
    assert len(lacking("improve_contents", (), LAW.at(TODAY))) == 8


def test_a_withdrawal_is_refunded_and_only_one_ground_bars_proceedings():
    grounds = {row.key: row.more for row in measures.rows("withdrawal_grounds", TODAY)}
    assert {key: (more["refund"], more["bars_proceedings"]) for key, more in grounds.items()} == {
        "not_due": (True, True),
        "material_errors": (True, False),
        "not_prosecuted": (False, False),
    }


@pytest.mark.clause("ATT-015")
@pytest.mark.clause("ATT-113")
@pytest.mark.clause("ATT-114")
def test_every_list_cites_its_source_and_reads_parameters_that_exist():
    for name in measures.names():
        for row in measures.rows(name, TODAY):
            assert row.citation and row.standing in {"law", "guidance"} and row.says, (name, row.key)
            assert all(key in LAW for key in row.reads), (name, row.key)
    offences = {row.key: row.reads for row in measures.rows("offences", TODAY)}
    assert LAW.at(TODAY)[offences["irregular"][0]] == 1000
    assert [LAW.at(TODAY)[key] for key in offences["aggravated"]] == [2500, 3]


def test_a_misspelt_list_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match="The nearest is other_measures"):
        measures.rows("other_measure", TODAY)


def test_guidance_on_support_begins_with_its_edition():
    assert measures.rows("support_factors", date(2024, 8, 18)) == ()
    assert len(measures.rows("support_factors", date(2024, 8, 19))) == 10
