"""Looking after accounts: roles with days, links that set a password once, and the demo's picker."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from intranet import store
from intranet.clock import LONDON
from intranet.people.models import Account, OneTimeLink, RoleGrant
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting, an_account, csrf, signed_in

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
RID = "7b8f4e4e-2a0e-4b52-9f1c-0d5d2c9a1f10"
GOOD = {"name": "Kit Crane", "email": "kit@example.org", "position_title": "Cover teacher",
        "role": "teacher", "first": "2026-11-23", "last": "", "rid": RID, "drawn": "0"}  # fmt: skip


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


@pytest.fixture
def setting(app):
    return a_setting()


@pytest.fixture
def head(client, setting):
    account = an_account("head", setting=setting, name="Hollis Hart")
    signed_in(client, account)
    return account


def post(client, path, **data):
    return client.post(path, data={"csrf_token": csrf(client), "rid": RID, "drawn": "0", **data})


def count(table):
    with store.connection() as conn:
        return conn.scalar(select(func.count()).select_from(table))


def test_a_new_account_gets_a_link_that_sets_its_password_once(app, client, setting, head):
    made = post(client, f"/settings/{setting}/accounts/", **GOOD)
    assert made.status_code == 200
    link = re.search(r"http://127\.0\.0\.1:5000(/password/[^<]+)", made.get_data(as_text=True))[1]
    kit = app.test_client()
    opened = kit.get(link)
    assert (opened.status_code, opened.location) == (303, "/password/")
    done = kit.post("/password/", data={"csrf_token": csrf(kit), "new": "seven paper lanterns"})
    assert (done.status_code, done.location) == (303, "/sign-in/")
    assert kit.get("/account/").status_code == 302  # setting a password signs nobody in
    entered = kit.post("/sign-in/", data={"csrf_token": csrf(kit), "email": "kit@example.org", "password": "seven paper lanterns"})
    assert entered.status_code == 303
    other = app.test_client()
    other.get(link)
    assert other.post("/password/", data={"csrf_token": csrf(other), "new": "nine woollen kites"}).status_code == 422
    with store.connection() as conn:
        assert link.split("/")[2] not in conn.scalars(select(OneTimeLink.token_hash)).all()


def test_a_link_runs_out_after_48_hours_and_a_newer_one_replaces_it(app, client, setting, head):
    page = post(client, f"/settings/{setting}/accounts/", **GOOD).get_data(as_text=True)
    first = re.search(r"5000(/password/[^<]+)", page)[1]
    with store.connection() as conn:
        kit = conn.scalar(select(Account.id).where(Account.email == "kit@example.org"))
    page = post(client, f"/settings/{setting}/accounts/{kit}/link/").get_data(as_text=True)
    second = re.search(r"5000(/password/[^<]+)", page)[1]
    browser = app.test_client()
    assert "does not work any more" in browser.get(first, follow_redirects=True).get_data(as_text=True)
    assert "Set your password" in browser.get(second, follow_redirects=True).get_data(as_text=True)
    app.extensions["daymark.clock"].advance(timedelta(hours=48))
    assert "does not work any more" in browser.get("/password/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name: nothing was entered. Enter the person&#39;s name."),
        ({"name": "x" * 121}, "Name: it is too long"),
        ({"email": "kit at example"}, "E-mail: “kit at example” is not an e-mail address. Enter one like name@example.org."),
        ({"role": ""}, "Role"),
        ({"role": "emperor"}, "Role: “emperor” is not one of the choices. Choose one from the list."),
        ({"role": "system_admin"}, "Role: “system_admin” is not one of the choices"),
        ({"first": "someday"}, "First day: “someday” is not a date"),
        ({"last": "2026-11-22"}, "Last day: “22/11/2026” is before the first day, 23/11/2026"),
        ({"role": "cover"}, "cover staff have an end"),
        ({"rid": "1"}, "request id was lost"),
    ],
)
def test_what_cannot_be_an_account_gets_a_sentence_and_stores_nothing(app, client, setting, head, change, sentence):
    answer = post(client, f"/settings/{setting}/accounts/", **{**GOOD, **change})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert count(Account) == 1


def test_an_unknown_or_repeated_field_is_refused(app, client, setting, head):
    assert post(client, f"/settings/{setting}/accounts/", **GOOD, password_hash="x").status_code == 400
    assert post(client, f"/settings/{setting}/accounts/", **{**GOOD, "email": ["a@example.org", "b@example.org"]}).status_code == 400
    assert count(Account) == 1


def test_an_email_that_is_taken_is_said_and_stores_nothing(app, client, setting, head):
    an_account("teacher", setting=setting, name="Other", email="kit@example.org")
    answer = post(client, f"/settings/{setting}/accounts/", **GOOD)
    assert answer.status_code == 422
    assert "an account has it already" in answer.get_data(as_text=True)
    assert count(Account) == 2


def test_accounts_and_roles_of_another_setting_cannot_be_touched(app, client, setting, head):
    other = a_setting("Other")
    stranger = an_account("teacher", setting=other, name="Wren West")
    with store.connection() as conn:
        grant = conn.scalar(select(RoleGrant.id).where(RoleGrant.account_id == stranger))
    base = f"/settings/{setting}/accounts/{stranger}/"
    assert client.get(base).status_code == 404
    assert post(client, base + "roles/", role="teacher", first="2026-11-23", last="").status_code == 404
    assert post(client, base + "link/").status_code == 404
    assert post(client, f"{base}roles/{grant}/end/", last="2026-11-23").status_code == 404
    assert post(client, f"/settings/{setting}/accounts/{head}/roles/{grant}/end/", last="2026-11-23").status_code == 404
    assert count(RoleGrant) == 2
    assert count(OneTimeLink) == 0


def test_a_link_is_not_made_for_someone_who_also_works_where_one_is_not_in_charge(app, client, setting, head):
    other = a_setting("Other")
    both = an_account("teacher", setting=setting, name="Wren West")
    from intranet.people import service

    with store.scope([other]), store.writing(now=MONDAY, actor_id=None) as w:
        service.grant(w, both, "head", MONDAY.date(), setting_id=other)
    assert post(client, f"/settings/{setting}/accounts/{both}/link/").status_code == 403
    assert count(OneTimeLink) == 0


def test_a_role_is_given_and_ended_on_days(app, client, setting, head):
    kit = an_account("teacher", setting=setting, name="Kit Crane")
    path = f"/settings/{setting}/accounts/{kit}/"
    assert post(client, path + "roles/", role="office", first="2026-11-24", last="2026-11-27").status_code == 303
    assert post(client, path + "roles/", role="office", first="2026-11-24", last="2026-11-27").status_code == 303
    assert client.get(path).get_data(as_text=True).count("Not started") == 1  # sent twice, given once
    with store.connection() as conn:
        grant = conn.scalar(select(RoleGrant.id).where(RoleGrant.role == "office"))
    assert post(client, f"{path}roles/{grant}/end/", last="").status_code == 422
    assert post(client, f"{path}roles/{grant}/end/", last="2026-11-25").status_code == 303
    with store.connection() as conn:
        assert str(conn.scalar(select(RoleGrant.last).where(RoleGrant.id == grant))) == "2026-11-25"


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.5", "::ffff:192.0.2.7"])
def test_the_picker_is_refused_off_this_computer(sqlite_database, address):
    with running(replace(sqlite_database.config, demo=True)) as app:
        account = an_account("head", setting=a_setting())
        client = app.test_client()
        away = {"REMOTE_ADDR": address}
        assert client.get("/demo/", environ_overrides=away).status_code == 404
        token = csrf(client)
        assert client.post("/demo/sign-in/", data={"csrf_token": token, "account_id": account}, environ_overrides=away).status_code == 404
        assert client.get("/demo/", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
        assert client.get_cookie("sid-dev") is None


def test_the_picker_is_refused_out_of_the_demo(app, client, setting, head):
    assert app.test_client().get("/demo/").status_code == 404
    assert post(client, "/demo/sign-in/", account_id=head).status_code == 404


def test_in_the_demo_one_picks_who_to_be_and_every_page_says_it_is_a_demo(sqlite_database):
    with running(replace(sqlite_database.config, demo=True)) as app:
        setting = a_setting("Larkspur Academy")
        account = an_account("head", setting=setting, name="Hollis Hart")
        client = app.test_client()
        page = client.get("/demo/").get_data(as_text=True)
        assert "Larkspur Academy" in page
        assert "Hollis Hart, Head" in page
        assert "Invented children and staff" in page
        answer = client.post("/demo/sign-in/", data={"csrf_token": csrf(client), "account_id": account})
        assert (answer.status_code, answer.location) == (303, f"/settings/{setting}/")
        assert "Invented children and staff" in client.get(f"/settings/{setting}/calendar/").get_data(as_text=True)
        assert client.post("/demo/sign-in/", data={"csrf_token": csrf(client), "account_id": "x"}).status_code == 422
        assert client.post("/demo/sign-in/", data={"csrf_token": csrf(client), "account_id": "999"}).status_code == 404


def test_no_form_of_these_rooms_is_taken_without_its_token_and_every_answer_has_the_headers(app, client, setting, head):
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ("people", "own", "accounts", "demo", "settings", "terms")]
    assert len(ours) > 20
    values = {"setting_id": setting, "account_id": head, "grant_id": 1, "closure_id": 1, "session_id": 1, "value_id": 1, "key": "x", "year": "x", "token": "x"}
    with app.test_request_context():
        paths = [(rule, rule.build({k: v for k, v in values.items() if k in rule.arguments})[1]) for rule in ours]
    for rule, path in paths:
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = client.open(path, method=method, data={"rid": RID} if method == "POST" else None)
            assert method != "POST" or answer.status_code == 400, path
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
    assert count(Account) == 1


def test_the_same_new_account_sent_twice_is_made_once_and_the_second_answer_leads_to_it(app, client, setting, head):
    assert post(client, f"/settings/{setting}/accounts/", **GOOD).status_code == 200
    again = post(client, f"/settings/{setting}/accounts/", **GOOD)
    assert again.status_code == 303 and re.search(r"/accounts/\d+/$", again.location)
    assert "This account was made before" in client.get(again.location).get_data(as_text=True)
    assert count(Account) == 2 and count(RoleGrant) == 2
    other = post(client, f"/settings/{setting}/accounts/", **{**GOOD, "rid": "1c9e1d0e-54b3-4b6e-8a55-59c1f3f0e0aa"})
    assert other.status_code == 422 and "an account has it already" in other.get_data(as_text=True)


def test_an_administrator_ends_every_sign_in_of_another_person_at_once(app, client, setting, head):
    kit = an_account("teacher", setting=setting, name="Kit Crane")
    phones = [signed_in(app.test_client(), kit) for _ in range(2)]
    assert [one.get("/account/").status_code for one in phones] == [200, 200]
    base = f"/settings/{setting}/accounts/{kit}/"
    assert "2 sign-ins are open." in client.get(base).get_data(as_text=True)
    assert post(client, base + "sign-ins/end/").status_code == 303
    assert "2 sign-ins ended." in client.get(base).get_data(as_text=True)
    assert post(client, base + "sign-ins/end/").status_code == 303  # pressed twice: one event, the same words
    page = client.get(base).get_data(as_text=True)
    assert "2 sign-ins ended." in page and "0 sign-ins are open." in page
    assert [one.get("/account/").status_code for one in phones] == [302, 302]
    assert client.get("/account/").status_code == 200
    with store.connection() as conn:
        events = [e for e in store.events.read(conn, 0, stream=f"account:{kit}") if e.kind == "account.sessions_ended"]
    assert [(e.actor_id, e.data["ended"]) for e in events] == [(head, 2)]


def test_sign_ins_are_ended_only_where_the_account_works_and_only_by_who_looks_after_accounts(app, client, setting, head):
    stranger = an_account("teacher", setting=a_setting("Other"), name="Wren West")
    theirs = signed_in(app.test_client(), stranger)
    assert post(client, f"/settings/{setting}/accounts/{stranger}/sign-ins/end/").status_code == 404
    teacher = signed_in(app.test_client(), an_account("teacher", setting=setting, name="Kit Crane"))
    assert post(teacher, f"/settings/{setting}/accounts/{head}/sign-ins/end/").status_code == 403
    assert client.post(f"/settings/{setting}/accounts/{head}/sign-ins/end/", data={"csrf_token": csrf(client), "rid": "1"}).status_code == 422
    assert theirs.get("/account/").status_code == 200 and client.get("/account/").status_code == 200
