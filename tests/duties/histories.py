"""Whole histories of a small school, played at random on the real store: saves, amendments, closures, withdrawals, other term dates.

Run for longer with `python -m tests.duties.histories 300`; it prints its figure and ends with 1 when a promise does not hold.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from intranet import duties, store
from intranet.clock import LONDON
from intranet.duties.findings import concluded
from intranet.duties.models import Duty, Finding
from intranet.duties.ticking import tick_setting
from intranet.extension import host
from intranet.law import counting, packed
from intranet.law.calendar import TermPeriod
from intranet.law.sessions import session_no, session_of
from intranet.settings import service as settings
from intranet.settings.service import context
from intranet.store import marks as stored
from intranet.store import projections, registers
from tests.duties.playing import at
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil

SYMBOLS = "/////IIIIOOOGNNULCEB"
KEYS = ("AM", "PM")
FIRST, LAST = date(2025, 9, 8), date(2025, 12, 19)
KINDS = (
    ("academy", "academy"), ("primary_school", "maintained"), ("independent_school", "independent"), ("alternative_provision", "maintained"),
)  # fmt: skip
Known = tuple[str, int | None, date, str]


@dataclass
class School:
    """A setting in play: what was marked so far and which closures stand."""

    setting: int
    group: int
    pupils: list[int]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)  # session, pupil -> symbol
    closures: list[int] = field(default_factory=list)
    saves: int = 0
    moved: int = 0


def opened(setting_type: str = "academy", legal_type: str = "academy") -> School:
    """Return a new school with three pupils, one of them with a social worker."""
    at("2025-09-01 07:00")
    setting = a_setting(f"School {random.random()}", setting_type=setting_type, legal_type=legal_type)
    group = a_class(setting)
    pupils = [a_pupil(setting, given, group=group) for given in ("Rowan", "Hazel")]
    return School(setting, group, [*pupils, a_pupil(setting, "Ivy", group=group, flags=("social_worker",))])


def save(school: School, day: date, key: str, marks: dict[int, str], now: datetime) -> None:
    """Save marks as a register does: those marked before are changes, and only first plain present marks are plain."""
    number = session_no(day, key)
    at(f"{now:%Y-%m-%d %H:%M}")
    with store.scope([school.setting]):
        ctx = context(school.setting)
        caller = host.for_setting(ctx)
        ids = {code.symbol: code.id for code in caller.codes}
        written = {pupil: "\\" if symbol == "/" and key == "PM" else symbol for pupil, symbol in marks.items()}
        rows = [stored.MarkRow(number, pupil, ids[symbol]) for pupil, symbol in written.items()]
        plain = [pupil for pupil, symbol in marks.items() if symbol == "/" and (number, pupil) not in school.marks]
        with store.writing(now=now, actor_id=None) as w:
            event = w.append(setting_id=school.setting, stream=f"register:{number}:{school.group}", kind="register.saved",
                             data=registers.encode(number, school.group, rows), occurred_on=day)  # fmt: skip
            stored.write(w, school.setting, event.position, ctx.layout, rows)
            duties.judge(w, caller, ctx, list(marks), now, plain)
    school.marks |= {(number, pupil): symbol for pupil, symbol in marks.items()}
    school.saves += 1


def moment(day: date, clock: str) -> datetime:
    """Return a time of a day in London."""
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=LONDON)


def school_days(school: School, first: date, last: date) -> list[date]:
    """Return the school days by the calendar as it is now."""
    with store.scope([school.setting]):
        return context(school.setting).calendar.school_days(first, last)


def play(school: School, rng: random.Random, days: int) -> date:
    """Play so many school days from a random one on and return the last: stretches of one symbol a pupil, with changes in between."""
    day = rng.choice(school_days(school, FIRST, date(2025, 11, 14)))
    last, spells = day, dict.fromkeys(school.pupils, ("/", 0))
    for _ in range(days):
        for key in KEYS:
            now = moment(day, "09:10" if key == "AM" else "13:10")
            taken = {}
            for pupil in school.pupils:
                symbol, left = spells[pupil]
                if left <= 0:
                    symbol, left = rng.choice(SYMBOLS), rng.choice((1, 1, 2, 3, 7, 20, 24, 30))
                spells[pupil] = symbol, left - 1
                if rng.random() < 0.985:  # now and then a register leaves somebody out
                    taken[pupil] = symbol
            save(school, day, key, taken, now)
        if rng.random() < 0.25:
            amend(school, rng, day)
        if rng.random() < 0.08:
            change_calendar(school, rng, day)
        last = day
        following = school_days(school, day + timedelta(days=1), LAST)
        if not following:
            break
        day = following[0]
    for _ in range(rng.choice((0, 0, 1, 3))):  # changes that no save comes after
        change_calendar(school, rng, last)
    return last


def amend(school: School, rng: random.Random, today: date) -> None:
    """Change one mark of the past, as the office does."""
    number, pupil = rng.choice(sorted(school.marks))
    when = session_of(number)
    save(school, when.day, when.key, {pupil: rng.choice(SYMBOLS)}, moment(today, "15:30"))


def change_calendar(school: School, rng: random.Random, today: date) -> None:
    """Close a day or two, take a closure back or end the half-term on another day; the next minute catches up."""
    now = moment(today, "15:40")
    with store.scope([school.setting]), store.writing(now=now, actor_id=None) as w:
        what = rng.choice(("close", "close", "withdraw", "terms"))
        if what == "withdraw" and school.closures:
            settings.withdraw(w, school.setting, school.closures.pop(), "It was opened after all")
        elif what == "terms":
            settings.set_terms(w, school.setting, "2025-26", _other_terms(school, rng))
        else:
            first = today + timedelta(days=rng.randint(-12, 12))
            last = first + timedelta(days=rng.randint(0, 2))
            closed = settings.NewClosure(first, last, "closure", "Burst pipe", planned=False)
            school.closures.append(settings.close(w, school.setting, closed))
    school.moved += 1
    tick_setting(school.setting, at(f"{today} 15:41"))


def _other_terms(school: School, rng: random.Random) -> list[TermPeriod]:
    """Return the year's half-terms with the first autumn one ending a few days earlier than planned."""
    periods = [period for period in context(school.setting).calendar.periods if period.year == "2025-26"]
    last = date(2025, 10, 24) - timedelta(days=rng.randint(0, 4))
    return [TermPeriod(p.year, p.name, p.first, last if p.name == "Autumn 1" else p.last) for p in periods]


