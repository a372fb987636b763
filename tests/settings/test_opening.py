"""Opening a new setting: by those who act for its organisation, of a type that a plugin serves, once, with copied term dates."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from intranet import store
from intranet.people.places import Setting
from intranet.settings.context import context
from tests.fixtures.people import a_setting, an_account, an_organisation, csrf, signed_in


@pytest.fixture
def trust(app):
    return an_organisation("Thimble Trust")


@pytest.fixture
def first(trust):
    return a_setting("Pebble Primary", setting_type="primary_school", legal_type="maintained", organisation=trust)


@pytest.fixture
def director(client, trust, first):
    return signed_in(client, an_account("trust_director", organisation=trust))


def shown(answer):
    return " ".join(answer.get_data(as_text=True).split())


def send(client, kind="primary_school", **fields):
    page = shown(client.get(f"/settings/new/{kind}/"))
    rid = re.search(r'name="rid" value="([^"]+)"', page)[1]
    drawn = {"csrf_token": csrf(client), "rid": rid, "drawn": "0", "legal_type": "maintained", "phase": "primary"}
    return {**drawn, "authority": "Weatherby", "terms": "", **fields}


def opened(name):
    with store.all_settings("test"), store.connection() as conn:
        return conn.execute(select(Setting).where(Setting.name == name)).all()


def test_every_type_that_a_plugin_serves_is_offered(director):
    page = shown(director.get("/settings/new/"))
    assert all(label in page for label in ("Academy", "Tutoring", "Thimble Trust"))
    assert "Open a new setting" in shown(director.get("/settings/new/academy/"))


def test_a_director_opens_a_setting_with_the_half_terms_of_another_and_lands_on_its_home(director, trust, first):
    data = send(director, name="Quill Primary", organisation=str(trust), terms=str(first))
    answer = director.post("/settings/new/primary_school/", data=data)
    (row,) = opened("Quill Primary")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/settings/{row.id}/")
    assert (row.setting_type, row.legal_type, row.phase, row.authority, row.layout) == ("primary_school", "maintained", "primary", "Weatherby", "H")
    with store.scope([row.id, first]):
        assert context(row.id).calendar.periods == context(first).calendar.periods
        assert not [one for one in context(row.id).calendar.closures if one.kind == "inset"]
    assert "Setting opened. Give its people their accounts" in shown(director.get(f"/settings/{row.id}/"))
    with store.all_settings("test"):
        assert store.chain.verify().problems == ()


def test_sessions_that_are_booked_by_the_clock_get_a_register_of_times(director, trust):
    data = send(director, "tutoring", name="Quill Tutors", organisation=str(trust), legal_type="company", phase="all_through")
    page = shown(director.get("/settings/new/tutoring/"))
    data["phase"] = re.search(r'<select[^>]*id="phase".*?<option value="([^"]+)"', page)[1]
    assert director.post("/settings/new/tutoring/", data=data).status_code == 303
    assert opened("Quill Tutors")[0].layout == "T"


def test_a_form_sent_twice_opens_one_setting(director, trust):
    data = send(director, name="Quill Primary", organisation=str(trust))
    places = {director.post("/settings/new/primary_school/", data=data).headers["Location"] for _ in range(2)}
    assert len(places) == len(opened("Quill Primary")) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "Pebble Primary", "Name “Pebble Primary”: the organisation has a setting of this name already. Choose another name, or open that one."),
        ("name", "  ", "Name: nothing was entered. Enter what the setting is called."),
        ("legal_type", "company", "What it is in law: “company” is not one of the choices."),
        ("organisation", "999", "Belongs to: “999” is not one of the choices."),
        ("terms", "999", "Term dates: “999” is not one of the choices."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(director, trust, field, value, sentence):
    data = send(director, name="Quill Primary", organisation=str(trust))
    answer = director.post("/settings/new/primary_school/", data={**data, field: value})
    assert answer.status_code == 422 and sentence in shown(answer)
    assert 'value="Weatherby"' in shown(answer) and not opened("Quill Primary")


def test_an_unknown_type_is_not_found(director):
    assert director.get("/settings/new/orphanage/").status_code == 404


def test_only_who_acts_for_the_organisation_may(client, trust, first):
    other = an_organisation("Another Trust")
    for role, place in (("headteacher", {"setting": first}), ("trust_director", {"setting": first})):
        assert signed_in(client, an_account(role, **place)).get("/settings/new/primary_school/").status_code == 403
    elsewhere = signed_in(client, an_account("trust_director", organisation=other))
    assert "Thimble Trust" not in shown(elsewhere.get("/settings/new/"))
    data = send(elsewhere, name="Quill Primary", organisation=str(trust))
    assert elsewhere.post("/settings/new/primary_school/", data=data).status_code == 422 and not opened("Quill Primary")


def test_who_acts_for_a_group_opens_settings_of_the_trusts_below_it(client):
    group = an_organisation("Whole Group")
    below = an_organisation("Lower Trust", parent=group)
    director = signed_in(client, an_account("trust_director", organisation=group))
    data = send(director, name="Quill Primary", organisation=str(below))
    assert director.post("/settings/new/primary_school/", data=data).status_code == 303
    assert opened("Quill Primary")[0].organisation_id == below
