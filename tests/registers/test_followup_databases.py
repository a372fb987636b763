"""Following an absence up means the same on SQLite and on PostgreSQL, there as a role that owns nothing, and by a parent who signs in nowhere."""

from __future__ import annotations

import re
import uuid

import pytest

from intranet import clock, store
from intranet.registers import followup_chase, followup_prompts, followup_reports
from tests.fixtures.people import an_account, signed_in
from tests.registers.conftest import Page, a_school
from tests.registers.followup_kit import absent, day_list, log_try, row_of, with_contacts


@pytest.fixture
def school(app_on_both):
    """The academy of the other tests, once on each kind of database."""
    yield from a_school(app_on_both)


def test_a_try_a_message_and_a_decision_are_kept_on_both(app_on_both, school):
    with_contacts(school)
    absent(school)
    office = an_account("attendance_officer", setting=school.id, name="Olga Oak")
    page = Page(signed_in(app_on_both.test_client(), office), school.id, office)
    log_try(school, "sent", actor=school.actor("attendance_officer", office))
    page.send("/follow-up/links/", pupil=str(school.pupils[0]), shows="initials", last="2025-10-20")
    address = re.search(r'value="http://[^/]+(/absence/[^"]+)"', page.get("/follow-up/links/"))[1]
    parent = app_on_both.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', parent.get(address).get_data(as_text=True))[1]
    fields = {"csrf_token": token, "rid": str(uuid.uuid4()), "drawn": "0", "first": "2025-10-08", "last": "2025-10-08", "reason": "appointment",
              "text": "", "informant": "Robin Ash"}  # fmt: skip
    for _ in range(2):
        assert parent.post(address, data=fields).status_code == 200
    assert row_of(school).unread == 1, "sent twice, kept once"
    page.send(re.search(r"/follow-up/messages/\d+/", page.get("/follow-up/"))[0], reason="appointment", evidence="Appointment card",
              channel="Message or app", text="")  # fmt: skip
    row = row_of(school)
    assert (row.unread, row.claimed.reason, len(row.tried)) == (0, "Medical or dental appointment", 1)
    page.post(f"/follow-up/{school.pupils[0]}/decide/", rid=str(uuid.uuid4()), drawn=str(row.drawn), day="2025-10-08", symbol="M", note="Card seen")
    assert school.marks()[0] == "M"
    assert day_list(school).resolved == ("Amber Ash",)


def test_the_chase_the_prompts_and_a_visit_are_read_on_both(app_on_both, school):
    absent(school)
    followup_reports.plan_visit(school.ctx, school.actor("office"), school.pupils[0], "Wes Wren, Kit Crane", clock.now().time(),
                                clock.now().replace(hour=11).time(), str(uuid.uuid4()), clock.now())  # fmt: skip
    with store.connection() as conn:
        assert len(followup_chase.open_marks(conn, school.ctx, school.caller, clock.now())) == 1
        assert followup_prompts.prompts(conn, school.ctx, school.caller, clock.today()) == []
    assert [late for _, _, late in day_list(school).visits] == [False]
