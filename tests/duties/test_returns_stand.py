"""A return that the law asks for stays until the marks no longer call for it: nobody and nothing dismisses it (C-11)."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest

from intranet import duties, store
from intranet.duties import service
from intranet.errors import Refused
from intranet.extension import host
from intranet.extension.api import Catalogue, Profile, Trigger, hookimpl
from intranet.people.actor import Actor, Grant
from intranet.roll import returns
from intranet.settings import service as settings
from intranet.settings.service import context
from tests.duties import histories
from tests.duties.playing import at, days, in_scope, save, waiting
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil

KINDS = {"attendance_return", "sickness_return"}


@pytest.fixture
def hostile(app):
    """Return a function that opens a setting whose plugin answers as it likes about triggers."""
    extensions = app.extensions["daymark.extensions"]

    def opened(triggers, **more) -> tuple[int, int]:
        key = f"hostile{len(extensions.profiles)}"
        made = ModuleType(key)
        made.profile = hookimpl(lambda: Profile(key, "Hostile", "Wants no returns.", ("maintained",), ("primary",), "am_pm"))
        made.triggers = hookimpl(triggers)
        for name, hook in more.items():
            setattr(made, name, hookimpl(hook))
        extensions.add(key, made)
        at("2025-09-03 08:00")
        setting = a_setting(f"Hostile {key}", setting_type=key, legal_type="maintained")
        return setting, a_class(setting)

    return opened


def raised(setting: int, group: int) -> dict[str, duties.DutyRow]:
    """Play ten days of O for one pupil and fifteen of I for another; return the returns that wait for the head, by kind."""
    absent, ill = a_pupil(setting, "Rowan", group=group), a_pupil(setting, "Hazel", group=group)
    days(setting, "2025-09-08", "2025-09-19", "O", absent, group=group)
    days(setting, "2025-09-08", "2025-09-26", "I", ill, group=group)
    return {row.kind: row for row in waiting(setting, {"head"}) if row.kind in KINDS}


def broken(**_):
    raise RuntimeError


@pytest.mark.clause("ASC-27")
@pytest.mark.parametrize(
    "triggers",
    [
        lambda facts: [],
        lambda facts: broken(),
        lambda facts: [Trigger(kind, pupil, date(2025, 9, 8), "Dropped") for kind in KINDS for pupil in range(1, 9)],
    ],
    ids=["nothing", "raises", "drops"],
)
def test_no_plugin_keeps_a_return_from_the_heads_list(hostile, triggers):
    found = raised(*hostile(triggers))
    assert set(found) == KINDS
    assert all(row.due_at is not None and row.clauses and row.read for row in found.values())


def test_a_plugin_that_calls_every_finding_steady_keeps_no_return_open_or_shut(hostile):
    setting, group = hostile(lambda facts: [], catalogue=lambda: Catalogue(steady=("persistent_absence", "severe_absence", *KINDS)))
    assert set(raised(setting, group)) == KINDS
    for day in ("2025-09-22", "2025-09-23"):
        pupil = next(row.pupil_id for row in waiting(setting, {"head"}, "attendance_return"))
        save(setting, f"{day} AM", {pupil: "/"}, group=group, now=f"{day} 09:10")
    with store.scope([setting]), store.connection() as conn:
        titles = {row.title for row in duties.of_pupils(conn, setting, [pupil], at("2025-09-23 10:00"))}
    assert any(title.startswith("10 school days absent") for title in titles)
    kept = histories.open_findings(histories.School(setting, group, [pupil]))
    shares = {(kind, title) for kind, who, _, title in kept if who == pupil and kind == "persistent_absence"}
    assert {title for _, title in shares} == {"Persistent absence: 9.1% attendance, 20 of 22 missed"}


@pytest.mark.clause("ASC-27")
def test_a_house_value_weaker_than_the_law_does_not_delay_a_return(app):
    at("2025-09-01 08:00")
    setting = a_setting(setting_type="primary_school", legal_type="maintained")
    with store.scope([setting]), store.writing(now=at("2025-09-01 08:00"), actor_id=None) as w:
        for key, value in (("return.attendance_days", 20), ("return.sickness_days", 30), ("return.attendance_codes", ["G"])):
            settings.set_house_value(w, setting, key, value, "The governors decide whether to tell", date(2025, 9, 1))
    assert set(raised(setting, a_class(setting))) == KINDS


@pytest.mark.clause("ASC-27")
def test_deciding_not_to_tell_is_no_outcome_and_what_was_sent_leaves_the_finding_open(hostile):
    setting, group = hostile(lambda facts: [])
    row = raised(setting, group)["attendance_return"]
    ctx = in_scope(setting, lambda: context(setting))
    head = Actor(1, "Sam Sparrow", "Head", (Grant("head", setting),))
    with store.scope([setting]):
        with pytest.raises(Refused, match="recorded as sent"):
            service.complete(ctx, host.for_setting(ctx), row, "We decided not to tell", actor=head, now=at("2025-09-26 16:00"))
        sending = returns.Sending(date(2025, 9, 26), "Weatherby Council", "Secure e-mail", "The address is being asked for")
        returns.send(ctx, row.id, sending, actor=head, now=at("2025-09-26 16:00"))
    assert waiting(setting, {"head"}, "attendance_return") == []
    days(setting, "2025-09-29", "2025-09-29", "O", row.pupil_id, group=group)
    kept = histories.open_findings(histories.School(setting, group, [row.pupil_id]))
    assert ("attendance_return", row.pupil_id) in {(kind, who) for kind, who, *_ in kept}
    assert waiting(setting, {"head"}, "attendance_return") == [], "one continuous absence is returned once"
