"""Every form and every address gets what nobody should send: a sentence comes back, nothing is stored, nothing breaks."""

from __future__ import annotations

import io
import os
import random
import re
from collections import Counter
from datetime import date
from html import unescape
from itertools import product
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from intranet.law.sessions import session_no
from tests.fixtures.whole import opened
from tests.whole import asking, nasty
from tests.whole.nasty import Forms

REFUSED = frozenset({400, 401, 404, 405, 409, 413, 415, 422, 429})
#: They read; nothing is stored whatever they are sent.
READS = frozenset({"pupils.find", "pupils.jump", "pupils.suggest", "web.csp_report", "desk.find"})
SIGN_IN = frozenset({"people.sign_in", "people.again", "people.sign_out", "people.renew", "demo.enter", "own.end_sign_in", "people.password_by_link"})


def drawn_forms(whole, site, asker):
    """Return every form that posts, as drawn on the pages that the person's routes show, one of each action's kind."""
    found, seen = [], set()
    for rule in asking.rules(whole.app):
        if "GET" not in rule.methods or rule.endpoint in SIGN_IN:
            continue
        path = asking.path(whole.app, rule, **asking.values(rule, site, site.own))
        answer = asker.get(path)
        while answer.status_code in (302, 303):
            path = urljoin(path, answer.headers["Location"])
            answer = asker.get(path)
        if answer.mimetype != "text/html":
            continue
        for form in Forms(answer.get_data(as_text=True)).found:
            action = urljoin(path, form["action"])
            rule_there = matched(whole, action)
            if form["method"] != "post" or rule_there is None or rule_there in SIGN_IN or (rule_there, tuple(sorted(form["kinds"]))) in seen:
                continue
            seen.add((rule_there, tuple(sorted(form["kinds"]))))
            found.append((rule_there, action, form))
    return found


@pytest.fixture
def spare(world_file, tmp_path, test_keys):
    """The app over a copy of the world that may change."""
    yield from opened(world_file, tmp_path, test_keys)


def share(draw, table):
    """Return some of the values of a kind by a seeded choice; all of them when everything is asked for (DAYMARK_WHOLE=1)."""
    every = list(table.items())
    return every if os.environ.get("DAYMARK_WHOLE") == "1" else draw.sample(every, min(2, len(every)))


def matched(whole, action):
    try:
        return whole.app.url_map.bind("localhost").match(action.split("?")[0], method="POST")[0]
    except (HTTPException, RoutingException):
        return None


def sent(form, **changes):
    """Return a form's fields as a browser would send them, with a fresh request id, and these changes."""
    values = {name: value for name, value in form["fields"].items() if value is not None and name != "csrf_token"}
    if "rid" in values:
        values["rid"] = str(uuid4())
    return {**values, **changes}


def reply(asker, action, form, data):
    if form["files"]:
        data = {name: (io.BytesIO(b""), "") if form["kinds"].get(name) == "file" and not isinstance(value, tuple) else value for name, value in data.items()}
        return asker.post(action, data, content_type="multipart/form-data")
    return asker.post(action, data)


@pytest.fixture(scope="module")
def people(whole):
    """The person with most rights at each setting whose forms are tried: the first setting and one of another layout."""
    askers = asking.Askers(whole)
    return [(site, askers.of(site.people["head"])) for site in (whole.world.sites[0], whole.world.sites[4])]


def test_no_value_in_any_field_of_any_form_breaks_a_page_or_comes_back_unescaped(whole, people):
    wrong, counts, draw = [], Counter(), random.Random(20261123)
    for number, (site, asker) in enumerate(people):
        for endpoint, action, form in drawn_forms(whole, site, asker):
            counts["forms"] += 1
            for name, kind in form["kinds"].items():
                if number and kind in ("hidden", "text"):
                    continue  # the first setting has tried those
                if kind == "file" or name == "csrf_token":
                    continue
                for label, value in share(draw, nasty.KINDS.get("number" if kind == "hidden" else kind, nasty.TEXTS)):
                    counts["values"] += 1
                    answer = reply(asker, action, form, sent(form, **{name: value}))
                    page = answer.get_data(as_text=True)
                    where = f"{endpoint} {name}={label}: {answer.status_code}"
                    if answer.status_code >= 500:
                        wrong.append(f"{where} {re.sub('<[^>]+>', ' ', page)[-300:]}")
                    if nasty.SCRIPT in page:
                        wrong.append(f"{where} not escaped")
                    if "Traceback (most recent call last)" in page:
                        wrong.append(f"{where} shows a trace")
                    if answer.status_code == 422 and not nasty.sentence(page, value, name):
                        wrong.append(f"{where} says nothing")
                    if "\0" in value and answer.status_code < 400 and endpoint not in READS:
                        wrong.append(f"{where}: PostgreSQL could not store it")
                    if "Set-Cookie: b=1" in str(answer.headers):
                        wrong.append(f"{where} splits headers")
    print(dict(counts), f"{len(wrong)} wrong")
    assert counts["forms"] > 15
    assert not wrong, "\n".join(wrong[:40])


