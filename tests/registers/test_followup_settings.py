"""Following absences up where the policy says otherwise: two tries and the home school, a reason that nobody decides on, the chase and the prompts."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from intranet import clock, store
from intranet.errors import Refused
from intranet.law.sessions import session_no
from intranet.messages.models import NoticeRow
from intranet.registers import followup, followup_chase, followup_logging, followup_prompts
from intranet.registers.followup_logging import Call
from intranet.settings import service as settings
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_contact, a_placement, a_pupil
from tests.policy.playing import at, caller_of, ctx_of, person, save
from tests.policy.test_tutoring import book

PHONE = ("01632 960003",)


@pytest.fixture
def provision(app):
    at("2025-09-03 08:00")
    setting = a_setting("The Hollow", setting_type="alternative_provision", legal_type="non_school", phase="special", layout="T")
    with store.scope([setting]):
        yield setting, a_class(setting, "Otters", staff=(an_account("class_team", setting=setting),))


def _placed(setting, group, model):
    pupil = a_pupil(setting, "Sorrel", "Stone", group=group, model=None)
    agreement = {"pattern": "Mon to Fri mornings", "home_school": "Larkspur Academy"}
    a_placement(setting, pupil, model=model, first="2025-09-01", agreement=agreement)
    a_contact(setting, pupil, "Stone", phones=PHONE)
    return pupil


def _actor(setting, role):
    return person(setting, role)


def _log(setting, pupil, outcome, moment, role="administrator", **more):
    now, ctx, caller, actor = at(moment), ctx_of(setting), caller_of(setting), _actor(setting, role)
    with store.connection() as conn:
        _, row = followup.one_row(conn, ctx, caller, actor, pupil, now.date(), now)
    return followup_logging.log(ctx, caller, actor, pupil, now.date(), Call(outcome, **more), row.drawn, str(uuid.uuid4()), now)


def _notices(setting):
    with store.connection() as conn:
        n = NoticeRow.__table__
        query = select(n.c.told, n.c.title, n.c.raised_at).where(n.c.setting_id == setting, n.c.kind == "absence_follow_up").order_by(n.c.id)
        return [(row.told, row.title.rpartition(": ")[2], row.raised_at) for row in conn.execute(query)]


def _absent(setting, group, pupil, day, symbol="N"):
    save(setting, group, f"{day} AM", {pupil: symbol}, now=f"{day} 09:10", role="class_team")


@pytest.mark.scenario("P-SEN-07")
@pytest.mark.clause("SEN-051", "SEN-052", "SEN-053", "SEN-054")
def test_two_tries_without_a_reply_tell_the_home_school_that_day_and_not_the_dsl(provision):
    setting, group = provision
    s9 = _placed(setting, group, "model_b")
    _absent(setting, group, s9, "2025-11-12")
    assert _log(setting, s9, "no_answer", "2025-11-12 09:20").told == ()
    done = _log(setting, s9, "no_answer", "2025-11-12 09:50")
    assert [step.tell for step in done.steps] == [("home_school",)]
    assert [(told, raised.date()) for told, _, raised in _notices(setting)] == [("home_school", date(2025, 11, 12))]
    assert done.steps[0].due.date() == date(2025, 11, 12)


@pytest.mark.scenario("P-SEN-08")
@pytest.mark.clause("SEN-052", "SEN-053", "SEN-054")
def test_a_repeated_absence_brings_the_dsl_in(provision):
    setting, group = provision
    for key, value in (("first_day.repeated.count", 3), ("first_day.repeated.window_days", 10)):
        with store.writing(now=at("2025-09-03 08:00"), actor_id=1) as w:
            settings.set_house_value(w, setting, key, value, "agreed with the head", date(2025, 9, 3))
    s10 = _placed(setting, group, "model_b")
    for day in ("2025-11-05", "2025-11-10", "2025-11-12"):
        _absent(setting, group, s10, day)
    for moment in ("09:20", "09:50"):
        _log(setting, s10, "no_answer", f"2025-11-12 {moment}")
    assert [(told, ground) for told, ground, _ in _notices(setting)] == [("home_school", "two tries without a reply"), ("dsl", "repeated")]


@pytest.mark.clause("SEN-054")
def test_an_absence_judged_unusual_brings_the_dsl_in_too(provision):
    setting, group = provision
    pupil = _placed(setting, group, "model_b")
    _absent(setting, group, pupil, "2025-11-12")
    _log(setting, pupil, "no_answer", "2025-11-12 09:20", concern=True)
    _log(setting, pupil, "no_answer", "2025-11-12 09:50")
    assert ("dsl", "unusual or a concern") in [(told, ground) for told, ground, _ in _notices(setting)]


@pytest.mark.scenario("P-SEN-09")
@pytest.mark.clause("SEN-009", "SEN-053")
def test_for_a_pupil_on_the_providers_own_register_no_home_school_is_told(provision):
    setting, group = provision
    s11 = _placed(setting, group, "model_a")
    _absent(setting, group, s11, "2025-11-12")
    for moment in ("09:20", "09:50"):
        assert _log(setting, s11, "no_answer", f"2025-11-12 {moment}").told == ()
    assert _notices(setting) == []
    with store.connection() as conn:
        _, row = followup.one_row(conn, ctx_of(setting), caller_of(setting), _actor(setting, "administrator"), s11, date(2025, 11, 12), clock.now())
    assert {role for step in row.steps for role in step.step.who} == {"administrator"}


@pytest.mark.clause("SEN-011", "SEN-056")
def test_the_home_school_decides_for_its_pupil_and_the_provision_enters_who(provision):
    setting, group = provision
    pupil = _placed(setting, group, "model_b")
    _absent(setting, group, pupil, "2025-11-12")
    done = _log(setting, pupil, "spoke", "2025-11-12 09:20", reason="illness")
    assert (done.amended, done.waits_for) == (0, "the home school")
    args = (ctx_of(setting), caller_of(setting), _actor(setting, "administrator"), pupil, date(2025, 11, 12), "I", "They accept it")
    drawn = clock.now()
    with pytest.raises(Refused, match="home school decides"):
        followup_logging.decide(*args, "", 9999, str(uuid.uuid4()), drawn)
    assert followup_logging.decide(*args, "P. Pipit, attendance", 9999, str(uuid.uuid4()), drawn) == 1


@pytest.mark.clause("SPM-10", "SPM-11", "SPM-15")
def test_a_tutoring_reason_is_noted_and_nobody_decides(app):
    at("2025-09-03 08:00")
    setting = a_setting("Lantern Tutors", setting_type="tutoring", legal_type="company", phase="secondary", layout="T")
    with store.scope([setting]):
        group = a_class(setting, "North", kind="tutor", staff=(an_account("tutor", setting=setting),), role="tutor")
        pupil = a_pupil(setting, group=group, model="commissioned")
        a_contact(setting, pupil, "Ash", phones=PHONE)
        book(setting, pupil, "2025-10-07")
        save(setting, group, "2025-10-07 10:00", {pupil: "A"}, now="2025-10-07 10:15", role="tutor")
        done = _log(setting, pupil, "spoke", "2025-10-07 10:30", role="tutoring_office", reason="illness")
        assert (done.amended, done.told, done.waits_for) == (1, (), "")
        with store.connection() as conn:
            assert followup.follow_up(conn, ctx_of(setting), caller_of(setting), _actor(setting, "tutoring_office"), date(2025, 10, 7), clock.now()).rows == ()


# ------------------------------------------------------------------ the weekly chase


def _open(school):
    with store.connection() as conn:
        return followup_chase.open_marks(conn, school.ctx, school.caller, clock.now())


@pytest.mark.clause("ATT-148", "ATT-175")
def test_the_chase_lists_open_marks_oldest_first_with_the_day_to_settle_them_by(school):
    school.at("08:57", date(2025, 10, 1))
    school.save({1: "N"}, rest_present=True, day=date(2025, 10, 1))
    school.at("08:57", date(2025, 10, 8))
    school.save({0: "N"}, rest_present=True)
    school.at("10:00", date(2025, 10, 9))
    rows = _open(school)
    assert [(row.pupil_id, row.age, row.due, row.overdue) for row in rows] == [
        (school.pupils[1], 6, date(2025, 10, 8), True), (school.pupils[0], 1, date(2025, 10, 15), False),
    ]  # fmt: skip
    assert rows[0].why.rule.endswith("(N5)")


@pytest.mark.clause("ATT-099", "ATT-148")
def test_o_needs_a_try_and_a_reason_of_the_principals_waits(school):
    school.at("08:57")
    school.save({0: "N"}, rest_present=True)
    school.at("09:35")
    officer = school.actor("attendance_officer")
    number, pupil = session_no(clock.today(), "AM"), school.pupils[0]

    def settle(reason, actor=officer):
        return followup_chase.settle(school.ctx, school.caller, actor, number, pupil, reason, "Mother rang", 9999, str(uuid.uuid4()), clock.now())

    with pytest.raises(Refused, match="nobody has logged a try"):
        settle("not_accepted")
    assert settle("illness") == "Principal or a delegate"
    assert _open(school)[0].waits_for
    assert settle("illness", school.actor("principal")) == ""
    assert _open(school) == []


def test_the_statements_of_the_chase_do_not_grow_with_the_marks(school):
    school.at("08:57")
    school.save({0: "N"}, rest_present=True)
    _open(school)
    with store.statements() as few:
        _open(school)
    school.at("13:05")
    school.save(dict.fromkeys(range(5), "N"), "PM")
    with store.statements() as many:
        assert len(_open(school)) == 6
    assert len(many) == len(few)


def test_the_chase_page_puts_the_focus_in_the_oldest_row_and_keeps_what_was_refused(school, as_role):
    school.at("08:57")
    school.save({0: "N", 1: "N"}, rest_present=True)
    school.at("09:35")
    office = as_role("attendance_officer")
    key = f"{school.session()}-{school.pupils[0]}"
    assert f'id="reason-{key}" name="reason" autofocus' in office.get("/follow-up/chase/")
    path = f"/follow-up/chase/{school.session()}/{school.pupils[0]}/"
    fields = {"rid": str(uuid.uuid4()), "drawn": "9999", "place": "0"}
    html = office.post(path, 422, **fields, reason="appointment", note="")
    assert "keeps why it was changed" in html
    office.post(path, **fields | {"rid": str(uuid.uuid4())}, reason="appointment", note="Card seen")
    assert school.marks()[:2] == ["M", "N"]


# ------------------------------------------------------------------ prompts


def _prompts(school):
    with store.connection() as conn:
        return [(one.pupil_id, one.kind, one.text) for one in followup_prompts.prompts(conn, school.ctx, school.caller, clock.today())]


def _ill(school, first, days, index=0, symbol="I"):
    day, done = first, 0
    while done < days:
        if school.ctx.calendar.is_school_day(day):
            school.at("08:57", day)
            school.save({index: symbol}, rest_present=True, day=day)
            done += 1
        day += timedelta(days=1)


@pytest.mark.clause("ATT-073", "ATT-074")
@pytest.mark.parametrize(("days", "asked"), [(4, 0), (5, 1)])
def test_evidence_is_asked_for_from_the_fifth_day_of_an_illness_and_no_code_changes(school, days, asked):
    _ill(school, date(2025, 10, 6), days)
    found = _prompts(school)
    assert len(found) == asked
    assert all(kind == "evidence" and "sick note" not in text for _, kind, text in found)
    assert school.marks()[0] == "I"


@pytest.mark.clause("ATT-073")
@pytest.mark.parametrize(("days", "asked"), [(3, 0), (4, 1)])
def test_in_a_week_with_an_inset_day_it_is_asked_for_from_the_fourth(school, days, asked):
    _ill(school, date(2025, 11, 24), days)  # Friday 28 November is an INSET day
    assert len(_prompts(school)) == asked


@pytest.mark.clause("ATT-103", "ATT-158", "ATT-149")
def test_from_the_third_absence_of_the_year_a_senior_member_leads_the_return_interview(school):
    said = []
    for monday in (date(2025, 9, 8), date(2025, 9, 15), date(2025, 9, 22)):
        _ill(school, monday, 1)
        school.at("08:57", monday + timedelta(days=1))
        school.save({}, rest_present=True)
        said += [text for _, kind, text in _prompts(school) if kind == "return"]
    assert len(said) == 3
    assert "the DSL, a deputy or the Principal leads" not in said[1]
    assert "the DSL, a deputy or the Principal leads" in said[2]


# ------------------------------------------------------------------ tutoring: the office knows in the same minute


@pytest.fixture
def company(app):
    at("2025-09-03 08:00")
    setting = a_setting("Lantern Tutors", setting_type="tutoring", legal_type="company", phase="secondary", layout="T")
    with store.scope([setting]):
        group = a_class(setting, "North", kind="tutor", staff=(an_account("tutor", setting=setting),), role="tutor")
        an_account("tutoring_office", setting=setting, name="Noor Nuthatch")
        yield setting, group


def _alerts(setting):
    with store.connection() as conn:
        n = NoticeRow.__table__
        return [(row.told, f"{row.raised_at.astimezone(clock.LONDON):%Y-%m-%dT%H:%M}") for row in conn.execute(select(n).where(n.c.setting_id == setting))]


@pytest.mark.scenario("P-SPM-14")
@pytest.mark.clause("SPM-06", "SPM-07", "SPM-08", "SPM-15")
def test_a_learner_with_a_plan_and_education_otherwise_than_at_school_is_not_exempt(company):
    setting, group = company
    t9 = a_pupil(setting, group=group, model="commissioned", flags=("ehcp", "eotas"))
    book(setting, t9, "2026-02-03", start="09:30", end="10:30")
    save(setting, group, "2026-02-03 09:30", {t9: "A"}, now="2026-02-03 09:45", role="tutor")
    assert _alerts(setting) == [("tutoring_office", "2026-02-03T09:45")]
