"""Who gets in where: rights are read on every request, and what is out of reach is not there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from intranet import store
from intranet.clock import LONDON
from intranet.people import service as people
from intranet.people.actor import load_actor
from tests.fixtures.people import a_setting, an_account, an_organisation, csrf, signed_in

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


def test_a_signed_out_person_is_sent_to_sign_in_and_comes_back_afterwards(app, client):
    setting = a_setting()
    an_account("head", setting=setting, email="head@example.org", password="three quiet otters")
    answer = client.get(f"/settings/{setting}/calendar/")
    assert (answer.status_code, answer.location) == (302, "/sign-in/")
    token = csrf(client)
    entered = client.post("/sign-in/", data={"csrf_token": token, "email": "head@example.org", "password": "three quiet otters"})
    assert entered.status_code == 303
    assert entered.location == f"/settings/{setting}/calendar/"
    assert client.get(entered.location).status_code == 200


def test_another_settings_page_is_not_there_and_says_the_same_as_one_that_never_was(app, client):
    mine, other = a_setting("Mine"), a_setting("Other")
    signed_in(client, an_account("head", setting=mine))
    foreign, missing = client.get(f"/settings/{other}/calendar/"), client.get("/settings/987654/calendar/")
    assert foreign.status_code == missing.status_code == 404
    assert "Other" not in foreign.get_data(as_text=True)


def test_a_person_without_the_role_learns_which_role_it_needs_and_whom_to_ask(app, client):
    setting = a_setting("Larkspur Academy")
    signed_in(client, an_account("teacher", setting=setting))
    answer = client.get(f"/settings/{setting}/accounts/")
    assert answer.status_code == 403
    text = answer.get_data(as_text=True)
    assert "Principal" in text and " or System administrator" in text
    assert "the Principal of Larkspur Academy" in text


def test_a_role_given_or_ended_counts_on_the_next_request(app, client):
    setting = a_setting()
    account = an_account("teacher", setting=setting)
    signed_in(client, account)
    path = f"/settings/{setting}/close/"
    assert client.get(path).status_code == 403
    with store.writing(now=MONDAY, actor_id=None) as w:
        grant = people.grant(w, account, "attendance_lead", MONDAY.date(), setting_id=setting)
    assert client.get(path).status_code == 200
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=None) as w:
        people.end_grant(w, setting, account, grant, MONDAY.date() - timedelta(days=1), on=MONDAY.date())
    assert client.get(path).status_code == 403


def test_a_disabled_account_is_out_on_the_next_request(app, client):
    setting = a_setting()
    account = an_account("head", setting=setting)
    signed_in(client, account)
    assert client.get(f"/settings/{setting}/calendar/").status_code == 200
    with store.writing(now=MONDAY, actor_id=None) as w:
        people.disable(w, account, on=MONDAY.date())
    assert client.get(f"/settings/{setting}/calendar/").status_code == 302


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 6, 15, 23, 59, tzinfo=LONDON), 200),
        (datetime(2026, 6, 16, 0, 1, tzinfo=LONDON), 404),  # in UTC it is still the 15th
        (datetime(2026, 6, 14, 23, 59, tzinfo=LONDON), 404),
    ],
)
def test_one_day_cover_ends_at_midnight_in_london(app, client, at, status):
    setting = a_setting()
    account = an_account("cover", setting=setting, first="2026-06-15", last="2026-06-15")
    app.extensions["daymark.clock"].set(at)
    signed_in(client, account)
    assert client.get(f"/settings/{setting}/calendar/").status_code == status


def test_an_organisation_role_reaches_every_setting_below_it_and_no_other(app):
    top = an_organisation("Top")
    below = an_organisation("Below", parent=top)
    inside, deeper, outside = a_setting("A", organisation=top), a_setting("B", organisation=below), a_setting("C")
    account = an_account("trust_director", organisation=top)
    with store.connection() as conn:
        actor = load_actor(conn, account, "Sam", "", MONDAY.date())
    assert actor.setting_ids == {inside, deeper}
    assert actor.may("trust:read", deeper)
    assert not actor.may("trust:read", outside)
    assert not actor.may("pupil:read", inside)


def test_a_role_without_a_place_reaches_every_setting(app):
    one, two = a_setting("A"), a_setting("B")
    account = an_account("system_admin")
    with store.connection() as conn:
        actor = load_actor(conn, account, "Sam", "", MONDAY.date())
    assert actor.setting_ids == {one, two}
    assert actor.may("account:admin", two)
    assert not actor.may("pupil:contacts", two)


def test_a_setting_types_own_role_counts_as_the_core_role_it_is_like(app):
    setting = a_setting(setting_type="academy")
    account = an_account("attendance_officer", setting=setting)
    with store.connection() as conn:
        actor = load_actor(conn, account, "Sam", "", MONDAY.date())
    own = app.extensions["daymark.roles"]("academy")["attendance_officer"]
    assert {"attendance_officer", own.like} <= actor.roles(setting)
    assert actor.role_label(setting) == own.label


def test_session_account_grants_and_settings_are_two_statements(app, client):
    setting = a_setting()
    signed_in(client, an_account("head", setting=setting))
    client.get(f"/settings/{setting}/calendar/")  # the calendar is kept from here on
    with store.statements() as seen:
        client.get(f"/settings/{setting}/policy/n_code.resolve_days/")
    assert len(seen) == 2


def test_cover_is_not_granted_twice_to_someone_who_works_there_anyway(app):
    setting, day = a_setting(), date(2026, 11, 24)
    teacher, stranger = an_account("teacher", setting=setting), an_account(None, name="Kit Crane")
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=None) as w:
        people.grant_cover(w, teacher, setting, day, day)
        people.grant_cover(w, stranger, setting, day, day)
        people.grant_cover(w, stranger, setting, day, day)
    with store.scope([setting]), store.connection() as conn:
        assert [g.role for g in people.grants_of(conn, setting, {teacher})] == ["teacher"]
        assert [(g.role, g.first, g.last) for g in people.grants_of(conn, setting, {stranger})] == [("cover", day, day)]
        assert {row.id for row in people.staff(conn, setting, day)} == {teacher, stranger}
        assert {row.id for row in people.staff(conn, setting, MONDAY.date())} == {teacher}