PLAIN = {"date": "2026-11-24", "time": "09:05", "text": "Plain words", "number": "3"}


def good(form):
    """Return a form filled in as a person might: what is empty gets something plain."""
    filled = {name: PLAIN[form["kinds"][name]] for name, value in form["fields"].items() if value == "" and form["kinds"][name] in PLAIN}
    return sent(form, **filled)


def test_one_odd_value_among_good_ones_breaks_nothing_and_is_stored_whole_or_not_at_all(spare):
    wrong, counts, draw, site = [], Counter(), random.Random(20261124), spare.world.sites[0]
    asker = asking.Askers(spare).of(site.people["head"])
    with asking.watching(spare) as watch:
        for endpoint, action, form in drawn_forms(spare, site, asker):
            odd = [(name, *each) for name, kind in form["kinds"].items() if kind != "file" and name not in ("csrf_token", "rid")
                   for each in share(draw, nasty.KINDS.get("number" if kind == "hidden" else kind, nasty.TEXTS))]  # fmt: skip
            for name, label, value in [("", "good", ""), *odd]:
                watch.moved()
                answer = reply(asker, action, form, {**good(form), **({name: value} if name else {})})
                counts[answer.status_code] += 1
                page = answer.get_data(as_text=True)
                if answer.status_code >= 500 or nasty.SCRIPT in page:
                    wrong.append(f"{endpoint} {name}={label}: {answer.status_code}")
                if watch.moved() and answer.status_code in REFUSED - {409}:
                    wrong.append(f"{endpoint} {name}={label}: {answer.status_code} and yet stored something")
    print(dict(counts))
    assert counts[303] > 10
    assert not wrong, "\n".join(wrong)


def test_a_refused_form_stores_nothing_and_shows_again_what_was_typed(whole, people):
    wrong, counts = [], Counter()
    site, asker = people[0]
    with asking.watching(whole) as watch:
        for endpoint, action, form in drawn_forms(whole, site, asker):
            if endpoint in READS:
                continue
            kinds = form["kinds"].items()
            typed = {name: f"Kept {n}" for n, (name, kind) in enumerate(kinds) if kind == "text" and not re.search("mark-|minutes-", name)}
            broken = {name: "no-such-choice" if kind == "choice" else "31/02/2026" for name, kind in kinds if kind in ("choice", "date", "time")}
            before = watch.dump()
            watch.moved()
            answer = reply(asker, action, form, sent(form, **typed, **broken, **({"rid": "not-a-request-id"} if "rid" in form["fields"] else {})))
            counts[answer.status_code] += 1
            page = unescape(answer.get_data(as_text=True))
            if watch.moved() and (changed := watch.changes(before)) and answer.status_code in REFUSED:
                wrong.append(f"{endpoint}: {answer.status_code} and yet stored {changed}")
            if answer.status_code == 422:
                lost = [name for name, value in typed.items() if value not in page and form["kinds"][name] != "password"]
                wrong += [f"{endpoint}: lost what was typed in {lost}"] * bool(lost)
                if "no-such-choice" not in page and "31/02/2026" not in page and broken and not nasty.sentence(page, "", ""):
                    wrong.append(f"{endpoint}: does not name the value")
    print(dict(counts))
    assert not wrong, "\n".join(wrong)


ODD = {
    "an unknown field": lambda form: {"no-such-field": "1"},
    "a field sent twice": lambda form: {next((n for n, k in form["kinds"].items() if k in ("text", "date", "hidden") and n != "csrf_token"), "x"): ["1", "2"]},
}


@pytest.mark.parametrize("odd", ODD)
def test_fields_that_were_not_drawn_or_come_twice_are_refused_and_named(whole, people, odd):
    wrong = []
    site, asker = people[0]
    with asking.watching(whole) as watch:
        before = watch.dump()
        for endpoint, action, form in drawn_forms(whole, site, asker):
            if endpoint in READS:
                continue
            extra = ODD[odd](form)
            answer = reply(asker, action, form, sent(form, **extra))
            page = answer.get_data(as_text=True)
            if answer.status_code not in REFUSED:
                wrong.append(f"{endpoint}: {answer.status_code}")
            if answer.status_code == 400 and f"“{next(iter(extra))}”" not in unescape(page):
                wrong.append(f"{endpoint}: does not name {next(iter(extra))}")
            if watch.moved() and (changed := watch.changes(before)):
                wrong.append(f"{endpoint}: stored something in {changed}")
                before = watch.dump()
    assert not wrong, "\n".join(wrong)


