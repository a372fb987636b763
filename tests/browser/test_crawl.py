"""Every link that any role can follow leads to a page with a title and one heading; one of each kind of page is accessible."""

from __future__ import annotations

import uuid
from collections import defaultdict, deque

import pytest
from sqlalchemy import select

from intranet import duties, store
from intranet.cases import service as cases
from intranet.cases.safeguarding import telling
from intranet.extension import host
from intranet.law.grounds import grounds_on
from intranet.people.actor import Actor, Grant
from intranet.people.places import Setting
from intranet.roll import removal
from intranet.roll.removal import Entered
from intranet.settings import policy_service
from intranet.settings.service import context
from tests.browser.looking import Outline, faults
from tests.browser.test_quick import press, saved
from tests.fixtures.people import an_account, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EACH = 3  # pages of one kind that one role looks at


#: Pages that no link leads to: reached by a form, an address typed or sent, or a script.
NOT_BY_LINKS = {
    "demo.pick", "people.again", "people.open_link", "people.password_by_link", "people.sign_in", "people.signed_out",  # signed out
    "registers.now", "exchange.look", "exchange.progress", "settings.end_value",  # the jump box; after an upload; after a house value is set
    "duties.of_kind",  # the home page's own list, of one kind
    # behind one child's removal or return, which a crawl of three pages a kind seldom meets: tests/roll looks at them
    "roll.approve", "roll.complete", "roll.details", "roll.end_place", "roll.give_up", "roll.one_return", "roll.print_return", "roll.proof", "roll.withdraw",
    # behind what a strand or a parent's message holds, or a link sent to a parent: tests/safeguarding and tests/registers look at them
    "safeguarding.answer", "safeguarding.break_glass", "safeguarding.criterion", "safeguarding.file", "safeguarding.forget", "safeguarding.match",
    "followup.message", "followup_parent.tell",
    "register_worker", "web.static",  # no pages
}  # fmt: skip


def unreached(app, kinds):
    """Return the pages of the product that nobody reached by links."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    return {rule.endpoint for rule in rules} - set(kinds)


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


def a_morning(live):
    """One register is taken with a child missing, the others are not; the minute tick has been; a teacher asks about the policy."""
    page = live.teacher()
    press(page, "1NAS")
    saved(page)
    live.at("10:30")
    place = live.school.academy
    with live.app.app_context():
        now = live.app.extensions["daymark.clock"].now()
        duties.tick(now)
        with store.scope([place.id]), store.writing(now=now, actor_id=place.people["teacher"]) as w:
            policy_service.comment(w, context(place.id), "Does this hold for visits too?")
            cases.open_case(w, context(place.id), host.for_setting(context(place.id)), "cme", place.pupils[1], None, None, note="Nobody answers.")
        with store.scope([place.id]):
            ctx, office = context(place.id), Actor(place.people["office"], "Office", "office", (Grant("office", place.id),))
            telling.tell(ctx, office, place.pupils[2], telling.Told(now, "Very tired all week.", ""), now, str(uuid.uuid4()))
            ground = Entered(grounds_on(now.date(), compulsory=True, legal_type=ctx.legal_type, boarder=False)[0].id)
            removal.begin(ctx, host.for_setting(ctx), place.pupils[3], ground, actor=office, now=now)


def a_director(live):
    """Return the account of somebody who acts for the trust of the three settings."""
    with live.app.app_context(), store.all_settings("test"), store.connection() as conn:
        trust = conn.scalar(select(Setting.organisation_id).where(Setting.id == live.school.academy.id))
        return an_account("trust_director", organisation=trust, name="Drew Dotterel")


def test_every_link_of_every_role_leads_to_a_whole_page_and_one_of_each_is_accessible(live):
    a_morning(live)
    wrong, kinds = [], {}
    people = [one for place in live.school.places for one in place.people.items()]
    for role, account in [*people, ("trust_director", a_director(live))]:
        reached, broken = crawl(live.app, account)
        wrong += [(role, *one) for one in broken]
        for endpoint, paths in reached.items():
            kinds.setdefault(endpoint, (account, paths[0]))
    assert wrong == []
    assert unreached(live.app, kinds) <= NOT_BY_LINKS
    place = live.school.academy
    kinds["duties.of_kind"] = (place.people["attendance_lead"], f"/settings/{place.id}/duties/of/n_code/")
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
