"""Merging a duplicate: its marks and people come to the kept pupil, its own history stays readable, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from intranet import store
from intranet.errors import Refused
from intranet.extension.host import Caller
from intranet.law.sessions import session_of
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.access import KnownPupil
from intranet.pupils.changes import end_spans
from intranet.pupils.events import append
from intranet.settings.service import SettingContext
from intranet.store import marks as stored_marks
from intranet.store.tables import mark, mark_note

MOST_NAMED = 5


@dataclass(frozen=True)
class Clash:
    """A session in which the two rows have different codes."""

    session: str
    kept: str
    duplicate: str


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do; it can be done only without clashes."""

    duplicate_id: int
    name: str
    copied: int
    contacts: int
    clashes: tuple[Clash, ...]


@dataclass(frozen=True)
class _Marks:
    """The marks only the duplicate has, and those that differ: (session number, kept code, duplicate's code)."""

    fresh: tuple[stored_marks.MarkRow, ...]
    differing: tuple[tuple[int, int, int], ...]


def preview(ctx: SettingContext, caller: Caller, kept: KnownPupil, duplicate: KnownPupil) -> MergePreview:
    """Return what merging would bring together and where the two disagree."""
    with store.connection() as conn:
        compared = _compare(conn, ctx.id, kept.id, duplicate.id)
        people = len(_new_people(conn, ctx.id, kept.id, duplicate.id))
    clashes = tuple(_clash(caller, *differing) for differing in compared.differing)
    return MergePreview(duplicate.id, duplicate.shown_name, len(compared.fresh), people, clashes)


def _clash(caller: Caller, session_no: int, kept: int, other: int) -> Clash:
    session = session_of(session_no)
    return Clash(
        f"{long_date(session.day)} {session.key}", caller.codes.symbol(kept) or "?", caller.codes.symbol(other) or "?"
    )


def _compare(conn: Connection, setting_id: int, kept_id: int, duplicate_id: int) -> _Marks:
    rows = _marks(conn, setting_id, (kept_id, duplicate_id))
    kept = {row.session_no: row for row in rows if row.pupil_id == kept_id}
    theirs = [row for row in rows if row.pupil_id == duplicate_id]
    fresh = tuple(
        stored_marks.MarkRow(row.session_no, kept_id, row.code_id, row.minutes, row.note, "duplicate")
        for row in theirs
        if row.session_no not in kept
    )
    differing = tuple(
        (row.session_no, kept[row.session_no].code_id, row.code_id)
        for row in theirs
        if row.session_no in kept and kept[row.session_no].code_id != row.code_id
    )
    return _Marks(fresh, differing)


def _marks(conn: Connection, setting_id: int, pupil_ids: Sequence[int]) -> Sequence[Any]:
    """Return the marks of two pupils, oldest first."""
    query = (
        select(mark.c.session_no, mark.c.pupil_id, mark.c.code_id, mark.c.minutes, mark_note.c.note)
        .outerjoin_from(
            mark,
            mark_note,
            (mark_note.c.setting_id == mark.c.setting_id)
            & (mark_note.c.session_no == mark.c.session_no)
            & (mark_note.c.pupil_id == mark.c.pupil_id),
        )
        .where(mark.c.setting_id == setting_id, mark.c.pupil_id.in_(pupil_ids))
        .order_by(mark.c.session_no)
    )
    return conn.execute(query).all()


def _new_people(conn: Connection, setting_id: int, kept_id: int, duplicate_id: int) -> list[int]:
    """Return the duplicate's contact links whose adult the kept pupil does not have."""
    link = m.PupilContact
    query = select(link.id, link.pupil_id, link.person_id).where(
        link.setting_id == setting_id, link.pupil_id.in_((kept_id, duplicate_id))
    )
    rows = conn.execute(query).all()
    there = {row.person_id for row in rows if row.pupil_id == kept_id}
    return [row.id for row in rows if row.pupil_id == duplicate_id and row.person_id not in there]


