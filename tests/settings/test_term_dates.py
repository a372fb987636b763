"""Term dates of a school year: previewed, stored as one, copied from another setting, and never half."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from sqlalchemy import insert

from intranet import store
from intranet.clock import LONDON
from intranet.law.sessions import session_no
from intranet.settings import service
from intranet.settings.context import context
from intranet.store.tables import register_state
from tests.fixtures.people import a_setting, an_account, an_organisation, csrf, signed_in

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


@pytest.fixture
def setting(app):
    return a_setting()


@pytest.fixture
def head(client, setting):
    return signed_in(client, an_account("head", setting=setting))


def filled(page, **changes):
    """Return the fields of the page's form that posts, as a browser would send them, with changes."""
    form = re.search(r'<form method="post".*?</form>', page[page.index("<main") :], re.S)[0]
    inputs = re.findall(r"<input[^>]*>", form)
    named = {re.search(r'name="([^"]+)"', one)[1]: re.search(r'value="([^"]*)"', one) for one in inputs}
    found = {name: value[1] if value else "" for name, value in named.items() if name != "csrf_token"}
    return {**found, **changes}


def path(setting, year="2026-27"):
    return f"/settings/{setting}/calendar/terms/{year}/"


def drawn(client, setting, year="2026-27", query="", **changes):
    """Return the form as the page draws it, with changes."""
    page = client.get(path(setting, year) + query).get_data(as_text=True)
    inset = re.search(r'<textarea[^>]*name="inset"[^>]*>([^<]*)<', page)[1].strip()
    form = filled(page, **{"inset": inset, **changes})
    return {"csrf_token": csrf(client), **form}


def preview(client, setting, form, year="2026-27", status=200):
    answer = client.post(path(setting, year), data=form)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def stored(client, setting, form, year="2026-27"):
    """Preview and confirm, and return the answer."""
    confirmed = filled(preview(client, setting, form, year))
    return client.post(path(setting, year), data={"csrf_token": csrf(client), **confirmed})


def calendar(setting):
    with store.scope([setting]):
        return context(setting).calendar


def events(setting):
    with store.scope([setting]), store.connection() as conn:
        return [e.kind for e in store.events.read(conn, setting, stream="calendar")]


def test_the_form_shows_the_dates_that_stand_and_unchanged_ones_change_nothing(head, setting):
    form = drawn(head, setting)
    assert (form["first_1"], form["last_6"]) == ("2026-09-01", "2027-07-21")
    assert "27/11/2026" in form["inset"]
    assert "Nothing changes: these are the dates that stand." in preview(head, setting, form)


def test_a_shorter_half_term_says_days_sessions_deadlines_and_is_stored_with_one_event(head, setting):
    form = drawn(head, setting, last_2="2026-12-16")
    page = preview(head, setting, form)
    assert "School days in 2026-27: 190 now, 188 afterwards, and 5 INSET days." in page
    assert "That is 376 sessions, fewer than the 380 that a maintained school meets for in a year (SI 1999/3181 reg 3)." in page
    assert "2 days are no school day any more: Thu 17 Dec 2026, Fri 18 Dec 2026. No register is due for them." in page
    assert "duties are due by" in page and "instead of" in page
    assert calendar(setting).is_school_day(date(2026, 12, 18))
    assert stored(head, setting, form).status_code == 303
    assert not calendar(setting).is_school_day(date(2026, 12, 18))
    assert events(setting) == ["calendar.terms_set"]


def test_inset_days_are_added_and_taken_away_and_days_that_have_passed_are_said(head, setting):
    form = drawn(head, setting)
    days = form["inset"].replace("27/11/2026", "").replace("02/09/2026", "") + "\n2027-03-25"
    page = preview(head, setting, {**form, "inset": days})
    assert "School days in 2026-27: 190 now, 191 afterwards, and 4 INSET days." in page
    assert "That is 382 sessions, at least the 380" in page
    assert "2 days become school days: Wed 2 Sep 2026, Fri 27 Nov 2026." in page
    assert "1 of them has passed already: registers are missing for Wed 2 Sep 2026." in page
    assert stored(head, setting, {**form, "inset": days}).status_code == 303
    found = calendar(setting)
    assert [found.is_school_day(date(*d)) for d in ((2026, 9, 2), (2026, 11, 27), (2027, 3, 25))] == [True, True, False]
    assert found.why_closed(date(2027, 3, 25)).kind == "inset"
    assert sorted(set(events(setting))) == ["calendar.closed", "calendar.closure_withdrawn", "calendar.terms_set"]


