"""An urgent notice that nobody opens goes to the deputy and then to the head, at the house's minutes."""

from __future__ import annotations

import pytest

from intranet import clock, duties, store
from intranet.messages import service
from intranet.messages.values import Notice
from tests.duties.playing import at
from tests.fixtures.people import an_account
from tests.messages.test_notices import _place


@pytest.fixture
def place(app_on_both):
    """An academy whose DSL is told of something urgent at 09:10."""
    for here in _place():
        here.dsl = an_account("dsl", setting=here.setting, name="Dora Dove")
        here.deputy = an_account("deputy_dsl", setting=here.setting, name="Dan Dipper")
        here.head = an_account("principal", setting=here.setting, name="Hal Heron")
        yield here


def tell(place, urgency=5, to=("dsl",)):
    at("2025-10-08 09:10")
    with store.scope([place.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        service.tell(w, place.ctx, [Notice("concern", place.pupil, to, "case/1", "A new item", urgency)])


def told(place, when):
    duties.tick(at(f"2025-10-08 {when}"))
    return [row.account_id for row in place.rows(about="case/1")]


def test_it_goes_to_the_deputy_after_an_hour_and_to_the_head_after_another(place):
    tell(place)
    assert told(place, "10:09") == [place.dsl]
    assert told(place, "10:10") == [place.dsl, place.deputy]
    assert told(place, "10:11") == [place.dsl, place.deputy]
    assert told(place, "11:09") == [place.dsl, place.deputy]
    assert told(place, "11:10") == [place.dsl, place.deputy, place.head]
    assert told(place, "13:10") == [place.dsl, place.deputy, place.head]


def test_once_anybody_opened_it_it_goes_no_further(place):
    tell(place)
    told(place, "10:10")
    place.open(place.deputy)
    assert told(place, "11:10") == [place.dsl, place.deputy]


def test_what_is_not_urgent_stays_where_it_is(place):
    tell(place, urgency=21)
    assert told(place, "15:00") == [place.dsl]


def test_a_role_that_nobody_holds_is_passed_on_at_once(app_on_both):
    for here in _place():
        head = an_account("principal", setting=here.setting, name="Hal Heron")
        tell(here)
        assert told(here, "09:11") == [None, head]


def test_what_was_taken_back_is_not_passed_on(place):
    tell(place)
    with store.scope([place.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        service.withdraw(w, place.ctx, ["case/1"], "Its grounds are gone")
    assert told(place, "10:30") == [place.dsl]


def test_somebody_who_was_told_already_is_not_told_again(place):
    tell(place, to=("attendance_lead", "head"))
    assert sorted(told(place, "12:30")) == sorted([place.lead, place.head])
