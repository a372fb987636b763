"""Scenarios of the alternative provision's policy."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from intranet import duties, store
from intranet.duties.models import Finding
from intranet.extension.caller import Caller
from intranet.law.sessions import session_of
from intranet.pupils import service as pupils
from intranet.pupils.models import Placement
from intranet.store import records
from tests.duties.playing import waiting
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, caller_of, ctx_of, person, save


@pytest.fixture
def provision(app):
    at("2025-09-03 08:00")
    setting = a_setting("The Hollow", setting_type="alternative_provision", legal_type="non_school", phase="special")
    return setting, a_class(setting, "Otters", staff=(an_account("class_team", setting=setting),))


def commissioned(setting: int, group: int, given: str, pattern: str, model: str = "model_b") -> int:
    pupil = a_pupil(setting, given, group=group, model=None)
    from tests.fixtures.pupils import a_placement

    a_placement(setting, pupil, model=model, first="2025-09-01", agreement={"pattern": pattern, "home_school": "Larkspur Academy"})
    return pupil


@pytest.mark.scenario("P-SEN-02")
@pytest.mark.clause("SEN-002")
def test_the_age_range_is_warned_of_at_both_ends_and_nothing_is_refused(provision):
    setting, group = provision
    births = {"S2": date(2014, 9, 4), "S3": date(2014, 9, 3), "S4": date(2020, 9, 3), "S5": date(2020, 9, 4)}
    ctx, caller, actor = ctx_of(setting), caller_of(setting), person(setting, "administrator")
    warned, ages = [], {}
    for name, born in births.items():
        draft = pupils.Draft(pupils.Particulars(name, "Stone", born), date(2025, 9, 3), "model_a", group_id=group)
        with store.scope([setting]):
            admitted = pupils.admit(ctx, caller, draft, actor=actor, now=at("2025-09-03 08:10"))
            with store.connection() as conn:
                facts = pupils.facts(conn, setting, [admitted.pupil_id], on=date(2025, 9, 3))[admitted.pupil_id]
                kept = conn.execute(select(Placement.warnings).where(Placement.setting_id == setting, Placement.pupil_id == admitted.pupil_id))
                warnings = kept.scalar_one()
        age_warnings = [text for text in admitted.warnings if "SEN-002" in text]
        assert [text for text in warnings if "SEN-002" in text] == age_warnings
        ages[name] = _age(caller, facts)
        if age_warnings:
            assert "Head of Provision" in age_warnings[0]
            warned.append(name)
    assert ages == {"S2": 10, "S3": 11, "S4": 5, "S5": 4}
    assert warned == ["S3", "S5"]


def _age(caller: Caller, facts) -> int:
    from intranet.extension.values import Request

    return caller.assess(Request("admission", caller.setting, facts, date(2025, 9, 3), {"model": "model_a"})).figures["age"]


@pytest.mark.scenario("P-SEN-03")
@pytest.mark.clause("SEN-012", "SEN-036", "SEN-039", "SEN-029")
def test_registers_exist_only_for_commissioned_sessions(provision, client):
    setting, group = provision
    s6 = commissioned(setting, group, "Sorrel", "Monday, Tuesday and Wednesday mornings")
    ctx, caller = ctx_of(setting), caller_of(setting)
    found = []
    with store.scope([setting]), store.connection() as conn:
        for day in (date(2025, 9, n) for n in range(15, 22)):
            found += [one for one in duties.expected(conn, ctx, caller, day) if s6 in one.pupil_ids]
    assert [f"{session_of(one.session_no).day} {session_of(one.session_no).key}" for one in found] == [
        "2025-09-15 AM", "2025-09-16 AM", "2025-09-17 AM",
    ]  # fmt: skip
    assert len(found) == 3  # possible sessions of the week
    duties.tick(at("2025-09-18 18:00"))
    missing = [row for row in waiting(setting, {"office"}, "register_not_taken") if row.anchor >= date(2025, 9, 18)]
    assert missing == []
    assert waiting(setting, {"office"}, "no_session_plan") == []


@pytest.mark.scenario("P-SEN-16")
@pytest.mark.clause("SEN-081")
def test_each_pupil_has_a_threshold_of_their_own(provision):
    setting, group = provision
    s15, s16 = (commissioned(setting, group, given, "Mon to Fri mornings") for given in ("Sorrel", "Sage"))
    with store.scope([setting]), store.writing(now=at("2025-09-03 08:00"), actor_id=None) as w:
        for pupil, share in ((s15, "17/20"), (s16, "4/5")):
            records.create(w, setting_id=setting, kind="threshold", pupil_id=pupil, first=date(2025, 9, 1), data={"share": share})
    days = ctx_of(setting).calendar.school_days(date(2025, 9, 1), date(2025, 11, 21))[-40:]
    for number, day in enumerate(days):
        symbol = "I" if number < 7 else "/"
        save(setting, group, f"{day.isoformat()} AM", {s15: symbol, s16: symbol}, now=f"{day.isoformat()} 09:05", role="attendance_lead")
    f = Finding
    with store.scope([setting]), store.connection() as conn:
        query = select(f.pupil_id, f.data).where(f.setting_id == setting, f.kind == "stage_2", f.cleared_at.is_(None))
        stage2 = {row.pupil_id: row.data["figures"] for row in conn.execute(query)}
    assert set(stage2) == {s15}
    assert stage2[s15]["rate_percent"] == "82.5"
    assert stage2[s15]["possible"] == 40
    assert [row.pupil_id for row in waiting(setting, {"attendance_lead"}, "stage_2")] == [s15]


@pytest.mark.scenario("P-SEN-22")
@pytest.mark.clause("SEN-042", "SEN-023")
def test_a_weekly_audit_is_due_on_friday_and_overdue_on_monday(provision, client):
    setting, _ = provision
    with store.scope([setting]), store.writing(now=at("2025-11-07 15:00"), actor_id=None) as w:
        records.create(w, setting_id=setting, kind="register_audit", pupil_id=None, first=date(2025, 11, 7), data={"findings": "None"})
    lead = an_account("attendance_lead", setting=setting, name="Lena Larch")
    states = []
    for day in ("2025-11-14", "2025-11-17"):
        duties.tick(at(f"{day} 09:00"))
        rows = [row for row in waiting(setting, {"attendance_lead"}, "weekly:register_audit") if row.anchor == date(2025, 11, 10)]
        states.append((day, rows[0].state))
        page = signed_in(client, lead).get(f"/settings/{setting}/").get_data(as_text=True)
        assert "Weekly register audit, week of 10 November" in page
    assert states == [("2025-11-14", "due"), ("2025-11-17", "overdue")]


@pytest.mark.clause("SEN-008", "SEN-011")
def test_model_a_and_model_b_say_who_owns_each_duty(provision):
    models = {model.key: model.duties for model in caller_of(provision[0]).catalogue.placement_models}
    assert set(models["model_a"].values()) == {"us"}
    assert models["model_b"]["register"] == "us"
    assert {models["model_b"][duty] for duty in ("authorising", "leave", "legal", "returns", "roll")} == {"home_school"}


@pytest.mark.clause("SEN-065", "SEN-066", "SEN-067")
def test_persistent_lateness_is_told_to_the_home_school_too_in_model_b_once_a_number_is_set(provision):
    from intranet.settings import service as settings

    setting, group = provision
    ours, theirs = (commissioned(setting, group, given, "Mon to Fri mornings", model) for given, model in (("Ivy", "model_a"), ("Fern", "model_b")))
    with store.scope([setting]), store.writing(now=at("2025-09-03 08:00"), actor_id=1) as w:
        settings.set_house_value(w, setting, "lateness.persistent_count", 2, "agreed", date(2025, 9, 1))
    for day in ("2025-09-08", "2025-09-09"):
        save(setting, group, f"{day} AM", {ours: "L", theirs: "L"}, now=f"{day} 09:20", role="attendance_lead")
    rows = {row.pupil_id: row.tell for row in waiting(setting, {"attendance_lead"}, "persistent_lateness")}
    assert rows == {ours: ("attendance_lead",), theirs: ("attendance_lead", "home_school")}


@pytest.mark.clause("SEN-087")
def test_severe_absence_is_stage_three_from_half_of_enough_sessions(provision):
    setting, group = provision
    pupil = commissioned(setting, group, "Sage", "Mon to Fri mornings")
    days = ctx_of(setting).calendar.school_days(date(2025, 9, 8), date(2025, 9, 19))
    for number, day in enumerate(days):
        save(setting, group, f"{day} AM", {pupil: "I" if number % 2 else "/"}, now=f"{day} 09:05", role="attendance_lead")
    assert [row.pupil_id for row in waiting(setting, {"attendance_lead"}, "stage_3")] == [pupil]
