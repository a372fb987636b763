"""The pages of the pupils room in a browser without JavaScript: who sees what, and what a form does."""

from __future__ import annotations

import re
from datetime import date

import pytest

from intranet import store
from intranet.pupils import service
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_class, a_contact, a_placement, a_pupil

TUESDAY = date(2025, 10, 7)
UPN = "B801200005001"


@pytest.fixture
def amber(school):
    """A pupil of class 3B with everything on her page."""
    group = a_class(school.id)
    pupil = a_pupil(
        school.id, "Amber", "Ash", group=group, upn=UPN, address="1 Elm Row", postcode="ZZ1 1ZZ", sex="F", last_school="none",
        flags=("child_protection", "eal"),
    )  # fmt: skip
    a_contact(
        school.id,
        pupil,
        "Ash",
        given="Robin",
        phones=("01632 960001", "01632 960002"),
        lives_with=True,
        parental_responsibility=True,
    )
    return pupil


def test_a_teacher_sees_name_class_and_open_flags_and_nothing_more(as_role, amber):
    page = as_role("teacher").get(f"/pupils/{amber}/")
    assert "Amber Ash" in page and "3B" in page and "English as an additional language" in page
    for secret in (UPN, "Elm Row", "2016", "Robin", "960001", "Child protection"):
        assert secret not in page


def test_the_office_sees_particulars_and_contacts_and_the_lead_sensitive_flags(as_role, amber):
    office = as_role("office")
    page, contacts = office.get(f"/pupils/{amber}/"), office.get(f"/pupils/{amber}/contacts/")
    assert (
        UPN in page
        and "1 Elm Row" in page
        and "Of compulsory school age until" in page
        and "Child protection" not in page
    )
    assert "Robin" in contacts and 'href="tel:01632960001"' in contacts
    assert "Child protection plan" in as_role("attendance_lead", name="Lee Linnet").get(f"/pupils/{amber}/")


def test_contacts_and_forms_are_closed_to_a_teacher_and_open_to_the_office(as_role, amber):
    for path in (
        f"/pupils/{amber}/contacts/",
        f"/pupils/{amber}/placement/",
        f"/pupils/{amber}/edit/",
        "/pupils/admit/",
        "/year-end/",
    ):
        as_role("teacher", name=f"T{len(path)} Tern").get(path, status=403)
    as_role("attendance_lead").get(f"/pupils/{amber}/edit/")


@pytest.mark.parametrize(
    "path", ["/pupils/{0}/", "/pupils/{0}/contacts/", "/pupils/{0}/edit/", "/pupils/{0}/history/", "/pupils/{0}/merge/"]
)
def test_another_setting_s_pupil_is_not_found(as_role, school, other_school, path):
    with store.scope([other_school]):
        theirs = a_pupil(other_school)
    ours = a_pupil(school.id)
    head = as_role("head")
    head.get(path.format(ours))
    head.get(path.format(theirs), status=404)


def test_cover_staff_see_the_pupils_of_their_own_class_and_no_others(school, as_role, amber):
    cover = as_role("cover", name="Kit Kestrel")
    cover.get(f"/pupils/{amber}/", status=404)
    service.give_cover(school.id, 1, cover.account, TUESDAY, TUESDAY, actor=school.actor(), now=school.now)
    stranger = a_pupil(school.id, "Ben", "Birch", group=a_class(school.id, "4C"))
    cover.get(f"/pupils/{amber}/")
    cover.get(f"/pupils/{stranger}/", status=404)
    listed = cover.get("/pupils/")
    assert "Ash, Amber" in listed and "Birch" not in listed


def test_a_protected_address_is_shown_to_those_named_for_it_and_to_nobody_else(school, as_role, amber):
    as_role("head").send(
        f"/pupils/{amber}/edit/", **fields(address="9 Secret Way", postcode="ZZ9 9ZZ", address_protected="y")
    )
    office = as_role("office", name="Olive Owl")
    assert "Secret Way" not in office.get(f"/pupils/{amber}/") and "Protected. Ask" in office.get(f"/pupils/{amber}/")
    assert "Secret Way" not in office.get(f"/pupils/{amber}/edit/") + office.get("/pupils/") + office.get(
        f"/pupils/{amber}/history/"
    )
    assert "Secret Way" in as_role("dsl", name="Dee Dove").get(f"/pupils/{amber}/")


