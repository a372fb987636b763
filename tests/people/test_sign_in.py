"""Signing in and out, waiting after failures, and what a sign-in's end does to work in progress."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intranet import store
from intranet.clock import LONDON
from intranet.people import passwords, sessions, signin
from intranet.people.models import Account, UserSession
from intranet.store.tables import HOUSE
from tests.fixtures.people import a_setting, an_account, csrf, signed_in

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)
SECRET = "three quiet otters"


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


@pytest.fixture
def setting(app):
    return a_setting()


@pytest.fixture
def head(setting):
    return an_account("head", setting=setting, email="head@example.org", password=SECRET)


def sign_in(client, email="head@example.org", password=SECRET, path="/sign-in/", **more):
    return client.post(path, data={"csrf_token": csrf(client), "email": email, "password": password, **more})


def cookie(client):
    return client.get_cookie("sid-dev")


def test_signing_in_sets_a_cookie_whose_token_is_kept_nowhere(app, client, head):
    answer = sign_in(client)
    assert answer.status_code == 303
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("sid-dev="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Expires" not in header
    token = cookie(client).value
    with store.connection() as conn:
        kept = conn.scalar(select(UserSession.token_hash))
    assert kept == sessions.digest(token)
    assert token not in kept


def test_over_https_the_cookie_is_bound_to_the_host(sqlite_database):
    from dataclasses import replace

    from tests.fixtures.databases import running

    with running(replace(sqlite_database.config, base_url="https://daymark.example.org")) as secure:
        setting = a_setting()
        an_account("head", setting=setting, email="head@example.org", password=SECRET)
        client = secure.test_client()
        client.get("/accessibility/", base_url="https://localhost")
        page = client.get("/accessibility/", base_url="https://localhost").get_data(as_text=True)
        token = re.search(r'"X-CSRFToken":"([^"]+)"', page)[1]
        data = {"csrf_token": token, "email": "head@example.org", "password": SECRET}
        answer = client.post("/sign-in/", data=data, base_url="https://localhost", headers={"Sec-Fetch-Site": "same-origin", "Referer": "https://localhost/"})
        header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("__Host-sid="))
        assert "Secure" in header
        assert "Domain" not in header


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(app, client, head):
    wrong, unknown = sign_in(client, password="some other words"), sign_in(client, email="nobody@example.org")
    plain = [re.sub(r'value="[^"]*"|CSRFToken":"[^"]*"', "", page.get_data(as_text=True)) for page in (wrong, unknown)]
    assert wrong.status_code == unknown.status_code == 422
    assert "do not belong together" in wrong.get_data(as_text=True)
    assert plain[0] == plain[1]
    assert cookie(client) is None


def test_an_account_without_a_password_cannot_sign_in(app, client, setting):
    an_account("head", setting=setting, email="new@example.org")
    assert sign_in(client, email="new@example.org", password="").status_code == 422
    assert sign_in(client, email="new@example.org", password="nobody's password").status_code == 422


def test_from_the_fifth_failure_one_waits_even_with_the_right_password(app, client, head):
    for _ in range(5):
        assert sign_in(client, password="guess").status_code == 422
    early = sign_in(client)
    assert early.status_code == 429
    assert "Try again in 1 minute" in early.get_data(as_text=True)
    app.extensions["daymark.clock"].advance(timedelta(seconds=61))
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(("failures", "minutes"), [(4, 0), (5, 1), (6, 2), (9, 16), (10, 30), (49, 30)])
def test_the_wait_doubles_to_half_an_hour(failures, minutes):
    assert signin.wait_after(failures) == timedelta(minutes=minutes)


def test_a_success_clears_the_failures_before_it(app, client, head):
    for _ in range(4):
        sign_in(client, password="guess")
    assert sign_in(client).status_code == 303
    for _ in range(4):
        assert sign_in(client, password="guess").status_code == 422
    assert sign_in(client).status_code == 303


def test_sixty_failures_from_one_network_make_it_wait(app, client, head, monkeypatch):
    for number in range(60):
        with pytest.raises(signin.Refused):
            signin.sign_in(f"nobody{number}@example.org", "guess", "127.0.0.1", MONDAY)
    assert sign_in(client).status_code == 429
    app.extensions["daymark.clock"].advance(timedelta(minutes=10, seconds=1))
    assert sign_in(client).status_code == 303


def test_thirty_idle_minutes_end_a_sign_in_and_use_keeps_it_up_to_eight_hours(app, client, setting, head):
    sign_in(client)
    clock, path = app.extensions["daymark.clock"], f"/settings/{setting}/calendar/"
    clock.advance(timedelta(minutes=29))
    assert client.get(path).status_code == 200
    for _ in range(15):  # 29 + 15 * 29 minutes: 7 hours 44
        clock.advance(timedelta(minutes=29))
        assert client.get(path).status_code == 200
    clock.advance(timedelta(minutes=17))
    assert client.get(path).status_code == 302
    sign_in(client)
    clock.advance(timedelta(minutes=30))
    assert client.get(path).status_code == 302


def test_people_from_outside_have_fifteen_minutes(app, client, setting):
    signed_in(client, an_account("provider", setting=setting))
    app.extensions["daymark.clock"].advance(timedelta(minutes=14))
    assert client.get(f"/settings/{setting}/accounts/").status_code == 403
    app.extensions["daymark.clock"].advance(timedelta(minutes=15))
    assert client.get(f"/settings/{setting}/accounts/").status_code == 302


def test_a_poll_does_not_keep_an_empty_chair_signed_in(app, client, setting, head):
    sign_in(client)
    path = f"/settings/{setting}/calendar/"
    for _ in range(2):
        app.extensions["daymark.clock"].advance(timedelta(minutes=14))
        assert client.get(path, headers={"X-Daymark-Poll": "1"}).status_code == 200
    app.extensions["daymark.clock"].advance(timedelta(minutes=2))
    assert client.get(path).status_code == 302


def test_being_there_is_noted_at_most_once_a_minute(app, client, setting, head):
    sign_in(client)
    client.get(f"/settings/{setting}/calendar/")
    with store.statements() as seen:
        client.get(f"/settings/{setting}/calendar/")
    assert seen.commits == 0
    app.extensions["daymark.clock"].advance(timedelta(seconds=60))
    with store.statements() as seen:
        client.get(f"/settings/{setting}/calendar/")
    assert seen.commits == 1


def test_signing_out_kills_the_token_and_has_the_browser_forget(app, client, setting, head):
    sign_in(client)
    token = cookie(client).value
    answer = client.post("/sign-out/", data={"csrf_token": csrf(client)})
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    client.set_cookie("sid-dev", token)
    assert client.get(f"/settings/{setting}/calendar/").status_code == 302
    assert client.get("/sign-out/").status_code == 405


def test_each_sign_in_has_a_new_token_and_the_fourth_ends_the_first(app, setting, head):
    clients = [app.test_client() for _ in range(4)]
    for one in clients:
        assert sign_in(one).status_code == 303
    assert len({cookie(one).value for one in clients}) == 4
    assert [one.get(f"/settings/{setting}/calendar/").status_code for one in clients] == [302, 200, 200, 200]


def test_sign_ins_and_access_changes_are_events_on_the_house_chain(app, client, head):
    sign_in(client)
    client.post("/sign-out/", data={"csrf_token": csrf(client)})
    with store.connection() as conn:
        kinds = [e.kind for e in store.events.read(conn, HOUSE, stream=f"account:{head}")]
    assert kinds == ["account.created", "access.granted", "account.signed_in", "account.signed_out"]


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "/nowhere/", "/sign-in/?x=1", "/sign-out/", "a", "", None, "/\n"],
)
def test_only_pages_of_ours_are_gone_back_to(app, path):
    from intranet.people.views.signin import safe_path

    assert safe_path(path) is None


def test_a_form_sent_after_the_sign_in_ended_keeps_its_entries_and_is_sent_again(app, client, setting, head):
    sign_in(client)
    form = {"kind": "snow", "first": "2026-11-24", "last": "", "part": "", "group": "", "label": "Snow & ice", "version": "1", "confirm": ""}
    page = client.get(f"/settings/{setting}/close/").get_data(as_text=True)
    form["rid"] = re.search(r'name="rid" value="([^"]+)"', page)[1]
    token = csrf(client)
    app.extensions["daymark.clock"].advance(timedelta(minutes=31))
    ended = client.post(f"/settings/{setting}/close/", data={**form, "drawn": "0", "csrf_token": token})
    assert ended.status_code == 401
    text = ended.get_data(as_text=True)
    assert "Snow &amp; ice" in text
    entries = dict(re.findall(r'name="(entry-[^"]+|back)" value="([^"]*)"', text))
    assert entries["back"] == f"/settings/{setting}/close/"
    back = sign_in(client, path="/sign-in/again/", **{k: v.replace("&amp;", "&") for k, v in entries.items()})
    assert back.status_code == 200
    kept = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', back.get_data(as_text=True)))
    assert kept["label"] == "Snow &amp; ice"
    assert kept["rid"] == form["rid"]
    assert f'action="/settings/{setting}/close/"' in back.get_data(as_text=True)


def test_a_script_gets_401_keeps_its_page_and_goes_on_with_the_same_form_token(app, client, setting, head):
    sign_in(client)
    token = csrf(client)
    app.extensions["daymark.clock"].advance(timedelta(minutes=31))
    asked = {"X-CSRFToken": token, "X-Requested-With": "register"}
    ended = client.post("/sign-in/renew/", headers=asked)
    assert ended.status_code == 401
    assert "HX-Redirect" not in ended.headers
    assert "/sign-in/again/" in ended.get_data(as_text=True)
    again = client.post("/sign-in/again/", data={"email": "head@example.org", "password": SECRET, "csrf_token": token}, headers=asked)
    assert again.status_code == 204
    assert client.post("/sign-in/renew/", headers=asked).status_code == 204


def test_somebody_else_signing_in_again_does_not_inherit_the_page(app, client, setting, head):
    an_account("head", setting=setting, name="Kit Crane", email="kit@example.org", password=SECRET)
    sign_in(client)
    token = csrf(client)
    asked = {"X-CSRFToken": token, "X-Requested-With": "register"}
    app.extensions["daymark.clock"].advance(timedelta(minutes=31))
    client.post("/sign-in/again/", data={"email": "kit@example.org", "password": SECRET, "csrf_token": token}, headers=asked)
    assert client.post("/sign-in/renew/", headers=asked).status_code == 400


def test_an_htmx_page_whose_sign_in_ended_goes_to_sign_in(app, client, setting):
    answer = client.get(f"/settings/{setting}/calendar/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in/"


def test_a_new_password_ends_the_other_sign_ins(app, client, setting, head):
    other = app.test_client()
    sign_in(other)
    sign_in(client)
    data = {"csrf_token": csrf(client), "old": SECRET, "new": "seven paper lanterns"}
    assert client.post("/account/password/", data=data).status_code == 303
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert sign_in(app.test_client(), password="seven paper lanterns").status_code == 303
    assert sign_in(app.test_client(), password=SECRET).status_code == 422


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wrong words here", "seven paper lanterns", "it is not the one this account has"),
        (SECRET, "too short", "it has 9 characters. Use at least 12"),
        (SECRET, "x" * 129, "it has 129 characters. Use at most 128"),
        (SECRET, "aaaabbbbaaaabbbb", "repeats a few characters"),
        (SECRET, "my daymark words", "it contains “daymark”"),
        (SECRET, "fond of sparrows", "it contains “Sparrow”"),
        ("", "seven paper lanterns", "Present password: nothing was entered"),
    ],
)
def test_a_password_that_will_not_do_says_why_and_is_not_shown_back(app, client, head, old, new, sentence):
    sign_in(client)
    answer = client.post("/account/password/", data={"csrf_token": csrf(client), "old": old, "new": new})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert f'value="{new}"' not in answer.get_data(as_text=True)
    assert sign_in(app.test_client()).status_code == 303


def test_an_older_hash_is_made_anew_at_sign_in(app, client, head):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(SECRET)
    with store.writing(now=MONDAY, actor_id=None) as w:
        w.session.get(Account, head).password_hash = old
    assert sign_in(client).status_code == 303
    with store.connection() as conn:
        kept = conn.scalar(select(Account.password_hash).where(Account.id == head))
    assert kept != old
    assert not passwords.passwords().outdated(kept)


def test_one_ends_ones_own_sign_ins_and_nobody_elses(app, client, setting, head):
    stranger = an_account("teacher", setting=setting, name="Kit Crane")
    signed_in(app.test_client(), stranger)
    sign_in(client)
    with store.connection() as conn:
        theirs = conn.scalar(select(UserSession.id).where(UserSession.account_id == stranger))
    page = client.get("/account/").get_data(as_text=True)
    rid = "7b8f4e4e-2a0e-4b52-9f1c-0d5d2c9a1f10"
    answer = client.post(f"/account/sign-ins/{theirs}/end/", data={"csrf_token": csrf(client), "rid": rid, "drawn": "0"})
    assert answer.status_code == 404
    assert "Where you are signed in" in page
    with store.connection() as conn:
        assert conn.scalar(select(UserSession.ended_at).where(UserSession.id == theirs)) is None


def test_a_post_without_the_form_token_stores_nothing(app, client, head):
    assert client.post("/sign-in/", data={"email": "head@example.org", "password": SECRET}).status_code == 400
    foreign = client.post(
        "/sign-in/", data={"csrf_token": csrf(client), "email": "head@example.org", "password": SECRET}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 400
    assert cookie(client) is None
