"""Between home and the list: what holds calls back, parents' links, reported absence, visits, permissions and scope."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime

import pytest

from intranet import clock, store
from intranet.errors import NotFound, Refused
from intranet.registers import followup_reports
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.registers.followup_kit import HOME, absent, log_try, row_of, with_contacts

# ------------------------------------------------------------------ what holds calls back


def test_the_dsl_holds_calls_and_the_caller_is_told_to_speak_to_them_only(school, as_role):
    with_contacts(school)
    absent(school)
    followup_reports.hold(school.ctx, school.actor("dsl"), school.pupils[0], str(uuid.uuid4()), clock.now())
    html = as_role("office").get("/follow-up/")
    assert "Do not ring home: speak to the DSL" in html
    assert "01632 960001" not in html
    with pytest.raises(Refused, match="Speak to the DSL"):
        log_try(school, "sent")
    followup_reports.lift(school.ctx, school.actor("dsl"), school.pupils[0], clock.now())
    assert row_of(school).callable


def test_only_the_dsl_may_hold_calls(school, as_role):
    absent(school)
    path = f"/follow-up/{school.pupils[0]}/hold/"
    as_role("office").post(path, 403, rid=str(uuid.uuid4()), drawn="0", note="hold")
    as_role("dsl", "Dana Dunlin").post(path, rid=str(uuid.uuid4()), drawn="0", note="hold")
    assert row_of(school).held


@pytest.mark.clause("SEN-043", "ATT-060")
def test_a_parents_message_holds_calls_back_until_it_is_read_and_shows_nothing_of_the_child(app, school, as_role):
    with_contacts(school)
    absent(school)
    office = as_role("office")
    office.send("/follow-up/links/", pupil=str(school.pupils[0]), shows="initials", last="2025-10-20")
    address = re.search(r'value="http://[^/]+(/absence/[^"]+)"', office.get("/follow-up/links/"))[1]
    parent = app.test_client()
    html = parent.get(address).get_data(as_text=True)
    assert "Tell us of an absence: AA" in html
    assert "Amber" not in html and "Ash" not in html and "Larkspur" not in html
    assert "Another reason" in html and "not accepted" not in html
    assert _parent(parent, address, html, reason="not_accepted").status_code == 422
    sent = _parent(parent, address, html)
    assert "we have received it" in sent.get_data(as_text=True)
    assert row_of(school).unread == 1
    with pytest.raises(Refused, match="has not been read"):
        log_try(school, "sent")
    page = office.get("/follow-up/")
    assert "01632 960001" not in page
    path = re.search(r"/follow-up/messages/\d+/", page)[0]
    office.send(path, reason="illness", evidence="None", channel="Message or app", text="A cold")
    assert row_of(school).unread == 0
    assert row_of(school).claimed.informant == "Robin Ash"
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


@pytest.mark.scenario("P-ATT-48")
@pytest.mark.clause("ATT-020", "ATT-070", "ATT-071")
def test_of_an_observance_only_the_day_set_apart_is_offered_and_the_rest_is_asked_for_as_leave(school, as_role):
    school.at("09:00", date(2026, 3, 2))
    path = f"/follow-up/report/{school.pupils[0]}/"
    fields = {"first": "2026-03-20", "last": "2026-03-23", "reason": "religion", "informant": "Robin Ash, mother", "channel": "Letter", "evidence": "None"}
    office = as_role("office")
    assert "is not a date" not in office.get(path)
    assert "it is not a date" in office.send(path, 422, **fields, set_apart="soon")
    office.send(path, **fields, set_apart="20/03/2026")
    assert "To be asked for as leave: 23 March 2026." in office.get("/follow-up/")
    offered = {}
    for day in (date(2026, 3, 20), date(2026, 3, 23)):
        school.at("08:57", day)
        offered[day.isoformat()] = school.page().rows[0].proposal
    assert offered["2026-03-20"].symbol == "R"
    assert offered["2026-03-23"] is None
    assert "Religious observance: needs a request for leave" in as_role("office").get("/follow-up/")


# ------------------------------------------------------------------ visits


@pytest.mark.clause("ATT-220")
def test_a_lone_visit_warns_and_is_overdue_until_somebody_is_back(school, as_role):
    absent(school)
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
    absent(school)
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
    absent(school)
    school.at("09:00", date(2025, 10, 9))
    office = as_role("office")
    assert "Amber Ash" in office.get("/follow-up/?day=2025-10-08")
    office.get("/follow-up/?day=2025-10-10", 404)
    office.get("/follow-up/?day=soon", 404)


def test_somebody_elses_contact_is_not_found(school):
    with_contacts(school, 0)
    theirs = a_contact(school.id, school.pupils[1], "Birch", **HOME)
    absent(school)
    with pytest.raises(NotFound):
        log_try(school, "spoke", contact_id=theirs)




def test_the_offices_first_page_says_how_many_are_to_follow_up_and_a_teachers_does_not(school, as_role):
    assert "Absences without a reason" not in as_role("office").get("/")
    absent(school, 0, 1)
    assert "2 pupils to follow up today" in as_role("office").get("/")
    assert "Absences without a reason" not in as_role().get("/")
