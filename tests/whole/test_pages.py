"""Walking through every page as a person does: well made, no dead ends, nothing changed by looking, nothing personal in addresses or logs."""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from tests.whole import asking
from tests.whole.pages import Page, internal

#: Whose eyes see most of each setting; at the first one also people with other rights.
WALKERS = ("head", "teacher")
MORE = ("office", "dsl", "governor")
NUMBER = re.compile(r"\d+")


def starts(app, site):
    """Return every address of a setting's own things, and those that belong to nobody."""
    return [asking.path(app, rule, **asking.values(rule, site, site.own)) for rule in asking.rules(app) if "GET" in rule.methods]


def walk(whole, site, role):
    """Yield (path, answer) for each page a person comes to by links from the pages of routes, two of a kind at most."""
    asker = asking.Askers(whole).of(site.people[role])
    todo, met, kinds = starts(whole.app, site), set(), {}
    while todo:
        path = todo.pop(0)
        kind = NUMBER.sub("0", path)
        if path in met or kinds.get(kind, 0) >= 2 or path.startswith(("/static/", "/demo/", "/password/")):
            continue
        met.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = asker.get(path)
        yield path, answer
        if answer.status_code in (301, 302, 303):
            todo.append(answer.headers["Location"])
        elif answer.mimetype == "text/html":
            todo += led_to(path, answer)


def led_to(path, answer):
    """Return the addresses in the app that a page links."""
    return [urljoin(path, link) for link in internal(Page(answer.get_data(as_text=True)).links)]


@pytest.fixture(scope="module")
def walked(whole):
    """Every page each walker of each setting comes to, with what was stored and logged on the way."""
    records, found = [], []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(f"{record.getMessage()} {record.exc_text or record.exc_info or ''}")
    logging.getLogger().addHandler(handler)
    before_level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with asking.watching(whole) as watch:
            before = watch.dump()
            for site in whole.world.sites:
                for role in (*WALKERS, *(MORE if site.number == 1 else ())):
                    found += [(site, role, path, answer) for path, answer in walk(whole, site, role)]
            changed = watch.changes(before)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(before_level)
    return found, changed, records


def html(walked):
    pages = [(f"{role} of {site.kind}: {path}", path, answer) for site, role, path, answer in walked[0]]
    read = [(who, path, answer) for who, path, answer in pages if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400]
    return [(who, path, answer.status_code, Page(answer.get_data(as_text=True))) for who, path, answer in read]


def test_every_page_has_one_heading_a_title_labels_unique_ids_and_no_inline_code(walked):
    problems = {f"{NUMBER.sub('0', path)}: {text}": who for who, path, _, page in html(walked) for text in page.problems()}
    print(f"{len(html(walked))} pages read, {len({NUMBER.sub('0', path) for _, path, _, _ in html(walked)})} kinds")
    assert not problems, "\n".join(f"{text} ({who})" for text, who in sorted(problems.items()))


def test_no_page_fails_and_no_link_on_a_page_leads_nowhere(whole, walked):
    failed = [f"{role} of {site.kind}: {path} {answer.status_code}" for site, role, path, answer in walked[0] if answer.status_code >= 500]
    answers = {(site.id, role, path): answer.status_code for site, role, path, answer in walked[0]}
    askers, dead = asking.Askers(whole), set()
    for site, role, path, answer in walked[0]:
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for link in set(led_to(path, answer)):
            if link.startswith("/static/"):
                continue
            key = (site.id, role, link)
            if key not in answers:
                answers[key] = askers.of(site.people[role]).get(link).status_code
            if answers[key] >= 400:
                dead.add(f"{role} of {site.kind}: {NUMBER.sub('0', path)} links {NUMBER.sub('0', link)}: {answers[key]}")
    assert not failed
    assert not dead, "\n".join(sorted(dead))


def test_every_form_on_a_page_is_sent_to_a_route_that_takes_it(whole, walked):
    adapter = whole.app.url_map.bind("localhost")
    wrong = set()
    for who, path, _, page in html(walked):
        for action in page.posts:
            try:
                adapter.match(urlsplit(urljoin(path, action)).path, method="POST")
            except (HTTPException, RoutingException) as error:
                wrong.add(f"{who} posts to {action}: {type(error).__name__}")
    assert not wrong


def test_looking_changes_nothing(walked):
    assert walked[1] == []


def test_addresses_hold_no_names_and_no_other_personal_data(walked):
    personal = set()
    for who, _path, _, page in html(walked):
        for link in internal([*page.links, *page.posts]):
            asked = urlsplit(link)
            if asking.PLANTED.search(link) or any(not re.fullmatch(r"[\w:., -]{0,40}", value) for _, value in parse_qsl(asked.query)):
                personal.add(f"{who}: {link}")
    assert not personal


def test_logs_hold_nothing_personal_after_a_walk_through_everything(walked):
    told = [line for line in walked[2] if asking.PLANTED.search(line) or re.search(r"[A-Z]\d{12}|01632", line)]
    assert not told, told[:5]


def test_a_failure_of_ours_is_logged_without_what_was_typed(whole, caplog, monkeypatch):
    site = whole.world.sites[0]
    asker = asking.Askers(whole).of(site.people["office"])

    def fails(*_args, **_values):
        raise RuntimeError("a fault")

    monkeypatch.setitem(whole.app.view_functions, "pupils.find", fails)
    with caplog.at_level(logging.DEBUG):
        answer = asker.post(f"/settings/{site.id}/pupils/search/", {"q": "Vx1xnx0"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "Traceback" not in page and "RuntimeError" not in page
    assert re.search(r"reference [0-9a-f]{8}", page) and "Vx1xnx0" in page
    assert "Vx1xnx0" not in caplog.text and "reference" in caplog.text
