"""The demo's policy documents: something to look at on every page, and something left to do."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from intranet import duties, store
from intranet.demo import build as demo
from intranet.demo.people import now_on
from intranet.duties.models import Duty
from intranet.people.places import Setting
from intranet.settings import policy_admin, policy_people
from intranet.settings.context import context

TODAY = date(2026, 11, 23)


def test_each_place_has_its_document_some_who_know_it_and_the_right_things_left_to_do(app):
    demo.build(app, "small", lambda _what, _share: None, TODAY)
    with store.all_settings("test"), store.connection() as conn:
        places = {kind: one for one, kind in conn.execute(select(Setting.id, Setting.setting_type))}
    states, knowing, due, comments = {}, {}, {}, {}
    for kind, here in places.items():
        with store.scope([here]), store.connection() as conn:
            ctx = context(here)
            at = policy_admin.standing(conn, ctx, TODAY)
            staff = policy_people.members(conn, ctx, TODAY)
            states[kind] = at.reviews.state
            knowing[kind] = 0 < len(policy_people.known(conn, here, at.mark)) <= len(staff)
            due[kind] = [len(t.due) for t in policy_people.trainings(conn, ctx, at.document.training, staff, None, TODAY)]
            comments[kind] = [c.state for c in policy_people.comments(conn, here)]
    planned = ("academy", "independent_school", "alternative_provision")
    assert states == {**dict.fromkeys(planned, "planned"), "primary_school": "soon", "tutoring": "overdue"}
    assert set(knowing.values()) == {True}
    assert {kind: found for kind, found in due.items() if found} == {"academy": [1], "alternative_provision": [1, 1, 1, 1]}
    assert comments["independent_school"] == ["open"]
    duties.tick(now_on(TODAY, 9, 36))
    with store.all_settings("test"), store.connection() as conn:
        kinds = select(Duty.setting_id, Duty.kind).where(Duty.kind.in_(("policy_review", "policy_comment")), Duty.setting_id.in_(list(places.values())))
        raised = {(row.setting_id, row.kind) for row in conn.execute(kinds)}
    assert raised == {(places["primary_school"], "policy_review"), (places["tutoring"], "policy_review"), (places["independent_school"], "policy_comment")}
