"""A small academy for the desk's tests: one class, its people, and a browser without JavaScript at its desk."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from intranet import clock, store
from intranet.extension import host
from intranet.law.sessions import session_no
from intranet.people import Actor, Grant
from intranet.registers import service
from intranet.registers.values import Entry
from intranet.settings.service import context
from intranet.store import marks
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil

WEDNESDAY = datetime(2025, 10, 8, 8, 45)


@dataclass
class School:
    """One setting in scope with a class and an office account."""

    id: int
    group: int
    office: int
    clerk: str = "Olive Oriole"
    pupils: dict[str, int] = field(default_factory=dict)

    @property
    def ctx(self):
        return context(self.id)

    @property
    def caller(self):
        return host.for_setting(self.ctx)

    @property
    def now(self):
        return clock.now()

    def actor(self, role="office", name="Olive Oriole"):
        return Actor(self.office, name, "Office manager", (Grant(role, self.id, label="Office"),))

    def at(self, hour, minute=0, day=None):
        """Set the clock to a time of the day (London) and return it."""
        on = day or clock.now().date()
        clock.current_clock().set(datetime(on.year, on.month, on.day, hour, minute))
        return clock.now()

    def pupil(self, given, family="Ash", **more):
        """Return the id of a pupil of the class."""
        self.pupils[given] = a_pupil(self.id, given, family, group=more.pop("group", self.group), **more)
        return self.pupils[given]

    def number(self, key="AM", day=None):
        return session_no(day or date(2025, 10, 8), key)

    def mark(self, pupil, key="AM", day=None):
        """Return the symbol and minutes of a pupil's mark, or None."""
        with store.connection() as conn:
            found = marks.for_session(conn, self.id, [self.number(key, day)], [pupil])
        return (self.caller.codes.symbol(found[0].code_id), found[0].minutes) if found else None

    def take(self, key="AM", drawn=None, **symbols):
        """Save marks by given name through the register's own service."""
        entries = [Entry(self.pupils[name], symbol) for name, symbol in symbols.items()]
        return service.save(
            self.ctx, self.caller, self.number(key), self.group, entries, 10**6 if drawn is None else drawn, str(uuid.uuid4()), self.actor(), self.now,
            reason="told by the teacher",
        )  # fmt: skip


def a_school(setting_type="academy", **more):
    """Return an academy on Wednesday 8 October 2025 at 08:45."""
    clock.current_clock().set(WEDNESDAY)
    made = a_setting("Larkspur Academy", setting_type=setting_type, **more)
    office = an_account("office", setting=made, name="Olive Oriole")
    with store.scope([made]):
        return School(made, a_class(made, "3B"), office)


class Desk:
    """A browser without JavaScript at a setting's desk."""

    def __init__(self, client, school, account):
        self.client, self.school, self.account, self.since = client, school, account, None

    def awake(self):
        """Sign in again where the test's clock has moved past the end of a quiet sign-in."""
        if self.since is None or abs(clock.now() - self.since) > timedelta(minutes=4):
            signed_in(self.client, self.account)
            self.since = clock.now()
        return self.client

    def url(self, path):
        return f"/settings/{self.school.id}{path}"

    def get(self, path, status=200):
        response = self.awake().get(self.url(path))
        text = response.get_data(as_text=True)
        assert response.status_code == status, text[-1500:]
        return text

    def post(self, path, status=200, headers=None, **fields):
        data = {"csrf_token": csrf(self.awake()), **fields}
        response = self.client.post(self.url(path), data=data, headers=headers)
        text = response.get_data(as_text=True)
        assert response.status_code == status, (response.status_code, re.findall(r"error-(?:message|summary)[^>]*>([^<]+)", text), text[-800:])
        return text

    def drawn(self, text):
        """Return the hidden fields that a form was drawn with."""
        return {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("rid", "drawn", "pupil")}

    def find(self, letters, desk="late-desk"):
        return self.post(f"/{desk}/find/", q=letters)

    def sign_in(self, letters, keys="1", status=303, **fields):
        """Sign a pupil in as a person does: letters, Enter, keys, Enter; return the page after it."""
        shown = self.find(letters)
        return self.post("/late-desk/", status, keys=keys, adult=fields.pop("adult", "none"), **{**self.drawn(shown), **fields})
