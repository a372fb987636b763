"""What every setting plugin is tested with: subclass SettingContract, name the plugin, and the generic facts run through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

import pytest

from intranet.clock import LONDON
from intranet.extension import baseline, checks, host
from intranet.extension.caller import Caller
from intranet.extension.values import (
    Assessment,
    Facts,
    Known,
    Mark,
    MarkChange,
    Objection,
    Partial,
    Place,
    Placement,
    PupilFacts,
    Record,
    Request,
    Slot,
    Trigger,
)
from intranet.law import term_dates
from intranet.law.calendar import Calendar, Closure
from intranet.law.sessions import session_no
from intranet.people.permissions import PERMISSIONS
from intranet.settings.context import HouseValue, SettingContext
from intranet.web.slots import SLOTS

FIRST_DAY = date(2025, 9, 3)
BORN = date(2017, 5, 4)
#: Calls in a row, of which the quickest says what a hook costs on a machine that is busy with other things.


def at(day: date, clock: str = "16:00") -> datetime:
    """Return a moment of a day in London."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=LONDON)


def setting_context(setting_type: str, *, legal_type: str = "academy", phase: str = "primary", calendar: Calendar | None = None,
                    house: Mapping[str, Any] | None = None, layout: str = "H") -> SettingContext:  # fmt: skip
    """Return a setting without a database: the standard calendar, and the house values given."""
    chosen = tuple(HouseValue(key, value, "for the test", date(2020, 1, 1), None, None) for key, value in (house or {}).items())
    days = calendar if calendar is not None else term_dates.calendar("CAL-STD")
    return SettingContext(1, "Larkspur", setting_type, legal_type, phase, "Weatherby Council", layout, 1, days, chosen)


def caller_for(plugin: object, key: str, **more: Any) -> Caller:
    """Return the caller of a setting served by this plugin alone."""
    return host.Host([(key, plugin)]).caller(setting_context(key, **more))


def history(caller: Caller, symbols: Mapping[str, str] | Iterable[tuple[str, str]], *, due: Sequence[date] = (), fill: str = "") -> list[Mark]:
    """Return marks written as ``{"2025-09-09 AM": "L"}``; ``fill`` marks the other half-days of the days in ``due``."""
    found = {session_no(day, key): fill for day in due for key in ("AM", "PM")} if fill else {}
    for when, symbol in dict(symbols).items():
        day, key = when.split()
        found[session_no(date.fromisoformat(day), key)] = symbol
    ids = {code.symbol: code.id for code in caller.codes}
    return [Mark(no, ids[symbol if symbol != "/" or no % 2 else "\\"]) for no, symbol in sorted(found.items())]


def facts(caller: Caller, marks: Sequence[Mark], as_of: datetime, **pupil: Any) -> Facts:
    """Return the facts about one pupil with these marks."""
    who: dict[str, Any] = {"id": 1, "born": BORN, "placement": placement(caller)} | pupil
    return Facts(as_of, caller.setting, PupilFacts(**who), marks, caller.codes)


def placement(caller: Caller, **more: Any) -> Placement:
    """Return a placement by the setting type's first model."""
    models = caller.catalogue.placement_models
    return Placement(1, 1, models[0].key if models else "own_roll", FIRST_DAY, None, **more)


def kinds(triggers: Iterable[Trigger]) -> set[str]:
    """Return the kinds of these triggers."""
    return {trigger.kind for trigger in triggers}


