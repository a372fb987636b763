"""Anyone who works there tells the safeguarding lead, gets a number, and never sees the content again."""

import re

import pytest
from sqlalchemy import select

from intranet import store
from intranet.cases.safeguarding.models import Entry, Strand
from intranet.messages.models import NoticeRow
from tests.safeguarding.conftest import SECRET, told

NUMBER = re.compile(r"\d{3}-\d{3}-\d{3}")


def strands(school):
    with store.connection() as conn:
        return conn.execute(select(Strand.__table__).where(Strand.setting_id == school.id)).all()


@pytest.mark.clause("SPM-20")
@pytest.mark.clause("SEN-030")
@pytest.mark.clause("ATT-129")
@pytest.mark.parametrize("role", ["teacher", "cover", "office", "attendance_lead", "head", "governor", "system_admin", "provider"])
def test_anyone_who_works_there_tells_and_sees_a_number_only(school, as_role, role):
    page = as_role(role)
    after = told(page, about="A girl in the blue coat")
    assert NUMBER.search(after)
    assert "Vx9xt9" not in after and "blue coat" not in after
    assert len(strands(school)) == 1


@pytest.mark.parametrize("role", ["authority", "home_school"])
def test_people_of_other_bodies_tell_in_their_own_way(school, as_role, role):
    as_role(role).get("/tell/", 403)


@pytest.mark.clause("SPM-20")
def test_the_lead_s_first_page_shows_at_once_that_there_is_something_and_not_what(school, as_role):
    lead = as_role("dsl")
    assert "Nothing new in the room" in lead.get("/")
    told(as_role("teacher", account=school.teacher), school.pupil)
    home = lead.get("/")
    assert "1 child with something that nobody of your team has opened" in home
    assert "Vx9xt9" not in home
    with store.connection() as conn:
        notice = conn.execute(select(NoticeRow.__table__).where(NoticeRow.setting_id == school.id)).one()
    assert (notice.account_id, notice.pupil_id, notice.restricted, notice.raised_at) == (lead.account, None, True, school.now)


def test_what_was_typed_stays_when_something_is_missing(school, as_role):
    body = told(as_role("teacher", account=school.teacher), school.pupil, 422, at="", words="He said Vx9xt8", places="head")
    assert SECRET in body and "Vx9xt8" in body and 'value="head" checked' in body
    assert "Time: nothing was entered" in body
    assert strands(school) == []


def test_an_hour_still_to_come_and_a_nameless_child_are_refused(school, as_role):
    teacher = as_role("teacher", account=school.teacher)
    assert "that is still to come" in told(teacher, school.pupil, 422, at="23:00")
    assert "nobody was named" in told(teacher, None, 422)


def test_sending_the_same_form_twice_tells_once_and_gives_the_first_number(school, as_role):
    teacher = as_role("teacher", account=school.teacher)
    drawn = teacher.get(f"/pupils/{school.pupil}/tell/")
    rid = re.search(r'name="rid" value="([^"]+)"', drawn)[1]
    fields = {"saw": SECRET, "on": "2025-10-07", "at": "09:00", "rid": rid, "drawn": "0"}
    numbers = [NUMBER.search(teacher.post(f"/pupils/{school.pupil}/tell/", follow=True, **fields))[0] for _ in range(2)]
    assert numbers[0] == numbers[1]
    with store.connection() as conn:
        assert len(conn.execute(select(Entry.id).where(Entry.setting_id == school.id)).all()) == 1


def test_two_people_who_tell_about_one_child_write_on_one_strand(school, as_role):
    told(as_role("teacher", account=school.teacher), school.pupil)
    told(as_role("office"), school.pupil, saw="Vx9xt7 came late and hungry")
    [strand] = strands(school)
    page = as_role("dsl").get(f"/safeguarding/strands/{strand.id}/")
    assert "Vx9xt9" in page and "Vx9xt7" in page


def test_a_teacher_cannot_tell_through_another_setting_s_pupil(school, as_role):
    from tests.fixtures.people import a_setting
    from tests.fixtures.pupils import a_pupil

    other = a_setting("Bramble Academy")
    as_role("teacher", account=school.teacher).get(f"/pupils/{a_pupil(other)}/tell/", 404)


def test_a_number_counts_nothing(school, as_role):
    teacher = as_role("teacher", account=school.teacher)
    numbers = [NUMBER.search(told(teacher, school.pupil))[0].replace("-", "") for _ in range(3)]
    gaps = {int(b) - int(a) for a, b in zip(numbers, numbers[1:], strict=False)}
    assert len(set(numbers)) == 3 and not gaps & {1, 2, 3}
