"""What every kind of case promises: events make it, two people cannot overwrite each other, and nothing closes by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from intranet import clock, store
from intranet.cases import filing, service
from intranet.cases.models import CaseFile
from intranet.duties.models import Duty
from intranet.errors import ConfigError, Conflict, NotFound, Refused
from intranet.extension import host
from intranet.extension.case_files import read_case_type
from intranet.extension.host import Host
from intranet.settings import service as settings
from intranet.settings.service import context
from tests.cases.playing import a_school, get, post, scoped
from tests.duties.playing import at, days, in_scope, waiting

CALLED = service.Said("no_answer", {"whom": "Mother"})


@pytest.fixture
def school(app):
    return a_school()


def _suspected(school, given: str = "Rowan") -> int:
    at("2025-11-10 09:00")
    return scoped(school, service.suspect, school.by("teacher"), "cme", school.pupil(given), "Nobody answers.")


def _worked_on(school, case_id: int) -> None:
    """Do something of every kind in a case."""
    sibling = school.pupil("Hazel")
    office = school.by("office")
    scoped(school, service.start_step, office, case_id, "phone_family")
    scoped(school, service.do_step, office, case_id, "phone_family", CALLED)
    scoped(school, service.waive, office, case_id, "email_family", "They have no e-mail.")
    scoped(school, service.note, office, case_id, "A neighbour rang.")
    scoped(school, service.add_person, office, case_id, "Pat Plover", "Authority's officer", "01632 960111")
    scoped(school, service.add_document, office, case_id, "Letter to the last address", date(2025, 11, 10), "Filing cabinet 2")
    scoped(school, service.link, office, case_id, sibling, "Brother or sister")
    scoped(school, service.hand_over, school.by("dsl"), case_id, school.person("deputy_dsl"), "Deputy Dsl", "I am away until Monday.")
    scoped(school, service.close, school.by("dsl"), case_id, "explained", "They were with an aunt.")
    scoped(school, service.reopen, school.by("dsl"), case_id, "The aunt knows nothing of it.")


def test_rows_made_one_by_one_are_those_made_again_from_the_events(app_on_both):
    school = a_school()
    first, second = _suspected(school), _suspected(school, "Ivy")
    _worked_on(school, first)
    scoped(school, service.close, school.by("dsl"), second, "explained", "A hospital stay nobody told us of.")
    kept = school.cases()
    assert school.differences() == []
    with store.scope([school.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        w.conn.execute(update(CaseFile).where(CaseFile.setting_id == school.setting, CaseFile.id == first).values(stage="returning"))
    assert [found[0] for found in school.differences()] == [first]
    with store.scope([school.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        assert filing.rebuild(w, school.setting) == 2
    assert school.cases() == kept
    assert school.differences() == []


def test_a_case_is_read_whole_oldest_first_for_print_and_newest_first_on_its_page(school, client):
    case_id = _suspected(school)
    _worked_on(school, case_id)
    printed = get(client, school, "dsl", f"cases/{case_id}/chronology/").get_data(as_text=True)
    shown = get(client, school, "dsl", f"cases/{case_id}/").get_data(as_text=True)
    assert printed.index("Case opened") < printed.index("A neighbour rang") < printed.index("Reopened")
    timeline = shown[shown.index('id="timeline"') :]
    assert timeline.index("Reopened") < timeline.index("A neighbour rang") < timeline.index("Case opened")
    for text in ("Hazel Ash", "Brother or sister", "Handed over to Deputy Dsl", "Pat Plover", "Letter to the last address", "They have no e-mail."):
        assert text in shown


def test_two_people_at_one_step_are_told_of_each_other_and_nothing_is_overwritten(school, client):
    case_id = _suspected(school)
    path = f"cases/{case_id}/steps/phone_family/"
    drawn = school.case().state.version
    said = {"f-whom": "Mother", "f-said": "", "note": ""}
    assert post(client, school, "office", path, drawn=drawn, outcome="reached", **said).status_code == 303
    late = post(client, school, "business_manager", path, drawn=drawn, outcome="no_answer", **said)
    assert late.status_code == 409
    assert "somebody recorded this first. Office (Office), " in late.get_data(as_text=True)
    assert [entry.outcome for entry in school.case().step("phone_family").entries] == ["reached"]
    other = post(client, school, "business_manager", f"cases/{case_id}/steps/email_family/", drawn=drawn, outcome="sent", note="", **{"f-said": "Where is he?"})
    assert other.status_code == 303  # another step of the same case is nobody's conflict


def test_a_request_sent_twice_is_stored_once(school):
    case_id = _suspected(school)
    by = school.by("office", request_id="7a7c0f5e-5a0e-4a64-9a4f-000000000001")
    scoped(school, service.do_step, by, case_id, "phone_family", CALLED)
    again = scoped(school, service.do_step, by, case_id, "phone_family", CALLED)
    assert len(again.step("phone_family").entries) == 1


def test_a_case_is_not_closed_over_something_that_was_just_added(school):
    case_id = _suspected(school)
    drawn = school.case().state.version
    scoped(school, service.note, school.by("office"), case_id, "They have just rung.")
    with pytest.raises(Conflict):
        scoped(school, service.close, school.by("dsl", drawn=drawn), case_id, "explained", "Nobody knows.")
    assert school.case().state.open


def test_a_closed_case_takes_nothing_more_until_it_is_reopened(school, client):
    case_id = _suspected(school)
    scoped(school, service.close, school.by("dsl"), case_id, "explained", "With an aunt.")
    with pytest.raises(Refused, match="it is closed"):
        scoped(school, service.do_step, school.by("office"), case_id, "phone_family", CALLED)
    assert "Nobody" not in get(client, school, "dsl", "cases/").get_data(as_text=True)
    assert "Rowan Ash" in get(client, school, "dsl", "cases/?closed=1").get_data(as_text=True)
    assert post(client, school, "dsl", f"cases/{case_id}/reopen/", note="The aunt knows nothing.").status_code == 303
    assert "Rowan Ash" in get(client, school, "dsl", "cases/").get_data(as_text=True)


def test_a_way_of_closing_asks_for_the_steps_it_needs(school, client):
    case_id = _suspected(school)
    refused = post(client, school, "dsl", f"cases/{case_id}/close/", outcome="elsewhere", note="Moved away.")
    assert refused.status_code == 422
    assert "needs these steps first: Child located, and the policy asks for it (ASC-29)" in refused.get_data(as_text=True)


def test_other_settings_and_closed_doors(school, client):
    case_id = _suspected(school)
    other = a_school(start="2025-11-10 09:30")
    assert get(client, other, "dsl", f"cases/{case_id}/").status_code == 404
    assert get(client, school, "teacher", "cases/").status_code == 403
    assert get(client, school, "dsl", f"cases/{case_id}/steps/no_such_step/").status_code == 404
    hidden = other.pupil("Ivy")
    assert post(client, school, "dsl", f"cases/{case_id}/link/", pupil=str(hidden), role="Brother or sister").status_code == 422
    with pytest.raises(NotFound):
        scoped(school, service.link, school.by("dsl"), case_id, school.pupil("Hazel"), "Bystander")


def test_the_tasks_of_a_case_are_duties_of_their_roles_until_they_are_done(school):
    case_id = _suspected(school)
    assert [row.step for row in waiting(school.setting, {"office"}, "case_step")] == ["phone_family", "email_family"]
    scoped(school, service.do_step, school.by("office"), case_id, "phone_family", CALLED)
    assert [row.step for row in waiting(school.setting, {"office"}, "case_step")] == ["email_family"]
    d = Duty
    with store.scope([school.setting]), store.connection() as conn:
        done = conn.execute(select(d.outcome, d.done_by).where(d.setting_id == school.setting, d.step == "phone_family")).one()
    assert (done.outcome, done.done_by) == ("no answer", school.person("office"))


def test_history_that_is_recomputed_opens_no_case(school):
    from intranet.cases.opening import on_findings
    from intranet.duties import FindingChange

    pupil = school.pupil()
    change = FindingChange("cme_run", pupil, date(2025, 11, 3), "raised", "Ten days", quiet=True)
    with store.scope([school.setting]), store.writing(now=at("2025-11-14 15:00"), actor_id=None) as w:
        on_findings(w, context(school.setting), host.for_setting(context(school.setting)), [change], w.now)
    assert school.cases() == []


def test_a_day_that_closes_the_school_moves_the_case_with_the_run(school):
    pupil = school.pupil()
    days(school.setting, "2025-11-03", "2025-11-12", "N", pupil, group=school.group)
    with store.scope([school.setting]), store.writing(now=at("2025-11-13 07:00"), actor_id=None) as w:
        settings.close(w, school.setting, settings.NewClosure(date(2025, 11, 13), date(2025, 11, 14), "closure", "Snow", planned=False))
    days(school.setting, "2025-11-17", "2025-11-17", "N", pupil, group=school.group)
    assert school.cases() == []
    days(school.setting, "2025-11-18", "2025-11-18", "N", pupil, group=school.group)
    assert school.case().state.opened_on == date(2025, 11, 18)
    assert school.case().clocks["run"].last == date(2025, 11, 18)


# -------------------------------------------------------------------- kinds are data


def test_every_kind_of_case_of_every_setting_reads_parameters_that_exist(app):
    known: Host = app.extensions["daymark.extensions"]
    for key in known.profiles:
        school = a_school(key)
        caller = in_scope(school.setting, lambda at=school: host.for_setting(context(at.setting)))
        for kind in caller.catalogue.case_types:
            decisions = [step.decision for step in kind.steps if step.decision]
            limits = [*(one.limit for one in kind.clocks), *(one.roles_from for one in decisions)]
            assert [limit for limit in limits if limit and limit not in caller.parameters] == [], (key, kind.key)


KIND = """
key: {key}
label: Any
lead: dsl
stages: {{open: Open}}
steps:
  ring: {{title: Ring, roles: [office], {step}}}
closings: {{done: {{label: Done}}}}
"""


@pytest.mark.parametrize(("step", "said"), [
    ("afer: [ring]", "a step has “afer”, which does not exist. Did you mean “after”?"),
    ("after: [rign]", "step “ring” comes after “rign”, which does not exist. Did you mean “ring”?"),
    ("clock: late", "step “ring” has the clock “late”, which does not exist"),
    ("stages: [opne]", "step “ring” belongs to the stage “opne”, which does not exist. Did you mean “open”?"),
])  # fmt: skip
def test_a_name_that_nobody_defines_stops_the_start_with_the_file_and_the_name(tmp_path: Path, step, said):
    path = tmp_path / "any.yaml"
    path.write_text(KIND.format(key="any", step=step))
    with pytest.raises(ConfigError) as refused:
        read_case_type(path)
    assert "any.yaml" in str(refused.value)
    assert said in str(refused.value)
