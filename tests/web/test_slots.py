"""Slots: filled, empty, refused and failing."""

import pytest

from intranet.errors import ConfigError
from intranet.web.kit import SlotPart


def parts(*made):
    return lambda slot_name, context: made


def test_a_slot_that_nobody_fills_is_nothing_at_all(client):
    assert client.get("/slots/pupil.panels/").text == ""


def test_parts_come_in_order_with_the_pages_values_escaped(app, client):
    slots = app.extensions["daymark.slots"]
    slots.add("pupil.panels", parts(SlotPart("sample/_badge.html", {"colour": "second"}, 60)))
    slots.add(None, lambda name, context: [SlotPart("sample/_badge.html", {"colour": context["pupil"]}, 10)])
    html = client.get("/slots/pupil.panels/").text
    assert html.index("&lt;script&gt;") < html.index("second")
    assert "<script>" not in html


def test_a_part_with_a_permission_is_shown_only_to_those_who_have_it(app, client):
    app.extensions["daymark.slots"].add(
        "pupil.panels", parts(SlotPart("sample/_badge.html", {"colour": "red"}, permission="pupil:read"))
    )
    assert client.get("/slots/pupil.panels/").text == ""
    app.extensions["daymark.may"] = lambda permission, setting_id: permission == "pupil:read"
    assert "red" in client.get("/slots/pupil.panels/").text


def test_a_failing_provider_or_template_is_one_line_and_the_rest_stays(app, client, caplog):
    def breaks(name, context):
        raise KeyError("no such fact")

    slots = app.extensions["daymark.slots"]
    slots.add("pupil.panels", breaks)
    slots.add(
        "pupil.panels",
        parts(SlotPart("sample/_broken.html", {"nothing": 1}), SlotPart("sample/_badge.html", {"colour": "green"})),
    )
    html = client.get("/slots/pupil.panels/").text
    assert html.count("A part of this page could not be shown") == 2
    assert "<b>green</b>" in html
    assert len(caplog.records) == 2


def test_a_name_nobody_defined_stops_with_the_nearest_one(app):
    with pytest.raises(ConfigError, match="Did you mean “pupil.panels”"):
        app.extensions["daymark.slots"].add("pupil.panel", parts())
