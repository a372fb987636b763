"""On a strand: entries with their answers, who may read, who opened it, closing, forgetting; outside it nothing."""

import re

import pytest
from sqlalchemy import select

from intranet import store
from intranet.cases.safeguarding import access, strands, telling, vault
from intranet.cases.safeguarding.models import Entry, Strand
from intranet.cases.safeguarding.strands import Draft
from intranet.cases.safeguarding.telling import Told
from intranet.errors import Conflict, NotFound, Refused
from intranet.store import events
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_pupil
from tests.safeguarding.conftest import SECRET, told

RID = "0b6c1f3e-6f0a-4a57-9a0c-2f9d3a3b8c0%d"


@pytest.fixture
def strand(school, as_role):
    """The address of a strand that a teacher's telling opened."""
    told(as_role("teacher", account=school.teacher), school.pupil, words="Vx9xt8")
    with store.connection() as conn:
        return f"/safeguarding/strands/{conn.scalar(select(Strand.id).where(Strand.setting_id == school.id))}/"


@pytest.fixture
def lead(as_role, strand):
    return as_role("dsl", name="Dee Dunnock")


def number(strand):
    return int(strand.split("/")[-2])


def entry(school, kind):
    with store.connection() as conn:
        return conn.scalar(select(Entry.id).where(Entry.setting_id == school.id, Entry.kind == kind).order_by(Entry.id.desc()))


def add(page, strand, kind, status=303, **fields):
    return page.send(f"{strand}add/{kind}/", status, **{"on": "2025-10-07", "at": "09:02", **fields})


@pytest.mark.parametrize("role", ["teacher", "cover", "office", "attendance_lead", "head", "governor", "system_admin"])
def test_for_everybody_else_a_strand_is_not_there(school, as_role, strand, role):
    page = as_role(role)
    for path in (strand, f"{strand}chronology/", f"{strand}add/note/"):
        page.get(path, 404)
    assert page.client.get(f"/settings/{school.id}{strand}people/").status_code == 403
    with store.connection() as conn:
        kinds = [one.kind for one in events.read(conn, school.id, stream=f"safeguarding:{number(strand)}")]
    assert "safeguarding.opened" not in kinds


def test_a_missing_strand_looks_like_one_that_is_not_for_me(as_role, strand):
    office = as_role("office")
    shown = [re.sub(r'"X-CSRFToken":"[^"]*"|strands/\d+', "", office.get(path, 404)) for path in (strand, "/safeguarding/strands/4711/")]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("role", ["dsl", "deputy_dsl"])
def test_the_team_reads_and_each_reading_is_listed(as_role, strand, role):
    page = as_role(role, name="Dee Dunnock")
    shown = page.get(strand)
    assert SECRET in shown and "Vx9xt8" in shown and "Tess Tern" in shown
    page.get(f"{strand}chronology/")
    listed = page.get(f"{strand}readers/")
    assert listed.count("Dee Dunnock") >= 2 and "the chronology" in listed and "safeguarding team" in listed


def test_the_lead_s_card_is_quiet_once_the_team_has_opened_it(lead, strand):
    lead.get(strand)
    assert "Nothing new in the room" in lead.get("/")


@pytest.mark.clause("SPM-24", "SPM-26", "OTE-29", "OTE-30", "OTE-44", "OTE-45")
def test_social_care_and_police_are_told_at_once_and_their_outcome_is_kept(school, lead, strand):
    shown = lead.get(strand)
    assert "refer to the local authority; contact the police; no referral, with reasons" in shown
    add(lead, strand, "referral", body="social_care", to="Front door", reference="SC/17", text="Vx9xt1", urgent="y")
    add(lead, strand, "referral", body="police", to="101", reference="LOG 42", text="Vx9xt2", criterion="")
    shown = lead.get(strand)
    assert "SC/17" in shown and "LOG 42" in shown and shown.count("Waiting") == 2
    lead.send(f"{strand}answer/{entry(school, 'referral')}/", text="Officers visited", reference="PC 9")
    shown = lead.get(strand)
    assert "Officers visited" in shown and shown.count("Waiting") == 1


