"""The year-end rollover and its undoing, merging a duplicate, and same-child links."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from intranet import clock, store
from intranet.errors import NotFound, Refused
from intranet.law.sessions import session_no
from intranet.pupils import models as m
from intranet.pupils import rollover, service
from intranet.pupils.rollover import next_class_name
from intranet.store import bulk
from tests.fixtures.pupils import a_class, a_contact, a_placement, a_pupil

JULY = datetime(2026, 7, 6, 16, 0)
SUMMER = date(2026, 7, 6)
NEW_YEAR = date(2026, 9, 2)


@pytest.fixture
def july(school):
    """The academy in the last weeks of the year, with classes 3B, 6A and the room Oak."""
    clock.current_clock().set(JULY)
    school.b3 = a_class(school.id, "3B", year_group=3)
    school.a6 = a_class(school.id, "6A", year_group=6)
    school.oak = a_class(school.id, "Oak", kind="room", year_group=None)
    school.amber = a_pupil(school.id, "Amber", group=school.b3, year_group=3)
    school.ben = a_pupil(school.id, "Ben", group=school.a6, year_group=6)
    school.cleo = a_pupil(school.id, "Cleo", group=school.oak, year_group=4)
    return school


def plan(here):
    with store.connection() as conn:
        return rollover.preview(conn, here.ctx, clock.today())


def roll(here, on):
    with store.connection() as conn:
        return {entry.given: entry.group_id for entry in service.roll(conn, here.id, on)}


def years(here, on):
    with store.connection() as conn:
        return {pupil.given: pupil.year_group for pupil in service.known(conn, here.id, on)}


@pytest.mark.parametrize(
    ("name", "year", "next_name"),
    [
        ("3B", 3, "4B"),
        ("Year 3 Elm", 3, "Year 4 Elm"),
        ("9X1", 9, "10X1"),
        ("Oak", 3, "Oak"),
        ("13C", 3, "13C"),
        ("Oak", None, "Oak"),
    ],
)
def test_a_class_name_moves_up_with_its_year(name, year, next_name):
    assert next_class_name(name, year) == next_name


def test_the_preview_proposes_years_classes_and_leavers_and_changes_nothing(july):
    proposed = plan(july)
    assert (proposed.starts, proposed.last_day.year) == (first_day(july), 2026)
    assert {pupil.name.split()[0]: (pupil.next_year, pupil.leaver) for pupil in proposed.pupils} == {
        "Amber": (4, False), "Ben": (7, True), "Cleo": (5, False),
    }  # fmt: skip
    assert {group.name: group.next_name for group in proposed.classes} == {"3B": "4B", "6A": "", "Oak": "Oak"}
    assert years(july, date(2026, 12, 1)) == {"Amber": 3, "Ben": 6, "Cleo": 4}


def first_day(here):
    return rollover.new_year(here.ctx, clock.today())[1]


def do(here, proposed=None, now=None):
    return service.roll_over_year(here.ctx, proposed or plan(here), actor=here.actor("head"), now=now or here.now)


def test_nothing_changes_before_the_new_year_and_everything_on_its_first_day(july):
    starts = first_day(july)
    do(july)
    assert roll(july, SUMMER) == {"Amber": july.b3, "Ben": july.a6, "Cleo": july.oak}
    assert years(july, SUMMER) == {"Amber": 3, "Ben": 6, "Cleo": 4}
    after = roll(july, starts)
    assert set(after) == {"Amber", "Cleo"} and after["Cleo"] == july.oak
    with store.connection() as conn:
        assert {group.id: group.name for group in service.groups(conn, july.id, starts)}[after["Amber"]] == "4B"
    assert years(july, starts) == {"Amber": 4, "Ben": 6, "Cleo": 5}


def test_a_rollover_is_one_event(july):
    do(july)
    with store.connection() as conn:
        events = store.events.read(conn, july.id, stream="years")
    assert [event.kind for event in events] == ["year.rolled"]
    assert (events[0].data["moved"], events[0].data["leavers"]) == (2, 1)


def test_an_undone_rollover_leaves_everything_as_it_was(july):
    before = table_rows(july)
    rollover_id = do(july)
    assert table_rows(july) != before
    service.undo(july.id, rollover_id, actor=july.actor("head"), now=july.now)
    assert table_rows(july) == before
    do(july)


def table_rows(here):
    with store.connection() as conn:
        tables = (m.Pupil, m.Placement, m.GroupMember, m.TeachingGroup)
        return [sorted(map(str, conn.execute(t.__table__.select().where(t.setting_id == here.id)))) for t in tables]


def test_a_rollover_cannot_be_undone_once_the_new_year_has_started_nor_done_twice(july):
    starts = first_day(july)
    rollover_id = do(july)
    with pytest.raises(Refused, match="The year has been rolled over to this day already"):
        do(july)
    midnight = datetime(starts.year, starts.month, starts.day)
    clock.current_clock().set(midnight)
    with pytest.raises(Refused, match="The new year has started"):
        service.undo(july.id, rollover_id, actor=july.actor("head"), now=july.now)
    clock.current_clock().set(midnight - timedelta(minutes=1))
    service.undo(july.id, rollover_id, actor=july.actor("head"), now=july.now)


def test_a_person_may_keep_a_leaver_and_must_then_name_their_class(july):
    kept = rollover.changed(plan(july), set(), {})
    with pytest.raises(Refused, match="6A has pupils who stay"):
        do(july, kept)
    do(july, rollover.changed(plan(july), set(), {july.a6: "7A"}))
    assert set(roll(july, first_day(july))) == {"Amber", "Ben", "Cleo"}


def test_a_leaver_or_class_of_another_setting_is_not_found(july):
    with pytest.raises(NotFound):
        rollover.changed(plan(july), {9999}, {})
    with pytest.raises(NotFound):
        rollover.changed(plan(july), set(), {9999: "4B"})


def test_without_the_coming_year_s_terms_the_page_says_what_to_add(july, as_role):
    clock.current_clock().set(datetime(2027, 7, 5, 9, 0))
    page = as_role("head").get("/year-end/")
    assert (
        "The calendar has no term dates for the coming school year. Add its terms to the calendar" in page
        and "Roll over</button>" not in page
    )


def test_a_rollover_by_form_can_be_looked_at_done_and_undone(july, as_role):
    head = as_role("head")
    page = head.get("/year-end/")
    assert 'value="4B"' in page and re.search(rf'value="{july.ben}"[^>]*checked', page)
    fields = {f"class-{july.b3}": "4B", f"class-{july.a6}": "", f"class-{july.oak}": "Oak", "leaver": [str(july.ben)]}
    page = head.send("/year-end/", follow=True, **fields)
    assert "It can be undone until the new year starts" in page and "Undo the rollover" in page
    undo = re.search(r'action="/settings/\d+(/year-end/\d+/undo/)"', page)[1]
    rid = re.search(r'name="rid" value="([^"]+)"', page)[1]
    assert "Roll over" in head.post(undo, follow=True, rid=rid, drawn="0")


def test_a_rollover_takes_the_same_statements_for_three_pupils_or_thirty(july):
    counts, _ = [], july.ctx
    for extra in (0, 27):
        for number in range(extra):
            a_pupil(july.id, f"Given{number}", group=july.b3, year_group=3)
        with store.statements() as counted:
            rollover_id = do(july)
        counts.append(len(counted))
        assert counted.commits == 1
        service.undo(july.id, rollover_id, actor=july.actor("head"), now=july.now)
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- merging

MORNING = session_no(date(2025, 10, 6), "AM")
AFTERNOON = session_no(date(2025, 10, 6), "PM")
PRESENT_AM, PRESENT_PM = 1, 2


def code(here, symbol):
    return here.caller.codes.on(date(2025, 10, 6)).get(symbol).id


def mark(here, at, group, *marks, notes=None):
    bulk.append(
        here.id, [bulk.BulkRegister(at, group, marks, notes=notes or {})], here.now, "test", layout=here.ctx.layout
    )


def pair(here):
    group = a_class(here.id)
    kept = a_pupil(here.id, "Amber", "Ash", group=group, joined="2025-09-10", upn="B801200005001")
    copy = a_pupil(here.id, "Amber", "Ashe", group=group, joined="2025-09-03")
    return group, kept, copy


def merge(here, kept, copy, reason="same birth certificate"):
    actor = here.actor("attendance_lead")
    rows = [service.access_pupil(actor, here.id, one, clock.today()) for one in (kept, copy)]
    return service.merge(here.ctx, here.caller, *rows, reason, actor=actor, now=here.now)


def history(here, pupil):
    with store.connection() as conn:
        return store.marks.year(conn, here.id, [pupil], [2025])[pupil]


def test_a_merge_brings_marks_people_and_the_earlier_start_and_keeps_both_histories(school):
    group, kept, copy = pair(school)
    mark(school, MORNING, group, (kept, PRESENT_AM, None), (copy, PRESENT_AM, None))
    mark(school, AFTERNOON, group, (copy, code(school, "I"), None), notes={copy: "sent home"})
    a_contact(school.id, copy, "Briar")
    assert merge(school, kept, copy) == 1
    assert [(one.session_no, one.code_id) for one in history(school, kept)] == [
        (MORNING, PRESENT_AM),
        (AFTERNOON, code(school, "I")),
    ]
    assert len(history(school, copy)) == 2
    with store.connection() as conn:
        assert [entry.pupil_id for entry in service.roll(conn, school.id, date(2025, 10, 7))] == [kept]
        row = service.row_of(conn, school.id, kept)
        stored = store.marks.for_session(conn, school.id, [AFTERNOON], [kept])
    assert row["admitted_on"] == date(2025, 9, 3) and row["upn"] == "B801200005001"
    assert stored[0].note == "sent home"
    assert not store.chain.verify(school.id).problems
    assert not list(store.projections.differences(school.id))


def test_different_codes_in_one_session_stop_the_merge_and_are_named(school):
    group, kept, copy = pair(school)
    mark(school, MORNING, group, (kept, PRESENT_AM, None), (copy, code(school, "N"), None))
    mark(school, AFTERNOON, group, (copy, PRESENT_PM, None))
    with pytest.raises(Refused, match="6 October 2025 AM: / and N"):
        merge(school, kept, copy)
    assert len(history(school, kept)) == 1
    with store.connection() as conn:
        assert len(service.roll(conn, school.id, date(2025, 10, 7))) == 2


def test_a_merge_by_form_shows_what_would_happen_first(school, as_role):
    group, kept, copy = pair(school)
    mark(school, AFTERNOON, group, (copy, PRESENT_PM, None))
    lead = as_role("attendance_lead")
    path = f"/pupils/{kept}/merge/"
    page = lead.send(path, 200, duplicate_id=copy, reason="same child", do="look")
    assert "Marks brought together" in page and "Merge them" in page and history(school, kept) == []
    page = lead.send(path, 422, duplicate_id=copy, reason="", do="merge")
    assert "A merge needs its reason" in page
    page = lead.send(path, follow=True, duplicate_id=copy, reason="same child", do="merge")
    assert "Both histories are kept" in page
    assert lead.client.get(f"/settings/{school.id}/pupils/{copy}/").location == f"/settings/{school.id}/pupils/{kept}/"


def test_only_leads_merge(school, as_role):
    _, kept, _ = pair(school)
    as_role("office").get(f"/pupils/{kept}/merge/", status=403)


# ---------------------------------------------------------------- same child, another setting


def elsewhere(other_school):
    with store.scope([other_school]):
        return a_pupil(other_school, "Amber", "Ash")


def link(school, here, there, basis, actor):
    service.link_same_child(service.Side(school.id, here), service.Side(*there), basis, actor=actor, now=school.now)


def test_an_agreement_that_names_the_other_setting_links_both_sides(school, other_school):
    pupil, theirs = a_pupil(school.id, model=None), elsewhere(other_school)
    office = school.actor("office")
    with pytest.raises(Refused, match="No placement agreement of this pupil names the other setting"):
        link(school, pupil, (other_school, theirs), "placement_agreement", office)
    a_placement(school.id, pupil, model="dual_registered", agreement={"home_setting_id": other_school})
    link(school, pupil, (other_school, theirs), "placement_agreement", office)
    link(school, pupil, (other_school, theirs), "placement_agreement", office)
    with store.connection() as conn:
        assert service.linked(conn, school.id, pupil) == [(other_school, theirs, "placement_agreement")]
    with store.scope([other_school]), store.connection() as conn:
        assert service.linked(conn, other_school, theirs) == [(school.id, pupil, "placement_agreement")]


def test_a_match_needs_somebody_who_may_match_in_both_settings(school, other_school):
    pupil, theirs = a_pupil(school.id), elsewhere(other_school)
    with pytest.raises(NotFound):
        link(school, pupil, (other_school, theirs), "authorised_match", school.actor("head"))
    link(school, pupil, (other_school, theirs), "authorised_match", school.actor("head", other_school))
    with store.connection() as conn:
        assert len(service.linked(conn, school.id, pupil)) == 1


def test_two_rows_of_one_setting_are_merged_and_never_linked(school):
    with pytest.raises(Refused, match="Merge the two if they are the same child"):
        link(
            school, a_pupil(school.id), (school.id, a_pupil(school.id, "Ben")), "authorised_match", school.actor("head")
        )
