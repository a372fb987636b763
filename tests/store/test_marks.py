"""Marks: kept with their packed years, rebuilt from events, and no larger than promised."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet import store
from intranet.law.marks import Mark
from intranet.store import bulk, marks
from intranet.store.marks import MarkRow, decode, encode
from intranet.store.tables import event, mark, mark_note, pupil_year, register_state
from tests.store.builders import NOW, amend, history, save, sessions

S = sessions(40)


def standing(setting_id=1):
    """Everything the projections hold, as plain rows."""
    with store.scope([setting_id]), store.connection() as conn:
        return {
            t.name: sorted(map(tuple, conn.execute(select(t).where(t.c.setting_id == setting_id))), key=repr)
            for t in (mark, mark_note, pupil_year, register_state)
        }


def rebuild(setting_id=1):
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=None) as w:
        store.projections.rebuild(w, setting_id, "H")


def differences(setting_id=1):
    with store.scope([setting_id]):
        return store.projections.differences(setting_id)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**6),
            st.integers(1, 60),
            st.none() | st.integers(1, 99),
            st.none() | st.text(min_size=1, max_size=9),
        ),
        max_size=40,
        unique_by=lambda row: row[0],
    ),
    st.integers(0, 10**6),
)
def test_what_a_register_event_holds_reads_back_as_it_was(rows, drawn):
    given_rows = [MarkRow(S[0], *row, source="desk" if row[3] else None) for row in rows]
    before = {row.pupil_id: 1 for row in given_rows[::2]}
    data = encode(S[0], 4, given_rows, previous=before, drawn=drawn, source="paper", rest_present=True, reason="why")
    back = decode(data)
    assert sorted(back.marks, key=lambda r: r.pupil_id) == sorted(given_rows, key=lambda r: r.pupil_id)
    assert (back.previous, back.drawn, back.source, back.rest_present, back.reason) == (
        before,
        drawn,
        "paper",
        True,
        "why",
    )


def test_a_mark_holds_the_position_of_the_event_that_wrote_it(both):
    first = save(1, S[0], 3, {11: 1, 12: 5})
    second = save(1, S[0], 3, {12: MarkRow(S[0], 12, 9, 14, "by telephone", "office")})
    with store.scope([1]), store.connection() as conn:
        kept = marks.for_session(conn, 1, [S[0]])
    assert [(m.pupil_id, m.code_id, m.minutes, m.position, m.note, m.source) for m in kept] == [
        (11, 1, None, first.position, None, None),
        (12, 9, 14, second.position, "by telephone", "office"),
    ]


def test_a_new_mark_leaves_the_old_ones_note_behind(both):
    save(1, S[0], 3, {11: MarkRow(S[0], 11, 5, None, "no reason yet"), 12: MarkRow(S[0], 12, 5, None, "kept")})
    amend(1, S[0], 11, 9)
    with store.scope([1]), store.connection() as conn:
        assert [m.note for m in marks.for_session(conn, 1, [S[0]])] == [None, "kept"]
    assert differences() == []


def test_a_pupils_year_reads_from_the_packed_string_in_order(both):
    for at in (S[2], S[0], S[1]):
        save(1, at, 3, {11: 1 + at % 3})
    with store.scope([1]), store.connection() as conn:
        assert marks.year(conn, 1, [11, 12], [2025]) == {11: [Mark(at, 1 + at % 3) for at in S[:3]], 12: []}


def test_a_register_saved_twice_keeps_when_it_was_first_saved(both):
    from datetime import timedelta

    save(1, S[0], 3, {11: 1})
    second = save(1, S[0], 3, {11: 5}, now=NOW + timedelta(minutes=9))
    with store.scope([1]), store.connection() as conn:
        row = conn.execute(select(register_state).where(register_state.c.setting_id == 1)).one()
    assert (row.first_saved_at, row.saved_at, row.position) == (NOW, NOW + timedelta(minutes=9), second.position)


def test_a_save_of_thirty_sends_at_most_six_statements_and_commits_once(lite):
    save(1, S[0], 3, dict.fromkeys(range(30), 1))
    with store.statements() as seen, store.scope([1]), store.writing(now=NOW, actor_id=7) as w:
        rows = [MarkRow(S[1], n, 1 + n % 5) for n in range(30)]
        done = w.append(
            setting_id=1,
            stream=f"register:{S[1]}:3",
            kind="register.saved",
            data=encode(S[1], 3, rows),
            occurred_on=NOW.date(),
            request_id="r",
        )
        marks.write(w, 1, done.position, "H", rows)
        marks.save_state(w, done, S[1], 3, marked=30)
    assert len(seen) <= 6, seen.texts
    assert seen.commits == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_after_any_saves_and_amendments_a_rebuild_changes_nothing(lite, seed):
    rng = random.Random(seed)
    setting_id = seed % 10**6 + 1
    for _ in range(12):
        at, pupils = rng.choice(S), rng.sample(range(11, 31), rng.randint(1, 8))
        if rng.random() < 0.3:
            amend(setting_id, at, pupils[0], rng.randint(1, 40), note=rng.choice([None, "why"]))
        else:
            rows = {
                p: MarkRow(at, p, rng.randint(1, 40), rng.choice([None, 7]), rng.choice([None, "n"])) for p in pupils
            }
            save(setting_id, at, rng.randint(1, 3), rows)
    was = standing(setting_id)
    assert differences(setting_id) == []
    rebuild(setting_id)
    before = standing(setting_id)
    for table in ("mark", "mark_note", "pupil_year"):
        assert before[table] == was[table]
    assert [row[:-2] for row in before["register_state"]] == [row[:-2] for row in was["register_state"]]


def test_bulk_writes_the_same_as_one_save_after_another(both):
    rng = random.Random(4)
    registers = [(at, g, {100 * g + n: rng.randint(1, 30) for n in range(6)}) for at in S[:10] for g in (1, 2)]
    for at, group, changes in registers:
        save(1, at, group, changes)
    pieces = (bulk.BulkRegister(at, g, [(p, c, None) for p, c in changes.items()]) for at, g, changes in registers)
    assert store.bulk.append(2, pieces, NOW, "import") == bulk.Counts(20, 120)
    one, two = standing(1), standing(2)
    strip = {"mark": slice(1, 5), "mark_note": slice(1, 5), "pupil_year": slice(1, 5)}
    for table, kept in strip.items():
        assert [row[kept] for row in one[table]] == [row[kept] for row in two[table]]
    assert differences(2) == [] and store.chain.verify(1).sound


def test_bulk_onto_what_is_there_replaces_marks_and_goes_on_with_the_chain(both):
    save(1, S[0], 1, {11: 1, 12: 1})
    store.bulk.append(1, [bulk.BulkRegister(S[0], 1, [(11, 9, 3)], notes={11: "late"})], NOW, "import")
    save(1, S[1], 1, {11: 1})
    rebuild()
    with store.scope([1]), store.connection() as conn:
        kept = marks.for_session(conn, 1, [S[0]])
        streams = conn.execute(select(event.c.stream, event.c.version).where(event.c.setting_id == 1)).all()
    assert [(m.code_id, m.minutes, m.note) for m in kept] == [(9, 3, "late"), (1, None, None)]
    assert sorted(streams)[:2] == [(f"register:{S[0]}:1", 1), (f"register:{S[0]}:1", 2)]
    assert differences() == []


def test_a_bulk_write_that_fails_half_way_leaves_nothing(both):
    def registers():
        for at in S[:30]:
            yield from (bulk.BulkRegister(at, g, [(g, 1, None)]) for g in range(30))
        raise ValueError("row 900 of the file")

    with pytest.raises(ValueError, match="row 900"):
        store.bulk.append(1, registers(), NOW, "import")
    assert standing() == {"mark": [], "mark_note": [], "pupil_year": [], "register_state": []}


def test_a_mark_takes_at_most_thirty_bytes_and_its_history_less_than_twenty(lite, own_sqlite, capsys):
    numbers, rng = sessions(190), random.Random(9)
    codes = [1] * 14 + [5]
    store.bulk.append(
        1,
        (
            bulk.BulkRegister(at, g, [(g * 30 + n, rng.choice(codes), None) for n in range(30)])
            for at in numbers
            for g in range(8)
        ),
        NOW,
        "test",
    )
    sizes = file_sizes(own_sqlite.config)
    count = len(numbers) * 240
    lean = (sizes["mark"] + sizes["pupil_year"]) / count
    log = sizes["event"] / count
    with capsys.disabled():
        print(f"\nbytes a mark: {lean:.1f} with index and packed year; history {log:.1f}")
    assert lean <= 30 and log < 20


def file_sizes(config):
    """Bytes of each table with its indexes, by emptying the file table after table."""
    from intranet.store.engine import opener

    raw = opener(config.home / "daymark.db", config.key("database"))()
    raw.execute("drop trigger event_no_delete")

    def size():
        raw.execute("vacuum")
        pages, page = (int(raw.execute(f"pragma {name}").fetchone()[0]) for name in ("page_count", "page_size"))
        return pages * page

    sizes, before = {}, size()
    for name in ("mark", "pupil_year", "register_state", "event"):
        raw.execute(f"delete from {name}")
        sizes[name], before = before - (now := size()), now
    raw.close()
    return sizes


def test_history_helper_is_sound(both):
    history(1)
    assert store.chain.verify(1).problems == ()
