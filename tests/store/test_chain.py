"""The chain: what is altered shows, what is forgotten on purpose does not."""

import json

import pytest

from intranet import store
from intranet.errors import Refused
from intranet.store import drills
from intranet.store.engine import opener
from intranet.store.tampering import ALTERATIONS
from tests.store.builders import NOW, history, save, sessions
from tests.store.conftest import write

S = sessions(6)


def problems(setting_id=1, folder=None):
    return [problem.what for problem in store.chain.verify(setting_id, folder).problems]


def behind(made, *lines):
    """Run statements on the SQLite file behind the app's back, with the triggers out of the way."""
    raw = opener(made.config.home / "daymark.db", made.config.key("database"))()
    for line in ("drop trigger if exists event_no_update", "drop trigger if exists event_no_delete", *lines):
        raw.execute(line)
    raw.close()


def forget(position, setting_id=1, why="asked by the family"):
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=1) as w:
        return store.redact(w, setting_id, position, why)


def test_an_untouched_history_raises_no_alarm(both):
    history(1), history(2)
    report = store.chain.verify(1)
    assert report.problems == () and (report.events, report.marks) == (40, 240)
    assert store.chain.verify().events == 80 and store.chain.verify().sound


def test_an_altered_event_is_named_by_position(lite, own_sqlite):
    write(), write(), write()
    behind(own_sqlite, "update event set actor_id = 99 where position = 2")
    found = store.chain.verify(1).problems
    assert [(p.setting_id, p.position, p.what) for p in found] == [(1, 2, "its seal does not fit what it says")]


def test_altered_data_and_a_missing_event_each_have_their_sentence(lite, own_sqlite):
    for _ in range(4):
        write()
    behind(own_sqlite, "update event set data = '{\"n\":2}' where position = 1", "delete from event where position = 3")
    assert problems() == [
        "its data is not what was written",
        "it does not follow the event before it: an event was taken out, put in or moved",
        "it is version 4 of thing:1 where version 3 belongs",
    ]


def test_a_redacted_event_is_forgotten_and_the_chain_still_verifies(both):
    first = save(1, S[0], 1, {11: 1, 12: 5})
    save(1, S[1], 1, {11: 1})
    done = forget(first.position)
    with store.scope([1]), store.connection() as conn:
        kept = store.events.read(conn, 1, positions=[first.position, done.position])
        marks_left = store.marks.for_session(conn, 1, [S[0]])
    assert kept[0].data is None and kept[1].data == {"position": first.position, "why": "asked by the family"}
    assert [m.code_id for m in marks_left] == [1, 5]
    assert problems() == []
    with store.scope([1]), store.writing(now=NOW, actor_id=None) as w:
        store.projections.rebuild(w, 1, "H")
    assert problems() == []


def test_a_mark_of_a_forgotten_event_stays_when_an_older_event_can_still_be_read(both):
    save(1, S[0], 1, {11: 1, 12: 1})
    second = save(1, S[0], 1, {11: 9})
    forget(second.position)
    assert problems() == []
    with store.scope([1]), store.writing(now=NOW, actor_id=None) as w:
        store.projections.rebuild(w, 1, "H")
        kept = store.marks.for_session(w.conn, 1, [S[0]])
    assert [(m.pupil_id, m.code_id) for m in kept] == [(11, 9), (12, 1)]
    assert problems() == []


@pytest.mark.parametrize(
    "line",
    [
        "update event set occurred_on = 'someday' where position = 2",
        "update event set recorded_at = 'noon' where position = 2",
        "update event set previous = 'text' where position = 2",
        "update event set data = '{' where position = 2",
        'update event set data = \'{"s":"x","p":7,"c":[]}\' where position = 2',
        "update mark set code_id = 'many' where pupil_id = 11",
        "update mark set session_no = 999999999999 where pupil_id = 11",
        "update pupil_year set layout = '?', packed = x'0102' where pupil_id = 11",
    ],
)
def test_rubbish_in_a_row_is_a_problem_and_not_a_crash(lite, own_sqlite, line):
    save(1, S[0], 1, {11: 1, 12: 5})
    save(1, S[1], 1, {12: 5})
    behind(own_sqlite, line)
    assert problems() != []


def test_what_a_redaction_dropped_is_nowhere_in_the_row(lite, own_sqlite):
    first = write(data={"n": "Quillfeather"})
    forget(first.position)
    raw = opener(own_sqlite.config.home / "daymark.db", own_sqlite.config.key("database"))()
    assert raw.execute("select salt, data from event where position = ?", (first.position,)).fetchone() == (None, None)
    raw.close()


def test_an_event_of_another_setting_or_forgotten_already_cannot_be_redacted(both):
    mine, theirs = write(1), write(2)
    forget(mine.position)
    for position in (mine.position, theirs.position):
        with pytest.raises(Refused, match=f"“{position}”: It is not an event of this setting that still holds data"):
            forget(position)


def test_data_dropped_without_a_redaction_shows(lite, own_sqlite):
    write(), write()
    behind(own_sqlite, "update event set salt = null, data = null where position = 1")
    assert problems() == ["its data is gone and no event says that it was redacted"]


def test_a_cut_tail_shows_against_the_sealed_head(lite, own_sqlite, tmp_path):
    write(), write(), write()
    assert store.chain.seal(tmp_path / "seals", NOW) == 1
    write()
    assert problems(1, tmp_path / "seals") == []
    behind(own_sqlite, "delete from event where position > 1")
    assert problems(1) == []
    assert problems(1, tmp_path / "seals") == ["this event was sealed as the head of the chain and is gone"]


def test_a_tail_that_was_cut_and_written_again_shows_against_the_sealed_head(lite, own_sqlite, tmp_path):
    write(), write()
    store.chain.seal(tmp_path / "seals", NOW)
    behind(
        own_sqlite, "delete from event where position > 1", "update sqlite_sequence set seq = 1 where name = 'event'"
    )
    write(data={"n": "a better story"})
    assert problems(1) == []
    assert problems(1, tmp_path / "seals") == ["it is not the event that was sealed as the head of the chain"]


def test_an_altered_seal_file_shows_by_line(lite, tmp_path):
    write()
    for _ in range(3):
        store.chain.seal(tmp_path, NOW)
    path = tmp_path / "heads.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], json.dumps(json.loads(lines[1]) | {"position": 7}), lines[2]]) + "\n")
    assert problems(1, tmp_path) == ["line 2 of heads.jsonl is not as it was sealed"]
    path.write_text("\n".join([lines[0], lines[2]]) + "\n")
    assert problems(1, tmp_path) == ["line 2 of heads.jsonl is not as it was sealed"]


def test_sixty_random_tamperings_are_all_found_without_a_false_alarm():
    said = []
    assert drills.tampering(said.append, times=60, seed=7) == 60
    assert said == ["tampering: 60 of 60 alterations of events and marks found, 0 false alarms"]


@pytest.mark.parametrize("act", dict.fromkeys(ALTERATIONS), ids=lambda act: act.__name__)
def test_each_kind_of_tampering_is_found(act, monkeypatch):
    monkeypatch.setattr(drills, "ALTERATIONS", (act,))
    assert drills.tampering(lambda line: None, times=6, seed=3) == 6


def test_racing_writers_are_one_save_and_the_rest_conflicts_every_round():
    totals = drills.racing(lambda line: None, rounds=6)
    assert (totals.saved, totals.conflicts) == (6, 42)
