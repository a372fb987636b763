"""The sign-out desk: only an adult on the record, only with a senior leader's word, and always a way back."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import store
from intranet.registers import desk_log, signout
from intranet.registers.desk_rules import reason_for
from intranet.store import events
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_contact
from tests.registers.desk_kit import Desk, a_school

RID = "5f0f61de-3f52-4f0b-8a50-0f3df7f6c0"


@pytest.fixture
def school(app):
    made = a_school()
    with store.scope([made.id]):
        yield made


@pytest.fixture
def leader(school):
    return an_account("slt", setting=school.id, name="Piper Plover")


@pytest.fixture
def desk(app, school):
    return Desk(app.test_client(), school, school.office)


def collect(desk, letters, status=303, **fields):
    shown = desk.find(letters, "sign-out")
    return desk.post("/sign-out/", status, **{"reason": "1", **desk.drawn(shown), **fields})


def log(school, pupil):
    with store.connection() as conn:
        return desk_log.of_day(conn, school.id, school.now.date(), pupil)


def kinds(school, pupil):
    with store.connection() as conn:
        return [one.kind for one in events.read(conn, school.id, stream=f"presence:{pupil}")]


@pytest.mark.scenario("P-ATT-49")
@pytest.mark.clause("ATT-047")
@pytest.mark.clause("ATT-067")
def test_a_neighbour_is_refused_and_a_listed_aunt_signs_the_child_out(school, desk, leader):
    school.at(11, 0, day=date(2025, 12, 9))
    pupil = school.pupil("Coral")
    a_contact(school.id, pupil, "Ash", given="Robin")
    aunt = a_contact(school.id, pupil, "Alder", given="Ivy", relationship="aunt", priority=2, is_parent=False)
    refused = []
    page = collect(desk, "cor", 422, leader=leader, adult="other", adult_name="Nell Next-Door")
    assert "not listed on the pupil’s record" in page.replace("&#39;", "’").replace("'s", "’s")
    assert "Robin Ash (mother) or Ivy Alder (aunt) may collect" in page and log(school, pupil) == []
    refused.append("unlisted adult")
    collect(desk, "cor", 303, leader=leader, adult=aunt)
    out = log(school, pupil)[0]
    signed_out_by = "listed adult" if out.contact_id == aunt else out.adult
    assert {"refused": refused, "signed_out_by": signed_out_by} == {"refused": ["unlisted adult"], "signed_out_by": "listed adult"}
    assert (out.kind, out.adult, out.authorised_by) == ("out", "Ivy Alder (aunt)", "Piper Plover, Senior leader")
    assert f"{out.at.astimezone(school.now.tzinfo):%H:%M}" == "11:00"
    assert kinds(school, pupil) == ["presence.refused", "presence.signed_out"]


@pytest.mark.clause("ATT-047")
def test_nobody_leaves_before_a_senior_leader_has_agreed(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil)
    page = collect(desk, "cor", 422, adult=mother)
    assert "only after a senior leader has authorised it" in page and log(school, pupil) == []
    assert "Piper Plover, Senior leader" in page and "Olive Oriole, Office" not in page


def test_the_name_of_a_listed_adult_can_be_typed_instead_of_chosen(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil, "O’Shea-Ash", given="Róisín")
    collect(desk, "cor", leader=leader, adult="other", adult_name="roisin o'shea ash")
    assert log(school, pupil)[0].contact_id == mother


@pytest.mark.clause("ATT-067")
def test_an_adult_who_may_not_be_contacted_may_not_collect(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    barred = a_contact(school.id, pupil, "Ash", given="Rex", relationship="father", do_not_contact=True)
    page = collect(desk, "cor", 422, leader=leader, adult=barred)
    assert "No adult is listed" in page and log(school, pupil) == []
    assert kinds(school, pupil) == ["presence.refused"]


def test_a_child_without_any_adult_on_the_record_is_not_handed_over(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    page = collect(desk, "cor", 422, leader=leader, adult="other", adult_name="Anybody At All")
    assert "ring the family and ask a senior leader" in page and log(school, pupil) == []


def test_what_was_typed_comes_back_with_the_refusal(school, desk, leader):
    school.at(11, 0)
    school.pupil("Coral")
    page = collect(desk, "cor", 422, leader=leader, adult="other", adult_name="Nell Next-Door", note="Dentist in town", expected_back="13:15")
    assert 'value="Nell Next-Door"' in page and 'value="Dentist in town"' in page and 'value="13:15"' in page


@pytest.mark.clause("ATT-068")
def test_a_child_who_comes_back_is_signed_in_again_and_a_register_that_says_present_stays(school, desk, leader):
    school.at(8, 50)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil)
    school.take(Coral="/")
    school.at(11, 0)
    collect(desk, "cor", leader=leader, adult=mother, expected_back="12:00")
    assert "Signed out 11:00, back 12:00" in desk.get("/evacuation-roll/")
    school.at(11, 50)
    entry = log(school, pupil)[0]
    desk.post(f"/sign-out/{entry.id}/back/", 303, rid=RID + "01", drawn="0")
    assert [row.kind for row in log(school, pupil)] == ["out", "back"]
    assert school.mark(pupil) == ("/", None)
    assert "Back 11:50" in desk.get("/evacuation-roll/")


def test_pressing_back_twice_signs_a_child_in_once(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    collect(desk, "cor", leader=leader, adult=a_contact(school.id, pupil))
    entry = log(school, pupil)[0]
    for number in ("02", "03"):
        desk.post(f"/sign-out/{entry.id}/back/", 303, rid=RID + number, drawn="0")
    assert [row.kind for row in log(school, pupil)] == ["out", "back"]


def test_a_child_returning_after_the_afternoon_register_opened_is_marked_by_the_clock(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    collect(desk, "cor", leader=leader, adult=a_contact(school.id, pupil))
    school.at(13, 10)
    desk.sign_in("cor", "3")
    assert school.mark(pupil, "PM") == ("L", 10)
    assert [row.kind for row in log(school, pupil)] == ["out", "back"]


def test_a_child_who_is_out_is_not_signed_out_again(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil)
    collect(desk, "cor", leader=leader, adult=mother)
    page = collect(desk, "cor", 422, leader=leader, adult=mother)
    assert "Sign the pupil back in first" in page and len(log(school, pupil)) == 1


def test_a_time_back_before_the_time_of_leaving_is_refused(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    page = collect(desk, "cor", 422, leader=leader, adult=a_contact(school.id, pupil), expected_back="10:30")
    assert "not after the time of leaving" in page and log(school, pupil) == []


def test_a_sign_out_can_be_undone_for_a_minute(school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    collect(desk, "cor", leader=leader, adult=a_contact(school.id, pupil))
    entry = log(school, pupil)[0]
    desk.post(f"/sign-out/{entry.id}/undo/", 303, rid=RID + "04", drawn="0")
    assert kinds(school, pupil) == ["presence.signed_out", "presence.undone"]
    assert "(undone)" in desk.get("/sign-out/") and "Back now" not in desk.get("/sign-out/")


def test_two_people_sign_a_child_out_once(app, school, desk, leader):
    school.at(11, 0)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil)
    other = Desk(app.test_client(), school, an_account("office", setting=school.id, name="Wren Wagtail"))
    first, second = desk.find("cor", "sign-out"), other.find("cor", "sign-out")
    values = {"reason": "1", "leader": leader, "adult": mother}
    desk.post("/sign-out/", 303, **values, **desk.drawn(first))
    other.post("/sign-out/", 422, **values, **other.drawn(second))
    assert len(log(school, pupil)) == 1


def test_ids_of_another_child_or_another_school_are_not_found(school, desk, leader):
    school.at(11, 0)
    school.pupil("Coral")
    sibling = school.pupil("Drake", "Dogwood")
    theirs = a_contact(school.id, sibling, "Dogwood", given="Dee")
    collect(desk, "cor", 404, leader=leader, adult=theirs)
    elsewhere = a_school()
    with store.scope([elsewhere.id]):
        stranger = elsewhere.pupil("Coral")
        head = an_account("head", setting=elsewhere.id, name="Hal Heron")
    collect(desk, "cor", 404, leader=head, adult="other", adult_name="Robin Ash")
    collect(desk, "cor", 404, pupil=stranger, leader=leader, adult="other", adult_name="Robin Ash")


def test_the_settings_own_rules_may_refuse_a_sign_out(school, leader):
    from intranet.errors import Refused
    from intranet.extension.values import Assessment

    now = school.at(11, 0)
    pupil = school.pupil("Coral")
    mother = a_contact(school.id, pupil)
    caller = school.caller
    asked = []
    caller.assess = lambda request: asked.append(request) or Assessment(False, missing=("the appointment card",), clauses=("ATT-067",))
    try:
        leaving = signout.Departure(pupil, mother, "", leader, reason_for("out", "1"), now)
        with pytest.raises(Refused, match="the appointment card"):
            signout.sign_out(school.ctx, caller, school.actor(), leaving, now)
    finally:
        del caller.assess
    assert (asked[0].kind, asked[0].data["listed"], asked[0].data["authorised_by"]) == ("sign_out", True, "Piper Plover, Senior leader")
    assert log(school, pupil) == []
