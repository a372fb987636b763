"""Dated parameters: what is in force, what is struck through, what is refused."""

from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest

from intranet.law.clauses import clause, known_clauses
from intranet.law.commencement import dormant
from intranet.law.conflicts import known_conflicts
from intranet.law.deadlines import keep_through, register_kept_through
from intranet.law.parameters import ParameterError, Parameters, ParameterValue, core_parameters, load
from tests.law.reading import cases

CORE = Parameters(core_parameters())
DAY = date(2026, 3, 2)


def said(key, value, origin="academy", standing="policy", **more):
    return ParameterValue(key, value, "", standing, clauses=("ATT-043",), origin=origin, **more)


@pytest.mark.parametrize("case", cases("bad_parameters"), ids=lambda case: case["name"])
def test_a_badly_written_parameter_file_is_refused_with_place_and_remedy(case, tmp_path):
    (tmp_path / "bad.yaml").write_text(case["text"], encoding="utf-8")
    with pytest.raises(ParameterError) as refusal:
        load(tmp_path, case.get("origin", "academy"), known_clauses(), known_conflicts())
    for words in case["says"]:
        assert words in str(refusal.value)


def test_a_well_written_file_gives_times_exact_shares_and_ends_a_rule_with_null(tmp_path):
    (tmp_path / "register.yaml").write_text(
        "am_close: {description: d, unit: clock, values: {2024-09-01: {value: 09:30, clauses: [ATT-043]}}}\n"
        "pm_open: {description: d, unit: clock, values: {always: {value: 13:00, reference: handbook}}}\n"
        "metrics.share: {description: d, unit: share, values: {2024-09-01: {value: 1/10, clauses: ATT-023}}}\n"
        "tries: {description: d, unit: days, values: {2024-09-01: {value: 5, citation: c}, 2025-09-01: null}}\n"
        "unset: {description: d, unit: days, values: "
        "{2024-09-01: {value: null, standing: assumption, clauses: [SPM-18]}}}\n",
        encoding="utf-8",
    )
    parameters = Parameters(load(tmp_path, "academy", known_clauses()))
    now = parameters.at(DAY)
    assert (now["register.am_close"], now["register.pm_open"]) == (time(9, 30), time(13, 0))
    assert now["metrics.share"] == Fraction(1, 10)
    assert now["register.unset"] is None
    assert "administrator must confirm" in now.resolution("register.unset").warning
    assert parameters.at(date(2025, 8, 31))["register.tries"] == 5
    with pytest.raises(ParameterError, match="its last value ended on 31 August 2025"):
        now["register.tries"]
    assert parameters.values("register.am_close")[0].source == "register.yaml:1"


def test_the_same_key_in_two_files_is_refused(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(
            "x.y: {description: d, unit: u, values: {2024-09-01: {value: 1, citation: c}}}", encoding="utf-8"
        )
    with pytest.raises(ParameterError, match="already written in a.yaml"):
        load(tmp_path, "academy")


def test_reading_a_value_leaves_a_trail_of_what_was_read_once():
    now = CORE.at(DAY)
    assert now["n_code.resolve_days"] == 5
    assert now["n_code.resolve_days"] + now.get("metrics.nothing", 0) == 5
    assert [(read.key, read.value, read.unit, read.standing) for read in now.trail] == [
        ("n_code.resolve_days", 5, "school days", "law")
    ]
    assert "10(7)" in now.trail[0].citation


def test_the_day_of_the_session_chooses_the_value():
    assert CORE.at(date(2024, 8, 18))["penalty.absence.amounts"] == {"first": [60, 120]}
    assert CORE.at(date(2024, 8, 19))["penalty.absence.amounts"] == {"first": [80, 160], "second": [160]}


def test_a_misspelt_or_unborn_parameter_is_named_with_the_next_step():
    with pytest.raises(ParameterError, match="The nearest is `register.close_minutes`"):
        CORE.at(DAY)["register.close_minuts"]
    with pytest.raises(ParameterError, match=r"its first value starts on 19 August 2024. Add an earlier value"):
        CORE.at(date(2020, 6, 1))["n_code.resolve_days"]
    with pytest.raises(ParameterError, match="is not a parameter"):
        CORE.plus([said("register.closes", 1)])


@pytest.mark.clause("ATT-043")
def test_a_policy_value_stands_against_guidance_with_a_warning():
    found = CORE.plus([said("register.close_minutes", 40)]).at(DAY).resolution("register.close_minutes")
    assert found.in_force.value == 40
    assert [value.value for value in found.struck_through] == [30]
    assert "guidance expects 30 minutes" in found.warning and "C-09" in found.warning
    stricter = CORE.plus([said("register.close_minutes", 20)]).at(DAY).resolution("register.close_minutes")
    assert (stricter.in_force.value, stricter.warning) == (20, None)


@pytest.mark.clause("ATT-010")
def test_law_beats_a_weaker_policy_and_a_stricter_house_value_stays():
    three = CORE.plus([said("retention.register_years", 3)]).at(DAY).resolution("retention.register_years")
    assert three.in_force.value == 6
    assert "weaker than the law" in three.warning
    assert {value.value for value in three.struck_through} == {3}
    seven = CORE.plus([said("retention.register_years", 7, origin="house")]).at(DAY)
    assert seven["retention.register_years"] == 7


def test_the_house_wins_over_the_plugin_and_an_assumption_yields_to_a_confirmed_value():
    guess = said("lateness.codes", ("L",), standing="assumption")
    assert "house setting, not from policy" in Parameters([guess]).at(DAY).resolution("lateness.codes").warning
    confirmed = Parameters([guess]).plus([said("lateness.codes", ("L", "U"), origin="house")]).at(DAY)
    assert confirmed["lateness.codes"] == ("L", "U")
    assert confirmed.resolution("lateness.codes").warning is None
    house = Parameters([said("x.y", 5)]).plus([said("x.y", 6, origin="house", effective_from=date(2026, 1, 1))])
    assert (house.at(date(2025, 12, 31))["x.y"], house.at(DAY)["x.y"]) == (5, 6)


def test_past_values_stay_struck_through():
    found = CORE.at(DAY).resolution("metrics.pa_rate")
    assert [value.value for value in found.struck_through] == [Fraction(3, 20)]
    assert found.in_force.value == Fraction(1, 10)


@pytest.mark.clause("ATT-010")
@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        (date(2024, 9, 4), date(2030, 9, 3)),
        (date(2024, 8, 19), date(2030, 8, 18)),
        (date(2024, 8, 18), date(2030, 8, 17)),
        (date(2021, 8, 20), date(2027, 8, 19)),
        (date(2021, 8, 19), date(2024, 8, 18)),
        (date(2020, 1, 6), date(2023, 1, 5)),
    ],
)
def test_entries_still_held_when_the_law_changed_are_kept_six_years(entry, kept):
    assert register_kept_through(entry, CORE) == kept


