"""The policies' scenarios about registers, played through the registers room; each checks every key of what is expected."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pytest

from intranet import clock, store
from intranet.errors import Refused
from intranet.extension.values import Known
from intranet.law import counting
from intranet.law.codes import national_codes
from intranet.law.sessions import session_no
from intranet.registers import board, history, service
from intranet.registers.page import shown
from intranet.registers.values import Entry, MarksRefused
from intranet.store import bulk, records
from intranet.store import marks as stored_marks
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil

from .conftest import School


@pytest.fixture
def tutoring(app):
    """A tutoring company with one tutor and one learner."""
    clock.current_clock().set(datetime(2025, 9, 16, 9, 0))
    made = a_setting("Teasel Tutors", setting_type="tutoring", legal_type="company", layout="T")
    tutor = an_account("tutor", setting=made, name="Toni Tern", title="Tutor")
    with store.scope([made]):
        group = a_class(made, "Toni's learners", kind="tutor", staff=(tutor,), role="tutor")
        yield School(made, tutor, group, [a_pupil(made, "Jay", "Bracken", group=group, model="commissioned")])


def _booked(place: School, day: date, *starts: str) -> None:
    with store.writing(now=clock.now(), actor_id=None) as w:
        for start in starts:
            data = {"start": start, "end": f"{int(start[:2]) + 1:02d}:00", "tutor": place.teacher}
            records.create(w, setting_id=place.id, kind="booking", pupil_id=place.pupils[0], first=day, last=day, data=data)


def _save(place: School, day: date, key: str, symbol: str, note: str | None = None):
    entry = Entry(place.pupils[0], symbol, None, note)
    return service.save(
        place.ctx, place.caller, session_no(day, key), place.group, [entry], 0, str(uuid.uuid4()), place.actor("tutor"), clock.now()
    )


def _stored(place: School, day: date, *keys: str):
    with store.connection() as conn:
        found = stored_marks.for_session(conn, place.id, [session_no(day, key) for key in keys])
    return [(mark, shown(place.caller, mark)) for mark in found]


@pytest.mark.scenario("P-SPM-01")
@pytest.mark.clause("SPM-09")
@pytest.mark.clause("SPM-10")
def test_two_booked_sessions_in_one_day_are_two_attendances(tutoring):
    day = date(2025, 9, 16)
    _booked(tutoring, day, "10:00", "14:00")
    tutoring.at("14:20", day)
    _save(tutoring, day, "10:00", "P")
    _save(tutoring, day, "14:00", "L")
    entries = _stored(tutoring, day, "10:00", "14:00", "AM", "PM")
    assert [(mark.session_no, seen.word.lower()) for mark, seen in entries] == [
        (session_no(day, "10:00"), "present"), (session_no(day, "14:00"), "late"),
    ]  # fmt: skip
    with store.connection() as conn:
        marks = stored_marks.year(conn, tutoring.id, tutoring.pupils, [2025])[tutoring.pupils[0]]
        planned = len(board.build(conn, tutoring.ctx, tutoring.caller, day, clock.now()).lines)
    counts = counting.count(marks, tutoring.caller.codes)
    assert (planned, counts.present, counts.late, counts.absent) == (2, 2, 1, 0)


@pytest.mark.scenario("P-SPM-02")
@pytest.mark.clause("SPM-10")
@pytest.mark.clause("SPM-11")
def test_a_national_code_is_not_a_tutoring_mark(tutoring):
    day = date(2025, 9, 18)
    _booked(tutoring, day, "10:00")
    tutoring.at("10:30", day)
    with pytest.raises(MarksRefused) as refused:
        _save(tutoring, day, "10:00", "I")
    for allowed in ("present", "absent", "late"):
        assert allowed in refused.value.message
    assert _stored(tutoring, day, "10:00") == []
    _save(tutoring, day, "10:00", "A", "illness")
    (mark, seen), *_ = _stored(tutoring, day, "10:00")
    assert (seen.symbol, seen.note, seen.meaning == "unexplained") == ("A", "illness", False)
    assert mark.session_no == session_no(day, "10:00")


@pytest.mark.scenario("P-SPM-03")
@pytest.mark.clause("SPM-11")
def test_an_absence_without_a_reason_is_accepted_and_unexplained(tutoring):
    day = date(2025, 9, 23)
    _booked(tutoring, day, "13:00")
    tutoring.at("13:30", day)
    _save(tutoring, day, "13:00", "A", "")
    (_, seen), *_ = _stored(tutoring, day, "13:00")
    assert (seen.symbol, seen.word, seen.note, seen.meaning) == ("A", "Absent", None, "unexplained")


@pytest.mark.scenario("P-SPM-05")
@pytest.mark.clause("SPM-12")
@pytest.mark.clause("SPM-14")
def test_a_session_not_submitted_by_the_end_of_its_day_is_overdue_against_its_tutor(tutoring):
    day, states = date(2025, 10, 7), []
    _booked(tutoring, day, "15:00")
    for now in (datetime(2025, 10, 7, 18, 0), datetime(2025, 10, 8, 9, 0)):
        clock.current_clock().set(now)
        with store.connection() as conn:
            line = board.build(conn, tutoring.ctx, tutoring.caller, day, clock.now()).missing[0]
        states.append((now.isoformat(timespec="minutes"), line.state))
    assert states == [("2025-10-07T18:00", "awaiting"), ("2025-10-08T09:00", "overdue")]
    assert line.staff == (("Toni Tern", "Tutor"),)


@pytest.mark.scenario("P-SPM-06")
@pytest.mark.clause("SPM-13")
def test_a_corrected_tutoring_mark_keeps_its_history(tutoring):
    day = date(2025, 10, 9)
    _booked(tutoring, day, "10:00")
    tutoring.at("10:20", day)
    drawn = _save(tutoring, day, "10:00", "A").position
    tutoring.at("11:05", day)
    number = session_no(day, "10:00")
    entry = Entry(tutoring.pupils[0], "L", 25)
    actor = tutoring.actor("tutor")
    outcome = service.save(
        tutoring.ctx, tutoring.caller, number, tutoring.group, [entry], drawn, str(uuid.uuid4()), actor, clock.now(), reason="arrived 10:25"
    )
    assert outcome.saved
    (_, seen), *_ = _stored(tutoring, day, "10:00")
    assert seen.word == "Late"
    with store.connection() as conn:
        past = [c for c in history.trail(conn, tutoring.id, tutoring.caller, [number], tutoring.group, tutoring.pupils) if c.amended]
    assert [(c.original, c.new, c.reason, c.recorded_at.date().isoformat(), c.by_position) for c in past] == [
        ("A", "L", "arrived 10:25", "2025-10-09", "Tutor")
    ]


@pytest.mark.scenario("P-ATT-01")
@pytest.mark.clause("ATT-042")
@pytest.mark.clause("ATT-043")
@pytest.mark.clause("ATT-044")
@pytest.mark.clause("ATT-046")
@pytest.mark.parametrize(("key", "arrivals"), [
    ("AM", {"08:50": "/", "08:51": "L", "09:29": "L", "09:30": "U"}),
    ("PM", {"13:00": "\\", "13:10": "L", "13:29": "L", "13:30": "U"}),
])  # fmt: skip
def test_the_arrival_clock_morning_and_afternoon(school, key, arrivals):
    for index, (at, symbol) in enumerate(arrivals.items()):
        now = school.at(at)
        pupil = school.page(key).rows[index].pupil_id
        with store.connection() as conn:
            from intranet.registers.reading import read_sheet

            one = next(o for o in read_sheet(conn, school.ctx, school.caller, school.session(key), school.group).roll if o.pupil_id == pupil)
        offered = school.caller.propose_mark(one.slot, one.facts, Known("arrival", at=now), now.date())
        assert offered.symbol == symbol
        school.save({index: (offered.symbol, offered.minutes)}, key)
    assert school.marks(key)[: len(arrivals)] == list(arrivals.values())


@pytest.mark.scenario("P-ATT-03")
@pytest.mark.clause("ATT-051")
def test_no_mark_before_the_session_and_closures_show_by_themselves(school, as_role):
    school.at("08:30")
    refused = []
    for key, day, symbol in (("AM", date(2025, 10, 8), "/"), ("PM", date(2025, 10, 9), "I")):
        with pytest.raises(Refused, match="session has not started"):
            school.save({0: symbol}, key, day=day)
        refused.append(f"{day.isoformat()} {key}")
    assert refused == ["2025-10-08 AM", "2025-10-09 PM"]
    inset = next(c.first for c in school.ctx.calendar.closures if c.kind == "inset")
    assert ">#<" in as_role().get(f"/registers/{session_no(inset, 'AM')}/{school.group}/")


@pytest.mark.scenario("P-ATT-47")
@pytest.mark.clause("ATT-172")
@pytest.mark.clause("ATT-173")
def test_withdrawn_codes_are_refused_with_what_replaced_them(school, as_role):
    day = date(2025, 9, 15)
    school.at("09:00", day)
    office = school.actor("office", an_account("office", setting=school.id))
    said = {}
    for symbol in ("H", "J", "Y"):
        with pytest.raises(MarksRefused) as refused:
            school.save({0: symbol}, day=day, actor=office)
        said[symbol] = refused.value.rows[school.pupils[0]].split("Use ")[1].rstrip(".")
    assert said == {"H": "C (or G if not granted)", "J": "J1", "Y": "Y1-Y7"}
    old, codes = session_no(date(2024, 7, 10), "AM"), national_codes()
    pupil = a_pupil(school.id, "Old", "Oaten", joined="2023-09-04", group=school.group)
    register = bulk.BulkRegister(old, school.group, [(pupil, next(iter(codes.ids(("H",)))), None)], clock.now(), None)
    bulk.append(school.id, [register], clock.now(), "test")
    mark, seen = _stored(school, date(2024, 7, 10), "AM")[0]
    assert (mark.pupil_id, seen.symbol) == (pupil, "H")
    assert "holiday" in seen.word.lower()
    assert as_role