def merge(
    ctx: SettingContext, caller: Caller, kept: KnownPupil, duplicate: KnownPupil, reason: str, *, actor: Actor, now: datetime,
    request_id: str | None = None,
) -> int:  # fmt: skip
    """Merge a duplicate into the pupil who is kept and return how many marks came; raise Refused where the two disagree."""
    _check(kept, duplicate, reason)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        compared = _compare(w.conn, ctx.id, kept.id, duplicate.id)
        if compared.differing:
            raise _disagree([_clash(caller, *differing) for differing in compared.differing])
        data = {"duplicate_id": duplicate.id, "copied": len(compared.fresh), "reason": reason}
        append(w, ctx.id, f"pupil:{kept.id}", "pupil.merged", data, now=now, request_id=request_id)
        for row in compared.fresh:
            _copy(w, ctx, row, f"Merged from the duplicate, number {duplicate.id}: {reason}")
        _bring_people(w.conn, ctx.id, kept.id, duplicate.id)
        _retire(w.conn, ctx.id, kept, duplicate, now.date())
    return len(compared.fresh)


def _check(kept: KnownPupil, duplicate: KnownPupil, reason: str) -> None:
    if kept.id == duplicate.id:
        raise Refused(
            "Duplicate",
            kept.shown_name,
            "A pupil cannot be merged into themselves",
            "Choose the other row",
            fields=("duplicate_id",),
        )
    if kept.merged_into is not None or duplicate.merged_into is not None:
        raise Refused(
            "Duplicate",
            duplicate.shown_name,
            "One of the two was merged already",
            "Open the pupil who was kept",
            fields=("duplicate_id",),
        )
    if not reason.strip():
        raise Refused(
            "Reason", None, "A merge needs its reason", "Write how you know they are the same child", fields=("reason",)
        )


def _disagree(clashes: Sequence[Clash]) -> Refused:
    named = "; ".join(f"{clash.session}: {clash.kept} and {clash.duplicate}" for clash in clashes[:MOST_NAMED])
    more = f" and {len(clashes) - MOST_NAMED} more" if len(clashes) > MOST_NAMED else ""
    return Refused(
        "Merge", None, f"The two have different marks in the same session ({named}{more})", "Correct one of the registers, then merge",
        fields=("duplicate_id",),
    )  # fmt: skip


def _copy(w: store.Writing, ctx: SettingContext, row: stored_marks.MarkRow, reason: str) -> None:
    """Store one of the duplicate's marks for the kept pupil, as an amendment that says where it comes from."""
    stored = w.append(
        setting_id=ctx.id, stream=f"mark:{row.session_no}:{row.pupil_id}", kind="register.amended",
        data=stored_marks.encode(row.session_no, None, [row], source="merge", reason=reason), occurred_on=session_of(row.session_no).day,
    )  # fmt: skip
    stored_marks.write(w, ctx.id, stored.position, ctx.layout, [row])


def _bring_people(conn: Connection, setting_id: int, kept_id: int, duplicate_id: int) -> None:
    link = m.PupilContact
    links = _new_people(conn, setting_id, kept_id, duplicate_id)
    highest = conn.execute(
        select(link.priority)
        .where(link.setting_id == setting_id, link.pupil_id == kept_id)
        .order_by(link.priority.desc())
        .limit(1)
    ).scalar()
    for order, link_id in enumerate(links, start=(highest or 0) + 1):
        conn.execute(
            update(link)
            .where(link.setting_id == setting_id, link.id == link_id)
            .values(pupil_id=kept_id, priority=order)
        )
    conn.execute(
        update(m.Flag).where(m.Flag.setting_id == setting_id, m.Flag.pupil_id == duplicate_id).values(pupil_id=kept_id)
    )


def _retire(conn: Connection, setting_id: int, kept: KnownPupil, duplicate: KnownPupil, today: date) -> None:
    """Take the duplicate off the roll; the kept pupil's starting day becomes the earlier of the two."""
    end_spans(conn, setting_id, duplicate.id, today - timedelta(days=1))
    p = m.Pupil
    conn.execute(
        update(p)
        .where(p.setting_id == setting_id, p.id == duplicate.id)
        .values(merged_into=kept.id, upn=None, version=p.version + 1)
    )
    days = [day for day in (kept.admitted_on, duplicate.admitted_on) if day]
    if days:
        conn.execute(
            update(p)
            .where(p.setting_id == setting_id, p.id == kept.id)
            .values(admitted_on=min(days), version=p.version + 1)
        )
