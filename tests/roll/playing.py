"""Plays a removal through the services that the pages call, as people with a role at a setting."""

from __future__ import annotations

import uuid
from datetime import date

from intranet import clock, store
from intranet.extension import host
from intranet.roll import removal, returns
from intranet.roll.facts import known
from intranet.roll.gate import Gate, Proof, judge
from intranet.roll.removal import Entered
from intranet.settings.service import context
from tests.duties.playing import at, days, save
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.policy.playing import person

__all__ = ["Roll", "at", "days", "save"]

F, A, G, H, I_, L = "2024:9(1)(f)", "2024:9(1)(a)", "2024:9(1)(g)", "2024:9(1)(h)", "2024:9(1)(i)", "2024:9(1)(l)"
ADDRESS = {"address": "1 Larkspur Lane", "postcode": "ZZ1 1ZZ", "sex": "F", "last_school": "none"}


class Roll:
    """One setting with a class, and its people's verbs."""

    def __init__(self, now: str, **setting: object) -> None:
        at(now)
        self.setting = a_setting(**setting)
        self.group = a_class(self.setting, "3B", year_group=3)
        self.ctx = self._in(lambda: context(self.setting))
        self.caller = host.for_setting(self.ctx)

    @classmethod
    def of(cls, setting: int, group: int) -> Roll:
        """Return the same setting with its values read again."""
        found = cls.__new__(cls)
        found.setting, found.group = setting, group
        found.ctx = found._in(lambda: context(setting))
        found.caller = host.for_setting(found.ctx)
        return found

    def _in(self, call):
        with store.scope([self.setting]):
            return call()

    def pupil(self, given: str = "Amber", **more: object) -> int:
        """Return a pupil with everything that a return asks for."""
        found = a_pupil(self.setting, given, group=more.pop("group", self.group), **{**ADDRESS, **more})
        a_contact(self.setting, found, lives_with=True, parental_responsibility=True)
        return found

    def who(self, role: str):
        return person(self.setting, role)

    def _verb(self, verb, pupil: int, *given: object, role: str, **more: object):
        return self._in(lambda: verb(self.ctx, self.caller, pupil, *given, actor=self.who(role), now=clock.now(), request_id=str(uuid.uuid4()), **more))

    def begin(self, pupil: int, ground: str, role: str, **facts: object) -> None:
        self._verb(removal.begin, pupil, Entered(ground, None, facts), role=role)

    def version(self, pupil: int) -> int:
        return self.standing(pupil).version

    def standing(self, pupil: int):
        with store.scope([self.setting]), store.connection() as conn:
            return removal.standing(conn, self.setting, pupil)

    def enter(self, pupil: int, role: str, last: str | None, **facts: object) -> None:
        ground = self.standing(pupil).case.ground
        entered = Entered(ground, date.fromisoformat(last) if last else None, facts)
        self._verb(removal.change, pupil, entered, role=role, version=self.version(pupil))

    def show(self, pupil: int, role: str, *keys: str, on: str | None = None) -> None:
        day = date.fromisoformat(on) if on else clock.today()
        for key in keys:
            self._verb(removal.show, pupil, Proof(key, f"{key}: in the file", "Olive Oak", day), role=role, version=self.version(pupil))

    def approve(self, pupil: int, role: str, outside_policy: bool = False) -> None:
        self._verb(removal.approve, pupil, role=role, outside_policy=outside_policy, version=self.version(pupil))

    def complete(self, pupil: int, role: str) -> None:
        self._verb(removal.complete, pupil, role=role, version=self.version(pupil))

    def verb(self, verb, pupil: int, *given: object, role: str, **more: object):
        return self._verb(verb, pupil, *given, role=role, **more)

    def gate(self, pupil: int) -> Gate:
        with store.scope([self.setting]), store.connection() as conn:
            return judge(self.ctx, self.caller, self.standing(pupil).case, known(conn, self.ctx, self.caller, pupil, clock.now()), clock.today())

    def owed(self, pupil: int) -> list[returns.Line]:
        with store.scope([self.setting]), store.connection() as conn:
            return list(returns.lines(conn, self.setting, clock.now(), pupil_id=pupil))

    def left_on(self, pupil: int) -> date | None:
        from intranet.pupils import service as pupils

        with store.scope([self.setting]), store.connection() as conn:
            return pupils.row_of(conn, self.setting, pupil)["left_on"]

    def send(self, line: returns.Line, role: str, to: str = "Weatherby Council", gaps: str = "") -> None:
        sending = returns.Sending(clock.today(), to, "Secure e-mail", gaps)
        self._in(lambda: returns.send(self.ctx, line.duty_id, sending, actor=self.who(role), now=clock.now(), request_id=str(uuid.uuid4())))
