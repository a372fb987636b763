"""Returns of the roll, the month's copy and the judging after a calendar change mean the same on both databases."""

from __future__ import annotations

from datetime import date

from intranet import duties, store
from intranet.settings import service as settings
from tests.duties import histories
from tests.duties.playing import at, days, waiting
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil


def test_a_school_is_asked_for_its_returns_and_judged_again_after_a_closure(app_on_both):
    at("2025-09-08 08:00")
    setting = a_setting(setting_type="primary_school", legal_type="maintained")
    group = a_class(setting)
    pupil = a_pupil(setting, group=group)
    days(setting, "2025-09-08", "2025-09-19", "O", pupil, group=group)
    a_pupil(setting, "Hazel", joined="2025-09-22", left="2025-09-30", group=group, flags=("social_worker",))
    assert duties.tick(at("2025-09-30 16:00")).failed == ()
    mine = {row.kind for row in waiting(setting, {"office", "attendance_lead", "head", "system_admin"})}
    assert {"new_pupil_return", "deletion_return", "register_back_up", "attendance_return"} <= mine
    with store.scope([setting]), store.writing(now=at("2025-09-30 16:05"), actor_id=None) as w:
        settings.close(w, setting, settings.NewClosure(date(2025, 9, 10), date(2025, 9, 10), "closure", "Pipe", planned=False))
    assert duties.tick(at("2025-09-30 16:06")).failed == ()
    school = histories.School(setting, group, [pupil])
    assert "attendance_return" not in {kind for kind, *_ in histories.open_findings(school)}
    assert histories.differences(school, date(2025, 9, 30)) == set()
