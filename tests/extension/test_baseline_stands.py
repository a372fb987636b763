"""Neither a plugin, nor a decision, nor a house value takes away what the law concludes (C-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest

from intranet.extension import baseline, host
from intranet.extension.api import Profile, Trigger, hookimpl
from intranet.extension.guard import Guard
from intranet.law.term_dates import calendar
from intranet.testing import at, facts, history, setting_context

STD = calendar("CAL-STD")
FIRST = date(2025, 9, 8)
PROFILE = Profile("hostile", "Hostile school", "Wants no returns.", ("maintained",), ("primary",), "am_pm")
RETURNS = {"attendance_return", "sickness_return"}


def school(house=None, guard=None, **hooks):
    made = ModuleType("hostile")
    made.profile = hookimpl(lambda: PROFILE)
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return host.Host([("hostile", made)], guard).caller(setting_context("hostile", legal_type="maintained", house=house))


def absent(caller, symbol: str, days: int, **pupil):
    marks = {f"{day} {key}": symbol for day in (STD.nth(FIRST, n + 1) for n in range(days)) for key in ("AM", "PM")}
    return facts(caller, history(caller, marks), at(STD.nth(FIRST, days)), **pupil)


def returns(caller, many=None) -> list[Trigger]:
    many = many or [absent(caller, "O", 10, id=1), absent(caller, "I", 15, id=2)]
    return [trigger for found in caller.triggers_many(many) for trigger in found if trigger.kind in RETURNS]


def broken(**_):
    raise RuntimeError


@pytest.mark.clause("ASC-27")
@pytest.mark.parametrize(
    "hook",
    [
        lambda facts, params: [],
        lambda facts, params: None,
        lambda facts: broken(),
        lambda facts: ["not a trigger"],
        lambda facts: 7,
        lambda facts: [replace(Trigger("x", facts.pupil.id, FIRST, "X"), anchor=None)],
    ],
    ids=["nothing", "none", "raises", "words", "a number", "no day"],
)
def test_a_plugin_that_answers_nothing_or_nonsense_hides_no_return(hook):
    found = returns(school(triggers=hook))
    assert [(t.kind, t.pupil_id, bool(t.assign), bool(t.due)) for t in found] == [("attendance_return", 1, True, True), ("sickness_return", 2, True, True)]


@pytest.mark.clause("ASC-27")
def test_a_plugin_cannot_put_a_weaker_return_in_the_place_of_the_laws():
    def meek(facts):
        return [
            Trigger("attendance_return", pupil, FIRST, "Nothing to do", due=at(date(2031, 1, 1)), figures={"run_days": 0})
            for pupil in (1, 2)
        ] + [Trigger("attendance_return", facts.pupil.id, date(2025, 9, 9), "A second one")]

    caller = school(triggers=meek)
    many = [absent(caller, "O", 10, id=1), absent(caller, "I", 15, id=2)]
    found = [t for per_pupil in caller.triggers_many(many) for t in per_pupil if t.pupil_id == 1]
    mine = [t for t in found if t.kind == "attendance_return"]
    assert len(mine) == 1
    assert mine[0].title.startswith("10 school days absent without authority")
    assert mine[0].due.date() == STD.nth(FIRST, 10)
    assert set(mine[0].assign) == {"attendance_lead", "head"}
    assert mine[0].figures["run_days"] == 10


def test_a_policy_may_tell_more_people_of_a_return_and_want_it_sooner():
    sooner = at(STD.nth(FIRST, 9))
    caller = school(triggers=lambda facts: [Trigger("attendance_return", facts.pupil.id, FIRST, "Sooner", tell=("trust_director",), due=sooner)])
    found = returns(caller, [absent(caller, "O", 10)])
    assert [(t.due, t.tell) for t in found] == [(sooner, ("attendance_lead", "head", "trust_director"))]


def test_a_plugin_that_is_set_aside_leaves_the_returns():
    caller = school(guard=Guard(), triggers=lambda facts: broken())
    for _ in range(5):
        assert {t.kind for t in returns(caller)} == RETURNS


@pytest.mark.clause("ASC-27")
def test_a_house_value_weaker_than_the_law_is_not_used_and_a_stricter_one_is():
    weak = {"return.attendance_days": 30, "return.sickness_days": 40, "return.attendance_codes": ["G"], "return.sickness_codes": ["E"]}
    assert {t.kind for t in returns(school(house=weak))} == RETURNS
    strict = school(house={"return.attendance_days": 5})
    assert returns(strict, [absent(strict, "O", 5)])


def test_a_failing_plugin_takes_no_kind_of_the_law_with_it():
    assert RETURNS <= baseline.KINDS
    caller = school(triggers=lambda facts: broken())
    given = absent(caller, "N", 10, flags=frozenset({"social_worker"}))
    kinds = {t.kind for t in caller.triggers(given)}
    assert {"n_code", "attendance_return", "penalty_threshold", "unexplained_told", "persistent_absence", "severe_absence"} <= kinds
