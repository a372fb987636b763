"""Nobody outside the team comes upon a word, a count or a hint of what the room holds: every route and every linked page, asked as every role."""

import re
from collections import Counter

import pytest

from intranet.people.permissions import PERMISSIONS
from tests.fixtures.whole import core_of, planted
from tests.whole import asking, matrix
from tests.whole.test_pages import led_to

HINT = re.compile(r"/safeguarding/strands/|nobody of your team has opened|Who opened this")


def in_team(site, role):
    return core_of(site.kind, role) in PERMISSIONS["safeguarding:read"].roles


def walk(whole, site, role):
    """Yield (path, answer) for each page a person comes to by links from the setting's own pages, three of a kind at most."""
    asker, kinds, met = asking.Askers(whole).of(site.people[role]), Counter(), set()
    plain = [rule for rule in asking.rules(whole.app) if "GET" in rule.methods and rule.arguments == {"setting_id"}]
    todo = [asking.path(whole.app, rule, setting_id=site.id) for rule in plain]
    while todo:
        path = todo.pop(0)
        kind = re.sub(r"\d+", "0", path)
        if path in met or kinds[kind] >= 3 or path.startswith(("/static/", "/demo/", "/password/")):
            continue
        met.add(path)
        kinds[kind] += 1
        answer = asker.get(path)
        yield path, answer
        if answer.status_code in (301, 302, 303):
            todo.append(answer.headers["Location"])
        elif answer.mimetype == "text/html":
            todo += led_to(path, answer)


@pytest.fixture(scope="module")
def cells(whole):
    """Every question to the room's own routes: who asks, how, and where it points."""
    return [cell for cell in matrix.cells(whole.app, whole.world) if cell.rule.endpoint.startswith("safeguarding.") and not cell.htmx]


def test_each_role_gets_from_the_room_what_the_rules_say_and_stores_nothing(whole, cells):
    askers, wrong, counts = asking.Askers(whole), [], Counter()
    with asking.watching(whole) as watch:
        before = watch.dump()
        for account in {cell.account for cell in cells}:
            askers.of(account)
        for cell in cells[:: max(1, len(cells) // 1500)]:
            path = matrix.address(whole.app, whole.world, cell)
            asker = askers.of(cell.account)
            answer = asker.get(path) if cell.method == "GET" else asker.post(path, {"no-such-field": "1"})
            counts[answer.status_code] += 1
            if answer.status_code not in matrix.expected(whole.app, cell):
                wrong.append(f"{cell}: {answer.status_code}, not {sorted(matrix.expected(whole.app, cell))}")
            wrong += [f"{cell}: shows {what}" for what in matrix.told(cell, asking.planted_in(answer), answer.get_data(as_text=True), whole.world)]
            if not (cell.role and in_team(cell.site, cell.role)) and cell.target == "own" and "strand_id" in cell.rule.arguments and answer.status_code == 200:
                wrong.append(f"{cell}: reads a strand")
        changed = watch.changes(before)
    print(dict(counts))
    assert counts[200] > 20 and counts[404] > 100
    assert not wrong, "\n".join(wrong[:40])
    assert changed == []


def test_no_page_that_links_lead_to_shows_what_was_told(whole):
    academy, wrong, seen = whole.world.sites[0], [], 0
    for role in academy.people:
        if in_team(academy, role):
            continue
        for path, answer in walk(whole, academy, role):
            seen += 1
            text = answer.get_data(as_text=True)
            if HINT.search(text) or any(tier == "t" for _, tier, _ in asking.planted_in(answer)):
                wrong.append(f"{role}: {path}")
    assert seen > 200
    assert not wrong


def test_the_team_comes_upon_it_by_links_alone(whole):
    academy = whole.world.sites[0]
    found = {tier for _, answer in walk(whole, academy, "dsl") for _, tier, _ in asking.planted_in(answer)}
    assert "t" in found


def test_a_search_for_what_was_told_finds_nothing(whole):
    academy = whole.world.sites[0]
    for role in ("office", "head", "dsl"):
        asker = asking.Askers(whole).of(academy.people[role])
        for number in (1, 3, 4):
            for path in ("pupils/search/", "jump/"):
                answer = asker.post(f"/settings/{academy.id}/{path}", {"q": planted(1, "t", number)})
                assert "Given" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("role, sees", [("office", True), ("principal", True), ("teacher", False), ("governor", False)])
def test_the_signal_is_on_the_child_s_page_for_those_who_may_see_it(whole, role, sees):
    academy = whole.world.sites[0]
    page = asking.Askers(whole).of(academy.people[role]).get(f"/settings/{academy.id}/pupils/{academy.own['pupil_id']}/")
    assert ("Speak to the safeguarding lead" in page.get_data(as_text=True)) is sees
