"""The lead's review of absence: every absence with a ground for it, worked out when it is read, until somebody has decided (SEN-026, SEN-096 to SEN-099)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from intranet import store
from intranet.cases.safeguarding import events, vault
from intranet.cases.safeguarding.models import Entry, Review, Strand
from intranet.cases.safeguarding.reading import children
from intranet.cases.safeguarding.telling import open_strand
from intranet.cases.safeguarding.words import Word, words
from intranet.duties.models import Finding
from intranet.errors import Conflict, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.law.sessions import day_of, day_range
from intranet.people import Actor
from intranet.pupils.models import Flag
from intranet.settings.context import SettingContext
from intranet.store.tables import mark

WINDOW = "dsl.disclosure_window_days"
#: How far back the list looks for an absence that nobody decided on; older ones are on the child's page.
LOOK_BACK = timedelta(days=60)
ABSENT = frozenset({"unexplained", "authorised", "unauthorised"})
FLAGS: Mapping[str, str] = {"child_protection": "plan", "social_worker": "social_worker", "child_in_need": "social_worker"}
UNUSUAL = ("pattern", "repeated", "weekday", "sudden")
UNEXPLAINED = ("n_code", "unexplained", "missed", "cme")


@dataclass(frozen=True)
class Item:
    """An absence to look at: whose, on what ground, the latest day, and how many days since the last decision."""

    pupil_id: int
    child: str
    ground: Word
    on: date
    days: int
    last: str = ""  # what was decided the last time
    last_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return what a form carries: it names no ground."""
        return blind(self.pupil_id, self.ground.key)


def blind(pupil_id: int, ground: str) -> str:
    """Return the name under which decisions on a child and a ground are found."""
    return vault.blind(f"review/{pupil_id}/{ground}")


def queue(conn: Connection, ctx: SettingContext, caller: Caller, now: datetime) -> list[Item]:
    """Return the absences that wait for the lead, the latest first; a fixed number of statements."""
    found = _grounds(conn, ctx, caller, now)
    away = _absences(conn, ctx, caller, {pupil for pupil, _ in found}, now.date())
    decided = _decided(conn, ctx.id)
    kids = children(conn, ctx, {pupil for pupil, _ in found}, now)
    items = []
    for (pupil, ground), counts in found.items():
        before = decided.get(blind(pupil, ground))
        days = [day for day in away.get(pupil, ()) if counts(day) and (before is None or day > before.day)]
        if days:
            said = _said(before)
            items.append(Item(pupil, kids.get(pupil, ""), words("grounds")[ground], days[-1], len(days), said, before.decided_at if before else None))
    return sorted(items, key=lambda item: (-item.on.toordinal(), item.child))


def _grounds(conn: Connection, ctx: SettingContext, caller: Caller, now: datetime) -> dict[tuple[int, str], Any]:
    """Return what makes a pupil's absence a matter for the lead: (pupil, ground) to whether a day counts."""
    found: dict[tuple[int, str], Any] = {}
    for pupil, ground, counts in (*_flagged(conn, ctx, now.date()), *_disclosed(conn, ctx, caller, now), *_concluded(conn, ctx)):
        found.setdefault((pupil, ground), counts)
    return found


def _flagged(conn: Connection, ctx: SettingContext, today: date) -> Iterable[tuple[int, str, Any]]:
    live = or_(Flag.last.is_(None), Flag.last >= today - LOOK_BACK)
    query = select(Flag.pupil_id, Flag.kind, Flag.first, Flag.last).where(Flag.setting_id == ctx.id, Flag.kind.in_(FLAGS), live)
    for row in conn.execute(query).all():
        yield row.pupil_id, FLAGS[row.kind], _between(row.first, row.last)


def _disclosed(conn: Connection, ctx: SettingContext, caller: Caller, now: datetime) -> Iterable[tuple[int, str, Any]]:
    """Yield the children who told something themselves, for the school days after it that the setting has set (SEN-098)."""
    window = caller.params(now.date()).get(WINDOW)
    if window is None:
        return
    query = (
        select(Strand.pupil_id, Strand.uid, Strand.wrapped, Entry.uid.label("own"), Entry.sealed, Entry.happened_at)
        .join(Strand, (Strand.setting_id == Entry.setting_id) & (Strand.id == Entry.strand_id))
        .where(Entry.setting_id == ctx.id, Entry.kind == "concern", Entry.happened_at >= now - LOOK_BACK, Strand.pupil_id.is_not(None))
        .order_by(Entry.happened_at.desc())
    )
    days = defaultdict(list)
    for row in conn.execute(query).all():
        said = vault.unseal(row.wrapped, row.own, row.sealed)
        if said and said.get("disclosed"):
            days[row.pupil_id].append(row.happened_at.date())
    for pupil, told in days.items():
        yield pupil, "disclosure", _after(ctx, told, int(window))


def _concluded(conn: Connection, ctx: SettingContext) -> Iterable[tuple[int, str, Any]]:
    """Yield the pupils about whom a rule has concluded a pattern or an unexplained absence that still stands."""
    standing = (Finding.setting_id == ctx.id, Finding.cleared_at.is_(None), Finding.pupil_id.is_not(None))
    query = select(Finding.pupil_id, Finding.kind, Finding.anchor).where(*standing)
    for row in conn.execute(query).all():
        ground = "pattern" if _like(row.kind, UNUSUAL) else "unexplained" if _like(row.kind, UNEXPLAINED) else ""
        if ground:
            yield row.pupil_id, ground, _between(row.anchor, None)


