"""A name is entered by its starting day, with what the register and the setting's policy need, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from intranet import clock, store
from intranet.errors import NotFound, Refused
from intranet.law.ages import age_on
from intranet.pupils import models as m
from intranet.pupils import page, service
from intranet.pupils.particulars import ContactDraft, Particulars, shortfall
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil
from tests.pupils.conftest import Here

WEDNESDAY = date(2025, 10, 8)
AMBER = Particulars("Amber", "Ash", date(2016, 5, 4))
DRAFT = service.Draft(AMBER, WEDNESDAY)


def adult(family, *phones, **more):
    return ContactDraft(family=family, relationship="parent", phones=phones, **more)


def admit(here, draft=DRAFT, **more):
    return service.admit(here.ctx, here.caller, draft, actor=here.actor(), now=here.now, **more)


def on_roll(here, day):
    with store.connection() as conn:
        return [entry.pupil_id for entry in service.roll(conn, here.id, day)]


def placement(here, pupil):
    with store.connection() as conn:
        return conn.execute(
            m.Placement.__table__.select().where(m.Placement.setting_id == here.id, m.Placement.pupil_id == pupil)
        ).one()


def pupils_there(here):
    with store.connection() as conn:
        return len(service.known(conn, here.id, WEDNESDAY))


@pytest.mark.clause("ASC-16")
@pytest.mark.clause("SI 2024/208 reg 8(1)")
def test_the_name_is_on_the_register_from_the_starting_day_and_not_before(school):
    done = admit(school, replace(DRAFT, group_id=a_class(school.id)))
    assert on_roll(school, date(2025, 10, 7)) == []
    assert on_roll(school, WEDNESDAY) == [done.pupil_id]


@pytest.mark.clause("SI 2024/208 reg 8(1)")
def test_without_an_agreed_starting_day_there_is_no_name(school):
    with pytest.raises(Refused) as refused:
        admit(school, replace(DRAFT, starting_day=None))
    assert [problem.field for problem in refused.value.fields] == ["starting_day"]
    assert "a name is entered once the day is agreed" in refused.value.message
    assert pupils_there(school) == 0


@pytest.mark.clause("OTE-19")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-10-11", "Saturday 11 October 2025 is not a school day at Larkspur Academy. The nearest is Friday 10 October 2025 or Monday 13 October 2025."),
        ("2025-10-27", "Monday 27 October 2025 is not a school day at Larkspur Academy. The nearest is Friday 24 October 2025 or Monday 3 November 2025."),
    ],
)  # fmt: skip
def test_a_starting_day_without_school_is_refused_with_the_nearest_ones(school, day, words):
    with pytest.raises(Refused) as refused:
        admit(school, replace(DRAFT, starting_day=date.fromisoformat(day)))
    assert refused.value.fields[0].text == words
    assert pupils_there(school) == 0


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_half_saved(school):
    wrong = Particulars("", "Ash", date(2031, 1, 1), upn="A801200005001", sex="Q")
    with pytest.raises(Refused) as refused:
        admit(
            school, service.Draft(wrong, date(2025, 10, 11), "own_roll", contacts=(ContactDraft(phones=("ring me",)),))
        )
    assert {problem.field for problem in refused.value.fields} == {
        "legal_given", "born", "sex", "upn", "starting_day", "contact-1-family", "contact-1-relationship", "contact-1-phones",
    }  # fmt: skip
    assert pupils_there(school) == 0


def test_a_starting_day_that_has_passed_is_entered_with_a_warning_that_stays(school):
    done = admit(school, replace(DRAFT, starting_day=date(2025, 10, 6)))
    assert any("should have been entered before the first session that day" in text for text in done.warnings)
    assert placement(school, done.pupil_id).warnings == list(done.warnings)


def test_a_starting_day_of_today_is_in_time(school):
    done = admit(school, replace(DRAFT, starting_day=date(2025, 10, 7)))
    assert not any("should have been entered" in text for text in done.warnings)


def test_the_same_admission_sent_twice_is_stored_once(school):
    first = admit(school, request_id="0b8f3c0e-64f5-4a8e-9d3b-111111111111")
    again = admit(school, request_id="0b8f3c0e-64f5-4a8e-9d3b-111111111111")
    assert again == first
    assert pupils_there(school) == 1


def test_a_upn_that_is_taken_is_refused_naming_who_has_it(school):
    a_pupil(school.id, "Ben", "Birch", upn="B801200005001")
    with pytest.raises(Refused, match="Ben Birch has it already, and one UPN names one child"):
        admit(school, replace(DRAFT, particulars=replace(AMBER, upn="B801200005001")))
    assert pupils_there(school) == 1


def test_the_same_name_and_birth_date_is_only_a_warning(school):
    a_pupil(school.id, "Amber", "Ash", born="2016-05-04")
    assert any("is on the list already" in text for text in admit(school).warnings)


def test_a_class_of_another_setting_is_not_found_and_nothing_is_stored(school, other_school):
    with store.scope([other_school]):
        theirs = a_class(other_school)
    with pytest.raises(NotFound):
        admit(school, replace(DRAFT, group_id=theirs))
    assert pupils_there(school) == 0


@pytest.mark.clause("ATT-011")
def test_what_the_admission_register_lacks_is_named(school):
    bare = admit(school)
    whole = admit(school, replace(
        DRAFT,
        particulars=Particulars("Bo", "Birch", date(2015, 1, 2), sex="M", address="1 Elm Row", last_school="none"),
        contacts=(adult("Birch", "01632 960001", is_parent=True, lives_with=True),),
    ))  # fmt: skip
    assert seen(school, bare.pupil_id).missing == (
        "sex", "home address", "name of the last school (or “none”)", "a parent’s full name and address",
    )  # fmt: skip
    assert seen(school, whole.pupil_id).missing == ()


def seen(here, pupil_id, role="office"):
    actor = here.actor(role)
    pupil = service.access_pupil(actor, here.id, pupil_id, WEDNESDAY)
    return page.build(here.ctx, here.caller, actor, pupil, here.now)


@pytest.mark.clause("ATT-007")
def test_parents_in_the_wide_sense_are_recorded_with_who_they_are(school):
    done = admit(school, replace(DRAFT, contacts=(
        adult("Ash", "01632 960001", is_parent=True, parental_responsibility=True, lives_with=True),
        ContactDraft("Briar", "Jo", relationship="foster carer", is_parent=True),
        ContactDraft("Clover", "Pat", relationship="neighbour", phones=("01632 960003",)),
    )))  # fmt: skip
    contacts = seen(school, done.pupil_id).contacts
    assert [(row["family"], row["relationship"], row["is_parent"], row["priority"]) for row in contacts] == [
        ("Ash", "parent", True, 1), ("Briar", "foster carer", True, 2), ("Clover", "neighbour", False, 3),
    ]  # fmt: skip


@pytest.mark.clause("ATT-008")
@pytest.mark.parametrize(
    ("born", "on", "words"),
    [
        ("2021-05-20", "2026-03-20", "Not yet of compulsory school age: from 31 August 2026"),
        ("2021-05-20", "2026-08-31", "Of compulsory school age until 26 June 2037"),
        ("2009-12-01", "2026-06-26", "Of compulsory school age until 26 June 2026"),
        ("2009-12-01", "2026-06-27", "Over compulsory school age since 26 June 2026"),
    ],
)
def test_compulsory_school_age_is_worked_out_from_the_birth_date(born, on, words):
    assert page.age_line(date.fromisoformat(born), date.fromisoformat(on)) == words


@pytest.mark.scenario("P-ATT-43")
@pytest.mark.clause("ATT-012")
def test_two_numbers_or_two_of_one_adult_warn_and_three_adults_do_not(school):
    files = {
        "C43": (adult("Ash", "01632 960001"), adult("Birch", "01632 960002")),
        "C44": (adult("Ash", "01632 960001", "01632 960002"), adult("Birch", "01632 960003")),
        "C45": (adult("Ash", "01632 960001"), adult("Birch", "01632 960002"), adult("Clover", "01632 960003")),
    }
    warned = [
        name for name, contacts in files.items()
        if admit(school, replace(DRAFT, particulars=replace(AMBER, legal_given=name), contacts=contacts)).warnings
    ]  # fmt: skip
    assert warned == ["C43", "C44"]


@pytest.fixture
def provider(app):
    """An alternative provider with places for ages 5 to 10, on 2 September 2025."""
    clock.current_clock().set(datetime(2025, 9, 2, 12, 0))
    made = a_setting("Thistle House", setting_type="alternative_provision", legal_type="non_school", phase="special")
    with store.scope([made]):
        yield Here(made)


@pytest.mark.scenario("P-SEN-02")
@pytest.mark.clause("SEN-002")
def test_ages_outside_the_range_are_saved_with_a_warning_to_the_head_of_provision(provider):
    births = {"S2": "2014-09-04", "S3": "2014-09-03", "S4": "2020-09-03", "S5": "2020-09-04"}
    warned, told = [], set()
    for name, born in births.items():
        particulars = Particulars(name, "Ash", date.fromisoformat(born))
        done = admit(provider, service.Draft(particulars, date(2025, 9, 3), "model_a"))
        if done.warnings:
            warned.append(name)
            told.update(admitted_event(provider, done.pupil_id)["tell"])
    assert warned == ["S3", "S5"]
    assert told == {"head_of_provision"}
    assert len(on_roll(provider, date(2025, 9, 3))) == 4
    assert {name: age_on(date.fromisoformat(born), date(2025, 9, 3)) for name, born in births.items()} == {
        "S2": 10,
        "S3": 11,
        "S4": 5,
        "S5": 4,
    }


def admitted_event(here, pupil_id):
    with store.connection() as conn:
        events = store.events.read(conn, here.id, stream=f"pupil:{pupil_id}")
    return next(event.data for event in events if event.kind == "pupil.admitted")


@pytest.mark.scenario("P-SEN-01")
@pytest.mark.clause("SEN-017")
@pytest.mark.clause("SEN-003")
@pytest.mark.clause("SEN-016")
def test_no_pupil_without_a_placement_model(provider):
    particulars = Particulars("S1", "Ash", date(2016, 5, 4))
    with pytest.raises(Refused, match="needs the placement model before a pupil is admitted") as refused:
        admit(provider, service.Draft(particulars, date(2025, 9, 3)))
    assert [problem.field for problem in refused.value.fields] == ["model"]
    assert pupils_there(provider) == 0
    agreement = {"home_school": "Teasel School", "pattern": "Mon to Wed mornings"}
    done = admit(provider, service.Draft(particulars, date(2025, 9, 3), "model_b", agreement))
    stored = placement(provider, done.pupil_id)
    assert (stored.model, stored.confirmed_by, stored.confirmed_at.date()) == ("model_b", 1, date(2025, 9, 2))
    assert stored.agreement["home_school"] == "Teasel School"
    assert stored.duties["roll"] == "home_school" and stored.duties["register"] == "us"


@pytest.fixture
def independent(app):
    """An independent special school the day before its spring term."""
    clock.current_clock().set(datetime(2026, 1, 7, 12, 0))
    made = a_setting(
        "Yarrow Court",
        setting_type="independent_school",
        legal_type="independent",
        phase="all_through",
        calendar="CAL-IND",
    )
    with store.scope([made]):
        yield Here(made)


@pytest.mark.clause("OTE-19")
def test_the_agreed_start_of_a_placed_pupil_is_kept_as_the_day_to_expect_them(independent):
    done = admit(independent, service.Draft(Particulars("D5", "Ash", date(2014, 3, 2)), date(2026, 1, 8), "la_placed"))
    assert placement(independent, done.pupil_id).expected_start == date(2026, 1, 8)
    with pytest.raises(Refused, match="Wednesday 7 January 2026 is not a school day"):
        admit(independent, service.Draft(Particulars("D6", "Ash", date(2014, 3, 2)), date(2026, 1, 7), "la_placed"))


@pytest.mark.clause("OTE-03")
def test_the_weekly_offer_shows_its_shortfall_against_a_full_week(independent):
    def offered(here, elsewhere):
        particulars = Particulars(f"D{here}", "Ash", date(2014, 3, 2), offer={"here": here, "elsewhere": elsewhere})
        draft = service.Draft(particulars, date(2026, 1, 8), "la_placed", {"sessions_per_week": here})
        return dict(seen(independent, admit(independent, draft).pupil_id).particulars)["Weekly offer"]

    assert offered(6, 2) == "6 sessions a week here and 2 elsewhere: 2 short of a full week of 10"
    assert offered(10, 0) == "10 sessions a week here: full time"
    assert shortfall({"here": 11}, 10) == 0


@pytest.mark.clause("OTE-03")
def test_an_admission_without_a_weekly_offer_is_warned(independent):
    done = admit(independent, service.Draft(Particulars("D7", "Ash", date(2014, 3, 2)), date(2026, 1, 8), "la_placed"))
    assert any("The weekly offer is not recorded" in text for text in done.warnings)