class SettingContract:
    """The promises that any setting plugin keeps. Set ``plugin`` and ``key``; ``plan`` says what its pupils are due."""

    plugin: ClassVar[object]
    key: ClassVar[str]
    legal_type: ClassVar[str] = "academy"
    #: What makes a session on the first day: an agreement or records of the placement.
    plan: ClassVar[Mapping[str, Any]] = {}
    present: ClassVar[str] = "/"
    absent: ClassVar[str] = "N"

    @pytest.fixture
    def caller(self) -> Caller:
        """The caller of a setting of this type."""
        return caller_for(self.plugin, self.key, legal_type=self.legal_type)

    def _place(self, caller: Caller) -> Placement:
        return placement(caller, **self.plan)

    def _slot(self, caller: Caller) -> Slot:
        return caller.sessions(FIRST_DAY, [self._place(caller)])[1][0]

    def test_it_says_what_it_is(self, caller: Caller) -> None:
        """The profile names itself, its legal types and its words."""
        profile = caller.profile
        assert profile.key == self.key
        assert profile.label and profile.summary and profile.legal_types
        assert caller.words["pupil"] and caller.words["register"]

    def test_its_catalogue_cites_only_what_exists(self, caller: Caller) -> None:
        """Roles, models, record kinds and their clauses are known."""
        checks.refuse_unknown(self.key, caller.catalogue)
        assert len({role.key for role in caller.roles}) == len(caller.roles)

    def test_a_pupil_with_a_plan_has_sessions_in_order_and_none_when_closed(self, caller: Caller) -> None:
        """Sessions come in order of their start; a closure of the whole day leaves none by calendar."""
        slots = caller.sessions(FIRST_DAY, [self._place(caller)])[1]
        assert slots and [slot.starts for slot in slots] == sorted(slot.starts for slot in slots)
        assert all(slot.day == FIRST_DAY for slot in slots)
        if caller.profile.session_model != "booked":
            assert caller_for(self.plugin, self.key, legal_type=self.legal_type, calendar=_closed()).sessions(FIRST_DAY, [self._place(caller)]) == {}

    def test_the_same_facts_give_the_same_answers(self, caller: Caller) -> None:
        """Hooks are pure: asked twice they answer twice the same, and what they were given is unchanged."""
        given = self._absent_facts(caller)
        before = repr(given)
        assert caller.triggers(given) == caller.triggers(given)
        assert repr(given) == before
        first = caller.sessions(FIRST_DAY, [self._place(caller)])
        assert caller.sessions(FIRST_DAY, [self._place(caller)]) == first

    def _absent_facts(self, caller: Caller) -> Facts:
        days = caller.setting.calendar.school_days(FIRST_DAY, date(2025, 9, 16))
        keys = [slot.key for slot in caller.sessions(FIRST_DAY, [self._place(caller)])[1]]
        marks = history(caller, {f"{day.isoformat()} {key}": self.absent for day in days for key in keys})
        return replace(facts(caller, marks, at(days[-1]), placement=self._place(caller)), due=dict.fromkeys(days, tuple(keys)))

    def test_ten_days_of_absence_always_raise_what_the_law_asks(self, caller: Caller) -> None:
        """A school's ten-day return is there whatever the plugin answers; elsewhere it is not."""
        found = kinds(caller.triggers(self._absent_facts(caller)))
        by_law = self.legal_type in baseline.SCHOOLS and "N" in {code.symbol for code in caller.codes}
        assert ("attendance_return" in found) == by_law

    def test_nothing_is_concluded_from_nothing(self, caller: Caller) -> None:
        """A pupil without marks on their first morning raises nothing."""
        assert caller.triggers(facts(caller, [], at(FIRST_DAY, "08:00"), placement=self._place(caller))) == []

    def test_every_trigger_names_a_known_role_and_clause(self, caller: Caller) -> None:
        """Duties go to roles that exist, and rules that are cited exist."""
        roles = {role.key for role in caller.roles} | {role.like for role in caller.roles} | set(baseline.ROLES)
        for trigger in caller.triggers(self._absent_facts(caller)):
            assert set(trigger.assign) <= roles, trigger.kind
            checks.clauses_known(self.key, trigger.kind, trigger.clauses)
            assert trigger.clauses

    def test_an_unknown_mark_is_refused_or_left_to_the_law(self, caller: Caller) -> None:
        """A symbol nobody knows is never welcomed: the plugin objects, or the code table does not have it."""
        objections = caller.check_mark(self._change(caller, "§"))
        assert all(isinstance(one, Objection) for one in objections)
        assert any(one.level == "block" for one in objections) or not caller.codes.history("§")

    def test_its_own_present_mark_has_no_objection(self, caller: Caller) -> None:
        """The mark for present can be entered."""
        assert [one for one in caller.check_mark(self._change(caller, self.present)) if one.level == "block"] == []

    def _change(self, caller: Caller, symbol: str) -> MarkChange:
        pupil = PupilFacts(1, BORN, self._place(caller))
        return MarkChange(pupil, self._slot(caller), symbol, at(FIRST_DAY, "23:00"))

    def test_an_admission_is_assessed_without_surprise(self, caller: Caller) -> None:
        """Assessments come back for a bare admission and for an act that the plugin knows nothing of."""
        pupil = PupilFacts(0, BORN, self._place(caller))
        for kind in ("admission", "something_else"):
            assert isinstance(caller.assess(Request(kind, caller.setting, pupil, FIRST_DAY)), Assessment)
        assert caller.assess(Request("something_else", caller.setting, pupil, FIRST_DAY)).allowed

    def test_a_known_fact_is_offered_and_never_stored(self, caller: Caller) -> None:
        """A proposal says why in twelve words or fewer."""
        found = caller.propose_mark(self._slot(caller), PupilFacts(1, BORN, None), Known("arrival", at=at(FIRST_DAY, "09:05")), FIRST_DAY)
        assert found is None or (found.symbol and len(found.why.split()) <= 12)

    def test_its_partials_name_known_permissions_and_templates_of_their_own(self, caller: Caller) -> None:
        """Every slot can be asked for, with and without a pupil."""
        pupil = PupilFacts(1, BORN, self._place(caller))
        slots = caller.sessions(FIRST_DAY, [self._place(caller)])[1]
        for slot in SLOTS:
            for who in (None, pupil):
                for part in caller.partials(Place(slot, caller.setting, at(FIRST_DAY), who, slots)):
                    assert isinstance(part, Partial)
                    assert part.template.startswith(f"{self.key}/")
                    assert part.permission is None or part.permission in PERMISSIONS

    def test_its_hooks_stay_within_their_budget(self, caller: Caller) -> None:
        """A class of thirty is judged and planned without a hook being abandoned."""
        given, place = self._absent_facts(caller), self._place(caller)
        caller.triggers_many([given] * 30)
        caller.sessions(FIRST_DAY, [replace(place, pupil_id=n) for n in range(30)])
        assert caller.troubles() == []


def _closed() -> Calendar:
    known = term_dates.calendar("CAL-STD")
    snow = Closure(FIRST_DAY, FIRST_DAY, "closure", "Snow", planned=False)
    return Calendar(known.periods, (*known.closures, snow))


def booking(record_id: int, day: date, start: str, end: str, pupil_id: int = 1, **data: Any) -> Record:
    """Return a booked session as plans read it."""
    return Record(record_id, "booking", pupil_id, day, None, {"start": start, "end": end, **data})
