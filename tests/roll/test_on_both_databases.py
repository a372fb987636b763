"""The roll room's tables and transactions on SQLite and PostgreSQL: a whole removal, all or nothing, and one open removal a pupil."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from intranet import clock, store
from intranet.errors import Refused
from intranet.roll import exclusions, removal
from intranet.roll.exclusions import New, Provided
from intranet.roll.models import Removal, RollReturn
from tests.roll.playing import A, Roll
from tests.roll.test_places_and_suspensions import seen


def ready(roll: Roll) -> int:
    pupil = roll.pupil()
    roll.begin(pupil, A, "office")
    roll.enter(pupil, "office", "2025-11-18", other_school="Harbour", started=date(2025, 11, 18))
    roll.show(pupil, "office", "other_school", "no_order", "not_main_school", "not_dual")
    return pupil


@pytest.fixture
def school(app_on_both):
    return Roll("2025-11-18 10:00", setting_type="primary_school", legal_type="maintained")


def test_a_removal_a_return_and_a_suspension_are_stored_and_the_log_still_verifies(school):
    pupil, other = ready(school), school.pupil("Hazel")
    school.complete(pupil, "headteacher")
    school.send(school.owed(pupil)[0], "office")
    school.verb(exclusions.record, other, New(date(2025, 11, 18), 8, False, "Fighting"), role="headteacher")
    one = seen(school, other)[0]
    school.verb(exclusions.provide, other, Provided(one.id, date(2025, 11, 25), "Harbour Centre", "Quay Street", True), role="headteacher")
    with store.scope([school.setting]), store.connection() as conn:
        row = conn.execute(select(RollReturn.__table__).where(RollReturn.setting_id == school.setting)).mappings().one()
        assert dict(row["contents"])["The pupil's full name"] == "Amber Ash" and row["sent_on"] == date(2025, 11, 18)
        kinds = [event.kind for event in store.events.read(conn, school.setting, stream=f"pupil:{pupil}")]
    assert [kind for kind in kinds if kind.startswith(("removal", "return", "pupil.left"))] == [
        "removal.opened", "removal.changed", *["removal.shown"] * 4, "removal.completed", "pupil.left", "return.prepared", "return.sent",
    ]  # fmt: skip
    assert not store.chain.verify(school.setting).problems


def test_a_removal_that_cannot_be_completed_leaves_nothing_behind(school):
    pupil = ready(school)
    school.verb(removal.withdraw, pupil, "no_order", "an order was found", role="office", version=school.version(pupil))
    before = school.standing(pupil)
    with pytest.raises(Refused, match="no attendance order missing"):
        school.complete(pupil, "headteacher")
    assert school.standing(pupil) == before and school.left_on(pupil) is None and school.owed(pupil) == []


def test_the_database_itself_holds_one_open_removal_a_pupil(school):
    pupil = ready(school)
    row = {"setting_id": school.setting, "pupil_id": pupil, "ground": A, "facts": {}, "proofs": {}, "opened_at": clock.now(), "position": 1}
    with store.scope([school.setting]), pytest.raises(IntegrityError), store.writing(now=clock.now(), actor_id=None) as w:
        w.conn.execute(insert(Removal).values(**row))
