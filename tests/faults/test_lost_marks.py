"""Whatever goes wrong on the way, no mark is lost and none is stored twice."""

from __future__ import annotations

import pytest

from tests.faults.failures import FAILURES, play, school_days

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_no_mark_is_lost(live, failure):
    play(live, failure, next(school_days(live)), seed=7)
