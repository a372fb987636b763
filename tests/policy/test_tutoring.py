"""Scenarios of the tutoring company's policy (the register room's own tests play the others)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from intranet import store
from intranet.duties.models import Finding
from intranet.settings import service as settings
from intranet.store import records
from tests.duties.playing import waiting
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, save

TUESDAYS = ("2025-11-04", "2025-11-11", "2025-11-18")


@pytest.fixture
def company(app):
    at("2025-09-03 08:00")
    setting = a_setting("Lantern Tutors", setting_type="tutoring", legal_type="company", phase="secondary", layout="T")
    return setting, a_class(setting, "North", kind="tutor", staff=(an_account("tutor", setting=setting),), role="tutor")


def book(setting: int, pupil: int, day: str, start: str = "10:00", end: str = "11:00", **data) -> None:
    with store.scope([setting]), store.writing(now=at("2025-09-03 08:00"), actor_id=None) as w:
        last = data.pop("last", None)
        records.create(w, setting_id=setting, kind="booking", pupil_id=pupil, first=date.fromisoformat(day), last=last,
                       data={"start": start, "end": end, **data})  # fmt: skip


def confirm(setting: int, **values) -> None:
    """Set the house values that the policy leaves open, as the director."""
    for key, value in values.items():
        now = at("2025-09-03 08:00")
        with store.scope([setting]), store.writing(now=now, actor_id=1) as w:
            settings.set_house_value(w, setting, key.replace("__", "."), value, "agreed with the director", now.date())


def found(setting: int, kind: str) -> list:
    f = Finding
    with store.scope([setting]), store.connection() as conn:
        return list(conn.execute(select(f.pupil_id, f.anchor, f.data).where(f.setting_id == setting, f.kind == kind, f.cleared_at.is_(None))))


@pytest.mark.scenario("P-SPM-08")
@pytest.mark.clause("SPM-18", "SPM-19")
def test_a_lateness_pattern_goes_to_the_dsl_and_the_commissioner(company):
    setting, group = company
    t4 = a_pupil(setting, group=group, model="commissioned")
    book(setting, t4, "2025-11-04", repeating="weekly")
    confirm(setting, tutoring__lateness__count=3, tutoring__lateness__window_days=28)
    for day in TUESDAYS[:2]:
        save(setting, group, f"{day} 10:00", {t4: "L"}, now=f"{day} 11:00", role="tutor")
    assert found(setting, "lateness_pattern") == []
    save(setting, group, f"{TUESDAYS[2]} 10:00", {t4: "L"}, now=f"{TUESDAYS[2]} 11:00", role="tutor")
    pattern = found(setting, "lateness_pattern")[0]
    assert pattern.data["figures"] == {"triggered_on": "2025-11-18", "count": 3}
    assert pattern.data["tell"] == ["dsl", "commissioner"]
    assert [row.pupil_id for row in waiting(setting, {"dsl"}, "lateness_pattern")] == [t4]


@pytest.mark.clause("SPM-18")
def test_no_lateness_pattern_is_reported_before_the_company_has_chosen_numbers(company):
    setting, group = company
    pupil = a_pupil(setting, group=group, model="commissioned")
    book(setting, pupil, "2025-11-04", repeating="weekly")
    for day in TUESDAYS:
        save(setting, group, f"{day} 10:00", {pupil: "L"}, now=f"{day} 11:00", role="tutor")
    assert found(setting, "lateness_pattern") == []


@pytest.mark.clause("SPM-08", "SPM-15")
@pytest.mark.parametrize("flags", [(), ("ehcp",), ("eotas",)])
def test_a_missed_session_reaches_the_office_at_once_for_every_learner(company, flags):
    setting, group = company
    pupil = a_pupil(setting, group=group, model="commissioned", flags=flags)
    book(setting, pupil, "2025-09-18")
    save(setting, group, "2025-09-18 10:00", {pupil: "A"}, now="2025-09-18 10:20", role="tutor")
    duty = waiting(setting, {"tutoring_office"}, "missed_session")[0]
    assert (duty.pupil_id, duty.raised_at) == (pupil, at("2025-09-18 10:20"))
