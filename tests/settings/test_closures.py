"""Closing the school: said before it is stored, counted by every deadline, and taken back."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from sqlalchemy import func, insert, select

from intranet import store
from intranet.clock import LONDON
from intranet.law import deadlines
from intranet.law.sessions import session_no
from intranet.settings.context import context
from intranet.settings.models import ClosureRow
from intranet.store.tables import register_state
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)  # Fri 27 Nov 2026 is an INSET day of the calendar
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


@pytest.fixture
def setting(app):
    return a_setting()


@pytest.fixture
def head(client, setting):
    return signed_in(client, an_account("head", setting=setting))


def drawn(client, setting, **data):
    page = client.get(f"/settings/{setting}/close/").get_data(as_text=True)
    rid = re.search(r'name="rid" value="([^"]+)"', page)[1]
    form = {"kind": "snow", "first": "2026-11-24", "last": "", "part": "", "group": "", "label": "Snow", "version": "0", "confirm": ""}
    return {"csrf_token": csrf(client), "rid": rid, "drawn": "0", **form, **data}


def confirmed(client, setting, **data):
    form = drawn(client, setting, **data)
    page = client.post(f"/settings/{setting}/close/", data=form).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return {**form, "version": version, "confirm": "yes"}, page


def closures(setting):
    with store.scope([setting]), store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(ClosureRow).where(ClosureRow.setting_id == setting, ClosureRow.label == "Snow"))


def calendar(setting):
    with store.scope([setting]):
        return context(setting).calendar


def test_a_preview_says_what_changes_and_stores_nothing(head, setting):
    _, page = confirmed(head, setting)
    assert "Tue 24 Nov 2026" in page
    assert "Code Y4 (unplanned closure) is proposed for every pupil" in page
    assert "School days in 2026-27: 190 now, 189 afterwards." in page
    assert "Not stored yet." in page
    assert closures(setting) == 0


@pytest.mark.clause("ATT-041")
def test_a_closed_day_moves_the_day_by_which_marks_n_must_be_settled(head, setting):
    friday = date(2026, 11, 20)
    before = deadlines.n_code(calendar(setting), friday, 5)
    form, page = confirmed(head, setting)
    assert "Marks N of Fri 20 Nov 2026 must be settled by Tue 1 Dec 2026 instead of Mon 30 Nov 2026." in page
    assert head.post(f"/settings/{setting}/close/", data=form).status_code == 303
    after = deadlines.n_code(calendar(setting), friday, 5)
    assert (before.last_in_time, after.last_in_time) == (date(2026, 11, 30), date(2026, 12, 1))
    assert not calendar(setting).is_school_day(TUESDAY)
    assert calendar(setting).why_closed(TUESDAY).planned is False


@pytest.mark.parametrize(
    ("kind", "planned", "said"),
    [("closure", True, "Code # (planned closure)"), ("inset", True, "Code # (planned closure)"), ("snow", False, "Code Y4")],
)
def test_planned_and_inset_days_are_hash_and_unplanned_ones_y4(head, setting, kind, planned, said):
    form, page = confirmed(head, setting, kind=kind)
    assert said in page
    head.post(f"/settings/{setting}/close/", data=form)
    closed = calendar(setting).why_closed(TUESDAY)
    assert closed.planned is planned
    assert closed.kind == ("inset" if kind == "inset" else "closure")


def test_a_morning_closes_the_morning_only(head, setting):
    form, page = confirmed(head, setting, part="AM")
    assert "AM only" in page
    head.post(f"/settings/{setting}/close/", data=form)
    found = calendar(setting)
    assert (found.is_session_day(TUESDAY, "AM"), found.is_session_day(TUESDAY, "PM"), found.is_school_day(TUESDAY)) == (False, True, True)


def test_one_class_can_be_closed_and_the_setting_stays_open(app, head, setting):
    robin = a_class(setting, "Robin")
    form, page = confirmed(head, setting, group=str(robin))
    assert "Robin" in page
    head.post(f"/settings/{setting}/close/", data=form)
    with store.scope([setting]):
        ctx = context(setting)
    assert ctx.calendar.is_school_day(TUESDAY)
    assert ctx.closed(TUESDAY, "AM", robin).label == "Snow"
    assert ctx.closed(TUESDAY, "AM", robin + 1) is None
    assert ctx.closed(TUESDAY, "AM") is None


def test_registers_already_taken_are_counted(head, setting):
    row = {"setting_id": setting, "position": 1, "first_saved_at": MONDAY, "saved_at": MONDAY, "marked": 3, "group_id": 1}
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=None) as w:
        w.conn.execute(insert(register_state), [{**row, "session_no": session_no(TUESDAY, key)} for key in ("AM", "PM")])
    assert "2 registers have been taken in these sessions" in confirmed(head, setting)[1]
    assert "1 register has been taken in these sessions" in confirmed(head, setting, part="PM")[1]


def test_other_rooms_add_what_changes_for_them(app, head, setting):
    app.extensions["daymark.closure_preview"].append(lambda ctx, new: [f"{ctx.name}: 4 duties move."])
    assert "Larkspur Academy: 4 duties move." in confirmed(head, setting)[1]


def test_the_same_confirmation_sent_twice_closes_once(head, setting):
    form, _ = confirmed(head, setting)
    assert head.post(f"/settings/{setting}/close/", data=form).status_code == 303
    head.post(f"/settings/{setting}/close/", data={**form, "version": str(int(form["version"]) + 1)})
    assert closures(setting) == 1


def test_a_calendar_changed_meanwhile_is_previewed_again_not_overwritten(head, setting):
    form, _ = confirmed(head, setting)
    other, _ = confirmed(head, setting, first="2026-11-25", label="Flood")
    head.post(f"/settings/{setting}/close/", data=other)
    answer = head.post(f"/settings/{setting}/close/", data=form)
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.get_data(as_text=True)
    assert closures(setting) == 0


def test_a_closure_is_withdrawn_with_a_reason_and_both_stay_in_the_record(head, setting):
    form, _ = confirmed(head, setting)
    head.post(f"/settings/{setting}/close/", data=form)
    page = head.get(f"/settings/{setting}/calendar/").get_data(as_text=True)
    path = re.search(r'href="(/settings/\d+/closures/\d+/withdraw/)">Withdraw<span class="govuk-visually-hidden"> Snow', page)[1]
    shown = head.get(path).get_data(as_text=True)
    assert "1 day becomes a school day again: Tue 24 Nov 2026" in shown
    assert "must be settled by Mon 30 Nov 2026 instead of Tue 1 Dec 2026" in shown
    data = {"csrf_token": csrf(head), "rid": form["rid"][:-4] + "abcd", "drawn": "0", "reason": ""}
    assert head.post(path, data=data).status_code == 422
    assert not calendar(setting).is_school_day(TUESDAY)
    assert head.post(path, data={**data, "reason": "It thawed"}).status_code == 303
    assert calendar(setting).is_school_day(TUESDAY)
    with store.scope([setting]), store.connection() as conn:
        events = store.events.read(conn, setting, stream="calendar")
    assert [e.kind for e in events] == ["calendar.closed", "calendar.closure_withdrawn"]
    assert events[1].data["reason"] == "It thawed"
    assert head.post(path, data={**data, "reason": "Again"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": ""}, "What happens"),
        ({"kind": "fog"}, "What happens: “fog” is not one of the choices. Choose one from the list."),
        ({"first": ""}, "First day: nothing was entered. Enter the first day the setting is closed"),
        ({"first": "31/02/2026"}, "First day: “31/02/2026” is not a date"),
        ({"last": "2026-11-23"}, "Last day: “23/11/2026” is before the first day, 24/11/2026. Enter a later day."),
        ({"last": "2028-11-23"}, "more than a year after the first day. Check the year."),
        ({"part": "EVE"}, "Part of the day: “EVE” is not one of the choices"),
        ({"group": "99"}, "For whom: “99” is not one of the choices"),
        ({"label": ""}, "What people will read: nothing was entered"),
        ({"label": "x" * 121}, "What people will read: it is too long"),
    ],
)
def test_what_cannot_be_a_closure_gets_a_sentence_and_stores_nothing(head, setting, change, sentence):
    answer = head.post(f"/settings/{setting}/close/", data=drawn(head, setting, confirm="yes", version="1", **change))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert closures(setting) == 0


def test_days_without_school_are_said_to_change_nothing(head, setting):
    assert "No school day lies in these days" in confirmed(head, setting, first="2026-12-25")[1]


def test_a_teacher_cannot_close_and_another_setting_cannot_be_closed(app, client, head, setting):
    other = a_setting("Other")
    assert head.get(f"/settings/{other}/close/").status_code == 404
    theirs = signed_in(app.test_client(), an_account("head", setting=other))
    form, _ = confirmed(theirs, other)
    theirs.post(f"/settings/{other}/close/", data=form)
    with store.scope([other]), store.connection() as conn:
        made = conn.scalar(select(ClosureRow.id).where(ClosureRow.setting_id == other, ClosureRow.label == "Snow"))
    data = {"csrf_token": csrf(head), "rid": form["rid"][:-4] + "abcd", "drawn": "0", "reason": "x"}
    assert head.post(f"/settings/{setting}/closures/{made}/withdraw/", data=data).status_code == 404
    teacher = signed_in(app.test_client(), an_account("teacher", setting=setting, name="Kit Crane"))
    assert teacher.get(f"/settings/{setting}/close/").status_code == 403
    assert closures(other) == 1


def test_a_service_whose_codes_have_none_for_a_closure_is_not_told_of_y4_or_hash(app, client):
    tutoring = a_setting("Teasel Tutors", setting_type="tutoring", legal_type="company", phase="all_through", layout="T")
    signed_in(client, an_account("director", setting=tutoring))
    form = client.get(f"/settings/{tutoring}/close/").get_data(as_text=True)
    assert "Unplanned: snow, flood, no heating" in form and "Y4" not in form and "(#)" not in form
    page = re.sub(r"<[^>]+>", " ", client.post(f"/settings/{tutoring}/close/", data=drawn(client, tutoring)).get_data(as_text=True))
    assert "Y4" not in page and "No session is due then and nothing is marked" in page


def test_a_school_is_told_which_code_each_kind_of_closure_leads_to(head, setting):
    form = head.get(f"/settings/{setting}/close/").get_data(as_text=True)
    assert "no heating (proposes Y4)" in form and "strike known beforehand (#)" in form
