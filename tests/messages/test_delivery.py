"""E-mail and texts as they leave the house: what they say, what happens when a server refuses, and what a demo does instead."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from flask import current_app

from intranet import clock, duties, store
from intranet.config import from_environment
from intranet.errors import ConfigError
from intranet.messages import delivery
from intranet.messages.models import NoticeRow
from intranet.people.models import Account
from tests.duties.playing import at
from tests.fixtures import databases
from tests.messages.post import MailServer, running
from tests.messages.test_notices import _place


@pytest.fixture
def server():
    with running(MailServer()) as made:
        yield made


@pytest.fixture
def place(database, server):
    with databases.running(replace(database.config, mail_url=server.url, mail_from="daymark@larkspur.example", base_url="https://day.example")):
        yield from _place()


def raise_one(place):
    place.mark("N", now="2025-10-08 09:10")
    return {row.account_id: row for row in place.rows(kind="n_code")}


def test_an_urgent_notice_is_e_mailed_without_a_name_or_what_happened(place, server):
    raised = raise_one(place)
    duties.tick(at("2025-10-08 09:11"))
    texts = [text for _, text in server.letters]
    assert len(texts) == 2 and server.connections == 1
    assert any(f"https://day.example/settings/{place.setting}/notices/{raised[place.office].id}/" in text for text in texts)
    for text in texts:
        assert "Subject: Daymark: sign in to read a new item" in text
        for private in ("Amber", "Ash", "absence", "No reason", "Larkspur Academy"):
            assert private not in text
    assert {row.sent_at for row in place.rows(kind="n_code")} == {clock.now()}
    duties.tick(at("2025-10-08 09:12"))
    assert len(server.letters) == 2


def test_what_was_opened_or_taken_back_before_is_not_sent(place, server):
    raise_one(place)
    place.open(place.office)
    place.mark("I", now="2025-10-08 09:10")
    assert delivery.deliver(at("2025-10-08 09:11")) == 0
    assert server.letters == []


def test_whoever_was_e_mailed_is_e_mailed_the_correction(place, server):
    raise_one(place)
    delivery.deliver(at("2025-10-08 09:11"))
    place.mark("I", now="2025-10-08 09:30")
    assert delivery.deliver(at("2025-10-08 09:31")) == 2
    assert len(server.letters) == 4


def test_a_server_that_is_away_is_tried_again_later_and_later_until_it_is_given_up(place, server, caplog):
    raise_one(place)
    server.shutdown()
    server.server_close()
    tried = []
    with caplog.at_level(logging.WARNING):
        for minute in ("09:11", "09:12", "09:16", "09:17", "09:32", "10:32", "14:32", "14:33", "15:33"):
            assert delivery.deliver(at(f"2025-10-08 {minute}")) == 0
            tried.append(place.rows(kind="n_code")[0].tries)
    assert tried == [1, 2, 2, 3, 4, 5, 6, 6, 6]
    assert {row.failure for row in place.rows(kind="n_code")} == {"The mail server did not answer (ConnectionRefusedError)"}
    assert "example.org" not in caplog.text and "Amber" not in caplog.text


def test_one_refused_address_does_not_keep_the_others_from_theirs(place, server):
    raised = raise_one(place)
    with store.connection() as conn:
        server.refuse.add(conn.execute(store.db.select(Account.email).where(Account.id == place.office)).scalar_one())
    assert delivery.deliver(at("2025-10-08 09:11")) == 1
    assert [row.failure for row in place.rows(account_id=place.office)] == ["The mail server refused the address (550)"]
    server.refuse.clear()
    assert delivery.deliver(at("2025-10-08 09:12")) == 1
    assert raised and [row.failure for row in place.rows(account_id=place.office)] == [""]


def test_two_ticks_at_once_send_a_message_once(place, server):
    raise_one(place)
    moment, config = at("2025-10-08 09:11"), current_app.config["DAYMARK"]
    with store.scope([place.setting]):
        due = delivery._mails(config, place.setting, moment)
        assert len(delivery._claimed(place.setting, NoticeRow, due, moment)) == 2
        assert delivery._claimed(place.setting, NoticeRow, due, moment) == []
    assert delivery.deliver(at("2025-10-08 09:20")) == 0
    assert delivery.deliver(at("2025-10-08 09:21")) == 2


def test_without_a_mail_server_nothing_is_tried_and_the_page_has_it_all(app):
    for here in _place():
        here.mark("N", now="2025-10-08 09:10")
        duties.tick(at("2025-10-08 09:11"))
        assert {(row.tries, row.failure) for row in here.rows(kind="n_code")} == {(0, "")}
        assert len(here.inbox(here.office)) == 1


def test_a_demo_writes_files_and_asks_no_server(sqlite_database, server):
    with databases.running(replace(sqlite_database.config, demo=True, mail_url=server.url)):
        for here in _place():
            here.mark("N", now="2025-10-08 09:10")
            duties.tick(at("2025-10-08 09:11"))
    written = sorted((sqlite_database.config.home / "outbox").glob("*.eml"))
    assert len(written) == 2 and server.letters == []
    assert "sign in to read" in written[0].read_text()


def test_a_mail_server_is_named_in_full_or_the_start_is_refused():
    good = {"DAYMARK_MAIL_URL": "smtp+starttls://me:secret@mail.example:587", "DAYMARK_MAIL_FROM": "daymark@larkspur.example"}
    made = from_environment(good, demo=True)
    assert made.mail_url == good["DAYMARK_MAIL_URL"] and "secret" not in repr(made)
    for wrong in ({**good, "DAYMARK_MAIL_FROM": ""}, {**good, "DAYMARK_MAIL_URL": "mail.example"}, {"DAYMARK_TEXT_URL": "http://gateway.example/"}):
        with pytest.raises(ConfigError):
            from_environment(wrong, demo=True)
