"""Saving a register: what is stored, what two people cannot do to each other, and what a retry does."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from intranet import clock, store
from intranet.errors import NotAllowed, NotFound, Refused
from intranet.law.sessions import session_no
from intranet.registers.values import Entry, MarksRefused, Paper
from intranet.store import projections
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_class, a_pupil

from .conftest import filled


def test_nothing_is_marked_before_somebody_marks_it(school):
    assert school.marks() == [""] * 5


def test_everyone_else_present_is_one_act_kept_in_the_event(school):
    school.save({1: "N"}, rest_present=True)
    assert school.marks() == ["/", "N", "/", "/", "/"]
    assert _last(school).data["rest"] is True


def test_a_late_mark_takes_its_minutes_from_the_clock(school):
    school.at("09:07")
    school.save({0: "L"})
    assert school.page().rows[0].mark.minutes == 17


def test_the_afternoon_writes_present_its_own_way(school):
    school.at("13:05")
    school.save({0: "/"}, "PM")
    assert school.marks("PM")[0] == "\\"


def test_a_later_mark_of_somebody_else_is_never_overwritten(school):
    drawn = school.page().drawn
    office = school.actor("office", an_account("office", setting=school.id, name="Olga Oak"))
    school.at("09:02")
    school.save({2: ("L", 6)}, actor=office)
    outcome = school.save({1: "N", 2: "/"}, drawn=drawn)
    assert outcome.saved == (school.pupils[1],)
    assert [(c.yours, c.theirs, c.who, c.at.astimezone(clock.now().tzinfo).strftime("%H:%M")) for c in outcome.conflicts] == [
        ("/", "L", "Olga Oak", "09:02")
    ]
    assert school.marks() == ["", "N", "L", "", ""]


def test_everyone_else_present_is_a_conflict_with_an_absence_marked_meanwhile(school):
    school.save({3: "N"}, actor=school.actor("office", an_account("office", setting=school.id)))
    outcome = school.save({}, drawn=0, rest_present=True)
    assert [c.pupil_id for c in outcome.conflicts] == [school.pupils[3]]
    assert school.marks() == ["/", "/", "/", "N", "/"]


def test_a_pupil_who_joined_after_the_page_was_drawn_is_not_marked_present_with_everyone_else(school):
    shown = set(school.pupils)
    a_pupil(school.id, "Zoe", "Zander", group=school.group, joined=clock.today())
    school.save({}, rest_present=True, among=shown)
    assert school.marks() == ["/"] * 5 + [""]


def test_the_same_mark_by_two_people_is_no_conflict(school):
    school.save({0: "N"})
    outcome = school.save({0: "N"}, drawn=0)
    assert not outcome.conflicts
    assert not outcome.saved


def test_a_pupil_who_has_left_the_class_is_a_conflict_and_the_others_are_saved(school):
    gone = a_pupil(school.id, "Gus", "Gone", group=school.group, left=clock.today() - timedelta(days=1))
    outcome = school.save({0: "N", gone: "/"})
    assert outcome.saved == (school.pupils[0],)
    assert [(c.pupil_id, c.theirs) for c in outcome.conflicts] == [(gone, None)]


def test_a_pupil_of_another_class_is_not_found_and_nothing_is_stored(school):
    other = a_pupil(school.id, "Otto", "Other", group=a_class(school.id, "4C"))
    with pytest.raises(NotFound):
        school.save({0: "N", other: "/"})
    assert school.marks() == [""] * 5


def test_a_retry_is_stored_once_and_told_the_first_outcome(school):
    rid = str(uuid.uuid4())
    first = school.save({0: "N"}, rid=rid)
    school.save({0: ("L", 9)}, drawn=first.position, actor=school.actor("office", an_account("office", setting=school.id)))
    again = school.save({0: "N"}, rid=rid)
    assert (again.repeated, again.position, again.saved) == (True, first.position, first.saved)
    assert school.marks()[0] == "L"


def test_a_colleagues_class_is_not_found_and_the_office_may_take_it(school):
    stranger = school.actor("teacher", an_account("teacher", setting=school.id, name="Una Umber"))
    with pytest.raises(NotFound):
        school.save({0: "N"}, actor=stranger)
    assert school.save({0: "N"}, actor=school.actor("office", an_account("office", setting=school.id))).saved


def test_somebody_who_may_only_look_is_told_who_may_take_it(school):
    with pytest.raises(NotAllowed):
        school.save({0: "N"}, actor=school.actor("dsl", an_account("dsl", setting=school.id)))


@pytest.mark.clause("ATT-051")
def test_no_mark_is_taken_before_its_session_has_started(school):
    school.at("08:49")
    with pytest.raises(Refused, match="has not started"):
        school.save({0: "/"})
    school.at("08:50")
    assert school.save({0: "/"}).saved


@pytest.mark.clause("ATT-041")
def test_after_the_close_a_saved_mark_changes_only_with_a_reason_and_only_by_who_may_amend(school):
    school.save({0: "N"}, rest_present=True)
    school.at("09:31")
    office = school.actor("office", an_account("office", setting=school.id), name="Olga Oak")
    drawn = school.page().drawn
    with pytest.raises(MarksRefused, match="ask the attendance office to correct it"):
        school.save({0: "I"}, drawn=drawn)
    with pytest.raises(MarksRefused, match="needs a reason") as refused:
        school.save({0: "I"}, drawn=drawn, actor=office)
    assert refused.value.ask
    school.save({0: "I"}, drawn=drawn, actor=office, reason="Mother rang")
    assert school.marks()[0] == "I"


def test_a_register_from_paper_keeps_who_took_it_and_when(school):
    school.at("11:00")
    taken = clock.now().replace(hour=8, minute=55)
    school.save({0: "L"}, rest_present=True, paper=Paper("Pat Plum", taken), actor=school.actor("office", an_account("office", setting=school.id)))
    page = school.page()
    assert page.group.state.from_paper
    assert page.rows[0].mark.minutes == 5


def test_projections_rebuilt_from_the_events_are_what_saving_wrote(school):
    school.save({1: "N"}, rest_present=True)
    school.at("09:05")
    school.save({1: ("L", 15)}, drawn=school.page().drawn)
    assert projections.differences(school.id) == []


# ------------------------------------------------------------------ codes


@pytest.mark.parametrize(("symbol", "note", "said"), [
    ("B", None, "needs a note"), ("K", " ", "needs a note"), ("Y7", None, "needs a note"), ("X", None, "compulsory school age"),
    ("#", None, "comes from the calendar"), ("U", None, "open until 09:30"), ("ZZ", None, "not a register code"),
])  # fmt: skip
def test_a_code_that_may_not_stand_is_refused_with_what_it_needs(school, symbol, note, said):
    with pytest.raises(MarksRefused, match=said):
        school.save({0: Entry(school.pupils[0], symbol, None, note)})
    assert school.marks() == [""] * 5


def test_a_code_with_the_note_that_law_asks_for_is_stored_with_it(school):
    school.save({0: Entry(school.pupils[0], "B", None, "Forest school at Fernhill")})
    assert school.page().rows[0].mark.note == "Forest school at Fernhill"


def test_a_part_time_mark_without_an_agreement_asks_once_and_keeps_the_answer(school):
    with pytest.raises(MarksRefused) as refused:
        school.save({0: "C2"})
    assert refused.value.ask
    school.save({0: "C2"}, reason="Agreed with father, form follows")
    assert _last(school).data["why"] == "Agreed with father, form follows"


def test_late_by_more_than_the_window_is_not_late(school):
    school.at("09:29")
    with pytest.raises(MarksRefused, match="after the register closed"):
        school.save({0: ("L", 40)})


# ------------------------------------------------------------------ pages


def test_the_plain_form_saves_two_absent_and_everyone_else_present(school, as_role):
    page, path = as_role(), f"/registers/{school.session()}/{school.group}/"
    page.send(path, act="rest", **{f"mark-{school.pupils[1]}": "N", f"mark-{school.pupils[3]}": "N"})
    assert school.marks() == ["/", "N", "/", "N", "/"]
    assert "5 of 5" in page.get(path)


def test_a_refused_page_keeps_everything_typed(school, as_role):
    page, path = as_role("office"), f"/registers/{school.session()}/{school.group}/"
    html = page.send(path, 422, **{f"mark-{school.pupils[0]}": "B", f"mark-{school.pupils[1]}": "N", f"note-{school.pupils[1]}": "no answer"})
    again = filled(html)
    assert again[f"mark-{school.pupils[0]}"] == "B"
    assert again[f"mark-{school.pupils[1]}"] == "N"
    assert again[f"note-{school.pupils[1]}"] == "no answer"
    assert "needs a note" in html
    assert school.marks() == [""] * 5


def test_the_conflict_page_shows_both_marks_and_uses_mine_when_i_say_so(school, as_role):
    teacher, office, path = as_role(), as_role("office"), f"/registers/{school.session()}/{school.group}/"
    mine = teacher.form(path, **{f"mark-{school.pupils[0]}": "/"})
    office.send(path, **{f"mark-{school.pupils[0]}": "N"})
    html = teacher.post(path, 409, **mine)
    assert "Olga Oak" in html
    assert school.marks()[0] == "N"
    teacher.post(path, **{**filled(html), f"mark-{school.pupils[0]}": "/"})
    assert school.marks()[0] == "/"


def test_untouched_rows_of_an_old_page_do_not_undo_a_colleagues_change(school, as_role):
    teacher, office, path = as_role(), as_role("office"), f"/registers/{school.session()}/{school.group}/"
    teacher.send(path, act="rest")
    old = teacher.form(path, **{f"mark-{school.pupils[1]}": "N"})
    office.send(path, **{f"mark-{school.pupils[0]}": "L", f"minutes-{school.pupils[0]}": "5"})
    teacher.post(path, **old)
    assert school.marks() == ["L", "N", "/", "/", "/"]


@pytest.mark.parametrize(("field", "value", "said"), [
    ("minutes", "soon", "not a number of minutes"), ("note", "x" * 501, "500 fit"), ("mark", "QQ", "not a register code"),
])  # fmt: skip
def test_bad_input_names_the_value_and_stores_nothing(school, as_role, field, value, said):
    page, path, pupil = as_role("office"), f"/registers/{school.session()}/{school.group}/", school.pupils[0]
    assert said in page.send(path, 422, **{f"mark-{pupil}": "L", f"{field}-{pupil}": value})
    assert school.marks() == [""] * 5


@pytest.mark.parametrize("path", ["/registers/12345678/1/", "/registers/99999999999999/1/", "/registers/19265537/999/"])
def test_a_register_that_does_not_exist_is_not_found(school, as_role, path):
    assert "list" in as_role().get(path, 404)


def test_another_settings_register_is_not_found(school, as_role):
    assert as_role().get(f"/registers/{school.session()}/{school.group + 1}/", 404)


def test_a_closed_day_shows_its_code_for_everybody_and_takes_no_marks(school, as_role):
    number = session_no(date(2025, 12, 25), "AM")
    html = as_role().get(f"/registers/{number}/{school.group}/")
    assert html.count('app-code--not-counted">#<') == 5
    assert "data-save" not in html.split("<main")[1].split("<script")[0].replace("data-save-state", "")


def _last(school):
    with store.connection() as conn:
        return store.events.read(conn, school.id, stream=f"register:{school.session()}:{school.group}")[-1]


def test_the_service_worker_holds_nothing_and_may_look_after_settings_only(school, as_role):
    answer = as_role().client.get("/register-worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/settings/"
    assert b"localStorage" not in answer.data


def test_a_save_without_the_forms_request_id_is_refused_so_that_a_repeat_cannot_be_stored_twice(school, as_role):
    browser = as_role("attendance_officer")
    path = f"/registers/{school.session()}/{school.group}/"
    said = browser.send(path, status=422, rid=None, act="save", **{f"mark-{school.pupils[0]}": "/"})
    assert "The form&#39;s request id was lost on the way." in said
    assert not any(school.marks())


def test_a_save_without_any_mark_says_that_nothing_was_saved(school, as_role):
    browser = as_role("attendance_officer")
    path = f"/registers/{school.session()}/{school.group}/"
    browser.send(path, act="save")
    assert "Nothing was entered, so nothing was saved." in browser.get(path)
    assert not any(school.marks())
