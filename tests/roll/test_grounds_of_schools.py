"""Names that leave the roll of the academy and the independent school, at the days of the scenarios."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from intranet import clock, duties, store
from intranet.cases.safeguarding import professionals
from intranet.errors import Conflict, NotAllowed, Refused
from intranet.roll import exclusions, removal
from intranet.roll.removal import Entered
from intranet.settings import service as settings
from tests.fixtures.pupils import a_class
from tests.roll.playing import I_, A, F, G, L, Roll, at, days, save

OFFICER, SLT, LEADER = "attendance_officer", "slt", "school_leader"


@pytest.fixture
def academy(app):
    return Roll("2025-11-03 08:00")


@pytest.fixture
def independent(app):
    return Roll("2026-02-10 09:00", setting_type="independent_school", legal_type="independent", phase="special", calendar="CAL-IND")


def transfer(roll: Roll) -> int:
    """Return a pupil who started elsewhere on 17 November, confirmed on the 18th, with every check made."""
    at("2025-11-18 10:00")
    pupil = roll.pupil()
    roll.begin(pupil, A, OFFICER)
    roll.enter(pupil, OFFICER, None, other_school="Harbour Primary", started=date(2025, 11, 17), start_confirmed=date(2025, 11, 18))
    roll.show(pupil, OFFICER, "other_school", "no_order", "not_main_school", "not_dual")
    return pupil


@pytest.mark.scenario("P-ATT-29")
@pytest.mark.clause("ATT-185", "ATT-186", "ATT-187", "ATT-195")
def test_a_transfer_goes_on_the_confirmed_start_or_the_school_day_before(academy):
    pupil = transfer(academy)
    for day, allowed in (("2025-11-17", True), ("2025-11-14", True)):
        academy.enter(pupil, OFFICER, day)
        assert academy.gate(pupil).open is allowed, day
    with pytest.raises(Refused, match="too early: the earliest day is 14 November 2025"):
        academy.enter(pupil, OFFICER, "2025-11-13")
    academy.enter(pupil, OFFICER, "2025-11-18")
    assert not academy.gate(pupil).open
    academy.enter(pupil, OFFICER, "2025-11-17")
    academy.approve(pupil, SLT)
    academy.complete(pupil, OFFICER)
    owed = academy.owed(pupil)
    assert [(line.title, line.due.date()) for line in owed] == [("Deletion return", date(2025, 11, 18))]
    assert academy.left_on(pupil) == date(2025, 11, 17)


@pytest.mark.scenario("P-ATT-30")
@pytest.mark.clause("ATT-188")
def test_a_start_on_the_first_day_of_term_lets_the_name_go_on_the_last_day_of_the_term_before(academy):
    at("2026-01-06 11:00")
    pupil = academy.pupil()
    academy.begin(pupil, A, OFFICER)
    academy.enter(pupil, OFFICER, None, started=date(2026, 1, 6), start_confirmed=date(2026, 1, 6))
    academy.show(pupil, OFFICER, "other_school", "no_order", "not_main_school", "not_dual")
    for day in ("2025-12-19", "2026-01-06"):
        academy.enter(pupil, OFFICER, day)
        assert academy.gate(pupil).open, day
    with pytest.raises(Refused):
        academy.enter(pupil, OFFICER, "2025-12-18")


@pytest.mark.clause("ATT-185", "ATT-189", "ATT-190")
def test_a_transfer_waits_for_the_confirmed_start(academy):
    at("2025-11-18 10:00")
    pupil = academy.pupil()
    academy.begin(pupil, A, OFFICER)
    academy.enter(pupil, OFFICER, "2025-11-18", started=date(2025, 11, 18))
    academy.show(pupil, OFFICER, "other_school", "no_order", "not_main_school", "not_dual")
    assert academy.gate(pupil).lacks == ("the start at the new school, confirmed",)
    with pytest.raises(Refused, match="the start at the new school, confirmed missing"):
        academy.complete(pupil, SLT)
    assert academy.left_on(pupil) is None


@pytest.mark.scenario("P-ATT-33")
@pytest.mark.clause("ATT-167")
def test_the_officer_deletes_only_after_a_senior_leader_approved(academy):
    pupil = transfer(academy)
    academy.enter(pupil, OFFICER, "2025-11-17")
    with pytest.raises(NotAllowed, match="Senior leader"):
        academy.complete(pupil, OFFICER)
    with pytest.raises(NotAllowed):
        academy.approve(pupil, OFFICER)
    academy.approve(pupil, SLT)
    assert "Senior leader" in academy.standing(pupil).approved_as
    academy.complete(pupil, OFFICER)
    assert academy.left_on(pupil) == date(2025, 11, 17)


@pytest.mark.clause("ATT-167")
def test_an_approval_does_not_outlive_what_was_approved(academy):
    pupil = transfer(academy)
    academy.enter(pupil, OFFICER, "2025-11-17")
    academy.approve(pupil, SLT)
    academy.enter(pupil, OFFICER, "2025-11-14")
    assert not academy.standing(pupil).case.approved
    academy.approve(pupil, SLT)
    academy.verb(removal.withdraw, pupil, "no_order", "an order was found", role=OFFICER, version=academy.version(pupil))
    assert not academy.standing(pupil).case.approved
    assert "no attendance order" in academy.gate(pupil).lacks


@pytest.mark.scenario("P-ATT-28")
@pytest.mark.clause("ATT-177", "ATT-178", "ATT-179", "ATT-197")
def test_home_education_is_never_backdated_and_the_authority_hears_that_day(academy):
    at("2026-03-10 09:30")
    pupil = academy.pupil()
    academy.begin(pupil, F, OFFICER)
    letter = {"notice_received": date(2026, 3, 10), "last_day_stated": date(2026, 2, 27)}
    with pytest.raises(Refused, match="too early: the earliest day is 10 March 2026") as refused:
        academy.enter(pupil, OFFICER, "2026-03-02", **letter)
    assert refused.value.fields[0].field == "last_day"
    academy.enter(pupil, OFFICER, "2026-03-10", **letter)
    assert [(line.title, line.due.date()) for line in academy.owed(pupil)] == [("Notice to the authority", date(2026, 3, 10))]
    academy.show(pupil, OFFICER, "written_notice", "no_order")
    gate = academy.gate(pupil)
    assert gate.open and gate.earliest == date(2026, 3, 10)
    assert "C-10" in {one.id for one in gate.disagreements}
    academy.complete(pupil, SLT)
    assert academy.left_on(pupil) == date(2026, 3, 10)
    still = {line.about for line in academy.owed(pupil) if line.sent_on is None}
    assert any("registered the child as home educated" in about for about in still)


@pytest.mark.clause("ATT-178")
def test_a_letter_that_names_a_later_day_is_kept_until_the_day_after_it(academy):
    at("2026-03-10 09:30")
    pupil = academy.pupil()
    academy.begin(pupil, F, OFFICER)
    academy.enter(pupil, OFFICER, "2026-03-14", notice_received=date(2026, 3, 10), last_day_stated=date(2026, 3, 13))
    academy.show(pupil, OFFICER, "written_notice", "no_order")
    assert academy.gate(pupil).bars == ("14 March 2026 has not come yet: the name goes on that day, when everything holds.",)
    at("2026-03-14 08:00")
    assert academy.gate(pupil).open


def twenty(academy: Roll, pupil: int) -> None:
    days(academy.setting, "2025-11-03", "2025-12-01", "O", pupil, group=academy.group)


@pytest.mark.scenario("P-ATT-27")
@pytest.mark.clause("ATT-201", "ATT-167")
def test_twenty_days_open_the_assessment_and_no_more(academy):
    c27, c28 = academy.pupil("Rowan"), academy.pupil("Hazel")
    for pupil in (c27, c28):
        twenty(academy, pupil)
    save(academy.setting, "2025-11-20 AM", {c28: "U"}, group=academy.group, now="2025-12-01 16:00")
    at("2025-12-02 09:00")
    for pupil, last, keys in ((c27, "2025-12-02", ()), (c28, None, ("authority_enquiries",))):
        academy.begin(pupil, I_, OFFICER)
        academy.enter(pupil, OFFICER, last, la_notified=date(2025, 11, 14))
        academy.show(pupil, OFFICER, "no_sickness", "school_enquiries", "not_found", *keys)
        academy.approve(pupil, SLT, outside_policy=True)
    assert academy.gate(c27).lacks == ("LA enquiries",)
    assert academy.gate(c28).lacks[0] == "20 continuous days"
    for pupil, missing in ((c27, "LA enquiries"), (c28, "20 continuous days")):
        with pytest.raises(Refused, match=missing):
            academy.complete(pupil, SLT)
    with pytest.raises(Refused, match="the earliest day is 6 January 2026"):
        academy.enter(c28, OFFICER, "2025-12-02")
    academy.show(c27, OFFICER, "authority_enquiries")
    assert academy.gate(c27).open
    assert academy.gate(c27).asks[0].answer.on == date(2025, 12, 1)


@pytest.mark.scenario("P-ATT-26")
@pytest.mark.clause("ATT-183", "ATT-193")
def test_ten_plus_ten_days_hold_a_missing_childs_name(academy):
    found = {}
    for name, told in (("C25", date(2025, 11, 14)), ("C26", date(2025, 11, 19))):
        pupil = academy.pupil(name)
        twenty(academy, pupil)
        at("2025-12-01 16:00")
        academy.begin(pupil, I_, OFFICER)
        academy.enter(pupil, OFFICER, None, la_notified=told)
        gate = academy.gate(pupil)
        found[name] = (gate.own.figures["held_through"], gate.own.figures["notice_through"], gate.earliest)
        assert not gate.own.allowed
    assert found == {"C25": (date(2025, 12, 1), date(2025, 12, 1), date(2025, 12, 2)), "C26": (date(2025, 12, 1), date(2025, 12, 4), date(2025, 12, 5))}


@pytest.mark.clause("ATT-013", "ATT-206")
def test_a_reason_outside_the_policys_four_needs_a_senior_leaders_word(academy):
    pupil = academy.pupil()
    academy.begin(pupil, "2024:9(1)(o)", OFFICER)
    academy.enter(pupil, OFFICER, "2025-11-03")
    academy.show(pupil, OFFICER, "excluded", "duties_done", "review_time_passed")
    assert academy.gate(pupil).lacks == ("a senior leader's confirmation that the reason is outside policy 3.7",)
    academy.approve(pupil, SLT, outside_policy=True)
    assert academy.gate(pupil).open


@pytest.mark.clause("ATT-180", "ATT-181", "ATT-184", "ATT-198")
def test_an_emigrating_familys_three_particulars_are_asked_for_and_the_authority_is_told(academy):
    pupil = academy.pupil()
    academy.begin(pupil, G, OFFICER)
    academy.enter(pupil, OFFICER, "2025-11-03", emigrating=True, destination="12 Harbour Road, Lerwall")
    academy.show(pupil, OFFICER, "too_far", "not_expected")
    assert academy.gate(pupil).lacks == ("destination school", "moving date")
    academy.enter(pupil, OFFICER, "2025-11-03", destination_school="Lerwall School", moving_date=date(2025, 11, 1))
    assert academy.gate(pupil).open
    assert [(line.title, line.due.date()) for line in academy.owed(pupil)] == [("Notice to the authority", date(2025, 11, 3))]


@pytest.mark.clause("ATT-182")
def test_an_earlier_day_needs_the_authoritys_written_word(academy):
    pupil = academy.pupil()
    at("2025-11-12 09:00")
    academy.begin(pupil, G, OFFICER)
    with pytest.raises(Refused, match="never deleted for an earlier day"):
        academy.enter(pupil, OFFICER, "2025-11-10")
    academy.show(pupil, OFFICER, "backdating_confirmed", "too_far", "not_expected")
    academy.enter(pupil, OFFICER, "2025-11-10")
    assert academy.gate(pupil).open


@pytest.mark.clause("ATT-194", "ATT-205", "ATT-208", "ATT-200")
def test_only_grounds_of_the_day_the_school_and_the_pupil_can_be_chosen(academy, app):
    pupil = academy.pupil()
    for ground, why in (("2024:9(1)(n)", "not open to a school"), ("2024:9(1)(m)", "boarders only"), ("2006:8(1)(g)", "ended on 18 August 2024"),
                        ("2024:9(3)(a)", "not of compulsory school age")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            academy.begin(pupil, ground, OFFICER)
    with pytest.raises(Refused, match="not a ground"):
        academy.begin(pupil, "2024:9(9)(z)", OFFICER)
    assert academy.standing(pupil) is None


@pytest.mark.scenario("P-OTE-09")
@pytest.mark.clause("OTE-38", "OTE-40")
def test_home_education_waits_for_the_authority_at_the_independent_school(independent):
    pupil = independent.pupil()
    independent.begin(pupil, F, LEADER)
    independent.enter(pupil, LEADER, None, notice_received=date(2026, 2, 10))
    assert [(line.title, line.due.date()) for line in independent.owed(pupil)] == [("Notice to the authority", date(2026, 2, 10))]
    independent.show(pupil, LEADER, "written_notice", "no_order")
    at("2026-02-12 09:00")
    independent.enter(pupil, LEADER, "2026-02-12")
    gate = independent.gate(pupil)
    assert gate.lacks == ("LA confirmation",) and "C-10" in {one.id for one in gate.disagreements}
    with pytest.raises(Refused, match="LA confirmation missing"):
        independent.complete(pupil, LEADER)
    at("2026-02-26 09:00")
    independent.show(pupil, LEADER, "la_confirmation")
    independent.enter(pupil, LEADER, "2026-02-26")
    independent.complete(pupil, LEADER)
    assert independent.left_on(pupil) == date(2026, 2, 26)


@pytest.mark.scenario("P-OTE-10")
@pytest.mark.clause("OTE-39", "OTE-40", "OTE-25")
def test_a_child_who_ceased_without_a_reason_stays_until_the_authority_confirms(independent):
    at("2026-04-28 10:00")
    pupil = independent.pupil()
    independent.begin(pupil, I_, LEADER)
    assert [(line.title, line.due.date(), line.recipient) for line in independent.owed(pupil)] == [
        ("Notice to the authority", date(2026, 4, 28), "Weatherby Council")
    ]
    independent.enter(pupil, LEADER, "2026-04-28")
    gate = independent.gate(pupil)
    assert not gate.open and "LA confirmation" in gate.lacks
    assert {"school enquiries", "LA enquiries"} <= set(gate.lacks) and gate.answer.figures["efforts_open"]
    with pytest.raises(Refused, match="LA confirmation"):
        independent.complete(pupil, LEADER)
    assert len(independent.owed(pupil)) == 1


@pytest.mark.scenario("P-OTE-11")
@pytest.mark.clause("OTE-16", "OTE-17")
def test_a_usual_leaver_needs_no_return_and_a_mover_does(independent):
    at("2026-06-26 15:00")
    a_class(independent.setting, "9", year_group=9)
    eleven = a_class(independent.setting, "11", year_group=11)
    leaver = independent.pupil("D11", born="2010-02-03", group=eleven, year_group=11)
    mover = independent.pupil("D12", born="2012-02-03", year_group=9)
    independent.begin(leaver, L, LEADER)
    independent.enter(leaver, LEADER, "2026-06-26")
    independent.show(leaver, LEADER, "not_expected")
    independent.begin(mover, A, LEADER)
    independent.enter(mover, LEADER, "2026-06-26", other_school="Harbour School", started=date(2026, 6, 26))
    independent.show(mover, LEADER, "other_school", "no_order", "not_main_school", "not_dual")
    for pupil in (leaver, mover):
        independent.complete(pupil, LEADER)
    assert independent.owed(leaver) == []
    assert [line.title for line in independent.owed(mover)] == ["Deletion return"]
    duties.tick(at("2026-06-26 16:00"))
    assert independent.owed(leaver) == []
    assert len(independent.owed(mover)) == 1


@pytest.mark.clause("OTE-17")
def test_an_authority_that_asks_is_told_of_usual_leavers_too(independent):
    at("2026-06-26 15:00")
    eleven = a_class(independent.setting, "11", year_group=11)
    leaver = independent.pupil("D11", born="2010-02-03", group=eleven, year_group=11)
    with store.scope([independent.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        settings.set_house_value(w, independent.setting, "return.transition", True, "The authority wrote that it wants them", date(2025, 9, 1))
    again = Roll.of(independent.setting, independent.group)
    again.begin(leaver, L, LEADER)
    again.enter(leaver, LEADER, "2026-06-26")
    again.show(leaver, LEADER, "not_expected")
    again.complete(leaver, LEADER)
    assert [line.title for line in again.owed(leaver)] == ["Deletion return"]


@pytest.mark.scenario("P-OTE-12")
@pytest.mark.clause("OTE-16", "OTE-24", "OTE-37")
def test_a_deletion_tells_every_involved_professional(independent):
    at("2026-05-15 11:00")
    pupil = independent.pupil("D13", flags=("youth_justice",))
    independent.begin(pupil, A, LEADER)
    independent.enter(pupil, LEADER, "2026-05-15", other_school="Harbour School", started=date(2026, 5, 15), professionals="therapist")
    independent.show(pupil, LEADER, "other_school", "no_order", "not_main_school", "not_dual")
    independent.complete(pupil, LEADER)
    owed = independent.owed(pupil)
    assert {(line.recipient, line.due.date()) for line in owed} == {
        ("Weatherby Council", date(2026, 5, 15)), ("youth offending team", date(2026, 5, 15)), ("therapist", date(2026, 5, 15)),
    }  # fmt: skip
    independent.send(next(line for line in owed if line.recipient == "therapist"), LEADER, to="therapist")
    assert {line.recipient for line in independent.owed(pupil) if line.sent_on is None} == {"Weatherby Council", "youth offending team"}


@pytest.mark.clause("OTE-24", "SEN-099")
def test_a_recorded_professional_is_told_of_leaving_once_and_of_a_suspension(independent):
    at("2026-05-15 11:00")
    pupil = independent.pupil("D13", flags=("youth_justice", "social_worker"))
    told = {"name": "Pat Plover", "organisation": "", "phone": "", "email": "", "source": "the parent", "first": date(2026, 1, 5)}
    who = {"actor": independent.who(LEADER), "now": clock.now()}
    with store.scope([independent.setting]):
        for kind, of in (("social_worker", ("leaving", "exclusion")), ("virtual_school", ("absence",))):
            draft = professionals.Draft(kind=kind, told=of, **told)
            professionals.add(independent.setting, pupil, draft, **who, request_id=str(uuid.uuid4()))
    independent.verb(exclusions.record, pupil, exclusions.New(date(2026, 5, 15), 2, False, "Fighting"), role=LEADER)
    assert [line.recipient.lower() for line in independent.owed(pupil)] == ["social worker"]
    independent.begin(pupil, A, LEADER)
    independent.enter(pupil, LEADER, "2026-05-15", started=date(2026, 5, 15))
    independent.show(pupil, LEADER, "other_school", "no_order", "not_main_school", "not_dual")
    independent.complete(pupil, LEADER)
    leaving = [line.recipient.lower() for line in independent.owed(pupil) if "left the roll" in line.about]
    assert sorted(leaving) == ["social worker", "youth offending team"]


@pytest.mark.clause("OTE-18")
def test_a_special_school_place_of_an_authority_needs_its_consent(independent):
    pupil = independent.pupil(model="la_placed")
    independent.begin(pupil, A, LEADER)
    independent.enter(pupil, LEADER, "2026-02-10", started=date(2026, 2, 10))
    independent.show(pupil, LEADER, "other_school", "no_order", "not_main_school", "not_dual")
    assert independent.gate(pupil).lacks == ("LA consent for a special school place",)
    independent.show(pupil, LEADER, "authority_consents")
    assert independent.gate(pupil).open


def test_two_people_at_once_do_not_overwrite_each_other(academy):
    pupil = transfer(academy)
    version = academy.version(pupil)
    academy.enter(pupil, OFFICER, "2025-11-17")
    with pytest.raises(Conflict, match="Somebody else changed this removal"):
        academy.verb(removal.change, pupil, Entered(A, date(2025, 11, 14)), role=SLT, version=version)
    with pytest.raises(Conflict):
        academy.verb(removal.complete, pupil, role=SLT, version=version)
    assert academy.standing(pupil).case.last_day == date(2025, 11, 17)
    with pytest.raises(Refused, match="begun already"):
        academy.begin(pupil, F, OFFICER)