def _like(kind: str, parts: tuple[str, ...]) -> bool:
    return any(part in kind for part in parts)


def _between(first: date, last: date | None) -> Any:
    return lambda day: first <= day and (last is None or day <= last)


def _after(ctx: SettingContext, told: list[date], window: int) -> Any:
    return lambda day: any(on <= day and ctx.calendar.count(on + timedelta(days=1), day) <= window for on in told)


def _absences(conn: Connection, ctx: SettingContext, caller: Caller, pupils: set[int], today: date) -> dict[int, list[date]]:
    """Return the days in sight on which pupils missed a session, oldest first."""
    if not pupils:
        return {}
    low, high = day_range(today - LOOK_BACK, today)
    here = (mark.c.setting_id == ctx.id, mark.c.pupil_id.in_(pupils), mark.c.session_no >= low, mark.c.session_no <= high)
    found = defaultdict(set)
    for number, pupil, code_id in conn.execute(select(mark.c.session_no, mark.c.pupil_id, mark.c.code_id).where(*here)):
        code = caller.codes.for_session(number).by_id(code_id)
        if code is not None and code.meaning in ABSENT:
            found[pupil].add(day_of(number))
    return {pupil: sorted(days) for pupil, days in found.items()}


def _decided(conn: Connection, setting_id: int) -> dict[str, Any]:
    """Return the latest decision by its blind name."""
    rows = conn.execute(select(Review.__table__).where(Review.setting_id == setting_id).order_by(Review.day)).all()
    return {row.ground: row for row in rows}


def _said(before: Any) -> str:
    values = vault.unseal(before.wrapped, before.uid, before.sealed) if before else None
    return f"{values['decision']}: {values['text']}" if values else ""


def decide(
    ctx: SettingContext, caller: Caller, actor: Actor, key: str, on: date, decision: str, text: str, now: datetime, request_id: str
) -> int | None:
    """Store what the lead decided, with the reason, and return the strand that was opened; raise NotFound for no item, Conflict for a decided one."""
    with store.connection() as conn:
        if seen := store.events.seen(conn, ctx.id, request_id):
            return (seen.data or {}).get("strand")
        waiting = {item.key: item for item in queue(conn, ctx, caller, now)}
        done = conn.execute(select(Review.id).where(Review.setting_id == ctx.id, Review.ground == key, Review.day >= on)).first()
    if key not in waiting and done:
        raise Conflict((), "Somebody else decided on this absence first. Nothing was overwritten; the list shows what is left.")
    item = waiting.get(key)
    if item is None or item.on != on:
        raise NotFound("That absence no longer waits, or another day was added to it. Open the list again.")
    _refuse(item, decision, text)
    return _store(ctx, actor, item, decision, text, now, request_id)


def _refuse(item: Item, decision: str, text: str) -> None:
    if decision not in words("decisions"):
        raise Refused("Decision", "", "nothing was chosen", "Choose one", clauses=item.ground.clauses, fields=["decision"])
    if not text.strip():
        raise Refused("Reason", "", "nothing was entered", "Write why you decide so", clauses=item.ground.clauses, fields=["text"])


def _store(ctx: SettingContext, actor: Actor, item: Item, decision: str, text: str, now: datetime, request_id: str) -> int | None:
    uid = vault.new_uid()
    wrapped = vault.new_key(uid)
    label = words("decisions")[decision].label
    sealed = vault.seal(wrapped, uid, {"ground": item.ground.label, "decision": label, "text": text.strip(), "by": actor.name})
    row = {"pupil_id": item.pupil_id, "ground": item.key, "day": item.on, "uid": uid, "wrapped": wrapped, "sealed": sealed}
    opened: int | None = None
    with store.writing(now=now, actor_id=actor.account_id) as w:
        store.events.hold_chain(w.conn, ctx.id)
        if w.conn.execute(select(Review.id).where(Review.setting_id == ctx.id, Review.ground == item.key, Review.day == item.on)).first():
            raise Conflict((), "Somebody else decided on this absence first. Nothing was overwritten; the list shows what is left.")
        made = w.conn.execute(insert(Review).values(setting_id=ctx.id, decided_at=now, decided_by=actor.account_id, **row).returning(Review.id)).scalar_one()
        if decision == "open":
            opened = _opened(w, ctx.id, item.pupil_id)
        events.append(w, ctx.id, None, "safeguarding.reviewed", {"review": int(made), "strand": opened, "sealed": vault.digest(sealed)}, request_id)
    return opened


def _opened(w: store.Writing, setting_id: int, pupil_id: int) -> int:
    here = (Strand.setting_id == setting_id, Strand.pupil_id == pupil_id, Strand.closed_at.is_(None), Strand.wrapped.is_not(None))
    found = w.conn.scalar(select(Strand.id).where(*here).order_by(Strand.id.desc()).limit(1))
    return int(found) if found else open_strand(w, setting_id, pupil_id)[0]