def test_registers_already_taken_on_days_that_would_close_are_counted(head, setting):
    friday = date(2026, 11, 20)
    row = {"setting_id": setting, "position": 1, "first_saved_at": MONDAY, "saved_at": MONDAY, "marked": 3, "group_id": 1}
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=None) as w:
        w.conn.execute(insert(register_state), [{**row, "session_no": session_no(friday, key)} for key in ("AM", "PM")])
    form = drawn(head, setting)
    page = preview(head, setting, {**form, "inset": form["inset"] + "\n20/11/2026"})
    assert "2 registers have been taken on days that would close: Fri 20 Nov 2026. The marks stay as they are" in page


def test_a_year_without_dates_is_copied_from_another_setting_the_person_may_see(app, client):
    trust = an_organisation()
    mine, other = a_setting("Mine", organisation=trust), a_setting("Yours", organisation=trust)
    hidden = a_setting("Hidden")
    account = an_account("head", setting=mine)
    an = signed_in(client, account)
    from intranet.people import service as people

    with store.writing(now=MONDAY, actor_id=None) as w:
        people.grant(w, account, "head", date(2026, 1, 1), setting_id=other)
    assert stored(an, other, drawn(an, other, "2027-28", first_1="2027-09-06", last_1="2027-10-22", inset="06/09/2027"), "2027-28").status_code == 303
    shown = an.get(path(mine, "2027-28") + f"?from={other}").get_data(as_text=True)
    assert "These are the dates of Yours. Nothing is stored yet." in shown
    form = drawn(an, mine, "2027-28", f"?from={other}")
    assert (form["first_1"], form["inset"]) == ("2027-09-06", "06/09/2027")
    assert stored(an, mine, form, "2027-28").status_code == 303
    assert [p.first for p in calendar(mine).periods if p.year == "2027-28"] == [date(2027, 9, 6)]
    assert not calendar(mine).is_school_day(date(2027, 9, 6))
    assert "has no term dates for 2028-29." in an.get(path(mine, "2028-29") + f"?from={other}").get_data(as_text=True)
    for source in (hidden, mine, "x"):
        assert an.get(path(mine, "2027-28") + f"?from={source}").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first_2": ""}, "Autumn 2: only one of its days was entered. Enter the first and the last day, or neither."),
        ({"last_2": "2026-11-01"}, "Autumn 2: the last day “01/11/2026” is before the first day, 02/11/2026. Enter a later day."),
        ({"first_2": "2026-10-23"}, "Autumn 2: it begins on “23/10/2026”, before Autumn 1 ends on 23/10/2026. Change one of the dates."),
        ({"first_1": "2036-09-01"}, "Autumn 1: “01/09/2036” is not in the school year 2026-27. Check the year."),
        ({"first_1": "1 Sept"}, "Autumn 1: first day: “1 Sept” is not a date. Enter a date like 14/10/2025."),
        ({"inset": "31/02/2027"}, "INSET days: “31/02/2027” is not a date. Enter a date like 14/10/2025, one on each line."),
        ({"inset": "28/10/2026"}, "INSET days: “28/10/2026” is in none of these half-terms. Enter a day of term, or change the half-term."),
        ({"inset": "12/09/2026"}, "INSET days: “12/09/2026” is at a weekend. Enter a weekday."),
        ({"inset": "03/05/2027"}, "INSET days: “03/05/2027” is a bank holiday already. Leave it out."),
        ({f"{w}_{n}": "" for n in range(1, 7) for w in ("first", "last")}, "Autumn 1: nothing was entered."),
        ({"inset": "x" * 2001}, "INSET days: it is too long."),
    ],
)
def test_dates_that_cannot_stand_get_a_sentence_and_store_nothing(head, setting, change, sentence):
    before = calendar(setting)
    form = {**drawn(head, setting), **change, "confirm": "yes", "version": "1"}
    assert sentence in preview(head, setting, form, status=422)
    assert calendar(setting) == before and events(setting) == []


def test_dates_that_reach_into_another_year_are_refused(head, setting):
    form = drawn(head, setting, "2027-28", first_1="2027-08-02", last_1="2027-10-22")
    last = {**drawn(head, setting), "last_6": "2027-08-20"}
    assert stored(head, setting, form, "2027-28").status_code == 303
    assert "Change one of the dates" in preview(head, setting, last, status=422)


