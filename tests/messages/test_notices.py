"""Who is told of a finding, once and in the same minute; what becomes of it when an amendment takes the grounds away."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from intranet import clock, duties, store
from intranet.duties.notices import quietly
from intranet.extension import host
from intranet.law.sessions import session_no
from intranet.messages import reading, service
from intranet.messages.models import NoticeRow
from intranet.messages.values import Notice
from intranet.people import Actor, Grant
from intranet.people import service as people
from intranet.settings.service import context
from intranet.store import bulk
from tests.duties.playing import at, in_scope, save
from tests.fixtures.people import a_setting, an_account, an_organisation
from tests.fixtures.pupils import a_class, a_pupil

AM = "2025-10-08 AM"


@pytest.fixture
def place(app_on_both):
    """An academy with a pupil, an officer in the office and an attendance lead, on both databases."""
    yield from _place()


def _place(setting_type="academy", **more):
    at("2025-10-08 08:50")
    setting = a_setting(setting_type=setting_type, **more)
    office = an_account("office", setting=setting, name="Olga Oak")
    lead = an_account("attendance_lead", setting=setting, name="Lena Lark")
    group = a_class(setting, "3B")
    pupil = a_pupil(setting, group=group, model=None if setting_type == "independent_school" else "own_roll")
    yield Place(setting, office, lead, pupil)


class Place:
    def __init__(self, setting, office, lead, pupil):
        self.setting, self.office, self.lead, self.pupil = setting, office, lead, pupil

    @property
    def ctx(self):
        return in_scope(self.setting, lambda: context(self.setting))

    def mark(self, symbol, when=AM, now=None):
        return save(self.setting, when, {self.pupil: symbol}, now=now)

    def rows(self, **more):
        query = select(NoticeRow.__table__).where(NoticeRow.setting_id == self.setting).order_by(NoticeRow.id)
        for name, value in more.items():
            query = query.where(getattr(NoticeRow, name) == value)
        with store.scope([self.setting]), store.connection() as conn:
            return conn.execute(query).all()

    def open(self, account):
        actor = Actor(account, "Olga Oak", "", (Grant("office", self.setting),))
        with store.scope([self.setting]):
            return service.opened(self.ctx, actor, None, clock.now())

    def inbox(self, account):
        with store.scope([self.setting]), store.connection() as conn:
            return reading.inbox(conn, self.setting, account)


@pytest.mark.clause("SPM-15")
def test_everybody_who_holds_the_role_is_told_in_the_minute_of_the_save(place):
    second = an_account("attendance_officer", setting=place.setting, name="Otto Osier")
    place.mark("N", now="2025-10-08 09:10")
    told = place.rows(kind="n_code")
    assert {row.account_id for row in told} == {place.office, place.lead, second}
    assert {row.raised_at for row in told} == {clock.now()}
    assert {row.stage for row in told} == {1}
    assert all("Amber" not in row.title and "Ash" not in row.title for row in told)


def test_a_finding_that_grows_tells_nobody_twice(place):
    place.mark("N", now="2025-10-08 09:10")
    first = [row.id for row in place.rows()]
    place.mark("N", "2025-10-08 PM", now="2025-10-08 13:10")
    assert [row.id for row in place.rows(kind="n_code")] == [row for row in first if row in {r.id for r in place.rows(kind="n_code")}]
    assert len(place.rows(kind="n_code")) == 2


def test_somebody_with_two_of_the_roles_is_told_once(app_on_both):
    at("2025-10-08 08:50")
    setting = a_setting()
    both = an_account("office", setting=setting)
    with store.writing(now=clock.now(), actor_id=None) as w:
        people.grant(w, both, "attendance_lead", clock.now().date(), setting_id=setting)
    here = Place(setting, both, both, a_pupil(setting, group=a_class(setting)))
    here.mark("N", now="2025-10-08 09:10")
    assert len(here.rows(kind="n_code")) == 1


def test_a_role_that_ended_yesterday_is_not_told_and_an_empty_role_is_shown(app_on_both):
    at("2025-10-08 08:50")
    setting = a_setting()
    office = an_account("office", setting=setting)
    an_account("attendance_lead", setting=setting, name="Lena Lark", last="2025-10-07")
    here = Place(setting, office, 0, a_pupil(setting, group=a_class(setting)))
    here.mark("N", now="2025-10-08 09:10")
    assert [(row.account_id, row.recipient) for row in here.rows(told="attendance_lead")] == [(None, "role:attendance_lead")]


def test_a_lead_of_the_whole_trust_is_told(app_on_both):
    at("2025-10-08 08:50")
    trust = an_organisation()
    setting = a_setting(organisation=trust)
    cluster = an_account("cluster_lead", organisation=trust, name="Cleo Crane")
    here = Place(setting, 0, cluster, a_pupil(setting, group=a_class(setting)))
    here.mark("N", now="2025-10-08 09:10")
    assert cluster in {row.account_id for row in here.rows()}


def test_of_those_who_take_classes_only_the_pupils_own_are_told(place):
    own, other = (an_account("teacher", setting=place.setting, name=name) for name in ("Tess Teal", "Theo Tern"))
    pupil = a_pupil(place.setting, "Cora", "Cedar", group=a_class(place.setting, "4A", staff=(own,)))
    a_class(place.setting, "5A", staff=(other,))
    with store.scope([place.setting]), store.writing(now=clock.now(), actor_id=None) as w:
        service.tell(w, place.ctx, [Notice("return", pupil, ("teacher", "office"), "case/2", "Back today")])
    assert {row.account_id for row in place.rows(about="case/2")} == {own, place.office}


def test_an_amendment_takes_back_what_nobody_opened_and_corrects_what_somebody_did(place):
    place.mark("N", now="2025-10-08 09:10")
    assert place.open(place.office) == 1
    place.mark("I", now="2025-10-08 09:30")
    corrections = place.rows(correction=True)
    assert [row.account_id for row in corrections] == [place.office]
    assert all(row.ended_at == clock.now() for row in place.rows(correction=False))
    assert place.inbox(place.lead) == []
    assert [seen.correction for seen in place.inbox(place.office)] == [True, False]


def test_a_finding_that_comes_back_is_a_new_stage(place):
    place.mark("N", now="2025-10-08 09:10")
    place.mark("I", now="2025-10-08 09:30")
    place.mark("N", now="2025-10-08 09:40")
    assert sorted((row.stage, row.account_id) for row in place.rows(correction=False)) == sorted(
        (stage, account) for stage in (1, 2) for account in (place.office, place.lead)
    )
    assert len(place.inbox(place.lead)) == 1


def test_what_is_imported_and_computed_as_history_tells_nobody(place):
    with store.scope([place.setting]):
        caller = host.for_setting(place.ctx)
        unexplained = next(code.id for code in caller.codes if code.symbol == "N")
        taken = bulk.BulkRegister(session_no(date(2025, 10, 7), "AM"), 1, [(place.pupil, unexplained, None)], clock.now(), None)
        bulk.append(place.setting, [taken], clock.now(), "import", layout=place.ctx.layout)
    found = duties.recompute(place.setting, at("2025-10-08 10:00"))
    assert [one.kind for one in found if one.tell] == ["n_code"]
    assert place.rows() == []


def test_a_demo_tells_nobody_and_takes_back_without_a_word(place):
    with quietly():
        place.mark("N", "2025-10-07 AM", now="2025-10-08 09:00")
    assert place.rows() == []
    place.mark("N", now="2025-10-08 09:10")
    place.open(place.office)
    with quietly():
        place.mark("I", now="2025-10-08 09:30")
    assert place.rows(correction=True) == []
    assert place.inbox(place.lead) == []


def test_opening_is_recorded_once_and_only_for_oneself(place):
    place.mark("N", now="2025-10-08 09:10")
    others = [row.id for row in place.rows(account_id=place.lead)]
    at("2025-10-08 09:20")
    actor = Actor(place.office, "Olga Oak", "", (Grant("office", place.setting),))
    with store.scope([place.setting]):
        assert service.opened(place.ctx, actor, others, clock.now()) == 0
        assert service.opened(place.ctx, actor, None, clock.now()) == 1
        assert service.opened(place.ctx, actor, None, clock.now()) == 0
    assert [row.opened_at for row in place.rows(account_id=place.office)] == [clock.now()]
    assert [row.opened_at for row in place.rows(account_id=place.lead)] == [None]
