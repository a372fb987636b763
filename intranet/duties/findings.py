"""Findings as the marks stand: judged inside the save's transaction, and computed again as history."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Integer, Text, bindparam, cast, insert, or_, select, update

from intranet import store
from intranet.duties import own_plans
from intranet.duties.marker import judged
from intranet.duties.models import Duty, Finding
from intranet.extension import baseline
from intranet.extension.caller import DID_NOT_RUN, Caller
from intranet.extension.values import Facts, PupilFacts, Trigger
from intranet.law.sessions import day_of, session_no
from intranet.pupils import service as pupils
from intranet.settings.service import SettingContext
from intranet.store import Writing
from intranet.store import marks as stored

AMENDED = "The marks no longer call for it"
BATCH = 100
Key = tuple[str, int | None, date]


@dataclass(frozen=True)
class FindingChange:
    """What a save did to a finding: raised, extended or cleared; ``tell`` are those to be told who were not before.

    ``quiet`` changes were computed as history: nobody is told of them.
    """

    kind: str
    pupil_id: int | None
    anchor: date
    change: str
    title: str
    tell: tuple[str, ...] = ()
    urgency: int = 50
    clauses: tuple[str, ...] = ()
    counted: tuple[int, ...] = ()
    quiet: bool = False


Subscriber = Callable[[Writing, SettingContext, Caller, Sequence[FindingChange], datetime], None]


def publish(w: Writing, ctx: SettingContext, caller: Caller, changes: list[FindingChange], now: datetime) -> list[FindingChange]:
    """Return the changes after every subscriber has done its part of them, in the same transaction."""
    subscribers: list[Subscriber] = current_app.extensions["daymark.subscribers"]
    for subscriber in subscribers if changes else ():
        subscriber(w, ctx, caller, changes, now)
    return changes


def judge(
    w: Writing, caller: Caller, ctx: SettingContext, pupil_ids: Collection[int], now: datetime, plain: Collection[int] = (),
    read: Read | None = None,
) -> list[FindingChange]:  # fmt: skip
    """Raise, extend and clear the findings of these pupils; ``plain`` were first marked present and matter only with an open finding.

    ``read`` is what the caller has just read or written of them, so that it is not read again.
    """
    known = opened(w.conn, ctx.id, pupil_ids)
    steady = frozenset() if caller.plans_itself else caller.steady
    concerned = {pupil for kind, pupil, _ in known if kind not in steady}
    looked = [pupil for pupil in pupil_ids if pupil not in plain or pupil in concerned]
    if not looked:
        return []
    facts = history(w.conn, ctx, caller, looked, now, read)
    lightly = {one.pupil.id for one in facts if one.pupil.id in plain and not one.pupil.records} if steady else set()
    wanted = [t for found in caller.triggers_many(facts, lightly) for t in found if t.pupil_id not in lightly or t.kind not in steady]
    asked = {*looked, None}
    left = {key: row for key, row in known.items() if key[1] in asked and (key[1] not in lightly or key[0] not in steady)}
    return publish(w, ctx, caller, reconcile(w, ctx, left, wanted, now), now)


def recompute(setting_id: int, now: datetime) -> list[FindingChange]:
    """Compute a whole setting's findings from its marks as history: duties arise only for what is still recent. Nobody is told."""
    from intranet.extension import host
    from intranet.settings.service import context

    done: list[FindingChange] = []
    with store.scope([setting_id]):
        ctx = context(setting_id)
        caller = host.for_setting(ctx)
        with store.connection() as conn:
            everyone = sorted({entry.pupil_id for entry in pupils.roll(conn, setting_id, now.date())} | _with_findings(conn, setting_id))
        for start in range(0, len(everyone), BATCH):
            batch = everyone[start : start + BATCH]
            with store.writing(now=now, actor_id=None) as w:
                known = opened(w.conn, setting_id, batch)
                wanted = concluded(w.conn, ctx, caller, batch, now)
                changes = reconcile(w, ctx, known, wanted, now, duties_since=_recent(ctx, now.date()))
                done += publish(w, ctx, caller, [replace(change, quiet=True) for change in changes], now)
        with store.writing(now=now, actor_id=None) as w:
            judged(w, ctx, now)
    return done


def _with_findings(conn: Connection, setting_id: int) -> set[int]:
    """Return the pupils with an open finding, those who have left too."""
    query = select(Finding.pupil_id).where(Finding.setting_id == setting_id, Finding.cleared_at.is_(None), Finding.pupil_id.is_not(None))
    return {pupil for pupil in conn.scalars(query.distinct()) if pupil is not None}


def _recent(ctx: SettingContext, today: date) -> date:
    """Return the first day of the half-term under way, or of the one before it in the holidays."""
    begun = [period.first for period in ctx.calendar.periods if period.first <= today]
    return begun[-1] if begun else today


# -------------------------------------------------------------------- facts


@dataclass(frozen=True)
class Read:
    """What a save knows of its pupils: the session's day, the facts of that day and the packed years as they are now."""

    day: date
    people: Mapping[int, PupilFacts]
    years: stored.Packed


