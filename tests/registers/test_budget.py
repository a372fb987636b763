"""What a register costs: statements, commits, events and bytes, held by ordinary tests."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select

from intranet import clock, store
from intranet.messages.models import NoticeRow
from intranet.registers import service
from intranet.registers.values import Entry
from intranet.store.tables import event
from tests.fixtures.people import an_account

from .conftest import School, a_school

THIRTY = [("Given", f"Family{n:02d}") for n in range(30)]
PAGE_STATEMENTS, SAVE_STATEMENTS = 8, 10
FINDING_STATEMENTS = 3  # the findings, their duties, their notices
PAGE_BYTES = 60_000


@pytest.fixture
def school(app):
    """A class of thirty."""
    yield from a_school(app, THIRTY)


def _url(school: School) -> str:
    return f"/registers/{school.session()}/{school.group}/"


def test_opening_a_register_of_thirty_takes_at_most_eight_statements(school, as_role):
    page = as_role()
    page.get(_url(school))
    with store.statements() as ran:
        page.get(_url(school))
    assert len(ran) <= PAGE_STATEMENTS, "\n".join(ran.texts)


def test_a_save_takes_at_most_ten_statements_one_commit_and_one_event(school):
    ctx, caller, actor, before = school.ctx, school.caller, school.actor(), _events(school)
    with store.statements() as ran:
        service.save(ctx, caller, school.session(), school.group, [], 0, str(uuid.uuid4()), actor, clock.now(), rest_present=True)
    assert len(ran) <= SAVE_STATEMENTS, "\n".join(ran.texts)
    assert ran.commits == 1
    assert _events(school) == before + 1


def test_a_save_that_raises_findings_tells_everybody_within_the_same_budget(school):
    an_account("office", setting=school.id, name="Olga Oak")
    an_account("attendance_lead", setting=school.id, name="Lena Lark")
    entries = [Entry(pupil, "N") for pupil in school.pupils[:3]]
    ctx, caller, actor = school.ctx, school.caller, school.actor()
    with store.statements() as ran:
        service.save(ctx, caller, school.session(), school.group, entries, 0, str(uuid.uuid4()), actor, clock.now(), rest_present=True)
    print(f"a save that raises findings takes {len(ran)} statements")
    assert len(ran) <= SAVE_STATEMENTS + FINDING_STATEMENTS, "\n".join(ran.texts)
    assert len([text for text in ran.texts if "notice" in text.lower()]) == 1
    assert ran.commits == 1
    assert _told(school) == 3 * 2


def test_a_register_page_of_thirty_is_small(school, as_role):
    html = as_role().get(_url(school)).encode()
    assert len(html) <= PAGE_BYTES


def _events(school) -> int:
    with store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(event).where(event.c.setting_id == school.id))


def _told(school) -> int:
    with store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(NoticeRow).where(NoticeRow.setting_id == school.id, NoticeRow.kind == "n_code"))
