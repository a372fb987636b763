"""The room's own statements mean the same on SQLite and PostgreSQL, and PostgreSQL itself hides other settings' pupils."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import text

from intranet import clock, store
from intranet.exchange import service as exchange
from intranet.exchange.reading import read
from intranet.pupils import rollover, search, service
from intranet.pupils.particulars import ContactDraft, Particulars
from intranet.store import bulk
from intranet.store.guard import UNSCOPED
from tests.exchange.conftest import AMBER, BEN, csv_file
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.pupils.conftest import Here

TABLES = ("pupil", "person", "pupil_contact", "flag", "placement", "teaching_group", "group_member", "group_staff")
WEDNESDAY = date(2025, 10, 8)


@pytest.fixture
def place(app_on_both):
    """The academy, once on each kind of database."""
    clock.current_clock().set(datetime(2025, 10, 7, 9, 5))
    made = a_setting("Larkspur Academy")
    with store.scope([made]):
        yield Here(made)


def test_a_year_of_a_school_s_life_works_on_each_database(place):
    actor = type(place.actor())(an_account("head", setting=place.id), "Hal Heron", "Head", place.actor("head").grants)
    exchange.commit(
        place.ctx, place.caller, "pupils", read("a.csv", csv_file(AMBER, BEN)), None, account_id=None, now=place.now
    )
    group = a_class(place.id, "4C", year_group=4, staff=(actor.account_id,))
    draft = service.Draft(
        Particulars("Cleo", "Clover", date(2016, 2, 3), offer={"here": 10}), WEDNESDAY, "own_roll", group_id=group, flags=("fsm", "ehcp"),
        contacts=(ContactDraft("Clover", relationship="father", phones=("01632 960001",)),),
    )  # fmt: skip
    cleo = service.admit(place.ctx, place.caller, draft, actor=actor, now=place.now, request_id="a" * 36).pupil_id
    assert (
        service.admit(place.ctx, place.caller, draft, actor=actor, now=place.now, request_id="a" * 36).pupil_id == cleo
    )
    with store.connection() as conn:
        entries = {entry.given: entry for entry in service.roll(conn, place.id, WEDNESDAY)}
        facts = service.facts(conn, place.id, [cleo], contacts=True, records=True, on=WEDNESDAY)
        assert [pupil.given for pupil in search.find(conn, actor, place.id, "cl", WEDNESDAY)] == ["Cleo"]
    assert set(entries) == {"Amber", "Ben", "Cleo"} and entries["Cleo"].flags == {"fsm", "ehcp"}
    assert facts[cleo].contacts[0].has_number and facts[cleo].placement.duties["roll"] == "us"
    twin = a_pupil(place.id, "Cleo", "Clover", group=group, joined="2025-10-01")
    bulk.append(place.id, [bulk.BulkRegister(1, group, [(twin, 1, None)])], place.now, "test", layout="H")
    rows = [service.access_pupil(actor, place.id, one, WEDNESDAY) for one in (cleo, twin)]
    assert service.merge(place.ctx, place.caller, *rows, "same child", actor=actor, now=place.now) == 1
    clock.current_clock().set(datetime(2026, 7, 6, 9, 0))
    with store.connection() as conn:
        plan = rollover.preview(conn, place.ctx, clock.today())
    names = {moved.group_id: moved.name.replace("4", "5") for moved in plan.classes}
    plan = rollover.changed(plan, {entries["Ben"].pupil_id}, names)
    done = service.roll_over_year(place.ctx, plan, actor=actor, now=place.now)
    with store.connection() as conn:
        assert {entry.given for entry in service.roll(conn, place.id, plan.starts)} == {"Amber", "Cleo"}
    service.undo(place.id, done, actor=actor, now=place.now)
    with store.connection() as conn:
        assert {entry.given for entry in service.roll(conn, place.id, plan.starts)} == {"Amber", "Ben", "Cleo"}
    assert not store.chain.verify(place.id).problems


def test_postgresql_itself_hides_every_table_of_the_room_outside_its_setting(postgres_database):
    with running(postgres_database.config):
        ours, other = a_setting("Larkspur Academy"), a_setting("Bramble Academy")
        with store.scope([ours]):
            a_contact(ours, a_pupil(ours, group=a_class(ours, staff=(an_account(setting=ours),)), flags=("fsm",)))
        counted = {table: (rows(table, ours), rows(table, other)) for table in TABLES}
    assert counted == dict.fromkeys(TABLES, (1, 0))


def rows(table, setting_id):
    with store.scope([setting_id]), store.connection() as conn:
        return conn.execute(text(f"select count(*) from {table}"), execution_options=UNSCOPED).scalar()
