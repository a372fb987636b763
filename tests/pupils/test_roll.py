"""Who is on the roll and in which class: one statement for a register, however many pupils."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import store
from intranet.pupils import service
from intranet.store import statements
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_class, a_contact, a_placement, a_pupil

TUESDAY = date(2025, 10, 7)


def roll(school, on=TUESDAY, group=None):
    with store.connection() as conn:
        return service.roll(conn, school.id, on, group)


def test_a_register_lists_the_class_in_the_order_of_a_paper_register(school):
    group = a_class(school.id)
    a_pupil(school.id, "Zoe", "ash", group=group)
    a_pupil(school.id, "Amber", "Birch", group=group)
    a_pupil(school.id, "Bo", "Ash", group=group, preferred_family="Alder")
    a_pupil(school.id, "Elsewhere", "Oak", group=a_class(school.id, "4C"))
    assert [entry.shown_name for entry in roll(school, group=group)] == ["Bo Alder", "Zoe ash", "Amber Birch"]


def test_a_name_is_on_the_register_from_the_starting_day_to_the_last_both_included(school):
    group = a_class(school.id)
    a_pupil(school.id, group=group, joined="2025-10-07", left="2025-10-08")
    seen = {day: roll(school, date(2025, 10, day), group) for day in (6, 7, 8, 9)}
    assert [len(seen[day]) for day in (6, 7, 8, 9)] == [0, 1, 1, 0]
    assert (seen[7][0].starts_today, seen[7][0].leaves_today) == (True, False)
    assert (seen[8][0].starts_today, seen[8][0].leaves_today) == (False, True)


def test_a_pupil_without_a_class_is_on_the_whole_roll_and_in_no_register(school):
    group = a_class(school.id)
    lost = a_pupil(school.id, "Lost", "Larch")
    assert [(entry.pupil_id, entry.group_id) for entry in roll(school)] == [(lost, None)]
    assert roll(school, group=group) == []


def test_a_class_move_shows_on_its_own_day(school):
    old, new = a_class(school.id, "3A"), a_class(school.id, "3B")
    pupil = a_pupil(school.id, group=old)
    service.move_class(school.id, [pupil], new, date(2025, 10, 8), actor=school.actor(), now=school.now)
    assert [entry.group_id for entry in roll(school)] == [old]
    assert [entry.group_id for entry in roll(school, date(2025, 10, 8))] == [new]


@pytest.mark.clause("ASC-27")
def test_a_pupil_who_boards_by_the_particulars_is_a_boarder_to_every_rule(school):
    group = a_class(school.id)
    boards = a_pupil(school.id, "Amber", group=group, boarder=True, flags=("ehcp",))
    both = a_pupil(school.id, "Bo", group=group, boarder=True, flags=("boarder",))
    a_pupil(school.id, "Cleo", group=group)
    assert [entry.flags for entry in roll(school, group=group)] == [{"ehcp", "boarder"}, {"boarder"}, frozenset()]
    with store.connection() as conn:
        known = service.facts(conn, school.id, [boards, both], on=TUESDAY)
    assert [known[pupil].flags for pupil in (boards, both)] == [{"ehcp", "boarder"}, {"boarder"}]


def test_flags_and_placement_are_those_of_the_day(school):
    group = a_class(school.id)
    pupil = a_pupil(school.id, group=group, model=None, flags=("social_worker", "ehcp"))
    a_placement(school.id, pupil, model="own_roll", first="2024-09-02", last="2025-10-06")
    a_placement(
        school.id,
        pupil,
        model="dual",
        first="2025-10-07",
        duties={"register": "us"},
        agreement={"home_school": "Teasel School"},
    )
    service.end_flag(school.id, pupil, 1, date(2025, 10, 6), actor=school.actor(), now=school.now)
    entry = roll(school)[0]
    assert entry.flags == {"ehcp"}
    assert (entry.placement.model, entry.placement.duties, entry.placement.agreement) == (
        "dual", {"register": "us"}, {"home_school": "Teasel School"},
    )  # fmt: skip


def test_a_register_needs_one_statement_for_two_pupils_or_thirty(school):
    group = a_class(school.id)
    counts = []
    for size in (2, 30):
        for number in range(size):
            a_pupil(school.id, f"Given{number}", "Family", group=group, flags=("ehcp", "fsm"))
        with statements() as counted:
            assert len(roll(school, group=group)) >= size
        counts.append(len(counted))
    assert counts == [1, 1]


def test_facts_of_many_pupils_cost_three_statements(school):
    pupils = [a_pupil(school.id, f"Given{number}", flags=("fsm",)) for number in range(12)]
    for pupil in pupils:
        a_contact(school.id, pupil)
    with store.connection() as conn, statements() as counted:
        facts = service.facts(conn, school.id, pupils, contacts=True, records=True, on=TUESDAY)
    assert len(counted) == 3
    assert set(facts) == set(pupils)
    assert all(
        fact.flags == {"fsm"} and fact.placement.model == "own_roll" and len(fact.contacts) == 1
        for fact in facts.values()
    )


def test_two_numbers_of_one_adult_are_one_person(school):
    pupil, sibling = a_pupil(school.id), a_pupil(school.id, "Ben")
    a_contact(school.id, pupil, phones=("01632 960001", "01632 960002"))
    a_contact(school.id, sibling, person_id=1, relationship="mother")
    a_contact(school.id, sibling, "Briar", priority=2, phones=())
    with store.connection() as conn:
        facts = service.facts(conn, school.id, [pupil, sibling], contacts=True, on=TUESDAY)
    assert facts[pupil].contacts[0].person_key == facts[sibling].contacts[0].person_key
    assert [contact.has_number for contact in facts[sibling].contacts] == [True, False]


def test_a_do_not_contact_adult_is_not_among_those_to_ring(school):
    pupil = a_pupil(school.id)
    a_contact(school.id, pupil, do_not_contact=True)
    with store.connection() as conn:
        assert service.facts(conn, school.id, [pupil], contacts=True, on=TUESDAY)[pupil].contacts == ()


def test_a_teacher_s_groups_are_those_they_take_that_day(school):
    teacher, cover = (
        an_account("teacher", setting=school.id),
        an_account("cover", setting=school.id, name="Kit Kestrel"),
    )
    mine = a_class(school.id, "3A", staff=(teacher,))
    a_class(school.id, "3B")
    a_class(school.id, "3C", staff=(cover,), first="2025-10-07", last="2025-10-07", role="cover")
    with store.connection() as conn, statements() as counted:
        assert [group.id for group in service.groups_for(conn, _who(teacher, school), school.id, TUESDAY)] == [mine]
    assert len(counted) == 1
    with store.connection() as conn:
        assert [group.name for group in service.groups_for(conn, _who(cover, school), school.id, TUESDAY)] == ["3C"]
        assert service.groups_for(conn, _who(cover, school), school.id, date(2025, 10, 8)) == []


def _who(account, school):
    actor = school.actor("teacher")
    return type(actor)(account, actor.name, actor.position_title, actor.grants)


def test_another_setting_s_pupils_are_never_listed(school, other_school):
    a_pupil(school.id, "Ours")
    with store.scope([other_school]):
        a_pupil(other_school, "Theirs")
    assert [entry.given for entry in roll(school)] == ["Ours"]
