"""Two members of staff at one register in random order, with plain pages; who loses a mark without being told?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from intranet import store
from intranet.clock import LONDON
from intranet.extension import host
from intranet.law.sessions import key_of, session_no
from intranet.settings.context import context
from intranet.store import marks
from tests.faults.pages import PageForm, form_with
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil

PUPILS = 6
FIRST = date(2026, 9, 7)
CODES = ("/", "N", "L", "I", "C")
STEPS = ("open", "mark", "mark", "save", "save", "rest", "retry", "settle")
AMENDING = ("amend", "amend", "finish")  # the office's; a teacher has no page for it

Mark = tuple[str, int | None, str | None]


class Lost(AssertionError):
    """A mark was overwritten unseen, or dropped without a word."""


@dataclass(frozen=True)
class Ground:
    """A setting with small classes, a teacher of all of them and somebody of the office."""

    app: Flask
    setting: int
    groups: tuple[int, ...]
    pupils: dict[int, tuple[int, ...]]
    teacher: int
    office: int

    def standing(self, number: int, group: int) -> dict[int, Mark]:
        """Return the marks that stand in a register."""
        with store.scope([self.setting]), store.connection() as conn:
            codes = host.for_setting(context(self.setting)).codes
            found = marks.for_session(conn, self.setting, [number], self.pupils[group])
            return {m.pupil_id: (codes.symbol(m.code_id), m.minutes, m.note) for m in found}


def ground(app: Flask, classes: int = 4) -> Ground:
    """Return a new setting for the exercise."""
    app.extensions["daymark.clock"].set(datetime(2026, 9, 1, 9, 0, tzinfo=LONDON))
    setting = a_setting()
    teacher, office = an_account("teacher", setting=setting), an_account("office", setting=setting, name="Robin Rook")
    groups = tuple(a_class(setting, f"Class {n}", staff=(teacher,)) for n in range(1, classes + 1))
    pupils = {group: tuple(a_pupil(setting, "Amber", f"Ash{n}", group=group) for n in range(PUPILS)) for group in groups}
    return Ground(app, setting, groups, pupils, teacher, office)


def registers(place: Ground) -> Iterator[tuple[int, int, datetime]]:
    """Yield registers nobody has taken with a moment they are open, in order of time; for the office's, of both half days."""
    with store.scope([place.setting]):
        calendar = context(place.setting).calendar
    day = FIRST
    while day < date(2028, 7, 1):
        for key, at in (("AM", 9), ("PM", 13)):
            if calendar.is_session_day(day, key):
                for group in place.groups:
                    yield session_no(day, key), group, datetime(day.year, day.month, day.day, at, 5, tzinfo=LONDON)
        day += timedelta(days=1)


