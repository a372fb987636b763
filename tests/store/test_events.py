"""The event log: order, repeats, versions, forgetting."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from intranet import store
from intranet.errors import ConfigError
from intranet.store import events
from intranet.store.tables import event
from tests.store.conftest import NOW, TODAY, write


def count(setting_id=1):
    with store.scope([setting_id]), store.connection() as conn:
        return conn.execute(
            select(func.count()).select_from(event).where(event.c.setting_id == setting_id)
        ).scalar_one()


def test_events_of_a_stream_are_numbered_from_one(both):
    assert [write().version, write().version, write(stream="thing:2").version] == [1, 2, 1]


def test_a_request_seen_before_stores_nothing_and_gives_back_the_first_outcome(both):
    first = write(data={"n": "first"}, request_id="r-1")
    with pytest.raises(store.RequestSeen) as seen:
        write(data={"n": "again"}, request_id="r-1")
    assert seen.value.data == {"n": "first"} and seen.value.event.position == first.position
    assert count() == 1


def test_a_version_that_someone_else_wrote_is_refused_by_name(both):
    write(version=1)
    with pytest.raises(store.VersionTaken, match="Version 1 of thing:1 was written by somebody else"):
        write(version=1)
    assert count() == 1


def test_an_event_kind_that_no_room_registered_is_refused_with_the_known_ones(both):
    with pytest.raises(ConfigError, match="test.unheard.*Known kinds: .*test.noted"):
        write(kind="test.unheard")


def test_eight_racing_writers_of_one_version_give_one_save_and_seven_conflicts(both):
    together, outcomes = threading.Barrier(8), []

    def race():
        with both.app_context():
            together.wait()
            try:
                write(version=1)
                outcomes.append("saved")
            except store.VersionTaken:
                outcomes.append("conflict")

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["saved"]
    assert count() == 1


def test_the_same_request_sent_eight_times_at_once_is_stored_once(both):
    together, outcomes = threading.Barrier(8), []

    def send():
        with both.app_context():
            together.wait()
            try:
                outcomes.append(write(request_id="r-1").position)
            except store.RequestSeen as seen:
                outcomes.append(seen.event.position)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8 and len(set(outcomes)) == 1
    assert count() == 1


@pytest.mark.parametrize(
    "change", ["update event set actor_id = 8", "update event set data = '{}'", "delete from event"]
)
def test_the_database_itself_refuses_to_alter_or_delete_an_event(both, change):
    write()
    with (
        pytest.raises(DatabaseError, match="events are never|permission denied"),
        store.scope([1]),
        store.db.engine.begin() as conn,
    ):
        conn.exec_driver_sql(change)
    assert count() == 1


@pytest.mark.parametrize(
    "change", ["update event set actor_id = 8", "update event set data = '{}'", "delete from event", "truncate event"]
)
def test_the_owner_of_the_tables_cannot_alter_events_by_accident_either(own_postgres, change):
    from sqlalchemy import create_engine

    engine = create_engine(own_postgres.owner_url)
    with engine.begin() as conn:
        conn.execute(text("set local app.settings = '1'"))
        conn.execute(
            text(
                "insert into event (setting_id, stream, version, kind, schema, digest, occurred_on, recorded_at,"
                " previous, mac)"
                " values (1, 's', 1, 'k', 1, 'x', '2026-11-23', now(), 'x', 'x')"
            )
        )
    with pytest.raises(DatabaseError, match="events are never"), engine.begin() as conn:
        conn.execute(text("set local app.settings = '1'"))
        conn.execute(text(change))
    engine.dispose()


def test_the_moment_of_an_event_comes_back_aware_and_the_same(both):
    write()
    with store.scope([1]), store.connection() as conn:
        kept = events.read(conn, 1, stream="thing:1")
    assert kept[0].recorded_at == NOW and kept[0].recorded_at.utcoffset() is not None and kept[0].occurred_on == TODAY