def test_six_years_from_29_february_end_on_28_february():
    assert keep_through(date(2024, 2, 29), 6) == date(2030, 2, 28)


def test_every_core_value_is_cited_dated_and_has_a_unit():
    assert all((value.citation or value.clauses) and value.unit for value in core_parameters())
    undated = {value.key for value in core_parameters() if not value.effective_from and not value.commences and value.standing != "assumption"}
    assert all(key.startswith("commencement.") for key in undated), "only a day that is not known may go without a first day"
    assert all(value.description for value in core_parameters())


def test_there_are_491_clauses_and_a_wrong_id_names_the_nearest():
    assert len(known_clauses()) == 491
    assert clause("ATT-025").kind == "rule"
    with pytest.raises(KeyError, match="The nearest is"):
        clause("ATT-2555")


def test_a_value_compares_by_its_strict_direction():
    six = replace(CORE.values("retention.register_years")[-1])
    assert not six.weaker_than(six)
    assert replace(six, value=3).weaker_than(six)


def test_guidance_is_departed_from_with_a_reason_that_the_warning_repeats():
    chosen = said("register.close_minutes", 35, origin="house", note="Two buses come late.")
    found = CORE.plus([chosen]).at(DAY).resolution("register.close_minutes")
    assert found.in_force.value == 35
    assert "The reason given: Two buses come late." in found.warning and "Give the reason" not in found.warning


def test_a_house_value_that_is_weaker_than_the_law_never_counts():
    found = CORE.plus([said("n_code.resolve_days", 8, origin="house")]).at(DAY).resolution("n_code.resolve_days")
    assert found.in_force.value == 5 and "weaker than the law" in found.warning
    assert [value.value for value in found.struck_through] == [8]


def test_a_house_value_confirms_an_assumption_even_when_it_says_the_same():
    guess = said("reward.min_group", 5, standing="assumption")
    confirmed = Parameters([guess]).plus([said("reward.min_group", 5, origin="house")]).at(DAY).resolution("reward.min_group")
    assert (confirmed.in_force.origin, confirmed.warning) == ("house", None)
    assert confirmed.struck_through == (guess,)


@pytest.mark.parametrize(("day", "value"), [(date(2026, 8, 31), 5), (date(2026, 9, 1), 6), (date(2027, 8, 31), 6), (date(2027, 9, 1), 5)])
def test_a_house_value_counts_on_its_first_and_last_day_and_not_beside_them(day, value):
    house = said("x.y", 6, origin="house", effective_from=date(2026, 9, 1), effective_to=date(2027, 8, 31))
    assert Parameters([said("x.y", 5)]).plus([house]).at(day)["x.y"] == value


@pytest.mark.parametrize(("day", "value", "standing"), [(date(2024, 8, 18), 3, "law"), (date(2024, 8, 19), 6, "law")])
@pytest.mark.clause("ATT-010")
def test_the_day_on_which_the_law_changed_chooses_the_years(day, value, standing):
    printed = said("retention.register_years", 3, effective_to=date(2024, 8, 18), conflict="C-01")
    found = CORE.plus([printed]).at(day).resolution("retention.register_years")
    assert found.in_force.value == value
    assert ("is superseded: 6 years" in (found.warning or "")) is (value == 6)


