"""Amending a mark the lawful way, and reading a register as it stands, as it stood and as it was known."""

from __future__ import annotations

import uuid

import pytest

from intranet import clock, store
from intranet.errors import NotAllowed, Refused
from intranet.registers import history, service
from intranet.registers.values import Paper
from tests.fixtures.people import an_account


@pytest.fixture
def office(school):
    """The attendance officer, who may amend."""
    account = an_account("attendance_officer", setting=school.id, name="Olga Oak", title="Attendance officer")
    return school.actor("attendance_officer", account, name="Olga Oak")


def _amend(school, actor, symbol, reason, drawn=None, index=0, rid=None):
    pupil = school.pupils[index]
    drawn = school.page().drawn if drawn is None else drawn
    return service.amend(
        school.ctx, school.caller, school.session(), pupil, symbol, None, None, reason, drawn, rid or str(uuid.uuid4()), actor, clock.now()
    )


def _trail(school):
    with store.connection() as conn:
        return history.trail(conn, school.id, school.caller, [school.session()], school.group, school.pupils)


@pytest.mark.scenario("P-ATT-04")
@pytest.mark.clause("ATT-041")
def test_an_amendment_needs_a_reason_and_keeps_five_facts(school, office):
    school.save({0: "N"})
    school.at("10:05")
    with pytest.raises(Refused) as refused:
        _amend(school, office, "I", " ")
    assert [problem.field for problem in refused.value.fields] == ["reason"]
    _amend(school, office, "I", "parent phoned 10:05")
    change = _trail(school)[-1]
    assert (change.original, change.new, change.reason) == ("N", "I", "parent phoned 10:05")
    assert (change.recorded_at.isoformat(), change.by, change.by_position) == (clock.now().isoformat(), "Olga Oak", "Attendance Officer")


def test_an_amendment_sent_twice_is_stored_once(school, office):
    school.save({0: "N"})
    rid, drawn = str(uuid.uuid4()), school.page().drawn
    first = _amend(school, office, "I", "rang", drawn, rid=rid)
    again = _amend(school, office, "I", "rang", drawn, rid=rid)
    assert (again.position, again.repeated) == (first.position, True)
    assert len(_trail(school)) == 2


def test_an_amendment_of_a_mark_that_changed_meanwhile_is_a_conflict(school, office):
    school.save({0: "N"})
    drawn = school.page().drawn
    _amend(school, office, "M", "dentist", drawn)
    outcome = _amend(school, office, "I", "ill", drawn)
    assert [(c.yours, c.theirs, c.who) for c in outcome.conflicts] == [("I", "M", "Olga Oak")]
    assert school.marks()[0] == "M"


def test_a_teacher_may_not_amend_and_is_told_whom_to_ask(school):
    school.save({0: "N"})
    with pytest.raises(NotAllowed, match="office"):
        _amend(school, school.actor(), "I", "ill")


def test_a_register_is_read_as_it_stands_as_it_stood_and_as_it_was_known(school, office):
    school.at("11:00")
    paper = Paper("Pat Plum", clock.now().replace(hour=8, minute=55))
    school.save({0: "N"}, rest_present=True, paper=paper, actor=office)
    school.at("11:30")
    _amend(school, office, "I", "parent phoned")
    trail, key, nine = _trail(school), (school.session(), school.pupils[0]), clock.now().replace(hour=9, minute=0)
    assert history.standing(trail, "stands", nine)[key].new == "I"
    assert history.standing(trail, "stood", nine)[key].new == "N"
    assert history.standing(trail, "known", nine) == {}


def test_the_pages_of_a_marks_past_show_original_new_reason_date_and_who(school, as_role):
    school.save({0: "N"}, rest_present=True)
    page = as_role("attendance_officer")
    path = f"/registers/amend/{school.session()}/{school.pupils[0]}/"
    assert "keeps why it was changed" in page.send(path, 422, mark="I", reason="")
    page.send(path, mark="I", reason="parent phoned 10:05")
    html = page.get(f"/registers/{school.session()}/{school.group}/history/")
    for fact in ("parent phoned 10:05", "Olga Oak", "Attendance Officer", ">N<", ">I<", "8 Oct 2025"):
        assert fact in html


def test_a_moment_that_cannot_be_read_gets_a_sentence(school, as_role):
    html = as_role().get(f"/registers/{school.session()}/{school.group}/history/?view=stood&at=yesterday", 422)
    assert "“yesterday” is not a day and time" in html


def test_the_pupils_page_shows_the_year_counts_and_corrections(school, as_role):
    school.save({0: "N"}, rest_present=True)
    page = as_role("attendance_officer")
    page.send(f"/registers/amend/{school.session()}/{school.pupils[0]}/", mark="I", reason="rang")
    html = page.get(f"/pupils/{school.pupils[0]}/")
    assert "Missed <strong>1</strong> of 1 session" in html
    assert "1 correction" in html
