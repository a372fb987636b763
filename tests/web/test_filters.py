"""How values read, and what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest

from intranet.clock import LONDON, Clock
from intranet.web.filters import short_days
from intranet.web.kit import clock_time, day, percent, plural, when


def test_days_and_times_read_as_people_write_them():
    assert day(date(2025, 10, 14)) == "Tue 14 Oct 2025"
    assert day(date(2026, 2, 1)) == "Sun 1 Feb 2026"
    assert clock_time(time(9, 5)) == "09:05"
    assert when(datetime(2025, 10, 14, 9, 5)) == "Tue 14 Oct 2025, 09:05"
    assert (day(None), clock_time(None), when(None)) == ("", "", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No reason known for absence on 8 October 2025", "No reason known for absence on Wed 8 Oct"),
        ("Placement ended on 2025-10-14", "Placement ended on Tue 14 Oct"),
        ("From 1 April 2025 to 5 November 2025", "From Tue 1 Apr 2025 to Wed 5 Nov"),
        ("31 February 2025 and 2025-13-01 are nobody's days", "31 February 2025 and 2025-13-01 are nobody's days"),
    ],
)
def test_days_in_a_stored_sentence_are_short_in_a_list_and_keep_a_year_that_could_be_mistaken(text, shown):
    assert short_days(text, date(2025, 10, 14)) == shown


def test_a_stored_moment_is_shown_in_london_even_across_midnight():
    assert when(datetime(2025, 7, 1, 23, 30, tzinfo=UTC)) == "Wed 2 Jul 2025, 00:30"
    assert day(datetime(2025, 7, 1, 23, 30, tzinfo=UTC)) == "Wed 2 Jul 2025"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(934, 1000), "93.4%"),
        (Fraction(1, 3), "33.3%"),
        (Fraction(9995, 10000), "100.0%"),
        (Fraction(0), "0.0%"),
        (Fraction(8885, 10000), "88.9%"),
        (1, "100.0%"),
        (None, "no sessions"),
    ],
)
def test_a_share_is_rounded_half_up_and_no_sessions_is_not_nought(share, text):
    assert percent(share) == text


def test_counting_words_agree_with_their_number():
    assert (plural(1, "pupil"), plural(0, "pupil"), plural(2, "day of leave", "days of leave")) == (
        "1 pupil",
        "0 pupils",
        "2 days of leave",
    )


def test_a_set_clock_stands_still_until_it_is_advanced():
    clock = Clock(datetime(2025, 10, 14, 8, 47))
    assert clock.now() == clock.now() == datetime(2025, 10, 14, 8, 47, tzinfo=LONDON)
    clock.advance(timedelta(hours=20))
    assert (clock.today(), clock.now().hour) == (date(2025, 10, 15), 4)


def test_a_clock_set_running_goes_on_and_a_reset_one_tells_the_time():
    clock = Clock()
    clock.set(datetime(2020, 1, 6, 9, 0), running=True)
    first = clock.now()
    assert first.date() == date(2020, 1, 6)
    assert clock.now() > first
    clock.advance(timedelta(days=1))
    assert clock.today() == date(2020, 1, 7)
    clock.reset()
    assert clock.today().year > 2020


def test_an_hour_is_an_hour_on_the_night_the_clocks_change():
    clock = Clock(datetime(2025, 10, 26, 0, 30))
    clock.advance(timedelta(hours=2))
    assert (clock.now().hour, clock.now().minute, clock.now().utcoffset()) == (1, 30, timedelta(0))
