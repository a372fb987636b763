"""Every link that any role can follow leads to a page with a title and one heading; one of each kind of page is accessible."""

from __future__ import annotations

from collections import defaultdict, deque

import pytest

from tests.browser.looking import Outline, faults
from tests.fixtures.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EACH = 3  # pages of one kind that one role looks at


def crawl(app, account):
    """Return the pages a person reaches by links from the first page, by endpoint, and what is wrong with any."""
    with app.app_context():
        client = signed_in(app.test_client(), account)
    urls = app.url_map.bind("")
    reached, wrong = defaultdict(list), []
    queue, seen = deque(["/"]), {"/"}
    while queue:
        path = queue.popleft()
        endpoint = urls.match(path.partition("?")[0], method="GET")[0]
        if len(reached[endpoint]) >= EACH or endpoint == "web.static":
            continue
        reached[endpoint].append(path)
        answer = client.get(path, follow_redirects=True)
        outline = Outline(answer.get_data(as_text=True))
        if (answer.status_code, outline.headings, bool(outline.title)) != (200, 1, True):
            wrong.append((path, answer.status_code, outline.headings, outline.title))
        fresh = [link for link in dict.fromkeys(outline.links) if link not in seen]
        seen.update(fresh)
        queue.extend(fresh)
    return reached, wrong


def test_every_link_of_every_role_leads_to_a_whole_page_and_one_of_each_is_accessible(live):
    live.at("10:30")
    wrong, kinds = [], {}
    for place in live.school.places:
        for role, account in place.people.items():
            reached, broken = crawl(live.app, account)
            wrong += [(role, *one) for one in broken]
            for endpoint, paths in reached.items():
                kinds.setdefault(endpoint, (account, paths[0]))
    assert wrong == []
    assert len(kinds) > 25
    assert look_at(live, kinds) == {}


def look_at(live, kinds):
    """Return what is wrong with one page of each kind, each as somebody who reaches it."""
    by_person, found = defaultdict(list), {}
    for endpoint, (account, path) in kinds.items():
        by_person[account].append((endpoint, path))
    for account, pages in by_person.items():
        page = live.person(account)
        for endpoint, path in pages:
            page.goto(path)
            if wrong := faults(page):
                found[endpoint, path] = wrong
    return found
