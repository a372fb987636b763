"""What pages cost: the same number of statements for a school of any size, one commit a save."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import insert

from intranet import store
from intranet.law.sessions import session_no
from intranet.people.permissions import PERMISSIONS
from intranet.pupils import models as m
from tests.fixtures.whole import LATER, MONDAY, WEEK, opened
from tests.whole import asking

SMALL, LARGE = 30, 120
MOST_READ, MOST_SAVE = 8, 10
FIRST_DAY = MONDAY.replace(day=2)


def grow(site, number: int) -> None:
    """Add pupils to the first class of a setting, with a placement and an adult each."""
    with store.scope([site.id]), store.writing(now=LATER, actor_id=None) as w:
        pupil = {"setting_id": site.id, "legal_given": "Given", "born": FIRST_DAY.replace(year=2016), "admitted_on": FIRST_DAY, "year_group": 3, "offer": {}}
        made = list(w.conn.scalars(insert(m.Pupil).returning(m.Pupil.id), [{**pupil, "legal_family": f"Family{n}"} for n in range(number)]))
        people = list(w.conn.scalars(insert(m.Person).returning(m.Person.id), [{"setting_id": site.id, "family": "Adult", "phones": []}] * number))
        rows = [{"setting_id": site.id, "pupil_id": one, "first": FIRST_DAY} for one in made]
        w.conn.execute(insert(m.GroupMember), [{**row, "group_id": site.own["group_id"]} for row in rows])
        w.conn.execute(insert(m.Placement), [{**row, "model": "own_roll", "duties": {}, "agreement": {}, "warnings": []} for row in rows])
        adults = [{"setting_id": site.id, "pupil_id": one, "person_id": adult} for one, adult in zip(made, people, strict=True)]
        w.conn.execute(insert(m.PupilContact), [{**row, "relationship": "mother", "priority": 1, "is_parent": True} for row in adults])


@pytest.fixture
def grown(world_file, tmp_path, test_keys):
    """The app over a copy of the world whose first setting will grow."""
    yield from opened(world_file, tmp_path, test_keys)


def counts(whole, site, paths):
    """Return how many statements each page takes, asked a second time."""
    found = {}
    for role, path in paths:
        asker = asking.Askers(whole).of(site.people[role])
        asker.get(path)
        with store.statements() as ran:
            answer = asker.get(path)
        assert answer.status_code in (200, 302, 303), f"{path}: {answer.status_code}"
        found[role, path] = (len(ran), ran.texts)
    return found


def whole_setting_pages(whole, site):
    """Return every page without parameters but the setting and a class or session of it, with a person who may see it."""
    plain = {"setting_id", "group_id", "session_no", "year", "kind", "tab"}
    pages = []
    for rule in asking.rules(whole.app):
        if "GET" in rule.methods and "setting_id" in rule.arguments and rule.arguments <= plain:
            key = asking.permission(whole.app, rule)
            reader = "head" if key is None or "head" in PERMISSIONS[key].roles else "dsl"
            pages.append((reader, asking.path(whole.app, rule, **asking.values(rule, site, site.own))))
    pages.append(("head", f"/settings/{site.id}/registers/print/{site.own['group_id']}/?day={WEEK[0]}&whole=week&kind=filled"))
    return [*pages, *((role, f"/settings/{site.id}/") for role in ("teacher", "office", "dsl", "governor"))]


def test_pages_of_a_whole_setting_take_as_many_statements_for_120_pupils_as_for_30(grown):
    site = grown.world.sites[0]
    paths = whole_setting_pages(grown, site)
    grow(site, SMALL)
    small = counts(grown, site, paths)
    grow(site, LARGE - SMALL)
    large = counts(grown, site, paths)
    more = {key: (small[key][0], large[key][0]) for key in small if large[key][0] > small[key][0]}
    print({f"{role} {path}": ran for (role, path), (ran, _) in large.items()})
    assert len(paths) > 15
    assert not more


def test_a_register_opens_in_eight_statements_and_saves_in_ten_with_one_commit(grown):
    site = grown.world.sites[0]
    grow(site, SMALL)
    path = f"/settings/{site.id}/registers/{session_no(MONDAY, 'AM')}/{site.own['group_id']}/"
    asker = asking.Askers(grown).of(site.people["teacher"])
    asker.get(path)
    with store.statements() as opened_in:
        assert asker.get(path).status_code == 200
    with store.statements() as saved_in:
        answer = asker.post(path, {"rid": str(uuid4()), "drawn": "0", "act": "rest", "mode": "teacher"})
    assert answer.status_code == 303, answer.get_data(as_text=True)[-2000:]
    print(f"open {len(opened_in)}, save {len(saved_in)}, {saved_in.commits} commit")
    assert len(opened_in) <= MOST_READ, "\n".join(opened_in.texts)
    assert saved_in.commits == 1
    assert len(saved_in) <= MOST_SAVE, "\n".join(saved_in.texts)
