"""A setting asks its own plugin only, gets the core's answers where it is silent, and the law's whatever it says."""

from __future__ import annotations

from datetime import date, time
from threading import Event
from types import ModuleType, SimpleNamespace

import pytest

from intranet.extension import host
from intranet.extension.api import (
    Assessment,
    Known,
    MarkChange,
    Place,
    Placement,
    Profile,
    PupilFacts,
    Request,
    Trigger,
    hookimpl,
)
from intranet.extension.guard import Guard, HookError
from intranet.testing import FIRST_DAY, at, caller_for, facts, history, kinds, setting_context
from plugins import academy, tutoring

PROFILE = Profile("hospital_school", "Hospital school", "A school in a hospital.", ("maintained",), ("all_through",), "am_pm")
TEN_DAYS = {f"{day.isoformat()} {key}": "O" for day in (date(2025, 9, n) for n in (3, 4, 5, 8, 9, 10, 11, 12, 15, 16)) for key in ("AM", "PM")}


def plugin(**hooks) -> ModuleType:
    made = ModuleType("hospital_school")
    hooks.setdefault("profile", lambda: PROFILE)
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


def hospital(guard=None, legal_type="maintained", house=None, **hooks):
    made = host.Host([("hospital_school", plugin(**hooks)), ("academy", academy)], guard)
    return made.caller(setting_context("hospital_school", legal_type=legal_type, house=house))


def change(caller, symbol="/"):
    slot = caller.sessions(FIRST_DAY, [Placement(1, 1, "own_roll", FIRST_DAY, None)])[1][0]
    return MarkChange(PupilFacts(1, None, None), slot, symbol, at(FIRST_DAY, "09:05"))


@pytest.mark.clause("ASC-17")
def test_a_profile_alone_gets_two_sessions_national_codes_and_the_cores_roles():
    caller = hospital()
    slots = caller.sessions(FIRST_DAY, [Placement(1, 1, "own_roll", FIRST_DAY, None)])[1]
    assert [(slot.key, slot.opens, slot.closes) for slot in slots] == [("AM", time(9), time(9, 30)), ("PM", time(13), time(13, 30))]
    assert "Y1" in caller.codes.on(FIRST_DAY)
    assert {"teacher", "office", "head"} <= {role.key for role in caller.roles}
    assert [model.key for model in caller.catalogue.placement_models] == ["own_roll"]
    assert caller.assess(Request("admission", caller.setting, PupilFacts(0, None, None), FIRST_DAY)) == Assessment()


def test_the_core_times_are_marked_as_no_policys():
    found = hospital().params(FIRST_DAY).resolution("register.am_open")
    assert found.in_force.standing == "assumption"
    assert "house setting, not from policy" in found.warning


def test_a_setting_is_never_asked_by_another_settings_plugin():
    caller = hospital()
    late = {f"2025-09-{day:02d} AM": "L" for day in (3, 4, 5, 8, 9)}
    assert "persistent_lateness" not in kinds(caller.triggers(facts(caller, history(caller, late), at(date(2025, 9, 9)))))
    assert caller.partials(Place("settings.sections", caller.setting, at(FIRST_DAY))) == []


def test_a_house_value_beats_the_policy_and_keeps_its_type():
    caller = caller_for(academy, "academy", house={"register.am_open": "08:55", "metrics.pa_rate": "1/20"})
    slots = caller.sessions(FIRST_DAY, [Placement(1, 1, "own_roll", FIRST_DAY, None)])[1]
    assert slots[0].opens == time(8, 55)
    assert caller.params(FIRST_DAY)["metrics.pa_rate"] * 20 == 1


def test_a_house_value_for_a_parameter_that_is_gone_says_nothing():
    assert "old.rule" not in caller_for(academy, "academy", house={"old.rule": 3}).params(FIRST_DAY)


def test_an_arrival_is_proposed_from_the_clock_by_default():
    caller = hospital()
    slot = caller.sessions(FIRST_DAY, [Placement(1, 1, "own_roll", FIRST_DAY, None)])[1][0]
    pupil = PupilFacts(1, None, None)
    found = [caller.propose_mark(slot, pupil, Known("arrival", at=at(FIRST_DAY, when)), FIRST_DAY) for when in ("09:00", "09:01", "09:30")]
    assert [(one.symbol, one.minutes) for one in found] == [("/", None), ("L", 1), ("U", 30)]
    assert caller.propose_mark(slot, pupil, Known("leave", "C", source="Leave granted"), FIRST_DAY).symbol == "C"


@pytest.mark.clause("ATT-175")
def test_no_plugin_can_hide_the_five_day_limit_or_the_ten_day_return():
    caller = hospital(triggers=lambda facts, params: [])
    marks = history(caller, {**TEN_DAYS, "2025-09-17 AM": "N"})
    assert {"n_code", "attendance_return"} <= kinds(caller.triggers(facts(caller, marks, at(date(2025, 9, 17), "10:00"))))


