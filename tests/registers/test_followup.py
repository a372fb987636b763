"""The follow-up list through its pages and services: the ladder, calls, reasons, decisions, holds and parents' messages."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from intranet import clock, duties, store
from intranet.errors import NotAllowed, NotFound, Refused
from intranet.messages.models import NoticeRow
from intranet.registers import followup, followup_logging, followup_reports, service
from intranet.registers.followup_logging import Call
from intranet.store.registers import decode
from intranet.store.tables import event
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.registers.conftest import a_school

HOME = {"given": "Robin", "relationship": "mother", "phones": ("01632 960001",)}
GRAN = {"given": "Greta", "relationship": "grandmother", "priority": 2, "phones": ("01632 960002",)}


def _contacts(school, index=0):
    pupil = school.pupils[index]
    return [a_contact(school.id, pupil, "Ash", **HOME), a_contact(school.id, pupil, "Ash", **GRAN)]


def _absent(school, *which, at="08:57"):
    school.at(at)
    school.save(dict.fromkeys(which or (0,), "N"), rest_present=True)
    school.at("09:35")


def _page(school, actor=None, day=None):
    with store.connection() as conn:
        return followup.follow_up(conn, school.ctx, school.caller, actor or school.actor("attendance_officer"), day or clock.today(), clock.now())


def _row(school, index=0, actor=None):
    return next(row for row in _page(school, actor).rows if row.pupil_id == school.pupils[index])


def _log(school, outcome, index=0, actor=None, **more):
    actor = actor or school.actor(more.pop("role", "attendance_officer"))
    row = _row(school, index, actor)
    return followup_logging.log(
        school.ctx, school.caller, actor, school.pupils[index], clock.today(), Call(outcome, **more), row.drawn, str(uuid.uuid4()), clock.now()
    )  # fmt: skip


def _stands(school, index=0):
    return [(one.step.label, one.state) for one in _row(school, index).steps]


def _notices(school):
    with store.connection() as conn:
        table = NoticeRow.__table__
        query = select(table.c.told, table.c.title, table.c.raised_at).where(table.c.setting_id == school.id, table.c.kind == "absence_follow_up")
        return [(row.told, row.title) for row in conn.execute(query)]


# ------------------------------------------------------------------ who is on the list


def test_only_absences_without_a_reason_are_listed(school):
    school.at("08:57")
    school.save({0: "N", 1: "I", 2: "O"}, rest_present=True)
    assert [row.pupil_id for row in _page(school).rows] == [school.pupils[0], school.pupils[2]]


def test_a_child_who_needs_looking_for_first_comes_before_others_and_a_tried_one_last(school):
    listed = a_pupil(school.id, "Zoe", "Zinnia", group=school.group, flags=("vulnerable_list",))
    school.pupils.append(listed)
    _contacts(school, 0)
    _absent(school, 0, 1, 5)
    assert [row.pupil_id for row in _page(school).rows] == [listed, school.pupils[0], school.pupils[1]]
    _log(school, "sent", 0)
    assert [row.pupil_id for row in _page(school).rows] == [listed, school.pupils[1], school.pupils[0]]


def test_the_statements_of_the_list_do_not_grow_with_the_children(school):
    _absent(school, 0)
    few = _cost(school)
    for n in range(20):
        a_pupil(school.id, "More", f"Pupil{n}", group=school.group)
    school.at("13:05")
    everybody = {one.pupil_id: "N" for one in school.page("PM").rows}
    school.save(everybody, "PM")
    assert len(_page(school).rows) > 20
    assert _cost(school) == few


def _cost(school):
    _page(school)
    with store.statements() as ran:
        _page(school)
    return len(ran)


# ------------------------------------------------------------------ the academy's ladder


@pytest.mark.scenario("P-ATT-51")
@pytest.mark.clause("ATT-056", "ATT-057", "ATT-058", "ATT-062")
def test_message_call_other_contacts_and_the_visit_decision_open_one_after_the_other(app):
    for school in a_school(app):
        clock.current_clock().set(datetime(2025, 11, 13, 8, 55))
        _contacts(school)
        _absent(school)
        labels = ["App message", "Phone call", "Other listed contacts", "Home visit decision"]
        assert [label for label, _ in _stands(school)] == labels
        assert [state for _, state in _stands(school)] == ["open", "waiting", "waiting", "waiting"]
        with pytest.raises(Refused, match="App message"):
            _log(school, "no_answer")
        _log(school, "sent")
        assert [state for _, state in _stands(school)] == ["done", "open", "waiting", "waiting"]
        _log(school, "no_answer", contact_id=_row(school).next_id)
        assert _row(school).open.label == "Other listed contacts"
        _log(school, "message_left", contact_id=_row(school).next_id)
        assert [state for _, state in _stands(school)] == ["done", "done", "done", "open"]
        _log(school, "no_visit", note="Known to be with the grandmother")
        assert [state for _, state in _stands(school)] == ["done"] * 4


@pytest.mark.clause("ATT-209", "ATT-215", "ATT-217")
def test_for_the_vulnerable_list_the_call_comes_first_and_the_dsl_is_told(school):
    listed = a_pupil(school.id, "Zoe", "Zinnia", group=school.group, flags=("vulnerable_list",))
    school.pupils.append(listed)
    dsl = an_account("dsl", setting=school.id, name="Dana Dunlin")
    a_contact(school.id, listed, "Zinnia", **HOME)
    _absent(school, 5)
    assert [label for label, _ in _stands(school, 5)][:2] == ["Phone call", "App message"]
    _log(school, "no_answer", 5, contact_id=_row(school, 5).next_id)
    assert _notices(school) == []
    assert _log(school, "sent", 5).told == ("Designated Safeguarding Lead",)
    assert _notices(school) == [("dsl", "Absence without a reason on 08/10/2025: no answer from home")]
    assert dsl


@pytest.mark.clause("ATT-212")
def test_a_visit_decision_keeps_its_rationale_either_way(school):
    _absent(school)
    _log(school, "sent")
    _log(school, "no_answer")  # nobody else is listed, so the decision is next
    with pytest.raises(Refused, match="says why"):
        _log(school, "no_visit")
    _log(school, "visit", note="Two of us go")
    assert _row(school).tried[-1].note == "Two of us go"


@pytest.mark.clause("ATT-226", "ATT-210")
def test_on_the_third_day_not_visiting_is_not_on_offer(school):
    for day in (date(2025, 10, 6), date(2025, 10, 7), date(2025, 10, 8)):
        school.at("08:57", day)
        school.save({0: "N"}, rest_present=True, day=day)
    school.at("09:35")
    assert _row(school).number == 3
    _log(school, "sent")
    _log(school, "no_answer")
    assert _row(school).open.options == (("visit", "Visit today"),)
    with pytest.raises(Refused, match="not on offer"):
        _log(school, "no_visit", note="Not needed")


# ------------------------------------------------------------------ reasons and who decides


@pytest.mark.clause("ATT-072", "ATT-019")
def test_illness_is_a_proposal_until_the_principal_or_a_delegate_decides(school):
    _contacts(school)
    _absent(school)
    done = _log(school, "spoke", contact_id=_row(school).adults[0].id, reason="illness", note="A cold")
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
        school.ctx, school.caller, actor, school.pupils[0], clock.today(), symbol, why, more.get("by", ""), _row(school, actor=actor).drawn,
        str(uuid.uuid4()), clock.now(),
    )  # fmt: skip


@pytest.mark.clause("ATT-072")
def test_a_delegate_of_the_principal_decides_in_one_step_with_the_five_facts(school):
    officer = an_account("attendance_officer", setting=school.id, name="Olga Oak")
    followup_reports.delegate(school.ctx, school.actor("principal"), officer, str(uuid.uuid4()), clock.now())
    _contacts(school)
    _absent(school)
    actor = school.actor("attendance_officer", account=officer, name="Olga Oak")
    done = _log(school, "spoke", actor=actor, contact_id=_row(school).adults[0].id, reason="illness")
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
    _contacts(school)
    _absent(school)
    assert _log(school, "spoke", contact_id=_row(school).adults[0].id, reason="appointment").amended == 1
    assert school.marks()[0] == "M"
    assert _page(school).rows == ()
    assert _page(school).resolved == ("Amber Ash",)


def test_a_mark_that_somebody_else_changed_first_is_left_and_the_call_is_kept(school):
    _contacts(school)
    _absent(school)
    row, actor = _row(school), school.actor("attendance_officer")
    school.at("13:05")
    school.save({0: "N"}, "PM", rest_present=True)
    done = followup_logging.log(
        school.ctx, school.caller, actor, school.pupils[0], clock.today(), Call("spoke", row.adults[0].id, "appointment"), row.drawn,
        str(uuid.uuid4()), clock.now(),
    )  # fmt: skip
    assert school.marks()[0] == "M"
    assert school.marks("PM")[0] == "N", "drawn before it was entered"
    assert done.amended == 1
    assert len(_row(school).tried) == 1


def test_sending_a_try_twice_stores_it_once(school):
    _absent(school)
    rid, actor, row = str(uuid.uuid4()), school.actor("office"), _row(school)
    for repeated in (False, True):
        done = followup_logging.log(school.ctx, school.caller, actor, school.pupils[0], clock.today(), Call("sent"), row.drawn, rid, clock.now())
        assert done.repeated is repeated
    assert len(_row(school).tried) == 1


@pytest.mark.clause("ATT-072", "ATT-074")
@pytest.mark.scenario("P-ATT-11")
def test_missing_evidence_turns_no_code_and_only_a_decider_may(school, as_role):
    clock.current_clock().set(datetime(2025, 11, 21, 8, 57))
    school.save({0: "I"}, rest_present=True)
    duties.tick(clock.now() + timedelta(days=1))
    assert school.marks()[0] == "I"
    args = (school.ctx, school.caller, school.session(), school.pupils[0], "O", None, "Evidence was asked for twice", "No evidence came", 9999, )
    with pytest.raises(NotAllowed):
        service.amend(*args, str(uuid.uuid4()), school.actor("teacher"), clock.now())
    service.amend(*args, str(uuid.uuid4()), school.actor("principal"), clock.now())
    assert school.marks()[0] == "O"
    assert decode(_events(school, "register.amended")[-1]).reason == "No evidence came"


# ------------------------------------------------------------------ what holds calls back


def test_the_dsl_holds_calls_and_the_caller_is_told_to_speak_to_them_only(school, as_role):
    _contacts(school)
    _absent(school)
    followup_reports.hold(school.ctx, school.actor("dsl"), school.pupils[0], str(uuid.uuid4()), clock.now())
    html = as_role("office").get("/follow-up/")
    assert "Do not ring home: speak to the DSL" in html
    assert "01632 960001" not in html
    with pytest.raises(Refused, match="Speak to the DSL"):
        _log(school, "sent")
    followup_reports.lift(school.ctx, school.actor("dsl"), school.pupils[0], clock.now())
    assert _row(school).callable


def test_only_the_dsl_may_hold_calls(school, as_role):
    _absent(school)
    path = f"/follow-up/{school.pupils[0]}/hold/"
    as_role("office").post(path, 403, rid=str(uuid.uuid4()), drawn="0", note="hold")
    as_role("dsl", "Dana Dunlin").post(path, rid=str(uuid.uuid4()), drawn="0", note="hold")
    assert _row(school).held


@pytest.mark.clause("SEN-043", "ATT-060")
def test_a_parents_message_holds_calls_back_until_it_is_read_and_shows_nothing_of_the_child(app, school, as_role):
    _contacts(school)
    _absent(school)
    office = as_role("office")
    office.send("/follow-up/links/", pupil=str(school.pupils[0]), shows="initials", last="2025-10-20")
    address = re.search(r'value="http://[^/]+(/absence/[^"]+)"', office.get("/follow-up/links/"))[1]
    parent = app.test_client()
    html = parent.get(address).get_data(as_text=True)
    assert "Tell us of an absence: AA" in html
    assert "Amber" not in html and "Ash" not in html and "Larkspur" not in html
    sent = _parent(parent, address, html)
    assert "we have received it" in sent.get_data(as_text=True)
    assert _row(school).unread == 1
    with pytest.raises(Refused, match="has not been read"):
        _log(school, "sent")
    page = office.get("/follow-up/")
    assert "01632 960001" not in page
    path = re.search(r"/follow-up/messages/\d+/", page)[0]
    office.send(path, reason="illness", evidence="None", channel="Message or app", text="A cold")
    assert _row(school).unread == 0
    assert _row(school).claimed.informant == "Robin Ash"
    assert school.marks()[0] == "N"


def _parent(client, address, html, **more):
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]
    fields = {"csrf_token": token, "rid": str(uuid.uuid4()), "drawn": "0", "first": "2025-10-08", "last": "2025-10-08", "reason": "illness",
              "text": "A cold", "informant": "Robin Ash"}  # fmt: skip
    return client.post(address, data={**fields, **more})


def test_a_link_opens_nothing_when_it_is_over_withdrawn_or_forged_and_takes_few_messages_an_hour(app, school, as_role):
    office = as_role("office")
    office.send("/follow-up/links/", pupil=str(school.pupils[0]), shows="nothing", last="2025-10-09")
    address = re.search(r'value="http://[^/]+(/absence/[^"]+)"', office.get("/follow-up/links/"))[1]
    parent = app.test_client()
    html = parent.get(address).get_data(as_text=True)
    assert "Tell us of an absence</h1>" in html
    for _ in range(5):
        assert _parent(parent, address, html).status_code == 200
    assert "Ring the school" in _parent(parent, address, html).get_data(as_text=True)
    assert parent.get(address.replace(".", "x.", 1)).status_code == 404
    school.at("09:00", date(2025, 10, 10))
    assert parent.get(address).status_code == 404
    school.at("09:00", date(2025, 10, 8))
    office.post(re.search(r"/follow-up/links/\d+/withdraw/", office.get("/follow-up/links/"))[0], rid=str(uuid.uuid4()), drawn="0")
    assert parent.get(address).status_code == 404


# ------------------------------------------------------------------ reported absence


@pytest.mark.clause("ATT-060", "ATT-061", "SEN-044", "SEN-045")
def test_a_reported_absence_is_offered_in_the_registers_of_its_days_and_marks_nothing(school, as_role):
    office = as_role("office")
    path = f"/follow-up/report/{school.pupils[0]}/"
    office.send(path, first="2025-10-08", last="2025-10-09", reason="illness", informant="Robin Ash, mother", channel="Telephone", evidence="None")
    assert school.marks()[0] == ""
    for day in (date(2025, 10, 8), date(2025, 10, 9)):
        school.at("08:57", day)
        proposal = school.page().rows[0].proposal
        assert (proposal.symbol, proposal.source) == ("I", "reported absence")
    school.at("08:57", date(2025, 10, 10))
    assert school.page().rows[0].proposal is None


def test_a_report_with_its_days_the_wrong_way_round_is_refused_and_keeps_what_was_typed(school, as_role):
    path = f"/follow-up/report/{school.pupils[0]}/"
    html = as_role("office").send(path, 422, first="2025-10-09", last="2025-10-08", reason="illness", informant="Robin Ash", channel="Telephone",
                                  evidence="None")  # fmt: skip
    assert "it is before the first" in html
    assert "Robin Ash" in html


# ------------------------------------------------------------------ visits


@pytest.mark.clause("ATT-220")
def test_a_lone_visit_warns_and_is_overdue_until_somebody_is_back(school, as_role):
    _absent(school)
    office = as_role("office")
    office.send(f"/follow-up/{school.pupils[0]}/visit/", who="Wes Wren", leaves="10:00", back="10:45")
    page = office.get("/follow-up/")
    assert "Goes alone" in page
    assert "Overdue: ring them now" not in page
    school.at("10:46")
    office = as_role("office")
    page = office.get("/follow-up/")
    assert "Overdue: ring them now" in page
    path = re.search(r"/follow-up/visits/\d+/back/", page)[0]
    office.post(path, 422, rid=str(uuid.uuid4()), drawn="0", note="")
    office.post(path, rid=str(uuid.uuid4()), drawn="0", note="Seen, with an aunt")
    assert "back 10:46" in office.get("/follow-up/")


@pytest.mark.clause("ATT-224")
def test_two_visitors_give_no_warning(school):
    assert not followup_reports.plan_visit(school.ctx, school.actor("office"), school.pupils[0], "Wes Wren and Kit Crane", _time("10:00"), _time("10:30"),
                                           str(uuid.uuid4()), clock.now())  # fmt: skip


def _time(text):
    return datetime.strptime(text, "%H:%M").time()


# ------------------------------------------------------------------ permissions and scope


def test_a_teacher_has_no_follow_up_list_and_another_settings_pupil_is_not_found(app, school, as_role):
    _absent(school)
    as_role().get("/follow-up/", 403)
    other = a_setting("Bindweed School")
    with store.scope([other]):
        elsewhere = a_pupil(other, "Other", "Child", group=a_class(other, "1A"))
    office = as_role("office")
    office.get(f"/follow-up/report/{elsewhere}/", 404)
    fields = {"rid": str(uuid.uuid4()), "drawn": "0", "day": "2025-10-08", "outcome": "sent"}
    office.post(f"/follow-up/{elsewhere}/log/", 404, **fields)
    office.get(f"/follow-up/{elsewhere}/visit/", 404)
    stranger = signed_in(app.test_client(), an_account("office", setting=other, name="Sky Swift"))
    assert stranger.get(f"/settings/{school.id}/follow-up/").status_code == 404
    assert csrf(stranger)


def test_an_earlier_day_can_be_looked_at_and_a_later_one_not(school, as_role):
    _absent(school)
    school.at("09:00", date(2025, 10, 9))
    office = as_role("office")
    assert "Amber Ash" in office.get("/follow-up/?day=2025-10-08")
    office.get("/follow-up/?day=2025-10-10", 404)
    office.get("/follow-up/?day=soon", 404)


def test_somebody_elses_contact_is_not_found(school):
    _contacts(school, 0)
    theirs = a_contact(school.id, school.pupils[1], "Birch", **HOME)
    _absent(school)
    with pytest.raises(NotFound):
        _log(school, "spoke", contact_id=theirs)


