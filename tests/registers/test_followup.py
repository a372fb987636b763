"""The follow-up list through its services: who is on it, the academy's ladder, reasons and who decides on them."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from intranet import clock, duties, store
from intranet.errors import NotAllowed, Refused
from intranet.registers import followup_logging, followup_reports, service
from intranet.registers.followup_logging import Call
from intranet.store.registers import decode
from intranet.store.tables import event
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_contact, a_pupil
from tests.registers.conftest import a_school
from tests.registers.followup_kit import HOME, absent, day_list, log_try, row_of, stands, told, with_contacts

# ------------------------------------------------------------------ who is on the list


def test_only_absences_without_a_reason_are_listed(school):
    school.at("08:57")
    school.save({0: "N", 1: "I", 2: "O"}, rest_present=True)
    assert [row.pupil_id for row in day_list(school).rows] == [school.pupils[0], school.pupils[2]]


def test_a_child_who_needs_looking_for_first_comes_before_others_and_a_tried_one_last(school):
    listed = a_pupil(school.id, "Zoe", "Zinnia", group=school.group, flags=("vulnerable_list",))
    school.pupils.append(listed)
    with_contacts(school, 0)
    absent(school, 0, 1, 5)
    assert [row.pupil_id for row in day_list(school).rows] == [listed, school.pupils[0], school.pupils[1]]
    log_try(school, "sent", 0)
    assert [row.pupil_id for row in day_list(school).rows] == [listed, school.pupils[1], school.pupils[0]]


def test_the_statements_of_the_list_do_not_grow_with_the_children(school):
    absent(school, 0)
    few = _cost(school)
    for n in range(20):
        a_pupil(school.id, "More", f"Pupil{n}", group=school.group)
    school.at("13:05")
    everybody = {one.pupil_id: "N" for one in school.page("PM").rows}
    school.save(everybody, "PM")
    assert len(day_list(school).rows) > 20
    assert _cost(school) == few


def _cost(school):
    day_list(school)
    with store.statements() as ran:
        day_list(school)
    return len(ran)


# ------------------------------------------------------------------ the academy's ladder


@pytest.mark.scenario("P-ATT-51")
@pytest.mark.clause("ATT-056", "ATT-057", "ATT-058", "ATT-062")
def test_message_call_other_contacts_and_the_visit_decision_open_one_after_the_other(app):
    for school in a_school(app):
        clock.current_clock().set(datetime(2025, 11, 13, 8, 55))
        with_contacts(school)
        absent(school)
        labels = ["App message", "Phone call", "Other listed contacts", "Home visit decision"]
        assert [label for label, _ in stands(school)] == labels
        assert [state for _, state in stands(school)] == ["open", "waiting", "waiting", "waiting"]
        with pytest.raises(Refused, match="App message"):
            log_try(school, "no_answer")
        log_try(school, "sent")
        assert [state for _, state in stands(school)] == ["done", "open", "waiting", "waiting"]
        log_try(school, "no_answer", contact_id=row_of(school).next_id)
        assert row_of(school).open.label == "Other listed contacts"
        log_try(school, "message_left", contact_id=row_of(school).next_id)
        assert [state for _, state in stands(school)] == ["done", "done", "done", "open"]
        log_try(school, "no_visit", note="Known to be with the grandmother")
        assert [state for _, state in stands(school)] == ["done"] * 4


@pytest.mark.clause("ATT-209", "ATT-215", "ATT-217")
def test_for_the_vulnerable_list_the_call_comes_first_and_the_dsl_is_told(school):
    listed = a_pupil(school.id, "Zoe", "Zinnia", group=school.group, flags=("vulnerable_list",))
    school.pupils.append(listed)
    dsl = an_account("dsl", setting=school.id, name="Dana Dunlin")
    a_contact(school.id, listed, "Zinnia", **HOME)
    absent(school, 5)
    assert [label for label, _ in stands(school, 5)][:2] == ["Phone call", "App message"]
    log_try(school, "no_answer", 5, contact_id=row_of(school, 5).next_id)
    assert told(school) == []
    assert log_try(school, "sent", 5).told == ("Designated Safeguarding Lead",)
    assert told(school) == [("dsl", "Absence without a reason on 08/10/2025: no answer from home")]
    assert dsl


@pytest.mark.clause("ATT-212")
def test_a_visit_decision_keeps_its_rationale_either_way(school):
    absent(school)
    log_try(school, "sent")
    log_try(school, "no_answer")  # nobody else is listed, so the decision is next
    with pytest.raises(Refused, match="says why"):
        log_try(school, "no_visit")
    log_try(school, "visit", note="Two of us go")
    assert row_of(school).tried[-1].note == "Two of us go"


@pytest.mark.clause("ATT-226", "ATT-210")
def test_on_the_third_day_not_visiting_is_not_on_offer(school):
    for day in (date(2025, 10, 6), date(2025, 10, 7), date(2025, 10, 8)):
        school.at("08:57", day)
        school.save({0: "N"}, rest_present=True, day=day)
    school.at("09:35")
    assert row_of(school).number == 3
    log_try(school, "sent")
    log_try(school, "no_answer")
    assert row_of(school).open.options == (("visit", "Visit today"),)
    with pytest.raises(Refused, match="not on offer"):
        log_try(school, "no_visit", note="Not needed")


# ------------------------------------------------------------------ reasons and who decides


@pytest.mark.clause("ATT-072", "ATT-019")
def test_illness_is_a_proposal_until_the_principal_or_a_delegate_decides(school):
    with_contacts(school)
    absent(school)
    done = log_try(school, "spoke", contact_id=row_of(school).adults[0].id, reason="illness", note="A cold")
    assert (done.amended, done.waits_for) == (0, "Principal or a delegate")
    assert school.marks()[0] == "N"
    school.at("13:05")
    assert next(row for row in school.page("PM").rows if row.pupil_id == school.pupils[0]).proposal.symbol == "I"
    with pytest.raises(NotAllowed):
        _decide(school, school.actor("attendance_officer"))
    assert _decide(school, school.actor("principal", name="Hollis Heron")) == 1
    assert school.marks()[0] == "I"


def _decide(school, actor, symbol="I", why="Mother rang, a cold", **more):
    return followup_logging.decide(
        school.ctx, school.caller, actor, school.pupils[0], clock.today(), symbol, why, more.get("by", ""), row_of(school, actor=actor).drawn,
        str(uuid.uuid4()), clock.now(),
    )  # fmt: skip


@pytest.mark.clause("ATT-072")
def test_a_delegate_of_the_principal_decides_in_one_step_with_the_five_facts(school):
    officer = an_account("attendance_officer", setting=school.id, name="Olga Oak")
    followup_reports.delegate(school.ctx, school.actor("principal"), officer, str(uuid.uuid4()), clock.now())
    with_contacts(school)
    absent(school)
    actor = school.actor("attendance_officer", account=officer, name="Olga Oak")
    done = log_try(school, "spoke", actor=actor, contact_id=row_of(school).adults[0].id, reason="illness")
    assert (done.amended, done.waits_for, school.marks()[0]) == (1, "", "I")
    events = _events(school, "register.amended")
    assert events[-1]["by"] == ["Olga Oak", "Attendance Officer"]
    assert decode(events[-1]).reason == "Illness: by telephone at 09:35"


def _events(school, kind):
    with store.connection() as conn:
        found = conn.scalars(select(event.c.data).where(event.c.setting_id == school.id, event.c.kind == kind).order_by(event.c.position))
        return [json.loads(data) for data in found]


    with store.connection() as conn:
        rows = conn.execute(select(event.c.kind, event.c.data).where(event.c.setting_id == school.id, event.c.kind == kind)).all()
    return [type("E", (), {"data": json.loads(row.data)}) for row in rows]


@pytest.mark.clause("ATT-058")
def test_an_appointment_is_amended_by_the_office_at_once_and_every_later_step_stops(school):
    with_contacts(school)
    absent(school)
    assert log_try(school, "spoke", contact_id=row_of(school).adults[0].id, reason="appointment").amended == 1
    assert school.marks()[0] == "M"
    assert day_list(school).rows == ()
    assert day_list(school).resolved == ("Amber Ash",)


def test_a_mark_that_somebody_else_changed_first_is_left_and_the_call_is_kept(school):
    with_contacts(school)
    absent(school)
    row, actor = row_of(school), school.actor("attendance_officer")
    school.at("13:05")
    school.save({0: "N"}, "PM", rest_present=True)
    done = followup_logging.log(
        school.ctx, school.caller, actor, school.pupils[0], clock.today(), Call("spoke", row.adults[0].id, "appointment"), row.drawn,
        str(uuid.uuid4()), clock.now(),
    )  # fmt: skip
    assert school.marks()[0] == "M"
    assert school.marks("PM")[0] == "N", "drawn before it was entered"
    assert done.amended == 1
    assert len(row_of(school).tried) == 1


def test_sending_a_try_twice_stores_it_once(school):
    absent(school)
    rid, actor, row = str(uuid.uuid4()), school.actor("office"), row_of(school)
    for repeated in (False, True):
        done = followup_logging.log(school.ctx, school.caller, actor, school.pupils[0], clock.today(), Call("sent"), row.drawn, rid, clock.now())
        assert done.repeated is repeated
    assert len(row_of(school).tried) == 1


@pytest.mark.clause("ATT-072", "ATT-074")
@pytest.mark.scenario("P-ATT-11")
def test_missing_evidence_turns_no_code_and_only_a_decider_may(school, as_role):
    clock.current_clock().set(datetime(2025, 11, 21, 8, 57))
    school.save({0: "I"}, rest_present=True)
    duties.tick(clock.now() + timedelta(days=1))
    assert school.marks()[0] == "I"
    officer = an_account("attendance_officer", setting=school.id, name="Olga Oak")
    followup_reports.delegate(school.ctx, school.actor("principal"), officer, str(uuid.uuid4()), clock.now())

    def amend(symbol, actor, reason):
        service.amend(school.ctx, school.caller, school.session(), school.pupils[0], symbol, None, "Evidence was asked for twice", reason, 9999,
                      str(uuid.uuid4()), actor, clock.now())  # fmt: skip

    with pytest.raises(NotAllowed):
        amend("O", school.actor("teacher"), "No evidence came")
    amend("O", school.actor("attendance_officer", account=officer, name="Olga Oak"), "No evidence came")
    kept = _events(school, "register.amended")[-1]
    assert (school.marks()[0], decode(kept).reason, kept["by"]) == ("O", "No evidence came", ["Olga Oak", "Attendance Officer"])
    amend("I", school.actor("principal"), "A hospital letter came")
    assert school.marks()[0] == "I"
