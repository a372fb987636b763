"""The procedure of a primary school for a child who may be missing education, at its stated dates (ASC-23 to ASC-33)."""

from __future__ import annotations

from datetime import date

import pytest

from intranet.cases import page, service
from intranet.duties.service import complete
from intranet.errors import NotAllowed, Refused
from tests.cases.playing import a_school, get, post, scoped
from tests.duties.playing import at, days, save, waiting

CALLED = {"outcome": "no_answer", "fields": {"whom": "Mother"}}


@pytest.fixture
def school(app):
    return a_school()


def _absent(school, first: str, last: str, symbol: str = "N", given: str = "Rowan") -> int:
    pupil = school.pupil(given)
    days(school.setting, first, last, symbol, pupil, group=school.group)
    return pupil


def _open_case(school) -> int:
    for role in ("dsl", "business_manager", "headteacher", "governor", "teacher", "office"):
        school.person(role)
    _absent(school, "2025-11-03", "2025-11-14")
    return school.cases()[-1].id


@pytest.mark.scenario("P-ASC-01")
@pytest.mark.clause("ASC-23", "ASC-24", "ASC-25", "ASC-26", "ASC-27", "ASC-28", "ASC-29", "ASC-30")
def test_the_tenth_unexplained_school_day_opens_the_procedure_with_its_six_steps(school):
    for role in ("dsl", "business_manager", "headteacher", "teacher"):
        school.person(role)
    pupil = _absent(school, "2025-11-03", "2025-11-13")
    save(school.setting, "2025-11-14 AM", {pupil: "N"}, group=school.group, now="2025-11-14 09:10")
    assert school.cases() == []
    save(school.setting, "2025-11-14 PM", {pupil: "N"}, group=school.group, now="2025-11-14 13:10")
    case = school.case()
    assert (case.kind.key, case.state.opened_on.isoformat(), case.clocks["run"].number) == ("cme", "2025-11-14", 10)
    assert school.finding("cme_run").data["figures"]["run_days"] == 10
    assert [seen.step.title.lower() for seen in case.steps if seen.open] == [
        "phone family", "email family", "home visit decision", "decide on telling la cme officer and agencies", "ask other schools",
        "ask other services",
    ]  # fmt: skip
    assert {role for role, _ in school.told("finding/cme_run")} == {"dsl", "business_manager", "headteacher"}


@pytest.mark.clause("ASC-23")
@pytest.mark.parametrize(("first", "before", "tenth"), [
    pytest.param("2025-10-15", "2025-11-03", "2025-11-04", marks=pytest.mark.scenario("P-ASC-03")),
    pytest.param("2025-11-20", "2025-12-03", "2025-12-04", marks=pytest.mark.scenario("P-ASC-04")),
    pytest.param("2026-04-27", "2026-05-08", "2026-05-11", marks=pytest.mark.scenario("P-ASC-05")),
])  # fmt: skip
def test_holidays_training_days_and_bank_holidays_are_not_counted(school, first, before, tenth):
    pupil = _absent(school, first, before)
    assert school.cases() == []
    days(school.setting, tenth, tenth, "N", pupil, group=school.group)
    case = school.case()
    assert (case.kind.key, case.state.opened_on.isoformat(), case.clocks["run"].number) == ("cme", tenth, 10)


@pytest.mark.clause("ASC-23")
def test_nine_days_are_not_enough(school):
    pupil = _absent(school, "2025-11-03", "2025-11-13")
    days(school.setting, "2025-11-14", "2025-11-14", "/", pupil, group=school.group)
    assert school.cases() == []


@pytest.mark.scenario("P-ASC-06")
@pytest.mark.clause("ASC-22", "ASC-23")
def test_an_explanation_of_the_early_days_restarts_the_count(school):
    pupil = _absent(school, "2025-11-03", "2025-11-11")
    days(school.setting, "2025-11-03", "2025-11-11", "I", pupil, group=school.group)
    days(school.setting, "2025-11-12", "2025-11-14", "N", pupil, group=school.group)
    assert school.cases() == []
    days(school.setting, "2025-11-17", "2025-11-25", "N", pupil, group=school.group)
    assert school.case().state.anchor.isoformat() == "2025-11-12"


@pytest.mark.clause("ASC-23")
def test_one_attended_session_ends_the_run(school):
    pupil = _absent(school, "2025-11-03", "2025-11-07")
    save(school.setting, "2025-11-10 AM", {pupil: "N"}, group=school.group, now="2025-11-10 09:10")
    save(school.setting, "2025-11-10 PM", {pupil: "\\"}, group=school.group, now="2025-11-10 13:10")
    days(school.setting, "2025-11-11", "2025-11-21", "N", pupil, group=school.group)
    assert school.cases() == []
    days(school.setting, "2025-11-24", "2025-11-24", "N", pupil, group=school.group)
    assert school.case().state.anchor.isoformat() == "2025-11-11"


