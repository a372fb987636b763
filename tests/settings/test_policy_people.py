"""Who knows the policy, who was trained in what, what people say of it, and who may see or do what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from intranet import duties
from intranet.clock import LONDON
from tests.fixtures.people import an_account
from tests.fixtures.policies import HEADS, KINDS, Desk, a_place, words

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
HTMX = {"HX-Request": "true", "HX-Target": "policy-known"}


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


def known(desk, version="version 1 of 2 February 2025", **more):
    return desk.post("know/", version=version, **more)


def between(page, first, then):
    return page.split(first, 1)[1].split(then, 1)[0]


@pytest.mark.clause("ASC-09")
def test_staff_say_that_they_know_the_version_and_the_head_sees_who_has_not(app):
    here = a_place("primary_school")
    head = Desk(app, here, "headteacher", "Hollis Hart")
    teacher = Desk(app, here, "teacher", "Kit Crane")
    an_account("teacher", setting=here, name="Robin Rook")
    Desk(app, here, "governor", "Gale Grove").stores("know/", version="no version number")
    assert "I have read and know this policy" in teacher.get().get_data(as_text=True)
    teacher.stores("know/", version="no version number")
    assert "You said on Mon 23 Nov 2026" in teacher.read()
    assert "I have read" not in teacher.read()
    page = head.read("staff/")
    assert "1 of 3 know no version number" in page
    assert "Robin Rook Teacher Not yet" in page
    assert "Kit Crane Teacher Mon 23 Nov 2026" in page


@pytest.mark.clause("ASC-09")
def test_a_new_version_asks_everybody_again_and_the_proof_of_the_old_one_stays(app):
    here = a_place("alternative_provision")
    head, teacher = Desk(app, here, "head_of_provision", "Hollis Hart"), Desk(app, here, "class_team", "Kit Crane")
    assert known(teacher).status_code == 303
    head.stores("document/edit/", title="Attendance policy", version="2", dated="2026-11-20", owner="head_of_provision")
    assert "I have read and know version 2 of 20 November 2026" in teacher.get().get_data(as_text=True)
    assert "0 of 2 know version 2 of 20 November 2026" in head.read("staff/")


@pytest.mark.clause("ASC-09")
def test_nobody_can_know_a_version_that_they_were_not_shown(app):
    here = a_place("alternative_provision")
    head, teacher = Desk(app, here, "head_of_provision", "Hollis Hart"), Desk(app, here, "class_team", "Kit Crane")
    head.stores("document/edit/", title="Attendance policy", version="2", dated="2026-11-20", owner="head_of_provision")
    answer = known(teacher)
    assert answer.status_code == 409
    assert "Read that version first" in words(answer)
    assert "0 of 2" in head.read("staff/")


def test_saying_it_twice_is_one_entry_and_htmx_gets_only_its_part_of_the_page(app):
    teacher = Desk(app, a_place("alternative_provision"), "class_team")
    first, second = known(teacher, headers=HTMX), known(teacher, headers=HTMX)
    assert [first.status_code, second.status_code] == [200, 200]
    assert "<html" not in first.get_data(as_text=True)
    assert "You said on Mon 23 Nov 2026" in words(second)


@pytest.mark.clause("SEN-021")
@pytest.mark.clause("SEN-113")
def test_the_provision_trains_all_staff_in_four_areas_and_shows_who_is_due(app):
    here = a_place("alternative_provision")
    head = Desk(app, here, "head_of_provision", "Hollis Hart")
    kit = an_account("class_team", setting=here, name="Kit Crane")
    page = head.read("staff/")
    topics = ["Registers and codes", "First-day response", "SEND-aware strategies", "Escalation to the DSL"]
    assert [one for one in topics if f"2 due for training: {one}" not in page] == []
    head.stores("staff/training/", topic="registers", who=[str(kit)], held="2026-11-20", led_by="Hollis Hart", note="Codes of 2024")
    page = head.read("staff/")
    assert "1 due for training: Registers and codes" in page
    table = between(page, "Registers and codes (SEN-021, SEN-113)", "First-day response (")
    assert "Kit Crane Class team Fri 20 Nov 2026 Hollis Hart" in table
    assert "Hollis Hart Head of Provision Due" in table


@pytest.mark.clause("ATT-165")
def test_a_teacher_reads_on_the_policy_page_which_training_is_due_until_it_is_recorded(app):
    here = a_place("academy")
    lead, teacher = Desk(app, here, "attendance_lead", "Lee Larch"), Desk(app, here, "teacher", "Kit Crane")
    assert "Due Training for you: Attendance." in teacher.read()
    lead.stores("staff/training/", topic="attendance", who=[str(teacher.account)], held="2026-11-23", led_by="Lee Larch", note="")
    assert "Training for you" not in teacher.read()
    assert "Training for you: Attendance." in lead.read()
    assert "Training for you" not in Desk(app, here, "committee_member", "Gale Grove").read()


@pytest.mark.clause("ATT-165")
def test_the_attendance_lead_of_the_academy_leads_and_records_the_training_of_staff(app):
    here = a_place("academy")
    lead = Desk(app, here, "attendance_lead", "Lee Larch")
    kit = an_account("teacher", setting=here, name="Kit Crane")
    lead.stores("staff/training/", topic="attendance", who=[str(kit), str(lead.account)], held="2026-11-23", led_by="Lee Larch", note="")
    page = lead.read("staff/")
    assert "0 due for training: Attendance" in page
    assert page.count("Mon 23 Nov 2026 Lee Larch") == 2


@pytest.mark.clause("SEN-113")
def test_a_training_lapses_only_when_the_setting_has_said_after_how_many_months(app):
    head = Desk(app, a_place("alternative_provision"), "head_of_provision", "Hollis Hart")
    head.stores("staff/training/", topic="registers", who=[str(head.account)], held="2025-11-30", led_by="Hollis Hart", note="")
    assert "0 due for training: Registers" in head.read("staff/")
    head.stores("policy.training_months/", value="12", reason="Yearly, by governors", first="2026-11-23", last="")
    assert "0 due for training: Registers" in head.read("staff/")
    assert "1 due for training: Registers" in head.on(datetime(2026, 12, 1, 9, 0, tzinfo=LONDON)).read("staff/")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"who": []}, "nobody was chosen"),
        ({"who": ["999999"]}, "is not"),
        ({"topic": "swimming"}, "is not one of the choices"),
        ({"held": "2026-11-24"}, "it has not been held yet"),
        ({"held": ""}, "Held on: nothing was entered"),
        ({"led_by": " "}, "Led by: nothing was entered"),
        ({"note": "x" * 2001}, "Note: it is too long"),
    ],
)
def test_a_training_that_cannot_be_gets_a_sentence_and_stores_nothing(app, data, sentence):
    head = Desk(app, a_place("alternative_provision"), "head_of_provision")
    answer = head.post("staff/training/", **{"topic": "registers", "who": [str(head.account)], "held": "2026-11-20", "led_by": "Me", "note": "", **data})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "1 due for training: Registers" in head.read("staff/")


def test_nobody_of_another_setting_can_be_entered_as_trained(app):
    head = Desk(app, a_place("alternative_provision"), "head_of_provision")
    other = an_account("class_team", setting=a_place("alternative_provision", "Elsewhere"), name="Robin Rook")
    answer = head.post("staff/training/", topic="registers", who=[str(other)], held="2026-11-20", led_by="Me", note="")
    assert answer.status_code == 422
    assert "Robin Rook" not in words(answer)


@pytest.mark.clause("OTE-46")
def test_a_reader_comments_from_the_policy_page_and_those_who_answer_for_it_reply_and_close(app):
    here = a_place("independent_school")
    leader, teacher = Desk(app, here, "school_leader", "Hollis Hart"), Desk(app, here, "teacher", "Kit Crane")
    assert f'href="/settings/{here}/policy/comments/"' in teacher.get().get_data(as_text=True)
    assert "What you write goes to the directors and the School leader" in teacher.read("comments/")
    teacher.stores("comments/", text="The policy should say what a late taxi means.")
    duties.tick(MONDAY)
    assert "A comment on the policy of 23 November waits for an answer" in words(leader.client.get(f"/settings/{here}/"))
    assert "Open Kit Crane, Mon 23 Nov 2026" in leader.read("comments/")
    leader.stores("comments/1/", text="It will in the next version.", closes="y")
    assert "Closed Kit Crane" in teacher.read("comments/")
    assert "It will in the next version." in teacher.read("comments/")
    duties.tick(MONDAY + timedelta(minutes=1))
    assert "waits for an answer" not in words(leader.client.get(f"/settings/{here}/"))
    again = leader.post("comments/1/", text="One more thing.", closes="")
    assert again.status_code == 409
    assert "has been closed already" in words(again)


@pytest.mark.clause("OTE-46")
def test_directors_of_the_organisation_read_and_answer_comments_and_colleagues_do_not_read_each_others(app):
    here = a_place("independent_school")
    teacher, other = Desk(app, here, "teacher", "Kit Crane"), Desk(app, here, "dsl", "Robin Rook")
    director = Desk(app, here, "trust_director", "Dana Dell")
    teacher.stores("comments/", text="A word about lateness.")
    assert "A word about lateness." in director.read("comments/")
    assert "A word about lateness." not in other.read("comments/")
    director.stores("comments/1/", text="Thank you.", closes="")
    assert "Answered Kit Crane" in teacher.read("comments/")
    assert other.get("comments/1/").status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_comment_gets_a_sentence_and_stores_nothing(app, text):
    teacher = Desk(app, a_place("independent_school"), "teacher")
    answer = teacher.post("comments/", text=text)
    assert answer.status_code == 422
    assert "Your comment: " in words(answer)
    assert "No comments yet." in teacher.read("comments/")


WRITERS_ONLY = ("document/edit/", "document/review/", "document/bring-forward/", "sources/add/", "sources/take-off/", "staff/", "staff/training/",
                "policy.remind_months/", "policy.remind_months/confirm/")  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_teacher_reads_the_policy_and_is_offered_and_allowed_nothing_that_changes_it(app, kind):
    role = {"tutoring": "tutor", "alternative_provision": "class_team"}.get(kind, "teacher")
    teacher = Desk(app, a_place(kind), role)
    for page in ("", "document/", "sources/", "comments/"):
        html = teacher.get(page).get_data(as_text=True)
        assert [one for one in WRITERS_ONLY if f'/policy/{one}"' in html] == []
    assert {page: teacher.get(page).status_code for page in WRITERS_ONLY} == dict.fromkeys(WRITERS_ONLY, 403)
    assert teacher.get("commencement/").status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_opens_every_page_of_the_own_policy_and_none_of_another_settings(app, kind):
    head = Desk(app, a_place(kind), HEADS[kind])
    elsewhere = Desk(app, a_place(kind, "Elsewhere"), HEADS[kind], "Robin Rook")
    pages = ("", "document/", "sources/", "comments/", "commencement/", *WRITERS_ONLY)
    assert {page: head.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert {page: head.client.get(elsewhere.path(page)).status_code for page in pages} == dict.fromkeys(pages, 404)


def test_a_comment_of_another_setting_is_not_found_by_its_number(app):
    mine, other = a_place("independent_school"), a_place("independent_school", "Elsewhere")
    Desk(app, other, "teacher", "Kit Crane").stores("comments/", text="Not for you.")
    leader = Desk(app, mine, "school_leader")
    assert leader.get("comments/1/").status_code == 404
    assert leader.post("comments/1/", text="Hello", closes="").status_code == 404
