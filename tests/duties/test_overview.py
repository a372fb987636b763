"""Who answers for several settings sees each of them today first; who keeps the install sees how it is."""

from __future__ import annotations

import re

from intranet import duties, store
from intranet.commands import upkeep
from intranet.store import health
from tests.duties.playing import at, save
from tests.fixtures.people import a_setting, an_account, an_organisation, signed_in
from tests.fixtures.pupils import a_class, a_pupil


def a_trust(count):
    """Return a trust and its settings, the first with a child absent without a reason this morning."""
    at("2025-10-08 08:00")
    trust = an_organisation("Thimble Trust")
    made = [a_setting(f"Pebble {n}", organisation=trust) for n in range(count)]
    for setting in made:
        group = a_class(setting)
        pupil = a_pupil(setting, joined="2025-10-08", group=group)
        if setting == made[0]:
            save(setting, "2025-10-08 AM", {pupil: "N"}, group=group, now="2025-10-08 09:10")
    duties.tick(at("2025-10-08 09:31"))
    return trust, made


def shown(client, setting):
    return " ".join(client.get(f"/settings/{setting}/").get_data(as_text=True).split())


def numbers(page, name):
    row = re.search(rf"<tr> <th scope=\"row\"><a[^>]*>{name}</a>.*?</tr>", page)[0]
    return [int(one) for one in re.findall(r'<td class="app-number">(\d+)</td>', row)]


def test_a_director_sees_each_of_their_settings_with_what_is_not_accounted_for_and_no_child(app, client):
    trust, made = a_trust(2)
    elsewhere = a_setting("Elsewhere")
    page = shown(signed_in(client, an_account("trust_director", organisation=trust)), made[0])
    assert numbers(page, "Pebble 0")[:2] == [1, 0]
    assert numbers(page, "Pebble 1")[:2] == [0, 1]
    assert page.index("Pebble 0</a>") < page.index("Pebble 1</a>") and f"/settings/{elsewhere}/" not in page
    assert "/settings/new/" in page and "This install" not in page


def test_an_overdue_duty_is_counted_apart_from_those_due_today(app, client):
    trust, made = a_trust(1)
    director = an_account("trust_director", organisation=trust)
    at("2025-10-15 10:00")
    signed_in(client, director)
    assert numbers(shown(client, made[0]), "Pebble 0")[3] >= 1, "the reason is due on its fifth school day"
    at("2025-10-16 10:00")
    signed_in(client, director)
    assert numbers(shown(client, made[0]), "Pebble 0")[2] >= 1


def test_ten_settings_cost_as_many_statements_as_two(app, client):
    wide, narrow = a_trust(10), a_trust(2)
    counts = []
    for trust, made in (wide, narrow):
        signed_in(client, an_account("trust_director", organisation=trust))
        shown(client, made[0])  # calendars are read once and kept
        with store.statements() as counted:
            assert shown(client, made[0]).count('scope="row"') == len(made)
        counts.append(len(counted))
    assert counts[0] == counts[1], counts


def test_an_administrator_sees_how_the_install_is_and_nobody_else_does(app, client, monkeypatch):
    trust, made = a_trust(1)
    an_account(None, name="Nora Nobody")
    admin = signed_in(client, an_account("system_admin"))
    page = shown(admin, made[0])
    assert "3 open accounts" not in page and "2 open accounts, 1 without a role today" in page
    assert "Not known here yet. Run python3 app.py tick every minute." in page
    assert "Not verified yet. Run python3 app.py verify." in page
    assert "Alternative provision" in page and "Last sealed on Wed 8 Oct 2025" in page
    health.note_tick(app.config["DAYMARK"], at("2025-10-08 09:40"))
    monkeypatch.setattr(upkeep, "_app", lambda: app)
    assert upkeep.verify(None) == 0
    page = shown(admin, made[0])
    assert "Wed 8 Oct 2025, 09:40" in page and re.search(r"0 problems in \d+ events, Wed 8 Oct 2025, 09:40", page)
    assert "This install" not in shown(signed_in(client, an_account("head", setting=made[0])), made[0])


def test_who_keeps_one_setting_only_is_not_shown_the_way_to_open_another(app, client):
    _, made = a_trust(1)
    page = shown(signed_in(client, an_account("system_admin", setting=made[0])), made[0])
    assert "This install" in page and "/settings/new/" not in page


def test_a_file_that_is_torn_says_nothing_rather_than_something_wrong(app):
    config = app.config["DAYMARK"]
    (config.home / "tick.json").write_text('{"at": "2025-')
    (config.home / "verified.json").write_text("[]")
    assert health.ticked_at(config) is None and health.verified(config) is None