# -------------------------------------------------------------------- what must hold


def open_findings(school: School) -> set[Known]:
    """Return the open findings of the school."""
    f = Finding
    with store.scope([school.setting]), store.connection() as conn:
        query = select(f.kind, f.pupil_id, f.anchor, f.title).where(f.setting_id == school.setting, f.cleared_at.is_(None))
        return {(row.kind, row.pupil_id, row.anchor, row.title) for row in conn.execute(query)}


def from_events(school: School, now: datetime) -> set[Known]:
    """Return the findings computed afresh from marks that are themselves made again from the events."""
    with store.scope([school.setting]):
        ctx = context(school.setting)
        with store.writing(now=now, actor_id=None) as w:
            projections.rebuild(w, school.setting, ctx.layout)
            w.conn.execute(delete(Duty).where(Duty.setting_id == school.setting))
            w.conn.execute(delete(Finding).where(Finding.setting_id == school.setting))
    duties.recompute(school.setting, now)
    return open_findings(school)


def answers(school: School, now: datetime) -> set[Known]:
    """Return what the rules conclude as of a moment, without writing anything."""
    with store.scope([school.setting]), store.connection() as conn:
        ctx = context(school.setting)
        found = concluded(conn, ctx, host.for_setting(ctx), school.pupils, now)
    return {(t.kind, t.pupil_id, t.anchor, t.title) for t in found}


def counts_are_additive(school: School, cut: date) -> bool:
    """Whether the counts of the parts, by pupil and by time, add up to the whole and to each mark counted one by one."""
    with store.scope([school.setting]), store.connection() as conn:
        codes = host.for_setting(context(school.setting)).codes
        marks = stored.year(conn, school.setting, school.pupils, [2025])
        blobs = stored.packed(conn, school.setting, [2025], school.pupils)
    start = date(2025, 8, 1)
    kinds = packed.classes(codes, "H", start)
    parts = [packed.classes(codes, "H", start, None, cut), packed.classes(codes, "H", start, cut + timedelta(days=1), None)]
    whole = packed.tally([blob for _, blob in blobs.values()], kinds)
    by_pupil = counting.total(packed.counts(blob, kinds) for _, blob in blobs.values())
    by_time = counting.total(packed.counts(blob, part) for _, blob in blobs.values() for part in parts)
    one_by_one = counting.total(counting.count(found, codes) for found in marks.values())
    return whole == by_pupil == by_time == one_by_one


def differences(school: School, last: date) -> set[Known]:
    """Return the findings that are kept and should not be, or the other way round."""
    now = moment(last, "17:00")
    at(f"{last} 17:00")
    kept = open_findings(school)
    return kept ^ from_events(school, now)


def main(times: Iterable[int]) -> None:
    """Play so many histories; raise AssertionError with the seed of one that breaks a promise."""
    saves = moved = found = 0
    kinds: set[str] = set()
    for seed in times:
        rng = random.Random(seed)
        school = opened(*rng.choice(KINDS))
        last = play(school, rng, rng.randint(10, 40))
        kept = open_findings(school)
        wrong = differences(school, last)
        assert not wrong, f"seed {seed}: {sorted(wrong, key=str)[:4]}"
        assert counts_are_additive(school, last - timedelta(days=9)), f"seed {seed}: the counts do not add up"
        saves, moved, found, kinds = saves + school.saves, moved + school.moved, found + len(kept), kinds | {one[0] for one in kept}
    print(f"{saves} saves and {moved} calendar changes left {found} findings of {len(kinds)} kinds: each as recomputed from all events")


if __name__ == "__main__":
    from tests.faults.__main__ import small_app

    with small_app() as app, app.app_context():
        main(range(int(sys.argv[1])))
