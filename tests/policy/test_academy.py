"""Scenarios of the academy's policy (the register room's own tests play the others)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from intranet import duties, store
from intranet.duties.findings import facts_of
from intranet.duties.models import Finding
from intranet.duties.retention import refuse_purge, retention
from intranet.errors import Refused
from intranet.law import counting
from intranet.pupils import service as pupils
from tests.duties.playing import waiting
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, caller_of, ctx_of, person, save, take


@pytest.fixture
def academy(app):
    at("2025-09-03 08:00")
    setting = a_setting()
    return setting, a_class(setting, staff=(an_account("teacher", setting=setting),))


def found(setting: int, kind: str) -> dict[int, dict]:
    f = Finding
    with store.scope([setting]), store.connection() as conn:
        query = select(f.pupil_id, f.anchor, f.data).where(f.setting_id == setting, f.kind == kind, f.cleared_at.is_(None))
        return {row.pupil_id: row.data["figures"] | {"counted": len(row.data["counted"])} for row in conn.execute(query)}


def counts(setting: int, pupil: int, now: str) -> counting.Counts:
    ctx, caller = ctx_of(setting), caller_of(setting)
    with store.scope([setting]), store.connection() as conn:
        marks = facts_of(conn, ctx, caller, pupil, at(now))[1].marks
    return counting.count(marks, caller.codes)


def school_days(setting: int, first: str, last: str) -> list[date]:
    return ctx_of(setting).calendar.school_days(date.fromisoformat(first), date.fromisoformat(last))


def panel(client, setting: int, pupil: int, role: str = "attendance_lead") -> str:
    account = an_account(role, setting=setting, name=f"{role} {pupil}")
    page = signed_in(client, account).get(f"/settings/{setting}/pupils/{pupil}/")
    assert page.status_code == 200
    return " ".join(page.get_data(as_text=True).split())


@pytest.mark.scenario("P-ATT-02")
@pytest.mark.clause("ATT-017", "ATT-025", "ATT-044")
def test_u_is_an_absence_and_not_a_late_mark(academy, client):
    setting, group = academy
    c1 = a_pupil(setting, group=group)
    assert caller_of(setting).params(date(2025, 10, 24))["lateness.codes"] == ("L",)
    late = {f"2025-09-{day} AM": {c1: "L"} for day in ("08", "15", "22", "29")}
    closed = {f"2025-10-{day} AM": {c1: "U"} for day in ("06", "13", "20")}
    for when, marks in {**late, **closed}.items():
        now = f"{when[:10]} {'09:20' if c1 in marks and marks[c1] == 'L' else '09:45'}"
        save(setting, group, when, marks, now=now, role="attendance_officer")
    at("2025-10-24 16:00")
    assert "persistent_lateness" not in {row.kind for row in waiting(setting, {"attendance_lead"})}
    assert counts(setting, c1, "2025-10-24 16:00").unauthorised == 3
    assert counts(setting, c1, "2025-10-24 16:00").late == 4
    page = panel(client, setting, c1)
    assert "Late 4 times, after the close 3 times; 4 this half-term." in page
    assert "<strong>5 marks</strong>" in page[page.index("late marks this half-term") :], "the figure says why, and at what number lateness is persistent"


@pytest.mark.scenario("P-ATT-05")
@pytest.mark.clause("ATT-005", "ATT-023", "ATT-024", "ATT-095", "ATT-157", "ATT-009")
def test_persistent_absence_starts_at_exactly_ten_per_cent(academy, client):
    setting, group = academy
    c3, c4 = (a_pupil(setting, given, group=group) for given in ("Clover", "Cedar"))
    days = school_days(setting, "2025-09-03", "2025-10-14")
    missed = {c3: "IIIIOO", c4: "IIIOO"}
    marks: dict[str, dict[int, str]] = {}
    for pupil, symbols in missed.items():
        for number, symbol in enumerate(symbols):
            marks.setdefault(f"{days[number * 2]} AM", {})[pupil] = symbol
    take(setting, group, (c3, c4), days, marks, role="attendance_officer")
    standing = {pupil: counts(setting, pupil, "2025-10-14 16:00") for pupil in (c3, c4)}
    assert {c.possible for c in standing.values()} == {60}
    assert (standing[c3].absent, counting.percent(standing[c3].attendance)) == (6, Decimal("90.0"))
    assert (standing[c4].absent, counting.percent(standing[c4].attendance)) == (5, Decimal("91.7"))
    persistent = found(setting, "persistent_absence")
    assert set(persistent) == {c3}
    assert (persistent[c3]["possible"], persistent[c3]["missed"], persistent[c3]["rate_percent"]) == (60, 6, "90.0")
    assert "Persistent absence: 90.0% attendance, 6 of 60 missed" in panel(client, setting, c3)
    under = panel(client, setting, c4)
    assert "Missed <strong>5</strong> of 60 sessions" in under and "(91.7%)" in under
    assert "Persistent absence:" not in under


@pytest.mark.clause("ATT-023", "ATT-008")
@pytest.mark.parametrize(("born", "shares"), [("2021-05-04", set()), ("2020-12-31", {"4 of 38"}), ("2016-05-04", {"24 of 58"}), (None, {"24 of 58"})])
def test_sessions_below_compulsory_age_are_no_part_of_the_policys_figure_either(academy, born, shares):
    """Absent until Christmas and four sessions after: a child who is five on 31 December has missed the four alone (PR-4)."""
    setting, group = academy
    pupil = a_pupil(setting, born=born, joined="2025-12-08", group=group)
    away = {f"{day} {key}": {pupil: "I"} for day in school_days(setting, "2025-12-08", "2025-12-19") for key in ("AM", "PM")}
    away |= {f"2026-01-{day:02d} {key}": {pupil: "I"} for day in (6, 7) for key in ("AM", "PM")}
    take(setting, group, (pupil,), school_days(setting, "2025-12-08", "2026-01-30"), away, role="attendance_officer")
    assert {f"{one['missed']} of {one['possible']}" for one in found(setting, "persistent_absence").values()} == shares


@pytest.mark.scenario("P-ATT-06")
@pytest.mark.clause("ATT-023", "ATT-176")
def test_codes_that_are_not_counted_shrink_the_pupils_own_possible_sessions(academy):
    setting, group = academy
    c5, c6 = (a_pupil(setting, given, group=group) for given in ("Clover", "Cedar"))
    days = school_days(setting, "2025-09-03", "2025-10-14")
    marks: dict[str, dict[int, str]] = {}
    for number in range(10):
        key = f"{days[number * 2]} AM"
        marks[key] = {c5: "Y2" if number < 4 else "O"}
        marks[key][c6] = "Y2" if number < 4 else "O" if number < 9 else "/"
    take(setting, group, (c5, c6), days, marks, role="attendance_officer")
    standing = {pupil: counts(setting, pupil, "2025-10-14 16:00") for pupil in (c5, c6)}
    assert {c.possible for c in standing.values()} == {56}
    assert (standing[c5].absent, counting.percent(standing[c5].absence)) == (6, Decimal("10.7"))
    assert (standing[c6].absent, counting.percent(standing[c6].absence)) == (5, Decimal("8.9"))
    persistent = found(setting, "persistent_absence")
    assert {pupil: figures["missed_percent"] for pupil, figures in persistent.items()} == {c5: "10.7"}


@pytest.mark.clause("ATT-095", "ATT-096", "ATT-097")
def test_exactly_ninety_per_cent_is_on_the_weekly_list_and_needs_a_plan(academy, client):
    """The part of P-ATT-07 about figures: the letter's wording waits for letters."""
    setting, group = academy
    c3 = a_pupil(setting, "Clover", group=group)
    days = school_days(setting, "2025-09-03", "2025-10-14")
    marks = {f"{days[number]} AM": {c3: "I"} for number in range(6)}
    take(setting, group, (c3,), days, marks, role="attendance_officer")
    assert found(setting, "persistent_absence")[c3]["plan_required"] is True
    lead = an_account("cluster_lead", setting=setting, name="Carla Crane")
    page = signed_in(client, lead).get(f"/settings/{setting}/duties/of/persistent_absence/").get_data(as_text=True)
    assert "Persistent absence: 90.0% attendance, 6 of 60 missed" in page
    assert "due Fri 17 Oct<" in page


