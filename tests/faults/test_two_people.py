"""Two people at one register never overwrite each other unseen, in whatever order they work; a request sent again is stored once."""

from __future__ import annotations

import pytest

from tests.faults.interleaving import ground, play
from tests.faults.racing import same_request_twice, two_at_once

pytestmark = pytest.mark.slow


@pytest.fixture
def place(app_on_both):
    app_on_both.config["WTF_CSRF_ENABLED"] = False
    return ground(app_on_both)


def test_no_mark_is_overwritten_unseen_in_random_interleavings_of_two_staff(app):
    app.config["WTF_CSRF_ENABLED"] = False
    tally = play(ground(app), 60, steps=10)
    assert tally["interleavings"] == 60
    assert tally["conflicts"] > 10
    assert tally["marks"] > 150
    assert tally["amended"] > 5
    assert tally["repeats"] > 10


def test_a_request_sent_twice_at_the_same_moment_is_stored_once(place):
    assert same_request_twice(place, 5) == {"requests": 10, "stored": 5}


def test_of_two_people_who_save_at_the_same_moment_one_is_told(place):
    assert two_at_once(place, 5) == {"races": 5}
