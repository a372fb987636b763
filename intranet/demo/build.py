"""Builds the demo: deterministic, from one seed, through the same bulk path as an import."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from intranet import duties, store
from intranet.clock import LONDON
from intranet.config import Config
from intranet.demo import bookings, morning, people, policies
from intranet.demo.children import FIRST_YEAR, Plan, Pupil, pupils_of, upn, wanted
from intranet.demo.history import Member, registers
from intranet.demo.people import Built
from intranet.demo.spells import absences, draw_children
from intranet.duties import notices
from intranet.extension import host
from intranet.extension import values as v
from intranet.extension.host import Caller
from intranet.law.term_dates import calendar
from intranet.pupils import models as m
from intranet.settings import service as settings
from intranet.store import bulk
from intranet.store.tables import event
from intranet.store.writing import Writing

SEED = 20260901
SCHOOL_CLASSES, SCHOOL_SIZES, TRUST_SCHOOLS = 35, (30, 28), 6
FORMER_SCHOOLS = ("Barleyhurst", "Quillbeck", "Rookthorpe", "Emberdale")
GROUPS_AS_FLAGS = {"fsm": "fsm", "ehcp": "ehcp", "sen_support": "sen_support"}
Progress = Callable[[str, float], None]


def marker(config: Config) -> Path:
    """Return the file that says which demo this install's database holds."""
    return config.home / f"demo{config.mark}.json"


def built(config: Config) -> dict[str, Any] | None:
    """Return what was built to its end before, or None."""
    found = _marked(config)
    return found if found is not None and "day" in found else None


def begun(config: Config) -> bool:
    """Return whether a demo was begun in this install, finished or not."""
    return _marked(config) is not None


def _marked(config: Config) -> dict[str, Any] | None:
    path = marker(config)
    found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


def _mark(config: Config, what: dict[str, str]) -> None:
    marker(config).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    marker(config).write_text(json.dumps(what), encoding="utf-8")


def demo_day(today: date) -> date:
    """Return the school day that the demo plays: today, or the last school day before it."""
    days = calendar("CAL-STD").school_days(date(2025, 9, 1), today)
    return days[-1]


def set_clock(app: Flask) -> None:
    """Let the app's clock run on from the demo's morning, or from the last thing that was entered if that is later."""
    config: Config = app.config["DAYMARK"]
    found = built(config)
    if found is None:
        return
    starts = datetime.combine(date.fromisoformat(found["day"]), morning.STARTS, LONDON)
    with app.app_context(), store.all_settings("demo clock"), store.connection() as conn:
        last = conn.scalar(select(func.max(event.c.recorded_at)))
    later = last.astimezone(LONDON) if last is not None else starts
    app.extensions["daymark.clock"].set(max(starts, later), running=True)


def plans_for(scale: str) -> list[Plan]:
    """Return the settings of a scale: ``small`` one of each type, ``school`` one of 1,000 pupils, ``trust`` several of those."""
    ordinary = people.plans()
    if scale == "small":
        return ordinary
    big = replace(
        ordinary[0], name="Larkspur High", phase="secondary", first_year=7, moves_up=False,
        classes=tuple(f"{7 + n % 5}{'ABCDEFG'[n // 5]}" for n in range(SCHOOL_CLASSES)), size=29, staff={**ordinary[0].staff, "teacher": SCHOOL_CLASSES},
    )  # fmt: skip
    if scale == "school":
        return [big]
    return [replace(big, key=f"school-{n}", name=f"Larkspur High {n}") for n in range(1, TRUST_SCHOOLS + 1)] + ordinary[1:]


