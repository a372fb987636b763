"""Places that end where no admission register is kept, suspensions with their sixth day, and returns with what they say."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from intranet import clock, duties, store
from intranet.errors import NotFound, Refused
from intranet.roll import endings, exclusions, register, returns
from intranet.roll.exclusions import New, Provided
from tests.duties.playing import waiting
from tests.fixtures.pupils import a_contact
from tests.roll.playing import A, Roll, at, days

TUTORING = {"setting_type": "tutoring", "legal_type": "company", "phase": "secondary", "layout": "T"}
PROVIDER = {"setting_type": "alternative_provision", "legal_type": "non_school", "phase": "special", "layout": "T"}
INDEPENDENT = {"setting_type": "independent_school", "legal_type": "independent", "phase": "special", "calendar": "CAL-IND"}
PRIMARY = {"setting_type": "primary_school", "legal_type": "maintained"}


# -------------------------------------------------------------------- places


@pytest.mark.clause("SEN-012", "SPM-05")
@pytest.mark.parametrize(("kind", "model", "role", "agreement", "told"), [
    (TUTORING, "commissioned", "tutoring_office", {"commissioner": "Ashgrove School"}, ["Ashgrove School"]),
    (TUTORING, "commissioned", "director", {}, ["Weatherby Council"]),
    (PROVIDER, "model_b", "administrator", {"home_school": "Harbour School", "commissioner": "Weatherby Council"}, ["Harbour School", "Weatherby Council"]),
    (PROVIDER, "model_a", "head_of_provision", {}, ["Weatherby Council"]),
])  # fmt: skip
def test_a_setting_without_a_register_of_its_own_ends_the_place_and_tells_its_owner(app, kind, model, role, agreement, told):
    roll = Roll("2025-11-10 09:00", **kind)
    pupil = roll.pupil(model=None)
    from intranet.extension import host
    from tests.fixtures.pupils import a_placement

    owner = {one.key: one.duties for one in host.for_setting(roll.ctx).catalogue.placement_models}[model]
    a_placement(roll.setting, pupil, model=model, duties=dict(owner), agreement=agreement)
    with pytest.raises(Refused, match="End the place here instead"):
        roll.begin(pupil, A, role)
    with pytest.raises(Refused, match="has passed"):
        roll.verb(endings.end, pupil, date(2025, 11, 7), "No longer commissioned", role=role)
    roll.verb(endings.end, pupil, date(2025, 11, 14), "No longer commissioned", role=role)
    assert roll.left_on(pupil) == date(2025, 11, 14)
    assert [(line.title, line.recipient, line.due.date()) for line in roll.owed(pupil)] == [
        ("End of a place, told to its owner", one, date(2025, 11, 10)) for one in told
    ]
    duties.tick(at("2025-11-17 09:00"))
    assert {line.title for line in roll.owed(pupil)} == {"End of a place, told to its owner"}


def test_a_school_does_not_end_a_place_instead_of_deleting_a_name(app):
    roll = Roll("2025-11-10 09:00", **PRIMARY)
    pupil = roll.pupil()
    with pytest.raises(Refused, match="own admission register"):
        roll.verb(endings.end, pupil, date(2025, 11, 14), "Moved", role="office")
    assert roll.left_on(pupil) is None and roll.owed(pupil) == []


# -------------------------------------------------------------------- suspensions


def seen(roll: Roll, pupil: int) -> list[exclusions.Seen]:
    with store.scope([roll.setting]), store.connection() as conn:
        return exclusions.of_pupil(conn, roll.ctx, roll.caller, pupil)


def suspend(roll: Roll, pupil: int, first: str, count: int | None, role: str, **more: object) -> None:
    roll.verb(exclusions.record, pupil, New(date.fromisoformat(first), count, count is None, "Fighting", **more), role=role)


@pytest.mark.scenario("P-OTE-13")
@pytest.mark.clause("OTE-22")
def test_a_suspension_of_eight_days_needs_education_from_the_sixth_and_one_of_five_needs_none(app):
    roll = Roll("2025-10-06 09:00", **INDEPENDENT)
    d14, d15 = roll.pupil("D14"), roll.pupil("D15")
    suspend(roll, d14, "2025-10-06", 8, "school_leader")
    suspend(roll, d15, "2025-10-06", 5, "school_leader")
    assert [(one.from_day, one.last) for one in seen(roll, d14)] == [(date(2025, 10, 13), date(2025, 10, 15))]
    assert [(one.from_day, one.last) for one in seen(roll, d15)] == [(None, date(2025, 10, 10))]
    assert [row.pupil_id for row in waiting(roll.setting, {"head"}, "suspension_provision")] == [d14]


@pytest.mark.scenario("P-OTE-14")
@pytest.mark.clause("OTE-22")
def test_the_sixth_day_is_counted_across_half_term(app):
    roll = Roll("2025-10-15 09:00", **INDEPENDENT)
    pupil = roll.pupil("D16")
    suspend(roll, pupil, "2025-10-15", 8, "school_leader")
    assert [(one.from_day, one.last) for one in seen(roll, pupil)] == [(date(2025, 11, 5), date(2025, 11, 7))]


def test_provision_is_recorded_and_ends_the_duty_and_a_late_one_says_so(app):
    roll = Roll("2026-03-24 09:00")
    pupil = roll.pupil()
    suspend(roll, pupil, "2026-03-24", None, "principal")
    one = seen(roll, pupil)[0]
    assert one.permanent and one.from_day == date(2026, 4, 15)  # statutory.md D9
    begins = (date(2026, 4, 16), "Weatherby Council", "Harbour Centre")
    with pytest.raises(Refused, match="full-time"):
        roll.verb(exclusions.provide, pupil, Provided(one.id, *begins, False), role="principal")
    with pytest.raises(NotFound):
        roll.verb(exclusions.provide, roll.pupil("Hazel"), Provided(one.id, *begins, True), role="principal")
    roll.verb(exclusions.provide, pupil, Provided(one.id, *begins, True), role="principal")
    assert seen(roll, pupil)[0].provision["late"] is True
    assert waiting(roll.setting, {"head"}, "suspension_provision") == []


def test_a_year_allows_no_more_than_its_days_of_suspension(app):
    roll = Roll("2025-09-10 09:00")
    pupil = roll.pupil()
    suspend(roll, pupil, "2025-09-10", 40, "principal")
    with pytest.raises(Refused, match="the law allows 45"):
        suspend(roll, pupil, "2025-11-12", 6, "principal")
    suspend(roll, pupil, "2025-11-12", 5, "principal")
    with pytest.raises(Refused, match="is not a school day"):
        suspend(roll, pupil, "2025-11-15", 1, "principal")


# -------------------------------------------------------------------- returns


def one_of(roll: Roll, pupil: int, title: str) -> returns.Line:
    return next(line for line in roll.owed(pupil) if line.title == title)


def read(roll: Roll, line: returns.Line, role: str) -> returns.Prepared:
    with store.scope([roll.setting]), store.connection() as conn:
        return returns.prepared(conn, roll.ctx, line.duty_id, roll.who(role), clock.now())


@pytest.mark.clause("ATT-011", "ATT-014")
def test_a_new_pupils_return_says_all_that_the_register_holds_and_is_ended_by_sending_it(app):
    roll = Roll("2025-11-12 08:00", **PRIMARY)
    pupil = roll.pupil(joined="2025-11-12")
    duties.tick(clock.now())
    line = one_of(roll, pupil, "New pupil's return")
    assert line.due.date() == date(2025, 11, 17)
    found = read(roll, line, "office")
    said = {part.key: part.text for part in found.parts}
    assert said["name"] == "Amber Ash" and "ZZ1 1ZZ" in said["address"] and "Robin Ash: 01632 960001" in said["telephone"]
    assert said["starting_day"] == "12 November 2025" and found.missing == []
    at("2025-11-14 10:00")
    roll.send(line, "office")
    duties.tick(at("2025-11-18 09:00"))
    sent = roll.owed(pupil)
    assert [(one.title, one.sent_on) for one in sent] == [("New pupil's return", date(2025, 11, 14))]
    received = {"actor": roll.who("office"), "now": clock.now()}
    with store.scope([roll.setting]):
        with pytest.raises(Refused, match="it went out on 14 November 2025"):
            returns.receive(roll.ctx, line.duty_id, date(2025, 11, 13), "R1", **received)
        returns.receive(roll.ctx, line.duty_id, date(2025, 11, 17), "R1", **received, request_id=str(uuid.uuid4()))
    assert roll.owed(pupil)[0].receipt_on == date(2025, 11, 17)


def test_a_return_that_lacks_something_says_so_and_goes_only_with_the_reason(app):
    roll = Roll("2025-11-12 08:00")
    pupil = roll.pupil(joined="2025-11-12", sex="", last_school="")
    duties.tick(clock.now())
    line = one_of(roll, pupil, "New pupil's return")
    assert read(roll, line, "attendance_officer").missing == ["The pupil's sex", "The name and address of the last school"]
    with pytest.raises(Refused, match="It lacks: the pupil's sex and the name") as refused:
        roll.send(line, "attendance_officer")
    assert refused.value.fields[0].field == "gaps"
    roll.send(line, "attendance_officer", gaps="The family has not said yet")
    with pytest.raises(Refused, match="sent already"):
        roll.send(line, "attendance_officer", gaps="again")


def test_a_new_pupils_return_names_every_parent_and_a_deletion_those_the_pupil_lives_with(app):
    roll = Roll("2025-11-12 08:00", **PRIMARY)
    pupil = roll.pupil(joined="2025-11-12")
    a_contact(roll.setting, pupil, "Elder", given="Jo", relationship="father", priority=2)
    duties.tick(clock.now())
    found = read(roll, one_of(roll, pupil, "New pupil's return"), "office")
    said = {part.key: part for part in found.parts}
    assert said["parents"].lacks and "Jo Elder, address not recorded" in said["parents"].text and said["lives_with"].text == "Robin Ash"
    roll.begin(pupil, A, "office")
    roll.enter(pupil, "office", "2025-11-12", started=date(2025, 11, 12))
    roll.show(pupil, "office", "other_school", "no_order", "not_main_school", "not_dual")
    roll.complete(pupil, "headteacher")
    gone = {part.key: part for part in read(roll, one_of(roll, pupil, "Deletion return"), "office").parts}
    assert gone["parents"].text == "Robin Ash, 1 Larkspur Lane\nZZ1 1ZZ" and not gone["parents"].lacks


def test_a_protected_address_is_hidden_from_the_office_which_cannot_send_it(app):
    roll = Roll("2025-11-12 08:00")
    pupil = roll.pupil(joined="2025-11-12", address_protected=True)
    duties.tick(clock.now())
    line = one_of(roll, pupil, "New pupil's return")
    found = read(roll, line, "attendance_officer")
    assert found.hidden and not any("Larkspur Lane" in part.text for part in found.parts)
    with pytest.raises(Refused, match="address is protected"):
        roll.send(line, "attendance_officer")
    roll.send(line, "principal")
    assert not any("Larkspur Lane" in part.text for part in read(roll, line, "attendance_officer").parts)
    assert any("Larkspur Lane" in part.text for part in read(roll, line, "principal").parts)


@pytest.mark.clause("OTE-18", "ATT-014")
def test_ten_and_fifteen_day_returns_say_whom_and_which_absence_and_only_sending_ends_them(app):
    roll = Roll("2025-11-03 08:00")
    away, sick = roll.pupil("Rowan"), roll.pupil("Hazel")
    days(roll.setting, "2025-11-03", "2025-11-14", "O", away, group=roll.group)
    assert [(one.title, one.due.date()) for one in roll.owed(away)] == [("Attendance return", date(2025, 11, 14))]
    days(roll.setting, "2025-11-03", "2025-11-21", "I", sick, group=roll.group)
    line = one_of(roll, sick, "Sickness return")
    assert line.due.date() == date(2025, 11, 21)
    found = read(roll, line, "attendance_lead")
    assert {"name", "address", "absence"} == {part.key for part in found.parts}
    roll.send(line, "attendance_lead")
    assert one_of(roll, sick, "Sickness return").sent_on == date(2025, 11, 21)
    assert waiting(roll.setting, {"attendance_lead"}, "sickness_return") == []


@pytest.mark.clause("ASC-16", "ATT-011")
def test_the_register_as_at_a_day_says_who_from_when_and_on_what_ground_they_went(app):
    roll = Roll("2025-11-18 10:00", **PRIMARY)
    stays, leaves = roll.pupil("Rowan"), roll.pupil("Hazel")
    roll.begin(leaves, A, "office")
    roll.enter(leaves, "office", "2025-11-17", other_school="Harbour", started=date(2025, 11, 17))
    roll.show(leaves, "office", "other_school", "no_order", "not_main_school", "not_dual")
    roll.complete(leaves, "headteacher")
    at("2025-11-20 10:00")

    def names(day: date):
        with store.scope([roll.setting]), store.connection() as conn:
            page = register.as_at(conn, roll.ctx, day, roll.who("office"), whole=True)
        return {one.pupil_id for one in page.names}, {one.pupil_id: one.ground for one in page.left}

    assert names(date(2025, 11, 17)) == ({stays, leaves}, {})
    assert names(date(2025, 11, 18)) == ({stays}, {leaves: "Registered at another school (2024:9(1)(a))"})
    assert names(date(2024, 8, 30)) == (set(), {})
    said = dict.fromkeys(part.key for part in read(roll, one_of(roll, leaves, "Deletion return"), "office").parts)
    assert {"name", "address", "parents", "telephone", "other_school", "ground"} == set(said)
