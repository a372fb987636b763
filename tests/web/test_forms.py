"""What is sent must be what was drawn, and errors are sentences."""

import re
from datetime import date, time
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import MultiDict

from intranet.web import kit
from tests.web.sample import MOMENT, ClosureForm


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
        ("name", "A burst boiler", "Reason: “A burst boiler” does not fit. It cannot be longer than 9 characters."),
        ("rid", "again", "The form&#39;s request id was lost on the way."),
    ],
)
def test_a_wrong_value_gets_a_sentence_with_the_thing_the_value_and_the_next_step(client, good, field, value, sentence):
    answer = client.post("/form/", data={**good, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert 'value="Snow"' in answer.text or field == "name"


def test_a_form_without_its_request_id_is_refused_for_a_repeat_could_not_be_told_from_a_new_one(client, good):
    answer = client.post("/form/", data={name: value for name, value in good.items() if name != "rid"})
    assert answer.status_code == 422
    assert "The form&#39;s request id was lost on the way. Open the page again and send it from there." in answer.text


@pytest.mark.parametrize(("first", "at"), [("2025-12-02", "09:00"), ("02/12/2025", "09.00"), ("2.12.2025", "09:00:00")])
def test_days_and_times_may_be_typed_as_people_write_them(app, good, first, at):
    with app.test_request_context("/form/", method="POST", data={**good, "first": first, "at": at}):
        form = ClosureForm()
        assert form.validate(), form.errors
        assert (form.first.data, form.at.data) == (date(2025, 12, 2), time(9, 0))


def test_what_was_chosen_is_chosen_again_when_the_form_comes_back(client, good):
    sent = MultiDict([*{**good, "name": "", "told": "y"}.items(), ("classes", "2")])
    page = client.post("/form/", data=sent).text
    assert re.search(r'<option value="snow" selected', page)
    assert re.search(r'name="who" type="radio" value="all" checked', page)
    assert re.search(r'name="classes" type="checkbox" value="2" checked', page)
    assert not re.search(r'name="classes" type="checkbox" value="1" checked', page)
    assert re.search(r'name="told" type="checkbox" value="y" checked', page)
    assert 'value="2025-12-02"' in page


def test_every_shared_part_escapes_what_it_is_given(app):
    bad = "<i>x"
    with app.test_request_context("/"):
        parts = app.jinja_env.get_template("_macros/ui.html").module
        made = [
            parts.tag(bad),
            parts.table(bad, [bad], caller=lambda: ""),
            parts.empty(MOMENT, bad),
            parts.clock_text(bad, bad, MOMENT),
            parts.fold([(bad, bad)], bad),
            parts.facts([(bad, bad)]),
            parts.tile(bad, bad, bad, bad, bad),
            parts.card(bad, caller=lambda: ""),
            parts.tabs([(bad, bad, False)]),
            parts.page_title(bad, bad),
            parts.timeline([SimpleNamespace(at=MOMENT, title=bad, who=bad, text=bad)]),
        ]
    assert all("&lt;i&gt;x" in str(part) and "<i>" not in str(part) for part in made)


def test_a_status_always_has_the_same_colour_and_always_its_words(app):
    with app.test_request_context("/"):
        tag = app.jinja_env.get_template("_macros/ui.html").module.tag
        assert str(tag("Overdue 3 days")) == '<strong class="app-tag app-tag--overdue">Overdue 3 days</strong>'
        assert "app-tag--info" in tag("Waiting for the office")
        assert "app-tag--none" in tag("Unheard of")


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
