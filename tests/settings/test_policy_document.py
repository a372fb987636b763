"""The policy document: version, owner, reviews and their reminders, sources and linked policies."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from intranet import duties, store
from intranet.clock import LONDON
from intranet.duties.models import Duty
from intranet.errors import ConfigError
from intranet.law.clauses import known_clauses
from intranet.settings import document, policy_admin
from intranet.settings.context import context
from intranet.settings.policy_models import PolicyReview
from tests.fixtures.policies import HEADS, KINDS, Desk, a_place, words

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
WEIGHED = ["equality", "diversity", "safeguarding", "wellbeing"]


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


def desk(app, kind, role=None):
    return Desk(app, a_place(kind), role or HEADS[kind])


def reviewed(desk, month, **more):
    return desk.post("document/review/", reviewed=month, weighed=WEIGHED, note="Weighed by governors", due="", **more)


def open_duties(setting, kind, now):
    duties.tick(now)
    with store.scope([setting]), store.connection() as conn:
        found = conn.execute(select(Duty.__table__).where(Duty.setting_id == setting, Duty.kind == kind, Duty.done_at.is_(None)))
        return list(found)


@pytest.mark.clause("SPM-01")
@pytest.mark.clause("SPM-33")
def test_the_months_of_the_last_and_the_next_review_are_shown_and_a_late_one_is_called_overdue(app):
    page = desk(app, "tutoring").read("document/")
    assert "Last reviewed September 2025" in page
    assert "Next review September 2026 Overdue" in page
    assert "every 12 months" in page


@pytest.mark.clause("SPM-01")
@pytest.mark.parametrize(
    ("now", "title"),
    [
        (datetime(2026, 7, 31, 23, 58, tzinfo=LONDON), []),
        (datetime(2026, 8, 1, 0, 0, tzinfo=LONDON), ["Review the attendance policy: due in September 2026"]),
        (datetime(2026, 11, 23, 10, 0, tzinfo=LONDON), ["Review the attendance policy: due in September 2026"]),
    ],
)
def test_the_owner_is_reminded_from_the_month_before_the_review_is_due(app, now, title):
    here = a_place("tutoring")
    app.extensions["daymark.clock"].set(now)
    assert [row.title for row in open_duties(here, "policy_review", now)] == title
    owner = Desk(app, here, "director")
    assert (owner.client.get(f"/settings/{here}/").get_data(as_text=True).count("Review the attendance policy") > 0) is bool(title)


@pytest.mark.clause("SPM-01")
def test_the_reminder_is_overdue_once_the_month_has_passed_and_goes_when_the_review_is_recorded(app):
    head = desk(app, "tutoring")
    (found,) = open_duties(head.setting, "policy_review", MONDAY)
    assert found.roles == ",director,"
    assert found.overdue_from.astimezone(LONDON) == datetime(2026, 10, 1, tzinfo=LONDON)
    assert len(open_duties(head.setting, "policy_review", MONDAY)) == 1
    assert reviewed(head, "2026-11").status_code == 303
    assert open_duties(head.setting, "policy_review", MONDAY) == []


@pytest.mark.clause("SPM-33")
@pytest.mark.clause("ASC-46")
@pytest.mark.clause("SEN-005")
@pytest.mark.clause("ATT-037")
@pytest.mark.parametrize(("kind", "due"), [("tutoring", "November 2027"), ("primary_school", "November 2027"), ("alternative_provision", "November 2027"),
                                           ("academy", "November 2029")])  # fmt: skip
def test_a_recorded_review_plans_the_next_by_the_policys_own_months(app, kind, due):
    head = desk(app, kind)
    assert reviewed(head, "2026-11").status_code == 303
    assert f"Next review {due} Planned" in head.read("document/")


def test_a_policy_without_a_cycle_says_so_until_a_month_is_entered(app):
    head = desk(app, "independent_school")
    assert "does not say how often it is reviewed (OTE-46)" in head.read()
    assert "C-33." in head.read()
    head.stores("document/review/", reviewed="2026-11", weighed=WEIGHED, note="All four weighed", due="2027-06")
    page = head.read("document/")
    assert "Next review June 2027 Planned" in page
    assert "does not say how often" not in page


def test_months_between_reviews_that_are_set_later_plan_the_review_after_the_last_one(app):
    head = desk(app, "independent_school")
    assert reviewed(head, "2026-11").status_code == 303
    assert "Next review no month Not planned" in head.read("document/")
    head.stores("policy.review_months/", value="24", reason="The directors decided so", first="2026-11-23", last="")
    assert "Next review November 2028 Planned" in head.read("document/")


@pytest.mark.clause("OTE-01")
@pytest.mark.parametrize("left_out", WEIGHED)
def test_a_review_is_refused_while_any_of_the_four_was_not_weighed(app, left_out):
    head = desk(app, "independent_school")
    answer = head.post("document/review/", reviewed="2026-11", weighed=[one for one in WEIGHED if one != left_out], note="Some of it", due="")
    assert answer.status_code == 422
    assert f"has to weigh {left_out} as well" in words(answer)
    assert "Nothing has been entered yet" in head.read("document/")


@pytest.mark.clause("OTE-01")
def test_the_history_keeps_what_a_review_weighed_its_note_and_its_author(app):
    head = desk(app, "independent_school")
    assert reviewed(head, "2026-11").status_code == 303
    page = head.read("document/")
    assert "Reviewed in November 2026" in page
    assert "equality, diversity, safeguarding, wellbeing Weighed by governors Hollis Hart" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reviewed": "2026-12"}, "it is still to come"),
        ({"reviewed": ""}, "Reviewed in: nothing was entered"),
        ({"reviewed": "soon"}, "“soon” is not a month"),
        ({"reviewed": "2025-08"}, "the last review on record is of September 2025"),
        ({"reviewed": "2026-11", "due": "2026-11"}, "it is not after the review itself"),
        ({"reviewed": "2026-11", "note": "  "}, "Note: nothing was entered"),
        ({"reviewed": "0001-01"}, "not in a year that can be meant"),
    ],
)
def test_a_review_that_cannot_be_gets_a_sentence_and_stores_nothing(app, data, sentence):
    head = desk(app, "tutoring")
    answer = head.post("document/review/", **{"weighed": WEIGHED, "note": "Weighed", "due": "", **data})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Nothing has been entered yet" in head.read("document/")


@pytest.mark.clause("SPM-02")
@pytest.mark.clause("SPM-34")
@pytest.mark.clause("ASC-47")
@pytest.mark.clause("SEN-005")
@pytest.mark.clause("ATT-037")
@pytest.mark.parametrize(
    ("kind", "trigger", "says"),
    [
        ("tutoring", "guidance", "Statutory guidance changes"),
        ("tutoring", "commissioner", "A commissioning authority changes what it requires"),
        ("primary_school", "law", "The law changes"),
        ("primary_school", "local", "Local circumstances change"),
        ("alternative_provision", "dfe", "A significant update by the Department for Education"),
        ("alternative_provision", "ofsted", "A significant update by Ofsted"),
        ("academy", "law", "The law changes"),
        ("academy", "event", "An event calls for it"),
        ("academy", "ineffective", "The policy proves ineffective"),
    ],
)
def test_a_review_is_brought_forward_from_its_planned_month_with_what_called_for_it(app, kind, trigger, says):
    head = desk(app, kind)
    assert reviewed(head, "2026-11").status_code == 303
    planned = "November 2029" if kind == "academy" else "November 2027"
    head.stores("document/bring-forward/", due="2027-01", trigger=trigger, note="The new edition came out")
    page = head.read("document/")
    assert f"Next review January 2027 Planned brought forward from {planned}" in page
    assert f"Brought forward: {says} January 2027 The new edition came out Hollis Hart" in page
    assert [row.anchor for row in open_duties(head.setting, "policy_review", datetime(2026, 12, 1, 9, 0, tzinfo=LONDON))] == [date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("due", "sentence"),
    [("2027-12", "can only be brought forward"), ("2027-11", "can only be brought forward"), ("2026-10", "it has passed already"), ("", "nothing was entered")],
)
def test_a_review_cannot_be_put_off_or_planned_into_the_past(app, due, sentence):
    head = desk(app, "tutoring")
    reviewed(head, "2026-11")
    answer = head.post("document/bring-forward/", due=due, trigger="guidance", note="Because")
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Next review November 2027" in head.read("document/")


def test_the_same_review_sent_twice_is_recorded_once(app):
    head = desk(app, "tutoring")
    rid = "7b8f4e4e-2a0e-4b52-9f1c-0d5d2c9a1f10"
    assert [reviewed(head, "2026-11", rid=rid).status_code for _ in range(2)] == [303, 303]
    with store.scope([head.setting]), store.connection() as conn:
        assert len(list(conn.execute(select(PolicyReview.id).where(PolicyReview.setting_id == head.setting)))) == 1


@pytest.mark.clause("SEN-001")
def test_the_version_and_its_date_are_held_and_every_version_stays(app):
    head = desk(app, "alternative_provision")
    assert "Version 1, Sun 2 Feb 2025" in head.read("document/")
    head.stores("document/edit/", title="Attendance policy", version="2", dated="2026-11-20", owner="attendance_lead")
    page = head.read("document/")
    assert "Version 2, Fri 20 Nov 2026 Owner Attendance Lead" in page
    assert "version 2 of 20 November 2026 Attendance policy Mon 23 Nov 2026 Hollis Hart" in page
    assert "version 1 of 2 February 2025 Attendance policy as printed" in page


def test_a_version_older_than_its_own_sources_is_warned_of(app):
    head = desk(app, "alternative_provision")
    page = head.read()
    assert "The version date, 02/02/2025, is before editions that the policy cites" in page
    assert "C-36." in page
    head.stores("document/edit/", title="Attendance policy", version="2", dated="2026-11-20", owner="head_of_provision")
    assert "is before editions" not in head.read()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"title": " "}, "Title: nothing was entered"),
        ({"title": "x" * 121}, "Title: it is too long"),
        ({"version": ""}, "Version number: nothing was entered"),
        ({"dated": "31/02/2026"}, "is not a date"),
        ({"owner": "nobody"}, "is not one of the choices"),
        ({"owner": "commissioner"}, "is not one of the choices"),
    ],
)
def test_a_version_that_cannot_be_gets_a_sentence(app, data, sentence):
    head = desk(app, "tutoring")
    answer = head.post("document/edit/", **{"title": "Attendance policy", "version": "2", "dated": "2026-11-20", "owner": "director", **data})
    assert answer.status_code == 422
    assert sentence in words(answer)


CITED = {
    "SPM-03": ("tutoring", ["Working together to improve school attendance : August 2024", "Children missing education : August 2024"]),
    "ASC-06": ("primary_school", ["Education Act 1996", "SI 2006/1751", "Children missing education : December 2023",
                                  "because of health needs : December 2023"]),
    "OTE-02": ("independent_school", ["Keeping children safe in education", "Children missing education : September 2016"]),
    "SEN-006": ("alternative_provision", ["SI 2024/208", "Children missing education : September 2025", "Arranging alternative provision : February 2025",
                                          "inspection framework : November 2025"]),
    "ATT-004": ("academy", ["Education Act 1996", "Education Act 2002", "Education and Inspections Act 2006", "SI 2006/1751, as amended", "SI 2013/757"]),
}  # fmt: skip


@pytest.mark.clause("SPM-03")
@pytest.mark.clause("ASC-06")
@pytest.mark.clause("OTE-02")
@pytest.mark.clause("SEN-006")
@pytest.mark.clause("ATT-004")
@pytest.mark.parametrize("clause", CITED)
def test_the_sources_that_a_policy_rests_on_are_listed_with_their_editions(app, clause):
    kind, wanted = CITED[clause]
    page = desk(app, kind).read("sources/")
    assert [one for one in wanted if one not in page] == []
    assert clause in page


@pytest.mark.clause("SEN-006")
def test_the_provision_lists_its_seven_sources(app):
    with store.scope([here := a_place("alternative_provision")]), store.connection() as conn:
        at = policy_admin.standing(conn, context(here), MONDAY.date())
    sources = [s for s in at.sources if s.kind != "policy"]
    assert len(sources) == 7
    assert all(s.dated for s in sources)


@pytest.mark.parametrize("kind", KINDS)
def test_every_policy_is_behind_on_some_edition_and_each_such_source_says_which_is_newer(app, kind):
    page = desk(app, kind).read("sources/")
    assert "Newer edition known" in page
    assert "C-46." in page


@pytest.mark.clause("SPM-03")
def test_an_edition_is_newer_only_from_its_own_day_on(app):
    here = a_place("tutoring")
    newer = {}
    for day in (date(2026, 7, 8), date(2026, 7, 9)):
        with store.scope([here]), store.connection() as conn:
            at = policy_admin.standing(conn, context(here), day)
        newer[day] = next(s.newer.edition if s.newer else None for s in at.sources if s.key == "attendance")
    assert newer == {date(2026, 7, 8): None, date(2026, 7, 9): "July 2026"}


@pytest.mark.clause("SPM-03")
def test_citing_the_newest_edition_takes_the_place_of_the_old_which_stays_struck_through(app):
    head = desk(app, "tutoring")
    head.stores("sources/add/", work="cme|2025-09-08", title="", kind="guidance", edition="", dated="")
    html = head.get("sources/").get_data(as_text=True)
    assert "<s>Children missing education: August 2024</s>" in html
    page = head.read("sources/")
    assert "Children missing education : September 2025" in page
    assert "Entered Mon 23 Nov 2026 by Hollis Hart" in page


LINKED = {
    "SPM-32": ("tutoring", ["Safeguarding and child protection policy : 2025"]),
    "OTE-06": ("independent_school", ["Admissions policy", "Attendance policy", "Safeguarding policy"]),
    "SEN-114": ("alternative_provision", ["Safeguarding and child protection policy", "Behaviour policy", "Special educational needs policy",
                                          "Admissions and referral policy", "Supporting pupils with medical conditions", "Data protection policy"]),
    "ATT-135": ("academy", ["Behaviour policy", "Rewards, and sanctions for lateness or truancy"]),
}  # fmt: skip


@pytest.mark.clause("SPM-32")
@pytest.mark.clause("OTE-06")
@pytest.mark.clause("SEN-114")
@pytest.mark.clause("ATT-135")
@pytest.mark.parametrize("clause", LINKED)
def test_linked_policies_are_listed_under_their_clause(app, clause):
    kind, wanted = LINKED[clause]
    page = desk(app, kind).read("sources/").split("Linked policies", 1)[1]
    assert [one for one in wanted if one not in page] == []
    assert clause in page


def test_a_policy_of_the_house_is_linked_and_taken_off_again_with_a_reason(app):
    head = desk(app, "primary_school")
    head.stores("sources/add/", work="other", title="Behaviour policy", kind="policy", edition="2026", dated="")
    assert "Behaviour policy : 2026" in head.read("sources/")
    head.stores("sources/take-off/", source="own_behaviour_policy", why="Merged into the handbook")
    page = head.read("sources/")
    assert "No longer cited Behaviour policy: 2026 until Mon 23 Nov 2026, Hollis Hart: Merged into the handbook" in page


@pytest.mark.parametrize(
    ("page", "data", "sentence"),
    [
        ("sources/add/", {"work": "other", "title": " ", "kind": "law", "edition": "", "dated": ""}, "Title: nothing was entered"),
        ("sources/add/", {"work": "", "title": "", "kind": "law", "edition": "", "dated": ""}, "Document: nothing was entered"),
        ("sources/add/", {"work": "cme|1999-01-01", "title": "", "kind": "law", "edition": "", "dated": ""}, "is not one of the choices"),
        ("sources/take-off/", {"source": "no-such", "why": "Old"}, "is not one of the choices"),
        ("sources/take-off/", {"source": "cme", "why": ""}, "Reason: nothing was entered"),
    ],
)
def test_a_source_that_cannot_be_gets_a_sentence(app, page, data, sentence):
    answer = desk(app, "tutoring").post(page, **data)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_misspelt_field_work_or_clause_in_a_document_file_stops_the_start_with_the_nearest_name(tmp_path):
    folder = tmp_path / "mine" / "policy"
    folder.mkdir(parents=True)
    for text, hint in (("titel: A", "“titel” is not a field of it. Did you mean “title”"), ("sources: {cmee: {edition: null}}", "Did you mean “cme”"),
                       ("know: [ASC-99]", "“ASC-99” is not a clause")):  # fmt: skip
        (folder / "document.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=hint.replace("(", r"\(")):
            document.load(folder, known_clauses())


def test_a_setting_type_without_a_document_file_still_has_one(tmp_path):
    plain = document.load(tmp_path, known_clauses())
    assert plain.title == "Attendance policy"
    assert plain.sources == ()