def test_the_ten_day_return_counts_u_breaks_on_i_and_is_not_for_companies_or_infants():
    caller = hospital()
    through = at(date(2025, 9, 16))
    assert "attendance_return" in kinds(caller.triggers(facts(caller, history(caller, {**TEN_DAYS, "2025-09-09 AM": "U"}), through)))
    assert "attendance_return" not in kinds(caller.triggers(facts(caller, history(caller, {**TEN_DAYS, "2025-09-09 AM": "I"}), through)))
    assert "attendance_return" not in kinds(caller.triggers(facts(caller, history(caller, TEN_DAYS), through, born=date(2021, 5, 20))))
    company = hospital(legal_type="company")
    assert "attendance_return" not in kinds(company.triggers(facts(company, history(company, TEN_DAYS), through)))


def broken(**_):
    raise RuntimeError("a child's name that must not be logged")


def test_a_failing_check_refuses_the_mark_and_a_failing_assessment_refuses_the_act(caplog):
    caller = hospital(check_mark=lambda change: broken(), assess=lambda request: broken())
    found = caller.check_mark(change(caller))
    assert [one.level for one in found] == ["block"]
    assert "could not be checked" in found[0].message
    assert not caller.assess(Request("admission", caller.setting, PupilFacts(0, None, None), FIRST_DAY)).allowed
    assert "child's name" not in caplog.text


def test_failing_triggers_leave_the_baseline_and_say_that_the_rules_did_not_run():
    caller = hospital(triggers=lambda facts: broken())
    found = caller.triggers(facts(caller, history(caller, {"2025-09-03 AM": "N"}), at(FIRST_DAY)))
    assert kinds(found) == {"n_code", "persistent_absence", "severe_absence", "rules_did_not_run"}
    duty = next(one for one in found if one.kind == "rules_did_not_run")
    assert set(duty.assign) == {"attendance_lead", "system_admin"}
    assert duty.pupil_id is None


def test_a_failing_partial_is_one_line():
    caller = hospital(partials=lambda place: broken())
    parts = caller.partials(Place("pupil.panels", caller.setting, at(FIRST_DAY)))
    assert [part.template for part in parts] == ["duties/_plugin_failed.html"]


def test_a_failing_session_plan_falls_back_to_half_days():
    caller = hospital(sessions=lambda setting: broken())
    assert len(caller.sessions(FIRST_DAY, [Placement(1, 1, "own_roll", FIRST_DAY, None)])[1]) == 2


def test_a_hook_that_hangs_is_abandoned_within_its_budget():
    answered = Event()
    caller = hospital(Guard(budget=0.05), triggers=lambda facts: answered.wait(20) or [])
    found = caller.triggers(facts(caller, history(caller, {"2025-09-03 AM": "N"}), at(FIRST_DAY)))
    assert not answered.is_set(), "the hook is still at work when its caller has gone on"
    answered.set()
    assert "rules_did_not_run" in kinds(found)


def test_a_hook_is_set_aside_after_three_failures_and_tried_again_ten_minutes_later():
    now, asked = [0.0], []
    guard = Guard(now=lambda: now[0])

    def fail():
        asked.append(now[0])
        raise ValueError

    for _ in range(5):
        with pytest.raises(HookError):
            guard.run("hospital_school", "triggers", fail)
    assert len(asked) == 3
    assert guard.troubles() == [("hospital_school", "triggers", 3)]
    assert guard.run("hospital_school", "partials", lambda: "others go on") == "others go on"
    now[0] = 601.0
    assert guard.run("hospital_school", "triggers", lambda: "well again") == "well again"


def test_all_assessments_must_allow_and_their_words_are_joined():
    caller = hospital(assess=lambda request: Assessment(False, missing=("a bed",), warnings=("ward is full",)))
    found = caller.assess(Request("admission", caller.setting, PupilFacts(0, None, None), FIRST_DAY))
    assert (found.allowed, found.missing, found.warnings) == (False, ("a bed",), ("ward is full",))


def test_a_reason_makes_a_tutoring_absence_an_explained_one():
    caller = caller_for(tutoring, "tutoring", legal_type="company")
    assert caller.stored_symbol("A", "illness") == "AR"
    assert caller.stored_symbol("A", "  ") == "A"
    assert caller.entered_symbol("AR") == "A"
    assert caller_for(academy, "academy").stored_symbol("B", "swimming") == "B"


def test_a_setting_speaks_its_own_words():
    assert caller_for(tutoring, "tutoring", legal_type="company").words["pupil"] == "learner"
    assert caller_for(academy, "academy").words["head"] == "Principal"
    assert caller_for(academy, "academy").role_label("head") == "Principal"
    assert hospital().words["pupil"] == "pupil"


def test_many_pupils_are_asked_about_in_one_hand_over():
    calls = []
    caller = hospital(triggers=lambda facts: [Trigger("seen", facts.pupil.id, FIRST_DAY, "Seen")])
    caller._guard = SimpleNamespace(run=lambda plugin, hook, call, _calls: calls.append(hook) or call())
    found = caller.triggers_many([facts(caller, [], at(FIRST_DAY), id=n) for n in range(30)])
    assert calls == ["triggers"]
    assert [one[0].pupil_id for one in found] == list(range(30))
