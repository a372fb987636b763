"""The only ways to a strand: the team, people named on it, and the head who broke the glass; for everybody else there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, or_, select

from intranet import store
from intranet.cases.safeguarding.models import Glass, Member, Strand
from intranet.errors import NotFound
from intranet.people import Actor

TEAM = "safeguarding:read"
Standing = Literal["team", "named", "glass"]


@dataclass(frozen=True)
class Opened:
    """A strand somebody may read, and as what."""

    id: int
    setting_id: int
    pupil_id: int | None
    uid: str
    wrapped: bytes | None
    opened_at: datetime
    fresh_at: datetime | None
    closed_at: datetime | None
    signal: bool
    version: int
    standing: Standing

    @property
    def writable(self) -> bool:
        """Return whether entries may be added: by the team and people named, while it is open and not forgotten."""
        return self.standing != "glass" and self.closed_at is None and self.wrapped is not None

    @property
    def led(self) -> bool:
        """Return whether it is the team that looks."""
        return self.standing == "team"


def access_strand(actor: Actor, setting_id: int, strand_id: int, now: datetime, *, team: bool = False) -> Opened:
    """Return a strand this person may read (``team``: only as its team); raise NotFound, as for one that is not there."""
    with store.connection() as conn:
        row = conn.execute(select(Strand.__table__).where(Strand.setting_id == setting_id, Strand.id == strand_id)).mappings().one_or_none()
        standing = _standing(conn, actor, row, now) if row else None
    if row is None or standing is None or (team and standing != "team"):
        raise NotFound
    return Opened(**row, standing=standing)


def _standing(conn: Connection, actor: Actor, row: Any, now: datetime) -> Standing | None:
    if actor.may(TEAM, row["setting_id"]):
        return "team"
    if conn.execute(select(Member.id).where(*named(actor, row["setting_id"], now), Member.strand_id == row["id"])).first():
        return "named"
    broken = conn.execute(select(Glass.id).where(*glass(actor, row["setting_id"], now), Glass.pupil_id == row["pupil_id"])).first()
    return "glass" if broken else None


def named(actor: Actor, setting_id: int, now: datetime) -> tuple[Any, ...]:
    """Return the conditions that a person is named on a strand today."""
    today = now.date()
    return (
        Member.setting_id == setting_id, Member.account_id == actor.account_id, Member.first <= today,
        or_(Member.last.is_(None), Member.last >= today),
    )  # fmt: skip


def glass(actor: Actor, setting_id: int, now: datetime) -> tuple[Any, ...]:
    """Return the conditions that a person has broken the glass and still may read."""
    return Glass.setting_id == setting_id, Glass.account_id == actor.account_id, Glass.broken_at <= now, Glass.until_at > now


def within_reach(actor: Actor, setting_id: int, now: datetime) -> Any:
    """Return the condition for the strands that somebody may read."""
    here = Strand.setting_id == setting_id
    if actor.may(TEAM, setting_id):
        return here
    mine = select(Member.strand_id).where(*named(actor, setting_id, now))
    broken = select(Glass.pupil_id).where(*glass(actor, setting_id, now))
    return and_(here, or_(Strand.id.in_(mine), Strand.pupil_id.in_(broken)))
