"""Every route for every role at its own place, at its neighbour's, for its own class, another's and none: who gets what."""

from __future__ import annotations

import os
import random
import re
from collections import Counter, defaultdict
from uuid import uuid4

from tests.whole import asking, matrix

#: How many questions the suite asks; DAYMARK_WHOLE=1 asks all of them (the drill "authorisation").
SHARE = 2500
JUNK = {"no-such-field": "1"}


def chosen(app, world):
    """Return a seeded share of the questions with every route, method, role and target in it; all of them for the drill."""
    every = list(matrix.cells(app, world))
    if os.environ.get("DAYMARK_WHOLE") == "1":
        return every, len(every)
    draw = random.Random(20261123)
    groups = defaultdict(list)
    for cell in every:
        groups[cell.rule.endpoint, cell.method, cell.target].append(cell)
    share = max(1, SHARE // len(groups))
    return [cell for group in groups.values() for cell in draw.sample(group, min(share, len(group)))], len(every)


def ask(askers, path, cell):
    asker, headers = askers.of(cell.account), asking.HTMX if cell.htmx else {}
    if cell.method == "GET":
        return asker.get(path, **headers)
    lets_in = bool(matrix.expected(askers.whole.app, cell) & {200})
    return asker.post(path, JUNK if lets_in else {"rid": str(uuid4())}, headers)


def test_every_role_gets_from_every_route_what_the_rules_say_and_no_more(whole):
    app, world, wrong, counts = whole.app, whole.world, [], Counter()
    askers, pages = asking.Askers(whole), {}
    some, total = chosen(app, world)
    for account in {cell.account for cell in some}:
        askers.of(account)
    with asking.watching(whole) as watch:
        before = watch.dump()
        watch.moved()
        for cell in some:
            path = matrix.address(app, world, cell)
            answer = ask(askers, path, cell)
            counts[answer.status_code] += 1
            if answer.status_code not in matrix.expected(app, cell):
                wrong.append(f"{cell}: {answer.status_code}, not {sorted(matrix.expected(app, cell))}")
            given_away = matrix.told(cell, asking.planted_in(answer), answer.get_data(as_text=True), world)
            wrong += [f"{cell}: shows {what}" for what in given_away]
            if answer.status_code == 404 and cell.target in ("foreign", "missing"):
                pages.setdefault((cell.rule.rule, cell.method, cell.account, cell.htmx), {})[cell.target] = asking.plain(answer)
            if watch.moved() and (changed := watch.changes(before)):
                wrong.append(f"{cell}: stored something in {changed}")
                before = watch.dump()
    wrong += [f"{key}: another setting's and a missing one differ" for key, found in pages.items() if len(set(found.values())) > 1]
    print(f"{len(some):,} of {total:,} questions asked; answers {dict(sorted(counts.items()))}; {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong[:60])


def test_a_setting_out_of_reach_looks_exactly_like_one_that_does_not_exist(whole):
    app, world = whole.app, whole.world
    academy = world.sites[0]
    other, asker = matrix.neighbour(world, academy), asking.Askers(whole).of(academy.people["head"])
    for rule in asking.rules(app):
        if "setting_id" not in rule.arguments or "GET" not in rule.methods:
            continue
        real = asker.get(asking.path(app, rule, **asking.values(rule, other, other.own)))
        missing = asker.get(asking.path(app, rule, **{**asking.values(rule, other, {}, missing=True), "setting_id": asking.MISSING}))
        assert real.status_code == missing.status_code == 404, rule.rule
        assert asking.plain(real) == asking.plain(missing), rule.rule
        assert dict(real.headers).keys() == dict(missing.headers).keys(), rule.rule


def test_a_refusal_names_the_role_that_is_needed_and_whom_to_ask(whole):
    site = whole.world.sites[0]
    answer = asking.Askers(whole).of(site.people["governor"]).get(f"/settings/{site.id}/pupils/")
    assert answer.status_code == 403
    assert re.search(r"It needs the role .*Office.*Ask the Principal of Setting 1", answer.get_data(as_text=True))


def test_signed_out_pages_lead_to_the_sign_in_and_scripts_are_told_to_go_there(whole):
    nobody, site = asking.Askers(whole).of(0), whole.world.sites[0]
    page = nobody.get(f"/settings/{site.id}/pupils/")
    assert (page.status_code, page.headers["Location"]) == (302, "/sign-in/")
    part = nobody.get(f"/settings/{site.id}/pupils/", **asking.HTMX)
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/sign-in/")


def test_a_cover_teacher_whose_day_has_passed_reaches_nothing(whole):
    asker, site = asking.Askers(whole).of(whole.world.ended_cover), whole.world.sites[0]
    for rule in asking.rules(whole.app):
        if "setting_id" in rule.arguments and "GET" in rule.methods:
            answer = asker.get(asking.path(whole.app, rule, **asking.values(rule, site, site.own)))
            assert answer.status_code == 404, rule.rule
            assert not asking.planted_in(answer)


def test_a_teacher_of_a_sister_setting_reaches_nothing_here(whole):
    asker, site = asking.Askers(whole).of(whole.world.elsewhere), whole.world.sites[0]
    for rule in asking.rules(whole.app):
        if "setting_id" in rule.arguments and "GET" in rule.methods:
            answer = asker.get(asking.path(whole.app, rule, **asking.values(rule, site, site.own)))
            assert answer.status_code == 404, rule.rule


def test_another_pupils_contact_flag_or_placement_is_not_found_under_the_wrong_pupil(whole):
    site = whole.world.sites[0]
    asker = asking.Askers(whole).of(site.people["head"])
    tried = 0
    with asking.watching(whole) as watch:
        before = watch.dump()
        for rule in asking.rules(whole.app):
            inner = rule.arguments & {"contact_id", "flag_id", "placement_id", "grant_id"}
            if not inner:
                continue
            given = {**asking.values(rule, site, site.own), **{name: site.others[name] for name in inner}}
            path = asking.path(whole.app, rule, **given)
            form = {"last": "2026-11-23", "reason": "x", "rid": "7d8f0a52-7a8e-4f0e-9d4e-0f3b8f0c1a11", "drawn": "0"}
            for answer in [asker.get(path)] * ("GET" in rule.methods) + [asker.post(path, form)] * ("POST" in rule.methods):
                tried += 1
                assert answer.status_code in (400, 404, 422), f"{rule.rule}: {answer.status_code}"
        assert watch.changes(before) == []
    assert tried >= 6
