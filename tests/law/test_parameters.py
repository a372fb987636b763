"""Dated parameters: what is in force, what is struck through, what is refused."""

from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest

from intranet.law.clauses import clause, known_clauses
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
        load(tmp_path, "academy", known_clauses())
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