@pytest.mark.scenario("P-ATT-08")
@pytest.mark.clause("ATT-025")
def test_the_fifth_late_mark_of_one_half_term(academy):
    setting, group = academy
    c7, c8 = (a_pupil(setting, given, group=group) for given in ("Clover", "Cedar"))
    autumn = ("2025-09-09", "2025-09-16", "2025-09-23", "2025-10-02", "2025-10-21")
    for day in autumn[:4]:
        save(setting, group, f"{day} AM", {c7: "L", c8: "L"}, now=f"{day} 09:10", role="teacher")
    assert found(setting, "persistent_lateness") == {}
    save(setting, group, f"{autumn[4]} AM", {c7: "L", c8: "/"}, now=f"{autumn[4]} 09:10", role="teacher")
    for day in ("2025-11-04", "2025-11-05", "2025-11-06"):
        save(setting, group, f"{day} AM", {c7: "/", c8: "L"}, now=f"{day} 09:10", role="teacher")
    late = found(setting, "persistent_lateness")
    assert set(late) == {c7}
    assert (late[c7]["from"], late[c7]["count"]) == ("2025-10-21", 5)
    by_half_term = counting.late_by_half_term(
        _marks(setting, c8), caller_of(setting).codes, ("L",), ctx_of(setting).calendar
    )
    assert max(len(marks) for marks in by_half_term.values()) == 4


def _marks(setting: int, pupil: int):
    with store.scope([setting]), store.connection() as conn:
        return facts_of(conn, ctx_of(setting), caller_of(setting), pupil, at("2025-11-07 16:00"))[1].marks