def test_the_same_confirmation_twice_stores_once_and_an_older_preview_is_shown_again(head, setting):
    form = drawn(head, setting, last_2="2026-12-16")
    other = {**drawn(head, setting), "last_2": "2026-12-17"}
    first = filled(preview(head, setting, form))
    older = filled(preview(head, setting, other))
    for one in (first, older):
        one["csrf_token"] = csrf(head)
    assert head.post(path(setting), data=first).status_code == 303
    again = head.post(path(setting), data={**first, "version": str(int(first["version"]) + 1)})
    assert again.status_code == 303 and events(setting) == ["calendar.terms_set"]
    answer = head.post(path(setting), data=older)
    assert answer.status_code == 409 and "changed by somebody else" in answer.get_data(as_text=True)
    assert calendar(setting).periods[-5].last == date(2026, 12, 16)


@pytest.mark.parametrize("year", ["2026", "2026-28", "26-27", "2026-27x"])
def test_what_is_no_school_year_is_not_found(head, setting, year):
    assert head.get(path(setting, year)).status_code == 404


def test_a_teacher_may_not_and_another_settings_dates_are_not_found(app, head, setting):
    other = a_setting("Other")
    assert head.get(path(other)).status_code == 404
    teacher = signed_in(app.test_client(), an_account("teacher", setting=setting, name="Kit Crane"))
    assert teacher.get(path(setting)).status_code == 403
    assert "Change the term dates" not in teacher.get(f"/settings/{setting}/calendar/").get_data(as_text=True)
    page = head.get(f"/settings/{setting}/calendar/").get_data(as_text=True)
    assert path(setting) in page and path(setting, "2027-28") in page


@pytest.fixture
def value(setting):
    with store.scope([setting]), store.writing(now=MONDAY, actor_id=None) as w:
        return service.set_house_value(w, setting, "n_code.resolve_days", 3, "Governors", date(2026, 9, 1))


def end(client, setting, value, **data):
    where = f"/settings/{setting}/policy/n_code.resolve_days/end/{value}/"
    form = filled(client.get(where).get_data(as_text=True))
    form |= {"csrf_token": csrf(client), "last": "2026-11-30", "reason": "Reviewed by governors", **data}
    return client.post(where, data=form), form, where


def test_a_house_value_is_ended_with_a_reason_and_the_policys_counts_again(app, head, setting, value):
    assert f"/policy/n_code.resolve_days/end/{value}/" in head.get(f"/settings/{setting}/policy/").get_data(as_text=True)
    answer, form, where = end(head, setting, value)
    assert answer.status_code == 303
    assert head.post(where, data=form).status_code == 303  # sent twice: ended once
    with store.scope([setting]):
        known = app.extensions["daymark.parameters"](context(setting))
        with store.connection() as conn:
            kept = store.events.read(conn, setting, stream="policy:n_code.resolve_days")
    assert [known.at(day)["n_code.resolve_days"] for day in (date(2026, 11, 30), date(2026, 12, 1))] == [3, 5]
    assert [e.kind for e in kept] == ["policy.value_set", "policy.value_ended"]
    assert kept[1].data["reason"] == "Reviewed by governors"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"last": "2026-08-31"}, "Last day “31/08/2026”: the value counts from 01/09/2026. Enter that day or a later one."),
        ({"last": ""}, "Last day: nothing was entered."),
        ({"last": "soon"}, "Last day: “soon” is not a date."),
        ({"reason": ""}, "Reason: nothing was entered."),
    ],
)
def test_what_cannot_end_a_house_value_gets_a_sentence(head, setting, value, data, sentence):
    answer, _, _ = end(head, setting, value, **data)
    assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)


def test_an_ended_value_is_not_made_longer_and_another_settings_is_not_found(app, head, setting, value):
    end(head, setting, value)
    answer, _, where = end(head, setting, value, last="2026-12-24", rid="7b8f4e4e-2a0e-4b52-9f1c-0d5d2c9a1f10")
    assert answer.status_code == 422 and "it ends on 30/11/2026 already" in answer.get_data(as_text=True)
    assert head.get(where.replace("n_code.resolve_days", "register.am_open")).status_code == 404
    other = a_setting("Other")
    theirs = signed_in(app.test_client(), an_account("head", setting=other))
    assert theirs.get(f"/settings/{other}/policy/n_code.resolve_days/end/{value}/").status_code == 404
