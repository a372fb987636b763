"""A large import runs beside the pages: a page says how far it is, and all of it is stored or nothing."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta

import pytest

from intranet.exchange import reading, running
from intranet.exchange.reading import UnreadableError, read
from tests.exchange.conftest import csv_file
from tests.exchange.test_browser_and_command import count, upload
from tests.exchange.test_imports import many


@pytest.fixture
def large(monkeypatch):
    """Let a file of more than ten rows count as large."""
    monkeypatch.setattr(running, "LARGE", 10)


def finish():
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join(60)


def start(office, rows):
    """Send a file, press Import, and return the path of the page that says how far it is."""
    path = upload(office, csv_file(*rows))
    rid = re.search(r'name="rid" value="([^"]+)"', office.get(path))[1]
    assert f"{path}progress/" in office.post(f"{path}store/", 303, rid=rid, drawn="0")
    return f"{path}progress/"


def test_a_large_file_is_imported_beside_the_pages_and_its_page_says_when_it_is_done(school, as_role, large):
    office = as_role("office")
    page = start(office, many(40))
    finish()
    said = office.get(page)
    assert "Imported: 40 new, 0 changed." in said and 'hx-trigger="every' not in said and 'http-equiv="refresh"' not in said
    assert count(school) == 40
    office.get(page.replace("progress/", ""), 404)  # the file is not kept once it is stored


def test_while_it_runs_the_page_refreshes_itself_with_scripts_and_without(school, as_role, large, app, monkeypatch):
    office, go = as_role("office"), threading.Event()
    begun = running.begin

    def later(setting_id, upload_id, account_id, work):
        begun(setting_id, upload_id, account_id, lambda say: (say("Reading 40 rows"), go.wait(30), work(say))[2])

    monkeypatch.setattr(running, "begin", later)
    page = start(office, many(40))
    said = office.get(page)
    assert "Importing." in said and '<noscript><meta http-equiv="refresh" content="5"></noscript>' in said and 'hx-trigger="every 2s"' in said
    assert count(school) == 0
    go.set()
    finish()
    assert "Imported: 40 new" in office.get(page) and count(school) == 40


def test_what_was_overtaken_is_refused_whole_and_leads_back_to_the_file(school, as_role, large):
    office = as_role("office")
    first, second = (upload(office, csv_file(*many(40))) for _ in range(2))
    for path in (first, second):
        rid = re.search(r'name="rid" value="([^"]+)"', office.get(path))[1]
        office.post(f"{path}store/", 303, rid=rid, drawn="0")
        finish()
    said = office.get(f"{second}progress/")
    assert "Nothing was stored: something in the file" in said and f'{second}"' in said
    assert "This very file was imported" in office.get(second)
    assert count(school) == 40


def test_an_import_that_was_cut_off_says_that_nothing_was_stored(school, as_role, large, app):
    office = as_role("office")
    page = start(office, many(40))
    finish()
    file = next((app.config["DAYMARK"].home / "imports").glob("*.json"))
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "state": "running", "said": "Storing 40"}))
    assert "The import stopped before its end. Nothing was stored." in office.get(page)
    at = app.extensions["daymark.clock"].now()
    file.write_text(json.dumps({**kept, "state": "running", "process": kept["process"] + 1}))
    numbers = [int(one) for one in re.findall(r"\d+", file.stem)[:2]]
    assert running.standing(*numbers, at).state == "running"
    assert running.standing(*numbers, at + running.SILENT + timedelta(minutes=1)).state == "stopped"


def test_nobody_else_sees_how_far_it_is_and_the_file_that_says_it_names_no_child(school, as_role, large, app):
    page = start(as_role("office"), many(40))
    finish()
    as_role("head").get(page, 404)
    text = next((app.config["DAYMARK"].home / "imports").glob("*.json")).read_text()
    assert "Family" not in text and "Given" not in text


def test_a_file_that_takes_too_long_to_read_is_refused_with_the_row_it_got_to(monkeypatch):
    monkeypatch.setattr(reading, "MOST_SECONDS", -1.0)
    with pytest.raises(UnreadableError, match=r"`long.csv` took more than .* seconds to read, up to row 1\. Split it and import the parts\."):
        read("long.csv", csv_file(*many(3)))