def test_a_value_for_an_authority_beats_the_general_one_but_never_the_law(tmp_path):
    (tmp_path / "cme.yaml").write_text(
        "days:\n  description: d\n  unit: school days\n  stricter: lower\n"
        "  values: {2024-09-01: {value: 10, clauses: [ATT-117]}}\n"
        "  authorities:\n    Northshire:\n      2025-09-01: {value: 8, citation: its procedure}\n      2026-09-01: {value: 12, citation: its procedure}\n",
        encoding="utf-8",
    )
    values = load(tmp_path, "academy", known_clauses())
    here = [value for value in values if value.holds_for("northshire ", "academy")]
    assert [Parameters(here).at(date(year, 9, 1))["cme.days"] for year in (2024, 2025, 2026)] == [10, 8, 12]
    assert Parameters(here).at(date(2026, 8, 31))["cme.days"] == 8
    elsewhere = Parameters(value for value in values if value.holds_for("Weatherby Council", "academy"))
    assert elsewhere.at(date(2026, 9, 1))["cme.days"] == 10
    law = ParameterValue("cme.days", 11, "school days", "law", citation="an Act", stricter="lower")
    assert Parameters([*here, law]).at(date(2026, 9, 1))["cme.days"] == 11
    assert Parameters([*here, law]).plus([said("cme.days", 9, origin="house", stricter="lower")]).at(date(2026, 9, 1))["cme.days"] == 9


def test_a_value_for_some_legal_types_says_nothing_to_the_others():
    day_six = [value for value in CORE.values("suspension.provision_day") if value.holds_for("", "independent")]
    assert day_six == []
    assert [value.value for value in CORE.values("suspension.provision_day") if value.holds_for("", "academy")] == [6]


def commenced(day):
    return CORE.plus([ParameterValue("commencement.consent_to_withdraw", day, "commencement day", "law", citation="an order", origin="house")])


@pytest.mark.clause("OTE-38", "ATT-177")
def test_law_that_is_not_in_force_changes_nothing_until_its_day_is_entered():
    assert CORE.at(DAY)["roll.ehe_consent_groups"] == ()
    with pytest.raises(ParameterError, match=r"it waits for `commencement.consent_to_withdraw`. Give that its day"):
        CORE.at(date(2030, 1, 1))["roll.consent_years"]
    entered = commenced(date(2027, 9, 1))
    assert entered.at(date(2027, 8, 31))["roll.ehe_consent_groups"] == ()
    assert "roll.consent_years" not in entered.at(date(2027, 8, 31))
    on = entered.at(date(2027, 9, 1))
    assert on["roll.ehe_consent_groups"] == ("authority_special_school", "child_protection")
    assert on["roll.consent_years"] == 5
    assert [read.key for read in on.trail] == ["roll.ehe_consent_groups", "commencement.consent_to_withdraw", "roll.consent_years"]
    assert [value.value for value in on.resolution("roll.ehe_consent_groups").struck_through] == [()]


def test_the_state_of_law_not_in_force_is_listed_with_what_waits_for_it():
    states = {one.key: one for one in dormant(commenced(date(2027, 9, 1)), date(2027, 8, 31))}
    consent = states["commencement.consent_to_withdraw"]
    assert (consent.commences, consent.in_force) == (date(2027, 9, 1), False)
    assert {value.key for value in consent.waiting} >= {"roll.ehe_consent_groups", "roll.consent_years"}
    assert states["commencement.children_not_in_school"].commences is None
    assert states["commencement.academy_direction"].in_force
    after = {one.key: one.in_force for one in dormant(commenced(date(2027, 9, 1)), date(2027, 9, 1))}
    assert after["commencement.consent_to_withdraw"] and not after["commencement.attendance_orders"]
    assert {one.key for one in dormant(CORE, date(2026, 6, 28)) if one.in_force} == set()


def test_an_install_adds_rows_of_its_own_and_they_take_the_place_of_shipped_ones_for_that_day(tmp_path):
    shipped, added = tmp_path / "shipped", tmp_path / "added"
    shipped.mkdir()
    added.mkdir()
    text = "days:\n  description: d\n  unit: days\n  values:\n"
    (shipped / "x.yaml").write_text(text + "    2024-09-01: {value: 5, citation: c}\n", encoding="utf-8")
    (added / "more.yaml").write_text(text.replace("days:", "x.days:", 1) + "    2026-09-01: {value: 4, citation: c}\n", encoding="utf-8")
    found = Parameters(load(shipped, "academy", added=added))
    assert (found.at(date(2026, 8, 31))["x.days"], found.at(date(2026, 9, 1))["x.days"]) == (5, 4)
    assert found.values("x.days")[1].source == "more.yaml:5"
    (added / "more.yaml").write_text((added / "more.yaml").read_text(encoding="utf-8").replace("unit: days", "unit: weeks"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"more.yaml:1: x.days: its unit is `weeks`, but it is counted in `days`"):
        load(shipped, "academy", added=added)
