"""The board: missing registers with who takes them, and every child who is not accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intranet import clock, store
from intranet.registers import board
from tests.fixtures.pupils import a_pupil


def _board(school):
    with store.connection() as conn:
        return board.build(conn, school.ctx, school.caller, clock.today(), clock.now())


def _why(school):
    return {child.pupil_id: child.why for child in _board(school).children}


@pytest.mark.scenario("P-ATT-41")
@pytest.mark.clause("ATT-059")
def test_a_register_not_taken_is_listed_with_its_class_session_and_teachers_role(school):
    school.at("09:35")
    missing = _board(school).missing
    assert [(line.group, line.slot.key) for line in missing] == [("3B", "AM")]
    assert missing[0].staff == (("Tess Teal", "Class teacher"),)


def test_a_register_is_missing_until_every_pupil_has_a_mark(school):
    school.save({0: "/", 1: "/"})
    school.at("09:35")
    assert [line.marked for line in _board(school).missing] == [2]
    school.save({}, drawn=school.page().drawn, rest_present=True)
    assert _board(school).missing == ()


def test_children_left_out_of_a_saved_register_are_shown_at_once(school):
    school.save({0: "/", 1: "/", 2: "/", 3: "/"})
    assert _why(school) == {school.pupils[4]: "No mark this morning"}


def test_a_child_here_this_morning_and_gone_this_afternoon_comes_first(school):
    school.save({0: "N"}, rest_present=True)
    school.at("13:10")
    school.save({0: "N", 3: "N"}, "PM", rest_present=True)
    children = _board(school).children
    assert [(child.pupil_id, child.why) for child in children] == [
        (school.pupils[3], "Was here this morning, N this afternoon"),
        (school.pupils[0], "Absent, no reason known"),
    ]


def test_a_pupil_in_no_class_is_shown_and_not_silently_skipped(school):
    lost = a_pupil(school.id, "Lou", "Lost")
    school.save({}, rest_present=True)
    assert _why(school) == {lost: "In no class: no register for the morning"}


def test_the_statements_of_a_board_do_not_grow_with_the_pupils(school):
    school.save({0: "N"}, rest_present=True)
    few = _cost(school)
    for n in range(25):
        a_pupil(school.id, "More", f"Pupil{n}", group=school.group)
    assert _cost(school) == few


def _cost(school):
    _board(school)
    with store.statements() as ran:
        _board(school)
    return len(ran)


def test_a_poll_that_finds_nothing_new_is_told_so(school, as_role):
    page = as_role("office")
    page.get("/board/")
    etag = page.client.get(f"/settings/{school.id}/board/").headers["ETag"]
    headers = {"If-None-Match": etag, "HX-Request": "true"}
    assert page.client.get(f"/settings/{school.id}/board/", headers=headers).status_code == 304
    school.save({0: "N"})
    assert page.client.get(f"/settings/{school.id}/board/", headers=headers).status_code == 200


def test_a_nudge_is_on_the_first_page_of_whoever_takes_the_class_until_it_is_taken(school, as_role):
    school.at("09:35")
    office, teacher = as_role("office"), as_role()
    office.post("/board/nudge/", **office.form("/board/"))
    assert "Somebody is waiting for it: reminded 09:35" in teacher.get("/")
    school.save({}, rest_present=True)
    assert "Somebody is waiting" not in teacher.get("/")


def test_a_teachers_first_page_has_the_way_to_their_open_register(school, as_role):
    html = as_role().get("/")
    assert f"/registers/{school.session()}/{school.group}/" in html


def test_a_teacher_sees_their_own_classes_registers_and_not_the_board(school, as_role):
    teacher = as_role()
    assert "3B" in teacher.get("/registers/")
    assert teacher.get("/board/", 403)


def test_a_day_that_cannot_be_read_gets_a_sentence(school, as_role):
    assert "“soon” is not a day" in as_role("office").get("/registers/?day=soon", 422)


def test_the_jump_to_a_class_goes_to_the_register_that_is_open(school, as_role):
    as_role().get(f"/registers/now/{school.group}/", 303)
    school.at("13:05")
    response = as_role().client.get(f"/settings/{school.id}/registers/now/{school.group}/")
    assert response.location.endswith(f"/registers/{school.session('PM')}/{school.group}/")


def test_days_before_and_after_are_school_days(school, as_role):
    html = as_role("office").get("/registers/")
    assert f"?day={(clock.today() - timedelta(days=1)).isoformat()}" in html