@pytest.mark.scenario("P-ASC-08")
@pytest.mark.clause("ASC-27")
def test_the_decision_needs_the_headteacher_and_a_governor(school, client):
    case_id = _open_case(school)
    path = f"cases/{case_id}/steps/tell_authority/"
    said = {"outcome": "inform", "reason": "Nobody has seen the child for ten school days."}
    at("2025-11-17 10:00")
    assert post(client, school, "headteacher", path, **said).status_code == 303
    assert (school.case().step("tell_authority").status, school.case().state.decided) == ("In progress", {})
    refused = post(client, school, "business_manager", path, **said)
    assert refused.status_code == 403
    assert "Headteacher or Governor" in refused.get_data(as_text=True)
    assert school.case().step("tell_authority").status == "In progress"
    at("2025-11-18 16:00")
    assert post(client, school, "governor", path, **said).status_code == 303
    decided = school.case().state
    assert decided.decided["tell_authority"].outcome == "inform"
    assert decided.decided["tell_authority"].on.isoformat() == "2025-11-18"
    assert {role for one in decided.views for role in one.roles if role in ("headteacher", "governor")} == {"headteacher", "governor"}
    assert all(one.note for one in decided.views)
    assert school.case().step("inform_officer").open


@pytest.mark.scenario("P-ASC-09")
@pytest.mark.clause("ASC-23", "ASC-27")
def test_deciding_not_to_tell_leaves_the_return_of_the_law_due(school, client):
    school.person("business_manager")
    pupil = school.pupil()
    days(school.setting, "2025-11-03", "2025-11-07", "N", pupil, group=school.group)
    days(school.setting, "2025-11-10", "2025-11-14", "O", pupil, group=school.group)
    at("2025-11-14 13:20")
    case_id = school.cases()[-1].id
    raised = school.finding("attendance_return")
    assert f"{raised.raised_at:%Y-%m-%d}" == "2025-11-14"
    at("2025-11-17 10:00")
    shown = get(client, school, "headteacher", f"cases/{case_id}/steps/tell_authority/").get_data(as_text=True)
    assert "C-11" in shown
    assert "the law’s own duty stands" in shown
    for role in ("headteacher", "governor"):
        said = {"outcome": "do_not_inform", "reason": "The family has moved and told the authority itself."}
        post(client, school, role, f"cases/{case_id}/steps/tell_authority/", **said)
    officer = school.case().step("inform_officer")
    assert (officer.status, officer.why_not) == ("Not needed", "Decide on telling LA CME officer and agencies: do not inform")
    assert school.finding("attendance_return").cleared_at is None
    assert waiting(school.setting, {"headteacher", "head"}, "attendance_return")
    with pytest.raises(Refused):
        scoped(school, service.waive, school.by("headteacher"), case_id, "tell_authority", "The law's return is enough")


@pytest.mark.scenario("P-ASC-10")
@pytest.mark.clause("ASC-15")
def test_any_member_of_staff_can_say_so_before_the_tenth_day(school, client):
    for role in ("dsl", "business_manager", "teacher"):
        school.person(role)
    pupil = _absent(school, "2026-01-14", "2026-01-15")
    at("2026-01-15 11:20")
    path = f"cases/suspect/cme/{pupil}/"
    empty = post(client, school, "teacher", path, note="")
    assert empty.status_code == 422
    assert post(client, school, "teacher", path, note="A cousin says that the flat is empty.").status_code == 303
    case = school.case()
    assert (case.kind.key, case.state.stage) == ("cme", "suspected")
    assert school.told(f"case/{case.state.id}") == {("dsl", "2026-01-15T11:20"), ("business_manager", "2026-01-15T11:20")}
    assert get(client, school, "teacher", f"cases/{case.state.id}/").status_code == 403


@pytest.mark.clause("ASC-15", "ASC-23")
def test_a_suspicion_becomes_the_procedure_on_the_tenth_day(school):
    pupil = _absent(school, "2025-11-03", "2025-11-05")
    case_id = scoped(school, service.suspect, school.by("teacher"), "cme", pupil, "Nobody answers.")
    days(school.setting, "2025-11-06", "2025-11-14", "N", pupil, group=school.group)
    assert [row.id for row in school.cases()] == [case_id]
    assert (school.case().state.stage, school.case().state.anchor.isoformat()) == ("at_risk", "2025-11-03")


