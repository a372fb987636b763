"""The late desk where sessions are booked: a mark waits for the session's start."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import store
from intranet.store import records
from tests.fixtures.people import an_account
from tests.registers.desk_kit import Desk, a_school


@pytest.mark.parametrize(("at", "mark"), [((9, 55), None), ((10, 0), ("P", None)), ((10, 10), ("L", 10))])
def test_where_sessions_are_booked_the_start_decides_and_a_mark_waits_for_it(app, at, mark):
    centre = a_school("tutoring", legal_type="company", layout="T")
    with store.scope([centre.id]):
        pupil = centre.pupil("Amber", model="commissioned")
        day = date(2025, 10, 8)
        with store.writing(now=centre.now, actor_id=None) as w:
            data = {"start": "10:00", "end": "11:00", "tutor": None}
            records.create(w, setting_id=centre.id, kind="booking", pupil_id=pupil, first=day, last=day, data=data)
        lead = an_account("tutoring_office", setting=centre.id, name="Noor Nuthatch")
        centre.at(*at)
        Desk(app.test_client(), centre, lead).sign_in("am", "3")
        assert centre.mark(pupil, "10:00") == mark