def history(
    conn: Connection, ctx: SettingContext, caller: Caller, pupil_ids: Collection[int], now: datetime, read: Read | None = None
) -> list[Facts]:
    """Return the facts of these pupils from the packed years, this storage year's and the one before; two statements at most."""
    day = now.date()
    year = stored.year_of(session_no(day, "AM"))
    counted = any(kind.counts for kind in caller.catalogue.record_kinds)
    at_hand = read.people if read is not None and read.day == day and not counted else None
    known = at_hand if at_hand is not None else pupils.facts(conn, ctx.id, pupil_ids, records=counted, on=day)
    if read is not None and stored.year_of(session_no(read.day, "AM")) == year:
        marks = stored.read(read.years, known)
    else:
        marks = stored.histories(conn, ctx.id, list(known), [year - 1, year])
    return own_plans.filled(caller, [Facts(now, caller.setting, known[pupil], marks[pupil], caller.codes) for pupil in pupil_ids if pupil in known])


def concluded(
    conn: Connection, ctx: SettingContext, caller: Caller, pupil_ids: Collection[int], now: datetime
) -> list[Trigger]:
    """Return everything the rules conclude about these pupils now."""
    facts = history(conn, ctx, caller, pupil_ids, now)
    return [trigger for found in caller.triggers_many(facts) for trigger in found]


@dataclass(frozen=True)
class Opened:
    """A finding that is open; its data is read only when it is looked at, as most findings of a class do not change."""

    id: int
    kind: str
    pupil_id: int | None
    anchor: date
    title: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """Return what was kept with it."""
        kept: dict[str, Any] = json.loads(self.text)
        return kept


_OPENED = store.Prepared(
    select(Finding.id, Finding.kind, Finding.pupil_id, Finding.anchor, Finding.title, cast(Finding.data, Text)).where(
    Finding.setting_id == bindparam("here"),
    Finding.cleared_at.is_(None),
    or_(Finding.pupil_id.in_(bindparam("pupils", expanding=True)), Finding.pupil_id.is_(None)),
)
)


def opened(conn: Connection, setting_id: int, pupil_ids: Iterable[int]) -> dict[Key, Opened]:
    """Return the open findings of these pupils, and those about no pupil, by kind, pupil and anchor day; one statement."""
    rows = _OPENED.all(conn, {"here": setting_id, "pupils": list(pupil_ids)})
    return {(row[1], row[2], row[3]): Opened(*row) for row in rows}


# -------------------------------------------------------------------- bringing the tables in line


def reconcile(
    w: Writing,
    ctx: SettingContext,
    known: Mapping[Key, Opened],
    wanted: Sequence[Trigger],
    now: datetime,
    duties_since: date | None = None,
) -> list[FindingChange]:
    """Raise what is new, extend what grew and clear what the marks no longer call for."""
    triggers = {(t.kind, t.pupil_id, t.anchor): t for t in wanted}
    failed = any(t.kind == DID_NOT_RUN for t in wanted)
    new = [t for key, t in triggers.items() if key not in known]
    grown = [(known[key], t) for key, t in triggers.items() if key in known and _stands(t, failed) and _differs(known[key], t)]
    gone = [row for key, row in known.items() if key not in triggers and _may_clear(key, failed)]
    _raise(w, ctx, new, now, duties_since)
    _extend(w, ctx, grown, now)
    _clear(w, ctx, gone, now)
    return [
        *(_change(t, "raised", t.tell) for t in new),
        *(_change(t, "extended", tuple(to for to in t.tell if to not in row.data["tell"])) for row, t in grown),
        *(FindingChange(row.kind, row.pupil_id, row.anchor, "cleared", row.title) for row in gone),
    ]


def _change(t: Trigger, change: str, tell: tuple[str, ...]) -> FindingChange:
    return FindingChange(t.kind, t.pupil_id, t.anchor, change, t.title, tell, t.urgency, t.clauses, t.counted)


def _may_clear(key: Key, failed: bool) -> bool:
    """Whether a finding that nobody concluded any more goes: not one about the setting, nor a plugin's while the plugin fails."""
    kind, pupil_id, _ = key
    return pupil_id is not None and (not failed or kind in baseline.KINDS)


def _stands(trigger: Trigger, failed: bool) -> bool:
    """Whether a trigger says all there is to say: not one that a failing plugin would have added to."""
    return not failed or trigger.kind in baseline.KINDS or trigger.pupil_id is None


def _data(trigger: Trigger) -> dict[str, Any]:
    return {
        "tell": list(trigger.tell), "assign": list(trigger.assign), "counted": list(trigger.counted),
        "figures": dict(trigger.figures), "clauses": list(trigger.clauses), "read": [list(one) for one in trigger.read],
        "rule": trigger.rule, "would_change": list(trigger.would_change),
    }  # fmt: skip


def _differs(row: Opened, trigger: Trigger) -> bool:
    return row.title != trigger.title or row.data != _data(trigger)