def test_a_form_without_its_token_or_of_another_kind_is_refused_and_stores_nothing(whole, people):
    wrong = []
    site, asker = people[0]
    torn = b'--AaB\r\nContent-Disposition: form-data; name="rid"\r\n\r\n7'
    with asking.watching(whole) as watch:
        before = watch.dump()
        for endpoint, action, form in drawn_forms(whole, site, asker):
            if endpoint in READS:
                continue
            answers = {
                "no token": asker.client.post(action, data=sent(form)),
                "wrong token": asker.client.post(action, data={**sent(form), "csrf_token": "x.y.z"}),
                "text": asker.post(action, b"rid=1", content_type="text/plain"),
                "json": asker.post(action, b'{"a": [1, 2]}', content_type="application/json"),
                "no kind": asker.post(action, b"\xff\xfe\x00", content_type="nonsense"),
                "torn": asker.post(action, torn, content_type="multipart/form-data; boundary=AaB"),
                "no boundary": asker.post(action, torn, content_type="multipart/form-data"),
                "not UTF-8": asker.post(action, b"rid=%ff%fe&q=\xff", content_type="application/x-www-form-urlencoded"),
                "foreign": asker.post(action, sent(form), {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}),
            }
            wrong += [f"{endpoint} {label}: {answer.status_code}" for label, answer in answers.items() if answer.status_code >= 500]
            let_in = [label for label in ("no token", "wrong token", "foreign") if answers[label].status_code != 400]
            wrong += [f"{endpoint} {label}: {answers[label].status_code}" for label in let_in]
            if watch.moved() and (changed := watch.changes(before)):
                pressed = [label for label, answer in answers.items() if answer.status_code < 400]
                if set(form["kinds"].values()) != {"hidden"}:  # a button has nothing that could be wrong but its token
                    wrong.append(f"{endpoint}: stored something in {changed} after {pressed}")
                before = watch.dump()
    assert not wrong, "\n".join(wrong)


def test_no_address_breaks_a_page(whole, people):
    wrong, counts = [], Counter()
    site, asker = people[0]
    for rule in asking.rules(whole.app):
        good = asking.values(rule, site, site.own)
        for name in rule.arguments:
            number = rule._converters[name].regex == r"\d+"
            for value in nasty.PATH_NUMBERS if number else (*nasty.PATH_NUMBERS, *nasty.PATH_WORDS):
                path = asking.path(whole.app, rule, **good).replace(f"/{good[name]}/", f"/{value}/")
                for method in asking.methods(rule):
                    answer = asker.get(path) if method == "GET" else asker.post(path, {"rid": str(uuid4())})
                    counts[answer.status_code] += 1
                    if answer.status_code >= 500 or "<script>alert" in answer.get_data(as_text=True):
                        wrong.append(f"{method} {path[:90]}: {answer.status_code}")
    print(dict(counts))
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:60])


BAD_DAYS = {"a Sunday": "2026-11-22", "a bank holiday": "2026-12-25", "half-term": "2026-10-28", "next year": "2027-11-23",
            "long ago": "1999-11-23", "an INSET day": "2026-12-03"}  # fmt: skip


@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_register_of_a_day_or_time_without_one_is_not_found_or_explained(whole, people, day):
    wrong = []
    with asking.watching(whole) as watch:
        before = watch.dump()
        for (site, asker), key in product(people, ("AM", "10:00", "23:59")):
            number = session_no(date.fromisoformat(BAD_DAYS[day]), key)
            for rule in asking.rules(whole.app):
                if "session_no" not in rule.arguments:
                    continue
                path = asking.path(whole.app, rule, **{**asking.values(rule, site, site.own), "session_no": number})
                form = {"rid": str(uuid4()), "drawn": "0", f"mark-{site.own['pupil_id']}": "/", "mark": "/", "reason": "x"}
                if "GET" in rule.methods and (answer := asker.get(path)).status_code >= 500:
                    wrong.append(f"GET {rule.rule}: {answer.status_code}")
                if "POST" in rule.methods and (answer := asker.post(path, form)).status_code not in REFUSED:
                    wrong.append(f"POST {rule.rule}: {answer.status_code}")
        changed = watch.changes(before)
    assert not wrong, "\n".join(wrong)
    assert changed == []


QUERIES = {"page": nasty.PATH_NUMBERS, "group": nasty.PATH_NUMBERS, "at": ("", "yesterday",
           "2026-02-31T09:00", "9999-12-31T23:59", "0001-01-01T00:00", "2026-11-23T09:00+99:00"),
           "as_of": ("x", "2026-02-31"), "view": ("", "x", "a" * 5000), "day": ("", "2026-02-31", "0001-01-01", "9999-12-31", "x", "2026-11-22"),
           "mode": ("x",), "kind": ("x", "filled"), "q": (nasty.SCRIPT, "\x00")}  # fmt: skip


def test_no_question_in_an_address_breaks_a_page(whole, people):
    wrong, draw = [], random.Random(20261125)
    site, asker = people[0]
    for rule in asking.rules(whole.app):
        if "GET" not in rule.methods:
            continue
        path = asking.path(whole.app, rule, **asking.values(rule, site, site.own))
        for name, tried in QUERIES.items():
            for _, value in share(draw, dict(enumerate(tried))):
                answer = asker.client.get(path, query_string={name: value})
                if answer.status_code >= 500 or nasty.SCRIPT in answer.get_data(as_text=True):
                    wrong.append(f"{path}?{name}={value[:30]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong[:60])
