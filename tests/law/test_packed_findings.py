"""One pass over a school's packed years finds the pupils that its findings name."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from intranet import store
from intranet.clock import LONDON
from intranet.demo import build as demo
from intranet.duties import findings
from intranet.extension import baseline, host
from intranet.law import frames, packed, scan
from intranet.law.runs import due_from
from intranet.law.sessions import day_of
from intranet.people.places import Setting
from intranet.pupils import service as pupils
from intranet.settings.service import context
from intranet.store import marks

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=LONDON)
FIRST, LAST = date(2025, 8, 1), date(2027, 7, 31)
KINDS = ("persistent_absence", "severe_absence", "attendance_return", "penalty_threshold", "n_code", "persistent_lateness")


@pytest.fixture
def built(app):
    demo.build(app, "small", lambda _what, _share: None, NOW.date())
    with store.all_settings("test"):
        yield app


def concluded(ctx):
    """Who the rules name, one pupil and day after another: kind -> {(pupil, day)}."""
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        ids = [entry.pupil_id for entry in pupils.roll(conn, ctx.id, NOW.date())]
        facts = findings.history(conn, ctx, caller, ids, NOW)
        by_policy = [trigger for found in caller.triggers_many(facts) for trigger in found if trigger.kind == "persistent_lateness"]
        params = current_app.extensions["daymark.parameters"](ctx).at(NOW.date())
        triggers = by_policy + [trigger for one in facts for trigger in baseline.triggers(one, params)]
        blobs = marks.packed(conn, ctx.id, [2025, 2026], ids)
    found = defaultdict(set)
    for trigger in triggers:
        found[trigger.kind].add((trigger.pupil_id, trigger.anchor))
    return found, facts, blobs


def passed(ctx, facts, blobs):
    """Who one pass over each plan's pupils names, in the same words."""
    found = defaultdict(set)
    params = current_app.extensions["daymark.parameters"](ctx).at(NOW.date())
    start = ctx.calendar.year_range(ctx.calendar.school_year(NOW.date()))[0]
    kinds = packed.classes(facts[0].codes, "H", FIRST, start, NOW.date())
    plans = defaultdict(list)
    for one in facts:
        plans[tuple(sorted((day, tuple(keys)) for day, keys in one.due.items()))].append(one.pupil)
    for plan, group in plans.items():
        frame = frames.frame(ctx.calendar, FIRST, LAST, due_from(ctx.calendar, own=dict(plan)), NOW.date())
        years = [packed.end_to_end({year: blobs[one.id, year][1] for year in (2025, 2026) if (one.id, year) in blobs}, 2025, 2026) for one in group]
        judged = scan.judge(years, frame, scan.rules_at(params, facts[0].codes), kinds, frames.ages_of([one.born for one in group], frame))
        ids = [one.id for one in group]
        found["persistent_absence"] |= {(ids[n], start) for n in judged.persistent}
        found["severe_absence"] |= {(ids[n], start) for n in judged.severe}
        found["attendance_return"] |= {(ids[n], run.first) for n, those in judged.returns.items() for run in those}
        found["penalty_threshold"] |= {(ids[n], day_of(those[-1])) for n, those in judged.penalty.items()}
        found["n_code"] |= {(ids[n], day_of(no)) for n, those in judged.unexplained.items() for no in those}
        found["persistent_lateness"] |= {(ids[n], period.first) for n, those in judged.lateness.items() for period, _ in those}
    return found


def firsts(pairs):
    """Each pupil's earliest day: a threshold met anew is a finding of its own, and the pass names the first."""
    earliest = {}
    for pupil, day in sorted(pairs):
        earliest.setdefault(pupil, day)
    return set(earliest.items())


@pytest.mark.slow
def test_a_pass_over_each_school_of_the_demo_names_whom_its_findings_name(built):
    with store.connection() as conn:
        schools = conn.scalars(select(Setting.id).where(Setting.setting_type.in_(("academy", "primary_school")))).all()
    reached = set()
    for school in schools:
        ctx = context(school)
        rules, facts, blobs = concluded(ctx)
        found = passed(ctx, facts, blobs)
        reached |= {kind for kind, those in found.items() if those}
        for kind in KINDS:
            expected = firsts(rules[kind]) if kind == "penalty_threshold" else rules[kind]
            assert found[kind] == expected, f"{kind} of {ctx.name}"
    assert reached >= {"n_code", "penalty_threshold", "persistent_absence", "persistent_lateness"}


def test_years_end_to_end_have_no_gap_and_a_missing_year_is_empty():
    for year, days in ((2025, 365), (2027, 366)):
        joined = packed.end_to_end({year: bytes([1]) * 732, year + 1: bytes([2]) * 732}, year - 1, year + 1)
        first = date(year - 1, 8, 1)
        at = (date(year, 8, 1) - first).days * 2
        assert joined[:at] == bytes(at) and joined[at : at + days * 2] == bytes([1]) * days * 2
        assert joined[(date(year, 8, 1) + timedelta(days) - first).days * 2] == 2