def _raise(w: Writing, ctx: SettingContext, new: Sequence[Trigger], now: datetime, since: date | None) -> None:
    if not new:
        return
    rows = [
        {"setting_id": ctx.id, "kind": t.kind, "pupil_id": t.pupil_id, "anchor": t.anchor, "title": t.title, "raised_at": now, "data": _data(t),
         "cleared_why": ""}
        for t in new
    ]  # fmt: skip
    _NEW.run(w.conn, rows)
    _OWED.run(w.conn, [_owing(ctx, t, now) for t in new if t.assign and _owed(t, since)])


_NEW = store.PreparedWrite(insert(Finding))
_NEW_DUTY = store.PreparedWrite(insert(Duty))
_ITS_FINDING = (
    select(Finding.id)
    .where(
        Finding.setting_id == bindparam("of_setting"), Finding.kind == bindparam("of_kind"), Finding.anchor == bindparam("of_anchor"),
        Finding.pupil_id.is_not_distinct_from(bindparam("of_pupil", type_=Integer)), Finding.cleared_at.is_(None),
    )
    .scalar_subquery()
)  # fmt: skip
#: The duty of a finding just raised, which is found by its key: the database gives it its id.
_OWED = store.PreparedWrite(insert(Duty).values(finding_id=_ITS_FINDING))


def _owed(trigger: Trigger, since: date | None) -> bool:
    """Whether a duty arises: always in a save, and in a recomputation for what was last counted since a day."""
    return since is None or not trigger.counted or day_of(max(trigger.counted)) >= since


def _owing(ctx: SettingContext, t: Trigger, now: datetime) -> dict[str, Any]:
    made = _duty(ctx, t, None, now)
    del made["finding_id"]
    return made | {"of_setting": ctx.id, "of_kind": t.kind, "of_anchor": t.anchor, "of_pupil": t.pupil_id}


def _duty(ctx: SettingContext, t: Trigger, finding_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "setting_id": ctx.id, "finding_id": finding_id, "kind": t.kind, "pupil_id": t.pupil_id, "anchor": t.anchor, "title": t.title,
        "group_id": None, "session_no": None, "roles": roles_text(t.assign), "urgency": t.urgency, "clauses": ", ".join(t.clauses), "raised_at": now,
        "due_at": t.due, "overdue_from": t.overdue_from or (t.due + timedelta(minutes=1) if t.due else None),
        "limit_days": t.figures.get("limit"), "outcome": "",
    }  # fmt: skip


def roles_text(roles: Iterable[str]) -> str:
    """Return roles as the duty table keeps them."""
    return f",{','.join(roles)},"


_EXTEND = store.PreparedWrite(
    update(Finding)
    .where(Finding.setting_id == bindparam("here"), Finding.id == bindparam("key"))
    .values(title=bindparam("new_title"), data=bindparam("new_data"), extended_at=bindparam("at"))
)
_EXTEND_DUTY = store.PreparedWrite(
    update(Duty)
    .where(Duty.setting_id == bindparam("here"), Duty.finding_id == bindparam("key"), Duty.done_at.is_(None))
    .values(title=bindparam("new_title"), due_at=bindparam("new_due"), overdue_from=bindparam("new_overdue"))
)
_CLEAR = store.PreparedWrite(
    update(Finding)
    .where(Finding.setting_id == bindparam("here"), Finding.id == bindparam("key"))
    .values(cleared_at=bindparam("at"), cleared_why=AMENDED)
)
_CLEAR_DUTY = store.PreparedWrite(
    update(Duty)
    .where(Duty.setting_id == bindparam("here"), Duty.finding_id == bindparam("key"), Duty.done_at.is_(None))
    .values(done_at=bindparam("at"), outcome=AMENDED)
)


def _extend(w: Writing, ctx: SettingContext, grown: Sequence[tuple[Opened, Trigger]], now: datetime) -> None:
    if not grown:
        return
    base = [{"here": ctx.id, "key": row.id, "new_title": t.title} for row, t in grown]
    _EXTEND.run(w.conn, [b | {"new_data": _data(t), "at": now} for b, (_, t) in zip(base, grown, strict=True)])
    duties = [
        b | {"new_due": made["due_at"], "new_overdue": made["overdue_from"]}
        for b, made in ((b, _duty(ctx, t, None, now)) for b, (_, t) in zip(base, grown, strict=True))
    ]
    _EXTEND_DUTY.run(w.conn, duties)
    owed = [_duty(ctx, t, row.id, now) for row, t in grown if t.assign and not row.data["assign"]]
    if owed:
        _NEW_DUTY.run(w.conn, owed)


def _clear(w: Writing, ctx: SettingContext, gone: Sequence[Opened], now: datetime) -> None:
    if not gone:
        return
    rows = [{"here": ctx.id, "key": row.id, "at": now} for row in gone]
    _CLEAR.run(w.conn, rows)
    _CLEAR_DUTY.run(w.conn, rows)


def facts_of(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, now: datetime) -> tuple[PupilFacts, Facts] | None:
    """Return what rules may read about one pupil, for pages; None when there is no such pupil."""
    found = history(conn, ctx, caller, [pupil_id], now)
    return (found[0].pupil, found[0]) if found else None