@pytest.mark.scenario("P-ATT-40")
@pytest.mark.clause("ATT-148", "ATT-175")
def test_an_n_is_listed_until_the_fifth_school_day_then_overdue_and_never_changes_by_itself(academy, client):
    setting, group = academy
    c41 = a_pupil(setting, "Clover", group=group)
    save(setting, group, "2025-09-08 AM", {c41: "N"}, now="2025-09-08 09:10", role="teacher")
    officer = an_account("attendance_officer", setting=setting, name="Otto Osier")
    states = {}
    for day in ("2025-09-12", "2025-09-15", "2025-09-16"):
        duties.tick(at(f"{day} 09:00"))
        row = waiting(setting, {"attendance_officer", "office"}, "n_code")[0]
        states[day] = row.state
        assert row.due_at.date() == date(2025, 9, 15)
        page = signed_in(client, officer).get(f"/settings/{setting}/duties/of/n_code/").get_data(as_text=True)
        assert "No reason known for absence on Mon 8 Sep" in page
    assert states == {"2025-09-12": "waiting", "2025-09-15": "due", "2025-09-16": "overdue"}
    assert row.overdue_from == at("2025-09-16 00:00")
    assert counts(setting, c41, "2025-09-16 09:00").by_code == {"N": 1}


@pytest.mark.scenario("P-ATT-43")
@pytest.mark.clause("ATT-011", "ATT-012")
def test_three_safe_adults_are_three_people_and_not_three_numbers(academy):
    setting, group = academy

    def adult(given: str, *phones: str) -> pupils.ContactDraft:
        return pupils.ContactDraft("Ash", given, relationship="parent", phones=phones, is_parent=True)

    files = {
        "C43": (adult("Robin", "01632 960001"), adult("Jay", "01632 960002")),
        "C44": (adult("Robin", "01632 960003", "01632 960004"), adult("Jay", "01632 960005")),
        "C45": (adult("Robin", "01632 960006"), adult("Jay", "01632 960007"), adult("Wren", "01632 960008")),
    }
    ctx, caller, actor = ctx_of(setting), caller_of(setting), person(setting, "office")
    warned = []
    for name, contacts in files.items():
        draft = pupils.Draft(pupils.Particulars(name, "Ash", date(2017, 5, 4)), date(2025, 9, 3), "own_roll", contacts=contacts, group_id=group)
        with store.scope([setting]):
            admitted = pupils.admit(ctx, caller, draft, actor=actor, now=at("2025-09-03 08:10"))
        if any("ATT-012" in text for text in admitted.warnings):
            warned.append(name)
    assert warned == ["C43", "C44"]


@pytest.mark.scenario("P-ATT-46")
@pytest.mark.clause("ATT-010")
def test_register_entries_cannot_be_purged_at_three_years(academy):
    caller, entry = caller_of(academy[0]), date(2024, 9, 4)
    states = {day: retention(caller, entry, date.fromisoformat(day)) for day in ("2027-09-05", "2030-09-03", "2030-09-04")}
    assert {day: found.purgeable for day, found in states.items()} == {"2027-09-05": False, "2030-09-03": False, "2030-09-04": True}
    assert {found.keep_through for found in states.values()} == {date(2030, 9, 3)}
    assert "C-01" in states["2027-09-05"].warning
    with pytest.raises(Refused, match="kept through 3 September 2030"):
        refuse_purge(caller, entry, date(2027, 9, 5))
    refuse_purge(caller, entry, date(2030, 9, 4))


@pytest.mark.scenario("P-ATT-54")
@pytest.mark.clause("ATT-042", "ATT-043")
def test_a_forty_minute_window_stands_with_a_warning(academy, client):
    setting, _ = academy
    found = caller_of(setting).params(date(2025, 10, 8)).resolution("register.close_minutes")
    assert found.in_force.value == 40
    principal = an_account("principal", setting=setting, name="Petra Pine")
    page = " ".join(signed_in(client, principal).get(f"/settings/{setting}/policy/").get_data(as_text=True).split())
    assert "40 minutes" in page
    assert "C-09" in page
    assert "30 minutes" in page


@pytest.mark.clause("ATT-008")
def test_compulsory_age_begins_on_the_prescribed_day(academy, client):
    """The part of P-ATT-39 about age: penalty notices wait for their issue."""
    setting, group = academy
    c40 = a_pupil(setting, "Clover", born="2021-05-20", joined="2025-09-03", group=group)
    at("2026-03-20 10:00")
    assert "Not yet of compulsory school age: from 31 August 2026" in panel(client, setting, c40)


@pytest.mark.clause("ATT-136")
def test_the_attendance_ladder_is_said_to_be_missing_and_not_invented(academy, client):
    setting, group = academy
    pupil = a_pupil(setting, "Clover", group=group)
    save(setting, group, "2025-09-08 AM", {pupil: "/"}, now="2025-09-08 08:55", role="teacher")
    assert "Not supplied by the policy (C-30)" in panel(client, setting, pupil)
