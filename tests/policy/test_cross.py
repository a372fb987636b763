"""Scenarios that belong to no one policy."""

from __future__ import annotations

import uuid
from datetime import date
from types import ModuleType

import pytest

from intranet import store
from intranet.extension.api import Profile, Slot, hookimpl
from intranet.law.sessions import session_no
from intranet.registers import service as registers
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.policy.playing import at, caller_of, ctx_of, person

PROFILE = Profile("hospital_school", "Hospital school", "A school in a hospital.", ("maintained",), ("all_through",), "am_pm")


def hospital_school() -> ModuleType:
    """A plugin with a profile and a session plan, and nothing else."""
    made = ModuleType("hospital_school")

    @hookimpl
    def profile():
        return PROFILE

    @hookimpl
    def sessions(setting, day, placements, params):
        opens, closes = params["register.am_open"], params["register.am_close"]
        slot = Slot("AM", day, "Bedside", starts=opens, opens=opens, closes=closes)
        return {placement.pupil_id: [slot] for placement in placements} if setting.calendar.is_school_day(day) else {}

    made.profile, made.sessions = profile, sessions
    return made


@pytest.mark.scenario("P-X-02")
@pytest.mark.clause("ASC-17", "ATT-041", "SEN-041", "ASC-16")
def test_a_sixth_plugin_with_almost_nothing_in_it_still_works(app, client, caplog):
    app.extensions["daymark.extensions"].add("hospital_school", hospital_school())
    at("2025-09-15 08:30")
    setting = a_setting("Ward School", setting_type="hospital_school", legal_type="maintained")
    teacher, office = an_account("teacher", setting=setting), an_account("office", setting=setting, name="Olive Oak", title="Office manager")
    group = a_class(setting, "Ward 3", staff=(teacher,))
    pupil = a_pupil(setting, "Clover", group=group)
    number, now = session_no(date(2025, 9, 15), "AM"), at("2025-09-15 09:05")

    signed_in(client, teacher)
    page = client.get(f"/settings/{setting}/registers/{number}/{group}/")
    assert page.status_code == 200
    assert "Clover" in page.get_data(as_text=True)
    with store.scope([setting]):
        saved = registers.save(ctx_of(setting), caller_of(setting), number, group, [registers.Entry(pupil, "N")], 0, str(uuid.uuid4()),
                               person(setting, "teacher", teacher), now)  # fmt: skip
        assert saved.saved == (pupil,)
        by = person(setting, "office", office, "Olive Oak", "Office manager")
        registers.amend(ctx_of(setting), caller_of(setting), number, pupil, "I", None, None, "parent phoned 10:05", saved.position,
                        str(uuid.uuid4()), by, at("2025-09-15 10:05"))  # fmt: skip
        with store.connection() as conn:
            amendment = store.events.read(conn, setting, stream=f"mark:{number}:{pupil}")[0]
    assert _facts(amendment) == {
        "original": "N", "new": "I", "reason": "parent phoned 10:05", "date": date(2025, 9, 15), "by": ("Olive Oak", "Office"),
    }  # fmt: skip

    signed_in(client, office)
    pages = [f"/settings/{setting}/", f"/settings/{setting}/pupils/{pupil}/", f"/settings/{setting}/registers/{number}/{group}/"]
    for path in pages:
        page = client.get(path)
        text = page.get_data(as_text=True)
        assert page.status_code == 200, path
        assert "is missing here" not in text
    assert csrf(client)
    assert caller_of(setting).partials.__self__.profile.key == "hospital_school"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def _facts(amendment) -> dict:
    """Return the five facts that an amendment keeps."""
    from intranet.law.codes import national_codes
    from intranet.store import registers as stored

    held = stored.decode(amendment.data)
    symbol = national_codes().symbol
    by = tuple(amendment.data["by"])
    return {
        "original": symbol(next(iter(held.previous.values()))), "new": symbol(held.marks[0].code_id), "reason": held.reason,
        "date": amendment.recorded_at.date(), "by": by,
    }  # fmt: skip