def test_someone_who_may_not_see_a_protected_address_changes_the_rest_and_keeps_it(as_role, amber):
    as_role("head").send(f"/pupils/{amber}/edit/", **fields(address="9 Secret Way", address_protected="y"))
    as_role("office", name="Olive Owl").send(f"/pupils/{amber}/edit/", **{**fields(), "preferred_given": "Amy"}, **{})
    page = as_role("dsl", name="Dee Dove").get(f"/pupils/{amber}/")
    assert "9 Secret Way" in page and "Amy Ash" in page


def test_the_hidden_address_cannot_be_sent_by_someone_who_was_not_shown_it(as_role, amber):
    as_role("head").send(f"/pupils/{amber}/edit/", **fields(address="9 Secret Way", address_protected="y"))
    as_role("office", name="Olive Owl").send(f"/pupils/{amber}/edit/", status=400, **fields(address="1 Other Row"))
    assert "9 Secret Way" in as_role("dsl", name="Dee Dove").get(f"/pupils/{amber}/")


def fields(**more):
    return {
        "legal_given": "Amber",
        "legal_family": "Ash",
        "born": "2016-05-04",
        "sex": "F",
        "year_group": "3",
        "upn": UPN,
        **more,
    }


def test_a_preferred_name_is_the_one_used_and_the_legal_one_stays(as_role, amber):
    office = as_role("office")
    page = office.send(f"/pupils/{amber}/edit/", follow=True, **fields(preferred_given="Amy"))
    assert "Amy Ash" in page and "Amber Ash" in page
    assert "Ash, Amy" in office.get("/pupils/")


def test_a_wrong_check_letter_comes_back_with_the_right_one_and_everything_typed(as_role, amber):
    page = as_role("office").send(
        f"/pupils/{amber}/edit/", status=422, **fields(upn="A801200005001", preferred_given="Amy")
    )
    assert "these digits need the check letter B" in page
    assert 'value="A801200005001"' in page and 'value="Amy"' in page


def test_a_date_that_is_none_is_named(as_role, amber):
    page = as_role("office").send(f"/pupils/{amber}/edit/", status=422, **fields(born="31/02/2016"))
    assert "Date of birth: “31/02/2016” is not a date. Enter a date like 14/10/2025." in page


def test_two_people_who_change_a_pupil_at_once_lose_nothing(as_role, amber):
    office, lead = as_role("office"), as_role("attendance_lead", name="Lee Linnet")
    drawn = re.search(r'name="version" value="(\d+)"', office.get(f"/pupils/{amber}/edit/"))[1]
    lead.send(f"/pupils/{amber}/edit/", **fields(preferred_given="Amy"))
    page = office.send(f"/pupils/{amber}/edit/", status=409, **{**fields(preferred_given="Abbie"), "version": drawn})
    assert "Amy" in page and "Abbie" in page
    assert "Amy Ash" in lead.get(f"/pupils/{amber}/")


def test_a_search_finds_any_part_of_a_name_and_never_puts_it_in_the_address(school, as_role, amber):
    a_pupil(school.id, "Zoë", "O'Brien-Ashby")
    office = as_role("office")
    for typed, count in (("ash", 2), ("zoe", 1), ("am as", 1), ("obr", 1), ("mber", 0)):
        page = office.post("/pupils/search/", status=200, q=typed)
        assert f"{count} pupil" in page, typed
    assert "Nobody’s name begins like that" in office.post("/pupils/search/", status=200, q="mber")


def test_a_pupil_who_has_left_is_not_listed_from_the_next_day_on(school, as_role):
    a_pupil(school.id, "Gone", "Grebe", left="2025-10-06")
    a_pupil(school.id, "Going", "Goose", left="2025-10-07")
    page = as_role("office").get("/pupils/")
    assert "Grebe" not in page and "Goose, Going" in page and "Last day Tue 7 Oct 2025" in page


def test_four_letters_and_enter_go_straight_to_the_pupil(school, as_role, amber):
    a_pupil(school.id, "Ben", "Birch")
    teacher = as_role("teacher")
    response = teacher.client.post(f"/settings/{school.id}/jump/", data={"q": "ambe", "csrf_token": token(teacher)})
    assert (response.status_code, response.location) == (303, f"/settings/{school.id}/pupils/{amber}/")