@pytest.mark.scenario("P-ASC-15")
@pytest.mark.clause("ASC-31", "ASC-32", "ASC-33")
def test_a_child_who_comes_back_gets_a_reintegration_plan(school, client):
    case_id = _open_case(school)
    at("2025-11-26 10:00")
    path = f"cases/{case_id}/steps/located/"
    unsaid = post(client, school, "dsl", path, outcome="returning", **{"f-located_on": "2025-11-26", "f-return_on": "", "f-where": "", "note": ""})
    assert unsaid.status_code == 422
    assert "Returns on: nothing was entered, and the policy asks for it (ASC-31, ASC-32)" in unsaid.get_data(as_text=True)
    done = post(client, school, "dsl", path, outcome="returning", **{"f-located_on": "2025-11-26", "f-return_on": "2025-12-01", "f-where": "", "note": ""})
    assert done.status_code == 303
    case = school.case()
    assert case.state.stage == "returning"
    plan = case.step("reintegration")
    assert plan.open
    assert "Professionals to involve" in [field.label for field in plan.step.fields]
    shown = get(client, school, "dsl", f"cases/{case_id}/chronology/").get_data(as_text=True)
    assert "Located on: 26 November 2025" in shown
    assert "Returns on: 1 December 2025" in shown
    at("2025-12-01 09:00")
    scoped(school, service.do_step, school.by("dsl"), case_id, "reintegration", service.Said(
        "", {"starts": "2025-12-01", "professionals": "Family support worker", "support": "A quiet start each morning"}))  # fmt: skip
    assert school.case().step("reintegration").entries[0].fields["starts"] == "2025-12-01"


@pytest.mark.clause("ASC-22")
def test_when_the_ground_goes_the_case_says_so_and_stays_open_for_a_person_to_close(school, client):
    case_id = _open_case(school)
    at("2025-11-17 09:00")
    pupil = school.case().state.pupil_id
    save(school.setting, "2025-11-07 AM", {pupil: "I"}, group=school.group, now="2025-11-17 09:05")
    case = school.case()
    assert (case.state.open, case.state.grounds_gone.isoformat()) == (True, "2025-11-17")
    assert "Grounds gone since" in get(client, school, "dsl", f"cases/{case_id}/").get_data(as_text=True)
    nothing = post(client, school, "dsl", f"cases/{case_id}/close/", outcome="explained", note="")
    assert nothing.status_code == 422
    assert post(client, school, "dsl", f"cases/{case_id}/close/", outcome="explained", note="The family had written; the letter was found.").status_code == 303
    assert not school.case(case_id).state.open
    assert waiting(school.setting, {"office", "dsl", "headteacher"}, "case_step") == []
    assert school.differences() == []


@pytest.mark.clause("ASC-27")
def test_a_governor_sees_a_short_summary_while_the_decision_is_open_and_nothing_after(school, client):
    case_id = _open_case(school)
    path = f"cases/{case_id}/steps/tell_authority/"
    scoped(school, service.note, school.by("dsl"), case_id, "An aunt was reached.")
    at("2025-11-17 10:00")
    home = get(client, school, "governor", "").get_data(as_text=True)
    assert path in home
    shown = get(client, school, "governor", path)
    assert shown.status_code == 200
    assert "An aunt was reached" not in shown.get_data(as_text=True)
    assert get(client, school, "governor", f"cases/{case_id}/").status_code == 403
    assert get(client, school, "governor", f"cases/{case_id}/steps/phone_family/").status_code == 404
    for role in ("headteacher", "governor"):
        post(client, school, role, path, outcome="inform", reason="Ten days without a word.")
    assert get(client, school, "governor", path).status_code == 404
    assert "No decision waits for you" in get(client, school, "governor", "").get_data(as_text=True)


@pytest.mark.clause("ASC-24")
def test_a_call_is_logged_by_the_office_and_refused_to_a_teacher(school, client):
    case_id = _open_case(school)
    at("2025-11-17 08:30")
    path = f"cases/{case_id}/steps/phone_family/"
    home = get(client, school, "office", "").get_data(as_text=True)
    assert path in home
    assert get(client, school, "teacher", path).status_code == 403
    said = {"outcome": "no_answer", "f-whom": "Mother", "f-said": "", "note": ""}
    assert post(client, school, "office", path, **said).status_code == 303
    assert school.case().step("phone_family").status == "Done"
    assert [row.step for row in waiting(school.setting, {"office"}, "case_step")] == ["email_family", "ask_schools", "ask_services"]
    assert post(client, school, "office", path, **{**said, "outcome": "reached"}).status_code == 303
    assert len(school.case().step("phone_family").entries) == 2
    row = waiting(school.setting, {"office"}, "case_step")[0]
    by = school.by("office")
    with pytest.raises(Refused):
        scoped(school, complete, by.ctx, by.caller, row, "Done", actor=by.actor, now=by.now)


def test_another_role_is_refused_by_the_verb_itself_too(school):
    case_id = _open_case(school)
    with pytest.raises(NotAllowed):
        scoped(school, service.do_step, school.by("teacher"), case_id, "phone_family", service.Said(**CALLED))


def test_a_clock_says_which_day_it_is_and_when_its_number_is_reached(school):
    pupil = _absent(school, "2025-11-03", "2025-11-05")
    case_id = scoped(school, service.suspect, school.by("teacher"), "cme", pupil, "Nobody answers.")
    assert page.clock_says(school.case(case_id).clocks["run"], date(2025, 11, 5)) == "school day 1 of 10, due Tue 18 Nov"
    days(school.setting, "2025-11-06", "2025-11-17", "N", pupil, group=school.group)
    assert page.clock_says(school.case(case_id).clocks["run"], date(2025, 11, 17)) == "school day 11; 10 were reached on Fri 14 Nov"