def build(app: Flask, scale: str, progress: Progress, today: date, *, in_progress: bool = True) -> None:
    """Store the demo as it stands a little after nine on the school day; an install that has settings is left alone."""
    config: Config = app.config["DAYMARK"]
    day = demo_day(today)
    _mark(config, {"scale": scale})  # before the first row, so that data without a mark is never taken for a demo
    with app.app_context(), store.all_settings("demo"):
        plans = plans_for(scale)
        made = _store_places(plans, people.now_on(day, 7, 30))
        for n, place in enumerate(made):
            progress(place.plan.name, n / len(made))
            _Place(place, day, Random(f"{SEED}-{place.plan.key}")).fill(in_progress)
        progress("ready", 1.0)
    _mark(config, {"day": day.isoformat(), "scale": scale})


def _store_places(plans: Sequence[Plan], now: datetime) -> list[Built]:
    random = Random(SEED)
    with store.writing(now=now, actor_id=None) as w:
        organisations = people.store_organisations(w)
        people.store_group_roles(w, random, organisations)
        return [people.store_setting(w, random, plan, organisations[plan.organisation]) for plan in plans]


@dataclass
class _Place:
    """One setting while it is being filled."""

    built: Built
    day: date
    random: Random

    def fill(self, in_progress: bool) -> None:
        """Store the children, two years of registers and the morning in progress."""
        plan, setting_id = self.built.plan, self.built.setting_id
        ctx = settings.context(setting_id)
        caller = host.for_setting(ctx)
        first = people.start_of(self.built.calendar, FIRST_YEAR)
        yesterday = self.built.calendar.before(self.day, 1)
        days = self.built.calendar.school_days(first, yesterday)
        policies.store_policies(self.built, self.day, f"{SEED}-{plan.key}")
        with store.writing(now=people.now_on(self.day, 7, 45), actor_id=None) as w:
            groups = self._store_groups(w, first)
            members = self._store_pupils(w, caller, groups, days)
            tutors = dict(zip(groups, self._takers(len(groups)), strict=True))
            records = bookings.store_records(w, self.random, self.built, members, tutors)
        members = [replace(one, placement=replace(one.placement, records=records.get(one.pupil_id, ()))) for one in members]
        history = registers(self.random, caller, plan.phase, members, days, tutors)
        bulk.append(setting_id, history, people.now_on(self.day, 7, 50), "demo", layout=ctx.layout)
        duties.recompute(setting_id, people.now_on(self.day, 7, 55))
        if in_progress:
            with notices.quietly():
                morning.play(self.random, ctx, caller, self.day, tutors, self._office())

    def _office(self) -> int:
        roles = ("attendance_officer", "office_manager", "administrator", "tutoring_office")
        return next(self.built.staff[role][0] for role in roles if role in self.built.staff)

    def _takers(self, count: int) -> list[int]:
        own = next((self.built.staff[role] for role in ("teacher", "tutor", "class_team") if role in self.built.staff), [])
        return [own[n % len(own)] for n in range(count)]

    def _store_groups(self, w: Writing, first: date) -> list[int]:
        plan = self.built.plan
        kind = "tutor" if plan.setting_type == "tutoring" else "class"
        rows = [
            m.TeachingGroup(
                setting_id=self.built.setting_id, name=name, kind=kind, first=first, last=None, year_group=plan.first_year + n if plan.moves_up else None
            )
            for n, name in enumerate(plan.classes)
        ]
        w.session.add_all(rows)
        w.session.flush()
        for group, account in zip(rows, self._takers(len(rows)), strict=True):
            role = "tutor" if kind == "tutor" else "teacher"
            w.session.add(m.GroupStaff(setting_id=self.built.setting_id, group_id=group.id, account_id=account, role=role, first=first, last=None))
        return [group.id for group in rows]

    def _store_pupils(self, w: Writing, caller: Caller, groups: Sequence[int], days: Sequence[date]) -> list[Member]:
        plan = self.built.plan
        children = draw_children(self.random, wanted(plan), plan.phase)
        missed = absences(self.random, children, days, self.built.calendar, plan.phase)
        drawn = pupils_of(self.random, plan, children, self.built.calendar)
        rows = [self._row(pupil) for pupil in drawn]
        w.session.add_all(rows)
        w.session.flush()
        members = []
        for pupil, row in zip(drawn, rows, strict=True):
            placement = self._placement(caller, pupil, row.id)
            w.session.add(placement)
            self._store_family(w, pupil, row.id)
            w.session.flush()
            stretches = self._stretches(pupil, groups)
            for first, last, group in stretches:
                w.session.add(m.GroupMember(setting_id=self.built.setting_id, group_id=group, pupil_id=row.id, first=first, last=last))
            frozen = v.Placement(placement.id, row.id, placement.model, placement.first, placement.last, placement.duties, placement.agreement)
            members.append(Member(row.id, frozen, tuple(stretches), missed[pupil.child.key], pupil.child.rate))
        return members

    def _row(self, pupil: Pupil) -> m.Pupil:
        number = self.built.setting_id * 5000 + pupil.child.key
        return m.Pupil(
            setting_id=self.built.setting_id, upn=upn(number) if self.built.plan.setting_type != "tutoring" else None, legal_given=pupil.given,
            legal_family=pupil.family, born=pupil.born, sex="F" if self.random.random() < 0.5 else "M", year_group=pupil.year_group,
            address=f"{self.random.randrange(1, 90)} {self.random.choice(('Lantern', 'Pebble', 'Thimble', 'Quill'))} Lane", postcode="ZZ99 9ZZ",
            admitted_on=pupil.starts, left_on=pupil.leaves, last_school=self._last_school(pupil), offer=self._offer(),
        )  # fmt: skip

    def _last_school(self, pupil: Pupil) -> str:
        return "None before this one" if pupil.year_group == 0 else f"{self.random.choice(FORMER_SCHOOLS)} Primary"

    def _offer(self) -> dict[str, int]:
        if self.built.plan.setting_type != "independent_school":
            return {}
        return {"here": 10} if self.random.random() < 0.8 else {"here": 8, "elsewhere": 1}

    def _placement(self, caller: Caller, pupil: Pupil, pupil_id: int) -> m.Placement:
        model, duties, agreement = bookings.terms(self.random, self.built.plan, caller.catalogue.placement_models)
        return m.Placement(
            setting_id=self.built.setting_id, pupil_id=pupil_id, model=model, first=pupil.starts, last=pupil.leaves, expected_start=pupil.starts,
            duties=duties, agreement=agreement, warnings=[], confirmed_by=self._office(), confirmed_at=people.now_on(self.day, 7, 45),
        )  # fmt: skip

    def _store_family(self, w: Writing, pupil: Pupil, pupil_id: int) -> None:
        for n, contact in enumerate(pupil.contacts, start=1):
            person = m.Person(
                setting_id=self.built.setting_id, given=contact["given"], family=pupil.family, phones=[{"number": contact["number"], "kind": "mobile"}]
            )
            w.session.add(person)
            w.session.flush()
            w.session.add(
                m.PupilContact(
                    setting_id=self.built.setting_id, pupil_id=pupil_id, person_id=person.id, relationship=contact["relationship"],
                    is_parent=contact["parent"], parental_responsibility=contact["parent"], lives_with=contact["parent"], priority=n,
                )
            )  # fmt: skip
        for group in sorted(pupil.child.groups):
            w.session.add(m.Flag(setting_id=self.built.setting_id, pupil_id=pupil_id, kind=GROUPS_AS_FLAGS[group], first=pupil.starts, source="Admission form"))

    def _stretches(self, pupil: Pupil, groups: Sequence[int]) -> list[tuple[date, date | None, int]]:
        then, now = pupil.class_then, pupil.class_now
        if then is not None and then == now:
            return [(pupil.starts, pupil.leaves, groups[then])]
        moves = people.start_of(self.built.calendar, "2026-27")
        found: list[tuple[date, date | None, int]] = []
        if then is not None:
            found.append((pupil.starts, pupil.leaves or moves - timedelta(days=1), groups[then]))
        if now is not None:
            found.append((moves, None, groups[now]))
        return found
