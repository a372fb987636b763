"""Whoever says what and in whatever order: the law is a floor, what loses is shown, and other days are not touched."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.law.parameters import Parameters, ParameterValue

START = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda n: START + timedelta(days=n))


@st.composite
def said(draw):
    """Return a value of the law, guidance, a policy, an authority or the house, in force for some days."""
    standing = draw(st.sampled_from(["law", "guidance", "policy", "assumption"]))
    origin = "core" if standing in ("law", "guidance") else draw(st.sampled_from(["academy", "house"]))
    number = draw(st.integers(1, 20)) if standing != "assumption" or origin == "house" else draw(st.none() | st.integers(1, 20))
    first = draw(DAYS)
    authority = draw(st.sampled_from(["", "Northshire"])) if origin == "academy" else ""
    return ParameterValue(
        "x.y", number, "days", standing, citation="c", effective_from=first, effective_to=first + timedelta(days=draw(st.integers(0, 30))),
        origin=origin, stricter="lower", authority=authority,
    )  # fmt: skip


@settings(deadline=None)
@given(st.lists(said(), min_size=1, max_size=6), DAYS)
def test_what_is_in_force_is_never_weaker_than_the_law_and_what_loses_is_struck_through(values, day):
    found = Parameters(values).at(day).resolution("x.y")
    here = [value for value in values if value.in_force(day)]
    assert (found.in_force is None) is (here == [])
    laws = [value for value in here if value.standing == "law"]
    assert not any(found.in_force.weaker_than(law) for law in laws)
    shown = [found.in_force, *found.struck_through] if found.in_force else list(found.struck_through)
    assert all(any(value is one for one in shown) for value in here)
    assert not any((value.effective_from or START) > day for value in found.struck_through)


@settings(deadline=None)
@given(st.lists(said(), min_size=1, max_size=6), DAYS)
def test_the_order_in_which_things_are_said_changes_no_number_of_the_law(values, day):
    laws = [replace(value, standing="law", origin="core", authority="", value=value.value or 1) for value in values]
    first, second = (Parameters(order).at(day).resolution("x.y").in_force for order in (laws, laws[::-1]))
    assert (first and first.value) == (second and second.value)


@settings(deadline=None)
@given(st.lists(said(), min_size=1, max_size=5), said(), DAYS)
def test_a_value_that_begins_later_or_has_ended_changes_nothing_on_other_days(values, extra, day):
    before = Parameters(values).at(day).resolution("x.y").in_force
    after = Parameters([*values, extra]).at(day).resolution("x.y").in_force
    assert extra.in_force(day) or before is after
