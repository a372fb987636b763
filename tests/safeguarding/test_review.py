"""The lead's review of absence: what is listed, on which ground, from the minute of the save, and what deciding takes."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from intranet import clock, store
from intranet.cases.safeguarding import review, telling
from intranet.cases.safeguarding.models import Review, Strand
from intranet.cases.safeguarding.telling import Told
from intranet.errors import Conflict, Refused
from intranet.law.sessions import session_no
from intranet.people import Actor, Grant
from intranet.registers import service as registers
from intranet.registers.values import Entry
from intranet.settings import service as settings
from tests.fixtures.people import an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.pupils.conftest import Page
from tests.safeguarding.conftest import opened

RID = "7d8f0a52-7a8e-4f0e-9d4e-0f3b8f0c1a%02d"


@pytest.fixture
def provision(app):
    yield from opened(app, "alternative_provision")


def absent(place, day, symbol="I", key="AM", pupil=None, number=1):
    clock.current_clock().set(datetime.combine(day, datetime.min.time().replace(hour=9, minute=5)))
    office = an_account("office", setting=place.id)
    actor = Actor(office, "Olive Owl", "Office", (Grant("office", place.id),))
    return registers.save(
        place.ctx, place.caller, session_no(day, key), place.group, [Entry(pupil or place.pupil, symbol, None, None)], 0, RID % number, actor, clock.now()
    )


def queue(place):
    with store.connection() as conn:
        return review.queue(conn, place.ctx, place.caller, clock.now())


def flagged(place, kind, first=date(2025, 9, 2)):
    from intranet.pupils import models as m

    with store.writing(now=clock.now(), actor_id=None) as w:
        w.session.add(m.Flag(setting_id=place.id, pupil_id=place.pupil, kind=kind, first=first, source="test"))


@pytest.mark.scenario("P-SEN-23")
@pytest.mark.clause("SEN-099", "SEN-026", "SEN-019")
def test_any_absence_of_a_pupil_with_a_protection_plan_is_reviewed_reason_or_not(provision):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    assert [(one.child, one.ground.label, one.on) for one in queue(provision)] == [("Amber Ash", "child protection plan", date(2025, 12, 3))]


@pytest.mark.clause("SEN-099")
def test_a_social_worker_is_a_ground_and_a_present_pupil_is_not_listed(provision):
    flagged(provision, "social_worker")
    absent(provision, date(2025, 12, 3), "/")
    assert queue(provision) == []
    absent(provision, date(2025, 12, 4), number=2)
    assert [one.ground.label for one in queue(provision)] == ["social worker"]


@pytest.mark.scenario("P-SEN-26")
@pytest.mark.clause("SEN-098")
def test_an_absence_within_the_window_after_a_disclosure_is_reviewed(provision):
    clock.current_clock().set(datetime(2026, 2, 9, 10, 0))
    with store.writing(now=clock.now(), actor_id=None) as w:
        settings.set_house_value(w, provision.id, review.WINDOW, 10, "The governors decided so.", date(2025, 9, 1))
    told = Told(clock.now(), "Told the lead", "in their own words", disclosed=True)
    telling.tell(provision.ctx, provision.actor("dsl"), provision.pupil, told, clock.now(), RID % 50)
    assert queue(provision) == []
    absent(provision, date(2026, 2, 11))
    assert [(one.child, one.ground.label, one.on) for one in queue(provision)] == [("Amber Ash", "after disclosure", date(2026, 2, 11))]


@pytest.mark.clause("SEN-098")
@pytest.mark.parametrize("day, listed", [(date(2026, 2, 27), True), (date(2026, 3, 2), False)])
def test_the_window_after_a_disclosure_ends_with_its_last_school_day(provision, day, listed):
    clock.current_clock().set(datetime(2026, 2, 9, 10, 0))
    with store.writing(now=clock.now(), actor_id=None) as w:
        settings.set_house_value(w, provision.id, review.WINDOW, 9, "The governors decided so.", date(2025, 9, 1))
    telling.tell(provision.ctx, provision.actor("dsl"), provision.pupil, Told(clock.now(), "x", disclosed=True), clock.now(), RID % 50)
    assert provision.ctx.calendar.count(date(2026, 2, 10), date(2026, 2, 27)) == 9
    absent(provision, day)
    assert bool(queue(provision)) is listed


@pytest.mark.clause("SEN-098")
def test_without_a_value_for_the_window_the_page_says_so(provision, app):
    lead = Page(signed_in(app.test_client(), an_account("dsl", setting=provision.id)), provision.id)
    assert "dsl.disclosure_window_days has no value here (SEN-098)" in lead.get("/safeguarding/review/")


@pytest.mark.clause("SEN-096", "SPM-30")
def test_an_unexplained_absence_waits_until_it_is_explained(provision):
    absent(provision, date(2025, 12, 3), "N")
    assert [one.ground.label for one in queue(provision)] == ["unexplained absence"]


@pytest.mark.clause("SEN-097", "SEN-026", "SEN-027")
def test_a_decision_is_two_clicks_and_a_reason_and_the_next_absence_comes_back(provision, app):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    lead = Page(signed_in(app.test_client(), an_account("dsl", setting=provision.id)), provision.id)
    page = lead.get("/safeguarding/review/")
    fields = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("key", "day", "rid")}
    assert "Decision" in lead.post("/safeguarding/review/", 422, **fields, drawn="0", text="Seen")
    body = lead.post("/safeguarding/review/", 422, **fields, drawn="0", decision="monitor", text="")
    assert "Reason: nothing was entered" in body or "Reason" in body
    lead.post("/safeguarding/review/", **fields, drawn="0", decision="monitor", text="At the doctor, seen by us")
    assert "No absence waits" in lead.get("/safeguarding/review/")
    absent(provision, date(2025, 12, 4), number=2)
    lead = Page(signed_in(app.test_client(), lead_account(provision)), provision.id)
    again = lead.get("/safeguarding/review/")
    assert "Monitor: At the doctor, seen by us" in again


def lead_account(place):
    return an_account("deputy_dsl", setting=place.id, name="Del Dove")


def test_opening_a_strand_from_the_review_leads_to_it(provision):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    [item] = queue(provision)
    made = review.decide(provision.ctx, provision.caller, provision.actor("dsl"), item.key, item.on, "open", "Third time", clock.now(), RID % 60)
    with store.connection() as conn:
        assert conn.scalar(select(Strand.pupil_id).where(Strand.setting_id == provision.id, Strand.id == made)) == provision.pupil
        [row] = conn.execute(select(Review.__table__).where(Review.setting_id == provision.id)).all()
    assert b"Third" not in row.sealed and "plan" not in row.ground


def test_two_leads_who_decide_on_one_absence_keep_the_first_decision(provision):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    [item] = queue(provision)
    act = (provision.ctx, provision.caller, provision.actor("dsl"), item.key, item.on)
    review.decide(*act, "nothing", "Seen", clock.now(), RID % 61)
    with pytest.raises(Conflict, match="Somebody else decided"):
        review.decide(*act, "open", "Worried", clock.now(), RID % 62)


def test_a_decision_without_a_choice_names_the_clause(provision):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    [item] = queue(provision)
    with pytest.raises(Refused) as refused:
        review.decide(provision.ctx, provision.caller, provision.actor("dsl"), item.key, item.on, "", "Seen", clock.now(), RID % 63)
    assert refused.value.clauses == ("SEN-099",)


@pytest.mark.scenario("P-SPM-12")
@pytest.mark.clause("SPM-20", "SPM-24", "SPM-26")
def test_a_tutor_s_concern_at_a_first_session_reaches_the_lead_in_the_same_minute_with_three_ways_on(app):
    from intranet.messages.models import NoticeRow

    for place in opened(app, "tutoring"):
        clock.current_clock().set(datetime(2026, 1, 20, 13, 5))
        lead = an_account("dsl", setting=place.id)
        tutor = Page(signed_in(app.test_client(), place.teacher), place.id)
        tutor.send(f"/pupils/{place.pupil}/tell/", saw="Did not come; the door was open", on="2026-01-20", at="13:00")
        with store.connection() as conn:
            told = conn.execute(select(NoticeRow.account_id, NoticeRow.raised_at).where(NoticeRow.setting_id == place.id)).all()
            strand = conn.scalar(select(Strand.id).where(Strand.setting_id == place.id))
        assert [(row.account_id, row.raised_at) for row in told] == [(lead, clock.now())]
        page = Page(signed_in(app.test_client(), lead), place.id).get(f"/safeguarding/strands/{strand}/add/decision/")
        for way in ("Refer to the local authority", "Contact the police", "No referral, with reasons"):
            assert way in page


@pytest.mark.scenario("P-OTE-18")
@pytest.mark.clause("OTE-31", "OTE-43")
def test_a_referral_without_its_threshold_criterion_is_a_draft_unless_urgent(app):
    from intranet.cases.safeguarding.models import Entry as Kept

    for place in opened(app, "independent_school"):
        with store.writing(now=clock.now(), actor_id=None) as w:
            settings.set_house_value(w, place.id, "authority.threshold_document", "Threshold guide, shelf 2", "It is on file.", date(2025, 9, 1))
        telling.tell(place.ctx, place.actor("dsl"), place.pupil, Told(clock.now(), "x"), clock.now(), RID % 70)
        lead = Page(signed_in(app.test_client(), an_account("dsl", setting=place.id)), place.id)
        with store.connection() as conn:
            strand = f"/safeguarding/strands/{conn.scalar(select(Strand.id).where(Strand.setting_id == place.id))}/"
        assert "Threshold guide, shelf 2" in lead.get(f"{strand}add/referral/")
        sent = {"on": "2025-10-07", "at": "09:02", "body": "social_care", "to": "Front door", "text": "x"}
        lead.send(f"{strand}add/referral/", **sent)
        assert "Draft: lacks the threshold criterion" in lead.get(strand)
        with store.connection() as conn:
            draft = conn.scalar(select(Kept.id).where(Kept.setting_id == place.id, Kept.kind == "referral"))
        lead.send(f"{strand}criterion/{draft}/", text="Neglect, level 4")
        page = lead.get(strand)
        assert "Draft: lacks" not in page and "Neglect, level 4" in page
        lead.send(f"{strand}add/referral/", **sent, urgent="y")
        assert "Draft: lacks" not in lead.get(strand)


@pytest.mark.clause("SPM-31")
def test_an_unusual_pattern_is_a_ground_of_its_own_even_with_reasons(app):
    from intranet.duties.models import Finding

    for place in opened(app, "tutoring"):
        with store.writing(now=clock.now(), actor_id=None) as w:
            found = {"kind": "weekday_pattern", "pupil_id": place.pupil, "anchor": date(2025, 9, 8), "title": "x", "raised_at": clock.now(), "data": {}}
            w.session.add(Finding(setting_id=place.id, **found))
        with store.connection() as conn:
            assert review._grounds(conn, place.ctx, place.caller, clock.now()).keys() == {(place.pupil, "pattern")}


def test_other_children_and_other_settings_are_not_in_the_list(provision):
    ben = a_pupil(provision.id, "Ben", "Birch", group=a_class(provision.id, "4C"))
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3), pupil=provision.pupil)
    assert ben not in {one.pupil_id for one in queue(provision)}


def test_a_decision_sent_twice_is_stored_once_and_leads_to_the_same_strand(provision):
    flagged(provision, "child_protection")
    absent(provision, date(2025, 12, 3))
    [item] = queue(provision)
    act = (provision.ctx, provision.caller, provision.actor("dsl"), item.key, item.on, "open", "Third time", clock.now(), RID % 64)
    assert review.decide(*act) == review.decide(*act)
