"""Taking, keeping and amending registers means the same on SQLite and on PostgreSQL, there as a role that owns nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from intranet import clock, duties, store
from intranet.registers import history, service
from intranet.store.tables import event
from tests.fixtures.people import an_account, signed_in
from tests.registers.conftest import Page, a_school


@pytest.fixture
def school(app_on_both):
    """The academy of the other tests, once on each kind of database."""
    yield from a_school(app_on_both)


@pytest.fixture
def office(school):
    account = an_account("attendance_officer", setting=school.id, name="Olga Oak")
    return school.actor("attendance_officer", account, name="Olga Oak")


def saved(school):
    with store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(event).where(event.c.setting_id == school.id, event.c.kind == "register.saved"))


def test_a_class_is_saved_by_the_page_with_one_event_and_opens_again_as_it_was(app_on_both, school):
    page = Page(signed_in(app_on_both.test_client(), school.teacher), school.id, school.teacher)
    path = f"/registers/{school.session()}/{school.group}/"
    page.send(path, act="rest", **{f"mark_{school.pupils[1]}": "N"})
    assert school.marks() == ["/", "N", "/", "/", "/"]
    assert saved(school) == 1
    assert "Birch" in page.get(path)


def test_a_retry_is_stored_once_and_told_the_first_outcome(school):
    rid = str(uuid.uuid4())
    first, again = school.save({0: "N"}, rid=rid), school.save({0: "N"}, rid=rid)
    assert first.position == again.position and saved(school) == 1


def test_a_later_mark_of_somebody_else_is_never_overwritten_and_both_are_shown(school, office):
    drawn = school.page().drawn
    school.save({1: "L"}, actor=office)
    outcome = school.save({1: "N", 2: "/"}, drawn=drawn)
    assert [(c.yours, c.theirs, c.who) for c in outcome.conflicts] == [("N", "L", "Olga Oak")]
    assert school.marks() == ["", "L", "/", "", ""]


def test_an_amendment_keeps_original_new_reason_time_and_name(school, office):
    school.save({0: "N"})
    school.at("10:05")
    drawn = school.page().drawn
    service.amend(school.ctx, school.caller, school.session(), school.pupils[0], "I", None, None, "parent rang", drawn, str(uuid.uuid4()), office, clock.now())
    with store.connection() as conn:
        change = history.trail(conn, school.id, school.caller, [school.session()], school.group, school.pupils)[-1]
    assert (change.original, change.new, change.reason, change.by) == ("N", "I", "parent rang", "Olga Oak")
    assert change.recorded_at == clock.now()


def test_a_register_that_is_not_taken_is_raised_by_the_tick_and_closed_by_the_save(school):
    def open_duties():
        with store.connection() as conn:
            rows = duties.queue(conn, school.id, {"office"}, clock.now(), None, "register_not_taken")
        return [row.kind for row in rows if row.due_at and row.due_at.date() == clock.today()]

    school.at("09:31")
    assert duties.tick(clock.now()).failed == ()
    assert open_duties() == ["register_not_taken"]
    school.save(dict.fromkeys(range(5), "/"), actor=school.actor("office"))
    assert open_duties() == []
    assert duties.tick(clock.now() + timedelta(minutes=1)).raised == 0


def test_what_is_rebuilt_from_the_events_is_what_saving_wrote_and_verifies(school, office):
    school.save({0: "N", 1: "/", 2: ("L", 7)})
    school.save({3: "/", 4: "/"}, drawn=school.page().drawn)
    assert store.projections.differences(school.id) == []
    with store.writing(now=clock.now(), actor_id=None) as w:
        store.projections.rebuild(w, school.id, "H")
    assert school.marks() == ["N", "/", "L", "/", "/"]
    assert store.chain.verify(school.id).problems == ()
