"""What is sent must be what was drawn, and errors are sentences."""

import pytest
from werkzeug.datastructures import MultiDict

from intranet.web import kit
from tests.web.sample import ClosureForm


def test_a_good_form_is_taken(client, good):
    assert client.post("/form/", data=good).status_code == 200


def test_an_unknown_field_is_refused_by_name_and_nothing_else_is_tried(client, good):
    answer = client.post("/form/", data={**good, "is_admin": "1"})
    assert answer.status_code == 400
    assert "The field “is_admin” is not part of this form. Nothing was stored." in answer.text


def test_a_repeated_single_field_is_refused(client, good):
    answer = client.post("/form/", data=MultiDict([*good.items(), ("kind", "inset")]))
    assert answer.status_code == 400
    assert "“kind” was sent more than once" in answer.text


def test_a_field_for_many_values_and_a_grids_own_names_are_taken(client, good):
    many = MultiDict([*good.items(), ("classes", "1"), ("classes", "2"), ("mark-17", "N")])
    assert client.post("/form/", data=many).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter the reason."),
        ("first", "tomorrow", "First day: “tomorrow” is not a date. Enter a date like 14/10/2025."),
        ("first", "", "First day: nothing was entered."),
        ("at", "nine", "From: “nine” is not a time. Enter a 24-hour time like 09:05."),
        ("minutes", "soon", "Minutes: “soon” is not a whole number. Enter a number like 8."),
        ("kind", "flood", "Kind: “flood” is not one of the choices. Choose one from the list."),
        ("rid", "again", "The form&#39;s request id was lost on the way."),
    ],
)
def test_a_wrong_value_gets_a_sentence_with_the_thing_the_value_and_the_next_step(client, good, field, value, sentence):
    answer = client.post("/form/", data={**good, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert 'value="Snow"' in answer.text or field == "name"


def test_the_summary_links_to_the_field_and_the_field_says_it_too(client, good):
    page = client.post("/form/", data={**good, "minutes": "soon"}).text
    assert '<a href="#minutes">' in page
    assert 'id="minutes-error"' in page
    assert "<title>Error: " in page


def test_a_form_is_drawn_with_a_fresh_request_id_each_time_and_keeps_it_when_sent_back(app, good):
    with app.test_request_context("/form/"):
        assert ClosureForm().request_id != ClosureForm().request_id
    with app.test_request_context("/form/", method="POST", data={**good, "name": ""}):
        form = ClosureForm()
        assert not form.validate()
        assert form.request_id == good["rid"]
        assert form.drawn_position == 7


def test_a_services_refusal_stands_beside_its_field_or_over_the_whole_form(app, good):
    with app.test_request_context("/form/", method="POST", data=good):
        form = ClosureForm()
        assert form.validate()
        form.take(
            kit.Refused("First day", "2025-12-02", "the day has marks already", "Choose another day", fields=["first"])
        )
        form.take(kit.Refused("Setting", "", "it closed for good", "Ask the office"))
        assert [(p.field, p.text) for p in kit.field_errors(form)] == [
            ("", "Setting: it closed for good. Ask the office."),
            ("first", "First day “2025-12-02”: the day has marks already. Choose another day."),
        ]


def test_what_people_type_is_escaped_in_fields_summaries_and_text_files(client, good):
    page = client.post("/form/", data={**good, "name": "<script>x", "minutes": "<img src=x>"}).text
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "<img" not in page
    assert "<script>" not in client.get("/plain/").text