@dataclass
class Person:
    """Somebody with a page open: what it shows, what they entered on it, and what they sent last."""

    place: Ground
    client: FlaskClient
    number: int
    group: int
    rng: random.Random
    tally: Counter
    shown: dict[int, Mark] = field(default_factory=dict)
    form: PageForm | None = None
    entered: dict[int, str] = field(default_factory=dict)
    settling: bool = False
    last: dict[str, str] | None = None
    amending: tuple | None = None

    @property
    def path(self) -> str:
        """Return the register's address."""
        return f"/settings/{self.place.setting}/registers/{self.number}/{self.group}/"

    def open(self) -> None:
        """Read the page afresh; what was entered and not saved is the person's own loss."""
        self._read(self.client.get(self.path + "?mode=office").get_data(as_text=True))

    def _read(self, html: str) -> None:
        self.form = form_with(html, "data-register")
        if self.form is None:
            raise Lost(f"no form on {self.path}: {html[:300]}")
        self.entered, self.settling = {}, False
        self.shown = {pupil: mark for pupil in self.place.pupils[self.group] if (mark := _of(self.form, pupil))}

    def mark(self) -> None:
        """Enter a code for one or two pupils of the page."""
        if self.form is None or self.settling:
            return self.open()
        for pupil in self.rng.sample(self.place.pupils[self.group], self.rng.choice((1, 2))):
            code = self.rng.choice(CODES)
            code = "\\" if code == "/" and key_of(self.number % 2048) == "PM" else code
            self.form.fields[f"mark-{pupil}"] = code
            self.form.fields[f"minutes-{pupil}"] = "4" if code == "L" else ""
            self.entered[pupil] = code

    def save(self, act: str = "save") -> None:
        """Send the page; look at what changed and what the answer says."""
        if self.form is None or self.settling:
            return self.settle() if self.settling else self.open()
        wanted = {p: c for p, c in self.entered.items() if self.shown.get(p, ("",))[0] != c}
        self._send({**self.form.fields, "act": act}, wanted, rest=act == "rest")

    def rest(self) -> None:
        """Mark everyone else present."""
        self.save("rest")

    def retry(self) -> None:
        """Send the last request once more, as a browser does that heard no answer: nothing may change."""
        if self.last is not None:
            before = self.place.standing(self.number, self.group)
            answer = self.client.post(self.path, data=self.last)
            if self.place.standing(self.number, self.group) != before:
                raise Lost(f"a repeated request changed marks: {answer.status}")
            self.tally["repeats"] += 1

    def settle(self) -> None:
        """Choose for each mark in conflict, mine or theirs."""
        if not self.settling or self.form is None:
            return self.save()
        wanted = {}
        for name, values in self.form.choices.items():
            if name.startswith("mark-") and self.rng.random() < 0.5:
                self.form.fields[name] = values[-1]
                wanted[int(name[5:])] = values[-1]
        self._send({**self.form.fields, "act": "settle"}, wanted)

    def amend(self) -> None:
        """Amend a saved mark on its own page, after somebody else may have changed it."""
        pupil = self.rng.choice(self.place.pupils[self.group])
        path = f"/settings/{self.place.setting}/registers/amend/{self.number}/{pupil}/"
        page = self.client.get(path)
        if page.status_code != 200:
            return
        seen = self.place.standing(self.number, self.group)
        form = form_with(page.get_data(as_text=True), "reason")
        self.amending = (path, form.fields, pupil, seen[pupil])
        if self.rng.random() < 0.5:
            self.finish()

    def finish(self) -> None:
        """Send the amendment whose page was opened some steps ago."""
        if self.amending is None:
            return self.amend()
        path, fields, pupil, seen = self.amending
        self.amending = None
        code = self.rng.choice([c for c in ("N", "I", "C") if c != seen[0]])
        before = self.place.standing(self.number, self.group)
        answer = self.client.post(path, data={**fields, "mark": code, "minutes": "", "note": "", "reason": "The parent rang"})
        after = self.place.standing(self.number, self.group)
        self._expect_seen(before, after, {pupil: seen})
        if answer.status_code == 303 and after[pupil][0] != code:
            raise Lost(f"an amendment to {code} was accepted and not stored")
        self.tally["amended" if answer.status_code == 303 else "amendments held up"] += 1

    def _send(self, body: dict[str, str], wanted: dict[int, str], rest: bool = False) -> None:
        before = self.place.standing(self.number, self.group)
        answer = self.client.post(self.path, data=body)
        after = self.place.standing(self.number, self.group)
        html = answer.get_data(as_text=True)
        self._expect_seen(before, after, self.shown)
        self._expect_told(answer.status_code, html, after, wanted)
        self.last, self.tally["saves"] = body, self.tally["saves"] + 1
        self._go_on(answer.status_code, html, after)
        if rest and answer.status_code == 303 and len(after) < PUPILS:
            raise Lost("everyone else was to be present and somebody has no mark")

    def _expect_seen(self, before: dict[int, Mark], after: dict[int, Mark], shown: dict[int, Mark]) -> None:
        for pupil, mark in after.items():
            if before.get(pupil) != mark:
                self.tally["marks"] += 1
                if pupil in before and shown.get(pupil) != before[pupil]:
                    raise Lost(f"{before[pupil]} became {mark} by somebody whose page said {shown.get(pupil)}")

    def _expect_told(self, status: int, html: str, after: dict[int, Mark], wanted: dict[int, str]) -> None:
        if status == 303 or status == 409:
            for pupil, code in wanted.items():
                if after.get(pupil, ("",))[0] != code and f'name="mark-{pupil}"' not in html:
                    raise Lost(f"{code} was neither stored nor shown as a conflict ({status})")
        elif status == 422:
            form = form_with(html, "data-register")
            if any(form.fields.get(f"mark-{pupil}") != code for pupil, code in wanted.items()):
                raise Lost("a refused page came back without what was entered")
        else:
            raise Lost(f"an answer {status} to a save: {html[:300]}")

    def _go_on(self, status: int, html: str, after: dict[int, Mark]) -> None:
        if status == 409:
            self.tally["conflicts"] += html.count("Use yours,")
            self.form, self.settling, self.entered = form_with(html, "data-conflicts"), True, {}
            in_conflict = [int(name[5:]) for name in self.form.choices if name.startswith("mark-")]
            self.shown |= {pupil: after[pupil] for pupil in in_conflict}
        elif status == 303:
            self.open()
        else:
            self._read(html)


def _of(form: PageForm, pupil: int) -> Mark | None:
    """Return the mark that a page in code boxes shows for a pupil."""
    code, minutes = form.fields.get(f"mark-{pupil}", ""), form.fields.get(f"minutes-{pupil}", "")
    return (code, int(minutes) if minutes else None, form.fields.get(f"note-{pupil}") or None) if code else None


def play(place: Ground, times: int, seed: int = 20261123, steps: int = 12) -> Counter:
    """Return what happened in so many interleavings; raise Lost at the first silent loss."""
    tally: Counter = Counter()
    rng = random.Random(seed)
    for _, (number, group, at) in zip(range(times), registers(place), strict=False):
        place.app.extensions["daymark.clock"].set(at)
        _one(place, number, group, rng, tally, steps)
        tally["interleavings"] += 1
    return tally


def _one(place: Ground, number: int, group: int, rng: random.Random, tally: Counter, steps: int) -> None:
    two = [Person(place, signed_in(place.app.test_client(), who), number, group, rng, tally) for who in (place.teacher, place.office)]
    for person in two:
        person.open()
    for _ in range(steps):
        person = rng.choice(two)
        getattr(person, rng.choice(STEPS if person is two[0] else STEPS + AMENDING))()
        place.app.extensions["daymark.clock"].advance(timedelta(seconds=5))