@pytest.mark.clause("SPM-24")
def test_no_referral_is_a_decision_with_reasons(lead, strand):
    assert "Reasons: nothing was entered" in add(lead, strand, "decision", 422, choice="none", text="")
    assert "Decision" in add(lead, strand, "decision", 422, text="Because")
    add(lead, strand, "decision", choice="none", text="The family is known and safe")
    assert "No referral, with reasons" in lead.get(strand)


def test_an_action_with_a_day_waits_until_it_is_done(school, lead, strand):
    add(lead, strand, "action", text="Ring the nurse", who="Deputy", due="2025-10-06")
    assert "Overdue" in lead.get("/safeguarding/")
    lead.send(f"{strand}answer/{entry(school, 'action')}/", text="Rang, all well")
    assert "Overdue" not in lead.get("/safeguarding/")
    assert "Rang, all well" in lead.get(strand)


def test_two_people_who_answer_one_action_keep_the_first_answer(school, lead, strand):
    add(lead, strand, "action", text="Ring the nurse", who="Deputy")
    one = entry(school, "action")
    lead.send(f"{strand}answer/{one}/", text="Rang, all well")
    actor = school.actor("dsl")
    found = access.access_strand(actor, school.id, number(strand), school.now)
    with pytest.raises(Conflict, match="Somebody else answered this first"):
        strands.answer(found, actor, one, {"text": "Again"}, school.now, RID % 1)


def test_another_child_is_linked_with_a_role_of_its_own(school, lead, strand):
    ben = a_pupil(school.id, "Ben", "Birch", group=school.group)
    add(lead, strand, "child", pupil=str(ben), role="sibling", text="")
    assert "Ben Birch" in lead.get(strand) and "Brother or sister" in lead.get(strand)


def test_somebody_named_for_a_purpose_reads_this_strand_only_until_the_day(school, as_role, lead, strand):
    cover = an_account("cover", setting=school.id, name="Kit Knot")
    assert "Purpose: nothing was entered" in lead.send(f"{strand}people/", 422, account=str(cover), purpose="")
    lead.send(f"{strand}people/", account=str(cover), purpose="Sits with her at lunch", last="2025-10-08")
    page = as_role("cover", account=cover)
    shown = page.get(strand)
    assert SECRET in shown and "Who may read this" not in shown
    assert "Amber Ash" in page.get("/safeguarding/")
    page.get(f"{strand}add/transfer/", 404)
    page.get(f"{strand}people/", 403)
    add(page, strand, "note", text="Ate nothing today")
    assert "Kit Knot" in lead.get(f"{strand}readers/") and "Sits with her at lunch" in lead.get(strand)
    school.at("09:05", school.now.date().replace(day=9))
    as_role("cover", account=cover).get(strand, 404)


def test_a_name_taken_off_reads_no_longer(school, as_role, lead, strand):
    cover = an_account("cover", setting=school.id, name="Kit Knot")
    lead.send(f"{strand}people/", account=str(cover), purpose="Sits with her at lunch")
    lead.send_to(strand, f"{strand}people/end/", item=re.search(r'name="item" value="(\d+)"', lead.get(strand))[1])
    as_role("cover", account=cover).get(strand, 404)


def test_breaking_the_glass_takes_a_reason_ends_by_itself_and_the_lead_is_told(school, as_role, lead, strand):
    head = as_role("head", name="Hal Heron")
    head.get(strand, 404)
    assert "Reason: nothing was entered" in head.send("/safeguarding/break-glass/", 422, pupil=str(school.pupil), reason="")
    head.send("/safeguarding/break-glass/", pupil=str(school.pupil), reason="Police at the gate, nobody reachable")
    shown = head.get(strand)
    assert SECRET in shown and "Read without the team" in shown and "Add a note" not in shown
    head.get(f"{strand}add/transfer/", 404)
    assert "nothing can be added" in add(head, strand, "note", 422, text="x")
    room = lead.get("/safeguarding/")
    assert "Hal Heron" in room and "Police at the gate" in room
    assert "without the team" in lead.get(f"{strand}readers/")
    lead.send_to("/safeguarding/", "/safeguarding/break-glass/seen/", item=re.search(r'name="item" value="(\d+)"', room)[1])
    assert "Police at the gate" not in lead.get("/safeguarding/")
    school.at("10:04")
    head = as_role("head", account=head.account)
    head.get(strand)
    school.at("10:06")
    head.get(strand, 404)


