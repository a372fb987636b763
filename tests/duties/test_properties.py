"""What holds of findings and counts whatever was saved, amended, closed, opened again or moved in the calendar."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet import store
from intranet.duties.findings import history as facts_of
from intranet.duties.ticking import tick_setting
from intranet.extension import host
from intranet.law.calendar import Calendar, Closure
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from intranet.settings import service
from intranet.settings.service import context
from intranet.testing import at as moment_of
from intranet.testing import caller_for, facts, history
from plugins import academy
from tests.duties import histories
from tests.duties.playing import at

STD = calendar("CAL-STD")
QUICK = settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PURE = settings(max_examples=40, deadline=None)


@QUICK
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(histories.KINDS), days=st.integers(4, 16))
def test_findings_after_any_history_equal_those_computed_from_all_events(app, seed, kind, days):
    school = histories.opened(*kind)
    last = histories.play(school, random.Random(seed), days)
    assert histories.differences(school, last) == set()
    assert histories.counts_are_additive(school, last - timedelta(days=days // 2))


@settings(QUICK, max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_moving_today_never_changes_a_past_answer(app, seed):
    rng, school = random.Random(seed), histories.opened()
    then: dict[date, set] = {}
    for day in histories.school_days(school, date(2025, 9, 8), date(2025, 9, 24)):
        symbols = {pupil: rng.choice("/OOIGN") if n else "O" for n, pupil in enumerate(school.pupils)}
        for key in histories.KEYS:
            histories.save(school, day, key, symbols, histories.moment(day, "09:10" if key == "AM" else "13:10"))
        then[day] = histories.answers(school, histories.moment(day, "17:00"))
    at("2026-06-30 12:00")
    for day, known in then.items():
        assert _as_known(school, day) == known, day


def _as_known(school: histories.School, day: date) -> set:
    """Return the answers of a day from the marks up to that day alone, asked long after."""
    end = session_no(day, "PM")
    with store.scope([school.setting]), store.connection() as conn:
        ctx = context(school.setting)
        caller = host.for_setting(ctx)
        many = facts_of(conn, ctx, caller, school.pupils, histories.moment(day, "17:00"))
    many = [replace(one, marks=[mark for mark in one.marks if mark.session_no <= end]) for one in many]
    return {(t.kind, t.pupil_id, t.anchor, t.title) for found in caller.triggers_many(many) for t in found}


def test_an_amendment_clears_every_finding_whose_ground_it_takes_away(app):
    school = histories.opened("independent_school", "independent")
    pupil = school.pupils[2]
    days = histories.school_days(school, date(2025, 9, 8), date(2025, 9, 19))
    for day in days:
        for key in histories.KEYS:
            histories.save(school, day, key, {pupil: "N"}, histories.moment(day, "09:10"))
    kinds = {kind for kind, *_ in histories.open_findings(school)}
    assert kinds == {"n_code", "attendance_return", "unexplained_told", "persistent_absence", "severe_absence", "cme_run"}
    histories.save(school, days[4], "AM", {pupil: "/"}, histories.moment(days[-1], "15:30"))
    assert "attendance_return" not in {kind for kind, *_ in histories.open_findings(school)}
    for day in days:
        for key in histories.KEYS:
            histories.save(school, day, key, {pupil: "/"}, histories.moment(days[-1], "15:40"))
    assert histories.open_findings(school) == set()


def test_a_closure_entered_late_shortens_a_run_and_taking_it_back_brings_the_return(app):
    school = histories.opened()
    pupil = school.pupils[0]
    for day in histories.school_days(school, date(2025, 9, 8), date(2025, 9, 19)):
        for key in histories.KEYS:
            histories.save(school, day, key, {pupil: "O"}, histories.moment(day, "09:10"))

    def returns() -> list[date]:
        return [anchor for kind, _, anchor, _ in histories.open_findings(school) if kind == "attendance_return"]

    def changed(what) -> None:
        with store.scope([school.setting]), store.writing(now=at("2025-09-22 08:00"), actor_id=None) as w:
            school.closures.append(what(w))
        tick_setting(school.setting, at("2025-09-22 08:01"))

    assert returns() == [date(2025, 9, 8)]
    changed(lambda w: service.close(w, school.setting, service.NewClosure(date(2025, 9, 10), date(2025, 9, 10), "closure", "Pipe", planned=False)))
    assert returns() == []
    changed(lambda w: service.withdraw(w, school.setting, school.closures[0], "Open after all"))
    assert returns() == [date(2025, 9, 8)]


@pytest.fixture(scope="module")
def caller():
    return caller_for(academy, "academy")


CLOSURES = st.lists(st.tuples(st.dates(date(2025, 9, 1), date(2026, 3, 20)), st.integers(0, 4)), max_size=5)


@PURE
@given(start=st.dates(date(2025, 9, 3), date(2026, 1, 30)), closed=CLOSURES)
def test_days_without_school_never_shorten_a_clock(caller, start, closed):
    first = STD.nth(start, 1)
    shut = tuple(Closure(day, day + timedelta(days=n), "closure", "Closed", planned=False) for day, n in closed)
    fewer = caller_for(academy, "academy", calendar=Calendar(STD.periods, (*STD.closures, *shut)))
    marks = {f"{STD.nth(first, n + 1)} {key}": "N" for n in range(16) for key in histories.KEYS}
    asked = moment_of(STD.nth(first, 16))
    found = [{(t.kind, t.anchor): t for t in one.triggers(facts(one, history(one, marks), asked))} for one in (caller, fewer)]
    for key in found[0].keys() & found[1].keys():
        if key[0] == "n_code":
            assert found[1][key].due >= found[0][key].due
    reached = [min((t.due for t in one.values() if t.kind == "attendance_return"), default=None) for one in found]
    assert reached[0] is not None
    assert reached[1] is None or reached[1] >= reached[0]
