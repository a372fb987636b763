"""The desk's log on both databases, and its event chain after a day at the desk."""

from __future__ import annotations

import pytest

from intranet import store
from intranet.registers import desk, desk_log, evacuation, signout
from intranet.registers.desk_rules import reason_for
from intranet.store import chain, projections
from intranet.store.scope import OutOfScope
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_contact
from tests.registers.desk_kit import a_school


@pytest.fixture
def school(app_on_both):
    made = a_school()
    with store.scope([made.id]):
        yield made


def come(school, pupil, key="1", drawn=0):
    now = school.now
    return desk.sign_in(school.ctx, school.caller, school.actor(), desk.Arrival(pupil, reason_for("late", key), now, drawn=drawn), now)


def test_a_day_at_the_desk_is_stored_chained_and_rebuilt_the_same(school):
    pupil = school.pupil("Amber")
    mother, leader = a_contact(school.id, pupil), an_account("slt", setting=school.id, name="Piper Plover")
    school.at(9, 5)
    assert come(school, pupil).symbol == "L"
    now = school.at(11, 0)
    with store.connection() as conn:
        drawn = desk_log.of_day(conn, school.id, now.date())[-1].position
    signout.sign_out(school.ctx, school.caller, school.actor(),
                     signout.Departure(pupil, mother, "", leader, reason_for("out", "1"), now, drawn=drawn), now)  # fmt: skip
    with store.connection() as conn:
        rows = desk_log.of_day(conn, school.id, now.date())
        roll = evacuation.roll(conn, school.ctx, school.caller, school.actor(), now)
    assert [row.kind for row in rows] == ["in", "out"] and roll.away == 1
    desk.undo(school.ctx, school.caller, school.actor(), rows[1].id, now)
    assert list(projections.differences(school.id)) == []
    assert list(chain.verify(school.id).problems) == []


def test_another_settings_log_stays_out_of_sight(school):
    pupil = school.pupil("Amber")
    school.at(9, 5)
    come(school, pupil)
    elsewhere = a_school()
    school.at(9, 5)
    with store.scope([elsewhere.id]), store.connection() as conn:
        assert desk_log.of_day(conn, elsewhere.id, school.now.date()) == []
    with store.scope([elsewhere.id]), store.connection() as conn, pytest.raises(OutOfScope):
        desk_log.of_day(conn, school.id, school.now.date())
