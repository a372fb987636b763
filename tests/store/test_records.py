"""Records: each change an event and a version; only what is in force on a day is live."""

from datetime import date, timedelta

import pytest

from intranet import store
from intranet.errors import NotFound
from tests.store.conftest import NOW, TODAY


def booking(pupil_id=11, first=TODAY, last=None, setting_id=1, **data):
    with store.scope([setting_id]), store.writing(now=NOW, actor_id=3) as w:
        return store.records.create(
            w,
            setting_id=setting_id,
            kind="booking",
            pupil_id=pupil_id,
            first=first,
            last=last,
            data={"hours": 6, **data},
        )


def live(on, setting_id=1, **kwargs):
    with store.scope([setting_id]), store.connection() as conn:
        return store.records.live(conn, setting_id, "booking", on, **kwargs)


def test_a_record_is_live_from_its_first_day_to_its_last(both):
    made = booking(first=date(2026, 9, 1), last=date(2026, 9, 30))
    assert [live(day) for day in (date(2026, 8, 31), date(2026, 10, 1))] == [[], []]
    assert live(date(2026, 9, 1)) == live(date(2026, 9, 30)) == [made]
    assert made.data == {"hours": 6} and made.version == 1


def test_only_the_pupils_and_the_setting_asked_for_come_back(both):
    one, two, _elsewhere = booking(11), booking(12), booking(11, setting_id=2)
    assert live(TODAY) == [one, two]
    assert live(TODAY, pupil_ids=[12]) == [two]


def test_an_amendment_is_a_new_version_and_the_old_one_stays_in_the_log(both):
    made = booking()
    with store.scope([1]), store.writing(now=NOW, actor_id=3) as w:
        changed = store.records.amend(w, 1, made.id, 1, data={"hours": 9})
    with store.scope([1]), store.connection() as conn:
        log = store.events.read(conn, 1, stream=f"record:{made.id}")
    assert (changed.data, changed.version, live(TODAY)) == ({"hours": 9}, 2, [changed])
    assert [(e.kind, e.data["data"]) for e in log] == [
        ("record.created", {"hours": 6}),
        ("record.amended", {"hours": 9}),
    ]


def test_an_amendment_of_what_somebody_changed_first_is_refused_and_changes_nothing(both):
    made = booking()
    with store.scope([1]), store.writing(now=NOW, actor_id=3) as w:
        store.records.amend(w, 1, made.id, 1, data={"hours": 9})
    with (
        pytest.raises(store.VersionTaken, match=f"Version 2 of record:{made.id} was written by somebody else"),
        store.scope([1]),
        store.writing(now=NOW, actor_id=4) as w,
    ):
        store.records.end(w, 1, made.id, 1, TODAY)
    assert live(TODAY)[0].data == {"hours": 9}


def test_an_ended_record_is_no_longer_live_the_day_after(both):
    made = booking()
    with store.scope([1]), store.writing(now=NOW, actor_id=3) as w:
        store.records.end(w, 1, made.id, 1, TODAY, why="moved away")
    assert live(TODAY) and live(TODAY + timedelta(days=1)) == []


def test_a_record_of_another_setting_is_not_found(both):
    made = booking(setting_id=2)
    with (
        pytest.raises(NotFound, match=f"no record {made.id}"),
        store.scope([1]),
        store.writing(now=NOW, actor_id=3) as w,
    ):
        store.records.end(w, 1, made.id, 1, TODAY)