def test_the_jump_box_lists_what_a_few_letters_could_mean(school, as_role, amber):
    a_pupil(school.id, "Amos", "Birch")
    page = as_role("teacher").post("/jump/", status=200, q="am")
    assert "2 matches" in page and "Amber Ash" in page and "Amos Birch" in page
    assert "Nothing begins with" in as_role("teacher", name="Tim Tern").post("/jump/", status=200, q="xyzzy")


def test_the_jump_box_does_not_offer_pages_that_somebody_may_not_open(as_role):
    assert "Year end" in as_role("head").post("/jump/suggest/", status=200, q="y")
    assert "Year end" not in as_role("teacher", name="Tim Tern").post("/jump/suggest/", status=200, q="y")


def token(page):
    from tests.fixtures.people import csrf

    return csrf(page.client)


ADMISSION = {
    "legal_given": "Bo", "legal_family": "Birch", "born": "2016-01-02", "starting_day": "2025-10-08", "model": "own_roll", "sex": "M", "year_group": "",
    "contacts-0-family": "Birch", "contacts-0-relationship": "mother", "contacts-0-phones": "01632 960001, 01632 960002", "contacts-0-is_parent": "y",
}  # fmt: skip


def test_an_admission_by_form_ends_on_the_pupil_s_page_with_its_warnings(as_role):
    page = as_role("office").send("/pupils/admit/", follow=True, **ADMISSION)
    assert "Bo Birch" in page and "three" not in page
    assert "telephone numbers of 3 different safe adults" in page and "The register lacks" in page


def test_an_admission_that_is_refused_keeps_everything_typed_and_says_where(as_role):
    wrong = {**ADMISSION, "starting_day": "2025-10-11", "contacts-0-phones": "none yet"}
    page = as_role("office").send("/pupils/admit/", status=422, **wrong)
    assert "The nearest is Friday 10 October 2025 or Monday 13 October 2025." in page
    assert "“none yet” is not a telephone number" in page
    assert 'value="Birch"' in page and 'value="none yet"' in page


def test_an_unknown_field_in_an_admission_is_refused(as_role, school):
    as_role("office").send("/pupils/admit/", status=400, **ADMISSION, left_on="2025-12-01")
    with store.connection() as conn:
        assert service.known(conn, school.id, TUESDAY) == []


def test_contacts_are_added_changed_put_first_and_taken_off(as_role, amber):
    office = as_role("office")
    page = office.send(
        f"/pupils/{amber}/contacts/add/",
        follow=True,
        given="Jo",
        family="Briar",
        relationship="grandmother",
        phones="01632 960009",
    )
    assert page.index("Robin Ash") < page.index("Jo Briar")
    page = office.post(f"/pupils/{amber}/contacts/2/first/", follow=True)
    assert page.index("Jo Briar") < page.index("Robin Ash")
    page = office.send(
        f"/pupils/{amber}/contacts/2/",
        follow=True,
        given="Jo",
        family="Briar",
        relationship="aunt",
        phones="01632 960010",
    )
    assert "Aunt" in page and "01632 960010" in page and "960009" not in page
    assert "Jo Briar" not in office.post(f"/pupils/{amber}/contacts/2/end/", follow=True)
    assert "Contact added: Jo Briar (grandmother)" in office.get(f"/pupils/{amber}/history/")


def test_a_contact_of_another_pupil_is_not_found_through_this_one(school, as_role, amber):
    other = a_pupil(school.id, "Ben", "Birch")
    as_role("office").get(f"/pupils/{other}/contacts/1/", status=404)


def test_placements_flags_and_the_last_day_are_recorded(school, as_role, amber):
    head = as_role("head")
    page = head.send(
        f"/pupils/{amber}/flags/add/", follow=True, kind="young_carer", first="2025-10-01", source="the parent"
    )
    assert "Young carer" in page and "the parent" in page
    assert "Say where this comes from" in head.send(
        f"/pupils/{amber}/flags/add/", status=422, kind="fsm", first="2025-10-01"
    )
    page = head.send(f"/pupils/{amber}/placements/add/", status=422, model="off_site", first="2025-10-08")
    assert "a pupil has one placement here at a time" in page
    head.send(f"/pupils/{amber}/placements/1/end/", last="2025-10-07")
    page = head.send(
        f"/pupils/{amber}/placements/add/",
        follow=True,
        model="off_site",
        first="2025-10-08",
        home_school="Teasel School",
    )
    assert "taught elsewhere part of the week" in page and "Teasel School" in page


