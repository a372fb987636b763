"""The policy tables on both kinds of database, PostgreSQL as a role that owns nothing: scoped, chained, and made and dropped by the migration."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, inspect, select

from intranet import store
from intranet.clock import LONDON
from intranet.settings import policy_admin, policy_people, policy_service
from intranet.settings import policy_models as m
from intranet.settings.context import context
from intranet.store.scope import OutOfScope
from tests.fixtures.policies import Desk, a_place

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
TABLES = (m.PolicyDocument, m.PolicyReview, m.PolicySource, m.PolicyKnown, m.PolicyTraining, m.PolicyComment)
WEIGHED = ("equality", "diversity", "safeguarding", "wellbeing")


@pytest.fixture
def app(app_on_both):
    app_on_both.extensions["daymark.clock"].set(MONDAY)
    return app_on_both


def everything(here, person):
    """Enter one row of each kind."""
    with store.scope([here]), store.writing(now=MONDAY, actor_id=person) as w:
        ctx = context(here)
        policy_service.set_document(w, ctx, policy_service.NewDocument("Attendance policy", "2", date(2026, 11, 20), "head_of_provision"))
        policy_service.record_review(w, ctx, policy_service.NewReview(date(2026, 11, 1), WEIGHED, "All weighed"))
        policy_service.cite(w, ctx, policy_service.NewSource("policy", "own_x", "Handbook", "2026"))
        policy_service.acknowledge(w, ctx, "version 2 of 20 November 2026")
        policy_service.train(w, ctx, "registers", [person], date(2026, 11, 20), "Hollis Hart")
        comment = policy_service.comment(w, ctx, "A word.")
        policy_service.answer(w, ctx, comment, "An answer.", closes=True)


def counts(conn, here):
    return [conn.scalar(select(func.count()).select_from(table).where(table.setting_id == here)) for table in TABLES]


def test_what_was_entered_is_read_back_and_only_in_its_own_settings_scope(app):
    mine, other = a_place("alternative_provision"), a_place("alternative_provision", "Elsewhere")
    person = Desk(app, mine, "head_of_provision").account
    everything(mine, person)
    with store.scope([mine]), store.connection() as conn:
        at = policy_admin.standing(conn, context(mine), MONDAY.date())
        assert (at.mark, at.reviews.due) == ("version 2 of 20 November 2026", date(2027, 11, 1))
        assert list(policy_people.known(conn, mine, at.mark)) == [person]
        assert [c.state for c in policy_people.comments(conn, mine)] == ["closed"]
        assert counts(conn, mine) == [1, 1, 1, 1, 1, 2]
        with pytest.raises(OutOfScope):
            counts(conn, other)
    with store.scope([other]), store.connection() as conn:
        assert counts(conn, other) == [0] * 6
        assert policy_admin.standing(conn, context(other), MONDAY.date()).mark == "version 1 of 2 February 2025"
    report = store.chain.verify(mine)
    assert list(report.problems) == []


def test_nothing_of_a_refused_review_is_left_behind(app):
    here = a_place("tutoring")
    head = Desk(app, here, "director")
    answer = head.post("document/review/", reviewed="2026-12", weighed=list(WEIGHED), note="Too early", due="")
    assert answer.status_code == 422
    with store.scope([here]), store.connection() as conn:
        assert counts(conn, here) == [0] * 6
        assert store.events.read(conn, here, stream="policy:reviews") == []


def test_the_migration_makes_the_tables_that_the_models_say_they_are(app):
    with store.all_settings("test"), store.connection() as conn:
        known = inspect(conn)
        found = {t.__tablename__: {c["name"]: c["nullable"] for c in known.get_columns(t.__tablename__)} for t in TABLES}
    assert found == {t.__tablename__: {c.name: c.nullable for c in t.__table__.columns} for t in TABLES}
