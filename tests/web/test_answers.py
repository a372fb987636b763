"""One view, two readers: a browser gets pages, htmx gets parts; and who may come in at all."""

from intranet.web import kit

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_htmx_gets_the_part_and_a_browser_the_page(client):
    assert client.get("/form/", headers=HTMX).text.startswith('<p id="part">')
    assert client.get("/form/").text.startswith("<!DOCTYPE html>")


def test_a_page_restored_from_history_or_asked_for_as_a_whole_is_the_page(client):
    for more in ({"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}):
        assert client.get("/form/", headers={**HTMX, **more}).text.startswith("<!DOCTYPE html>")


def test_after_saving_a_browser_is_sent_on_and_htmx_told_where_to_go(client, good):
    plain = client.post("/save/", data=good)
    assert (plain.status_code, plain.headers["Location"]) == (303, "/form/")
    assert client.post("/save/", data=good, headers=HTMX).headers["HX-Redirect"] == "/form/"


def test_what_was_done_is_said_once_on_the_next_page(client, good):
    client.post("/save/", data=good)
    assert '<div class="app-notice app-notice--done" role="status">' in client.get("/form/").text
    assert "app-notice--done" not in client.get("/form/").text


def test_a_guarded_view_asks_the_people_room_first(client):
    assert client.get("/guarded/?as=head").text == "for the head"
    refused = client.get("/guarded/")
    assert refused.status_code == 403
    assert "for the head" not in refused.text


def test_each_route_says_who_may_use_it(app):
    assert app.view_functions["guarded"].__daymark_rule__ == ("allow", "setting:home")
    assert all(hasattr(app.view_functions[rule.endpoint], "__daymark_rule__") for rule in app.url_map.iter_rules())


def test_a_form_from_another_site_or_without_a_token_is_not_taken(guarded_app, good):
    client = guarded_app.test_client()
    foreign = client.post("/save/", data=good, headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, "another site" in foreign.text) == (400, True)
    assert client.post("/save/", data=good, headers={"Origin": "https://elsewhere.example"}).status_code == 400
    lost = client.post("/save/", data=good)
    assert lost.status_code == 400
    assert 'name="name" value="Snow"' in lost.text
    assert "Try again" in lost.text


def test_navigation_shows_what_the_person_may_open_at_most_seven_and_marks_the_room(app):
    @app.get("/settings/<int:setting_id>/rooms/<int:number>/")
    @kit.public("a test page")
    def room(setting_id, number):
        return ""

    for number in range(9):
        app.add_url_rule(f"/settings/<int:setting_id>/room{number}/", f"room{number}", room)
        app.extensions["daymark.navigation"].add(
            kit.NavItem(f"Room {number}", f"room{number}", "closed" if number == 1 else "open", 90 - number)
        )
    with app.test_request_context("/settings/4/room3/17/"):
        links = app.extensions["daymark.navigation"].links(lambda permission: permission == "open", 4)
    assert [link.label for link in links] == [f"Room {number}" for number in (8, 7, 6, 5, 4, 3, 2)]
    assert [link.label for link in links if link.current] == ["Room 3"]
    assert links[0].url == "/settings/4/room8/"


def test_pages_of_one_section_share_a_link_and_stand_alone_for_people_who_may_not_open_its_first_page(app):
    @app.get("/settings/<int:setting_id>/desk/")
    @kit.public("a test page")
    def desk(setting_id):
        return ""

    app.add_url_rule("/settings/<int:setting_id>/desk/out/", "out", desk)
    app.extensions["daymark.navigation"].add(
        kit.NavItem("Desk", "desk", "hatch", own="Late"), kit.NavItem("Sign-out", "out", "open", under="desk")
    )
    with app.test_request_context("/settings/4/desk/out/"):
        navigation = app.extensions["daymark.navigation"]
        (both,) = navigation.links(lambda _permission: True, 4)
        (alone,) = navigation.links(lambda permission: permission == "open", 4)
    assert (both.label, both.current) == ("Desk", True)
    assert [(page.label, page.current) for page in both.section] == [("Late", False), ("Sign-out", True)]
    assert (alone.label, alone.section) == ("Sign-out", ())
