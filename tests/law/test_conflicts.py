"""The catalogue of conflicts: whole, in our own words, and leading to parameters and clauses that exist."""

from pathlib import Path

import pytest

from intranet.law.clauses import known_clauses
from intranet.law.conflicts import SHOWN, conflicts, conflicts_for
from intranet.law.parameters import core_parameters, load

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
SETTINGS = sorted(folder.parent.name for folder in PLUGINS.glob("*/policy"))
#: These have nothing that anybody need be warned of.
SILENT = {"C-29", "C-34", "C-50"}


SHIPPED = [*core_parameters(), *(value for key in SETTINGS for value in load(PLUGINS / key / "policy", key))]


def test_every_conflict_from_1_to_60_is_there():
    assert list(conflicts()) == [f"C-{number:02d}" for number in range(1, 61)]


@pytest.mark.parametrize("one", conflicts().values(), ids=lambda one: one.id)
def test_a_conflict_has_a_title_and_sentence_and_names_what_exists(one):
    keys = {value.key for value in SHIPPED}
    assert one.title and not one.title.endswith(".")
    assert one.says.endswith(".") and len(one.says) <= 260
    assert one.settings and set(one.settings) <= set(SETTINGS)
    assert set(one.keys) <= keys
    assert set(one.clauses) <= known_clauses()
    assert set(one.shows) <= set(SHOWN)


def test_whatever_is_shown_anywhere_is_shown_on_the_policy_page():
    assert {one.id for one in conflicts().values() if "policy_page" not in one.shows} == SILENT
    assert {one.id for one in conflicts().values() if not one.shows} == SILENT


@pytest.mark.parametrize("one", conflicts().values(), ids=lambda one: one.id)
def test_every_value_that_names_a_conflict_is_among_its_keys(one):
    named = {value.key for value in SHIPPED if value.conflict == one.id}
    assert named <= set(one.keys), f"add {sorted(named - set(one.keys))} to the keys of {one.id}"


def test_a_setting_is_told_of_its_own_conflicts_only():
    academy = [one.id for one in conflicts_for("academy")]
    assert {"C-01", "C-09", "C-33"} <= set(academy) and "C-36" not in academy
    assert [one.id for one in conflicts_for("academy", ["register.close_minutes"])] == ["C-09"]
    assert conflicts_for("tutoring", ["register.close_minutes"]) == ()
    assert "C-02" in [one.id for one in conflicts_for("academy", ["penalty.absence.amounts"], "letters")]
    assert "C-01" not in [one.id for one in conflicts_for("academy", where="letters")]
