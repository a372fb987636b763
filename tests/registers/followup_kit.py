"""What tests of following absences up share: a child away with two adults to ring, tries, and who was told."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from intranet import clock, store
from intranet.messages.models import NoticeRow
from intranet.registers import followup, followup_logging
from intranet.registers.followup_logging import Call
from tests.fixtures.pupils import a_contact

HOME = {"given": "Robin", "relationship": "mother", "phones": ("01632 960001",)}
GRAN = {"given": "Greta", "relationship": "grandmother", "priority": 2, "phones": ("01632 960002",)}


def with_contacts(school, index=0):
    pupil = school.pupils[index]
    return [a_contact(school.id, pupil, "Ash", **HOME), a_contact(school.id, pupil, "Ash", **GRAN)]


def absent(school, *which, at="08:57"):
    school.at(at)
    school.save(dict.fromkeys(which or (0,), "N"), rest_present=True)
    school.at("09:35")


def day_list(school, actor=None, day=None):
    with store.connection() as conn:
        return followup.follow_up(conn, school.ctx, school.caller, actor or school.actor("attendance_officer"), day or clock.today(), clock.now())


def row_of(school, index=0, actor=None):
    return next(row for row in day_list(school, actor).rows if row.pupil_id == school.pupils[index])


def log_try(school, outcome, index=0, actor=None, **more):
    actor = actor or school.actor(more.pop("role", "attendance_officer"))
    row = row_of(school, index, actor)
    return followup_logging.log(
        school.ctx, school.caller, actor, school.pupils[index], clock.today(), Call(outcome, **more), row.drawn, str(uuid.uuid4()), clock.now()
    )  # fmt: skip


def stands(school, index=0):
    return [(one.step.label, one.state) for one in row_of(school, index).steps]


def told(school):
    with store.connection() as conn:
        table = NoticeRow.__table__
        query = select(table.c.told, table.c.title, table.c.raised_at).where(table.c.setting_id == school.id, table.c.kind == "absence_follow_up")
        return [(row.told, row.title) for row in conn.execute(query)]
