"""Who is told in each kind of setting: the roles that sign in, and the bodies outside that a person tells."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import clock, store
from intranet.settings import service as settings
from intranet.store import records
from tests.duties.playing import at, days, save
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil
from tests.messages.test_notices import Place, _place


def told(place, kind):
    return {row.body or row.account_id for row in place.rows(kind=kind)}


def house_value(place, key, value):
    with store.scope([place.setting]), store.writing(now=clock.now(), actor_id=1) as w:
        settings.set_house_value(w, place.setting, key, value, "agreed with the director", clock.now().date())


@pytest.fixture
def company(app):
    """A tutoring company with an office, a DSL and a learner who is booked on Tuesdays and Wednesdays at ten."""
    at("2025-09-03 08:00")
    setting = a_setting(setting_type="tutoring", legal_type="company", layout="T")
    office, dsl = an_account("tutoring_office", setting=setting), an_account("dsl", setting=setting, name="Dora Dove")
    an_account("commissioner", setting=setting, name="Col Council")
    pupil = a_pupil(setting, group=a_class(setting, "Tutor A", kind="tutor"), model="commissioned")
    for day in (date(2025, 9, 9), date(2025, 9, 10)):
        with store.scope([setting]), store.writing(now=clock.now(), actor_id=None) as w:
            booked = {"start": "10:00", "end": "11:00", "repeating": "weekly"}
            records.create(w, setting_id=setting, kind="booking", pupil_id=pupil, first=day, last=date(2025, 12, 12), data=booked)
    made = Place(setting, office, dsl, pupil)
    made.dsl = dsl
    yield made


@pytest.mark.scenario("P-SPM-04")
@pytest.mark.clause("SPM-15")
def test_a_missed_session_alerts_the_office_in_the_same_minute_and_nobody_at_the_commissioner(company):
    save(company.setting, "2025-10-07 10:00", {company.pupil: "A"}, now="2025-10-07 10:15")
    [alert] = company.rows()
    assert (alert.kind, alert.account_id, alert.told) == ("missed_session", company.office, "tutoring_office")
    assert f"{alert.raised_at.astimezone(clock.LONDON):%Y-%m-%dT%H:%M}" == "2025-10-07T10:15"


@pytest.mark.clause("SPM-18", "SPM-19")
def test_a_lateness_pattern_is_told_to_the_dsl_and_to_the_commissioner_by_a_person(company):
    house_value(company, "tutoring.lateness.count", 3)
    house_value(company, "tutoring.lateness.window_days", 28)
    for day in ("2025-11-04", "2025-11-11", "2025-11-18"):
        save(company.setting, f"{day} 10:00", {company.pupil: "L"}, now=f"{day} 11:00")
    assert told(company, "lateness_pattern") == {company.dsl, "commissioner"}


@pytest.mark.clause("ATT-223")
def test_a_childs_social_worker_is_told_of_an_unexplained_absence(app):
    for place in _place():
        watched = a_pupil(place.setting, "Ben", "Birch", flags=("social_worker",))
        an_account("dsl", setting=place.setting, name="Dora Dove")
        save(place.setting, "2025-10-08 AM", {watched: "N"}, now="2025-10-08 09:10")
        assert told(place, "unexplained_told") == {"social_worker"}


@pytest.mark.clause("SEN-067")
def test_the_home_school_of_a_placed_pupil_is_told_of_persistent_lateness_and_of_nobody_elses(app):
    at("2025-09-03 08:00")
    setting = a_setting(setting_type="alternative_provision", legal_type="non_school")
    lead = an_account("attendance_lead", setting=setting, name="Lena Lark")
    an_account("home_school_office", setting=setting, name="Hana Home")
    placed, own = a_pupil(setting, model="model_b"), a_pupil(setting, "Ben", "Birch", model="model_a")
    here = Place(setting, lead, lead, placed)
    house_value(here, "lateness.persistent_count", 5)
    for pupil in (placed, own):
        days(setting, "2025-09-08", "2025-09-19", "L", pupil, keys=("AM",))
    bodies = {(row.pupil_id, row.body or row.account_id) for row in here.rows(kind="persistent_lateness")}
    assert bodies == {(placed, lead), (placed, "home_school"), (own, lead)}
