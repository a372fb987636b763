"""The policy page: topics, values with their source, what is superseded, conflicts, assumptions, commencements and variants."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape

import pytest

from intranet import store
from intranet.clock import LONDON
from intranet.extension.values import Placement
from intranet.law.conflicts import conflicts
from intranet.settings import policy
from intranet.settings.context import context
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting
from tests.fixtures.policies import HEADS, KINDS, Desk, a_place, words
from tests.policy.playing import caller_of

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def monday(app):
    app.extensions["daymark.clock"].set(MONDAY)


def part(html, key):
    """Return one parameter's part of the page, in one line."""
    found = html[html.index(f'id="{key}"') :]
    return found[: found.index("</div>")]


def words_of(head, key):
    """Return what the policy page says of one parameter, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part(head.get().get_data(as_text=True), key))).split())


def params(here):
    with store.scope([here]):
        return policy.parameters(context(here)).at(MONDAY.date())


@pytest.mark.parametrize("kind", KINDS)
def test_every_topic_of_the_index_leads_to_its_card_and_no_id_is_there_twice(app, kind):
    html = Desk(app, a_place(kind), HEADS[kind]).get().get_data(as_text=True)
    index = html[html.index('id="topics-title"') : html.index("</nav>", html.index('id="topics-title"'))]
    wanted = re.findall(r'href="#([^"]+)"', index)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(wanted) > 5
    assert [one for one in wanted if one not in ids] == []
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_but_a_commencement_is_on_the_page_with_where_it_comes_from(app, kind):
    here = a_place(kind)
    html = Desk(app, here, HEADS[kind]).get().get_data(as_text=True)
    known = params(here)
    keys = [key for key in known.keys() if not key.startswith("commencement.")]  # noqa: SIM118 (values follow)
    assert [key for key in keys if f'id="{key}"' not in html] == []
    assert all("class=\"app-hint\"" in part(html, key) for key in keys)


@pytest.mark.parametrize("kind", KINDS)
def test_every_conflict_with_a_visible_warning_says_its_own_sentence_on_the_policy_page(app, kind):
    page = Desk(app, a_place(kind), HEADS[kind]).read()
    wanted = [c for c in conflicts().values() if kind in c.settings and "policy_page" in c.shows]
    assert wanted
    assert [c.id for c in wanted if f"{c.id}: {c.title}" not in page or " ".join(c.says.split()) not in page] == []


def test_the_page_can_be_cut_down_to_what_needs_attention_without_losing_a_warning(app):
    head = Desk(app, a_place("academy"), "principal")
    head.stores("n_code.resolve_days/", value="3", reason="Governors", first="2026-11-23", last="")
    every, few = (head.get(page).get_data(as_text=True) for page in ("", "?show=attention"))
    kept = [key for key in re.findall(r'class="app-parameter" id="([^"]+)"', every) if f'id="{key}"' in few]
    assert {"register.close_minutes", "policy.remind_months", "n_code.resolve_days", "penalty.limit"} <= set(kept)
    assert "return.attendance_codes" not in kept
    assert len(few) < len(every)
    assert [part(every, key) for key in kept] == [part(few, key) for key in kept]
    assert every.count("Warning</strong>") == few.count("Warning</strong>")


def test_a_superseded_value_is_struck_through_with_its_days_and_the_number_of_its_conflict(app):
    html = Desk(app, a_place("academy"), "principal").get().get_data(as_text=True)
    years = part(html, "retention.register_years")
    assert "<strong>6 years</strong>" in years
    struck = re.findall(r"<s>([^<]*)</s>", years)
    assert any("3 years" in one and "until 18/08/2024" in one and "C-01" in one for one in struck)
    assert "C-01</strong>" in years


def test_an_assumption_says_so_until_it_is_confirmed_and_then_names_who_and_why(app):
    head = Desk(app, a_place("tutoring"), "director")
    before = part(head.get().get_data(as_text=True), "policy.remind_months")
    assert "House setting, not from policy" in before
    assert "policy.remind_months/confirm/" in before
    head.stores("policy.remind_months/confirm/", reason="Directors' meeting of 20 November", first="2026-11-23")
    html = head.get().get_data(as_text=True)
    after = part(html, "policy.remind_months")
    assert "<strong>1 months</strong> (the setting's own value)" in unescape(after) or "<strong>1 month" in after
    assert "House setting, not from policy" not in after.split("<s>")[0]
    assert "confirm/" not in after
    assert "Directors' meeting of 20 November" in unescape(html[html.index("House values") :])
    assert "Hollis Hart" in html[html.index("House values") :]


def test_a_value_with_a_source_and_one_that_is_unset_cannot_be_confirmed(app):
    head = Desk(app, a_place("academy"), "principal")
    for key in ("n_code.resolve_days", "policy.training_months"):
        assert "There is nothing to confirm" in head.read(f"{key}/confirm/")
        answer = head.post(f"{key}/confirm/", reason="We like it", first="2026-11-23")
        assert answer.status_code == 422
        assert "it is not an assumption, or it has no value yet" in words(answer)


@pytest.mark.parametrize(("data", "sentence"), [({"reason": " "}, "Reason: nothing was entered"), ({"first": ""}, "From: nothing was entered"),
                                                ({"first": "0001-01-01"}, "not in a year that can be meant")])  # fmt: skip
def test_a_confirmation_without_a_reason_or_a_day_gets_a_sentence(app, data, sentence):
    head = Desk(app, a_place("tutoring"), "director")
    answer = head.post("policy.remind_months/confirm/", **{"reason": "Decided", "first": "2026-11-23", **data})
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_of_two_house_values_for_the_same_days_the_last_entered_counts(app):
    head = Desk(app, a_place("academy"), "principal")
    for value in ("4", "3"):
        head.stores("lateness.persistent_count/", value=value, reason="Governors", first="2026-11-23", last="")
    assert "<strong>3 marks</strong>" in part(head.get().get_data(as_text=True), "lateness.persistent_count")


def closing(setting, day):
    """When the morning and the afternoon register of a day close."""
    return [f"{slot.closes:%H:%M}" for slot in caller_of(setting).sessions(day, [Placement(1, 1, "own_roll", day, None)])[1]]


@pytest.mark.clause("ATT-042", "ATT-043")
def test_a_closing_time_of_the_house_closes_registers_then_and_says_what_guidance_expects(app):
    here = a_place("academy")
    head = Desk(app, here, "principal")
    assert "open for 40 minutes; guidance expects 30" in words_of(head, "register.am_close")
    head.stores("register.am_close/", value="10:00", reason="Two buses", first="2026-11-24", last="2026-11-24")
    head.stores("register.am_close/", value="09:20", reason="One bus", first="2026-11-25", last="")
    assert [closing(here, date(2026, 11, day)) for day in (23, 24, 25)] == [["09:30", "13:30"], ["10:00", "13:30"], ["09:20", "13:30"]]
    long, short = (
        [words_of(head.on(datetime(2026, 11, day, 8, 0, tzinfo=LONDON)), key) for key in ("register.am_close", "register.close_minutes")] for day in (24, 25)
    )
    for said in long:
        assert "The morning register is open for 70 minutes; guidance expects 30." in said and "The reason given: Two buses. C-09." in said
    assert "Here: morning 70 minutes and afternoon 30 minutes." in long[1]
    assert not any("Warning" in said for said in short), "thirty minutes, the same for each session, is what guidance expects"


@pytest.mark.clause("ATT-043")
def test_how_long_registers_are_open_follows_from_the_times_and_cannot_be_set(app):
    here = a_place("academy")
    head = Desk(app, here, "principal")
    assert "Set a house value" not in words_of(head, "register.close_minutes")
    assert "It follows from when the registers open and close; set those." in head.read("register.close_minutes/")
    assert "Store house value" not in head.read("register.close_minutes/")
    answer = head.post("register.close_minutes/", value="25", reason="Governors", first="2026-11-23", last="")
    assert answer.status_code == 422
    assert "Set when they open or close" in words(answer)
    assert closing(here, date(2026, 11, 23)) == ["09:30", "13:30"]


@pytest.mark.parametrize(("key", "value", "sentence"), [("am_close", "08:50", "opens at 08:50 and would close at 08:50"),
                                                        ("pm_open", "14:00", "opens at 14:00 and would close at 13:30")])  # fmt: skip
def test_a_register_that_would_close_before_it_opens_gets_a_sentence(app, key, value, sentence):
    head = Desk(app, a_place("academy"), "principal")
    answer = head.post(f"register.{key}/", value=value, reason="Governors", first="2026-11-23", last="")
    assert answer.status_code == 422
    assert sentence in words(answer)


@pytest.mark.clause("OTE-38")
def test_law_that_is_not_in_force_says_so_and_an_administrator_enters_the_day_with_its_citation(app):
    here = a_place("independent_school")
    head = Desk(app, here, "school_leader")
    page = head.read()
    assert "Consent to withdraw a child from school Not commenced Children's Wellbeing and Schools Act 2026 (c. 21) s 37" in page
    assert params(here).get("commencement.consent_to_withdraw") is None
    admin = Desk(app, here, "system_admin", "Ada Ash")
    admin.stores("commencement/", law="commencement.consent_to_withdraw", first="2027-09-01", citation="SI 2027/123 art 2")
    assert "Commences on Wed 1 Sep 2027" in head.read()
    assert "Day entered by Ada Ash: SI 2027/123 art 2" in head.read("sources/")
    assert params(here)["commencement.consent_to_withdraw"] == date(2027, 9, 1)
    assert "In force since Wed 1 Sep 2027" in head.on(datetime(2027, 9, 1, 8, 0, tzinfo=LONDON)).read()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [({"law": "commencement.nothing"}, "is not one of the choices"), ({"citation": ""}, "Citation: nothing was entered"),
     ({"first": ""}, "First day in force: nothing was entered")],
)  # fmt: skip
def test_a_commencement_without_its_citation_or_day_gets_a_sentence(app, data, sentence):
    head = Desk(app, a_place("academy"), "principal")
    answer = head.post("commencement/", **{"law": "commencement.consent_to_withdraw", "first": "2027-09-01", "citation": "SI 2027/123", **data})
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_commencement_cannot_be_entered_as_an_ordinary_house_value(app):
    head = Desk(app, a_place("academy"), "principal")
    assert head.get("commencement.consent_to_withdraw/").status_code == 404
    assert head.post("commencement.consent_to_withdraw/", value="2020-01-01", reason="Now", first="2026-11-23", last="").status_code == 404


def test_a_value_with_parts_is_refused_with_where_to_change_it(app):
    head = Desk(app, a_place("academy"), "principal")
    answer = head.post("penalty.absence.amounts/", value="100", reason="Because", first="2026-11-23", last="")
    assert answer.status_code == 422
    assert "it has parts" in words(answer)


def test_a_value_for_one_authority_is_shown_beside_the_others_and_counts_only_there(app):
    folder = app.config["DAYMARK"].home / "policy" / "academy"
    folder.mkdir(parents=True)
    text = ("lateness.persistent_count: {description: Late marks, unit: marks, values: {},"
            " authorities: {Saltmarsh Council: {2026-09-01: {value: 4, clauses: [ATT-025]}}}}")  # fmt: skip
    (folder / "saltmarsh.yaml").write_text(text, encoding="utf-8")
    with running(app.config["DAYMARK"]) as again:
        again.extensions["daymark.clock"].set(MONDAY)
        here, there = a_place("academy"), a_setting("Salt", authority="Saltmarsh Council")
        shown = [part(Desk(again, one, "principal", f"Head of {one}").get().get_data(as_text=True), "lateness.persistent_count") for one in (here, there)]
    assert ["<strong>5 marks</strong>" in shown[0], "<strong>4 marks</strong> (for Saltmarsh Council)" in shown[1]] == [True, True]
    assert ["Saltmarsh Council: 4 marks from 01/09/2026 (ATT-025)" in one for one in shown] == [True, True]
