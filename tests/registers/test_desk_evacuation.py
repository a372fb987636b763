"""The evacuation roll: everybody to account for by class, what the day's marks and desk say, and not one address."""

from __future__ import annotations

import pytest

from intranet import store
from intranet.registers import evacuation
from intranet.store import statements
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.registers.desk_kit import Desk, a_school


@pytest.fixture
def school(app):
    made = a_school()
    with store.scope([made.id]):
        yield made


@pytest.fixture
def desk(app, school):
    return Desk(app.test_client(), school, school.office)


def roll(school, role="office"):
    with store.connection() as conn:
        return evacuation.roll(conn, school.ctx, school.caller, school.actor(role), school.now)


def names(lines):
    return [line.name.split(", ")[1] for line in lines]


def test_everybody_on_site_or_not_known_is_to_be_accounted_for_and_the_unseen_come_first(school):
    for given in ("Amber", "Bo", "Cleo", "Dara", "Eve"):
        school.pupil(given)
    school.at(8, 55)
    school.take(Amber="/", Bo="L", Cleo="I", Dara="D")
    one = roll(school).classes[0]
    assert names(one.expected) == ["Eve", "Amber", "Bo"]
    assert names(one.away) == ["Cleo", "Dara"]
    assert (roll(school).expected, roll(school).to_find, roll(school).away) == (3, 1, 2)


def test_a_child_who_was_here_this_morning_and_is_not_marked_now_is_to_be_found(school):
    school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="/")
    school.at(13, 10)
    assert roll(school).to_find == 0
    school.take("PM", Amber="N")
    found = roll(school).classes[0].expected[0]
    assert found.where.words == "Was here earlier, then N: find this pupil" and found.states == ("/", "N")


def test_a_child_signed_in_late_is_here_and_one_collected_is_not(school, desk):
    amber = school.pupil("Amber")
    mother = a_contact(school.id, amber)
    leader = an_account("slt", setting=school.id, name="Piper Plover")
    school.at(10, 0)
    desk.sign_in("am", "1")
    assert names(roll(school).classes[0].expected) == ["Amber"]
    shown = desk.find("am", "sign-out")
    school.at(11, 0)
    desk.post("/sign-out/", 303, reason="1", leader=leader, adult=mother, **desk.drawn(shown))
    assert names(roll(school).classes[0].away) == ["Amber"]


def test_the_page_prints_who_and_when_and_says_that_it_is_personal_and_shows_no_address(school, desk):
    school.pupil("Amber", address="1 Hidden Lane, Nowhere", postcode="ZZ1 1ZZ", address_protected=True)
    school.pupil("Bo", address="2 Open Road, Nowhere", postcode="ZZ2 2ZZ")
    page = desk.get("/evacuation-roll/")
    assert "Contains personal data" in page and "Printed for Olive Oriole" in page and "Wed 8 Oct 2025, 08:45" in page
    assert "Ash, Amber" in page and "Hidden Lane" not in page and "Open Road" not in page and "ZZ1" not in page
    assert page.count('type="checkbox"') == 2


def test_classes_come_in_order_with_pupils_of_none_last(school):
    a_pupil(school.id, "Lost", "Larch")
    a_pupil(school.id, "Fern", group=a_class(school.id, "1A"))
    school.pupil("Amber")
    assert [one.name for one in roll(school).classes] == ["1A", "3B", "No class"]


def test_a_cover_teacher_sees_their_own_class_and_nobody_without_the_right_sees_any(app, school):
    school.pupil("Amber")
    cover = an_account("cover", setting=school.id, name="Cora Coot")
    a_pupil(school.id, "Fern", group=a_class(school.id, "1A", staff=(cover,)))
    page = Desk(app.test_client(), school, cover).get("/evacuation-roll/")
    assert "Fern" in page and "Amber" not in page
    Desk(app.test_client(), school, an_account("governor", setting=school.id, name="Gil Gull")).get("/evacuation-roll/", 403)


def test_another_settings_roll_is_not_found(school, desk):
    elsewhere = a_school()
    assert desk.awake().get(f"/settings/{elsewhere.id}/evacuation-roll/").status_code == 404


def test_the_roll_asks_a_fixed_number_of_questions_however_many_pupils(school):
    def ask():
        with statements() as counted:
            roll(school)
        return len(counted)

    school.pupil("Amber")
    ask()
    few = ask()
    for n in range(40):
        school.pupil(f"Pupil{n}")
    assert ask() == few <= 6


def test_where_sessions_are_booked_a_pupil_without_one_today_is_not_looked_for(app):
    centre = a_school("tutoring", legal_type="company", layout="T")
    with store.scope([centre.id]):
        centre.pupil("Amber", model="direct")
        found = roll(centre)
    assert (found.expected, names(found.classes[0].away)) == (0, ["Amber"])
    assert found.classes[0].away[0].where.words == "No session here today"
