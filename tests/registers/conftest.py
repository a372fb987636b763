"""A primary academy with class 3B on Wednesday 8 October 2025, and pages as somebody there sees them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, time

import pytest

from intranet import clock, store
from intranet.extension import host
from intranet.law.sessions import session_no
from intranet.people import Actor, Grant
from intranet.registers import service
from intranet.registers.values import Entry
from intranet.settings.service import context
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil

WEDNESDAY = datetime(2025, 10, 8, 8, 55)
NAMES = [("Amber", "Ash"), ("Ben", "Birch"), ("Cora", "Cedar"), ("Dilip", "Dogwood"), ("Elsie", "Elder")]


@dataclass
class School:
    """A setting with one class, its teacher and its pupils, in scope."""

    id: int
    teacher: int
    group: int
    pupils: list[int] = field(default_factory=list)

    @property
    def ctx(self):
        return context(self.id)

    @property
    def caller(self):
        return host.for_setting(self.ctx)

    def at(self, text, day=None):
        """Set the clock to a time of the day, and return it."""
        current = clock.current_clock()
        hour, minute = map(int, text.split(":"))
        current.set(datetime.combine(day or current.today(), time(hour, minute)))
        return clock.now()

    def session(self, key="AM", day=None):
        return session_no(day or clock.today(), key)

    def actor(self, role="teacher", account=None, name="Sam Sparrow", title=""):
        own = next((one for one in self.caller.roles if one.key == role), None)
        also = frozenset(own.also) if own else frozenset()
        grant = Grant(role, self.id, label=self.caller.role_label(role), core=_core(self, role), also=also)
        return Actor(account or self.teacher, name, title, (grant,))

    def save(self, marks, key="AM", drawn=0, rid=None, actor=None, **more):
        """Save marks given as {index or pupil id: symbol or (symbol, minutes) or Entry}."""
        entries = [_entry(self, who, mark) for who, mark in marks.items()]
        return service.save(
            self.ctx, self.caller, self.session(key, more.pop("day", None)), more.pop("group", self.group), entries, drawn,
            rid or str(uuid.uuid4()), actor or self.actor(), clock.now(), **more,
        )  # fmt: skip

    def page(self, key="AM", actor=None, **more):
        return service.page(actor or self.actor(), self.ctx, self.caller, self.session(key), self.group, clock.now(), **more)

    def marks(self, key="AM"):
        """Return the marks of a session in roll order, "" where there is none."""
        rows = self.page(key, actor=self.actor("office")).rows
        return ["" if row.mark is None else row.mark.symbol for row in rows]


def _core(school, role):
    found = next((r.like for r in school.caller.roles if r.key == role), role)
    return frozenset({found})


def _entry(school, who, mark):
    if isinstance(mark, Entry):
        return mark
    pupil = school.pupils[who] if who < len(school.pupils) else who
    symbol, *rest = (mark,) if isinstance(mark, str) else mark
    return Entry(pupil, symbol, *rest)


@pytest.fixture
def school(app):
    """An academy with class 3B of five, taken by its teacher, at 08:55 on 8 October 2025."""
    yield from a_school(app)


def a_school(app, names=NAMES, setting_type="academy", **more):
    """Yield a school in scope."""
    clock.current_clock().set(WEDNESDAY)
    made = a_setting("Larkspur Academy", setting_type=setting_type, **more)
    teacher = an_account("teacher", setting=made, name="Tess Teal", title="Class teacher")
    with store.scope([made]):
        group = a_class(made, "3B", staff=(teacher,))
        pupils = [a_pupil(made, given, family, group=group) for given, family in names]
        yield School(made, teacher, group, pupils)


class Page:
    """A browser without JavaScript at one setting: it sends forms as they were drawn."""

    def __init__(self, client, setting_id, account):
        self.client, self.setting_id, self.account = client, setting_id, account

    def get(self, path, status=200):
        response = self.client.get(f"/settings/{self.setting_id}{path}")
        assert response.status_code == status, response.get_data(as_text=True)[-3000:]
        return response.get_data(as_text=True)

    def form(self, path, **fields):
        """Return every field of the page's form as a browser would send it, with these changed (None: left out)."""
        return filled(self.get(path), **fields)

    def post(self, path, status=303, headers=None, **fields):
        data = {"csrf_token": csrf(self.client), **fields}
        response = self.client.post(f"/settings/{self.setting_id}{path}", data=data, headers=headers)
        body = response.get_data(as_text=True)
        assert response.status_code == status, (response.status_code, re.findall(r"<p[^>]*>([^<]+)<", body)[:10])
        self.last = response
        return body

    def send(self, path, status=303, headers=None, **fields):
        """Draw the form of a page, fill it in and send it."""
        return self.post(path, status, headers, **self.form(path, **fields))


def filled(html, **fields):
    """Return the fields of the first form in a page's main part that posts, as a browser would send them."""
    main = html[html.index("<main") :]
    form = re.search(r'<form method="post".*?</form>', main, re.S)[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("radio", "checkbox") and " checked" not in tag):
            continue
        found[name[1]] = value[1] if value else ""
    found.pop("csrf_token", None)
    if "shown" in found or "data-conflicts" in form:
        found.setdefault("act", "save")
    found |= {name.replace("_", "-", 1) if name.startswith(("mark_", "minutes_", "note_")) else name: value for name, value in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def as_role(app, school):
    """A function: the pages of the school as somebody with a role sees them (the class's own teacher for "teacher")."""

    def sign_in(role="teacher", name="Olga Oak"):
        account = school.teacher if role == "teacher" else an_account(role, setting=school.id, name=name)
        return Page(signed_in(app.test_client(), account), school.id, account)

    return sign_in