@pytest.mark.parametrize("role", ["teacher", "office", "attendance_lead", "governor"])
def test_nobody_but_the_head_breaks_the_glass(as_role, strand, role):
    as_role(role).get("/safeguarding/break-glass/", 403)


@pytest.mark.parametrize("role, sees", [("office", True), ("attendance_lead", True), ("head", True), ("teacher", False), ("cover", False)])
def test_the_signal_is_seen_by_those_who_may_and_says_nothing_more(school, as_role, lead, strand, role, sees):
    page = as_role(role, account=school.teacher if role == "teacher" else None)
    words, path = "Speak to the safeguarding lead", f"/pupils/{school.pupil}/"
    if role != "cover":
        assert words not in page.get(path)
    lead.send_to(strand, f"{strand}signal/", item="0")
    if role != "cover":
        shown = page.get(path)
        assert (words in shown) is sees and "Vx9xt" not in shown
    lead.send_to(strand, f"{strand}signal/", item="0")
    if role != "cover":
        assert words not in page.get(path)


def test_the_file_goes_out_only_after_the_team_recorded_where_and_its_receipt_is_awaited(school, lead, strand):
    lead.get(f"{strand}file/{entry(school, 'concern')}/", 404)
    add(lead, strand, "transfer", school="Bramble Academy", to="Bo Bunting", channel="secure", text="Whole file")
    sent = entry(school, "transfer")
    paper = lead.get(f"{strand}file/{sent}/")
    assert "Bramble Academy" in paper and SECRET in paper
    assert "the file for the next setting" in lead.get(f"{strand}readers/")
    assert "Record the receipt" in lead.get(strand)
    lead.send(f"{strand}answer/{sent}/", text="Received complete", reference="Bo Bunting, by telephone")
    assert "Record the receipt" not in lead.get(strand) and "Received complete" in lead.get(strand)


def test_the_chronology_is_oldest_first_and_the_page_newest_first(lead, strand):
    add(lead, strand, "note", text="Vx9xtlater")
    page, paper = lead.get(strand), lead.get(f"{strand}chronology/")
    assert page.index("Vx9xtlater") < page.index(SECRET)
    assert paper.index(SECRET) < paper.index("Vx9xtlater")


def test_closing_needs_an_outcome_and_fails_when_something_came_in_meanwhile(school, as_role, lead, strand):
    assert "Outcome: nothing was entered" in lead.send(f"{strand}close/", 422, text="")
    drawn = lead.get(f"{strand}close/")
    version = re.search(r'name="drawn" value="(\d+)"', drawn)[1]
    told(as_role("office"), school.pupil, saw="Vx9xt5")
    body = lead.send(f"{strand}close/", 409, text="Settled", drawn=version)
    assert "added to this strand after you opened the page" in body
    version = re.search(r'name="drawn" value="(\d+)"', lead.get(f"{strand}close/"))[1]
    lead.send(f"{strand}close/", text="Settled", drawn=version)
    assert "Settled" in lead.get(strand) and "Add a note" not in lead.get(strand)


def test_a_forgotten_strand_cannot_be_read_even_with_the_database_and_the_chain_still_verifies(school, lead, strand):
    version = re.search(r'name="drawn" value="(\d+)"', lead.get(f"{strand}close/"))[1]
    assert "Close it with its outcome first" in lead.send(f"{strand}forget/", 422, why="retention", sure="y")
    lead.send(f"{strand}close/", text="Settled", drawn=version)
    lead.send(f"{strand}forget/", 422, why="retention")
    lead.send(f"{strand}forget/", why="retention", sure="y")
    shown = lead.get(strand)
    assert "(forgotten)" in shown and SECRET not in shown
    with store.connection() as conn:
        assert conn.scalar(select(Strand.wrapped).where(Strand.setting_id == school.id)) is None
    assert store.chain.verify(school.id).sound


