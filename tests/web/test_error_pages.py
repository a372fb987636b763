"""What people read when something goes wrong."""

import logging

import pytest

from tests.web.sample import build

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/guarded/", 403, ["Your role does not allow this", "Role needed", "head", "Whom to ask", "the office"]),
        ("/nowhere/", 404, ["There is nothing here", "check it"]),
        ("/fails/gone/", 404, ["There is nothing here", "a setting you do not work at"]),
        (
            "/fails/conflict/",
            409,
            ["Somebody else changed this first", "Nothing was overwritten", "yours N, theirs L", "as it is now"],
        ),
        (
            "/fails/refused/",
            422,
            ["Date of birth “2031-01-01”: a pupil is born before today. Enter the date on the", "ATT-001"],
        ),
        ("/fails/unsaved/", 503, ["Not saved. Your entries are below. The disk is full."]),
        ("/fails/surprise/", 500, ["The fault is ours", "reference "]),
        ("/fails/teapot/", 418, ["Something went wrong"]),
    ],
)
def test_each_error_says_what_and_what_next(client, path, status, words):
    answer = client.get(path)
    assert answer.status_code == status
    for word in words:
        assert word in answer.text


@pytest.mark.parametrize("kind", ["unsaved", "surprise"])
def test_what_was_typed_comes_back_to_be_sent_again_but_no_password(client, kind):
    page = client.post(f"/fails/{kind}/", data={"note": "Rang at <9>", "rid": "r-1", "new_password": "hunter2"}).text
    assert 'name="note" value="Rang at &lt;9&gt;"' in page
    assert 'name="rid" value="r-1"' in page
    assert "Try again" in page
    assert "hunter2" not in page


def test_nothing_is_offered_to_send_again_where_nothing_was_typed(client):
    assert "Your entries</h2>" not in client.get("/fails/surprise/").text


def test_a_surprise_keeps_its_secret_and_the_log_has_the_reference(client, caplog):
    with caplog.at_level(logging.ERROR, "daymark.errors"):
        page = client.post("/fails/surprise/", data={"note": "Amber fell ill"}).text
    reference = page.split("reference ")[1][:8]
    assert f"reference {reference}" in caplog.text
    assert "address" not in page
    assert "Amber" not in caplog.text


@pytest.mark.parametrize("kind", ["refused", "conflict", "gone", "unsaved", "surprise"])
def test_htmx_gets_a_line_for_the_alert_at_the_top_of_the_page(client, kind):
    answer = client.get(f"/fails/{kind}/", headers=HTMX)
    assert answer.headers["HX-Retarget"] == "#page-alert"
    assert answer.headers["HX-Reswap"] == "innerHTML"
    assert answer.text.startswith('<div class="app-notice app-notice--danger">')


def test_a_wrong_method_says_which_are_right(client):
    assert "POST" in client.get("/save/").headers["Allow"]


def test_the_jump_box_is_offered_where_nothing_was_found():
    page = build(dressed=True).test_client().get("/nowhere/").text
    assert "use the jump box" in page
    assert 'action="/jump/"' in page
