"""The room in a real browser: no accessibility fault at both widths, nothing wider than a phone, a decision in two clicks and a reason."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from intranet import clock, store
from intranet.cases.safeguarding import access, strands, telling
from intranet.cases.safeguarding.models import Review, Strand
from intranet.extension import host
from intranet.law.sessions import session_no
from intranet.people import Actor, Grant
from intranet.pupils import models as m
from intranet.settings.service import context
from intranet.store import bulk
from tests.fixtures.served import MONDAY, PHONE, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def lead(live):
    """The safeguarding lead of the academy, where something was told, referred and sent on, and a child with a plan was absent."""
    place = live.school.academy
    live.at("09:30")
    with live.app.app_context(), store.scope([place.id]):
        account, now = place.people["dsl"], clock.now()
        actor, pupil = Actor(account, "Dana Dunlin", "", (Grant("dsl", place.id),)), place.pupils[0]
        told = telling.Told(now, "He flinched when I came near.", "“I fell.”", places=("forearm", "hand"), disclosed=True, urgent=True)
        telling.tell(context(place.id), actor, pupil, told, now, str(uuid.uuid4()))
        with store.connection() as conn:
            strand = access.access_strand(actor, place.id, conn.scalar(select(Strand.id).where(Strand.setting_id == place.id)), now)
        for kind, values in (
            ("referral", {"body": "social_care", "to": "Front door", "reference": "SC/17", "text": "Told them what was seen."}),
            ("transfer", {"school": "Bramble Academy", "to": "Bo Bunting", "channel": "secure", "text": "Whole file."}),
        ):
            strands.record(strand, actor, strands.Draft(kind, now, values, date(2025, 1, 1)), now, str(uuid.uuid4()), ask_criterion=True)
        with store.writing(now=now, actor_id=None) as w:
            w.session.add(m.Flag(setting_id=place.id, pupil_id=pupil, kind="child_protection", first=date(2024, 9, 1), source="test"))
        absent = next(iter(host.for_setting(context(place.id)).codes.ids({"I"})))
        bulk.append(place.id, [bulk.BulkRegister(session_no(MONDAY, "AM"), place.group, [(pupil, absent, None)], now)], now, "test")
    live.strand, live.lead, live.pupil, live.place = strand.id, account, pupil, place
    return live


def paths(live):
    room = f"/settings/{live.place.id}/safeguarding/"
    strand = f"{room}strands/{live.strand}/"
    pupil = f"/settings/{live.place.id}/pupils/{live.pupil}/"
    return [
        f"/settings/{live.place.id}/tell/", f"{pupil}tell/", room, f"{room}review/", strand, f"{strand}chronology/", f"{strand}readers/",
        f"{strand}add/referral/", f"{strand}add/decision/", f"{strand}people/", f"{strand}close/",
        f"{pupil}professionals/", f"{pupil}professionals/add/", pupil,
    ]  # fmt: skip


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_every_page_is_without_fault_and_fits(lead, options):
    page = lead.person(lead.lead, paths(lead)[0], **options)
    for path in paths(lead):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_lead_decides_with_two_clicks_and_a_reason(lead):
    page = lead.person(lead.lead, f"/settings/{lead.place.id}/safeguarding/review/")
    page.get_by_label("Monitor").first.click()
    page.get_by_label("Reason").first.fill("At the doctor")
    page.get_by_role("button", name="Decide").first.click()
    expect(page.get_by_text("No absence waits")).to_be_visible()
    with lead.app.app_context(), store.scope([lead.place.id]), store.connection() as conn:
        assert len(conn.execute(select(Review.id).where(Review.setting_id == lead.place.id)).all()) == 1


def test_a_refused_form_names_what_is_missing_without_fault(lead):
    page = lead.person(lead.lead, paths(lead)[0])
    page.get_by_role("button", name="Send to the").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert violations(page) == []
