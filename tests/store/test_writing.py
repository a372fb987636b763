"""Short writing transactions: in turn, all or nothing, and said so when they cannot be kept."""

import multiprocessing
import threading

import pytest
from sqlalchemy import func, select

from intranet import store
from intranet.errors import NotSaved
from intranet.store.locks import FairLock
from intranet.store.tables import event, record
from tests.store.conftest import NOW, TODAY, start, write


def test_a_failure_inside_leaves_nothing(both):
    with pytest.raises(ZeroDivisionError), store.scope([1]), store.writing(now=NOW, actor_id=1) as w:
        w.append(setting_id=1, stream="a", kind="test.noted", data={}, occurred_on=TODAY)
        raise ZeroDivisionError
    with store.scope([1]), store.connection() as conn:
        assert conn.execute(select(func.count()).select_from(event).where(event.c.setting_id == 1)).scalar_one() == 0
    assert write().version == 1


def test_a_full_disk_says_not_saved_and_keeps_nothing(lite):
    write()
    big = {"n": "x" * 2_000_000}
    with store.connection() as conn:
        conn.connection.driver_connection.execute("PRAGMA max_page_count = 60")
    with pytest.raises(NotSaved, match="Not saved. Your entries are below. The disk is full"):
        write(data=big)
    with store.scope([1]), store.connection() as conn:
        assert conn.execute(select(func.count()).select_from(event).where(event.c.setting_id == 1)).scalar_one() == 1
        conn.connection.driver_connection.execute("PRAGMA max_page_count = 1000000")
    assert write(data=big).version == 2


def test_another_program_that_holds_the_database_too_long_says_busy_and_keeps_nothing(lite, own_sqlite):
    from intranet.store.engine import opener

    write()
    other = opener(own_sqlite.config.home / "daymark.db", own_sqlite.config.key("database"))()
    other.execute("begin immediate")
    with store.connection() as conn:
        conn.connection.driver_connection.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(NotSaved, match="The database was busy for too long. Wait a moment, then save again"):
        write()
    other.execute("rollback")
    other.close()
    assert write().version == 2


def test_a_lost_server_says_not_saved(pg, postgres):
    from sqlalchemy import create_engine, text

    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with pytest.raises(NotSaved, match="did not answer"), store.scope([1]), store.writing(now=NOW, actor_id=1) as w:
        w.append(setting_id=1, stream="a", kind="test.noted", data={}, occurred_on=TODAY)
        with admin.connect() as conn:
            conn.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'daymark_app'"))
    admin.dispose()
    assert write(stream="a").version == 1


def test_writing_inside_writing_is_a_fault_that_names_itself(both):
    with (
        pytest.raises(RuntimeError, match="entered inside store.writing"),
        store.writing(now=NOW, actor_id=1),
        store.writing(now=NOW, actor_id=1),
    ):
        pass
    assert write().version == 1


def test_the_reading_session_sees_what_was_just_written(both):
    seen = select(func.count()).select_from(event).where(event.c.setting_id == 1)
    with store.scope([1]):
        assert store.db.session.execute(seen).scalar_one() == 0
        write()
        assert store.db.session.execute(seen).scalar_one() == 1


def test_the_lock_is_handed_out_in_the_order_people_came():
    lock, served = FairLock(), []
    assert lock.acquire(1)

    def wait(number):
        assert lock.acquire(10)
        served.append(number)
        lock.release()

    threads = []
    for number in range(12):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(lock._queue) <= number:
            threading.Event().wait(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert served == list(range(12))


def test_a_wait_that_runs_out_leaves_the_queue_in_order():
    lock = FairLock()
    assert lock.acquire(1)
    refused = []
    thread = threading.Thread(target=lambda: refused.append(lock.acquire(0.01)))
    thread.start()
    thread.join()
    lock.release()
    assert refused == [False] and lock.acquire(0.1)


def test_sixteen_writers_all_save_and_none_is_refused(lite):
    stored, together = [], threading.Barrier(16)

    def save(number):
        with lite.app_context():
            together.wait()
            for turn in range(8):
                write(stream=f"t:{number}", data={"n": turn})
                stored.append((number, turn))

    threads = [threading.Thread(target=save, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored) == 128


def _count_up(config, times, failures):
    app = start(config)
    try:
        with app.app_context(), store.scope([1]):
            for _ in range(times):
                with store.writing(now=NOW, actor_id=1) as w:
                    here = (record.c.setting_id == 1, record.c.id == 1)
                    value = w.conn.execute(select(record.c.version).where(*here)).scalar_one()
                    w.conn.execute(record.update().where(*here).values(version=value + 1))
    except Exception as error:  # noqa: BLE001 (the parent asserts that there is none)
        failures.put(repr(error))


def test_four_processes_of_read_change_write_lose_nothing_and_are_never_told_locked(lite, own_sqlite):
    with store.scope([1]), store.writing(now=NOW, actor_id=1) as w:
        w.conn.execute(
            record.insert().values(id=1, setting_id=1, kind="k", first=TODAY, data="{}", version=0, position=0)
        )
    store.db.engine.dispose()
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    workers = [context.Process(target=_count_up, args=(own_sqlite.config, 50, failures)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures.empty(), failures.get()
    with store.scope([1]), store.connection() as conn:
        assert conn.execute(select(record.c.version).where(record.c.setting_id == 1)).scalar_one() == 200


def test_one_save_is_one_commit(both):
    with store.statements() as seen:
        write()
    assert seen.commits == 1