def test_pupils_move_class_from_a_day_and_one_foreign_id_moves_nobody(school, other_school, as_role, amber):
    new = a_class(school.id, "3C")
    with store.scope([other_school]):
        theirs = a_pupil(other_school)
    office = as_role("office")
    moved = {"group_id": new, "first": "2025-10-08"}
    office.send_to("/classes/1/", "/classes/1/move/", 404, pupil=[amber, theirs], **moved)
    assert "Ash, Amber" in office.get("/classes/1/")
    office.send_to("/classes/1/", "/classes/1/move/", pupil=[amber], **moved)
    with store.connection() as conn:
        assert [entry.group_id for entry in service.roll(conn, school.id, date(2025, 10, 8))] == [new]
    page = office.send_to("/classes/1/", "/classes/1/move/", 422, group_id=new, first="2025-10-08")
    assert "Choose at least one pupil" in page


def test_cover_for_one_day_gives_access_for_that_day_only(school, as_role, amber):
    visitor = an_account(None, name="Kit Kestrel")
    lead = as_role("attendance_lead")
    lead.send_to(
        "/classes/1/", "/classes/1/staff/", 303, account_id=visitor, role="cover", first="2025-10-07", last="2025-10-07"
    )
    from intranet import clock
    from intranet.people.actor import load_actor

    with store.all_settings("test"), store.connection() as conn:
        today = load_actor(conn, visitor, "Kit", "", TUESDAY)
        tomorrow = load_actor(conn, visitor, "Kit", "", date(2025, 10, 8))
        assert [group.name for group in service.groups_for(conn, today, school.id, TUESDAY)] == ["3B"]
        assert service.groups_for(conn, tomorrow, school.id, date(2025, 10, 8)) == []
    assert today.may("register:write", school.id) and not tomorrow.may("register:write", school.id)
    assert clock.today() == TUESDAY


def test_a_class_is_opened_once_under_its_name(as_role, school):
    office = as_role("office")
    assert "5A" in office.send(
        "/classes/add/", follow=True, name="5A", kind="class", year_group="5", first="2025-10-07"
    )
    page = office.send("/classes/add/", status=422, name="5A", kind="class", year_group="5", first="2025-10-08")
    assert "There is a class of this name on 8 October 2025" in page


def test_a_upn_of_an_unknown_authority_is_kept_with_a_warning(app, as_role, amber):
    assert "authority number" not in as_role("office").get(f"/pupils/{amber}/")
    app.extensions["daymark.authorities"] = frozenset({"838"})
    page = as_role("office", name="Olive Owl").get(f"/pupils/{amber}/")
    assert "The authority number 801 in `B801200005001` is not in this install’s list" in page.replace("&#39;", "’")


def test_the_list_of_authorities_is_read_from_the_install_s_folder(tmp_path):
    from intranet.pupils import authorities

    assert authorities(tmp_path) == frozenset()
    (tmp_path / "authorities.csv").write_text(
        'LA (code),LA (name)\r\n838,Weatherby\r\n"940",North\r\n', encoding="utf-8-sig"
    )
    assert authorities(tmp_path) == {"838", "940"}


def test_a_pupil_list_needs_the_same_statements_for_two_pupils_or_forty(school, as_role):
    from intranet.store import statements

    office, counts = as_role("office"), []
    office.get("/pupils/")
    for size in (2, 38):
        for number in range(size):
            a_pupil(school.id, f"Given{number}", "Family")
        with statements() as counted:
            office.get("/pupils/")
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 8


def test_a_home_school_shows_on_the_identity_bar(school, as_role):
    pupil = a_pupil(school.id, model=None)
    a_placement(school.id, pupil, model="dual_registered", agreement={"home_school": "Teasel School"})
    assert "Teasel School" in as_role("teacher").get(f"/pupils/{pupil}/")


def test_every_page_of_the_jump_box_is_there(app):
    from intranet.pupils.views.jump import PAGES

    assert [endpoint for endpoint in PAGES.values() if endpoint not in app.view_functions] == []


def test_a_class_name_goes_to_its_register_now(school, as_role, amber):
    teacher = as_role("teacher")
    response = teacher.client.post(
        f"/settings/{school.id}/jump/", data={"q": "register 3b", "csrf_token": token(teacher)}
    )
    assert response.location == f"/settings/{school.id}/registers/now/1/"