def test_no_word_of_it_is_in_an_event_and_none_is_plain_in_a_table(school, lead, strand):
    add(lead, strand, "note", text="Vx9xt4 secret")
    with store.connection() as conn:
        said = [str(one.data) for one in events.read(conn, school.id)]
        rows = conn.execute(select(Entry.__table__).where(Entry.setting_id == school.id)).all()
    assert not [text for text in said if "Vx9xt" in text]
    assert len(rows) == 2 and b"Vx9xt" not in b"".join(row.sealed for row in rows)


def test_a_text_exchanged_for_another_is_refused_and_not_shown(school, lead, strand):
    add(lead, strand, "note", text="One")
    with store.connection() as conn:
        first, second = conn.execute(select(Entry.id, Entry.sealed).where(Entry.setting_id == school.id).order_by(Entry.id)).all()
    with store.writing(now=school.now, actor_id=None) as w:
        w.conn.execute(Entry.__table__.update().where(Entry.setting_id == school.id, Entry.id == first.id).values(sealed=second.sealed))
    actor = school.actor("dsl")
    found = access.access_strand(actor, school.id, number(strand), school.now)
    from intranet.cases.safeguarding import reading

    with pytest.raises(vault.Sealed, match="it was altered"):
        reading.opened(school.ctx, actor, found, "strand", school.now)


def test_a_child_not_known_yet_is_matched_by_the_team(school, as_role, lead):
    told(as_role("office"), None, about="A boy by the gate")
    with store.connection() as conn:
        unclear = conn.scalar(select(Strand.id).where(Strand.setting_id == school.id, Strand.pupil_id.is_(None)))
    lead.send(f"/safeguarding/strands/{unclear}/child/", pupil=str(school.pupil))
    assert "Amber Ash" in lead.get(f"/safeguarding/strands/{unclear}/")
    with pytest.raises(Refused, match="it is known whom"):
        strands.match(access.access_strand(school.actor("dsl"), school.id, unclear, school.now), school.actor("dsl"), school.pupil + 1, school.now, RID % 9)


def test_the_room_works_on_both_databases(app_on_both):
    from tests.safeguarding.conftest import opened

    for place in opened(app_on_both):
        from intranet.cases.safeguarding import glass, reading, review

        lead, head = place.actor("dsl"), place.actor("head")
        sent = telling.tell(place.ctx, lead, place.pupil, Told(place.now, SECRET, disclosed=True), place.now, RID % 2)
        assert telling.tell(place.ctx, lead, place.pupil, Told(place.now, SECRET), place.now, RID % 2) == sent
        with store.connection() as conn:
            [line] = reading.room(conn, place.ctx, lead, place.now)
            assert reading.fresh(conn, place.id) == 1 and reading.room(conn, place.ctx, head, place.now) == []
            assert review.queue(conn, place.ctx, place.caller, place.now) == []
        with pytest.raises(NotFound):
            access.access_strand(head, place.id, line.id, place.now)
        glass.break_glass(place.ctx, head, place.pupil, "Nobody reachable", place.now, RID % 3)
        found = access.access_strand(head, place.id, line.id, place.now)
        assert reading.opened(place.ctx, head, found, "strand", place.now).entries[0].values["saw"] == SECRET
        team = access.access_strand(lead, place.id, line.id, place.now)
        strands.record(team, lead, Draft("note", place.now, {"text": "Seen"}), place.now, RID % 4)
        strands.name(team, lead, place.teacher, "Sits with her", None, place.now, RID % 5)
        page = reading.opened(place.ctx, lead, team, "strand", place.now)
        assert [one.kind for one in page.entries] == ["concern", "note"] and page.readers[0].who == "Tess Tern"
        with store.connection() as conn:
            assert [one.standing for one in reading.who_opened(conn, place.ctx, line.id)] == ["team", "glass"]
            assert len(reading.broken(conn, place.ctx, place.now)) == 1
        assert store.chain.verify(place.id).sound


def test_pressing_a_button_twice_does_it_once(school, lead, strand):
    rid = re.search(r'signal/">.*?name="rid" value="([^"]+)"', lead.get(strand), re.S)[1]
    for _ in range(2):
        lead.post(f"{strand}signal/", rid=rid, drawn="0", item="0")
    assert "Speak to the safeguarding lead" in lead.get(f"/pupils/{school.pupil}/")
